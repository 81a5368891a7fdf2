// SPDX-License-Identifier: GPL-2.0
/* into-cgroup DIR: makes a child in the cgroup DIR, which says where it may run. */
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void print_affinity(void)
{
	const char *before = "";
	cpu_set_t cpus;

	if (sched_getaffinity(0, sizeof(cpus), &cpus))
		perror("sched_getaffinity");
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &cpus)) {
			printf("%s%d", before, cpu);
			before = ",";
		}
	printf("\n");
}

int main(int argc, char **argv)
{
	struct clone_args args = { .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD };
	int fd = argc > 1 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1, status;
	pid_t child;

	args.cgroup = (uint64_t)fd;
	child = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (!child) {
		print_affinity();
		return 0;
	}
	if (child < 0) {
		perror("clone3");
		return 1;
	}
	return waitpid(child, &status, 0) == child && !status ? 0 : 1;
}
