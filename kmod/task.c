// SPDX-License-Identifier: GPL-2.0
/*
 * Who is recorded: a table from task to its record, looked up under RCU. A task
 * enters it by SCAP_IOC_RECORD or as a recorded task's child, before it first
 * runs, and leaves it when it exits. Each record holds the module: trapped
 * counters and queued task_work need it, recorder or no recorder.
 */
#include <linux/module.h>
#include <linux/pid_namespace.h>
#include <linux/prctl.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>

#include "bind.h"
#include "call.h"
#include "counter.h"
#include "domain.h"
#include "file.h"
#include "hook.h"
#include "record.h"
#include "signals.h"
#include "task.h"

struct hlist_head rtask_table[1 << RTASK_BITS];
static DEFINE_RAW_SPINLOCK(tasks_lock);	/* changes of the table */
static atomic_t ntasks;
static struct kmem_cache *cache;

int tasks_init(void)
{
	/* input, scratch and iovecs are copied from user space into it */
	cache = kmem_cache_create_usercopy("scaprec_task", sizeof(struct rtask), 0, 0, 0,
					   sizeof(struct rtask), NULL);
	return cache ? 0 : -ENOMEM;
}

void tasks_exit(void)
{
	/* records are freed by RCU callbacks, callbacks of ours return here */
	synchronize_rcu_tasks();
	rcu_barrier();
	kmem_cache_destroy(cache);
}

bool rtask_recorded(struct task_struct *task)
{
	struct rtask *k;
	bool known;

	rcu_read_lock();
	k = rtask_find(task);
	known = k && (k->state == RTASK_ARMED || k->state == RTASK_LIVE);
	rcu_read_unlock();
	return known;
}

bool tasks_left(void)
{
	return atomic_read(&ntasks);
}

u32 session_pid(struct session *s, struct task_struct *task, bool group)
{
	/* session_end() lets go of the namespace one grace period after @dead */
	u32 pid = 0;

	rcu_read_lock();
	if (!READ_ONCE(s->dead))
		pid = (u32)(group ? task_tgid_nr_ns(task, s->ns) : task_pid_nr_ns(task, s->ns));
	rcu_read_unlock();
	return pid;
}

/* ---- what tasks share ---- */

static struct process *process_new(u32 pid, gfp_t gfp)
{
	struct process *p = kzalloc(sizeof(*p), gfp);

	if (!p)
		return NULL;
	refcount_set(&p->ref, 1);
	atomic_set(&p->threads, 1);
	p->pid = pid;
	return p;
}

static void process_put(struct process *p)
{
	if (p && refcount_dec_and_test(&p->ref))
		kfree(p);
}

int rtask_new_domain(struct rtask *k)
{
	struct domain *d = domain_new(k->session, GFP_ATOMIC), *old = k->domain;

	if (!d)
		return -ENOMEM;
	domain_leave(k);
	domain_join(k, d, NULL);
	domain_put(d);
	domain_put(old);
	emit_domain(k);
	return 0;
}

/* ---- coming and going ---- */

static void rtask_free(struct rcu_head *rcu)
{
	struct rtask *k = container_of(rcu, struct rtask, rcu);

	domain_put(k->domain);
	process_put(k->process);
	session_put(k->session);
	if (k->input != k->small_input)
		kvfree(k->input);
	kvfree(k->spare);
	kfree(k->steps);
	kfree(k->before);
	bind_free(k);
	kmem_cache_free(cache, k);
	module_put(THIS_MODULE);
}

void rtask_put(struct rtask *k)
{
	if (refcount_dec_and_test(&k->ref))
		call_rcu(&k->rcu, rtask_free);
}

static void rtask_work(struct callback_head *work);

static struct rtask *rtask_new(struct session *s, struct task_struct *task, gfp_t gfp)
{
	struct rtask *k = kmem_cache_zalloc(cache, gfp);

	if (!k)
		return NULL;
	__module_get(THIS_MODULE);
	refcount_set(&k->ref, 1);
	k->task = task;
	k->session = s;
	session_get(s);
	k->input = k->small_input;
	k->in_cap = INPUT_SMALL;
	k->replaced_arg = -1;
	k->was_bound = NOT_BOUND;
	k->tsc_mode = PR_TSC_ENABLE;
	init_task_work(&k->work, rtask_work);
	baton_init(k);
	return k;
}

