// SPDX-License-Identifier: GPL-2.0
/* scap-diff: what counts as a difference, and what the report says of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <string.h>

#include "compare.h"
#include "golden.h"

static void write_hashed(struct maker *m, uint32_t tid, uint64_t addr, const char *bytes, uint64_t hash)
{
	uint16_t len = (uint16_t)strlen(bytes);
	struct scap_ev_syscall *c = make_call(m, SCAP_EV_SYSCALL, tid, WRITE, len, 1, addr, len);

	c->in_hash = hash;
	c->in_len = len;
	make_span(m, SCAP_SPAN_IN, 1, addr, bytes, len);
	make_put(m);
}

static void other_output(struct maker *m, bool other)
{
	make_exec(m, 10, "/bin/prog");
	make_simple(m, 10, CLOSE, 0, 7);
	read_text(m, 10, 3, other ? "help!" : "hello");
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
	make_simple(m, 1, BRK, 4096, other ? 0 : 0x560000001000);
}

static void null_is_no_address(void **state)
{
	(void)state;
	differs(null_instead_of_an_address);
}

static void other_input(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	write_hashed(m, 1, 4096, other ? "bye" : "hey", 1);
}

static void other_input_behind_the_prefix(struct maker *m, bool other)
{
	make_exec(m, 1, "/bin/prog");
	write_hashed(m, 1, 4096, "hey", other ? 1 : 2);
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
	read_text(m, 1, 3, "x");
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
	read_text(m, 3, 3, other ? "a" : "b");
	read_text(m, 2, 3, other ? "c" : "d");
	read_text(m, 2, 3, other ? "e" : "f");
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
	read_text(m, 2, 3, other ? "a" : "b");
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
	make_exec(m, 1, "/bin/prog");
	put_random(m, other ? "12345678" : "abcdefgh");
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
	read_text(m, 2, 3, other ? "a" : "b");
	read_text(m, 1, 3, other ? "a" : "b");
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
	read_text(m, 1, 3, other ? "a" : "b");
}

static void an_execve_by_a_thread_moves_it(void **state)
{
	(void)state;
	differs(exec_from_a_thread);
	says("thread 1.1: differs at event 9 of A, 9 of B (/bin/next)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
