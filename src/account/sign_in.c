/* SPDX-License-Identifier: Apache-2.0 */
/* sign_in.c - a row is made, a person goes away and comes back, the row is spent. */
#include "account/sign_in.h"
#include "account/account.h"
#include "account/provider_talk.h"
#include "account/sign_up.h"
#include "base/network.h"
#include "base/text.h"
#include "base/url.h"

enum { FINISH_TRIES = 3 };

/* ---- what is derived from a row ---- */

static enum err derive_word(struct ctx *ctx, const char *what, const struct nonce *nonce,
                            struct secret *ret_word)
{
	struct digest derived = derive(ctx->service->key, what, nonce);
	enum err err = spell_base64url(ctx->arena, derived.bytes, sizeof(derived.bytes), ret_word);

	wipe(&derived, sizeof(derived));
	return err;
}

static enum err state_of(struct ctx *ctx, const struct nonce *nonce, struct secret *ret_state)
{
	return derive_word(ctx, "sign-in state", nonce, ret_state);
}

static enum err id_nonce_of(struct ctx *ctx, const struct nonce *nonce, struct str *ret_nonce)
{
	struct secret word;

	TRY(derive_word(ctx, "sign-in nonce", nonce, &word));
	*ret_nonce = (struct str){ word.ptr, word.len };
	return OK;
}

/* NONE: the provider takes none. 43 letters, as RFC 7636, 4.1 wants them at least. */
static enum err verifier_of(struct ctx *ctx, const struct provider *provider,
                            const struct nonce *nonce, struct secret *ret_verifier)
{
	*ret_verifier = SECRET_NONE;
	return provider->pkce ? derive_word(ctx, "sign-in verifier", nonce, ret_verifier) : OK;
}

static int64_t network_number(const struct ctx *ctx)
{
	return (int64_t)network_of(ctx->network);
}

/* ---- beginning ---- */

static enum err add_challenge(struct ctx *ctx, struct buf *url, struct secret verifier)
{
	struct digest digest = digest_of(verifier);
	struct secret challenge;

	TRY(spell_base64url(ctx->arena, digest.bytes, sizeof(digest.bytes), &challenge));
	url_add_pair(url, "code_challenge", (struct str){ challenge.ptr, challenge.len });
	url_add_pair(url, "code_challenge_method", STR("S256"));
	return OK;
}

static enum err write_url(struct ctx *ctx, const struct provider *provider,
                          const struct sign_in *sign_in, struct secret state, struct str *ret_url)
{
	struct buf url = buf_in(ctx->arena);
	struct secret verifier;
	struct str nonce, place = provider->authorization_url;

	TRY(id_nonce_of(ctx, &sign_in->nonce, &nonce));
	TRY(verifier_of(ctx, provider, &sign_in->nonce, &verifier));
	buf_add(&url, place);
	if (str_find(place, '?') == place.len)
		buf_putc(&url, '?');
	url_add_pair(&url, "response_type", STR("code"));
	url_add_pair(&url, "client_id", provider->client_id);
	url_add_pair(&url, "redirect_uri", sign_in->redirect_uri);
	url_add_pair(&url, "scope", provider->scopes);
	url_add_pair(&url, "state", (struct str){ state.ptr, state.len });
	url_add_pair(&url, "nonce", nonce);
	if (verifier.ptr)
		TRY(add_challenge(ctx, &url, verifier));
	return buf_str(&url, ret_url);
}

static enum err find_provider(struct ctx *ctx, struct str name, struct str redirect_uri,
                              struct provider *ret_provider)
{
	TRY(provider_find(ctx, name, ret_provider));
	return provider_has_redirect(ret_provider, redirect_uri)
	               ? OK
	               : deny(ctx, ERR_BAD_REDIRECT, "redirect address is none of the provider's");
}

static enum err sign_in_begin(struct ctx *ctx, const struct sign_in_begin *in,
                              struct sign_in_begun *ret_begun)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct provider provider;
	struct secret state;

	TRY(find_provider(ctx, in->provider, in->redirect_uri, &provider));
	struct sign_in sign_in = {
		.provider_id = provider.id,
		.nonce = random_nonce(),
		.redirect_uri = in->redirect_uri,
		.network = network_number(ctx),
		.created_at = ctx->now,
		.expires_at = ctx->now + SIGN_IN_S,
	};
	TRY(state_of(ctx, &sign_in.nonce, &state));
	sign_in.state_digest = digest_of(state);
	TRY(write_url(ctx, &provider, &sign_in, state, &ret_begun->url));
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_sign_in_add(tx, &sign_in));
	return tx_commit(&tx);
}
OPERATION(sign_in_begin, struct sign_in_begin, struct sign_in_begun, REQUIRES_APP, LIMIT_REQUESTS,
          COST_WRITE)

/* ---- which row ---- */

static const char *wrong_with(const struct ctx *ctx, const struct provider *provider,
                              const struct sign_in_finish *in, const struct sign_in *sign_in)
{
	if (sign_in->provider_id != provider->id)
		return "state is of another app or provider";
	if (!str_equal(sign_in->redirect_uri, in->redirect_uri))
		return "state is of another redirect address";
	if (sign_in->spent_at != 0)
		return "sign-in was finished before";
	return sign_in->expires_at <= ctx->now ? "sign-in took too long" : NULL;
}

