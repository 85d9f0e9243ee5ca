/* SPDX-License-Identifier: Apache-2.0 */
/* new_file.h - a file that is there whole or not at all.
 *
 * It is written under another name beside its own, and takes its own when it is on the disk. What
 * an interrupted program leaves behind is named PATH.part-XXXXXXXX. */
#ifndef REKEY_BASE_NEW_FILE_H
#define REKEY_BASE_NEW_FILE_H

#include "base/arena.h"

/* Makes the other name: an empty file of mode 0600. ERR_CONFLICT: path is taken. ERR_CONFIG: there
 * can be no such file; the reason is logged. */
MUST_USE enum err new_file_begin(struct arena *arena, struct str path, struct str *ret_part);

/* Waits until part is on the disk, gives it its name, and waits for that too; it takes nobody's
 * place. Returns its size. ERR_CONFLICT: path was taken meanwhile. ERR_CONFIG: the reason is
 * logged. On an error the part is left: abandon it. */
MUST_USE enum err new_file_finish(struct arena *arena, const char *part, const char *path,
                                  int64_t *ret_bytes);

/* The folder that a path's file is in, "DIR/." or ".". */
MUST_USE enum err folder_of(struct arena *arena, struct str path, struct str *ret_folder);

/* Removes part, and what SQLite may have put beside it. For a signal's thread too. */
void new_file_abandon(const char *part);

#endif
