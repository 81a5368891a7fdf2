// SPDX-License-Identifier: GPL-2.0
/*
 * The trace, some thousand events ahead of the replay: what a task will do
 * next is known before its turn comes, so that it can be let run meanwhile.
 */
#include <stdlib.h>
#include <string.h>

#include "replay.h"

#define EVENTS	    8192u		/* kept at most; a power of two */
#define BYTES	    (4u << 20)
#define TIDS	    4096u

/* @next: number of the same thread's next event, if that is here already, else 0. */
struct entry {
	const struct scap_event *e;
	uint64_t next;
};

/*
 * Events are numbered from 1, as in reports. Those from @first to @last are
 * here, in the order in which they were put into @bytes, a ring.
 * @tail: of what is still needed in it; @head: where the next one goes
 * @handed: @first is what lookahead_next() returned last
 * @end, @err: what the reader said last
 */
struct lookahead {
	struct scap_reader *reader;
	uint64_t first, last;
	size_t head, tail;
	bool handed;
	int end;
	struct scap_error err;
	struct entry entries[EVENTS];
	struct {
		uint32_t tid;
		uint64_t last;
	} tids[TIDS];
	_Alignas(8) char bytes[BYTES];
};

static struct entry *entry(struct lookahead *l, uint64_t number)
{
	return &l->entries[number % EVENTS];
}

struct lookahead *lookahead_new(struct scap_reader *reader)
{
	struct lookahead *l = calloc(1, sizeof(*l));

	if (l) {
		l->reader = reader;
		l->first = 1;
		l->end = 1;
	}
	return l;
}

/* Room for the largest record, or NULL: the ring is full. */
static char *room(struct lookahead *l)
{
	if (l->last < l->first)
		l->head = l->tail = 0;
	else if (l->head <= l->tail) /* gone round: up to the oldest */
		return l->tail - l->head > SCAP_EVENT_MAX ? l->bytes + l->head : NULL;
	if (BYTES - l->head >= SCAP_EVENT_MAX)
		return l->bytes + l->head;
	return l->tail > SCAP_EVENT_MAX ? l->bytes : NULL;
}

static void append(struct lookahead *l, char *at, const struct scap_event *e)
{
	uint64_t number = ++l->last, before = l->tids[e->tid % TIDS].last;

	memcpy(at, e, e->size);
	l->head = (size_t)(at - l->bytes) + e->size;
	*entry(l, number) = (struct entry){ (const void *)at, 0 };
	if (l->tids[e->tid % TIDS].tid == e->tid && before >= l->first)
		entry(l, before)->next = number;
	l->tids[e->tid % TIDS].tid = e->tid;
	l->tids[e->tid % TIDS].last = number;
}

static void fill(struct lookahead *l)
{
	const struct scap_event *e;
	char *at;

	while (l->end > 0 && l->last + 1 - l->first < EVENTS && (at = room(l))) {
		l->end = scap_reader_next(l->reader, &e, &l->err);
		if (l->end > 0)
			append(l, at, e);
	}
}

int lookahead_next(struct lookahead *l, const struct scap_event **e, struct scap_error *err)
{
	/* The event handed out last is not needed any more. */
	if (l->handed) {
		l->handed = false;
		l->first++;
		if (l->first <= l->last)
			l->tail = (size_t)((const char *)entry(l, l->first)->e - l->bytes);
	}
	if (l->last + 1 - l->first < EVENTS / 2)
		fill(l);
	if (l->first > l->last) {
		*err = l->err;
		return l->end;
	}
	*e = entry(l, l->first)->e;
	l->handed = true;
	return 1;
}

uint64_t lookahead_number(const struct lookahead *l)
{
	return l->handed ? l->first : l->first - 1;
}

const struct scap_event *lookahead_head(const struct lookahead *l)
{
	uint64_t next = lookahead_number(l) + 1;

	return next <= l->last ? l->entries[next % EVENTS].e : NULL;
}

/* Records that only prepare for another one, or tell a user something. */
static bool is_prelude(const struct scap_event *e)
{
	return e->type == SCAP_EV_DATA || e->type == SCAP_EV_MAP || e->type == SCAP_EV_FILE ||
	       e->type == SCAP_EV_META;
}

const struct scap_event *lookahead_own(const struct lookahead *l)
{
	uint64_t number = l->handed ? l->entries[l->first % EVENTS].next : 0;

	while (number && is_prelude(l->entries[number % EVENTS].e))
		number = l->entries[number % EVENTS].next;
	return number ? l->entries[number % EVENTS].e : NULL;
}
