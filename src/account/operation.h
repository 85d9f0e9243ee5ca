/* SPDX-License-Identifier: Apache-2.0 */
/* operation.h - what the service can do, and the one gate before all of it.
 *
 * An operation is a row: a function over an in-struct and an out-struct, and the columns the gate
 * reads before it runs. Every door (a wire dialect, a page, the command line, the mail thread)
 * comes in through operation_run(), so a new door cannot forget a rule.
 *
 * Texts and secrets of an in-struct are borrowed for the call; those of an out-struct live in
 * ctx->arena. */
#ifndef REKEY_ACCOUNT_OPERATION_H
#define REKEY_ACCOUNT_OPERATION_H

#include "account/turnstile.h"
#include "base/queue.h"
#include "base/rate.h"
#include "hash/hasher.h"
#include "store/store.h"

struct https;
struct decoys;
struct keyring;
struct provider_keys;
struct request_counter;

/* What the operator has set that operations need; the names are those of the configuration. */
struct policy {
	int64_t password_min_length, password_max_length; /* code points */
	int64_t reset_minutes, access_minutes, refresh_days;
	struct rate requests_per_network, failures_per_network, failures_per_login;
	struct rate mails_per_address;
	bool cannot_mail; /* no mail server is configured */
	int64_t retention_mail_days;
	int64_t retention_audit_days; /* below 0: for ever */
	struct str public_url;        /* without a slash at its end */
	struct str default_app;       /* the app that answers when a request names none */
};

/* The process's parts, made in main and passed down. */
struct service {
	struct store *store;
	struct hasher *hasher;
	const struct key *key;
	struct turnstile *turnstile;
	struct decoys *decoys;            /* see decoy.h */
	struct keyring *keyring;          /* see signing.h */
	struct request_counter *requests; /* of each network; see limits.h */
	struct bell *outbox_bell;         /* rung when mail is due */
	struct https *https;              /* who asks servers elsewhere; NULL: nobody does */
	struct provider_keys *provider_keys;
	struct policy policy;
};

enum actor {
	ACTOR_CLIENT,   /* somebody on the network */
	ACTOR_OPERATOR, /* whoever may run this program on this machine */
	ACTOR_SERVER,   /* a thread of our own */
};

/* A password or a token that is tried. */
struct guess {
	bool wrong;         /* and counts as a failure: set by deny_guess() */
	bool dead;          /* was right once, and costs as much as a wrong one: deny_dead() */
	bool limited;       /* by its login, whose counter is `key` */
	bool failed_before; /* there is something to forgive */
	struct digest key;
	struct turnstile_pass pass;
};

/* One request on its way through. Zero it, then set the first group. */
struct ctx {
	const struct service *service;
	struct arena *arena;
	int64_t now; /* Unix seconds, read once */
	enum actor actor;
	struct str network;    /* where it came from: an address, for limits and the audit trail */
	struct str client;     /* what its program calls itself, unchecked; NONE: nothing */
	struct str language;   /* whoever asks wants to be spoken to in; NONE: nothing is known */
	struct str reference;  /* the request's, "K7Q2-9FMX"; NONE: each mail gets its own */
	struct app app;        /* app.id == 0: none answers */
	struct secret app_key; /* NONE: none was shown */
	struct secret bearer;  /* NONE: none was shown */
	struct secret page_token; /* of a cookie of the hosted pages, which stands for a bearer
	                             there; NONE: none was shown */

	/* For operations; set by the gate. */
	struct store *store;
	struct hasher *hasher;
	const struct operation *entered;
	struct session session; /* of REQUIRES_SESSION */
	bool master;            /* the app's master key was shown, or its token */

	/* What the audit trail is told, by deny() and by whoever finds the account. */
	int64_t account_id;
	const char *denied;
	int64_t fate; /* enum token_fate, of a token that was right once; 0: of none */

	/* What limits keep of this request (limits.h). */
	struct guess guess;
	bool counted;          /* as a request of its network */
	bool flooding;         /* the first one too many of its network's window */
	int64_t retry_after_s; /* with ERR_RATE_LIMITED: when to come back */
};

