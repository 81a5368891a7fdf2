// SPDX-License-Identifier: GPL-2.0
/*
 * The module's rings, drained: merged by time, and exactly by each domain's
 * sequence numbers, only up to the first record that is missing. Records are
 * committed in the order of their numbers, so some ring always has the next one
 * in front.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "recorder/kmod-backend.h"
#include "recorder/tracee/own-clock.h"

static void *map_area(struct kmod *km, uint64_t offset, size_t size, int prot)
{
	void *p = mmap(NULL, size, prot, MAP_SHARED, km->device, (off_t)offset);

	return p == MAP_FAILED ? NULL : p;
}

int rings_map(struct kmod *km, unsigned int nrings, struct scap_error *err)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	km->rings = calloc(nrings, sizeof(*km->rings));
	if (!km->rings)
		return scap_fail(err, ENOMEM, "out of memory");
	km->nrings = nrings;
	for (unsigned int i = 0; i < nrings; i++) {
		struct ring *r = &km->rings[i];

		r->size = km->ring_size;
		r->head = map_area(km, SCAP_RING_HEAD(i), page, PROT_READ);
		if (!r->head && errno == ENXIO)
			continue; /* a number without a CPU */
		r->data = map_area(km, SCAP_RING_DATA(i), r->size, PROT_READ);
		r->tail = map_area(km, SCAP_RING_TAIL(i), page, PROT_READ | PROT_WRITE);
		if (!r->head || !r->data || !r->tail)
			return scap_fail(err, errno, SCAP_DEVICE ": cannot map ring %u: %s", i,
					 strerror(errno));
	}
	return 0;
}

void rings_unmap(struct kmod *km)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (unsigned int i = 0; i < km->nrings; i++) {
		struct ring *r = &km->rings[i];

		if (r->head)
			munmap((void *)r->head, page);
		if (r->data)
			munmap((void *)r->data, r->size);
		if (r->tail)
			munmap(r->tail, page);
	}
	free(km->rings);
	free(km->orders);
}

static struct order *order_of(struct kmod *km, uint32_t domain)
{
	if (domain >= km->norders) {
		uint32_t n = domain + 64;
		struct order *v = alloc_resize(km->orders, n, sizeof(*v));

		memset(v + km->norders, 0, (n - km->norders) * sizeof(*v));
		km->orders = v;
		km->norders = n;
	}
	return &km->orders[domain];
}

/* Takes one record, if it is its turn. */
static bool take(struct kmod *km, const struct scap_event *e)
{
	struct order *o;

	if (e->type == SCAP_RING_PAD)
		return true;
	o = order_of(km, e->domain);
	if (e->type == SCAP_RING_DOMAIN) {
		*o = (struct order){ .known = true, .next = 1 };
		if (km->capture)
			km->rec.result->threads++;
		return true;
	}
	if (!o->known || o->next != e->seq)
		return false;
	o->next++;
	km->order = o;
	event_take(km, e);
	return true;
}

static const struct scap_event *record_at(const struct ring *r)
{
	return (const void *)(r->data + (r->at & (r->size - 1)));
}

/* Calls and their output: nothing is to be completed, nobody to be told. Of calls in flight note is taken. */
static bool is_plain(const struct scap_event *e)
{
	return e->type == SCAP_EV_SYSCALL || e->type == SCAP_EV_DATA;
}

/*
 * Most records are plain: those that stand at the front of @r, of one domain,
 * in order and from no later than @until, go into the trace in one piece.
 * Returns how many; 0: the first one is for take().
 */
static unsigned int take_run(struct kmod *km, struct ring *r, uint64_t until)
{
	const struct scap_event *first = record_at(r), *e = first;
	size_t left = r->size - (r->at & (r->size - 1)), size = 0;
	struct order *o = order_of(km, first->domain);
	unsigned int n = 0;

	/* as much as fits into one piece of the writer's, and before the ring's end */
	left = left < r->seen - r->at ? left : r->seen - r->at;
	left = left < SCAP_EVENT_MAX ? left : SCAP_EVENT_MAX;
	while (size < left && size + e->size <= left && is_plain(e) && e->domain == first->domain &&
	       e->seq == o->next + n && e->time <= until) {
		size += e->size;
		n++;
		e = (const void *)((const char *)first + size);
	}
	if (!n || !o->known)
		return 0;
	o->next += n;
	km->order = o;
	event_put_run(km, first, size, n);
	r->at += size;
	return n;
}