static void insert(struct rtask *k)
{
	unsigned long irq;

	atomic_inc(&ntasks);
	atomic_inc(&k->session->tasks);
	raw_spin_lock_irqsave(&tasks_lock, irq);
	hlist_add_head_rcu(&k->node, &rtask_table[hash_ptr(k->task, RTASK_BITS)]);
	raw_spin_unlock_irqrestore(&tasks_lock, irq);
}

/* false: somebody else has taken it out. */
static bool remove(struct rtask *k)
{
	unsigned long irq;
	bool here;

	raw_spin_lock_irqsave(&tasks_lock, irq);
	here = !hlist_unhashed(&k->node);
	hlist_del_init_rcu(&k->node);
	raw_spin_unlock_irqrestore(&tasks_lock, irq);
	if (here)
		atomic_dec(&ntasks);
	return here;
}

/* One recorded task less: the recorder may be waiting for the last. */
static void leave_session(struct rtask *k)
{
	if (atomic_dec_and_test(&k->session->tasks))
		session_wake(k->session);
}

/* A record with a domain and a process of its own, in the table; NULL: no memory. */
static struct rtask *rtask_make(struct session *s, struct task_struct *task, enum rtask_state state,
				gfp_t gfp)
{
	struct rtask *k = rtask_new(s, task, gfp);
	struct domain *d;

	if (!k)
		return NULL;
	k->state = state;
	k->tid = session_pid(s, task, false);
	k->process = process_new(session_pid(s, task, true), gfp);
	d = domain_new(s, gfp);
	if (!k->process || !d) {
		domain_put(d);
		rtask_put(k);
		return NULL;
	}
	domain_join(k, d, NULL);
	domain_put(d);
	insert(k);
	return k;
}

struct rtask *rtask_watch(struct session *s, struct task_struct *task)
{
	return rtask_make(s, task, RTASK_WATCHED, GFP_ATOMIC);
}

/* Takes it out of the table for good. */
static void rtask_end(struct rtask *k)
{
	if (!remove(k))
		return;
	rtask_release(k);
	rtask_put(k);
}

int rtask_arm(struct session *s)
{
	struct rtask *k = rtask_current();

	/* whoever watches it gives way to a recording */
	if (k && k->state == RTASK_WATCHED)
		rtask_end(k);
	else if (k)
		return -EBUSY;
	k = rtask_make(s, current, RTASK_ARMED, GFP_KERNEL);
	if (!k)
		return -ENOMEM;
	hook_mark(current);
	if (!s->filter)
		emit_domain(k);
	return 0;
}

void rtask_detach_all(struct session *s)
{
	struct rtask *k, *detached = NULL;
	unsigned long irq;
	unsigned int i;

	/* whoever had not seen that the session is dead has done what it was about to do */
	tracepoint_synchronize_unregister();
	raw_spin_lock_irqsave(&tasks_lock, irq);
	for (i = 0; i < ARRAY_SIZE(rtask_table); i++) {
		struct hlist_node *next;

		hlist_for_each_entry_safe(k, next, &rtask_table[i], node) {
			if (k->session != s)
				continue;
			hlist_del_init_rcu(&k->node);
			atomic_dec(&ntasks);
			k->detached = detached;
			detached = k;
		}
	}
	raw_spin_unlock_irqrestore(&tasks_lock, irq);
	/* and nobody uses what was found in the table any more */
	tracepoint_synchronize_unregister();
	while ((k = detached)) {
		detached = k->detached;
		rtask_release(k);
		rtask_put(k);
	}
}

void rtask_release(struct rtask *k)
{
	bool watched = k->state == RTASK_WATCHED;

	if (k->state == RTASK_FREE)
		return;
	k->state = RTASK_FREE;
	call_give_back(k);
	/* one watched may be gone already; hooks_remark() sees to those that are not */
	if (!watched)
		hook_unmark(k->task);
	if (rcu_access_pointer(k->bound))
		rtask_queue(k, TODO_UNBIND);
	domain_leave(k);
	switch_end(k);
	counter_unmake(k);
	leave_session(k);
}

/* ---- fork ---- */

