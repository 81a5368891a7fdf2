// SPDX-License-Identifier: GPL-2.0
/* scap-diff's ranks: golden pairs with more than one difference, of which the report must name the cause first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <format/diff.h>

#include "golden.h"

/* ---- what varies by itself ---- */

static void seed_decides_the_course(struct maker *m, bool b)
{
	begin(m);
	put_random(m, b ? "12345678" : "abcdefgh");
	look_at_clock(m, b ? 200 : 100);
	go_on(m, 1, 3);
	if (b)
		make_simple(m, 1, UNLINK, 0, 4096);
	finish(m, 0);
}

static void answer_decides_after_a_seed(struct maker *m, bool b)
{
	begin(m);
	put_random(m, b ? "12345678" : "abcdefgh");
	read_text(m, 1, 3, b ? "no" : "ok");
	go_on(m, 1, 3);
	write_text(m, 1, 1, b ? "refused\n" : "granted\n");
	finish(m, 0);
}

static void clock_is_printed(struct maker *m, bool b)
{
	begin(m);
	look_at_clock(m, b ? 200 : 100);
	write_text(m, 1, 1, b ? "it is 200\n" : "it is 100\n");
	finish(m, 0);
}

/* Output goes to a file that was longer the second time. */
static void answer_and_where_output_stands(struct maker *m, bool b)
{
	begin(m);
	read_text(m, 1, 3, b ? "no" : "ok");
	make_call(m, SCAP_EV_SYSCALL, 1, LSEEK, b ? 69 : 0, 1, 0, SEEK_CUR);
	make_put(m);
	write_text(m, 1, 1, b ? "refused\n" : "granted\n");
	finish(m, 0);
}

/* ---- numbers of descriptors ---- */

static void put_pipe(struct maker *m, uint32_t tid, int first)
{
	int fd[2] = { first, first + 1 };

	make_call(m, SCAP_EV_SYSCALL, tid, PIPE2, 0, 4096, O_CLOEXEC, 0);
	make_span(m, SCAP_SPAN_OUT, 0, 4096, fd, sizeof(fd));
	make_put(m);
}

/* A thread has a pipe open, or not yet, as the other one makes a child. */
static void child_inherits_a_descriptor(struct maker *m, bool b)
{
	begin(m);
	make_fork(m, 1, 2, THREAD_FLAGS);
	if (b)
		put_pipe(m, 2, 3);
	make_simple(m, 1, DUP, 9, 0);
	if (!b)
		put_pipe(m, 2, 3);
	make_fork(m, 1, 7, SIGCHLD);
	put_pipe(m, 7, b ? 5 : 3);
	make_exit(m, 7, 0);
	finish(m, 0);
}

/* The other thread has nothing more to do behind its last step, or did it before the child was made. */
static void child_made_before_a_thread_is_done(struct maker *m, bool b)
{
	begin(m);
	make_fork(m, 1, 2, THREAD_FLAGS);
	go_on(m, 2, 2);
	make_simple(m, 1, DUP, 9, 0);
	if (!b)
		put_pipe(m, 2, 3);
	make_fork(m, 1, 7, SIGCHLD);
	put_pipe(m, 7, b ? 3 : 5);
	make_exit(m, 7, 0);
	if (b)
		put_pipe(m, 2, 3);
}

static void descriptor_after_a_file_is_missing(struct maker *m, bool b)
{
	begin(m);
	open_file(m, 1, "/etc/prog.conf", O_RDONLY, b ? -ENOENT : 3);
	go_on(m, 1, 60);
	put_pipe(m, 1, b ? 3 : 4);
	if (b)
		write_text(m, 1, 2, "no configuration\n");
	finish(m, 0);
}

static void no_descriptor_is_left(struct maker *m, bool b)
{
	begin(m);
	make_simple(m, 1, DUP, b ? -EMFILE : 7, 3);
	finish(m, 0);
}

/* ---- when something came ---- */

static void signal_after_more_steps(struct maker *m, bool b)
{
	begin(m);
	if (!b) {
		make_simple(m, 1, DUP, 7, 3);
		make_simple(m, 1, CLOSE, 0, 7);
	}
	put_signal(m, SIGTERM);
	finish(m, 0);
}

/* How far the child comes before it is killed decides nothing. */
static void child_is_killed(struct maker *m, bool b)
{
	begin(m);
	make_fork(m, 1, 2, SIGCHLD);
	go_on(m, 2, 4);
	for (int i = 0; i < (b ? 3 : 8); i++)
		make_simple(m, 2, CHMOD, i, 4096);
	read_text(m, 1, 3, b ? "no" : "ok");
	go_on(m, 1, 40);
	if (b)
		make_simple(m, 1, UNLINK, 0, 4096);
	make_exit(m, 2, SIGKILL);
	finish(m, 0);
}

static void try_to_connect(struct maker *m, int64_t result)
{
	make_simple(m, 1, DUP, 4, 3);
	make_simple(m, 1, CONNECT, result, 4);
	if (result)
		make_simple(m, 1, CLOSE, 0, 4);
}

static void tries_that_failed_otherwise(struct maker *m, bool b)
{
	begin(m);
	for (int i = 0; i < 12; i++)
		try_to_connect(m, i == 3 && b ? -ENOENT : i == 8 && b ? -EACCES : -ECONNREFUSED);
	try_to_connect(m, b ? 0 : -ECONNREFUSED);
	if (b)
		write_text(m, 1, 4, "hello");
	finish(m, 0);
}

static void tries_that_went_on(struct maker *m, bool b)
{
	begin(m);
	for (int i = 0; i < (b ? 6 : 3000); i++)
		try_to_connect(m, -ECONNREFUSED);
	try_to_connect(m, b ? 0 : -EACCES);
	if (b)
		write_text(m, 1, 4, "hello");
	finish(m, 0);
}

