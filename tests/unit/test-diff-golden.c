// SPDX-License-Identifier: GPL-2.0
/*
 * The golden set of scap-diff: pairs of recordings made by hand, each with the one sentence
 * and class that text, JSON and HTML must name first, or with nothing where they are equal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <format/diff.h>

#include "golden.h"

/* ---- one thing is different ---- */

static void changed_result(struct maker *m, bool b)
{
	begin(m);
	make_simple(m, 1, CLOSE, b ? -EBADF : 0, 3);
	finish(m, 0);
}

static void file_is_missing(struct maker *m, bool b)
{
	begin(m);
	open_file(m, 1, "/etc/prog.conf", O_RDONLY, b ? -ENOENT : 3);
	if (!b) {
		read_text(m, 1, 3, "colour = red\n");
		make_simple(m, 1, CLOSE, 0, 3);
	}
	finish(m, 0);
}

static void changed_byte(struct maker *m, bool b)
{
	begin(m);
	read_text(m, 1, 3, b ? "colour = rid\n" : "colour = red\n");
	finish(m, 0);
}

static void changed_byte_then_output(struct maker *m, bool b)
{
	begin(m);
	read_text(m, 1, 3, b ? "2" : "1");
	go_on(m, 1, 3);
	write_text(m, 1, 1, b ? "two\n" : "one\n");
	finish(m, 0);
}

static void changed_byte_then_branch(struct maker *m, bool b)
{
	begin(m);
	read_text(m, 1, 3, b ? "n" : "y");
	if (b) {
		write_text(m, 1, 2, "refused\n");
		make_exit(m, 1, 1 << 8);
		return;
	}
	make_simple(m, 1, UNLINK, 0, 4096);
	write_text(m, 1, 1, "done\n");
	finish(m, 0);
}

static void shorter_read(struct maker *m, bool b)
{
	begin(m);
	read_text(m, 1, 3, b ? "half" : "half and the rest");
	finish(m, 0);
}

static void changed_binary(struct maker *m, bool b)
{
	uint8_t bytes[32] = { 0x80, 0xff, 1, 2, 3 };

	bytes[20] = b ? 0xfe : 0xef;
	begin(m);
	put_read(m, 1, 3, (char *)bytes, sizeof(bytes));
	finish(m, 0);
}

static void end_of_file_early(struct maker *m, bool b)
{
	begin(m);
	read_text(m, 1, 3, "line 1\n");
	read_text(m, 1, 3, b ? "" : "line 2\n");
	finish(m, 0);
}

static void other_size(struct maker *m, bool b)
{
	begin(m);
	put_stat(m, b ? 12 : 5, 0);
	finish(m, 0);
}

static void other_owner(struct maker *m, bool b)
{
	begin(m);
	put_stat(m, 5, b ? 1000 : 0);
	finish(m, 0);
}

static void inserted_call(struct maker *m, bool b)
{
	begin(m);
	if (b)
		make_simple(m, 1, DUP, 7, 3);
	finish(m, 0);
}

static void missing_calls(struct maker *m, bool b)
{
	begin(m);
	for (int i = 0; i < 300 && !b; i++)
		make_simple(m, 1, DUP, 7 + i, 3);
	finish(m, 0);
}

/* Data from a file, @n times, copied: the last read says that there is no more. */
static void copy(struct maker *m, int n)
{
	char text[32];

	for (int i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "line %d\n", i);
		read_text(m, 1, 3, text);
		write_text(m, 1, 4, text);
	}
	read_text(m, 1, 3, "");
}

static void loop_ran_more_often(struct maker *m, bool b)
{
	begin(m);
	copy(m, b ? 12 : 5);
	finish(m, 0);
}

static void loop_ran_once_more(struct maker *m, bool b)
{
	begin(m);
	copy(m, b ? 5 : 6);
	finish(m, 0);
}

static void loop_longer_than_the_window(struct maker *m, bool b)
{
	begin(m);
	copy(m, b ? 20005 : 5);
	finish(m, 0);
}

