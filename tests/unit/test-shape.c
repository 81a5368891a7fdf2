// SPDX-License-Identifier: GPL-2.0
/* A call's shape says the same as its plan, for every row and all kinds of results. */
#include <fcntl.h>
#include <linux/futex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <scap/arch.h>

#include "spans.h"

static const char path[] = "/a/path";

static unsigned int expected_len(const struct spans *s, const struct scap_shape *shape, long result)
{
	unsigned int room = (unsigned int)s->call.args[shape->room];

	if (result < 0 || shape->kind == SCAP_SHAPE_NOTHING)
		return 0;
	if (shape->kind == SCAP_SHAPE_FIXED)
		return shape->len;
	return ((unsigned int)result < room ? (unsigned int)result : room) * shape->len;
}

static void check_entry(struct spans *s, const char *name, const struct scap_shape *shape)
{
	assert_int_equal(spans_entry(s), 0);
	if (shape->reads == SCAP_READS_NOTHING && (s->n || s->gets))
		fail_msg("%s: its plan looks at memory at entry, its shape does not", name);
	if (shape->reads == SCAP_READS_NOTHING)
		return;
	if (s->n != 1)
		fail_msg("%s: its plan reads %u spans, its shape one", name, s->n);
	assert_in(s, 0, shape->in, s->call.args[shape->in],
		  shape->reads == SCAP_READS_STRING ? sizeof(path) :
		  shape->reads == SCAP_READS_FIXED ? shape->in_len : s->call.args[shape->in_len]);
}

static void check_shape(struct spans *s, const char *name, const struct scap_shape *shape)
{
	static const long results[] = { 0, 1, 7, 4096, 100000, -4, -9, -14, -22, -512, -514 };

	check_entry(s, name, shape);
	for (size_t i = 0; i < sizeof(results) / sizeof(*results); i++) {
		unsigned int len = expected_len(s, shape, results[i]);

		assert_int_equal(spans_exit(s, results[i]), 0);
		/* -EFAULT is left to the plan, unless there is nothing to say */
		if (results[i] == -14 && shape->kind != SCAP_SHAPE_NOTHING)
			continue;
		if (s->n != (len != 0))
			fail_msg("%s, result %ld: its plan has %u spans", name, results[i], s->n);
		if (len)
			assert_out(s, 0, shape->arg, s->call.args[shape->arg], len);
	}
}

static void test_shapes_are_plans(void **state)
{
	static const __u64 args[6] = { FAKE, FAKE + 8192, FAKE + 16384, FAKE + 24576, FAKE + 32768,
				       FAKE + 40960 };
	static struct spans s;
	unsigned int simple = 0;

	(void)state;
	for (__u32 nr = 0; nr < scap_sysinfo_end(SCAP_ARCH_NATIVE); nr++) {
		const struct scap_sysinfo *info = scap_sysinfo(nr);
		struct scap_shape shape = scap_call_shape(nr);

		if (!info) {
			assert_int_equal(shape.kind, SCAP_SHAPE_PLAN);
			continue;
		}
		if (shape.kind < SCAP_SHAPE_NOTHING)
			continue;
		simple++;
		assert_int_not_equal(info->class, SCAP_REFUSE);
		for (size_t i = 0; i < sizeof(args) / sizeof(*args); i++)
			fake_put(args[i], path, sizeof(path));
		spans_fake(&s, info->name, args);
		check_shape(&s, info->name, &shape);
	}
	assert_in_range(simple, 100, 300);
}

static struct scap_shape request_shape(const char *name, const __u64 *args)
{
	__u32 nr = 0;

	assert_non_null(scap_sysinfo_name(SCAP_ARCH_NATIVE, name, &nr));
	assert_int_equal(scap_call_shape(nr).kind, SCAP_SHAPE_REQUEST);
	return scap_request_shape(nr, args);
}

static void check_request(__u32 request, enum scap_shape_reads reads)
{
	const __u64 args[6] = { 3, request, FAKE };
	struct scap_shape shape = request_shape("fcntl", args);
	struct spans s;

	fake_put(FAKE, path, sizeof(path));
	spans_fake(&s, "fcntl", args);
	assert_int_equal(shape.kind, SCAP_SHAPE_NOTHING);
	assert_int_equal(shape.reads, reads);
	assert_int_equal(spans_entry(&s), 0);
	assert_int_equal(s.n, reads == SCAP_READS_FLOCK ? 2 : 0);
	if (s.n) {
		assert_in(&s, 0, shape.in, FAKE, 4);
		assert_in(&s, 1, shape.in, FAKE + 8, 16);
	}
	assert_int_equal(spans_exit(&s, 0), 0);
	assert_int_equal(s.n, 0);
}

