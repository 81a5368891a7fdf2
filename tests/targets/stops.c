// SPDX-License-Identifier: GPL-2.0
/*
 * Threads of a child that are stopped and go on, some of which compute, while the handler for that is
 * another one's: its frame may stand before its turn comes.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 2, STOPS = 3 };

static volatile sig_atomic_t continued;
static volatile long total;
static int ready[2];

static void note_continued(int sig)
{
	(void)sig;
	continued++;
}

static __attribute__((noinline)) long following(long n)
{
	/* a call: some processors' interruptions come only at jumps */
	__asm__ volatile("");
	return n + 1;
}

static void *add_until_continued(void *arg)
{
	while (continued < STOPS)
		total = following(total);
	return arg;
}

/* Says when all can be stopped. */
static void *sleep_until_continued(void *arg)
{
	int seen = -1;
	sigset_t none;

	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
	while (seen < STOPS) {
		if (seen == continued) {
			usleep(100000);
			continue;
		}
		seen = continued;
		write(ready[1], "", 1);
	}
	return arg;
}

/* Small stacks: all of them belong to where a thread is. */
static void play(void)
{
	pthread_t threads[THREADS + 1];
	pthread_attr_t small;
	sigset_t all;

	signal(SIGCONT, note_continued);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 131072);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], &small, add_until_continued, NULL);
	pthread_create(&threads[THREADS], &small, sleep_until_continued, NULL);
	for (int i = 0; i <= THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("%ld\n", total);
}

int main(void)
{
	int status = 0;
	pid_t child;
	char byte;

	if (pipe(ready))
		return 1;
	child = fork();
	if (!child) {
		play();
		return 0;
	}
	for (int i = 0; i < STOPS; i++) {
		read(ready[0], &byte, 1);
		kill(child, SIGSTOP);
		waitpid(child, &status, WUNTRACED);
		kill(child, SIGCONT);
	}
	waitpid(child, &status, 0);
	printf("stopped, then ended: %d\n", WIFEXITED(status));
	return 0;
}
