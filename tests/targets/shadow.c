// SPDX-License-Identifier: GPL-2.0
/* What a recorder changes about a process and must not show: asked for, set, asked for again. */
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void show_cpus(const char *when)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set);

	printf("%s: %d, %d CPUs, the first %s\n", when, n, CPU_COUNT(&set),
	       CPU_ISSET(0, &set) ? "yes" : "no");
}

static void cpus(void)
{
	cpu_set_t one, none;

	CPU_ZERO(&none);
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	show_cpus("at first");
	printf("no CPU: %d\n", sched_setaffinity(0, sizeof(none), &none));
	printf("one CPU: %d\n", sched_setaffinity(0, sizeof(one), &one));
	show_cpus("then");
	fflush(stdout);
	if (!fork()) {
		show_cpus("in a child");
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
}

static void modes(void)
{
#ifdef __x86_64__
	int tsc = 0;

	prctl(PR_GET_TSC, &tsc);
	printf("tsc %d", tsc);
	printf(", set %d", prctl(PR_SET_TSC, PR_TSC_SIGSEGV));
	prctl(PR_GET_TSC, &tsc);
	printf(", now %d, nonsense %d\n", tsc, prctl(PR_SET_TSC, 7));
#endif
	printf("seccomp %d\n", prctl(PR_GET_SECCOMP));
	printf("dumpable %d", prctl(PR_GET_DUMPABLE));
	prctl(PR_SET_DUMPABLE, 0);
	printf(", now %d\n", prctl(PR_GET_DUMPABLE));
	fflush(stdout);
	if (!fork()) {
		printf("in a child %d\n", prctl(PR_GET_DUMPABLE));
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
}

static void pages(void)
{
	char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p[0] = 1;
	printf("free %d\n", madvise(p, 8192, MADV_FREE));
	p[0] = 2;
	printf("written since: %d\n", p[0]);
	munmap(p, 8192);
}

int main(void)
{
	cpus();
	modes();
	pages();
	return 0;
}