/* Nobody knows why the call was made earlier; the answer is what parts the two. */
static void call_in_another_place(struct maker *m, bool b)
{
	begin(m);
	put_random(m, b ? "12345678" : "abcdefgh");
	if (b)
		make_simple(m, 1, GETUID, 0, 0);
	go_on(m, 1, 6);
	if (!b)
		make_simple(m, 1, GETUID, 0, 0);
	make_fork(m, 1, 2, SIGCHLD);
	go_on(m, 1, 6);
	make_exec(m, 2, "/bin/child");
	read_text(m, 2, 3, b ? "no" : "ok");
	if (b)
		make_simple(m, 2, UNLINK, 0, 4096);
	go_on(m, 2, 6);
	make_exit(m, 2, 0);
	finish(m, 0);
}

/* The parent sees the end of a child that crashed, and a peer does, too. */
static void child_crashes(struct maker *m, bool b)
{
	int status = b ? SIGSEGV : 0;

	begin(m);
	make_fork(m, 1, 2, SIGCHLD);
	go_on(m, 2, 6);
	read_text(m, 2, 4, b ? "bad" : "fit");
	go_on(m, 2, 50);
	make_exit(m, 2, status);
	read_text(m, 1, 3, b ? "" : "answer");
	make_call(m, SCAP_EV_SYSCALL, 1, WAIT4, 2, 2, 4096, 0);
	make_span(m, SCAP_SPAN_OUT, 1, 4096, &status, sizeof(status));
	make_put(m);
	make_simple(m, 1, b ? UNLINK : CHMOD, 0, 4096);
	finish(m, 0);
}

/* In A the wait has timed out when the child tries. */
static void child_wakes_its_parent(struct maker *m, bool b)
{
	begin(m);
	make_fork(m, 1, 2, SIGCHLD);
	go_on(m, 2, 6);
	if (!b)
		put_poll(m, 0);
	make_simple(m, 2, CONNECT, b ? 0 : -EACCES, 4);
	if (b)
		put_poll(m, 1);
	make_simple(m, 1, b ? ACCEPT : CLOSE, b ? 4 : 0, 3);
	make_simple(m, 2, b ? GETUID : CLOSE, 0, 4);
	go_on(m, 2, 6);
	make_exit(m, 2, 0);
	finish(m, 0);
}

/* What a process is told once it has made a child, the child does not know. */
static void parent_reads_after_the_fork(struct maker *m, bool b)
{
	begin(m);
	make_fork(m, 1, 2, SIGCHLD);
	read_text(m, 1, 3, b ? "no" : "ok");
	go_on(m, 1, 40);
	make_call(m, SCAP_EV_SYSCALL, 2, GETRANDOM, 8, 4096, 8, 0);
	make_span(m, SCAP_SPAN_OUT, 0, 4096, b ? "12345678" : "abcdefgh", 8);
	make_put(m);
	go_on(m, 2, 6);
	if (b)
		make_simple(m, 2, UNLINK, 0, 4096);
	go_on(m, 2, 6);
	make_exit(m, 2, 0);
	finish(m, 0);
}

static const struct golden set[] = {
	{ "a seed, and another course", seed_decides_the_course, "chance",
	  "only what varies by itself differed before: getrandom (event 8), clock_gettime (event 9); then unlink(" },
	{ "a seed, and an answer", answer_decides_after_a_seed, "output",
	  "memory written by the kernel behind argument 2 of read, from byte 0 on: \"ok\" in A, \"no\" in B" },
	{ "a clock that is printed", clock_is_printed, "chance",
	  "only what varies by itself differed before: clock_gettime (event 8); then memory passed in behind argument 2 of write" },
	{ "an answer, and where output stands", answer_and_where_output_stands, "output",
	  "memory written by the kernel behind argument 2 of read" },
	{ "a descriptor that a child inherits", child_inherits_a_descriptor, "order",
	  "in process 1, before it made this one, the threads took turns in another order from event " },
	{ "a child made before a thread is done", child_made_before_a_thread_is_done, "order",
	  "in process 1, before it made this one, the threads took turns in another order from event " },
	{ "a descriptor after a file is missing", descriptor_after_a_file_is_missing, "result",
	  "the result of openat: 3 in A, ENOENT in B" },
	{ "a signal after more steps", signal_after_more_steps, "signal",
	  "SIGTERM came later in A, after dup(3) = 7 and 1 more step" },
	{ "a child that is killed, and an answer", child_is_killed, "output",
	  "memory written by the kernel behind argument 2 of read, from byte 0 on: \"ok\" in A, \"no\" in B" },
	{ "tries that failed otherwise", tries_that_failed_otherwise, "result",
	  "the result of connect: ECONNREFUSED in A, 0 in B" },
	{ "tries that went on", tries_that_went_on, "result", "the result of connect: EACCES in A, 0 in B" },
	{ "a call in another place, and an answer", call_in_another_place, "output",
	  "memory written by the kernel behind argument 2 of read, from byte 0 on: \"ok\" in A, \"no\" in B" },
	{ "a child that crashes", child_crashes, "output",
	  "memory written by the kernel behind argument 2 of read, from byte 0 on: \"fit\" in A, \"bad\" in B" },
	{ "a child that wakes its parent", child_wakes_its_parent, "result", "the result of connect: EACCES in A, 0 in B" },
	{ "what a parent reads after the fork", parent_reads_after_the_fork, "chance",
	  "only what varies by itself differed before: getrandom (event 53)" },
	{ "no descriptor is left", no_descriptor_is_left, "result", "the result of dup: 7 in A, EMFILE in B" },
};

int main(void)
{
	return golden_run(set, sizeof(set) / sizeof(*set));
}
