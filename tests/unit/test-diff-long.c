// SPDX-License-Identifier: GPL-2.0
/* scap-diff in output that goes over several records: the first byte that differs, wherever it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include <format/diff.h>

#include "golden.h"

#define LONG 250000u
#define BUFFER 0x10000u

static uint8_t bytes[LONG];

/* ---- steps ---- */

/* Text in lines of ten bytes, each with its number. */
static void fill(void)
{
	char line[16];

	for (unsigned int i = 0; i < LONG / 10; i++) {
		snprintf(line, sizeof(line), "line %04u\n", i % 10000);
		memcpy(bytes + (size_t)i * 10, line, 10);
	}
}

/* Bytes [@from, @to) in DATA records of at most @most. */
static void put_pieces(struct maker *m, uint32_t tid, uint8_t kind, unsigned int from, unsigned int to,
		       unsigned int most)
{
	for (unsigned int at = from; at < to; at += most) {
		unsigned int n = to - at < most ? to - at : most;

		make_event(m, SCAP_EV_DATA, tid);
		make_span(m, kind, kind == SCAP_SPAN_OUT ? 1 : SCAP_ARG_NONE, kind == SCAP_SPAN_OUT ? BUFFER + at : 0,
			  bytes + at, (uint16_t)n);
		make_put(m);
	}
}

static void put_call(struct maker *m, uint32_t tid, uint32_t nr, int64_t result)
{
	make_call(m, SCAP_EV_SYSCALL, tid, nr, result, 3, BUFFER, LONG);
	make_put(m);
}

static void read_long(struct maker *m, uint32_t tid, unsigned int most)
{
	put_pieces(m, tid, SCAP_SPAN_OUT, 0, LONG, most);
	put_call(m, tid, READ, LONG);
}

/* ---- pairs ---- */

static void other_byte(struct maker *m, bool b)
{
	fill();
	bytes[200003] = b ? 'k' : 'f';
	begin(m);
	read_long(m, 1, 60000);
	finish(m, 0);
}

static void other_byte_in_other_pieces(struct maker *m, bool b)
{
	fill();
	bytes[200003] = b ? 'k' : 'f';
	begin(m);
	read_long(m, 1, b ? 60000 : 44000);
	finish(m, 0);
}

static void other_byte_at_the_edge_of_a_piece(struct maker *m, bool b)
{
	fill();
	bytes[120000] = b ? 0xfe : 0xff;
	begin(m);
	read_long(m, 1, 60000);
	finish(m, 0);
}

/* An ENTER holds what came before the thread slept; the end has it again. */
static void other_byte_of_a_split_call(struct maker *m, bool b)
{
	fill();
	bytes[LONG - 1] = b ? '!' : '.';
	begin(m);
	make_call(m, SCAP_EV_SYSCALL_ENTER, 1, READ, 0, 3, BUFFER, LONG);
	if (b)
		make_span(m, SCAP_SPAN_OUT, 1, BUFFER, bytes, 5);
	make_put(m);
	put_pieces(m, 1, SCAP_SPAN_OUT, 0, LONG - 100, 60000);
	make_call(m, SCAP_EV_SYSCALL_EXIT, 1, READ, LONG, 3, BUFFER, LONG);
	make_span(m, SCAP_SPAN_OUT, 1, BUFFER + LONG - 100, bytes + LONG - 100, 100);
	make_put(m);
	finish(m, 0);
}

static void shorter_output(struct maker *m, bool b)
{
	fill();
	begin(m);
	put_pieces(m, 1, SCAP_SPAN_OUT, 0, b ? 180000 : LONG, 60000);
	put_call(m, 1, READ, LONG);
	finish(m, 0);
}

static void shorter_result(struct maker *m, bool b)
{
	fill();
	begin(m);
	put_pieces(m, 1, SCAP_SPAN_OUT, 0, b ? 180000 : LONG, 60000);
	put_call(m, 1, READ, b ? 180000 : LONG);
	finish(m, 0);
}

/* Four buffers, none behind the other. */
static void other_byte_of_a_vector(struct maker *m, bool b)
{
	fill();
	bytes[190001] = b ? 'I' : 'O';
	begin(m);
	for (unsigned int i = 0; i < 4; i++) {
		make_event(m, SCAP_EV_DATA, 1);
		make_span(m, SCAP_SPAN_OUT, 1, BUFFER * (16 - 2 * i), bytes + (size_t)i * 60000, 60000);
		make_put(m);
	}
	put_call(m, 1, READV, 240000);
	finish(m, 0);
}

static void other_byte_sent(struct maker *m, bool b)
{
	fill();
	bytes[150000] = b ? 'M' : 'L';
	begin(m);
	put_pieces(m, 1, SCAP_SPAN_ECHO, 0, LONG, 60000);
	put_call(m, 1, SENDFILE, LONG);
	finish(m, 0);
}

/* Pieces of another task's call in between, which ends first in B. */
static void other_bytes_of_two_tasks(struct maker *m, bool b)
{
	uint32_t order[2] = { b ? 7 : 1, b ? 1 : 7 };

	fill();
	bytes[100000] = b ? 'X' : 'Y';
	begin(m);
	make_fork(m, 1, 7, SIGCHLD);
	for (int i = 0; i < 2; i++)
		put_pieces(m, order[i], SCAP_SPAN_OUT, 0, 120000, 60000);
	for (int i = 0; i < 2; i++) {
		put_pieces(m, order[i], SCAP_SPAN_OUT, 120000, LONG, 60000);
		put_call(m, order[i], READ, LONG);
	}
	finish(m, 0);
	make_exit(m, 7, 0);
}

