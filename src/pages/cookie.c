/* SPDX-License-Identifier: Apache-2.0 */
/* cookie.c - reads Cookie, writes Set-Cookie. */
#include "pages/cookie.h"
#include <string.h>

static struct str after_spaces(struct str text)
{
	while (text.len > 0 && text.ptr[0] == ' ')
		text = str_from(text, 1);
	return text;
}

struct str cookie_value(const struct request *request, const char *name)
{
	struct str rest = request_header(request, "Cookie");

	while (rest.len > 0) {
		struct str pair = after_spaces(str_cut(&rest, ";"));
		size_t equals = str_find(pair, '=');
		if (equals < pair.len && str_is((struct str){ pair.ptr, equals }, name))
			return str_from(pair, equals + 1);
	}
	return STR_NONE;
}

enum err cookie_set(struct visit *visit, const char *name, struct secret value, int64_t max_age)
{
	struct buf line = buf_in(visit->request->arena);
	struct str header;

	buf_printf(&line, "%s=", name);
	buf_add(&line, (struct str){ value.ptr, value.len });
	buf_puts(&line, "; Path=/; HttpOnly; SameSite=Lax");
	if (str_starts(str(name), "__Host-"))
		buf_puts(&line, "; Secure");
	if (max_age >= 0)
		buf_printf(&line, "; Max-Age=%lld", (long long)max_age);
	TRY(buf_str(&line, &header));
	response_header(visit->response, "Set-Cookie", header);
	return OK;
}
