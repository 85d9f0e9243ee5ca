/* SPDX-License-Identifier: Apache-2.0 */
/* import_words.c - what the systems that users come from call what they know of them. */
#include "account/account_field.h"
#include "account/administration.h"
#include "base/text.h"
#include <string.h>
#include <strings.h>

const char *const import_source_names[IMPORT_SOURCES] = {
	[IMPORT_FROM_REKEY] = "rekey",
	[IMPORT_FROM_BACKTORY] = "backtory",
	[IMPORT_FROM_XANO] = "xano",
};

/* How a value becomes ours. */
enum spelling {
	AS_IT_IS,
	AS_STATUS, /* true and false become active and inactive */
	AS_MOMENT, /* Unix milliseconds become seconds, and +0000 is Z */
	AS_HASH,   /* without a scheme in braces before it */
	AS_NUMBER, /* a number becomes the 24 digits of an id, with zeros in front */
	LEFT_OUT,  /* it is not ours to keep */
};

struct word {
	const char *name;
	size_t offset; /* of a struct str in struct account_record */
	enum spelling spelling;
};

#define WORD(name, member, spelling)                                                               \
	{                                                                                          \
		name, offsetof(struct account_record, member), spelling                            \
	}

static const struct word rekey_words[] = {
	WORD("id", id, AS_IT_IS),
	WORD("email", email, AS_IT_IS),
	WORD("username", username, AS_IT_IS),
	WORD("status", status, AS_IT_IS),
	WORD("created_at", created_at, AS_IT_IS),
	WORD("password_hash", password_hash, AS_HASH),
	WORD("name", name, AS_IT_IS),
	WORD("locale", locale, AS_IT_IS),
	WORD("guest", guest, AS_IT_IS),
	WORD("email_login", email_login, AS_IT_IS),
	WORD("email_verified", email_verified, AS_IT_IS),
	WORD("fields", fields, AS_IT_IS),
};

static const struct word backtory_words[] = {
	WORD("userId", id, AS_IT_IS),
	WORD("_id", id, AS_IT_IS),
	WORD("id", id, AS_IT_IS),
	WORD("username", username, AS_IT_IS),
	WORD("email", email, AS_IT_IS),
	WORD("password", password_hash, AS_HASH),
	WORD("passwordHash", password_hash, AS_HASH),
	WORD("password_hash", password_hash, AS_HASH),
	WORD("active", status, AS_STATUS),
	WORD("guest", guest, AS_IT_IS),
	WORD("createdAt", created_at, AS_MOMENT),
	WORD("created_at", created_at, AS_MOMENT),
};

static const struct word xano_words[] = {
	WORD("id", id, AS_NUMBER),
	WORD("created_at", created_at, AS_MOMENT),
	WORD("email", email, AS_IT_IS),
	WORD("password", password_hash, AS_HASH),
	WORD("password_hash", password_hash, AS_HASH),
	WORD("name", name, AS_IT_IS),
	WORD("reset_code", id, LEFT_OUT),
	WORD("magic_link", id, LEFT_OUT),
};

/* What each source has, and a name that tells it from the others. */
static const struct source {
	const struct word *words;
	size_t n_words;
	const char *const telltale[3];
	bool keeps_others; /* under names of their own; else they are an error */
	const char *email_login, *email_verified; /* where the file does not say; NULL: it is one */
} sources[IMPORT_SOURCES] = {
	[IMPORT_FROM_REKEY] = { rekey_words,
	                        COUNT_OF(rekey_words),
	                        { "password_hash" },
	                        false,
	                        NULL,
	                        NULL },
	[IMPORT_FROM_BACKTORY] = { backtory_words,
	                           COUNT_OF(backtory_words),
	                           { "userId", "firstName", "phoneNumber" },
	                           true,
	                           "false",
	                           "false" },
	[IMPORT_FROM_XANO] = { xano_words,
	                       COUNT_OF(xano_words),
	                       { "password", "linkedin_oauth" },
	                       true,
	                       NULL,
	                       "false" },
};

static bool has_name(const struct named_texts *words, const char *name)
{
	for (size_t i = 0; i < words->n; i++) {
		if (name && str_is(words->items[i].name, name))
			return true;
	}
	return false;
}

enum import_source import_source_of(const struct named_texts *words)
{
	static const enum import_source order[] = { IMPORT_FROM_BACKTORY, IMPORT_FROM_REKEY,
		                                    IMPORT_FROM_XANO };
	FOREACH(source, order) {
		FOREACH(name, sources[*source].telltale) {
			if (has_name(words, *name))
				return *source;
		}
	}
	return IMPORT_FROM_REKEY;
}

