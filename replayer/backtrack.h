/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Points that several moments match. A replay takes the likeliest; if a later
 * event disagrees, the program is replayed from its beginning, the one checkpoint
 * that has every thread, process and shared object, with the next moment for the
 * last point before that event; when that has no more, with the next one for the
 * point before. A bounded number of times.
 */
#ifndef REPLAYER_BACKTRACK_H
#define REPLAYER_BACKTRACK_H

#include <stdbool.h>
#include <stdint.h>

/* Replays after the first one; of most points only one moment matches. */
#define BACKTRACK_TRIES 16u

struct backtrack;

/* NULL: no memory. */
struct backtrack *backtrack_new(void);
void backtrack_free(struct backtrack *b);

/* For the point of event number @event: which of the moments that match, as point_run() takes it. */
unsigned int backtrack_moment(const struct backtrack *b, uint64_t event);
/* The point of event number @event, of @domain, was matched, by its @moment-th moment (0: not known). */
void backtrack_matched(struct backtrack *b, uint64_t event, uint32_t domain, unsigned int moment);

/*
 * Event number @event, of @domain, disagrees. True: another replay from the beginning may
 * fit. False: there is no other moment to try, or there were enough tries.
 */
bool backtrack_next(struct backtrack *b, uint64_t event, uint32_t domain);

/* How many replays backtrack_next() has asked for. */
unsigned int backtrack_tries(const struct backtrack *b);

#endif
