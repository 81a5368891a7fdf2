/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hashes of the pages of a process: to find the first place where another run
 * of it has something else in memory. Part of libtracee; same error convention.
 */
#ifndef SCAP_TRACEE_CHECKSUM_H
#define SCAP_TRACEE_CHECKSUM_H

#include "recorder/tracee/tracee.h"

/* Addresses [start, end). As stored in a trace. */
struct tracee_range {
	uint64_t start, end;
};

/* Sorts @v and joins what overlaps or touches. Returns how many remain. */
unsigned int tracee_ranges_join(struct tracee_range *v, unsigned int n);

/*
 * @range:  whole pages
 * @sparse: pages that are not there are zeros and need not be read: private anonymous memory
 */
struct checksum_area {
	struct tracee_range range;
	bool sparse;
};

/* The area that @map is. */
struct checksum_area checksum_area_of(const struct tracee_map *map);

/*
 * Calls @page for each page of @areas (@area: index) that is not zeros throughout, in order, with XXH64
 * (seed 0), or SCAP_SUM_UNREADABLE. @holes, @nholes: what counts as zeros, joined; areas that
 * are not in ascending order make it slow. @t is stopped. A return of @page other than 0 ends it and
 * is handed back; else 0 or -errno.
 */
int checksum_pages(struct tracee *t, const struct checksum_area *areas, unsigned int n,
		   const struct tracee_range *holes, unsigned int nholes,
		   int (*page)(void *ctx, unsigned int area, uint64_t addr, uint64_t hash),
		   void *ctx);

#endif
