// SPDX-License-Identifier: GPL-2.0
/*
 * Events that are no calls, one exact line a kind; every argument type has a
 * printer; and what a hostile trace can make the decoder do: nothing.
 */
#include "decode-lines.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include <format/decode.h>

static void test_exec(void **state)
{
	struct scap_ev_exec x = { .h = { .type = SCAP_EV_EXEC, .tid = 100 }, .old_tid = 100,
				  .pid = 100, .ppid = 1 };
	struct scap_ev_map m = { .h = { .type = SCAP_EV_MAP }, .source = SCAP_MAP_FILE,
				 .addr = 0x400000, .len = 0x1000, .prot = 5, .flags = 2,
				 .object = 3 };

	(void)state;
	event(&x, sizeof(x));
	span(SCAP_SPAN_PATH, SCAP_ARG_NONE, 0, "/bin/ls", 7, 7);
	span(SCAP_SPAN_INTERP, SCAP_ARG_NONE, 0, "/lib/ld.so", 10, 10);
	line("exec: \"/bin/ls\" by \"/lib/ld.so\", process 100, parent 1");

	x.old_tid = 102;
	event(&x, sizeof(x));
	span(SCAP_SPAN_PATH, SCAP_ARG_NONE, 0, "/bin/\033", 6, 6);
	line("exec: \"/bin/\\33\", process 100, parent 1, called by thread 102");

	event(&m, sizeof(m));
	span(SCAP_SPAN_PATH, SCAP_ARG_NONE, 0, "/bin/ls", 7, 7);
	line("map: 0x400000-0x401000 r-xp file \"/bin/ls\" at 0, object 3");

	m.source = SCAP_MAP_STACK;
	m.object = 0;
	m.prot = 3;
	event(&m, sizeof(m));
	line("map: 0x400000-0x401000 rw-p [stack]");
}

static void test_signal(void **state)
{
	struct scap_ev_signal s = { .h = { .type = SCAP_EV_SIGNAL }, .signo = SIGSEGV,
				    .place = SCAP_SIG_SYNCHRONOUS, .action = SCAP_ACT_FATAL,
				    .ip = 0x401136 };
	int32_t info[32] = { SIGSEGV, 0, SEGV_MAPERR, 0, 0x10, 0 };
	int32_t timer[32] = { SIGALRM, 0, SI_TIMER, 0, 3, 1, 7 };
	int32_t queued[32] = { SIGUSR1, EINTR, SI_QUEUE, 0, 55, 1000, 42 };

	(void)state;
	event(&s, sizeof(s));
	span(SCAP_SPAN_SIGINFO, SCAP_ARG_NONE, 0, info, 128, 128);
	line("--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x10} --- "
	     "by the instruction at 0x401136, fatal");

	s.signo = SIGALRM;
	s.place = SCAP_SIG_IN_USER;
	s.action = SCAP_ACT_HANDLER;
	event(&s, sizeof(s));
	span(SCAP_SPAN_SIGINFO, SCAP_ARG_NONE, 0, timer, 128, 128);
	line("--- SIGALRM {si_signo=SIGALRM, si_code=SI_TIMER, si_timerid=3, si_overrun=1, "
	     "si_value=0x7} --- in user code at 0x401136, handler runs");

	s.signo = SIGUSR1;
	s.place = SCAP_SIG_BEFORE_SYSCALL;
	s.action = SCAP_ACT_NONE;
	event(&s, sizeof(s));
	span(SCAP_SPAN_SIGINFO, SCAP_ARG_NONE, 0, queued, 128, 128);
	line("--- SIGUSR1 {si_signo=SIGUSR1, si_errno=4, si_code=SI_QUEUE, si_pid=55, si_uid=1000, "
	     "si_value=0x2a} --- before the next call at 0x401136, no effect");

	s.signo = 99;
	event(&s, sizeof(s));
	line("--- signal 99 {} --- before the next call at 0x401136, no effect");
}

