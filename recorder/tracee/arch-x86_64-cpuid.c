// SPDX-License-Identifier: GPL-2.0
/*
 * cpuid held back from tracees: see cpuid-trap.h. What the tracer shares is
 * TIF_NOCPUID: __switch_to_xtra() of arch/x86/kernel/process.c writes the
 * processor's register only where two threads differ in it.
 */
#include <asm/prctl.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "cpuid-trap.h"

static volatile sig_atomic_t sharing;
static bool caught;		/* SIGSEGV, @before being what it did */
static struct sigaction before;

static long set_cpuid(unsigned long enabled)
{
	return syscall(SYS_arch_prctl, ARCH_SET_CPUID, enabled);
}

bool cpuid_trap_possible(void)
{
	sharing = 0;
	return !set_cpuid(1);
}

bool cpuid_trap_set(struct tracee *t, enum tracee_stop_kind at)
{
	static const uint64_t trap[6] = { ARCH_SET_CPUID, 0 };
	int64_t result;

	if (tracee_inject(t, at, SYS_arch_prctl, trap, &result) || result)
		return false;
	cpuid_trap_share();
	return true;
}

/* A cpuid of our own is made again, and works. Every other fault is what it was. */
static void on_fault(int sig, siginfo_t *info, void *context)
{
	const ucontext_t *uc = context;
	const void *insn = (const void *)uc->uc_mcontext.gregs[REG_RIP];
	int saved = errno;

	if (sharing && info->si_code == SI_KERNEL && !memcmp(insn, "\x0f\xa2", 2)) {
		sharing = 0;
		set_cpuid(1);
	} else {
		signal(sig, SIG_DFL);
		raise(sig);
	}
	errno = saved;
}

void cpuid_trap_share(void)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	sigset_t blocked;

	if (sharing || sigprocmask(SIG_BLOCK, NULL, &blocked) || sigismember(&blocked, SIGSEGV) ||
	    (!caught && sigaction(SIGSEGV, &sa, &before)))
		return;
	caught = true;
	sharing = 1;
	if (set_cpuid(0))
		sharing = 0;
}

void tracee_unshare(void)
{
	if (!caught)
		return;
	cpuid_trap_possible();
	sigaction(SIGSEGV, &before, NULL);
	caught = false;
}
