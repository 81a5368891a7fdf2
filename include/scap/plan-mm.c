// SPDX-License-Identifier: GPL-2.0
/*
 * Memory: what a call asks of the address space.
 */
#include <scap/plan-rules.h>

#define MAP_TYPE	0x0f
#define MAP_DROPPABLE	0x08

/* The kernel may clear such pages at any moment; before 6.11 the type was invalid. */
SCAP_PLANNER_IN(mmap)
{
	if ((c->args[3] & MAP_TYPE) == MAP_DROPPABLE)
		p->refuse = EINVAL;
	return 0;
}

SCAP_PLANNER_OUT(mincore)
{
	__u64 page = p->page_size ? p->page_size : SCAP_PAGE_SIZE;

	if (scap_failed(c))
		return 0;
	return scap_out(p, 2, c->args[2], c->args[1] / page + !!(c->args[1] % page));
}

/* do_pages_move() stores the states as it goes, an error later or not. */
SCAP_PLANNER_OUT(move_pages)
{
	return scap_out(p, 4, c->args[4], scap_min(c->args[1], SCAP_RW_MAX) * 4);
}

enum {
	MADV_WILLNEED = 3,
	MADV_COLD = 20,
	MADV_PAGEOUT = 21,
	MADV_COLLAPSE = 25,
};

/*
 * Up to 6.12 only advice that leaves the contents alone; later kernels let a
 * process drop its own pages this way, which a replay could not tell from
 * advice for another process.
 */
SCAP_PLANNER_IN(process_madvise)
{
	switch ((__s32)c->args[3]) {
	case MADV_WILLNEED:
	case MADV_COLD:
	case MADV_PAGEOUT:
	case MADV_COLLAPSE:
		break;
	default:
		p->refuse = EINVAL;
	}
	if (c->args[2] > SCAP_UIO_MAXIOV)
		return 0;
	return scap_in(p, 1, c->args[1], c->args[2] * SCAP_SIZE_IOVEC);
}
