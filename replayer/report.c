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

void report_frames(FILE *out, const struct session *s, struct task *task)
{
	char *text;

	/* libunwind reads the registers itself: what we changed must be there. */
	if (!task->t.tid || task->state == TASK_UNBORN || tracee_flush_regs(&task->t))
		return;
	text = backtrace_text(task->t.tid, s->contents);
	if (text)
		fputs(text, out);
	free(text);
}

static void print_backtrace(FILE *out, const struct session *s, struct task *task)
{
	if (!task)
		return;
	fprintf(out, "backtrace of thread %u:\n", task->tid);
	report_frames(out, s, task);
}

/* ---- divergence ---- */

/* Unless all is asked for: lines of a report, events before, candidates for the cause. */
#define LINES_MAX 60
#define BEFORE 8
#define SUSPECTS 3

/* The other threads of the process that stand still. */
static void print_others(FILE *out, struct session *s, struct task *task)
{
	const struct process *p = task ? task->process : NULL;

	for (struct task *t = p ? report_next_thread(s, p, 0) : NULL; t; t = report_next_thread(s, p, t->tid))
		if (t != task && t->state != TASK_RUNNING)
			print_backtrace(out, s, t);
}

static void print_address(FILE *out, struct task *task, const char *which, uint64_t addr)
{
	char map[300];

	where_is(task, addr, map, sizeof(map));
	if (map[0])
		fprintf(out, "  %s 0x%" PRIx64 " is in %s\n", which, addr, map);
}

/* Which mappings the addresses are in that differ. */
static void print_addresses(FILE *out, struct task *task, const struct scap_difference *d)
{
	bool address = d->field == SCAP_FIELD_ARG || d->field == SCAP_FIELD_IP || d->field == SCAP_FIELD_REGS;

	if (!task || !address)
		return;
	print_address(out, task, "recorded:", d->expected);
	print_address(out, task, "replayed:", d->actual);
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

char *report_divergence(struct session *s, struct task *task, const struct scap_event *actual,
			const char *expected_text, const char *actual_text)
{
	uint32_t pid = task && task->process ? task->process->pid : 0;
	struct scap_suspect suspects[SUSPECTS];
	struct scap_divergence d = {
		.program = "scap-replay",
		.trace = s->options.trace,
		.labels = { "recorded", "replayed" },
		.event = lookahead_number(s->lookahead),
		.tid = task ? task->tid : 0,
		.pid = pid,
		.expected = expected_text ? NULL : s->event,
		.actual = actual,
		.expected_text = expected_text,
		.actual_text = actual_text,
		.colour = s->options.colour,
		.suspects = suspects,
		.nsuspects = fed_suspects(s, pid, actual, suspects, SUSPECTS),
		.before = s->history,
		.nbefore = s->options.verbose ? 0 : BEFORE,
		.also = reasons_list(s, task),
	};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (actual)
		scap_event_compare(s->header, s->event, actual,
				   SCAP_COMPARE_EXACT | SCAP_COMPARE_ENTRY, &d.difference);
	scap_divergence_print(out, s->header, &d);
	print_addresses(out, task, &d.difference);
	print_backtrace(out, s, task);
	print_others(out, s, task);
	fclose(out);
	return s->options.verbose || !text ? text : cut(text);
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
	fputc('\n', out);
	print_backtrace(out, s, task);
	fclose(out);
	if (size && text[size - 1] == '\n')
		text[size - 1] = 0;
	session_notice(s, "%s", text);
	free(text);
	return 0;
}
