// SPDX-License-Identifier: GPL-2.0
/*
 * Files that the trace knows by identity: found under their recorded path,
 * checked by size and content, kept open for the mappings to come. A file that
 * is not the recorded one ends the session before a byte of it is mapped.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <xxhash.h>

#include "replay.h"

/* One checked file. */
struct file {
	struct file *next;
	struct scap_file_id id;
	int fd;
	char path[];
};

struct files {
	struct file *first;
};

struct files *files_new(void)
{
	return calloc(1, sizeof(struct files));
}

void files_free(struct files *files)
{
	struct file *f, *next;

	if (!files)
		return;
	for (f = files->first; f; f = next) {
		next = f->next;
		close(f->fd);
		free(f);
	}
	free(files);
}

static uint64_t nanoseconds(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec;
}

/* The very inode, unchanged since: what it holds needs no second look. */
static bool same_inode(const struct stat *st, const struct scap_file_id *id)
{
	return st->st_dev == id->dev && st->st_ino == id->ino &&
	       (uint64_t)st->st_size == id->size && nanoseconds(&st->st_mtim) == id->mtime_ns &&
	       nanoseconds(&st->st_ctim) == id->ctime_ns;
}

static int hash_file(int fd, uint64_t size, uint64_t *hash)
{
	void *bytes;

	if (!size) {
		*hash = XXH64(NULL, 0, 0);
		return 0;
	}
	bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return -errno;
	*hash = XXH64(bytes, size, 0);
	munmap(bytes, size);
	return 0;
}

/* Ends the session unless @fd is the recorded file. */
static int check(struct session *s, const char *path, int fd, const struct scap_file_id *id)
{
	struct stat st;
	uint64_t hash = 0;
	int err;

	if (fstat(fd, &st))
		return session_fail(s, errno, "%s: %s", path, strerror(errno));
	if (same_inode(&st, id))
		return 0;
	if ((uint64_t)st.st_size != id->size)
		return session_fail(s, ESTALE, "%s is not the recorded file: it had %llu bytes, now "
				    "it has %llu; replay needs the same file",
				    path, (unsigned long long)id->size,
				    (unsigned long long)st.st_size);
	err = hash_file(fd, id->size, &hash);
	if (err)
		return session_fail(s, -err, "%s: cannot read it: %s", path, strerror(-err));
	if (id->hash ? hash != id->hash : nanoseconds(&st.st_mtim) != id->mtime_ns)
		return session_fail(s, ESTALE, "%s is not the recorded file: its content was "
				    "xxh64:%016llx, now it is xxh64:%016llx; replay needs the same file",
				    path, (unsigned long long)id->hash, (unsigned long long)hash);
	return 0;
}

int files_open(struct session *s, const char *path, const struct scap_file_id *id, int *fd)
{
	struct file *f;
	size_t len = strlen(path) + 1;
	int err;

	for (f = s->files->first; f; f = f->next)
		if (!strcmp(f->path, path) && !memcmp(&f->id, id, sizeof(*id))) {
			*fd = f->fd;
			return 0;
		}
	f = malloc(sizeof(*f) + len);
	if (!f)
		return session_fail(s, ENOMEM, "%s: no memory", path);
	memcpy(f->path, path, len);
	f->id = *id;
	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (f->fd < 0) {
		err = session_fail(s, errno, "%s: %s; the recorded program had it mapped, replay "
				   "needs it", path, strerror(errno));
		free(f);
		return err;
	}
	err = check(s, path, f->fd, id);
	if (err) {
		close(f->fd);
		free(f);
		return err;
	}
	f->next = s->files->first;
	s->files->first = f;
	*fd = f->fd;
	return 0;
}
