// SPDX-License-Identifier: GPL-2.0
/*
 * libtracee on arm64. The syscall number in flight is a register set of its
 * own; result and first argument share x0, and -1 as number only skips.
 */
#ifdef __aarch64__
#include <linux/audit.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/uio.h>

#include "tracee-internal.h"

const uint8_t tracee_arch_syscall_insn[] = { 0x01, 0x00, 0x00, 0xd4 }; /* svc #0 */
const uint32_t tracee_arch_audit = AUDIT_ARCH_AARCH64;
const int tracee_arch_breakpoint = TRAP_BRKPT;

/* A switch changes a register of the kernel's own level (CNTKCTL_EL1): nothing to be saved. */
void tracee_share_tsc(void)
{
}

void tracee_unshare(void)
{
}

bool tracee_tsc_traps(void)
{
	static int known; /* 1: it does, -1: it does not */
	int mode;

	if (!known)
		known = prctl(PR_GET_TSC, &mode) ? -1 : 1;
	return known > 0;
}

int tracee_arch_trap_tsc(void)
{
	return tracee_tsc_traps() && prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0) ? -errno : 0;
}

int tracee_arch_set_nr(struct tracee *t, int64_t nr)
{
	int32_t number = (int32_t)nr;
	struct iovec iov = { &number, sizeof(number) };

	return (int)tracee_ptrace(PTRACE_SETREGSET, t->tid, NT_ARM_SYSTEM_CALL, &iov);
}

int tracee_arch_result(struct tracee *t, int64_t *result)
{
	struct scap_regs *regs = tracee_regs(t);

	if (!regs)
		return -ESRCH;
	*result = (int64_t)SCAP_REG_RESULT(regs);
	return 0;
}

int tracee_syscall_skip(struct tracee *t, int64_t result)
{
	struct scap_regs *regs = tracee_regs(t);

	if (!regs)
		return -ESRCH;
	SCAP_REG_RESULT(regs) = (uint64_t)result;
	tracee_regs_changed(t);
	return tracee_arch_set_nr(t, -1);
}

void tracee_arch_prepare_call(struct scap_regs *regs, uint64_t site, uint32_t nr,
			      const uint64_t args[6])
{
	for (unsigned int i = 0; i < 6; i++)
		regs->x[i] = args[i];
	regs->x[8] = nr;
	regs->pc = site;
}

/* ---- vector registers: NT_ARM_SVE while there is more in them than NT_PRFPREG can say ---- */

static ssize_t get_regset(struct tracee *t, unsigned long type, void *buf, size_t size)
{
	struct iovec iov = { buf, size };
	long err = tracee_ptrace(PTRACE_GETREGSET, t->tid, type, &iov);

	return err ? err : (ssize_t)iov.iov_len;
}

ssize_t tracee_fpregs(struct tracee *t, void *buf, size_t size)
{
	struct user_sve_header head;
	ssize_t n;

	if (t->fpregs)
		return tracee_given_fpregs(t, buf, size);
	if (!(getauxval(AT_HWCAP) & HWCAP_SVE))
		return get_regset(t, NT_PRFPREG, buf, size);
	n = get_regset(t, NT_ARM_SVE, buf, size);
	if (n < 0)
		return n;
	memcpy(&head, buf, sizeof(head));
	if ((head.flags & SVE_PT_REGS_MASK) != SVE_PT_REGS_SVE)
		return get_regset(t, NT_PRFPREG, buf, size);
	return head.size > n ? -E2BIG : n;
}

/* What is no register stays the thread's: the length of vectors, and whether children have it. */
static int set_sve(struct tracee *t, const void *image, size_t len)
{
	_Alignas(16) uint8_t buf[TRACEE_FPREGS_MAX];
	struct user_sve_header now, head;
	struct iovec iov = { buf, len };
	ssize_t n = get_regset(t, NT_ARM_SVE, &now, sizeof(now));

	if (n < 0)
		return (int)n;
	memcpy(&head, image, sizeof(head));
	if (len > sizeof(buf) || head.vl != now.vl)
		return -EINVAL;
	head.flags = (now.flags & ~SVE_PT_REGS_MASK) | SVE_PT_REGS_SVE;
	memcpy(buf, image, len);
	memcpy(buf, &head, sizeof(head));
	return (int)tracee_ptrace(PTRACE_SETREGSET, t->tid, NT_ARM_SVE, &iov);
}

/* NT_PRFPREG sets what it does not say to zero, where the thread has that. */
int tracee_set_fpregs(struct tracee *t, const void *buf, size_t len)
{
	struct iovec iov = { (void *)buf, len };

	if (len != sizeof(struct user_fpsimd_state))
		return set_sve(t, buf, len);
	return (int)tracee_ptrace(PTRACE_SETREGSET, t->tid, NT_PRFPREG, &iov);
}

/* A handler starts with the interrupted code's vector registers (setup_rt_frame() leaves them). */
int tracee_reset_fpregs(struct tracee *t)
{
	(void)t;
	return 0;
}

/* The kernel drops what NT_PRFPREG does not have (Documentation/arch/arm64/sve.rst, 3). */
ssize_t tracee_arch_lost_in_call(struct tracee *t, void *buf, size_t size)
{
	ssize_t n = getauxval(AT_HWCAP) & HWCAP_SVE ? tracee_fpregs(t, buf, size) : 0;

	return n == sizeof(struct user_fpsimd_state) ? 0 : n;
}
#endif