static enum err find_by_state(struct ctx *ctx, const struct provider *provider,
                              const struct sign_in_finish *in, struct sign_in *ret_sign_in)
{
	struct digest digest = digest_of(in->state);

	enum err err = store_sign_in_by_state(ctx->store, ctx->arena, &digest, ret_sign_in);
	if (err == ERR_NOT_FOUND)
		return deny_guess(ctx, ERR_BAD_STATE, "no such sign-in");
	TRY(err);
	const char *wrong = wrong_with(ctx, provider, in, ret_sign_in);
	return wrong ? deny_guess(ctx, ERR_BAD_STATE, wrong) : OK;
}

static enum err find_newest(struct ctx *ctx, const struct provider *provider,
                            const struct sign_in_finish *in, struct sign_in *ret_sign_in)
{
	if (provider->state == STATE_REQUIRED)
		return deny_guess(ctx, ERR_BAD_STATE, "state is missing");
	enum err err = store_sign_in_newest(ctx->store, ctx->arena, provider->id, in->redirect_uri,
	                                    network_number(ctx), ctx->now, ret_sign_in);
	return err == ERR_NOT_FOUND
	               ? deny_guess(ctx, ERR_BAD_STATE, "no sign-in waits without a state")
	               : err;
}

/* Of two who come with one state, one gets in; who named none may find the next. */
static enum err spend(struct ctx *ctx, const struct sign_in *sign_in, bool named)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;

	TRY(tx_begin(ctx->store, &tx));
	enum err err = store_sign_in_spend(tx, sign_in->id, ctx->now);
	if (err == ERR_NOT_FOUND && !named)
		return ERR_RETRY;
	if (err == ERR_NOT_FOUND)
		return tx_refuse(&tx,
		                 deny_guess(ctx, ERR_BAD_STATE, "sign-in was finished before"));
	TRY(err);
	return tx_commit(&tx);
}

static enum err take_row(struct ctx *ctx, const struct provider *provider,
                         const struct sign_in_finish *in, struct sign_in *ret_sign_in)
{
	bool named = in->state.len > 0;

	TRY(named ? find_by_state(ctx, provider, in, ret_sign_in)
	          : find_newest(ctx, provider, in, ret_sign_in));
	return spend(ctx, ret_sign_in, named);
}

/* ---- who it is ---- */

/* Somebody who has come back, or a new person, and where they came from. */
struct arrival {
	const struct sign_in_finish *in;
	struct identity identity;
	const struct person_claims *person;
};

static void tell(const struct account *account, const struct session_made *session,
                 struct signed_in *ret_signed_in)
{
	*ret_signed_in = (struct signed_in){
		.tokens = session->tokens,
		.name = account->name.ptr ? account->name : STR(""),
		.email = account->email.ptr ? account->email : STR(""),
	};
}

static enum err enter_again(struct ctx *ctx, const struct arrival *arrival,
                            struct signed_in *ret_signed_in)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct session_made session;
	struct account account;

	enum err err =
		store_account_by_id(ctx->store, ctx->arena, arrival->identity.account_id, &account);
	if (err == ERR_NOT_FOUND)
		return ERR_RETRY; /* removed a moment ago, and the identity with it */
	TRY(err);
	ctx->account_id = account.id;
	if (account.status != ACCOUNT_ACTIVE)
		return deny(ctx, ERR_SIGN_IN_REFUSED, "account is disabled");
	TRY(session_make(ctx, &account, arrival->in->terms, &session));
	TRY(tx_begin(ctx->store, &tx));
	TRY(session_open(tx, &session));
	TRY(audit_done(ctx, tx, "done"));
	TRY(tx_commit(&tx));
	tell(&account, &session, ret_signed_in);
	return OK;
}

/* The provider's words, as far as they can be ours. */
static enum err describe(struct ctx *ctx, const struct person_claims *person,
                         struct account *ret_account)
{
	struct account account = { .app_id = ctx->app.id, .epoch = 1 };
	struct str locale;

	if (!person->email.ptr ||
	    email_normalize(ctx->arena, person->email, &account.email, &account.email_key) != OK)
		return deny(ctx, ERR_SIGN_IN_REFUSED, "the provider gives no address");
	if (person->email_verified)
		account.email_verified_at = ctx->now;
	enum err err = profile_accept(ctx, person->name, STR_NONE, &account.name, &locale);
	if (err != OK && err != ERR_BAD_NAME)
		return err;
	TRY(account_new_public_id(ctx, &account.public_id));
	*ret_account = account;
	return OK;
}

static enum err make_account(struct ctx *ctx, const struct arrival *arrival,
                             struct account *account, struct session_made *session)
{
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	struct identity identity = arrival->identity;

