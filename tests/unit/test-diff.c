// SPDX-License-Identifier: GPL-2.0
/* scap-diff: what counts as a difference, what does not, and what the report says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <format/diff.h>

#include "make-trace.h"

/* x86-64 numbers. */
enum { READ = 0, WRITE = 1, CLOSE = 3, FSTAT = 5, MMAP = 9, BRK = 12, SIGRETURN = 15, WRITEV = 20,
       GETPID = 39, EXECVE = 59, FUTEX = 202, GETDENTS64 = 217, CLOCK_GETTIME = 228,
       EXIT_GROUP = 231, GETRANDOM = 318 };

static char report[1 << 16];
static struct scap_error error;

static int compare_files(const char *a, const char *b, bool strict)
{
	const struct scap_diff_options o = { .strict = strict, .context = 3 };
	FILE *out = fmemopen(report, sizeof(report), "w");
	int ret;

	assert_non_null(out);
	memset(&error, 0, sizeof(error));
	ret = scap_diff(a, b, &o, out, &error);
	fclose(out);
	return ret;
}

static int compare_scene(scene *s, bool strict)
{
	const char *a = make_path("a"), *b = make_path("b");

	make_side(a, s, false);
	make_side(b, s, true);
	return compare_files(a, b, strict);
}

static void says(const char *text)
{
	if (!strstr(report, text))
		fail_msg("the report does not say \"%s\":\n%s", text, report);
}

static void is_equal(scene *s)
{
	if (compare_scene(s, false) != SCAP_DIFF_EQUAL)
		fail_msg("not equal:\n%s%s", report, error.text);
	says("equal: ");
}

static void differs(scene *s)
{
	assert_int_equal(compare_scene(s, false), SCAP_DIFF_DIFFERENT);
}

/* A read of @bytes by @tid; the buffer's address is @addr. */
static void put_read(struct maker *m, uint32_t tid, uint64_t addr, const char *bytes)
{
	uint16_t len = (uint16_t)strlen(bytes);

	make_call(m, SCAP_EV_SYSCALL, tid, READ, len, 3, addr, 100);
	make_span(m, SCAP_SPAN_OUT, 1, addr, bytes, len);
	make_put(m);
}

static void put_write(struct maker *m, uint32_t tid, uint64_t addr, const char *bytes, uint64_t hash)
{
	uint16_t len = (uint16_t)strlen(bytes);
	struct scap_ev_syscall *c = make_call(m, SCAP_EV_SYSCALL, tid, WRITE, len, 1, addr, len);

	c->in_hash = hash;
	c->in_len = len;
	make_span(m, SCAP_SPAN_IN, 1, addr, bytes, len);
	make_put(m);
}

#define HEAP(other) ((other) ? 0x55aa12345000ull : 0x560000001000ull)

/* ---- equal ---- */

static void the_same(struct maker *m, bool other)
{
	(void)other;
	make_exec(m, 10, "/bin/prog");
	put_read(m, 10, 4096, "hello");
	make_simple(m, 10, CLOSE, 0, 3);
	make_exit(m, 10, 0);
}

static void other_ids_clocks_and_addresses(struct maker *m, bool other)
{
	uint32_t tid = other ? 77 : 10;
	uint64_t clock[2] = { other ? 999 : 111, 5 };

	if (other)
		m->time = 1000000000;
	make_exec(m, tid, "/bin/prog");
	put_read(m, tid, HEAP(other), "hello");
	make_simple(m, tid, GETPID, tid, 0);
	make_simple(m, tid, BRK, (int64_t)HEAP(other), HEAP(other));
	make_call(m, SCAP_EV_SYSCALL, tid, CLOCK_GETTIME, 0, 1, HEAP(other), 0);
	make_span(m, SCAP_SPAN_OUT, 1, HEAP(other), clock, sizeof(clock));
	make_put(m);
	make_exit(m, tid, 0);
}

