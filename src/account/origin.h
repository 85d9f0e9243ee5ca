/* SPDX-License-Identifier: Apache-2.0 */
/* origin.h - the origin of a web page, spelled one way (RFC 6454, 6.2). */
#ifndef REKEY_ACCOUNT_ORIGIN_H
#define REKEY_ACCOUNT_ORIGIN_H

#include "base/arena.h"

enum { ORIGIN_MAX = 300 };

/* scheme://host[:port], in lower case, the port of http and https left out where it is the usual
 * one. The host is as a browser sends it: ASCII, or an IPv6 address in brackets. ERR_BAD_SETTING:
 * anything more or less than that; "null" and "*" are no origins. */
MUST_USE enum err origin_normalize(struct arena *arena, struct str text, struct str *ret_origin);

#endif