static void loop_with_another_answer_inside(struct maker *m, bool b)
{
	begin(m);
	for (int i = 0; i < (b ? 2000 : 2004); i++) {
		make_simple(m, 1, DUP, b && i == 3 ? 9 : 7, 3);
		make_simple(m, 1, CLOSE, 0, 7);
		make_simple(m, 1, LSEEK, i, 9);
	}
	make_simple(m, 1, UNLINK, 0, 4096);
	finish(m, 0);
}

static void another_call(struct maker *m, bool b)
{
	begin(m);
	make_simple(m, 1, b ? GETUID : DUP, 7, 3);
	finish(m, 0);
}

static void other_argument(struct maker *m, bool b)
{
	begin(m);
	make_simple(m, 1, CLOSE, 0, b ? 4 : 3);
	finish(m, 0);
}

static void other_flags(struct maker *m, bool b)
{
	begin(m);
	open_file(m, 1, "/etc/prog.conf", b ? O_RDWR : O_RDONLY, 3);
	finish(m, 0);
}

static void other_path(struct maker *m, bool b)
{
	begin(m);
	open_file(m, 1, b ? "/etc/other.conf" : "/etc/prog.conf", O_RDONLY, 3);
	finish(m, 0);
}

/* A call with a socket address, which it passes in or gets. */
static void put_address(struct maker *m, uint32_t nr, uint16_t port)
{
	const struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	bool in = nr == CONNECT;

	make_call(m, SCAP_EV_SYSCALL, 1, nr, 0, 3, 4096, in ? sizeof(sa) : 8192)->in_hash = in ? port : 0;
	make_span(m, in ? SCAP_SPAN_IN : SCAP_SPAN_OUT, 1, 4096, &sa, sizeof(sa));
	make_put(m);
}

static void other_address_connected(struct maker *m, bool b)
{
	begin(m);
	put_address(m, CONNECT, b ? 8080 : 80);
	finish(m, 0);
}

static void other_output_text(struct maker *m, bool b)
{
	begin(m);
	write_text(m, 1, 1, b ? "total 4\n" : "total 3\n");
	finish(m, 0);
}

static void lost_signal(struct maker *m, bool b)
{
	begin(m);
	if (!b)
		put_signal(m, SIGTERM);
	finish(m, 0);
}

static void signal_came_later(struct maker *m, bool b)
{
	begin(m);
	for (int i = 0; i < 20 && b; i++)
		make_simple(m, 1, DUP, 7 + i, 3);
	put_signal(m, b ? SIGTERM : SIGHUP);
	make_exit(m, 1, b ? 0 : 143 << 8);
}

static void signal_without_a_handler(struct maker *m, bool b)
{
	begin(m);
	put_signal(m, SIGTERM);
	m->e.signal.action = b ? SCAP_ACT_FATAL : SCAP_ACT_HANDLER;
	make_put(m);
	finish(m, b ? SIGTERM : 0);
}

static void other_signal(struct maker *m, bool b)
{
	begin(m);
	put_signal(m, b ? SIGTERM : SIGHUP);
	finish(m, 0);
}

static void signal_then_exit(struct maker *m, bool b)
{
	begin(m);
	if (b) {
		put_signal(m, SIGTERM);
		write_text(m, 1, 2, "terminated\n");
		make_exit(m, 1, 143 << 8);
		return;
	}
	read_text(m, 1, 3, "input");
	write_text(m, 1, 1, "output");
	finish(m, 0);
}

static void poll_timed_out(struct maker *m, bool b)
{
	begin(m);
	put_poll(m, b ? 0 : 1);
	if (b)
		write_text(m, 1, 1, "no answer\n");
	else
		read_text(m, 1, 3, "answer");
	finish(m, 0);
}

static void swapped_threads(struct maker *m, bool b)
{
	begin(m);
	make_fork(m, 1, 2, THREAD_FLAGS);
	make_fork(m, 1, 3, THREAD_FLAGS);
	read_text(m, b ? 3 : 2, 3, "first job");
	read_text(m, b ? 2 : 3, 3, "second job");
	finish(m, 0);
}