static void random_numbers(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	make_call(m, SCAP_EV_SYSCALL, 1, GETRANDOM, 8, 4096, 8, 0);
	make_span(m, SCAP_SPAN_OUT, 0, 4096, other ? "12345678" : "abcdefgh", 8);
	make_put(m);
}

static void a_split_call(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	if (other) {
		make_call(m, SCAP_EV_SYSCALL_ENTER, 1, READ, 0, 3, 4096, 100);
		make_put(m);
		make_call(m, SCAP_EV_SYSCALL_EXIT, 1, READ, 5, 3, 4096, 100);
		make_span(m, SCAP_SPAN_OUT, 1, 4096, "hello", 5);
		make_put(m);
	} else {
		put_read(m, 1, 4096, "hello");
	}
	put_write(m, 1, 4096, "out", 5);
}

static void output_in_other_pieces(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	if (other) {
		make_event(m, SCAP_EV_DATA, 1);
		make_span(m, SCAP_SPAN_OUT, 1, 4096, "he", 2);
		make_put(m);
		make_call(m, SCAP_EV_SYSCALL, 1, READ, 5, 3, 4096, 100);
		make_span(m, SCAP_SPAN_OUT, 1, 4098, "llo", 3);
		make_put(m);
	} else {
		put_read(m, 1, 4096, "hello");
	}
}

/* A directory of two entries, whose inodes and offsets are nobody's business. */
static void a_directory_in_pieces(struct maker *m, bool other)
{
	uint64_t entries[8] = { 0 }, piece;

	for (int i = 0; i < 2; i++) {
		entries[4 * i] = other ? 100 : 200;
		entries[4 * i + 1] = other ? 7 : 8;
		entries[4 * i + 2] = 32 | 8 << 16;
		memcpy((char *)&entries[4 * i] + 19, i ? "second" : "first\0", 7);
	}
	make_exec(m, 1, "/bin/prog");
	piece = other ? 24 : 0;
	if (piece) {
		make_event(m, SCAP_EV_DATA, 1);
		make_span(m, SCAP_SPAN_OUT, 1, 4096, entries, (uint16_t)piece);
		make_put(m);
	}
	make_call(m, SCAP_EV_SYSCALL, 1, GETDENTS64, 64, 3, 4096, 1000);
	make_span(m, SCAP_SPAN_OUT, 1, 4096 + piece, (char *)entries + piece,
		  (uint16_t)(sizeof(entries) - piece));
	make_put(m);
}

static void tasks_in_another_order(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	make_fork(m, 1, 2, SIGCHLD);
	make_fork(m, 1, 3, SIGCHLD);
	for (int i = 0; i < 2; i++) {
		uint32_t tid = (i == 0) != other ? 2 : 3;

		put_read(m, tid, 4096, tid == 2 ? "two" : "three");
		make_exit(m, tid, 0);
	}
	make_exit(m, 1, 0);
}

static void inodes_and_times_of_a_file(struct maker *m, bool other)
{
	uint64_t stat[18] = { 1, other ? 500 : 600, 1, 0100644 };

	stat[6] = 4242;
	stat[9] = stat[11] = stat[13] = other ? 1000 : 2000;
	make_exec(m, 1, "/bin/prog");
	make_call(m, SCAP_EV_SYSCALL, 1, FSTAT, 0, 3, 4096, 0);
	make_span(m, SCAP_SPAN_OUT, 1, 4096, stat, sizeof(stat));
	make_put(m);
}

static void addresses_in_vectors(struct maker *m, bool other)
{
	uint64_t iov[2] = { HEAP(other), 3 };

	make_exec(m, 1, "/bin/prog");
	make_call(m, SCAP_EV_SYSCALL, 1, WRITEV, 3, 1, HEAP(other), 1)->in_hash = other;
	make_span(m, SCAP_SPAN_IN, 1, HEAP(other), iov, sizeof(iov));
	make_span(m, SCAP_SPAN_IN, 1, HEAP(other), "abc", 3);
	make_put(m);
}

