// SPDX-License-Identifier: GPL-2.0
/*
 * Calls that write into the memory of a process: process_vm_writev(2), and a
 * write to /proc/PID/mem (proc(5)). Their own memory is output like any other.
 * A process that writes into another recorded one enters its scheduling domain
 * first: so the moment is exact, for the other runs no user code then. What was
 * written is MEM of the other, ahead of the end of the call.
 */
#include <linux/dcache.h>
#include <linux/fdtable.h>
#include <linux/magic.h>
#include <linux/pid.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "call.h"
#include "domain.h"
#include "file.h"
#include "record.h"
#include "task.h"

/* Bytes of one MEM record. */
#define CHUNK 4096u

/* The memory that an open file is, for comparing only; NULL: it is none. Within rcu_read_lock(). */
static void *memory_of_fd(u64 fd)
{
	struct file *file = NULL;

	if (fd <= INT_MAX && current->files)
		file = files_lookup_fd_raw(current->files, (unsigned int)fd);
	if (!file || file_inode(file)->i_sb->s_magic != PROC_SUPER_MAGIC ||
	    strcmp(file->f_path.dentry->d_name.name, "mem"))
		return NULL;
	/* fs/proc/base.c, mem_open() */
	return file->private_data;
}

static void *memory_of_pid(u64 pid)
{
	struct task_struct *task = pid_task(find_vpid((pid_t)pid), PIDTYPE_PID);

	return task ? READ_ONCE(task->mm) : NULL;
}

/* Of which memory the call in flight is to change something, NULL: none. Within rcu_read_lock(). */
static void *target_of(const struct rtask *k)
{
	switch (k->info ? k->info->id : SCAP_SYS_COUNT) {
	case SCAP_SYS_process_vm_writev:
		return memory_of_pid(k->call.args[0]);
	case SCAP_SYS_write:
	case SCAP_SYS_writev:
	case SCAP_SYS_pwrite64:
	case SCAP_SYS_pwritev:
	case SCAP_SYS_pwritev2:
		return memory_of_fd(k->call.args[0]);
	}
	return NULL;
}

/* A recorded task of that memory, NULL: none. Within rcu_read_lock(). */
static struct rtask *task_of(const struct rtask *k, void *mm)
{
	struct rtask *t;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rtask_table); i++)
		hlist_for_each_entry_rcu(t, &rtask_table[i], node)
			if (t->session == k->session && t->state == RTASK_LIVE &&
			    READ_ONCE(t->task->mm) == mm && refcount_inc_not_zero(&t->ref)) {
				get_task_struct(t->task);
				return t;
			}
	return NULL;
}

/* The other recorded process that the call in flight writes into, for other_put(); NULL: none. */
static struct rtask *other_of(const struct rtask *k, bool *own)
{
	struct rtask *t = NULL;
	void *mm;

	rcu_read_lock();
	mm = target_of(k);
	*own = mm && mm == current->mm;
	if (mm && !*own)
		t = task_of(k, mm);
	rcu_read_unlock();
	return t;
}

static void other_put(struct rtask *t)
{
	put_task_struct(t->task);
	rtask_put(t);
}

bool memory_entry(struct rtask *k)
{
	struct rtask *t = other_of(k, &k->writes_own);
	bool meets;

	k->writes_other = t;
	if (!t)
		return false;
	meets = t->domain != k->domain;
	other_put(t);
	return meets;
}

void memory_meet(struct rtask *k)
{
	bool own;
	struct rtask *t = other_of(k, &own);

	if (!t)
		return;
	if (t->domain != k->domain) {
		/* what it has done so far comes ahead of what those of its old domain do now */
		call_write_enter(k);
		domain_merge(k, t);
		baton_take(k);
	}
	other_put(t);
}

bool memory_wanted(const struct rtask *k)
{
	return (k->writes_own || k->writes_other) && k->call.result > 0;
}

/* ---- what was written ---- */

/* Hands all that the call has written to @each. */
static int each_range(struct rtask *k, void *ctx, int (*each)(void *ctx, u64 addr, u64 len))
{
	u64 left = (u64)k->call.result, at = k->call.args[3], n;
	struct scap_iov iov;
	int ret = 0;

	if (k->info->id != SCAP_SYS_process_vm_writev) {
		s64 from = file_write_offset(k);

		return from < 0 ? 0 : each(ctx, (u64)from, left);
	}
	/* the result, spread over the remote iovec (arguments 3 and 4) */
	for (n = k->call.args[4]; !ret && n && left; n--, at += sizeof(iov)) {
		if (copy_some(&iov, at, sizeof(iov)) < sizeof(iov))
			break;
		iov.len = min(iov.len, left);
		ret = each(ctx, iov.base, iov.len);
		left -= iov.len;
	}
	return ret;
}

int memory_each_own(struct rtask *k, void *ctx, int (*each)(void *ctx, u64 addr, u64 len))
{
	return k->writes_own ? each_range(k, ctx, each) : 0;
}

static int write_mem(void *ctx, u64 addr, u64 len)
{
	struct rtask *t = ctx;
	struct scap_ev_mem *e;
	struct record r;
	u8 *bytes = kmalloc(CHUNK, GFP_KERNEL);
	int ret = bytes ? 0 : -ENOMEM;
	void *to;

	while (!ret && len) {
		int got = access_process_vm(t->task, addr, bytes, (int)min_t(u64, len, CHUNK), 0);

		if (got <= 0)
			break;
		ret = record_open_wait(&r, t, SCAP_EV_MEM, sizeof(*e) + scap_span_size(CHUNK));
		if (ret)
			break;
		e = (void *)r.e;
		e->cause = SCAP_MEM_OTHER_PROCESS;
		to = record_span(&r, SCAP_SPAN_OUT, SCAP_ARG_NONE, addr, (u32)got, (u32)got);
		memcpy(to, bytes, (u32)got);
		record_commit(&r);
		addr += (u32)got;
		len -= (u32)got;
	}
	kfree(bytes);
	return ret;
}

int memory_after_call(struct rtask *k)
{
	struct rtask *t;
	bool own;
	int ret;

	if (!k->writes_other || k->call.result <= 0)
		return 0;
	t = other_of(k, &own);
	if (!t)
		return 0;
	ret = each_range(k, t, write_mem);
	other_put(t);
	return ret;
}
