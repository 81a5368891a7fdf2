// SPDX-License-Identifier: GPL-2.0
/*
 * Registers and the syscall that they describe, as far as the architectures
 * agree. Fetched once a stop, written back on resume.
 */
#include <sys/uio.h>
#include <unistd.h>

#include "tracee-internal.h"

struct scap_regs *tracee_regs(struct tracee *t)
{
	struct iovec iov = { &t->regs, sizeof(t->regs) };

	if (!t->regs_valid) {
		if (tracee_ptrace(PTRACE_GETREGSET, t->tid, NT_PRSTATUS, &iov))
			return NULL;
		t->regs_valid = true;
	}
	return &t->regs;
}

void tracee_regs_changed(struct tracee *t)
{
	t->regs_dirty = true;
}

static int syscall_info(struct tracee *t, struct ptrace_syscall_info *info)
{
	/* The size goes where other requests have an address (ptrace(2)). */
	long n = tracee_ptrace(PTRACE_GET_SYSCALL_INFO, t->tid, sizeof(*info), info);

	return n < 0 ? (int)n : 0;
}

int tracee_at_entry(struct tracee *t)
{
	struct ptrace_syscall_info info;
	int err = syscall_info(t, &info);

	return err ? err : info.op == PTRACE_SYSCALL_INFO_ENTRY ||
			   info.op == PTRACE_SYSCALL_INFO_SECCOMP;
}

int tracee_syscall_args(struct tracee *t, uint32_t *nr, uint64_t args[6], bool *compat)
{
	struct ptrace_syscall_info info;
	int err = syscall_info(t, &info);

	if (err)
		return err;
	if (info.op == PTRACE_SYSCALL_INFO_NONE || info.op == PTRACE_SYSCALL_INFO_EXIT)
		return -EINVAL;
	/* entry and seccomp lay nr and args out alike */
	*nr = (uint32_t)info.entry.nr;
	memcpy(args, info.entry.args, sizeof(info.entry.args));
	if (compat)
		*compat = info.arch != tracee_arch_audit;
	return 0;
}

int tracee_syscall_result(struct tracee *t, int64_t *result)
{
	if (!t->regs_valid)
		return tracee_arch_result(t, result);
	*result = (int64_t)SCAP_REG_RESULT(&t->regs);
	return 0;
}

int tracee_syscall_set_nr(struct tracee *t, uint32_t nr)
{
	return tracee_arch_set_nr(t, (int32_t)nr);
}

int tracee_syscall_forget(struct tracee *t)
{
	return tracee_arch_set_nr(t, -1);
}

int tracee_syscall_rewind(struct tracee *t, uint32_t nr, const uint64_t args[6])
{
	struct scap_regs *regs = tracee_regs(t);

	if (!regs)
		return -ESRCH;
	tracee_arch_prepare_call(regs, SCAP_REG_IP(regs) - SCAP_SYSCALL_INSN_SIZE, nr, args);
	tracee_regs_changed(t);
	return tracee_arch_set_nr(t, -1);
}
