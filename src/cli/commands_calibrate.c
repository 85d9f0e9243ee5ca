/* SPDX-License-Identifier: Apache-2.0 */
/* commands_calibrate.c - rekey calibrate: the most costly hash that a loaded machine makes in time.
 *
 * Memory is what hurts an attacker's graphics cards, so memory grows first, and the passes only
 * when a quarter of the machine's memory is in use. */
#include "account/inspection.h"
#include "cli/cli.h"
#include <stdio.h>
#include <unistd.h>

enum {
	OWASP_MEMORY_KIB = 19456,
	OWASP_PASSES = 2,
	MEMORY_KIB_MAX = 1048576, /* the upper ends of hash.memory_kib and hash.passes */
	PASSES_MAX = 64,
	MEMORY_STEP_KIB = 1024,
	MEMORY_SHARE = 4,     /* of the machine's memory: one part in so many, for all hashes */
	MEASURE_MS = 600,     /* for each cost */
	CPU_PERCENT_MIN = 80, /* of the cores, below which somebody else was busy too */
	REFINEMENTS = 4,      /* measurements between one that is too cheap and one too dear */
	TARGET_MS = 100,      /* see the manual */
	TARGET_MS_MIN = 10,
	TARGET_MS_MAX = 5000,
};

/* One cost, measured. */
struct measured {
	int64_t memory_kib, passes;
	int64_t hash_us, per_second, threads, memory_mib;
	int64_t milliseconds, target_ms;
};

static const struct out_field measured_out[] = {
	OUT("hash.memory_kib", INTEGER, struct measured, memory_kib),
	OUT("hash.passes", INTEGER, struct measured, passes),
	OUT("target_ms", INTEGER, struct measured, target_ms),
	OUT("milliseconds", INTEGER, struct measured, milliseconds),
	OUT("hashes_per_second", INTEGER, struct measured, per_second),
	OUT("threads", INTEGER, struct measured, threads),
	OUT("memory_mib", INTEGER, struct measured, memory_mib),
};

/* What stays the same from one measurement to the next. */
struct trial {
	struct cli *cli;
	int64_t threads, memory_kib_max, target_ms;
	int64_t elapsed_us, cpu_us; /* of all threads, in all measurements */
};

static enum err measure(struct trial *trial, int64_t memory_kib, int64_t passes,
                        struct measured *ret_measured)
{
	const struct hash_load load = { (uint32_t)memory_kib, (uint32_t)passes,
		                        (unsigned)trial->threads, MEASURE_MS };
	struct hash_speed speed;

	TRY(operation_run(&trial->cli->ctx, &hash_measure_op, &load, &speed));
	trial->elapsed_us += speed.elapsed_us * trial->threads;
	trial->cpu_us += speed.cpu_us;
	*ret_measured = (struct measured){
		.memory_kib = memory_kib,
		.passes = passes,
		.hash_us = speed.elapsed_us * trial->threads / speed.hashes,
		.per_second = speed.hashes * 1000000 / speed.elapsed_us,
		.threads = trial->threads,
		.memory_mib = memory_kib * trial->threads / 1024,
		.target_ms = trial->target_ms,
	};
	ret_measured->milliseconds = (ret_measured->hash_us + 500) / 1000;
	fprintf(stderr, "%8lld KiB %3lld passes %8.1f ms %6lld hashes/s %6lld MiB in all\n",
	        (long long)memory_kib, (long long)passes, (double)ret_measured->hash_us / 1000,
	        (long long)ret_measured->per_second, (long long)ret_measured->memory_mib);
	return OK;
}

static bool is_in_time(const struct trial *trial, const struct measured *measured)
{
	return measured->hash_us <= trial->target_ms * 1000;
}

