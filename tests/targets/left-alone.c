// SPDX-License-Identifier: GPL-2.0
/*
 * Computes under a fast timer for SECONDS, then says what signals are blocked and where it may
 * run: left-alone SECONDS. A recorder that is killed meanwhile leaves no trace in that.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static volatile sig_atomic_t alarms;
static volatile unsigned long computed;

static void on_alarm(int sig)
{
	(void)sig;
	alarms++;
}

static void compute_until(time_t end)
{
	do
		for (unsigned int i = 0; i < 100000; i++)
			computed = computed * 31 + i;
	while (time(NULL) < end);
}

int main(int argc, char **argv)
{
	const struct itimerval fast = { { 0, 5000 }, { 0, 5000 } }, off = { 0 };
	sigset_t blocked;
	cpu_set_t cpus;
	int nblocked = 0, before;

	signal(SIGALRM, on_alarm);
	sched_getaffinity(0, sizeof(cpus), &cpus);
	before = CPU_COUNT(&cpus);
	setitimer(ITIMER_REAL, &fast, NULL);
	compute_until(time(NULL) + (argc > 1 ? atoi(argv[1]) : 1));
	setitimer(ITIMER_REAL, &off, NULL);
	sigprocmask(SIG_SETMASK, NULL, &blocked);
	for (int sig = 1; sig < 64; sig++)
		nblocked += sigismember(&blocked, sig);
	sched_getaffinity(0, sizeof(cpus), &cpus);
	printf("%d signals blocked, bound %s, alarms %s\n", nblocked,
	       CPU_COUNT(&cpus) == before ? "as before" : "otherwise", alarms ? "came" : "missing");
	return 0;
}
