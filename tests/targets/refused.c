// SPDX-License-Identifier: GPL-2.0
/* Interfaces by which the kernel would write behind the program's back. */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static void say(const char *name, long result)
{
	printf("%s %d %s\n", name, result < 0 ? -1 : 0, result < 0 ? strerrorname_np(errno) : "");
}

int main(void)
{
	char params[256] = { 0 };
	unsigned long context = 0;
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .exclude_kernel = 1 };

	say("io_uring_setup", syscall(SYS_io_uring_setup, 8, params));
	say("userfaultfd", syscall(SYS_userfaultfd, 0));
	say("io_setup", syscall(SYS_io_setup, 8, &context));
	say("rseq", syscall(SYS_rseq, NULL, 0, 0, 0));
	say("perf_event_open", syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
	say("io_uring_setup", syscall(SYS_io_uring_setup, 8, params));
	return 0;
}
