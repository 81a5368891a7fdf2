// SPDX-License-Identifier: GPL-2.0
/* Traces of numbered events: see numbered.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

#include "numbered.h"

size_t slurp(const char *path, uint8_t *buf, size_t room)
{
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(buf, 1, room, f);
	fclose(f);
	assert_true(n < room);
	return n;
}

void spill(const char *path, const void *bytes, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

void put_numbered(struct maker *m, uint64_t i)
{
	make_call(m, SCAP_EV_SYSCALL, 7, (uint32_t)(i % 300), (int64_t)i, i * 3, i * 5, i * 7);
	make_put(m);
}

bool is_numbered(const struct scap_event *e, uint64_t i)
{
	const struct scap_ev_syscall *c = (const void *)e;

	return e->type == SCAP_EV_SYSCALL && c->result == (int64_t)i && c->args[0] == i * 3 &&
	       c->args[2] == i * 7;
}

int read_numbered(const char *path, uint64_t *count, struct scap_error *err)
{
	struct scap_reader *r;
	const struct scap_event *e;
	int ret = scap_reader_open(&r, path, err);

	*count = 0;
	if (ret)
		return ret;
	while ((ret = scap_reader_next(r, &e, err)) == 1)
		assert_true(is_numbered(e, (*count)++));
	scap_reader_close(r);
	return ret;
}

const char small_content[SMALL_CONTENT] = "what stood in a file that is gone by now, and what stood there, and there";

static uint32_t numbered_records(uint8_t *buf, uint64_t from, uint64_t to)
{
	uint32_t at = 0;

	for (uint64_t i = from; i < to; i++) {
		struct scap_ev_syscall c = {
			.h = { .size = sizeof(c), .type = SCAP_EV_SYSCALL, .tid = 7, .seq = i + 1 },
			.nr = (uint32_t)i,
			.args = { i * 3, i * 5, i * 7 },
			.result = (int64_t)i,
		};

		memcpy(buf + at, &c, sizeof(c));
		at += sizeof(c);
	}
	return at;
}

static void store_block(struct scap_store *s, uint8_t kind, const void *raw, uint32_t len,
			uint32_t events, uint64_t object, int level)
{
	struct scap_disk_block head = { .kind = kind, .raw = len, .events = events,
					.object = object };

	assert_int_equal(scap_store_block(s, &head, raw, level, NULL), 0);
}

void make_small(const char *path, bool finished)
{
	struct scap_header h = make_header();
	struct scap_store *s;
	uint64_t seed, aligned[128];
	uint8_t *header, *buf = (uint8_t *)aligned;
	size_t size;

	unlink(path);
	assert_int_equal(scap_header_encode(&h, &header, &size, &seed, NULL), 0);
	assert_int_equal(scap_store_open(&s, path, NULL), 0);
	assert_int_equal(scap_store_header(s, header, size, seed, NULL), 0);
	store_block(s, SCAP_BLOCK_CONTENT, "short", 5, 0, 1, 1);
	store_block(s, SCAP_BLOCK_EVENTS, buf, numbered_records(buf, 0, 3), 3, 0, 1);
	store_block(s, SCAP_BLOCK_CONTENT, small_content, SMALL_CONTENT, 0, 2, 1);
	store_block(s, SCAP_BLOCK_EVENTS, buf, numbered_records(buf, 3, 5), 2, 0, SCAP_LEVEL_RAW);
	if (finished)
		assert_int_equal(scap_store_finish(s, NULL), 0);
	scap_store_close(s);
	free(header);
}
