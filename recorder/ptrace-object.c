// SPDX-License-Identifier: GPL-2.0
/* Files and other memory objects: see ptrace-object.h. */
#include <elf.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "recorder/hash-cache.h"
#include "recorder/ptrace-object.h"

/* Files up to here are stored whole, larger ones as far as they are mapped. */
#define WHOLE_MAX (64ull << 20)
/* Files that are no programs are stored up to here even if their identity would hold. */
#define SMALL_MAX (256 << 10)

/* Hash of a file's whole content. */
struct file_hash {
	struct file_hash *next;
	struct scap_file_id id;
};

static uint64_t ns_of(struct timespec ts)
{
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

struct scap_file_id file_id(const struct stat *st)
{
	return (struct scap_file_id){
		.dev = st->st_dev, .ino = st->st_ino, .size = (uint64_t)st->st_size,
		.mtime_ns = ns_of(st->st_mtim), .ctime_ns = ns_of(st->st_ctim),
	};
}

/* ---- files ---- */

/* Of an open file: what its file system means for us. */
static void look_at_file_system(struct file *f)
{
	struct statfs fs;
	bool known = !fstatfs(f->fd, &fs);

	f->in_memory = !known || fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC ||
		       fs.f_type == HUGETLBFS_MAGIC;
	f->stacked = known && fs.f_type == OVERLAYFS_SUPER_MAGIC;
}

bool file_is_stacked(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == OVERLAYFS_SUPER_MAGIC;
}

bool file_stat(const char *path, struct stat *st)
{
	struct statx x;

	if (statx(AT_FDCWD, path, AT_STATX_DONT_SYNC, STATX_BASIC_STATS, &x))
		return false;
	*st = (struct stat){
		.st_dev = makedev(x.stx_dev_major, x.stx_dev_minor), .st_ino = x.stx_ino,
		.st_rdev = makedev(x.stx_rdev_major, x.stx_rdev_minor), .st_mode = x.stx_mode,
		.st_nlink = x.stx_nlink, .st_size = (off_t)x.stx_size,
		.st_mtim = { x.stx_mtime.tv_sec, x.stx_mtime.tv_nsec },
		.st_ctim = { x.stx_ctime.tv_sec, x.stx_ctime.tv_nsec },
	};
	return true;
}

bool file_look(struct file *f, const char *path, const char *name)
{
	f->fd = -1;
	f->in_memory = f->stacked = f->served = false;
	snprintf(f->path, sizeof(f->path), "%s", name);
	snprintf(f->reach, sizeof(f->reach), "%s", path);
	return file_stat(path, &f->st);
}

bool file_look_fd(struct file *f, struct task *k, int fd)
{
	char path[48], name[4096];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", k->t.tid, fd);
	n = readlink(path, name, sizeof(name) - 1);
	name[n > 0 ? n : 0] = 0;
	return file_look(f, path, name);
}

void file_open(struct file *f)
{
	if (f->fd >= 0 || f->served || !S_ISREG(f->st.st_mode))
		return;
	f->fd = open(f->reach, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (f->fd >= 0)
		look_at_file_system(f);
}

void file_close(struct file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

static uint64_t hash_content(struct recording *rec, int fd)
{
	uint64_t at = 0;
	ssize_t n;

	XXH64_reset(rec->hash, 0);
	while ((n = pread(fd, rec->scratch, SCRATCH_SIZE, (off_t)at)) > 0) {
		XXH64_update(rec->hash, rec->scratch, (size_t)n);
		at += (uint64_t)n;
	}
	return n < 0 ? 0 : XXH64_digest(rec->hash);
}

static bool same_version(const struct scap_file_id *a, const struct scap_file_id *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       a->ctime_ns == b->ctime_ns;
}

struct scap_file_id file_identify(struct recording *rec, struct file *f)
{
	struct scap_file_id id = file_id(&f->st);
	struct file_hash *h;

	if (f->served) {
		/* whatever it is served as now: another time it is something else */
		id.hash = f->fd < 0 ? 0 : hash_content(rec, f->fd);
		return id;
	}
	for (h = rec->hashes; h; h = h->next)
		if (same_version(&h->id, &id))
			return h->id;
	if (!rec->hash_cache_tried)
		rec->hash_cache = hash_cache_open();
	rec->hash_cache_tried = true;
	if (!hash_cache_find(rec->hash_cache, &id)) {
		file_open(f);
		if (f->fd < 0)
			return id;
		id.hash = hash_content(rec, f->fd);
		if (id.hash)
			hash_cache_keep(rec->hash_cache, &id);
	}
	h = malloc(sizeof(*h));
	if (h) {
		h->id = id;
		h->next = rec->hashes;
		rec->hashes = h;
	}
	return id;
}

static bool is_program(const struct file *f)
{
	char magic[SELFMAG];

	return pread(f->fd, magic, SELFMAG, 0) == SELFMAG && !memcmp(magic, ELFMAG, SELFMAG);
}

/*
 * What changes while we record is likely to change again, or to be removed. So
 * are caches and tables, which whoever installs a package writes anew; programs
 * and libraries are wanted under their names, by debuggers.
 */
bool file_identity_holds(const struct recording *rec, struct file *f)
{
	file_open(f);
	return f->fd >= 0 && f->st.st_nlink && !f->in_memory &&
	       ns_of(f->st.st_mtim) < rec->start_ns && ns_of(f->st.st_ctim) < rec->start_ns &&
	       (f->st.st_size > SMALL_MAX || is_program(f));
}

/* ---- objects ---- */

struct object *object_find(struct recording *rec, uint64_t dev, uint64_t ino)
{
	struct object *o = rec->objects;

	while (o && (o->id.dev != dev || o->id.ino != ino))
		o = o->next;
	return o;
}

struct object *object_new(struct recording *rec, const struct scap_file_id *id, uint32_t source)
{
	struct object *o = alloc_zeroed(1, sizeof(*o));

	*o = (struct object){
		.next = rec->objects, .number = ++rec->last_object, .source = source, .id = *id,
		.now_ctime_ns = id->ctime_ns, .now_size = id->size,
	};
	rec->objects = o;
	return o;
}

bool object_is_current(const struct object *o, const struct scap_file_id *id)
{
	return o->now_ctime_ns == id->ctime_ns && o->now_size == id->size;
}

static void store_range(struct recording *rec, const struct object *o, int fd, uint64_t from,
			uint64_t to)
{
	while (from < to) {
		/* holes read as zeros, which is what was never stored reads as */
		off_t data = lseek(fd, (off_t)from, SEEK_DATA);
		uint64_t want;
		ssize_t n;

		if (data < 0 && errno == ENXIO)
			break;
		if (data > 0 && (uint64_t)data > from)
			from = (uint64_t)data;
		if (from >= to)
			break;
		want = to - from < SCRATCH_SIZE ? to - from : SCRATCH_SIZE;
		n = pread(fd, rec->scratch, want, (off_t)from);
		if (n <= 0)
			break;
		scap_writer_content(rec->w, o->number, from, rec->scratch, (size_t)n);
		from += (uint64_t)n;
	}
}

bool object_stored_whole(const struct stat *st)
{
	return (uint64_t)st->st_size <= WHOLE_MAX;
}

void object_store_file(struct recording *rec, struct object *o, struct file *f,
		       uint64_t offset, uint64_t len)
{

	/* once known it is followed by FILE records: what it has become since must not go in */
	if (o->whole)
		return;
	if (object_stored_whole(&f->st) && !o->stored) {
		o->whole = true;
		offset = 0;
		len = (uint64_t)f->st.st_size;
	}
	if (o->stored && o->stored_from <= offset && offset + len <= o->stored_to)
		return;
	file_open(f);
	if (f->fd < 0)
		return;
	store_range(rec, o, f->fd, offset, offset + len);
	o->stored = true;
	o->stored_from = offset;
	o->stored_to = offset + len;
}

void object_store_memory(struct task *k, struct object *o, uint64_t addr, uint64_t offset,
			 uint64_t len)
{
	struct recording *rec = k->rec;
	uint64_t done = 0;

	while (done < len) {
		uint64_t want = len - done < SCRATCH_SIZE ? len - done : SCRATCH_SIZE;
		ssize_t n = tracee_read_some(&k->t, addr + done, rec->scratch, want);

		if (n <= 0)
			break;
		scap_writer_content(rec->w, o->number, offset + done, rec->scratch, (size_t)n);
		done += (uint64_t)n;
	}
	o->stored = true;
}

void maps_release(struct recording *rec)
{
	struct file_hash *h;
	struct object *o;

	while ((h = rec->hashes)) {
		rec->hashes = h->next;
		free(h);
	}
	if (rec->hash_cache_tried && rec->hash_cache >= 0)
		close(rec->hash_cache);
	while ((o = rec->objects)) {
		rec->objects = o->next;
		free(o);
	}
}
