// SPDX-License-Identifier: GPL-2.0
/* Places in user code, for signals that could not wait for a call. */
#include <stdlib.h>
#include <unistd.h>

#include "recorder/arch.h"
#include "recorder/ptrace-backend.h"
#include "recorder/tracee/counter.h"

/* Reading another process's CPU clock at each of its events would cost as much as some calls. */
#define CPU_CLOCK_NS 1000000ull

/* Where the processor counts, whoever may be stopped in user code is counted. */
static void note_count(struct task *k)
{
	if (!k->counter && (k->point || k->domain->members > 1))
		k->counter = counter_open(k->t.tid, counter_here());
	if (k->counter > 0)
		k->counted = counter_read(k->counter);
}

/* What it has retired since the last event; 0: not known. */
static uint64_t count_since_event(const struct task *k)
{
	uint64_t now = k->counter > 0 ? counter_read(k->counter) : 0;

	return now > k->counted ? now - k->counted : 0;
}

void point_note_event(struct task *k)
{
	note_count(k);
	point_note_turn(k);
}

void point_note_turn(struct task *k)
{
	uint64_t now = k->rec->now;

	k->run_from = now;
	if (now - k->cpu_time < CPU_CLOCK_NS)
		return;
	k->cpu_time = now;
	k->cpu_ns = point_cpu_time(&k->t);
}

/* CPU time since run_from: not more than since the last look, nor than has passed. */
static uint64_t cpu_since_event(struct task *k)
{
	uint64_t cpu = point_cpu_time(&k->t), passed = k->rec->now - k->run_from;

	if (!k->cpu_ns || cpu < k->cpu_ns)
		return 0;
	return cpu - k->cpu_ns < passed ? cpu - k->cpu_ns : passed;
}

/* ---- calls in flight ---- */

/* A plan of what the call of another thread may write. */
struct reach {
	struct scap_plan plan;
	struct tracee_planmem mem;
	struct recording *rec;
};

static int add_hole(struct scap_plan *plan, __u64 addr, __u64 len, __u8 kind, __u8 arg,
		    bool string)
{
	struct recording *rec = ((struct reach *)plan)->rec;
	struct point_holes *h = &rec->holes;

	(void)arg;
	(void)string;
	if (kind != SCAP_SPAN_OUT)
		return 0;
	if (h->n == rec->holes_cap) {
		rec->holes_cap = rec->holes_cap ? rec->holes_cap * 2 : 64;
		h->v = alloc_resize(h->v, rec->holes_cap, sizeof(*h->v));
	}
	h->v[h->n++] = (struct point_hole){ addr, len };
	return 0;
}

static void add_holes(struct task *k)
{
	struct reach r = { .rec = k->rec };

	tracee_planmem(&r.mem, &k->t);
	r.plan = (struct scap_plan){ .mem = &r.mem.mem, .emit = add_hole,
				     .page_size = (uint32_t)sysconf(_SC_PAGESIZE) };
	scap_plan_reach(&r.plan, &k->call);
}

/*
 * What the kernel writes for a thread that waits for the baton, or still
 * sleeps, is in memory already while @k runs. In a replay it comes with the
 * call's end, when that thread has the baton: it is no part of where @k is.
 */
const struct point_holes *point_calls_in_flight(struct task *k)
{
	struct recording *rec = k->rec;

	rec->holes.n = 0;
	if (k->domain->members == 1)
		return NULL;
	for (unsigned int i = 0; i < TASK_BUCKETS; i++)
		for (struct task *t = rec->tasks[i]; t; t = t->next)
			if (t != k && t->in_call && t->space == k->space && t->info)
				add_holes(t);
	return &rec->holes;
}

/* ---- places ---- */

void point_account(struct record_result *result, const struct point_trail *trail, uint64_t retired,
		   struct scap_point *p)
{
	result->points++;
	result->point_steps += trail ? trail->steps : 0;
	if (!retired)
		return;
	p->retired = retired;
	p->counter = counter_here();
	result->points_counted++;
}

/* @k is stopped where it is to be found again. @trail: how it got there, or NULL. */
static bool capture(struct task *k, const struct point_trail *trail, uint64_t cpu)
{
	const struct scap_regs *regs = tracee_regs(&k->t);

	if (!k->point)
		k->point = alloc_zeroed(1, sizeof(*k->point));
	if (!regs || point_capture(&k->t, trail, point_calls_in_flight(k), cpu, k->point))
		return false;
	point_account(k->rec->result, trail, count_since_event(k), &k->point->p);
	k->point_regs = *regs;
	return true;
}

/* Whether @k, stopped by us, has executed nothing since its last call. */
static bool is_at_boundary(struct task *k)
{
	return !k->in_call && arch_executed_nothing(k, &k->boundary, k->boundary_known);
}

bool signal_take_point(struct task *k, unsigned int skip)
{
	uint64_t cpu = cpu_since_event(k);
	struct point_trail trail;
	int place;

	if (skip && is_at_boundary(k))
		place = point_count(&k->t, skip, &trail);
	else
		place = point_choose(&k->t, skip, &trail);
	/* a failure means that it was killed: nothing will be delivered */
	return place == POINT_PLACE_USER && capture(k, &trail, cpu);
}

bool point_is_restart(struct task *k)
{
	return scap_restarts(k->call.result) && is_at_boundary(k);
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

/* It may not be stepped on to a better place: that would end the stop. See walk_to_stop(). */
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
