// SPDX-License-Identifier: GPL-2.0
/*
 * Looks at the clock. With the vDSO hidden they are system calls, and in many
 * programs the most frequent ones; the recorder sees the same clocks as the
 * program, so it answers them itself at the entry and saves the second stop.
 * The calls of the vsyscall page (still used by old static
 * programs) are among them, and those have no second stop at all.
 */
#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "recorder/ptrace-backend.h"
#include "recorder/tracee/own-clock.h"

/*
 * Not by /proc/PID/mem, which writes to read-only memory as well: where the
 * kernel would find a fault, it shall have the call.
 */
static bool give(struct task *k, uint64_t addr, void *value, size_t len)
{
	struct iovec from = { value, len }, to = { (void *)addr, len };

	return process_vm_writev(k->t.pid, &from, 1, &to, 1, 0) == (ssize_t)len;
}

/* Clocks that are the same for everybody, not a process's or a thread's own. */
static bool is_everybodys(uint64_t id)
{
	switch (id) {
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
	case CLOCK_TAI:
		return true;
	}
	return false;
}

static bool answer_clock_gettime(struct task *k)
{
	struct timespec now;

	return is_everybodys(k->call.args[0]) &&
	       !own_clock((clockid_t)k->call.args[0], &now) &&
	       give(k, k->call.args[1], &now, sizeof(now));
}

/* Where the program passes no pointer, there is nothing to give. */
static bool give_if(struct task *k, uint64_t addr, void *value, size_t len)
{
	return !addr || give(k, addr, value, len);
}

static bool answer_gettimeofday(struct task *k)
{
	struct timezone zone;
	struct timeval now;

	return !syscall(SYS_gettimeofday, &now, &zone) &&
	       give_if(k, k->call.args[0], &now, sizeof(now)) &&
	       give_if(k, k->call.args[1], &zone, sizeof(zone));
}

#ifdef SYS_time
static bool answer_time(struct task *k, int64_t *result)
{
	time_t now = time(NULL);

	*result = now;
	return give_if(k, k->call.args[0], &now, sizeof(now));
}
#endif

/* The task is where we are, and stays there. */
static bool answer_getcpu(struct task *k)
{
	unsigned int cpu, node;

	return !syscall(SYS_getcpu, &cpu, &node, NULL) &&
	       give_if(k, k->call.args[0], &cpu, sizeof(cpu)) &&
	       give_if(k, k->call.args[1], &node, sizeof(node));
}

bool clocks_entry(struct task *k, int64_t *result)
{
	if (k->rec->foreign_clocks || k->by_syscall)
		return false;
	*result = 0;
	switch (k->call.nr) {
	case SYS_clock_gettime:
		return answer_clock_gettime(k);
	case SYS_gettimeofday:
		return answer_gettimeofday(k);
#ifdef SYS_time
	case SYS_time:
		return answer_time(k, result);
#endif
	case SYS_getcpu:
		return answer_getcpu(k);
	}
	return false;
}

void clocks_note_call(struct task *k)
{
	switch (k->call.nr) {
	case SYS_unshare:
		k->rec->foreign_clocks |= (k->call.args[0] & CLONE_NEWTIME) != 0;
		break;
	case SYS_setns:
		k->rec->foreign_clocks = true;
		break;
	}
}
