// SPDX-License-Identifier: GPL-2.0
// cflags: -static
/* What the vDSO usually answers: clocks, time, getcpu. */
#include <sched.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <time.h>

int main(void)
{
	struct timespec t;
	struct timeval v;
	unsigned int cpu, node;

	for (clockid_t id = CLOCK_REALTIME; id <= CLOCK_BOOTTIME; id++)
		if (!clock_gettime(id, &t))
			printf("clock %d: %ld.%09ld\n", id, (long)t.tv_sec, t.tv_nsec);
	gettimeofday(&v, NULL);
	getcpu(&cpu, &node);
	printf("%ld.%06ld %ld, cpu %u, vdso %s\n", (long)v.tv_sec, (long)v.tv_usec, (long)time(NULL),
	       cpu, getauxval(AT_SYSINFO_EHDR) ? "seen" : "hidden");
	return 0;
}
