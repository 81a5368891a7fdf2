// SPDX-License-Identifier: GPL-2.0
/*
 * Records of one step put together into a single one: ENTER, DATA and EXIT
 * become the SYSCALL that they would have been in a thread that never gave up
 * the baton. For reports: what does not fit is left out.
 */
#include <format/diff.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * As far as output fills an event, so that there is room for the closing record's own: how
 * output was cut into records does not show in what is left of it.
 */
#define OUTPUT_MAX (SCAP_EVENT_MAX - 4096)

static bool is_call(uint16_t type)
{
	return type >= SCAP_EV_SYSCALL && type <= SCAP_EV_SYSCALL_EXIT;
}

/* Where @e counts its spans. */
static uint32_t *nspans(struct scap_event *e)
{
	return is_call(e->type) ? &((struct scap_ev_syscall *)e)->nspans
				: &((struct scap_ev_data *)e)->nspans;
}

static struct scap_span *last_span(struct scap_event *e)
{
	struct scap_span *last = NULL, *s = NULL;

	while ((s = (struct scap_span *)scap_span_next(e, s)))
		last = s;
	return last;
}

/* How long a span in @e that has @stored bytes can become. */
static uint32_t longest(const struct scap_event *e, uint32_t stored)
{
	uint32_t room = e->size < OUTPUT_MAX ? OUTPUT_MAX - e->size : 0;

	return SCAP_ALIGN8(stored) + room;
}

/* Lengthens @last by @s, as far as there is room, where it continues it; false: it does not. */
static bool extend(struct scap_event *e, struct scap_span *last, const struct scap_span *s)
{
	uint32_t had = last->stored, grown = had + s->stored, most = longest(e, had);

	if (last->kind != s->kind || last->arg != s->arg || last->addr + last->len != s->addr)
		return false;
	if (had != last->len)
		grown = had;
	if (grown > most)
		grown = most;
	memcpy((char *)(last + 1) + had, s + 1, grown - had);
	memset((char *)(last + 1) + grown, 0, SCAP_ALIGN8(grown) - grown);
	last->stored = (uint16_t)grown;
	last->len += s->len;
	e->size += scap_span_size(grown) - scap_span_size(had);
	return true;
}

/* Appends @s with the first @stored of its bytes. */
static void append(struct scap_event *e, const struct scap_span *s, uint32_t stored)
{
	struct scap_span *to = (struct scap_span *)((char *)e + e->size);
	uint32_t size = scap_span_size(stored);

	memset(to, 0, size);
	memcpy(to, s, sizeof(*s) + stored);
	to->stored = (uint16_t)stored;
	e->size += size;
	++*nspans(e);
}

static void add_span(struct scap_event *e, const struct scap_span *s)
{
	struct scap_span *last = last_span(e);
	bool output = s->kind == SCAP_SPAN_OUT || s->kind == SCAP_SPAN_ECHO;
	uint32_t most = longest(e, 0);

	if (output && last && extend(e, last, s))
		return;
	if (output && s->stored > most && most > sizeof(*s))
		append(e, s, most - (uint32_t)sizeof(*s));
	else if (e->size + scap_span_size(s->stored) <= (output ? OUTPUT_MAX : SCAP_EVENT_MAX))
		append(e, s, s->stored);
}

/* Adds the spans of @e, but not output that an ENTER carries: how much that is, is timing. */
static void add_spans(struct scap_event *to, const struct scap_event *e)
{
	for (const struct scap_span *s = scap_span_next(e, NULL); s; s = scap_span_next(e, s))
		if (e->type != SCAP_EV_SYSCALL_ENTER || s->kind != SCAP_SPAN_OUT)
			add_span(to, s);
}

/*
 * Room for the record in the making. Until the closing record comes it is of
 * the kind that its first piece suggests.
 */
static struct scap_event *start(struct diff_live *live, const struct scap_event *e)
{
	struct scap_event *f = live->fused;
	uint32_t fixed = scap_event_fixed(e->type);

	if (!f)
		f = live->fused = malloc(SCAP_EVENT_MAX + sizeof(struct scap_ev_exec));
	if (!f)
		return NULL;
	memcpy(f, e, fixed);
	f->size = fixed;
	*nspans(f) = 0;
	return f;
}

/* Gives the spans gathered so far the fixed part of @e. */
static int set_fixed(struct scap_event *f, const struct scap_event *e)
{
	uint32_t had = scap_event_fixed(f->type), has = scap_event_fixed(e->type);
	uint32_t spans = *nspans(f), bytes = f->size - had;

	if (bytes + has > SCAP_EVENT_MAX)
		bytes = spans = 0;
	memmove((char *)f + has, (char *)f + had, bytes);
	memcpy(f, e, has);
	f->size = has + bytes;
	*nspans(f) = spans;
	return 0;
}

static void close_call(struct scap_event *f, const struct scap_event *e)
{
	const struct scap_ev_syscall *entered = (const void *)f;
	bool had_entry = f->type == SCAP_EV_SYSCALL_ENTER;
	uint64_t in_hash = entered->in_hash, in_len = entered->in_len;
	struct scap_ev_syscall *c = (void *)f;

	set_fixed(f, e);
	if (e->type != SCAP_EV_SYSCALL_EXIT)
		return;
	f->type = SCAP_EV_SYSCALL;
	c->in_hash = had_entry ? in_hash : 0;
	c->in_len = had_entry ? in_len : 0;
}

int diff_fuse(struct diff_live *live, const struct scap_event *e)
{
	struct scap_event *f = live->fused;
	/* size 0: the last record was handed out, a new one begins. */
	bool fresh = !f || !f->size;

	if (fresh && !(f = start(live, e)))
		return -ENOMEM;
	if (!fresh && is_call(e->type))
		close_call(f, e);
	else if (!fresh && e->type != SCAP_EV_DATA && e->type != SCAP_EV_FILE)
		set_fixed(f, e);
	else if (fresh && e->type == SCAP_EV_SYSCALL_EXIT)
		f->type = SCAP_EV_SYSCALL;
	add_spans(f, e);
	return 0;
}
