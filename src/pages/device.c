/* SPDX-License-Identifier: Apache-2.0 */
/* device.c - two tables. Most programs claim to be others too: the first row that fits is the one
 * that is meant. */
#include "pages/device.h"
#include <string.h>

struct mark {
	const char *part, *name;
};

static const struct mark browsers[] = {
	{ "Edg/", "Edge" },
	{ "EdgA/", "Edge" },
	{ "EdgiOS/", "Edge" },
	{ "OPR/", "Opera" },
	{ "SamsungBrowser/", "Samsung Internet" },
	{ "YaBrowser/", "Yandex Browser" },
	{ "Vivaldi/", "Vivaldi" },
	{ "Firefox/", "Firefox" },
	{ "FxiOS/", "Firefox" },
	{ "CriOS/", "Chrome" },
	{ "Chromium/", "Chromium" },
	{ "Chrome/", "Chrome" },
	{ "Safari/", "Safari" },
	{ NULL, NULL },
};

static const struct mark systems[] = {
	{ "iPhone", "iPhone" },   { "iPad", "iPad" },       { "Android", "Android" },
	{ "CrOS", "ChromeOS" },   { "Windows", "Windows" }, { "Macintosh", "macOS" },
	{ "FreeBSD", "FreeBSD" }, { "Linux", "Linux" },     { NULL, NULL },
};

static const char *find(const struct mark *marks, struct str text)
{
	for (; marks->part && text.len > 0; marks++) {
		if (memmem(text.ptr, text.len, marks->part, strlen(marks->part)))
			return marks->name;
	}
	return NULL;
}

struct device device_of(struct str user_agent)
{
	return (struct device){ find(browsers, user_agent), find(systems, user_agent) };
}
