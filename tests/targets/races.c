// SPDX-License-Identifier: GPL-2.0
/*
 * Classic bugs that hardly ever show: order, atomicity, wakeup, free, deadlock, and lost: an
 * atomicity violation from call to call, without a loop.
 * Each ends with 0 when all goes well.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static volatile long balance = 100, sink;
static volatile long total;
static volatile int ready;
static int *volatile shared;

static void work(long rounds)
{
	for (long i = 0; i < rounds; i++)
		sink += i;
}

/* Relies on its creator to have set @shared by the time it looks. */
static void *uses_early(void *arg)
{
	work(10);
	printf("value %d\n", *shared);
	return arg;
}

/* Looks first and acts later. */
static void *withdraws(void *arg)
{
	work(2000);
	if (balance >= 100) {
		work(500);
		balance -= 100;
	}
	work(2000);
	return arg;
}

enum { COUNTS = 20 };

static void *counts(void *arg)
{
	for (int i = 0; i < COUNTS; i++) {
		long n = total;

		sink += n; sink += n; sink += n; sink += n; sink += n; sink += n; sink += n; sink += n;
		total = n + 1;
		getppid();
	}
	return arg;
}

/* Looks without the lock: what is signalled in between is lost. */
static void *waits(void *arg)
{
	work(500);
	if (!ready) {
		work(5000);
		pthread_mutex_lock(&a);
		pthread_cond_wait(&changed, &a);
		pthread_mutex_unlock(&a);
	}
	return arg;
}

static void *signals(void *arg)
{
	work(500);
	pthread_mutex_lock(&a);
	ready = 1;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&a);
	return arg;
}

/* Too large for the allocator's per-thread cache, which would not notice. */
static void *frees(void *arg)
{
	work(1000);
	if (shared) {
		work(200);
		free(shared);
		shared = NULL;
	}
	return arg;
}

static void *locks(pthread_mutex_t *first, pthread_mutex_t *second)
{
	for (int i = 0; i < 10; i++) {
		pthread_mutex_lock(first);
		work(300);
		pthread_mutex_lock(second);
		pthread_mutex_unlock(second);
		pthread_mutex_unlock(first);
	}
	return NULL;
}

static void *locks_ab(void *arg)
{
	(void)arg;
	return locks(&a, &b);
}

static void *locks_ba(void *arg)
{
	(void)arg;
	return locks(&b, &a);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void *(*one)(void *arg), *(*other)(void *arg);
	} races[] = {
		{ "order", uses_early, NULL }, { "atomicity", withdraws, withdraws },
		{ "wakeup", waits, signals }, { "free", frees, frees },
		{ "deadlock", locks_ab, locks_ba }, { "lost", counts, counts },
	};
	enum { COUNT = sizeof(races) / sizeof(*races) };
	pthread_t one, other;
	size_t i = 0;

	while (argc > 1 && i < COUNT && strcmp(races[i].name, argv[1]) != 0)
		i++;
	if (argc < 2 || i == COUNT)
		return 2;
	if (races[i].one == frees)
		shared = malloc(4000);
	pthread_create(&one, NULL, races[i].one, NULL);
	if (races[i].other)
		pthread_create(&other, NULL, races[i].other, NULL);
	else
		shared = (int[]){ 42 };
	pthread_join(one, NULL);
	if (races[i].other)
		pthread_join(other, NULL);
	printf("balance %ld\n", balance);
	return balance < 0 || (races[i].one == counts && total != 2 * COUNTS);
}
