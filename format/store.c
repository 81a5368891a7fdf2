// SPDX-License-Identifier: GPL-2.0
/*
 * The output file: header, blocks, index, footer, in that order. Whatever
 * fails, the file ends behind its last whole block. One thread at a time.
 */
#include <format/layout.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIPE_PATIENCE_MS 10000

/*
 * @position: where the next byte goes; everything before it is whole
 * @index:    one entry a block, @nindex of @cap
 */
struct scap_store {
	int fd;
	char *name;
	uint64_t position;
	uint64_t seed;
	struct scap_blockcodec *codec;
	struct scap_disk_index *index;
	size_t nindex, cap;
	struct scap_writer_stats stats;
};

/* Moves an existing trace out of the way. Devices and pipes are written to as they are. */
static int keep_old(const char *path, bool *special, struct scap_error *err)
{
	char old[PATH_MAX];
	struct stat st;

	*special = false;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return scap_fail(err, EISDIR, "%s: is a directory; name a file in it", path);
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		*special = true;
		return 0;
	}
	if (lstat(path, &st) < 0)
		return 0;
	if (snprintf(old, sizeof(old), "%s.old", path) >= (int)sizeof(old))
		return scap_fail(err, ENAMETOOLONG, "%s: %s", path, strerror(ENAMETOOLONG));
	/* a rename onto a file writes the moved one to disk first (ext4(5), auto_da_alloc): milliseconds */
	if (unlink(old) < 0 && errno != ENOENT)
		return scap_fail(err, errno, "%s: cannot keep the existing file as %s: %s", path, old,
				 strerror(errno));
	if (rename(path, old) < 0)
		return scap_fail(err, errno, "%s: cannot keep the existing file as %s: %s", path, old,
				 strerror(errno));
	return 0;
}

int scap_store_open(struct scap_store **out, const char *path, struct scap_error *err)
{
	struct scap_store *s = calloc(1, sizeof(*s));
	bool special;
	int ret;

	if (!s || !(s->name = strdup(path))) {
		free(s);
		return scap_fail(err, ENOMEM, "%s: no memory", path);
	}
	s->fd = -1;
	ret = keep_old(path, &special, err);
	if (ret)
		goto fail;
	s->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | (special ? 0 : O_CREAT | O_EXCL), 0600);
	if (s->fd < 0 || (special && fcntl(s->fd, F_SETFL, O_NONBLOCK) < 0)) {
		ret = scap_fail(err, errno, "%s: cannot create the trace: %s", path, strerror(errno));
		goto fail;
	}
	*out = s;
	return 0;
fail:
	scap_store_close(s);
	return ret;
}

void scap_store_close(struct scap_store *s)
{
	if (s->fd >= 0)
		close(s->fd);
	scap_blockcodec_free(s->codec);
	free(s->index);
	free(s->name);
	free(s);
}

const struct scap_writer_stats *scap_store_stats(const struct scap_store *s)
{
	return &s->stats;
}

/*
 * All of @len bytes. A pipe that nobody empties for PIPE_PATIENCE_MS is given up
 * (-ETIMEDOUT): its reader may be the very program that waits for us.
 */
static int write_all(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			if (poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, PIPE_PATIENCE_MS) == 0)
				return -ETIMEDOUT;
			continue;
		}
		if (n <= 0)
			return n ? -errno : -ENOSPC;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Appends @a and @b, both or (on a file that can be cut) neither. */
static int append(struct scap_store *s, const void *a, size_t alen, const void *b, size_t blen,
		  struct scap_error *err)
{
	int ret = write_all(s->fd, a, alen);

	if (!ret)
		ret = write_all(s->fd, b, blen);
	if (!ret) {
		s->position += alen + blen;
		s->stats.file_bytes = s->position;
		return 0;
	}
	/* Best effort: a reader finds the last whole block without it, too. */
	if (ftruncate(s->fd, (off_t)s->position) < 0)
		errno = 0;
	return scap_fail(err, -ret, "%s: %s; the trace ends behind event %llu and can be read up to there",
			 s->name, ret == -ETIMEDOUT ? "nobody reads from this pipe" : strerror(-ret), (unsigned long long)s->stats.events);
}

int scap_store_header(struct scap_store *s, const void *bytes, size_t size, uint64_t seed,
		      struct scap_error *err)
{
	s->seed = seed;
	s->codec = scap_blockcodec_new(seed);
	if (!s->codec)
		return scap_fail(err, ENOMEM, "%s: no memory", s->name);
	return append(s, bytes, size, NULL, 0, err);
}

static struct scap_disk_index *index_slot(struct scap_store *s)
{
	if (s->nindex == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 256;
		struct scap_disk_index *index = realloc(s->index, cap * sizeof(*index));

		if (!index)
			return NULL;
		s->index = index;
		s->cap = cap;
	}
	return &s->index[s->nindex];
}

static int append_block(struct scap_store *s, struct scap_disk_block *head, const void *raw,
			int level, struct scap_error *err)
{
	const void *stored;
	size_t room;

	head->first_event = s->stats.events + 1;
	scap_block_seal(s->codec, head, raw, level, &stored, &room);
	return append(s, head, sizeof(*head), stored, room, err);
}

static void count_block(struct scap_writer_stats *stats, const struct scap_disk_block *head)
{
	stats->blocks++;
	stats->blocks_raw += !head->codec;
	stats->events += head->events;
	if (head->kind == SCAP_BLOCK_EVENTS)
		stats->raw_bytes += head->raw;
	else
		stats->content_bytes += head->raw;
}

int scap_store_block(struct scap_store *s, struct scap_disk_block *head, const void *raw,
		     int level, struct scap_error *err)
{
	struct scap_disk_index *entry = index_slot(s);
	int ret;

	if (!entry)
		return scap_fail(err, ENOMEM, "%s: no memory for the index; the trace ends behind event %llu",
				 s->name, (unsigned long long)s->stats.events);
	*entry = (struct scap_disk_index){
		.position = s->position,
		.first_event = s->stats.events + 1,
		.object = head->object,
		.offset = head->offset,
		.raw = head->raw,
		.kind = head->kind,
	};
	ret = append_block(s, head, raw, level, err);
	if (ret)
		return ret;
	s->nindex++;
	count_block(&s->stats, head);
	return 0;
}

static int append_index(struct scap_store *s, struct scap_error *err)
{
	const size_t most = SCAP_BLOCK_RAW_MAX / sizeof(*s->index);
	int ret = 0;

	for (size_t i = 0; i < s->nindex && !ret; i += most) {
		size_t n = s->nindex - i < most ? s->nindex - i : most;
		struct scap_disk_block head = {
			.kind = SCAP_BLOCK_INDEX,
			.raw = (uint32_t)(n * sizeof(*s->index)),
		};

		ret = append_block(s, &head, s->index + i, 1, err);
	}
	return ret;
}

int scap_store_finish(struct scap_store *s, struct scap_error *err)
{
	struct scap_disk_footer f = {
		.magic = SCAP_FOOTER_MAGIC,
		.events = s->stats.events,
		.blocks = s->stats.blocks,
		.raw_bytes = s->stats.raw_bytes,
		.content_bytes = s->stats.content_bytes,
		.position = s->position,
	};
	int ret = append_index(s, err);

	if (ret)
		return ret;
	f.hash = scap_footer_hash(&f, s->seed);
	return append(s, &f, sizeof(f), NULL, 0, err);
}
