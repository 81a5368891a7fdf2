// SPDX-License-Identifier: GPL-2.0
/* Planners on made-up memory: the spans expected of each irregular family of calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "spans.h"

#include <scap/arch.h>
#include <scap/sizes.h>

static struct spans s;

/* ---- sockets ---- */

static void test_sockaddr_without_its_garbage(void **state)
{
	(void)state;
	FAKE_PUT(AT(0), __u16, 2);	/* AF_INET: sin_zero is not read */
	FAKE_CALL(&s, "connect", 3, AT(0), 16);
	spans_entry(&s);
	assert_in(&s, 0, 1, AT(0), 8);
	FAKE_PUT(AT(0), __u16, 1);	/* AF_UNIX: up to the NUL */
	fake_put(AT(2), "/run/x\0garbage", 14);
	FAKE_CALL(&s, "connect", 3, AT(0), 110);
	spans_entry(&s);
	assert_in(&s, 0, 1, AT(0), 9);
	fake_put(AT(2), "\0abstract", 9);
	FAKE_CALL(&s, "connect", 3, AT(0), 11);
	spans_entry(&s);
	assert_in(&s, 0, 1, AT(0), 11);
	FAKE_CALL(&s, "connect", 3, AT(0), 0xffffffff);
	spans_entry(&s);
	assert_int_equal(s.n, 0);
}

struct msghdr64 {
	__u64 name;
	__u32 namelen, pad1;
	__u64 iov, iovlen, control, controllen;
	__u32 flags, pad2;
};

static void test_sendmsg(void **state)
{
	const struct msghdr64 m = { AT(200), 16, 0, AT(300), 1, AT(400), 24, 0, 0 };

	(void)state;
	FAKE_PUT(AT(200), __u16, 10);
	fake_iov(AT(300), AT(500), 9);
	fake_put(AT(0), &m, sizeof(m));
	FAKE_CALL(&s, "sendmsg", 3, AT(0), 0);
	assert_int_equal(spans_entry(&s), 0);
	assert_in(&s, 0, 1, AT(0), 12);
	assert_in(&s, 1, 1, AT(16), 32);
	assert_in(&s, 2, 1, AT(200), 16);
	assert_in(&s, 3, 1, AT(400), 24);
	assert_in(&s, 4, 1, AT(300), 16);
	assert_in(&s, 5, 1, AT(500), 9);
	assert_int_equal(s.n, 6);
	FAKE_CALL(&s, "sendmsg", 3, BAD, 0);
	assert_int_equal(spans_entry(&s), -EFAULT);
}

static void test_recvmsg(void **state)
{
	struct msghdr64 m = { AT(200), 40, 0, AT(300), 2, AT(400), 24, 0, 0 };

	(void)state;
	fake_iov(AT(300), AT(500), 9);
	fake_iov(AT(316), AT(600), 9);
	fake_put(AT(0), &m, sizeof(m));
	FAKE_CALL(&s, "recvmsg", 3, AT(0), 0);
	assert_int_equal(spans_entry(&s), 0);
	m.namelen = 110;	/* more than there was room for */
	m.controllen = 20;
	fake_put(AT(0), &m, sizeof(m));
	assert_int_equal(spans_exit(&s, 12), 0);
	assert_out(&s, 0, 1, AT(200), 40);
	assert_out(&s, 1, 1, AT(500), 9);
	assert_out(&s, 2, 1, AT(600), 3);
	assert_out(&s, 3, 1, AT(400), 20);
	assert_out(&s, 4, 1, AT(0), SCAP_SIZE_MSGHDR);
	assert_int_equal(s.n, 5);
	spans_exit(&s, -11);
	assert_int_equal(s.n, 0);
}

