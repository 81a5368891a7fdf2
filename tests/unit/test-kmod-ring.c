// SPDX-License-Identifier: GPL-2.0
/* The module's rings as the recorder reads them, made up in memory. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "recorder/kmod-backend.h"
#include "tests/unit/make-trace.h"

#define SIZE SCAP_RING_MIN

struct made {
	struct maker maker;
	struct record_result result;
	struct scap_ring_head head;
	struct scap_ring_tail tail;
	struct ring ring;
	struct kmod km;
	char path[64];
	uint64_t seq;
};

/* A ring that has been read and written up to @at, and behind its end no memory. */
static struct made *make(uint64_t at)
{
	struct made *m = calloc(1, sizeof(*m));
	uint8_t *data;

	assert_non_null(m);
	data = mmap(NULL, 2 * SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(data, MAP_FAILED);
	assert_int_equal(mprotect(data, SIZE, PROT_READ | PROT_WRITE), 0);
	strcpy(m->path, "/tmp/scap-ring-XXXXXX");
	close(mkstemp(m->path));
	make_open(&m->maker, m->path);
	m->head.head = m->tail.tail = at;
	m->ring = (struct ring){
		.head = &m->head, .tail = &m->tail, .data = data, .size = SIZE, .at = at,
	};
	m->km.rings = &m->ring;
	m->km.nrings = 1;
	m->km.rec.w = m->maker.w;
	m->km.rec.result = &m->result;
	return m;
}

static void drop(struct made *m)
{
	char old[80];

	make_close(&m->maker);
	snprintf(old, sizeof(old), "%s.old", m->path);
	unlink(m->path);
	unlink(old);
	munmap((void *)m->ring.data, 2 * SIZE);
	free(m->km.orders);
	free(m);
}

static struct scap_event *put(struct made *m, uint16_t type, uint32_t size)
{
	struct scap_event *e = (void *)(m->ring.data + (m->head.head & (SIZE - 1)));

	assert_true((m->head.head & (SIZE - 1)) + size <= SIZE);
	memset((void *)e, 0, size);
	e->size = size;
	e->type = type;
	e->domain = 1;
	e->tid = 1;
	e->seq = type == SCAP_RING_DOMAIN ? 0 : ++m->seq;
	m->head.head += size;
	return e;
}

/* A call of 128 bytes: with a span of no bytes. */
static void put_call(struct made *m)
{
	struct scap_ev_syscall *e = (void *)put(m, SCAP_EV_SYSCALL, 128);

	e->nspans = 1;
}

static void put_domain(struct made *m)
{
	put(m, SCAP_RING_DOMAIN, sizeof(struct scap_event));
}

/* A run of records ends where the ring does, and goes on at its start. */
static void test_end(void **state)
{
	struct made *m = make(SIZE - sizeof(struct scap_event) - 4 * 128);

	(void)state;
	put_domain(m);
	for (int i = 0; i < 7; i++)
		put_call(m);
	assert_int_equal(rings_drain(&m->km), 8);
	assert_int_equal(m->result.events, 7);
	assert_int_equal(m->tail.tail, SIZE + 3 * 128);
	drop(m);
}

/* Padding at the ring's end is passed over. */
static void test_pad(void **state)
{
	struct made *m = make(SIZE - sizeof(struct scap_event) - 128 - 64);

	(void)state;
	put_domain(m);
	put_call(m);
	put(m, SCAP_RING_PAD, 64);
	m->seq--;
	put_call(m);
	assert_int_equal(rings_drain(&m->km), 3);
	assert_int_equal(m->result.events, 2);
	assert_int_equal(m->tail.tail, SIZE + 128);
	drop(m);
}

/* What is not its domain's next stays where it is. */
static void test_order(void **state)
{
	struct made *m = make(0);

	(void)state;
	put_domain(m);
	put_call(m);
	m->seq++;
	put_call(m);
	assert_int_equal(rings_drain(&m->km), 2);
	assert_int_equal(m->tail.tail, sizeof(struct scap_event) + 128);
	assert_true(rings_stuck(&m->km));
	drop(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_end), cmocka_unit_test(test_pad), cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
