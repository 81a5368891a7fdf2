// SPDX-License-Identifier: GPL-2.0
/*
 * FILE records: a call changed a file that some recorded process maps, so the
 * change shows in memory without any memory having been passed. Most writes go
 * to files that nobody maps: one remembered byte a descriptor says so.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recorder/ptrace-object.h"

/* Bytes of one FILE record. */
#define CHUNK 61440u

/* The descriptor's file offset, from /proc/PID/fdinfo (proc(5)). */
static int64_t position(struct task *k, int fd)
{
	char path[48], line[128];
	long long pos = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", k->t.tid, fd);
	f = fopen(path, "re");
	if (!f)
		return -1;
	while (pos < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, "pos:", 4))
			pos = strtoll(line + 4, NULL, 10);
	fclose(f);
	return pos;
}

int64_t files_transfer_offset(struct task *k, int fd, uint64_t ptr)
{
	int64_t off = -1;

	if (!ptr)
		off = position(k, fd);
	else if (tracee_read(&k->t, ptr, &off, sizeof(off)))
		return -1;
	return off < 0 ? -1 : off - k->call.result;
}

int64_t files_write_offset(struct task *k)
{
	struct scap_change c = scap_call_change(&k->call);

	return c.behind ? files_transfer_offset(k, c.fd, c.at) : (int64_t)c.at;
}

/* The object behind descriptor @fd, if somebody maps or mapped it; remembers if not. */
static struct object *object_behind(struct task *k, int fd)
{
	struct fdtable *t = k->fds;
	uint8_t *known = fd < ECHO_FDS ? &t->mapped[fd] : NULL;
	struct object *o = NULL;
	char path[48];
	struct stat st;

	if (t->objects != k->rec->last_object) {
		memset(t->mapped, MAPPED_UNKNOWN, sizeof(t->mapped));
		t->objects = k->rec->last_object;
	}
	if (known && *known == MAPPED_NO)
		return NULL;
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", k->t.tid, fd);
	if (file_stat(path, &st) && S_ISREG(st.st_mode))
		o = object_find(k->rec, st.st_dev, st.st_ino);
	if (known)
		*known = o ? MAPPED_YES : MAPPED_NO;
	return o;
}

void file_take_change(struct recording *rec, struct object *o, const struct file *f, uint64_t at,
		      uint64_t len, file_writer *write, void *ctx)
{
	struct scap_file_id id = file_id(&f->st);
	ssize_t n = 0;

	if (!len)
		write(ctx, o, 0, NULL, 0);
	for (; len; at += (uint64_t)n, len -= (uint64_t)n) {
		n = pread(f->fd, rec->scratch, len < CHUNK ? len : CHUNK, (off_t)at);
		if (n <= 0)
			break;
		write(ctx, o, at, rec->scratch, (uint32_t)n);
	}
	o->now_ctime_ns = id.ctime_ns;
	o->now_size = id.size;
}

/* A FILE record of a task and the size that the file has. */
struct file_record {
	struct task *k;
	uint64_t size;
};

static void write_file(void *ctx, const struct object *o, uint64_t at, const void *bytes,
		       uint32_t len)
{
	const struct file_record *r = ctx;
	struct scap_ev_file *e;
	struct emit m;

	e = emit_open(&m, r->k, SCAP_EV_FILE);
	e->object = o->number;
	e->size = r->size;
	if (len)
		emit_bytes(&m, SCAP_SPAN_FILE, at, bytes, len);
	emit_close(&m);
}

/* Its server cannot be asked now for what the file has become. */
static void say_served(struct task *k, struct object *o, const struct file *f)
{
	if (o->served_said)
		return;
	o->served_said = true;
	say(k->rec, "%s, which a process serves (FUSE), is written to while it is mapped: what the mapping "
	    "shows then is not in the trace, and a replay may diverge there", f->path);
}

void files_after_call(struct task *k)
{
	struct scap_change c = scap_call_change(&k->call);
	struct object *o = NULL;
	struct file *f;
	int64_t at;

	if (c.fd >= 0)
		o = object_behind(k, c.fd);
	if (!o)
		return;
	f = alloc_zeroed(1, sizeof(*f));
	f->fd = -1;
	at = files_write_offset(k);
	if (at >= 0 && file_look_fd(f, k, c.fd)) {
		served_take(k, f);
		file_open(f);
	}
	if (f->served)
		say_served(k, o, f);
	if (f->fd >= 0) {
		struct file_record record = { .k = k, .size = (uint64_t)f->st.st_size };

		file_take_change(k->rec, o, f, (uint64_t)at, c.len, write_file, &record);
	}
	file_close(f);
	free(f);
}
