// SPDX-License-Identifier: GPL-2.0
/*
 * Two threads that would see it if they were single-stepped: in their flags, in those that a
 * handler is shown, and by SIGTRAP. Status 1: one did.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#define TRAP_FLAG 0x100
enum { ROUNDS = 300, FAULT_SIZE = 2 };

static volatile int seen;
static volatile long shared;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)sig;
	(void)info;
	seen |= (regs[REG_EFL] & TRAP_FLAG) != 0;
	regs[REG_RIP] += FAULT_SIZE;
}

static unsigned long flags(void)
{
	unsigned long value;

	__asm__ volatile("sub $128, %%rsp; pushf; pop %0; push %0; popf; add $128, %%rsp" : "=r"(value) : : "memory", "cc");
	return value;
}

static void *looks(void *arg)
{
	char from[200] = { 0 }, to[200];
	unsigned int low, high;

	for (int i = 0; i < ROUNDS; i++) {
		void *src = from, *dst = to;
		unsigned long n = sizeof(to), ss;

		if (i % 50 == 0)
			getppid();
		seen |= (flags() & TRAP_FLAG) != 0;
		__asm__ volatile("rep movsb" : "+S"(src), "+D"(dst), "+c"(n) : : "memory");
		__asm__ volatile("mov %%ss, %0; mov %0, %%ss; nop" : "=r"(ss));
		seen |= (flags() & TRAP_FLAG) != 0;
		__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
		shared += to[i % sizeof(to)] + (long)(low & 1);
		/* two bytes: a read of address 0 */
		if (i % 100 == 99)
			__asm__ volatile("mov (%0), %%al" : : "a"(0L) : "memory");
	}
	return arg;
}

int main(void)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	pthread_t one, other;

	sigaction(SIGSEGV, &sa, NULL);
	pthread_create(&one, NULL, looks, NULL);
	pthread_create(&other, NULL, looks, NULL);
	pthread_join(one, NULL);
	pthread_join(other, NULL);
	printf("%ld %s\n", shared, seen ? "stepped" : "not stepped");
	return seen;
}
