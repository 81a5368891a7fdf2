/* SPDX-License-Identifier: GPL-2.0 */
/* x86-64: registers as arch/x86/include/asm/user_64.h lays them out. */
#ifndef SCAP_ARCH_X86_64_H
#define SCAP_ARCH_X86_64_H

#include <scap/types.h>

#define SCAP_ARCH_NATIVE SCAP_ARCH_X86_64
#define SCAP_ARCH_AUDIT AUDIT_ARCH_X86_64

struct scap_regs {
	__u64 r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8;
	__u64 rax, rcx, rdx, rsi, rdi, orig_rax;
	__u64 rip, cs, eflags, rsp, ss, fs_base, gs_base, ds, es, fs, gs;
};

static_assert(sizeof(struct scap_regs) == 27 * 8, "struct user_regs_struct");

#define SCAP_REG_IP(r)		((r)->rip)
#define SCAP_REG_SP(r)		((r)->rsp)
#define SCAP_REG_RESULT(r)	((r)->rax)

/* syscall(2): rdi rsi rdx r10 r8 r9 */
static inline __u64 *scap_reg_arg(struct scap_regs *r, unsigned int n)
{
	__u64 *const arg[6] = { &r->rdi, &r->rsi, &r->rdx, &r->r10, &r->r8, &r->r9 };

	return arg[n];
}

#define SCAP_REG_ARG(r, n)	(*scap_reg_arg((r), (n)))

#define SCAP_SYSCALL_INSN_SIZE	2
#define SCAP_INSN_ALIGN		1
#define SCAP_PAGE_MAX		4096u
#define SCAP_USER_END		0x7ffffffff000ull
#define SCAP_REDZONE		128
#define SCAP_VDSO_RETURNS	0	/* a handler returns through libc's sa_restorer */
#define SCAP_FORGETS_CALLS	0
#define SCAP_CHILD_UNTOLD	0
#define SCAP_TRAP_OF_TASK	1	/* prctl(PR_SET_TSC) */
#define SCAP_SEES_CPU		1	/* cpuid: initial APIC id */

/* clone(2): flags, stack, parent_tid, child_tid, tls */
#define SCAP_CLONE_CHILD_TID	3

/* Structures of the kernel's ABI that are not the same everywhere (sizes.h has the others). */
#define SCAP_SIZE_STAT		144u
#define SCAP_SIZE_SEMID_DS	104u	/* struct semid64_ds */
#define SCAP_SIZE_EPOLL_EVENT	12u	/* packed, to be the same as on i386 */

#endif