/* ---- values ---- */

static enum err spell_status(struct str value, struct str *ret_value)
{
	static const struct {
		const char *word, *status;
	} words[] = { { "true", "active" },
		      { "1", "active" },
		      { "false", "inactive" },
		      { "0", "inactive" } };

	*ret_value = value;
	FOREACH(word, words) {
		if (str_is_nocase(value, word->word))
			*ret_value = str(word->status);
	}
	return OK;
}

/* Fractions of a second are dropped; the zone behind them is not. */
static enum err drop_fraction(struct arena *arena, struct str value, struct str *ret_value)
{
	size_t dot = str_find(value, '.'), end = dot + 1;

	while (end < value.len && value.ptr[end] >= '0' && value.ptr[end] <= '9')
		end++;
	*ret_value = value;
	if (end <= dot + 1) /* there is no dot, or no digit behind it */
		return OK;
	return arena_printf(arena, ret_value, "%.*s%.*s", (int)dot, value.ptr,
	                    STR_ARG(str_from(value, end)));
}

/* Both systems have dates since after 2001, so what has twelve digits or more is milliseconds. */
static enum err spell_moment(struct arena *arena, struct str value, struct str *ret_value)
{
	static const char *const zones[] = { "+0000", "+00:00", "+00" };
	long long number;

	if (str_to_number(value, INT64_MAX, &number) && value.len >= 12)
		return arena_printf(arena, ret_value, "%lld", number / 1000);
	TRY(drop_fraction(arena, value, ret_value));
	size_t len = ret_value->len;
	FOREACH(zone, zones) {
		size_t tail = strlen(*zone);
		if (len > tail && str_is(str_from(*ret_value, len - tail), *zone)) {
			ret_value->len -= tail;
			break;
		}
	}
	return OK;
}

/* As Spring and LDAP write before a hash what it is, which the hash says itself. */
static enum err spell_hash(struct str value, struct str *ret_value)
{
	static const char *const prefixes[] = { "{bcrypt}", "{CRYPT}", "{crypt}" };

	*ret_value = value;
	FOREACH(prefix, prefixes) {
		if (str_starts(value, *prefix))
			*ret_value = str_from(value, strlen(*prefix));
	}
	return OK;
}

static enum err spell_number(struct arena *arena, struct str value, struct str *ret_value)
{
	long long number;

	*ret_value = value;
	if (!str_to_number(value, INT64_MAX, &number))
		return OK;
	return arena_printf(arena, ret_value, "%024lld", number);
}

static enum err spell(struct arena *arena, enum spelling spelling, struct str value,
                      struct str *ret_value)
{
	switch (spelling) {
	case AS_STATUS:
		return spell_status(value, ret_value);
	case AS_MOMENT:
		return spell_moment(arena, value, ret_value);
	case AS_HASH:
		return spell_hash(value, ret_value);
	case AS_NUMBER:
		return spell_number(arena, value, ret_value);
	case AS_IT_IS:
	case LEFT_OUT:
		break;
	}
	*ret_value = value;
	return OK;
}

/* ---- all else ---- */

static bool contains(struct str text, const char *part)
{
	size_t len = strlen(part);

	for (size_t i = 0; i + len <= text.len; i++) {
		if (strncasecmp(text.ptr + i, part, len) == 0)
			return true;
	}
	return false;
}

/* Somebody else's secrets: they open nothing here, and are kept nowhere. */
static bool is_secret(struct str name)
{
	return contains(name, "password") || contains(name, "token") || contains(name, "secret");
}

static bool is_no_id(struct str name)
{
	return !str_is(name, "id");
}

/* The value without what is inside of it and nobody's here. Of linkedin_oauth, which has the access
 * token, all but the person's id is. NONE: nothing is left. */
static enum err without_secrets(struct arena *arena, const struct named_text *word,
                                struct str *ret_value)
{
	*ret_value = STR_NONE;
	if (!str_is(word->name, "linkedin_oauth"))
		return json_values_prune(arena, word->value, is_secret, ret_value);
	TRY(json_values_prune(arena, word->value, is_no_id, ret_value));
	struct named_texts left;
	enum err err = json_values_read(arena, *ret_value, 1, &left);
	if (err == ERR_MALFORMED || (err == OK && left.n == 0))
		*ret_value = STR_NONE;
	return err == ERR_MALFORMED ? OK : err;
}

enum { LEFT_OUT_MAX = 8 };

/* A record may have thousands of names: the first ones are told. */
static enum err leave_out(struct arena *arena, struct str name, struct account_record *record)
{
	struct str plain;
	size_t n = record->n_left_out++;

