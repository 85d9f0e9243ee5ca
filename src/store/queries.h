/* SPDX-License-Identifier: Apache-2.0 */
/* queries.h - all SQL, once, in the language that SQLite and PostgreSQL share.
 *
 * QUERY(name, parameters, columns, sql): parameters and columns spell the types in order,
 * i BIGINT, t text, b bytes. Parameters are $1..$n, numbered in order of first appearance. */
#ifndef REKEY_STORE_QUERIES_H
#define REKEY_STORE_QUERIES_H

/* Who takes the steps of the schema, and who sweeps: one of all servers at a time. */
#define LOCK_SCHEMA "7235419001"
#define LOCK_SWEEP  "7235419002"

#define APP_COLUMNS                                                                                \
	"app.id, app.name, app.public_id, app.client_key_digest, app.master_key_digest, "          \
	"app.dialects, app.status, app.conceal_accounts, app.standard_error_status, "              \
	"app.recovery, app.language, app.public_url, app.reset_url, app.sender, app.created_at, "  \
	"app.former_client_key_digest, app.former_master_key_digest, app.password_min_length, "    \
	"app.sign_up, app.activation, app.title, app.accent, app.logo"
#define APP_TYPES "ittbbiiiiittttibbiiittt"

#define ACCOUNT_COLUMNS                                                                            \
	"id, app_id, public_id, email, email_key, username, phc, epoch, status, "                  \
	"password_set_at, password_expires_at, outbox_floor, created_at, name, locale, "           \
	"email_verified_at, held_until, recovery_held_until, guest"
#define ACCOUNT_TYPES "iitttttiiiiiittiiii"

#define ACCOUNT_MATCHES                                                                            \
	"app_id = $1 AND (username_key LIKE $2 ESCAPE '!' OR lower(email) LIKE $2 ESCAPE '!'"      \
	" OR EXISTS (SELECT 1 FROM account_field WHERE account_id = account.id"                    \
	" AND account_field.name IN ('firstName', 'lastName', 'phoneNumber')"                      \
	" AND lower(value) LIKE $2 ESCAPE '!'))"

#define SESSION_COLUMNS                                                                            \
	"session.id, session.account_id, session.epoch, session.public_id, session.nonce, "        \
	"session.generation, session.created_at, session.refreshed_at, session.expires_at, "       \
	"session.ends_at, session.network, session.client, account.public_id, account.epoch, "     \
	"account.status, account.username"
#define SESSION_TYPES "iiitbiiiiitttiit"

#define TOKEN_COLUMNS                                                                              \
	"token.id, token.account_id, token.outbox_id, token.purpose, token.epoch, token.state, "   \
	"token.created_at, token.expires_at, account.epoch, account.username_key, token.digest, "  \
	"account.app_id, account.status, token.address, token.address_key, token.phc"
#define TOKEN_TYPES "iiiiiiiiitbiittt"

#define OUTBOX_COLUMNS                                                                             \
	"id, app_id, kind, state, nonce, reference, login, account_id, epoch, network, attempts, " \
	"created_at, expires_at, next_attempt_at, settled_at, last_error, address, language, "     \
	"return_to"
#define OUTBOX_TYPES "iiiibttiitiiiiitttt"

#define SIGN_UP_COLUMNS                                                                            \
	"id, app_id, outbox_id, nonce, digest, email, email_key, username, username_key, name, "   \
	"locale, phc, state, created_at, expires_at"
#define SIGN_UP_TYPES "iiibbtttttttiii"

#define CONTENT_COLUMNS "id, kind, name, slug, is_global, members, created_at"
#define CONTENT_TYPES   "iittiti"

#define SIGNING_KEY_COLUMNS "kid, public_jwk, sealed_jwk, created_at, retired_at, verifies_until"
#define SIGNING_KEY_TYPES   "ttbiii"

#define PROVIDER_COLUMNS                                                                           \
	"id, app_id, name, issuer, client_id, sealed_secret, authorization_url, token_url, "       \
	"keys_url, user_info_url, scopes, redirect_uris, pkce, nonce, state, auth, created_at"
#define PROVIDER_TYPES "iitttbttttttiiiii"

#define SIGN_IN_COLUMNS                                                                            \
	"id, provider_id, state_digest, nonce, redirect_uri, network, created_at, expires_at, "    \
	"spent_at"
#define SIGN_IN_TYPES "iibbtiiii"

#define IDENTITY_COLUMNS "id, app_id, account_id, provider, issuer, subject, created_at, vouched"
#define IDENTITY_TYPES   "iiitttii"

