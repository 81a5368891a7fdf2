// SPDX-License-Identifier: GPL-2.0
/*
 * The replayer on programs of a dozen instructions whose traces are made by
 * hand: what a faithful one needs, and that every lie about it is found.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <scap/arch.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "make-trace.h"
#include "replayer/session.h"

enum {
	PID = 4242,
	CODE = 0x10000000,
	DATA = 0x20000000,
	PAGE = 4096,
};
#define STACK 0x7ffd00000000ull
#define STACK_SIZE 0x21000ull
#define VVAR 0x7ffd10000000ull
#define PROGRAM "/bin/true"

#include <asm/prctl.h>
#include <unistd.h>

#define MOV_EAX(n) 0xb8, (n) & 255, (n) >> 8, 0, 0
#define MOV_EDI(n) 0xbf, (n) & 255, (n) >> 8 & 255, (n) >> 16 & 255, (n) >> 24 & 255
#define MOV_ESI(n) 0xbe, (n) & 255, (n) >> 8 & 255, (n) >> 16 & 255, (n) >> 24 & 255
#define MOV_EDX(n) 0xba, (n) & 255, (n) >> 8 & 255, (n) >> 16 & 255, (n) >> 24 & 255
#define SYSCALL 0x0f, 0x05
#define EXIT_WITH_EDI MOV_EAX(SYS_exit_group), SYSCALL
#define MOV_EAX_EDI 0x89, 0xc7
#define LOAD_EDI(at) 0x8b, 0x3c, 0x25, (at) & 255, (at) >> 8 & 255, (at) >> 16 & 255, (at) >> 24
#define STORE_NULL 0x31, 0xc0, 0x89, 0x00 /* xor %eax,%eax; mov %eax,(%rax) */

/* The image: @code on one page, a page of data, a stack, a [vvar] for the replayer. */
static void make_image(struct maker *m, const uint8_t *code, size_t len)
{
	static const struct {
		uint64_t addr, len;
		uint32_t source, prot;
	} maps[] = {
		{ CODE, PAGE, SCAP_MAP_ANON, PROT_READ | PROT_EXEC },
		{ DATA, PAGE, SCAP_MAP_ANON, PROT_READ | PROT_WRITE },
		{ STACK, STACK_SIZE, SCAP_MAP_STACK, PROT_READ | PROT_WRITE },
		{ VVAR, 4 * PAGE, SCAP_MAP_VVAR, PROT_READ },
	};
	struct scap_regs regs = { .rip = CODE, .rsp = STACK + STACK_SIZE - PAGE, .cs = 0x33,
				  .ss = 0x2b, .eflags = 0x202 };
	struct scap_mm_layout mm = { .start_brk = DATA + PAGE, .brk = DATA + PAGE };
	union any_event *e;
	struct stat st;

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		e = make_event(m, SCAP_EV_MAP, PID);
		e->map.addr = maps[i].addr;
		e->map.len = maps[i].len;
		e->map.source = maps[i].source;
		e->map.prot = maps[i].prot;
		e->map.flags = MAP_PRIVATE | MAP_ANONYMOUS;
		make_put(m);
	}
	make_event(m, SCAP_EV_DATA, PID);
	make_span(m, SCAP_SPAN_OUT, SCAP_ARG_NONE, CODE, code, (uint16_t)len);
	make_put(m);
	assert_int_equal(stat(PROGRAM, &st), 0);
	e = make_event(m, SCAP_EV_EXEC, PID);
	e->exec.old_tid = e->exec.pid = PID;
	e->exec.file.size = (uint64_t)st.st_size;
	e->exec.file.mtime_ns = (uint64_t)st.st_mtim.tv_sec * 1000000000u +
				(uint64_t)st.st_mtim.tv_nsec;
	make_span(m, SCAP_SPAN_PATH, SCAP_ARG_NONE, 0, PROGRAM, strlen(PROGRAM));
	make_span(m, SCAP_SPAN_REGS, SCAP_ARG_NONE, 0, &regs, sizeof(regs));
	make_span(m, SCAP_SPAN_MM, SCAP_ARG_NONE, 0, &mm, sizeof(mm));
	make_put(m);
}