	if (n > LEFT_OUT_MAX)
		return OK;
	if (n == LEFT_OUT_MAX)
		return arena_printf(arena, &record->left_out, "%.*s and others",
		                    STR_ARG(record->left_out));
	TRY(text_printable(arena, name, &plain));
	return arena_printf(arena, &record->left_out, "%.*s%s%.*s", STR_ARG(record->left_out),
	                    record->left_out.len ? ", " : "", plain.len > 64 ? 64 : (int)plain.len,
	                    plain.ptr);
}

/* What a service says of an account by itself, or asks for: nobody may have another say it. */
static bool is_ours(struct str name)
{
	static const char *const names[] = { "id",       "_id",       "userId",    "user_id",
		                             "username", "email",     "guest",     "active",
		                             "status",   "createdAt", "created_at" };

	FOREACH(ours, names) {
		if (str_is(name, *ours))
			return true;
	}
	return account_field_is_password(name);
}

static enum err keep(struct arena *arena, const struct named_text *word,
                     struct account_record *record, size_t *bytes)
{
	size_t size = word->name.len + word->value.len;

	if (!word->value.ptr)
		return OK;
	if (!account_field_name_is_good(word->name) || is_ours(word->name) ||
	    !text_is_utf8(word->name) || !text_is_utf8(word->value) ||
	    *bytes + size > ACCOUNT_FIELDS_BYTES_MAX || record->more.n == ACCOUNT_FIELDS_MAX)
		return leave_out(arena, word->name, record);
	*bytes += size;
	record->more.items[record->more.n++] = *word;
	return OK;
}

/* Of another system: without its secrets. */
static enum err keep_foreign(struct arena *arena, const struct named_text *word,
                             struct account_record *record, size_t *bytes)
{
	struct named_text clean = { word->name, STR_NONE };

	if (!word->value.ptr || is_secret(word->name))
		return OK;
	TRY(without_secrets(arena, word, &clean.value));
	return keep(arena, &clean, record, bytes);
}

/* ---- a record ---- */

static const struct word *find_word(const struct source *source, struct str name)
{
	for (size_t i = 0; i < source->n_words; i++) {
		if (str_is(name, source->words[i].name))
			return &source->words[i];
	}
	return NULL;
}

static enum err put(struct arena *arena, const struct word *word, struct str value,
                    struct account_record *record)
{
	struct str spelled;

	if (word->spelling == LEFT_OUT || !value.ptr)
		return OK;
	TRY(spell(arena, word->spelling, value, &spelled));
	memcpy((char *)record + word->offset, &spelled, sizeof(spelled));
	return OK;
}

static enum err no_such_word(struct arena *arena, struct str name, const char **ret_why)
{
	struct str plain, why;

	TRY(text_printable(arena, name, &plain));
	TRY(arena_printf(arena, &why, "there is no field %.60s%s", plain.ptr,
	                 plain.len > 60 ? "..." : ""));
	*ret_why = why.ptr;
	return OK;
}

/* The texts that rekey account export writes in one. */
static enum err read_fields(struct arena *arena, struct account_record *record, size_t *bytes,
                            const char **ret_why)
{
	struct named_texts fields;

	if (!record->fields.ptr)
		return OK;
	enum err err = json_values_read(arena, record->fields, ACCOUNT_FIELDS_MAX, &fields);
	if (err == ERR_MALFORMED)
		*ret_why = "fields is no JSON object of at most 32 texts";
	if (err != OK)
		return err == ERR_MALFORMED ? OK : err;
	for (size_t i = 0; i < fields.n; i++)
		TRY(keep(arena, &fields.items[i], record, bytes));
	return OK;
}

enum err import_read(struct arena *arena, enum import_source from, const struct named_texts *words,
                     struct account_record *ret_record, const char **ret_why)
{
	const struct source *source = &sources[from];
	struct account_record record = { .email_login = str(source->email_login),
		                         .email_verified = str(source->email_verified) };
	size_t bytes = 0;

	*ret_why = NULL;
	record.more.items = arena_array(arena, ACCOUNT_FIELDS_MAX, sizeof(record.more.items[0]));
	NEED(record.more.items);
	for (size_t i = 0; i < words->n && !*ret_why; i++) {
		const struct word *word = find_word(source, words->items[i].name);
		if (word)
			TRY(put(arena, word, words->items[i].value, &record));
		else if (source->keeps_others)
			TRY(keep_foreign(arena, &words->items[i], &record, &bytes));
		else
			return no_such_word(arena, words->items[i].name, ret_why);
	}
	TRY(read_fields(arena, &record, &bytes, ret_why));
	*ret_record = record;
	return OK;
}
