/* SPDX-License-Identifier: Apache-2.0 */
/* texts.c - the words of each mail, a place at a time, and their HTML. */
#include "mail/texts.h"
#include <string.h>
#include <time.h>

enum language { ENGLISH, FRENCH, LANGUAGE_COUNT };

static const char *const languages[LANGUAGE_COUNT] = { "en", "fr" };

static const struct {
	const char *subject, *text;
} letters[LETTER_KIND_COUNT][LANGUAGE_COUNT] = {
	[LETTER_RESET_LINK] = {
		[ENGLISH] = {
			"Choose a new password for {{app}}",
			"Hello,\n\n"
			"someone, hopefully you, asked for a new password for your account at "
			"{{app}}. To choose one, open this page within {{minutes}} minutes:\n\n"
			"{{link}}\n\n"
			"If it was not you, you can ignore this mail and go on with your current "
			"password. It stays valid until a new one is chosen on that page.\n\n"
			"Reference: {{reference}}",
		},
		[FRENCH] = {
			"Choisissez un nouveau mot de passe pour {{app}}",
			"Bonjour,\n\n"
			"quelqu’un, sans doute vous, a demandé un nouveau mot de passe pour votre "
			"compte {{app}}. Pour le choisir, ouvrez cette page dans les {{minutes}} "
			"minutes :\n\n"
			"{{link}}\n\n"
			"Si ce n’était pas vous, vous pouvez ignorer cet e-mail et garder votre mot "
			"de passe actuel. Il reste valable tant qu’un nouveau n’a pas été choisi sur "
			"cette page.\n\n"
			"Référence : {{reference}}",
		},
	},
	[LETTER_RESET_LINK_AND_CODE] = {
		[ENGLISH] = {
			"Choose a new password for {{app}}",
			"Hello,\n\n"
			"someone, hopefully you, asked for a new password for your account at "
			"{{app}}. To choose one, open this page within {{minutes}} minutes:\n\n"
			"{{link}}\n\n"
			"If you are asked for a code instead, it is this one, for ten minutes:\n\n"
			"{{typed_code}}\n\n"
			"If it was not you, you can ignore this mail and go on with your current "
			"password. It stays valid until a new one is chosen. Never tell anybody the "
			"code.\n\n"
			"Reference: {{reference}}",
		},
		[FRENCH] = {
			"Choisissez un nouveau mot de passe pour {{app}}",
			"Bonjour,\n\n"
			"quelqu’un, sans doute vous, a demandé un nouveau mot de passe pour votre "
			"compte {{app}}. Pour le choisir, ouvrez cette page dans les {{minutes}} "
			"minutes :\n\n"
			"{{link}}\n\n"
			"Si l’on vous demande plutôt un code, le voici, valable dix minutes :\n\n"
			"{{typed_code}}\n\n"
			"Si ce n’était pas vous, vous pouvez ignorer cet e-mail et garder votre mot "
			"de passe actuel. Il reste valable tant qu’un nouveau n’a pas été choisi. Ne "
			"donnez jamais ce code à personne.\n\n"
			"Référence : {{reference}}",
		},
	},
	[LETTER_VERIFY] = {
		[ENGLISH] = {
			"Confirm your address for {{app}}",
			"Hello,\n\n"
			"someone, hopefully you, signed up at {{app}} with the address {{email}}, on "
			"{{time}} from the network address {{network}}. If that was you, open this page "
			"within a day:\n\n"
			"{{link}}\n\n"
			"If it was not you, you can ignore this mail: without you nothing comes of it. "
			"Please do not open a link of a sign-up that was not yours: the account would "
			"have somebody else's password.\n\n"
			"Reference: {{reference}}",
		},
		[FRENCH] = {
			"Confirmez votre adresse pour {{app}}",
			"Bonjour,\n\n"
			"quelqu’un, sans doute vous, s’est inscrit sur {{app}} avec l’adresse "
			"{{email}}, le {{time}} depuis l’adresse réseau {{network}}. Si c’était vous, "
			"ouvrez cette page dans la journée :\n\n"
			"{{link}}\n\n"
			"Si ce n’était pas vous, vous pouvez ignorer cet e-mail : sans vous, cela "
			"restera sans suite. N’ouvrez pas le lien d’une inscription qui n’est pas la "
			"vôtre : le compte aurait le mot de passe de quelqu’un d’autre.\n\n"
			"Référence : {{reference}}",
		},
	},
	[LETTER_CHANGE_EMAIL] = {
		[ENGLISH] = {
			"Confirm your new address for {{app}}",
			"Hello,\n\n"
			"someone, hopefully you, asked to use the address {{email}} for an account "
			"at {{app}}. To confirm it, open this page within a day:\n\n"
			"{{link}}\n\n"
			"If it was not you, you can ignore this mail: without you nothing changes.\n\n"
			"Reference: {{reference}}",
		},
		[FRENCH] = {
			"Confirmez votre nouvelle adresse pour {{app}}",
			"Bonjour,\n\n"
			"quelqu’un, sans doute vous, a demandé à utiliser l’adresse {{email}} pour un "
			"compte {{app}}. Pour la confirmer, ouvrez cette page dans la journée :\n\n"
			"{{link}}\n\n"
			"Si ce n’était pas vous, vous pouvez ignorer cet e-mail : sans vous, rien ne "
			"change.\n\n"
			"Référence : {{reference}}",
		},
	},
	[LETTER_ADDRESS_TAKEN] = {
		[ENGLISH] = {
			"You have an account at {{app}} already",
			"Hello,\n\n"
			"someone, hopefully you, gave the address {{email}} for an account at "
			"{{app}}. It has one already, and nothing was changed: please sign in with "
			"it, or ask for a new password if you have forgotten yours.\n\n"
			"If it was not you, you can ignore this mail.\n\n"
			"Reference: {{reference}}",
		},
		[FRENCH] = {
			"Vous avez déjà un compte {{app}}",
			"Bonjour,\n\n"
			"quelqu’un, sans doute vous, a donné l’adresse {{email}} pour un compte "
			"{{app}}. Elle en a déjà un, et rien n’a été modifié : connectez-vous avec, "
			"ou demandez un nouveau mot de passe si vous avez oublié le vôtre.\n\n"
			"Si ce n’était pas vous, vous pouvez ignorer cet e-mail.\n\n"
			"Référence : {{reference}}",
		},
	},
	[LETTER_EMAIL_CHANGED] = {
		[ENGLISH] = {
			"Your address for {{app}} was changed",
			"Hello,\n\n"
			"the address of your account at {{app}} was changed on {{time}} from this one "
			"to {{new_email}}. The change was confirmed from the network address "
			"{{network}}.\n\n"
			"If it was you, there is nothing to do.\n\n"
			"If it was not you, open this page within 72 hours. It signs everybody out, "
			"and stops further changes:\n\n"
			"{{link}}\n\n"
			"Reference: {{reference}}",
		},
		[FRENCH] = {
			"Votre adresse pour {{app}} a été modifiée",
			"Bonjour,\n\n"
			"l’adresse de votre compte {{app}} a été remplacée le {{time}} par "
			"{{new_email}}. Le changement a été confirmé depuis l’adresse réseau "
			"{{network}}.\n\n"
			"Si c’était vous, il n’y a rien à faire.\n\n"
			"Si ce n’était pas vous, ouvrez cette page dans les 72 heures. Elle déconnecte "
			"tout le monde et bloque d’autres changements :\n\n"
			"{{link}}\n\n"
			"Référence : {{reference}}",
		},
	},
	[LETTER_EMAIL_MOVED] = {
		[ENGLISH] = {
			"The address of your account at {{app}} was changed",
			"Hello,\n\n"
			"whoever runs {{app}} changed the address of your account there on {{time}} to "
			"{{new_email}}, as somebody had asked them to. Everybody has been signed out.\n\n"
			"If you did not ask for it, please tell them at once. They can find this change "
			"by its reference.\n\n"
			"Reference: {{reference}}",
		},
		[FRENCH] = {
			"L’adresse de votre compte {{app}} a été modifiée",
			"Bonjour,\n\n"
			"l’équipe de {{app}} a remplacé le {{time}} l’adresse de votre compte par "
			"{{new_email}}, comme quelqu’un le lui avait demandé. Tout le monde a été "
			"déconnecté.\n\n"
			"Si vous ne l’avez pas demandé, prévenez-la tout de suite : elle peut retrouver "
			"ce changement par sa référence.\n\n"
			"Référence : {{reference}}",
		},
	},
	[LETTER_CONFIRM_LINK] = {
		[ENGLISH] = {
			"Confirm that you need a new password for {{app}}",
			"Hello,\n\n"
			"someone, hopefully you, asked for a new password for the account "
			"\"{{username}}\" at {{app}}. To have one made and mailed to you, open this "
			"page within {{minutes}} minutes and enter your username:\n\n"
			"{{link}}\n\n"
			"If it was not you, you can ignore this mail and go on with your current "
			"password. It stays valid until a new one is mailed to you.\n\n"
			"Reference: {{reference}}",
		},
		[FRENCH] = {
			"Confirmez la demande d’un nouveau mot de passe pour {{app}}",
			"Bonjour,\n\n"
			"quelqu’un, sans doute vous, a demandé un nouveau mot de passe pour le "
			"compte « {{username}} » de {{app}}. Pour en recevoir un par e-mail, ouvrez "
			"cette page dans les {{minutes}} minutes et saisissez votre nom "
			"d’utilisateur :\n\n"
			"{{link}}\n\n"
			"Si ce n’était pas vous, vous pouvez ignorer cet e-mail et garder votre mot "
			"de passe actuel. Il reste valable jusqu’à l’envoi d’un nouveau.\n\n"
			"Référence : {{reference}}",
		},
	},
	[LETTER_INVITATION] = {
		[ENGLISH] = {
			"Your account at {{app}}",
			"Hello,\n\n"
			"an account for {{email}} has been made at {{app}}. To choose its password, "
			"open this page within three days:\n\n"
			"{{link}}\n\n"
			"If you do not want it, you can ignore this mail: nobody can sign in before "
			"a password has been chosen on that page.\n\n"
			"Reference: {{reference}}",
		},
		[FRENCH] = {
			"Votre compte {{app}}",
			"Bonjour,\n\n"
			"un compte a été créé pour {{email}} sur {{app}}. Pour en choisir le mot de "
			"passe, ouvrez cette page dans les trois jours :\n\n"
			"{{link}}\n\n"
			"Si vous n’en voulez pas, vous pouvez ignorer cet e-mail : personne ne peut "
			"se connecter avant qu’un mot de passe ait été choisi sur cette page.\n\n"
			"Référence : {{reference}}",
		},
	},
	[LETTER_MADE_PASSWORD] = {
		[ENGLISH] = {
			"Your new password for {{app}}",
			"Hello,\n\n"
			"you confirmed that you need a new password for {{app}}. Here it is:\n\n"
			"{{secret}}\n\n"
			"Please sign in with it within 24 hours; after that it is void. Then change "
			"it to one that only you know. The old password does not work any more, and "
			"all devices have been signed out.\n\n"
			"Reference: {{reference}}",
		},
		[FRENCH] = {
			"Votre nouveau mot de passe pour {{app}}",
			"Bonjour,\n\n"
			"vous avez confirmé avoir besoin d’un nouveau mot de passe pour {{app}}. Le "
			"voici :\n\n"
			"{{secret}}\n\n"
			"Connectez-vous avec dans les 24 heures ; passé ce délai, il n’est plus "
			"valable. Remplacez-le ensuite par un mot de passe que vous seul connaissez. "
			"L’ancien ne fonctionne plus, et tous les appareils ont été déconnectés.\n\n"
			"Référence : {{reference}}",
		},
	},
	[LETTER_PASSWORD_CHANGED] = {
		[ENGLISH] = {
			"Your password for {{app}} was changed",
			"Hello,\n\n"
			"the password of your account at {{app}} was changed on {{time}}, from the "
			"network address {{network}}. All other devices have been signed out.\n\n"
			"If it was you, there is nothing to do.\n\n"
			"If it was not you, open this page within 72 hours. It signs everybody out, "
			"stops further changes, and mails you a link to choose a new password:\n\n"
			"{{link}}\n\n"
			"Whoever runs {{app}} can find this change by its reference.\n\n"
			"Reference: {{reference}}",
		},
		[FRENCH] = {
			"Votre mot de passe pour {{app}} a été modifié",
			"Bonjour,\n\n"
			"le mot de passe de votre compte {{app}} a été modifié le {{time}}, depuis "
			"l’adresse réseau {{network}}. Tous les autres appareils ont été "
			"déconnectés.\n\n"
			"Si c’était vous, il n’y a rien à faire.\n\n"
			"Si ce n’était pas vous, ouvrez cette page dans les 72 heures. Elle déconnecte "
			"tout le monde, bloque d’autres changements et vous envoie un lien pour "
			"choisir un nouveau mot de passe :\n\n"
			"{{link}}\n\n"
			"L’équipe de {{app}} peut retrouver ce changement par sa référence.\n\n"
			"Référence : {{reference}}",
		},
	},
};

