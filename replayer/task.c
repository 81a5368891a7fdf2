// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks: the recorded thread ids and the real threads that stand in for them,
 * how a thread is brought to its next stop, and how it ends. Recorded ids may
 * be used again; real ones never show.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "replay.h"

static struct task **bucket(struct session *s, uint32_t tid)
{
	return &s->tasks[tid % TASK_BUCKETS];
}

struct task *task_find(struct session *s, uint32_t tid)
{
	struct task *task = s->last_found;

	if (task && task->tid == tid)
		return task;
	for (task = *bucket(s, tid); task && task->tid != tid; task = task->next)
		;
	s->last_found = task;
	return task;
}

struct task *task_new(struct session *s, uint32_t tid)
{
	struct task *task = task_find(s, tid);

	if (task)
		task_drop(s, task);
	task = calloc(1, sizeof(*task));
	if (!task)
		return NULL;
	task->tid = tid;
	task->state = TASK_UNBORN;
	task->cpu_number = NO_NUMBER;
	task->next = *bucket(s, tid);
	*bucket(s, tid) = task;
	return task;
}

struct process *process_new(uint32_t pid, pid_t real)
{
	struct process *p = calloc(1, sizeof(*p));

	if (p)
		*p = (struct process){ .pid = pid, .real = real };
	return p;
}

void process_join(struct task *task, struct process *p)
{
	task->process = p;
	p->tasks++;
	p->live++;
}

static void process_leave(struct task *task)
{
	struct process *p = task->process;

	task->process = NULL;
	if (p && !--p->tasks)
		free(p);
}

struct space *space_new(void)
{
	struct space *space = calloc(1, sizeof(*space));

	if (space)
		space->refs = 1;
	return space;
}

void space_put(struct space *space)
{
	if (space && !--space->refs)
		free(space);
}

void task_drop(struct session *s, struct task *task)
{
	struct task **at = bucket(s, task->tid);

	ahead_done(s, task);
	while (*at != task)
		at = &(*at)->next;
	*at = task->next;
	if (s->last_found == task)
		s->last_found = NULL;
	tracee_release(&task->t);
	process_leave(task);
	space_put(task->space);
	free(task->pending.bytes);
	free(task);
}

void task_rename(struct session *s, struct task *task, uint32_t tid)
{
	struct task **at = bucket(s, task->tid), *old = task_find(s, tid);

	if (old)
		task_drop(s, old);
	while (*at != task)
		at = &(*at)->next;
	*at = task->next;
	task->tid = tid;
	task->next = *bucket(s, tid);
	*bucket(s, tid) = task;
	s->last_found = NULL;
}

static int gone(struct session *s, struct task *task)
{
	return session_fail(s, ESRCH, "process %d (recorded as %u) was killed from outside; "
			    "replay again", task->t.tid, task->tid);
}

/* CPU time of the task's process in seconds: of other processes' threads the kernel tells nothing. */
static uint64_t cpu_seconds(struct task *task)
{
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(task->t.pid, &clock) || clock_gettime(clock, &used))
		return 0;
	return (uint64_t)used.tv_sec;
}

/*
 * A program that has gone astray may never make a call again. It is given
 * many times what the recorded one needed for the way to its next event.
 */
static int check_patience(struct session *s, struct task *task, uint64_t *begun)
{
	enum { LEAST = 10, TIMES = 50 };
	uint64_t recorded = (s->event->time - task->last_time) / 1000000000u;
	uint64_t now = cpu_seconds(task);
	char actual[80];

	if (!*begun)
		*begun = now + 1;
	if (now + 1 - *begun < LEAST + TIMES * recorded)
		return 0;
	kill(task->t.tid, SIGSTOP); /* for the report: registers want a stopped thread */
	tracee_wait(task->t.tid, 0, &(struct tracee_stop){ 0 });
	task->t.regs_valid = false;
	snprintf(actual, sizeof(actual), "still computing after %llu s of CPU time",
		 (unsigned long long)(now + 1 - *begun));
	return session_diverge(s, task, NULL, NULL, actual);
}