/* exit_group(@code) and its end. */
static void make_end(struct maker *m, int code)
{
	make_call(m, SCAP_EV_SYSCALL_ENTER, PID, SYS_exit_group, 0, (uint64_t)code, 0, 0);
	make_put(m);
	make_exit(m, PID, code << 8);
}

static struct session *opened(const char *path, char *const *argv)
{
	struct session_options o = { .trace = path, .argv = argv };
	struct scap_error err = { 0 };
	struct session *s = NULL;

	if (session_open(&s, &o, &err))
		fail_msg("%s", err.text);
	return s;
}

/* Replays @path to its end, which must be @state, with @status if faithful. */
static void expect_end(const char *path, enum session_state state, int status)
{
	struct session *s = opened(path, NULL);
	const struct session_outcome *o = session_outcome(s);

	while (session_step(s) == SESSION_GOING)
		;
	if (o->state != state)
		fail_msg("state %d: %s\n%s", o->state, o->error.text, o->report ? o->report : "");
	if (state == SESSION_FAITHFUL)
		assert_int_equal(o->status, status);
	else
		assert_true(o->error.text[0]);
	session_close(s);
}

static const uint8_t exit_with_pid[] = { MOV_EAX(SYS_getpid), SYSCALL, MOV_EAX_EDI, EXIT_WITH_EDI };

/* The program of most tests: exits with its process id. @nr, @pid, @code: what the trace says. */
static const char *pid_trace(uint32_t nr, int pid, int code)
{
	const char *path = make_path("pid.scap");
	struct maker m;

	make_open(&m, path);
	make_image(&m, exit_with_pid, sizeof(exit_with_pid));
	make_simple(&m, PID, nr, pid, 0);
	make_end(&m, code);
	make_close(&m);
	return path;
}

static void results_are_fed(void **state)
{
	(void)state;
	expect_end(pid_trace(SYS_getpid, 7, 7), SESSION_FAITHFUL, 7 << 8);
}

static void another_call_diverges(void **state)
{
	(void)state;
	expect_end(pid_trace(SYS_getppid, 7, 7), SESSION_DIVERGED, 0);
}

static void another_argument_diverges(void **state)
{
	(void)state;
	expect_end(pid_trace(SYS_getpid, 7, 8), SESSION_DIVERGED, 0);
}

static void a_trace_without_end_is_said(void **state)
{
	const char *path = make_path("short.scap");
	struct maker m;

	(void)state;
	make_open(&m, path);
	make_image(&m, exit_with_pid, sizeof(exit_with_pid));
	make_simple(&m, PID, SYS_getpid, 7, 0);
	make_close(&m);
	expect_end(path, SESSION_FAILED, 0);
}

static void output_memory_is_fed(void **state)
{
	static const uint8_t code[] = { MOV_EAX(SYS_read), MOV_EDI(0), MOV_ESI(DATA), MOV_EDX(4),
					SYSCALL, LOAD_EDI(DATA), EXIT_WITH_EDI };
	const char *path = make_path("read.scap");
	const uint32_t bytes = 99;
	struct maker m;

	(void)state;
	make_open(&m, path);
	make_image(&m, code, sizeof(code));
	make_call(&m, SCAP_EV_SYSCALL, PID, SYS_read, 4, 0, DATA, 4);
	make_span(&m, SCAP_SPAN_OUT, 1, DATA, &bytes, sizeof(bytes));
	make_put(&m);
	make_end(&m, 99);
	make_close(&m);
	expect_end(path, SESSION_FAITHFUL, 99 << 8);
}

#define MAP_A_PAGE MOV_EAX(SYS_mmap), MOV_EDI(0), MOV_ESI(PAGE), MOV_EDX(PROT_READ), SYSCALL
#define MAPPED 0x30000000

