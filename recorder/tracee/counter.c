// SPDX-License-Identifier: GPL-2.0
/* Retired branches or instructions, by perf_event_open(2). */
#include <fcntl.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "counter.h"
#include "tracee-internal.h"

/* Only a counter that is opened with a period can be given one later. */
#define PERIOD_NEVER (1ull << 60)

static int open_counter(pid_t tid, uint64_t event)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE, .size = sizeof(attr), .config = event,
		.sample_period = PERIOD_NEVER, .wakeup_events = 1,
		.pinned = 1, .exclude_kernel = 1, .exclude_hv = 1,
	};
	long fd = syscall(SYS_perf_event_open, &attr, tid, -1, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : (int)fd;
}

static uint64_t event_of(enum scap_counter what)
{
	return what == SCAP_COUNTER_BRANCHES ? PERF_COUNT_HW_BRANCH_INSTRUCTIONS
					     : PERF_COUNT_HW_INSTRUCTIONS;
}

uint64_t counter_read(int fd)
{
	uint64_t n;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

/* ---- whether there is one ---- */

#define ROUNDS 10000u
/* A round is a branch, and some instructions; what is left is the reading of the counter. */
#define ROUND_MAX 32u
#define READING_MAX 5000u

static uint64_t count_rounds(int fd, unsigned int n)
{
	uint64_t before = counter_read(fd), after;

	for (volatile unsigned int i = 0; i < n; i++)
		;
	after = counter_read(fd);
	return before && after > before ? after - before : 0;
}

/* A counter of a virtual machine may be there and stand still, or count what others do. */
static bool counts(enum scap_counter what)
{
	int fd = open_counter(0, event_of(what));
	uint64_t once, twice;

	if (fd < 0)
		return false;
	once = count_rounds(fd, ROUNDS);
	twice = count_rounds(fd, 2 * ROUNDS);
	close(fd);
	return once >= ROUNDS && twice >= once + ROUNDS &&
	       twice <= 2 * once + READING_MAX && once <= ROUND_MAX * ROUNDS + READING_MAX;
}

static enum scap_counter here;

static void look(void)
{
	static const enum scap_counter wanted[] = { SCAP_COUNTER_BRANCHES,
						    SCAP_COUNTER_INSTRUCTIONS };

	for (size_t i = 0; !here && i < sizeof(wanted) / sizeof(*wanted); i++)
		if (counts(wanted[i]))
			here = wanted[i];
}

enum scap_counter counter_here(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, look);
	return here;
}

/* ---- for others ---- */

int counter_open(pid_t tid, enum scap_counter what)
{
	if (what == SCAP_COUNTER_NONE || what != counter_here())
		return -ENOTSUP;
	return open_counter(tid, event_of(what));
}

int counter_signal_after(int fd, pid_t tid, uint64_t n)
{
	struct f_owner_ex owner = { .type = F_OWNER_TID, .pid = tid };

	if (fcntl(fd, F_SETOWN_EX, &owner) || fcntl(fd, F_SETSIG, COUNTER_SIGNAL) ||
	    fcntl(fd, F_SETFL, O_ASYNC) || ioctl(fd, PERF_EVENT_IOC_PERIOD, &n))
		return -errno;
	return 0;
}
