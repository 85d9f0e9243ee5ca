/* SPDX-License-Identifier: Apache-2.0 */
/* network_test.c - addresses, networks, rates, and whom a proxy speaks for. */
#include "base/network.h"
#include "base/rate.h"
#include "http/peer.h"
#include "unit.h"
#include <string.h>

TEST(an_address_is_read_and_spelled_in_one_way)
{
	static const struct {
		const char *name, *in, *want; /* NULL: refused */
	} cases[] = {
		{ "IPv4", "192.0.2.1", "192.0.2.1" },
		{ "IPv6", "2001:DB8:0:0::1", "2001:db8::1" },
		{ "IPv4 in IPv6", "::ffff:192.0.2.1", "192.0.2.1" },
		{ "loopback", "::1", "::1" },
		{ "empty", "", NULL },
		{ "a name", "localhost", NULL },
		{ "a port", "192.0.2.1:80", NULL },
		{ "three numbers", "192.0.2", NULL },
		{ "a zone", "fe80::1%eth0", NULL },
		{ "too long", "2001:db8:0000:0000:0000:0000:0000:0001:0000:0000:0000", NULL },
	};
	FOREACH(c, cases) {
		struct address address;
		char text[ADDRESS_ROOM];
		bool read = address_parse(str(c->in), &address);
		CHECK(c->name, read == (c->want != NULL));
		if (read)
			address_spell(&address, text);
		CHECK(c->name, !read || strcmp(text, c->want) == 0);
	}
}

TEST(a_list_of_networks_has_what_it_says_and_nothing_else)
{
	static const struct {
		const char *name, *list, *address; /* address NULL: the list is refused */
		bool want;
	} cases[] = {
		{ "one address", "127.0.0.1", "127.0.0.1", true },
		{ "its neighbour", "127.0.0.1", "127.0.0.2", false },
		{ "a network", "10.0.0.0/8", "10.9.8.7", true },
		{ "outside", "10.0.0.0/8", "11.0.0.1", false },
		{ "an odd number of bits", "192.0.2.128/25", "192.0.2.200", true },
		{ "below it", "192.0.2.128/25", "192.0.2.127", false },
		{ "IPv6", "2001:db8::/33", "2001:db8:7fff::1", true },
		{ "outside of it", "2001:db8::/33", "2001:db8:8000::1", false },
		{ "the second of two", "10.0.0.0/8,  ::1 ", "::1", true },
		{ "all of IPv4", "0.0.0.0/0", "203.0.113.9", true },
		{ "all of IPv4 is not IPv6", "0.0.0.0/0", "2001:db8::1", false },
		{ "everything", "::/0", "203.0.113.9", true },
		{ "a Unix socket", "unix", "local", true },
		{ "none", "10.0.0.0/8", "local", false },
		{ "33 bits", "10.0.0.0/33", NULL, false },
		{ "129 bits", "::/129", NULL, false },
		{ "no bits", "10.0.0.0/", NULL, false },
		{ "an end", "10.0.0.1,", NULL, false },
		{ "a word", "loopback", NULL, false },
	};
	FOREACH(c, cases) {
		struct network_list list;
		struct address address = { 0 };
		enum err err = network_list_parse(t->arena, str(c->list), &list);
		CHECK(c->name, err == (c->address ? OK : ERR_MALFORMED));
		if (!c->address)
			continue;
		CHECK(c->name,
		      address_parse(str(c->address), &address) || strcmp(c->address, "local") == 0);
		CHECK(c->name, network_list_has(&list, &address) == c->want);
	}
}

TEST(a_rate_is_a_count_in_a_period_or_none)
{
	static const struct {
		const char *name, *in;
		bool good;
		struct rate want;
	} cases[] = {
		{ "a minute", "300/1m", true, { 300, 60 } },
		{ "seconds", "1/30s", true, { 1, 30 } },
		{ "hours", "5/2h", true, { 5, 7200 } },
		{ "days", "1000000/30d", true, { 1000000, 2592000 } },
		{ "none", "none", true, { 0, 0 } },
		{ "no unit", "300/60", false, { 0, 0 } },
		{ "no period", "300/m", false, { 0, 0 } },
		{ "no count", "/1m", false, { 0, 0 } },
		{ "nothing at all", "", false, { 0, 0 } },
		{ "zero", "0/1m", false, { 0, 0 } },
		{ "zero time", "3/0m", false, { 0, 0 } },
		{ "too many", "1000001/1m", false, { 0, 0 } },
		{ "too long", "1/31d", false, { 0, 0 } },
		{ "another unit", "1/1w", false, { 0, 0 } },
		{ "a sign", "-1/1m", false, { 0, 0 } },
		{ "a blank", "1 /1m", false, { 0, 0 } },
	};
	FOREACH(c, cases) {
		struct rate rate = { 0, 0 };
		CHECK(c->name, rate_parse(str(c->in), &rate) == c->good);
		CHECK(c->name, rate.count == c->want.count && rate.period_s == c->want.period_s);
	}
}

