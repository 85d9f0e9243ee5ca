/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - the time, the level, and a line that stays one line; many of them in one write. */
#include "base/log.h"
#include "base/clock.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	LINE_MAX_BYTES = 1024,
	KEPT_MAX = 256 * 1024, /* of request lines that wait to be written */
	KEPT_MANY = KEPT_MAX / 2,
	CHUNK_MAX = 4096, /* PIPE_BUF: if poll(2) says that a pipe has room, so much has */
	DELAY_MS = 200,
	STOP_MS = 1000,
};

/* The request lines that wait, in a ring. Standard error is one for the whole process, and so is
 * this: it is not handed around, as nobody hands standard error around. */
static struct {
	pthread_mutex_t writing; /* held around write(2), so that lines keep their order */
	pthread_mutex_t mutex;   /* for the rest; taken second */
	pthread_cond_t filled;
	pthread_t thread;
	atomic_bool on;
	bool stopping;
	char bytes[KEPT_MAX];
	size_t first, len;
	unsigned long long lost; /* of which no line tells yet */
	unsigned long long told; /* of which the first line in the ring tells; 0: it does not */
} kept = { .writing = PTHREAD_MUTEX_INITIALIZER, .mutex = PTHREAD_MUTEX_INITIALIZER };

/* ---- a line ---- */

PRINTF(3, 0)
static size_t write_line(char line[LINE_MAX_BYTES], const char *level, const char *format,
                         va_list args)
{
	time_t now = time(NULL);
	struct tm utc;

	gmtime_r(&now, &utc);
	size_t len = strftime(line, LINE_MAX_BYTES, "%Y-%m-%dT%H:%M:%SZ ", &utc);
	len += (size_t)snprintf(line + len, LINE_MAX_BYTES - len, "%s: ", level);
	int wrote = vsnprintf(line + len, LINE_MAX_BYTES - len, format, args);
	size_t end = wrote < 0 ? len : len + (size_t)wrote;
	if (end > LINE_MAX_BYTES - 2)
		end = LINE_MAX_BYTES - 2;
	for (size_t i = len; i < end; i++) {
		if ((unsigned char)line[i] < ' ' || line[i] == 127)
			line[i] = '?';
	}
	line[end++] = '\n';
	return end;
}

PRINTF(3, 4)
static size_t write_line_of(char line[LINE_MAX_BYTES], const char *level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	size_t len = write_line(line, level, format, args);
	va_end(args);
	return len;
}

/* Nobody to tell if it fails. */
static void put(const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t wrote = write(STDERR_FILENO, bytes, len);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return;
		bytes += wrote;
		len -= (size_t)wrote;
	}
}

/* Also true of a pipe whose reader is gone: what is written then is gone, too. */
static bool has_room(int64_t timeout_ms)
{
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };

	return poll(&out, 1, timeout_ms > 0 ? (int)timeout_ms : 0) > 0;
}

/* ---- the ring; with the mutex held ---- */

static void keep(const char *line, size_t len)
{
	size_t end = (kept.first + kept.len) % KEPT_MAX;
	size_t before_wrap = len < KEPT_MAX - end ? len : KEPT_MAX - end;

	memcpy(kept.bytes + end, line, before_wrap);
	memcpy(kept.bytes, line + before_wrap, len - before_wrap);
	kept.len += len;
}

static void forget(size_t len)
{
	if (len > 0)
		kept.told = 0;
	kept.first = (kept.first + len) % KEPT_MAX;
	kept.len -= len;
}

/* Says at the place of the gap how many lines are missing; in a ring that is empty. */
static void keep_gap(void)
{
	char line[LINE_MAX_BYTES];

	if (kept.lost == 0)
		return;
	keep(line, write_line_of(line, "warning", "%llu request lines lost", kept.lost));
	kept.told = kept.lost;
	kept.lost = 0;
}

/* Whole lines, CHUNK_MAX bytes at most. 0: there are none. */
static size_t take(char chunk[CHUNK_MAX])
{
	if (kept.len == 0)
		keep_gap();
	size_t len = kept.len < CHUNK_MAX ? kept.len : CHUNK_MAX;
	size_t before_wrap = len < KEPT_MAX - kept.first ? len : KEPT_MAX - kept.first;

	memcpy(chunk, kept.bytes + kept.first, before_wrap);
	memcpy(chunk + before_wrap, kept.bytes, len - before_wrap);
	while (len > 0 && chunk[len - 1] != '\n')
		len--;
	forget(len);
	return len;
}

/* ---- writing; with `writing` held ---- */

