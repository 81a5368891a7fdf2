/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long a task may run while others that share its memory wait, and which
 * of them comes next: in turn, or by lot (chaos), so that rare orders come up.
 * The same in both recorders.
 */
#ifndef SCAP_SCHEDULE_H
#define SCAP_SCHEDULE_H

#include <scap/types.h>

/* From here on a boundary is where the next one goes on, ... */
#define SCAP_QUANTUM_NS		10000000ull
/* ... and from here on any instruction. */
#define SCAP_QUANTUM_HARD_NS	50000000ull
/* No quantum is longer: a thousand seconds. */
#define SCAP_QUANTUM_MAX_NS	1000000000000ull

/*
 * @soft_ns, @hard_ns: quanta, at most SCAP_QUANTUM_MAX_NS
 * @chaos: 1: by lot instead
 * @seed:  decides every lot of a chaotic recording; the program's own timing does the rest
 */
struct scap_schedule_options {
	__u64 soft_ns, hard_ns, seed;
	__u32 chaos, reserved;
};

/*
 * What a task that begins to run is given.
 * @soft_ns: from here on a boundary is where the next one may go on
 * @hard_ns: from here on it is stopped in user code
 * @skip:    instructions that it then may still execute
 */
struct scap_turn {
	__u64 soft_ns, hard_ns;
	__u32 skip;
};

/*
 * Of one scheduling domain.
 * @begun:      when it was, ns
 * @counted_ns: what turns counted in instructions have taken since; @drawn_ns: when sizes were
 *              drawn
 * @skip_bits:  of the most instructions that such a turn had then
 */
struct scap_schedule {
	struct scap_schedule_options options;
	__u64 state;		/* of the lots */
	__u64 soft_mean_ns, hard_mean_ns;
	__u64 begun, counted_ns, drawn_ns;
	__u32 skip_bits, turns;
	__u8 measure;	/* of hard quanta: enum measure of schedule.c */
};

/* @domain: its number; each has lots of its own. @now: ns of a clock that goes forward, as below */
void scap_schedule_init(struct scap_schedule *s, const struct scap_schedule_options *o,
			__u32 domain, __u64 now);

/* @spins: two forced switches have found the task in the same state: it waits for the others. */
struct scap_turn scap_schedule_turn(struct scap_schedule *s, __u64 now, bool spins);

/* Whether the task is to be stopped right where its turn begins, and from there on counted. */
static inline bool scap_turn_counts(const struct scap_turn *turn)
{
	return turn->skip && !turn->hard_ns;
}

/* To bring a task to where a counted turn ends has taken @ns. */
void scap_schedule_counted(struct scap_schedule *s, __u64 ns);

/* How many of @waiting tasks go ahead of one that begins to wait. */
__u32 scap_schedule_ahead(struct scap_schedule *s, __u32 waiting);

#endif
