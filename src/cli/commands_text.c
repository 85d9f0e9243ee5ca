/* SPDX-License-Identifier: Apache-2.0 */
/* commands_text.c - rekey messages ..., rekey mail-templates ..., rekey content ...: the texts of
 * an app. */
#include "account/content.h"
#include "account/message.h"
#include "base/json_stream.h"
#include "cli/cli.h"
#include "cli/records.h"

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

static struct str name_of(const struct cli *cli)
{
	return str(cli->invocation->operands[0]);
}

/* ---- messages ---- */

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
	const struct message_named named = { name_of(cli) };
	struct message message;

	TRY(operation_run(&cli->ctx, &message_find_op, &named, &message));
	return cli_print(cli, message_out, COUNT_OF(message_out), &message);
}

enum err cli_messages_set(struct cli *cli)
{
	struct message in = { .internal_name = name_of(cli) }, message;

	/* The first field is the name itself. */
	TRY(cli_read_pairs(cli, message_out + 1, COUNT_OF(message_out) - 1, &in));
	TRY(operation_run(&cli->ctx, &message_set_op, &in, &message));
	return cli_print(cli, message_out, COUNT_OF(message_out), &message);
}

/* ---- mail templates ---- */

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
	const struct message_named named = { name_of(cli) };
	struct mail_template template;

	TRY(operation_run(&cli->ctx, &mail_template_find_op, &named, &template));
	return cli_print(cli, template_out, COUNT_OF(template_out), &template);
}

enum err cli_templates_set(struct cli *cli)
{
	struct mail_template in = { .email_name = name_of(cli) }, template;

	TRY(cli_read_pairs(cli, template_out + 1, COUNT_OF(template_out) - 1, &in));
	TRY(operation_run(&cli->ctx, &mail_template_set_op, &in, &template));
	return cli_print(cli, template_out, COUNT_OF(template_out), &template);
}

/* ---- content ---- */

static const struct out_field content_out[] = {
	OUT("table", TEXT, struct content_entry, table),
	OUT("name", TEXT, struct content_entry, name),
	OUT("members", MEMBERS, struct content_entry, members),
};

enum err cli_content_list(struct cli *cli)
{
	const struct nothing nothing = { 0 };
	struct content_entry_list list;

	TRY(operation_run(&cli->ctx, &content_list_op, &nothing, &list));
	return cli_print_list(cli, content_out, COUNT_OF(content_out), list.items, list.n,
	                      sizeof(list.items[0]));
}

enum err cli_content_show(struct cli *cli)
{
	const struct content_named named = { name_of(cli) };
	struct content_entry entry;

	TRY(operation_run(&cli->ctx, &content_find_op, &named, &entry));
	return cli_print(cli, content_out, COUNT_OF(content_out), &entry);
}

/* Any key is a member, and any value a text. */
static enum err read_members(const struct cli *cli, struct str *ret_json)
{
	struct json_stream json = json_stream_in(cli->arena);
	const struct invocation *invocation = cli->invocation;

	json_begin(&json, NULL, '{');
	for (size_t i = 1; i < invocation->n_operands; i++) {
		struct str pair = str(invocation->operands[i]), key;
		size_t equals = str_find(pair, '=');
		if (equals == 0 || equals == pair.len)
			return ERR_BAD_SETTING;
		TRY(arena_str(cli->arena, (struct str){ pair.ptr, equals }, &key));
		json_put_text(&json, key.ptr, str_from(pair, equals + 1));
	}
	json_end(&json, '}');
	return json_stream_str(&json, ret_json);
}

enum err cli_content_set(struct cli *cli)
{
	struct content_entry in = content_split(name_of(cli)), entry;

	TRY(read_members(cli, &in.members));
	TRY(operation_run(&cli->ctx, &content_set_op, &in, &entry));
	return cli_print(cli, content_out, COUNT_OF(content_out), &entry);
}

enum err cli_content_remove(struct cli *cli)
{
	const struct content_named named = { name_of(cli) };
	struct content_entry gone;
	struct nothing nothing;

	TRY(operation_run(&cli->ctx, &content_find_op, &named, &gone));
	TRY(operation_run(&cli->ctx, &content_remove_op, &named, &nothing));
	return cli_has(cli->invocation, "--json")
	               ? cli_print(cli, content_out, COUNT_OF(content_out), &gone)
	               : OK;
}

/* ---- all of an app's, by a file ---- */

/* A text cannot be missing in an export, so that an import makes the rows what they were. */
static enum err export_rows(struct cli *cli, const struct out_field *fields, size_t n_fields,
                            const void *items, size_t n_items, size_t size)
{
	struct str json;

	for (size_t i = 0; i < n_items; i++) {
		TRY(json_write(cli->arena, fields, n_fields, (const char *)items + i * size,
		               &json));
		printf("%s\n", json.ptr);
	}
	return OK;
}