/* All that standard error takes without blocking. */
static void write_kept(void)
{
	char chunk[CHUNK_MAX];
	size_t len = 1;

	while (len > 0 && has_room(0)) {
		pthread_mutex_lock(&kept.mutex);
		len = take(chunk);
		pthread_mutex_unlock(&kept.mutex);
		put(chunk, len);
	}
}

/* What is left would come after the line that is to be written now: it is lost, and so are those of
 * which it tells. */
static void lose_kept(void)
{
	pthread_mutex_lock(&kept.mutex);
	if (kept.told > 0)
		kept.lost += kept.told - 1;
	for (size_t i = 0; i < kept.len; i++)
		kept.lost += kept.bytes[(kept.first + i) % KEPT_MAX] == '\n';
	forget(kept.len);
	pthread_mutex_unlock(&kept.mutex);
}

PRINTF(2, 0) static void log_line(const char *level, const char *format, va_list args)
{
	char line[LINE_MAX_BYTES];
	size_t len = write_line(line, level, format, args);

	pthread_mutex_lock(&kept.writing);
	if (atomic_load(&kept.on)) {
		write_kept();
		lose_kept();
	}
	put(line, len);
	pthread_mutex_unlock(&kept.writing);
}

#define LOG_LEVEL(level)                                                                           \
	void log_##level(const char *format, ...)                                                  \
	{                                                                                          \
		va_list args;                                                                      \
                                                                                                   \
		va_start(args, format);                                                            \
		log_line(#level, format, args);                                                    \
		va_end(args);                                                                      \
	}

LOG_LEVEL(info)
LOG_LEVEL(warning)
LOG_LEVEL(error)

/* ---- requests ---- */

void log_request(const char *format, ...)
{
	char line[LINE_MAX_BYTES];
	va_list args;

	if (!atomic_load_explicit(&kept.on, memory_order_relaxed))
		return;
	va_start(args, format);
	size_t len = write_line(line, "request", format, args);
	va_end(args);
	pthread_mutex_lock(&kept.mutex);
	size_t before = kept.len;
	if (before + len > KEPT_MAX || (before > 0 && kept.lost > 0)) {
		kept.lost++;
	} else {
		keep_gap();
		keep(line, len);
	}
	/* The thread is to begin its delay, or to end it. */
	if (before == 0 || (before < KEPT_MANY && kept.len >= KEPT_MANY))
		pthread_cond_signal(&kept.filled);
	pthread_mutex_unlock(&kept.mutex);
}

/* With the mutex held. */
static void wait_for_many(void)
{
	struct timespec until;
	int waited = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += DELAY_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (kept.len < KEPT_MANY && !kept.stopping && waited == 0)
		waited = pthread_cond_timedwait(&kept.filled, &kept.mutex, &until);
}

static void *write_requests(void *state)
{
	(void)state;
	pthread_mutex_lock(&kept.mutex);
	while (!kept.stopping) {
		while (kept.len == 0 && kept.lost == 0 && !kept.stopping)
			pthread_cond_wait(&kept.filled, &kept.mutex);
		wait_for_many();
		pthread_mutex_unlock(&kept.mutex);
		if (has_room(DELAY_MS)) {
			pthread_mutex_lock(&kept.writing);
			write_kept();
			pthread_mutex_unlock(&kept.writing);
		}
		pthread_mutex_lock(&kept.mutex);
	}
	pthread_mutex_unlock(&kept.mutex);
	return NULL;
}

enum err log_requests_start(void)
{
	pthread_condattr_t steady;

	kept.stopping = false;
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&kept.filled, &steady);
	pthread_condattr_destroy(&steady);
	if (pthread_create(&kept.thread, NULL, write_requests, NULL) != 0) {
		pthread_cond_destroy(&kept.filled);
		return ERR_NOMEM;
	}
	atomic_store(&kept.on, true);
	return OK;
}

void log_requests_stop(void)
{
	int64_t until = clock_steady_ms() + STOP_MS;

	if (!atomic_load(&kept.on))
		return;
	atomic_store(&kept.on, false);
	pthread_mutex_lock(&kept.mutex);
	kept.stopping = true;
	pthread_cond_signal(&kept.filled);
	pthread_mutex_unlock(&kept.mutex);
	pthread_join(kept.thread, NULL);
	pthread_mutex_lock(&kept.writing);
	while ((kept.len > 0 || kept.lost > 0) && has_room(until - clock_steady_ms()))
		write_kept();
	lose_kept();
	pthread_mutex_unlock(&kept.writing);
	pthread_cond_destroy(&kept.filled);
}
