/* SPDX-License-Identifier: Apache-2.0 */
/* records.h - rows of a file, as JSON or as CSV, one after the other in bounded memory.
 *
 * The first character tells them apart: '{' begins JSON lines, one object on each; '[' an array of
 * objects, laid out at will; anything else CSV (RFC 4180) whose first record names the columns. A
 * value that is null, or an empty cell, is not there.
 *
 * A record is read by a table of the names it may have; or, without one, as all the names and texts
 * that it has. A table with a field of kind OUT_MEMBERS takes any name: what no other field is
 * called becomes an object in JSON, with its types, and null is a value then. */
#ifndef REKEY_CLI_RECORDS_H
#define REKEY_CLI_RECORDS_H

#include "base/json.h"
#include "base/json_values.h"
#include <stdio.h>

enum { RECORD_MAX = 64 * 1024, RECORD_WHY_ROOM = 200, CELLS_MAX = 64 };

enum records_form { RECORDS_LINES, RECORDS_ARRAY, RECORDS_CSV };

struct records {
	const struct out_field *fields; /* the names it may have, all OUT_TEXT but one; NULL: any */
	size_t n_fields;
	FILE *file;
	enum records_form form;
	bool over;                   /* of an array: nothing is read any more */
	int64_t line;                /* where the record began that was read last */
	int64_t next_line;           /* that is read next */
	struct str names[CELLS_MAX]; /* of CSV: what each column is called */
	size_t columns[CELLS_MAX];   /* and the field that it is */
	size_t n_columns;
	char why[RECORD_WHY_ROOM]; /* of ERR_MALFORMED and ERR_CONFIG */
	int failed;                /* errno of a read; 0: none has failed */
	char *room;                /* RECORD_MAX bytes */
};

/* path "-": standard input. ERR_CONFIG: it cannot be read, or is CSV whose first line is not good;
 * `why` says so. The caller owns what is in it: records_close() it, in any case. */
MUST_USE enum err records_open(struct arena *arena, const char *path,
                               const struct out_field *fields, size_t n_fields,
                               struct records *ret_records);
void records_close(struct records *records);

/* Fills the texts of a zeroed row, or without a table a struct named_texts. ERR_NOT_FOUND: there
 * are no more. ERR_MALFORMED: `line` is not good, and `why` says what it is; go on with the next.
 * ERR_CONFIG: the file cannot be read further, and `why` says it with the system's reason. */
MUST_USE enum err records_next(struct records *records, struct arena *arena, void *ret_row);

#endif
