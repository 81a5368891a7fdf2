// SPDX-License-Identifier: GPL-2.0
/*
 * The module's rings, drained: merged by each domain's sequence numbers, only up
 * to the first record that is missing. Records are committed in the order of
 * their numbers, so some ring always has the next one in front.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "recorder/kmod-backend.h"

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

		r->head = map_area(km, SCAP_RING_HEAD(i), page, PROT_READ);
		if (!r->head && errno == ENXIO)
			continue; /* a number without a CPU */
		r->data = map_area(km, SCAP_RING_DATA(i), RING_SIZE, PROT_READ);
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
			munmap((void *)r->data, RING_SIZE);
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
		return true;
	}
	if (!o->known || o->next != e->seq)
		return false;
	o->next++;
	km->order = o;
	event_take(km, e);
	return true;
}

static unsigned int drain_ring(struct kmod *km, struct ring *r)
{
	uint64_t head = __atomic_load_n(&r->head->head, __ATOMIC_ACQUIRE);
	unsigned int n = 0;

	while (r->at != head) {
		const struct scap_event *e = (const void *)(r->data + (r->at & (RING_SIZE - 1)));

		if (!take(km, e))
			break;
		r->at += e->size;
		/* what is copied is given back in pieces, so that nobody waits for all of it */
		if (++n % 64 == 0)
			__atomic_store_n(&r->tail->tail, r->at, __ATOMIC_RELEASE);
	}
	__atomic_store_n(&r->tail->tail, r->at, __ATOMIC_RELEASE);
	return n;
}

unsigned int rings_drain(struct kmod *km)
{
	unsigned int all = 0, n;

	do {
		n = 0;
		for (unsigned int i = 0; i < km->nrings; i++)
			if (km->rings[i].head)
				n += drain_ring(km, &km->rings[i]);
		all += n;
	} while (n);
	return all;
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
