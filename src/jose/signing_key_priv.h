/* SPDX-License-Identifier: Apache-2.0 */
/* signing_key_priv.h - what the files of jose/ see of a key. */
#ifndef REKEY_JOSE_SIGNING_KEY_PRIV_H
#define REKEY_JOSE_SIGNING_KEY_PRIV_H

#include "jose/signing_key.h"
#include <cjose/cjose.h>
#include <stdatomic.h>

struct signing_key {
	cjose_jwk_t *jwk;
	bool is_private;
	char kid[KID_LETTERS + 1];
	atomic_uint holders;
};

/* What cjose has complained of: for want of memory, or of what it was given. */
enum err cjose_complaint(const cjose_err *complaint, enum err otherwise);

#endif