static enum language language_of(struct str name)
{
	for (enum language language = ENGLISH; language < LANGUAGE_COUNT; language++) {
		if (str_is(name, languages[language]))
			return language;
	}
	return ENGLISH;
}

/* ---- places ---- */

static struct str plain(struct secret secret)
{
	return (struct str){ secret.ptr, secret.len }; /* into the mail that is to carry it */
}

static struct str time_text(int64_t at, char *room, size_t size)
{
	time_t time = (time_t)at;
	struct tm utc;

	gmtime_r(&time, &utc);
	return (struct str){ room, strftime(room, size, "%Y-%m-%d, %H:%M UTC", &utc) };
}

static void add_place(struct buf *out, const struct letter *letter, struct str name)
{
	char time_room[32];
	const struct {
		const char *name;
		struct str value;
	} places[] = {
		{ "link", letter->link },
		{ "secret", plain(letter->secret) },
		{ "code", plain(letter->secret) },
		{ "typed_code", plain(letter->code) },
		{ "new_email", letter->new_email },
		{ "app", letter->app_name },
		{ "username", letter->username },
		{ "email", letter->to },
		{ "minutes", letter->minutes },
		{ "position", letter->position },
		{ "reference", letter->reference },
		{ "network", letter->network },
		{ "time", time_text(letter->at, time_room, sizeof(time_room)) },
	};

	FOREACH(place, places) {
		if (str_is(name, place->name))
			buf_add(out, place->value);
	}
}

