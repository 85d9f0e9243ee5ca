/* SPDX-License-Identifier: Apache-2.0 */
/* origin.c - takes an origin apart, and puts it together again. */
#include "account/origin.h"
#include "account/app_priv.h"
#include <string.h>

enum { PORT_MAX = 65535 };

static const struct {
	const char *scheme;
	long long port;
} usual_ports[] = { { "http", 80 }, { "https", 443 } };

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* All lower case by now. RFC 3986, 3.1. */
static bool scheme_is_good(struct str scheme)
{
	for (size_t i = 0; i < scheme.len; i++) {
		char c = scheme.ptr[i];
		if (!is_letter(c) && (i == 0 || (!is_digit(c) && !strchr("+-.", c))))
			return false;
	}
	return scheme.len > 0;
}

static bool address_is_good(struct str host)
{
	for (size_t i = 1; i + 1 < host.len; i++) {
		char c = host.ptr[i];
		if (!is_digit(c) && !(c >= 'a' && c <= 'f') && c != ':' && c != '.')
			return false;
	}
	return host.len > strlen("[]") && host.ptr[host.len - 1] == ']';
}

static bool origin_host_is_good(struct str host)
{
	return host.len > 0 && host.ptr[0] == '[' ? address_is_good(host) : host_is_good(host);
}

/* Where the host ends: at the colon of a port, which is not one inside brackets. */
static size_t host_end(struct str authority)
{
	size_t from = authority.len > 0 && authority.ptr[0] == '[' ? str_find(authority, ']') : 0;

	return from + str_find(str_from(authority, from), ':');
}

/* The port to say, 0 for none. false: it is no port. */
static bool read_port(struct str scheme, struct str rest, long long *ret_port)
{
	long long port = 0;

	if (rest.len > 0 && (!str_to_number(str_from(rest, 1), PORT_MAX, &port) || port == 0))
		return false;
	FOREACH(usual, usual_ports) {
		if (str_is(scheme, usual->scheme) && port == usual->port)
			port = 0;
	}
	*ret_port = port;
	return true;
}

enum err origin_normalize(struct arena *arena, struct str text, struct str *ret_origin)
{
	struct str all;
	long long port;

	if (text.len > ORIGIN_MAX)
		return ERR_BAD_SETTING;
	TRY(ascii_lower(arena, text, &all));
	size_t colon = str_find(all, ':');
	struct str scheme = { all.ptr, colon }, rest = str_from(all, colon);
	if (!scheme_is_good(scheme) || !str_starts(rest, "://"))
		return ERR_BAD_SETTING;
	rest = str_from(rest, strlen("://"));
	struct str host = { rest.ptr, host_end(rest) };
	if (!origin_host_is_good(host) || !read_port(scheme, str_from(rest, host.len), &port))
		return ERR_BAD_SETTING;
	if (port == 0)
		return arena_printf(arena, ret_origin, "%.*s://%.*s", STR_ARG(scheme),
		                    STR_ARG(host));
	return arena_printf(arena, ret_origin, "%.*s://%.*s:%lld", STR_ARG(scheme), STR_ARG(host),
	                    port);
}
