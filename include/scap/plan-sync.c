// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for others and for time: futex, wait, sleep, pending signals.
 * The law is kernel/futex, kernel/exit.c, kernel/time, kernel/signal.c.
 */
#include <scap/plan-rules.h>

/* ---- futex(2) ---- */

enum {
	FUTEX_WAIT = 0,
	FUTEX_WAKE = 1,
	FUTEX_FD = 2,
	FUTEX_REQUEUE = 3,
	FUTEX_CMP_REQUEUE = 4,
	FUTEX_WAKE_OP = 5,
	FUTEX_LOCK_PI = 6,
	FUTEX_UNLOCK_PI = 7,
	FUTEX_TRYLOCK_PI = 8,
	FUTEX_WAIT_BITSET = 9,
	FUTEX_WAKE_BITSET = 10,
	FUTEX_WAIT_REQUEUE_PI = 11,
	FUTEX_CMP_REQUEUE_PI = 12,
	FUTEX_LOCK_PI2 = 13,
	FUTEX_CMD_MASK = 0x7f,	/* less FUTEX_PRIVATE_FLAG, FUTEX_CLOCK_REALTIME */
};

static int futex_cmd(const __u64 *args)
{
	return (int)args[1] & FUTEX_CMD_MASK;
}

/* The words are no input: other threads change them meanwhile, lawfully. */
SCAP_PLANNER_IN(futex)
{
	switch (futex_cmd(c->args)) {
	case FUTEX_WAIT:
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
	case FUTEX_WAIT_BITSET:
	case FUTEX_WAIT_REQUEUE_PI:
		return scap_in(p, 3, c->args[3], SCAP_SIZE_TIMESPEC);
	}
	return 0;
}

/*
 * The PI commands store owner and FUTEX_WAITERS, on many paths that end in an
 * error too (-EDEADLK, -ETIMEDOUT, -EAGAIN, interruption); FUTEX_WAKE_OP stores
 * its own result in the second word.
 */
SCAP_PLANNER_OUT(futex)
{
	switch (futex_cmd(c->args)) {
	case FUTEX_WAKE_OP:
		return scap_out(p, 4, c->args[4], 4);
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
	case FUTEX_UNLOCK_PI:
	case FUTEX_TRYLOCK_PI:
		return scap_out(p, 0, c->args[0], 4);
	case FUTEX_WAIT_REQUEUE_PI:
	case FUTEX_CMP_REQUEUE_PI:
		return scap_out(p, 4, c->args[4], 4);
	}
	return 0;
}

/* What condition variables and plain mutexes say above. */
struct scap_shape scap_futex_shape(const __u64 *args)
{
	struct scap_shape shape = { .kind = SCAP_SHAPE_PLAN };

	switch (futex_cmd(args)) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
		shape.reads = SCAP_READS_FIXED;
		shape.in = 3;
		shape.in_len = SCAP_SIZE_TIMESPEC;
		shape.kind = SCAP_SHAPE_NOTHING;
		break;
	case FUTEX_WAKE:
	case FUTEX_WAKE_BITSET:
	case FUTEX_REQUEUE:
	case FUTEX_CMP_REQUEUE:
		shape.kind = SCAP_SHAPE_NOTHING;
		break;
	}
	return shape;
}

/* ---- sleep ---- */

#define TIMER_ABSTIME 1

/* An absolute sleep has no time left to tell. */
SCAP_PLANNER_OUT(clock_nanosleep)
{
	if (!scap_interrupted(c) || (c->args[1] & TIMER_ABSTIME))
		return 0;
	return scap_out(p, 3, c->args[3], SCAP_SIZE_TIMESPEC);
}

/* ---- waitid(2) ---- */

/*
 * The kernel stores the siginfo's fields one by one, zeros when there is
 * nothing to report and also on errors; usage only with a child. Then
 * si_signo is SIGCHLD, but without a siginfo nobody can tell.
 */
SCAP_PLANNER_OUT(waitid)
{
	__u64 info = c->args[2];
	__u32 signo = 1;
	int ret = 0;

	if (info) {
		ret = scap_out(p, 2, info, 12);
		if (!ret)
			ret = scap_out(p, 2, info + 16, 12);
	}
	if (ret || !scap_wrote(c) || !c->args[4])
		return ret;
	if (info)
		ret = scap_get32(p, info, &signo);
	return ret || !scap_stored(c, signo) ? ret : scap_out(p, 4, c->args[4], SCAP_SIZE_RUSAGE);
}

/* ---- signals ---- */

SCAP_PLANNER_OUT(sigpending)
{
	return scap_wrote(c) ? scap_out(p, 0, c->args[0],
					scap_min(c->args[1], SCAP_SIZE_SIGSET)) : 0;
}

/* stack_t has a hole behind ss_flags. */
SCAP_PLANNER_IN(sigaltstack)
{
	int ret = scap_in(p, 0, c->args[0], 12);

	return ret || !c->args[0] ? ret : scap_in(p, 0, c->args[0] + 16, 8);
}
