/* SPDX-License-Identifier: Apache-2.0 */
/* queries.c - the list of queries.h as an array. */
#include "store/queries.h"
#include <stddef.h>

const struct query_text query_texts[QUERY_COUNT] = {
#define QUERY(name, parameters, columns, sql)                                                      \
	[QUERY_##name] = { #name, parameters, columns, sql, sql },
	QUERY_LIST(QUERY) QUERY_COPY_LIST(QUERY)
#undef QUERY
#define QUERY(name, parameters, columns, sqlite, postgres)                                         \
	[QUERY_##name] = { #name, parameters, columns, sqlite, postgres },
		QUERY_FORKED_LIST(QUERY)
#undef QUERY
};