#define QUERY_LIST(QUERY)                                                                          \
	QUERY(PING, "", "i", "SELECT count(*) FROM app")                                           \
	QUERY(CENSUS, "i", "iiiiii",                                                               \
	      "SELECT (SELECT count(*) FROM app), (SELECT count(*) FROM account),"                 \
	      " coalesce((SELECT max(id) FROM audit), 0),"                                         \
	      " coalesce((SELECT at FROM audit ORDER BY id DESC LIMIT 1), 0),"                     \
	      " (SELECT count(*) FROM outbox WHERE state = 0 AND created_at < $1),"                \
	      " (SELECT count(*) FROM outbox WHERE state = 2)")                                    \
                                                                                                   \
	QUERY(APP_BY_PUBLIC_ID, "t", APP_TYPES,                                                    \
	      "SELECT " APP_COLUMNS " FROM app WHERE public_id = $1")                              \
	QUERY(APP_BY_ALIAS, "t", APP_TYPES,                                                        \
	      "SELECT " APP_COLUMNS " FROM app JOIN app_alias ON app_alias.app_id = app.id"        \
	      " WHERE alias = $1")                                                                 \
	QUERY(APP_BY_HOST, "t", APP_TYPES,                                                         \
	      "SELECT " APP_COLUMNS " FROM app JOIN app_host ON app_host.app_id = app.id"          \
	      " WHERE host = $1")                                                                  \
	QUERY(APP_BY_ID, "i", APP_TYPES, "SELECT " APP_COLUMNS " FROM app WHERE id = $1")          \
	QUERY(APP_ONLY, "", APP_TYPES,                                                             \
	      "SELECT " APP_COLUMNS " FROM app WHERE (SELECT count(*) FROM app) = 1")              \
	QUERY(APPS, "", APP_TYPES, "SELECT " APP_COLUMNS " FROM app ORDER BY name")                \
	QUERY(APP_UPDATE, "iiiittttiiiittti", "i",                                                 \
	      "UPDATE app SET status = $1, conceal_accounts = $2, standard_error_status = $3,"     \
	      " recovery = $4, language = $5, public_url = $6, reset_url = $7, sender = $8,"       \
	      " dialects = $9, password_min_length = $10, sign_up = $11, activation = $12,"        \
	      " title = $13, accent = $14, logo = $15 WHERE id = $16 RETURNING id")                \
	/* Guarded by the key that was read: of two who change it at once, one comes later. */     \
	QUERY(APP_SET_CLIENT_KEY, "bbib", "i",                                                     \
	      "UPDATE app SET client_key_digest = $1, former_client_key_digest = $2"               \
	      " WHERE id = $3 AND client_key_digest = $4 RETURNING id")                            \
	QUERY(APP_SET_MASTER_KEY, "bbib", "i",                                                     \
	      "UPDATE app SET master_key_digest = $1, former_master_key_digest = $2"               \
	      " WHERE id = $3 AND master_key_digest = $4 RETURNING id")                            \
	QUERY(APP_HOSTS, "i", "t", "SELECT host FROM app_host WHERE app_id = $1 ORDER BY host")    \
	QUERY(APP_HOST_ADD, "ti", "", "INSERT INTO app_host (host, app_id) VALUES ($1, $2)")       \
	QUERY(APP_HOST_REMOVE, "ti", "", "DELETE FROM app_host WHERE host = $1 AND app_id = $2")   \
	QUERY(APP_ALIASES, "i", "t",                                                               \
	      "SELECT alias FROM app_alias WHERE app_id = $1 ORDER BY "                            \
	      "alias")                                                                             \
	QUERY(APP_ALIAS_ADD, "ti", "", "INSERT INTO app_alias (alias, app_id) VALUES ($1, $2)")    \
	QUERY(APP_ALIAS_REMOVE, "ti", "",                                                          \
	      "DELETE FROM app_alias WHERE alias = $1 AND app_id = $2")                            \
	QUERY(APP_ORIGINS, "i", "t",                                                               \
	      "SELECT origin FROM app_origin WHERE app_id = $1 ORDER BY origin")                   \
	QUERY(APP_ORIGIN_ADD, "ti", "", "INSERT INTO app_origin (origin, app_id) VALUES ($1, $2)") \
	QUERY(APP_ORIGIN_REMOVE, "ti", "",                                                         \
	      "DELETE FROM app_origin WHERE origin = $1 AND app_id = $2")                          \
	QUERY(APP_HAS_ORIGIN, "ti", "i",                                                           \
	      "SELECT count(*) FROM app_origin WHERE origin = $1 AND app_id = $2")                 \
	QUERY(APP_RETURNS, "i", "t", "SELECT url FROM app_return WHERE app_id = $1 ORDER BY url")  \
	QUERY(APP_RETURN_ADD, "ti", "", "INSERT INTO app_return (url, app_id) VALUES ($1, $2)")    \
	QUERY(APP_RETURN_REMOVE, "ti", "",                                                         \
	      "DELETE FROM app_return WHERE url = $1 AND app_id = $2")                             \
	QUERY(APP_HAS_RETURN, "ti", "i",                                                           \
	      "SELECT count(*) FROM app_return WHERE url = $1 AND app_id = $2")                    \
	QUERY(DIALECT_HAS_ORIGIN, "ti", "i",                                                       \
	      "SELECT count(*) FROM app_origin JOIN app ON app.id = app_origin.app_id"             \
	      " WHERE origin = $1 AND (app.dialects & $2) <> 0")                                   \
	QUERY(APP_LOGO, "i", "tb", "SELECT type, image FROM app_logo WHERE app_id = $1")           \
	QUERY(APP_LOGO_SET, "itb", "",                                                             \
	      "INSERT INTO app_logo (app_id, type, image) VALUES ($1, $2, $3)"                     \
	      " ON CONFLICT (app_id) DO UPDATE SET type = $2, image = $3")                         \
	QUERY(APP_LOGO_REMOVE, "i", "", "DELETE FROM app_logo WHERE app_id = $1")                  \
	QUERY(APP_COUNT_ACCOUNTS, "i", "i", "SELECT count(*) FROM account WHERE app_id = $1")      \
	QUERY(APP_REMOVE_ACCOUNT_NUMBERS, "i", "",                                                 \
	      "UPDATE removed_account SET newest_id = (SELECT max(id) FROM account"                \
	      " WHERE app_id = $1) WHERE newest_id < (SELECT max(id) FROM account"                 \
	      " WHERE app_id = $1)")                                                               \
	QUERY(APP_REMOVE_NUMBER, "i", "",                                                          \
	      "UPDATE removed_account SET newest_app_id = $1 WHERE newest_app_id < $1")            \
	QUERY(APP_REMOVE_TRAIL, "i", "",                                                           \
	      "UPDATE audit SET account_id = 0, network = '' WHERE app_id = $1")                   \
	QUERY(APP_REMOVE, "i", "i", "DELETE FROM app WHERE id = $1 RETURNING id")                  \
                                                                                                   \
	QUERY(ACCOUNT_BY_EMAIL, "it", ACCOUNT_TYPES,                                               \
	      "SELECT " ACCOUNT_COLUMNS " FROM account WHERE app_id = $1 AND email_key = $2")      \
	QUERY(ACCOUNT_BY_USERNAME, "it", ACCOUNT_TYPES,                                            \
	      "SELECT " ACCOUNT_COLUMNS " FROM account WHERE app_id = $1 AND username_key = $2")   \
	QUERY(ACCOUNT_BY_PUBLIC_ID, "it", ACCOUNT_TYPES,                                           \
	      "SELECT " ACCOUNT_COLUMNS " FROM account WHERE app_id = $1 AND public_id = $2")      \
	/* By a part of a name or an address; the pattern is in lower case, and escapes with !. */ \
	QUERY(ACCOUNT_SEARCH, "itii", ACCOUNT_TYPES,                                               \
	      "SELECT " ACCOUNT_COLUMNS " FROM account WHERE " ACCOUNT_MATCHES                     \
	      " ORDER BY id LIMIT $3 OFFSET $4")                                                   \
	QUERY(ACCOUNT_SEARCH_COUNT, "it", "i",                                                     \
	      "SELECT count(*) FROM account WHERE " ACCOUNT_MATCHES)                               \
	QUERY(ACCOUNT_BY_ID, "i", ACCOUNT_TYPES,                                                   \
	      "SELECT " ACCOUNT_COLUMNS " FROM account WHERE id = $1")                             \
	/* By number, behind a place: the plus keeps it from being read by the app and sorted. */  \
	QUERY(ACCOUNT_PAGE, "iii", ACCOUNT_TYPES,                                                  \
	      "SELECT " ACCOUNT_COLUMNS " FROM account WHERE +app_id = $1 AND id > $2"             \
	      " ORDER BY id LIMIT $3")                                                             \
	/* Disabled (1) moves the epoch, active (0) does not: what it ends is ended already. */    \
	QUERY(ACCOUNT_SET_STATUS, "iii", "i",                                                      \
	      "UPDATE account SET status = $1, epoch = epoch + $1 WHERE id = $2 AND epoch = $3"    \
	      " RETURNING epoch")                                                                  \
	QUERY(ACCOUNT_RENAME, "ttii", "i",                                                         \
	      "UPDATE account SET username = $1, username_key = $2 WHERE id = $3 AND epoch = $4"   \
	      " RETURNING id")                                                                     \
	QUERY(ACCOUNT_SET_PASSWORD, "tiiiii", "i",                                                 \
	      "UPDATE account SET phc = $1, old_kind = NULL, epoch = epoch + 1,"                   \
	      " password_set_at = $2, password_expires_at = $3, outbox_floor = $4"                 \
	      " WHERE id = $5 AND epoch = $6 RETURNING epoch")                                     \
	/* A better hash of the same password: nothing else changes, so the epoch stays. */        \
	QUERY(ACCOUNT_REHASH, "tiit", "i",                                                         \
	      "UPDATE account SET phc = $1, old_kind = NULL WHERE id = $2 AND epoch = $3"          \
	      " AND phc = $4 RETURNING id")                                                        \
	QUERY(ACCOUNT_KEEP_PASSWORD, "ii", "i",                                                    \
	      "UPDATE account SET password_expires_at = 0 WHERE id = $1 AND epoch = $2"            \
	      " RETURNING id")                                                                     \
                                                                                                   \
	/* Guarded by what was read: of two who change it at once, neither is lost. */             \
	QUERY(ACCOUNT_SET_PROFILE, "ttttiittt", "i",                                               \
	      "UPDATE account SET name = $1, locale = $2, username = $3, username_key = $4"        \
	      " WHERE id = $5 AND epoch = $6 AND name IS NOT DISTINCT FROM $7"                     \
	      " AND locale IS NOT DISTINCT FROM $8 AND username IS NOT DISTINCT FROM $9"           \
	      " RETURNING id")                                                                     \
	/* Whoever waits for that (2) is active (0). */                                            \
	QUERY(ACCOUNT_VERIFY, "iii", "i",                                                          \
	      "UPDATE account SET email_verified_at = $1,"                                         \
	      " status = CASE status WHEN 2 THEN 0 ELSE status END"                                \
	      " WHERE id = $2 AND epoch = $3 RETURNING id")                                        \
	/* A guest becomes somebody, once. */                                                      \
	QUERY(ACCOUNT_COMPLETE, "tttiiii", "i",                                                    \
	      "UPDATE account SET username = $1, username_key = $2, phc = $3, outbox_floor = $4,"  \
	      " old_kind = NULL, password_set_at = $5, password_expires_at = 0, guest = 0,"        \
	      " epoch = epoch + 1"                                                                 \
	      " WHERE id = $6 AND epoch = $7 AND guest = 1 RETURNING epoch")                       \
	QUERY(ACCOUNT_SET_EMAIL, "ttiiii", "i",                                                    \
	      "UPDATE account SET email = $1, email_key = $2, email_verified_at = $3,"             \
	      " epoch = epoch + 1, outbox_floor = $4 WHERE id = $5 AND epoch = $6 RETURNING "      \
	      "epoch")                                                                             \
	QUERY(ACCOUNT_HOLD, "iiii", "i",                                                           \
	      "UPDATE account SET held_until = $1, recovery_held_until = $2, epoch = epoch + 1"    \
	      " WHERE id = $3 AND epoch = $4 RETURNING epoch")                                     \
	QUERY(ACCOUNT_RELEASE, "i", "",                                                            \
	      "UPDATE account SET held_until = 0, recovery_held_until = 0 WHERE id = $1")          \
                                                                                                   \
	/* What is for an account by name of its number, or by what was typed to find it. */       \
	QUERY(ACCOUNT_REMOVE_MAILS, "i", "",                                                       \
	      "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox"                              \
	      " WHERE account_id = $1 AND account_id <> 0 UNION SELECT outbox.id FROM account"     \
	      " CROSS JOIN outbox WHERE account.id = $1 AND outbox.app_id = account.app_id"        \
	      " AND outbox.login = account.email_key AND outbox.kind <> 1 UNION"                   \
	      " SELECT outbox.id FROM account CROSS JOIN outbox WHERE account.id = $1"             \
	      " AND outbox.app_id = account.app_id AND outbox.login = account.username_key"        \
	      " AND outbox.kind = 1)")                                                             \
	QUERY(ACCOUNT_REMOVE_SIGN_UPS, "i", "",                                                    \
	      "DELETE FROM sign_up WHERE id IN (SELECT sign_up.id FROM account CROSS JOIN sign_up" \
	      " WHERE account.id = $1 AND sign_up.app_id = account.app_id"                         \
	      " AND sign_up.email_key = account.email_key)")                                       \
	QUERY(ACCOUNT_REMOVE_TRAIL, "i", "",                                                       \
	      "UPDATE audit SET account_id = 0, network = '' WHERE account_id = $1"                \
	      " AND account_id <> 0")                                                              \
	QUERY(ACCOUNT_REMOVE_NUMBER, "i", "",                                                      \
	      "UPDATE removed_account SET newest_id = $1 WHERE newest_id < $1")                    \
	QUERY(ACCOUNT_REMOVE, "i", "i", "DELETE FROM account WHERE id = $1 RETURNING id")          \
                                                                                                   \
	/* The most frequent kinds, in an order that stays as they get fewer. */                   \
	QUERY(OLD_HASHES, "i", "ti",                                                               \
	      "SELECT phc, accounts FROM (SELECT old_kind, max(phc) AS phc, count(*) AS accounts"  \
	      " FROM account WHERE app_id = $1 AND old_kind IS NOT NULL GROUP BY old_kind"         \
	      " ORDER BY count(*) DESC, old_kind LIMIT 8) AS kinds ORDER BY old_kind")             \
                                                                                                   \
	QUERY(ACCOUNT_FIELDS, "i", "tt",                                                           \
	      "SELECT name, value FROM account_field WHERE account_id = $1 ORDER BY id")           \
	QUERY(ACCOUNT_FIELD_SET, "itt", "",                                                        \
	      "INSERT INTO account_field (account_id, name, value) VALUES ($1, $2, $3)"            \
	      " ON CONFLICT (account_id, name) DO UPDATE SET value = excluded.value")              \
	QUERY(ACCOUNT_FIELD_REMOVE, "it", "",                                                      \
	      "DELETE FROM account_field WHERE account_id = $1 AND name = $2")                     \
                                                                                                   \
	QUERY(WORKSPACE_ADD, "iti", "i",                                                           \
	      "INSERT INTO workspace (app_id, name, created_at) VALUES ($1, $2, $3) RETURNING id") \
	QUERY(WORKSPACE_JOIN, "ii", "i",                                                           \
	      "INSERT INTO workspace_member (account_id, workspace_id) VALUES ($1, $2)"            \
	      " RETURNING id")                                                                     \
	QUERY(WORKSPACES_OF, "i", "iti",                                                           \
	      "SELECT workspace.id, name, created_at FROM workspace_member JOIN workspace"         \
	      " ON workspace.id = workspace_id WHERE account_id = $1 ORDER BY workspace.id")       \
	QUERY(WORKSPACE_MEMBERS, "i", "i",                                                         \
	      "SELECT account_id FROM workspace_member WHERE workspace_id = $1"                    \
	      " ORDER BY account_id")                                                              \
	/* Only by one of its members. */                                                          \
	QUERY(WORKSPACE_RENAME, "tii", "i",                                                        \
	      "UPDATE workspace SET name = $1 WHERE id = $2 AND EXISTS (SELECT 1"                  \
	      " FROM workspace_member WHERE workspace_id = $2 AND account_id = $3) RETURNING id")  \
	/* Those that have no other member go with the account. */                                 \
	QUERY(ACCOUNT_REMOVE_WORKSPACES, "i", "",                                                  \
	      "DELETE FROM workspace WHERE id IN (SELECT workspace_id FROM workspace_member"       \
	      " WHERE account_id = $1) AND NOT EXISTS (SELECT 1 FROM workspace_member"             \
	      " WHERE workspace_id = workspace.id AND account_id <> $1)")                          \
	QUERY(ACCOUNT_REMOVE_WAITING, "i", "",                                                     \
	      "DELETE FROM waiting WHERE id IN (SELECT waiting.id FROM account CROSS JOIN waiting" \
	      " WHERE account.id = $1 AND waiting.app_id = account.app_id"                         \
	      " AND waiting.email_key = account.email_key)")                                       \
	/* Once: who is on it keeps the place. */                                                  \
	QUERY(WAITING_ADD, "ittii", "",                                                            \
	      "INSERT INTO waiting (app_id, email, email_key, created_at, account_created)"        \
	      " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (app_id, email_key) DO NOTHING")           \
	QUERY(WAITING_SET_CREATED, "it", "",                                                       \
	      "UPDATE waiting SET account_created = 1 WHERE app_id = $1 AND email_key = $2")       \
	QUERY(WAITING_BY_EMAIL, "it", "ittii",                                                     \
	      "SELECT id, email, email_key, created_at, account_created FROM waiting"              \
	      " WHERE app_id = $1 AND email_key = $2")                                             \
	/* Those before it who still wait, and itself. */                                          \
	QUERY(WAITING_POSITION, "ii", "i",                                                         \
	      "SELECT 1 + count(*) FROM waiting WHERE app_id = $1 AND id < $2"                     \
	      " AND account_created = 0")                                                          \
	QUERY(WAITING_PAGE, "iii", "ittii",                                                        \
	      "SELECT id, email, email_key, created_at, account_created FROM waiting"              \
	      " WHERE app_id = $1 AND id > $2 ORDER BY id LIMIT $3")                               \
	QUERY(WAITING_REMOVE, "it", "i",                                                           \
	      "DELETE FROM waiting WHERE app_id = $1 AND email_key = $2 RETURNING id")             \
	QUERY(CONTENT_LIST, "i", CONTENT_TYPES,                                                    \
	      "SELECT " CONTENT_COLUMNS " FROM content WHERE app_id = $1 ORDER BY kind, id")       \
	QUERY(CONTENT_OF_SLUG, "it", CONTENT_TYPES,                                                \
	      "SELECT " CONTENT_COLUMNS " FROM content WHERE app_id = $1"                          \
	      " AND (kind = 0 OR slug = $2 OR is_global = 1) ORDER BY id")                         \
	QUERY(CONTENT_BY_NAME, "iit", CONTENT_TYPES,                                               \
	      "SELECT " CONTENT_COLUMNS " FROM content WHERE app_id = $1 AND kind = $2"            \
	      " AND name = $3")                                                                    \
	QUERY(CONTENT_SET, "iittiti", "i",                                                         \
	      "INSERT INTO content (app_id, kind, name, slug, is_global, members, created_at)"     \
	      " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (app_id, kind, name) DO UPDATE"    \
	      " SET slug = excluded.slug, is_global = excluded.is_global,"                         \
	      " members = excluded.members RETURNING id")                                          \
	QUERY(CONTENT_REMOVE, "iit", "i",                                                          \
	      "DELETE FROM content WHERE app_id = $1 AND kind = $2 AND name = $3 RETURNING id")    \
                                                                                                   \
	QUERY(SESSION_ADD, "tbbiiittii", "i",                                                      \
	      "INSERT INTO session (account_id, epoch, public_id, nonce, access_digest, "          \
	      "generation,"                                                                        \
	      " created_at, refreshed_at, expires_at, ends_at, network, client)"                   \
	      " SELECT id, epoch, $1, $2, $3, 0, $4, $4, $5, $6, $7, $8 FROM account"              \
	      " WHERE id = $9 AND epoch = $10 AND status = 0 RETURNING id")                        \
	QUERY(SESSION_BY_ACCESS_DIGEST, "bii", SESSION_TYPES,                                      \
	      "SELECT " SESSION_COLUMNS                                                            \
	      " FROM session JOIN account ON account.id = session.account_id"                      \
	      " WHERE access_digest = $1 AND app_id = $2 AND session.epoch = account.epoch"        \
	      " AND account.status = 0 AND session.expires_at > $3")                               \
	/* Dead ones too: whoever asks by it has to say why. */                                    \
	QUERY(SESSION_BY_PUBLIC_ID, "ti", SESSION_TYPES,                                           \
	      "SELECT " SESSION_COLUMNS                                                            \
	      " FROM session JOIN account ON account.id = session.account_id"                      \
	      " WHERE session.public_id = $1 AND app_id = $2")                                     \
	QUERY(SESSIONS_OF, "iiii", SESSION_TYPES,                                                  \
	      "SELECT " SESSION_COLUMNS                                                            \
	      " FROM session JOIN account ON account.id = session.account_id"                      \
	      " WHERE account_id = $1 AND session.epoch = $2 AND ends_at > $3"                     \
	      " ORDER BY session.id DESC LIMIT $4")                                                \
	QUERY(SESSION_REFRESH, "biiiii", "i",                                                      \
	      "UPDATE session SET generation = generation + 1, access_digest = $1, refreshed_at "  \
	      "= $2,"                                                                              \
	      " expires_at = $3 WHERE id = $4 AND generation = $5 AND account_id = $6 RETURNING "  \
	      "id")                                                                                \
	QUERY(SESSION_KEEP, "iiii", "i",                                                           \
	      "UPDATE session SET refreshed_at = $1, expires_at = $2, ends_at = $2 WHERE id = $3"  \
	      " AND account_id = $4 RETURNING id")                                                 \
	QUERY(SESSION_RESTAMP, "iiii", "i",                                                        \
	      "UPDATE session SET epoch = $1 WHERE id = $2 AND epoch = $3 AND account_id = $4"     \
	      " RETURNING id")                                                                     \
	QUERY(SESSIONS_RESTAMP, "iii", "i",                                                        \
	      "UPDATE session SET epoch = $1 WHERE account_id = $2 AND epoch = $3 RETURNING id")   \
	QUERY(SESSION_END, "ti", "i",                                                              \
	      "DELETE FROM session WHERE public_id = $1 AND account_id = $2 RETURNING id")         \
	QUERY(SESSION_END_OTHERS, "ii", "i",                                                       \
	      "DELETE FROM session WHERE account_id = $1 AND id <> $2 RETURNING id")               \
                                                                                                   \
	/* The token of one outbox row, made at its first attempt and found again at the next; no  \
	 * row back when the account has moved on or a newer request has its token already. */     \
	QUERY(TOKEN_ADD, "iibiitttiiii", "i",                                                      \
	      "INSERT INTO token (outbox_id, purpose, digest, state, created_at, expires_at,"      \
	      " address, address_key, reference, account_id, epoch)"                               \
	      " SELECT $1, $2, $3, 0, $4, $5, $6, $7, $8, id, epoch FROM account"                  \
	      " WHERE id = $9 AND epoch = $10 AND status <> 1 AND outbox_floor < $1 AND NOT "      \
	      "EXISTS"                                                                             \
	      " (SELECT 1 FROM token WHERE account_id = $9 AND outbox_id > $1"                     \
	      " AND purpose BETWEEN $11 AND $12)"                                                  \
	      " ON CONFLICT (outbox_id) DO UPDATE SET expires_at = excluded.expires_at"            \
	      " WHERE token.state = 0 AND token.epoch = excluded.epoch RETURNING id")              \
	QUERY(TOKENS_REPLACE, "iiii", "",                                                          \
	      "UPDATE token SET state = 2 WHERE account_id = $1 AND outbox_id < $2 AND state = 0"  \
	      " AND purpose BETWEEN $3 AND $4")                                                    \
	/* Of a change that was made: it outlives all that comes after, and replaces nothing. */   \
	QUERY(TOKEN_ADD_LASTING, "iiibiittti", "i",                                                \
	      "INSERT INTO token (account_id, outbox_id, purpose, digest, state, created_at,"      \
	      " expires_at, address, address_key, phc, epoch)"                                     \
	      " VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8, $9, $10) RETURNING id")                 \
	QUERY(TOKEN_IS_LIVE, "iii", "i",                                                           \
	      "UPDATE token SET state = 0 WHERE id = $1 AND state = 0 AND expires_at > $2"         \
	      " AND account_id = $3 RETURNING id")                                                 \
	/* Links that say "it was not me" of changes after that one: they may be the thief's. */   \
	QUERY(TOKENS_VOID_NOT_ME, "ii", "",                                                        \
	      "UPDATE token SET state = 2, phc = NULL WHERE account_id = $1 AND outbox_id > $2"    \
	      " AND purpose = 4 AND state = 0")                                                    \
	/* The one of this reference, or whichever is next, as below. */                           \
	QUERY(TOKEN_BY_REFERENCE, "t", TOKEN_TYPES "tb",                                           \
	      "SELECT " TOKEN_COLUMNS ", token.reference, outbox.nonce FROM token"                 \
	      " JOIN account ON account.id = token.account_id"                                     \
	      " JOIN outbox ON outbox.id = token.outbox_id WHERE token.reference ="                \
	      " coalesce((SELECT reference FROM token WHERE reference >= $1 ORDER BY reference"    \
	      " LIMIT 1), (SELECT reference FROM token WHERE reference IS NOT NULL"                \
	      " ORDER BY reference LIMIT 1)) ORDER BY token.id DESC LIMIT 1")                      \
	/* The one of this digest, or whichever is next: a token that nobody has costs the reads   \
	 * of one that was, and the verb tells them apart. */                                      \
	QUERY(TOKEN_BY_DIGEST, "b", TOKEN_TYPES,                                                   \
	      "SELECT " TOKEN_COLUMNS " FROM token JOIN account ON account.id = token.account_id"  \
	      " WHERE digest = coalesce((SELECT digest FROM token WHERE digest >= $1"              \
	      " ORDER BY digest LIMIT 1), (SELECT digest FROM token ORDER BY digest LIMIT 1))")    \
	/* How often an account was mailed a link lately, and whether one of these still lives;    \
	 * but for the row's own, whose mail may be at its next attempt. */                        \
	QUERY(TOKENS_MAILED, "iiii", "ii",                                                         \
	      "SELECT count(*), count(CASE WHEN token.state = 0 AND token.expires_at > $1"         \
	      " AND token.epoch = account.epoch THEN 1 END) FROM token JOIN account"               \
	      " ON account.id = token.account_id WHERE token.account_id = $2"                      \
	      " AND token.created_at > $3 AND token.outbox_id <> $4 AND purpose IN (0, 1, 2)")     \
	QUERY(TOKEN_CONSUME, "iiii", "i",                                                          \
	      "UPDATE token SET state = 1, phc = NULL WHERE id = $1 AND state = 0 AND expires_at " \
	      "> $2"                                                                               \
	      " AND epoch = $3 AND account_id = $4 RETURNING account_id")                          \
                                                                                                   \
	QUERY(OUTBOX_ADD, "iibttiitiiittt", "i",                                                   \
	      "INSERT INTO outbox (app_id, kind, nonce, reference, login, account_id, epoch,"      \
	      " network, created_at, expires_at, next_attempt_at, address, language, return_to,"   \
	      " state, attempts, settled_at, last_error) VALUES"                                   \
	      " ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, 0, 0, '')"        \
	      " RETURNING id")                                                                     \
	/* Mails of one kind that an address was sent lately. */                                   \
	QUERY(OUTBOX_SENT_TO, "itiiii", "i",                                                       \
	      "SELECT count(*) FROM outbox WHERE app_id = $1 AND login = $2 AND state = 1"         \
	      " AND created_at > $3 AND id <> $4 AND kind BETWEEN $5 AND $6")                      \
                                                                                                   \
	QUERY(SIGN_UP_ADD, "iibbtttttttii", "i",                                                   \
	      "INSERT INTO sign_up (app_id, outbox_id, nonce, digest, email, email_key, username," \
	      " username_key, name, locale, phc, created_at, expires_at, state)"                   \
	      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0) RETURNING id")  \
	QUERY(SIGN_UP_BY_OUTBOX, "i", SIGN_UP_TYPES,                                               \
	      "SELECT " SIGN_UP_COLUMNS " FROM sign_up WHERE outbox_id = $1")                      \
	QUERY(SIGN_UP_BY_DIGEST, "bi", SIGN_UP_TYPES,                                              \
	      "SELECT " SIGN_UP_COLUMNS " FROM sign_up WHERE digest = $1 AND app_id = $2")         \
	QUERY(SIGN_UP_NEWEST, "iti", SIGN_UP_TYPES,                                                \
	      "SELECT " SIGN_UP_COLUMNS " FROM sign_up WHERE app_id = $1 AND email_key = $2"       \
	      " AND state = 0 AND expires_at > $3 ORDER BY id DESC LIMIT 1")                       \
	QUERY(SIGN_UPS_WAITING, "iti", "i",                                                        \
	      "SELECT count(*) FROM sign_up WHERE app_id = $1 AND email_key = $2 AND state = 0"    \
	      " AND expires_at > $3")                                                              \
	QUERY(SIGN_UP_CONFIRM, "ii", "i",                                                          \
	      "UPDATE sign_up SET state = 1, phc = '' WHERE id = $1 AND state = 0 AND expires_at " \
	      "> $2"                                                                               \
	      " RETURNING id")                                                                     \
	QUERY(SIGN_UPS_REPLACE, "it", "",                                                          \
	      "UPDATE sign_up SET state = 2, phc = '' WHERE app_id = $1 AND email_key = $2 AND "   \
	      "state = 0")                                                                         \
	QUERY(OUTBOX_SETTLE, "iiitii", "i",                                                        \
	      "UPDATE outbox SET state = $1, next_attempt_at = $2, settled_at = $3,"               \
	      " last_error = $4 WHERE id = $5 AND attempts = $6 AND state = 0 RETURNING id")       \
	QUERY(OUTBOX_RETRY, "iii", "i",                                                            \
	      "UPDATE outbox SET state = 0, next_attempt_at = $1, settled_at = 0,"                 \
	      " expires_at = $2 WHERE id = $3 AND state = 2 RETURNING id")                         \
	QUERY(OUTBOX_BY_ID, "i", OUTBOX_TYPES,                                                     \
	      "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE id = $1")                               \
	QUERY(OUTBOX_COUNT, "", "iii",                                                             \
	      "SELECT (SELECT count(*) FROM outbox WHERE state = 0),"                              \
	      " (SELECT count(*) FROM outbox WHERE state = 2),"                                    \
	      " coalesce((SELECT min(created_at) FROM outbox WHERE state = 0), 0)")                \
	/* A dead row waits for its operator: no number of newer requests may bury it. */          \
	QUERY(OUTBOX_NEWEST, "i", OUTBOX_TYPES,                                                    \
	      "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE id IN (SELECT id FROM outbox"           \
	      " ORDER BY (state = 2) DESC, id DESC LIMIT $1) ORDER BY id DESC")                    \
                                                                                                   \
	QUERY(AUDIT_ADD, "iiittt", "",                                                             \
	      "INSERT INTO audit (app_id, account_id, at, event, outcome, network)"                \
	      " VALUES ($1, $2, $3, $4, $5, $6)")                                                  \
	/* A page below a number, of what happened since; of all accounts, or of one. */           \
	QUERY(AUDIT_PAGE, "iiii", "iiiittt",                                                       \
	      "SELECT id, app_id, account_id, at, event, outcome, network FROM audit"              \
	      " WHERE app_id = $1 AND id < $2 AND at >= $3 ORDER BY id DESC LIMIT $4")             \
	QUERY(AUDIT_PAGE_OF, "iiiii", "iiiittt",                                                   \
	      "SELECT id, app_id, account_id, at, event, outcome, network FROM audit"              \
	      " WHERE app_id = $1 AND id < $2 AND at >= $3 AND account_id = $4"                    \
	      " ORDER BY id DESC LIMIT $5")                                                        \
                                                                                                   \
	/* Counts n more, in the window that runs or in a new one. */                              \
	QUERY(LIMIT_TAKE, "biii", "iii",                                                           \
	      "INSERT INTO limit_counter (key, count, window_ends_at, refused_until)"              \
	      " VALUES ($1, $2, $3, 0) ON CONFLICT (key) DO UPDATE SET"                            \
	      " count = CASE WHEN limit_counter.window_ends_at > $4"                               \
	      " THEN limit_counter.count + excluded.count ELSE excluded.count END,"                \
	      " window_ends_at = CASE WHEN limit_counter.window_ends_at > $4"                      \
	      " THEN limit_counter.window_ends_at ELSE excluded.window_ends_at END,"               \
	      " refused_until = CASE WHEN limit_counter.window_ends_at > $4"                       \
	      " THEN limit_counter.refused_until ELSE 0 END"                                       \
	      " RETURNING count, window_ends_at, refused_until")                                   \
	QUERY(LIMIT_REFUSE, "iib", "",                                                             \
	      "UPDATE limit_counter SET refused_until = $1, window_ends_at = $2 WHERE key = $3")   \
	QUERY(LIMIT_READ, "b", "iii",                                                              \
	      "SELECT count, window_ends_at, refused_until FROM limit_counter WHERE key = $1")     \
	QUERY(LIMIT_FORGET, "b", "", "DELETE FROM limit_counter WHERE key = $1")                   \
	QUERY(SIGNING_KEY_CURRENT, "", SIGNING_KEY_TYPES,                                          \
	      "SELECT " SIGNING_KEY_COLUMNS " FROM signing_key WHERE retired_at = 0")              \
	QUERY(SIGNING_KEY_BY_KID, "ti", SIGNING_KEY_TYPES,                                         \
	      "SELECT " SIGNING_KEY_COLUMNS " FROM signing_key WHERE kid = $1"                     \
	      " AND (retired_at = 0 OR verifies_until > $2)")                                      \
	QUERY(SIGNING_KEYS, "i", SIGNING_KEY_TYPES,                                                \
	      "SELECT " SIGNING_KEY_COLUMNS " FROM signing_key WHERE retired_at = 0"               \
	      " OR verifies_until > $1 ORDER BY retired_at = 0 DESC, created_at DESC, kid")        \
	QUERY(SIGNING_KEY_ADD, "ttbi", "",                                                         \
	      "INSERT INTO signing_key (kid, public_jwk, sealed_jwk, created_at, retired_at,"      \
	      " verifies_until) VALUES ($1, $2, $3, $4, 0, 0)")                                    \
	QUERY(SIGNING_KEYS_RETIRE, "ii", "",                                                       \
	      "UPDATE signing_key SET sealed_jwk = NULL, retired_at = $1, verifies_until = $2"     \
	      " WHERE retired_at = 0")                                                             \
	QUERY(PROVIDER_BY_NAME, "it", PROVIDER_TYPES,                                              \
	      "SELECT " PROVIDER_COLUMNS " FROM provider WHERE app_id = $1 AND name = $2")         \
	QUERY(PROVIDERS, "i", PROVIDER_TYPES,                                                      \
	      "SELECT " PROVIDER_COLUMNS " FROM provider WHERE app_id = $1 ORDER BY name")         \
	QUERY(PROVIDER_SET, "itttbttttttiiiii", "",                                                \
	      "INSERT INTO provider (app_id, name, issuer, client_id, sealed_secret,"              \
	      " authorization_url, token_url, keys_url, user_info_url, scopes, redirect_uris,"     \
	      " pkce, nonce, state, auth, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9," \
	      " $10, $11, $12, $13, $14, $15, $16) ON CONFLICT (app_id, name) DO UPDATE SET"       \
	      " issuer = excluded.issuer, client_id = excluded.client_id,"                         \
	      " sealed_secret = excluded.sealed_secret,"                                           \
	      " authorization_url = excluded.authorization_url, token_url = excluded.token_url,"   \
	      " keys_url = excluded.keys_url, user_info_url = excluded.user_info_url,"             \
	      " scopes = excluded.scopes, redirect_uris = excluded.redirect_uris,"                 \
	      " pkce = excluded.pkce, nonce = excluded.nonce, state = excluded.state,"             \
	      " auth = excluded.auth")                                                             \
	QUERY(PROVIDER_REMOVE, "it", "i",                                                          \
	      "DELETE FROM provider WHERE app_id = $1 AND name = $2 RETURNING id")                 \
	QUERY(SIGN_IN_ADD, "ibbtiii", "",                                                          \
	      "INSERT INTO sign_in (provider_id, state_digest, nonce, redirect_uri, network,"      \
	      " created_at, expires_at, spent_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)")         \
	QUERY(SIGN_IN_BY_STATE, "b", SIGN_IN_TYPES,                                                \
	      "SELECT " SIGN_IN_COLUMNS " FROM sign_in WHERE state_digest = $1")                   \
	QUERY(SIGN_IN_NEWEST, "itii", SIGN_IN_TYPES,                                               \
	      "SELECT " SIGN_IN_COLUMNS " FROM sign_in WHERE provider_id = $1"                     \
	      " AND redirect_uri = $2 AND network = $3 AND expires_at > $4 AND spent_at = 0"       \
	      " ORDER BY id DESC LIMIT 1")                                                         \
	QUERY(SIGN_IN_SPEND, "ii", "i",                                                            \
	      "UPDATE sign_in SET spent_at = $1 WHERE id = $2 AND spent_at = 0 RETURNING id")      \
	QUERY(IDENTITY_FIND, "itt", "i",                                                           \
	      "SELECT account_id FROM identity WHERE app_id = $1 AND issuer = $2"                  \
	      " AND subject = $3")                                                                 \
	QUERY(IDENTITY_ADD, "iitttii", "",                                                         \
	      "INSERT INTO identity (app_id, account_id, provider, issuer, subject, created_at,"   \
	      " vouched) VALUES ($1, $2, $3, $4, $5, $6, $7)")                                     \
	QUERY(IDENTITY_PAGE, "itii", IDENTITY_TYPES,                                               \
	      "SELECT " IDENTITY_COLUMNS " FROM identity WHERE app_id = $1 AND issuer = $2"        \
	      " AND id > $3 ORDER BY id LIMIT $4")                                                 \
	QUERY(IDENTITY_REMOVE, "it", "i",                                                          \
	      "DELETE FROM identity WHERE account_id = $1 AND issuer = $2 RETURNING id")           \
	QUERY(IDENTITIES_DOUBT, "i", "",                                                           \
	      "DELETE FROM identity WHERE account_id = $1 AND vouched = 0 AND EXISTS"              \
	      " (SELECT 1 FROM account WHERE id = $1 AND email_verified_at = 0)")                  \
	/* Housekeeping: rows that have had their time ($1), some of them ($2), oldest first. The  \
	 * condition stands twice, for a row may be renewed while its sweeper waits for it; with a \
	 * plus, lest it be read by. */                                                            \
	QUERY(SWEEP_SESSIONS_ENDED, "ii", "i",                                                     \
	      "DELETE FROM session WHERE +ends_at <= $1 AND id IN (SELECT id FROM session"         \
	      " WHERE ends_at <= $1 ORDER BY ends_at LIMIT $2) RETURNING id")                      \
	/* The next two take the same accounts: those whose epoch has moved. */                    \
	QUERY(SWEEP_SESSIONS_REVOKED, "i", "i",                                                    \
	      "DELETE FROM session WHERE id IN (SELECT session.id FROM (SELECT id, epoch"          \
	      " FROM account WHERE swept_epoch <> epoch ORDER BY id LIMIT $1) AS moved"            \
	      " CROSS JOIN session WHERE session.account_id = moved.id"                            \
	      " AND session.epoch < moved.epoch LIMIT $1) RETURNING id")                           \
	QUERY(SWEEP_ACCOUNTS_SWEPT, "i", "i",                                                      \
	      "UPDATE account SET swept_epoch = epoch WHERE id IN (SELECT id FROM account"         \
	      " WHERE swept_epoch <> epoch ORDER BY id LIMIT $1) AND NOT EXISTS (SELECT 1"         \
	      " FROM session WHERE session.account_id = account.id"                                \
	      " AND session.epoch < account.epoch) RETURNING id")                                  \
	QUERY(SWEEP_TOKENS, "ii", "i",                                                             \
	      "DELETE FROM token WHERE +expires_at <= $1 AND id IN (SELECT id FROM token"          \
	      " WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) RETURNING id")                \
	QUERY(SWEEP_SIGN_UPS, "ii", "i",                                                           \
	      "DELETE FROM sign_up WHERE +expires_at <= $1 AND id IN (SELECT id FROM sign_up"      \
	      " WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) RETURNING id")                \
	QUERY(SWEEP_LOGINS_DROPPED, "ii", "i",                                                     \
	      "UPDATE outbox SET login = NULL WHERE +state = 3 AND +settled_at <= $1"              \
	      " AND id IN (SELECT id FROM outbox WHERE state = 3"                                  \
	      " AND login IS NOT NULL AND settled_at <= $1 ORDER BY settled_at LIMIT $2)"          \
	      " RETURNING id")                                                                     \
	QUERY(SWEEP_MAILS_SETTLED, "ii", "i",                                                      \
	      "DELETE FROM outbox WHERE +state <> 0 AND +settled_at <= $1"                         \
	      " AND id IN (SELECT id FROM outbox WHERE state <> 0"                                 \
	      " AND settled_at <= $1 ORDER BY settled_at LIMIT $2) RETURNING id")                  \
	/* Nobody took them, as no mail server is configured. */                                   \
	QUERY(SWEEP_MAILS_UNCLAIMED, "ii", "i",                                                    \
	      "DELETE FROM outbox WHERE +state = 0 AND +next_attempt_at <= $1 AND +expires_at <= " \
	      "$1"                                                                                 \
	      " AND id IN (SELECT id FROM outbox WHERE state = 0"                                  \
	      " AND next_attempt_at <= $1 AND expires_at <= $1 ORDER BY next_attempt_at LIMIT $2)" \
	      " RETURNING id")                                                                     \
	QUERY(SWEEP_LIMITS, "ii", "b",                                                             \
	      "DELETE FROM limit_counter WHERE +window_ends_at <= $1"                              \
	      " AND key IN (SELECT key FROM limit_counter"                                         \
	      " WHERE window_ends_at <= $1 ORDER BY window_ends_at LIMIT $2) RETURNING key")       \
	QUERY(SWEEP_SIGNING_KEYS, "ii", "t",                                                       \
	      "DELETE FROM signing_key WHERE retired_at <> 0 AND verifies_until <= $1"             \
	      " AND kid IN (SELECT kid FROM signing_key WHERE retired_at <> 0"                     \
	      " AND verifies_until <= $1 ORDER BY verifies_until LIMIT $2) RETURNING kid")         \
	QUERY(SWEEP_SIGN_INS, "ii", "i",                                                           \
	      "DELETE FROM sign_in WHERE +expires_at <= $1 AND id IN (SELECT id FROM sign_in"      \
	      " WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) RETURNING id")                \
	/* The trail grows at one end, so its oldest rows need no index. */                        \
	QUERY(SWEEP_AUDIT, "ii", "i",                                                              \
	      "DELETE FROM audit WHERE at <= $1 AND id IN (SELECT id FROM audit ORDER BY id"       \
	      " LIMIT $2) RETURNING id")                                                           \
                                                                                                   \
	QUERY(MESSAGES, "i", "tttt",                                                               \
	      "SELECT internal_name, message, type, input FROM message WHERE app_id = $1"          \
	      " ORDER BY position")                                                                \
	QUERY(MESSAGE_BY_NAME, "it", "tttt",                                                       \
	      "SELECT internal_name, message, type, input FROM message"                            \
	      " WHERE app_id = $1 AND internal_name = $2")                                         \
	QUERY(MESSAGE_SET, "itttt", "",                                                            \
	      "INSERT INTO message (app_id, internal_name, message, type, input, position)"        \
	      " SELECT $1, $2, $3, $4, $5, coalesce(max(position), 0) + 1 FROM message"            \
	      " WHERE app_id = $1 ON CONFLICT (app_id, internal_name) DO UPDATE"                   \
	      " SET message = excluded.message, type = excluded.type, input = excluded.input")     \
                                                                                                   \
	QUERY(MAIL_TEMPLATES, "i", "ttttt",                                                        \
	      "SELECT email_name, send_name, sender, subject, content FROM mail_template"          \
	      " WHERE app_id = $1 ORDER BY email_name")                                            \
	QUERY(MAIL_TEMPLATE_BY_NAME, "it", "ttttt",                                                \
	      "SELECT email_name, send_name, sender, subject, content FROM mail_template"          \
	      " WHERE app_id = $1 AND email_name = $2")                                            \
	QUERY(MAIL_TEMPLATE_SET, "ittttt", "", \
	      "INSERT INTO mail_template (app_id, email_name, send_name, sender, subject, content)" \
	      " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (app_id, email_name) DO UPDATE" \
	      " SET send_name = excluded.send_name, sender = excluded.sender," \
	      " subject = excluded.subject, content = excluded.content")

