// SPDX-License-Identifier: GPL-2.0
/*
 * What mappings show: MAP records, and the choice how the content is kept: by
 * the file's identity, or in the trace where that cannot hold it (deleted, in
 * memory only, writable, changed while we record).
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "recorder/ptrace-object.h"

/* ---- looking things up ---- */

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

/* The line of /proc/PID/maps that holds @addr. */
static bool find_map(struct task *k, uint64_t addr, struct tracee_map *line)
{
	struct finding f = { .addr = addr, .map = line };

	return tracee_maps(&k->t, find_line, &f) == 1;
}

/* Whether the descriptor was opened for writing: others may change what it maps. */
static bool opened_writable(pid_t pid, int fd)
{
	char path[48];
	struct stat st;

	/* the link's own mode says how (proc(5)) */
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	return lstat(path, &st) || st.st_mode & S_IWUSR;
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

/* ---- is the object still in use? ---- */

/* A file, and whether lines of /proc/PID/maps name its device as stat(2) does. */
struct inode {
	uint64_t dev, ino;
	bool stacked;
};

static bool shows(const struct tracee_map *line, const struct inode *i)
{
	return line->ino == i->ino &&
	       (i->stacked || makedev(line->dev_major, line->dev_minor) == i->dev);
}

struct usage {
	struct inode inode;
	uint64_t except_start, except_end; /* the mapping just made */
	bool except;
};

static int uses_object(void *ctx, const struct tracee_map *map)
{
	const struct usage *u = ctx;

	if (!shows(map, &u->inode))
		return 0;
	return !(u->except && map->start >= u->except_start && map->end <= u->except_end);
}

/* Whether a recorded process maps @o, apart from the mapping @map of @k. */
static bool is_mapped(struct task *k, const struct object *o, const struct scap_ev_map *map)
{
	struct recording *rec = k->rec;
	struct usage u = {
		.inode = { o->id.dev, o->id.ino, o->stacked }, .except_start = map->addr,
		.except_end = (map->addr + map->len + rec->page_size - 1) & ~(rec->page_size - 1ull),
	};

	for (unsigned int i = 0; i < TASK_BUCKETS; i++)
		for (struct task *t = rec->tasks[i]; t; t = t->next) {
			if (t->t.tid != t->t.pid || t->state == TASK_DYING)
				continue;
			u.except = t->space == k->space;
			if (tracee_maps(&t->t, uses_object, &u) == 1)
				return true;
		}
	return false;
}

/* ---- who else sees it? ---- */

/*
 * Memory that other processes see too.
 * @writable: the task that has just mapped it may write to it
 */
struct sharing {
	struct inode inode;
	bool writable;
};

static int shares(void *ctx, const struct tracee_map *map)
{
	const struct sharing *s = ctx;

	return map->shared && shows(map, &s->inode) && (s->writable || map->prot & PROT_WRITE);
}

/* A domain other than @k's of which a process shares @s. */
static struct domain *domain_of_sharer(struct task *k, struct sharing *s)
{
	struct recording *rec = k->rec;

	for (unsigned int i = 0; i < TASK_BUCKETS; i++)
		for (struct task *t = rec->tasks[i]; t; t = t->next) {
			if (t->t.tid != t->t.pid || t->state == TASK_DYING || !t->domain ||
			    t->domain == k->domain || tracee_maps(&t->t, shares, s) != 1)
				continue;
			/* what one of them forks from now on shares it as well */
			t->space->shared_writable = k->space->shared_writable = true;
			return t->domain;
		}
	return NULL;
}

/* Only of a file system that answers by itself. */
static bool is_stacked(struct task *k, const char *path, const struct stat *st)
{
	return !served_device(k, st->st_dev) && file_is_stacked(path);
}

/* What the mmap or shmat just made has mapped shared; false: nothing. */
static bool shared_by_call(struct task *k, struct sharing *s)
{
	const __u64 *a = k->call.args;
	struct tracee_map *line;
	struct stat st;
	char path[48];
	bool found;

	if (k->call.nr == SYS_mmap) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", k->t.tid, (int)a[4]);
		if (a[3] & MAP_ANONYMOUS || (a[3] & MAP_TYPE) == MAP_PRIVATE ||
		    !file_stat(path, &st))
			return false;
		*s = (struct sharing){ { st.st_dev, st.st_ino, is_stacked(k, path, &st) },
				       opened_writable(k->t.tid, (int)a[4]) };
		return true;
	}
	if (k->call.nr != SYS_shmat)
		return false;
	line = alloc_zeroed(1, sizeof(*line));
	found = find_map(k, (uint64_t)k->call.result, line);
	if (found)
		*s = (struct sharing){ { makedev(line->dev_major, line->dev_minor), line->ino, false },
				       line->prot & PROT_WRITE };
	free(line);
	return found;
}

