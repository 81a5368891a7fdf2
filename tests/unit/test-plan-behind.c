// SPDX-License-Identifier: GPL-2.0
/* What changes behind a program's back: files by calls, locks by a thread's death. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/futex.h>

#include "spans.h"

static struct spans s;

/* ---- files ---- */

static void assert_change(long result, int fd, bool behind, __u64 at, __u64 len)
{
	struct scap_change c;

	s.call.result = result;
	c = scap_call_change(&s.call);
	assert_int_equal(c.fd, fd);
	if (fd < 0)
		return;
	assert_int_equal(c.behind, behind);
	assert_int_equal(c.at, at);
	assert_int_equal(c.len, len);
}

static void test_writes(void **state)
{
	(void)state;
	FAKE_CALL(&s, "write", 5, AT(0), 100);
	assert_change(60, 5, true, 0, 60);
	assert_change(-EINTR, -1, 0, 0, 0);
	FAKE_CALL(&s, "pwrite64", 5, AT(0), 100, 4096);
	assert_change(60, 5, false, 4096, 60);
	FAKE_CALL(&s, "pwritev2", 5, AT(0), 1, ~0ull);
	assert_change(60, 5, true, 0, 60);
	FAKE_CALL(&s, "copy_file_range", 3, 0, 5, AT(8), 100);
	assert_change(60, 5, true, AT(8), 60);
	FAKE_CALL(&s, "read", 5, AT(0), 100);
	assert_change(60, -1, 0, 0, 0);
}

static void test_sizes(void **state)
{
	(void)state;
	FAKE_CALL(&s, "openat", AT_FDCWD, AT(0), O_WRONLY | O_TRUNC);
	assert_change(7, 7, false, 0, 0);
	FAKE_CALL(&s, "openat", AT_FDCWD, AT(0), O_WRONLY);
	assert_change(7, -1, 0, 0, 0);
	FAKE_CALL(&s, "openat2", AT_FDCWD, AT(0), AT(100), 24);
	assert_change(7, 7, false, 0, 0);
	FAKE_CALL(&s, "ftruncate", 5, 10);
	assert_change(0, 5, false, 0, 0);
	FAKE_CALL(&s, "fallocate", 5, 0, 4096, 100);
	assert_change(0, 5, false, 4096, 100);
}

/* ---- robust lists ---- */

#define TID 77u
/* The list's head, and a lock: its entry, and its word behind it. */
#define HEAD AT(0)
#define LOCK(i) AT(0x100 * ((i) + 1))
#define WORD 24

static struct {
	__u64 addr;
	__u32 value;
} left[8];
static unsigned int nleft;

static void leave(void *ctx, __u64 addr, __u32 value)
{
	(void)ctx;
	left[nleft].addr = addr;
	left[nleft++].value = value;
}

static void put_lock(unsigned int i, __u64 next, __u32 word)
{
	FAKE_PUT(LOCK(i), __u64, next);
	FAKE_PUT(LOCK(i) + WORD, __u32, word);
}

static void walk(__u64 first, __u64 pending)
{
	const struct scap_robust r = { .mem = &fake_mem, .tid = TID, .leave = leave };

	nleft = 0;
	FAKE_PUT(HEAD, __u64, first);
	FAKE_PUT(HEAD + 8, __u64, WORD);
	FAKE_PUT(HEAD + 16, __u64, pending);
	scap_robust_walk(&r, HEAD);
}

static void test_own_locks_are_left(void **state)
{
	(void)state;
	put_lock(0, LOCK(1) | 1, TID | FUTEX_WAITERS);
	put_lock(1, LOCK(2), TID + 1);
	put_lock(2, HEAD, TID);
	put_lock(3, 0, TID);
	walk(LOCK(0), LOCK(3));
	assert_int_equal(nleft, 3);
	assert_int_equal(left[0].addr, LOCK(0) + WORD);
	assert_int_equal(left[0].value, FUTEX_WAITERS | FUTEX_OWNER_DIED);
	assert_int_equal(left[1].addr, LOCK(2) + WORD);
	assert_int_equal(left[1].value, FUTEX_OWNER_DIED);
	assert_int_equal(left[2].addr, LOCK(3) + WORD);
}

static void test_a_pending_lock_on_the_list_is_left_once(void **state)
{
	(void)state;
	put_lock(0, HEAD, TID);
	walk(LOCK(0), LOCK(0) | 1);
	assert_int_equal(nleft, 1);
}

static void test_the_walk_ends_where_memory_does(void **state)
{
	(void)state;
	put_lock(0, BAD, TID);
	put_lock(3, 0, TID);
	walk(LOCK(0), LOCK(3));
	assert_int_equal(nleft, 1);
	assert_int_equal(left[0].addr, LOCK(0) + WORD);
	walk(BAD, LOCK(3));
	assert_int_equal(nleft, 0);
}

static void test_a_list_without_end_ends(void **state)
{
	(void)state;
	put_lock(0, LOCK(1), 0);
	put_lock(1, LOCK(0), 0);
	walk(LOCK(0), 0);
	assert_int_equal(nleft, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_writes, spans_reset),
		cmocka_unit_test_setup(test_sizes, spans_reset),
		cmocka_unit_test_setup(test_own_locks_are_left, spans_reset),
		cmocka_unit_test_setup(test_a_pending_lock_on_the_list_is_left_once, spans_reset),
		cmocka_unit_test_setup(test_the_walk_ends_where_memory_does, spans_reset),
		cmocka_unit_test_setup(test_a_list_without_end_ends, spans_reset),
	};

	return cmocka_run_group_tests_name("plan-behind", tests, NULL, NULL);
}