static void notes_and_switches(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	if (other) {
		make_event(m, SCAP_EV_META, 1)->meta.kind = SCAP_META_NOTE;
		make_put(m);
		make_event(m, SCAP_EV_SWITCH, 1);
		make_put(m);
	}
	put_read(m, 1, 4096, "x");
}

static void counters(struct maker *m, bool other)
{
	struct scap_ev_trap *t;

	make_exec(m, 1, "/bin/prog");
	t = &make_event(m, SCAP_EV_TRAP, 1)->trap;
	t->kind = SCAP_TRAP_RDTSC;
	t->ip = HEAP(other);
	t->value[0] = other ? 12345 : 777;
	make_put(m);
}

static void what_varies_is_equal(void **state)
{
	(void)state;
	is_equal(the_same);
	is_equal(other_ids_clocks_and_addresses);
	is_equal(random_numbers);
	is_equal(a_split_call);
	is_equal(output_in_other_pieces);
	is_equal(a_directory_in_pieces);
	is_equal(tasks_in_another_order);
	is_equal(inodes_and_times_of_a_file);
	is_equal(addresses_in_vectors);
	is_equal(notes_and_switches);
	is_equal(counters);
}

static void what_varies_differs_when_strict(void **state)
{
	(void)state;
	assert_int_equal(compare_scene(the_same, true), SCAP_DIFF_EQUAL);
	assert_int_equal(compare_scene(a_split_call, true), SCAP_DIFF_EQUAL);
	assert_int_equal(compare_scene(output_in_other_pieces, true), SCAP_DIFF_EQUAL);
	assert_int_equal(compare_scene(random_numbers, true), SCAP_DIFF_DIFFERENT);
	says("memory written by the kernel behind argument 1 of getrandom");
	assert_int_equal(compare_scene(inodes_and_times_of_a_file, true), SCAP_DIFF_DIFFERENT);
	assert_int_equal(compare_scene(addresses_in_vectors, true), SCAP_DIFF_DIFFERENT);
	says("argument 2 of writev");
	assert_int_equal(compare_scene(other_ids_clocks_and_addresses, true), SCAP_DIFF_DIFFERENT);
	assert_int_equal(compare_scene(counters, true), SCAP_DIFF_DIFFERENT);
}

/* ---- different ---- */

static void other_output(struct maker *m, bool other)
{
	make_exec(m, 10, "/bin/prog");
	make_simple(m, 10, CLOSE, 0, 7);
	put_read(m, 10, 4096, other ? "help!" : "hello");
	make_exit(m, 10, 0);
}

static void output_that_differs_is_shown_from_its_first_byte(void **state)
{
	(void)state;
	differs(other_output);
	says("process 1: differs at event 3 of A, 3 of B (/bin/prog)");
	says("behind argument 2 of read, from byte 3 on: \"lo\" in A, \"p!\" in B");
	says("close(7)");
	says("likely: ");
	says("try: ");
}

static void other_result(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	make_simple(m, 1, CLOSE, other ? -9 : 0, 3);
}

static void a_result_that_differs_is_named(void **state)
{
	(void)state;
	differs(other_result);
	says("the result of close: 0 in A, EBADF in B");
}

static void an_id_or_none(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	make_simple(m, 1, GETPID, other ? 0 : 4711, 0);
}

static void ids_are_shown_as_they_are(void **state)
{
	(void)state;
	differs(an_id_or_none);
	says("the result of getpid: 4711 in A, 0 in B");
}

static void other_number(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	make_simple(m, 1, other ? CLOSE : GETPID, 0, 3);
}

static void another_call_is_named(void **state)
{
	(void)state;
	differs(other_number);
	says("the call: getpid in A, close in B");
}

static void other_argument(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	make_simple(m, 1, CLOSE, 0, other ? 4 : 3);
}

