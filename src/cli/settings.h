/* SPDX-License-Identifier: Apache-2.0 */
/* settings.h - every key of the configuration: its unit, default, range, and a sentence. */
#ifndef REKEY_CLI_SETTINGS_H
#define REKEY_CLI_SETTINGS_H

#include "base/config.h"

struct settings {
	struct str listen, operations_listen, public_url, key_file, templates;
	struct network_list trusted_proxies;
	struct str database_url;
	int64_t database_connections;
	struct str mail_url, mail_from, mail_ca_file, outbound_ca_file;
	int64_t mail_starttls; /* enum starttls */
	int64_t hash_memory_kib, hash_passes, hash_threads, hash_queue_max;
	int64_t password_min_length, password_max_length;
	int64_t reset_minutes, access_minutes, refresh_days;
	struct rate requests_per_network, failures_per_network, failures_per_login;
	struct rate mails_per_address;
	int64_t retention_mail_days;
	int64_t retention_audit_days; /* CONFIG_NONE: for ever */
	int64_t log_requests;         /* 0 or 1 */
};

enum starttls { STARTTLS_REQUIRED, STARTTLS_OFF };

extern const struct config_key setting_keys[];
extern const size_t n_setting_keys;

/* Reads them all and checks what one key alone cannot tell. ERR_CONFIG: the line is printed. */
MUST_USE enum err settings_read(struct arena *arena, const struct config_sources *sources, bool dev,
                                struct settings *ret_settings);

/* Whether the database is another program's, PostgreSQL's, and no file. */
bool database_is_served(const struct settings *settings);

/* PATH of database.url, if it is a file. ERR_NOMEM. */
MUST_USE enum err database_path(struct arena *arena, const struct settings *settings,
                                struct str *ret_path);

/* Whether mails, and the password of mail.url, go to another machine without encryption. */
bool mail_goes_in_the_clear(const struct settings *settings);

/* Whether the cost of a hash is one that OWASP advises (Password Storage Cheat Sheet), or above. */
bool hash_cost_is_advised(const struct settings *settings);

#endif
