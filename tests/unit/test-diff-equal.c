// SPDX-License-Identifier: GPL-2.0
/* scap-diff: what is no difference, as it varies from run to run, and is one if --strict asks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <string.h>

#include "compare.h"
#include "golden.h"

static void is_equal(scene *s)
{
	if (compare_scene(s, false) != SCAP_DIFF_EQUAL)
		fail_msg("not equal:\n%s%s", report, error.text);
	says("equal: ");
}

/* A read of @bytes by @tid; the buffer's address is @addr. */
static void read_to(struct maker *m, uint32_t tid, uint64_t addr, const char *bytes)
{
	uint16_t len = (uint16_t)strlen(bytes);

	make_call(m, SCAP_EV_SYSCALL, tid, READ, len, 3, addr, 100);
	make_span(m, SCAP_SPAN_OUT, 1, addr, bytes, len);
	make_put(m);
}

#define HEAP(other) ((other) ? 0x55aa12345000ull : 0x560000001000ull)

static void other_ids_clocks_and_addresses(struct maker *m, bool other)
{
	uint32_t tid = other ? 77 : 10;
	uint64_t clock[2] = { other ? 999 : 111, 5 };

	if (other)
		m->time = 1000000000;
	make_exec(m, tid, "/bin/prog");
	read_to(m, tid, HEAP(other), "hello");
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
	put_random(m, other ? "12345678" : "abcdefgh");
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
		read_text(m, 1, 3, "hello");
	}
	write_text(m, 1, 1, "out");
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
		read_text(m, 1, 3, "hello");
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

		read_text(m, tid, 3, tid == 2 ? "two" : "three");
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
	read_text(m, 1, 3, "x");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_varies_is_equal),
		cmocka_unit_test(what_varies_differs_when_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
