// SPDX-License-Identifier: GPL-2.0
/*
 * What mappings show: MAP records, identities of files, and contents that no
 * identity can hold (deleted, in memory only, writable, just changed).
 */
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "recorder/ptrace-backend.h"

/* A file that changed so shortly before the start may change again unseen: within one tick. */
#define FRESH_NS 20000000ull
/* Files up to here are stored whole, larger ones as far as they are mapped. */
#define WHOLE_MAX (64ull << 20)

/* Hash of a file's whole content, taken once while it stays as it is. */
struct file_hash {
	struct file_hash *next;
	struct scap_file_id id;
};

/*
 * A file to be mapped.
 * @fd: open for reading, or -1
 */
struct file {
	int fd;
	struct stat st;
	bool in_memory;		/* tmpfs, memfd and their kin */
	char path[4096];
};

static uint64_t ns_of(struct timespec ts)
{
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

static struct scap_file_id id_of(const struct stat *st)
{
	return (struct scap_file_id){
		.dev = st->st_dev, .ino = st->st_ino, .size = (uint64_t)st->st_size,
		.mtime_ns = ns_of(st->st_mtim), .ctime_ns = ns_of(st->st_ctim),
	};
}

/* ---- files ---- */

static bool lives_in_memory(int fd)
{
	struct statfs fs;

	if (fstatfs(fd, &fs))
		return true;
	return fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC ||
	       fs.f_type == HUGETLBFS_MAGIC;
}

/* Opens @path (a magic link or a path below /proc/PID/root); the name shown is @name. */
static bool file_open(struct file *f, const char *path, const char *name)
{
	f->fd = -1;
	if (stat(path, &f->st))
		return false;
	snprintf(f->path, sizeof(f->path), "%s", name);
	if (!S_ISREG(f->st.st_mode))
		return true;
	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	f->in_memory = f->fd >= 0 && lives_in_memory(f->fd);
	return true;
}

static void file_close(struct file *f)
{
	if (f->fd >= 0)
		close(f->fd);
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

/* The file's identity with the hash of its content. */
static struct scap_file_id identify(struct recording *rec, const struct file *f)
{
	struct scap_file_id id = id_of(&f->st);
	struct file_hash *h;

	for (h = rec->hashes; h; h = h->next)
		if (same_version(&h->id, &id))
			return h->id;
	if (f->fd < 0)
		return id;
	id.hash = hash_content(rec, f->fd);
	h = malloc(sizeof(*h));
	if (h) {
		h->id = id;
		h->next = rec->hashes;
		rec->hashes = h;
	}
	return id;
}

/* Whether the file will still have this content when the trace is replayed, as far as one can know. */
static bool identity_holds(const struct recording *rec, const struct file *f)
{
	uint64_t fresh = rec->start_ns - FRESH_NS;

	return f->fd >= 0 && f->st.st_nlink && !f->in_memory &&
	       ns_of(f->st.st_mtim) < fresh && ns_of(f->st.st_ctim) < fresh;
}

/* ---- objects ---- */

/* The object for @dev/@ino; unshared ones only while the file is what it was. */
static struct object *object_for(struct recording *rec, const struct scap_file_id *id, bool shared)
{
	struct object *o;

	for (o = rec->objects; o; o = o->next) {
		if (o->dev != id->dev || o->ino != id->ino)
			continue;
		if ((o->shared && shared) || (o->ctime_ns == id->ctime_ns && o->size == id->size)) {
			o->shared |= shared;
			return o;
		}
	}
	o = calloc(1, sizeof(*o));
	if (!o)
		abort();
	*o = (struct object){
		.next = rec->objects, .number = ++rec->last_object, .dev = id->dev,
		.ino = id->ino, .shared = shared, .ctime_ns = id->ctime_ns, .size = id->size,
	};
	rec->objects = o;
	return o;
}

static void store_range(struct recording *rec, const struct object *o, int fd, uint64_t from,
			uint64_t to)
{
	while (from < to) {
		uint64_t want = to - from < SCRATCH_SIZE ? to - from : SCRATCH_SIZE;
		ssize_t n = pread(fd, rec->scratch, want, (off_t)from);

		if (n <= 0)
			break;
		scap_writer_content(rec->w, o->number, from, rec->scratch, (size_t)n);
		from += (uint64_t)n;
	}
}

/* Puts what a mapping of @len bytes at @offset shows into the trace, once. */
static void store_content(struct recording *rec, struct object *o, const struct file *f,
			  uint64_t offset, uint64_t len)
{
	uint64_t size = (uint64_t)f->st.st_size;

	if (size <= WHOLE_MAX) {
		offset = 0;
		len = size;
	}
	if (o->stored && o->stored_from <= offset && offset + len <= o->stored_to)
		return;
	store_range(rec, o, f->fd, offset, offset + len);
	o->stored = true;
	o->stored_from = offset;
	o->stored_to = offset + len;
}

/* The same from the tracee's memory, for what cannot be opened (System V segments, other roots). */
static void store_memory(struct task *k, struct object *o, const struct scap_ev_map *map)
{
	struct recording *rec = k->rec;
	uint64_t done = 0;

	while (done < map->len) {
		uint64_t want = map->len - done < SCRATCH_SIZE ? map->len - done : SCRATCH_SIZE;
		ssize_t n = tracee_read_some(&k->t, map->addr + done, rec->scratch, want);

		if (n <= 0)
			break;
		scap_writer_content(rec->w, o->number, map->offset + done, rec->scratch, (size_t)n);
		done += (uint64_t)n;
	}
	o->stored = true;
}

/* ---- MAP records ---- */

static void write_map(struct task *k, const struct scap_ev_map *map, const char *path)
{
	struct scap_ev_map *e;
	struct emit m;
	struct scap_event h;

	e = emit_open(&m, k, SCAP_EV_MAP);
	h = e->h;
	*e = *map;
	e->h = h;
	if (path && path[0])
		emit_text(&m, SCAP_SPAN_PATH, path);
	emit_close(&m);
}

/*
 * A mapping of @f: decides how its content is kept. @may_change: the recorded
 * programs, or others, can write to it while it is mapped.
 */
static void map_file(struct task *k, struct scap_ev_map *map, const struct file *f, bool may_change)
{
	struct recording *rec = k->rec;
	bool shared = map->flags & MAP_SHARED;
	struct object *o;

	map->source = SCAP_MAP_FILE;
	if (!may_change && identity_holds(rec, f)) {
		map->file = identify(rec, f);
		o = object_for(rec, &map->file, shared);
	} else {
		map->source = SCAP_MAP_STORED;
		map->file = id_of(&f->st);
		o = object_for(rec, &map->file, shared);
		if (f->fd >= 0)
			store_content(rec, o, f, map->offset, map->len);
		else
			store_memory(k, o, map);
	}
	map->object = o->number;
	write_map(k, map, f->path);
}

static uint32_t special_source(const char *path)
{
	static const struct { const char *path; uint32_t source; } special[] = {
		{ "[stack]", SCAP_MAP_STACK }, { "[heap]", SCAP_MAP_HEAP },
		{ "[vdso]", SCAP_MAP_VDSO }, { "[vvar]", SCAP_MAP_VVAR },
		{ "[vvar_vclock]", SCAP_MAP_VVAR }, { "[vsyscall]", SCAP_MAP_VSYSCALL },
	};

	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (!strcmp(path, special[i].path))
			return special[i].source;
	return SCAP_MAP_ANON;
}

static bool is_file(const struct tracee_map *map)
{
	return map->ino || map->path[0] == '/';
}

/* A file known only by its line in /proc/PID/maps. */
static void map_line(struct task *k, const struct tracee_map *line, struct scap_ev_map *map)
{
	struct file f = { .fd = -1 };
	char path[4200];
	bool found;

	snprintf(path, sizeof(path), "/proc/%d/root%s", k->t.pid, line->path);
	found = file_open(&f, path, line->path) &&
		f.st.st_dev == makedev(line->dev_major, line->dev_minor) &&
		f.st.st_ino == line->ino;
	if (!found) {
		file_close(&f);
		memset(&f.st, 0, sizeof(f.st));
		f.fd = -1;
		f.st.st_dev = makedev(line->dev_major, line->dev_minor);
		f.st.st_ino = line->ino;
		snprintf(f.path, sizeof(f.path), "%s", line->path);
	}
	map_file(k, map, &f, line->shared);
	file_close(&f);
}

void maps_image(struct task *k, const struct tracee_map *line)
{
	struct scap_ev_map map = {
		.addr = line->start, .len = line->end - line->start, .offset = line->offset,
		.prot = line->prot, .flags = line->shared ? MAP_SHARED : MAP_PRIVATE,
	};

	if (is_file(line)) {
		map_line(k, line, &map);
		return;
	}
	map.source = special_source(line->path);
	map.offset = 0;
	map.flags |= MAP_ANONYMOUS;
	if (map.source == SCAP_MAP_STACK)
		map.flags |= MAP_GROWSDOWN;
	write_map(k, &map, NULL);
}

void maps_identify_exe(struct task *k, struct scap_file_id *id)
{
	struct file f = { .fd = -1 };
	char path[40];

	snprintf(path, sizeof(path), "/proc/%d/exe", k->t.pid);
	if (file_open(&f, path, ""))
		*id = identify(k->rec, &f);
	file_close(&f);
}

/* ---- after a call ---- */

struct finding {
	uint64_t addr;
	struct tracee_map *map;
};

static int find_line(void *ctx, const struct tracee_map *map)
{
	struct finding *f = ctx;

	if (f->addr < map->start || f->addr >= map->end)
		return 0;
	*f->map = *map;
	return 1;
}

/* Shared memory that has no descriptor: /dev/zero's inode, a System V segment, a moved mapping. */
static void map_found(struct task *k, uint64_t addr, uint64_t len)
{
	struct tracee_map *line = malloc(sizeof(*line));
	struct finding f = { .addr = addr, .map = line };

	if (line && tracee_maps(&k->t, find_line, &f) == 1 && is_file(line)) {
		struct scap_ev_map map = {
			.addr = addr, .len = len ? len : line->end - addr,
			.offset = line->offset + (addr - line->start), .prot = line->prot,
			.flags = line->shared ? MAP_SHARED : MAP_PRIVATE,
		};

		k->space->shared_writable |= line->shared;
		map_line(k, line, &map);
	}
	free(line);
}

static bool is_dev_zero(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 5);
}

/* Whether the descriptor was opened for writing: others may change what it maps. */
static bool opened_writable(pid_t pid, int fd)
{
	char path[48], line[64];
	unsigned int flags = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", pid, fd);
	f = fopen(path, "re");
	if (!f)
		return true;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "flags: %o", &flags) == 1)
			break;
	fclose(f);
	return (flags & O_ACCMODE) != O_RDONLY;
}