/* Tables as a whole, as `rekey copy` reads and writes them: by pages behind a place ($1), at most
 * $2 rows each, in an order that is the same in every engine. What is there already is passed over,
 * so that a copy can be run again. */
#define READ_PAGE(table, columns, key)                                                             \
	"SELECT " columns " FROM " table " WHERE " key " > $1 ORDER BY " key " LIMIT $2"
#define READ_OF_APP(table, columns, name)                                                          \
	"SELECT " columns " FROM " table " WHERE app_id = (SELECT min(app_id) FROM " table         \
	" WHERE app_id > $1) ORDER BY " name " LIMIT $2"
#define WRITE_ROW(table, columns, values)                                                          \
	"INSERT INTO " table " (" columns ") VALUES (" values ") ON CONFLICT DO NOTHING"

#define ALL_OF_APP                                                                                 \
	"id, name, public_id, client_key_digest, master_key_digest, dialects, "                    \
	"status, conceal_accounts, standard_error_status, recovery, language, "                    \
	"public_url, reset_url, sender, created_at, former_client_key_digest, "                    \
	"former_master_key_digest, password_min_length, sign_up, activation, title, "              \
	"accent, logo"
#define ALL_OF_APP_ALIAS  "alias, app_id"
#define ALL_OF_APP_HOST   "host, app_id"
#define ALL_OF_APP_ORIGIN "app_id, origin"
#define ALL_OF_APP_LOGO   "app_id, type, image"
#define ALL_OF_APP_RETURN "app_id, url"
#define ALL_OF_ACCOUNT                                                                             \
	"id, app_id, public_id, email, email_key, username, username_key, phc, "                   \
	"epoch, status, password_set_at, password_expires_at, outbox_floor, "                      \
	"created_at, swept_epoch, name, locale, email_verified_at, held_until, "                   \
	"recovery_held_until, guest, old_kind"
