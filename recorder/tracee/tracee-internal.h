/* SPDX-License-Identifier: GPL-2.0 */
/* What the rooms of libtracee share with each other and with nobody else. */
#ifndef SCAP_TRACEE_INTERNAL_H
#define SCAP_TRACEE_INTERNAL_H

#include <errno.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <linux/ptrace.h> /* behind libc's, whose enums it would break */

#include "tracee.h"

/*
 * One address space.
 * @fd:   /proc/PID/mem, opened while that is permitted: it goes on working
 *        after PR_SET_DUMPABLE 0, process_vm_readv(2) does not
 * @refs: tracees that use it
 * @site: address of a syscall instruction, or 0
 */
struct tracee_mm {
	int fd;
	int refs;
	uint64_t site;
};

/* What our filter's RET_TRACE carries, to tell it from one of the program's own. */
#define TRACEE_FILTER_COOKIE 0x5ca9

/* ptrace(2) with errors as -errno. */
long tracee_ptrace(int request, pid_t tid, unsigned long addr, void *data);

/* The syscall number in flight, as the kernel has it: -1 skips the call or its restart. */
int tracee_arch_set_nr(struct tracee *t, int64_t nr);

/* tracee_syscall_result() while no registers are here. */
int tracee_arch_result(struct tracee *t, int64_t *result);

/* Registers such that @nr with @args is made by the instruction at @site. */
void tracee_arch_prepare_call(struct scap_regs *regs, uint64_t site, uint32_t nr,
			      const uint64_t args[6]);

/* Counter reads of the calling process shall fault from now on; 0 or -errno. */
int tracee_arch_trap_tsc(void);

/* The bytes of the syscall instruction, SCAP_SYSCALL_INSN_SIZE of them. */
extern const uint8_t tracee_arch_syscall_insn[];

/* AUDIT_ARCH_* of native calls (linux/audit.h). */
extern const uint32_t tracee_arch_audit;
/* si_code of the SIGTRAP that a breakpoint instruction raises. */
extern const int tracee_arch_breakpoint;

/*
 * In user code: vector state that the thread would lose by making a call, into @buf, to be given
 * back by tracee_set_fpregs(). Bytes, 0 if there is none, or -errno.
 */
ssize_t tracee_arch_lost_in_call(struct tracee *t, void *buf, size_t size);

/* tracee_fpregs() of a thread whose vector state is given. */
static inline ssize_t tracee_given_fpregs(const struct tracee *t, void *buf, size_t size)
{
	size_t len = t->fpregs_len < size ? t->fpregs_len : size;

	memcpy(buf, t->fpregs, len);
	return (ssize_t)len;
}

#endif