static void test_recvmmsg(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		const struct msghdr64 m = { 0, 0, 0, AT(300 + 16 * i), 1, 0, 0, 0, 0 };

		fake_iov(AT(300 + 16 * i), AT(1000 * (i + 1)), 50);
		fake_put(AT(64 * i), &m, sizeof(m));
		FAKE_PUT(AT(64 * i + 56), __u32, 10 + i);
	}
	FAKE_CALL(&s, "recvmmsg", 3, AT(0), 3, 0, AT(5000));
	assert_int_equal(spans_entry(&s), 0);
	assert_int_equal(s.call.niov, 3);
	assert_int_equal(spans_exit(&s, 2), 0);
	assert_int_equal(s.n, 4);
	assert_out(&s, 0, 1, AT(1000), 10);
	assert_out(&s, 1, 1, AT(2000), 11);
	assert_out(&s, 2, 1, AT(0), 128);
	assert_out(&s, 3, 4, AT(5000), 16);
	assert_int_equal(spans_reach(&s), 0);
	assert_out(&s, 0, 1, AT(1000), 50);	/* how much will come, no header tells yet */
	assert_out(&s, 2, 1, AT(3000), 50);
	FAKE_CALL(&s, "recvmmsg", 3, AT(0), 0xffffffff, 0, 0);
	assert_int_equal(spans_entry(&s), 0);	/* no more than UIO_MAXIOV of them */
	assert_true(s.n < 3 * SCAP_UIO_MAXIOV);
}

static void test_socket_options(void **state)
{
	(void)state;
	FAKE_PUT(AT(0), __u16, 3);		/* SO_ATTACH_FILTER: three instructions */
	FAKE_PUT(AT(8), __u64, AT(100));
	FAKE_CALL(&s, "setsockopt", 3, 1, 26, AT(0), 16);
	spans_entry(&s);
	assert_in(&s, 2, 3, AT(100), 24);
	FAKE_CALL(&s, "setsockopt", 3, 263, 5, AT(0), 16);	/* a ring of packets */
	spans_entry(&s);
	assert_int_equal(s.plan.refuse, ENOPROTOOPT);
	FAKE_CALL(&s, "setsockopt", 3, 1, 2, AT(0), (__u64)-1);
	spans_entry(&s);
	assert_int_equal(s.n, 0);
	FAKE_PUT(AT(50), __u32, 1);
	FAKE_CALL(&s, "getsockopt", 3, 1, 31, AT(0), AT(50));	/* SO_PEERSEC */
	spans_entry(&s);
	FAKE_PUT(AT(50), __u32, 33);
	spans_exit(&s, -ERANGE);
	assert_int_equal(s.n, 1);
	assert_out(&s, 0, 4, AT(50), 4);
}

/* ---- waiting ---- */

static void test_poll(void **state)
{
	(void)state;
	FAKE_CALL(&s, "ppoll", AT(0), 2, AT(100), AT(200), 8);
	spans_entry(&s);
	assert_in(&s, 0, 0, AT(0), 6);
	assert_in(&s, 1, 0, AT(8), 6);
	assert_in(&s, 2, 2, AT(100), 16);
	assert_in(&s, 3, 3, AT(200), 8);
	spans_exit(&s, -514);	/* interrupted: revents are stored all the same */
	assert_out(&s, 0, 0, AT(0), 16);
	assert_out(&s, 1, 2, AT(100), 16);
	spans_exit(&s, -EINVAL);
	assert_int_equal(s.n, 1);
	FAKE_CALL(&s, "ppoll", AT(0), 0xffffffff, 0, 0, 8);
	spans_entry(&s);
	assert_int_equal(s.n, 1);
}

static void test_select(void **state)
{
	(void)state;
	FAKE_CALL(&s, "pselect6", 65, AT(0), 0, AT(100), AT(200), AT(300));
	FAKE_PUT(AT(300), __u64, AT(400));
	assert_int_equal(spans_entry(&s), 0);
	assert_in(&s, 0, 1, AT(0), 16);
	assert_in(&s, 1, 3, AT(100), 16);
	assert_in(&s, 2, 4, AT(200), 16);
	assert_in(&s, 3, 5, AT(300), 16);
	assert_in(&s, 4, 5, AT(400), 8);
	spans_exit(&s, 0);
	assert_int_equal(s.n, 3);
	spans_exit(&s, -514);	/* the time left, nothing else */
	assert_int_equal(s.n, 1);
	assert_out(&s, 0, 4, AT(200), 16);
	FAKE_CALL(&s, "pselect6", 0x7fffffff, AT(0), 0, 0, 0, 0);
	spans_exit(&s, 0);
	assert_true(s.span[0].len <= (1u << 20) / 8);
	FAKE_CALL(&s, "pselect6", 0xffffffff, AT(0), 0, 0, 0, 0);
	spans_exit(&s, 0);
	assert_int_equal(s.n, 0);
}

