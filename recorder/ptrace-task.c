// SPDX-License-Identifier: GPL-2.0
/*
 * The recorded tasks: how they come (fork), what they share, how they go.
 */
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recorder/arch.h"
#include "recorder/ptrace-backend.h"

static struct task **bucket(struct recording *rec, pid_t tid)
{
	return &rec->tasks[(unsigned int)tid % TASK_BUCKETS];
}

struct task *task_find(struct recording *rec, pid_t tid)
{
	struct task *k = *bucket(rec, tid);

	while (k && k->t.tid != tid)
		k = k->next;
	return k;
}

static void insert(struct recording *rec, struct task *k)
{
	struct task **at = bucket(rec, k->t.tid);

	k->next = *at;
	*at = k;
	rec->ntasks++;
}

static void remove_task(struct recording *rec, struct task *k)
{
	struct task **at = bucket(rec, k->t.tid);

	while (*at != k)
		at = &(*at)->next;
	*at = k->next;
	rec->ntasks--;
}

struct task *task_new(struct recording *rec, pid_t tid)
{
	struct task *k = alloc_zeroed(1, sizeof(*k));

	k->rec = rec;
	k->t.tid = tid;
	k->input = alloc_zeroed(1, INPUT_MAX);
	k->proc_syscall_fd = -1;
	k->affinity = rec->affinity;
	k->tsc_mode = PR_TSC_ENABLE;
	insert(rec, k);
	return k;
}

/* ---- what tasks share ---- */

static void process_put(struct process *p)
{
	if (p && !--p->refs)
		free(p);
}

static void space_put(struct space *s)
{
	if (!s || --s->refs)
		return;
	audit_space_free(s->audit);
	free(s);
}

static void fds_put(struct fdtable *f)
{
	if (f && !--f->refs)
		free(f);
}

static struct process *process_new(struct task *k, pid_t pid)
{
	struct process *p = alloc_zeroed(1, sizeof(*p));

	p->pid = pid;
	k->rec->result->processes++;
	return p;
}

static void process_join(struct task *k, struct process *p)
{
	k->process = p;
	p->refs++;
	p->threads++;
	k->rec->result->threads++;
}

static struct space *space_copy(const struct space *from)
{
	struct space *s = alloc_zeroed(1, sizeof(*s));

	if (from)
		*s = *from;
	s->refs = 1;
	s->audit = NULL;
	return s;
}

static struct fdtable *fds_copy(const struct fdtable *from)
{
	struct fdtable *f = alloc_zeroed(1, sizeof(*f));

	if (from)
		*f = *from;
	f->refs = 1;
	return f;
}

void task_unshare_fds(struct task *k)
{
	struct fdtable *old = k->fds;

	if (old->refs == 1)
		return;
	k->fds = fds_copy(old);
	fds_put(old);
}

void task_new_space(struct task *k)
{
	space_put(k->space);
	k->space = space_copy(NULL);
	if (k->domain->members == 1)
		return;
	domain_leave(k);
	domain_join(k, domain_new(k->rec));
	baton_take(k, NULL);
}

struct task *task_first(struct recording *rec, const struct tracee *t)
{
	struct task *k = task_new(rec, t->tid);

	k->t = *t;
	process_join(k, process_new(k, t->pid));
	k->process->first = true;
	k->space = space_copy(NULL);
	k->fds = fds_copy(NULL);
	domain_join(k, domain_new(rec));
	baton_take(k, NULL);
	k->started = k->announced = k->readable = true;
	return k;
}

void task_free(struct task *k)
{
	signal_drop(k);
	served_forget(k);
	if (k->domain)
		domain_leave(k);
	remove_task(k->rec, k);
	tracee_release(&k->t);
	process_put(k->process);
	space_put(k->space);
	fds_put(k->fds);
	if (k->proc_syscall_fd >= 0)
		close(k->proc_syscall_fd);
	if (k->counter > 0)
		close(k->counter);
	free(k->point);
	free(k->input);
	free(k);
}

void task_rename(struct task *k, pid_t tid)
{
	remove_task(k->rec, k);
	k->t.tid = tid;
	insert(k->rec, k);
	if (k->proc_syscall_fd >= 0)
		close(k->proc_syscall_fd);
	k->proc_syscall_fd = -1;
}

/* ---- fork ---- */

