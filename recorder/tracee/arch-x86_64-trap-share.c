// SPDX-License-Identifier: GPL-2.0
/*
 * Traps shared with tracees: see trap-share.h. What is shared is TIF_NOCPUID and TIF_NOTSC:
 * __switch_to_xtra() of arch/x86/kernel/process.c writes the processor's registers only
 * where two threads differ in them.
 */
#include <asm/prctl.h>
#include <cpuid.h>
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>
#include <x86intrin.h>

#include <scap/trap-x86_64.h>

#include "trap-share.h"

static volatile sig_atomic_t cpuid_traps, tsc_traps;
static bool caught;		/* SIGSEGV, @before being what it did */
static struct sigaction before;

static long set_cpuid(unsigned long enabled)
{
	return syscall(SYS_arch_prctl, ARCH_SET_CPUID, enabled);
}

static int set_tsc(int mode)
{
	return prctl(PR_SET_TSC, mode, 0, 0, 0);
}

/* ---- the instructions, made all the same ---- */

void cpuid_untrapped(uint32_t leaf, uint32_t subleaf, uint32_t answer[4])
{
	bool traps = cpuid_traps;

	if (traps)
		set_cpuid(1);
	__cpuid_count(leaf, subleaf, answer[0], answer[1], answer[2], answer[3]);
	if (traps)
		set_cpuid(0);
}

uint64_t rdtsc_untrapped(uint32_t *aux)
{
	bool traps = tsc_traps;
	uint64_t tsc;

	if (traps)
		set_tsc(PR_TSC_ENABLE);
	tsc = aux ? __rdtscp(aux) : __rdtsc();
	if (traps)
		set_tsc(PR_TSC_SIGSEGV);
	return tsc;
}

static void answer_cpuid(greg_t *regs)
{
	uint32_t answer[4];

	cpuid_untrapped((uint32_t)regs[REG_RAX], (uint32_t)regs[REG_RCX], answer);
	regs[REG_RAX] = answer[0];
	regs[REG_RBX] = answer[1];
	regs[REG_RCX] = answer[2];
	regs[REG_RDX] = answer[3];
}

static void answer_rdtsc(greg_t *regs, bool aux_wanted)
{
	uint32_t aux;
	uint64_t tsc = rdtsc_untrapped(aux_wanted ? &aux : NULL);

	regs[REG_RAX] = (uint32_t)tsc;
	regs[REG_RDX] = (greg_t)(tsc >> 32);
	if (aux_wanted)
		regs[REG_RCX] = aux;
}

/* Whether the instruction at hand was one of ours, and is done. */
static bool answer(greg_t *regs)
{
	uint32_t len, kind = scap_trap_insn((const uint8_t *)regs[REG_RIP], &len);

	if (kind == SCAP_TRAP_CPUID && cpuid_traps)
		answer_cpuid(regs);
	else if ((kind == SCAP_TRAP_RDTSC || kind == SCAP_TRAP_RDTSCP) && tsc_traps)
		answer_rdtsc(regs, kind == SCAP_TRAP_RDTSCP);
	else
		return false;
	regs[REG_RIP] += (greg_t)len;
	return true;
}

/* Every other fault is what it was. */
static void on_fault(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	int saved = errno;

	if (info->si_code != SI_KERNEL || !answer(uc->uc_mcontext.gregs)) {
		signal(sig, SIG_DFL);
		raise(sig);
	}
	errno = saved;
}

/* ---- sharing ---- */

static bool catch_faults(void)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	sigset_t blocked;

	if (caught)
		return true;
	if (sigprocmask(SIG_BLOCK, NULL, &blocked) || sigismember(&blocked, SIGSEGV))
		return false;
	caught = !sigaction(SIGSEGV, &sa, &before);
	return caught;
}

bool cpuid_trap_possible(void)
{
	return cpuid_traps || !set_cpuid(1);
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

void cpuid_trap_share(void)
{
	if (cpuid_traps || !catch_faults())
		return;
	cpuid_traps = 1;
	if (set_cpuid(0))
		cpuid_traps = 0;
}

void tracee_share_tsc(void)
{
	if (tsc_traps || !catch_faults())
		return;
	tsc_traps = 1;
	if (set_tsc(PR_TSC_SIGSEGV))
		tsc_traps = 0;
}

void tracee_unshare(void)
{
	if (!caught)
		return;
	if (cpuid_traps)
		set_cpuid(1);
	if (tsc_traps)
		set_tsc(PR_TSC_ENABLE);
	cpuid_traps = tsc_traps = 0;
	sigaction(SIGSEGV, &before, NULL);
	caught = false;
}
