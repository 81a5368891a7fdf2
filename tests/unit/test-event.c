// SPDX-License-Identifier: GPL-2.0
/* Events: what is well-formed, how spans are walked, and that a lying record is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <scap/event.h>

static union {
	struct scap_ev_syscall call;
	__u8 bytes[512];
	__u64 align;
} rec;

/* Appends a span of @stored bytes to the record and returns it. */
static struct scap_span *add_span(__u8 kind, __u8 arg, __u16 stored)
{
	struct scap_span *span = (struct scap_span *)(rec.bytes + rec.call.h.size);

	*span = (struct scap_span){ .kind = kind, .arg = arg, .len = stored, .stored = stored };
	rec.call.h.size += scap_span_size(stored);
	rec.call.nspans++;
	return span;
}

static int two_spans(void **state)
{
	(void)state;
	memset(&rec, 0, sizeof(rec));
	rec.call.h = (struct scap_event){ .size = sizeof(rec.call), .type = SCAP_EV_SYSCALL };
	add_span(SCAP_SPAN_IN, 0, 5);
	add_span(SCAP_SPAN_OUT, 1, 16);
	return 0;
}

static void spans_are_walked_in_order(void **state)
{
	const struct scap_event *e = &rec.call.h;
	const struct scap_span *s = scap_span_next(e, NULL);

	(void)state;
	assert_true(scap_event_valid(e, sizeof(rec)));
	assert_int_equal(s->stored, 5);
	s = scap_span_next(e, s);
	assert_int_equal(s->stored, 16);
	assert_null(scap_span_next(e, s));
}

static void spans_are_found_by_kind_and_argument(void **state)
{
	const struct scap_event *e = &rec.call.h;

	(void)state;
	assert_int_equal(scap_span_find(e, SCAP_SPAN_OUT, SCAP_ARG_NONE)->stored, 16);
	assert_int_equal(scap_span_find(e, SCAP_SPAN_OUT, 1)->stored, 16);
	assert_null(scap_span_find(e, SCAP_SPAN_OUT, 0));
	assert_null(scap_span_find(e, SCAP_SPAN_REGS, SCAP_ARG_NONE));
}

static void a_record_longer_than_the_buffer_is_refused(void **state)
{
	(void)state;
	for (size_t avail = 0; avail < rec.call.h.size; avail++)
		assert_false(scap_event_valid(&rec.call.h, avail));
}

static void a_span_that_leaves_its_record_is_refused(void **state)
{
	struct scap_span *s = (struct scap_span *)(&rec.call + 1);

	(void)state;
	s->stored = 0xffff;
	assert_false(scap_event_valid(&rec.call.h, sizeof(rec)));
}

static void a_wrong_number_of_spans_is_refused(void **state)
{
	(void)state;
	rec.call.nspans = 1;
	assert_false(scap_event_valid(&rec.call.h, sizeof(rec)));
	rec.call.nspans = 3;
	assert_false(scap_event_valid(&rec.call.h, sizeof(rec)));
	rec.call.nspans = 0xffffffffu;
	assert_false(scap_event_valid(&rec.call.h, sizeof(rec)));
}

static void an_unknown_type_is_refused(void **state)
{
	(void)state;
	rec.call.h.type = SCAP_EV_TYPES;
	assert_false(scap_event_valid(&rec.call.h, sizeof(rec)));
	rec.call.h.type = 0;
	assert_false(scap_event_valid(&rec.call.h, sizeof(rec)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(spans_are_walked_in_order, two_spans),
		cmocka_unit_test_setup(spans_are_found_by_kind_and_argument, two_spans),
		cmocka_unit_test_setup(a_record_longer_than_the_buffer_is_refused, two_spans),
		cmocka_unit_test_setup(a_span_that_leaves_its_record_is_refused, two_spans),
		cmocka_unit_test_setup(a_wrong_number_of_spans_is_refused, two_spans),
		cmocka_unit_test_setup(an_unknown_type_is_refused, two_spans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