/* What the call in flight asked of the kernel: CLONE_* with the exit signal in the low byte. */
struct creation {
	uint64_t flags, child_tid;
};

static struct creation creation_of(struct task *k)
{
	const __u64 *a = k->call.args;
	struct clone_args ca = { 0 };

	switch (k->call.nr) {
	case SYS_clone:
		return (struct creation){ a[0], arch_clone_child_tid(a) };
	case SYS_clone3:
		if (tracee_read(&k->t, a[0], &ca, a[1] < sizeof(ca) ? a[1] : sizeof(ca)))
			break;
		return (struct creation){ ca.flags | ca.exit_signal, ca.child_tid };
#ifdef SYS_vfork
	case SYS_vfork:
		return (struct creation){ CLONE_VM | CLONE_VFORK | SIGCHLD, 0 };
#endif
	}
	return (struct creation){ SIGCHLD, 0 };
}

/* What the child has from its parent. */
static void inherit(struct task *c, struct task *k, const struct creation *how)
{
	bool thread = how->flags & CLONE_THREAD;
	pid_t pid = thread ? k->t.pid : c->t.tid;

	process_join(c, thread ? k->process : process_new(c, pid));
	c->process->capture_only |= k->process->capture_only;
	if (how->flags & CLONE_VM) {
		c->space = k->space;
		c->space->refs++;
	} else {
		c->space = space_copy(k->space);
	}
	if (how->flags & CLONE_FILES) {
		c->fds = k->fds;
		c->fds->refs++;
	} else {
		c->fds = fds_copy(k->fds);
	}
	domain_join(c, how->flags & CLONE_VM || k->space->shared_writable ? k->domain :
		    domain_new(k->rec));
	c->readable = !tracee_adopt(&c->t, c->t.tid, pid, how->flags & CLONE_VM ? &k->t : NULL);
	c->by_syscall = k->by_syscall;
	c->affinity = k->affinity;
	c->tsc_mode = k->tsc_mode;
	c->trap_set = k->trap_set;
	if (how->flags & CLONE_CHILD_CLEARTID)
		c->clear_tid = how->child_tid;
	c->call = k->call;
	c->call.niov = 0;
	c->call.iov = c->iov;
	c->info = k->info;
	c->in_call = c->entered = true;
	shadow_inherit(c, k);
}

static void write_fork(struct task *k, const struct task *c, uint64_t flags)
{
	struct scap_ev_fork *e;
	struct emit m;

	e = emit_open(&m, k, SCAP_EV_FORK);
	e->child = (uint32_t)c->t.tid;
	e->child_pid = (uint32_t)c->t.pid;
	e->child_domain = c->domain->id;
	e->clone_flags = flags;
	k->rec->foreign_clocks |= (flags & CLONE_NEWTIME) != 0;
	emit_close(&m);
}

void task_forked(struct task *k, pid_t child)
{
	struct creation how;
	struct task *c = task_find(k->rec, child);
	bool capture_only = k->process->capture_only;

	if (!c)
		c = task_new(k->rec, child);
	if (!capture_only)
		syscall_write_enter(k);
	shadow_forked(k);
	how = creation_of(k);
	inherit(c, k, &how);
	write_fork(k, c, how.flags);
	c->announced = true;
	resume_call(k);
	if (c->started)
		task_started(c);
	/* the child runs while its maker waits (vfork), or in its turn */
	if (how.flags & CLONE_VFORK)
		baton_release(k);
}

void task_started(struct task *k)
{
	k->started = true;
	if (!k->announced)
		return;
	if (k->process->capture_only)
		resume_user(k);
	else if (baton_take(k, syscall_child_return))
		syscall_child_return(k);
}

/* ---- seccomp ---- */

static bool installs_filter(const struct scap_call *c)
{
	if (c->nr == SYS_prctl)
		return c->args[0] == PR_SET_SECCOMP;
	return c->args[0] == SECCOMP_SET_MODE_FILTER;
}

void task_note_filter(struct task *k)
{
	if (!installs_filter(&k->call) || k->by_syscall)
		return;
	k->by_syscall = true;
	/* SECCOMP_FILTER_FLAG_TSYNC: its siblings too; harmless for those that did not get it */
	for (unsigned int i = 0; i < TASK_BUCKETS; i++)
		for (struct task *o = k->rec->tasks[i]; o; o = o->next)
			if (o->process == k->process)
				o->by_syscall = true;
}