/* Who may; checked before the operation sees its input. */
enum requirement {
	REQUIRES_NOTHING,    /* not even an app */
	REQUIRES_APP,        /* an app that is not disabled: anyone at its door */
	REQUIRES_CLIENT_KEY, /* and the app's client key */
	REQUIRES_APP_KEY,    /* and either of its keys, client or master */
	REQUIRES_GOOD_KEY,   /* and, if a key is shown at all, the app's client key */
	REQUIRES_SESSION,    /* and a living session of one of its accounts */
	REQUIRES_MASTER,     /* and a token that was given for the app's master key */
	REQUIRES_SESSION_OR_MASTER,
	REQUIRES_OPERATOR,
	REQUIRES_SERVER,
};

/* What it counts against, for clients; checked before the operation runs. */
enum limit {
	LIMIT_NONE,     /* a step on the way of another, or none of a client's */
	LIMIT_FAILURES, /* the failures of its network: it shows a key, and asks as often as it
	                   likes */
	LIMIT_REQUESTS, /* the requests of its network */
	LIMIT_GUESS,    /* and the failures of its network: it checks a secret */
	LIMIT_LOGIN,    /* and the failures of the login, which it says by limits_enter_login() */
};

/* Where a door may run it: QUICK is one indexed read, fit for a thread that must not wait. CALL
 * waits for a server elsewhere. */
enum cost { COST_QUICK, COST_WRITE, COST_HASH, COST_CALL };

struct operation {
	const char *name; /* as the audit trail spells it */
	enum err (*run)(struct ctx *ctx, const void *in, void *ret_out);
	size_t in_size, out_size;
	enum requirement requires;
	enum limit limit;
	enum cost cost;
};

/* The out- or in-struct of an operation that has none. */
struct nothing {
	char none;
};

#define OPERATION_AS(row, function, in_type, out_type, who, limit, price)                          \
	static enum err row##_run(struct ctx *ctx, const void *in, void *ret_out)                  \
	{                                                                                          \
		return function(ctx, in, ret_out);                                                 \
	}                                                                                          \
	const struct operation row##_op = {                                                        \
		#row, row##_run, sizeof(in_type), sizeof(out_type), who, limit, price              \
	};

#define OPERATION(function, in_type, out_type, who, limit, price)                                  \
	OPERATION_AS(function, function, in_type, out_type, who, limit, price)

/* Checks who may, without running anything: for a door whose protocol wants that refusal before it
 * looks at the body. operation_run() does it for everyone who has not.
 * ERR_NO_APP, ERR_APP_DISABLED, ERR_BAD_KEY, ERR_NO_SESSION, ERR_BAD_SESSION, ERR_NOT_ALLOWED,
 * ERR_RATE_LIMITED. */
MUST_USE enum err operation_enter(struct ctx *ctx, const struct operation *operation);

/* The first part of that, for a door that has to read the body before it knows which of several
 * operations is meant. ERR_NO_APP, ERR_APP_DISABLED. */
MUST_USE enum err operation_check_app(struct ctx *ctx, const struct operation *operation);

/* Runs it: again if another writer came first, three times at most (then ERR_BUSY). A refusal is
 * written to the audit trail with its reason before this returns. On an error *ret_out is zero. */
MUST_USE enum err operation_run(struct ctx *ctx, const struct operation *operation, const void *in,
                                void *ret_out);

/* Refuses: `err` is for the client, the reason for the audit trail alone. The reason is a literal.
 *     return deny(ctx, ERR_BAD_CREDENTIALS, "no such account"); */
MUST_USE enum err deny(struct ctx *ctx, enum err err, const char *reason);

/* The same for a wrong password, code or token: it counts as a failure. */
MUST_USE enum err deny_guess(struct ctx *ctx, enum err err, const char *reason);

/* The same for a token that was good once: it counts for nothing, and takes as long, so that nobody
 * learns from the time whether there ever was such a token. */
MUST_USE enum err deny_dead(struct ctx *ctx, enum err err, const char *reason);

/* The same, of an account that was removed while its request was under way: the trail must not
 * learn its number again. */
MUST_USE enum err deny_removed(struct ctx *ctx, enum err err);

/* Who asks for a hash: the client's app and network, or we ourselves, who are of neither. */
struct caller caller_of(const struct ctx *ctx);

/* Writes what was done, in the transaction that does it. */
MUST_USE enum err audit_done(struct ctx *ctx, struct tx *tx, const char *outcome);

#endif
