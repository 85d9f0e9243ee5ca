/* SPDX-License-Identifier: Apache-2.0 */
/* hasher.c - callers leave a job from their own stack in a queue and sleep; hash threads take it.
 *
 * Everything that costs memory and time runs on a hash thread, in job_run(). */
#include "hash/hasher.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/fair_queue.h"
#include "hash/kept_memory.h"
#include "hash/old_hash.h"
#include "hash/phc.h"
#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	THREADS_MAX = 64,
	STACK_SIZE = 256 << 10, /* Argon2's blocks are on the heap; its frames take a few KiB */
	SALT_SIZE = crypto_pwhash_argon2id_SALTBYTES,
	HASH_SIZE = 32,
	AVERAGED = 16, /* hashes, or about: the weight of the newest is one of so many */
};

_Static_assert((int)PHC_MEMORY_MIN * 1024 >= (int)crypto_pwhash_argon2id_MEMLIMIT_MIN &&
                       crypto_pwhash_argon2id_OPSLIMIT_MIN <= 1 &&
                       (int)PHC_HASH_MIN >= (int)crypto_pwhash_argon2id_BYTES_MIN,
               "libsodium computes whatever a PHC string may ask for");

/* Lives on its caller's stack, who sleeps until it is finished. */
struct job {
	struct fair_item item; /* in the queue while it waits */
	struct secret password;
	const struct phc *phc;           /* the cost, the salt, and the tag to compare with */
	const char *text;                /* phc's text, of a verification */
	bool of_old_kind;                /* text is an old hash, and phc the decoy */
	bool of_lower_cost;              /* than the configured, or it may be */
	unsigned char tag[PHC_HASH_MAX]; /* made, if the salt has our size */
	bool match;                      /* the password gives phc's tag */
	enum err err;
	bool finished;
	pthread_cond_t finishes;
};

struct hasher {
	struct hasher_options options;
	struct phc decoy;
	_Atomic uint64_t count, count_kept;

	pthread_mutex_t mutex; /* guards the rest, and the jobs' links and ends */
	pthread_cond_t work;   /* a job is waiting, or it is time to stop */
	pthread_cond_t quiet;  /* the last caller has left */
	struct fair_queue *queue;
	int64_t average_us;    /* that a hash takes; 0: none has been made */
	int64_t configured_us; /* that one of the configured cost takes */
	int64_t mib_us;        /* that making up takes for a MiB of memory and one pass */
	size_t n_callers;      /* asleep, or on their way out */
	bool stopping;

	unsigned n_threads;
	pthread_t threads[];
};

/* libsodium hands out tags only for salts of its own size; a hash from elsewhere it can still
 * verify. There it calls a lack of memory a mismatch, so ask for the memory first. */
static enum err verify_foreign(struct job *job)
{
	size_t size = (size_t)job->phc->memory_kib * 1024;
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return ERR_NOMEM;
	munmap(memory, size);
	job->match = crypto_pwhash_argon2id_str_verify(job->text, job->password.ptr,
	                                               job->password.len) == 0;
	return OK;
}

/* With parameters in bounds, memory is all that libsodium can fail for. */
static enum err job_run(struct job *job)
{
	const struct phc *phc = job->phc;

