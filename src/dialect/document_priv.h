/* SPDX-License-Identifier: Apache-2.0 */
/* document_priv.h - how the documents walk a dialect: calls, and the rows of each. */
#ifndef REKEY_DIALECT_DOCUMENT_PRIV_H
#define REKEY_DIALECT_DOCUMENT_PRIV_H

#include "dialect/document.h"

/* Statuses are listed in their order. */
enum { STATUS_MIN = 200, STATUS_MAX = 599 };

/* The rows of one method and path are one call, told apart by their members. */
struct call {
	const struct dialect *dialect;
	const struct route *first;
};

/* The dialect's calls in the order of its table; false: no more. Zero *call but for the dialect. */
bool call_next(struct call *call);

/* The rows of a call, each after the one before; NULL: no more. */
const struct route *call_row(const struct call *call, const struct route *before);

/* Whether any of its rows can be answered with this error. */
bool call_lists_error(const struct call *call, enum err err);

/* Whether the field stands in the row's path, as {name}. */
bool field_is_in_path(const struct route *route, const struct field *field);

/* Whether the row has fields in its body, or in its query. */
bool route_has_body(const struct route *route);
bool route_has_query(const struct route *route);

/* Whether a form is how it is best sent: it takes one, and no JSON. */
bool route_has_form(const struct route *route);

/* How this row tells an error. */
const struct wire_error *row_error(const struct dialect *dialect, const struct route *route,
                                   enum err err);

/* Several errors may be told by one code: whether this is the first of those. */
bool error_is_first_of_code(const struct dialect *dialect, enum err err);

/* What the row says, in English. */
const char *error_says(const struct dialect *dialect, const struct wire_error *error);

/* An error that any call may be answered with. */
bool error_is_everywhere(enum err err);

enum shows route_shows(const struct route *route);

#endif
