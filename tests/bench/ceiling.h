/* SPDX-License-Identifier: Apache-2.0 */
/* ceiling.h - what the ceilings share. Each is a small program that does one thing that Rekey has
 * to do, with nothing around it, and prints how often it can in a second, as JSON. */
#ifndef REKEY_BENCH_CEILING_H
#define REKEY_BENCH_CEILING_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The i-th argument. Ends the program where it is none, or outside of min..max. */
static inline long number_argument(int argc, char **argv, int i, long min, long max)
{
	char *end = NULL;
	long number = i < argc ? strtol(argv[i], &end, 10) : 0;

	if (end && end != argv[i] && !*end && number >= min && number <= max)
		return number;
	fprintf(stderr, "%s: argument %d takes a number from %ld to %ld\n", argv[0], i, min, max);
	exit(2);
}

#endif
