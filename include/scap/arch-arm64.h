/* SPDX-License-Identifier: GPL-2.0 */
/* arm64: registers as arch/arm64/include/uapi/asm/ptrace.h lays them out. */
#ifndef SCAP_ARCH_ARM64_H
#define SCAP_ARCH_ARM64_H

#include <scap/types.h>

#define SCAP_ARCH_NATIVE SCAP_ARCH_ARM64
#define SCAP_ARCH_AUDIT AUDIT_ARCH_AARCH64

struct scap_regs {
	__u64 x[31];
	__u64 sp, pc, pstate;
};

static_assert(sizeof(struct scap_regs) == 34 * 8, "struct user_pt_regs");

#define SCAP_REG_IP(r)		((r)->pc)
#define SCAP_REG_SP(r)		((r)->sp)
/* The result overwrites the first argument: entry keeps a copy of it. */
#define SCAP_REG_RESULT(r)	((r)->x[0])
#define SCAP_REG_ARG(r, n)	((r)->x[n])

#define SCAP_SYSCALL_INSN_SIZE	4
#define SCAP_INSN_ALIGN		4
#define SCAP_PAGE_MAX		65536u
#define SCAP_USER_END		(1ull << 48)
#define SCAP_REDZONE		0
/* A handler returns through the vDSO, also when that is hidden. */
#define SCAP_VDSO_RETURNS	1
/* Ahead of signals, registers no longer say that a call has just ended. */
#define SCAP_FORGETS_CALLS	1
/* A child's return from the call that made it passes no system call probe. */
#define SCAP_CHILD_UNTOLD	1
/* Whether reads of the counter trap is the processor's, not the task's. */
#define SCAP_TRAP_OF_TASK	0
/* Identification registers are the kernel's to show, the same on all of a kind. */
#define SCAP_SEES_CPU		0

/* clone(2): flags, stack, parent_tid, tls, child_tid */
#define SCAP_CLONE_CHILD_TID	4

/* Structures of the kernel's ABI that are not the same everywhere (sizes.h has the others). */
#define SCAP_SIZE_STAT		128u
#define SCAP_SIZE_SEMID_DS	88u	/* struct semid64_ds */
#define SCAP_SIZE_EPOLL_EVENT	16u

#endif
