// SPDX-License-Identifier: GPL-2.0
/*
 * What a user reads: where the replay left the recording, and how a recorded
 * crash came about (how a hang did: hang.c).
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replay.h"

void report_printable(char *text, bool lines)
{
	for (; *text; text++)
		if (((unsigned char)*text < ' ' && !(lines && *text == '\n')) || (unsigned char)*text >= 0x7f)
			*text = '?';
}

/* Call stack of @task, malloc'ed; NULL: none. */
static char *frames_of(const struct session *s, struct task *task)
{
	char *text;

	/* libunwind reads the registers itself: what we changed must be there. */
	if (!task->t.tid || task->state == TASK_UNBORN || tracee_flush_regs(&task->t))
		return NULL;
	text = backtrace_text(task->t.tid, s->contents);
	if (text)
		report_printable(text, true);
	return text;
}

void report_frames(FILE *out, const struct session *s, struct task *task)
{
	char *text = frames_of(s, task);

	if (text)
		fputs(text, out);
	free(text);
}

/* ---- divergence ---- */

/* Unless all is asked for: lines of a report, events before. */
#define LINES_MAX 60
#define BEFORE 8

/* What a report is made of, while it is. @stack: the texts of @backtrace */
struct making {
	struct session *s;
	struct scap_divergence d;
	struct past *past;
	struct fed *fed;
	struct scap_history *before;
	struct scap_error cannot;
	char unsuspected[sizeof(struct scap_error) + 32];
	struct scap_address address[2];
	struct scap_backtrace *backtrace;
};

static void add_backtrace(struct making *m, struct task *task)
{
	struct scap_backtrace *grown = realloc(m->backtrace, (m->d.nbacktraces + 1) * sizeof(*grown));
	char *text = grown ? frames_of(m->s, task) : NULL;

	if (grown)
		m->d.backtrace = m->backtrace = grown;
	if (text)
		grown[m->d.nbacktraces++] = (struct scap_backtrace){ task->tid, text };
}

/* Of @task first, then of the other threads of the process that stand still. */
static void add_backtraces(struct making *m, struct task *task)
{
	const struct process *p = task ? task->process : NULL;

	if (task)
		add_backtrace(m, task);
	for (struct task *t = p ? report_next_thread(m->s, p, 0) : NULL; t; t = report_next_thread(m->s, p, t->tid))
		if (t != task && t->state != TASK_RUNNING)
			add_backtrace(m, t);
}

/* Which mappings the addresses are in that differ. */
static void add_addresses(struct making *m, struct task *task)
{
	const struct scap_difference *diff = &m->d.difference;
	const uint64_t addr[2] = { diff->expected, diff->actual };

	if (!task || (diff->field != SCAP_FIELD_ARG && diff->field != SCAP_FIELD_IP && diff->field != SCAP_FIELD_REGS))
		return;
	m->d.address = m->address;
	for (unsigned int side = 0; side < 2; side++) {
		struct scap_address *a = &m->address[m->d.naddresses];

		*a = (struct scap_address){ .side = side, .addr = addr[side] };
		where_is(task, a->addr, a->map, sizeof(a->map));
		report_printable(a->map, false);
		m->d.naddresses += a->map[0] != 0;
	}
}

/* What came before, and what of it may have been the cause. */
static void look_back(struct making *m)
{
	struct session *s = m->s;

	m->before = scap_history_new(PAST_BEFORE);
	if (!past_open(&m->past, s, m->d.pid, m->before, &m->cannot))
		m->fed = fed_new(m->past, s->header, s->event, m->d.actual, &m->cannot);
	m->d.before = m->before;
	if (m->fed) {
		m->d.suspects = fed_suspects(m->fed, &m->d.nsuspects);
		return;
	}
	snprintf(m->unsuspected, sizeof(m->unsuspected), "not looked for: %s", m->cannot.text);
	m->d.unsuspected = m->unsuspected;
}

static void free_making(struct making *m)
{
	for (unsigned int i = 0; i < m->d.nbacktraces; i++)
		free((char *)m->backtrace[i].text);
	free(m->backtrace);
	fed_free(m->fed);
	past_close(m->past);
	scap_history_free(m->before);
}

