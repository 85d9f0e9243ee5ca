/* SPDX-License-Identifier: Apache-2.0 */
/* key_file.h - the server's 256 random bits, made once and kept beside the database. */
#ifndef REKEY_BASE_KEY_FILE_H
#define REKEY_BASE_KEY_FILE_H

#include "base/crypto.h"

/* Reads the key: 64 hex digits in a file. If there is no such file, makes one of mode 0600, which
 * two programs that start together end up sharing. ERR_CONFIG: it cannot be read or made, is no
 * key, or may be read by others; the reason is logged. */
MUST_USE enum err key_file_load(const char *path, struct key *ret_key);

/* The same, but makes none. ERR_NOT_FOUND: there is none. */
MUST_USE enum err key_file_read(const char *path, struct key *ret_key);

#endif