#define ALL_OF_ACCOUNT_FIELD "id, account_id, name, value"
#define ALL_OF_SESSION                                                                             \
	"id, public_id, account_id, epoch, nonce, generation, access_digest, created_at, "         \
	"refreshed_at, expires_at, ends_at, network, client"
#define ALL_OF_TOKEN                                                                               \
	"id, account_id, outbox_id, purpose, epoch, digest, state, created_at, "                   \
	"expires_at, address, address_key, phc, reference"
#define ALL_OF_OUTBOX                                                                              \
	"id, app_id, kind, state, nonce, reference, login, account_id, epoch, "                    \
	"network, attempts, created_at, expires_at, next_attempt_at, settled_at, "                 \
	"last_error, address, language, return_to"
#define ALL_OF_SIGN_UP          SIGN_UP_COLUMNS
#define ALL_OF_AUDIT            "id, app_id, account_id, at, event, outcome, network"
#define ALL_OF_MESSAGE          "app_id, position, internal_name, message, type, input"
#define ALL_OF_MAIL_TEMPLATE    "app_id, email_name, send_name, sender, subject, content"
#define ALL_OF_WORKSPACE        "id, app_id, name, created_at"
#define ALL_OF_WORKSPACE_MEMBER "id, account_id, workspace_id"
#define ALL_OF_WAITING          "id, app_id, email, email_key, created_at, account_created"
#define ALL_OF_CONTENT          "id, app_id, kind, name, slug, is_global, members, created_at"
#define ALL_OF_LIMIT_COUNTER    "key, count, window_ends_at, refused_until"

