/* SPDX-License-Identifier: GPL-2.0 */
/* The record buffer: rings that user space maps, and the session that they belong to. */
#ifndef SCAPREC_RECORD_H
#define SCAPREC_RECORD_H

#include "scaprec.h"

/* ---- ring.c ---- */

/*
 * A record under construction, in place. Preemption is off from
 * record_open() to record_commit() or record_abort(); interrupt handlers open none.
 */
struct record {
	struct rtask *k;
	struct ring *ring;
	struct scap_event *e;
	u64 start;
	u32 size, max, nspans;
};

int rings_alloc(struct session *s, u64 size);
void rings_free(struct session *s);
int rings_mmap(struct session *s, struct vm_area_struct *vma);
/*
 * Begins a record of @type with room for @room bytes in all. @urgent: it may
 * not wait, and may use what is kept back. 0, -ENOSPC, or -EPIPE (session dead).
 */
int record_open(struct record *r, struct rtask *k, u16 type, u32 room, bool urgent);
/* Where @stored bytes of a further span go; NULL: no room. */
void *record_span(struct record *r, u8 kind, u8 arg, u64 addr, u32 len, u32 stored);
/* The last span begun keeps only @stored bytes. */
void record_cut(struct record *r, void *bytes, u32 stored);
void record_commit(struct record *r);
void record_abort(struct record *r);
/* record_open() that waits for room, killably: for task_work. */
int record_open_wait(struct record *r, struct rtask *k, u16 type, u32 room);
/* A record that may not wait and was lost. */
void record_lost(struct rtask *k);
/* Whether this CPU's ring is so full that recorded tasks should wait. */
bool ring_crowded(struct session *s);
/* Waits, killably, until it no longer is. */
int ring_wait(struct session *s);
/* Tells the reader that a domain begins. */
void emit_domain(struct rtask *k);

/*
 * Room for @room bytes at this CPU's head: not at the ring's end, nobody to
 * wake. NULL: record_open() has more to look at. With preemption off.
 */
static __always_inline void *ring_room(struct ring *ring, u32 room)
{
	u64 at = ring->head & (ring->size - 1);

	return ring->head + room <= ring->quiet && at + room <= ring->size ? ring->data + at : NULL;
}

/* Makes the @size bytes there, one record, visible to user space. */
static __always_inline void ring_publish(struct ring *ring, u32 size)
{
	ring->head += size;
	ring->events++;
	ring->bytes += size;
	/* the reader, which acquires it, then sees all of the record */
	smp_store_release(&ring->shared->head, ring->head);
}

/* Output that a closing record takes. */
static inline u32 copy_max(const struct session *s)
{
	return s->ring_size < COPY_RING ? COPY_PIECE : COPY_FAST;
}

/* ---- session.c ---- */

struct session *session_new(void);
void session_get(struct session *s);
void session_put(struct session *s);
/* The opener is gone. */
void session_end(struct session *s);
void session_wake(struct session *s);
/* The same from anywhere, even under the scheduler's locks. */
void session_wake_later(struct session *s);
/*
 * Pins @file for the recorder; returns the token under which it finds it, 0:
 * no memory. NULL: nothing but a token to wait for. @flags: SCAP_FILE_*
 */
u64 session_pin(struct session *s, struct file *file, u32 flags);
/* Waits, killably, until the recorder has kept what @token shows. */
int session_pin_wait(struct session *s, u64 token);
/* A token for a task that will stand still: once the recorder is done, its baton goes on. */
u64 session_pin_stop(struct session *s, struct rtask *k);
/* A token for a task that is brought to a place: place_found() once the recorder is done. */
u64 session_pin_place(struct session *s, struct rtask *k);
int session_pin_fd(struct session *s, u64 token, u32 *flags);
int session_pin_done(struct session *s, u64 token, u32 flags);

#endif
