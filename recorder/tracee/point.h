/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Points: where in user code something took effect (an asynchronous signal, a
 * forced thread switch), told by the state of the thread (scap/point.h), and
 * how to bring another run of the same program to the very same state.
 * It goes without performance counters. Part of libtracee; same error convention.
 */
#ifndef SCAP_TRACEE_POINT_H
#define SCAP_TRACEE_POINT_H

#include <scap/point.h>

#include "recorder/tracee/tracee.h"

/* CPU time of the stopped thread in nanoseconds; 0 if the kernel does not tell. */
uint64_t point_cpu_time(struct tracee *t);

/* A hardware breakpoint at @addr, seen as a STEP stop with ip there; and none. */
int point_arch_break_at(struct tracee *t, uint64_t addr);
int point_arch_unbreak(struct tracee *t);

/* ---- recording ---- */

#define POINT_TRAIL_MAX SCAP_POINT_WORDS

/* What the thread wrote on its way to the point; filled by point_choose(). */
struct point_trail {
	unsigned int steps;
	unsigned int nwords;
	uint64_t word[POINT_TRAIL_MAX];	/* addresses, multiples of 8 */
};

enum point_place {
	POINT_PLACE_USER = 1,	/* go on with point_capture() */
	POINT_PLACE_SYSCALL,	/* the next instruction is a syscall: no point needed (BEFORE_SYSCALL) */
};

/*
 * Steps the thread on, a few hundred instructions at most, to a place that a
 * replay finds cheaply: one that can be patched. Never over a syscall, never
 * over an instruction that scap traps (rdtsc), never into a handler; a `rep`
 * caught half way is run to its end. Other asynchronous signals stay pending
 * meanwhile; a synchronous one ends the walk and will come again by itself.
 *
 * @skip: instructions to let it execute before a place is looked for
 *
 * @t stands in a signal-delivery-stop (or any other stop in user code). On
 * return it may be resumed with the same signal: its siginfo is put back.
 * Returns enum point_place or -errno.
 */
int point_choose(struct tracee *t, unsigned int skip, struct point_trail *trail);

/*
 * The same for a thread that stands where its last event left it: @count
 * instructions on, and no further unless that is in a loop. A replay comes by such a
 * place only a few times, so whatever it is like it is found.
 */
int point_count(struct tracee *t, unsigned int count, struct point_trail *trail);

/* The same for a thread that has come by where it stands a few times at most since then. */
int point_seldom(struct tracee *t, struct point_trail *trail);

/*
 * Memory that calls of other threads, which are in the kernel, may write, or
 * have written: it will look otherwise in a replay, where those calls are not
 * over by then.
 */
struct point_hole {
	uint64_t addr, len;
};

struct point_holes {
	struct point_hole *v;
	unsigned int n;
};

/*
 * State of the stopped thread. @trail: from point_choose(), or NULL. @holes:
 * what is no part of it, or NULL.
 * @cpu_ns: CPU time since the thread's last event (point_cpu_time() now, less
 * what it was when the thread was last resumed after one), 0 if not known.
 * What is to be stored is scap_point_size(&p->p) bytes of @p.
 */
int point_capture(struct tracee *t, const struct point_trail *trail,
		  const struct point_holes *holes, uint64_t cpu_ns, struct scap_point_full *p);

/* Chunks in @hole are not compared: it has turned out to be no part of @p. */
void point_leave_out(struct scap_point *p, const struct point_hole *hole);

/* A word that tells the states of @p and another point apart. */
uint64_t point_state(const struct scap_point *p);

/* ---- replaying ---- */

/*
 * @place: whether the replay may map its own pages at [addr, addr + len): free
 *         now and never used by the recorded program. NULL: anything free now.
 * @stop:  a stop on the way that is not the engine's (a syscall's entry, a
 *         signal, an exit): 0 if the hook dealt with it and the thread, still
 *         stopped, shall simply go on; else the point counts as missed.
 *         NULL: always missed.
 */
struct point_hooks {
	void *ctx;
	bool (*place)(void *ctx, uint64_t addr, uint64_t len);
	int (*stop)(void *ctx, struct tracee *t, const struct tracee_stop *stop);
};

enum point_method {
	POINT_BY_STUB = 1,	/* patched jump, compared in process */
	POINT_BY_INT3,		/* breakpoint instruction, compared by us */
	POINT_BY_HARDWARE,	/* debug register, compared by us */
	POINT_BY_STEP,
};

/*
 * How it went. After a miss @last is the stop that ended it (the thread
 * stands in it) and @near what came closest.
 * @passes: times the address was passed while armed (by the stub: counted in process)
 * @stops:  of them, times the thread stopped for us to look
 * @passed_over: candidates whose registers, flags and stack matched, but not the rest
 * @overshot: times we had run too far and went back
 * @counted: found where the processor's counter had led
 * @ns: wall time
 * @moment: which of the moments that match it was, as point_run() counts; 0: not known
 */
struct point_stats {
	uint64_t passes, stops, passed_over, overshot, ns;
	unsigned int moment;
	bool counted;
	enum point_method method;
	struct tracee_stop last;
	char near[160];
};

/*
 * Resumes @t, stopped in user code or at a syscall's end, until its state is
 * @p; then it is stopped there, its memory as if nothing had happened.
 * @moment: 0: the likeliest moment with that state, by CPU time; n: the n-th from here on
 * Returns 0; -EILSEQ: missed, @stats tells; -ESRCH; other -errno.
 * @p must have passed scap_point_valid(). @hooks and @stats may be NULL.
 */
int point_run(struct tracee *t, const struct scap_point *p, unsigned int moment,
	      const struct point_hooks *hooks, struct point_stats *stats);

#endif
