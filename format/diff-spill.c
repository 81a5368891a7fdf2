// SPDX-License-Identifier: GPL-2.0
/*
 * The hashes of the first trace's steps, task by task, in a temporary file: a
 * chain of chunks for each task, so that both writing and reading keep one
 * small buffer for each task that is alive.
 */
#include <format/diff.h>
#include <format/layout.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_HASHES 63

/* On disk and in memory. @next: number of the chunk that follows. */
struct chunk {
	uint64_t next, reserved;
	struct diff_hash hash[CHUNK_HASHES];
};

/* @number: of @chunk; @used: hashes added or read */
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

/* A buffer for the first chunk of @task. */
static struct diff_buffer *first_buffer(struct diff_spill *s, struct diff_task *task)
{
	struct diff_buffer *b = malloc(sizeof(*b));

	if (b) {
		b->number = task->chunk = ++s->chunks;
		b->used = 0;
	}
	return b;
}

int diff_spill_add(struct diff_spill *s, struct diff_task *task, struct diff_live *live,
		   const struct diff_hash *h)
{
	struct diff_buffer *b = live->buffer;
	int ret;

	if (!b && !(b = live->buffer = first_buffer(s, task)))
		return -ENOMEM;
	if (b->used == CHUNK_HASHES) {
		b->chunk.next = ++s->chunks;
		ret = write_chunk(s, b);
		if (ret)
			return ret;
		b->number = b->chunk.next;
		b->used = 0;
	}
	b->chunk.hash[b->used++] = *h;
	task->steps++;
	return 0;
}

int diff_spill_flush(struct diff_spill *s, struct diff_live *live)
{
	struct diff_buffer *b = live->buffer;
	int ret = 0;

	if (b) {
		memset(b->chunk.hash + b->used, 0, (CHUNK_HASHES - b->used) * sizeof(*b->chunk.hash));
		b->chunk.next = 0;
		ret = write_chunk(s, b);
	}
	diff_spill_done(live);
	return ret;
}

void diff_spill_done(struct diff_live *live)
{
	free(live->buffer);
	live->buffer = NULL;
}

static int read_chunk(struct diff_spill *s, struct diff_buffer *b, uint64_t number)
{
	b->number = number;
	b->used = 0;
	return scap_pread_all(s->fd, &b->chunk, sizeof(b->chunk),
			      (number - 1) * sizeof(b->chunk));
}

int diff_spill_next(struct diff_spill *s, const struct diff_task *task, struct diff_live *live,
		    struct diff_hash *h)
{
	struct diff_buffer *b = live->buffer;
	int ret = 0;

	if (live->steps >= task->steps)
		return 0;
	if (!b) {
		b = live->buffer = malloc(sizeof(*b));
		if (!b)
			return -ENOMEM;
		ret = read_chunk(s, b, task->chunk);
	} else if (b->used == CHUNK_HASHES) {
		ret = read_chunk(s, b, b->chunk.next);
	}
	if (ret)
		return ret;
	*h = b->chunk.hash[b->used++];
	return 1;
}
