// SPDX-License-Identifier: GPL-2.0
/*
 * Calls made by the tracee on our behalf. Registers, signal mask and the kind
 * of stop are afterwards what they were; only the kernel's restart block
 * (restart_syscall(2)) of an interrupted call does not survive one.
 */
#include <signal.h>
#include <stdio.h>

#include <scap/signal.h>

#include "tracee-internal.h"

void tracee_set_syscall_site(struct tracee *t, uint64_t addr)
{
	t->mm->site = addr;
}

/* Address of a syscall instruction that @t can execute, or 0. */
static uint64_t find_site(struct tracee *t, const struct scap_regs *regs)
{
	uint8_t insn[SCAP_SYSCALL_INSN_SIZE];
	uint64_t before = SCAP_REG_IP(regs) - sizeof(insn);

	if (t->mm->site)
		return t->mm->site;
	if (tracee_read(t, before, insn, sizeof(insn)) ||
	    memcmp(insn, tracee_arch_syscall_insn, sizeof(insn)))
		return 0;
	return before;
}

/* Whether the instruction that should make the call has raised a signal instead. */
static bool raised(struct tracee *t, const struct tracee_stop *stop)
{
	siginfo_t info;

	return stop->kind == TRACEE_STOP_SIGNAL &&
	       !tracee_ptrace(PTRACE_GETSIGINFO, t->tid, 0, &info) &&
	       scap_signal_synchronous(info.si_signo, info.si_code, false);
}

/*
 * Resumes until @t is at the exit (or, with @entry, the seccomp entry) of its call.
 * -EFAULT: no call could be made there.
 */
static int run_to(struct tracee *t, bool entry)
{
	struct tracee_stop stop;
	int err;

	for (;;) {
		err = tracee_resume(t, entry ? TRACEE_CONT : TRACEE_SYSCALL, 0);
		if (!err)
			err = tracee_wait_for(t->tid, &stop);
		if (err)
			return err;
		if (stop.kind == TRACEE_STOP_GONE || stop.kind == TRACEE_STOP_EXITING)
			return -ESRCH;
		if (raised(t, &stop))
			return -EFAULT;
		if (entry && stop.kind == TRACEE_STOP_ENTRY)
			return 0;
		if (!entry && stop.kind == TRACEE_STOP_EXIT && tracee_at_entry(t) == 0)
			return 0;
	}
}

/* Sets up the call at an entry stop: the call in flight becomes ours. */
static int replace_call(struct tracee *t, struct scap_regs *regs, uint32_t nr,
			const uint64_t args[6])
{
	for (unsigned int i = 0; i < 6; i++)
		SCAP_REG_ARG(regs, i) = args[i];
	tracee_regs_changed(t);
	return tracee_arch_set_nr(t, nr);
}

static void put_back(struct tracee *t, const struct scap_regs *saved)
{
	t->regs = *saved;
	t->regs_valid = true;
	tracee_regs_changed(t);
}

/* Back at the same entry stop: over the instruction once more with the old registers. */
static int redo_entry(struct tracee *t, const struct scap_regs *saved, uint32_t nr,
		      const uint64_t args[6])
{
	int err;

	put_back(t, saved);
	err = tracee_syscall_rewind(t, nr, args);
	return err ? err : run_to(t, true);
}

/* What had to be kept of the vector registers, if anything, is put back. */
static int give_back(struct tracee *t, const void *vector, ssize_t len)
{
	return len ? tracee_set_fpregs(t, vector, (size_t)len) : 0;
}

int tracee_inject(struct tracee *t, enum tracee_stop_kind at, uint32_t nr,
		  const uint64_t args[6], int64_t *result)
{
	_Alignas(64) uint8_t vector[TRACEE_FPREGS_MAX];
	uint64_t all = ~0ull;
	uint64_t mask, old_args[6];
	struct scap_regs saved, *regs = tracee_regs(t);
	uint32_t old_nr = 0;
	ssize_t lost = 0;
	uint64_t site;
	int err;

	if (!regs)
		return -ESRCH;
	saved = *regs;
	if (at == TRACEE_STOP_ENTRY) {
		err = tracee_syscall_args(t, &old_nr, old_args, NULL);
		if (!err)
			err = replace_call(t, regs, nr, args);
	} else {
		site = find_site(t, regs);
		if (!site)
			return -ENOTSUP;
		lost = tracee_arch_lost_in_call(t, vector, sizeof(vector));
		if (lost < 0)
			return (int)lost;
		tracee_arch_prepare_call(regs, site, nr, args);
		tracee_regs_changed(t);
		err = tracee_syscall_forget(t);
	}
	if (err)
		return err;
	err = (int)tracee_ptrace(PTRACE_GETSIGMASK, t->tid, sizeof(mask), &mask);
	if (!err)
		err = (int)tracee_ptrace(PTRACE_SETSIGMASK, t->tid, sizeof(all), &all);
	if (!err)
		err = run_to(t, false);
	if (!err)
		err = tracee_syscall_result(t, result);
	if (err == -EFAULT) {
		put_back(t, &saved);
		give_back(t, vector, lost);
		tracee_ptrace(PTRACE_SETSIGMASK, t->tid, sizeof(mask), &mask);
	}
	if (err)
		return err;
	if (at == TRACEE_STOP_ENTRY)
		err = redo_entry(t, &saved, old_nr, old_args);
	else
		put_back(t, &saved);
	if (!err)
		err = give_back(t, vector, lost);
	if (!err)
		err = (int)tracee_ptrace(PTRACE_SETSIGMASK, t->tid, sizeof(mask), &mask);
	return err;
}
