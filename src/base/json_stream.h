/* SPDX-License-Identifier: Apache-2.0 */
/* json_stream.h - a JSON document written from its first byte to its last, for what no one table
 * describes.
 *
 *     struct json_stream json = json_stream_in(arena);
 *     json_begin(&json, NULL, '{');
 *     json_put_text(&json, "title", STR("Rekey"));
 *     json_end(&json, '}');
 *     TRY(json_stream_str(&json, &text));
 *
 * A failed allocation is remembered, as a buf's is. */
#ifndef REKEY_BASE_JSON_STREAM_H
#define REKEY_BASE_JSON_STREAM_H

#include "base/arena.h"

struct json_stream {
	struct buf buf;
	bool follows; /* a value stands before: a comma is due */
};

struct json_stream json_stream_in(struct arena *arena);

/* Opens an object or an array: '{' or '['. name: of a member of an object; NULL everywhere else. */
void json_begin(struct json_stream *json, const char *name, char bracket);

/* Closes it: '}' or ']'. */
void json_end(struct json_stream *json, char bracket);

/* A string, escaped; NONE is null. */
void json_put_text(struct json_stream *json, const char *name, struct str text);

/* A number, true, false, or other JSON, as it is. */
void json_put_raw(struct json_stream *json, const char *name, const char *value);

/* The document so far. ERR_NOMEM: some of it is missing. */
MUST_USE enum err json_stream_str(struct json_stream *json, struct str *ret_text);

#endif