/* Cuts @text to a screen, and says so. */
static char *cut(char *text)
{
	unsigned int lines = 0, more = 0;
	char *end = NULL, *cut;

	for (char *at = text; (at = strchr(at, '\n')); at++) {
		if (++lines == LINES_MAX - 1)
			end = at + 1;
		more += lines >= LINES_MAX;
	}
	if (more < 2)
		return text;
	*end = 0;
	if (asprintf(&cut, "%sand %u more lines: scap-replay --verbose\n", text, more) < 0)
		return text;
	free(text);
	return cut;
}

static char *write_report(struct making *m)
{
	static void (*const write[])(FILE *, const struct scap_header *, const struct scap_divergence *) = {
		[SCAP_REPORT_TEXT] = scap_divergence_print,
		[SCAP_REPORT_JSON] = scap_divergence_json,
		[SCAP_REPORT_HTML] = scap_divergence_html,
	};
	const struct session_options *o = &m->s->options;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	write[o->report](out, m->s->header, &m->d);
	fclose(out);
	return o->verbose || !text || o->report != SCAP_REPORT_TEXT ? text : cut(text);
}

char *report_divergence(struct session *s, struct task *task, const struct scap_event *actual,
			const char *expected_text, const char *actual_text)
{
	struct making m = { .s = s, .d = {
		.program = "scap-replay",
		.trace = s->options.trace,
		.labels = { "recorded", "replayed" },
		.event = lookahead_number(s->lookahead),
		.tid = task ? task->tid : 0,
		.pid = task && task->process ? task->process->pid : 0,
		.expected = expected_text ? NULL : s->event,
		.actual = actual,
		.expected_text = expected_text,
		.actual_text = actual_text,
		.colour = s->options.colour,
		.nbefore = s->options.verbose ? 0 : BEFORE,
		.also = reasons_list(s, task),
	} };
	char *text;

	if (actual)
		scap_event_compare(s->header, s->event, actual,
				   SCAP_COMPARE_EXACT | SCAP_COMPARE_ENTRY, &m.d.difference);
	look_back(&m);
	add_addresses(&m, task);
	add_backtraces(&m, task);
	text = write_report(&m);
	free_making(&m);
	return text;
}

/* ---- crashes ---- */

bool report_is_crash(uint32_t signo)
{
	switch (signo) {
	case SIGABRT:
	case SIGBUS:
	case SIGFPE:
	case SIGILL:
	case SIGSEGV:
	case SIGSYS:
	case SIGTRAP:
		return true;
	}
	return false;
}

static bool has_address(uint32_t signo)
{
	return signo == SIGSEGV || signo == SIGBUS || signo == SIGFPE || signo == SIGILL;
}

int report_crash(struct session *s, struct task *task, const struct scap_ev_signal *e)
{
	const struct scap_span *span = scap_span_find(&e->h, SCAP_SPAN_SIGINFO, SCAP_ARG_NONE);
	const char *name = scap_signal_name((int)e->signo);
	struct scap_regs *r = tracee_regs(&task->t);
	siginfo_t info = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out;

	if (!report_is_crash(e->signo) || !r)
		return 0;
	out = open_memstream(&text, &size);
	if (!out)
		return session_fail(s, ENOMEM, "no memory for a report");
	if (span)
		memcpy(&info, scap_span_bytes(span),
		       span->stored < sizeof(info) ? span->stored : sizeof(info));
	fprintf(out, "crashed as recorded: %s in process %u, thread %u, at 0x%llx",
		name ? name : "a signal", task->process->pid, task->tid,
		(unsigned long long)SCAP_REG_IP(r));
	if (span && has_address(e->signo) && info.si_code > 0)
		fprintf(out, ", address 0x%" PRIxPTR, (uintptr_t)info.si_addr);
	fprintf(out, "\nbacktrace of thread %u:\n", task->tid);
	report_frames(out, s, task);
	fclose(out);
	if (size && text[size - 1] == '\n')
		text[size - 1] = 0;
	session_notice(s, "%s", text);
	free(text);
	return 0;
}