static void test_ends(void **state)
{
	struct scap_ev_task_exit x = { .h = { .type = SCAP_EV_TASK_EXIT, .tid = 100 }, .pid = 100,
				       .status = 3 << 8, .last = 1 };
	struct scap_ev_fork f = { .h = { .type = SCAP_EV_FORK }, .child = 101, .child_pid = 101,
				  .child_domain = 2, .clone_flags = SIGCHLD };

	(void)state;
	event(&x, sizeof(x));
	line("+++ exited with 3 +++");

	x.status = SIGABRT | 0x80;
	event(&x, sizeof(x));
	line("+++ killed by SIGABRT (core dumped) +++");

	x.pid = 99;
	x.status = 3 << 8;
	event(&x, sizeof(x));
	line("+++ thread exited with 3 +++");

	x.status = SIGKILL;
	event(&x, sizeof(x));
	line("+++ thread killed by SIGKILL +++");

	event(&f, sizeof(f));
	line("fork: process 101, domain 2, SIGCHLD");

	f.child = 102;
	f.clone_flags = 0x10100;
	event(&f, sizeof(f));
	line("fork: thread 102 of process 101, domain 2, CLONE_VM|CLONE_THREAD");
}

static void test_others(void **state)
{
	struct scap_ev_data d = { .h = { .type = SCAP_EV_DATA } };
	struct scap_ev_mem m = { .h = { .type = SCAP_EV_MEM }, .cause = SCAP_MEM_CLEAR_TID };
	struct scap_ev_trap t = { .h = { .type = SCAP_EV_TRAP }, .kind = SCAP_TRAP_RDTSCP,
				  .ip = 0x401000, .value = { 0x1234, 1 } };
	struct scap_ev_switch s = { .h = { .type = SCAP_EV_SWITCH }, .next = 102 };
	struct scap_ev_file f = { .h = { .type = SCAP_EV_FILE }, .object = 3, .size = 4100 };
	struct scap_ev_gap g = { .h = { .type = SCAP_EV_GAP }, .reason = 1, .events = 7,
				 .bytes = 99 };
	struct scap_ev_meta n = { .h = { .type = SCAP_EV_META }, .kind = SCAP_META_NOTE };

	(void)state;
	event(&d, sizeof(d));
	out(1, BUF, "0123456789012345678901234567890123456789", 40);
	line("data: 0x7ffd00001000+40 \"01234567890123456789012345678901\"...");

	event(&m, sizeof(m));
	out(SCAP_ARG_NONE, BUF, "\0\0\0", 4);
	line("mem: clear_child_tid 0x7ffd00001000+4 \"\\0\\0\\0\\0\"");

	event(&t, sizeof(t));
	line("trap: rdtscp at 0x401000 = 0x1234, 0x1");

	event(&s, sizeof(s));
	line("switch: to thread 102");

	event(&f, sizeof(f));
	span(SCAP_SPAN_FILE, SCAP_ARG_NONE, 4096, "tail", 4, 4);
	line("file: object 3, size 4100 0x1000+4 \"tail\"");

	event(&g, sizeof(g));
	line("gap: 7 events of 99 bytes lost: the ring was full");

	event(&n, sizeof(n));
	span(SCAP_SPAN_TEXT, SCAP_ARG_NONE, 0, "a\nb", 3, 3);
	line("meta: note: \"a\\nb\"");
}

static void test_column(void **state)
{
	struct scap_header h = { .arch = SCAP_ARCH_X86_64 };
	char buf[64];

	(void)state;
	call("close", 0, 3);
	assert_int_equal(scap_event_text(buf, sizeof(buf), &h, made()), 43);
	assert_string_equal(buf, "close(3)                                = 0");
	/* cut, terminated, and the length that it wanted */
	assert_int_equal(scap_event_text(buf, 6, &h, made()), 43);
	assert_string_equal(buf, "close");
	assert_int_equal(scap_event_text(NULL, 0, &h, made()), 43);
}

/* Who reads the whole stream knows the large output that stood ahead. */
static void test_ahead(void **state)
{
	struct scap_header h = { .arch = SCAP_ARCH_X86_64 };
	struct decode_ahead ahead = { .n = 1, .piece = { { .addr = BUF, .len = 131072,
							     .stored = 40 } } };
	char buf[128];

	(void)state;
	memset(ahead.piece[0].bytes, 'x', 40);
	call("read", 131072, 3, BUF, 131072);
	decode_event_text(buf, sizeof(buf), &h, made(), &ahead);
	assert_string_equal(buf, "read(3, \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"..., 131072) = "
			    "131072");
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(scap_signal_name(SIGKILL), "SIGKILL");
	assert_string_equal(scap_signal_name(32), "SIGRTMIN");
	assert_string_equal(scap_signal_name(64), "SIGRTMAX");
	assert_null(scap_signal_name(0));
	assert_null(scap_signal_name(65));
	assert_null(scap_signal_name(-1));
	assert_string_equal(scap_errno_name(2), "ENOENT");
	assert_string_equal(scap_errno_name(512), "ERESTARTSYS");
	assert_string_equal(scap_errno_name(516), "ERESTART_RESTARTBLOCK");
	assert_null(scap_errno_name(0));
	assert_null(scap_errno_name(4000));
}