TEST(a_forwarded_address_is_believed_from_trusted_proxies_alone)
{
	static const struct {
		const char *name, *socket, *first, *second, *want; /* headers; NULL: none */
	} cases[] = {
		{ "no header", "10.0.0.1", NULL, NULL, "10.0.0.1" },
		{ "a proxy", "10.0.0.1", "192.0.2.1", NULL, "192.0.2.1" },
		{ "a stranger's claim", "192.0.2.9", "192.0.2.1", NULL, "192.0.2.9" },
		{ "what the client wrote before", "10.0.0.1", "1.1.1.1, 192.0.2.1", NULL,
		  "192.0.2.1" },
		{ "two proxies", "10.0.0.1", "192.0.2.1, 10.0.0.2", NULL, "192.0.2.1" },
		{ "in two headers", "10.0.0.1", "1.1.1.1", "192.0.2.1, 10.0.0.2", "192.0.2.1" },
		{ "proxies alone", "10.0.0.1", "10.0.0.3, 10.0.0.2", NULL, "10.0.0.3" },
		{ "with a port", "10.0.0.1", "192.0.2.1:4711", NULL, "192.0.2.1" },
		{ "IPv6", "10.0.0.1", "2001:db8::1", NULL, "2001:db8::1" },
		{ "IPv6 with a port", "10.0.0.1", "[2001:db8::1]:4711", NULL, "2001:db8::1" },
		{ "a word", "10.0.0.1", "192.0.2.1, unknown", NULL, "10.0.0.1" },
		{ "a bracket", "10.0.0.1", "[", NULL, "10.0.0.1" },
		{ "nothing", "10.0.0.1", "", NULL, "10.0.0.1" },
		{ "a comma", "10.0.0.1", ",", NULL, "10.0.0.1" },
		{ "a script", "10.0.0.1", "<script>", NULL, "10.0.0.1" },
	};
	struct network_list trusted;

	CHECK("list", network_list_parse(t->arena, STR("10.0.0.0/8"), &trusted) == OK);
	FOREACH(c, cases) {
		struct request request = { .arena = t->arena };
		struct address socket;
		char text[ADDRESS_ROOM];
		if (c->first)
			request.headers[request.n_headers++] =
				(struct header){ STR("x-forwarded-for"), str(c->first) };
		if (c->second)
			request.headers[request.n_headers++] =
				(struct header){ STR("X-Forwarded-For"), str(c->second) };
		CHECK(c->name, address_parse(str(c->socket), &socket));
		struct address peer = peer_of(&request, &socket, &trusted);
		address_spell(&peer, text);
		CHECK(c->name, strcmp(text, c->want) == 0);
	}
}

TEST(an_ipv4_address_and_an_ipv6_64_are_each_one_network)
{
	static const struct {
		const char *name, *one, *other;
		bool same;
	} cases[] = {
		{ "an IPv4 address", "192.0.2.1", "192.0.2.1", true },
		{ "its neighbour", "192.0.2.1", "192.0.2.2", false },
		{ "written as IPv6", "192.0.2.1", "::ffff:192.0.2.1", true },
		{ "two written as IPv6", "::ffff:192.0.2.1", "::ffff:192.0.2.2", false },
		{ "one /64", "2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true },
		{ "the next /64", "2001:db8:1:2::1", "2001:db8:1:3::1", false },
		{ "another /48", "2001:db8:1:2::1", "2001:db8:2:2::1", false },
		{ "loopback", "127.0.0.1", "::1", false },
		{ "no address", "local", "command line", true },
		{ "no address and one", "local", "127.0.0.1", false },
		{ "nothing", "", NULL, true },
		{ "nothing and the least address", "", "0.0.0.0", false },
		{ "too long for an address", "2001:db8:1:2::1",
		  "2001:0db8:0001:0002:0000:0000:0000:0000:0001", false },
	};

	FOREACH(c, cases) {
		uint64_t one = network_of(str(c->one)), other = network_of(str(c->other));
		CHECK(c->name, (one == other) == c->same);
	}
	CHECK("no address is 0", network_of(STR("local")) == 0);
}