static void order_decides_what_is_written(struct maker *m, bool b)
{
	begin(m);
	make_fork(m, 1, 2, THREAD_FLAGS);
	if (b)
		make_simple(m, 1, DUP, 7, 3);
	make_simple(m, 2, DUP, 7, 3);
	if (!b)
		make_simple(m, 1, DUP, 7, 3);
	write_text(m, 1, 1, b ? "counter 1\n" : "counter 2\n");
	finish(m, 0);
}

static void crash(struct maker *m)
{
	struct scap_ev_signal *s = &make_event(m, SCAP_EV_SIGNAL, 1)->signal;

	s->signo = SIGSEGV;
	s->place = SCAP_SIG_SYNCHRONOUS;
	s->action = SCAP_ACT_FATAL;
	make_put(m);
	make_exit(m, 1, SIGSEGV);
}

static void crash_of_a_thread(struct maker *m, bool b)
{
	begin(m);
	make_fork(m, 1, 2, THREAD_FLAGS);
	if (b)
		make_simple(m, 1, DUP, 7, 3);
	make_simple(m, 2, DUP, 7, 3);
	if (!b)
		make_simple(m, 1, DUP, 7, 3);
	if (!b) {
		finish(m, 0);
		return;
	}
	crash(m);
}

/* What the two share is in memory, and no call tells when either was at work. */
static void interrupted_in_user_code(struct maker *m, bool b)
{
	begin(m);
	make_fork(m, 1, 2, THREAD_FLAGS);
	make_simple(m, 2, DUP, 7, 3);
	if (b) {
		make_event(m, SCAP_EV_SWITCH, 1);
		make_put(m);
		crash(m);
		return;
	}
	finish(m, 0);
}

static void killed_in_a_call(struct maker *m, bool b)
{
	begin(m);
	make_call(m, b ? SCAP_EV_SYSCALL_ENTER : SCAP_EV_SYSCALL, 1, POLL, 0, 4096, 0, 1000);
	make_put(m);
	make_exit(m, 1, b ? SIGKILL : 0);
}

static void random_number_is_printed(struct maker *m, bool b)
{
	begin(m);
	put_random(m, b ? "abcdefgh" : "12345678");
	write_text(m, 1, 1, b ? "lucky 7\n" : "lucky 3\n");
	finish(m, 0);
}

static void child_reads_something_else(struct maker *m, bool b)
{
	begin(m);
	make_fork(m, 1, 2, SIGCHLD);
	make_exec(m, 2, "/bin/child");
	read_text(m, 2, 3, b ? "tan" : "red");
	make_exit(m, 2, 0);
	finish(m, 0);
}

static void another_program(struct maker *m, bool b)
{
	begin(m);
	make_fork(m, 1, 2, SIGCHLD);
	make_exec(m, 2, b ? "/bin/false" : "/bin/true");
	make_exit(m, 2, 0);
	finish(m, 0);
}

static void child_more(struct maker *m, bool b)
{
	begin(m);
	if (b) {
		make_fork(m, 1, 5, SIGCHLD);
		make_exec(m, 5, "/bin/extra");
		make_exit(m, 5, 0);
	}
	make_fork(m, 1, 2, SIGCHLD);
	make_exec(m, 2, "/bin/child");
	read_text(m, 2, 3, "red");
	make_exit(m, 2, 0);
	finish(m, 0);
}

static void other_status(struct maker *m, bool b)
{
	begin(m);
	go_on(m, 1, 6);
	make_exit(m, 1, b ? SIGSEGV : 3 << 8);
}

static void ends_early(struct maker *m, bool b)
{
	begin(m);
	if (!b)
		make_simple(m, 1, CLOSE, 0, 3);
}

static void control_bytes(struct maker *m, bool b)
{
	begin(m);
	read_text(m, 1, 3, b ? "\033[31mred\033[0m\007" : "\033[32mred\033[0m\007");
	finish(m, 0);
}

static void not_utf8(struct maker *m, bool b)
{
	begin(m);
	read_text(m, 1, 3, b ? "na\xc3\xafve \xff\xfe" : "na\xc3\xafve \xff\xfd");
	finish(m, 0);
}

static void a_page_of_html(struct maker *m, bool b)
{
	begin(m);
	read_text(m, 1, 3, b ? "</pre><script>alert('b')</script>" : "</pre><script>alert('a')</script>");
	finish(m, 0);
}

