/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files and other memory objects that mappings show: identity, content hash,
 * and the numbers and contents under which the trace knows them.
 */
#ifndef SCAP_PTRACE_OBJECT_H
#define SCAP_PTRACE_OBJECT_H

#include <sys/stat.h>

#include "recorder/ptrace-backend.h"

/*
 * A file about to be mapped or written.
 * @fd:        open for reading, or -1
 * @in_memory: tmpfs, memfd and their kin; known once it was opened
 * @stacked:   see file_is_stacked(); known once it was opened
 * @served:    by a process: it must not be opened or asked for anything here (ptrace-served.c)
 * @path:      as the program knows it
 * @reach:     where it can be opened
 */
struct file {
	int fd;
	struct stat st;
	bool in_memory, stacked, served;
	char path[4096];
	char reach[4200];
};

/*
 * stat(2) by what the kernel knows of the file already: a process that serves it is not asked
 * unless @path has to be walked there. False: not there.
 */
bool file_stat(const char *path, struct stat *st);

/*
 * Looks at @path (a magic link or a path below /proc/PID/root), called @name. False: not there.
 * Most files are known already, so opening one is a step of its own.
 */
bool file_look(struct file *f, const char *path, const char *name);
/* Descriptor @fd of @k. */
bool file_look_fd(struct file *f, struct task *k, int fd);

/*
 * Whether the file at @path belongs to a stacked file system: /proc/PID/maps
 * then names the device below, and stat(2) does not.
 */
bool file_is_stacked(const char *path);

/* Opens a regular file that was looked at; @f->fd tells whether that went. */
void file_open(struct file *f);
void file_close(struct file *f);

/* Identity without and with the hash of the whole content (taken once while it stays as it is). */
struct scap_file_id file_id(const struct stat *st);
struct scap_file_id file_identify(struct recording *rec, struct file *f);

/* Whether a later replay can expect to find this content, as far as one can know. Opens it. */
bool file_identity_holds(const struct recording *rec, struct file *f);

/*
 * An object of the trace; lives as long as the recording.
 * @source: enum scap_map_source of its first mapping
 * @id:     at its first mapping
 * @now:    ctime and size when its content was last known to the trace
 */
struct object {
	struct object *next;
	uint64_t number;
	uint32_t source;
	struct scap_file_id id;
	uint64_t now_ctime_ns, now_size;
	bool stacked;		/* see file_is_stacked() */
	bool served_said;	/* that it has changed, and nobody can say how */
	bool stored, whole;	/* @whole: all that there was at the first mapping */
	uint64_t stored_from, stored_to;
};

/* Whether all of such a file is stored when some of it is mapped. */
bool object_stored_whole(const struct stat *st);

/* The newest object of @dev/@ino, or NULL. */
struct object *object_find(struct recording *rec, uint64_t dev, uint64_t ino);
struct object *object_new(struct recording *rec, const struct scap_file_id *id, uint32_t source);

/* Whether the trace knows @o as the file with identity @id is. */
bool object_is_current(const struct object *o, const struct scap_file_id *id);

/* Puts what a mapping of @len bytes at @offset of @f shows into the trace, once. */
void object_store_file(struct recording *rec, struct object *o, struct file *f,
		       uint64_t offset, uint64_t len);
/* The same from @len bytes of memory at @addr, for what cannot be opened. */
void object_store_memory(struct task *k, struct object *o, uint64_t addr, uint64_t offset,
			 uint64_t len);

/* ---- files.c ---- */

/* Writes a FILE record: @len bytes at @at of @o (0: only its size has changed). */
typedef void file_writer(void *ctx, const struct object *o, uint64_t at, const void *bytes,
			 uint32_t len);

/*
 * A call has put @len bytes at @at into @f, which is @o: hands what stands there now to @write,
 * a record's worth a time. The trace then knows the file as it is.
 */
void file_take_change(struct recording *rec, struct object *o, const struct file *f, uint64_t at,
		      uint64_t len, file_writer *write, void *ctx);

/* ---- ptrace-served.c ---- */

/* The devices (st_dev) of such file systems, as far as they are known. */
void served_list(struct recording *rec, uint64_t dev);
bool served_is_listed(const struct recording *rec, uint64_t dev);
/* Whether a process serves the file system on device @dev (st_dev). */
bool served_device(struct task *k, uint64_t dev);
/* Looks at the file of a line in /proc/PID/maps for which there is a copy; false: there is none. */
bool served_look_line(struct task *k, const struct tracee_map *line, struct file *f);
/* Before @f is opened: notes whether it is served, and opens the copy instead if there is one. */
void served_take(struct task *k, struct file *f);

/* ---- ptrace-outsiders.c ---- */

/* Says it if a process that is not recorded maps the new object @o, at @path, shared. */
void outsiders_look(struct task *k, const struct object *o, const char *path);

#endif
