/* SPDX-License-Identifier: Apache-2.0 */
/* provider_talk.c - the token endpoint, the keys, the user info. */
#include "account/provider_talk.h"
#include "account/provider_keys.h"
#include "base/json.h"
#include "base/log.h"
#include "base/url.h"

/* What the token endpoint has given. */
struct provider_tokens {
	struct secret id_token, access_token;
};

/* ---- what goes wrong ---- */

/* It may be the provider's fault or a wrong setting: the operator has to hear of it. */
static enum err deny_provider(struct ctx *ctx, const struct provider *provider, const char *why)
{
	log_warning("sign-in by %.*s of app %.*s: %s", STR_ARG(provider->name),
	            STR_ARG(ctx->app.name), why);
	return deny(ctx, ERR_UNREACHABLE, why);
}

static enum err ask(struct ctx *ctx, struct https_turn *turn, const struct provider *provider,
                    const struct https_question *question, struct https_answer *ret_answer)
{
	const char *why = "";
	enum err err = https_ask(turn, ctx->arena, question, ret_answer, &why);

	return err == ERR_UNREACHABLE ? deny_provider(ctx, provider, why) : err;
}

/* ---- the token endpoint ---- */

static struct secret secret_of(const struct members *members, const char *name)
{
	struct str text = members_text(members, name);

	return (struct secret){ text.ptr, text.len };
}

static void add_secret(struct buf *buf, const char *name, struct secret value)
{
	url_add_pair(buf, name, (struct str){ value.ptr, value.len });
}

static enum err write_form(struct ctx *ctx, const struct provider *provider,
                           const struct provider_code *code, struct secret client_secret,
                           struct str *ret_form)
{
	struct buf form = buf_in(ctx->arena);

	url_add_pair(&form, "grant_type", STR("authorization_code"));
	add_secret(&form, "code", code->code);
	url_add_pair(&form, "redirect_uri", code->redirect_uri);
	if (code->verifier.ptr)
		add_secret(&form, "code_verifier", code->verifier);
	if (provider->auth == AUTH_POST || !client_secret.ptr)
		url_add_pair(&form, "client_id", provider->client_id);
	if (provider->auth == AUTH_POST && client_secret.ptr)
		add_secret(&form, "client_secret", client_secret);
	return buf_str(&form, ret_form);
}

/* Both halves encoded as in a form, before HTTP encodes them its own way (RFC 6749, 2.3.1). */
static enum err set_basic(struct ctx *ctx, const struct provider *provider,
                          struct secret client_secret, struct https_question *question)
{
	struct buf user = buf_in(ctx->arena), password = buf_in(ctx->arena);
	struct str text;

	if (provider->auth != AUTH_BASIC || !client_secret.ptr)
		return OK;
	url_add_encoded(&user, provider->client_id);
	url_add_encoded(&password, (struct str){ client_secret.ptr, client_secret.len });
	TRY(buf_str(&user, &question->user));
	TRY(buf_str(&password, &text));
	question->password = (struct secret){ text.ptr, text.len };
	return OK;
}

/* Providers differ in how they call a code that they do not take; a client that they do not take
 * is the operator's to mend. */
static enum err refused(struct ctx *ctx, const struct provider *provider,
                        const struct https_answer *answer)
{
	struct members *members = arena_alloc(ctx->arena, sizeof(*members));

	NEED(members);
	if (answer->status >= 300 && answer->status < 400)
		return deny_provider(ctx, provider, "the provider answers with a redirect");
	if (answer->status >= 500 || answer->status == 429 || answer->status == 408)
		return deny_provider(ctx, provider, "the provider answers with a failure");
	enum err err = json_read(ctx->arena, answer->body, members);
	if (err != OK && err != ERR_MALFORMED)
		return err;
	struct str error = err == OK ? members_text(members, "error") : STR_NONE;
	if (answer->status == 401 || str_is(error, "invalid_client") ||
	    str_is(error, "unauthorized_client"))
		return deny_provider(ctx, provider, "the provider refuses our client");
	if (answer->status != 400 || !error.ptr)
		return deny_provider(ctx, provider, "the provider's answer cannot be understood");
	return deny_guess(ctx, ERR_SIGN_IN_REFUSED, "the provider refuses the code");
}

static enum err read_tokens(struct ctx *ctx, const struct provider *provider, struct str body,
                            struct provider_tokens *ret_tokens)
{
	struct members *members = arena_alloc(ctx->arena, sizeof(*members));

	NEED(members);
	enum err err = json_read(ctx->arena, body, members);
	if (err == ERR_MALFORMED)
		return deny_provider(ctx, provider, "the provider's answer cannot be understood");
	TRY(err);
	*ret_tokens = (struct provider_tokens){ secret_of(members, "id_token"),
		                                secret_of(members, "access_token") };
	if (!ret_tokens->id_token.ptr || !ret_tokens->access_token.ptr)
		return deny_provider(ctx, provider, "the provider gives no ID token");
	return OK;
}

