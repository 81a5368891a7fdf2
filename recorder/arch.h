/* SPDX-License-Identifier: GPL-2.0 */
/* What the recorder must know of an architecture; arch-*.c. */
#ifndef SCAP_RECORDER_ARCH_H
#define SCAP_RECORDER_ARCH_H

#include "recorder/ptrace-backend.h"

/* Address that clone's CLONE_CHILD_*TID flags are about, from its arguments. */
uint64_t arch_clone_child_tid(const __u64 args[6]);

/*
 * At a SIGSEGV of @k with @info: if an instruction that scap traps raised it,
 * fills @kind (enum scap_trap) and @value, emulates it in the registers and
 * returns true.
 */
bool arch_emulate_trap(struct task *k, const siginfo_t *info, uint32_t *kind, uint64_t value[2]);

/*
 * At a signal stop: whether @k has executed nothing since its last syscall
 * returned. @known: @boundary holds its registers of that moment.
 */
bool arch_executed_nothing(struct task *k, const struct scap_regs *boundary, bool known);

/*
 * Whether the end of a call must fetch all registers for arch_executed_nothing().
 * @nr: the call
 */
bool arch_keep_boundary(uint32_t nr);

/* Where the frame that the kernel has just built at @regs' sp ends; @old_sp: sp before. */
uint64_t arch_frame_end(struct task *k, const struct scap_regs *regs, uint64_t old_sp);

/* Whether @k, at the exit of an execve, runs a program of another ABI. */
bool arch_foreign_image(struct task *k);

/* SCAP_FEATURE_* that ptrace alone can provide here. */
uint32_t arch_ptrace_features(void);

/* What programs may use here and no replay can repeat, in words for the user; NULL: nothing. */
const char *arch_chance_left(void);

/*
 * At the exit of a successful call of @k: where it is the one from which on its
 * image asks the recorder instead of the processor what that can do, sees to it.
 */
void arch_note_call(struct task *k);

/* At a call's entry: true if it is about such a trap, and answered with *@result. */
bool arch_answer_call(const struct task *k, int64_t *result);

/*
 * What the cpuid instruction answers here, subleaves where they are numbered:
 * at most @cap entries in @leaves. Returns their number; 0 where there is no
 * such instruction.
 */
uint32_t arch_read_cpuid(struct scap_cpuid *leaves, uint32_t cap);

#endif
