// SPDX-License-Identifier: GPL-2.0
/*
 * The steps of a trace, task by task, in a temporary file: a chain of chunks for
 * each task, so that writing keeps one small buffer for each task that is alive.
 */
#include <format/diff.h>
#include <format/layout.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_RECORDS 85

/* On disk and in memory. @next: number of the chunk that follows. */
struct chunk {
	uint64_t next, reserved;
	struct diff_record record[CHUNK_RECORDS];
};

/* @number: of @chunk; @used: records added or read */
struct diff_buffer {
	uint64_t number;
	unsigned int used;
	struct chunk chunk;
};

/* Chunks are numbered from 1; @chunks are given out. */
struct diff_spill {
	int fd;
	uint64_t chunks;
};

int diff_spill_open(struct diff_spill **out, struct scap_error *err)
{
	const char *dir = getenv("TMPDIR");
	struct diff_spill *s = calloc(1, sizeof(*s));

	if (!s)
		return scap_fail(err, ENOMEM, "no memory");
	if (!dir || !*dir)
		dir = "/tmp";
	s->fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (s->fd < 0) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/scap-diff-XXXXXX", dir);
		s->fd = mkostemp(path, O_CLOEXEC);
		if (s->fd >= 0)
			unlink(path);
	}
	if (s->fd < 0) {
		int code = errno;

		free(s);
		return scap_fail(err, code, "%s: no temporary file can be made there: %s (TMPDIR names another place)",
				 dir, strerror(code));
	}
	*out = s;
	return 0;
}

void diff_spill_close(struct diff_spill *s)
{
	if (!s)
		return;
	close(s->fd);
	free(s);
}

static int write_chunk(struct diff_spill *s, const struct diff_buffer *b)
{
	off_t at = (off_t)((b->number - 1) * sizeof(b->chunk));
	ssize_t n = pwrite(s->fd, &b->chunk, sizeof(b->chunk), at);

	if (n == (ssize_t)sizeof(b->chunk))
		return 0;
	return n < 0 ? -errno : -ENOSPC;
}

/* A buffer for the first chunk of @stream. */
static struct diff_buffer *first_buffer(struct diff_spill *s, struct diff_stream *stream)
{
	struct diff_buffer *b = malloc(sizeof(*b));

	if (b) {
		b->number = stream->first = ++s->chunks;
		b->used = 0;
	}
	return b;
}

int diff_spill_add(struct diff_spill *s, struct diff_stream *stream, const struct diff_record *r)
{
	struct diff_buffer *b = stream->buffer;
	int ret;

	if (!b && !(b = stream->buffer = first_buffer(s, stream)))
		return -ENOMEM;
	if (b->used == CHUNK_RECORDS) {
		b->chunk.next = ++s->chunks;
		ret = write_chunk(s, b);
		if (ret)
			return ret;
		b->number = b->chunk.next;
		b->used = 0;
	}
	b->chunk.record[b->used++] = *r;
	stream->n++;
	return 0;
}

int diff_spill_flush(struct diff_spill *s, struct diff_stream *stream)
{
	struct diff_buffer *b = stream->buffer;
	int ret = 0;

	if (b) {
		memset(b->chunk.record + b->used, 0,
		       (CHUNK_RECORDS - b->used) * sizeof(*b->chunk.record));
		b->chunk.next = 0;
		ret = write_chunk(s, b);
	}
	free(b);
	stream->buffer = NULL;
	return ret;
}

/* ---- reading ---- */

static int read_chunk(struct diff_spill *s, struct diff_buffer *b, uint64_t number)
{
	b->number = number;
	b->used = 0;
	return scap_pread_all(s->fd, &b->chunk, sizeof(b->chunk),
			      (number - 1) * sizeof(b->chunk));
}

int diff_source_open(struct diff_source *src, struct diff_spill *s, const struct diff_stream *stream,
		     const struct diff_tree *tree)
{
	*src = (struct diff_source){ .spill = s, .left = stream->n, .tree = tree };
	if (!stream->n)
		return 0;
	src->buffer = malloc(sizeof(*src->buffer));
	return src->buffer ? read_chunk(s, src->buffer, stream->first) : -ENOMEM;
}

void diff_source_array(struct diff_source *src, const struct diff_record *r, uint64_t n)
{
	*src = (struct diff_source){ .array = r, .left = n };
}

/* A fork is the same step as that of the task which its child is compared with. */
static void settle_fork(const struct diff_source *src, struct diff_record *r)
{
	if (src->tree && r->kind == SCAP_EV_FORK && r->entry < src->tree->n)
		r->hash = diff_mix(r->hash, src->tree->task[r->entry].match, 0);
}

int diff_source_next(struct diff_source *src, struct diff_record *r)
{
	struct diff_buffer *b = src->buffer;
	int ret = 0;

	if (!src->left)
		return 0;
	src->left--;
	if (src->array) {
		*r = *src->array++;
		return 1;
	}
	if (b->used == CHUNK_RECORDS)
		ret = read_chunk(src->spill, b, b->chunk.next);
	if (ret)
		return ret;
	*r = b->chunk.record[b->used++];
	settle_fork(src, r);
	return 1;
}

void diff_source_close(struct diff_source *src)
{
	free(src->buffer);
	src->buffer = NULL;
}