enum err cli_messages_export(struct cli *cli)
{
	const struct nothing nothing = { 0 };
	struct message_list list;

	TRY(operation_run(&cli->ctx, &message_list_op, &nothing, &list));
	return export_rows(cli, message_out, COUNT_OF(message_out), list.items, list.n,
	                   sizeof(list.items[0]));
}

enum err cli_templates_export(struct cli *cli)
{
	const struct nothing nothing = { 0 };
	struct mail_template_list list;

	TRY(operation_run(&cli->ctx, &mail_template_list_op, &nothing, &list));
	return export_rows(cli, template_out, COUNT_OF(template_out), list.items, list.n,
	                   sizeof(list.items[0]));
}

enum err cli_content_export(struct cli *cli)
{
	const struct nothing nothing = { 0 };
	struct content_entry_list list;

	TRY(operation_run(&cli->ctx, &content_list_op, &nothing, &list));
	return export_rows(cli, content_out, COUNT_OF(content_out), list.items, list.n,
	                   sizeof(list.items[0]));
}

/* Rows of one kind, and the operation that takes one of them. */
struct rows_in {
	const struct operation *set;
	const struct out_field *fields;
	size_t n_fields;
	const char *missing; /* what there is none of, where the operation finds nothing */
	const char *table;   /* content: of the rows that do not say theirs; NULL: none */
};

union text_row {
	struct message message;
	struct mail_template mail_template;
	struct content_entry content;
};

#define NO_ROW "there is no row of this name"

struct rows_imported {
	int64_t imported, refused;
};

static const struct out_field imported_out[] = {
	OUT("imported", INTEGER, struct rows_imported, imported),
	OUT("refused", INTEGER, struct rows_imported, refused),
};

static bool is_of_the_row(enum err err)
{
	return err == ERR_MALFORMED || err == ERR_BAD_SETTING || err == ERR_BAD_EMAIL ||
	       err == ERR_BAD_NAME;
}

/* A row without a name is the row of no name, which there is none of. */
static enum err import_row(struct cli *cli, const struct rows_in *in, struct records *records,
                           struct rows_imported *imported)
{
	union text_row row = { 0 }, stored;
	enum err err = records_next(records, cli->arena, &row);

	TRY(err == ERR_MALFORMED ? OK : err);
	const char *why = records->why;
	if (err == OK && in->table && !row.content.table.ptr)
		row.content.table = str(in->table);
	if (err == OK) {
		err = operation_run(&cli->ctx, in->set, &row, &stored);
		why = err == ERR_NOT_FOUND ? in->missing : err_sentence(err);
	}
	if (err == OK) {
		imported->imported++;
		return OK;
	}
	if (err != ERR_NOT_FOUND && !is_of_the_row(err))
		return err;
	imported->refused++;
	fprintf(stderr, "line %lld: %s\n", (long long)records->line, why);
	return OK;
}

static enum err import_rows(struct cli *cli, const struct rows_in *in, struct records *records)
{
	struct rows_imported imported = { 0 };
	enum err err = records_open(cli->arena, cli->invocation->operands[0], in->fields,
	                            in->n_fields, records);

	while (err == OK)
		err = import_row(cli, in, records, &imported);
	if (err == ERR_CONFIG) {
		cli->status = EXIT_REFUSED;
		fprintf(stderr, "rekey: %s: %s\n", cli->invocation->command->name, records->why);
		return OK;
	}
	if (err != ERR_NOT_FOUND)
		return err;
	if (imported.refused > 0)
		cli->status = EXIT_REFUSED;
	return cli_print(cli, imported_out, COUNT_OF(imported_out), &imported);
}

static enum err import_texts(struct cli *cli, const struct rows_in *in)
{
	struct records records = { 0 };
	enum err err = import_rows(cli, in, &records);

	records_close(&records);
	return err;
}

enum err cli_messages_import(struct cli *cli)
{
	const struct rows_in in = { .set = &message_set_op,
		                    .fields = message_out,
		                    .n_fields = COUNT_OF(message_out),
		                    .missing = NO_ROW };

	return import_texts(cli, &in);
}

enum err cli_templates_import(struct cli *cli)
{
	const struct rows_in in = { .set = &mail_template_set_op,
		                    .fields = template_out,
		                    .n_fields = COUNT_OF(template_out),
		                    .missing = NO_ROW };

	return import_texts(cli, &in);
}

enum err cli_content_import(struct cli *cli)
{
	const struct rows_in in = {
		.set = &content_import_op,
		.fields = content_out,
		.n_fields = COUNT_OF(content_out),
		.missing = "its table is neither app_structure nor content_strings",
		.table = cli_option(cli->invocation, "--table", 0),
	};

	return import_texts(cli, &in);
}