/* One stop of @task, whatever it is. */
static int wait_stop(struct session *s, struct task *task, struct tracee_stop *stop)
{
	uint64_t begun = 0;
	int err;

	while ((err = tracee_wait(task->t.tid, 0, stop)) == -EINTR) {
		if (s->interrupted)
			return session_fail(s, EINTR, "interrupted");
		err = check_patience(s, task, &begun);
		if (err)
			return err;
	}
	if (err < 0)
		return gone(s, task);
	task->t.regs_valid = false;
	return 0;
}

bool task_raised_itself(struct task *task, const struct tracee_stop *stop)
{
	siginfo_t info;

	if (stop->kind == TRACEE_STOP_STEP)
		return true;
	if (tracee_siginfo(&task->t, &info))
		return false;
	switch (stop->sig) {
	case SIGSEGV:
	case SIGBUS:
	case SIGILL:
	case SIGFPE:
	case SIGTRAP:
	case SIGSYS:
		return info.si_code > 0;
	}
	return false;
}

int task_resume_to(struct session *s, struct task *task, enum tracee_resume how,
		   enum tracee_stop_kind kind, struct tracee_stop *stop)
{
	struct tracee_stop own;
	int err;

	if (!stop)
		stop = &own;
	for (;;) {
		if (tracee_resume(&task->t, how, 0))
			return gone(s, task);
		err = wait_stop(s, task, stop);
		if (err)
			return err;
		if (stop->kind == kind)
			return 0;
		if (stop->kind == TRACEE_STOP_GONE)
			return gone(s, task);
		if (stop->kind == TRACEE_STOP_SIGNAL && task_raised_itself(task, stop))
			return session_fail(s, EPROTO, "process %d stopped by signal %d inside a call "
					    "made for the replay", task->t.tid, stop->sig);
	}
}

static int arrived_at_entry(struct session *s, struct task *task)
{
	if (tracee_syscall_args(&task->t, &task->nr, task->args, &task->compat))
		return gone(s, task);
	task->state = TASK_ENTRY;
	task->planned = false;
	return 0;
}

int task_arrive(struct session *s, struct task *task)
{
	struct tracee_stop stop;
	int err;

	while (task->state == TASK_BOUNDARY || task->state == TASK_RUNNING) {
		if (task->state == TASK_BOUNDARY && tracee_resume(&task->t, TRACEE_CONT, 0))
			return gone(s, task);
		task->state = TASK_BOUNDARY;
		err = wait_stop(s, task, &stop);
		if (err)
			return err;
		ahead_done(s, task);
		switch (stop.kind) {
		case TRACEE_STOP_ENTRY:
			return arrived_at_entry(s, task);
		case TRACEE_STOP_SIGNAL:
		case TRACEE_STOP_STEP:
			if (!task_raised_itself(task, &stop) ||
			    (s->hide_cpu && !task->cpuid_trapped &&
			     arch_answer_cpuid(s, task)))
				break;
			task->state = TASK_FAULT;
			task->sig = stop.sig;
			break;
		case TRACEE_STOP_GONE:
		case TRACEE_STOP_EXITING:
			return gone(s, task);
		default:
			break;
		}
	}
	return 0;
}

int task_finish_call(struct session *s, struct task *task, int64_t result)
{
	task->state = TASK_BOUNDARY;
	task->restart = 0;
	return tracee_syscall_skip(&task->t, result) ? gone(s, task) : 0;
}

int task_set_regs(struct session *s, struct task *task, const struct scap_regs *regs)
{
	if (!tracee_regs(&task->t))
		return gone(s, task);
	task->t.regs = *regs;
	tracee_regs_changed(&task->t);
	if (tracee_syscall_forget(&task->t))
		return gone(s, task);
	task->state = TASK_BOUNDARY;
	task->restart = 0;
	return 0;
}

