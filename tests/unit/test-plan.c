// SPDX-License-Identifier: GPL-2.0
/*
 * The table interpreted, on made-up memory: rules, strings, iovecs, faults
 * handed on, garbage of any kind bounded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "spans.h"

#include <scap/arch.h>
#include <scap/sizes.h>

static struct spans s;

/* ---- rules ---- */

static void test_read_by_result(void **state)
{
	(void)state;
	FAKE_CALL(&s, "read", 3, AT(0), 100);
	assert_int_equal(spans_entry(&s), 0);
	assert_int_equal(s.n, 0);
	assert_int_equal(spans_exit(&s, 7), 0);
	assert_int_equal(s.n, 1);
	assert_out(&s, 0, 1, AT(0), 7);
	spans_exit(&s, 0);
	assert_int_equal(s.n, 0);
	spans_exit(&s, -512);
	assert_int_equal(s.n, 0);
	spans_exit(&s, -EFAULT);
	assert_out(&s, 0, 1, AT(0), 100);
}

static void test_write_of_anything(void **state)
{
	(void)state;
	FAKE_CALL(&s, "write", 1, AT(0), 5);
	spans_entry(&s);
	assert_in(&s, 0, 1, AT(0), 5);
	assert_int_equal(scap_call_output_fd(&s.call), 1);
	/* no longer than the kernel takes, and not around the end of the address space */
	FAKE_CALL(&s, "write", 1, AT(0), ~0ull);
	spans_entry(&s);
	assert_in(&s, 0, 1, AT(0), SCAP_RW_MAX);
	FAKE_CALL(&s, "write", 1, -16ull, 100);
	spans_entry(&s);
	assert_in(&s, 0, 1, -16ull, 16);
	FAKE_CALL(&s, "write", 1, 0, 100);
	spans_entry(&s);
	assert_int_equal(s.n, 0);
}

static void test_fixed_output_after_fault(void **state)
{
	(void)state;
	FAKE_CALL(&s, "fstat", 3, AT(0));
	spans_exit(&s, 0);
	assert_out(&s, 0, 1, AT(0), SCAP_SIZE_STAT);
	spans_exit(&s, -EFAULT);
	assert_out(&s, 0, 1, AT(0), SCAP_SIZE_STAT);
	spans_exit(&s, -EBADF);
	assert_int_equal(s.n, 0);
}

static void test_value_result(void **state)
{
	(void)state;
	FAKE_PUT(AT(100), __u32, 20);
	FAKE_CALL(&s, "getsockname", 3, AT(0), AT(100));
	spans_entry(&s);
	assert_in(&s, 0, 2, AT(100), 4);
	FAKE_PUT(AT(100), __u32, 110);	/* the kernel tells the true length */
	spans_exit(&s, 0);
	assert_out(&s, 0, 1, AT(0), 20);
	assert_out(&s, 1, 2, AT(100), 4);
	FAKE_PUT(AT(100), __u32, 16);
	spans_exit(&s, 0);
	assert_out(&s, 0, 1, AT(0), 16);
	FAKE_CALL(&s, "getsockname", 3, AT(0), BAD);
	assert_int_equal(spans_entry(&s), -EFAULT);
}

static void test_size_of_zero_only_asks(void **state)
{
	(void)state;
	FAKE_CALL(&s, "fgetxattr", 3, 0, AT(0), 0);
	spans_exit(&s, 300);
	assert_int_equal(s.n, 0);
	FAKE_CALL(&s, "getgroups", 4, AT(0));
	spans_exit(&s, 3);
	assert_out(&s, 0, 1, AT(0), 12);
}

static void test_unknown_number(void **state)
{
	(void)state;
	FAKE_CALL(&s, "getpid");
	s.call.nr = 400;
	assert_int_equal(spans_entry(&s), 0);
	assert_true(s.plan.unknown);
	s.call.nr = 0xffffffff;
	assert_int_equal(spans_exit(&s, 0), 0);
	assert_true(s.plan.unknown);
	assert_int_equal(scap_call_class(&s.call), SCAP_EMULATE);
}

/* ---- strings ---- */

