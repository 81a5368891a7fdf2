// SPDX-License-Identifier: GPL-2.0
/*
 * Large output stands in DATA records ahead of the call that it belongs to:
 * the beginnings of those are kept, so that the call can be shown with them.
 * Memory is bounded by the threads that have such output pending.
 */
#include <stdlib.h>

#include <format/decode.h>
#include <format/dump.h>

struct dump_ahead_thread {
	uint32_t tid;
	struct decode_ahead ahead;
};

static struct dump_ahead_thread *find(const struct dump_ahead *a, uint32_t tid)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->thread[i].tid == tid)
			return &a->thread[i];
	return NULL;
}

static struct dump_ahead_thread *add(struct dump_ahead *a, uint32_t tid)
{
	if (a->n == a->cap) {
		size_t cap = a->cap ? a->cap * 2 : 4;
		struct dump_ahead_thread *grown = realloc(a->thread, cap * sizeof(*grown));

		if (!grown)
			return NULL;
		a->thread = grown;
		a->cap = cap;
	}
	a->thread[a->n].tid = tid;
	a->thread[a->n].ahead.n = 0;
	return &a->thread[a->n++];
}

/* Whether @s goes on where a piece that is already known ends: only its length matters. */
static bool continues(struct decode_ahead *ahead, const struct scap_span *s)
{
	for (unsigned int i = 0; i < ahead->n; i++)
		if (ahead->piece[i].addr + ahead->piece[i].len == s->addr) {
			ahead->piece[i].len += s->len;
			return true;
		}
	return false;
}

int dump_ahead_note(struct dump_ahead *a, const struct scap_event *e)
{
	const struct scap_span *s = NULL;
	struct dump_ahead_thread *t;

	if (e->type != SCAP_EV_DATA)
		return 0;
	t = find(a, e->tid);
	if (!t)
		t = add(a, e->tid);
	if (!t)
		return -ENOMEM;
	while ((s = scap_span_next(e, s))) {
		struct decode_ahead_piece *p = &t->ahead.piece[t->ahead.n];

		if (s->kind != SCAP_SPAN_OUT || continues(&t->ahead, s) ||
		    t->ahead.n == DECODE_AHEAD_PIECES)
			continue;
		p->addr = s->addr;
		p->len = s->len;
		p->stored = s->stored < DECODE_AHEAD_BYTES ? s->stored : DECODE_AHEAD_BYTES;
		memcpy(p->bytes, scap_span_bytes(s), p->stored);
		t->ahead.n++;
	}
	return 0;
}

const struct decode_ahead *dump_ahead_of(const struct dump_ahead *a, const struct scap_event *e)
{
	const struct dump_ahead_thread *t = a->n ? find(a, e->tid) : NULL;

	return t ? &t->ahead : NULL;
}

static bool closes(const struct scap_event *e)
{
	return e->type == SCAP_EV_SYSCALL || e->type == SCAP_EV_SYSCALL_EXIT ||
	       e->type == SCAP_EV_EXEC || e->type == SCAP_EV_SIGNAL ||
	       e->type == SCAP_EV_TASK_EXIT || e->type == SCAP_EV_GAP;
}

void dump_ahead_shown(struct dump_ahead *a, const struct scap_event *e)
{
	struct dump_ahead_thread *t = a->n && closes(e) ? find(a, e->tid) : NULL;

	if (t)
		*t = a->thread[--a->n];
}
