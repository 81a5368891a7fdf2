// SPDX-License-Identifier: GPL-2.0
/* The recorder's rooms that need no tracee: records in place, the baton's queue, finding programs. */
#include <setjmp.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <scap/arch.h>
#include <scap/signal.h>


#include "recorder/ptrace-backend.h"
#include "recorder/start.h"

#define TASKS 3

/* A recording with tasks that are nobody's, in one domain. */
struct world {
	char dir[32], trace[64];
	struct record_result result;
	struct recording rec;
	struct process process;
	struct task task[TASKS];
};

static int setup(void **state)
{
	static char *argv[] = { "prog", NULL };
	static const struct record_options options = {
		.schedule = { .soft_ns = SCAP_QUANTUM_NS, .hard_ns = SCAP_QUANTUM_HARD_NS },
	};
	struct world *w = calloc(1, sizeof(*w));
	struct domain *d;
	struct scap_header h = {
		.arch = SCAP_ARCH_NATIVE, .page_size = 4096, .kernel = "6.1", .exe = "/prog",
		.cwd = "/", .argv = argv,
	};

	snprintf(w->dir, sizeof(w->dir), "/tmp/scap-test-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->trace, sizeof(w->trace), "%s/t.scap", w->dir);
	w->rec.result = &w->result;
	w->rec.now = 1000;
	w->rec.options = &options;
	assert_int_equal(scap_writer_open(&w->rec.w, w->trace, &h, NULL), 0);
	d = domain_new(&w->rec);
	for (int i = 0; i < TASKS; i++) {
		w->task[i].rec = &w->rec;
		w->task[i].process = &w->process;
		w->task[i].t.tid = 100 + i;
		domain_join(&w->task[i], d);
	}
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	if (w->rec.w)
		scap_writer_close(w->rec.w, NULL, NULL);
	unlink(w->trace);
	rmdir(w->dir);
	free(w->rec.domains);
	free(w);
	return 0;
}

/* Closes the trace and hands its events to @check, one after the other. */
static unsigned int read_back(struct world *w,
			      void (*check)(unsigned int i, const struct scap_event *e))
{
	const struct scap_event *e;
	struct scap_reader *r;
	unsigned int n = 0;

	assert_int_equal(scap_writer_close(w->rec.w, NULL, NULL), 0);
	w->rec.w = NULL;
	assert_int_equal(scap_reader_open(&r, w->trace, NULL), 0);
	while (scap_reader_next(r, &e, NULL) == 1)
		check(n++, e);
	scap_reader_close(r);
	return n;
}

/* ---- records ---- */

static void check_lengths(unsigned int i, const struct scap_event *e)
{
	const struct scap_span *s = scap_span_find(e, SCAP_SPAN_FILE, SCAP_ARG_NONE);

	assert_int_equal(e->seq, i + 1);
	assert_int_equal(e->tid, 100);
	if (!i) {
		assert_null(s);
		return;
	}
	assert_int_equal(s->len, i);
	assert_int_equal(s->stored, i);
	for (unsigned int b = 0; b < i; b++)
		assert_int_equal(((const uint8_t *)scap_span_bytes(s))[b], 0xa5);
	/* the padding is zeros: equal recordings give equal files */
	for (unsigned int b = i; b % 8; b++)
		assert_int_equal(((const uint8_t *)scap_span_bytes(s))[b], 0);
}

static void test_any_length_is_padded_with_zeros(void **state)
{
	struct world *w = *state;
	uint8_t bytes[40];
	struct emit m;

	memset(bytes, 0xa5, sizeof(bytes));
	for (uint32_t len = 0; len < sizeof(bytes); len++) {
		emit_open(&m, &w->task[0], SCAP_EV_FILE);
		emit_bytes(&m, SCAP_SPAN_FILE, 0, bytes, len);
		emit_close(&m);
	}
	assert_int_equal(read_back(w, check_lengths), sizeof(bytes));
	assert_int_equal(w->result.events, sizeof(bytes));
}

static void check_cut(unsigned int i, const struct scap_event *e)
{
	(void)i;
	assert_true(e->size <= SCAP_EVENT_MAX);
	assert_true(scap_event_valid(e, e->size));
	assert_int_equal(scap_event_nspans(e), 2);
}

static void test_what_does_not_fit_is_cut(void **state)
{
	struct world *w = *state;
	uint8_t *bytes = calloc(1, 100000);
	struct emit m;

	emit_open(&m, &w->task[0], SCAP_EV_FILE);
	emit_bytes(&m, SCAP_SPAN_FILE, 0, bytes, 60000);
	emit_bytes(&m, SCAP_SPAN_FILE, 0, bytes, 100000);
	assert_true(emit_room(&m) < 8);
	emit_close(&m);
	free(bytes);
	assert_int_equal(read_back(w, check_cut), 1);
}

/* ---- the baton ---- */

static struct task *resumed[TASKS];
static unsigned int nresumed;

static void note_resumed(struct task *k)
{
	resumed[nresumed++] = k;
}

static void test_baton_goes_round_in_order(void **state)
{
	struct world *w = *state;
	struct task *a = &w->task[0], *b = &w->task[1], *c = &w->task[2];

	nresumed = 0;
	assert_true(baton_take(a, note_resumed));
	assert_true(baton_take(a, note_resumed)); /* who has it, has it */
	assert_false(baton_take(b, note_resumed));
	assert_false(baton_take(c, note_resumed));
	assert_int_equal(nresumed, 0);

	/* within the quantum nobody is asked to yield */
	assert_false(baton_yield(a, note_resumed));
	w->rec.now += SCAP_QUANTUM_NS;
	assert_true(baton_yield(a, note_resumed));
	assert_int_equal(nresumed, 1);
	assert_ptr_equal(resumed[0], b);
	baton_release(b);
	baton_release(b); /* no longer has it: nothing happens */
	assert_ptr_equal(resumed[1], c);
	domain_leave(c);
	assert_int_equal(nresumed, 3);
	assert_ptr_equal(resumed[2], a);
}

static void test_a_waiter_that_dies_is_passed_over(void **state)
{
	struct world *w = *state;
	struct task *a = &w->task[0], *b = &w->task[1], *c = &w->task[2];

	nresumed = 0;
	assert_true(baton_take(a, note_resumed));
	assert_false(baton_take(b, note_resumed));
	assert_false(baton_take(c, note_resumed));
	domain_leave(b);
	baton_release(a);
	assert_int_equal(nresumed, 1);
	assert_ptr_equal(resumed[0], c);
}

/* ---- finding programs ---- */

static int find(char *name, struct scap_error *err)
{
	char *argv[] = { name, NULL };
	struct record_options o = { .argv = argv };
	int status = start_find_program(&o, err);

	free(o.exe);
	return status;
}

static void test_programs_are_found_as_a_shell_does(void **state)
{
	struct world *w = *state;
	struct scap_error err;
	char path[64];

	assert_int_equal(find("true", &err), 0);
	assert_int_equal(find("/bin/true", &err), 0);
	assert_int_equal(find("no-such-program", &err), 127);
	assert_non_null(strstr(err.text, "no-such-program"));
	assert_int_equal(find("./no-such-program", &err), 127);
	assert_int_equal(find("/tmp", &err), 126);
	snprintf(path, sizeof(path), "%s/plain", w->dir);
	assert_int_equal(close(open(path, O_CREAT | O_WRONLY, 0644)), 0);
	assert_int_equal(find(path, &err), 126);
	unlink(path);
}

static void test_what_an_instruction_raises_is_known_by_its_cause(void **state)
{
	(void)state;
	assert_true(scap_signal_synchronous(SIGSEGV, SEGV_MAPERR, false));
	assert_true(scap_signal_synchronous(SIGSEGV, SEGV_MAPERR, true));
	assert_true(scap_signal_synchronous(SIGSEGV, SI_KERNEL, false));
	assert_false(scap_signal_synchronous(SIGSEGV, SI_KERNEL, true));
	assert_false(scap_signal_synchronous(SIGSEGV, SI_USER, false));
	assert_false(scap_signal_synchronous(SIGFPE, SI_TKILL, false));
	assert_false(scap_signal_synchronous(SIGALRM, SI_KERNEL, false));
	assert_false(scap_signal_synchronous(SIGSYS, 1, false));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_any_length_is_padded_with_zeros),
		TEST(test_what_does_not_fit_is_cut),
		TEST(test_baton_goes_round_in_order),
		TEST(test_a_waiter_that_dies_is_passed_over),
		TEST(test_programs_are_found_as_a_shell_does),
		TEST(test_what_an_instruction_raises_is_known_by_its_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
