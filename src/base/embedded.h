/* SPDX-License-Identifier: Apache-2.0 */
/* embedded.h - files of the source tree that travel inside the program.
 *
 * A build script turns a folder into an array of these, ended by .name == NULL. Behind each text
 * stands a NUL. */
#ifndef REKEY_BASE_EMBEDDED_H
#define REKEY_BASE_EMBEDDED_H

#include "base/str.h"

struct embedded {
	const char *name; /* without its folder: "home.html" */
	struct str text;
};

/* NULL: there is no such file. */
static inline const struct embedded *embedded_find(const struct embedded *files, struct str name)
{
	for (; files->name; files++)
		if (str_is(name, files->name))
			return files;
	return NULL;
}

#endif