static void every_third_answer(struct maker *m, bool b)
{
	begin(m);
	for (int i = 0; i < 900; i++)
		make_simple(m, 1, LSEEK, i % 3 || !b ? i : i + 5000, 4);
	finish(m, 0);
}

static void cause_far_from_an_unrelated_one(struct maker *m, bool b)
{
	begin(m);
	read_text(m, 1, 5, b ? "load 0.7" : "load 0.1");
	go_on(m, 1, 60);
	read_text(m, 1, 3, b ? "no" : "ok");
	if (b)
		write_text(m, 1, 2, "failed\n");
	finish(m, b ? 1 << 8 : 0);
}

/* ---- nothing is different ---- */

static void other_temporary_name(struct maker *m, bool b)
{
	begin(m);
	open_file(m, 1, b ? "/tmp/tmp.hX8k2LpQ0z/out" : "/tmp/tmp.A0zzT9kq1B/out", O_RDWR, 3);
	open_file(m, 1, b ? "/tmp/ccaB3d9X.s" : "/tmp/ccZ1y0Pq.s", O_RDWR, 3);
	open_file(m, 1, b ? "/tmp/sortN2zjmb" : "/tmp/sortoaEDDQ", O_RDWR, 3);
	open_file(m, 1, b ? "/proc/4711/stat" : "/proc/123/stat", O_RDONLY, 3);
	open_file(m, 1, b ? "/proc/self/task/4712/comm" : "/proc/self/task/124/comm", O_RDONLY, 3);
	open_file(m, 1, b ? "/proc/4711/task/4712/comm" : "/proc/123/task/124/comm", O_RDONLY, 3);
	write_text(m, 1, 1, b ? "made /tmp/tmp.hX8k2LpQ0z\n" : "made /tmp/tmp.A0zzT9kq1B\n");
	finish(m, 0);
}

static void polled_more_often(struct maker *m, bool b)
{
	begin(m);
	for (int i = 0; i < (b ? 9000 : 3); i++) {
		look_at_clock(m, (uint64_t)i + 100);
		put_poll(m, 0);
	}
	put_poll(m, 1);
	read_text(m, 1, 3, "answer");
	finish(m, 0);
}

/* The rest of a time that was computed from the clock. */
static void waited_for_the_rest(struct maker *m, bool b)
{
	begin(m);
	make_call(m, SCAP_EV_SYSCALL, 1, POLL, 1, 4096, 1, b ? 812 : 770);
	make_put(m);
	finish(m, 0);
}

static void waits_for_ever(struct maker *m, bool b)
{
	begin(m);
	make_call(m, SCAP_EV_SYSCALL, 1, POLL, 1, 4096, 1, b ? 0xffffffffu : 770);
	make_put(m);
	finish(m, 0);
}

static void tried_again(struct maker *m, bool b)
{
	begin(m);
	for (int i = 0; i < 4 && b; i++)
		make_simple(m, 1, ACCEPT, i % 2 ? -EAGAIN : -EINTR, 3);
	make_simple(m, 1, ACCEPT, 4, 3);
	finish(m, 0);
}

static void waited_for_a_lock(struct maker *m, bool b)
{
	begin(m);
	if (b)
		make_simple(m, 1, FUTEX, 0, 4096);
	make_simple(m, 1, DUP, 7, 3);
	finish(m, 0);
}

static void port_that_the_kernel_gave(struct maker *m, bool b)
{
	begin(m);
	put_address(m, GETSOCKNAME, b ? 53287 : 49213);
	put_address(m, CONNECT, b ? 53287 : 49213);
	finish(m, 0);
}

/* What stands behind the path's end, nobody looks at. */
static void socket_in_a_temporary_directory(struct maker *m, bool b)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	memset(sa.sun_path, b ? 'x' : 'y', sizeof(sa.sun_path));
	strcpy(sa.sun_path, b ? "/tmp/server-Y1AMLT/socket" : "/tmp/server-p3ZpeI/socket");
	begin(m);
	make_call(m, SCAP_EV_SYSCALL, 1, CONNECT, 0, 3, 4096, sizeof(sa))->in_hash = b;
	make_span(m, SCAP_SPAN_IN, 1, 4096, &sa, sizeof(sa));
	make_put(m);
	make_call(m, SCAP_EV_SYSCALL, 1, GETSOCKNAME, 0, 3, 4096, 8192);
	make_span(m, SCAP_SPAN_OUT, 1, 4096, &sa, sizeof(sa));
	make_put(m);
	finish(m, 0);
}

