/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far a thread has come in user code, as the processor counts it: retired branches or
 * instructions (perf_event_open(2)). Many machines have no such counter, or let nobody use it,
 * and none is quite exact (an exception may count as well): so a count says where to look
 * for a point, never that it has been found. Part of libtracee; same error convention.
 */
#ifndef SCAP_TRACEE_COUNTER_H
#define SCAP_TRACEE_COUNTER_H

#include <scap/point.h>

#include "recorder/tracee/tracee.h"

/* The signal by which a thread that has come far enough is stopped; si_fd is the counter. */
#define COUNTER_SIGNAL SIGSTKFLT

/* What can be counted on this machine; tried out, the first time, on the calling thread. */
enum scap_counter counter_here(void);

/*
 * Counts for thread @tid from now on. Returns a descriptor, which the caller closes. -ENOTSUP:
 * not on this machine, or not @what; another -errno: not this thread.
 */
int counter_open(pid_t tid, enum scap_counter what);

/* What @fd has counted; 0: it does not count any more (others have taken the processor's). */
uint64_t counter_read(int fd);

/*
 * Sends COUNTER_SIGNAL to thread @tid, for which @fd counts, after @n more (and
 * every @n from then on). Returns 0 or -errno.
 */
int counter_signal_after(int fd, pid_t tid, uint64_t n);

#endif
