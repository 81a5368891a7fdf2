// SPDX-License-Identifier: GPL-2.0
/* Places in user code, for signals that could not wait for a call. */
#include <stdlib.h>

#include "recorder/ptrace-backend.h"

/* Reading another process's CPU clock at each of its events would cost as much as some calls. */
#define CPU_CLOCK_NS 1000000ull

void point_note_event(struct task *k)
{
	uint64_t now = k->rec->now;

	k->event_time = now;
	if (now - k->cpu_time < CPU_CLOCK_NS)
		return;
	k->cpu_time = now;
	k->cpu_ns = point_cpu_time(&k->t);
}

/* CPU time since the last event: not more than since the last look, nor than has passed. */
static uint64_t cpu_since_event(struct task *k)
{
	uint64_t cpu = point_cpu_time(&k->t), passed = k->rec->now - k->event_time;

	if (!k->cpu_ns || cpu < k->cpu_ns)
		return 0;
	return cpu - k->cpu_ns < passed ? cpu - k->cpu_ns : passed;
}

bool signal_take_point(struct task *k)
{
	uint64_t cpu = cpu_since_event(k);
	struct point_trail trail;

	if (!k->point)
		k->point = alloc_zeroed(1, sizeof(*k->point));
	/* a failure means that it was killed: nothing will be delivered */
	if (point_choose(&k->t, &trail) != POINT_PLACE_USER)
		return false;
	return point_capture(&k->t, &trail, cpu, k->point) == 0;
}

void signal_add_point(struct emit *m, struct task *k)
{
	if (k->point)
		emit_bytes(m, SCAP_SPAN_POINT, 0, k->point, scap_point_size(&k->point->p));
}
