// SPDX-License-Identifier: GPL-2.0
/* --checksum with the module: it says when, and a thread waits. */
#include "recorder/checksum.h"
#include "recorder/kmod-backend.h"

/* What the module has sent, for the records that take its place. */
struct request {
	struct kmod *km;
	const struct scap_event *e;
};

static void put(void *ctx, struct scap_event *e)
{
	const struct request *r = ctx;

	e->time = r->e->time;
	e->tid = r->e->tid;
	e->domain = r->e->domain;
	event_put(r->km, e);
}

void kmod_checksum(struct kmod *km, const struct scap_event *e)
{
	const struct scap_span *mark = scap_span_find(e, SCAP_SPAN_SUMS, SCAP_ARG_NONE);
	const struct live_task *known = event_find_task(km, (pid_t)e->tid);
	struct request request = { km, e };
	struct checksum_moment m = { .put = put, .ctx = &request };
	struct tracee t;

	if (!mark)
		return;
	if (known && !tracee_adopt(&t, (pid_t)e->tid, known->pid, NULL)) {
		m.t = &t;
		m.flight = flight_holes(km, &t);
		m.sp = scap_span_bytes(mark);
		m.nsp = mark->stored / (unsigned int)sizeof(*m.sp);
		checksum_take(&km->rec, &m);
		tracee_release(&t);
	} else {
		say(&km->rec, "thread %u may not be looked at: its memory has no checksum", e->tid);
	}
	event_done(km, mark->addr, 0);
}
