// SPDX-License-Identifier: GPL-2.0
/*
 * More than is polite: storm fork N (N children that have children, one after the other),
 * storm crowd N (N processes at once), and until somebody kills it: storm read (a megabyte
 * at a time), storm exec, storm vfork, storm thread.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static pid_t start(void)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	return pid;
}

/* Status of child @pid, -1: of any. */
static int ended(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0)
		fail("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Each child's status is its child's plus one. */
static void fork_storm(int n)
{
	int sum = 0;

	for (int i = 0; i < n; i++) {
		pid_t child = start();

		if (!child) {
			pid_t grandchild = start();

			if (!grandchild)
				_exit(i % 100);
			_exit(ended(grandchild) + 1);
		}
		sum += ended(child);
	}
	printf("%d children, sum %d\n", n, sum);
}

/* One of the crowd: waits until all are there, then says what chance gave it. */
static void member(int gate, int out)
{
	unsigned int mine;
	char c;

	if (read(gate, &c, 1) != 0 || getrandom(&mine, sizeof(mine), 0) != sizeof(mine))
		_exit(1);
	mine %= 1000;
	if (write(out, &mine, sizeof(mine)) != sizeof(mine))
		_exit(1);
	_exit(0);
}

static void crowd(int n)
{
	unsigned int sum = 0, one;
	int gate[2], out[2], failed = 0;

	if (pipe(gate) || pipe(out))
		fail("pipe");
	for (int i = 0; i < n; i++)
		if (!start()) {
			close(gate[1]);
			member(gate[0], out[1]);
		}
	close(gate[1]);
	close(out[1]);
	while (read(out[0], &one, sizeof(one)) == sizeof(one))
		sum += one;
	for (int i = 0; i < n; i++)
		failed += ended(-1) != 0;
	printf("%d at once, %d failed, sum %u\n", n, failed, sum);
}

static void read_forever(void)
{
	char *buf = malloc(1 << 20);
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	/* a stop makes it a short one */
	while (buf && read(zero, buf, 1 << 20) > 0)
		;
	fail("/dev/zero");
}

static void vfork_forever(void)
{
	for (;;) {
		pid_t pid = vfork();

		if (!pid) {
			execl("/bin/true", "true", (char *)NULL);
			_exit(127);
		}
		if (pid < 0 || waitpid(pid, NULL, 0) != pid)
			fail("vfork");
	}
}

static volatile unsigned long counter;

static void *thread(void *unused)
{
	for (;;) {
		for (int i = 0; i < 1000; i++)
			counter++;
		getppid();
	}
	return unused;
}

static void threads_forever(void)
{
	pthread_t t;

	for (int i = 0; i < 3; i++)
		if (pthread_create(&t, NULL, thread, NULL))
			fail("pthread_create");
	thread(NULL);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	int n = argc > 2 ? atoi(argv[2]) : 0;

	if (!strcmp(mode, "fork"))
		fork_storm(n);
	else if (!strcmp(mode, "crowd"))
		crowd(n);
	else if (!strcmp(mode, "read"))
		read_forever();
	else if (!strcmp(mode, "exec"))
		return execv(argv[0], argv);
	else if (!strcmp(mode, "vfork"))
		vfork_forever();
	else if (!strcmp(mode, "thread"))
		threads_forever();
	else
		return 2;
	return 0;
}
