/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - the time, the level, and a line that stays one line. */
#include "base/log.h"
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1024 };

PRINTF(2, 0) static void log_line(const char *level, const char *format, va_list args)
{
	char line[LINE_MAX_BYTES];
	time_t now = time(NULL);
	struct tm utc;

	gmtime_r(&now, &utc);
	size_t len = strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%SZ ", &utc);
	len += (size_t)snprintf(line + len, sizeof(line) - len, "%s: ", level);
	int wrote = vsnprintf(line + len, sizeof(line) - len, format, args);
	size_t end = wrote < 0 ? len : len + (size_t)wrote;
	if (end > sizeof(line) - 2)
		end = sizeof(line) - 2;
	for (size_t i = len; i < end; i++) {
		if ((unsigned char)line[i] < ' ' || line[i] == 127)
			line[i] = '?';
	}
	line[end++] = '\n';
	/* One write, so that lines of two threads do not mix. Nobody to tell if it fails. */
	if (write(STDERR_FILENO, line, end) < 0)
		return;
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