static void an_argument_that_differs_is_named(void **state)
{
	(void)state;
	differs(other_argument);
	says("argument 1 of close: 3 in A, 4 in B");
}

static void null_instead_of_an_address(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	make_simple(m, 1, BRK, 4096, other ? 0 : HEAP(false));
}

static void null_is_no_address(void **state)
{
	(void)state;
	differs(null_instead_of_an_address);
}

static void other_input(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	put_write(m, 1, 4096, other ? "bye" : "hey", 1);
}

static void other_input_behind_the_prefix(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	put_write(m, 1, 4096, "hey", other ? 1 : 2);
}

static void input_that_differs_is_shown_if_it_is_kept(void **state)
{
	(void)state;
	differs(other_input);
	says("memory passed in behind argument 2 of write, from byte 0 on: \"hey\" in A, \"bye\" in B");
	differs(other_input_behind_the_prefix);
	says("memory passed in of write (its hash): 0x2 in A, 0x1 in B");
}

static void one_goes_on(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	put_read(m, 1, 4096, "x");
	if (other)
		make_simple(m, 1, CLOSE, 0, 3);
}

static void the_other_goes_on(struct maker *m, bool other)
{
	one_goes_on(m, !other);
}

static void a_task_that_goes_on_is_a_difference(void **state)
{
	(void)state;
	differs(one_goes_on);
	says("process 1: event 3 of B has no counterpart");
	says("in A: nothing more: it has ended");
	says("in B: close(3)");
	differs(the_other_goes_on);
	says("process 1: event 3 of A has no counterpart");
	says("in B: nothing more: it has ended");
}

static void other_program(struct maker *m, bool other)
{
	make_exec(m, 1, other ? "/bin/false" : "/bin/true");
}

static void other_status(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	make_exit(m, 1, other ? SIGSEGV : 3 << 8);
}

static void other_content(struct maker *m, bool other)
{
	struct scap_ev_map *map;

	make_exec(m, 1, "/bin/prog");
	map = &make_event(m, SCAP_EV_MAP, 1)->map;
	map->source = SCAP_MAP_FILE;
	map->file.size = 4096;
	map->file.hash = other ? 1 : 2;
	make_span(m, SCAP_SPAN_PATH, SCAP_ARG_NONE, 0, "/lib/x.so", 9);
	make_put(m);
}

static void programs_and_their_ends_count(void **state)
{
	(void)state;
	differs(other_program);
	says("from byte 5 on: \"true\" in A, \"false\" in B");
	differs(other_content);
	says("the file (hash of the content): 2 in A, 1 in B");
	differs(other_status);
	says("the exit status: exit 3 in A, killed by SIGSEGV in B");
}

static void put_signal(struct maker *m, int signo)
{
	struct scap_ev_signal *s = &make_event(m, SCAP_EV_SIGNAL, 1)->signal;
	int32_t info[32] = { signo };

	s->signo = (uint32_t)signo;
	s->place = SCAP_SIG_AFTER_SYSCALL;
	s->action = SCAP_ACT_HANDLER;
	make_span(m, SCAP_SPAN_SIGINFO, SCAP_ARG_NONE, 0, info, sizeof(info));
	make_put(m);
}

static void other_signal(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	put_signal(m, other ? SIGTERM : SIGHUP);
}

static void a_signal_less(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	if (!other)
		put_signal(m, SIGTERM);
	make_simple(m, 1, CLOSE, 0, 3);
}

static void signals_count(void **state)
{
	(void)state;
	differs(other_signal);
	says("the signal: SIGHUP in A, SIGTERM in B");
	differs(a_signal_less);
	says("is only in A");
	says("likely: a signal came in one of the two only");
}

static void two_processes_differ(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	make_fork(m, 1, 2, SIGCHLD);
	make_fork(m, 1, 3, SIGCHLD);
	put_read(m, 3, 4096, other ? "a" : "b");
	put_read(m, 2, 4096, other ? "c" : "d");
	put_read(m, 2, 4096, other ? "e" : "f");
	make_exit(m, 1, 0);
}

