/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's probes, and whom they are for: the recorded, and what filters match. */
#ifndef SCAPREC_HOOK_H
#define SCAPREC_HOOK_H

#include "scaprec.h"

/* ---- hook.c ---- */

int hooks_get(void);
void hooks_put(void);
void hooks_exit(void);
/* The flag that makes @task pass through the system call probes; off: unless others want it. */
void hook_mark(struct task_struct *task);
void hook_unmark(struct task_struct *task);
/* All tasks anew: filters have changed. */
void hooks_remark(void);
struct tracepoint *hook_find(const char *name);

/* ---- filter.c ---- */

/* How many filters are in force. */
extern unsigned int filters_active;
/* Makes @s capture-only; -EPERM: an unprivileged opener asks for what is not its own. */
int filter_start(struct session *s, const struct scap_ioc_filter *arg);
/* From its return on no event is added to @s. */
void filter_stop(struct session *s);
void filter_free(struct filter *f);
/* Whether @task is to pass through the system call probes for the sake of a filter. */
bool filter_wants(struct task_struct *task);
bool filter_wants_call(const struct rtask *k, long nr);
/* The calling task, which has no record, gets one if a filter matches. */
struct rtask *filter_admit(void);
/* Flags of a task just forked. */
void filter_born(struct task_struct *child);

/* ---- watch.c ---- */

/* @k NULL: the calling task has no record yet. */
void watch_entry(struct rtask *k, struct pt_regs *regs, long nr);
void watch_exit(struct rtask *k, struct pt_regs *regs, long result);
void watch_exec(struct rtask *k, u32 old_tid, bool secure);
void watch_forked(struct rtask *k, struct task_struct *child);
/* @k->sig is filled in; handler 0: fatal. */
void watch_signal(struct rtask *k);
void watch_ended(struct rtask *k);
void watch_finish(struct rtask *k, unsigned int todo);
/* One event more that is not in the trace. */
void watch_dropped(struct rtask *k, u64 bytes);

#endif
