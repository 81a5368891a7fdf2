// SPDX-License-Identifier: GPL-2.0
/* See checksum.h. Pages that nobody ever touched are told by pagemap (proc(5)), and not read. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <xxhash.h>

#include "checksum.h"
#include "tracee-internal.h"

/* Entries of pagemap that are read at once. */
#define PAGEMAP_BATCH 2048u
/* Present, or in swap (Documentation/admin-guide/mm/pagemap.rst). */
#define PAGEMAP_THERE (3ull << 62)
/* The largest page of any kernel that we run on (arm64). */
#define PAGE_MOST 65536u

struct walk {
	struct tracee *t;
	uint64_t page_size;
	int pagemap;
	const struct tracee_range *holes;
	unsigned int nholes, hole;	/* @hole: the first that does not end ahead of the page */
	unsigned int area;
	int (*page)(void *ctx, unsigned int area, uint64_t addr, uint64_t hash);
	void *ctx;
};

static int by_start(const void *a, const void *b)
{
	const struct tracee_range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

unsigned int tracee_ranges_join(struct tracee_range *v, unsigned int n)
{
	unsigned int joined = 0;

	if (n)
		qsort(v, n, sizeof(*v), by_start);
	for (unsigned int i = 0; i < n; i++) {
		struct tracee_range *last = joined ? &v[joined - 1] : NULL;

		if (last && v[i].start <= last->end) {
			if (v[i].end > last->end)
				last->end = v[i].end;
		} else {
			v[joined++] = v[i];
		}
	}
	return joined;
}

struct checksum_area checksum_area_of(const struct tracee_map *map)
{
	return (struct checksum_area){ { map->start, map->end }, !map->shared && !map->ino };
}

/* The first hole that ends behind @addr. */
static void find_hole(struct walk *w, uint64_t addr)
{
	if (w->hole && w->holes[w->hole - 1].end > addr)
		w->hole = 0;
	while (w->hole < w->nholes && w->holes[w->hole].end <= addr)
		w->hole++;
}

static bool is_hole(const struct walk *w, uint64_t addr)
{
	const struct tracee_range *h = w->hole < w->nholes ? &w->holes[w->hole] : NULL;

	return h && h->start <= addr && h->end >= addr + w->page_size;
}

/* Zeroes the holes of the page at @addr, of which @bytes is a copy. */
static void blank(const struct walk *w, uint64_t addr, uint8_t *bytes)
{
	uint64_t end = addr + w->page_size;

	for (unsigned int i = w->hole; i < w->nholes && w->holes[i].start < end; i++) {
		uint64_t from = w->holes[i].start > addr ? w->holes[i].start : addr;
		uint64_t to = w->holes[i].end < end ? w->holes[i].end : end;

		memset(bytes + (from - addr), 0, to - from);
	}
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, len - 1);
}

static int look_at_page(struct walk *w, uint64_t addr)
{
	static uint8_t bytes[PAGE_MOST];

	find_hole(w, addr);
	if (is_hole(w, addr))
		return 0;
	if (tracee_read(w->t, addr, bytes, w->page_size))
		return w->page(w->ctx, w->area, addr, SCAP_SUM_UNREADABLE);
	blank(w, addr, bytes);
	if (is_zero(bytes, w->page_size))
		return 0;
	return w->page(w->ctx, w->area, addr, XXH64(bytes, w->page_size, 0));
}

/* Pagemap's word on @n pages from @addr on; without it every page counts as there. */
static void ask_pagemap(struct walk *w, uint64_t addr, unsigned int n, uint64_t *entries)
{
	size_t len = n * sizeof(*entries);
	off_t at = (off_t)(addr / w->page_size * sizeof(*entries));

	if (w->pagemap < 0 || pread(w->pagemap, entries, len, at) != (ssize_t)len)
		memset(entries, 0xff, len);
}

static int look_at_sparse(struct walk *w, const struct tracee_range *r)
{
	uint64_t entries[PAGEMAP_BATCH], addr = r->start;
	int ret = 0;

	while (!ret && addr < r->end) {
		uint64_t left = (r->end - addr) / w->page_size;
		unsigned int n = left < PAGEMAP_BATCH ? (unsigned int)left : PAGEMAP_BATCH;

		ask_pagemap(w, addr, n, entries);
		for (unsigned int i = 0; i < n && !ret; i++)
			if (entries[i] & PAGEMAP_THERE)
				ret = look_at_page(w, addr + i * w->page_size);
		addr += n * w->page_size;
	}
	return ret;
}

static int look_at_all(struct walk *w, const struct tracee_range *r)
{
	int ret = 0;

	for (uint64_t addr = r->start; !ret && addr < r->end; addr += w->page_size)
		ret = look_at_page(w, addr);
	return ret;
}

int checksum_pages(struct tracee *t, const struct checksum_area *areas, unsigned int n,
		   const struct tracee_range *holes, unsigned int nholes,
		   int (*page)(void *ctx, unsigned int area, uint64_t addr, uint64_t hash),
		   void *ctx)
{
	struct walk w = {
		.t = t, .page_size = (uint64_t)sysconf(_SC_PAGESIZE), .holes = holes,
		.nholes = nholes, .page = page, .ctx = ctx,
	};
	char path[40];
	int ret = 0;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", t->tid);
	w.pagemap = open(path, O_RDONLY | O_CLOEXEC);
	for (; w.area < n && !ret; w.area++)
		ret = areas[w.area].sparse ? look_at_sparse(&w, &areas[w.area].range) :
					     look_at_all(&w, &areas[w.area].range);
	if (w.pagemap >= 0)
		close(w.pagemap);
	return ret;
}
