/* SPDX-License-Identifier: Apache-2.0 */
/* commands_key.c - rekey key ...: the keys that sign access tokens. */
#include "account/signing.h"
#include "cli/cli.h"

static const struct out_field rotated_out[] = {
	OUT("kid", TEXT, struct key_rotated, kid),
	OUT("created_at", TIME, struct key_rotated, created_at),
	OUT("old_verify_until", TIME, struct key_rotated, old_verify_until),
};

static const struct out_field key_out[] = {
	OUT("kid", TEXT, struct key_state, kid),
	OUT("signs", BOOL, struct key_state, signs),
	OUT("created_at", TIME, struct key_state, created_at),
	OUT("retired_at", TIME, struct key_state, retired_at),
	OUT("verifies_until", TIME, struct key_state, verifies_until),
};

enum err cli_key_rotate(struct cli *cli)
{
	const struct nothing nothing = { 0 };
	struct key_rotated rotated;

	TRY(operation_run(&cli->ctx, &key_rotate_op, &nothing, &rotated));
	return cli_print(cli, rotated_out, COUNT_OF(rotated_out), &rotated);
}

enum err cli_key_list(struct cli *cli)
{
	const struct nothing nothing = { 0 };
	struct key_states list;

	TRY(operation_run(&cli->ctx, &key_list_op, &nothing, &list));
	return cli_print_list(cli, key_out, COUNT_OF(key_out), list.items, list.n,
	                      sizeof(list.items[0]));
}
