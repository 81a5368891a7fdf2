// SPDX-License-Identifier: GPL-2.0
/* Places in user code, for signals that could not wait for a call. */
#include <stdlib.h>

#include "recorder/arch.h"
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

/* @k is stopped where it is to be found again. @trail: how it got there, or NULL. */
static bool capture(struct task *k, const struct point_trail *trail, uint64_t cpu)
{
	const struct scap_regs *regs = tracee_regs(&k->t);

	if (!k->point)
		k->point = alloc_zeroed(1, sizeof(*k->point));
	if (!regs || point_capture(&k->t, trail, cpu, k->point))
		return false;
	k->point_regs = *regs;
	return true;
}

bool signal_take_point(struct task *k, unsigned int skip)
{
	uint64_t cpu = cpu_since_event(k);
	struct point_trail trail;

	/* a failure means that it was killed: nothing will be delivered */
	return point_choose(&k->t, skip, &trail) == POINT_PLACE_USER && capture(k, &trail, cpu);
}

void signal_add_point(struct emit *m, struct task *k)
{
	if (k->point)
		emit_bytes(m, SCAP_SPAN_POINT, 0, k->point, scap_point_size(&k->point->p));
}

void point_write_switch(struct task *k, const struct task *next)
{
	struct scap_ev_switch *e;
	struct emit m;

	e = emit_open(&m, k, SCAP_EV_SWITCH);
	e->next = next ? (uint32_t)next->t.tid : 0;
	signal_add_point(&m, k);
	emit_bytes(&m, SCAP_SPAN_REGS, 0, &k->point_regs, sizeof(k->point_regs));
	emit_close(&m);
}

/* ---- stopped by a signal ---- */

/* It may not be stepped on to a better place: that would end the stop. */
void point_note_stop(struct task *k)
{
	uint64_t cpu = cpu_since_event(k);

	k->stop_unsaid = false;
	if (k->in_call || arch_executed_nothing(k, &k->boundary, k->boundary_known))
		return;
	k->stop_unsaid = capture(k, NULL, cpu);
}

void point_say_stop(struct task *k)
{
	if (k->state != TASK_STOPPED || !k->stop_unsaid)
		return;
	k->stop_unsaid = false;
	point_write_switch(k, NULL);
}
