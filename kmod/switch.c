// SPDX-License-Identifier: GPL-2.0
/*
 * Places in user code, and the baton taken away there: SWITCH, with the state that
 * says where. The recorder first brings the thread to a place that a replay will
 * find again, by ptrace(2). Memory and what is made of it are its part, too, while the
 * thread still has the baton and waits.
 */
#include <linux/slab.h>

#include "arch.h"
#include "bind.h"
#include "domain.h"
#include "record.h"
#include "signals.h"
#include "task.h"

/* What stands in for the point: @place, right behind it the vector registers, aligned. */
struct stand_in {
	u8 lead[-sizeof(struct scap_place) % 64];
	struct scap_place place;
	u8 vector[ARCH_VECTOR_MAX];
};

/* @token, @go: as ring.h has them, and @skip, @seldom; @urgent: it may not wait. */
static int write_stand_in(struct rtask *k, struct stand_in *state, u32 next, u64 token, u64 go,
			  u32 skip, bool seldom, bool urgent)
{
	const struct scap_regs *regs = &state->place.regs;
	struct scap_ev_switch *e;
	struct record r;
	u32 len = sizeof(state->place) + arch_vector(state->vector, sizeof(state->vector));
	u32 room = sizeof(*e) + scap_span_size(len) + scap_span_size(sizeof(*regs));
	int ret;

	signal_place(k, task_pt_regs(current), &state->place);
	state->place.skip = skip;
	state->place.seldom = seldom;
	state->place.from_event = signal_at_boundary(k, task_pt_regs(current));
	ret = urgent ? record_open(&r, k, SCAP_EV_SWITCH, room, true) :
		       record_open_wait(&r, k, SCAP_EV_SWITCH, room);
	if (ret)
		return ret;
	e = (void *)r.e;
	e->next = next;
	memcpy(record_span(&r, SCAP_SPAN_POINT, SCAP_ARG_NONE, token, len, len), &state->place,
	       len);
	memcpy(record_span(&r, SCAP_SPAN_REGS, SCAP_ARG_NONE, go, sizeof(*regs), sizeof(*regs)),
	       regs, sizeof(*regs));
	record_commit(&r);
	return 0;
}

/* ---- on the way to a place ---- */

/*
 * What the thread was before. The recorder changes nothing else of it, and undoes that
 * itself, unless it dies on the way.
 */
struct before {
	struct rcu_head rcu;
	sigset_t blocked;
	bool abandoned;
};

/* A stop costs ten times as much between processors: the recorder will come to this one. */
static bool set_out(struct rtask *k)
{
	struct before *before = kmalloc(sizeof(*before), GFP_KERNEL);

	if (!before)
		return false;
	before->abandoned = false;
	before->blocked = current->blocked;
	mutex_lock(&k->session->binding);
	bind_task(k, BIND_PLACE, raw_smp_processor_id());
	mutex_unlock(&k->session->binding);
	WRITE_ONCE(k->before, before);
	return true;
}

/* The recorder is dead: no step of its is finished any more, and no signal held back. */
static void undo_tracing(const struct before *before)
{
	sigset_t blocked;

	arch_untrace();
	siginitsetinv(&blocked, sigmask(SIGTRAP));
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	kernel_dequeue_signal();
	blocked = before->blocked;
	sigprocmask(SIG_SETMASK, &blocked, NULL);
}

void place_arrived(struct rtask *k)
{
	struct before *before = k->before;

	if (!before || READ_ONCE(k->place) == PLACE_ASKED)
		return;
	WRITE_ONCE(k->before, NULL);
	mutex_lock(&k->session->binding);
	unbind_task(k, BIND_PLACE);
	mutex_unlock(&k->session->binding);
	/* threads of the recorder die in any order: the one that traces, or the last one */
	if (before->abandoned || (READ_ONCE(k->session->dead) && current->ptrace))
		undo_tracing(before);
	kfree_rcu(before, rcu);
}

/*
 * Later in the tracer's exit the kernel lets go of it, with the SIGTRAP of a step if nobody has
 * seen that.
 */
void place_abandon(struct rtask *k)
{
	struct task_struct *task = k->task;
	struct before *before = READ_ONCE(k->before);

	if (!before || !task->ptrace || rcu_access_pointer(task->parent) != current)
		return;
	before->abandoned = true;
	place_found(k, false);
	if (task_is_traced(task))
		cmpxchg(&task->exit_code, SIGTRAP, 0);
}

/* ---- a place that can be found again ---- */

void place_choose(struct rtask *k, u32 skip, bool seldom)
{
	struct stand_in *state = kvzalloc(sizeof(*state), GFP_KERNEL);
	u64 token = session_pin(k->session, NULL, 0), go = session_pin_place(k->session, k);
	int ret = -ENOMEM;

	WRITE_ONCE(k->place, PLACE_ASKED);
	if (state && token && go && set_out(k))
		ret = write_stand_in(k, state, 0, token, go, skip, seldom, false);
	if (!ret) {
		session_pin_wait(k->session, token);
	} else {
		WRITE_ONCE(k->place, PLACE_NONE);
		session_pin_done(k->session, token, 0);
		session_pin_done(k->session, go, 0);
		place_arrived(k);
	}
	kvfree(state);
}

void place_found(struct rtask *k, bool loops)
{
	WRITE_ONCE(k->loops, loops);
	if (cmpxchg(&k->place, PLACE_ASKED, PLACE_FOUND) == PLACE_ASKED)
		rtask_queue(k, TODO_PLACED);
}

bool place_take(struct rtask *k)
{
	return cmpxchg(&k->place, PLACE_FOUND, PLACE_NONE) == PLACE_FOUND;
}

bool switch_write(struct rtask *k, const struct scap_regs *regs, u32 next)
{
	struct scap_ev_switch *e;
	struct record r;

	if (record_open(&r, k, SCAP_EV_SWITCH, sizeof(*e) + scap_span_size(0) +
			scap_span_size(sizeof(*regs)), true)) {
		record_lost(k);
		return false;
	}
	e = (void *)r.e;
	e->next = next;
	record_span(&r, SCAP_SPAN_POINT, SCAP_ARG_NONE, 0, 0, 0);
	memcpy(record_span(&r, SCAP_SPAN_REGS, SCAP_ARG_NONE, 0, sizeof(*regs), sizeof(*regs)),
	       regs, sizeof(*regs));
	record_commit(&r);
	return true;
}

/* ---- stopped in user code ---- */

/* What a task needs to tell where it is from under the scheduler's locks. */
struct spare {
	struct stand_in state;
	u64 token;
};

void switch_prepare(struct rtask *k)
{
	struct spare *spare;

	if (k->spare)
		return;
	spare = kvzalloc(sizeof(*spare), GFP_KERNEL);
	if (!spare)
		return;
	spare->token = session_pin_stop(k->session, k);
	if (spare->token)
		k->spare = spare;
	else
		kvfree(spare);
}

bool switch_stopping(struct rtask *k, u32 next)
{
	struct spare *spare = k->spare;

	if (!spare || k->stop_token)
		return false;
	if (write_stand_in(k, &spare->state, next, spare->token, 0, 0, false, true)) {
		record_lost(k);
		return false;
	}
	k->stop_token = spare->token;
	session_wake_later(k->session);
	return true;
}

void switch_stopped(struct rtask *k)
{
	session_pin_wait(k->session, k->stop_token);
	k->stop_token = 0;
	kvfree(k->spare);
	k->spare = NULL;
}

void switch_end(struct rtask *k)
{
	if (k->spare)
		session_pin_done(k->session, k->spare->token, 0);
}
