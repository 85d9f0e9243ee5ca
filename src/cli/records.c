/* SPDX-License-Identifier: Apache-2.0 */
/* records.c - one record's bytes at a time, then its values by the table of fields. */
#include "cli/records.h"
#include "base/json_stream.h"
#include "base/text.h"
#include <errno.h>
#include <string.h>

static enum err bad(struct records *records, const char *why)
{
	snprintf(records->why, sizeof(records->why), "%s", why);
	return ERR_MALFORMED;
}

static int next_char(struct records *records)
{
	int c = getc_unlocked(records->file);

	if (c == '\n')
		records->next_line++;
	if (c == EOF && records->failed == 0 && ferror(records->file))
		records->failed = errno;
	return c;
}

static void put_back(struct records *records, int c)
{
	if (c == '\n')
		records->next_line--;
	ungetc(c, records->file);
}

static int skip_blank(struct records *records)
{
	int c;

	do
		c = next_char(records);
	while (c == ' ' || c == '\t' || c == '\r' || c == '\n');
	return c;
}

/* To the end of the file. */
static void skip_rest(struct records *records)
{
	while (next_char(records) != EOF)
		;
}

static void skip_line(struct records *records)
{
	int c;

	do
		c = next_char(records);
	while (c != '\n' && c != EOF);
}

/* ---- values by their names ---- */

static size_t find_field(const struct records *records, struct str name)
{
	size_t i = 0;

	while (i < records->n_fields &&
	       (records->fields[i].kind == OUT_MEMBERS || !str_is(name, records->fields[i].name)))
		i++;
	return i;
}

/* The field that takes any other name; n_fields: there is none. */
static size_t rest_field(const struct records *records)
{
	size_t i = 0;

	while (i < records->n_fields && records->fields[i].kind != OUT_MEMBERS)
		i++;
	return i;
}

static enum err no_such_field(struct records *records, struct arena *arena, struct str name)
{
	struct str plain;

	TRY(text_printable(arena, name, &plain));
	snprintf(records->why, sizeof(records->why), "there is no field %.60s%s", plain.ptr,
	         plain.len > 60 ? "..." : "");
	return ERR_MALFORMED;
}

static void put(const struct records *records, size_t field, struct str value, void *row)
{
	memcpy((char *)row + records->fields[field].offset, &value, sizeof(value));
}

/* ---- JSON ---- */

static const char no_object[] = "this is no JSON object, or has a member twice";

static bool is_plain(const struct member *member)
{
	struct str digits = member->text;

	if (member->kind != MEMBER_OTHER)
		return member->kind != MEMBER_LIST;
	return digits.ptr && strspn(digits.ptr, "-0123456789") == digits.len;
}

/* With the types that it has. */
static void put_typed(struct json_stream *json, const struct member *member)
{
	if (member->kind == MEMBER_OTHER)
		json_put_raw(json, member->name.ptr, member->text.ptr);
	else
		json_put_text(json, member->name.ptr, member->text);
}

/* Members that no field is called by are kept together. */
static enum err fill_with_rest(struct records *records, struct arena *arena, struct str json,
                               void *ret_row)
{
	struct json_stream rest = json_stream_in(arena);
	struct members *members = arena_alloc(arena, sizeof(*members));
	struct str text;

	NEED(members);
	enum err err = json_read_flat(arena, json, members);
	if (err == ERR_MALFORMED)
		return bad(records, "this is no JSON object, or has too many members");
	TRY(err);
	json_begin(&rest, NULL, '{');
	for (size_t i = 0; i < members->n; i++) {
		const struct member *member = &members->items[i];
		size_t field = find_field(records, member->name);
		if (field == records->n_fields)
			put_typed(&rest, member);
		else if (member->kind != MEMBER_NULL)
			put(records, field, member->text, ret_row);
	}
	json_end(&rest, '}');
	TRY(json_stream_str(&rest, &text));
	put(records, rest_field(records), text, ret_row);
	return OK;
}

static enum err fill_from_json(struct records *records, struct arena *arena, struct str json,
                               void *ret_row)
{
	if (!records->fields) {
		enum err err = json_values_read(arena, json, CELLS_MAX, ret_row);
		return err == ERR_MALFORMED ? bad(records, no_object) : err;
	}
	if (rest_field(records) < records->n_fields)
		return fill_with_rest(records, arena, json, ret_row);
	struct members *members = arena_alloc(arena, sizeof(*members));

	NEED(members);
	enum err err = json_read(arena, json, members);
	if (err == ERR_MALFORMED)
		return bad(records, no_object);
	TRY(err);
	for (size_t i = 0; i < members->n; i++) {
		const struct member *member = &members->items[i];
		size_t field = find_field(records, member->name);
		if (field == records->n_fields)
			return no_such_field(records, arena, member->name);
		if (!is_plain(member))
			return bad(records, "a value is neither a text nor a whole number");
		if (member->kind != MEMBER_NULL)
			put(records, field, member->text, ret_row);
	}
	return OK;
}