	if (job->of_old_kind)
		return old_hash_verify(str(job->text), job->password, &job->match);
	if (phc->salt_len != SALT_SIZE)
		return verify_foreign(job);
	if (crypto_pwhash_argon2id(job->tag, phc->hash_len, job->password.ptr, job->password.len,
	                           phc->salt, phc->passes, (size_t)phc->memory_kib * 1024,
	                           crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
		return ERR_NOMEM;
	job->match = sodium_memcmp(job->tag, phc->hash, phc->hash_len) == 0;
	return OK;
}

/* Sleeps until there is a job. NULL: the hasher stops and nothing waits. */
static struct job *next_job(struct hasher *hasher)
{
	while (fair_queue_waiting(hasher->queue) == 0 && !hasher->stopping)
		pthread_cond_wait(&hasher->work, &hasher->mutex);
	return (void *)fair_queue_pop(hasher->queue);
}

static void finish(struct job *job, enum err err)
{
	job->err = err;
	job->finished = true;
	pthread_cond_signal(&job->finishes);
}

/* A moving average. */
static void note(int64_t *average_us, int64_t took_us)
{
	*average_us = *average_us == 0 ? took_us : *average_us + (took_us - *average_us) / AVERAGED;
}

/* ---- making up for a hash of a lower cost ---- */

/* Memory times passes: what the time of a hash depends on, more or less. */
static uint64_t work_of(const struct phc *phc)
{
	return (uint64_t)phc->memory_kib * phc->passes;
}

/* How much of it makes up for what a job has not taken: by the times that were taken lately, and
 * until there are such, by the work. With the mutex held. */
static uint64_t missing_work(const struct hasher *hasher, const struct job *job, int64_t took_us)
{
	if (hasher->configured_us == 0 || hasher->mib_us == 0)
		return work_of(&hasher->decoy) - (job->of_old_kind ? 0 : work_of(job->phc));
	if (hasher->configured_us <= took_us)
		return 0;
	return (uint64_t)((hasher->configured_us - took_us) * 1024 / hasher->mib_us);
}

/* Hashes for nothing, with no more memory than a hash has. */
static void spend(const struct hasher *hasher, uint64_t work)
{
	static const unsigned char nothing[SALT_SIZE];
	uint64_t passes = work / hasher->options.memory_kib + 1, memory_kib = work / passes;
	unsigned char tag[HASH_SIZE];

	if (memory_kib < PHC_MEMORY_MIN || passes > PHC_PASSES_MAX)
		return;
	(void)(crypto_pwhash_argon2id(tag, sizeof(tag), "", 0, nothing, passes,
	                              (size_t)memory_kib * 1024,
	                              crypto_pwhash_argon2id_ALG_ARGON2ID13) == 0);
}

/* A password that is wrong for an old, cheap hash takes as long as that of a stranger. One that is
 * right is hashed anew, and shows the difference to somebody who knows it. Without the mutex. */
static void make_up(struct hasher *hasher, const struct job *job, int64_t took_us)
{
	pthread_mutex_lock(&hasher->mutex);
	uint64_t work = missing_work(hasher, job, took_us);
	pthread_mutex_unlock(&hasher->mutex);
	int64_t began_us = clock_steady_us();
	spend(hasher, work);
	int64_t spent_us = clock_steady_us() - began_us;
	pthread_mutex_lock(&hasher->mutex);
	if (work > 1024)
		note(&hasher->mib_us, spent_us * 1024 / (int64_t)work);
	pthread_mutex_unlock(&hasher->mutex);
}

/* ---- the threads ---- */

/* With the mutex held. */
static void note_time(struct hasher *hasher, const struct job *job, int64_t took_us)
{
	note(&hasher->average_us, took_us);
	if (!job->of_old_kind && work_of(job->phc) == work_of(&hasher->decoy))
		note(&hasher->configured_us, took_us);
}

static void *hash_thread(void *arg)
{
	struct hasher *hasher = arg;
	struct job *job;

	kept_memory_take((size_t)hasher->options.memory_kib * 1024);
	pthread_mutex_lock(&hasher->mutex);
	while ((job = next_job(hasher))) {
		pthread_mutex_unlock(&hasher->mutex);
		unsigned long lent = kept_memory_lent();
		int64_t began_us = clock_steady_us();
		enum err err = job_run(job);
		int64_t took_us = clock_steady_us() - began_us;
		if (err == OK && job->of_lower_cost && !job->match)
			make_up(hasher, job, took_us);
		wipe_thread();
		if (err == OK)
			atomic_fetch_add(&hasher->count, 1);
		if (err == OK && kept_memory_lent() > lent)
			atomic_fetch_add(&hasher->count_kept, 1);
		pthread_mutex_lock(&hasher->mutex);
		if (err == OK)
			note_time(hasher, job, took_us);
		fair_queue_done(hasher->queue, job->item.caller);
		finish(job, err);
	}
	pthread_mutex_unlock(&hasher->mutex);
	kept_memory_give_back();
	return NULL;
}

/* Waiting or running. */
static size_t admitted_max(const struct hasher_options *options)
{
	return (size_t)options->threads + options->queue_max;
}

static bool is_worth_waiting(const struct hasher *hasher, struct caller caller)
{
	int64_t ahead = (int64_t)fair_queue_ahead(hasher->queue, caller);

	return ahead * hasher->average_us / hasher->options.threads <=
	       hasher->options.patience_ms * 1000;
}

/* If there is none, somebody else's job may have to end for it. */
static bool make_room(struct hasher *hasher, struct caller caller)
{
	size_t n = fair_queue_waiting(hasher->queue) + fair_queue_served(hasher->queue);

	if (n < admitted_max(&hasher->options))
		return true;
	struct job *evicted = (void *)fair_queue_evict(hasher->queue, caller);
	if (evicted)
		finish(evicted, ERR_BUSY);
	return evicted != NULL;
}

static bool admit(struct hasher *hasher, struct job *job)
{
	struct caller caller = job->item.caller;

	if (hasher->stopping || !is_worth_waiting(hasher, caller) || !make_room(hasher, caller))
		return false;
	fair_queue_push(hasher->queue, &job->item);
	pthread_cond_signal(&hasher->work);
	return true;
}

/* Has a hash thread run the job, and waits for it. */
static enum err job_hand_over(struct hasher *hasher, struct job *job)
{
	enum err err = ERR_BUSY;

	if (!job->password.ptr)
		job->password = (struct secret){ "", 0 };
	pthread_cond_init(&job->finishes, NULL);
	pthread_mutex_lock(&hasher->mutex);
	if (admit(hasher, job)) {
		hasher->n_callers++;
		while (!job->finished)
			pthread_cond_wait(&job->finishes, &hasher->mutex);
		if (--hasher->n_callers == 0)
			pthread_cond_signal(&hasher->quiet);
		err = job->err;
	}
	pthread_mutex_unlock(&hasher->mutex);
	pthread_cond_destroy(&job->finishes);
	return err;
}

/* What a hash made now looks like, but for its tag. */
static struct phc phc_fresh(const struct hasher_options *options)
{
	struct phc phc = {
		.memory_kib = options->memory_kib,
		.passes = options->passes,
		.salt_len = SALT_SIZE,
		.hash_len = HASH_SIZE,
	};

	random_bytes(phc.salt, SALT_SIZE);
	return phc;
}

enum err hasher_hash(struct hasher *hasher, struct caller caller, struct arena *arena,
                     struct secret password, struct str *ret_phc)
{
	struct phc phc = phc_fresh(&hasher->options);
	struct job job = { .item.caller = caller, .password = password, .phc = &phc };

	TRY(job_hand_over(hasher, &job));
	memcpy(phc.hash, job.tag, HASH_SIZE);
	enum err err = phc_write(arena, &phc, ret_phc);
	wipe(job.tag, sizeof(job.tag));
	wipe(&phc, sizeof(phc));
	return err;
}

enum err hasher_verify(struct hasher *hasher, struct caller caller, struct secret password,
                       const char *phc, bool *ret_match)
{
	struct phc parsed = { 0 };
	bool real = phc_parse(str(phc), &parsed) == OK;
	bool old = !real && old_hash_is_one(str(phc));
	struct job job = {
		.item.caller = caller,
		.password = password,
		.phc = real ? &parsed : &hasher->decoy,
		.text = phc,
		.of_old_kind = old,
		.of_lower_cost = old || (real && work_of(&parsed) < work_of(&hasher->decoy)),
	};
	enum err err = job_hand_over(hasher, &job);

	if (err == OK)
		*ret_match = (real || old) && job.match;
	wipe(job.tag, sizeof(job.tag));
	wipe(&parsed, sizeof(parsed));
	return err;
}

bool hasher_is_outdated(const struct hasher *hasher, const char *phc)
{
	struct phc parsed;

	if (phc_parse(str(phc), &parsed) != OK)
		return old_hash_is_one(str(phc));
	bool outdated = parsed.memory_kib < hasher->options.memory_kib ||
	                parsed.passes < hasher->options.passes;
	wipe(&parsed, sizeof(parsed));
	return outdated;
}

uint64_t hasher_count(const struct hasher *hasher)
{
	return atomic_load(&hasher->count);
}

uint64_t hasher_count_kept(const struct hasher *hasher)
{
	return atomic_load(&hasher->count_kept);
}

static enum err start_threads(struct hasher *hasher)
{
	pthread_attr_t attr;
	int failed = 0;

	if (pthread_attr_init(&attr) != 0)
		return ERR_NOMEM;
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	while (!failed && hasher->n_threads < hasher->options.threads) {
		failed = pthread_create(&hasher->threads[hasher->n_threads], &attr, hash_thread,
		                        hasher);
		if (!failed)
			hasher->n_threads++;
	}
	pthread_attr_destroy(&attr);
	return failed ? ERR_NOMEM : OK;
}

enum err hasher_start(const struct hasher_options *options, struct hasher **ret_hasher)
{
	assert(options->threads >= 1 && options->threads <= THREADS_MAX);
	assert(options->memory_kib >= PHC_MEMORY_MIN && options->memory_kib <= PHC_MEMORY_MAX);
	assert(options->passes >= 1 && options->passes <= PHC_PASSES_MAX);

	struct hasher *hasher =
		calloc(1, sizeof(*hasher) + options->threads * sizeof(hasher->threads[0]));
	NEED(hasher);
	hasher->options = *options;
	hasher->decoy = phc_fresh(options);
	pthread_mutex_init(&hasher->mutex, NULL);
	pthread_cond_init(&hasher->work, NULL);
	pthread_cond_init(&hasher->quiet, NULL);
	hasher->queue = fair_queue_new(admitted_max(options));
	enum err err = hasher->queue ? start_threads(hasher) : ERR_NOMEM;
	if (err != OK) {
		hasher_stop(hasher);
		return err;
	}
	*ret_hasher = hasher;
	return OK;
}

void hasher_stop(struct hasher *hasher)
{
	if (!hasher)
		return;
	pthread_mutex_lock(&hasher->mutex);
	hasher->stopping = true;
	pthread_cond_broadcast(&hasher->work);
	pthread_mutex_unlock(&hasher->mutex);
	for (unsigned i = 0; i < hasher->n_threads; i++)
		pthread_join(hasher->threads[i], NULL);

	/* Their jobs are done, but they may not have woken up to see it. */
	pthread_mutex_lock(&hasher->mutex);
	while (hasher->n_callers > 0)
		pthread_cond_wait(&hasher->quiet, &hasher->mutex);
	pthread_mutex_unlock(&hasher->mutex);
	pthread_cond_destroy(&hasher->quiet);
	pthread_cond_destroy(&hasher->work);
	pthread_mutex_destroy(&hasher->mutex);
	fair_queue_free(hasher->queue);
	free(hasher);
}
