// SPDX-License-Identifier: GPL-2.0
/*
 * Checksums of memory: where the replayed program has something else in it
 * than the recorded one had, long before that shows in what it does.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recorder/tracee/checksum.h"
#include "replay.h"

/*
 * A comparison.
 * @ranges, @holes: as the record has them
 * @areas: the ranges as they are mapped here
 * @sums, @at: the span and the place in it that come next
 * @differ: pages; @first of them. They are met in ascending order
 */
struct comparison {
	const struct scap_event *e;
	uint64_t page_size;
	const struct tracee_range *ranges, *holes;
	unsigned int nranges, nholes;
	struct checksum_area *areas;
	unsigned int nareas, areas_cap;
	unsigned int range;	/* the first that may reach into mappings still to come */
	const struct scap_span *sums;
	uint32_t at;
	uint64_t differ, first;
};

static const struct tracee_range *ranges_of(const struct scap_event *e, uint8_t kind,
					    unsigned int *n)
{
	const struct scap_span *span = scap_span_find(e, kind, SCAP_ARG_NONE);

	*n = span ? span->stored / (unsigned int)sizeof(struct tracee_range) : 0;
	return span ? scap_span_bytes(span) : NULL;
}

/* Ascending, and whole pages if @whole: what the walk relies on. */
static bool is_sound(const struct tracee_range *v, unsigned int n, uint64_t whole)
{
	uint64_t last = 0;

	for (unsigned int i = 0; i < n; i++) {
		if (v[i].start < last || v[i].end < v[i].start || v[i].start % whole ||
		    v[i].end % whole)
			return false;
		last = v[i].end;
	}
	return true;
}

/* ---- how the recorded ranges are mapped here ---- */

static int add_area(struct comparison *c, uint64_t start, uint64_t end, bool sparse)
{
	if (c->nareas == c->areas_cap) {
		unsigned int cap = c->areas_cap ? c->areas_cap * 2 : 64;
		void *more = reallocarray(c->areas, cap, sizeof(*c->areas));

		if (!more)
			return -ENOMEM;
		c->areas = more;
		c->areas_cap = cap;
	}
	c->areas[c->nareas++] = (struct checksum_area){ { start, end }, sparse };
	return 0;
}

/* What of the ranges is in @map. Where there is no mapping, only pages with sums are missed. */
static int add_map(void *ctx, const struct tracee_map *map)
{
	struct checksum_area area = checksum_area_of(map);
	struct comparison *c = ctx;
	int err = 0;

	while (!err && c->range < c->nranges && c->ranges[c->range].start < area.range.end) {
		const struct tracee_range *r = &c->ranges[c->range];
		uint64_t from = r->start > area.range.start ? r->start : area.range.start;
		uint64_t to = r->end < area.range.end ? r->end : area.range.end;

		if (from < to)
			err = add_area(c, from, to, area.sparse);
		if (r->end > area.range.end)
			break;
		c->range++;
	}
	return err;
}

/* ---- the comparison ---- */

static void note_difference(struct comparison *c, uint64_t addr)
{
	if (!c->differ++)
		c->first = addr;
}

/* The next page that has a sum in the record; false: there is none. */
static bool next_sum(struct comparison *c, uint64_t *addr, uint64_t *sum)
{
	while (c->sums && (c->sums->kind != SCAP_SPAN_SUMS ||
			   c->at >= c->sums->stored / sizeof(*sum))) {
		c->sums = scap_span_next(c->e, c->sums);
		c->at = 0;
	}
	if (!c->sums)
		return false;
	*addr = c->sums->addr + c->at * c->page_size;
	memcpy(sum, (const char *)scap_span_bytes(c->sums) + c->at * sizeof(*sum), sizeof(*sum));
	return true;
}

/* A page of the replayed program with something in it. */
static int compare_page(void *ctx, unsigned int area, uint64_t addr, uint64_t hash)
{
	struct comparison *c = ctx;
	uint64_t expected, sum;

	(void)area;
	while (next_sum(c, &expected, &sum) && expected < addr) {
		note_difference(c, expected);
		c->at++;
	}
	if (c->sums && expected == addr) {
		c->at++;
		if (sum == hash)
			return 0;
	}
	note_difference(c, addr);
	return 0;
}

static void compare_rest(struct comparison *c)
{
	uint64_t expected, sum;

	for (; next_sum(c, &expected, &sum); c->at++)
		note_difference(c, expected);
}

/* ---- what is said of it ---- */

static int differs(struct session *s, struct task *task, const struct comparison *c)
{
	char map[300] = "", expected[400], actual[100];

	where_is(task, c->first, map, sizeof(map));
	snprintf(expected, sizeof(expected), "memory as its checksums say; the first page that is not: "
		 "0x%" PRIx64 "%s%s", c->first, map[0] ? " in " : "", map);
	snprintf(actual, sizeof(actual), "%s there, and %" PRIu64 " more pages differ",
		 map[0] ? "other bytes" : "no memory", c->differ - 1);
	return session_diverge(s, task, NULL, expected, actual);
}

static int compare(struct session *s, struct task *task, struct comparison *c)
{
	int err = tracee_maps(&task->t, add_map, c);

	if (!err)
		err = checksum_pages(&task->t, c->areas, c->nareas, c->holes, c->nholes,
				     compare_page, c);
	if (err)
		return session_fail(s, -err, "cannot look at the memory of process %d: %s",
				    task->t.tid, strerror(-err));
	compare_rest(c);
	s->outcome.checksums++;
	return c->differ ? differs(s, task, c) : 0;
}

int feed_checksum(struct session *s, struct task *task, const struct scap_ev_checksum *e)
{
	struct comparison c = {
		.e = &e->h, .page_size = s->header->page_size,
		.sums = scap_span_next(&e->h, NULL),
	};
	int err;

	c.ranges = ranges_of(&e->h, SCAP_SPAN_RANGES, &c.nranges);
	c.holes = ranges_of(&e->h, SCAP_SPAN_HOLES, &c.nholes);
	if (!is_sound(c.ranges, c.nranges, c.page_size) || !is_sound(c.holes, c.nholes, 1))
		return session_fail(s, EUCLEAN, "the trace has a checksum of memory that is out of order");
	err = compare(s, task, &c);
	free(c.areas);
	return err;
}
