// SPDX-License-Identifier: GPL-2.0
/*
 * Files whose content is in the trace: deleted ones, memfds, shared memory,
 * whatever was written while it was mapped. Each is a memory file of ours, so
 * that all mappings of one object show the same bytes and nothing outside
 * ever changes.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "replay.h"

struct content {
	struct content *next;
	uint64_t object;
	int fd;
	char name[200];
};

struct contents {
	struct content *first;
};

struct contents *contents_new(void)
{
	return calloc(1, sizeof(struct contents));
}

void contents_free(struct contents *contents)
{
	struct content *c, *next;

	if (!contents)
		return;
	for (c = contents->first; c; c = next) {
		next = c->next;
		close(c->fd);
		free(c);
	}
	free(contents);
}

static struct content *find(struct session *s, uint64_t object)
{
	struct content *c;

	for (c = s->contents->first; c && c->object != object; c = c->next)
		;
	return c;
}

static int write_all(int fd, const char *bytes, size_t len, uint64_t offset)
{
	while (len) {
		ssize_t n = pwrite(fd, bytes, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -ENOSPC;
		bytes += n;
		len -= (size_t)n;
		offset += (uint64_t)n;
	}
	return 0;
}

/* Copies the stored content; an object that has none is zeros. */
static int fill(struct session *s, int fd, uint64_t object)
{
	static char buf[1 << 16];
	struct scap_error err;
	uint64_t offset = 0;
	ssize_t n;

	for (;;) {
		n = scap_reader_content(s->reader, object, offset, buf, sizeof(buf), &err);
		if (n == -ENOENT && !offset)
			return 0;
		if (n < 0)
			return session_fail(s, err.code ? err.code : EIO, "%s", err.text);
		if (!n)
			return 0;
		if (write_all(fd, buf, (size_t)n, offset))
			return session_fail(s, errno, "no memory for the content of file %llu of "
					    "the trace: %s", (unsigned long long)object,
					    strerror(errno));
		offset += (uint64_t)n;
	}
}

/* Makes the file at least @size long. */
static int extend(struct session *s, int fd, uint64_t size)
{
	off_t now = lseek(fd, 0, SEEK_END);

	if (now >= 0 && ((uint64_t)now >= size || !ftruncate(fd, (off_t)size)))
		return 0;
	return session_fail(s, errno, "no memory for a file of %llu bytes: %s",
			    (unsigned long long)size, strerror(errno));
}

/* Last part of the original's name, for whoever looks at the maps; memfd_create(2) takes 249 bytes. */
static void content_name(const struct scap_ev_map *m, char *name, size_t size)
{
	const struct scap_span *span = scap_span_find(&m->h, SCAP_SPAN_PATH, SCAP_ARG_NONE);
	const char *path = span ? scap_span_bytes(span) : "scap-content", *slash;
	size_t len = span ? span->stored : strlen(path);

	slash = memrchr(path, '/', len);
	if (slash) {
		len -= (size_t)(slash + 1 - path);
		path = slash + 1;
	}
	if (len >= size)
		len = size - 1;
	memcpy(name, path, len);
	name[len] = 0;
}

static struct content *add(struct session *s, const struct scap_ev_map *m)
{
	struct content *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	content_name(m, c->name, sizeof(c->name));
	c->object = m->object;
	c->fd = memfd_create(c->name, MFD_CLOEXEC);
	if (c->fd < 0) {
		free(c);
		return NULL;
	}
	c->next = s->contents->first;
	s->contents->first = c;
	return c;
}

int contents_open(struct session *s, const struct scap_ev_map *m, int *fd)
{
	struct content *c = find(s, m->object);
	/* An object without a file behind it is as long as what is mapped of it. */
	uint64_t size = m->source == SCAP_MAP_STORED ? m->file.size : m->offset + m->len;
	int err;

	if (!c) {
		c = add(s, m);
		if (!c)
			return session_fail(s, errno, "no memory file for object %llu: %s",
					    (unsigned long long)m->object, strerror(errno));
		err = fill(s, c->fd, m->object);
		if (err)
			return err;
	}
	*fd = c->fd;
	return extend(s, c->fd, size);
}

int contents_named(const struct contents *contents, const char *mapped)
{
	const struct content *c;
	size_t len;

	if (strncmp(mapped, "/memfd:", strlen("/memfd:")) != 0)
		return -1;
	mapped += strlen("/memfd:");
	for (c = contents->first; c; c = c->next) {
		len = strlen(c->name);
		if (!strncmp(mapped, c->name, len) && (!mapped[len] || mapped[len] == ' '))
			return c->fd;
	}
	return -1;
}

int contents_write(struct session *s, const struct scap_ev_file *e)
{
	struct content *c = find(s, e->object);
	const struct scap_span *span = NULL;
	int err = 0;

	s->files_written = true;
	if (!c)
		return session_fail(s, EUCLEAN, "the trace writes to file object %llu that nothing "
				    "maps", (unsigned long long)e->object);
	while (!err && (span = scap_span_next(&e->h, span)))
		if (span->kind == SCAP_SPAN_FILE)
			err = write_all(c->fd, scap_span_bytes(span), span->stored, span->addr);
	if (!err && ftruncate(c->fd, (off_t)e->size))
		err = -errno;
	return err ? session_fail(s, -err, "cannot change file object %llu: %s",
				  (unsigned long long)e->object, strerror(-err)) : 0;
}

/* Whether what @m shows is a copy of ours. */
static bool is_content(const struct scap_ev_map *m)
{
	return m->object && m->source != SCAP_MAP_FILE;
}

int contents_expect(struct session *s, const struct scap_ev_map *m)
{
	int fd;

	return is_content(m) ? contents_open(s, m, &fd) : 0;
}

int mapping_open(struct session *s, const struct scap_ev_map *m, int *fd)
{
	const struct scap_span *path = scap_span_find(&m->h, SCAP_SPAN_PATH, SCAP_ARG_NONE);
	char name[4096];

	*fd = -1;
	if (is_content(m))
		return contents_open(s, m, fd);
	if (m->source != SCAP_MAP_FILE)
		return 0;
	if (!path || path->stored >= sizeof(name))
		return session_fail(s, EUCLEAN, "the trace maps a file without a path");
	memcpy(name, scap_span_bytes(path), path->stored);
	name[path->stored] = 0;
	return files_open(s, name, &m->file, fd);
}
