// SPDX-License-Identifier: GPL-2.0
/*
 * A call changed a file that somebody maps, so the change shows in memory
 * without any memory having been passed: FILE. And bytes that go from a file to
 * the recorder's own streams without ever being in the program's memory: ECHO.
 */
#include <linux/dcache.h>
#include <linux/fcntl.h>
#include <linux/fdtable.h>
#include <linux/fs.h>

#include "arch.h"
#include "call.h"
#include "file.h"
#include "record.h"

/* Most that one sendfile to a recorder's stream moves: it fits into its record. */
#define SENDFILE_MAX 32768u

/* A stacked file system's file is mapped as the one below. */
static bool is_mapped(struct file *file)
{
	struct inode *inode = file_inode(file);

	return S_ISREG(inode->i_mode) &&
	       (mapping_mapped(inode->i_mapping) ||
		mapping_mapped(d_real_inode(file->f_path.dentry)->i_mapping));
}

bool files_wanted(const struct rtask *k)
{
	struct scap_change c = { .fd = -1 };
	struct file *file = NULL;
	bool mapped;

	if (k->state == RTASK_LIVE && !k->answered)
		c = scap_call_change(&k->call);
	if (c.fd < 0)
		return false;
	rcu_read_lock();
	if (current->files)
		file = files_lookup_fd_raw(current->files, (unsigned int)c.fd);
	mapped = file && is_mapped(file);
	rcu_read_unlock();
	return mapped;
}

/* Offset at which a call of @n bytes began, from the one behind it. */
static s64 transfer_offset(struct file *file, u64 ptr, s64 n)
{
	s64 off = file->f_pos;

	if (ptr && copy_some(&off, ptr, sizeof(off)) < sizeof(off))
		return -1;
	return off < n ? -1 : off - n;
}

s64 file_write_offset(const struct rtask *k)
{
	struct scap_change c = scap_call_change(&k->call);
	struct file *file;
	s64 at;

	if (!c.behind)
		return (s64)c.at;
	file = fget((unsigned int)c.fd);
	if (!file)
		return -1;
	at = transfer_offset(file, c.at, k->call.result);
	fput(file);
	return at;
}

/* The bytes are read by the recorder, while the program waits. */
static int write_file(struct rtask *k, struct file *file, u64 at, u64 len)
{
	struct scap_ev_file *e;
	struct record r;
	u64 token;
	int ret;

	token = session_pin(k->session, file, SCAP_FILE_WRITABLE);
	if (!token)
		return -ENOMEM;
	ret = record_open_wait(&r, k, SCAP_EV_FILE, sizeof(*e) + sizeof(struct scap_span));
	if (ret)
		return ret;
	e = (void *)r.e;
	e->object = token;
	e->size = (u64)i_size_read(file_inode(file));
	record_span(&r, SCAP_SPAN_FILE, SCAP_ARG_NONE, at, (u32)min_t(u64, len, U32_MAX), 0);
	record_commit(&r);
	return session_pin_wait(k->session, token);
}

int files_after_call(struct rtask *k)
{
	struct scap_change c;
	struct file *file;
	s64 at;
	int ret = 0;

	if (!files_wanted(k))
		return 0;
	c = scap_call_change(&k->call);
	file = fget((unsigned int)c.fd);
	if (!file)
		return 0;
	at = c.behind ? transfer_offset(file, c.at, k->call.result) : (s64)c.at;
	if (at >= 0 && !served_changed(k, file))
		ret = write_file(k, file, (u64)at, c.len);
	fput(file);
	return ret;
}

/* ---- echo ---- */

/*
 * Who writes to the recorder's own streams comes after whoever does it now, up to his record:
 * between domains only the records' times say what came first. One who
 * sleeps there, since nobody reads, is not waited for longer than this.
 */
#define ECHO_WAIT_MS 1000

bool echo_turn(struct rtask *k)
{
	u32 own = k->domain->id;
	u32 now = (u32)atomic_cmpxchg(&k->session->echo_turn, 0, (int)own);

	if (!now)
		k->echo_turn = own;
	/* another thread of its domain: their order is the baton's */
	return !now || now == own;
}

void echo_wait(struct rtask *k)
{
	if (!k->flags || echo_turn(k))
		return;
	wait_event_killable_timeout(k->session->echoes, echo_turn(k) || READ_ONCE(k->session->dead),
				    msecs_to_jiffies(ECHO_WAIT_MS));
}

void echo_done(struct rtask *k)
{
	if (!k->echo_turn)
		return;
	k->echo_turn = 0;
	atomic_set_release(&k->session->echo_turn, 0);
	/* whoever looks at it there comes after this, or is seen to wait */
	if (wq_has_sleeper(&k->session->echoes))
		wake_up(&k->session->echoes);
}

/*
 * sendfile(2) may always move less than asked for. What splice(2) and its kin
 * move may come from a pipe, where it cannot be seen without taking it: they
 * fail as they do on a terminal, and programs go on with read and write.
 */
int echo_refuses(struct rtask *k, struct pt_regs *regs)
{
	if (!k->info || !(k->flags & (SCAP_F_STDOUT | SCAP_F_STDERR)))
		return 0;
	switch (k->info->id) {
	case SCAP_SYS_sendfile:
		if (k->call.args[3] > SENDFILE_MAX) {
			k->replaced_arg = 3;
			arch_set_arg(regs, 3, SENDFILE_MAX);
		}
		return 0;
	case SCAP_SYS_splice:
	case SCAP_SYS_tee:
	case SCAP_SYS_copy_file_range:
		return -EINVAL;
	}
	return 0;
}

u32 echo_wanted(const struct rtask *k)
{
	if (!k->info || k->info->id != SCAP_SYS_sendfile || k->call.result <= 0 ||
	    k->call.result > SENDFILE_MAX || !(k->flags & (SCAP_F_STDOUT | SCAP_F_STDERR)))
		return 0;
	return (u32)k->call.result;
}

u32 echo_read(const struct rtask *k, void *buf, u32 len)
{
	struct file *file = fget((unsigned int)k->call.args[1]);
	ssize_t n = 0;
	loff_t at;

	if (!file)
		return 0;
	at = transfer_offset(file, k->call.args[2], k->call.result);
	if (at >= 0)
		n = kernel_read(file, buf, len, &at);
	fput(file);
	return n > 0 ? (u32)n : 0;
}
