/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A search for a point, shared by what looks for it (point-run.c) and what
 * moves the thread (point-move.c). All functions return 0 or what they say, and
 * -errno; -ESRCH: the thread is gone; -EILSEQ: it went elsewhere.
 */
#ifndef SCAP_POINT_RUN_H
#define SCAP_POINT_RUN_H

#include "point-internal.h"

/*
 * Armed passes are slower: eight times in the tightest loop, fifty under an emulator. A
 * thread that takes much longer will not come by any more.
 */
#define PATIENCE_FACTOR 64u
#define PATIENCE_NS 4000000000u

struct run {
	struct tracee *t;
	const struct scap_point *p;
	const struct point_hooks *hooks;
	struct point_stats *stats;
	struct point_patch patch;
	uint64_t too_far;	/* CPU time of a free run that had most likely passed the point */
	uint64_t limit_cpu;	/* on the thread's CPU clock */
	uint64_t looks_cpu;	/* what looking at passes may take beyond it */
	uint64_t stop_cpu;	/* what a stop takes of the thread's time, at least */
	enum point_likeness near;
	unsigned int moment;	/* as in point_run() */
	unsigned int matched;	/* moments that matched, from where this search began */
	bool loose;	/* as in point_compare() */
	int counter;	/* while it stops the thread: counter_open(), else 0 */
	uint64_t count;	/* where that is */
};

/* What a resumed thread came to. */
enum outcome {
	AT_BREAKPOINT = 1,	/* the place, by int3 or a debug register: compare */
	AT_HIT,			/* the in-process compare found it */
	AT_COUNT,		/* run_to_count() */
	AT_TIMEOUT,
	AT_OTHER,		/* a stop that is not ours: missed */
};

/* A call answered at its entry still has its way out before it: to its exit. */
int run_leave_syscall(struct tracee *t);

/* Our pages near the place: -ENOMEM, -ENOTSUP, -EEXIST: none to be had. */
int run_map_pages(struct run *r);
/* A call that does nothing, for its stops. */
int run_idle_call(struct run *r);
void run_unmap_pages(struct run *r);

/* Puts the patch in: @jump into our pages, or a breakpoint; and takes it out again. */
int run_arm(struct run *r, bool jump);
int run_disarm(struct run *r);

/*
 * Resumes until something happens (enum outcome) or the thread's CPU clock shows
 * @cpu; then it is stopped.
 */
int run_until(struct run *r, uint64_t cpu);

/*
 * Resumes until the processor has counted @n, as the point's counter does, and @late more.
 * AT_COUNT; another enum outcome; -ENOTSUP: no such counter here.
 */
int run_to_count(struct run *r, uint64_t n, uint64_t *late);

/* The thread, stopped, goes on at @ip. */
void run_set_ip(struct run *r, uint64_t ip);

/* At the place. A point half way through a repeated instruction: as far on as that was. */
int run_catch_up(struct run *r);

/*
 * On from a pass that was not it: through the moved instructions, or over the real one,
 * unless it is over already.
 */
int run_pass_on(struct run *r);

#endif
