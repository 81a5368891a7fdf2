// SPDX-License-Identifier: GPL-2.0
/*
 * Two processes that share a page compute under a slow timer, whose handler runs on a stack of its own.
 * Prints what each came to, which depends on where the handlers ran.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define ALARMS 3
#define EVERY_US 130000 /* longer than a turn: it shall end by force, not at a handler's return */

static char stack[65536];
static volatile sig_atomic_t alarms;

struct shared {
	volatile unsigned long steps, sum[2];
};

static void on_alarm(int sig)
{
	(void)sig;
	alarms++;
}

static void compute(struct shared *shared, int who)
{
	const struct itimerval fast = { { 0, EVERY_US }, { 0, EVERY_US } }, off = { 0 };
	unsigned long sum = 0;

	setitimer(ITIMER_REAL, &fast, NULL);
	while (alarms < ALARMS) {
		for (int i = 0; i < 1000; i++)
			sum = sum * 31 + (unsigned long)i;
		shared->steps++;
	}
	setitimer(ITIMER_REAL, &off, NULL);
	shared->sum[who] = sum;
}

int main(void)
{
	struct sigaction sa = { .sa_handler = on_alarm, .sa_flags = SA_ONSTACK | SA_RESTART };
	const stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child;

	if (shared == MAP_FAILED || sigaltstack(&alternate, NULL) || sigaction(SIGALRM, &sa, NULL))
		return 2;
	child = fork();
	if (child < 0)
		return 2;
	compute(shared, child == 0);
	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	printf("%lu steps, sums %lx and %lx\n", shared->steps, shared->sum[0], shared->sum[1]);
	return 0;
}
