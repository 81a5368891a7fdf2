/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside of scap-dump: the ways to show a trace. Each is fed one event after
 * the other and keeps memory only for what is alive or counted, never for
 * what went by.
 */
#ifndef SCAP_DUMP_H
#define SCAP_DUMP_H

#include <stdio.h>

#include <format/format.h>

struct decode_ahead;

/* ---- text, one line an event (dump-text.c) ---- */

/*
 * All zero to begin with.
 * @domains: show them behind the thread
 * @line: room for one, which grows to the longest
 */
struct dump_text {
	bool domains;
	char *line;
	size_t size;
};

/* One event; arguments as for dump_json_event(). 0 or -ENOMEM. */
int dump_text_event(struct dump_text *t, FILE *out, const struct scap_header *h,
		    const struct scap_event *e, const struct decode_ahead *ahead, uint64_t number,
		    uint64_t time);

/* ---- JSON, one object a line (dump-json.c); the schema is DUMP-JSON.md ---- */

/* The object about the recording as a whole. */
void dump_json_header(FILE *out, const struct scap_header *h);
/* One event. @number: from 1; @time: nanoseconds since the first event. */
void dump_json_event(FILE *out, const struct scap_header *h, const struct scap_event *e,
		     const struct decode_ahead *ahead, uint64_t number, uint64_t time);

/* ---- the Trace Event Format of Perfetto and Chrome (dump-chrome.c) ---- */

struct dump_chrome;

/* Writes the beginning of the file to @out. NULL: out of memory. */
struct dump_chrome *dump_chrome_new(FILE *out, const struct scap_header *h);
/* One event; arguments as for dump_json_event(). 0 or -ENOMEM. */
int dump_chrome_event(struct dump_chrome *c, const struct scap_event *e,
		      const struct decode_ahead *ahead, uint64_t number, uint64_t time);
/* Writes the end of the file. */
void dump_chrome_end(struct dump_chrome *c);
void dump_chrome_free(struct dump_chrome *c);

/* ---- summary (dump-summary.c) ---- */

struct dump_summary;

/* NULL: out of memory. */
struct dump_summary *dump_summary_new(const struct scap_header *h);
int dump_summary_add(struct dump_summary *s, const struct scap_event *e);
/* @file_size: bytes of the trace file, 0: not known (standard input). */
void dump_summary_print(struct dump_summary *s, FILE *out, uint64_t file_size);
void dump_summary_free(struct dump_summary *s);

/* ---- output that stands ahead of its call (dump-ahead.c) ---- */

/* What DATA records said, for each thread until its next closing record. */
struct dump_ahead {
	struct dump_ahead_thread *thread;
	size_t n, cap;
};

/* Keeps the beginning of DATA record @e. 0 or -ENOMEM. */
int dump_ahead_note(struct dump_ahead *a, const struct scap_event *e);
/* What stood ahead of @e; NULL: nothing. */
const struct decode_ahead *dump_ahead_of(const struct dump_ahead *a, const struct scap_event *e);
/* @e has been shown: if it closes, its thread starts anew. */
void dump_ahead_shown(struct dump_ahead *a, const struct scap_event *e);

/* ---- which process a task belongs to (dump-tasks.c) ---- */

struct dump_tasks {
	struct dump_task {
		uint32_t tid, pid;
	} *task;
	size_t n, cap;
};

/* Learns from @e (EXEC, FORK; forget says when a task is over). 0 or -ENOMEM. */
int dump_tasks_note(struct dump_tasks *t, const struct scap_event *e);
void dump_tasks_forget(struct dump_tasks *t, const struct scap_event *e);
/* Process of task @tid; @tid itself when nothing is known of it. */
uint32_t dump_tasks_pid(const struct dump_tasks *t, uint32_t tid);

/* ---- shared words ---- */

/* "ptrace", "x86_64", ...; never NULL. */
const char *dump_backend_name(uint16_t backend);
const char *dump_arch_name(uint16_t arch);
const char *dump_type_name(uint16_t type);

#endif