/* A capture keeps the beginning: what is not there cannot be looked at. */
static void only_the_beginning_is_kept(struct maker *m, bool b)
{
	struct scap_span *s;

	fill();
	begin(m);
	make_call(m, SCAP_EV_SYSCALL, 1, READ, LONG, 3, BUFFER, LONG);
	make_span(m, SCAP_SPAN_OUT, 1, BUFFER, bytes, 100);
	s = (struct scap_span *)scap_span_find(&m->e.h, SCAP_SPAN_OUT, 1);
	s->len = b ? 180000 : LONG;
	make_put(m);
	finish(m, 0);
}

static void other_pieces_only(struct maker *m, bool b)
{
	fill();
	begin(m);
	read_long(m, 1, b ? 60000 : 13000);
	finish(m, 0);
}

static const struct golden set[] = {
	{ "a byte far behind", other_byte, "output",
	  "memory written by the kernel behind argument 2 of read, from byte 200003 on: \"f 0000\\nline 0001\"... in A, \"k 0000\\nline 0001\"... in B" },
	{ "a byte far behind, cut in other places", other_byte_in_other_pieces, "output",
	  "behind argument 2 of read, from byte 200003 on: \"f 0000\\n" },
	{ "the first byte of a piece", other_byte_at_the_edge_of_a_piece, "output",
	  "behind argument 2 of read, from byte 120000 on: \"\\377ine 2000\\nline 2\"... in A, \"\\376ine 2000\\nline 2\"... in B" },
	{ "the last byte of a split call", other_byte_of_a_split_call, "output",
	  "behind argument 2 of read, from byte 249999 on: \".\" in A, \"!\" in B" },
	{ "an output that ends early", shorter_output, "output",
	  "behind argument 2 of read, 250000 bytes in A and 180000 in B, from byte 180000 on: \"line 8000\\nline 8\"... in A, nothing in B" },
	{ "a result, and an output that ends early", shorter_result, "result", "the result of read: 250000 in A, 180000 in B" },
	{ "a byte of a buffer of several", other_byte_of_a_vector, "output",
	  "behind argument 2 of readv, from byte 190001 on: \"One 9000\\n" },
	{ "a byte sent", other_byte_sent, "input", "bytes sent of sendfile, from byte 150000 on: \"Line 5000\\nline 5\"... in A, \"Mine" },
	{ "bytes of two tasks", other_bytes_of_two_tasks, "output", "from byte 100000 on: \"Yine 0000\\n" },
	{ "an output of which only the beginning is kept", only_the_beginning_is_kept, "output",
	  "behind argument 2 of read, 250000 bytes in A and 180000 in B, from byte 100 on: (not kept) in A, (not kept) in B" },
	{ "pieces only", other_pieces_only, NULL, NULL },
};

/* ---- checking ---- */

static const char *report_of(scene *s, enum scap_report_format format)
{
	static char report[1 << 20];
	const struct scap_diff_options o = { .format = format, .context = 3, .all = true };
	const char *paths[2] = { make_path("a"), make_path("b") };
	FILE *out = fmemopen(report, sizeof(report), "w");

	make_side(paths[0], s, false);
	make_side(paths[1], s, true);
	assert_int_equal(scap_diff(paths[0], paths[1], &o, out, NULL), SCAP_DIFF_DIFFERENT);
	fclose(out);
	return report;
}

static void says(const char *report, const char *text)
{
	if (!strstr(report, text))
		fail_msg("\"%s\" is not in:\n%s", text, report);
}

/* What stands before it and behind, with the one byte marked, though a piece begins with it. */
static void the_bytes_around_are_shown(void **state)
{
	(void)state;
	says(report_of(other_byte_at_the_edge_of_a_piece, SCAP_REPORT_TEXT),
	     "    in A  \" 1998\\nline 1999\\n\\377ine 2000\\nline 2001\\n");
	says(report_of(other_byte_at_the_edge_of_a_piece, SCAP_REPORT_TEXT),
	     "\n                             ^^^^\n");
	says(report_of(other_byte_at_the_edge_of_a_piece, SCAP_REPORT_JSON), "\"bytes\":{\"from\":119984,\"at\":120000,");
	says(report_of(other_byte_at_the_edge_of_a_piece, SCAP_REPORT_HTML), "A, from byte 119984:</span>");
	says(report_of(other_byte_at_the_edge_of_a_piece, SCAP_REPORT_HTML), "<mark>\\377</mark>ine 2000");
	says(report_of(shorter_output, SCAP_REPORT_TEXT), "    in B  \" 7998\\nline 7999\\n\"\n");
}

/* Each of those that stand in another order in B, too. */
static void all_of_them_are_found(void **state)
{
	const char *report = report_of(other_bytes_of_two_tasks, SCAP_REPORT_TEXT), *second;

	(void)state;
	assert_null(strstr(report, "beyond what one event holds"));
	says(report, "\n1. process 1:");
	second = strstr(report, "\n2. process 1.1:");
	assert_non_null(second);
	says(second, "from byte 100000 on: \"Yine");
}

int main(void)
{
	struct golden_set pairs = { set, sizeof(set) / sizeof(*set) };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(every_pair_names_its_cause, &pairs),
		cmocka_unit_test_prestate(order_of_the_two_does_not_matter, &pairs),
		cmocka_unit_test(the_bytes_around_are_shown),
		cmocka_unit_test(all_of_them_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
