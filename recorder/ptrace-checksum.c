// SPDX-License-Identifier: GPL-2.0
/*
 * --checksum: what is in writable memory now and then, for a replay to find
 * out where the two first part. Not in the hot path: it reads all that there is.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "recorder/ptrace-backend.h"
#include "recorder/tracee/checksum.h"

/* Bounds of one record: together well below SCAP_EVENT_MAX. */
#define RANGES_MAX 256u
#define HOLES_MAX 1024u
#define PAGES_MAX 1400u
/* More than a program fills, and than is looked through in reasonable time. */
#define AREA_MOST (64ull << 30)

/* Grows as needed; kept from one time to the next. */
struct checksum {
	struct checksum_area *areas;
	unsigned int nareas, areas_cap;
	struct tracee_range *holes;
	unsigned int nholes, holes_cap;
	/* of the next record */
	struct tracee_range range[RANGES_MAX];
	unsigned int nranges, npages;
	unsigned int begun;	/* of @areas: that are ranges of this record or of one before */
	uint64_t page[PAGES_MAX], sum[PAGES_MAX];
	struct task *k;
	bool said_large, said_holes;
};

/* ---- what there is ---- */

static int add_area(void *ctx, const struct tracee_map *map)
{
	struct checksum *c = ctx;

	if (!(map->prot & PROT_WRITE))
		return 0;
	if (map->end - map->start > AREA_MOST) {
		if (!c->said_large)
			say(c->k->rec, "process %d: a mapping of %llu GiB has no checksum",
			    c->k->t.pid, (unsigned long long)((map->end - map->start) >> 30));
		c->said_large = true;
		return 0;
	}
	if (c->nareas == c->areas_cap) {
		c->areas_cap = c->areas_cap ? c->areas_cap * 2 : 64;
		c->areas = alloc_resize(c->areas, c->areas_cap, sizeof(*c->areas));
	}
	c->areas[c->nareas++] = checksum_area_of(map);
	return 0;
}

static void add_hole(struct checksum *c, uint64_t start, uint64_t end)
{
	if (c->nholes == c->holes_cap) {
		c->holes_cap = c->holes_cap ? c->holes_cap * 2 : 64;
		c->holes = alloc_resize(c->holes, c->holes_cap, sizeof(*c->holes));
	}
	c->holes[c->nholes++] = (struct tracee_range){ start, end };
}

/* Where @k's stack is: of one that is in the kernel as it was when it went there. */
static uint64_t stack_pointer(struct task *k)
{
	struct scap_regs *r = k->state == TASK_CALL ? NULL : tracee_regs(&k->t);

	return SCAP_REG_SP(r ? r : &k->t.regs);
}

/* What is below a stack's top is left over from calls that have returned, and from us. */
static void add_dead_stack(struct checksum *c, struct task *k)
{
	uint64_t top = stack_pointer(k) - SCAP_POINT_REDZONE;

	for (unsigned int i = 0; i < c->nareas; i++)
		if (c->areas[i].range.start < top && top < c->areas[i].range.end)
			add_hole(c, c->areas[i].range.start, top);
}

static void look_around(struct checksum *c, struct task *k)
{
	const struct point_holes *flight = point_calls_in_flight(k);

	c->k = k;
	c->nareas = c->nholes = c->nranges = c->npages = c->begun = 0;
	tracee_maps(&k->t, add_area, c);
	for (unsigned int i = 0; flight && i < flight->n; i++)
		add_hole(c, flight->v[i].addr, flight->v[i].addr + flight->v[i].len);
	for (unsigned int i = 0; i < TASK_BUCKETS; i++)
		for (struct task *t = k->rec->tasks[i]; t; t = t->next)
			if (t->space == k->space)
				add_dead_stack(c, t);
	c->nholes = tracee_ranges_join(c->holes, c->nholes);
}

/* ---- the record ---- */

static void put_ranges(struct emit *m, uint8_t kind, const struct tracee_range *v, unsigned int n)
{
	emit_bytes(m, kind, 0, v, n * (uint32_t)sizeof(*v));
}

