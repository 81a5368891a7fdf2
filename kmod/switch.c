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

static int write_switch(struct rtask *k, const struct stand_in *state, u32 len, u32 next, u64 token)
{
	const struct scap_regs *regs = &state->place.regs;
	struct scap_ev_switch *e;
	struct record r;
	int ret = record_open_wait(&r, k, SCAP_EV_SWITCH, sizeof(*e) + scap_span_size(len) +
				   scap_span_size(sizeof(*regs)));

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
	u32 len;

	if (state && token) {
		signal_place(k, current_pt_regs(), &state->place);
		len = sizeof(state->place) + arch_vector(state->vector, sizeof(state->vector));
		ret = write_switch(k, state, len, next, token);
	}
	if (!ret)
		ret = session_pin_wait(k->session, token);
	else if (token)
		session_pin_done(k->session, token);
	kvfree(state);
	return ret;
}
