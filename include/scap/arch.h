/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Picks the architecture. Each arch-*.h defines the same names:
 *   SCAP_ARCH_NATIVE             enum scap_arch
 *   SCAP_ARCH_AUDIT              the same as linux/audit.h, which who uses it includes, has it
 *   struct scap_regs             the PTRACE_GETREGSET/NT_PRSTATUS image
 *   SCAP_REG_IP/SP(regs)         lvalues
 *   SCAP_REG_ARG(regs, n)        lvalue of syscall argument n, 0..5
 *   SCAP_REG_RESULT(regs)        lvalue of the syscall result
 *   SCAP_SYSCALL_INSN_SIZE       bytes
 *   SCAP_INSN_ALIGN              what an instruction's address is a multiple of
 *   SCAP_PAGE_MAX                bytes of the largest page that its kernels have
 *   SCAP_USER_END                end of the memory that a process has unless it asks for more
 *   SCAP_REDZONE                 bytes below sp that belong to a leaf function
 *   SCAP_VDSO_RETURNS            whether handlers return through the vDSO
 *   SCAP_FORGETS_CALLS           whether the registers forget a call ahead of signals behind it
 *   SCAP_CHILD_UNTOLD            whether the kernel's probes miss a child's return from clone(2)
 *   SCAP_TRAP_OF_TASK            whether a task keeps its trap on the time-stamp counter
 *   SCAP_SEES_CPU                whether programs are told by an instruction on which CPU they run
 *   SCAP_CLONE_CHILD_TID         index of clone(2)'s child_tid argument
 *   SCAP_SIZE_*                  sizes in the kernel's ABI that differ
 * What cannot be a macro (the syscall number, which is not in NT_PRSTATUS on
 * arm64) is a function of recorder/tracee/arch-*.c.
 */
#ifndef SCAP_ARCH_H
#define SCAP_ARCH_H

#if defined(__x86_64__)
#include <scap/arch-x86_64.h>
#elif defined(__aarch64__)
#include <scap/arch-arm64.h>
#else
#error "scap knows x86-64 and arm64"
#endif

#endif
