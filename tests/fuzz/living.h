/* SPDX-License-Identifier: Apache-2.0 */
/* living.h - a whole service with one member, to whom anything may happen: afterwards it is told
 * what did, and all is put back as it was. */
#ifndef REKEY_FUZZ_LIVING_H
#define REKEY_FUZZ_LIVING_H

#include "../unit/house.h"

/* What the member has, and only the member: the tokens are in force, and of these words. */
#define MEMBER_EMAIL    "ann@example.org"
#define MEMBER_USERNAME "ann"
#define MEMBER_PASSWORD "correct horse nine"
#define MEMBER_SESSION  "session-in-force"
#define MEMBER_RESET    "reset-in-force"
#define MEMBER_MAKE     "make-in-force"
#define SPENT_RESET     "reset-that-is-spent"
#define OLD_RESET       "reset-that-is-too-old"
#define APP_ID          "aaaaaaaaaaaaaaaaaaaaaaaa"
#define APP_KEY         "client-key-of-demo"

/* To the member, whatever became of others. */
struct happened {
	bool removed, password_set, sessions_ended, session_opened;
	bool password_asked_for; /* to be made and mailed */
};

/* Once. Two apps, "demo", which answers when none is named, and "other". Ended at exit. */
struct house *living_start(void);

/* What is different from the start. */
struct happened living_look(void);

void living_put_back(void);

#endif
