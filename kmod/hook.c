// SPDX-License-Identifier: GPL-2.0
/*
 * The probes on the kernel's tracepoints, and the flag that makes a task pass
 * through the system call ones: set for recorded tasks only, so that all others
 * keep their fast path. While somebody else uses the same tracepoints, every
 * task has it, as without us.
 */
#include <linux/binfmts.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>
#include <trace/events/signal.h>
#include <trace/syscall.h>

#include "arch.h"
#include "call.h"
#include "domain.h"
#include "file.h"
#include "hook.h"
#include "signals.h"
#include "task.h"

/* How often other users of our tracepoints are looked for. */
#define WATCH_MS 50

/* ---- the probes ---- */

static void on_sys_enter(void *data, struct pt_regs *regs, long id)
{
	struct rtask *k = rtask_current();

	if (likely(k && k->state == RTASK_LIVE))
		quick_entry(k, regs, id);
	else if (!k || k->state == RTASK_WATCHED)
		watch_entry(k, regs, id);
}

static void on_sys_exit(void *data, struct pt_regs *regs, long result)
{
	struct rtask *k = rtask_current();

	if (likely(k && k->state == RTASK_LIVE))
		quick_exit(k, regs, result);
	else if (!k || k->state == RTASK_WATCHED)
		watch_exit(k, regs, result);
}

static void on_switch(void *data, bool preempt, struct task_struct *prev, struct task_struct *next,
		      unsigned int prev_state)
{
	struct rtask *k;

	if (!SCAP_TRAP_OF_TASK)
		arch_switch(next);
	if (preempt || !prev_state || !test_task_syscall_work(prev, SYSCALL_TRACEPOINT))
		return;
	k = rtask_current();
	if (k && k->state == RTASK_LIVE)
		baton_sleeps(k, prev_state);
}

static void on_fork(void *data, struct task_struct *parent, struct task_struct *child)
{
	task_forked(parent, child);
	filter_born(child);
}

static void on_exec(void *data, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	struct rtask *k = rtask_current();

	if (!k)
		k = filter_admit();
	if (!k || k->state == RTASK_FREE)
		return;
	if (k->session->filter)
		watch_exec(k, (u32)old_pid, bprm->secureexec);
	else
		exec_event(k, (u32)old_pid, bprm->secureexec);
}

static void on_exit(void *data, struct task_struct *task)
{
	/* a tracer */
	if (!list_empty(&task->ptraced))
		rtask_each(NULL, place_abandon);
	task_exited(task);
}

static void on_signal(void *data, int sig, struct kernel_siginfo *info, struct k_sigaction *ka)
{
	struct rtask *k = rtask_current();

	if (k && (k->state == RTASK_LIVE || k->state == RTASK_WATCHED))
		signal_delivered(k, sig, info, ka);
}

static void on_generate(void *data, int sig, struct kernel_siginfo *info, struct task_struct *task,
			int group, int result)
{
	struct rtask *k;

	if (result != TRACE_SIGNAL_DELIVERED)
		return;
	k = rtask_find(task);
	if (k && k->state == RTASK_LIVE)
		signal_comes(k, sig, info, group);
}

static struct hook {
	const char *name;
	void *probe;
	struct tracepoint *tp;
	bool on;
	bool syscalls;	/* has the flag */
} hooks[] = {
	{ .name = "sys_enter", .probe = on_sys_enter, .syscalls = true },
	{ .name = "sys_exit", .probe = on_sys_exit, .syscalls = true },
	{ .name = "sched_switch", .probe = on_switch },
	{ .name = "sched_process_fork", .probe = on_fork },
	{ .name = "sched_process_exec", .probe = on_exec },
	{ .name = "sched_process_exit", .probe = on_exit },
	{ .name = "signal_deliver", .probe = on_signal },
	{ .name = "signal_generate", .probe = on_generate },
};

/* ---- who passes through the system call tracepoints ---- */

static bool foreign;	/* somebody else uses them */
static DEFINE_MUTEX(marks_lock);	/* changes of it, and of all tasks' flags */

void hook_mark(struct task_struct *task)
{
	set_task_syscall_work(task, SYSCALL_TRACEPOINT);
}

void hook_unmark(struct task_struct *task)
{
	if (READ_ONCE(foreign))
		return;
	clear_task_syscall_work(task, SYSCALL_TRACEPOINT);
	/* pairs with mark_tasks(): either of us sees what the other has done */
	smp_mb__after_atomic();
	if (READ_ONCE(foreign))
		set_task_syscall_work(task, SYSCALL_TRACEPOINT);
}

static bool must_pass(struct task_struct *task)
{
	return READ_ONCE(foreign) || rtask_recorded(task) || filter_wants(task);
}