#define QUERY_COPY_LIST(QUERY)                                                                     \
	QUERY(READ_APP, "ii", "ittbbiiiiittttibbiiittt", READ_PAGE("app", ALL_OF_APP, "id"))       \
	QUERY(WRITE_APP, "ittbbiiiiittttibbiiittt", "",                                            \
	      WRITE_ROW("app", ALL_OF_APP,                                                         \
	                "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, "  \
	                "$17, $18, $19, $20, $21, $22, $23"))                                      \
	QUERY(READ_APP_ALIAS, "ti", "ti", READ_PAGE("app_alias", ALL_OF_APP_ALIAS, "alias"))       \
	QUERY(WRITE_APP_ALIAS, "ti", "", WRITE_ROW("app_alias", ALL_OF_APP_ALIAS, "$1, $2"))       \
	QUERY(READ_APP_HOST, "ti", "ti", READ_PAGE("app_host", ALL_OF_APP_HOST, "host"))           \
	QUERY(WRITE_APP_HOST, "ti", "", WRITE_ROW("app_host", ALL_OF_APP_HOST, "$1, $2"))          \
	QUERY(READ_APP_ORIGIN, "ii", "it", READ_OF_APP("app_origin", ALL_OF_APP_ORIGIN, "origin")) \
	QUERY(WRITE_APP_ORIGIN, "it", "", WRITE_ROW("app_origin", ALL_OF_APP_ORIGIN, "$1, $2"))    \
	QUERY(READ_APP_LOGO, "ii", "itb", READ_PAGE("app_logo", ALL_OF_APP_LOGO, "app_id"))        \
	QUERY(WRITE_APP_LOGO, "itb", "", WRITE_ROW("app_logo", ALL_OF_APP_LOGO, "$1, $2, $3"))     \
	QUERY(READ_APP_RETURN, "ii", "it", READ_OF_APP("app_return", ALL_OF_APP_RETURN, "url"))    \
	QUERY(WRITE_APP_RETURN, "it", "", WRITE_ROW("app_return", ALL_OF_APP_RETURN, "$1, $2"))    \
	QUERY(READ_ACCOUNT, "ii", "iittttttiiiiiiittiiiit",                                        \
	      READ_PAGE("account", ALL_OF_ACCOUNT, "id"))                                          \
	QUERY(WRITE_ACCOUNT, "iittttttiiiiiiittiiiit", "",                                         \
	      WRITE_ROW("account", ALL_OF_ACCOUNT,                                                 \
	                "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, "  \
	                "$17, $18, $19, $20, $21, $22"))                                           \
	QUERY(READ_ACCOUNT_FIELD, "ii", "iitt",                                                    \
	      READ_PAGE("account_field", ALL_OF_ACCOUNT_FIELD, "id"))                              \
	QUERY(WRITE_ACCOUNT_FIELD, "iitt", "",                                                     \
	      WRITE_ROW("account_field", ALL_OF_ACCOUNT_FIELD, "$1, $2, $3, $4"))                  \
	QUERY(READ_SESSION, "ii", "itiibibiiiitt", READ_PAGE("session", ALL_OF_SESSION, "id"))     \
	QUERY(WRITE_SESSION, "itiibibiiiitt", "",                                                  \
	      WRITE_ROW("session", ALL_OF_SESSION,                                                 \
	                "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13"))                 \
	QUERY(READ_TOKEN, "ii", "iiiiibiiitttt", READ_PAGE("token", ALL_OF_TOKEN, "id"))           \
	QUERY(WRITE_TOKEN, "iiiiibiiitttt", "",                                                    \
	      WRITE_ROW("token", ALL_OF_TOKEN,                                                     \
	                "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13"))                 \
	QUERY(READ_OUTBOX, "ii", "iiiibttiitiiiiitttt", READ_PAGE("outbox", ALL_OF_OUTBOX, "id"))  \
	QUERY(WRITE_OUTBOX, "iiiibttiitiiiiitttt", "",                                             \
	      WRITE_ROW("outbox", ALL_OF_OUTBOX,                                                   \
	                "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, "  \
	                "$17, $18, $19"))                                                          \
	QUERY(READ_SIGN_UP, "ii", SIGN_UP_TYPES, READ_PAGE("sign_up", ALL_OF_SIGN_UP, "id"))       \
	QUERY(WRITE_SIGN_UP, SIGN_UP_TYPES, "",                                                    \
	      WRITE_ROW("sign_up", ALL_OF_SIGN_UP,                                                 \
	                "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15"))       \
	QUERY(READ_AUDIT, "ii", "iiiittt", READ_PAGE("audit", ALL_OF_AUDIT, "id"))                 \
	QUERY(WRITE_AUDIT, "iiiittt", "",                                                          \
	      WRITE_ROW("audit", ALL_OF_AUDIT, "$1, $2, $3, $4, $5, $6, $7"))                      \
	QUERY(READ_MESSAGE, "ii", "iitttt",                                                        \
	      READ_OF_APP("message", ALL_OF_MESSAGE, "internal_name"))                             \
	QUERY(WRITE_MESSAGE, "iitttt", "",                                                         \
	      WRITE_ROW("message", ALL_OF_MESSAGE, "$1, $2, $3, $4, $5, $6"))                      \
	QUERY(READ_MAIL_TEMPLATE, "ii", "ittttt",                                                  \
	      READ_OF_APP("mail_template", ALL_OF_MAIL_TEMPLATE, "email_name"))                    \
	QUERY(WRITE_MAIL_TEMPLATE, "ittttt", "",                                                   \
	      WRITE_ROW("mail_template", ALL_OF_MAIL_TEMPLATE, "$1, $2, $3, $4, $5, $6"))          \
	QUERY(READ_WORKSPACE, "ii", "iiti", READ_PAGE("workspace", ALL_OF_WORKSPACE, "id"))        \
	QUERY(WRITE_WORKSPACE, "iiti", "",                                                         \
	      WRITE_ROW("workspace", ALL_OF_WORKSPACE, "$1, $2, $3, $4"))                          \
	QUERY(READ_WORKSPACE_MEMBER, "ii", "iii",                                                  \
	      READ_PAGE("workspace_member", ALL_OF_WORKSPACE_MEMBER, "id"))                        \
	QUERY(WRITE_WORKSPACE_MEMBER, "iii", "",                                                   \
	      WRITE_ROW("workspace_member", ALL_OF_WORKSPACE_MEMBER, "$1, $2, $3"))                \
	QUERY(READ_WAITING, "ii", "iittii", READ_PAGE("waiting", ALL_OF_WAITING, "id"))            \
	QUERY(WRITE_WAITING, "iittii", "",                                                         \
	      WRITE_ROW("waiting", ALL_OF_WAITING, "$1, $2, $3, $4, $5, $6"))                      \
	QUERY(READ_CONTENT, "ii", "iiittiti", READ_PAGE("content", ALL_OF_CONTENT, "id"))          \
	QUERY(WRITE_CONTENT, "iiittiti", "",                                                       \
	      WRITE_ROW("content", ALL_OF_CONTENT, "$1, $2, $3, $4, $5, $6, $7, $8"))              \
	QUERY(READ_LIMIT_COUNTER, "bi", "biii",                                                    \
	      READ_PAGE("limit_counter", ALL_OF_LIMIT_COUNTER, "key"))                             \
	QUERY(WRITE_LIMIT_COUNTER, "biii", "",                                                     \
	      WRITE_ROW("limit_counter", ALL_OF_LIMIT_COUNTER, "$1, $2, $3, $4"))                  \
	QUERY(READ_SIGNING_KEY, "ti", SIGNING_KEY_TYPES,                                           \
	      READ_PAGE("signing_key", SIGNING_KEY_COLUMNS, "kid"))                                \
	QUERY(WRITE_SIGNING_KEY, SIGNING_KEY_TYPES, "",                                            \
	      WRITE_ROW("signing_key", SIGNING_KEY_COLUMNS, "$1, $2, $3, $4, $5, $6"))             \
	QUERY(READ_PROVIDER, "ii", PROVIDER_TYPES, READ_PAGE("provider", PROVIDER_COLUMNS, "id"))  \
	QUERY(WRITE_PROVIDER, PROVIDER_TYPES, "",                                                  \
	      WRITE_ROW("provider", PROVIDER_COLUMNS,                                              \
	                "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, "  \
	                "$17"))                                                                    \
	QUERY(READ_SIGN_IN, "ii", SIGN_IN_TYPES, READ_PAGE("sign_in", SIGN_IN_COLUMNS, "id"))      \
	QUERY(WRITE_SIGN_IN, SIGN_IN_TYPES, "",                                                    \
	      WRITE_ROW("sign_in", SIGN_IN_COLUMNS, "$1, $2, $3, $4, $5, $6, $7, $8, $9"))         \
	QUERY(READ_IDENTITY, "ii", IDENTITY_TYPES, READ_PAGE("identity", IDENTITY_COLUMNS, "id"))  \
	QUERY(WRITE_IDENTITY, IDENTITY_TYPES, "",                                                  \
	      WRITE_ROW("identity", IDENTITY_COLUMNS, "$1, $2, $3, $4, $5, $6, $7, $8"))           \
	QUERY(READ_REMOVED_ACCOUNT, "ii", "ii",                                                    \
	      READ_PAGE("removed_account", "newest_id, newest_app_id", "newest_id"))               \
	QUERY(WRITE_REMOVED_ACCOUNT, "ii", "", \
	      "UPDATE removed_account SET newest_id = $1, newest_app_id = $2" \
	      " WHERE newest_id < $1 OR newest_app_id < $2")