static enum err next_of_lines(struct records *records, struct arena *arena, void *ret_row)
{
	size_t len = 0;
	int c = skip_blank(records);

	records->line = records->next_line;
	if (c == EOF)
		return ERR_NOT_FOUND;
	for (; c != '\n' && c != EOF; c = next_char(records)) {
		if (len == RECORD_MAX) {
			skip_line(records);
			return bad(records, "the line is longer than 64 KiB");
		}
		records->room[len++] = (char)c;
	}
	return fill_from_json(records, arena, (struct str){ records->room, len }, ret_row);
}

/* The bytes of an object up to the brace that closes it; the first one is read already. One that is
 * too long is read to its end all the same. */
static enum err read_object(struct records *records, size_t *ret_len)
{
	size_t len = 0;
	int depth = 0;
	bool in_text = false, escaped = false, too_long = false;

	for (int c = '{'; c != EOF; c = next_char(records)) {
		too_long = len == RECORD_MAX;
		if (!too_long)
			records->room[len++] = (char)c;
		if (c == '"' && !escaped)
			in_text = !in_text;
		escaped = in_text && c == '\\' && !escaped;
		if (!in_text && (c == '{' || c == '}'))
			depth += c == '{' ? 1 : -1;
		if (depth == 0) {
			*ret_len = len;
			return too_long ? bad(records, "the object is longer than 64 KiB") : OK;
		}
	}
	records->over = true;
	return bad(records, "the file ends inside an object");
}

/* What is no array any more is read no further: nobody knows where the next one begins. */
static enum err end_array(struct records *records, const char *why)
{
	records->over = true;
	skip_rest(records);
	return why ? bad(records, why) : ERR_NOT_FOUND;
}

static enum err next_of_array(struct records *records, struct arena *arena, void *ret_row)
{
	size_t len;

	if (records->over)
		return ERR_NOT_FOUND;
	int c = skip_blank(records);
	if (c == ',' || c == '[')
		c = skip_blank(records);
	records->line = records->next_line;
	if (c == EOF)
		return end_array(records, "the file ends inside the array");
	if (c == ']')
		return end_array(records, skip_blank(records) == EOF
		                                  ? NULL
		                                  : "something stands behind the array");
	if (c != '{')
		return end_array(records, "an object should begin here");
	TRY(read_object(records, &len));
	return fill_from_json(records, arena, (struct str){ records->room, len }, ret_row);
}

/* ---- CSV ---- */

struct cells {
	struct str items[CELLS_MAX];
	size_t n;
	size_t used;     /* bytes of the room */
	const char *why; /* the record is refused when it has been read; NULL: it is good */
};

/* Reads one cell into the room; *ret_end is what stands behind it: a comma, a line's end, EOF. One
 * that is no good is read to its end all the same: what somebody has put into a field, line ends
 * and all, must never be read as records of its own. */
static enum err read_cell(struct records *records, struct cells *cells, int *ret_end)
{
	char *cell = records->room + cells->used;
	size_t len = 0, left = RECORD_MAX - cells->used;
	int c = next_char(records);
	bool quoted = c == '"', inside = quoted;

	if (quoted)
		c = next_char(records);
	for (;; c = next_char(records)) {
		if (inside && c == '"') {
			c = next_char(records);
			inside = c == '"';
		}
		if (quoted && !inside && c != '\r' && c != ',' && c != '\n' && c != EOF)
			return bad(records, "something stands behind a closing quote, so nobody "
			                    "knows where the next record begins");
		if (!inside && c == '\r')
			continue;
		if (c == EOF || (!inside && (c == ',' || c == '\n')))
			break;
		if (c == '\0')
			cells->why = "there is a NUL";
		else if (len == left)
			cells->why = "the record is longer than 64 KiB";
		else
			cell[len++] = (char)c;
	}
	if (inside)
		return bad(records, "a quote is not closed");
	if (cells->n == CELLS_MAX)
		cells->why = "there are too many columns";
	else
		cells->items[cells->n++] = (struct str){ len ? cell : NULL, len };
	cells->used += len;
	*ret_end = c;
	return OK;
}

/* ERR_NOT_FOUND: the file is over. Copies the values, for the room is the next record's. */
static enum err read_cells(struct records *records, struct arena *arena, struct cells *ret_cells)
{
	struct cells cells = { 0 };
	int end = skip_blank(records);

	records->line = records->next_line;
	if (end == EOF)
		return ERR_NOT_FOUND;
	put_back(records, end);
	do {
		enum err err = read_cell(records, &cells, &end);
		if (err != OK) {
			skip_rest(records);
			return err;
		}
	} while (end == ',');
	if (cells.why)
		return bad(records, cells.why);
	for (size_t i = 0; i < cells.n; i++)
		TRY(arena_str(arena, cells.items[i], &cells.items[i]));
	*ret_cells = cells;
	return OK;
}

