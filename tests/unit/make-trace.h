/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Traces made by hand, for tests: events put together span by span and
 * written through the real writer.
 */
#ifndef TESTS_MAKE_TRACE_H
#define TESTS_MAKE_TRACE_H

#include <format/format.h>

union any_event {
	struct scap_event h;
	struct scap_ev_syscall call;
	struct scap_ev_data data;
	struct scap_ev_exec exec;
	struct scap_ev_map map;
	struct scap_ev_file file;
	struct scap_ev_signal signal;
	struct scap_ev_trap trap;
	struct scap_ev_fork fork;
	struct scap_ev_mem mem;
	struct scap_ev_task_exit exit;
	struct scap_ev_meta meta;
	uint8_t bytes[SCAP_EVENT_MAX];
	uint64_t align;
};

/* A trace in the making. @seq and @time count up by themselves. */
struct maker {
	struct scap_writer *w;
	uint64_t seq, time;
	union any_event e;
};

/* Header of an x86-64 recording of "prog one two". */
struct scap_header make_header(void);

/* A path in a fresh temporary directory, which is removed when the program ends. */
const char *make_path(const char *name);

/* All of these abort the test program when something fails. */
void make_open(struct maker *m, const char *path);
void make_close(struct maker *m);

/* Writes one of two traces that are to be compared; @b: the second. */
typedef void scene(struct maker *m, bool b);
/* The whole of one, at @path. */
void make_side(const char *path, scene *s, bool b);

/* Starts an event of @type for @tid in m->e, fixed part zeroed. */
union any_event *make_event(struct maker *m, uint16_t type, uint32_t tid);
/* Appends a span to it. */
void make_span(struct maker *m, uint8_t kind, uint8_t arg, uint64_t addr, const void *bytes,
	       uint16_t len);
/* Writes it. */
void make_put(struct maker *m);

/* Starts a call (SYSCALL, ENTER or EXIT) with @nr, @result and arguments. */
struct scap_ev_syscall *make_call(struct maker *m, uint16_t type, uint32_t tid, uint32_t nr,
				  int64_t result, uint64_t a0, uint64_t a1, uint64_t a2);
/* A whole call without memory. */
void make_simple(struct maker *m, uint32_t tid, uint32_t nr, int64_t result, uint64_t a0);
/* EXEC of @path in process @tid. */
void make_exec(struct maker *m, uint32_t tid, const char *path);
/* clone(2) in @tid with @flags, and its two ends; @child is a process of its own. */
void make_fork(struct maker *m, uint32_t tid, uint32_t child, uint64_t flags);
/* TASK_EXIT with @status. */
void make_exit(struct maker *m, uint32_t tid, int32_t status);

#endif
