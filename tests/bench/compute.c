// SPDX-License-Identifier: GPL-2.0
/*
 * compute KIND ROUNDS [MS]: work without system calls, with SIGALRM every MS
 * milliseconds. Kinds: count (a tight loop compiled without optimisation), sort
 * (qsort, optimised), hash (FNV-1a over a buffer), copy (memcpy).
 * Prints the signals it got and a checksum.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

static volatile sig_atomic_t signals;

static void on_alarm(int sig)
{
	(void)sig;
	signals++;
}

#ifdef __clang__
__attribute__((optnone))
#else
__attribute__((optimize("O0")))
#endif
static uint64_t count(uint64_t rounds)
{
	uint64_t sum = 0;

	for (uint64_t i = 0; i < rounds * 10000; i++)
		sum += i ^ (sum >> 3);
	return sum;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static uint64_t sort(uint64_t rounds)
{
	static uint32_t v[4096];
	uint64_t sum = 0;
	uint32_t seed = 1;

	while (rounds--) {
		for (size_t i = 0; i < 4096; i++)
			v[i] = seed = seed * 1664525 + 1013904223;
		qsort(v, 4096, sizeof(v[0]), by_value);
		sum += v[rounds % 4096];
	}
	return sum;
}

static uint64_t hash(uint64_t rounds)
{
	static unsigned char buf[16384];
	uint64_t h = 14695981039346656037u;

	while (rounds--)
		for (size_t i = 0; i < sizeof(buf); i++) {
			h = (h ^ buf[i]) * 1099511628211u;
			buf[i] = (unsigned char)h;
		}
	return h;
}

static uint64_t copy(uint64_t rounds)
{
	static unsigned char a[262144], b[262144];

	while (rounds--) {
		memcpy(a, b, sizeof(a));
		b[rounds % sizeof(b)] += a[(rounds * 31) % sizeof(a)] + 1;
		__asm__ volatile("" : : "r"(a), "r"(b) : "memory");
	}
	return b[77];
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		uint64_t (*work)(uint64_t rounds);
	} kinds[] = { { "count", count }, { "sort", sort }, { "hash", hash }, { "copy", copy } };
	uint64_t rounds = argc > 2 ? strtoull(argv[2], NULL, 0) : 0, result = 0;
	long ms = argc > 3 ? strtol(argv[3], NULL, 0) : 0;
	struct itimerval often = { { 0, ms * 1000 }, { 0, ms * 1000 } };

	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &often, NULL);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (argc > 1 && !strcmp(argv[1], kinds[i].name))
			result = kinds[i].work(rounds);
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
	printf("signals %d result %llu\n", signals, (unsigned long long)result);
	return 0;
}
