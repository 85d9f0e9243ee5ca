/* SPDX-License-Identifier: Apache-2.0 */
/* store_token.c - one-time tokens, as mails carry them. */
#include "store/store_priv.h"

/* Of TOKEN_COLUMNS, in a struct of which the token is this part. */
#define TOKEN_PLACES(type, part)                                                                   \
	COLUMN(INTEGER, type, part id), COLUMN(INTEGER, type, part account_id),                    \
		COLUMN(INTEGER, type, part outbox_id), COLUMN(INTEGER, type, part purpose),        \
		COLUMN(INTEGER, type, part epoch), COLUMN(INTEGER, type, part state),              \
		COLUMN(INTEGER, type, part created_at), COLUMN(INTEGER, type, part expires_at),    \
		COLUMN(INTEGER, type, part account_epoch), COLUMN(TEXT, type, part username_key),  \
		COLUMN(BYTES32, type, part digest), COLUMN(INTEGER, type, part app_id),            \
		COLUMN(INTEGER, type, part account_status), COLUMN(TEXT, type, part address),      \
		COLUMN(TEXT, type, part address_key), COLUMN(TEXT, type, part phc)

static const struct column token_columns[] = { TOKEN_PLACES(struct token, ) };

static const struct column coded_columns[] = {
	TOKEN_PLACES(struct coded_token, token.),
	COLUMN(TEXT, struct coded_token, reference),
	COLUMN(BYTES32, struct coded_token, nonce),
};

/* Purposes of which one's newer token replaces the older ones: both set a password, any other is
 * alone. */
struct purposes {
	int64_t first, last;
};

static struct purposes like(int64_t purpose)
{
	if (purpose <= TOKEN_MAKE_PASSWORD)
		return (struct purposes){ TOKEN_SET_PASSWORD, TOKEN_MAKE_PASSWORD };
	return (struct purposes){ purpose, purpose };
}

enum err store_token_add(struct tx *tx, const struct new_token *token)
{
	const struct purposes purposes = like(token->purpose);
	const struct value args[] = {
		INTEGER(token->outbox_id), INTEGER(token->purpose),    BYTES(token->digest),
		INTEGER(token->now),       INTEGER(token->expires_at), TEXT(token->address),
		TEXT(token->address_key),  TEXT(token->reference),     INTEGER(token->account_id),
		INTEGER(token->epoch),     INTEGER(purposes.first),    INTEGER(purposes.last),
	};
	const struct value older[] = { INTEGER(token->account_id), INTEGER(token->outbox_id),
		                       INTEGER(purposes.first), INTEGER(purposes.last) };
	int64_t id;

	TRY(tx_number(tx, QUERY_TOKEN_ADD, ARGS(args), &id));
	return tx_run(tx, QUERY_TOKENS_REPLACE, ARGS(older));
}

enum err store_token_by_digest(struct store *store, struct arena *arena,
                               const struct digest *digest, int64_t app_id, struct token *ret_token)
{
	const struct value args[] = { BYTES(*digest) };
	struct token token;

	TRY(store_one(store, arena, QUERY_TOKEN_BY_DIGEST, ARGS(args),
	              ROWS(token_columns, struct token), &token));
	/* Whoever waits to be active has one link to use. */
	bool usable =
		token.account_status == ACCOUNT_ACTIVE ||
		(token.account_status == ACCOUNT_INACTIVE && token.purpose == TOKEN_VERIFY_EMAIL);
	if (!digest_equal(&token.digest, digest) || token.app_id != app_id || !usable)
		return ERR_NOT_FOUND;
	*ret_token = token;
	return OK;
}

enum err store_token_add_lasting(struct tx *tx, const struct new_token *token)
{
	const struct value args[] = {
		INTEGER(token->account_id), INTEGER(token->outbox_id), INTEGER(token->purpose),
		BYTES(token->digest),       INTEGER(token->now),       INTEGER(token->expires_at),
		TEXT(token->address),       TEXT(token->address_key),  TEXT(token->phc),
		INTEGER(token->epoch),
	};
	int64_t id;

	return tx_number(tx, QUERY_TOKEN_ADD_LASTING, ARGS(args), &id);
}

enum err store_token_by_reference(struct store *store, struct arena *arena, struct str reference,
                                  int64_t app_id, struct coded_token *ret_token)
{
	const struct value args[] = { TEXT(reference) };
	struct coded_token found;

	TRY(store_one(store, arena, QUERY_TOKEN_BY_REFERENCE, ARGS(args),
	              ROWS(coded_columns, struct coded_token), &found));
	if (!str_equal(found.reference, reference) || found.token.app_id != app_id ||
	    found.token.account_status != ACCOUNT_ACTIVE)
		return ERR_NOT_FOUND;
	*ret_token = found;
	return OK;
}

static const struct column mailed_columns[] = {
	COLUMN(INTEGER, struct tokens_mailed, count),
	COLUMN(INTEGER, struct tokens_mailed, live),
};

enum err store_tokens_mailed(struct tx *tx, struct arena *arena, const struct new_token *token,
                             int64_t since, struct tokens_mailed *ret_mailed)
{
	const struct value args[] = { INTEGER(token->now), INTEGER(token->account_id),
		                      INTEGER(since), INTEGER(token->outbox_id) };

	return tx_one(tx, arena, QUERY_TOKENS_MAILED, ARGS(args),
	              ROWS(mailed_columns, struct tokens_mailed), ret_mailed);
}

enum err store_token_consume(struct tx *tx, const struct token *token, int64_t now)
{
	const struct value args[] = { INTEGER(token->id), INTEGER(now), INTEGER(token->epoch),
		                      INTEGER(token->account_id) };
	int64_t account_id;

	return tx_number(tx, QUERY_TOKEN_CONSUME, ARGS(args), &account_id);
}

enum err store_token_check(struct tx *tx, const struct token *token, int64_t now)
{
	const struct value args[] = { INTEGER(token->id), INTEGER(now),
		                      INTEGER(token->account_id) };
	int64_t id;

	return tx_number(tx, QUERY_TOKEN_IS_LIVE, ARGS(args), &id);
}

enum err store_tokens_void_not_me(struct tx *tx, int64_t account_id, int64_t outbox_id)
{
	const struct value args[] = { INTEGER(account_id), INTEGER(outbox_id) };

	return tx_run(tx, QUERY_TOKENS_VOID_NOT_ME, ARGS(args));
}
