/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a task has retired in user mode since its last event (counter.c). A task without a counter
 * passes a branch.
 */
#ifndef SCAPREC_COUNTER_H
#define SCAPREC_COUNTER_H

#include "scaprec.h"

#ifdef CONFIG_PERF_EVENTS
int counters_init(void);
void counters_exit(void);
/* For task_work, of a task that counter_lacks(): what it retires is counted from here on. */
void counter_make(struct rtask *k);
/* It is not any more. Not under the scheduler's locks. */
void counter_unmake(struct rtask *k);
/* An event comes: @k->counter is there. */
void counter_note(struct rtask *k);
/* Retired by @k, the calling task, since then; 0: not known. */
u64 counter_since_event(const struct rtask *k);
#else
static inline int counters_init(void) { return 0; }
static inline void counters_exit(void) { }
static inline void counter_make(struct rtask *k) { }
static inline void counter_unmake(struct rtask *k) { }
static inline void counter_note(struct rtask *k) { }
static inline u64 counter_since_event(const struct rtask *k) { return 0; }
#endif

/* Whether none has been made for @k, and one is wanted. */
static inline bool counter_lacks(const struct rtask *k)
{
	return k->session->counter && !k->counter_tried;
}

/* An event of @k, which is @task, comes: what is computed from here on is counted anew. */
static __always_inline void rtask_note_event(struct rtask *k, const struct task_struct *task)
{
	k->event_cpu = task->se.sum_exec_runtime;
	if (unlikely(k->counter))
		counter_note(k);
}

#endif