/* Queries that the engines spell differently, and why. CLAIM: PostgreSQL lets several servers take
 * rows side by side (SKIP LOCKED); SQLite has one writer at a time and no such words. BYTES, CHECK,
 * JOURNAL, COPY: a file knows its pages and can be checked and copied by its engine; a PostgreSQL
 * server looks after its own, and is copied by pg_dump (NULL: there is no such query). NUMBERS:
 * after rows have been written with numbers of their own, the next one's follows. */
#define QUERY_CLAIM_SQL(locking)                                                                   \
	"UPDATE outbox SET attempts = attempts + 1, next_attempt_at = $1 WHERE id IN"              \
	" (SELECT id FROM outbox WHERE state = 0 AND next_attempt_at <= $2"                        \
	" ORDER BY next_attempt_at LIMIT $3" locking ") RETURNING " OUTBOX_COLUMNS

/* SIZE: bytes of texts are asked for in two ways. */

/* LOCK, TURN: PostgreSQL's writers are many. What a writer locks stays as it is until it is done; a
 * turn is one writer's at a time, and who does not get it goes without. SQLite's one writer has
 * both. */

/* ADD: neither an account nor an app gets the number of a removed one. PostgreSQL's numbers are not
 * used twice. */
#define QUERY_APP_ADD_SQL(column, number)                                                          \
	"INSERT INTO app (" column "name, public_id, client_key_digest, master_key_digest,"        \
	" dialects, status, conceal_accounts, standard_error_status, recovery, language,"          \
	" public_url, reset_url, sender, created_at) VALUES (" number                              \
	"$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id"
