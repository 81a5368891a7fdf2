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

/* Of one scheduling domain. */
struct scap_schedule {
	struct scap_schedule_options options;
	__u64 state;		/* of the lots */
	__u64 soft_mean_ns, hard_mean_ns;
	__u32 skip_most, turns;
	__u8 measure;	/* of hard quanta: see schedule.c */
};

/* @domain: its number; each has lots of its own. */
void scap_schedule_init(struct scap_schedule *s, const struct scap_schedule_options *o,
			__u32 domain);

/* @spins: two forced switches have found the task in the same state: it waits for the others. */
struct scap_turn scap_schedule_turn(struct scap_schedule *s, bool spins);

/* How many of @waiting tasks go ahead of one that begins to wait. */
__u32 scap_schedule_ahead(struct scap_schedule *s, __u32 waiting);

#endif
