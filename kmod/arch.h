/* SPDX-License-Identifier: GPL-2.0 */
/* What is another way on each architecture. */
#ifndef SCAPREC_ARCH_H
#define SCAPREC_ARCH_H

#include "scaprec.h"

/* ---- arch-*.c ---- */

int arch_init(void);
void arch_exit(void);
/* No session is left: no task's reads of its counter are to trap. */
void arch_traps_off(void);
/* The calling task reads its counter itself, as it would without us. */
void arch_untrap(struct rtask *k);
/* Where !SCAP_TRAP_OF_TASK: the calling task's reads trap from here on. */
void arch_trap(void);
/* The same, in sched_switch: the processor is as @next needs it. */
void arch_switch(struct task_struct *next);
void arch_regs(struct scap_regs *to, const struct pt_regs *regs);
/* XSAVE's standard format and its like; @to: aligned to 64, zeroed. Returns bytes. */
u32 arch_vector(void *to, u32 size);
#define ARCH_VECTOR_MAX 16384u
void arch_set_arg(struct pt_regs *regs, unsigned int n, u64 value);
/* The kernel does not make the call; arch_answer() at its exit says what it returns. */
void arch_skip(struct pt_regs *regs);
void arch_answer(struct pt_regs *regs, u32 nr, s64 result);
/* The program makes call @nr once more. */
void arch_again(struct pt_regs *regs, u32 nr);
bool arch_foreign_image(const struct pt_regs *regs);
/* Where SCAP_SEES_CPU: what a program that begins on this CPU is told of it. */
void arch_leaf(struct scap_leaf *leaf);
/* The calling task is stepped no further, and stopped nowhere, for a tracer that is dead. */
void arch_untrace(void);
/* Whether the next instruction makes a call, and which. */
bool arch_at_call(const struct pt_regs *regs, u32 *nr);
/* Whether user code ran since the last call's end: as far as registers tell. */
bool arch_in_call(const struct pt_regs *regs);
/* Whether the calling task, in @regs, has not run since it had the registers @then. */
bool arch_same_moment(const struct scap_regs *then, const struct pt_regs *regs);
u64 arch_frame_end(const struct pt_regs *regs, u64 old_sp);

/* ---- arch-*-step.c ---- */

int arch_steps_init(void);
void arch_steps_exit(void);
/* Whether the next instruction, in user code, can be stepped over without anybody noticing. */
bool arch_may_step(const struct pt_regs *regs);
/* steps_one() behind each instruction from here on; false: somebody else steps it. */
bool arch_step_begin(struct pt_regs *regs);
void arch_step_end(struct pt_regs *regs);

#endif
