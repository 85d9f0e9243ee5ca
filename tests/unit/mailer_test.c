/* SPDX-License-Identifier: Apache-2.0 */
/* mailer_test.c - how the mail threads are told to stop. */
#include "mail/mailer.h"
#include "base/queue.h"
#include "house.h"
#include "unit.h"
#include <unistd.h>

enum { LONG_MS = 60 * 1000, SETTLED_US = 200 * 1000 };

/* A bell holds one ring, however often it was rung: only if each who leaves rings for the next does
 * none sleep on, and then the last one's ring is still there. */
TEST(every_mail_thread_that_leaves_rings_for_the_next)
{
	struct house house;
	struct mailer *mailer = NULL;
	struct str url;

	house_open(&house, t, NULL);
	CHECK("url", arena_printf(t->arena, &url, "file:%s", house.scratch.dir) == OK);
	const struct mailer_options options = {
		.service = &house.service,
		.url = url.ptr,
		.from = "no-reply@shop.example",
	};
	CHECK("start", mailer_start(&options, &mailer) == OK);
	usleep(SETTLED_US); /* they have looked, and sleep */
	mailer_stop(mailer);
	int64_t before = clock_steady_ms();
	bell_wait(house.service.outbox_bell, LONG_MS);
	CHECK("rung", clock_steady_ms() - before < LONG_MS / 2);
	house_close(&house);
}