#define QUERY_ACCOUNT_ADD_SQL(column, number)                                                      \
	"INSERT INTO account (" column "app_id, public_id, email, email_key, username,"            \
	" username_key, phc, epoch, status, password_set_at, password_expires_at, outbox_floor,"   \
	" created_at, name, locale, email_verified_at, guest)"                                     \
	" VALUES (" number                                                                         \
	"$1, $2, $3, $4, $5, $6, $7, 1, $8, $9, 0, 0, $9, $10, $11, $12, $13) RETURNING id"

#define QUERY_ACCOUNT_IMPORT_SQL(column, number)                                                   \
	"INSERT INTO account (" column "app_id, public_id, email, email_key, username,"            \
	" username_key, phc, status, password_set_at, created_at, name, locale,"                   \
	" email_verified_at, guest, old_kind, epoch, password_expires_at, outbox_floor)"           \
	" VALUES (" number                                                                         \
	"$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1, 0, 0)"               \
	" ON CONFLICT DO NOTHING RETURNING id"
#define NEXT_ACCOUNT_NUMBER                                                                        \
	"(SELECT 1 + max((SELECT coalesce(max(id), 0) FROM account), newest_id)"                   \
	" FROM removed_account), "

#define QUERY_FORKED_LIST(QUERY)                                                                   \
	QUERY(APP_ADD, "ttbbiiiiitttti", "i",                                                      \
	      QUERY_APP_ADD_SQL("id, ", "(SELECT 1 + max((SELECT coalesce(max(id), 0) FROM app),"  \
	                                " newest_app_id) FROM removed_account), "),                \
	      QUERY_APP_ADD_SQL("", ""))                                                           \
	/* All its accounts, before the app itself: in the order of everyone who locks both. */    \
	QUERY(APP_LOCK_ACCOUNTS, "i", "i", "SELECT id FROM account WHERE app_id = $1 LIMIT 0",     \
	      "SELECT id FROM account WHERE app_id = $1 ORDER BY id FOR UPDATE")                   \
	QUERY(ACCOUNT_FIELDS_SIZE, "i", "ii",                                                      \
	      "SELECT count(*), coalesce(sum(length(CAST(name AS BLOB))"                           \
	      " + length(CAST(value AS BLOB))), 0) FROM account_field WHERE account_id = $1",      \
	      "SELECT count(*), coalesce(sum(octet_length(name) + octet_length(value)), "          \
	      "0)::bigint"                                                                         \
	      " FROM account_field WHERE account_id = $1")                                         \
	QUERY(ACCOUNT_ADD, "ittttttiittii", "i",                                                   \
	      QUERY_ACCOUNT_ADD_SQL("id, ", NEXT_ACCOUNT_NUMBER), QUERY_ACCOUNT_ADD_SQL("", ""))   \
	QUERY(ACCOUNT_IMPORT, "ittttttiiittiit", "i",                                              \
	      QUERY_ACCOUNT_IMPORT_SQL("id, ", NEXT_ACCOUNT_NUMBER),                               \
	      QUERY_ACCOUNT_IMPORT_SQL("", ""))                                                    \
	/* An object of texts as rows, in its order. */                                            \
	QUERY(ACCOUNT_FIELDS_ADD, "it", "",                                                        \
	      "INSERT INTO account_field (account_id, name, value)"                                \
	      " SELECT $1, key, value FROM json_each($2) ORDER BY id",                             \
	      "INSERT INTO account_field (account_id, name, value)"                                \
	      " SELECT $1, key, value FROM json_each_text($2::json) WITH ORDINALITY"               \
	      " AS field (key, value, place) ORDER BY place")                                      \
	QUERY(ACCOUNT_LOCK, "i", "i", "SELECT id FROM account WHERE id = $1",                      \
	      "SELECT id FROM account WHERE id = $1 FOR NO KEY UPDATE")                            \
	QUERY(ACCOUNT_LOCK_AT, "ii", "i", "SELECT id FROM account WHERE id = $1 AND epoch = $2",   \
	      "SELECT id FROM account WHERE id = $1 AND epoch = $2 FOR NO KEY UPDATE")             \
	QUERY(ACCOUNT_LOCK_ALL, "i", "i", "SELECT id FROM account WHERE id = $1",                  \
	      "SELECT id FROM account WHERE id = $1 FOR UPDATE")                                   \
	QUERY(CONTENT_SIZE, "i", "ii",                                                             \
	      "SELECT count(*), coalesce(sum(length(CAST(members AS BLOB))), 0)"                   \
	      " FROM content WHERE app_id = $1",                                                   \
	      "SELECT count(*), coalesce(sum(octet_length(members)), 0)::bigint"                   \
	      " FROM content WHERE app_id = $1")                                                   \
	QUERY(SWEEP_TURN, "", "i", "SELECT 1",                                                     \
	      "SELECT 1 WHERE pg_try_advisory_xact_lock(" LOCK_SWEEP ")")                          \
	QUERY(OUTBOX_CLAIM, "iii", OUTBOX_TYPES, QUERY_CLAIM_SQL(""),                              \
	      QUERY_CLAIM_SQL(" FOR UPDATE SKIP LOCKED"))                                          \
	QUERY(BYTES, "", "i",                                                                      \
	      "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",            \
	      "SELECT pg_database_size(current_database())")                                       \
	QUERY(CHECK, "", "t", "PRAGMA quick_check(1)", "SELECT 'ok'::text")                        \
	QUERY(JOURNAL, "", "t", "PRAGMA journal_mode",                                             \
	      "SELECT CASE current_setting('synchronous_commit') WHEN 'off' THEN 'asynchronous'"   \
	      " ELSE 'wal' END")                                                                   \
	QUERY(NUMBERS, "", "iiiiiiiiiiiiiii",                                                      \
	      "SELECT 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0",                                \
	      "SELECT"                                                                             \
	      " setval(pg_get_serial_sequence('app', "                                             \
	      "'id')::regclass, greatest((SELECT max(id) FROM app), (SELECT newest_app_id FROM "   \
	      "removed_account), 0) + 1, false),"                                                  \
	      " setval(pg_get_serial_sequence('session', "                                         \
	      "'id')::regclass, coalesce((SELECT max(id) FROM session), 0) + 1, false),"           \
	      " setval(pg_get_serial_sequence('token', "                                           \
	      "'id')::regclass, coalesce((SELECT max(id) FROM token), 0) + 1, false),"             \
	      " setval(pg_get_serial_sequence('sign_up', "                                         \
	      "'id')::regclass, coalesce((SELECT max(id) FROM sign_up), 0) + 1, false),"           \
	      " setval(pg_get_serial_sequence('outbox', "                                          \
	      "'id')::regclass, coalesce((SELECT max(id) FROM outbox), 0) + 1, false),"            \
	      " setval(pg_get_serial_sequence('provider', "                                        \
	      "'id')::regclass, coalesce((SELECT max(id) FROM provider), 0) + 1, false),"          \
	      " setval(pg_get_serial_sequence('sign_in', "                                         \
	      "'id')::regclass, coalesce((SELECT max(id) FROM sign_in), 0) + 1, false),"           \
	      " setval(pg_get_serial_sequence('identity', "                                        \
	      "'id')::regclass, coalesce((SELECT max(id) FROM identity), 0) + 1, false),"          \
	      " setval(pg_get_serial_sequence('audit', "                                           \
	      "'id')::regclass, coalesce((SELECT max(id) FROM audit), 0) + 1, false),"             \
	      " setval(pg_get_serial_sequence('account_field', "                                   \
	      "'id')::regclass, coalesce((SELECT max(id) FROM account_field), 0) + 1, false),"     \
	      " setval(pg_get_serial_sequence('workspace', "                                       \
	      "'id')::regclass, coalesce((SELECT max(id) FROM workspace), 0) + 1, false),"         \
	      " setval(pg_get_serial_sequence('workspace_member', "                                \
	      "'id')::regclass, coalesce((SELECT max(id) FROM workspace_member), 0) + 1, false),"  \
	      " setval(pg_get_serial_sequence('waiting', "                                         \
	      "'id')::regclass, coalesce((SELECT max(id) FROM waiting), 0) + 1, false),"           \
	      " setval(pg_get_serial_sequence('content', "                                         \
	      "'id')::regclass, coalesce((SELECT max(id) FROM content), 0) + 1, false),"           \
	      " setval(pg_get_serial_sequence('account', "                                         \
	      "'id')::regclass, greatest((SELECT max(id) FROM account), (SELECT newest_id FROM "   \
	      "removed_account), 0) + 1, false)")                                                  \
	QUERY(COPY, "t", "", "VACUUM INTO $1", NULL)

enum query {
#define QUERY(name, parameters, columns, sql) QUERY_##name,
	QUERY_LIST(QUERY) QUERY_COPY_LIST(QUERY)
#undef QUERY
#define QUERY(name, parameters, columns, sqlite, postgres) QUERY_##name,
		QUERY_FORKED_LIST(QUERY)
#undef QUERY
			QUERY_COUNT
};

struct query_text {
	const char *name, *parameters, *columns;
	const char *sqlite, *postgres;
};

extern const struct query_text query_texts[QUERY_COUNT];

#endif