static void make_map_file(struct maker *m, uint32_t tid, const void *content, uint32_t len)
{
	union any_event *e;

	scap_writer_content(m->w, 3, 0, content, len);
	e = make_event(m, SCAP_EV_MAP, tid);
	e->map.source = SCAP_MAP_STORED;
	e->map.addr = MAPPED;
	e->map.len = PAGE;
	e->map.prot = PROT_READ;
	e->map.flags = MAP_SHARED;
	e->map.object = 3;
	e->map.file.size = len;
	make_span(m, SCAP_SPAN_PATH, SCAP_ARG_NONE, 0, "/gone", 5);
	make_put(m);
}

static void make_mmap(struct maker *m, uint32_t tid)
{
	struct scap_ev_syscall *call = make_call(m, SCAP_EV_SYSCALL, tid, SYS_mmap, MAPPED, 0, PAGE,
						 PROT_READ);

	call->args[3] = 0; /* r10, r8, r9 are 0 in a fresh program */
	make_put(m);
}

/* What a mapping of a file that exists no more shows comes from the trace, where it was mapped. */
static void stored_content_is_mapped(void **state)
{
	static const uint8_t code[] = { MAP_A_PAGE, LOAD_EDI(MAPPED + 8), EXIT_WITH_EDI };
	const char *path = make_path("mmap.scap");
	const uint32_t content[4] = { 1, 2, 55, 4 };
	struct maker m;

	(void)state;
	make_open(&m, path);
	make_image(&m, code, sizeof(code));
	make_map_file(&m, PID, content, sizeof(content));
	make_mmap(&m, PID);
	make_end(&m, 55);
	make_close(&m);
	expect_end(path, SESSION_FAITHFUL, 55 << 8);
}

/* Another process writes to the file while the call that maps it is not over: that shows. */
static void content_may_change_before_it_is_mapped(void **state)
{
	static const uint8_t code[] = { MOV_EAX(SYS_clone), MOV_EDI(SIGCHLD), MOV_ESI(0),
					MOV_EDX(0), SYSCALL,
					0x85, 0xc0, 0x74, 16, /* test %eax,%eax; jz to the child */
					MOV_EAX(SYS_getpid), SYSCALL, MOV_EAX_EDI, EXIT_WITH_EDI,
					MAP_A_PAGE, LOAD_EDI(MAPPED + 8), EXIT_WITH_EDI };
	const char *path = make_path("changed.scap");
	const uint32_t content[4] = { 1, 2, 54, 4 }, changed = 55;
	union any_event *e;
	struct maker m;

	(void)state;
	make_open(&m, path);
	make_image(&m, code, sizeof(code));
	make_fork(&m, PID, PID + 1, SIGCHLD);
	make_map_file(&m, PID + 1, content, sizeof(content));
	e = make_event(&m, SCAP_EV_FILE, PID);
	e->file.object = 3;
	e->file.size = sizeof(content);
	make_span(&m, SCAP_SPAN_FILE, SCAP_ARG_NONE, 8, &changed, sizeof(changed));
	make_put(&m);
	make_simple(&m, PID, SYS_getpid, 7, 0);
	make_mmap(&m, PID + 1);
	make_call(&m, SCAP_EV_SYSCALL_ENTER, PID + 1, SYS_exit_group, 0, 55, 0, 0);
	make_put(&m);
	make_exit(&m, PID + 1, 55 << 8);
	make_end(&m, 7);
	make_close(&m);
	expect_end(path, SESSION_FAITHFUL, 7 << 8);
}

/* STORE_NULL at @ip ends the program by a signal. */
static const char *crash_trace(uint64_t ip, uint32_t signo)
{
	static const uint8_t code[] = { STORE_NULL };
	const char *path = make_path("crash.scap");
	union any_event *e;
	struct maker m;

	make_open(&m, path);
	make_image(&m, code, sizeof(code));
	e = make_event(&m, SCAP_EV_SIGNAL, PID);
	e->signal.signo = signo;
	e->signal.place = SCAP_SIG_SYNCHRONOUS;
	e->signal.action = SCAP_ACT_FATAL;
	e->signal.ip = ip;
	make_put(&m);
	make_exit(&m, PID, (int32_t)signo | 0x80);
	make_close(&m);
	return path;
}

