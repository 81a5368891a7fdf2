// SPDX-License-Identifier: GPL-2.0
/* The recorder on x86-64: trapped counters, signal frames, restarts. */
#include <cpuid.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <x86intrin.h>

#include "recorder/arch.h"

const uint32_t arch_ptrace_features = SCAP_FEATURE_TSC_TRAPPED;

uint64_t arch_clone_child_tid(const __u64 args[6])
{
	return args[3]; /* flags, stack, parent_tid, child_tid, tls */
}

bool arch_emulate_trap(struct task *k, const siginfo_t *info, uint32_t *kind, uint64_t value[2])
{
	static const uint8_t rdtsc[] = { 0x0f, 0x31 }, rdtscp[] = { 0x0f, 0x01, 0xf9 };
	struct scap_regs *regs;
	unsigned int aux = 0;
	uint8_t insn[3] = { 0x0f, 0x31, 0 };

	if (info->si_code != SI_KERNEL || k->tsc_mode == PR_TSC_SIGSEGV)
		return false;
	regs = tracee_regs(&k->t);
	if (!regs)
		return false;
	/* where nobody may look, the one that every program begins with is taken for granted */
	if (tracee_read_some(&k->t, regs->rip, insn, sizeof(insn)) < 2 && k->readable)
		return false;
	if (!memcmp(insn, rdtsc, sizeof(rdtsc))) {
		*kind = SCAP_TRAP_RDTSC;
		value[0] = __rdtsc();
		value[1] = 0;
		regs->rip += sizeof(rdtsc);
	} else if (!memcmp(insn, rdtscp, sizeof(rdtscp))) {
		*kind = SCAP_TRAP_RDTSCP;
		value[0] = __rdtscp(&aux);
		value[1] = aux;
		regs->rcx = aux;
		regs->rip += sizeof(rdtscp);
	} else {
		return false;
	}
	regs->rax = (uint32_t)value[0];
	regs->rdx = value[0] >> 32;
	tracee_regs_changed(&k->t);
	return true;
}

/*
 * orig_rax holds the number until user mode is entered again: every other way
 * into the kernel stores -1 there (arch/x86/entry/entry_64.S). rt_sigreturn
 * stores -1 as well; behind it the registers themselves decide.
 */
bool arch_executed_nothing(struct task *k, const struct scap_regs *boundary, bool known)
{
	struct scap_regs *regs = tracee_regs(&k->t);
	struct scap_regs a, b;

	if (!regs)
		return false;
	if ((int64_t)regs->orig_rax >= 0)
		return true;
	if (!known)
		return false;
	a = *regs;
	b = *boundary;
	a.orig_rax = b.orig_rax = 0;
	return !memcmp(&a, &b, sizeof(a));
}

bool arch_keep_boundary(uint32_t nr)
{
	return nr == SYS_rt_sigreturn;
}

/*
 * struct rt_sigframe (arch/x86/include/asm/sigframe.h): return address,
 * ucontext, siginfo, then the vector state up to where the stack was, less
 * the red zone. On an alternate stack it begins at that stack's top.
 */
uint64_t arch_frame_end(struct task *k, const struct scap_regs *regs, uint64_t old_sp)
{
	enum { UC_AT = 8, FRAME_MAX = 32768 };
	stack_t ss;

	if (old_sp > regs->rsp && old_sp - regs->rsp < FRAME_MAX)
		return old_sp - SCAP_REDZONE;
	if (tracee_read(&k->t, regs->rsp + UC_AT + offsetof(ucontext_t, uc_stack), &ss,
			sizeof(ss)))
		return regs->rsp;
	return (uint64_t)ss.ss_sp + ss.ss_size;
}

bool arch_foreign_image(struct task *k)
{
	enum { USER_CS_64 = 0x33 };
	struct scap_regs *regs = tracee_regs(&k->t);

	return regs && regs->cs != USER_CS_64;
}

/* Subleaves of @leaf that may hold something (Intel SDM vol. 2, CPUID). */
static uint32_t subleaves(uint32_t leaf)
{
	if (leaf == 0xd)
		return 32; /* one for each state component, with holes */
	if (leaf == 4 || leaf == 7 || leaf == 0xb || (leaf >= 0x10 && leaf <= 0x20) ||
	    leaf == 0x8000001d)
		return 8;
	return 1;
}

uint32_t arch_read_cpuid(struct scap_cpuid *leaves, uint32_t cap)
{
	const uint32_t ranges[] = { 0, 0x40000000, 0x80000000 };
	uint32_t n = 0;

	for (size_t r = 0; r < sizeof(ranges) / sizeof(ranges[0]) && n < cap; r++) {
		uint32_t max, b, c, d;

		__cpuid(ranges[r], max, b, c, d);
		if (max < ranges[r] || max - ranges[r] > 0x40)
			continue;
		for (uint32_t leaf = ranges[r]; leaf <= max && n < cap; leaf++) {
			/* bit n: state component n is there (leaf 0xd) */
			uint32_t components = ~0u;

			for (uint32_t sub = 0; sub < subleaves(leaf) && n < cap; sub++) {
				struct scap_cpuid *l = &leaves[n];

				/* in a virtual machine each costs a microsecond or more */
				if (!(components >> sub & 1))
					continue;
				*l = (struct scap_cpuid){ .leaf = leaf, .subleaf = sub };
				__cpuid_count(leaf, sub, l->eax, l->ebx, l->ecx, l->edx);
				n++;
				if (leaf == 0xd && sub < 2)
					components = sub ? (l - 1)->eax | l->ecx | 3 : ~0u;
				else if (leaf != 0xd && !l->eax && !l->ebx &&
					 (sub > 1 || (!l->ecx && !l->edx)))
					break; /* behind the last one */
			}
		}
	}
	return n;
}