/* The columns that no field is called by. What is JSON in a cell is JSON. */
static enum err put_other_cells(struct records *records, struct arena *arena,
                                const struct cells *cells, void *ret_row)
{
	struct json_stream rest = json_stream_in(arena);
	struct str text;

	json_begin(&rest, NULL, '{');
	for (size_t i = 0; i < cells->n; i++) {
		struct str cell = cells->items[i];
		if (records->columns[i] < records->n_fields || !cell.ptr)
			continue;
		if (json_is_structure(cell))
			json_put_raw(&rest, records->names[i].ptr, cell.ptr);
		else
			json_put_text(&rest, records->names[i].ptr, cell);
	}
	json_end(&rest, '}');
	TRY(json_stream_str(&rest, &text));
	put(records, rest_field(records), text, ret_row);
	return OK;
}

static enum err name_cells(const struct records *records, struct arena *arena,
                           const struct cells *cells, struct named_texts *ret_values)
{
	struct named_text *items = arena_array(arena, cells->n, sizeof(items[0]));

	NEED(items);
	for (size_t i = 0; i < cells->n; i++)
		items[i] = (struct named_text){ records->names[i], cells->items[i] };
	*ret_values = (struct named_texts){ items, cells->n };
	return OK;
}

static enum err next_of_csv(struct records *records, struct arena *arena, void *ret_row)
{
	struct cells cells;

	TRY(read_cells(records, arena, &cells));
	if (cells.n != records->n_columns)
		return bad(records,
		           "it has another number of values than the first line has names");
	if (!records->fields)
		return name_cells(records, arena, &cells, ret_row);
	for (size_t i = 0; i < cells.n; i++) {
		if (records->columns[i] < records->n_fields)
			put(records, records->columns[i], cells.items[i], ret_row);
	}
	return rest_field(records) < records->n_fields
	               ? put_other_cells(records, arena, &cells, ret_row)
	               : OK;
}

static enum err read_name(struct records *records, struct arena *arena, size_t column)
{
	struct str name = records->names[column];

	for (size_t j = 0; j < column; j++) {
		if (str_equal(records->names[j], name))
			return bad(records, "two columns have the same name");
	}
	if (!records->fields)
		return name.len > 0 ? OK : bad(records, "a column has no name");
	records->columns[column] = find_field(records, name);
	bool known = records->columns[column] < records->n_fields ||
	             rest_field(records) < records->n_fields;
	return known ? OK : no_such_field(records, arena, name);
}

static enum err read_header(struct records *records, struct arena *arena)
{
	struct cells cells;

	TRY(read_cells(records, arena, &cells));
	for (size_t i = 0; i < cells.n; i++) {
		records->names[i] = cells.items[i].ptr ? cells.items[i] : STR("");
		TRY(read_name(records, arena, i));
	}
	records->n_columns = cells.n;
	return OK;
}

/* ---- files ---- */

/* A byte order mark, as some programs write it before the first name. */
static void skip_mark(struct records *records)
{
	int c = next_char(records);

	if (c == 0xef && next_char(records) == 0xbb && next_char(records) == 0xbf)
		return;
	put_back(records, c);
}

static enum err cannot_be_read(struct records *records, int why)
{
	snprintf(records->why, sizeof(records->why), "the file cannot be read: %s", strerror(why));
	return ERR_CONFIG;
}

static enum err find_form(struct records *records, struct arena *arena)
{
	skip_mark(records);
	int c = skip_blank(records);

	put_back(records, c);
	records->form = c == '{' ? RECORDS_LINES : c == '[' ? RECORDS_ARRAY : RECORDS_CSV;
	if (records->form != RECORDS_CSV || c == EOF)
		return OK;
	enum err err = read_header(records, arena);
	return err == ERR_MALFORMED ? ERR_CONFIG : err;
}

enum err records_open(struct arena *arena, const char *path, const struct out_field *fields,
                      size_t n_fields, struct records *ret_records)
{
	struct records *records = ret_records;

	*records = (struct records){ .fields = fields, .n_fields = n_fields, .next_line = 1 };
	NEED(records->room = arena_alloc(arena, RECORD_MAX));
	records->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	if (!records->file)
		return cannot_be_read(records, errno);
	enum err err = find_form(records, arena);
	return records->failed ? cannot_be_read(records, records->failed) : err;
}

void records_close(struct records *records)
{
	if (records->file && records->file != stdin)
		fclose(records->file);
	records->file = NULL;
}

enum err records_next(struct records *records, struct arena *arena, void *ret_row)
{
	static enum err (*const next[])(struct records *, struct arena *, void *) = {
		[RECORDS_LINES] = next_of_lines,
		[RECORDS_ARRAY] = next_of_array,
		[RECORDS_CSV] = next_of_csv,
	};
	enum err err = next[records->form](records, arena, ret_row);

	return records->failed ? cannot_be_read(records, records->failed) : err;
}