static void processes_are_reported_in_order(void **state)
{
	char *first, *second;

	(void)state;
	differs(two_processes_differ);
	first = strstr(report, "process 1.2: differs");
	second = strstr(report, "process 1.1: differs");
	assert_non_null(first);
	assert_non_null(second);
	assert_true(first < second);
	assert_null(strstr(report, "process 1:"));
	says("3 differences in all");
}

static void parent_parts_before_fork(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	make_simple(m, 1, CLOSE, 0, other);
	make_fork(m, 1, 2, SIGCHLD);
	put_read(m, 2, 4096, other ? "a" : "b");
}

static void children_of_a_task_that_differed_are_compared(void **state)
{
	(void)state;
	differs(parent_parts_before_fork);
	says("first cause: process 1 (/bin/prog), event 2 of A, 2 of B: argument 1 of close");
	says("process 1.1: differs at event 7 of A, 7 of B");
}

static void chance_then_a_difference(struct maker *m, bool other)
{
	random_numbers(m, other);
	make_simple(m, 1, GETPID, 1, 0);
	make_simple(m, 1, CLOSE, 0, other);
}

static void what_was_passed_over_is_named(void **state)
{
	(void)state;
	differs(chance_then_a_difference);
	says("passed over before: getrandom (event 2)\n");
}

/* 0x10f00: the flags of a thread as pthread_create asks for it, roughly. */
static void a_thread_differs(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	make_fork(m, 1, 2, 0x10f00);
	put_read(m, 2, 4096, other ? "a" : "b");
	put_read(m, 1, 4096, other ? "a" : "b");
}

static void threads_belong_to_their_process(void **state)
{
	(void)state;
	differs(a_thread_differs);
	says("1. thread 1.1: differs");
	says("2. process 1: differs");
}

static void killed_in_a_call(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	make_call(m, SCAP_EV_SYSCALL_ENTER, 1, READ, 0, other ? 4 : 3, 4096, 100);
	make_put(m);
	make_exit(m, 1, SIGKILL);
}

static void a_call_that_never_returned_counts(void **state)
{
	(void)state;
	differs(killed_in_a_call);
	says("argument 1 of read: 3 in A, 4 in B");
}

static void put_big(struct maker *m, char last)
{
	static char bytes[60000];

	for (int i = 0; i < 4; i++) {
		memset(bytes, 'a' + i, sizeof(bytes));
		if (i == 3)
			bytes[sizeof(bytes) - 1] = last;
		make_event(m, SCAP_EV_DATA, 1);
		make_span(m, SCAP_SPAN_OUT, 1, 4096 + (uint64_t)i * sizeof(bytes), bytes, sizeof(bytes));
		make_put(m);
	}
	make_simple(m, 1, READ, 240000, 3);
}

static void big_output(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	put_big(m, other ? 'x' : 'y');
}

static void a_difference_far_into_big_output_is_found(void **state)
{
	(void)state;
	differs(big_output);
	says("memory written by the kernel behind argument 2 of read, from byte 239999 on: \"y\" in A, \"x\" in B\n");
}

static void exec_from_a_thread(struct maker *m, bool other)
{
	struct scap_ev_exec *x;

	make_exec(m, 1, "/bin/prog");
	make_fork(m, 1, 2, 0x10f00);
	make_call(m, SCAP_EV_SYSCALL_ENTER, 2, EXECVE, 0, 4096, 0, 0);
	make_put(m);
	make_exit(m, 1, 0);
	x = &make_event(m, SCAP_EV_EXEC, 1)->exec;
	x->old_tid = 2;
	x->pid = 1;
	make_span(m, SCAP_SPAN_PATH, SCAP_ARG_NONE, 0, "/bin/next", 9);
	make_put(m);
	put_read(m, 1, 4096, other ? "a" : "b");
}