/* What the call in flight asked for. */
static u64 clone_flags_of(struct rtask *k)
{
	struct { u64 flags, pidfd, child_tid, parent_tid, exit_signal; } args;
	u64 at = k->call.args[0];

	if (!k->info)
		return SIGCHLD;
	switch (k->info->id) {
	case SCAP_SYS_clone:
		return at;
	case SCAP_SYS_clone3:
		if (mem_nofault.get(&mem_nofault, at, &args, sizeof(args)))
			return SIGCHLD;
		return args.flags | args.exit_signal;
	case SCAP_SYS_vfork:
		return CLONE_VM | CLONE_VFORK | SIGCHLD;
	}
	return SIGCHLD;
}

/*
 * Memory that one of both may write to. What the parent may only read, somebody
 * may write who is in its domain for that.
 */
static bool shares_memory(struct rtask *c, struct rtask *k, u64 flags)
{
	if (flags & CLONE_VM)
		return true;
	return maps_share(c->task->mm, domain_shared(k) ? VM_SHARED | VM_MAYSHARE : VM_SHARED);
}

static int share(struct rtask *c, struct rtask *k, u64 flags)
{
	struct domain *d;

	if (flags & CLONE_THREAD) {
		c->process = k->process;
		refcount_inc(&c->process->ref);
		atomic_inc(&c->process->threads);
	} else {
		c->process = process_new(session_pid(c->session, c->task, true), GFP_ATOMIC);
	}
	if (shares_memory(c, k, flags)) {
		domain_join(c, k->domain, k);
	} else {
		d = domain_new(c->session, GFP_ATOMIC);
		if (d)
			domain_join(c, d, NULL);
		domain_put(d);
	}
	return c->process && c->domain ? 0 : -ENOMEM;
}

u64 rtask_clone_flags(struct rtask *k, struct task_struct *child)
{
	if (k->in_call)
		return clone_flags_of(k);
	if (same_thread_group(child, current))
		return CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
	return SIGCHLD;
}

void rtask_inherit_call(struct rtask *c, struct rtask *k)
{
	c->call = k->call;
	c->call.niov = 0;
	c->call.iov = c->iov;
	c->call.iov_cap = IOV_CAP;
	c->info = k->info;
	c->in_call = true;
	c->entered = true;
	if (!SCAP_CHILD_UNTOLD)
		return;
	/* its first task_work tells of its return */
	c->call.result = 0;
	signal_boundary(c, task_pt_regs(c->task));
	rtask_queue(c, TODO_CLOSE);
}

static void inherit(struct rtask *c, struct rtask *k)
{
	c->state = RTASK_LIVE;
	c->tid = session_pid(c->session, c->task, false);
	c->tsc_mode = k->tsc_mode;
	rtask_inherit_call(c, k);
}

static void write_fork(struct rtask *k, struct rtask *c, u64 flags)
{
	struct scap_ev_fork *e;
	struct record r;

	if (record_open(&r, k, SCAP_EV_FORK, sizeof(*e), true)) {
		record_lost(k);
		return;
	}
	e = (void *)r.e;
	e->child = c->tid;
	e->child_pid = c->process->pid;
	e->child_domain = c->domain->id;
	e->clone_flags = flags;
	record_commit(&r);
}

/* An unrecorded child of one that was: its trapped counters are still ours to answer. */
static void follow_free(struct rtask *k, struct task_struct *child)
{
	struct rtask *c = rtask_new(k->session, child, GFP_ATOMIC);

	if (!c)
		return;
	c->tsc_mode = k->tsc_mode;
	insert(c);
	rtask_release(c);
}

void task_forked(struct task_struct *parent, struct task_struct *child)
{
	static const char lost[] = "no memory to record a child";
	struct rtask *k = rtask_current(), *c;
	u64 flags;

	if (!k)
		k = filter_admit();
	if (!k || parent != current)
		return;
	bind_forked(k, child);
	if (k->state == RTASK_WATCHED) {
		watch_forked(k, child);
		return;
	}
	if (k->session->filter)
		return;
	if (k->state != RTASK_LIVE || !k->in_call || READ_ONCE(k->session->dead)) {
		follow_free(k, child);
		return;
	}
	flags = clone_flags_of(k);
	call_write_enter(k);
	c = rtask_new(k->session, child, GFP_ATOMIC);
	if (!c || share(c, k, flags)) {
		emit_meta(k, SCAP_META_NOTE, 0, lost, sizeof(lost) - 1);
		record_lost(k);
		if (c) {
			domain_leave(c);
			rtask_put(c);
		}
		return;
	}
	inherit(c, k);
	insert(c);
	write_fork(k, c, flags);
	k->forked = true;
	if (c->domain != k->domain)
		emit_domain(c);
	else if (counter_lacks(k))
		rtask_queue(k, TODO_COUNT);
}

