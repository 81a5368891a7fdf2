// SPDX-License-Identifier: GPL-2.0
/*
 * What must be looked at while a thread of the program waits for us in the
 * kernel: the state at a signal in user code, the bytes that a call put into a
 * mapped file.
 */
#include <stdlib.h>
#include <string.h>

#include "recorder/kmod-backend.h"
#include "recorder/record.h"

/* ---- a signal, or a switch, in user code ---- */

void state_take_point(struct kmod *km, const struct scap_event *e)
{
	const struct scap_span *mark = scap_span_find(e, SCAP_SPAN_POINT, SCAP_ARG_NONE);
	struct scap_point_full *taken = NULL;
	union record *w = alloc_checked(malloc(sizeof(*w)));
	const struct scap_point *point;
	const struct scap_span *s = NULL;

	if (mark->addr) {
		taken = alloc_checked(malloc(sizeof(*taken)));
		point = place_capture(km, e, mark, taken) ? &taken->p : NULL;
	} else {
		point = place_find(km, (pid_t)e->tid);
	}

	memcpy(w->bytes, e, scap_event_fixed(e->type));
	w->e.size = scap_event_fixed(e->type);
	((struct scap_ev_data *)w)->nspans = 0;
	while ((s = scap_span_next(e, s))) {
		if (s != mark)
			record_add(w, s->kind, s->arg, s->addr, scap_span_bytes(s), s->stored);
		else if (point)
			record_add(w, SCAP_SPAN_POINT, SCAP_ARG_NONE, 0, point, scap_point_size(point));
	}
	event_put(km, &w->e);
	if (mark->addr)
		event_done(km, mark->addr, 0);
	free(w);
	free(taken);
}

/* ---- a mapped file ---- */

void state_put_file(struct kmod *km, const struct scap_ev_file *e, const struct object *o, uint64_t at,
		    const void *bytes, uint32_t len)
{
	union record *w = alloc_checked(malloc(sizeof(*w)));

	w->file = *e;
	w->file.nspans = 0;
	w->file.object = o->number;
	w->e.size = sizeof(w->file);
	if (len)
		record_add(w, SCAP_SPAN_FILE, SCAP_ARG_NONE, at, bytes, len);
	event_put(km, &w->e);
	free(w);
}

/* The record that the kernel has begun. */
struct file_record {
	struct kmod *km;
	const struct scap_ev_file *e;
};

static void put_file(void *ctx, const struct object *o, uint64_t at, const void *bytes, uint32_t len)
{
	const struct file_record *r = ctx;

	state_put_file(r->km, r->e, o, at, bytes, len);
}

void state_take_file(struct kmod *km, const struct scap_ev_file *e)
{
	const struct scap_span *change = scap_span_find(&e->h, SCAP_SPAN_FILE, SCAP_ARG_NONE);
	struct file_record record = { .km = km, .e = e };
	struct file f = { .fd = -1 };
	struct object *o = NULL;
	uint32_t flags;

	if (shown_take(km, e))
		return;
	if (event_open_file(km, e->object, "", &f, &flags) && f.fd >= 0)
		o = object_find(&km->rec, f.st.st_dev, f.st.st_ino);
	if (o)
		file_take_change(&km->rec, o, &f, change ? change->addr : 0,
				 change ? change->len : 0, put_file, &record);
	file_close(&f);
	event_done(km, e->object, 0);
}