static void test_string(void **state)
{
	(void)state;
	fake_put(AT(250), "/a/path/over/a/piece", 21);
	FAKE_CALL(&s, "chdir", AT(250));
	spans_entry(&s);
	assert_in(&s, 0, 0, AT(250), 21);
	assert_true(s.span[0].string);
	FAKE_CALL(&s, "chdir", AT(270));	/* empty: its NUL */
	spans_entry(&s);
	assert_in(&s, 0, 0, AT(270), 1);
	FAKE_CALL(&s, "chdir", BAD);
	assert_int_equal(spans_entry(&s), -EFAULT);
	FAKE_CALL(&s, "chdir", 0);
	assert_int_equal(spans_entry(&s), 0);
	assert_int_equal(s.n, 0);
	memset(fake, 'x', sizeof(fake));
	FAKE_CALL(&s, "chdir", AT(3));
	spans_entry(&s);
	assert_in(&s, 0, 0, AT(3), SCAP_STRING_MAX);
}

/* Memory may end behind the NUL, but not ahead of it. */
static void test_string_at_the_edge(void **state)
{
	(void)state;
	fake_put(AT(FAKE_SIZE - 4), "end", 4);
	FAKE_CALL(&s, "chdir", AT(FAKE_SIZE - 4));
	assert_int_equal(spans_entry(&s), 0);
	assert_in(&s, 0, 0, AT(FAKE_SIZE - 4), 4);
	fake_put(AT(FAKE_SIZE - 4), "endX", 4);
	assert_int_equal(spans_entry(&s), -EFAULT);
}

static void test_execve(void **state)
{
	__u64 argv[] = { AT(300), AT(310), 0 }, endless = AT(300);
	unsigned int i;

	(void)state;
	fake_put(AT(300), "prog", 5);
	fake_put(AT(310), "", 1);
	fake_put(AT(0), argv, sizeof(argv));
	FAKE_CALL(&s, "execve", AT(300), AT(0), 0);
	assert_int_equal(spans_entry(&s), 0);
	assert_int_equal(s.n, 3);
	assert_in(&s, 0, 0, AT(300), 5);
	assert_in(&s, 1, 1, AT(300), 5);
	assert_in(&s, 2, 1, AT(310), 1);
	assert_int_equal(scap_call_class(&s.call), SCAP_PROCESS);
	for (i = 1; i < FAKE_SIZE / 8 / 2; i++)
		fake_put(AT(8 * i + FAKE_SIZE / 2 - 8), &endless, 8);
	fake_put(AT(300), "prog", 5);
	FAKE_CALL(&s, "execve", AT(300), AT(FAKE_SIZE / 2), AT(FAKE_SIZE / 2));
	spans_entry(&s);
	assert_true(s.n < 3000);
}

/* ---- iovecs ---- */

static void test_readv_spreads_the_result(void **state)
{
	(void)state;
	fake_iov(AT(0), AT(1000), 4);
	fake_iov(AT(16), 0, 0);
	fake_iov(AT(32), AT(2000), 100);
	FAKE_CALL(&s, "readv", 3, AT(0), 3);
	assert_int_equal(spans_entry(&s), 0);
	assert_int_equal(s.n, 1);
	assert_in(&s, 0, 1, AT(0), 48);
	memset(fake, 0xff, 48);	/* the call may write over its own iovec */
	spans_exit(&s, 10);
	assert_int_equal(s.n, 2);
	assert_out(&s, 0, 1, AT(1000), 4);
	assert_out(&s, 1, 1, AT(2000), 6);
	spans_exit(&s, 3);
	assert_int_equal(s.n, 1);
	spans_exit(&s, -EFAULT);	/* there may be a part of anything */
	assert_int_equal(s.n, 2);
	spans_exit(&s, -11);
	assert_int_equal(s.n, 0);
}

static void test_more_iovecs_than_room(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < IOV_ROOM + 5; i++)
		fake_iov(AT(16 * i), AT(0x8000 + i), 1);
	FAKE_CALL(&s, "readv", 3, AT(0), IOV_ROOM + 5);
	spans_entry(&s);
	assert_true(s.call.iov_short);
	assert_int_equal(s.call.niov, IOV_ROOM);
	spans_exit(&s, IOV_ROOM + 3);
	assert_int_equal(s.n, IOV_ROOM + 3);
	assert_out(&s, IOV_ROOM + 2, 1, AT(0x8000 + IOV_ROOM + 2), 1);
}

