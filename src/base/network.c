/* SPDX-License-Identifier: Apache-2.0 */
/* network.c - addresses by the C library, prefixes by their bits. */
#include "base/network.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

enum { V4_AT = 12, V4_BITS = 96 };

static const unsigned char v4_prefix[V4_AT] = { [10] = 0xff, [11] = 0xff };
static const struct address unix_socket;

/* ---- addresses ---- */

static bool is_v4(const struct address *address)
{
	return memcmp(address->bytes, v4_prefix, V4_AT) == 0;
}

bool address_parse(struct str text, struct address *ret_address)
{
	char copy[ADDRESS_ROOM];
	struct address address = { 0 };

	if (text.len == 0 || text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	if (inet_pton(AF_INET, copy, address.bytes + V4_AT) == 1)
		memcpy(address.bytes, v4_prefix, V4_AT);
	else if (inet_pton(AF_INET6, copy, address.bytes) != 1)
		return false;
	*ret_address = address;
	return true;
}

struct address address_of_socket(const struct sockaddr *socket)
{
	struct address address = { 0 };

	if (socket && socket->sa_family == AF_INET) {
		const struct sockaddr_in *v4 = (const void *)socket;
		memcpy(address.bytes, v4_prefix, V4_AT);
		memcpy(address.bytes + V4_AT, &v4->sin_addr, sizeof(v4->sin_addr));
	} else if (socket && socket->sa_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const void *)socket;
		memcpy(address.bytes, &v6->sin6_addr, sizeof(address.bytes));
	}
	return address;
}

void address_spell(const struct address *address, char *ret_text)
{
	const void *bytes = is_v4(address) ? address->bytes + V4_AT : address->bytes;

	if (memcmp(address, &unix_socket, sizeof(*address)) == 0)
		memcpy(ret_text, "local", sizeof("local"));
	else
		inet_ntop(is_v4(address) ? AF_INET : AF_INET6, bytes, ret_text, ADDRESS_ROOM);
}

bool address_is_near(const struct address *address)
{
	static const struct address loopback = { { [15] = 1 } };

	return (is_v4(address) && address->bytes[V4_AT] == 127) ||
	       memcmp(address, &loopback, sizeof(*address)) == 0 ||
	       memcmp(address, &unix_socket, sizeof(*address)) == 0;
}

static uint64_t number_of(const unsigned char *bytes, size_t n)
{
	uint64_t number = 0;

	for (size_t i = 0; i < n; i++)
		number = number << 8 | bytes[i];
	return number;
}

/* IPv4 is beside every /64 that anybody has: those begin with another byte than 0. */
uint64_t network_of_address(const struct address *address)
{
	return is_v4(address) ? number_of(address->bytes + V4_AT - 2, 6)
	                      : number_of(address->bytes, 8);
}

uint64_t network_of(struct str text)
{
	struct address address;

	return address_parse(text, &address) ? network_of_address(&address) : 0;
}

/* ---- lists ---- */

static bool network_parse(struct str text, struct network *ret_network)
{
	size_t slash = str_find(text, '/');
	struct network network = { .bits = 128 };
	long long bits;

	if (!address_parse((struct str){ text.ptr, slash }, &network.address))
		return false;
	bool v4 = is_v4(&network.address) && str_find(text, ':') == text.len;
	if (slash < text.len) {
		if (!str_to_number(str_from(text, slash + 1), v4 ? 32 : 128, &bits))
			return false;
		network.bits = (unsigned)bits + (v4 ? V4_BITS : 0);
	}
	*ret_network = network;
	return true;
}

enum err network_list_parse(struct arena *arena, struct str text, struct network_list *ret_list)
{
	struct network_list list = { 0 };

	/* No more items than commas and one. */
	size_t room = 1;
	for (size_t i = 0; i < text.len; i++)
		room += text.ptr[i] == ',';
	NEED(list.items = arena_alloc(arena, room * sizeof(list.items[0])));
	for (bool more = true; more;) {
		size_t comma = str_find(text, ',');
		struct str item = str_trim((struct str){ text.ptr, comma });
		if (str_is(item, "unix"))
			list.local = true;
		else if (!network_parse(item, &list.items[list.n++]))
			return ERR_MALFORMED;
		more = comma < text.len;
		if (more)
			text = str_from(text, comma + 1);
	}
	*ret_list = list;
	return OK;
}

static bool network_has(const struct network *network, const struct address *address)
{
	unsigned whole = network->bits / 8, rest = network->bits % 8;
	unsigned mask = (0xff00u >> rest) & 0xff;

	if (memcmp(network->address.bytes, address->bytes, whole) != 0)
		return false;
	return rest == 0 || ((network->address.bytes[whole] ^ address->bytes[whole]) & mask) == 0;
}

bool network_list_has(const struct network_list *list, const struct address *address)
{
	if (memcmp(address, &unix_socket, sizeof(*address)) == 0)
		return list->local;
	for (size_t i = 0; i < list->n; i++) {
		if (network_has(&list->items[i], address))
			return true;
	}
	return false;
}