static enum err fill(struct arena *arena, const struct letter *letter, struct str words,
                     struct str *ret_text)
{
	struct buf out = buf_in(arena);

	while (words.len > 0) {
		const char *open = memmem(words.ptr, words.len, "{{", 2);
		const char *close =
			open ? memmem(open, words.len - (size_t)(open - words.ptr), "}}", 2) : NULL;
		if (!close) {
			buf_add(&out, words);
			break;
		}
		buf_add(&out, (struct str){ words.ptr, (size_t)(open - words.ptr) });
		add_place(&out, letter, (struct str){ open + 2, (size_t)(close - open) - 2 });
		words = str_from(words, (size_t)(close - words.ptr) + 2);
	}
	return buf_str(&out, ret_text);
}

/* ---- HTML: paragraphs, links and secrets, everything else as it is read ---- */

static void add_escaped(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		switch (text.ptr[i]) {
		case '&':
			buf_puts(out, "&amp;");
			break;
		case '<':
			buf_puts(out, "&lt;");
			break;
		case '>':
			buf_puts(out, "&gt;");
			break;
		case '"':
			buf_puts(out, "&quot;");
			break;
		case '\n':
			buf_puts(out, "<br>\n");
			break;
		default:
			buf_putc(out, text.ptr[i]);
		}
	}
}

