/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Golden pairs for scap-diff: two recordings made by hand that differ in one thing, and
 * the one sentence that text, JSON and HTML must name first.
 */
#ifndef TESTS_GOLDEN_H
#define TESTS_GOLDEN_H

#include "make-trace.h"

/* x86-64 numbers. */
enum { READ = 0, WRITE = 1, CLOSE = 3, FSTAT = 5, POLL = 7, LSEEK = 8, MMAP = 9, MUNMAP = 11, BRK = 12,
       RT_SIGACTION = 13, IOCTL = 16, READV = 19, WRITEV = 20, PIPE = 22, SELECT = 23, DUP = 32, NANOSLEEP = 35, GETPID = 39,
       SENDFILE = 40, CONNECT = 42, ACCEPT = 43, GETSOCKNAME = 51, EXECVE = 59, WAIT4 = 61, FCNTL = 72,
       UNLINK = 87, CHMOD = 90, GETUID = 102, FUTEX = 202, GETDENTS64 = 217, CLOCK_GETTIME = 228, EPOLL_WAIT = 232, OPENAT = 257,
       NEWFSTATAT = 262, PIPE2 = 293, PRLIMIT64 = 302, GETRANDOM = 318, STATX = 332 };

/* As pthread_create asks for a thread, roughly. */
#define THREAD_FLAGS 0x10f00

/* @sentence: what the report must name first, as @class; NULL: the two are equal */
struct golden {
	const char *name;
	scene *scene;
	const char *class, *sentence;
};

/* ---- checking ---- */

struct golden_set {
	const struct golden *v;
	size_t n;
};

/* Tests of the set that is their state: each pair gives its cause in all three forms. */
void every_pair_names_its_cause(void **state);
/* What is found does not depend on which of the two is the first. */
void order_of_the_two_does_not_matter(void **state);
/* Both of @n pairs, where there is nothing else to test. Returns how many failed, as main() does. */
int golden_run(const struct golden *v, size_t n);

/* ---- steps to write a scene of ---- */

/* /bin/prog begins as task 1, and ends with @status; with steps around what is in between. */
void begin(struct maker *m);
void finish(struct maker *m, int status);
/* So many steps as before, so that what follows stands apart. */
void go_on(struct maker *m, uint32_t tid, unsigned int n);
void put_read(struct maker *m, uint32_t tid, int fd, const char *bytes, uint16_t len);
void read_text(struct maker *m, uint32_t tid, int fd, const char *text);
void write_text(struct maker *m, uint32_t tid, int fd, const char *text);
void open_file(struct maker *m, uint32_t tid, const char *path, uint64_t flags, int64_t result);
void put_signal(struct maker *m, int signo);
void put_poll(struct maker *m, int64_t result);
void look_at_clock(struct maker *m, uint64_t seconds);
void put_random(struct maker *m, const char *eight);
void put_stat(struct maker *m, uint64_t size, uint32_t uid);

#endif