static void an_execve_by_a_thread_moves_it(void **state)
{
	(void)state;
	differs(exec_from_a_thread);
	says("thread 1.1: differs at event 9 of A, 9 of B (/bin/next)");
}

/* ---- trouble ---- */

static void traces_that_cannot_be_compared(void **state)
{
	const char *a = make_path("a"), *none = make_path("none"), *text = make_path("text");
	struct scap_header h = make_header();
	struct scap_writer *w;
	FILE *f = fopen(text, "w");

	(void)state;
	fputs("no trace at all\n", f);
	fclose(f);
	make_side(a, the_same, false);
	assert_int_equal(compare_files(a, none, false), -ENOENT);
	assert_non_null(strstr(error.text, none));
	assert_int_equal(compare_files(text, a, false), -EINVAL);
	assert_non_null(strstr(error.text, "is text"));
	h.arch = SCAP_ARCH_ARM64;
	assert_int_equal(scap_writer_open(&w, none, &h, NULL), 0);
	assert_int_equal(scap_writer_close(w, NULL, NULL), 0);
	assert_int_equal(compare_files(a, none, false), -EINVAL);
	assert_non_null(strstr(error.text, "different architectures"));
}

static void put_gap(struct maker *m, bool other)
{
	struct scap_ev_gap *g;

	the_same(m, other);
	g = (void *)make_event(m, SCAP_EV_GAP, 10);
	g->events = other ? 7 : 0;
	make_put(m);
}

static void what_a_trace_lacks_is_said(void **state)
{
	const char *a = make_path("a"), *b = make_path("b");
	struct scap_header h = make_header();
	struct scap_writer *w;

	(void)state;
	assert_int_equal(compare_scene(put_gap, false), SCAP_DIFF_EQUAL);
	says("note: B has gaps: 7 events are missing\n");
	assert_null(strstr(report, "A has gaps"));
	h.features = 0;
	assert_int_equal(scap_writer_open(&w, a, &h, NULL), 0);
	assert_int_equal(scap_writer_close(w, NULL, NULL), 0);
	make_side(b, the_same, false);
	assert_int_equal(compare_files(a, b, false), SCAP_DIFF_DIFFERENT);
	says("note: A was only captured");
	says("process 1 (/bin/prog), event 1 of B: A has ended where B goes on with exec: \"/bin/prog\"");
}

static void empty_traces_and_the_same_twice_are_equal(void **state)
{
	const char *a = make_path("a"), *b = make_path("b");
	struct maker m;

	(void)state;
	make_side(a, the_same, false);
	assert_int_equal(compare_files(a, a, false), SCAP_DIFF_EQUAL);
	says("note: this is the same file twice\n");
	make_open(&m, a);
	make_close(&m);
	make_open(&m, b);
	make_close(&m);
	assert_int_equal(compare_files(a, b, false), SCAP_DIFF_EQUAL);
	says("equal: 0 steps of 0 tasks");
}

static void a_program_with_control_bytes(struct maker *m, bool other)
{
	make_exec(m, 1, "/tmp/\033[2J\007prog");
	make_simple(m, 1, CLOSE, other ? -9 : 0, 3);
}

static void names_do_not_command_a_terminal(void **state)
{
	(void)state;
	differs(a_program_with_control_bytes);
	says("process 1 (/tmp/\\33[2J\\7prog)");
	assert_null(strchr(report, '\033'));
	assert_null(strchr(report, '\007'));
}

static void different_programs(struct maker *m, bool other)
{
	make_exec(m, 1, other ? "/bin/one" : "/bin/two");
	for (int i = 0; i < 6000; i++)
		make_simple(m, 1, other ? CLOSE : GETPID, i, (uint64_t)i);
	make_exit(m, 1, 0);
}

static void programs_with_nothing_in_common_have_parted(void **state)
{
	(void)state;
	differs(different_programs);
	says("first cause: process 1 (/bin/two), event 1 of A, 1 of B: the file");
	says("from here on they have nothing in common: 6002 steps of A, 6002 of B");
}

