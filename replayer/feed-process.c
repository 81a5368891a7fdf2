// SPDX-License-Identifier: GPL-2.0
/*
 * Calls that make, change and end tasks. The real ones are as plain as can be:
 * no ids written, no namespaces, no vfork wait, since all of that is in the
 * trace; a child differs from its parent only by the registers it is given.
 */
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "replay.h"

/* The flags that a real child needs to share what it shared. */
#define FLAGS_KEPT (CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_SETTLS)

/* What the program asked of its clone, whichever call it used. */
struct clone_request {
	uint64_t stack, tls;
};

static int read_request(struct session *s, struct task *task, struct clone_request *req)
{
	static_assert(CLONE_ARGS_SIZE_VER0 == 64, "clone3's first version");
	struct clone_args args;
	uint64_t plain[6] = { 0 };

	*req = (struct clone_request){ 0, 0 };
	switch (task->nr) {
	case SYS_clone:
		req->stack = task->args[1];
		/* Where tls stands among the arguments is the architecture's choice. */
		arch_clone_args(plain, 0, 1);
		for (unsigned int i = 0; i < 6; i++)
			if (plain[i])
				req->tls = task->args[i];
		return 0;
	case SYS_clone3:
		memset(&args, 0, sizeof(args));
		if (tracee_read(&task->t, task->args[0], &args, CLONE_ARGS_SIZE_VER0))
			return session_fail(s, EUCLEAN, "clone3 of task %u has no arguments",
					    task->tid);
		req->stack = args.stack ? args.stack + args.stack_size : 0;
		req->tls = args.tls;
		return 0;
	}
	return 0; /* fork, vfork */
}

/* The child's address space: its parent's, or a copy. */
static struct space *inherit_space(struct task *parent, bool same)
{
	struct space *space;

	if (same) {
		parent->space->refs++;
		return parent->space;
	}
	space = space_new();
	if (space) {
		*space = *parent->space;
		space->refs = 1;
	}
	return space;
}

/* Waits for the new thread's first stop, before its first instruction. */
static int wait_for_child(struct session *s, pid_t real)
{
	struct tracee_stop stop;
	int err;

	do
		err = tracee_wait(real, 0, &stop);
	while (err == -EINTR && !s->interrupted);
	if (err == 1 && stop.kind == TRACEE_STOP_INTERRUPT)
		return 0;
	return session_fail(s, ECHILD, "process %d did not start", real);
}

/* What it begins with: the parent's registers, but for the result and what clone was asked for. */
static int set_child_regs(struct session *s, struct task *parent, struct task *child,
			  const struct clone_request *req)
{
	struct scap_regs *now = tracee_regs(&child->t);
	struct scap_regs r;
	int err;

	if (!now)
		return session_fail(s, ESRCH, "process %d is gone", child->t.tid);
	r = *now;
	for (unsigned int i = 0; i < 6; i++)
		SCAP_REG_ARG(&r, i) = parent->args[i];
	if (req->stack)
		SCAP_REG_SP(&r) = req->stack;
	SCAP_REG_RESULT(&r) = 0;
	err = task_set_regs(s, child, &r);
	child->state = TASK_IN_CALL;
	child->nr = parent->nr;
	memcpy(child->args, parent->args, sizeof(child->args));
	return err;
}

/* The new thread, taken over at its first stop. */
static int adopt_child(struct session *s, struct task *parent, const struct scap_ev_fork *e,
		       pid_t real, const struct clone_request *req)
{
	bool thread = e->clone_flags & CLONE_THREAD, vm = e->clone_flags & CLONE_VM;
	struct task *child = task_new(s, e->child);
	struct process *p = thread ? parent->process : process_new(e->child_pid, real);
	int err;

	if (!child || !p)
		return session_fail(s, ENOMEM, "no memory for task %u", e->child);
	process_join(child, p);
	child->starting = parent->starting;
	child->elsewhere = parent->elsewhere;
	child->cpu_number = parent->cpu_number;
	child->cpuid_trapped = parent->cpuid_trapped;
	err = tracee_adopt(&child->t, real, p->real, vm ? &parent->t : NULL);
	if (err)
		return session_fail(s, -err, "cannot control process %d: %s", real,
				    strerror(-err));
	child->space = inherit_space(parent, vm);
	if (!child->space)
		return session_fail(s, ENOMEM, "no memory for task %u", e->child);
	err = wait_for_child(s, real);
	return err ? err : set_child_regs(s, parent, child, req);
}

int feed_fork(struct session *s, struct task *task, const struct scap_ev_fork *e)
{
	uint64_t flags = (e->clone_flags & FLAGS_KEPT) |
			 (e->clone_flags & CLONE_THREAD ? 0 : SIGCHLD);
	struct clone_request req;
	struct tracee_stop stop;
	struct scap_regs saved, *r = tracee_regs(&task->t);
	uint64_t args[6];
	int err;

	if (task->state != TASK_IN_CALL || !r)
		return session_fail(s, EUCLEAN, "the trace has a child of task %u without a call "
				    "that makes one", task->tid);
	err = read_request(s, task, &req);
	if (err)
		return err;
	saved = *r;
	arch_clone_args(args, flags, req.tls);
	for (unsigned int i = 0; i < 6; i++)
		SCAP_REG_ARG(r, i) = args[i];
	tracee_regs_changed(&task->t);
	if (tracee_syscall_set_nr(&task->t, SYS_clone))
		return session_fail(s, ESRCH, "process %d is gone", task->t.tid);
	err = task_resume_to(s, task, TRACEE_CONT, TRACEE_STOP_FORK, &stop);
	if (err)
		return err;
	err = adopt_child(s, task, e, stop.child, &req);
	if (!err)
		err = task_resume_to(s, task, TRACEE_SYSCALL, TRACEE_STOP_EXIT, NULL);
	if (!err)
		err = task_set_regs(s, task, &saved);
	task->state = TASK_IN_CALL;
	return err;
}