	TRY(session_make(ctx, account, arrival->in->terms, session));
	TRY(tx_begin(ctx->store, &tx));
	TRY(account_open(ctx, tx, account, STR_NONE));
	identity.account_id = session->row.account_id = ctx->account_id = account->id;
	TRY(store_identity_add(tx, &identity));
	TRY(session_open(tx, session));
	TRY(audit_done(ctx, tx, "account made"));
	return tx_commit(&tx);
}

/* ERR_RETRY: the account is the same person's, who came in twice at once. */
static enum err check_address(struct ctx *ctx, const struct arrival *arrival,
                              const struct account *account)
{
	struct account other;
	int64_t id;

	enum err err = store_account_by_email(ctx->store, ctx->arena, ctx->app.id,
	                                      account->email_key, &other);
	if (err != OK)
		return err == ERR_NOT_FOUND ? OK : err;
	err = store_identity_find(ctx->store, ctx->arena, &arrival->identity, &id);
	if (err != ERR_NOT_FOUND)
		return err == OK ? ERR_RETRY : err;
	return deny(ctx, ERR_EMAIL_TAKEN, "address has an account, which is not linked");
}

static enum err enter_new(struct ctx *ctx, const struct arrival *arrival,
                          struct signed_in *ret_signed_in)
{
	struct session_made session;
	struct account account;

	if (ctx->app.sign_up == SIGN_UP_CLOSED)
		return deny(ctx, ERR_NOT_ALLOWED, "sign-up is closed");
	TRY(describe(ctx, arrival->person, &account));
	TRY(check_address(ctx, arrival, &account));
	enum err err = make_account(ctx, arrival, &account, &session);
	if (err == ERR_CONFLICT) {
		ctx->account_id = 0;
		return ERR_RETRY; /* the same person, or the same address, a moment ago */
	}
	TRY(err);
	tell(&account, &session, ret_signed_in);
	return OK;
}

static enum err enter_once(struct ctx *ctx, struct arrival *arrival,
                           struct signed_in *ret_signed_in)
{
	enum err err = store_identity_find(ctx->store, ctx->arena, &arrival->identity,
	                                   &arrival->identity.account_id);

	if (err == ERR_NOT_FOUND)
		return enter_new(ctx, arrival, ret_signed_in);
	TRY(err);
	return enter_again(ctx, arrival, ret_signed_in);
}

/* The gate must not run all of it again: the code is spent. */
static enum err enter(struct ctx *ctx, struct arrival *arrival, struct signed_in *ret_signed_in)
{
	enum err err = ERR_RETRY;

	for (int i = 0; i < FINISH_TRIES && err == ERR_RETRY; i++)
		err = enter_once(ctx, arrival, ret_signed_in);
	return err == ERR_RETRY ? ERR_BUSY : err;
}

/* ---- finishing ---- */

static enum err check_answer(struct ctx *ctx, const struct provider *provider,
                             const struct sign_in_finish *in)
{
	if (in->error.len > 0)
		return deny(ctx, ERR_SIGN_IN_REFUSED, "the provider or the person said no");
	if (in->issuer.ptr && !str_equal(in->issuer, provider->issuer))
		return deny_guess(ctx, ERR_SIGN_IN_REFUSED, "the answer is of another issuer");
	if (in->code.len == 0 || in->code.len > SIGN_IN_CODE_MAX)
		return deny_guess(ctx, ERR_SIGN_IN_REFUSED, "this is no code");
	return OK;
}

static enum err ask_person(struct ctx *ctx, struct https_turn *turn,
                           const struct provider *provider, const struct sign_in_finish *in,
                           const struct sign_in *sign_in, struct person_claims *ret_person)
{
	struct provider_code code = { .code = in->code, .redirect_uri = in->redirect_uri };

	TRY(id_nonce_of(ctx, &sign_in->nonce, &code.nonce));
	TRY(verifier_of(ctx, provider, &sign_in->nonce, &code.verifier));
	return provider_ask_person(ctx, turn, provider, &code, ret_person);
}

static enum err sign_in_finish(struct ctx *ctx, const struct sign_in_finish *in,
                               struct signed_in *ret_signed_in)
{
	CLEANUP(https_turn_end) struct https_turn *turn = NULL;
	struct provider provider;
	struct sign_in sign_in;
	struct person_claims person;

	if (in->error.len == 0 && in->code.len == 0)
		return ERR_MEMBER_MISSING;
	TRY(find_provider(ctx, in->provider, in->redirect_uri, &provider));
	TRY(https_turn_take(ctx->service->https, &turn)); /* before anything is spent */
	TRY(take_row(ctx, &provider, in, &sign_in));
	TRY(check_answer(ctx, &provider, in));
	TRY(ask_person(ctx, turn, &provider, in, &sign_in, &person));
	https_turn_end(&turn);
	struct arrival arrival = {
		.in = in,
		.identity = { .app_id = ctx->app.id,
		              .provider = provider.name,
		              .issuer = provider.issuer,
		              .subject = person.subject,
		              .created_at = ctx->now },
		.person = &person,
	};
	return enter(ctx, &arrival, ret_signed_in);
}
OPERATION(sign_in_finish, struct sign_in_finish, struct signed_in, REQUIRES_APP, LIMIT_GUESS,
          COST_CALL)
