// SPDX-License-Identifier: GPL-2.0
/* The recorder on arm64: signal frames, boundaries, reads of the counter. */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "recorder/arch.h"
#include "recorder/tracee/arch-arm64-insn.h"

uint32_t arch_ptrace_features(void)
{
	return tracee_tsc_traps() ? SCAP_FEATURE_TSC_TRAPPED : 0;
}

const char *arch_chance_left(void)
{
	return tracee_tsc_traps() ? NULL : "this kernel cannot trap reads of the counter (Linux 6.12 can, "
					   "and so can scap's module): a program that makes them diverges "
					   "in a replay";
}

/* An execve takes it back: set anew at the end of the image's first call. */
void arch_note_call(struct task *k)
{
	const uint64_t args[6] = { PR_SET_TSC, PR_TSC_SIGSEGV };
	int64_t result;

	if (k->trap_set || !tracee_tsc_traps())
		return;
	k->trap_set = !tracee_inject(&k->t, TRACEE_STOP_EXIT, SYS_prctl, args, &result) && !result;
}

bool arch_answer_call(const struct task *k, int64_t *result)
{
	(void)k;
	(void)result;
	return false;
}

uint64_t arch_clone_child_tid(const __u64 args[6])
{
	return args[4]; /* flags, stack, parent_tid, tls, child_tid (CONFIG_CLONE_BACKWARDS) */
}

bool arch_emulate_trap(struct task *k, const siginfo_t *info, uint32_t *kind, uint64_t value[2])
{
	struct scap_regs *regs;
	uint32_t insn;

	if (info->si_code != SI_KERNEL || k->tsc_mode == PR_TSC_SIGSEGV)
		return false;
	regs = tracee_regs(&k->t);
	if (!regs || tracee_read(&k->t, regs->pc, &insn, sizeof(insn)) || !IS_MRS_CNTVCT(insn))
		return false;
	__asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(value[0]));
	*kind = SCAP_TRAP_CNTVCT;
	value[1] = 0;
	if ((insn & 31) != 31)
		regs->x[insn & 31] = value[0];
	regs->pc += sizeof(insn);
	tracee_regs_changed(&k->t);
	return true;
}

/* Results with which the kernel makes a call again: include/linux/errno.h. */
static bool is_restart(int64_t result)
{
	return (result >= -514 && result <= -512) || result == -516;
}

/*
 * The number in flight is forgotten before a signal stop, and a call that may be made again is
 * already stepped back to (arch/arm64/kernel/signal.c, do_signal), so the registers decide.
 */
bool arch_executed_nothing(struct task *k, const struct scap_regs *boundary, bool known)
{
	struct scap_regs *regs = tracee_regs(&k->t), before = *boundary;

	if (!regs || !known)
		return false;
	/* at the call's stop it told entry from exit */
	before.x[7] = regs->x[7];
	if (is_restart((int64_t)before.x[0]) && regs->pc == before.pc - SCAP_SYSCALL_INSN_SIZE) {
		before.pc = regs->pc;
		before.x[0] = k->call.args[0];
	}
	return !memcmp(regs, &before, sizeof(before));
}

bool arch_keep_boundary(uint32_t nr)
{
	(void)nr;
	return true;
}

/*
 * struct rt_sigframe_user_layout (arch/arm64/kernel/signal.c): siginfo,
 * ucontext, and at its end the frame record, up to where the stack was. On an
 * alternate stack it begins at that stack's top.
 */
uint64_t arch_frame_end(struct task *k, const struct scap_regs *regs, uint64_t old_sp)
{
	enum { FRAME_MAX = 65536 };
	stack_t ss;

	if (old_sp > regs->sp && old_sp - regs->sp < FRAME_MAX)
		return old_sp;
	if (tracee_read(&k->t, regs->sp + sizeof(siginfo_t) + offsetof(ucontext_t, uc_stack), &ss,
			sizeof(ss)))
		return regs->sp;
	return (uint64_t)ss.ss_sp + ss.ss_size;
}

/* A 32-bit program's registers come in another layout, so its file is asked. */
bool arch_foreign_image(struct task *k)
{
	unsigned char ident[EI_NIDENT] = { 0 };
	char path[40];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/exe", k->t.pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, ident, sizeof(ident));
	close(fd);
	return n == sizeof(ident) && ident[EI_CLASS] != ELFCLASS64;
}

uint32_t arch_read_cpuid(struct scap_cpuid *leaves, uint32_t cap)
{
	(void)leaves;
	(void)cap;
	return 0;
}
