// SPDX-License-Identifier: GPL-2.0
/*
 * The record buffer. A ring has one producer, its CPU, with preemption off from
 * reserve to commit, and no interrupt handler among its users; so reserving takes
 * no lock, and freeing the rings takes one RCU grace period. A domain of several
 * tasks takes its lock as well, so that records are committed in the order of their
 * numbers.
 */
#include <linux/smp.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "counter.h"
#include "domain.h"
#include "record.h"

/* One part in sixteen is for records that may not wait. */
static u64 kept_back(const struct ring *ring)
{
	return ring->size / 16;
}

static struct ring *this_ring(struct session *s)
{
	return &s->rings[smp_processor_id()];
}

/*
 * Bytes in use. The tail is user space's word: one that lies outside of what
 * was produced, or goes back, is not believed.
 */
static u64 ring_used(struct ring *ring)
{
	/* pairs with the recorder's release: it has read what lies below */
	u64 tail = smp_load_acquire(&ring->user->tail);

	if (tail - ring->tail <= ring->head - ring->tail && !(tail % 8))
		ring->tail = tail;
	return ring->head - ring->tail;
}

/* ---- making and mapping ---- */

int rings_alloc(struct session *s, u64 size)
{
	unsigned int i;

	/* refused here: not looked for by the OOM killer, nor warned of by vmalloc() */
	if ((u64)num_possible_cpus() * (size >> PAGE_SHIFT) > (u64)max(si_mem_available(), 0l))
		return -ENOMEM;
	s->nrings = nr_cpu_ids;
	s->ring_size = size;
	s->rings = kvcalloc(s->nrings, sizeof(*s->rings), GFP_KERNEL);
	if (!s->rings)
		return -ENOMEM;
	for_each_possible_cpu(i) {
		struct ring *ring = &s->rings[i];

		ring->size = size;
		ring->ahead = s->checksum ? 0 : size / 16;
		ring->data = vmalloc_user(size);
		ring->shared = vmalloc_user(PAGE_SIZE);
		ring->user = vmalloc_user(PAGE_SIZE);
		if (!ring->data || !ring->shared || !ring->user) {
			rings_free(s);
			return -ENOMEM;
		}
	}
	return 0;
}

void rings_free(struct session *s)
{
	unsigned int i;

	for (i = 0; s->rings && i < s->nrings; i++) {
		vfree(s->rings[i].data);
		vfree(s->rings[i].shared);
		vfree(s->rings[i].user);
	}
	kvfree(s->rings);
	s->rings = NULL;
}

int rings_mmap(struct session *s, struct vm_area_struct *vma)
{
	u64 at = (u64)vma->vm_pgoff << PAGE_SHIFT;
	u64 area = at / SCAP_RING_STRIDE;
	u64 len = vma->vm_end - vma->vm_start;
	struct ring *ring;
	void *memory;

	if (at % SCAP_RING_STRIDE || area / SCAP_RING_AREAS >= s->nrings)
		return -EINVAL;
	ring = &s->rings[area / SCAP_RING_AREAS];
	if (!ring->data)
		return -ENXIO;
	switch (area % SCAP_RING_AREAS) {
	case 0:
		memory = ring->shared;
		break;
	case 1:
		memory = ring->data;
		break;
	case 2:
		memory = ring->user;
		break;
	default:
		return -EINVAL;
	}
	if (len != (memory == ring->data ? ring->size : PAGE_SIZE))
		return -EINVAL;
	if (memory != ring->user) {
		if (vma->vm_flags & VM_WRITE)
			return -EPERM;
		compat_vm_flags_clear(vma, VM_MAYWRITE);
	}
	compat_vm_flags_set(vma, VM_DONTCOPY | VM_DONTEXPAND);
	return remap_vmalloc_range(vma, memory, 0);
}

/* ---- records ---- */

/*
 * Sees how far user space is, and how far nobody need look again: @ahead, or
 * where it gets crowded. Returns whether user space has
 * enough to do.
 */
static bool look_around(struct ring *ring)
{
	u64 used = ring_used(ring);

	ring->quiet = min(ring->head + ring->ahead, ring->tail + ring->size - kept_back(ring));
	return used >= ring->size / 4;
}

/* Room for @room bytes in one piece at the head; the rest of the ring's end becomes PAD. */
static bool reserve(struct ring *ring, u32 room, bool urgent, u64 *start)
{
	u64 at = ring->head & (ring->size - 1);
	u64 pad = at + room > ring->size ? ring->size - at : 0;
	bool known = ring->head + pad + room <= ring->quiet;

	if (!known && ring->size - ring_used(ring) <
	    pad + room + (urgent ? 0 : kept_back(ring)))
		return false;
	if (pad) {
		struct scap_event *e = (void *)(ring->data + at);

		e->size = (u32)pad;
		e->type = SCAP_RING_PAD;
		e->flags = 0;
	}
	*start = ring->head + pad;
	return true;
}

