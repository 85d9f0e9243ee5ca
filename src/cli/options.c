/* SPDX-License-Identifier: Apache-2.0 */
/* options.c - what each option is for, whichever commands take it. */
#include "cli/help.h"

const struct option_row option_rows[] = {
	{ "--dev", NULL, TAKES_NOTHING, NULL,
	  "on loopback alone, with a demo app, a demo account, and mails kept at /dev/mail" },
	{ "--print-openapi", NULL, TAKES_NOTHING, NULL,
	  "prints the OpenAPI document of the account API, and ends" },
	{ "--print-api", "NAME", TAKES_WORD, "account backtory hacksystem",
	  "prints one wire format as a page for people (docs/api-NAME.md), account if not given, "
	  "and ends" },
	{ "--print-routes", NULL, TAKES_NOTHING, NULL,
	  "prints what is served at which path, and serves nothing" },
	{ "--dialect", "NAME", TAKES_WORD, "account backtory hacksystem",
	  "a wire format that the app serves; may be repeated; account if not given" },
	{ "--host", "HOST", TAKES_ANYTHING, NULL,
	  "a host that the app answers at; may be repeated" },
	{ "--origin", "URL", TAKES_ANYTHING, NULL,
	  "another site whose pages may call the app; may be repeated" },
	{ "--yes", NULL, TAKES_NOTHING, NULL, "with all accounts that it has" },
	{ "--alias", "NAME", TAKES_ANYTHING, NULL,
	  "another name for the app in paths; may be repeated" },
	{ "--language", "LANGUAGE", TAKES_WORD, "en fa tr bn fr pt",
	  "of the app's mails and messages; en if not given" },
	{ "--id", "ID", TAKES_ANYTHING, NULL,
	  "the id that clients of an app from elsewhere name it by: 24 hex digits; made if not "
	  "given" },
	{ "--keys-stdin", NULL, TAKES_NOTHING, NULL,
	  "its client key and its master key, which clients of an app from elsewhere know, are two "
	  "lines of standard input; made if not given" },
	{ "--username", "NAME", TAKES_ANYTHING, NULL, "a name to log in by, beside the address" },
	{ "--password-stdin", NULL, TAKES_NOTHING, NULL,
	  "the password is the first line of standard input; without it the owner is mailed an "
	  "invitation to choose one" },
	{ "--secret-stdin", NULL, TAKES_NOTHING, NULL,
	  "the client secret is the first line of standard input; an empty one is none" },
	{ "--with-hashes", NULL, TAKES_NOTHING, NULL,
	  "with the hashes of the passwords, which whoever has the file can guess at" },
	{ "--table", "TABLE", TAKES_WORD, "app_structure content_strings",
	  "of the rows that do not say theirs" },
	{ "--source", "NAME", TAKES_WORD, "rekey backtory xano",
	  "whose names the file's columns have; recognized by them if not given" },
	{ "--dry-run", NULL, TAKES_NOTHING, NULL,
	  "reads and judges everything and writes nothing; every line is told" },
	{ "--drop-hashes", NULL, TAKES_NOTHING, NULL,
	  "whose hash cannot be taken comes without a password, and gets one by a recovery" },
	{ "--limit", "N", TAKES_ANYTHING, NULL, "no more than so many rows" },
	{ "--account", "LOGIN", TAKES_ANYTHING, NULL,
	  "of this account alone, found by its address or its username" },
	{ "--since", "TIME", TAKES_ANYTHING, NULL,
	  "from then on: 2026-11-01, 2026-11-01T08:30:00Z (both in UTC), or a span such as 24h or "
	  "7d" },
	{ "--all", NULL, TAKES_NOTHING, NULL, "all dead mails, instead of one" },
	{ "--from", "URL", TAKES_ANYTHING, NULL, "the database to read" },
	{ "--to", "URL", TAKES_ANYTHING, NULL, "the database to write" },
	{ "--target-ms", "N", TAKES_ANYTHING, NULL, "how long one hash may take: 10 to 5000" },
	{ "--config", "FILE", TAKES_FILE, NULL,
	  "the configuration; /etc/rekey/rekey.conf if not given" },
	{ "--set", "section.key=value", TAKES_SETTING, NULL,
	  "one key of the configuration, over the file's; may be repeated" },
	{ "--app", "NAME", TAKES_ANYTHING, NULL,
	  "the app that it is about, where there are several; the only one, or the one called "
	  "default, if not given" },
	{ "--json", NULL, TAKES_NOTHING, NULL, "prints JSON instead of columns" },
	{ "--help", NULL, TAKES_NOTHING, NULL, "prints this" },
};

const size_t n_option_rows = COUNT_OF(option_rows);