static void a_crash_comes_again(void **state)
{
	(void)state;
	expect_end(crash_trace(CODE + 2, SIGSEGV), SESSION_FAITHFUL, SIGSEGV | 0x80);
}

static void a_crash_elsewhere_diverges(void **state)
{
	(void)state;
	expect_end(crash_trace(CODE, SIGSEGV), SESSION_DIVERGED, 0);
	expect_end(crash_trace(CODE + 2, SIGBUS), SESSION_DIVERGED, 0);
}

/* A handler starts with the recorded registers; what interrupted it is compared with its frame. */
static const char *handler_trace(uint64_t rbx_in_frame)
{
	static const uint8_t code[] = { MOV_EAX(SYS_getpid), SYSCALL, 0xcc, 0xcc, 0xcc,
					/* CODE + 10: */ EXIT_WITH_EDI };
	/* return address, ucontext: flags, link, stack, then the registers from r8 on */
	uint64_t frame[1 + 5 + 23] = { 0 };
	enum { RBX = 6 + 11, RSP = 6 + 15, RIP = 6 + 16, EFL = 6 + 17 };
	struct scap_regs regs = { .rip = CODE + 10, .rsp = STACK + STACK_SIZE - 2 * PAGE,
				  .rdi = 5, .cs = 0x33, .ss = 0x2b, .eflags = 0x202 };
	const char *path = make_path("handler.scap");
	union any_event *e;
	struct maker m;

	frame[RBX] = rbx_in_frame;
	frame[RSP] = STACK + STACK_SIZE - PAGE;
	frame[RIP] = CODE + 7;
	frame[EFL] = 0x202;
	make_open(&m, path);
	make_image(&m, code, sizeof(code));
	make_simple(&m, PID, SYS_getpid, 7, 0);
	e = make_event(&m, SCAP_EV_SIGNAL, PID);
	e->signal.signo = SIGUSR1;
	e->signal.place = SCAP_SIG_AFTER_SYSCALL;
	e->signal.action = SCAP_ACT_HANDLER;
	make_span(&m, SCAP_SPAN_REGS, SCAP_ARG_NONE, 0, &regs, sizeof(regs));
	make_span(&m, SCAP_SPAN_OUT, SCAP_ARG_NONE, regs.rsp, frame, sizeof(frame));
	make_put(&m);
	make_end(&m, 5);
	make_close(&m);
	return path;
}

static void a_handler_runs(void **state)
{
	(void)state;
	expect_end(handler_trace(0), SESSION_FAITHFUL, 5 << 8);
}

static void a_frame_hides_no_difference(void **state)
{
	(void)state;
	expect_end(handler_trace(1), SESSION_DIVERGED, 0);
}

/* make_header()'s processor is of no known kind; its leaf 0 begins with a 1. */
static void the_recorded_processor_answers(void **state)
{
	static const uint8_t code[] = { 0x31, 0xc0, 0x0f, 0xa2, /* xor %eax,%eax; cpuid */
					MOV_EAX_EDI, EXIT_WITH_EDI };
	const char *path = make_path("cpuid.scap");
	bool traps = !syscall(SYS_arch_prctl, ARCH_SET_CPUID, 1ul);
	struct maker m;

	(void)state;
	make_open(&m, path);
	make_image(&m, code, sizeof(code));
	make_end(&m, 1);
	make_close(&m);
	expect_end(path, traps ? SESSION_FAITHFUL : SESSION_DIVERGED, traps ? 1 << 8 : 0);
}

