/* SPDX-License-Identifier: Apache-2.0 */
/* message.c - the shipped texts, and reading and editing an app's own. */
#include "account/message.h"
#include "base/text.h"
#include "base/texts.h"

/* In the order of Hack System's own list, whose 7th and 8th are named in its documents. */
static const struct {
	const char *name, *type, *input, *text;
} shipped_messages[] = {
	{ "resetcode_empty", "error", "code", TEXT("message-resetcode-empty") },
	{ "password_empty", "error", "password", TEXT("message-password-empty") },
	{ "email_empty", "error", "email", TEXT("message-email-empty") },
	{ "user_exist", "error", "email", TEXT("message-user-exist") },
	{ "user_dontexist", "error", "email", TEXT("message-user-dontexist") },
	{ "password_invalid", "error", "password", TEXT("message-password-invalid") },
	{ "resetcode_invalid", "error", "code", TEXT("message-resetcode-invalid") },
	{ "password_updated", "success", "", TEXT("message-password-updated") },
	{ "settings_info_error", "error", "", TEXT("message-settings-info-error") },
	{ "no_email_template_found", "error", "", TEXT("message-no-email-template-found") },
	{ "email_not_sent", "error", "", TEXT("message-email-not-sent") },
	{ "password_rejected", "error", "password", TEXT("message-password-rejected") },
	{ "resetcode_sent", "success", "", TEXT("message-resetcode-sent") },
	{ "waitinglist_added", "success", "", TEXT("message-waitinglist-added") },
};

/* Their places are listed in docs/texts.md. */
static const struct {
	const char *name, *subject, *content;
} shipped_templates[] = {
	{ RESET_PASSWORD_TEMPLATE, TEXT("template-reset-password-subject"),
	  TEXT("template-reset-password-content") },
	{ WAITING_POSITION_TEMPLATE, TEXT("template-waiting-position-subject"),
	  TEXT("template-waiting-position-content") },
};

static enum language language_of(struct str name)
{
	enum language language = LANGUAGE_ENGLISH;

	(void)language_find(name, &language);
	return language;
}

static struct message shipped_message(size_t i, enum language in)
{
	return (struct message){ str(shipped_messages[i].name),
		                 text_of(in, shipped_messages[i].text),
		                 str(shipped_messages[i].type), str(shipped_messages[i].input) };
}

static struct mail_template shipped_template(size_t i, enum language in)
{
	return (struct mail_template){ str(shipped_templates[i].name), STR(""), STR(""),
		                       text_of(in, shipped_templates[i].subject),
		                       text_of(in, shipped_templates[i].content) };
}

enum err messages_ship(struct tx *tx, int64_t app_id, struct str language)
{
	enum language in = language_of(language);

	for (size_t i = 0; i < COUNT_OF(shipped_messages); i++) {
		const struct message message = shipped_message(i, in);
		TRY(store_message_set(tx, app_id, &message));
	}
	for (size_t i = 0; i < COUNT_OF(shipped_templates); i++) {
		const struct mail_template template = shipped_template(i, in);
		TRY(store_mail_template_set(tx, app_id, &template));
	}
	return OK;
}

static enum err translate_message(struct ctx *ctx, struct tx *tx, int64_t app_id, size_t i,
                                  enum language from, enum language to)
{
	const struct message old = shipped_message(i, from), new = shipped_message(i, to);
	struct message row;

	TRY(store_message_by_name(ctx->store, ctx->arena, app_id, old.internal_name, &row));
	if (!str_equal(row.message, old.message))
		return OK;
	row.message = new.message;
	return store_message_set(tx, app_id, &row);
}

static enum err translate_template(struct ctx *ctx, struct tx *tx, int64_t app_id, size_t i,
                                   enum language from, enum language to)
{
	const struct mail_template old = shipped_template(i, from), new = shipped_template(i, to);
	struct mail_template row;

	TRY(store_mail_template_by_name(ctx->store, ctx->arena, app_id, old.email_name, &row));
	if (!str_equal(row.subject, old.subject) || !str_equal(row.content, old.content))
		return OK;
	row.subject = new.subject;
	row.content = new.content;
	return store_mail_template_set(tx, app_id, &row);
}

enum err messages_translate(struct ctx *ctx, struct tx *tx, int64_t app_id, struct str from,
                            struct str to)
{
	enum language old = language_of(from), new = language_of(to);

	for (size_t i = 0; old != new &&i < COUNT_OF(shipped_messages); i++)
		TRY(translate_message(ctx, tx, app_id, i, old, new));
	for (size_t i = 0; old != new &&i < COUNT_OF(shipped_templates); i++)
		TRY(translate_template(ctx, tx, app_id, i, old, new));
	return OK;
}

