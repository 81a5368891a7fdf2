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

char *report_divergence(struct session *s, struct task *task, const struct scap_event *actual,
			const char *expected_text, const char *actual_text)
{
	struct scap_divergence d = {
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
		.before = s->history,
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
	print_backtrace(out, s, task);
	fclose(out);
	return text;
}

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
