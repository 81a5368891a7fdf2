// SPDX-License-Identifier: GPL-2.0
/*
 * Who is watched: the filters of capture-only sessions. Which task belongs to
 * one is decided when it could change (start of the session, fork, exec, another
 * name, user or cgroup) and kept as the task's flag for the system call
 * tracepoints, so that all others keep their fast path. A task gets its record
 * by itself, the first time that it comes by (filter_admit()).
 */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/ftrace.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched/coredump.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>

#include "compat.h"
#include "hook.h"
#include "task.h"

#define SELECTS (SCAP_FILTER_ALL | SCAP_FILTER_PID | SCAP_FILTER_COMM | SCAP_FILTER_UID | \
		 SCAP_FILTER_CGROUP)

/*
 * @list:   in filters
 * @opener: thread group that is never watched: the recorder itself
 * @cred:   the opener's
 */
struct filter {
	struct list_head list;
	struct session *session;
	u32 flags;
	struct pid *pid, *opener;
	kuid_t uid;
	struct cgroup *cgroup;
	const struct cred *cred;
	char comm[TASK_COMM_LEN];
	DECLARE_BITMAP(calls, SCAP_FILTER_CALLS);
};

unsigned int filters_active;
static LIST_HEAD(filters);		/* read under RCU */
static DEFINE_MUTEX(filters_lock);	/* changes of it, and the probes below */

/* ---- who matches ---- */

/* As ptrace(2) would let the opener look at it (__ptrace_may_access() of kernel/ptrace.c). */
static bool is_own(const struct filter *f, const struct cred *c)
{
	const struct cred *o = f->cred;

	return uid_eq(o->euid, c->uid) && uid_eq(o->euid, c->euid) && uid_eq(o->euid, c->suid) &&
	       gid_eq(o->egid, c->gid) && gid_eq(o->egid, c->egid) && gid_eq(o->egid, c->sgid) &&
	       o->user_ns == c->user_ns && cap_issubset(c->cap_permitted, o->cap_permitted);
}

/*
 * Whether @task, whose name is @comm and whose credentials are @cred, belongs to @f;
 * within rcu_read_lock(). Descendants of a task that was attached to have a
 * record of the session already.
 */
static bool matches(const struct filter *f, struct task_struct *task, const char *comm,
		    const struct cred *cred)
{
	const struct rtask *k = rtask_find(task);
	bool member = k && k->session == f->session;

	if (task->flags & PF_KTHREAD || task_tgid(task) == f->opener)
		return false;
	if (!member && !(f->flags & SELECTS))
		return false;
	if (f->flags & SCAP_FILTER_PID && !member && task_tgid(task) != f->pid)
		return false;
	if (f->flags & SCAP_FILTER_COMM && strncmp(comm, f->comm, TASK_COMM_LEN) != 0)
		return false;
	if (f->flags & SCAP_FILTER_UID && !uid_eq(cred->euid, f->uid))
		return false;
	if (f->flags & SCAP_FILTER_CGROUP && !task_under_cgroup_hierarchy(task, f->cgroup))
		return false;
	if (!f->session->privileged && !is_own(f, cred))
		return false;
	return session_pid(f->session, task, false);
}

static const struct filter *first_match(struct task_struct *task, const char *comm,
					const struct cred *cred)
{
	const struct filter *f;

	list_for_each_entry_rcu(f, &filters, list)
		if (matches(f, task, comm, cred))
			return f;
	return NULL;
}

bool filter_wants(struct task_struct *task)
{
	struct rtask *k;
	bool wants;

	if (!READ_ONCE(filters_active))
		return false;
	rcu_read_lock();
	k = rtask_find(task);
	if (k)
		wants = k->state == RTASK_WATCHED && !READ_ONCE(k->muted);
	else
		wants = first_match(task, task->comm, __task_cred(task));
	rcu_read_unlock();
	return wants;
}

bool filter_wants_call(const struct rtask *k, long nr)
{
	const struct filter *f = k->session->filter;

	if (!(f->flags & SCAP_FILTER_CALLS_SET))
		return nr >= 0;
	/* numbers of 32-bit calls mean something else */
	return nr >= 0 && nr < SCAP_FILTER_CALLS && !is_compat_call() && test_bit(nr, f->calls);
}

struct rtask *filter_admit(void)
{
	const struct filter *f;
	struct rtask *k = NULL;

	if (!READ_ONCE(filters_active) || current->flags & (PF_KTHREAD | PF_EXITING))
		return NULL;
	rcu_read_lock();
	f = first_match(current, current->comm, current_cred());
	/* as for exec: what is not readable is not to be looked at */
	if (f && (f->session->privileged ||
		  (current->mm && get_dumpable(current->mm) == SUID_DUMP_USER)))
		k = rtask_watch(f->session, current);
	rcu_read_unlock();
	return k;
}

/*
 * @task is, or will be at once, called @comm and has @cred. The flag of one
 * that drops out in the middle of a call is cleared by itself at the next.
 */
static void reconsider(struct task_struct *task, const char *comm, const struct cred *cred)
{
	struct rtask *k;
	bool wanted;

	rcu_read_lock();
	k = rtask_find(task);
	if (k && k->state == RTASK_WATCHED) {
		wanted = matches(k->session->filter, task, comm, cred);
		WRITE_ONCE(k->muted, !wanted);
		if (wanted)
			hook_mark(task);
	} else if (!k) {
		if (first_match(task, comm, cred))
			hook_mark(task);
		else
			hook_unmark(task);
	}
	rcu_read_unlock();
}

void filter_born(struct task_struct *child)
{
	if (!READ_ONCE(filters_active))
		return;
	rcu_read_lock();
	reconsider(child, child->comm, __task_cred(child));
	rcu_read_unlock();
}

