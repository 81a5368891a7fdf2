// SPDX-License-Identifier: GPL-2.0
/* Instructions that trap and are emulated: TRAP. */
#include "record.h"
#include "signals.h"
#include "task.h"

void emit_trap(struct rtask *k, u32 kind, u64 ip, u64 value0, u64 value1)
{
	struct scap_ev_trap *e;
	struct record r;

	if (record_open(&r, k, SCAP_EV_TRAP, sizeof(*e), true)) {
		record_lost(k);
		return;
	}
	e = (void *)r.e;
	e->kind = kind;
	e->ip = ip;
	e->value[0] = value0;
	e->value[1] = value1;
	record_commit(&r);
	/* a loop of them makes no calls: it waits here */
	if (ring_crowded(k->session))
		rtask_queue(k, TODO_ROOM);
}
