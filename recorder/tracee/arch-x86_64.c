// SPDX-License-Identifier: GPL-2.0
/* libtracee on x86-64: the syscall in the registers, vector state. */
#ifdef __x86_64__
#include <linux/audit.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tracee-internal.h"

const uint8_t tracee_arch_syscall_insn[] = { 0x0f, 0x05 };
const uint32_t tracee_arch_audit = AUDIT_ARCH_X86_64;
const int tracee_arch_breakpoint = SI_KERNEL;

bool tracee_tsc_traps(void)
{
	return true;
}

int tracee_arch_trap_tsc(void)
{
	return prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0) ? -errno : 0;
}

static int poke_user(struct tracee *t, size_t offset, uint64_t value)
{
	return (int)tracee_ptrace(PTRACE_POKEUSER, t->tid, offset, (void *)value);
}

int tracee_arch_set_nr(struct tracee *t, int64_t nr)
{
	if (!t->regs_valid)
		return poke_user(t, offsetof(struct scap_regs, orig_rax), (uint64_t)nr);
	t->regs.orig_rax = (uint64_t)nr;
	tracee_regs_changed(t);
	return 0;
}

/* One word is cheaper than PTRACE_GET_SYSCALL_INFO; the system call itself takes a pointer (ptrace(2)). */
int tracee_arch_result(struct tracee *t, int64_t *result)
{
	return syscall(SYS_ptrace, PTRACE_PEEKUSER, t->tid, offsetof(struct scap_regs, rax), result) ?
	       -errno : 0;
}

/* Two words are cheaper than the whole set, unless that is here anyway. */
int tracee_syscall_skip(struct tracee *t, int64_t result)
{
	int err = tracee_arch_set_nr(t, -1);

	if (err)
		return err;
	if (!t->regs_valid)
		return poke_user(t, offsetof(struct scap_regs, rax), (uint64_t)result);
	t->regs.rax = (uint64_t)result;
	tracee_regs_changed(t);
	return 0;
}

void tracee_arch_prepare_call(struct scap_regs *regs, uint64_t site, uint32_t nr,
			      const uint64_t args[6])
{
	for (unsigned int i = 0; i < 6; i++)
		SCAP_REG_ARG(regs, i) = args[i];
	regs->rip = site;
	regs->rax = nr;
	regs->orig_rax = (uint64_t)-1;
}

ssize_t tracee_fpregs(struct tracee *t, void *buf, size_t size)
{
	struct iovec iov = { buf, size };
	long err;

	if (t->fpregs)
		return tracee_given_fpregs(t, buf, size);
	err = tracee_ptrace(PTRACE_GETREGSET, t->tid, NT_X86_XSTATE, &iov);
	return err ? err : (ssize_t)iov.iov_len;
}

int tracee_set_fpregs(struct tracee *t, const void *buf, size_t len)
{
	struct iovec iov = { (void *)buf, len };

	return (int)tracee_ptrace(PTRACE_SETREGSET, t->tid, NT_X86_XSTATE, &iov);
}

ssize_t tracee_arch_lost_in_call(struct tracee *t, void *buf, size_t size)
{
	(void)t;
	(void)buf;
	(void)size;
	return 0;
}

/*
 * The initial state: x87 control word 0x37f, MXCSR 0x1f80, every component in
 * its init configuration (XSTATE_BV 0; Intel SDM vol. 1, 13.6), as the kernel
 * gives it to a handler (fpu__clear_user_states()).
 */
int tracee_reset_fpregs(struct tracee *t)
{
	enum { FCW = 0, MXCSR = 24, XSTATE_BV = 512 };
	_Alignas(64) uint8_t state[TRACEE_FPREGS_MAX];
	const uint16_t fcw = 0x37f;
	const uint32_t mxcsr = 0x1f80;
	uint64_t xstate_bv = 0x2; /* SSE: without it the kernel does not take MXCSR */
	ssize_t len = tracee_fpregs(t, state, sizeof(state));
	int err = 0;

	if (len < 0)
		return (int)len;
	if (len < XSTATE_BV + 64)
		return -EINVAL;
	if (memcmp(state + MXCSR, &mxcsr, sizeof(mxcsr)) != 0) {
		memcpy(state + MXCSR, &mxcsr, sizeof(mxcsr));
		memcpy(state + XSTATE_BV, &xstate_bv, sizeof(xstate_bv));
		err = tracee_set_fpregs(t, state, (size_t)len);
	}
	/* nothing in use: XSAVE shows a program what is (xgetbv's XINUSE) */
	xstate_bv = 0;
	/* bytes 464..511 are software's own and name the layout: they stay */
	memset(state, 0, 464);
	memcpy(state + FCW, &fcw, sizeof(fcw));
	memcpy(state + MXCSR, &mxcsr, sizeof(mxcsr));
	memcpy(state + XSTATE_BV, &xstate_bv, sizeof(xstate_bv));
	memset(state + XSTATE_BV + 64, 0, (size_t)len - XSTATE_BV - 64);
	return err ? err : tracee_set_fpregs(t, state, (size_t)len);
}
#endif
