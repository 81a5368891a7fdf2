// SPDX-License-Identifier: GPL-2.0
/*
 * Why a replay may go astray: what the recording said of itself, and what is known of the
 * program. Reasons in plain words, those that are facts first.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replay.h"

#define META_KINDS (SCAP_META_NOTE + 1)

/* @first, @text: of the first note of each kind; 0: there was none. @list: the last that was made */
struct reasons {
	uint64_t first[META_KINDS];
	char text[META_KINDS][160];
	char words[REASONS_MAX][400];
	const char *list[REASONS_MAX + 1];
	unsigned int n;
};

struct reasons *reasons_new(void)
{
	return calloc(1, sizeof(struct reasons));
}

void reasons_free(struct reasons *r)
{
	free(r);
}

/* glibc asks every kernel for rseq, and does without. */
static bool is_usual(const struct scap_ev_meta *e)
{
	const struct scap_sysinfo *row = scap_sysinfo((uint32_t)e->value);

	return e->kind == SCAP_META_REFUSED && row && !strcmp(row->name, "rseq");
}

void reasons_note(struct reasons *r, uint64_t number, const struct scap_ev_meta *e)
{
	const struct scap_span *text = scap_span_find(&e->h, SCAP_SPAN_TEXT, SCAP_ARG_NONE);

	if (e->kind >= META_KINDS || r->first[e->kind] || is_usual(e))
		return;
	r->first[e->kind] = number;
	if (text)
		snprintf(r->text[e->kind], sizeof(r->text[e->kind]), "%.*s", (int)text->stored,
			 (const char *)scap_span_bytes(text));
	report_printable(r->text[e->kind], false);
}

static void add(struct reasons *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct reasons *r, const char *fmt, ...)
{
	va_list ap;

	if (r->n == REASONS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(r->words[r->n], sizeof(r->words[r->n]), fmt, ap);
	va_end(ap);
	r->list[r->n] = r->words[r->n];
	r->n++;
}

static void add_notes(struct reasons *r)
{
	static const struct {
		enum scap_meta kind;
		const char *words;
	} notes[] = {
		{ SCAP_META_UNKNOWN, "the program used a call that scap does not know; what the kernel wrote is not in the trace" },
		{ SCAP_META_SHARED, "memory is shared with somebody outside of the recording, and is as it was when it was mapped" },
		{ SCAP_META_REFUSED, "an interface was refused in the recording; if the program found another way to it, the trace does not have it" },
	};

	for (size_t i = 0; i < sizeof(notes) / sizeof(*notes); i++)
		if (r->first[notes[i].kind])
			add(r, "%s (event %llu: %s)", notes[i].words,
			    (unsigned long long)r->first[notes[i].kind], r->text[notes[i].kind]);
}

/* A thread in a call that writes to memory which this one can look into meanwhile (README.md, "What is not"). */
static void add_race(struct session *s, struct task *task)
{
	const struct process *p = task ? task->process : NULL;

	for (struct task *t = p ? report_next_thread(s, p, 0) : NULL; t; t = report_next_thread(s, p, t->tid)) {
		const struct scap_sysinfo *row = t->compat ? NULL : scap_sysinfo(t->nr);

		if (t == task || t->state != TASK_IN_CALL || !row)
			continue;
		add(s->reasons, "thread %u is in %s: if this one looks into memory that such a call is still "
		    "filling, it may see another moment of it than while recorded", t->tid, row->name);
		return;
	}
}

const char *const *reasons_list(struct session *s, struct task *task)
{
	struct reasons *r = s->reasons;

	r->n = 0;
	add_notes(r);
	add_race(s, task);
	if (s->foreign_cpu)
		add(r, "this processor is of another kind than the recorded one");
	if (s->files_written)
		add(r, "files were written while they were mapped: what another program wrote to them is not in the trace");
	add(r, "the kernel wrote memory that was not captured: record again with scap-record --audit, which looks for that");
	r->list[r->n] = NULL;
	return r->list;
}
