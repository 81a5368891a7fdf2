// SPDX-License-Identifier: GPL-2.0
/* Options that select what is captured: the sets of system calls that they come out as. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <scap/arch.h>

#include "recorder/capture.h"

static struct scap_error err;

static bool has(const struct capture *c, const char *name)
{
	uint32_t nr;

	assert_non_null(scap_sysinfo_name(SCAP_ARCH_NATIVE, name, &nr));
	return c->filter.calls[nr / 64] >> nr % 64 & 1;
}

static struct capture calls(const char *set)
{
	struct capture c = { 0 };

	assert_int_equal(capture_syscalls(&c, set, &err), 0);
	assert_true(c.on);
	assert_int_equal(c.filter.flags, SCAP_FILTER_CALLS_SET);
	assert_false(capture_selects(&c));
	return c;
}

static void test_names(void **state)
{
	struct capture c = calls("openat,read");

	(void)state;
	assert_true(has(&c, "openat") && has(&c, "read"));
	assert_false(has(&c, "write") || has(&c, "close"));
	c = calls("!openat,read");
	assert_false(has(&c, "openat") || has(&c, "read"));
	assert_true(has(&c, "write") && has(&c, "close"));
}

static void test_classes(void **state)
{
	struct capture c = calls("%file");

	(void)state;
	assert_true(has(&c, "openat") && has(&c, "execve") && has(&c, "newfstatat"));
	assert_false(has(&c, "read") || has(&c, "socket"));
	c = calls("%network");
	assert_true(has(&c, "socket") && has(&c, "listen") && has(&c, "sendmsg") && has(&c, "shutdown"));
	assert_false(has(&c, "read") || has(&c, "futex") || has(&c, "openat"));
	c = calls("%process,%memory");
	assert_true(has(&c, "clone") && has(&c, "wait4") && has(&c, "exit_group") && has(&c, "brk"));
	assert_true(has(&c, "mmap") && has(&c, "munmap"));
	assert_false(has(&c, "read") || has(&c, "getpid"));
	c = calls("%signal");
	assert_true(has(&c, "rt_sigaction") && has(&c, "kill") && has(&c, "rt_sigreturn"));
	assert_false(has(&c, "read"));
	c = calls("!%desc");
	assert_true(has(&c, "getpid"));
	assert_false(has(&c, "read") || has(&c, "openat"));
}

static void test_wrong_sets(void **state)
{
	static const char *const wrong[] = { "", "!", "nosuchcall", "read,nosuchcall", "%nosuch", "read,%" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct capture c = { 0 };

		assert_int_equal(capture_syscalls(&c, wrong[i], &err), -EINVAL);
		assert_non_null(strstr(err.text, "--syscall"));
	}
}

static void test_processes(void **state)
{
	struct capture c = { 0 };

	(void)state;
	assert_int_equal(capture_pid(&c, "17", &err), 0);
	assert_int_equal(capture_uid(&c, "root", &err), 0);
	assert_int_equal(capture_comm(&c, "a-name-longer-than-the-kernel-keeps", &err), 0);
	assert_true(c.on && capture_selects(&c));
	assert_int_equal(c.filter.flags, SCAP_FILTER_PID | SCAP_FILTER_UID | SCAP_FILTER_COMM);
	assert_int_equal(c.filter.pid, 17);
	assert_int_equal(c.filter.uid, 0);
	assert_string_equal(c.filter.comm, "a-name-longer-t");
	assert_int_equal(capture_pid(&c, "0", &err), -EINVAL);
	assert_int_equal(capture_pid(&c, "1x", &err), -EINVAL);
	assert_int_equal(capture_pid(&c, "", &err), -EINVAL);
	assert_int_equal(capture_uid(&c, "no such user", &err), -EINVAL);
	assert_int_equal(capture_comm(&c, "", &err), -EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_wrong_sets),
		cmocka_unit_test(test_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
