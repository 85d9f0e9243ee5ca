/* SPDX-License-Identifier: Apache-2.0 */
/* network.h - internet addresses, and the networks that limits are counted by. */
#ifndef REKEY_BASE_NETWORK_H
#define REKEY_BASE_NETWORK_H

#include "base/arena.h"
#include <stdint.h>

/* An IPv6 address, or an IPv4 one as ::ffff:a.b.c.d. All zero: this machine, by a Unix socket. */
struct address {
	unsigned char bytes[16];
};

/* Addresses that share their first bits. */
struct network {
	struct address address;
	unsigned bits; /* 0..128 */
};

struct network_list {
	struct network *items;
	size_t n;
	bool local; /* whoever comes by a Unix socket is of them, too */
};

/* Who asks, for whatever is shared out among those who do. */
struct caller {
	int64_t app_id;   /* 0: not known, or none */
	uint64_t network; /* network_of() its address */
};

/* false: it is no address. */
MUST_USE bool address_parse(struct str text, struct address *ret_address);

struct sockaddr;

/* Of a TCP socket; all zero for any other kind, and for NULL. */
struct address address_of_socket(const struct sockaddr *socket);

/* The longest that an address spells, and its NUL. */
enum { ADDRESS_ROOM = 46 };
void address_spell(const struct address *address, char *ret_text);

/* Whether it is this machine's own: loopback, or a Unix socket. */
bool address_is_near(const struct address *address);

/* A number for the network of an address: one IPv4 address, or an IPv6 /64, which is the least that
 * a subscriber gets. An IPv4 address inside IPv6 (::ffff:192.0.2.1) is that IPv4 address. 0: it is
 * no address. */
uint64_t network_of(struct str address);
uint64_t network_of_address(const struct address *address);

/* "10.0.0.0/8, 2001:db8::/32, 192.0.2.1, unix". The items live in the arena. ERR_MALFORMED: there
 * is something else in it. ERR_NOMEM. */
MUST_USE enum err network_list_parse(struct arena *arena, struct str text,
                                     struct network_list *ret_list);

bool network_list_has(const struct network_list *list, const struct address *address);

#endif
