/* SPDX-License-Identifier: GPL-2.0 */
/* --checksum: what is in writable memory now and then, for a replay to find out where the two first part. */
#ifndef SCAP_CHECKSUM_H
#define SCAP_CHECKSUM_H

#include "recorder/ptrace-backend.h"

/*
 * A thread that stands still, and its memory with it.
 * @t:      that thread
 * @flight: what calls of others may be writing meanwhile, or NULL
 * @sp:     stack pointers of all @nsp threads that have this memory: below them, less the red
 *          zone, is nothing but leftovers
 * @put:    takes a CHECKSUM record that lacks time, thread and number, for it to fill in
 */
struct checksum_moment {
	struct tracee *t;
	const struct point_holes *flight;
	const uint64_t *sp;
	unsigned int nsp;
	void (*put)(void *ctx, struct scap_event *e);
	void *ctx;
};

/* Hashes all writable memory, in as many records as it takes. Not in the hot path: it reads all that there is. */
void checksum_take(struct recording *rec, const struct checksum_moment *m);

#endif
