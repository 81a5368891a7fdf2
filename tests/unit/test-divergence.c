// SPDX-License-Identifier: GPL-2.0
/* Divergences: which field differs first, how it is said, what a report holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include <format/divergence.h>

#include "make-trace.h"

enum { READ = 0, WRITE = 1, CLOSE = 3, FUTEX = 202 };

static const char *const labels[2] = { "recorded", "replayed" };

/* Two events in the making; a maker without a writer. */
static struct maker a, b;

static bool compare(unsigned int how, struct scap_difference *d)
{
	struct scap_header h = make_header();

	return scap_event_compare(&h, &a.e.h, &b.e.h, how, d);
}

static const char *text_of(const struct scap_difference *d)
{
	static char buf[512];
	struct scap_header h = make_header();

	scap_difference_text(buf, sizeof(buf), &h, &a.e.h, d, labels);
	return buf;
}

static void a_replay_is_compared_by_what_it_asks_for(void **state)
{
	struct scap_difference d;

	(void)state;
	make_call(&a, SCAP_EV_SYSCALL, 1, READ, 5, 3, 4096, 100);
	make_span(&a, SCAP_SPAN_OUT, 1, 4096, "hello", 5);
	make_call(&b, SCAP_EV_SYSCALL_ENTER, 1, READ, 0, 3, 4096, 100);
	assert_true(compare(SCAP_COMPARE_EXACT | SCAP_COMPARE_ENTRY, &d));
	assert_true(compare(SCAP_COMPARE_EXACT, &d));
	make_call(&b, SCAP_EV_SYSCALL_ENTER, 1, READ, 0, 3, 8192, 100);
	assert_false(compare(SCAP_COMPARE_EXACT | SCAP_COMPARE_ENTRY, &d));
	assert_int_equal(d.field, SCAP_FIELD_ARG);
	assert_int_equal(d.arg, 1);
	assert_string_equal(text_of(&d), "argument 2 of read: 4096 recorded, 8192 replayed");
	assert_true(compare(SCAP_COMPARE_ENTRY, &d));
}

static void input_is_compared_by_hash_where_only_that_is_known(void **state)
{
	struct scap_difference d;

	(void)state;
	make_call(&a, SCAP_EV_SYSCALL, 1, WRITE, 5, 1, 4096, 5)->in_hash = 7;
	make_span(&a, SCAP_SPAN_IN, 1, 4096, "hello", 5);
	make_call(&b, SCAP_EV_SYSCALL_ENTER, 1, WRITE, 0, 1, 4096, 5)->in_hash = 7;
	assert_true(compare(SCAP_COMPARE_EXACT, &d));
	b.e.call.in_hash = 8;
	assert_false(compare(SCAP_COMPARE_EXACT, &d));
	assert_int_equal(d.field, SCAP_FIELD_INPUT);
	make_span(&b, SCAP_SPAN_IN, 1, 4096, "hellO", 5);
	assert_false(compare(SCAP_COMPARE_EXACT, &d));
	assert_int_equal(d.offset, 4);
	assert_string_equal(text_of(&d), "memory passed in behind argument 2 of write, from byte 4 on: "
					 "\"o\" recorded, \"O\" replayed");
}

static void what_is_missing_on_one_side_is_nothing(void **state)
{
	struct scap_difference d;

	(void)state;
	make_call(&a, SCAP_EV_SYSCALL, 1, READ, 2, 3, 4096, 100);
	make_call(&b, SCAP_EV_SYSCALL, 1, READ, 2, 3, 4096, 100);
	make_span(&b, SCAP_SPAN_OUT, 1, 4096, "\n\"", 2);
	assert_false(compare(SCAP_COMPARE_EXACT, &d));
	assert_int_equal(d.field, SCAP_FIELD_OUTPUT);
	assert_non_null(strstr(text_of(&d), "nothing recorded, \"\\n\\\"\" replayed"));
}

static void registers_that_a_call_ignores_are_no_difference_of_recordings(void **state)
{
	(void)state;
	/* FUTEX_WAKE: no time, no second address. */
	make_call(&a, SCAP_EV_SYSCALL, 1, FUTEX, 0, 4096, 1, 1)->args[4] = 11;
	make_call(&b, SCAP_EV_SYSCALL, 1, FUTEX, 0, 4096, 1, 1)->args[4] = 22;
	assert_true(compare(0, NULL));
}

static void a_text_is_cut_to_its_room(void **state)
{
	struct scap_header h = make_header();
	struct scap_difference d;
	char small[16];

	(void)state;
	make_call(&a, SCAP_EV_SYSCALL, 1, CLOSE, 0, 3, 0, 0);
	make_call(&b, SCAP_EV_SYSCALL, 1, CLOSE, 0, 4, 0, 0);
	assert_false(compare(SCAP_COMPARE_EXACT, &d));
	memset(small, 'x', sizeof(small));
	assert_true(scap_difference_text(small, 10, &h, &a.e.h, &d, labels) > 10);
	assert_string_equal(small, "argument ");
	assert_int_equal(small[10], 'x');
	scap_difference_text(small, 0, &h, &a.e.h, &d, labels);
}

static void a_report_shows_both_sides_and_what_came_before(void **state)
{
	struct scap_header h = make_header();
	struct scap_divergence d = {
		.program = "scap-replay",
		.trace = "t.scap",
		.event = 1234,
		.tid = 77,
		.pid = 70,
		.expected = &a.e.h,
		.actual_text = "SIGSEGV at 0x401136",
		.advice = "go home",
	};
	struct scap_history *before = scap_history_new(2);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	for (uint64_t i = 1; i <= 5; i++) {
		make_call(&a, SCAP_EV_SYSCALL, 77, CLOSE, 0, 100 + i, 0, 0);
		scap_history_add(before, i, &a.e.h);
	}
	scap_history_add(NULL, 1, &a.e.h);
	make_call(&a, SCAP_EV_SYSCALL, 77, CLOSE, 0, 3, 0, 0);
	d.before = before;
	scap_divergence_print(out, &h, &d);
	fclose(out);
	assert_non_null(strstr(text, "scap-replay: t.scap: diverged at event 1234, process 70, thread 77\n"));
	assert_non_null(strstr(text, "  recorded: close(3)"));
	assert_non_null(strstr(text, "  replayed: SIGSEGV at 0x401136\n"));
	assert_non_null(strstr(text, "close(104)"));
	assert_true(strstr(text, "close(104)") < strstr(text, "close(105)"));
	assert_null(strstr(text, "close(103)"));
	assert_non_null(strstr(text, "  try: go home\n"));
	free(text);
	scap_history_free(before);
	scap_history_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_replay_is_compared_by_what_it_asks_for),
		cmocka_unit_test(input_is_compared_by_hash_where_only_that_is_known),
		cmocka_unit_test(what_is_missing_on_one_side_is_nothing),
		cmocka_unit_test(registers_that_a_call_ignores_are_no_difference_of_recordings),
		cmocka_unit_test(a_text_is_cut_to_its_room),
		cmocka_unit_test(a_report_shows_both_sides_and_what_came_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
