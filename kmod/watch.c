// SPDX-License-Identifier: GPL-2.0
/*
 * What is taken of tasks that are only watched: calls, images, forks, signals
 * and ends, without altering anything and without ever making a task wait. An
 * event for which the ring has no room is dropped; the task's next one that
 * fits has the exact number ahead of it (GAP).
 */
#include <linux/slab.h>
#include <asm/syscall.h>

#include "call.h"
#include "compat.h"
#include "file.h"
#include "hook.h"
#include "record.h"
#include "signals.h"
#include "task.h"

/* ---- what could not be written ---- */

void watch_dropped(struct rtask *k, u64 bytes)
{
	k->gap_events++;
	k->gap_bytes += bytes;
	atomic64_inc(&k->session->dropped);
	atomic64_add((s64)bytes, &k->session->dropped_bytes);
	session_wake(k->session);
}

static int announce(struct rtask *k)
{
	struct record r;
	int ret = record_open(&r, k, SCAP_RING_DOMAIN, sizeof(struct scap_event), false);

	if (ret)
		return ret;
	record_commit(&r);
	k->announced = true;
	return 0;
}

static int write_gap(struct rtask *k)
{
	struct scap_ev_gap *e;
	struct record r;
	int ret = record_open(&r, k, SCAP_EV_GAP, sizeof(*e), false);

	if (ret)
		return ret;
	e = (void *)r.e;
	e->reason = SCAP_GAP_FULL;
	e->events = k->gap_events;
	e->bytes = k->gap_bytes;
	record_commit(&r);
	k->gap_events = 0;
	k->gap_bytes = 0;
	return 0;
}

/* What a reader must know ahead of the task's next event; -errno: no room. */
static int settle(struct rtask *k)
{
	int ret = k->announced ? 0 : announce(k);

	if (!ret && k->gap_events)
		ret = write_gap(k);
	return ret;
}

/* record_open() of an event of fixed size, behind what is owed; a failure is counted. */
static int open_small(struct record *r, struct rtask *k, u16 type, u32 room)
{
	int ret = settle(k);

	if (!ret)
		ret = record_open(r, k, type, room, true);
	if (ret)
		watch_dropped(k, room);
	return ret;
}

static bool silent(const struct rtask *k)
{
	return READ_ONCE(k->muted) || READ_ONCE(k->session->dead);
}

/* SYSCALL_ENTER of the call in flight, if there is one. */
static void write_enter(struct rtask *k)
{
	if (k->in_call && !k->late && !settle(k))
		call_write_enter(k);
}

/* ---- calls ---- */

void watch_entry(struct rtask *k, struct pt_regs *regs, long nr)
{
	if (!k)
		k = filter_admit();
	if (!k)
		return;
	k->in_call = false;
	if (silent(k)) {
		hook_unmark(current);
		return;
	}
	if (!filter_wants_call(k, nr))
		return;
	call_watch(k, regs, (u32)nr);
	if (call_ends_thread(k))
		write_enter(k);
}

static void drop_call(struct rtask *k)
{
	watch_dropped(k, call_size(k));
	call_finish(k);
}

void watch_exit(struct rtask *k, struct pt_regs *regs, long result)
{
	int ret;

	if (!k)
		k = filter_admit();
	if (!k || READ_ONCE(k->session->dead))
		return;
	if (k->execed) {
		rtask_queue(k, TODO_EXEC);
		return;
	}
	if (!k->in_call) {
		long nr = syscall_get_nr(current, regs);

		if (silent(k) || !filter_wants_call(k, nr))
			return;
		/* it was in the call when we came */
		call_watch(k, regs, (u32)nr);
	}
	k->call.result = result;
	ret = settle(k);
	if (!ret)
		ret = call_needs_slow(k) ? -EAGAIN : call_close_fast(k);
	if (!ret)
		call_finish(k);
	else if (ret == -ENOSPC || ret == -EPIPE || !rtask_queue(k, TODO_CLOSE))
		drop_call(k);
}

/* ---- images ---- */