static void test_every_type(void **state)
{
	int missing = 0;

	(void)state;
	for (int t = SCAP_T_NONE + 1; t < SCAP_T_COUNT; t++)
		if (!decode_type_known((uint8_t)t)) {
			print_error("argument type %d of argtypes.def has no printer\n", t);
			missing++;
		}
	assert_int_equal(missing, 0);
}

/* ---- contents that nobody meant ---- */

static uint32_t seed = 1;

static uint32_t any(uint32_t below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % below;
}

/* Small numbers, signs, addresses of the spans: what makes printers look closer. */
static uint64_t any_word(void)
{
	switch (any(6)) {
	case 0:
		return any(16);
	case 1:
		return (uint64_t)-1 - any(4);
	case 2:
		return BUF + any(64);
	case 3:
		return 1ull << any(64);
	case 4:
		return any(1 << 16);
	default:
		return (uint64_t)any(1 << 24) << 40 | (uint64_t)any(1 << 24) << 16 | any(1 << 16);
	}
}

static void any_spans(void)
{
	/* Of exactly the span's size, so that a read beyond it is seen by ASan. */
	for (uint32_t i = any(6); i; i--) {
		size_t n = any(4) ? any(256) : any(4096);
		uint64_t *bytes = malloc(n + 8);

		for (size_t w = 0; w <= n / 8; w++)
			bytes[w] = any_word();
		span((uint8_t)(1 + any(2)), (uint8_t)any(6), any(3) ? BUF + any(3) * 8 : any_word(),
		     bytes, n, n + any(100));
		free(bytes);
	}
}

/* In a room of its own size: the sanitizer sees every step outside. */
static void show_alone(const struct scap_header *h, size_t room)
{
	struct scap_event *copy = malloc(made()->size);
	char *buf = malloc(room);
	int n;

	memcpy(copy, made(), made()->size);
	n = scap_event_text(buf, room, h, copy);
	assert_true(n >= 0);
	assert_int_equal(strlen(buf), (size_t)n < room ? (size_t)n : room - 1);
	for (const char *p = buf; *p; p++)
		assert_true(*p >= ' ' && *p < 0x7f);
	free(buf);
	free(copy);
}

static void test_any_call(void **state)
{
	static const uint16_t types[] = { SCAP_EV_SYSCALL, SCAP_EV_SYSCALL_ENTER,
					  SCAP_EV_SYSCALL_EXIT };
	struct scap_header h = { .arch = SCAP_ARCH_X86_64 };

	(void)state;
	for (uint32_t round = 0; round < 40; round++)
		for (uint32_t nr = 0; nr < scap_sysinfo_end(SCAP_ARCH_X86_64); nr++) {
			struct scap_ev_syscall c = { .h = { .type = types[any(3)] }, .nr = nr };

			for (int i = 0; i < 6; i++)
				c.args[i] = any_word();
			c.result = any(2) ? (int64_t)any(64) : (int64_t)any_word();
			h.arch = (uint16_t)(any(4) ? SCAP_ARCH_X86_64 : any(5));
			event(&c, sizeof(c));
			any_spans();
			show_alone(&h, any(8) ? 65536 : 1 + any(200));
		}
}

static void test_any_event(void **state)
{
	struct scap_header h = { .arch = SCAP_ARCH_ARM64 };

	(void)state;
	for (uint32_t round = 0; round < 3000; round++) {
		uint64_t fixed[32] = { 0 };
		struct scap_event *e = (void *)fixed;
		uint16_t type = (uint16_t)(1 + any(SCAP_EV_TYPES - 1));

		for (size_t i = 0; i < 32; i++)
			fixed[i] = any_word();
		memset(fixed, 0, sizeof(*e) + 8);
		e->type = type;
		event(fixed, scap_event_fixed(type));
		if (any(2))
			any_spans();
		show_alone(&h, 65536);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exec), cmocka_unit_test(test_signal),
		cmocka_unit_test(test_ends), cmocka_unit_test(test_others),
		cmocka_unit_test(test_column), cmocka_unit_test(test_ahead),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_every_type), cmocka_unit_test(test_any_call),
		cmocka_unit_test(test_any_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