enum err mail_template_check(struct ctx *ctx, const char *name)
{
	struct mail_template template;

	if (ctx->service->policy.cannot_mail)
		return deny(ctx, ERR_NO_MAIL, "no mail server is configured");
	enum err err = store_mail_template_by_name(ctx->store, ctx->arena, ctx->app.id, str(name),
	                                           &template);
	if (err == ERR_NOT_FOUND ||
	    (err == OK && (template.subject.len == 0 || template.content.len == 0)))
		return deny(ctx, ERR_NO_TEMPLATE, "the app's mail template is empty");
	return err;
}

static enum err message_find(struct ctx *ctx, const struct message_named *in,
                             struct message *ret_message)
{
	return store_message_by_name(ctx->store, ctx->arena, ctx->app.id, in->name, ret_message);
}
OPERATION(message_find, struct message_named, struct message, REQUIRES_NOTHING, LIMIT_NONE,
          COST_QUICK)

static enum err message_list(struct ctx *ctx, const struct nothing *in,
                             struct message_list *ret_list)
{
	(void)in;
	return store_messages(ctx->store, ctx->arena, ctx->app.id, ret_list);
}
OPERATION(message_list, struct nothing, struct message_list, REQUIRES_OPERATOR, LIMIT_NONE,
          COST_QUICK)

/* Takes the new text over the old one, if it is there and fits. */
static enum err replace(struct str text, size_t max, struct str *text_of_row)
{
	if (!text.ptr)
		return OK;
	if (text.len > max || !text_is_utf8(text))
		return ERR_BAD_SETTING;
	*text_of_row = text;
	return OK;
}

static enum err message_set(struct ctx *ctx, const struct message *in, struct message *ret_message)
{
	const struct message_named named = { in->internal_name };
	struct message row;

	TRY(message_find(ctx, &named, &row));
	TRY(replace(in->message, MESSAGE_TEXT_MAX, &row.message));
	TRY(replace(in->type, MESSAGE_TEXT_MAX, &row.type));
	TRY(replace(in->input, MESSAGE_TEXT_MAX, &row.input));
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_message_set(tx, ctx->app.id, &row));
	TRY(audit_done(ctx, tx, "done"));
	TRY(tx_commit(&tx));
	*ret_message = row;
	return OK;
}
OPERATION(message_set, struct message, struct message, REQUIRES_OPERATOR, LIMIT_NONE, COST_WRITE)

static enum err mail_template_find(struct ctx *ctx, const struct message_named *in,
                                   struct mail_template *ret_template)
{
	return store_mail_template_by_name(ctx->store, ctx->arena, ctx->app.id, in->name,
	                                   ret_template);
}
OPERATION(mail_template_find, struct message_named, struct mail_template, REQUIRES_NOTHING,
          LIMIT_NONE, COST_QUICK)

static enum err mail_template_list(struct ctx *ctx, const struct nothing *in,
                                   struct mail_template_list *ret_list)
{
	(void)in;
	return store_mail_templates(ctx->store, ctx->arena, ctx->app.id, ret_list);
}
OPERATION(mail_template_list, struct nothing, struct mail_template_list, REQUIRES_OPERATOR,
          LIMIT_NONE, COST_QUICK)

static enum err mail_template_set(struct ctx *ctx, const struct mail_template *in,
                                  struct mail_template *ret_template)
{
	const struct message_named named = { in->email_name };
	struct mail_template row;
	struct str key;

	TRY(mail_template_find(ctx, &named, &row));
	TRY(replace(in->send_name, MESSAGE_TEXT_MAX, &row.send_name));
	TRY(replace(in->subject, MESSAGE_TEXT_MAX, &row.subject));
	TRY(replace(in->content, TEMPLATE_TEXT_MAX, &row.content));
	if (in->sender.len > 0)
		TRY(email_normalize(ctx->arena, in->sender, &row.sender, &key));
	else
		TRY(replace(in->sender, 0, &row.sender));
	CLEANUP(tx_rollback) struct tx *tx = NULL;
	TRY(tx_begin(ctx->store, &tx));
	TRY(store_mail_template_set(tx, ctx->app.id, &row));
	TRY(audit_done(ctx, tx, "done"));
	TRY(tx_commit(&tx));
	*ret_template = row;
	return OK;
}
OPERATION(mail_template_set, struct mail_template, struct mail_template, REQUIRES_OPERATOR,
          LIMIT_NONE, COST_WRITE)
