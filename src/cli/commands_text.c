/* SPDX-License-Identifier: Apache-2.0 */
/* commands_text.c - rekey messages ..., rekey mail-templates ...: the texts of an app. */
#include "account/message.h"
#include "cli/cli.h"
#include <string.h>

static const struct out_field message_out[] = {
	OUT("internal_name", TEXT, struct message, internal_name),
	OUT("message", TEXT, struct message, message),
	OUT("type", TEXT, struct message, type),
	OUT("input", TEXT, struct message, input),
};

static const struct out_field template_out[] = {
	OUT("email_name", TEXT, struct mail_template, email_name),
	OUT("send_name", TEXT, struct mail_template, send_name),
	OUT("sender", TEXT, struct mail_template, sender),
	OUT("subject", TEXT, struct mail_template, subject),
	OUT("content", TEXT, struct mail_template, content),
};

/* Reads key=value operands behind the name into the texts of a row, by its table; the first field
 * is the name itself. */
static enum err read_row(const struct invocation *invocation, const struct out_field *fields,
                         size_t n_fields, void *row)
{
	struct str name = str(invocation->operands[0]);

	memcpy((char *)row + fields[0].offset, &name, sizeof(name));
	for (size_t i = 1; i < invocation->n_operands; i++) {
		struct str word = str(invocation->operands[i]);
		struct str key = { word.ptr, str_find(word, '=') };
		size_t field = 1;
		while (field < n_fields && !str_is(key, fields[field].name))
			field++;
		if (field == n_fields || key.len == word.len)
			return ERR_BAD_SETTING;
		struct str value = str_from(word, key.len + 1);
		memcpy((char *)row + fields[field].offset, &value, sizeof(value));
	}
	return OK;
}

enum err cli_messages_list(struct cli *cli)
{
	const struct nothing nothing = { 0 };
	struct message_list list;

	TRY(operation_run(&cli->ctx, &message_list_op, &nothing, &list));
	return cli_print_list(cli, message_out, COUNT_OF(message_out), list.items, list.n,
	                      sizeof(list.items[0]));
}

enum err cli_messages_show(struct cli *cli)
{
	const struct message_named named = { str(cli->invocation->operands[0]) };
	struct message message;

	TRY(operation_run(&cli->ctx, &message_find_op, &named, &message));
	return cli_print(cli, message_out, COUNT_OF(message_out), &message);
}

enum err cli_messages_set(struct cli *cli)
{
	struct message in = { 0 }, message;

	TRY(read_row(cli->invocation, message_out, COUNT_OF(message_out), &in));
	TRY(operation_run(&cli->ctx, &message_set_op, &in, &message));
	return cli_print(cli, message_out, COUNT_OF(message_out), &message);
}

enum err cli_templates_list(struct cli *cli)
{
	const struct nothing nothing = { 0 };
	struct mail_template_list list;

	TRY(operation_run(&cli->ctx, &mail_template_list_op, &nothing, &list));
	return cli_print_list(cli, template_out, COUNT_OF(template_out), list.items, list.n,
	                      sizeof(list.items[0]));
}

enum err cli_templates_show(struct cli *cli)
{
	const struct message_named named = { str(cli->invocation->operands[0]) };
	struct mail_template template;

	TRY(operation_run(&cli->ctx, &mail_template_find_op, &named, &template));
	return cli_print(cli, template_out, COUNT_OF(template_out), &template);
}

enum err cli_templates_set(struct cli *cli)
{
	struct mail_template in = { 0 }, template;

	TRY(read_row(cli->invocation, template_out, COUNT_OF(template_out), &in));
	TRY(operation_run(&cli->ctx, &mail_template_set_op, &in, &template));
	return cli_print(cli, template_out, COUNT_OF(template_out), &template);
}
