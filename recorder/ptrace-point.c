// SPDX-License-Identifier: GPL-2.0
/* Places in user code, for signals that could not wait for a call. */
#include <stdlib.h>

#include "recorder/ptrace-backend.h"

bool signal_take_point(struct task *k)
{
	struct point_trail trail;
	uint64_t cpu = point_cpu_time(&k->t);
	int place = point_choose(&k->t, &trail);

	if (place == POINT_PLACE_SYSCALL)
		return false;
	if (!k->point)
		k->point = malloc(sizeof(*k->point));
	if (!k->point)
		abort();
	if (point_capture(&k->t, place < 0 ? NULL : &trail, k->cpu_ns ? cpu - k->cpu_ns : 0,
			  k->point)) {
		free(k->point);
		k->point = NULL;
	}
	return true;
}

void signal_add_point(struct emit *m, struct task *k)
{
	if (k->point)
		emit_bytes(m, SCAP_SPAN_POINT, 0, k->point, scap_point_size(&k->point->p));
}