void watch_exec(struct rtask *k, u32 old_tid, bool secure)
{
	static const char why[] = "a set-user-ID or unreadable program: not captured";

	if (READ_ONCE(k->session->dead))
		return;
	if (k->state == RTASK_WATCHED)
		write_enter(k);
	k->state = RTASK_WATCHED;
	k->tid = session_pid(k->session, current, false);
	k->old_tid = old_tid;
	if (exec_forbidden(k, secure)) {
		if (!silent(k) && !settle(k))
			emit_meta(k, SCAP_META_CAPTURE_ONLY, 0, why, sizeof(why) - 1);
		rtask_release(k);
		return;
	}
	k->execed = !silent(k);
}

static void identify(struct scap_file_id *id, struct file *file)
{
	const struct inode *inode = file_inode(file);

	id->dev = new_encode_dev(inode->i_sb->s_dev);
	id->ino = inode->i_ino;
	id->size = (u64)i_size_read(inode);
	id->mtime_ns = compat_mtime_ns(inode);
	id->ctime_ns = compat_ctime_ns(inode);
}

static void write_exec(struct rtask *k, const char *path)
{
	struct file *exe = current->mm->exe_file;
	u32 len = (u32)strlen(path);
	struct scap_ev_exec *e;
	struct record r;

	if (open_small(&r, k, SCAP_EV_EXEC, sizeof(*e) + scap_span_size(len)))
		return;
	e = (void *)r.e;
	e->old_tid = k->old_tid;
	e->pid = k->process->pid;
	e->ppid = parent_pid(k);
	if (exe)
		identify(&e->file, exe);
	memcpy(record_span(&r, SCAP_SPAN_PATH, SCAP_ARG_NONE, 0, len, len), path, len);
	record_commit(&r);
}

static void finish_exec(struct rtask *k)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);
	struct file *exe = current->mm->exe_file;

	k->execed = false;
	k->in_call = false;
	k->entered = false;
	write_exec(k, buf && exe ? map_path(exe, buf) : "");
	kfree(buf);
}

/* ---- on the way to user mode ---- */

void watch_finish(struct rtask *k, unsigned int todo)
{
	if (READ_ONCE(k->session->dead))
		return;
	if (todo & TODO_EXEC)
		finish_exec(k);
	if (!(todo & TODO_CLOSE))
		return;
	if (settle(k))
		drop_call(k);
	else
		call_close(k);
}

/* ---- forks, signals, ends ---- */

void watch_forked(struct rtask *k, struct task_struct *child)
{
	struct scap_ev_fork *e;
	struct record r;
	struct rtask *c;

	if (READ_ONCE(k->session->dead))
		return;
	c = rtask_watch(k->session, child);
	if (!c) {
		watch_dropped(k, 0);
		return;
	}
	c->muted = READ_ONCE(k->muted);
	if (silent(k))
		return;
	write_enter(k);
	if (k->in_call)
		rtask_inherit_call(c, k);
	if (open_small(&r, k, SCAP_EV_FORK, sizeof(*e)))
		return;
	e = (void *)r.e;
	e->child = c->tid;
	e->child_pid = c->process->pid;
	e->child_domain = c->domain->id;
	e->clone_flags = rtask_clone_flags(k, child);
	record_commit(&r);
}

void watch_signal(struct rtask *k)
{
	struct scap_ev_signal *e;
	struct record r;

	if (silent(k) || open_small(&r, k, SCAP_EV_SIGNAL, sizeof(*e) +
				    scap_span_size(sizeof(siginfo_t))))
		return;
	e = (void *)r.e;
	e->signo = (u32)k->sig.signo;
	e->place = k->sig.place;
	e->action = k->sig.handler ? SCAP_ACT_HANDLER : SCAP_ACT_FATAL;
	e->ip = k->sig.ip;
	memcpy(record_span(&r, SCAP_SPAN_SIGINFO, SCAP_ARG_NONE, 0, sizeof(siginfo_t),
			   sizeof(siginfo_t)), &k->sig.info, sizeof(siginfo_t));
	record_commit(&r);
}

void watch_ended(struct rtask *k)
{
	struct scap_ev_task_exit *e;
	struct record r;

	if (silent(k))
		return;
	write_enter(k);
	if (open_small(&r, k, SCAP_EV_TASK_EXIT, sizeof(*e)))
		return;
	e = (void *)r.e;
	e->pid = k->process->pid;
	e->status = exit_status();
	e->last = !atomic_read(&current->signal->live);
	record_commit(&r);
}