/* 64 MiB of 128 that begin at a multiple of 64 MiB are kept. */
static void arena_that_lay_elsewhere(struct maker *m, bool b)
{
	const uint64_t size = 64 << 20, kept = 100 * size, before = b ? size / 4 : size / 2;

	begin(m);
	make_call(m, SCAP_EV_SYSCALL, 1, MUNMAP, 0, kept - before, before, 0);
	make_put(m);
	make_call(m, SCAP_EV_SYSCALL, 1, MUNMAP, 0, kept + size, size - before, 0);
	make_put(m);
	finish(m, 0);
}

static void pointers_in_data(struct maker *m, bool b)
{
	uint64_t message[3] = { b ? 0x55d293243010 : 0x55a83b9223c0, 42, b ? 0x7f2bc3d40990 : 0x7fffb2069240 };

	begin(m);
	put_read(m, 1, 3, (char *)message, sizeof(message));
	read_text(m, 1, 3, b ? "7f2bc3d40000-7f2bc3d50000 r--p" : "7ffb12340000-7ffb12350000 r--p");
	finish(m, 0);
}

/* ---- the set ---- */

static const struct golden set[] = {
	{ "a result", changed_result, "result", "the result of close: 0 in A, EBADF in B" },
	{ "a file that is missing", file_is_missing, "result", "the result of openat: 3 in A, ENOENT in B" },
	{ "a byte", changed_byte, "output",
	  "memory written by the kernel behind argument 2 of read, from byte 10 on: \"ed\\n\" in A, \"id\\n\" in B" },
	{ "a byte, and what is printed", changed_byte_then_output, "output",
	  "memory written by the kernel behind argument 2 of read, from byte 0 on: \"1\" in A, \"2\" in B" },
	{ "a byte, and another branch", changed_byte_then_branch, "output",
	  "memory written by the kernel behind argument 2 of read, from byte 0 on: \"y\" in A, \"n\" in B" },
	{ "a shorter read", shorter_read, "result", "the result of read: 17 in A, 4 in B" },
	{ "a byte of a binary file", changed_binary, "output",
	  "memory written by the kernel behind argument 2 of read, from byte 20 on: " },
	{ "an early end of a file", end_of_file_early, "result", "the result of read: 7 in A, 0 in B" },
	{ "another size of a file", other_size, "output", "st_size behind argument 2 of fstat: 5 in A, 12 in B" },
	{ "another owner of a file", other_owner, "output", "st_uid behind argument 2 of fstat: 0 in A, 1000 in B" },
	{ "an inserted call", inserted_call, "call", "dup(3) = 7 is only in B" },
	{ "300 missing calls", missing_calls, "call", "the loop of dup ran 300 times more in A, first dup(3) = 7" },
	{ "a loop that ran more often", loop_ran_more_often, "call", "the loop of read, write ran 7 times more in B, first read(3, \"line 5\\n\"" },
	{ "a loop that ran once more", loop_ran_once_more, "call", "the loop of read, write ran once more in A, first read(3, \"line 5\\n\"" },
	{ "a loop of forty thousand steps more", loop_longer_than_the_window, "call",
	  "the loop of read, write ran 20000 times more in B, first read(3, \"line 5\\n\"" },
	{ "a loop of three calls, and an answer far before", loop_with_another_answer_inside, "call",
	  "the loop of dup, close, lseek ran 4 times more in A, first dup(3) = 7" },
	{ "another call", another_call, "call", "the call: dup in A, getuid in B" },
	{ "an argument", other_argument, "argument", "argument 1 of close: 3 in A, 4 in B" },
	{ "flags", other_flags, "argument", "argument 3 of openat: O_RDONLY in A, O_RDWR in B" },
	{ "a time, and for ever", waits_for_ever, "argument", "argument 3 of poll: 770 in A, -1 in B" },
	{ "a path", other_path, "input",
	  "memory passed in behind argument 2 of openat, 15 bytes in A and 16 in B, from byte 5 on: \"prog.conf\\0\" in A, \"other.conf\\0\" in B" },
	{ "a port", other_address_connected, "input",
	  "sin_port behind argument 2 of connect: htons(80) in A, htons(8080) in B" },
	{ "what is printed", other_output_text, "input",
	  "memory passed in behind argument 2 of write, from byte 6 on: \"3\\n\" in A, \"4\\n\" in B" },
	{ "a lost signal", lost_signal, "signal", "--- SIGTERM {" },
	{ "a signal that comes later", signal_came_later, "signal", "the signal: SIGHUP in A, SIGTERM in B" },
	{ "a signal that found no handler", signal_without_a_handler, "signal",
	  "how the signal came (action): its handler runs in A, fatal in B" },
	{ "another signal", other_signal, "signal", "the signal: SIGHUP in A, SIGTERM in B" },
	{ "a signal that ends it", signal_then_exit, "signal", "what happened: a system call in A, a signal in B" },
	{ "poll that timed out", poll_timed_out, "result", "the result of poll: 1 in A, 0 in B" },
	{ "swapped threads", swapped_threads, "order",
	  "the threads came in another order: what read gave this one in A, thread 1.2 got in B" },
	{ "threads that raced", order_decides_what_is_written, "order",
	  "the threads took turns in another order from event " },
	{ "threads that raced, and a crash", crash_of_a_thread, "order",
	  "the threads took turns in another order from event " },
	{ "a thread interrupted, and a crash", interrupted_in_user_code, "order",
	  "the threads were interrupted in user code in B, first at event " },
	{ "a call that does not return", killed_in_a_call, "end", "poll never returned in B" },
	{ "a random number that is printed", random_number_is_printed, "chance",
	  "only what varies by itself differed before: getrandom (event 8); then memory passed in behind argument 2 of write" },
	{ "what a child read", child_reads_something_else, "output",
	  "memory written by the kernel behind argument 2 of read, from byte 0 on: \"red\" in A, \"tan\" in B" },
	{ "another program", another_program, "program", "the file, 9 bytes in A and 10 in B" },
	{ "a child more", child_more, "call", "fork: process 5, domain 0, SIGCHLD and 1 more step are only in B" },
	{ "an exit status", other_status, "end", "the exit status: exit 3 in A, killed by SIGSEGV in B" },
	{ "an early end", ends_early, "end", "B has ended where A goes on with close(3) = 0" },
	{ "control bytes", control_bytes, "output",
	  "memory written by the kernel behind argument 2 of read, from byte 3 on: \"2mred\\33[0m\\7\" in A" },
	{ "bytes that are no UTF-8", not_utf8, "output", "memory written by the kernel behind argument 2 of read, from byte 8 on" },
	{ "a page of HTML", a_page_of_html, "output", "from byte 21 on: \"a')</script>\" in A, \"b')</script>\" in B" },
	{ "every third answer", every_third_answer, "result", "the result of lseek: 0 in A, 5000 in B" },
	{ "a cause and a difference that leads nowhere", cause_far_from_an_unrelated_one, "output",
	  "memory written by the kernel behind argument 2 of read, from byte 0 on: \"ok\" in A, \"no\" in B" },
	{ "temporary names", other_temporary_name, NULL, NULL },
	{ "polling 9000 times", polled_more_often, NULL, NULL },
	{ "the rest of a time", waited_for_the_rest, NULL, NULL },
	{ "calls tried again", tried_again, NULL, NULL },
	{ "a lock waited for", waited_for_a_lock, NULL, NULL },
	{ "a port that the kernel gave", port_that_the_kernel_gave, NULL, NULL },
	{ "a socket in a temporary directory", socket_in_a_temporary_directory, NULL, NULL },
	{ "an arena that lay elsewhere", arena_that_lay_elsewhere, NULL, NULL },
	{ "pointers in data", pointers_in_data, NULL, NULL },
};

int main(void)
{
	return golden_run(set, sizeof(set) / sizeof(*set));
}
