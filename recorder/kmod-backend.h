/* SPDX-License-Identifier: GPL-2.0 */
/* What the rooms of the module's backend share. */
#ifndef SCAP_KMOD_BACKEND_H
#define SCAP_KMOD_BACKEND_H

#include <scap/device.h>
#include <scap/ring.h>

#include "recorder/backend.h"
#include "recorder/ptrace-object.h"

/* Bytes of each CPU's ring, if nobody says otherwise. */
#define RING_SIZE (4ull << 20)

/*
 * One CPU's ring, mapped. @at: up to here it was read; @seen: up to here there
 * are records; @blocked: the next one has to wait for one in another ring
 */
struct ring {
	const struct scap_ring_head *head;
	const uint8_t *data;
	struct scap_ring_tail *tail;
	uint64_t size, at, seen;
	bool blocked;
};

/* A mapping whose bytes come through the ring: its token and the object that it shows. */
struct shown {
	struct shown *next;
	uint64_t token;
	struct object *object;
};

/* Where a domain's events stand. */
struct order {
	bool known;
	uint64_t next;		/* seq expected */
	uint64_t written;	/* seq of the last event in the trace */
};

/* A thread and its thread group; @in_call: in one whose SYSCALL_ENTER was seen. */
struct live_task {
	pid_t tid, pid;
	bool in_call;
	uint32_t nr;
	uint64_t args[6];
	struct point_hole frame; /* in which that of a handler may stand already; no length: none */
};

/*
 * @device:  open /dev/scaprec
 * @rec:     writer, and the trace's objects, as the ptrace backend has them
 * @started: the first program is recorded, or gone
 * @capture: the session is capture-only
 * @gaps, @gap_bytes: what GAP records have told of
 * @foreign: it is not a 64-bit program of this machine
 * @report:  pipe with the errno of an execve that failed
 * @status_known: its TASK_EXIT was seen
 * @first: the program's first thread
 * @tasks: others that are alive, as far as the events tell; @ntasks of them
 */
struct kmod {
	int device;
	uint64_t ring_size;
	struct recording rec;
	struct ring *rings;
	unsigned int nrings;
	struct order *orders;
	uint32_t norders;
	struct order *order;	/* of the event at hand */
	int report;
	bool capture, started, foreign, status_known;
	uint64_t gaps, gap_bytes;
	struct live_task first, *tasks;
	unsigned int ntasks;
	struct place *places;	/* kmod-place.c */
	struct shown *shown;	/* kmod-shown.c */
};

/* ---- kmod-backend.c ---- */

/* Starts the program; recorded, if @recorded. Returns 0 or -errno. */
int kmod_start(struct kmod *km, const struct record_options *o, bool recorded,
	       struct scap_error *err);
/* One round: takes what there is, then sleeps until there is more. @tasks: recorded and alive. */
int kmod_round(struct kmod *km, unsigned int *tasks, struct scap_error *err);
/* Whether the first program is gone, its status still to be had. */
bool kmod_program_ended(const struct kmod *km);
/* Whether the first program is recorded, or gone. */
bool kmod_started(struct kmod *km);

/* ---- kmod-capture.c ---- */

/* A capture-only session, from its filter to its last GAP. Returns 0 or -errno. */
int kmod_capture(struct kmod *km, const struct record_options *o, struct scap_error *err);

/* ---- kmod-ring.c ---- */

int rings_map(struct kmod *km, unsigned int nrings, struct scap_error *err);
void rings_unmap(struct kmod *km);
/* Takes everything that is complete and in order; returns the number of records. */
unsigned int rings_drain(struct kmod *km);
/* Calls @each with all records that are there, and not taken yet. */
void rings_ahead(const struct kmod *km, void (*each)(void *ctx, const struct scap_event *e),
		 void *ctx);
/* Whether records are left that nothing complete leads up to. */
bool rings_stuck(const struct kmod *km);

/* ---- kmod-event.c ---- */

/* One event, in the order of its domain: into the trace, completed where the kernel cannot. */
void event_take(struct kmod *km, const struct scap_event *e);

/* Events that no thread is left to tell of, behind all others. */
void event_put_gap(struct kmod *km, uint64_t events, uint64_t bytes);

/* See struct own_signals; @ctx: struct kmod. */
unsigned int event_tasks_left(void *ctx, int sig, pid_t *one);

/* Adds @e to the trace: not all that comes from the module does, so it is numbered anew. */
void event_put(struct kmod *km, const struct scap_event *e);
/* The same for @n records one behind the other, @size bytes (<= SCAP_EVENT_MAX) from @first on. */
void event_put_run(struct kmod *km, const struct scap_event *first, size_t size, unsigned int n);
/* The file behind @token, called @name; false: none. @flags: SCAP_FILE_*. */
bool event_open_file(struct kmod *km, uint64_t token, const char *name, struct file *f,
		     uint32_t *flags);
/* Whoever waits for @token goes on. @flags: SCAP_DONE_* */
void event_done(struct kmod *km, uint64_t token, uint32_t flags);

/* What is known of thread @tid, NULL: nothing, it is gone. */
struct live_task *event_find_task(struct kmod *km, pid_t tid);

/* ---- kmod-flight.c ---- */

/* @e begins or ends a call. */
void flight_note(struct kmod *km, const struct scap_event *e);
/* Whether SIGNAL @e tells only of a frame that is about to be written; otherwise that is part of the trace now. */
bool flight_note_frame(struct kmod *km, const struct scap_event *e);
/* What the kernel may write for other threads with the memory of @t, ahead of what the trace has of them. */
const struct point_holes *flight_holes(struct kmod *km, struct tracee *t);
/* From @p, a place of thread @tid just taken, that which has come into flight since the last event. */
void flight_leave_out(struct kmod *km, pid_t tid, struct scap_point *p);

/* ---- kmod-place.c ---- */

/* If @e asks for that: its thread is brought to a place, whose state is kept. */
bool place_take(struct kmod *km, const struct scap_event *e);
/* That of the last place of thread @tid, NULL: not known. */
const struct scap_point *place_find(struct kmod *km, pid_t tid);
void place_forget(struct kmod *km, pid_t tid);
void places_free(struct kmod *km);
/* The state of a thread that waits in the kernel, for which @mark of @e stands in. */
bool place_capture(struct kmod *km, const struct scap_event *e, const struct scap_span *mark,
		   struct scap_point_full *point);

/* ---- kmod-checksum.c ---- */

/* CHECKSUM: into the trace with what there is in memory, while the thread waits. */
void kmod_checksum(struct kmod *km, const struct scap_event *e);

/* ---- kmod-shown.c ---- */

/* Fills in what @map shows, a file that a process serves. */
void shown_map(struct kmod *km, struct scap_ev_map *map);
/* Whether @e carries some of its bytes; they are in the trace then. */
bool shown_take(struct kmod *km, const struct scap_ev_file *e);
void shown_free(struct kmod *km);

/* ---- kmod-state.c ---- */

/* SIGNAL or SWITCH in user code: into the trace with its point, taken while the thread waits. */
void state_take_point(struct kmod *km, const struct scap_event *e);
/* FILE: into the trace with its bytes, if the file belongs to it. */
void state_take_file(struct kmod *km, const struct scap_ev_file *e);
/* FILE as in @e, of @len bytes at @at of @o. */
void state_put_file(struct kmod *km, const struct scap_ev_file *e, const struct object *o, uint64_t at,
		    const void *bytes, uint32_t len);

#endif