static void mark_task(struct task_struct *task)
{
	if (!must_pass(task)) {
		clear_task_syscall_work(task, SYSCALL_TRACEPOINT);
		/* who becomes recorded just now sets the flag after its record */
		smp_mb__after_atomic();
		if (!must_pass(task))
			return;
	}
	set_task_syscall_work(task, SYSCALL_TRACEPOINT);
}

static void mark_each(void)
{
	struct task_struct *leader, *task;

	rcu_read_lock();
	for_each_process_thread(leader, task)
		mark_task(task);
	rcu_read_unlock();
}

/*
 * All tasks if @all, or only the recorded ones. A task just being forked has its
 * parent's flag from before (syscall_tracepoint_update() in copy_process(), under
 * tasklist_lock): once that lock's holders are through, it is in the list.
 */
static void mark_tasks(bool all)
{
	WRITE_ONCE(foreign, all);
	/* pairs with hook_unmark() */
	smp_mb();
	mark_each();
	synchronize_rcu_expedited();
	mark_each();
}

/* Whether anybody but us has a probe there. */
static bool others_use(const struct hook *h)
{
	struct tracepoint_func *f;
	bool others = false;

	rcu_read_lock();
	for (f = rcu_dereference(h->tp->funcs); f && f->func; f++)
		others |= f->func != h->probe;
	rcu_read_unlock();
	return others;
}

static bool others_trace(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (hooks[i].syscalls && others_use(&hooks[i]))
			return true;
	return false;
}

static void watch(struct work_struct *work)
{
	bool now;

	mutex_lock(&marks_lock);
	now = others_trace();
	if (now != foreign)
		mark_tasks(now);
	mutex_unlock(&marks_lock);
	schedule_delayed_work(to_delayed_work(work), msecs_to_jiffies(WATCH_MS));
}

static DECLARE_DELAYED_WORK(watch_work, watch);

/* ---- on and off ---- */

struct search {
	const char *name;
	struct tracepoint *found;
};

static void compare_name(struct tracepoint *tp, void *data)
{
	struct search *s = data;

	if (!strcmp(tp->name, s->name))
		s->found = tp;
}

struct tracepoint *hook_find(const char *name)
{
	struct search s = { .name = name };

	for_each_kernel_tracepoint(compare_name, &s);
	return s.found;
}

static DEFINE_MUTEX(hooks_lock);
static unsigned int users;
static bool registered;

static void unregister_all(void)
{
	int i;

	for (i = ARRAY_SIZE(hooks) - 1; i >= 0; i--) {
		if (hooks[i].on)
			tracepoint_probe_unregister(hooks[i].tp, hooks[i].probe, NULL);
		hooks[i].on = false;
	}
	tracepoint_synchronize_unregister();
	arch_traps_off();
}

static int register_all(void)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		hooks[i].tp = hook_find(hooks[i].name);
		ret = hooks[i].tp ? tracepoint_probe_register(hooks[i].tp, hooks[i].probe, NULL) :
				    -ENOENT;
		if (ret) {
			pr_err("scaprec: tracepoint %s: %d\n", hooks[i].name, ret);
			unregister_all();
			return ret;
		}
		hooks[i].on = true;
	}
	return 0;
}

/*
 * The kernel sets the flags for the first user of the tracepoints and clears
 * them behind the last. Others who came while we were the first, and are still there,
 * must see everybody again.
 */
static void leave_marks(void)
{
	bool all;

	mutex_lock(&marks_lock);
	do {
		all = others_trace();
		if (all != foreign)
			mark_tasks(all);
	} while (all != others_trace());
	foreign = false;
	mutex_unlock(&marks_lock);
}

static void switch_off(void)
{
	if (!registered)
		return;
	cancel_delayed_work_sync(&watch_work);
	unregister_all();
	registered = false;
	leave_marks();
}

int hooks_get(void)
{
	int ret = 0;

	mutex_lock(&hooks_lock);
	if (!registered) {
		ret = register_all();
		registered = !ret;
		if (registered) {
			mutex_lock(&marks_lock);
			mark_tasks(others_trace());
			mutex_unlock(&marks_lock);
			schedule_delayed_work(&watch_work, msecs_to_jiffies(WATCH_MS));
		}
	}
	if (!ret)
		users++;
	mutex_unlock(&hooks_lock);
	return ret;
}

/*
 * Programs whose recorder is gone still need their trapped counters answered:
 * the probes stay as long as there are any, and then until the next session ends.
 */
void hooks_put(void)
{
	mutex_lock(&hooks_lock);
	if (!--users && !tasks_left())
		switch_off();
	mutex_unlock(&hooks_lock);
}

void hooks_remark(void)
{
	mutex_lock(&hooks_lock);
	mutex_lock(&marks_lock);
	if (registered)
		mark_tasks(foreign);
	mutex_unlock(&marks_lock);
	mutex_unlock(&hooks_lock);
}

void hooks_exit(void)
{
	mutex_lock(&hooks_lock);
	switch_off();
	mutex_unlock(&hooks_lock);
}
