/* SPDX-License-Identifier: Apache-2.0 */
/* person.h - the pages of a person who has an account here or wants one: signing up, in and out,
 * and everything that can be done to one's own account.
 *
 * They are forms, and need no script. Who is signed in is told by a cookie (session_cookie.h), and
 * every form that acts on the session is guarded (form_guard.h). */
#ifndef REKEY_PAGES_PERSON_H
#define REKEY_PAGES_PERSON_H

#include "dialect/dialect.h"

extern const struct dialect dialect_person;

#endif