static bool is_for_copying(struct str paragraph, const struct letter *letter)
{
	struct secret text = { paragraph.ptr, paragraph.len };

	return secret_equal(text, letter->secret) || secret_equal(text, letter->code);
}

static void add_paragraph(struct buf *out, const struct letter *letter, struct str paragraph)
{
	buf_puts(out, "<p>");
	if (letter->link.ptr && str_equal(paragraph, letter->link)) {
		buf_puts(out, "<a href=\"");
		add_escaped(out, paragraph);
		buf_puts(out, "\">");
		add_escaped(out, paragraph);
		buf_puts(out, "</a>");
	} else if (is_for_copying(paragraph, letter)) {
		buf_puts(out, "<strong><code>");
		add_escaped(out, paragraph);
		buf_puts(out, "</code></strong>");
	} else {
		add_escaped(out, paragraph);
	}
	buf_puts(out, "</p>\n");
}

static enum err to_html(struct arena *arena, const struct letter *letter, const struct words *words,
                        struct str *ret_html)
{
	struct buf out = buf_in(arena);
	struct str rest = words->text;

	buf_printf(&out,
	           "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n<title>",
	           languages[language_of(letter->language)]);
	add_escaped(&out, words->subject);
	buf_puts(&out, "</title>\n</head>\n<body>\n");
	while (rest.len > 0) {
		const char *end = memmem(rest.ptr, rest.len, "\n\n", 2);
		size_t len = end ? (size_t)(end - rest.ptr) : rest.len;
		add_paragraph(&out, letter, (struct str){ rest.ptr, len });
		rest = str_from(rest, end ? len + 2 : len);
	}
	buf_puts(&out, "</body>\n</html>\n");
	return buf_str(&out, ret_html);
}

enum err words_of(struct arena *arena, const struct letter *letter, struct words *ret_words)
{
	enum language in = language_of(letter->language);
	bool template = letter->kind == LETTER_TEMPLATE;
	struct str subject = template ? letter->subject : str(letters[letter->kind][in].subject);
	struct str text = template ? letter->content : str(letters[letter->kind][in].text);
	struct words words;

	TRY(fill(arena, letter, subject, &words.subject));
	TRY(fill(arena, letter, text, &words.text));
	TRY(to_html(arena, letter, &words, &words.html));
	*ret_words = words;
	return OK;
}