static void test_hostile_iovecs(void **state)
{
	(void)state;
	FAKE_CALL(&s, "readv", 3, AT(0), 1000000000);
	assert_int_equal(spans_entry(&s), 0);
	spans_exit(&s, 1000);
	assert_int_equal(s.n, 0);
	FAKE_CALL(&s, "writev", 3, AT(0), ~0ull);
	assert_int_equal(spans_entry(&s), 0);
	assert_int_equal(s.n, 0);
	FAKE_CALL(&s, "writev", 3, BAD, 2);
	assert_int_equal(spans_entry(&s), -EFAULT);
	/* together no more than one call may move */
	fake_iov(AT(0), AT(1000), ~0ull);
	fake_iov(AT(16), AT(1000), ~0ull);
	FAKE_CALL(&s, "writev", 3, AT(0), 2);
	spans_entry(&s);
	assert_int_equal(s.n, 2);
	assert_in(&s, 1, 1, AT(1000), SCAP_RW_MAX);
	FAKE_CALL(&s, "readv", 3, -8ull, 2);
	assert_int_equal(spans_entry(&s), -EFAULT);
}

/* ---- anything ---- */

/* Garbage in every argument of every call: bounded work, and the promises of plan.h hold. */
static void test_garbage(void **state)
{
	static const __u64 values[] = { 0, 1, 2, 8, 11, 0x5401, AT(0), AT(7), AT(FAKE_SIZE - 8), BAD,
					1ull << 31, 0xffffffff, 1ull << 63, -4096ull, ~0ull };
	static const long results[] = { 0, 1, 4096, 0x7fffffff, -EFAULT, -EINTR, -516, -E2BIG,
					-EOVERFLOW, 1l << 62 };
	unsigned int round, i, seed = 1;
	__u32 nr;

	(void)state;
	for (i = 0; i < FAKE_SIZE; i++)
		fake[i] = (unsigned char)(rand_r(&seed) % 3 ? rand_r(&seed) : 0);
	for (i = 0; i < 1000; i++)	/* some of it pointers into itself */
		FAKE_PUT(AT(rand_r(&seed) % (FAKE_SIZE / 8) * 8), __u64,
			 AT(rand_r(&seed) % FAKE_SIZE));
	for (nr = 0; nr < scap_sysinfo_end(SCAP_ARCH_NATIVE); nr++) {
		const struct scap_sysinfo *info = scap_sysinfo(nr);

		for (round = 0; info && round < 200; round++) {
			FAKE_CALL(&s, info->name);
			for (i = 0; i < 6; i++)
				s.call.args[i] = values[rand_r(&seed) %
							(sizeof(values) / sizeof(values[0]))];
			assert_in_range(spans_entry(&s) + EFAULT, 0, EFAULT);
			assert_true(s.gets < 20000);
			assert_in_range(spans_exit(&s, results[rand_r(&seed) %
					(sizeof(results) / sizeof(results[0]))]) + EFAULT,
					0, EFAULT);
			assert_true(s.gets < 20000);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_read_by_result, spans_reset),
		cmocka_unit_test_setup(test_write_of_anything, spans_reset),
		cmocka_unit_test_setup(test_fixed_output_after_fault, spans_reset),
		cmocka_unit_test_setup(test_value_result, spans_reset),
		cmocka_unit_test_setup(test_size_of_zero_only_asks, spans_reset),
		cmocka_unit_test_setup(test_unknown_number, spans_reset),
		cmocka_unit_test_setup(test_string, spans_reset),
		cmocka_unit_test_setup(test_string_at_the_edge, spans_reset),
		cmocka_unit_test_setup(test_execve, spans_reset),
		cmocka_unit_test_setup(test_readv_spreads_the_result, spans_reset),
		cmocka_unit_test_setup(test_more_iovecs_than_room, spans_reset),
		cmocka_unit_test_setup(test_hostile_iovecs, spans_reset),
		cmocka_unit_test_setup(test_garbage, spans_reset),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
