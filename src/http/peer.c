/* SPDX-License-Identifier: Apache-2.0 */
/* peer.c - X-Forwarded-For, read from its end. */
#include "http/peer.h"

#define FORWARDED "X-Forwarded-For"

/* Takes the last hop off a list: "a, b, c" gives c and leaves "a, b". */
static struct str take_last(struct str *list)
{
	size_t start = list->len, end = list->len;

	while (start > 0 && list->ptr[start - 1] != ',')
		start--;
	struct str hop = { list->ptr + start, end - start };
	list->len = start > 0 ? start - 1 : 0;
	while (hop.len > 0 && (hop.ptr[0] == ' ' || hop.ptr[0] == '\t'))
		hop = str_from(hop, 1);
	while (hop.len > 0 && (hop.ptr[hop.len - 1] == ' ' || hop.ptr[hop.len - 1] == '\t'))
		hop.len--;
	return hop;
}

/* An address as proxies write it: alone, with a port, or in brackets. */
static bool parse_hop(struct str hop, struct address *ret_address)
{
	size_t colon = str_find(hop, ':');

	if (hop.len > 0 && hop.ptr[0] == '[')
		return address_parse((struct str){ hop.ptr + 1, str_find(hop, ']') - 1 },
		                     ret_address);
	if (colon < hop.len && str_find(str_from(hop, colon + 1), ':') == hop.len - colon - 1)
		hop.len = colon;
	return address_parse(hop, ret_address);
}

struct address peer_of(const struct request *request, const struct address *socket_peer,
                       const struct network_list *trusted)
{
	struct address peer = *socket_peer;

	for (size_t i = request->n_headers; i > 0; i--) {
		struct str list = request->headers[i - 1].value;
		if (!str_is_nocase(request->headers[i - 1].name, FORWARDED))
			continue;
		while (list.len > 0) {
			if (!network_list_has(trusted, &peer) ||
			    !parse_hop(take_last(&list), &peer))
				return peer;
		}
	}
	return peer;
}

bool peer_is_unknown_proxy(const struct request *request, const struct address *socket_peer,
                           const struct network_list *trusted)
{
	return address_is_near(socket_peer) && !network_list_has(trusted, socket_peer) &&
	       request_header(request, FORWARDED).ptr;
}