/* Comes closer from below: *best stays the dearest that is in time. */
static enum err refine(struct trial *trial, int64_t too_much_kib, struct measured *best)
{
	for (int i = 0; i < REFINEMENTS; i++) {
		int64_t between = (best->memory_kib + too_much_kib) / 2;
		struct measured tried;
		between -= between % MEMORY_STEP_KIB;
		if (between <= best->memory_kib)
			return OK;
		TRY(measure(trial, between, best->passes, &tried));
		if (is_in_time(trial, &tried))
			*best = tried;
		else
			too_much_kib = between;
	}
	return OK;
}

static enum err grow_passes(struct trial *trial, struct measured *best)
{
	struct measured tried = *best;

	while (tried.passes < PASSES_MAX) {
		TRY(measure(trial, best->memory_kib, best->passes + 1, &tried));
		if (!is_in_time(trial, &tried))
			return OK;
		*best = tried;
	}
	return OK;
}

static enum err find_cost(struct trial *trial, struct measured *ret_best)
{
	struct measured best, tried;

	TRY(measure(trial, OWASP_MEMORY_KIB, OWASP_PASSES, &best));
	while (is_in_time(trial, &best) && best.memory_kib * 2 <= trial->memory_kib_max) {
		TRY(measure(trial, best.memory_kib * 2, OWASP_PASSES, &tried));
		if (!is_in_time(trial, &tried)) {
			TRY(refine(trial, tried.memory_kib, &best));
			*ret_best = best;
			return OK;
		}
		best = tried;
	}
	if (is_in_time(trial, &best))
		TRY(grow_passes(trial, &best));
	*ret_best = best;
	return OK;
}

/* A quarter of the machine's memory, shared by the threads. */
static int64_t memory_kib_max(int64_t threads)
{
	int64_t machine_kib = (int64_t)sysconf(_SC_PHYS_PAGES) * (sysconf(_SC_PAGESIZE) / 1024);
	int64_t share = machine_kib / MEMORY_SHARE / threads;

	return share < MEMORY_KIB_MAX ? share : MEMORY_KIB_MAX;
}

static enum err show(struct trial *trial, const struct measured *best)
{
	int64_t percent = trial->cpu_us * 100 / (trial->elapsed_us + 1);

	if (percent < CPU_PERCENT_MIN)
		fprintf(stderr,
		        "We were given %lld %% of the cores: run this again when nothing else is "
		        "busy.\n",
		        (long long)percent);
	if (!is_in_time(trial, best))
		fprintf(stderr, "OWASP's minimum takes longer than that here; less than it is no "
		                "choice.\n");
	if (best->milliseconds > 1000)
		fprintf(stderr, "OWASP advises less than a second: people are waiting.\n");
	if (cli_has(trial->cli->invocation, "--json"))
		return cli_print(trial->cli, measured_out, COUNT_OF(measured_out), best);
	printf("[hash]\nmemory_kib = %lld\npasses = %lld\n", (long long)best->memory_kib,
	       (long long)best->passes);
	return OK;
}

enum err cli_calibrate(struct cli *cli)
{
	const char *given = cli_option(cli->invocation, "--target-ms", 0);
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	long long target_ms = TARGET_MS;
	struct measured best;

	if (given &&
	    (!str_to_number(str(given), TARGET_MS_MAX, &target_ms) || target_ms < TARGET_MS_MIN)) {
		fprintf(stderr, "rekey: --target-ms takes a whole number from %d to %d\n",
		        TARGET_MS_MIN, TARGET_MS_MAX);
		cli->status = EXIT_USAGE;
		return OK;
	}
	struct trial trial = { .cli = cli, .target_ms = target_ms };
	trial.threads = cores < 1 ? 1 : cores > HASH_TOGETHER_MAX ? HASH_TOGETHER_MAX : cores;
	trial.memory_kib_max = memory_kib_max(trial.threads);
	fprintf(stderr, "%lld hashes at once, one on each core; each may take %lld ms\n",
	        (long long)trial.threads, target_ms);
	TRY(find_cost(&trial, &best));
	return show(&trial, &best);
}
