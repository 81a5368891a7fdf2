// SPDX-License-Identifier: GPL-2.0
/* Places in user code, for signals that could not wait for a call. */
#include "recorder/ptrace-backend.h"

bool signal_take_point(struct task *k)
{
	return tracee_regs(&k->t) != NULL;
}

void signal_add_point(struct emit *m, struct task *k)
{
	if (k->point)
		emit_bytes(m, SCAP_SPAN_POINT, 0, k->point, scap_point_size(&k->point->p));
}
