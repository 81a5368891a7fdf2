// SPDX-License-Identifier: GPL-2.0
/*
 * Files that a process serves (FUSE): an AppImage that mounts itself, a script
 * that starts sshfs. Who reads one waits for its server; a recorded server
 * waits for the recorder when a ring is full, and for the baton if it shares
 * memory with the reader. So the recorder never touches such a file: what a
 * mapping shows goes through the ring, read by the thread that has made it.
 */
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/magic.h>
#include <linux/slab.h>

#include "call.h"
#include "compat.h"
#include "domain.h"
#include "file.h"
#include "record.h"

/* Bytes of one record. */
#define PIECE 32768u

bool served_file(struct file *file)
{
	return file_inode(file)->i_sb->s_magic == FUSE_SUPER_MAGIC;
}

/* As the kernel knows it: nobody is asked. The device as stat(2) has it. */
static void identify(struct file *file, struct scap_file_id *id)
{
	struct inode *inode = file_inode(file);

	*id = (struct scap_file_id){
		.dev = new_encode_dev(inode->i_sb->s_dev), .ino = inode->i_ino,
		.size = (u64)i_size_read(inode), .mtime_ns = compat_mtime_ns(inode),
		.ctime_ns = compat_ctime_ns(inode),
	};
}

/* FILE: @len bytes at @at; 0: that is all. */
static int write_piece(struct rtask *k, const struct scap_ev_map *map, u64 at, const void *bytes,
		       u32 len)
{
	struct scap_ev_file *e;
	struct record r;
	int ret = record_open_wait(&r, k, SCAP_EV_FILE, sizeof(*e) + scap_span_size(len));

	if (ret)
		return ret;
	e = (void *)r.e;
	e->object = map->object;
	e->size = map->file.size;
	if (len)
		memcpy(record_span(&r, SCAP_SPAN_FILE, SCAP_ARG_NONE, at, len, len), bytes, len);
	record_commit(&r);
	return 0;
}

/* Reads what @map shows of @file; @write: into the ring. */
static int read_all(struct rtask *k, struct file *file, const struct scap_ev_map *map, bool write)
{
	loff_t at = (loff_t)map->offset, end = at + (loff_t)map->len;
	void *buf = kvmalloc(PIECE, GFP_KERNEL);
	ssize_t n = 1;
	int ret = buf ? 0 : -ENOMEM;

	while (!ret && at < end && n > 0) {
		loff_t from = at;

		n = kernel_read(file, buf, min_t(u64, PIECE, (u64)(end - at)), &at);
		if (n < 0)
			ret = (int)n;
		else if (n && write)
			ret = write_piece(k, map, (u64)from, buf, (u32)n);
	}
	kvfree(buf);
	return ret;
}

void served_begin(struct rtask *k, struct file *file, struct scap_ev_map *map)
{
	WRITE_ONCE(k->session->served, true);
	map->source = SCAP_MAP_STORED;
	identify(file, &map->file);
	if (!domain_shared(k))
		return;
	/* a member may be the one who serves it: from here on it is in the page cache */
	call_write_enter(k);
	baton_give_up(k);
	read_all(k, file, map, false);
	/* killed meanwhile, it runs nothing any more */
	baton_take(k);
}

int served_write(struct rtask *k, struct file *file, const struct scap_ev_map *map)
{
	static const char lost[] =
		"a mapped file that a process serves (FUSE) could not be read: replays may diverge";
	int ret = read_all(k, file, map, true);

	if (ret)
		emit_meta(k, SCAP_META_NOTE, 0, lost, sizeof(lost) - 1);
	return write_piece(k, map, 0, NULL, 0);
}

bool served_changed(struct rtask *k, struct file *file)
{
	static const char unknown[] =
		"a mapped file that a process serves (FUSE) has changed: replays may diverge";

	if (!served_file(file))
		return false;
	if (!xchg(&k->session->served_said, true))
		emit_meta(k, SCAP_META_NOTE, 0, unknown, sizeof(unknown) - 1);
	return true;
}
