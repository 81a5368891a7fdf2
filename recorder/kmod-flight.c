// SPDX-License-Identifier: GPL-2.0
/*
 * Calls in flight: what the kernel writes for threads that sleep, or wait for
 * the baton, is in memory already. In a replay it comes with the call's end:
 * it is no part of where another thread is. So it is with the frame of a handler whose thread has
 * been stopped, and goes on.
 */
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "recorder/kmod-backend.h"

#define IOV_CAP 64u

/* A plan of what the call of another thread may write. */
struct reach {
	struct scap_plan plan;
	struct tracee_planmem mem;
	struct kmod *km;
};

void flight_note(struct kmod *km, const struct scap_event *e)
{
	const struct scap_ev_syscall *call = (const void *)e;
	struct live_task *t = event_find_task(km, (pid_t)e->tid);

	if (!t)
		return;
	t->in_call = e->type == SCAP_EV_SYSCALL_ENTER && !(e->flags & SCAP_F_COMPAT);
	if (!t->in_call)
		return;
	t->nr = call->nr;
	memcpy(t->args, call->args, sizeof(t->args));
}

/* Where SIGNAL @e, if it only announces that, says that a frame will be; else nowhere. */
static struct point_hole frame_ahead(const struct scap_event *e)
{
	const struct scap_span *s = scap_span_find(e, SCAP_SPAN_OUT, SCAP_ARG_NONE);

	if (((const struct scap_ev_signal *)e)->action != SCAP_ACT_NONE || !s)
		return (struct point_hole){ 0 };
	return (struct point_hole){ s->addr, s->len };
}

bool flight_note_frame(struct kmod *km, const struct scap_event *e)
{
	struct live_task *t = event_find_task(km, (pid_t)e->tid);

	if (t)
		t->frame = frame_ahead(e);
	return ((const struct scap_ev_signal *)e)->action == SCAP_ACT_NONE;
}

struct taken {
	struct kmod *km;
	const struct live_task *own;
	struct scap_point *p;
};

static void leave_out(void *ctx, const struct scap_event *e)
{
	const struct taken *taken = ctx;
	const struct live_task *other;
	struct point_hole hole;

	if (e->type != SCAP_EV_SIGNAL)
		return;
	other = event_find_task(taken->km, (pid_t)e->tid);
	hole = frame_ahead(e);
	if (hole.len && other && other != taken->own && other->pid == taken->own->pid)
		point_leave_out(taken->p, &hole);
}

/* A frame is announced before it is written: of all that may have been in memory by then. */
void flight_leave_out(struct kmod *km, pid_t tid, struct scap_point *p)
{
	struct taken taken = { .km = km, .own = event_find_task(km, tid), .p = p };

	if (taken.own)
		rings_ahead(km, leave_out, &taken);
}

static int ignore(struct scap_plan *plan, __u64 addr, __u64 len, __u8 kind, __u8 arg, bool string)
{
	(void)plan;
	(void)addr;
	(void)len;
	(void)kind;
	(void)arg;
	(void)string;
	return 0;
}

static void add(struct kmod *km, uint64_t addr, uint64_t len)
{
	struct point_holes *h = &km->rec.holes;

	if (h->n == km->rec.holes_cap) {
		km->rec.holes_cap = km->rec.holes_cap ? km->rec.holes_cap * 2 : 64;
		h->v = alloc_resize(h->v, km->rec.holes_cap, sizeof(*h->v));
	}
	h->v[h->n++] = (struct point_hole){ addr, len };
}

static int add_hole(struct scap_plan *plan, __u64 addr, __u64 len, __u8 kind, __u8 arg,
		    bool string)
{
	(void)arg;
	(void)string;
	if (kind == SCAP_SPAN_OUT)
		add(((struct reach *)plan)->km, addr, len);
	return 0;
}

/* A page of it that is not there would be asked of a process that may wait for us. */
static int add_served(void *ctx, const struct tracee_map *line)
{
	struct kmod *km = ctx;

	if (served_is_listed(&km->rec, makedev(line->dev_major, line->dev_minor)))
		add(km, line->start, line->end - line->start);
	return 0;
}

/* @t: any thread with the memory of @other. */
static void add_call(struct kmod *km, const struct live_task *other, struct tracee *t)
{
	struct scap_iov iov[IOV_CAP];
	struct scap_call call = { .nr = other->nr, .iov = iov, .iov_cap = IOV_CAP };
	struct reach r = { .km = km };

	if (!scap_sysinfo(call.nr))
		return;
	memcpy(call.args, other->args, sizeof(call.args));
	tracee_planmem(&r.mem, t);
	r.plan = (struct scap_plan){ .mem = &r.mem.mem, .emit = ignore,
				     .page_size = (uint32_t)sysconf(_SC_PAGESIZE) };
	/* what it was asked at its entry */
	scap_plan_entry(&r.plan, &call);
	r.plan.emit = add_hole;
	scap_plan_reach(&r.plan, &call);
}

static void add_holes(struct kmod *km, const struct live_task *other, struct tracee *t)
{
	if (other->in_call)
		add_call(km, other, t);
	if (other->frame.len)
		add(km, other->frame.addr, other->frame.len);
}

const struct point_holes *flight_holes(struct kmod *km, struct tracee *t)
{
	const struct live_task *own = event_find_task(km, t->tid);

	km->rec.holes.n = 0;
	if (!own)
		return NULL;
	if (&km->first != own && km->first.pid == own->pid)
		add_holes(km, &km->first, t);
	for (unsigned int i = 0; i < km->ntasks; i++) {
		const struct live_task *other = &km->tasks[i];

		if (other != own && other->pid == own->pid)
			add_holes(km, other, t);
	}
	if (km->rec.served.n)
		tracee_maps(t, add_served, km);
	return &km->rec.holes;
}