static void a_step_less_and_a_step_more(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	for (int i = 0; i < 20000; i++) {
		if (!other || i % 1000 != 500)
			make_simple(m, 1, CLOSE, i % 7, (uint64_t)i % 50);
		if (other && i % 1000 == 700)
			make_simple(m, 1, BRK, 0, 0);
	}
	make_exit(m, 1, 0);
}

static void many_small_differences_are_each_found(void **state)
{
	(void)state;
	differs(a_step_less_and_a_step_more);
	says("40 differences in all; 19982 steps are the same, of 20002 in A and 20002 in B");
}

static void other_arguments_are_a_difference(void **state)
{
	const char *a = make_path("a"), *b = make_path("b");
	static char *argv[] = { "prog", "three", NULL };
	struct scap_header h = make_header();
	struct scap_writer *w;

	(void)state;
	assert_int_equal(scap_writer_open(&w, a, &h, NULL), 0);
	assert_int_equal(scap_writer_close(w, NULL, NULL), 0);
	h.argv = argv;
	assert_int_equal(scap_writer_open(&w, b, &h, NULL), 0);
	assert_int_equal(scap_writer_close(w, NULL, NULL), 0);
	assert_int_equal(compare_files(a, b, false), SCAP_DIFF_DIFFERENT);
	says("the command lines differ");
}

static void a_cut_trace_is_compared_as_far_as_it_goes(void **state)
{
	const char *a = make_path("a"), *b = make_path("b");
	struct stat st;

	(void)state;
	make_side(a, the_same, false);
	make_side(b, the_same, true);
	assert_int_equal(stat(b, &st), 0);
	assert_int_equal(truncate(b, st.st_size - 10), 0);
	assert_int_equal(compare_files(a, b, false), -EUCLEAN);
	assert_non_null(strstr(error.text, "cut off"));
	assert_int_equal(compare_files(b, a, false), -EUCLEAN);
	make_side(b, other_output, true);
	assert_int_equal(compare_files(a, b, false), SCAP_DIFF_DIFFERENT);
	assert_int_equal(error.code, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_varies_is_equal),
		cmocka_unit_test(what_varies_differs_when_strict),
		cmocka_unit_test(output_that_differs_is_shown_from_its_first_byte),
		cmocka_unit_test(a_result_that_differs_is_named),
		cmocka_unit_test(ids_are_shown_as_they_are),
		cmocka_unit_test(another_call_is_named),
		cmocka_unit_test(an_argument_that_differs_is_named),
		cmocka_unit_test(null_is_no_address),
		cmocka_unit_test(input_that_differs_is_shown_if_it_is_kept),
		cmocka_unit_test(a_task_that_goes_on_is_a_difference),
		cmocka_unit_test(programs_and_their_ends_count),
		cmocka_unit_test(signals_count),
		cmocka_unit_test(processes_are_reported_in_order),
		cmocka_unit_test(children_of_a_task_that_differed_are_compared),
		cmocka_unit_test(what_was_passed_over_is_named),
		cmocka_unit_test(threads_belong_to_their_process),
		cmocka_unit_test(a_call_that_never_returned_counts),
		cmocka_unit_test(a_difference_far_into_big_output_is_found),
		cmocka_unit_test(an_execve_by_a_thread_moves_it),
		cmocka_unit_test(traces_that_cannot_be_compared),
		cmocka_unit_test(what_a_trace_lacks_is_said),
		cmocka_unit_test(empty_traces_and_the_same_twice_are_equal),
		cmocka_unit_test(names_do_not_command_a_terminal),
		cmocka_unit_test(programs_with_nothing_in_common_have_parted),
		cmocka_unit_test(many_small_differences_are_each_found),
		cmocka_unit_test(other_arguments_are_a_difference),
		cmocka_unit_test(a_cut_trace_is_compared_as_far_as_it_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
