// SPDX-License-Identifier: GPL-2.0
/*
 * Records, built in place in the writer's block. Owns the numbering within a
 * domain and the rule that output which does not fit travels ahead as DATA.
 */
#include <stdarg.h>
#include <string.h>

#include "recorder/ptrace-backend.h"

/* Bytes of memory in one DATA record. */
#define DATA_CHUNK 61440u

void *emit_open(struct emit *m, struct task *k, uint16_t type)
{
	uint32_t fixed = scap_event_fixed(type);
	struct scap_event *e = scap_writer_reserve(k->rec->w, SCAP_EVENT_MAX);

	memset(e, 0, fixed);
	e->type = type;
	e->tid = (uint32_t)k->t.tid;
	e->domain = k->domain->id;
	e->seq = ++k->domain->seq;
	e->time = k->rec->now;
	if (k->process->capture_only)
		e->flags = SCAP_F_CAPTURED;
	*m = (struct emit){ .k = k, .e = e, .size = fixed };
	return e;
}

uint32_t emit_room(const struct emit *m)
{
	uint32_t used = m->size + (uint32_t)sizeof(struct scap_span);

	/* @stored is 16 bits wide, and is padded to 8 */
	if (used >= SCAP_EVENT_MAX - 8)
		return 0;
	return SCAP_EVENT_MAX - 8 - used;
}

void *emit_span(struct emit *m, uint8_t kind, uint8_t arg, uint64_t addr, uint32_t len,
		uint32_t stored)
{
	struct scap_span *s = (void *)((char *)m->e + m->size);

	*s = (struct scap_span){
		.addr = addr, .len = len, .stored = (uint16_t)stored, .kind = kind, .arg = arg,
	};
	if (stored % 8)
		memset((char *)(s + 1) + (stored & ~7u), 0, 8);
	m->size += scap_span_size(stored);
	m->nspans++;
	return s + 1;
}

void emit_bytes(struct emit *m, uint8_t kind, uint64_t addr, const void *bytes, uint32_t len)
{
	uint32_t room = emit_room(m);

	if (len > room)
		len = room;
	if (len)
		memcpy(emit_span(m, kind, SCAP_ARG_NONE, addr, len, len), bytes, len);
}

void emit_text(struct emit *m, uint8_t kind, const char *text)
{
	emit_bytes(m, kind, 0, text, (uint32_t)strlen(text));
}

void emit_close(struct emit *m)
{
	struct scap_event *e = m->e;

	e->size = m->size;
	if (e->type >= SCAP_EV_SYSCALL && e->type <= SCAP_EV_SYSCALL_EXIT)
		((struct scap_ev_syscall *)e)->nspans = m->nspans;
	else
		((struct scap_ev_data *)e)->nspans = m->nspans;
	point_note_event(m->k);
	baton_note_event(m->k, m->e->type);
	m->k->rec->result->events++;
	scap_writer_commit(m->k->rec->w);
}

void emit_whole(struct task *k, const struct scap_event *e)
{
	struct emit m;
	struct scap_event *to = emit_open(&m, k, e->type);

	memcpy(to + 1, e + 1, e->size - sizeof(*e));
	m.size = e->size;
	m.nspans = scap_event_nspans(e);
	emit_close(&m);
}

void emit_memory(struct task *k, uint64_t addr, uint64_t len, uint8_t arg)
{
	uint8_t *buf = k->rec->scratch;

	while (len) {
		uint32_t want = len < DATA_CHUNK ? (uint32_t)len : DATA_CHUNK;
		uint32_t got = (uint32_t)tracee_read_some(&k->t, addr, buf, want);
		struct emit m;

		if (!got)
			return;
		emit_open(&m, k, SCAP_EV_DATA);
		memcpy(emit_span(&m, SCAP_SPAN_OUT, arg, addr, got, got), buf, got);
		emit_close(&m);
		if (got < want)
			return;
		addr += got;
		len -= got;
	}
}

void emit_mem(struct task *k, uint32_t cause, uint64_t addr, const void *bytes, uint32_t len)
{
	struct scap_ev_mem *e;
	struct emit m;

	e = emit_open(&m, k, SCAP_EV_MEM);
	e->cause = cause;
	emit_bytes(&m, SCAP_SPAN_OUT, addr, bytes, len);
	emit_close(&m);
}

void emit_meta(struct task *k, uint32_t kind, uint64_t value, const char *fmt, ...)
{
	struct scap_ev_meta *e;
	struct emit m;
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	e = emit_open(&m, k, SCAP_EV_META);
	e->kind = kind;
	e->value = value;
	emit_text(&m, SCAP_SPAN_TEXT, text);
	emit_close(&m);
}

static void say_text(struct recording *rec, const char *fmt, va_list ap)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, ap);
	rec->options->say(text);
}

void say(struct recording *rec, const char *fmt, ...)
{
	va_list ap;

	if (rec->options->quiet)
		return;
	va_start(ap, fmt);
	say_text(rec, fmt, ap);
	va_end(ap);
}

void complain(struct recording *rec, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say_text(rec, fmt, ap);
	va_end(ap);
}
