/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tasks that share memory: their one order of events, their baton, and the places in user code
 * where it changes hands.
 */
#ifndef SCAPREC_DOMAIN_H
#define SCAPREC_DOMAIN_H

#include "record.h"
#include "scaprec.h"

/* ---- domain.c ---- */

/* A domain without members; the caller's reference. */
struct domain *domain_new(struct session *s, gfp_t gfp);
void domain_put(struct domain *d);
/* The domain that @k is in, locked; a merger may have moved it. */
struct domain *domain_lock(struct rtask *k, unsigned long *irq);
void domain_unlock(struct domain *d, unsigned long irq);
/* Adds a reference. @maker: has the baton from here on if it was alone so far; NULL: nobody is. */
void domain_join(struct rtask *k, struct domain *d, struct rtask *maker);
/* Passes on what it has; @k->domain stays, for reading only. */
void domain_leave(struct rtask *k);

static inline bool domain_shared(const struct rtask *k)
{
	return atomic_read(&k->domain->members) > 1;
}

static inline bool baton_has(const struct rtask *k)
{
	return READ_ONCE(READ_ONCE(k->domain)->holder) == k;
}

/* Gives @e, whole but for its number, at @ring's head, the next one of @d, and publishes it. */
static __always_inline void ring_number(struct ring *ring, struct domain *d, struct scap_event *e)
{
	e->domain = d->id;
	if (e->type != SCAP_RING_DOMAIN)
		e->seq = ++d->seq;
	ring_publish(ring, e->size);
}

/* The same in a shared domain: nobody comes in between, with the baton or without. */
void ring_number_shared(struct ring *ring, struct rtask *k, struct scap_event *e);

static __always_inline void ring_commit(struct ring *ring, struct rtask *k, struct scap_event *e,
					bool shared)
{
	if (unlikely(shared))
		ring_number_shared(ring, k, e);
	else
		ring_number(ring, k->domain, e);
}

/* Under the domain's lock: @k has the baton, NULL: nobody. */
void baton_grant(struct domain *d, struct rtask *k);
/* Under the domain's lock: whoever waits longest has it now. */
void baton_pass_on(struct domain *d);
/* Under the domain's lock: somebody waits, so the holder is looked at when its time is over. */
void domain_watch(struct domain *d);

void baton_init(struct rtask *k);
/* Whether the calling task has the baton, or it was free: does not wait. */
bool baton_try(struct rtask *k);
/* For task_work: waits for its turn. -EINTR: killed meanwhile, and without it. */
int baton_take(struct rtask *k);
/* In sched_switch, of a task of a shared domain that goes to sleep in @state (TASK_*). */
void baton_sleeps(struct rtask *k, unsigned int state);
/* Somebody else's turn; before it goes back to user code @k takes it again. */
void baton_give_up(struct rtask *k);
/* The recorder knows where @k has stopped. */
void baton_seen(struct rtask *k);
/* At a boundary, of a task of a shared domain. @yields: whatever time it has had. */
void baton_boundary(struct rtask *k, bool yields);
/* The same in the tracepoint at the end of a call. */
void baton_call_ends(struct rtask *k, bool yields);
/* Whether its turn ends so many instructions from here. */
bool baton_counts(const struct rtask *k);
/* For task_work: those that only lack a processor come as far as to wait for the baton. */
void baton_let_queue(struct rtask *k);
/*
 * For task_work: others have waited for long; wherever it is, it passes the baton
 * on: if not @placed, it first has a place chosen.
 */
void baton_force(struct rtask *k, bool placed);
/* The session is dead: @k waits no longer. */
void baton_stop_waiting(struct rtask *k);

/* ---- merge.c, meet.c ---- */

/*
 * For task_work, of a task that has the baton: its domain becomes part of @other's,
 * and whoever has the baton there keeps it; to be followed by baton_take().
 */
void domain_merge(struct rtask *k, struct rtask *other);
/* Ahead of what changes the call in flight: whoever merges @k's domain is done with it. */
void domain_settled(struct rtask *k);
/* The mapping just made at @addr shows memory that others see: they are of one domain then. */
int meet_sharers(struct rtask *k, u64 addr);
/* Whether a recorded process shows the same file elsewhere. */
bool meet_is_shown(struct rtask *k, u64 addr);

/* ---- switch.c ---- */

/*
 * For task_work, of a task in user code: asks the recorder to bring it to a place that can
 * be found again, @skip instructions on at least; @seldom: as struct scap_place has it.
 * TODO_PLACED, or a signal's delivery, follows there.
 */
void place_choose(struct rtask *k, u32 skip, bool seldom);
/* The recorder has; @loops: in the same state as the last time. */
void place_found(struct rtask *k, bool loops);
/* For task_work: whoever stands there is as it was before the recorder led it. */
void place_arrived(struct rtask *k);
/* The calling task exits; if it is on the way with @k, that goes on as it was before. */
void place_abandon(struct rtask *k);
/* Whether it stands there; it no longer does. */
bool place_take(struct rtask *k);
/* SWITCH of a task that stands there with @regs; false: no room. */
bool switch_write(struct rtask *k, const struct scap_regs *regs, u32 next);
/* For task_work: what switch_stopping() will need. */
void switch_prepare(struct rtask *k);
/*
 * The same in sched_switch, of a task that is being stopped in user code: it
 * keeps the baton until the recorder has seen it. false: it cannot be told.
 */
bool switch_stopping(struct rtask *k, u32 next);
/* It goes on: waits, killably, until it was seen. */
void switch_stopped(struct rtask *k);
/* What it did not need. */
void switch_end(struct rtask *k);

/* ---- step.c ---- */

/*
 * For task_work, of a task in user code that has the baton: it executes @n instructions, or as
 * many as come ahead of one that cannot be stepped over; TODO_FORCE follows there. false: it
 * does not.
 */
bool steps_begin(struct rtask *k, u32 n);
/* The calling task takes no more of them, and is as if there had been none. */
void steps_stop(struct rtask *k);
/* The debug exception behind one of them. */
void steps_one(struct rtask *k, struct pt_regs *regs);
/*
 * For task_work: whether it has come to where they end; it no longer stands there. @seldom: it
 * has come by that instruction only a few times since its last event.
 */
bool steps_over(struct rtask *k, bool *seldom);

/* ---- checksum.c ---- */

/* Whether so many events have gone by: then, in task_work at a boundary, checksum_take(). */
bool checksum_due(const struct rtask *k);
/* For task_work, with the baton: waits while the recorder looks at all memory of the caller. */
void checksum_take(struct rtask *k);

#endif