static void test_restart(void **state)
{
	__u32 nanosleep;

	(void)state;
	scap_sysinfo_name(SCAP_ARCH_NATIVE, "nanosleep", &nanosleep);
	FAKE_CALL(&s, "restart_syscall", AT(0), AT(50));
	s.call.restarts = nanosleep;
	spans_exit(&s, -516);
	assert_int_equal(s.n, 1);
	assert_out(&s, 0, 1, AT(50), 16);
	spans_exit(&s, 0);
	assert_int_equal(s.n, 0);
	FAKE_CALL(&s, "nanosleep", AT(0), AT(50));
	spans_exit(&s, -512);
	assert_int_equal(s.n, 0);
	FAKE_CALL(&s, "clock_nanosleep", 1, 1, AT(0), AT(50));	/* TIMER_ABSTIME */
	spans_exit(&s, -EINTR);
	assert_int_equal(s.n, 0);
}

static void test_wait(void **state)
{
	(void)state;
	FAKE_CALL(&s, "wait4", (__u64)-1, AT(0), 1, AT(100));
	spans_exit(&s, 0);	/* WNOHANG and nobody there */
	assert_int_equal(s.n, 0);
	spans_exit(&s, 77);
	assert_int_equal(s.n, 2);
	FAKE_CALL(&s, "waitid", 0, 0, AT(0), 4, AT(200));
	spans_exit(&s, -10);	/* -ECHILD: zeros are stored */
	assert_int_equal(s.n, 2);
	assert_out(&s, 0, 2, AT(0), 12);
	assert_out(&s, 1, 2, AT(16), 12);
	FAKE_PUT(AT(0), __u32, 17);
	spans_exit(&s, 0);
	assert_out(&s, 2, 4, AT(200), SCAP_SIZE_RUSAGE);
	FAKE_PUT(AT(0), __u32, 0);
	spans_reach(&s);
	assert_out(&s, 2, 4, AT(200), SCAP_SIZE_RUSAGE);
}

static void test_futex(void **state)
{
	(void)state;
	FAKE_CALL(&s, "futex", AT(0), 128, 5, AT(100), AT(200), 0);
	spans_entry(&s);
	assert_in(&s, 0, 3, AT(100), 16);
	spans_exit(&s, 0);
	assert_int_equal(s.n, 0);
	FAKE_CALL(&s, "futex", AT(0), 6 | 128, 0, AT(100), 0, 0);	/* FUTEX_LOCK_PI */
	spans_exit(&s, -35);
	assert_out(&s, 0, 0, AT(0), 4);
	s.n = 0;
	assert_int_equal(scap_plan_inside(&s.plan, &s.call), 0);
	assert_out(&s, 0, 0, AT(0), 4);
	FAKE_CALL(&s, "futex", AT(0), 5, 1, 1, AT(200), 0);	/* FUTEX_WAKE_OP: no timeout */
	spans_entry(&s);
	assert_int_equal(s.n, 0);
	spans_exit(&s, 1);
	assert_out(&s, 0, 4, AT(200), 4);
	FAKE_CALL(&s, "read", 0, AT(0), 4);
	s.call.result = 4;
	assert_int_equal(scap_plan_inside(&s.plan, &s.call), 0);
	assert_int_equal(s.n, 0);
}

/* ---- processes ---- */

#define CHILD_SETTID	0x01000000
#define PARENT_SETTID	0x00100000

static void test_clone(void **state)
{
	__u64 args[6] = { CHILD_SETTID | PARENT_SETTID, 0, AT(0) };

	(void)state;
	args[SCAP_CLONE_CHILD_TID] = AT(100);
	spans_fake(&s, "clone", args);
	spans_exit(&s, 1234);
	assert_int_equal(s.n, 1);
	assert_out(&s, 0, 2, AT(0), 4);
	spans_exit(&s, 0);
	assert_int_equal(s.n, 1);
	assert_out(&s, 0, SCAP_CLONE_CHILD_TID, AT(100), 4);
	spans_exit(&s, -11);
	assert_int_equal(s.n, 0);
}