struct domain *maps_meets_domain(struct task *k)
{
	struct sharing s;

	if (k->call.result < 0 && k->call.result > -4096)
		return NULL;
	if (!shared_by_call(k, &s) || !object_find(k->rec, s.inode.dev, s.inode.ino))
		return NULL;
	return domain_of_sharer(k, &s);
}

/*
 * The object that a mapping of the file @id shows. One that has changed since
 * the trace last knew it is still the same while somebody maps it: recorded
 * programs changed it through memory. Else it begins anew.
 */
static struct object *object_for(struct task *k, const struct scap_ev_map *map,
				 const struct scap_file_id *id)
{
	struct object *o = object_find(k->rec, id->dev, id->ino);

	if (!o)
		return NULL;
	if (object_is_current(o, id))
		return o;
	return is_mapped(k, o, map) ? o : NULL;
}

static void name_object(struct scap_ev_map *map, const struct object *o)
{
	map->object = o->number;
	map->source = o->source;
	map->file = o->id;
}

/*
 * A mapping of @f. @may_change: the recorded programs, or others, can write to
 * it while it is mapped.
 */
static void map_file(struct task *k, struct scap_ev_map *map, struct file *f, bool may_change)
{
	struct recording *rec = k->rec;
	struct scap_file_id id = file_id(&f->st);
	struct object *o = object_for(k, map, &id);

	served_take(k, f);
	if (!o) {
		bool identity = file_identity_holds(rec, f) && !may_change;

		if (identity)
			id = file_identify(rec, f);
		o = object_new(rec, &id, identity ? SCAP_MAP_FILE : SCAP_MAP_STORED);
		o->stacked = f->fd >= 0 ? f->stacked : is_stacked(k, f->reach, &f->st);
		if ((may_change || f->in_memory) && map->flags & MAP_SHARED)
			outsiders_look(k, o, f->path);
	}
	name_object(map, o);
	if (o->source == SCAP_MAP_STORED)
		object_store_file(rec, o, f, map->offset, map->len);
	write_map(k, map, f->path);
}