/* ---- when that may change ---- */

static void on_rename(void *data, struct task_struct *task, const char *comm)
{
	rcu_read_lock();
	reconsider(task, comm, __task_cred(task));
	rcu_read_unlock();
}

static void on_attach(void *data, struct cgroup *to, const char *path, struct task_struct *leader,
		      bool all)
{
	struct task_struct *task;

	rcu_read_lock();
	for_each_thread(leader, task)
		if (all || task == leader)
			reconsider(task, task->comm, __task_cred(task));
	rcu_read_unlock();
}

static void notrace on_creds(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			     struct ftrace_regs *fregs)
{
	/* commit_creds(new) */
	unsigned long new = compat_ftrace_argument(fregs, 0);

	if (new)
		reconsider(current, current->comm, (const struct cred *)new);
}

static struct ftrace_ops creds_ops = { .func = on_creds, .flags = COMPAT_FTRACE_FLAGS };

static struct change {
	const char *name;
	void *probe;
	struct tracepoint *tp;
} changes[] = {
	{ .name = "task_rename", .probe = on_rename },
	{ .name = "cgroup_attach_task", .probe = on_attach },
};

static void stop_listening(unsigned int n)
{
	while (n--)
		tracepoint_probe_unregister(changes[n].tp, changes[n].probe, NULL);
	tracepoint_synchronize_unregister();
}

static int start_listening(void)
{
	static unsigned char name[] = "commit_creds";
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		changes[i].tp = hook_find(changes[i].name);
		ret = changes[i].tp ? tracepoint_probe_register(changes[i].tp, changes[i].probe,
								NULL) : -ENOENT;
		if (ret)
			goto fail;
	}
	ret = ftrace_set_filter(&creds_ops, name, sizeof(name) - 1, 1);
	if (!ret)
		ret = register_ftrace_function(&creds_ops);
	if (!ret)
		return 0;
fail:
	pr_err("scaprec: cannot follow changes of names, users and cgroups: %d\n", ret);
	stop_listening(i);
	return ret;
}

/* ---- on and off ---- */

/* The process to attach to: -errno where there is none, or it is somebody else's. */
static int find_process(struct filter *f, u32 nr)
{
	struct task_struct *task;
	int ret = 0;

	f->pid = find_get_pid((int)nr);
	rcu_read_lock();
	task = f->pid ? pid_task(f->pid, PIDTYPE_TGID) : NULL;
	if (!task)
		ret = -ESRCH;
	else if (task->flags & PF_KTHREAD || f->pid == f->opener)
		ret = -EINVAL;
	else if (!f->session->privileged && !is_own(f, __task_cred(task)))
		ret = -EPERM;
	rcu_read_unlock();
	return ret;
}

static int find_cgroup(struct filter *f, int fd)
{
	struct cgroup *cgroup = cgroup_get_from_fd(fd);

	if (IS_ERR(cgroup))
		return PTR_ERR(cgroup);
	f->cgroup = cgroup;
	return 0;
}

static int fill(struct filter *f, const struct scap_ioc_filter *arg)
{
	bool others;
	int ret = 0;

	f->flags = arg->flags;
	f->opener = get_pid(task_tgid(current));
	f->cred = get_current_cred();
	f->uid = make_kuid(current_user_ns(), arg->uid);
	memcpy(f->comm, arg->comm, sizeof(f->comm));
	bitmap_from_arr64(f->calls, arg->calls, SCAP_FILTER_CALLS);
	if (arg->flags & ~(SELECTS | SCAP_FILTER_CALLS_SET) ||
	    strnlen(arg->comm, sizeof(arg->comm)) == sizeof(arg->comm))
		return -EINVAL;
	others = arg->flags & SCAP_FILTER_ALL ||
		 (arg->flags & SCAP_FILTER_UID && !uid_eq(f->uid, f->cred->euid));
	if (others && !f->session->privileged)
		return -EPERM;
	if (arg->flags & SCAP_FILTER_PID)
		ret = find_process(f, arg->pid);
	if (!ret && arg->flags & SCAP_FILTER_CGROUP)
		ret = find_cgroup(f, arg->cgroup);
	return ret;
}

void filter_free(struct filter *f)
{
	if (!f)
		return;
	put_pid(f->pid);
	put_pid(f->opener);
	put_cred(f->cred);
	if (f->cgroup)
		cgroup_put(f->cgroup);
	kfree(f);
}

int filter_start(struct session *s, const struct scap_ioc_filter *arg)
{
	struct filter *f = kzalloc(sizeof(*f), GFP_KERNEL);
	int ret;

	if (!f)
		return -ENOMEM;
	f->session = s;
	ret = fill(f, arg);
	if (ret) {
		filter_free(f);
		return ret;
	}
	mutex_lock(&filters_lock);
	if (s->filter || atomic_read(&s->tasks))
		ret = -EBUSY;
	else if (!filters_active)
		ret = start_listening();
	if (!ret) {
		s->filter = f;
		list_add_tail_rcu(&f->list, &filters);
		WRITE_ONCE(filters_active, filters_active + 1);
	}
	mutex_unlock(&filters_lock);
	if (ret)
		filter_free(f);
	else
		hooks_remark();
	return ret;
}

void filter_stop(struct session *s)
{
	mutex_lock(&filters_lock);
	if (s->filter && !READ_ONCE(s->dead)) {
		WRITE_ONCE(s->dead, true);
		list_del_rcu(&s->filter->list);
		WRITE_ONCE(filters_active, filters_active - 1);
		rtask_detach_all(s);
		if (!filters_active) {
			unregister_ftrace_function(&creds_ops);
			stop_listening(ARRAY_SIZE(changes));
		}
	}
	mutex_unlock(&filters_lock);
	hooks_remark();
}
