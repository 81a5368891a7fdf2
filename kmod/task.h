/* SPDX-License-Identifier: GPL-2.0 */
/* Who is recorded: from a task to its record, and what is still to be done for it. */
#ifndef SCAPREC_TASK_H
#define SCAPREC_TASK_H

#include "scaprec.h"

void rtask_put(struct rtask *k);

int tasks_init(void);
void tasks_exit(void);
/*
 * From task to record, under RCU. Only the task itself takes its record out, and
 * the end of a capture-only session, which waits until no probe uses it.
 */
#define RTASK_BITS 10
extern struct hlist_head rtask_table[1 << RTASK_BITS];

/* The record of @task, NULL: it has none; within rcu_read_lock() or with preemption off. */
static __always_inline struct rtask *rtask_find(struct task_struct *task)
{
	struct rtask *k;

	hlist_for_each_entry_rcu_notrace(k, &rtask_table[hash_ptr(task, RTASK_BITS)], node)
		if (k->task == task)
			return k;
	return NULL;
}

/* The calling task's record, NULL: it has none. Valid while it runs. */
static __always_inline struct rtask *rtask_current(void)
{
	struct rtask *k;

	preempt_disable_notrace();
	k = rtask_find(current);
	preempt_enable_notrace();
	return k;
}

/* Whether @task is recorded, or will be. */
bool rtask_recorded(struct task_struct *task);
/* Whether any task is known, recorded or not. */
bool tasks_left(void);
/* Marks the calling task: SCAP_IOC_RECORD. */
int rtask_arm(struct session *s);
/* A record of @task (the calling one, or its child) for a capture-only session; NULL: no memory. */
struct rtask *rtask_watch(struct session *s, struct task_struct *task);
/* No task has a record of this capture-only session any more; it is dead, and no filter is its. */
void rtask_detach_all(struct session *s);
/* The child @c comes out of the call that @k is in. */
void rtask_inherit_call(struct rtask *c, struct rtask *k);
/* CLONE_* with the exit signal in the low byte, of the task's fork in flight. */
u64 rtask_clone_flags(struct rtask *k, struct task_struct *child);
/* It begins (or begins anew) with a domain of its own. */
int rtask_new_domain(struct rtask *k);
/* Ends the recording of this task; it stays known. */
void rtask_release(struct rtask *k);
/* Queues the task_work for @todo, from any context; false: the task is past that. */
bool rtask_queue(struct rtask *k, unsigned int todo);
/* @each of the session's tasks (NULL: of all), under RCU. */
void rtask_each(struct session *s, void (*each)(struct rtask *k));
void task_forked(struct task_struct *parent, struct task_struct *child);
void task_exited(struct task_struct *task);
u32 session_pid(struct session *s, struct task_struct *task, bool group);

#endif
