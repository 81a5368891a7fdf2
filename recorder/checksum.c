// SPDX-License-Identifier: GPL-2.0
/* See checksum.h. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "recorder/checksum.h"
#include "recorder/record.h"
#include "recorder/tracee/checksum.h"

/* Bounds of one record: together, a span for each page, below SCAP_EVENT_MAX. */
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
	const struct checksum_moment *m;
	struct recording *rec;
	uint32_t page_size;
	bool said_large, said_holes;
	union record record;
};

/* ---- what there is ---- */

static int add_area(void *ctx, const struct tracee_map *map)
{
	struct checksum *c = ctx;

	if (!(map->prot & PROT_WRITE))
		return 0;
	if (map->end - map->start > AREA_MOST) {
		if (!c->said_large)
			say(c->rec, "process %d: a mapping of %llu GiB has no checksum",
			    c->m->t->pid, (unsigned long long)((map->end - map->start) >> 30));
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

/* What is below a stack's top is left over from calls that have returned, and from us. */
static void add_dead_stack(struct checksum *c, uint64_t sp)
{
	uint64_t top = sp - SCAP_POINT_REDZONE;

	for (unsigned int i = 0; i < c->nareas; i++)
		if (c->areas[i].range.start < top && top < c->areas[i].range.end)
			add_hole(c, c->areas[i].range.start, top);
}

static void look_around(struct checksum *c)
{
	const struct point_holes *flight = c->m->flight;

	c->nareas = c->nholes = c->nranges = c->npages = c->begun = 0;
	tracee_maps(c->m->t, add_area, c);
	for (unsigned int i = 0; flight && i < flight->n; i++)
		add_hole(c, flight->v[i].addr, flight->v[i].addr + flight->v[i].len);
	for (unsigned int i = 0; i < c->m->nsp; i++)
		add_dead_stack(c, c->m->sp[i]);
	c->nholes = tracee_ranges_join(c->holes, c->nholes);
}

/* ---- the record ---- */

static void put_ranges(struct checksum *c, uint8_t kind, const struct tracee_range *v,
		       unsigned int n)
{
	if (n)
		record_add(&c->record, kind, SCAP_ARG_NONE, 0, v, n * (uint32_t)sizeof(*v));
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
static void put_sums(struct checksum *c)
{
	unsigned int n;

	for (unsigned int i = 0; i < c->npages; i += n) {
		uint32_t len;

		for (n = 1; i + n < c->npages && c->page[i + n] == c->page[i] + n * c->page_size; n++)
			;
		len = n * (uint32_t)sizeof(*c->sum);
		memcpy(record_span(&c->record, SCAP_SPAN_SUMS, SCAP_ARG_NONE, c->page[i],
				   n * c->page_size, len), &c->sum[i], len);
	}
}

static void write_record(struct checksum *c)
{
	const struct tracee_range *holes;
	unsigned int nholes;

	if (!c->nranges)
		return;
	nholes = find_holes(c, &holes);
	if (nholes == UINT_MAX) {
		if (!c->said_holes)
			say(c->rec, "process %d: its threads' calls write to too many places at "
			    "once: some memory has no checksum", c->m->t->pid);
		c->said_holes = true;
	} else {
		record_begin(&c->record, SCAP_EV_CHECKSUM);
		c->record.checksum.pages = c->npages;
		put_ranges(c, SCAP_SPAN_RANGES, c->range, c->nranges);
		put_ranges(c, SCAP_SPAN_HOLES, holes, nholes);
		put_sums(c);
		c->m->put(c->m->ctx, &c->record.e);
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

void checksum_take(struct recording *rec, const struct checksum_moment *m)
{
	struct checksum *c = rec->checksum;

	if (!c)
		c = rec->checksum = alloc_zeroed(1, sizeof(*c));
	c->rec = rec;
	c->m = m;
	c->page_size = (uint32_t)sysconf(_SC_PAGESIZE);
	look_around(c);
	checksum_pages(m->t, c->areas, c->nareas, c->holes, c->nholes, add_page, c);
	begin_areas(c, c->nareas);
	write_record(c);
}

void checksum_free(struct recording *rec)
{
	if (!rec->checksum)
		return;
	free(rec->checksum->areas);
	free(rec->checksum->holes);
	free(rec->checksum);
}
