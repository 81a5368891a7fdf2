// SPDX-License-Identifier: GPL-2.0
/*
 * The baton taken away in user code: SWITCH, with the state that says where.
 * Memory and what is made of it are the recorder's part, while the thread
 * still has the baton and waits.
 */
#include <linux/slab.h>

#include "scaprec.h"

/* What stands in for the point: @place, right behind it the vector registers, aligned. */
struct stand_in {
	u8 lead[-sizeof(struct user_place) % 64];
	struct user_place place;
	u8 vector[ARCH_VECTOR_MAX];
};

/* @urgent: it may not wait. */
static int write_switch(struct rtask *k, struct stand_in *state, u32 next, u64 token, bool urgent)
{
	const struct scap_regs *regs = &state->place.regs;
	struct scap_ev_switch *e;
	struct record r;
	u32 len = sizeof(state->place) + arch_vector(state->vector, sizeof(state->vector));
	u32 room = sizeof(*e) + scap_span_size(len) + scap_span_size(sizeof(*regs));
	int ret;

	signal_place(k, task_pt_regs(current), &state->place);
	ret = urgent ? record_open(&r, k, SCAP_EV_SWITCH, room, true) :
		       record_open_wait(&r, k, SCAP_EV_SWITCH, room);
	if (ret)
		return ret;
	e = (void *)r.e;
	e->next = next;
	memcpy(record_span(&r, SCAP_SPAN_POINT, SCAP_ARG_NONE, token, len, len), &state->place,
	       len);
	memcpy(record_span(&r, SCAP_SPAN_REGS, SCAP_ARG_NONE, 0, sizeof(*regs), sizeof(*regs)),
	       regs, sizeof(*regs));
	record_commit(&r);
	return 0;
}

int switch_write(struct rtask *k, u32 next)
{
	struct stand_in *state = kvzalloc(sizeof(*state), GFP_KERNEL);
	u64 token = session_pin(k->session, NULL, false);
	int ret = -ENOMEM;

	if (state && token)
		ret = write_switch(k, state, next, token, false);
	if (!ret)
		ret = session_pin_wait(k->session, token);
	else if (token)
		session_pin_done(k->session, token);
	kvfree(state);
	return ret;
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
	if (write_switch(k, &spare->state, next, spare->token, true)) {
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
		session_pin_done(k->session, k->spare->token);
}
