/* SPDX-License-Identifier: Apache-2.0 */
/* template_names.c - collects where a page uses which value, its includes and all, and compares. */
#include "pages/template_names.h"
#include "base/texts.h"
#include <string.h>

enum { USES_MAX = 512 };

/* A tag with a value: "name", "#name" or "^name". */
struct use {
	struct str tag;
	struct str around[TEMPLATE_DEPTH_MAX]; /* the sections it stands in, as their tags */
	size_t n_around;
	const struct embedded *file;
	size_t at;
};

struct uses {
	const struct embedded *files;
	struct use *items;
	size_t n;
	struct str around[TEMPLATE_DEPTH_MAX];
	size_t n_around;
};

static bool is_section(struct str tag)
{
	return str_starts(tag, "#") || str_starts(tag, "^");
}

static struct str name_of(struct str tag)
{
	return is_section(tag) ? str_from(tag, 1) : tag;
}

static enum err collect(struct uses *uses, const struct embedded *file);

static enum err add_use(struct uses *uses, const struct embedded *file, struct str tag, size_t at)
{
	if (uses->n == USES_MAX)
		return ERR_NOMEM;
	struct use *use = &uses->items[uses->n++];
	*use = (struct use){ .tag = tag, .n_around = uses->n_around, .file = file, .at = at };
	memcpy(use->around, uses->around, sizeof(use->around));
	return OK;
}

/* The places among words are values like others. */
static enum err take_words(struct uses *uses, const struct embedded *file, struct str key,
                           size_t at)
{
	struct str rest = text_find(LANGUAGE_ENGLISH, key);

	while (rest.len > 0) {
		struct text_piece piece = text_next(&rest);
		if (piece.place.ptr)
			TRY(add_use(uses, file, piece.place, at));
	}
	return OK;
}

static enum err take_tag(struct uses *uses, const struct embedded *file, struct str tag, size_t at)
{
	if (str_starts(tag, ">"))
		return collect(uses, embedded_find(uses->files, str_from(tag, 1)));
	if (str_starts(tag, "/")) {
		uses->n_around--;
		return OK;
	}
	if (str_starts(tag, "@"))
		return take_words(uses, file, str_from(tag, 1), at);
	if (str_starts(tag, "!"))
		return OK;
	TRY(add_use(uses, file, tag, at));
	if (is_section(tag) && uses->n_around < TEMPLATE_DEPTH_MAX)
		uses->around[uses->n_around++] = tag;
	return OK;
}

/* Every tag is whole and every include is there: that has been checked. */
static enum err collect(struct uses *uses, const struct embedded *file)
{
	struct str text = file->text;
	const char *tag;

	while (text.len > 0 && (tag = memmem(text.ptr, text.len, "{{", 2))) {
		text = str_from(text, (size_t)(tag - text.ptr) + 2);
		const char *end = memmem(text.ptr, text.len, "}}", 2);
		size_t len = end ? (size_t)(end - text.ptr) : text.len;
		TRY(take_tag(uses, file, (struct str){ text.ptr, len },
		             (size_t)(tag - file->text.ptr)));
		text = str_from(text, len);
	}
	return OK;
}

static bool stands_in(const struct use *use, struct str section)
{
	for (size_t i = 0; i < use->n_around; i++) {
		if (str_equal(use->around[i], section))
			return true;
	}
	return false;
}

/* Around it is all that is around ours, so it is there as surely. */
static bool is_as_sure(const struct use *use, const struct use *ours)
{
	for (size_t i = 0; i < ours->n_around; i++) {
		if (!stands_in(use, ours->around[i]))
			return false;
	}
	return true;
}

static bool has_own_section(const struct use *use)
{
	for (size_t i = 0; i < use->n_around; i++) {
		if (str_starts(use->around[i], "#") && str_equal(name_of(use->around[i]), use->tag))
			return true;
	}
	return false;
}

/* NULL: nothing is wrong with it. */
static const char *fault_of(const struct use *use, const struct uses *ours)
{
	const char *why = "this page has no such value";

	for (size_t i = 0; i < ours->n; i++) {
		const struct use *our = &ours->items[i];
		if (!str_equal(name_of(our->tag), name_of(use->tag)))
			continue;
		if (is_section(use->tag) || has_own_section(use) ||
		    (!is_section(our->tag) && is_as_sure(use, our)))
			return NULL;
		why = "this value is not always there, and wants a section of its name around it";
	}
	return why;
}

static enum err collect_page(struct uses *uses, const struct embedded *page)
{
	uses->n = uses->n_around = 0;
	return collect(uses, page);
}

static enum err check_page(const struct uses *ours, const struct uses *theirs,
                           struct template_fault *ret_fault)
{
	for (size_t i = 0; i < theirs->n; i++) {
		const struct use *use = &theirs->items[i];
		const char *why = fault_of(use, ours);
		unsigned line = 1;
		if (!why)
			continue;
		for (size_t at = 0; at < use->at; at++)
			line += use->file->text.ptr[at] == '\n';
		*ret_fault = (struct template_fault){ use->file->name, line, why, use->tag };
		return ERR_INTERNAL;
	}
	return OK;
}

enum err template_names_check(struct arena *arena, const struct embedded *ours,
                              const struct embedded *theirs, struct template_fault *ret_fault)
{
	struct uses our_uses = { .files = ours }, their_uses = { .files = theirs };

	NEED(our_uses.items = arena_array(arena, USES_MAX, sizeof(struct use)));
	NEED(their_uses.items = arena_array(arena, USES_MAX, sizeof(struct use)));
	for (size_t i = 0; ours[i].name; i++) {
		/* A part is checked as a part of the pages that include it. */
		if (!strstr(ours[i].name, ".html") || strncmp(ours[i].name, "part-", 5) == 0)
			continue;
		TRY(collect_page(&our_uses, &ours[i]));
		TRY(collect_page(&their_uses, &theirs[i]));
		TRY(check_page(&our_uses, &their_uses, ret_fault));
	}
	return OK;
}
