/* SPDX-License-Identifier: Apache-2.0 */
/* err.c - the words for each error. */
#include "base/err.h"

static const struct {
	const char *name, *sentence;
} words[ERR_COUNT] = { [OK] = { "OK", "done" },
#define X(name, sentence) [name] = { #name, sentence },
	               ERR_LIST(X)
#undef X
};

const char *err_name(enum err err)
{
	return words[err].name;
}

const char *err_sentence(enum err err)
{
	return words[err].sentence;
}