static void after_mmap(struct task *k)
{
	const __u64 *a = k->call.args;
	bool shared = (a[3] & MAP_TYPE) != MAP_PRIVATE;
	struct scap_ev_map map = {
		.addr = (uint64_t)k->call.result, .len = a[1], .offset = a[5],
		.prot = (uint32_t)a[2], .flags = (uint32_t)a[3],
	};
	struct file f = { .fd = -1 };
	char path[48], name[4096];
	ssize_t n;

	if (a[3] & MAP_ANONYMOUS) {
		if (shared)
			map_found(k, map.addr, map.len);
		return;
	}
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", k->t.pid, (int)a[4]);
	n = readlink(path, name, sizeof(name) - 1);
	name[n > 0 ? n : 0] = 0;
	if (!file_open(&f, path, name) || is_dev_zero(&f.st)) {
		if (shared)
			map_found(k, map.addr, map.len);
		return;
	}
	if (shared)
		k->space->shared_writable = true;
	map_file(k, &map, &f, opened_writable(k->t.pid, (int)a[4]));
	file_close(&f);
}

void maps_after_call(struct task *k)
{
	const struct scap_call *c = &k->call;

	if (c->result < 0 && c->result > -4096)
		return;
	switch (c->nr) {
	case SYS_mmap:
		after_mmap(k);
		break;
	case SYS_mremap:
		map_found(k, (uint64_t)c->result, c->args[2]);
		break;
	case SYS_shmat:
		map_found(k, (uint64_t)c->result, 0);
		break;
	}
}

void maps_release(struct recording *rec)
{
	struct file_hash *h;
	struct object *o;

	while ((h = rec->hashes)) {
		rec->hashes = h->next;
		free(h);
	}
	while ((o = rec->objects)) {
		rec->objects = o->next;
		free(o);
	}
}