static enum err exchange(struct ctx *ctx, struct https_turn *turn, const struct provider *provider,
                         const struct provider_code *code, struct provider_tokens *ret_tokens)
{
	struct https_question question = { .url = provider->token_url };
	struct https_answer answer;
	struct secret client_secret;

	TRY(provider_secret(ctx, provider, &client_secret));
	TRY(write_form(ctx, provider, code, client_secret, &question.form));
	TRY(set_basic(ctx, provider, client_secret, &question));
	TRY(ask(ctx, turn, provider, &question, &answer));
	if (answer.status != 200)
		return refused(ctx, provider, &answer);
	return read_tokens(ctx, provider, answer.body, ret_tokens);
}

/* ---- the ID token ---- */

static enum err fetch_keys(struct ctx *ctx, struct https_turn *turn,
                           const struct provider *provider, struct jwks **ret_jwks)
{
	const struct https_question question = { .url = provider->keys_url };
	struct https_answer answer;

	TRY(ask(ctx, turn, provider, &question, &answer));
	if (answer.status != 200)
		return deny_provider(ctx, provider, "the provider does not give its keys");
	enum err err = jwks_parse(answer.body, ret_jwks);
	if (err == ERR_MALFORMED)
		return deny_provider(ctx, provider, "the provider's keys cannot be used");
	TRY(err);
	provider_keys_keep(ctx->service->provider_keys, provider->keys_url, *ret_jwks, ctx->now);
	return OK;
}

/* What is to be checked, and how often that was tried. */
struct checking {
	struct https_turn *turn;
	const struct provider *provider;
	struct secret token;
	struct id_token_terms terms;
	const char *why; /* it is not good */
};

static enum err check_by(struct ctx *ctx, struct checking *checking, const struct jwks *jwks,
                         struct person_claims *ret_person)
{
	return id_token_check(ctx->arena, checking->token, jwks, &checking->terms, ret_person,
	                      &checking->why);
}

/* By the keys that we have, and by newer ones if it is of none of these. */
static enum err check_by_keys(struct ctx *ctx, struct checking *checking,
                              struct person_claims *ret_person)
{
	struct provider_keys *keys = ctx->service->provider_keys;
	struct str url = checking->provider->keys_url;
	CLEANUP(jwks_cleanup) struct jwks *kept = provider_keys_find(keys, url, ctx->now);
	CLEANUP(jwks_cleanup) struct jwks *newer = NULL;
	enum err err = ERR_NOT_FOUND;

	if (kept)
		err = check_by(ctx, checking, kept, ret_person);
	if (err != ERR_NOT_FOUND || (kept && !provider_keys_may_ask_again(keys, url, ctx->now)))
		return err;
	TRY(fetch_keys(ctx, checking->turn, checking->provider, &newer));
	return check_by(ctx, checking, newer, ret_person);
}

static enum err check_id_token(struct ctx *ctx, struct checking *checking,
                               struct person_claims *ret_person)
{
	enum err err = check_by_keys(ctx, checking, ret_person);

	if (err != ERR_MALFORMED && err != ERR_NOT_FOUND)
		return err;
	log_warning("sign-in by %.*s of app %.*s: %s", STR_ARG(checking->provider->name),
	            STR_ARG(ctx->app.name), checking->why);
	return deny_guess(ctx, ERR_SIGN_IN_REFUSED, checking->why);
}

/* ---- the user info ---- */

/* What the ID token does not say, of the same subject (OpenID Connect Core 1.0, 5.3.2). */
static enum err ask_user_info(struct ctx *ctx, struct https_turn *turn,
                              const struct provider *provider, struct secret access_token,
                              struct person_claims *person)
{
	const struct https_question question = { .url = provider->user_info_url,
		                                 .bearer = access_token };
	struct https_answer answer;
	struct person_claims info;

	if (!provider->user_info_url.ptr)
		return OK;
	TRY(ask(ctx, turn, provider, &question, &answer));
	if (answer.status != 200)
		return deny_provider(ctx, provider, "the provider does not give the user info");
	enum err err = person_claims_read(ctx->arena, answer.body, &info);
	if (err == ERR_MALFORMED)
		return deny_provider(ctx, provider, "the provider's user info cannot be read");
	TRY(err);
	if (!str_equal(info.subject, person->subject))
		return deny(ctx, ERR_SIGN_IN_REFUSED, "the user info is of another subject");
	if (info.email.ptr) {
		person->email = info.email;
		person->email_verified = info.email_verified;
	}
	if (info.name.ptr)
		person->name = info.name;
	return OK;
}

enum err provider_ask_person(struct ctx *ctx, struct https_turn *turn,
                             const struct provider *provider, const struct provider_code *code,
                             struct person_claims *ret_person)
{
	struct provider_tokens tokens = { 0 };
	struct person_claims person;

	TRY(exchange(ctx, turn, provider, code, &tokens));
	struct checking checking = {
		.turn = turn,
		.provider = provider,
		.token = tokens.id_token,
		.terms = { .issuer = provider->issuer,
		           .client_id = provider->client_id,
		           .nonce = code->nonce,
		           .nonce_required = provider->nonce == NONCE_REQUIRED,
		           .now = ctx->now },
	};
	TRY(check_id_token(ctx, &checking, &person));
	TRY(ask_user_info(ctx, turn, provider, tokens.access_token, &person));
	*ret_person = person;
	return OK;
}
