// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer harness for everything that reads traces. The first byte chooses:
 * odd, the rest is a file as it is (hashes stop most of it); even, the rest
 * becomes well-formed records with any values in them, sealed into blocks with
 * right hashes, so that what prints and compares events is reached.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <format/diff.h>
#include <format/layout.h>

static void write_all(int fd, const void *bytes, size_t len)
{
	if (write(fd, bytes, len) != (ssize_t)len)
		abort();
}

/* Input that is used up; behind its end it is zeros. */
struct source {
	const uint8_t *at, *end;
};

static void take(struct source *s, void *to, size_t len)
{
	size_t left = (size_t)(s->end - s->at), n = len < left ? len : left;

	memset(to, 0, len);
	memcpy(to, s->at, n);
	s->at += n;
}

static uint8_t take_byte(struct source *s)
{
	uint8_t byte;

	take(s, &byte, 1);
	return byte;
}

static uint32_t make_span(struct source *s, struct scap_span *span)
{
	take(s, &span->addr, sizeof(span->addr));
	span->kind = 1 + take_byte(s) % (SCAP_SPAN_KINDS - 1);
	span->arg = take_byte(s) % 8;
	span->stored = take_byte(s);
	/* Once in a while large, as only kernels and liars make them. */
	if (span->stored == 255)
		span->stored = (uint16_t)(take_byte(s) << 6);
	span->len = span->stored + (take_byte(s) & 3);
	memset(span + 1, 0, scap_span_size(span->stored) - sizeof(*span));
	take(s, span + 1, span->stored);
	return scap_span_size(span->stored);
}

/* One well-formed record; few threads, few system calls, so that things meet. */
static uint32_t make_record(struct source *s, struct scap_event *e)
{
	uint16_t type = 1 + take_byte(s) % (SCAP_EV_TYPES - 1);
	uint32_t fixed = scap_event_fixed(type), spans = take_byte(s) % 4;
	bool call = type >= SCAP_EV_SYSCALL && type <= SCAP_EV_SYSCALL_EXIT;

	memset(e, 0, fixed);
	e->size = fixed;
	take(s, e + 1, take_byte(s) % (fixed - sizeof(*e) + 1));
	e->type = type;
	e->tid = 1 + take_byte(s) % 3;
	if (call)
		((struct scap_ev_syscall *)e)->nr %= 512;
	*(call ? &((struct scap_ev_syscall *)e)->nspans : &((struct scap_ev_data *)e)->nspans) = spans;
	while (spans--)
		e->size += make_span(s, (void *)((char *)e + e->size));
	return e->size;
}

static void write_block(int fd, struct scap_blockcodec *codec, struct scap_disk_block *head,
			const void *raw)
{
	const void *stored;
	size_t room;

	scap_block_seal(codec, head, raw, head->object & 1, &stored, &room);
	write_all(fd, head, sizeof(*head));
	write_all(fd, stored, room);
}

/* Blocks of one valid file, which is cut off behind the last. */
static void write_sealed(int fd, struct source s)
{
	char *argv[] = { "fuzz", NULL };
	struct scap_header h = { .arch = 1 + take_byte(&s) % 2, .page_size = 4096, .argv = argv };
	static uint64_t raw[SCAP_BLOCK_RAW_MAX / 8];
	struct scap_blockcodec *codec;
	uint64_t events = 0, seed;
	uint8_t *header;
	size_t len;

	if (scap_header_encode(&h, &header, &len, &seed, NULL))
		abort();
	write_all(fd, header, len);
	free(header);
	codec = scap_blockcodec_new(seed);
	while (s.at < s.end) {
		struct scap_disk_block head = { .kind = SCAP_BLOCK_EVENTS,
						.first_event = events + 1 };
		uint8_t many = take_byte(&s);

		if (many >= 240) {
			head.kind = SCAP_BLOCK_CONTENT;
			head.object = many % 4;
			head.offset = take_byte(&s) * 16u;
			head.raw = take_byte(&s);
			take(&s, raw, head.raw);
			many = 0;
		}
		for (; many && s.at < s.end && head.raw < 100000; many--, head.events++)
			head.raw += make_record(&s, (void *)((char *)raw + head.raw));
		events += head.events;
		write_block(fd, codec, &head, raw);
	}
	scap_blockcodec_free(codec);
}

static void read_everything(const char *path)
{
	const struct scap_event *e;
	struct scap_reader *r;
	char text[512], content[4096];

	if (scap_reader_open(&r, path, NULL))
		return;
	while (scap_reader_next(r, &e, NULL) == 1) {
		if (!scap_event_valid(e, e->size))
			abort();
		scap_event_text(text, sizeof(text), scap_reader_header(r), e);
		if (!scap_event_compare(scap_reader_header(r), e, e, 0, NULL))
			abort();
	}
	for (uint64_t object = 0; object < 4; object++)
		scap_reader_content(r, object, object * 100, content, sizeof(content), NULL);
	scap_reader_close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct scap_diff_options options = { .strict = size & 2, .context = 2 };
	static FILE *nowhere;
	char path[64];
	int fd;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	if (!size || !nowhere)
		return 0;
	fd = memfd_create("fuzz", MFD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (data[0] & 1)
		write_all(fd, data + 1, size - 1);
	else
		write_sealed(fd, (struct source){ data + 1, data + size });
	read_everything(path);
	if (data[0] & 2 && scap_diff(path, path, &options, nowhere, NULL) == SCAP_DIFF_DIFFERENT)
		abort();
	close(fd);
	return 0;
}
