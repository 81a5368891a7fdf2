// SPDX-License-Identifier: GPL-2.0
/* A program that steps through itself: it sets its own trap flag. */
#include <signal.h>
#include <stdio.h>
#include <ucontext.h>
#include <unistd.h>

#define TRAP_FLAG 0x100

static volatile unsigned long steps, places;

static void step(int sig, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)sig;
	(void)info;
	places = places * 31 + (unsigned long)regs[REG_RIP];
	if (++steps == 60)
		regs[REG_EFL] &= ~TRAP_FLAG;
}

int main(void)
{
	struct sigaction sa = { .sa_sigaction = step, .sa_flags = SA_SIGINFO };
	int calls = 0;

	sigaction(SIGTRAP, &sa, NULL);
	__asm__ volatile("pushf; orq %0, (%%rsp); popf" : : "i"(TRAP_FLAG) : "memory", "cc");
	while (steps < 60)
		calls += getppid() > 0;
	printf("%d calls in %lu steps, by way of %lx\n", calls, steps, places);
	return 0;
}
