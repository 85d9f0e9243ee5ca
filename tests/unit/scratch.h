/* SPDX-License-Identifier: Apache-2.0 */
/* scratch.h - a folder for the files of one test, and what a test prints on
 * standard error.
 *
 * For the main thread alone. What a test that fails leaves behind lies below
 * $TMPDIR, or /tmp. */
#ifndef REKEY_SCRATCH_H
#define REKEY_SCRATCH_H

#include "unit.h"

struct scratch {
	char dir[64];
};

/* A new, empty folder. */
void scratch_make(struct scratch *scratch);

/* The folder and all files in it. */
void scratch_remove(struct scratch *scratch);

/* DIR/name, as a C string in the arena. */
const char *scratch_path(const struct scratch *scratch, struct arena *arena, const char *name);

/* The same, with a file of this text and this mode in it. */
const char *scratch_file(const struct scratch *scratch, struct arena *arena, const char *name,
                         const char *text, unsigned mode);

/* Between these two, standard error is kept instead of shown. */
struct kept_stderr {
	int file, stderr_before;
};

struct kept_stderr stderr_keep(void);
struct str stderr_kept(struct kept_stderr *kept, struct arena *arena);

#endif