static void traces_that_make_no_sense_are_refused(void **state)
{
	const char *path = make_path("nonsense.scap");
	struct maker m;

	(void)state;
	make_open(&m, path); /* a call of nobody */
	make_simple(&m, PID, SYS_getpid, 7, 0);
	make_close(&m);
	expect_end(path, SESSION_FAILED, 0);
	make_open(&m, path); /* a child of no call */
	make_image(&m, exit_with_pid, sizeof(exit_with_pid));
	make_event(&m, SCAP_EV_FORK, PID);
	make_put(&m);
	make_close(&m);
	expect_end(path, SESSION_FAILED, 0);
	make_open(&m, path); /* the end of a call that did not begin */
	make_image(&m, exit_with_pid, sizeof(exit_with_pid));
	make_call(&m, SCAP_EV_SYSCALL_EXIT, PID, SYS_getpid, 0, 0, 0, 0);
	make_put(&m);
	make_close(&m);
	expect_end(path, SESSION_FAILED, 0);
}

static void a_session_can_be_left(void **state)
{
	struct session *s = opened(pid_trace(SYS_getpid, 7, 7), NULL);

	(void)state;
	for (int i = 0; i < 7; i++)
		assert_int_equal(session_step(s), SESSION_GOING);
	assert_int_equal(session_outcome(s)->events, 7);
	session_close(s);
	assert_int_equal(waitpid(-1, NULL, __WALL), -1); /* nobody is left behind */
}

/* Opening @path with the header changed by hand, or with @argv, must fail and mention @words. */
static void expect_refused(const char *path, char *const *argv, const char *words)
{
	struct session_options o = { .trace = path, .argv = argv };
	struct scap_error err = { 0 };
	struct session *s = NULL;

	assert_true(session_open(&s, &o, &err) < 0);
	if (!strstr(err.text, words))
		fail_msg("not a word of '%s' in: %s", words, err.text);
}

static void make_empty(const char *path, const struct scap_header *h)
{
	struct scap_error err = { 0 };
	struct scap_writer *w;

	if (scap_writer_open(&w, path, h, &err) || scap_writer_close(w, NULL, &err))
		fail_msg("%s", err.text);
}

static void foreign_traces_are_refused(void **state)
{
	const char *path = make_path("foreign.scap");
	struct scap_header h = make_header();

	(void)state;
	h.arch = SCAP_ARCH_ARM64;
	make_empty(path, &h);
	expect_refused(path, NULL, "arm64");
	h = make_header();
	h.features = 0;
	make_empty(path, &h);
	expect_refused(path, NULL, "captured");
	h = make_header();
	h.page_size = 65536;
	make_empty(path, &h);
	expect_refused(path, NULL, "65536");
}

static void the_command_must_be_the_recorded_one(void **state)
{
	const char *path = pid_trace(SYS_getpid, 7, 7);
	char *right[] = { "prog", "one", "two", NULL }, *wrong[] = { "prog", "one", "three", NULL },
	     *fewer[] = { "prog", "one", NULL };

	(void)state;
	session_close(opened(path, right));
	expect_refused(path, wrong, "three");
	expect_refused(path, fewer, "arguments");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_are_fed),
		cmocka_unit_test(another_call_diverges),
		cmocka_unit_test(another_argument_diverges),
		cmocka_unit_test(a_trace_without_end_is_said),
		cmocka_unit_test(output_memory_is_fed),
		cmocka_unit_test(stored_content_is_mapped),
		cmocka_unit_test(content_may_change_before_it_is_mapped),
		cmocka_unit_test(a_crash_comes_again),
		cmocka_unit_test(a_crash_elsewhere_diverges),
		cmocka_unit_test(a_handler_runs),
		cmocka_unit_test(a_frame_hides_no_difference),
		cmocka_unit_test(the_recorded_processor_answers),
		cmocka_unit_test(traces_that_make_no_sense_are_refused),
		cmocka_unit_test(a_session_can_be_left),
		cmocka_unit_test(foreign_traces_are_refused),
		cmocka_unit_test(the_command_must_be_the_recorded_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
