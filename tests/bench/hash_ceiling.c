/* SPDX-License-Identifier: Apache-2.0 */
/* hash_ceiling.c SECONDS MEMORY_KIB PASSES THREADS - hashes a second in a bare loop: libsodium, and
 * the memory kept as the server's hash threads keep it. No log-in can be faster than this. */
#include "base/crypto.h"
#include "ceiling.h"
#include "hash/kept_memory.h"
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { THREADS_MAX = 64, HASH_SIZE = 32 };

static const char password[] = "correct horse battery";

struct work {
	double seconds;
	size_t memory;
	unsigned long long passes;
	atomic_ulong hashes, lent;
	atomic_bool failed;
};

static void *loop(void *state)
{
	struct work *work = state;
	unsigned char hash[HASH_SIZE], salt[crypto_pwhash_SALTBYTES] = { 0 };
	double end = now_s() + work->seconds;

	kept_memory_take(work->memory);
	while (now_s() < end && !atomic_load(&work->failed)) {
		if (crypto_pwhash(hash, sizeof(hash), password, strlen(password), salt,
		                  work->passes, work->memory, crypto_pwhash_ALG_ARGON2ID13) != 0)
			atomic_store(&work->failed, true);
		atomic_fetch_add(&work->hashes, 1);
	}
	atomic_fetch_add(&work->lent, kept_memory_lent());
	kept_memory_give_back();
	return NULL;
}

int main(int argc, char **argv)
{
	struct work work = {
		.seconds = number_argument(argc, argv, 1, 1, 600),
		.memory = (size_t)number_argument(argc, argv, 2, 8, 1 << 20) * 1024,
		.passes = (unsigned long long)number_argument(argc, argv, 3, 1, 64),
	};
	long threads = number_argument(argc, argv, 4, 1, THREADS_MAX);
	pthread_t ids[THREADS_MAX];

	if (crypto_start() != OK)
		return 1;
	double start = now_s();
	for (long i = 0; i < threads; i++) {
		if (pthread_create(&ids[i], NULL, loop, &work) != 0)
			return 1;
	}
	for (long i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	double seconds = now_s() - start;
	printf("{\"per_second\": %.2f, \"hashes\": %lu, \"in_kept_memory\": %lu}\n",
	       (double)work.hashes / seconds, work.hashes, work.lent);
	return atomic_load(&work.failed);
}
