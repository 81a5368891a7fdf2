// SPDX-License-Identifier: GPL-2.0
/*
 * Processes that write into each other's memory, by each of the ways: while the
 * other sleeps in a call, computes, or is stopped. How far it had come by then
 * shows in a count.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LARGE 200000

static char buffer[LARGE];
static volatile int word;
static volatile int prepared;

static void check(long got, long want, const char *what)
{
	if (got == want)
		return;
	printf("%s: %ld, not %ld\n", what, got, want);
	exit(1);
}

static void pause_ms(long ms)
{
	struct timespec t = { 0, ms * 1000000 };

	nanosleep(&t, NULL);
}

static unsigned int sum(const char *p, size_t n)
{
	unsigned int s = 0;

	while (n--)
		s = s * 31 + (unsigned char)*p++;
	return s;
}

static void finish(pid_t child)
{
	int status;

	waitpid(child, &status, 0);
	check(status, 0, "the child's status");
}

/* ---- into a process that waits in a call ---- */

static void write_each_way(pid_t pid, const char *text)
{
	off_t at = (off_t)(unsigned long)buffer;
	struct iovec from = { (char *)text, LARGE };
	struct iovec to[2] = { { buffer, 1000 }, { buffer + 2000, LARGE - 2000 } };
	struct iovec parts[2] = { { (char *)text, 10 }, { (char *)text + 50, 20 } };
	char path[40];
	int fd;

	check(process_vm_writev(pid, &from, 1, to, 2, 0), LARGE - 1000, "process_vm_writev");
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDWR);
	check(pwrite(fd, text, 500, at + 1100), 500, "pwrite");
	check(pwritev(fd, parts, 2, at + 1700), 30, "pwritev");
	lseek(fd, at + 1800, SEEK_SET);
	check(write(fd, text + 7, 50), 50, "write");
	check(writev(fd, parts, 2), 30, "writev");
	check(pwritev2(fd, parts, 2, -1, 0), 30, "pwritev2");
	close(fd);
	check(process_vm_writev(pid, &from, 1, &(struct iovec){ (void *)16, 8 }, 1, 0), -1, "nowhere");
}

static void into_call(void)
{
	static char text[LARGE];
	int gate[2];
	pid_t child;
	char c;

	for (int i = 0; i < LARGE; i++)
		text[i] = (char)('a' + i % 25);
	check(pipe(gate), 0, "pipe");
	child = fork();
	if (!child) {
		check(read(gate[0], &c, 1), 1, "read");
		printf("in a call: %u %.12s\n", sum(buffer, LARGE), buffer + 1800);
		exit(0);
	}
	pause_ms(30);
	write_each_way(child, text);
	check(write(gate[1], "x", 1), 1, "write to a pipe");
	finish(child);
	printf("own copy untouched: %d\n", buffer[0]);
}

/* ---- into one that computes ---- */

static void set_word(pid_t pid)
{
	int value = 1;
	struct iovec from = { &value, sizeof(value) }, to = { (void *)&word, sizeof(word) };

	check(process_vm_writev(pid, &from, 1, &to, 1, 0), sizeof(value), "process_vm_writev");
}

static void count_until_set(const char *where)
{
	unsigned long n = 0;

	while (!word)
		n++;
	printf("%s: %lu\n", where, n);
	exit(0);
}

static void into_user_code(void)
{
	pid_t child = fork();

	if (!child)
		count_until_set("computing");
	pause_ms(20);
	set_word(child);
	finish(child);
}

static void into_stopped(void)
{
	pid_t child = fork();
	int status;

	if (!child)
		count_until_set("stopped");
	pause_ms(20);
	kill(child, SIGSTOP);
	waitpid(child, &status, WUNTRACED);
	check(WIFSTOPPED(status), 1, "stopped");
	set_word(child);
	kill(child, SIGCONT);
	finish(child);
}

/* ---- by a thread whose siblings go on meanwhile ---- */

static void *write_after_preparing(void *child)
{
	pause_ms(10);
	prepared = 1;
	set_word((pid_t)(long)child);
	return NULL;
}

static void by_thread(void)
{
	unsigned long n = 0;
	pthread_t t;
	pid_t child = fork();

	if (!child)
		count_until_set("by a thread");
	pthread_create(&t, NULL, write_after_preparing, (void *)(long)child);
	while (!prepared) {
		getppid();
		n++;
	}
	printf("its sibling: %lu\n", n);
	pthread_join(t, NULL);
	finish(child);
}

int main(int argc, char **argv)
{
	static void (*const ways[])(void) = { into_call, into_user_code, into_stopped, by_thread };

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 0; i < 4; i++)
		if (argc < 2 || atoi(argv[1]) == i)
			ways[i]();
	return 0;
}
