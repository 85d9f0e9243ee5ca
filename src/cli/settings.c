/* SPDX-License-Identifier: Apache-2.0 */
/* settings.c - the table of keys, and what only several of them together can tell. */
#include "cli/settings.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEXT(name, member, fallback, sentence)                                                     \
	{                                                                                          \
		name, CONFIG_TEXT, offsetof(struct settings, member), fallback, 0, 0, { 0 },       \
			sentence                                                                   \
	}
#define NUMBER(name, member, fallback, min, max, sentence)                                         \
	{                                                                                          \
		name, CONFIG_NUMBER, offsetof(struct settings, member), fallback, min, max, { 0 }, \
			sentence                                                                   \
	}

#define RATE(name, member, fallback, sentence)                                                     \
	{                                                                                          \
		name, CONFIG_RATE, offsetof(struct settings, member), fallback, 0, 0, { 0 },       \
			sentence                                                                   \
	}

const struct config_key setting_keys[] = {
	TEXT("server.listen", listen, "127.0.0.1:8080",
	     "where requests come in: host:port, unix:PATH, or systemd for socket activation"),
	TEXT("server.operations_listen", operations_listen, NULL,
	     "where /healthz, /readyz and /metrics are served, for the operator's own programs: "
	     "host:port, unix:PATH, or none; 127.0.0.1:9090 if not given, unless that is taken"),
	TEXT("server.public_url", public_url, NULL,
	     "what links in mails start with, whatever a request claims; required unless --dev"),
	TEXT("server.key_file", key_file, NULL,
	     "256 random bits that mailed secrets are derived from; rekey.key beside the database "
	     "if "
	     "not given; made at the first start, the same on every server of a database, never in "
	     "a "
	     "backup of it"),
	TEXT("server.templates", templates, NULL,
	     "a folder with templates of your own for the hosted pages (docs/templates.md), and in "
	     "it a folder for each app that has its own; read again at SIGHUP"),
	{ "server.trusted_proxies",
	  CONFIG_NETWORKS,
	  offsetof(struct settings, trusted_proxies),
	  NULL,
	  0,
	  0,
	  { 0 },
	  "networks whose X-Forwarded-For is believed, as in 127.0.0.1, 10.0.0.0/8; unix for a "
	  "proxy at a Unix socket" },
	TEXT("database.url", database_url, "sqlite:rekey.db",
	     "sqlite:PATH; sqlite:PATH?max_page_count=N bounds the file to N pages; or "
	     "postgresql://user@host/name, with several hosts if need be, and prepare=off behind "
	     "a pooler that shares connections between transactions"),
	NUMBER("database.connections", database_connections, "10", 1, 200,
	       "connections of this server to PostgreSQL at most; SQLite needs none"),
	TEXT("mail.url", mail_url, NULL,
	     "smtp://, smtps:// with user and password, or file:DIR for one .eml file per mail"),
	TEXT("mail.from", mail_from, NULL,
	     "the address that mails come from; required with mail.url"),
	{ "mail.starttls",
	  CONFIG_CHOICE,
	  offsetof(struct settings, mail_starttls),
	  "required",
	  0,
	  0,
	  { "required", "off" },
	  "required, or off for a mail server on loopback" },
	TEXT("mail.ca_file", mail_ca_file, NULL,
	     "PEM file of the only authorities trusted for the mail server; the system's if not "
	     "given"),
	TEXT("outbound.ca_file", outbound_ca_file, NULL,
	     "PEM file of the only authorities trusted for sign-in providers; the system's if not "
	     "given"),
	NUMBER("hash.memory_kib", hash_memory_kib, "19456", 8, 1048576,
	       "Argon2id memory of one hash"),
	NUMBER("hash.passes", hash_passes, "2", 1, 64, "Argon2id passes over that memory"),
	NUMBER("hash.threads", hash_threads, NULL, 1, 64,
	       "hashes at once; one per core if not given"),
	NUMBER("hash.queue_max", hash_queue_max, "64", 1, 512,
	       "hashes waiting beyond those; more are refused with 503"),
	NUMBER("password.min_length", password_min_length, "8", 8, 64,
	       "code points; 8 is OWASP's floor, NIST asks for 15 where nothing else guards an "
	       "account"),
	NUMBER("password.max_length", password_max_length, "256", 64, 1024, "code points"),
	NUMBER("tokens.reset_minutes", reset_minutes, "30", 1, 1440,
	       "how long a mailed link lives"),
	NUMBER("tokens.access_minutes", access_minutes, "15", 1, 1440,
	       "how long an access token lives"),
	NUMBER("tokens.refresh_days", refresh_days, "30", 1, 3650, "how long a session lives"),
	RATE("limits.requests_per_network", requests_per_network, "300/1m",
	     "requests of an IPv4 address or an IPv6 /64; any limit is COUNT/PERIOD (s, m, h, d) "
	     "or none"),
	RATE("limits.failures_per_network", failures_per_network, "60/1m",
	     "wrong passwords, codes and tokens of one network; successes do not count"),
	RATE("limits.failures_per_login", failures_per_login, "10/15m",
	     "failures of one login from one network; then each try has to wait longer"),
	RATE("limits.mails_per_address", mails_per_address, "5/30m",
	     "mails asked for by one address; more are not sent while the newest link lives"),
	NUMBER("retention.mail_days", retention_mail_days, "7", 1, 3650,
	       "how long a mail that was sent, dropped or given up is kept in the outbox"),
	{ "retention.audit_days",
	  CONFIG_NUMBER_OR_NONE,
	  offsetof(struct settings, retention_audit_days),
	  "365",
	  1,
	  36500,
	  { 0 },
	  "how long the audit trail is kept; none: for ever" },
	{ "log.requests",
	  CONFIG_CHOICE,
	  offsetof(struct settings, log_requests),
	  "on",
	  0,
	  0,
	  { "off", "on" },
	  "on: one line per request, with method, route, status, time and reference; or off" },
};

