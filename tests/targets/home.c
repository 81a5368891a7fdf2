// SPDX-License-Identifier: GPL-2.0
/*
 * Two threads hand a turn to and fro for SECONDS: home pass|ask SECONDS. A recorder may keep them
 * on one processor for that time; "pass" looks whether it does. "ask" looks for traces of it: in the
 * answers to this thread, in a child, in an affinity that is set, and behind the last turn.
 */
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static _Atomic int turn;
static atomic_bool passing = true, leaving;
static _Atomic pid_t tids[2];

static void wait_for(_Atomic int *word, int value)
{
	const struct timespec soon = { .tv_nsec = 10000000 };

	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, &soon);
}

static void *plays(void *arg)
{
	int own = arg != NULL;

	tids[own] = gettid();
	while (passing) {
		if (turn != own) {
			wait_for(&turn, !own);
			continue;
		}
		turn = !own;
		syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1);
	}
	while (!leaving)
		usleep(100000);
	return NULL;
}

static void nap(long ms)
{
	const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* What /proc says of a thread of the calling process, which nobody answers but the kernel. */
static void allowed(pid_t tid, char line[256])
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/status", (int)tid);
	f = fopen(path, "r");
	while (f && fgets(line, 256, f))
		if (!strncmp(line, "Cpus_allowed_list:", 18))
			break;
	if (f)
		fclose(f);
}

static bool is_allowed(pid_t tid, const char *expected)
{
	char line[256] = "";

	allowed(tid, line);
	return !strcmp(line, expected);
}

/* On one processor, the same, both. */
static bool at_home(void)
{
	char line[256] = "";

	allowed(tids[0], line);
	return !strpbrk(line, ",-") && is_allowed(tids[1], line);
}

/* Whether they were at home at any time of so many seconds. */
static bool go_home(long seconds)
{
	bool seen = false;

	for (long i = 0; i < seconds * 10; i++) {
		nap(100);
		seen = seen || at_home();
	}
	return seen;
}

static bool has_affinity(pid_t tid, const cpu_set_t *expected)
{
	cpu_set_t cpus;

	return !sched_getaffinity(tid, sizeof(cpus), &cpus) && CPU_EQUAL(&cpus, expected);
}

/* Long enough for a recorder to have found out that they hand over. */
static bool answers_are_own(const cpu_set_t *own)
{
	bool all = true;

	for (int i = 0; i < 3; i++) {
		nap(80);
		all &= has_affinity(0, own) && has_affinity(tids[0], own) && has_affinity(tids[1], own);
	}
	return all;
}

static bool child_inherits(const char *line)
{
	int status;
	pid_t child;

	nap(100);
	child = fork();
	if (!child)
		_exit(!is_allowed(getpid(), line));
	return waitpid(child, &status, 0) == child && !status;
}

static bool set_is_kept(const cpu_set_t *own)
{
	cpu_set_t one;
	bool kept;
	int cpu = 0;

	while (!CPU_ISSET(cpu, own))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	nap(100);
	if (sched_setaffinity(tids[0], sizeof(one), &one))
		return false;
	nap(100);
	kept = has_affinity(tids[0], &one) && has_affinity(tids[1], own);
	return !sched_setaffinity(tids[0], sizeof(*own), own) && kept;
}

int main(int argc, char **argv)
{
	bool asks = argc > 1 && !strcmp(argv[1], "ask"), answers = true, child = true, set = true;
	long seconds = argc > 2 ? atol(argv[2]) : 1;
	char line[256] = "";
	pthread_t a, b;
	cpu_set_t own;

	sched_getaffinity(0, sizeof(own), &own);
	allowed(gettid(), line);
	if (pthread_create(&a, NULL, plays, NULL) || pthread_create(&b, NULL, plays, argv))
		return 1;
	if (asks) {
		answers = answers_are_own(&own);
		child = child_inherits(line);
		set = set_is_kept(&own);
	} else {
		puts(go_home(seconds) ? "at home" : "at large");
	}
	passing = false;
	nap(200);
	printf("answers %s, child %s, set %s, %s\n", answers ? "own" : "not own",
	       child ? "as its parent" : "bound", set ? "kept" : "lost",
	       is_allowed(tids[0], line) && is_allowed(tids[1], line) ? "let go" : "still bound");
	leaving = true;
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	return 0;
}