static void test_clone3(void **state)
{
	const __u64 args[11] = { CHILD_SETTID | PARENT_SETTID | 0x1000, AT(500), AT(600), AT(700),
				 17, 0, 0, 0, AT(800), 2 };

	(void)state;
	fake_put(AT(0), args, sizeof(args));
	FAKE_CALL(&s, "clone3", AT(0), sizeof(args));
	assert_int_equal(spans_entry(&s), 0);
	assert_in(&s, 0, 0, AT(0), 88);
	assert_in(&s, 1, 0, AT(800), 8);
	spans_exit(&s, 99);
	assert_out(&s, 0, 0, AT(500), 4);
	assert_out(&s, 1, 0, AT(700), 4);
	spans_exit(&s, 0);
	assert_out(&s, 0, 0, AT(600), 4);
	FAKE_CALL(&s, "clone3", AT(0), ~0ull);
	spans_entry(&s);
	assert_in(&s, 0, 0, AT(0), 4096);
}

static void test_classes(void **state)
{
	static const struct {
		const char *name;
		__u64 args[6];
		enum scap_class class;
	} list[] = {
		{ "madvise", { 0, 0, 4 }, SCAP_EXECUTE },
		{ "madvise", { 0, 0, 3 }, SCAP_EMULATE },
		{ "prctl", { 15 }, SCAP_EMULATE },
		{ "prctl", { 50 }, SCAP_EXECUTE },
		{ "mmap", { 0 }, SCAP_EXECUTE },
		{ "munmap", { 0 }, SCAP_EXECUTE },
		{ "rt_sigreturn", { 0 }, SCAP_EXECUTE },
		{ "clone3", { 0 }, SCAP_PROCESS },
		{ "exit_group", { 0 }, SCAP_PROCESS },
		{ "set_tid_address", { 0 }, SCAP_EMULATE },
		{ "rseq", { 0 }, SCAP_REFUSE },
#if defined(__x86_64__)
		{ "arch_prctl", { 0x1002 }, SCAP_EXECUTE },
		{ "arch_prctl", { 0x1003 }, SCAP_EMULATE },
		{ "modify_ldt", { 1 }, SCAP_EXECUTE },
		{ "modify_ldt", { 0 }, SCAP_EMULATE },
#endif
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		spans_fake(&s, list[i].name, list[i].args);
		if (scap_call_class(&s.call) != list[i].class)
			fail_msg("%s: class %d", list[i].name, scap_call_class(&s.call));
	}
}

