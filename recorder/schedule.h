/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long a task may run while others of its domain wait, and which of them
 * comes next: in turn, or by lot (chaos), so that rare orders come up.
 */
#ifndef SCAP_SCHEDULE_H
#define SCAP_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * @set: the quanta are the user's
 * @seed: decides every lot of a chaotic recording; the program's own timing does the rest.
 */
struct schedule_options {
	uint64_t soft_ns, hard_ns;
	bool set, chaos;
	uint64_t seed;
};

struct schedule {
	struct schedule_options options;
	uint64_t state;		/* of the lots */
	uint64_t soft_mean_ns, hard_mean_ns;
	unsigned int turns;
};

/*
 * What a task that begins to run is given.
 * @soft_ns: from here on a boundary is where the next one may go on
 * @hard_ns: from here on it is stopped in user code
 * @skip:    instructions that it then may still execute
 */
struct turn {
	uint64_t soft_ns, hard_ns;
	unsigned int skip;
};

void schedule_init(struct schedule *s, const struct schedule_options *o);

/* @spins: two forced switches have found the task in the same state: it waits for the others. */
struct turn schedule_turn(struct schedule *s, bool spins);

/* Which of @waiting tasks, the longest waiting one being 0, comes next. */
unsigned int schedule_next(struct schedule *s, unsigned int waiting);

#endif