static void give_back(struct ring *r)
{
	__atomic_store_n(&r->tail->tail, r->at, __ATOMIC_RELEASE);
}

/* The next record of @r, if it is from no later than @until; NULL: none. */
static const struct scap_event *next_record(struct ring *r, uint64_t until)
{
	while (r->at != r->seen && record_at(r)->type == SCAP_RING_PAD)
		r->at += record_at(r)->size;
	if (r->at == r->seen || record_at(r)->time > until)
		return NULL;
	return record_at(r);
}

/*
 * The ring with the oldest record of those that can be taken; *@until becomes
 * the time of the next oldest ring.
 */
static struct ring *oldest(struct kmod *km, uint64_t *until)
{
	struct ring *first = NULL;
	uint64_t time = *until;

	for (unsigned int i = 0; i < km->nrings; i++) {
		struct ring *r = &km->rings[i];
		const struct scap_event *e = r->head && !r->blocked ? next_record(r, *until) : NULL;

		if (!e)
			continue;
		if (!first || e->time < time) {
			*until = first ? time : *until;
			time = e->time;
			first = r;
		} else if (e->time < *until) {
			*until = e->time;
		}
	}
	return first;
}

/* Takes what @r has up to @until, or to a record whose turn it is not. */
static unsigned int drain_ring(struct kmod *km, struct ring *r, uint64_t until)
{
	const struct scap_event *e;
	unsigned int n = 0;

	while ((e = next_record(r, until))) {
		unsigned int run = take_run(km, r, until);

		if (!run && !take(km, e)) {
			r->blocked = true;
			break;
		}
		r->at += run ? 0 : e->size;
		n += run ? run : 1;
		/* what is copied is given back in pieces, so that nobody waits for all of it */
		if (run || n % 64 == 0)
			give_back(r);
	}
	give_back(r);
	return n;
}

static void unblock(struct kmod *km)
{
	for (unsigned int i = 0; i < km->nrings; i++)
		km->rings[i].blocked = false;
}

/*
 * One look at all rings. What led to a record was committed before that got its
 * time: of records from before the look began, all that led to them is there.
 */
static unsigned int drain_once(struct kmod *km, uint64_t begin)
{
	uint64_t until = begin;
	unsigned int all = 0, n;
	struct ring *r;

	for (unsigned int i = 0; i < km->nrings; i++)
		if (km->rings[i].head)
			km->rings[i].seen = __atomic_load_n(&km->rings[i].head->head,
							    __ATOMIC_ACQUIRE);
	unblock(km);
	for (; (r = oldest(km, &until)); until = begin) {
		n = drain_ring(km, r, until);
		all += n;
		if (n)
			unblock(km);
	}
	return all;
}

/* Whether a record is left that only came too late for the last look, by our clock. */
static bool has_younger(struct kmod *km)
{
	for (unsigned int i = 0; i < km->nrings; i++)
		if (km->rings[i].head && !km->rings[i].blocked &&
		    next_record(&km->rings[i], UINT64_MAX))
			return true;
	return false;
}

unsigned int rings_drain(struct kmod *km)
{
	/* a clock that is not the kernel's (time_namespaces(7)) must not hold us up */
	enum { LOOKS = 100 };
	unsigned int all = 0, vain = 0;

	while (vain < LOOKS) {
		unsigned int n = drain_once(km, own_clock_ns());

		all += n;
		if (!n && !has_younger(km))
			return all;
		vain = n ? 0 : vain + 1;
	}
	return all + drain_once(km, UINT64_MAX);
}

void rings_ahead(const struct kmod *km, void (*each)(void *ctx, const struct scap_event *e),
		 void *ctx)
{
	for (unsigned int i = 0; i < km->nrings; i++) {
		struct ring r = km->rings[i];

		r.seen = r.head ? __atomic_load_n(&r.head->head, __ATOMIC_ACQUIRE) : r.at;
		for (; r.at != r.seen; r.at += record_at(&r)->size)
			if (record_at(&r)->type != SCAP_RING_PAD)
				each(ctx, record_at(&r));
	}
}

bool rings_stuck(const struct kmod *km)
{
	for (unsigned int i = 0; i < km->nrings; i++) {
		const struct ring *r = &km->rings[i];

		if (r->head && r->at != __atomic_load_n(&r->head->head, __ATOMIC_ACQUIRE))
			return true;
	}
	return false;
}