static void test_refusals(void **state)
{
	static const struct {
		const char *name;
		__u64 args[6];
		int code;
	} list[] = {
		{ "io_uring_setup", { 8, 0 }, ENOSYS },
		{ "rseq", { 0 }, ENOSYS },
		{ "userfaultfd", { 0 }, ENOSYS },
		{ "io_setup", { 0 }, ENOSYS },
		{ "ptrace", { 0 }, EPERM },
		{ "mmap", { 0, 4096, 3, 0x28 }, EINVAL },	/* MAP_DROPPABLE */
		{ "mmap", { 0, 4096, 3, 0x22 }, 0 },
		{ "process_madvise", { 3, 0, 0, 4 }, EINVAL },
		{ "process_madvise", { 3, 0, 0, 20 }, 0 },
		{ "socket", { 44, 3, 0 }, EAFNOSUPPORT },
		{ "socket", { 2, 1, 0 }, 0 },
		{ "ioctl", { 3, 0xaa00, 0 }, EPERM },
		{ "prctl", { 59 }, EINVAL },			/* user dispatch */
		{ "prctl", { 38 }, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		spans_fake(&s, list[i].name, list[i].args);
		spans_entry(&s);
		if (s.plan.refuse != list[i].code)
			fail_msg("%s is answered with %d", list[i].name, s.plan.refuse);
	}
}

/* ---- ioctl, fcntl ---- */

static void test_ioctl(void **state)
{
	(void)state;
	FAKE_CALL(&s, "ioctl", 0, 0x5401, AT(0));	/* TCGETS */
	spans_entry(&s);
	assert_int_equal(s.n, 0);
	spans_exit(&s, 0);
	assert_out(&s, 0, 2, AT(0), 36);
	spans_exit(&s, -ENOTTY);
	assert_int_equal(s.n, 0);
	FAKE_CALL(&s, "ioctl", 0, 0x5402, AT(0));	/* TCSETS */
	spans_entry(&s);
	assert_in(&s, 0, 2, AT(0), 36);
	FAKE_CALL(&s, "ioctl", 3, 0xc0185879, AT(0));	/* _IOWR('X', 121, 24) */
	spans_entry(&s);
	assert_in(&s, 0, 2, AT(0), 24);
	spans_exit(&s, 0);
	assert_out(&s, 0, 2, AT(0), 24);
	assert_false(s.plan.unknown);
	FAKE_CALL(&s, "ioctl", 3, 0x80086601, AT(0));	/* FS_IOC_GETFLAGS: an int after all */
	spans_exit(&s, 0);
	assert_out(&s, 0, 2, AT(0), 4);
	FAKE_CALL(&s, "ioctl", 3, 0x9999, AT(0));
	spans_exit(&s, 0);
	assert_true(s.plan.unknown);
	spans_exit(&s, -ENOTTY);
	assert_false(s.plan.unknown);
}

static void test_ioctl_with_more_behind(void **state)
{
	(void)state;
	FAKE_PUT(AT(0), __u32, 80);			/* SIOCGIFCONF */
	FAKE_PUT(AT(8), __u64, AT(100));
	FAKE_CALL(&s, "ioctl", 3, 0x8912, AT(0));
	spans_entry(&s);
	FAKE_PUT(AT(0), __u32, 40);
	spans_exit(&s, 0);
	assert_out(&s, 0, 2, AT(100), 40);
	FAKE_PUT(AT(24), __u32, 2);			/* FS_IOC_FIEMAP: room for two */
	FAKE_CALL(&s, "ioctl", 3, 0xc020660b, AT(0));
	spans_entry(&s);
	FAKE_PUT(AT(20), __u32, 1000000);
	spans_exit(&s, 0);
	assert_out(&s, 1, 2, AT(32), 2 * 56);
	FAKE_CALL(&s, "ioctl", 3, 0xc020660b, BAD);
	assert_int_equal(spans_entry(&s), -EFAULT);
	FAKE_CALL(&s, "ioctl", 3, 0xc0189436, AT(0));	/* FIDEDUPERANGE */
	FAKE_PUT(AT(16), __u16, 3);
	spans_entry(&s);
	assert_in(&s, 0, 2, AT(0), 24 + 3 * 32);
}

static void test_fcntl(void **state)
{
	(void)state;
	FAKE_CALL(&s, "fcntl", 3, 5, AT(0));
	spans_entry(&s);
	assert_in(&s, 0, 2, AT(0), 4);
	assert_in(&s, 1, 2, AT(8), 16);
	spans_exit(&s, 0);
	assert_out(&s, 0, 2, AT(0), 32);
	FAKE_CALL(&s, "fcntl", 3, 2, AT(0));	/* F_SETFD: a number that looks like an address */
	spans_entry(&s);
	assert_int_equal(s.n, 0);
}

/* ---- the rest ---- */

static void test_ipc(void **state)
{
	(void)state;
	FAKE_CALL(&s, "semctl", 1, 0, 16, AT(0));	/* SETVAL: a number */
	spans_entry(&s);
	spans_exit(&s, 0);
	assert_int_equal(s.n, 0);
	FAKE_CALL(&s, "semctl", 1, 0, 2, AT(0));
	spans_exit(&s, 0);
	assert_out(&s, 0, 3, AT(0), SCAP_SIZE_SEMID_DS);
	FAKE_CALL(&s, "msgrcv", 1, AT(0), 100, 0, 0);
	spans_exit(&s, 5);
	assert_out(&s, 0, 1, AT(0), 13);
	spans_exit(&s, -512);
	assert_int_equal(s.n, 0);
	FAKE_CALL(&s, "msgsnd", 1, AT(0), 5, 0);
	spans_entry(&s);
	assert_in(&s, 0, 1, AT(0), 13);
	FAKE_CALL(&s, "mq_timedreceive", 1, AT(0), 100, AT(200), 0);
	spans_exit(&s, 5);
	assert_out(&s, 0, 1, AT(0), 5);
	assert_out(&s, 1, 3, AT(200), 4);
}

static void test_xattr(void **state)
{
	(void)state;
	FAKE_PUT(AT(0), __u64, AT(100));
	FAKE_PUT(AT(8), __u32, 50);
	FAKE_CALL(&s, "setxattrat", 3, 0, 0, 0, AT(0), 16);
	spans_entry(&s);
	assert_in(&s, 0, 4, AT(0), 16);
	assert_in(&s, 1, 4, AT(100), 50);
	FAKE_CALL(&s, "getxattrat", 3, 0, 0, 0, AT(0), 16);
	spans_entry(&s);
	spans_exit(&s, 7);
	assert_out(&s, 0, 4, AT(100), 7);
	spans_exit(&s, 700);
	assert_out(&s, 0, 4, AT(100), 50);
}

static void test_keyctl(void **state)
{
	(void)state;
	FAKE_CALL(&s, "keyctl", 11, 1, AT(0), 10);	/* KEYCTL_READ, too little room */
	spans_exit(&s, 500);
	assert_out(&s, 0, 2, AT(0), 10);
	fake_put(AT(0), "user", 5);
	fake_put(AT(10), "name", 5);
	FAKE_CALL(&s, "keyctl", 10, 1, AT(0), AT(10), 0);
	spans_entry(&s);
	assert_in(&s, 1, 3, AT(10), 5);
	FAKE_CALL(&s, "keyctl", 2, 1, AT(0), ~0ull);
	spans_entry(&s);
	assert_in(&s, 0, 2, AT(0), SCAP_RW_MAX);
}

static void test_administration(void **state)
{
	(void)state;
	FAKE_CALL(&s, "quotactl", 0x80000700, 0, 0, AT(0));
	spans_exit(&s, 0);
	assert_out(&s, 0, 3, AT(0), 72);
	FAKE_CALL(&s, "fsconfig", 3, 2, 0, AT(0), 12);
	spans_entry(&s);
	assert_in(&s, 0, 3, AT(0), 12);
	FAKE_CALL(&s, "adjtimex", AT(0));
	spans_entry(&s);
	assert_int_equal(s.n, 1);
	spans_exit(&s, -1);
	assert_out(&s, 0, 0, AT(0), 208);
	FAKE_CALL(&s, "syslog", 10, AT(0), 100);
	spans_exit(&s, 100);
	assert_int_equal(s.n, 0);
	FAKE_CALL(&s, "mincore", 0, 4097, AT(0));
	s.plan.page_size = 4096;
	spans_exit(&s, 0);
	assert_out(&s, 0, 2, AT(0), 2);
	FAKE_CALL(&s, "prctl", 62, 0, 0, 0, AT(8));	/* PR_SCHED_CORE_GET */
	spans_exit(&s, 0);
	assert_out(&s, 0, 4, AT(8), 8);
	FAKE_PUT(AT(0), __u32, 0x19980330);
	FAKE_CALL(&s, "capget", AT(0), AT(100));
	spans_entry(&s);
	spans_exit(&s, 0);
	assert_out(&s, 1, 1, AT(100), 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_sockaddr_without_its_garbage, spans_reset),
		cmocka_unit_test_setup(test_sendmsg, spans_reset),
		cmocka_unit_test_setup(test_recvmsg, spans_reset),
		cmocka_unit_test_setup(test_recvmmsg, spans_reset),
		cmocka_unit_test_setup(test_socket_options, spans_reset),
		cmocka_unit_test_setup(test_poll, spans_reset),
		cmocka_unit_test_setup(test_select, spans_reset),
		cmocka_unit_test_setup(test_restart, spans_reset),
		cmocka_unit_test_setup(test_wait, spans_reset),
		cmocka_unit_test_setup(test_futex, spans_reset),
		cmocka_unit_test_setup(test_clone, spans_reset),
		cmocka_unit_test_setup(test_clone3, spans_reset),
		cmocka_unit_test_setup(test_classes, spans_reset),
		cmocka_unit_test_setup(test_refusals, spans_reset),
		cmocka_unit_test_setup(test_ioctl, spans_reset),
		cmocka_unit_test_setup(test_ioctl_with_more_behind, spans_reset),
		cmocka_unit_test_setup(test_fcntl, spans_reset),
		cmocka_unit_test_setup(test_ipc, spans_reset),
		cmocka_unit_test_setup(test_xattr, spans_reset),
		cmocka_unit_test_setup(test_keyctl, spans_reset),
		cmocka_unit_test_setup(test_administration, spans_reset),
	};

	return cmocka_run_group_tests_name("plan-calls", tests, NULL, NULL);
}