void feed_limit(struct session *s, struct task *task, const struct scap_ev_syscall *e)
{
	bool of_any = e->nr == SYS_prlimit64;
	uint64_t resource = e->args[of_any ? 1 : 0], limit = e->args[of_any ? 2 : 1];
	struct task *whose = task;
	uint64_t cur;

	if (resource != RLIMIT_STACK || !limit || e->result)
		return;
	if (of_any && e->args[0])
		whose = task_find(s, (uint32_t)e->args[0]);
	if (whose && !tracee_read(&task->t, limit, &cur, sizeof(cur)))
		image_limit_stack(whose, cur);
}

/* The other threads of the process went with the old image. */
static void drop_siblings(struct session *s, struct task *task)
{
	for (unsigned int i = 0; i < TASK_BUCKETS; i++) {
		struct task *other, *next;

		for (other = s->tasks[i]; other; other = next) {
			next = other->next;
			if (other != task && other->process == task->process)
				task_drop(s, other);
		}
	}
}

/*
 * The program that the user means must be the recorded one, also where the
 * trace could do without the file.
 */
static int check_program(struct session *s, const struct scap_ev_exec *e)
{
	const struct scap_span *path = scap_span_find(&e->h, SCAP_SPAN_PATH, SCAP_ARG_NONE);
	char *const *argv = s->options.argv;
	char name[4096];
	int fd, err;

	if (!path || path->stored >= sizeof(name))
		return session_fail(s, EUCLEAN, "the trace does not name the program");
	memcpy(name, scap_span_bytes(path), path->stored);
	name[path->stored] = 0;
	err = files_open(s, name, &e->file, &fd);
	/* A script's first word is the script, a bare word is looked up: neither is the binary. */
	if (!err && argv && argv[0] && strchr(argv[0], '/') && !strcmp(s->header->exe, name))
		err = files_open(s, argv[0], &e->file, &fd);
	return err;
}

static int first_exec(struct session *s, struct task *task, const struct scap_ev_exec *e)
{
	struct process *p;
	int err;

	if (s->first_known)
		return session_fail(s, EUCLEAN, "the trace starts a second program (%u) out of "
				    "nowhere", task->tid);
	err = check_program(s, e);
	if (err)
		return err;
	p = process_new(e->pid, 0);
	if (!p)
		return session_fail(s, ENOMEM, "no memory for process %u", e->pid);
	process_join(task, p);
	s->first_known = true;
	s->first_pid = e->pid;
	err = sandbox_spawn(s, task);
	p->real = task->t.pid;
	return err;
}

/* execve: by a thread that is not the leader, it ends as the leader. */
static int next_exec(struct session *s, struct task *task)
{
	int err;

	if (task->state != TASK_IN_CALL)
		return session_fail(s, EUCLEAN, "the trace gives task %u a new program without an "
				    "execve", task->tid);
	err = sandbox_exec(s, task);
	if (err)
		return err;
	drop_siblings(s, task);
	task->process->live = 1;
	return 0;
}

/* The task that becomes @e's: records kept under the leader's number move to the caller. */
static struct task *exec_task(struct session *s, struct task *task, const struct scap_ev_exec *e)
{
	struct task *caller = task_find(s, e->old_tid);

	if (!caller || caller == task)
		return task;
	free(caller->pending.bytes);
	caller->pending = task->pending;
	memset(&task->pending, 0, sizeof(task->pending));
	return caller;
}

int feed_exec(struct session *s, struct task *task, const struct scap_ev_exec *e)
{
	struct task *caller = exec_task(s, task, e);
	int err;

	err = caller->state == TASK_UNBORN ? first_exec(s, caller, e) : next_exec(s, caller);
	if (err)
		return err;
	space_put(caller->space);
	caller->space = space_new();
	if (!caller->space)
		return session_fail(s, ENOMEM, "no memory for process %u", e->pid);
	if (caller->tid != e->h.tid)
		task_rename(s, caller, e->h.tid);
	return image_build(s, caller, e);
}

int feed_task_exit(struct session *s, struct task *task, const struct scap_ev_task_exit *e)
{
	if (!task->process)
		return session_fail(s, EUCLEAN, "the trace ends task %u before it began", task->tid);
	/* What a thread left in its pending records was output of a call that never ended. */
	task->pending.used = 0;
	if (e->pid == s->first_pid && e->h.tid == e->pid) {
		s->outcome.status = e->status;
		s->first_ended = true;
	}
	if (task->process->live > 1)
		return task_end_thread(s, task, WIFSIGNALED(e->status));
	if (WIFSIGNALED(e->status))
		report_killed(s, task, WTERMSIG(e->status));
	task_end_process(s, task);
	return 0;
}