/* Shared memory without a file that could be opened: @fresh: nobody has written to it yet. */
static void map_memory(struct task *k, struct scap_ev_map *map, const struct tracee_map *line,
		       bool fresh)
{
	struct scap_file_id id = {
		.dev = makedev(line->dev_major, line->dev_minor), .ino = line->ino,
	};
	struct object *o = object_find(k->rec, id.dev, id.ino);

	/* the kernel may use an inode number again */
	if (!o || fresh) {
		o = object_new(k->rec, &id, fresh ? SCAP_MAP_ANON : SCAP_MAP_STORED);
		if (!fresh) {
			object_store_memory(k, o, map->addr, map->offset, map->len);
			outsiders_look(k, o, line->path);
		}
	}
	name_object(map, o);
	write_map(k, map, line->path);
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

/* How the file of a line in /proc/PID/maps may be reached. */
enum way { AS_NAMED, AS_UNESCAPED, AS_PROGRAM, AS_MAPPED, WAYS, BY_NAME = AS_PROGRAM };

#define NAME_SIZE sizeof(((struct tracee_map *)0)->path)

/* A newline in a name stands as \012 there, a backslash as it is (show_map_vma() in fs/proc). */
static void unescape(char *to, const char *name)
{
	while (*name) {
		bool newline = !strncmp(name, "\\012", 4);

		*to++ = newline ? '\n' : *name;
		name += newline ? 4 : 1;
	}
	*to = 0;
}

/* Where to look, and the @name of what is there; false: there is no such way. */
static bool way_to(struct task *k, const struct tracee_map *line, int way, char *path,
		   size_t size, char name[NAME_SIZE])
{
	ssize_t n;

	memcpy(name, line->path, NAME_SIZE);
	switch (way) {
	case AS_UNESCAPED:
		unescape(name, line->path);
		snprintf(path, size, "/proc/%d/root%s", k->t.pid, name);
		return strcmp(name, line->path) != 0;
	case AS_PROGRAM:
		snprintf(path, size, "/proc/%d/exe", k->t.pid);
		n = readlink(path, name, NAME_SIZE - 1);
		name[n > 0 ? n : 0] = 0;
		return n > 0;
	case AS_MAPPED:
		snprintf(path, size, "/proc/%d/map_files/%llx-%llx", k->t.pid,
			 (unsigned long long)line->start, (unsigned long long)line->end);
		return true;
	}
	snprintf(path, size, "/proc/%d/root%s", k->t.pid, line->path);
	return true;
}

/*
 * Looks at the file of a line in /proc/PID/maps: by its name, else (deleted, a
 * memfd) as the program itself, else by what only the privileged may open
 * (proc(5), map_files).
 */
static bool look_at_line(struct task *k, const struct tracee_map *line, struct file *f, int ways)
{
	char path[4200], name[NAME_SIZE];

	if (served_device(k, makedev(line->dev_major, line->dev_minor)))
		return served_look_line(k, line, f);
	for (int way = 0; way < ways; way++) {
		if (!way_to(k, line, way, path, sizeof(path), name) || !file_look(f, path, name))
			continue;
		if (shows(line, &(struct inode){ f->st.st_dev, f->st.st_ino, false }))
			return true;
		/* of a stacked file system: name and number are all there is to go by */
		if (way <= AS_UNESCAPED && f->st.st_ino == line->ino && file_is_stacked(path))
			return true;
	}
	return false;
}

/* A file known only by its line in /proc/PID/maps. @fresh: see map_memory(). */
static void map_line(struct task *k, const struct tracee_map *line, struct scap_ev_map *map,
		     bool fresh, int ways)
{
	struct file *f = alloc_zeroed(1, sizeof(*f));

	f->fd = -1;
	if (look_at_line(k, line, f, ways))
		map_file(k, map, f, line->shared);
	else
		map_memory(k, map, line, fresh);
	file_close(f);
	free(f);
}

void maps_image(struct task *k, const struct tracee_map *line)
{
	struct scap_ev_map map = {
		.addr = line->start, .len = line->end - line->start, .offset = line->offset,
		.prot = line->prot, .flags = line->shared ? MAP_SHARED : MAP_PRIVATE,
	};

	if (is_file(line)) {
		map_line(k, line, &map, false, WAYS);
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
	if (file_look(&f, path, "")) {
		served_take(k, &f);
		*id = file_identify(k->rec, &f);
	}
	file_close(&f);
}

/* ---- after a call ---- */

/* Shared memory that has no descriptor: /dev/zero's inode, a System V segment, a moved mapping. */
static void map_found(struct task *k, uint64_t addr, uint64_t len, bool fresh)
{
	struct tracee_map *line = alloc_zeroed(1, sizeof(*line));

	if (find_map(k, addr, line) && is_file(line)) {
		struct scap_ev_map map = {
			.addr = addr, .len = len ? len : line->end - addr,
			.offset = line->offset + (addr - line->start), .prot = line->prot,
			.flags = line->shared ? MAP_SHARED : MAP_PRIVATE,
		};

		k->space->shared_writable |= line->shared;
		map_line(k, line, &map, fresh, BY_NAME);
	}
	free(line);
}

static bool is_dev_zero(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 5);
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
	bool writable;

	if (a[3] & MAP_ANONYMOUS || !file_look_fd(&f, k, (int)a[4]) || is_dev_zero(&f.st)) {
		if (shared)
			map_found(k, map.addr, map.len, true);
		return;
	}
	writable = opened_writable(k->t.tid, (int)a[4]);
	if (shared && writable)
		k->space->shared_writable = true;
	map_file(k, &map, &f, writable);
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
		map_found(k, (uint64_t)c->result, c->args[2], false);
		break;
	case SYS_shmat:
		map_found(k, (uint64_t)c->result, 0, false);
		break;
	}
}
