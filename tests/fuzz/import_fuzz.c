/* SPDX-License-Identifier: Apache-2.0 */
/* import_fuzz.c - a file of another system's users: the first letter says whose words it has.
 *
 * However broken it is, it ends; what is kept of a record keeps to its bounds and can be written as
 * JSON, and read again as the same. */
#include "account/account_field.h"
#include "fuzz.h"
#include "account/administration.h"
#include "base/text.h"
#include "cli/records.h"
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FILE_FD = 802 };

#define THE_FILE "/proc/self/fd/802"

void fuzz_start(void)
{
	int made = memfd_create("users", MFD_CLOEXEC);

	HOLDS(made >= 0 && dup2(made, FILE_FD) == FILE_FD);
	close(made);
}

static void check_kept(struct arena *arena, const struct named_texts *kept)
{
	struct named_texts again;
	struct str json;
	size_t bytes = 0;

	HOLDS(kept->n <= ACCOUNT_FIELDS_MAX);
	for (size_t i = 0; i < kept->n; i++) {
		struct str name = kept->items[i].name, value = kept->items[i].value;
		HOLDS(name.len > 0 && name.len <= ACCOUNT_FIELD_NAME_MAX && text_is_utf8(name));
		HOLDS(value.ptr && text_is_utf8(value));
		bytes += name.len + value.len;
	}
	HOLDS(bytes <= ACCOUNT_FIELDS_BYTES_MAX);
	HOLDS(json_values_write(arena, kept, &json) == OK);
	HOLDS(json_values_read(arena, json, ACCOUNT_FIELDS_MAX, &again) == OK);
	HOLDS(again.n <= kept->n);
}

static void check_record(struct arena *arena, enum import_source source,
                         const struct named_texts *words)
{
	struct account_record record;
	const char *why;

	HOLDS(words->n <= CELLS_MAX);
	HOLDS(import_source_of(words) < IMPORT_SOURCES);
	HOLDS(import_read(arena, source, words, &record, &why) == OK);
	HOLDS(!why || strlen(why) > 0);
	if (!why)
		check_kept(arena, &record.more);
}

static void check_all(struct arena *arena, struct records *records, enum import_source source)
{
	int64_t line = 0;
	enum err err;

	for (;;) {
		struct named_texts words = { 0 };
		err = records_next(records, arena, &words);
		if (err != OK && err != ERR_MALFORMED)
			break;
		HOLDS(records->line >= line);
		line = records->line;
		if (err == OK)
			check_record(arena, source, &words);
		else
			HOLDS(*records->why);
	}
	HOLDS(err == ERR_NOT_FOUND || err == ERR_NOMEM);
}

void fuzz_input(struct arena *arena, struct str input)
{
	struct records records;

	if (input.len == 0)
		return;
	struct str text = str_from(input, 1);
	HOLDS(ftruncate(FILE_FD, 0) == 0);
	HOLDS(pwrite(FILE_FD, text.ptr, text.len, 0) == (ssize_t)text.len);
	enum err err = records_open(arena, THE_FILE, NULL, 0, &records);
	HOLDS(err == OK || err == ERR_CONFIG || err == ERR_NOMEM);
	if (err == OK)
		check_all(arena, &records, (unsigned char)input.ptr[0] % IMPORT_SOURCES);
	records_close(&records);
}