const size_t n_setting_keys = COUNT_OF(setting_keys);

static enum err refuse(const char *why)
{
	fprintf(stderr, "rekey: %s\n", why);
	return ERR_CONFIG;
}

static bool url_is_good(struct str url)
{
	bool good = str_starts(url, "https://") || str_starts(url, "http://");

	for (size_t i = 0; i < url.len; i++) {
		if ((unsigned char)url.ptr[i] <= ' ' || strchr("\"<>?#", url.ptr[i]))
			good = false;
	}
	return good;
}

static enum err check_together(struct arena *arena, const struct settings *settings, bool dev)
{
	struct str address, key;

	if (!dev && !settings->public_url.ptr)
		return refuse(
			"server.public_url is required: the https:// address that people reach "
			"this server by (or start with --dev)");
	if (settings->public_url.ptr && !url_is_good(settings->public_url))
		return refuse("server.public_url takes an address such as https://id.example.org, "
		              "without ? or #");
	if (!str_starts(settings->database_url, "sqlite:") && !database_is_served(settings))
		return refuse("database.url takes sqlite:PATH or postgresql://user@host/name");
	if (settings->mail_url.ptr && !str_starts(settings->mail_url, "smtp://") &&
	    !str_starts(settings->mail_url, "smtps://") && !str_starts(settings->mail_url, "file:"))
		return refuse("mail.url takes smtp://, smtps:// or file:DIR");
	if (!dev && settings->mail_url.ptr && !settings->mail_from.ptr)
		return refuse(
			"mail.from is required with mail.url: the address that mails come from");
	if (settings->mail_from.ptr &&
	    email_normalize(arena, settings->mail_from, &address, &key) != OK)
		return refuse("mail.from takes one plain address, such as no-reply@example.org");
	if (settings->password_max_length < settings->password_min_length)
		return refuse("password.max_length is below password.min_length");
	return OK;
}

bool database_is_served(const struct settings *settings)
{
	return str_starts(settings->database_url, "postgresql://") ||
	       str_starts(settings->database_url, "postgres://");
}

enum err database_path(struct arena *arena, const struct settings *settings, struct str *ret_path)
{
	struct str path = settings->database_url;

	if (str_starts(path, "sqlite:"))
		path = str_from(path, strlen("sqlite:"));
	path.len = str_find(path, '?');
	return arena_str(arena, path, ret_path);
}

/* rekey.key beside the database; where that is no file, in the folder the program was started in.
 */
static enum err default_key_file(struct arena *arena, struct settings *settings)
{
	struct str path;

	TRY(database_path(arena, settings, &path));
	if (database_is_served(settings))
		path = STR("");
	while (path.len > 0 && path.ptr[path.len - 1] != '/')
		path.len--;
	return arena_printf(arena, &settings->key_file, "%.*srekey.key", STR_ARG(path));
}

enum err settings_read(struct arena *arena, const struct config_sources *sources, bool dev,
                       struct settings *ret_settings)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct settings settings = { .hash_threads = cores < 1 ? 1 : cores > 64 ? 64 : cores };

	TRY(config_read(arena, setting_keys, n_setting_keys, sources, &settings));
	TRY(check_together(arena, &settings, dev));
	if (!settings.key_file.ptr)
		TRY(default_key_file(arena, &settings));
	while (settings.public_url.len > 0 &&
	       settings.public_url.ptr[settings.public_url.len - 1] == '/')
		settings.public_url.len--;
	*ret_settings = settings;
	return OK;
}

/* Whether the host of smtp://user:password@host:port is this machine. */
static bool mail_host_is_near(struct str url)
{
	struct str host = str_from(url, strlen("smtp://"));
	size_t at = str_find(host, '@');

	if (at < host.len)
		host = str_from(host, at + 1);
	return str_starts(host, "127.") || str_starts(host, "localhost") ||
	       str_starts(host, "[::1]");
}

bool mail_goes_in_the_clear(const struct settings *settings)
{
	return settings->mail_starttls == STARTTLS_OFF &&
	       str_starts(settings->mail_url, "smtp://") && !mail_host_is_near(settings->mail_url);
}

bool hash_cost_is_advised(const struct settings *settings)
{
	static const struct {
		int64_t memory_kib, passes;
	} advised[] = { { 47104, 1 }, { 19456, 2 }, { 12288, 3 }, { 9216, 4 }, { 7168, 5 } };

	FOREACH(least, advised) {
		if (settings->hash_memory_kib >= least->memory_kib &&
		    settings->hash_passes >= least->passes)
			return true;
	}
	return false;
}
