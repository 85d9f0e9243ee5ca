/* SPDX-License-Identifier: Apache-2.0 */
/* template_names.c - collects where a page uses which value, its includes and all, and compares. */
#include "pages/template_names.h"
#include "base/texts.h"
#include "pages/template_priv.h"

enum { USES_MAX = 512 };

/* A value, or a section that asks for one. */
struct use {
	struct piece tag;
	const struct use *outer; /* the section it stands in; NULL: none */
	const struct embedded *file;
};

struct uses {
	const struct embedded *files;
	struct use *items;
	size_t n;
	struct template_fault *fault;
	const struct use *open; /* the innermost section that has not ended */
};

static bool is_section(const struct piece *tag)
{
	return tag->kind == PIECE_IF || tag->kind == PIECE_UNLESS;
}

static enum err collect(struct uses *uses, const struct embedded *file);

static enum err add_use(struct uses *uses, const struct embedded *file, const struct piece *tag)
{
	if (uses->n == USES_MAX)
		return template_complain(uses->fault, file, tag->at, tag->name,
		                         "this page shows too many values");
	uses->items[uses->n++] = (struct use){ *tag, uses->open, file };
	return OK;
}

/* The places among words are values like others. */
static enum err take_words(struct uses *uses, const struct embedded *file,
                           const struct piece *words)
{
	struct str rest = text_find(LANGUAGE_ENGLISH, words->name);

	while (rest.len > 0) {
		struct text_piece piece = text_next(&rest);
		const struct piece place = { .kind = PIECE_VALUE,
			                     .name = piece.place,
			                     .at = words->at };
		if (piece.place.ptr)
			TRY(add_use(uses, file, &place));
	}
	return OK;
}

static enum err take_tag(struct uses *uses, const struct embedded *file, const struct piece *tag)
{
	switch (tag->kind) {
	case PIECE_VALUE:
		return add_use(uses, file, tag);
	case PIECE_IF:
	case PIECE_UNLESS:
		TRY(add_use(uses, file, tag));
		uses->open = &uses->items[uses->n - 1];
		return OK;
	case PIECE_CLOSE:
		uses->open = uses->open->outer;
		return OK;
	case PIECE_INCLUDE:
		return collect(uses, embedded_find(uses->files, tag->name));
	case PIECE_WORDS:
		return take_words(uses, file, tag);
	case PIECE_COMMENT:
	case PIECE_FAULT:
	case PIECE_END:
		return OK;
	}
	return OK;
}

/* Every tag is whole and every include is there: that has been checked. */
static enum err collect(struct uses *uses, const struct embedded *file)
{
	struct scan scan = { .file = file };

	for (;;) {
		struct piece tag = piece_next(&scan);
		if (tag.kind == PIECE_END || tag.kind == PIECE_FAULT)
			return OK;
		TRY(take_tag(uses, file, &tag));
	}
}

static bool stands_in(const struct use *use, enum piece_kind section, struct str name)
{
	for (const struct use *outer = use->outer; outer; outer = outer->outer) {
		if (outer->tag.kind == section && str_equal(outer->tag.name, name))
			return true;
	}
	return false;
}

/* Around it is all that is around ours, so it is there as surely. */
static bool is_as_sure(const struct use *use, const struct use *ours)
{
	for (const struct use *outer = ours->outer; outer; outer = outer->outer) {
		if (!stands_in(use, outer->tag.kind, outer->tag.name))
			return false;
	}
	return true;
}

/* NULL: nothing is wrong with it. */
static const char *fault_of(const struct use *use, const struct uses *ours)
{
	const char *why = "this page has no such value";

	for (size_t i = 0; i < ours->n; i++) {
		const struct use *our = &ours->items[i];
		if (!str_equal(our->tag.name, use->tag.name))
			continue;
		if (is_section(&use->tag) || stands_in(use, PIECE_IF, use->tag.name) ||
		    (!is_section(&our->tag) && is_as_sure(use, our)))
			return NULL;
		why = "this value is not always there, and wants a section of its name around it";
	}
	return why;
}

static enum err collect_page(struct uses *uses, const struct embedded *page)
{
	uses->n = 0;
	uses->open = NULL;
	return collect(uses, page);
}

static enum err check_page(const struct uses *ours, const struct uses *theirs,
                           struct template_fault *ret_fault)
{
	for (size_t i = 0; i < theirs->n; i++) {
		const struct use *use = &theirs->items[i];
		const char *why = fault_of(use, ours);
		if (why)
			return template_complain(ret_fault, use->file, use->tag.at, use->tag.name,
			                         why);
	}
	return OK;
}

enum err template_names_check(struct arena *arena, const struct embedded *ours,
                              const struct embedded *theirs, struct template_fault *ret_fault)
{
	struct uses our_uses = { .files = ours, .fault = ret_fault };
	struct uses their_uses = { .files = theirs, .fault = ret_fault };

	NEED(our_uses.items = arena_array(arena, USES_MAX, sizeof(struct use)));
	NEED(their_uses.items = arena_array(arena, USES_MAX, sizeof(struct use)));
	for (size_t i = 0; ours[i].name; i++) {
		/* A part is checked as a part of the pages that include it. */
		struct str name = str(ours[i].name);
		if (!str_ends(name, ".html") || str_starts(name, "part-"))
			continue;
		TRY(collect_page(&our_uses, &ours[i]));
		TRY(collect_page(&their_uses, &theirs[i]));
		TRY(check_page(&our_uses, &their_uses, ret_fault));
	}
	return OK;
}
