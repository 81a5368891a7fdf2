// SPDX-License-Identifier: GPL-2.0
/*
 * loop CALL[+thread] N [ROUNDS]: the system call CALL N times, and that ROUNDS times (once),
 * beside another thread that sleeps. With ROUNDS the last line has nanoseconds a call, the
 * median and the least of the rounds, and the median of the processor time that the program
 * itself had. CALL: getppid, read64, read4k, write64, clock (clock_gettime, as libc has it), open
 * (and close), fork (and exec and wait).
 */
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

typedef unsigned long (*call_fn)(void);

static int zero, null;
static char buf[4096];

static unsigned long do_getppid(void)
{
	return (unsigned long)syscall(SYS_getppid);
}

static unsigned long do_read64(void)
{
	return (unsigned long)read(zero, buf, 64) + (unsigned char)buf[7];
}

static unsigned long do_read4k(void)
{
	return (unsigned long)read(zero, buf, 4096) + (unsigned char)buf[7];
}

static unsigned long do_write64(void)
{
	return (unsigned long)write(null, buf, 64);
}

static unsigned long do_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (unsigned long)ts.tv_sec;
}

static unsigned long do_open(void)
{
	int fd = open("/dev/null", O_RDONLY);

	close(fd);
	return (unsigned long)fd;
}

static unsigned long do_fork(void)
{
	static char *argv[] = { "busybox", "true", NULL };
	int status = 0;
	pid_t pid;

	if (!posix_spawn(&pid, "/bin/busybox", NULL, NULL, argv, environ))
		waitpid(pid, &status, 0);
	return (unsigned long)status;
}

static const struct {
	const char *name;
	call_fn call;
} calls[] = {
	{ "getppid", do_getppid }, { "read64", do_read64 }, { "read4k", do_read4k },
	{ "write64", do_write64 }, { "clock", do_clock }, { "open", do_open }, { "fork", do_fork },
};

static void *sleeper(void *unused)
{
	for (;;)
		pause();
	return unused;
}

/* The call of that name; a thread comes with it if that says so. NULL: there is none. */
static call_fn find(char *name)
{
	char *more = strchr(name, '+');
	pthread_t thread;

	if (more && (strcmp(more, "+thread") || pthread_create(&thread, NULL, sleeper, NULL)))
		return NULL;
	if (more)
		*more = 0;
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (!strcmp(name, calls[i].name))
			return calls[i].call;
	return NULL;
}

static double now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	unsigned long sum = 0, n = argc > 2 ? strtoul(argv[2], NULL, 0) : 0;
	unsigned long rounds = argc > 3 ? strtoul(argv[3], NULL, 0) : 1;
	call_fn call = n ? find(argv[1]) : NULL;
	double each[1000], own[1000];

	zero = open("/dev/zero", O_RDONLY);
	null = open("/dev/null", O_WRONLY);
	if (!call || zero < 0 || null < 0 || !rounds || rounds > sizeof(each) / sizeof(*each)) {
		fprintf(stderr, "usage: loop getppid|read64|read4k|write64|clock|open|fork[+thread] N [ROUNDS]\n");
		return 2;
	}
	for (unsigned long r = 0; r < rounds; r++) {
		double begin = now_ns(CLOCK_MONOTONIC);
		double own_begin = now_ns(CLOCK_PROCESS_CPUTIME_ID);

		for (unsigned long i = 0; i < n; i++)
			sum += call();
		own[r] = (now_ns(CLOCK_PROCESS_CPUTIME_ID) - own_begin) / (double)n;
		each[r] = (now_ns(CLOCK_MONOTONIC) - begin) / (double)n;
	}
	printf("%lu\n", sum);
	if (argc > 3) {
		qsort(each, rounds, sizeof(*each), by_value);
		qsort(own, rounds, sizeof(*own), by_value);
		printf("%.1f %.1f %.1f\n", each[rounds / 2], each[0], own[rounds / 2]);
	}
	return 0;
}
