/* SPDX-License-Identifier: GPL-2.0 */
/* Signals, trapped instructions and a task's end. */
#ifndef SCAPREC_SIGNALS_H
#define SCAPREC_SIGNALS_H

#include "scaprec.h"

/* ---- signal.c, exit.c ---- */

void signal_delivered(struct rtask *k, int sig, struct kernel_siginfo *info,
		      struct k_sigaction *ka);
void signal_write(struct rtask *k);
/* A signal was sent to @k; @group: to its process. In the sender's context, under its locks. */
void signal_comes(struct rtask *k, int sig, const struct kernel_siginfo *info, bool group);
/* For task_work: it may be about to take effect in user code. */
void signal_choose_place(struct rtask *k);
void signal_boundary(struct rtask *k, struct pt_regs *regs);
/* Whether user code has executed nothing since the task's last event. */
bool signal_at_boundary(const struct rtask *k, const struct pt_regs *regs);
void signal_place(const struct rtask *k, const struct pt_regs *regs, struct scap_place *place);
/* What the kernel will write when this task ends, told while its memory is there. */
void exit_predict(struct rtask *k);
void exit_write(struct rtask *k);
/* As wait(2) reports it: the group's, where the group ended as one. */
s32 exit_status(void);

/* ---- trap.c ---- */

/* Records a trapped instruction. */
void emit_trap(struct rtask *k, u32 kind, u64 ip, u64 value0, u64 value1);

#endif
