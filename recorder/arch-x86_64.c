// SPDX-License-Identifier: GPL-2.0
/* The recorder on x86-64: signal frames, restarts. What programs ask the processor: arch-x86_64-cpu.c. */
#include <cpuid.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include "recorder/arch.h"

uint64_t arch_clone_child_tid(const __u64 args[6])
{
	return args[3]; /* flags, stack, parent_tid, child_tid, tls */
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
