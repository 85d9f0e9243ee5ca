/* SPDX-License-Identifier: Apache-2.0 */
/* device_test.c - what browsers are called, told apart although most claim to be others too. */
#include "pages/device.h"
#include "unit.h"
#include <string.h>

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

TEST(a_device_is_called_what_its_owner_calls_it)
{
	static const struct {
		const char *agent, *browser, *system;
	} cases[] = {
		{ "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
		  "Firefox", "Linux" },
		{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "
		  "Gecko) Chrome/142.0.0.0 Safari/537.36",
		  "Chrome", "Windows" },
		{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "
		  "Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
		  "Edge", "Windows" },
		{ "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, "
		  "like Gecko) Version/18.0 Safari/605.1.15",
		  "Safari", "macOS" },
		{ "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
		  "(KHTML, like Gecko) CriOS/142.0 Mobile/15E148 Safari/604.1",
		  "Chrome", "iPhone" },
		{ "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
		  "SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
		  "Samsung Internet", "Android" },
		{ "curl/7.88.1", NULL, NULL },
		{ "our own client (Linux)", NULL, "Linux" },
		{ "", NULL, NULL },
	};

	(void)t;
	FOREACH(c, cases) {
		struct device device = device_of(str(c->agent));
		CHECK(c->agent, same(device.browser, c->browser));
		CHECK(c->agent, same(device.system, c->system));
	}
}