/* ---- exit ---- */

void task_exited(struct task_struct *task)
{
	struct rtask *k;

	if (task != current)
		return;
	k = rtask_current();
	if (!k)
		return;
	if (k->state == RTASK_LIVE)
		exit_write(k);
	else if (k->state == RTASK_WATCHED)
		watch_ended(k);
	rtask_end(k);
}

/* ---- task_work ---- */

bool rtask_queue(struct rtask *k, unsigned int todo)
{
	if (atomic_fetch_or((int)todo, &k->todo))
		return true;
	refcount_inc(&k->ref);
	if (!task_work_add(k->task, &k->work, TWA_RESUME))
		return true;
	/* past exit_task_work(): nothing will run in user mode again */
	atomic_set(&k->todo, 0);
	refcount_dec(&k->ref);
	return false;
}

static void work_off(struct rtask *k, unsigned int todo)
{
	if (counter_lacks(k) && (todo & TODO_PLACED || domain_shared(k)))
		counter_make(k);
	if (todo & TODO_UNBIND)
		home_started(k);
	if (todo & TODO_PREPARE)
		call_prepare(k);
	if (todo & TODO_CLOSE)
		call_close(k);
	if (todo & TODO_EXEC)
		exec_write(k);
	if (todo & TODO_SIGNAL)
		signal_write(k);
	ring_wait(k->session);
	if (todo & TODO_YIELD)
		baton_let_queue(k);
	if (todo & TODO_PLACE)
		signal_choose_place(k);
	if (todo & (TODO_CLOSE | TODO_SUM) && checksum_due(k))
		checksum_take(k);
	if (todo & (TODO_FORCE | TODO_PLACED) || baton_counts(k))
		baton_force(k, todo & TODO_PLACED && place_take(k));
	if (!domain_shared(k))
		return;
	switch_prepare(k);
	/*
	 * In user code only baton_force() passes it on, which tells the place. A turn that
	 * ended before it began, as the way here took longer, would be none.
	 */
	if (!k->fresh && signal_at_boundary(k, current_pt_regs()))
		baton_boundary(k, false);
}

/* With the baton, for which it may have to wait. */
static void work_in_turn(struct rtask *k, unsigned int todo)
{
	/* also while it waits: what is granted on the way to sleep is kept */
	k->ours = true;
	steps_stop(k);
	place_arrived(k);
	if (k->stop_token)
		switch_stopped(k);
	k->fresh = k->passed || !baton_has(k);
	if (!baton_take(k))
		work_off(k, todo);
	k->ours = false;
}

static void work_on(struct rtask *k, unsigned int todo)
{
	switch (k->state) {
	case RTASK_LIVE:
		work_in_turn(k, todo);
		break;
	case RTASK_WATCHED:
		watch_finish(k, todo);
		break;
	case RTASK_FREE:
		/* who was let go on the way to its place, or at home, is not left so */
		place_arrived(k);
		home_started(k);
		break;
	case RTASK_ARMED:
		break;
	}
}

/* On the way to user mode: may sleep and fault. */
static void rtask_work(struct callback_head *work)
{
	struct rtask *k = container_of(work, struct rtask, work);
	unsigned int todo = (unsigned int)atomic_xchg(&k->todo, 0);

	/* run by do_exit(): its memory is gone, and so may the record be */
	if (!(current->flags & PF_EXITING))
		work_on(k, todo);
	rtask_put(k);
}

void rtask_each(struct session *s, void (*each)(struct rtask *k))
{
	struct rtask *k;
	unsigned int i;

	rcu_read_lock();
	for (i = 0; i < ARRAY_SIZE(rtask_table); i++)
		hlist_for_each_entry_rcu(k, &rtask_table[i], node)
			if (!s || k->session == s)
				each(k);
	rcu_read_unlock();
}