int record_open(struct record *r, struct rtask *k, u16 type, u32 room, bool urgent)
{
	struct session *s = k->session;
	u32 fixed = type == SCAP_RING_DOMAIN ? sizeof(struct scap_event) : scap_event_fixed(type);

	r->k = k;
	preempt_disable();
	if (READ_ONCE(s->dead)) {
		preempt_enable();
		return -EPIPE;
	}
	r->ring = this_ring(s);
	if (!reserve(r->ring, room, urgent, &r->start)) {
		preempt_enable();
		return -ENOSPC;
	}
	r->e = (void *)(r->ring->data + (r->start & (r->ring->size - 1)));
	r->size = fixed;
	r->max = room;
	r->nspans = 0;
	memset(r->e, 0, fixed);
	r->e->type = type;
	r->e->tid = k->tid;
	return 0;
}

void *record_span(struct record *r, u8 kind, u8 arg, u64 addr, u32 len, u32 stored)
{
	struct scap_span *span = (void *)((u8 *)r->e + r->size);

	if (r->size + scap_span_size(stored) > r->max || stored > 0xffff)
		return NULL;
	span->addr = addr;
	span->len = len;
	span->stored = (u16)stored;
	span->kind = kind;
	span->arg = arg;
	if (stored % 8)
		memset((u8 *)(span + 1) + (stored & ~7u), 0, 8);
	r->size += scap_span_size(stored);
	r->nspans++;
	return span + 1;
}

void record_cut(struct record *r, void *bytes, u32 stored)
{
	struct scap_span *span = (struct scap_span *)bytes - 1;

	r->size -= scap_span_size(span->stored);
	span->len = stored;
	span->stored = (u16)stored;
	if (stored % 8)
		memset((u8 *)bytes + stored, 0, 8 - stored % 8);
	r->size += scap_span_size(stored);
}

void ring_number_shared(struct ring *ring, struct rtask *k, struct scap_event *e)
{
	unsigned long irq;
	struct domain *d = domain_lock(k, &irq);

	ring_number(ring, d, e);
	domain_unlock(d, irq);
}

void record_commit(struct record *r)
{
	struct ring *ring = r->ring;
	bool wake = false;

	r->e->size = r->size;
	rtask_note_event(r->k, r->k->task);
	r->e->time = ktime_get_mono_fast_ns();
	if (r->e->type >= SCAP_EV_SYSCALL && r->e->type <= SCAP_EV_SYSCALL_EXIT)
		((struct scap_ev_syscall *)r->e)->nspans = r->nspans;
	else if (r->e->type != SCAP_RING_DOMAIN)
		((struct scap_ev_data *)r->e)->nspans = r->nspans;
	ring->head = r->start;
	ring_commit(ring, r->k, r->e, domain_shared(r->k));
	if (ring->head > ring->quiet)
		wake = look_around(ring);
	if (wake)
		session_wake_later(r->k->session);
	preempt_enable();
}

void record_abort(struct record *r)
{
	preempt_enable();
}

void record_lost(struct rtask *k)
{
	/* what is dropped of those watched is counted where that is decided */
	if (!k->session->filter)
		atomic64_inc(&k->session->lost);
}

/* ---- waiting ---- */

bool ring_crowded(struct session *s)
{
	struct ring *ring;
	bool crowded = false;

	preempt_disable();
	if (!READ_ONCE(s->dead)) {
		ring = this_ring(s);
		crowded = ring->size - ring_used(ring) < kept_back(ring) + ring->size / 16;
	}
	preempt_enable();
	return crowded;
}

static bool has_room(struct session *s, u32 room)
{
	struct ring *ring;
	bool fits = true;

	preempt_disable();
	if (!READ_ONCE(s->dead)) {
		ring = this_ring(s);
		/* twice the room: some of it may be PAD */
		fits = ring->size - ring_used(ring) >= 2 * (u64)room + kept_back(ring);
	}
	preempt_enable();
	return fits;
}

static u64 begin_waiting(struct session *s)
{
	atomic64_inc(&s->waits);
	session_wake(s);
	return ktime_get_mono_fast_ns();
}

static void end_waiting(struct session *s, u64 since)
{
	atomic64_add((s64)(ktime_get_mono_fast_ns() - since), &s->wait_ns);
}

int ring_wait(struct session *s)
{
	u64 since;
	int ret;

	if (!ring_crowded(s))
		return 0;
	since = begin_waiting(s);
	ret = compat_wait_killable(s->room, !ring_crowded(s));
	end_waiting(s, since);
	return ret;
}

int record_open_wait(struct record *r, struct rtask *k, u16 type, u32 room)
{
	struct session *s = k->session;
	u64 since;
	int ret;

	for (;;) {
		ret = record_open(r, k, type, room, false);
		/* who is only watched waits for nobody */
		if (ret != -ENOSPC || s->filter)
			return ret;
		since = begin_waiting(s);
		ret = compat_wait_killable(s->room, has_room(s, room));
		end_waiting(s, since);
		if (ret)
			return ret;
	}
}

void emit_domain(struct rtask *k)
{
	struct record r;

	if (record_open(&r, k, SCAP_RING_DOMAIN, sizeof(struct scap_event), true))
		record_lost(k);
	else
		record_commit(&r);
}
