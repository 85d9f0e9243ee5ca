/* SPDX-License-Identifier: Apache-2.0 */
/* copy.c - write every table, then read both places and compare. */
#include "account/copy.h"

struct places {
	struct store *from, *to;
};

static void close_places(struct places *places)
{
	store_close(places->from);
	store_close(places->to);
}

static enum err open_places(const struct database_copy *in, struct places *places)
{
	if (str_equal(in->from, in->to))
		return ERR_CONFIG;
	TRY(store_open_existing(in->from.ptr, NULL, &places->from));
	return store_open(in->to.ptr, NULL, &places->to);
}

static bool has_app(const struct app_list *apps, const struct app *wanted)
{
	for (size_t i = 0; i < apps->n; i++) {
		if (apps->items[i].id == wanted->id &&
		    str_equal(apps->items[i].public_id, wanted->public_id))
			return true;
	}
	return false;
}

/* Another's apps are not to be mixed with these; those of a copy that was interrupted are the same.
 */
static enum err check_target(struct ctx *ctx, const struct places *places)
{
	struct app_list from, to;

	TRY(store_apps(places->from, ctx->arena, &from));
	TRY(store_apps(places->to, ctx->arena, &to));
	for (size_t i = 0; i < to.n; i++) {
		if (!has_app(&from, &to.items[i]))
			return ERR_APP_EXISTS;
	}
	return OK;
}

static bool same(const struct table_sum *one, const struct table_sum *other)
{
	return one->rows == other->rows && digest_equal(&one->digest, &other->digest);
}

/* What was read while it was copied, what is there now, and what has become of it: all three. */
static enum err compare(struct ctx *ctx, const struct database_copy *in,
                        const struct places *places, size_t table, const struct table_sum *copied,
                        struct table_copied *ret_copied)
{
	struct table_sum from, to;

	TRY(store_table_sum(places->from, ctx->arena, table, &in->watch, &from));
	TRY(store_table_sum(places->to, ctx->arena, table, &in->watch, &to));
	*ret_copied = (struct table_copied){
		.table = str(store_table_name(table)),
		.rows = to.rows,
		.equal = same(copied, &from) && same(copied, &to),
	};
	return spell_hex(ctx->arena, to.digest.bytes, sizeof(to.digest.bytes), &ret_copied->digest);
}

static enum err database_copy(struct ctx *ctx, const struct database_copy *in,
                              struct database_copied *ret_copied)
{
	CLEANUP(close_places) struct places places = { 0 };
	struct table_sum sums[STORE_TABLES];
	struct database_copied copied = { .equal = true };

	TRY(open_places(in, &places));
	TRY(check_target(ctx, &places));
	for (size_t table = 0; table < STORE_TABLES; table++)
		TRY(store_table_copy(places.from, places.to, ctx->arena, table, &in->watch,
		                     &sums[table]));
	TRY(store_copy_finish(places.to));
	for (size_t table = 0; table < STORE_TABLES; table++) {
		struct table_copied *one = &copied.tables[table];
		TRY(compare(ctx, in, &places, table, &sums[table], one));
		copied.equal = copied.equal && one->equal;
	}
	*ret_copied = copied;
	return OK;
}
OPERATION(database_copy, struct database_copy, struct database_copied, REQUIRES_OPERATOR,
          LIMIT_NONE, COST_WRITE)
