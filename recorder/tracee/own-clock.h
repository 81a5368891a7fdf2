/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tracer's own looks at a clock: system calls, since the vDSO reads the counter, which
 * traps in a tracer (trap-share.h).
 */
#ifndef SCAP_TRACEE_OWN_CLOCK_H
#define SCAP_TRACEE_OWN_CLOCK_H

#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* As clock_gettime(2). */
static inline int own_clock(clockid_t id, struct timespec *now)
{
	return (int)syscall(SYS_clock_gettime, id, now);
}

/* CLOCK_MONOTONIC. */
static inline uint64_t own_clock_ns(void)
{
	struct timespec now;

	own_clock(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

#endif
