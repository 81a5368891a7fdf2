/* SPDX-License-Identifier: GPL-2.0 */
/* On which processor tasks run, where that is ours to say. */
#ifndef SCAPREC_BIND_H
#define SCAPREC_BIND_H

#include "scaprec.h"

/* ---- bind.c: up to bound_for() with session->binding held ---- */

enum bind_reason {
	BIND_PLACE = 1,	/* on its way to a place: switch.c */
	BIND_HOME = 2,	/* its domain has a home: home.c */
	BIND_START = 4,	/* its image begins: home.c */
};

/* @k runs on @cpu only, or, bound already, goes on where it is; true: that is @cpu. */
bool bind_task(struct rtask *k, enum bind_reason reason, unsigned int cpu);
/* @reasons no longer hold it there; if none does, it may run where it could before. */
void unbind_task(struct rtask *k, unsigned int reasons);
/* Whether it is bound for @reason; then *@cpu is where. */
bool bound_for(const struct rtask *k, enum bind_reason reason, unsigned int *cpu);
/* At the entry of a call that may make a child: none has inherited anything yet. */
void bind_not_forked(struct rtask *k);
/*
 * The child just made, by @k, which is the calling task, does not inherit that it is bound. What
 * else says where it may run (CLONE_INTO_CGROUP) stays.
 */
void bind_forked(struct rtask *k, struct task_struct *child);
/* @k is gone, and so is its task. */
void bind_free(struct rtask *k);

/* ---- home.c ---- */

void homes_init(struct session *s);
/* Several tasks of the session share memory: it is looked at now and then what they do. */
void homes_watch(struct session *s);
/* The session is dead: nobody has one. */
void homes_end(struct session *s);
/* For task_work: the tasks of @from, and others, are of another domain now. */
void homes_merged(struct session *s, struct domain *from);
/* @d, of which nobody is any more, or which hands over less often, has none. */
void home_give_up(struct domain *d);
/*
 * @k is about to ask where a task may run, or to say so, and shall have to do with the task's own
 * affinity until home_asked(). true: homes_leave() first, in task_work.
 */
bool home_asks(struct rtask *k);
void homes_leave(struct rtask *k);
void home_asked(struct rtask *k);

/* For task_work: @k stays where it begins an image, as libc keeps that CPU's number. */
void home_start(struct rtask *k);
/* At a call's entry: queues TODO_UNBIND once it has. */
void home_starting(struct rtask *k);
/* For task_work: that is over. Or @k is recorded no longer: nor has it a home. */
void home_started(struct rtask *k);

#endif
