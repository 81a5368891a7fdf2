// SPDX-License-Identifier: GPL-2.0
/*
 * threads KIND N: two threads of one process. Kinds: pingpong (a mutex and a condition hand a turn
 * to and fro, N times each), futex (the same by two futex calls a turn, the least there is),
 * count, sort, hash (both compute for N rounds, without a lock, and share a total). Prints what
 * came out.
 */
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t passed = PTHREAD_COND_INITIALIZER;
static int turn;
static long rounds;
static volatile uint64_t total;

static void *plays(void *arg)
{
	int own = arg != NULL;

	for (long i = 0; i < rounds; i++) {
		pthread_mutex_lock(&lock);
		while (turn != own)
			pthread_cond_wait(&passed, &lock);
		turn = !own;
		pthread_cond_signal(&passed);
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

static void *hands_over(void *arg)
{
	static _Atomic int holder;
	int own = arg != NULL;

	for (long i = 0; i < rounds; i++) {
		while (holder != own)
			syscall(SYS_futex, &holder, FUTEX_WAIT_PRIVATE, !own, NULL);
		holder = !own;
		syscall(SYS_futex, &holder, FUTEX_WAKE_PRIVATE, 1);
	}
	return NULL;
}

static void *counts(void *arg)
{
	for (long i = 0; i < rounds * 10000; i++)
		total += (uint64_t)i ^ (total >> 3);
	return arg;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void *sorts(void *arg)
{
	uint32_t *v = malloc(4096 * sizeof(*v)), seed = arg ? 7 : 1;

	for (long i = 0; v && i < rounds; i++) {
		for (int j = 0; j < 4096; j++)
			v[j] = seed = seed * 1664525 + 1013904223;
		qsort(v, 4096, sizeof(*v), by_value);
		total += v[2048];
	}
	free(v);
	return arg;
}

static void *hashes(void *arg)
{
	static uint8_t bytes[65536];
	uint64_t h = 14695981039346656037ull;

	for (long i = 0; i < rounds; i++) {
		for (size_t j = 0; j < sizeof(bytes); j++)
			h = (h ^ bytes[j]) * 1099511628211ull;
		bytes[h % sizeof(bytes)]++;
		total += h;
	}
	return arg;
}

int main(int argc, char **argv)
{
	static const struct { const char *name; void *(*run)(void *arg); } kinds[] = {
		{ "pingpong", plays }, { "futex", hands_over }, { "count", counts }, { "sort", sorts }, { "hash", hashes },
	};
	void *(*run)(void *arg) = NULL;
	pthread_t a, b;

	for (size_t i = 0; argc == 3 && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(argv[1], kinds[i].name))
			run = kinds[i].run;
	if (!run)
		return 2;
	rounds = atol(argv[2]);
	if (pthread_create(&a, NULL, run, NULL) || pthread_create(&b, NULL, run, argv))
		return 1;
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	printf("%llu\n", (unsigned long long)total);
	return 0;
}