/* Reaps @task's thread, which is dying or dead. */
static void reap(struct task *task)
{
	struct tracee_stop stop;

	while (tracee_wait(task->t.tid, 0, &stop) == 1 && stop.kind != TRACEE_STOP_GONE)
		tracee_resume(&task->t, TRACEE_CONT, 0);
}

/*
 * A thread that stands at the entry of a call can leave by itself. A leader
 * would stay as a zombie until the others are gone, and a thread that stands
 * elsewhere has no cheap way out: they wait for the end of their process.
 */
int task_end_thread(struct session *s, struct task *task, bool killed)
{
	static const uint64_t no_args[6];
	/* a call may have been made for real already, or (a new thread's) by another */
	bool at_entry = (task->state == TASK_ENTRY || task->state == TASK_IN_CALL) &&
			tracee_at_entry(&task->t) == 1;

	task->process->live--;
	if (killed)
		return 0;
	if (!at_entry || task->t.tid == task->process->real) {
		task->state = TASK_PARKED;
		return 0;
	}
	for (unsigned int i = 0; i < 6; i++) {
		struct scap_regs *r = tracee_regs(&task->t);

		if (!r)
			return gone(s, task);
		SCAP_REG_ARG(r, i) = no_args[i];
	}
	tracee_regs_changed(&task->t);
	if (tracee_syscall_set_nr(&task->t, SYS_exit) ||
	    tracee_resume(&task->t, TRACEE_CONT, 0))
		return gone(s, task);
	reap(task);
	task_drop(s, task);
	return 0;
}

/* Calls @each for all tasks; it may drop the one that it is given. */
static void for_each_task(struct session *s, const struct process *only,
			  void (*each)(struct session *s, struct task *task))
{
	for (unsigned int i = 0; i < TASK_BUCKETS; i++) {
		struct task *task, *next;

		for (task = s->tasks[i]; task; task = next) {
			next = task->next;
			if (task->t.tid && (!only || task->process == only))
				each(s, task);
		}
	}
}

static void drop_thread(struct session *s, struct task *task)
{
	if (task->t.tid == task->process->real)
		return;
	reap(task);
	task_drop(s, task);
}

static void drop_leader(struct session *s, struct task *task)
{
	reap(task);
	task_drop(s, task);
}

void task_end_process(struct session *s, struct task *task)
{
	struct process *p = task->process;

	/* The leader can be reaped only when the others have been. */
	p->tasks++;
	kill(p->real, SIGKILL);
	for_each_task(s, p, drop_thread);
	for_each_task(s, p, drop_leader);
	if (!--p->tasks)
		free(p);
}

static void kill_process(struct session *s, struct task *task)
{
	(void)s;
	kill(task->process->real, SIGKILL);
}

void task_end_all(struct session *s)
{
	for_each_task(s, NULL, kill_process);
	for_each_task(s, NULL, drop_thread);
	for_each_task(s, NULL, drop_leader);
	for (unsigned int i = 0; i < TASK_BUCKETS; i++) {
		struct task *task, *next;

		for (task = s->tasks[i]; task; task = next) {
			next = task->next;
			task_drop(s, task);
		}
	}
}

int task_keep(struct session *s, struct task *task, const struct scap_event *e)
{
	size_t need = task->pending.used + e->size;

	if (need > task->pending.size) {
		size_t size = need * 2;
		char *bytes = realloc(task->pending.bytes, size);

		if (!bytes)
			return session_fail(s, ENOMEM, "no memory for %zu bytes of the trace", size);
		task->pending.bytes = bytes;
		task->pending.size = size;
	}
	memcpy(task->pending.bytes + task->pending.used, e, e->size);
	task->pending.used = need;
	return 0;
}

const struct scap_event *task_kept(const struct task *task, const struct scap_event *e)
{
	const char *at = e ? (const char *)e + e->size : task->pending.bytes;

	return at && at < task->pending.bytes + task->pending.used ? (const void *)at : NULL;
}