/* The holes from the first range's start to the last one's end; UINT_MAX: too many. */
static unsigned int find_holes(const struct checksum *c, const struct tracee_range **first)
{
	uint64_t start = c->range[0].start, end = c->range[c->nranges - 1].end;
	unsigned int n = 0;

	*first = NULL;
	for (unsigned int i = 0; i < c->nholes; i++) {
		if (c->holes[i].end <= start || c->holes[i].start >= end)
			continue;
		if (!*first)
			*first = &c->holes[i];
		n++;
	}
	return n <= HOLES_MAX ? n : UINT_MAX;
}

/* One span for each row of pages without a gap. */
static void put_sums(struct emit *m, const struct checksum *c)
{
	uint32_t size = c->k->rec->page_size;
	unsigned int n;

	for (unsigned int i = 0; i < c->npages; i += n) {
		for (n = 1; i + n < c->npages && c->page[i + n] == c->page[i] + n * size; n++)
			;
		memcpy(emit_span(m, SCAP_SPAN_SUMS, SCAP_ARG_NONE, c->page[i], n * size,
				 n * (uint32_t)sizeof(*c->sum)),
		       &c->sum[i], n * sizeof(*c->sum));
	}
}

static void write_record(struct checksum *c)
{
	const struct tracee_range *holes;
	struct scap_ev_checksum *e;
	unsigned int nholes;
	struct emit m;

	if (!c->nranges)
		return;
	nholes = find_holes(c, &holes);
	if (nholes == UINT_MAX) {
		if (!c->said_holes)
			say(c->k->rec, "process %d: its threads' calls write to too many places at "
			    "once: some memory has no checksum", c->k->t.pid);
		c->said_holes = true;
	} else {
		e = emit_open(&m, c->k, SCAP_EV_CHECKSUM);
		e->pages = c->npages;
		put_ranges(&m, SCAP_SPAN_RANGES, c->range, c->nranges);
		put_ranges(&m, SCAP_SPAN_HOLES, holes, nholes);
		put_sums(&m, c);
		emit_close(&m);
	}
	c->nranges = c->npages = 0;
}

static void begin_range(struct checksum *c, uint64_t start, uint64_t end)
{
	if (c->nranges == RANGES_MAX)
		write_record(c);
	c->range[c->nranges++] = (struct tracee_range){ start, end };
}

/* Areas without a page that is not zeros are ranges, too. */
static void begin_areas(struct checksum *c, unsigned int end)
{
	for (; c->begun < end; c->begun++)
		begin_range(c, c->areas[c->begun].range.start, c->areas[c->begun].range.end);
}

static int add_page(void *ctx, unsigned int area, uint64_t addr, uint64_t hash)
{
	struct checksum *c = ctx;

	begin_areas(c, area + 1);
	if (c->npages == PAGES_MAX) {
		struct tracee_range *last = &c->range[c->nranges - 1];
		uint64_t end = last->end;

		if (last->start == addr)
			c->nranges--;
		else
			last->end = addr;
		write_record(c);
		begin_range(c, addr, end);
	}
	c->page[c->npages] = addr;
	c->sum[c->npages++] = hash;
	return 0;
}

static void write_checksum(struct task *k)
{
	struct recording *rec = k->rec;
	struct checksum *c = rec->checksum;

	if (!c)
		c = rec->checksum = alloc_zeroed(1, sizeof(*c));
	look_around(c, k);
	checksum_pages(&k->t, c->areas, c->nareas, c->holes, c->nholes, add_page, c);
	begin_areas(c, c->nareas);
	write_record(c);
	k->domain->summed = k->domain->seq;
}

void checksum_switch(struct task *k)
{
	if (k->rec->options->checksum && !k->process->capture_only)
		write_checksum(k);
}

void checksum_boundary(struct task *k)
{
	uint64_t every = k->rec->options->checksum;

	if (every && k->domain->seq - k->domain->summed >= every && !k->process->capture_only)
		write_checksum(k);
}

void checksum_free(struct recording *rec)
{
	if (!rec->checksum)
		return;
	free(rec->checksum->areas);
	free(rec->checksum->holes);
	free(rec->checksum);
}