static void test_requests_are_plans(void **state)
{
	(void)state;
	check_request(F_SETLK, SCAP_READS_FLOCK);
	check_request(F_SETLKW, SCAP_READS_FLOCK);
	check_request(F_OFD_SETLK, SCAP_READS_FLOCK);
	check_request(F_OFD_SETLKW, SCAP_READS_FLOCK);
	check_request(F_DUPFD, SCAP_READS_NOTHING);
	check_request(F_GETFD, SCAP_READS_NOTHING);
	check_request(F_SETFD, SCAP_READS_NOTHING);
	check_request(F_GETFL, SCAP_READS_NOTHING);
	check_request(F_SETFL, SCAP_READS_NOTHING);
	check_request(F_DUPFD_CLOEXEC, SCAP_READS_NOTHING);
	assert_int_equal(request_shape("fcntl", (const __u64[6]){ 3, F_GETLK, FAKE }).kind, SCAP_SHAPE_PLAN);
}

static void check_futex(int op, __u64 timeout)
{
	const __u64 args[6] = { FAKE, (__u64)op, 1, timeout, FAKE + 64, 0 };
	struct scap_shape shape = request_shape("futex", args);
	struct spans s;

	fake_put(FAKE, path, sizeof(path));
	fake_put(FAKE + 4096, path, sizeof(path));
	spans_fake(&s, "futex", args);
	assert_int_equal(shape.kind, SCAP_SHAPE_NOTHING);
	if (shape.reads && timeout) {
		check_shape(&s, "futex", &shape);
		return;
	}
	assert_int_equal(spans_entry(&s), 0);
	assert_int_equal(s.n, 0);
	assert_int_equal(spans_exit(&s, 0), 0);
	assert_int_equal(s.n, 0);
}

static void test_futex_words_are_no_input(void **state)
{
	static const int waits[] = { FUTEX_WAIT, FUTEX_WAIT_PRIVATE, FUTEX_WAIT_BITSET,
				     FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME };
	static const int wakes[] = { FUTEX_WAKE, FUTEX_WAKE_PRIVATE, FUTEX_WAKE_BITSET_PRIVATE,
				     FUTEX_REQUEUE, FUTEX_CMP_REQUEUE_PRIVATE };
	static const int planned[] = { FUTEX_WAKE_OP, FUTEX_LOCK_PI, FUTEX_UNLOCK_PI_PRIVATE,
				       FUTEX_TRYLOCK_PI, FUTEX_WAIT_REQUEUE_PI, FUTEX_CMP_REQUEUE_PI,
				       FUTEX_LOCK_PI2 };

	(void)state;
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		check_futex(waits[i], 0);
		check_futex(waits[i], FAKE + 4096);
	}
	/* what is no address there: how many, or nothing */
	for (size_t i = 0; i < sizeof(wakes) / sizeof(*wakes); i++)
		check_futex(wakes[i], 7);
	for (size_t i = 0; i < sizeof(planned) / sizeof(*planned); i++)
		assert_int_equal(request_shape("futex", (const __u64[6]){ FAKE, (__u64)planned[i] }).kind,
				 SCAP_SHAPE_PLAN);
}

static void test_frequent_calls_are_simple(void **state)
{
	static const struct { const char *name; enum scap_shape_kind kind; } calls[] = {
		{ "read", SCAP_SHAPE_FILLED }, { "getppid", SCAP_SHAPE_NOTHING },
		{ "clock_gettime", SCAP_SHAPE_FIXED }, { "fstat", SCAP_SHAPE_FIXED },
		{ "close", SCAP_SHAPE_NOTHING }, { "write", SCAP_SHAPE_NOTHING },
		{ "openat", SCAP_SHAPE_NOTHING }, { "writev", SCAP_SHAPE_PLAN },
		{ "rseq", SCAP_SHAPE_PLAN }, { "ioctl", SCAP_SHAPE_PLAN },
		{ "fcntl", SCAP_SHAPE_REQUEST }, { "futex", SCAP_SHAPE_REQUEST }, { "readlinkat", SCAP_SHAPE_FILLED },
		{ "rt_sigprocmask", SCAP_SHAPE_FIXED },
#ifdef __x86_64__
		{ "epoll_wait", SCAP_SHAPE_FILLED },
#endif
	};

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		__u32 nr = 0;

		assert_non_null(scap_sysinfo_name(SCAP_ARCH_NATIVE, calls[i].name, &nr));
		assert_int_equal(scap_call_shape(nr).kind, calls[i].kind);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes_are_plans),
		cmocka_unit_test(test_requests_are_plans),
		cmocka_unit_test(test_futex_words_are_no_input),
		cmocka_unit_test(test_frequent_calls_are_simple),
	};

	return cmocka_run_group_tests_name("shape", tests, NULL, NULL);
}
