// SPDX-License-Identifier: GPL-2.0
/*
 * Several moments with the same state, as far as anybody looks: moments WHERE. A thread
 * computes in rounds that are all alike. How many, is counted far from what its registers
 * and its stack show: in memory that is "shared", or in the middle of much that is "private".
 * A timer on its own time interrupts it after some rounds, and the handler prints the number.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define MEMORY (64ul << 20)
#define COUNTER (48ul << 20)
#define ROUND_NS 5000000ul
#define TURN_US 10000
#define TURNS 2

static char *memory;
static unsigned long per_round;
static volatile sig_atomic_t turns;

__attribute__((noinline)) static void count(void)
{
	++*(volatile unsigned int *)(memory + COUNTER);
}

__attribute__((noinline)) static void compute(unsigned long n)
{
	while (n--)
		__asm__ volatile("" : "+r"(n));
}

static unsigned long cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (unsigned long)ts.tv_sec * 1000000000ul + (unsigned long)ts.tv_nsec;
}

/* How much makes a round on this machine, when nobody else is in the way. */
static void calibrate(void)
{
	enum { N = 1000000, TIMES = 10 };
	unsigned long best = ~0ul;

	for (int i = 0; i < TIMES; i++) {
		unsigned long start = cpu_ns(), took;

		compute(N);
		took = cpu_ns() - start + 1;
		best = took < best ? took : best;
	}
	per_round = (unsigned long)N * ROUND_NS / best;
}

static void on_timer(int sig)
{
	char line[32];
	int n = snprintf(line, sizeof(line), "round %u\n", *(volatile unsigned int *)(memory + COUNTER));

	(void)sig;
	turns += write(STDOUT_FILENO, line, (size_t)n) == n;
}

static void *rounds(void *arg)
{
	pthread_sigmask(SIG_UNBLOCK, arg, NULL);
	while (turns < TURNS) {
		compute(per_round);
		count();
	}
	return NULL;
}

int main(int argc, char **argv)
{
	int kind = argc > 1 && !strcmp(argv[1], "shared") ? MAP_SHARED : MAP_PRIVATE;
	struct itimerval every = { { 0, TURN_US }, { 0, TURN_US } };
	struct sigaction act = { .sa_handler = on_timer };
	pthread_t thread;
	sigset_t timer;

	memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, kind | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return 1;
	calibrate();
	sigaction(SIGVTALRM, &act, NULL);
	sigemptyset(&timer);
	sigaddset(&timer, SIGVTALRM);
	sigprocmask(SIG_BLOCK, &timer, NULL);
	setitimer(ITIMER_VIRTUAL, &every, NULL);
	pthread_create(&thread, NULL, rounds, &timer);
	pthread_join(thread, NULL);
	return 0;
}
