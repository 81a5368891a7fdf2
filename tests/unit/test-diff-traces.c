// SPDX-License-Identifier: GPL-2.0
/* scap-diff: traces that cannot be compared, or not as a whole, and those with little in common. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compare.h"
#include "golden.h"

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

/* Not what the_same() reads. */
static void another_text(struct maker *m, bool other)
{
	(void)other;
	make_exec(m, 10, "/bin/prog");
	read_text(m, 10, 3, "help!");
	make_exit(m, 10, 0);
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
	make_side(b, another_text, true);
	assert_int_equal(compare_files(a, b, false), SCAP_DIFF_DIFFERENT);
	assert_int_equal(error.code, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
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
