// SPDX-License-Identifier: GPL-2.0
/*
 * What a process had come to when it was killed: hangs are bugs, too, and one
 * that is interrupted by hand or by a time-out ends so. Which threads were
 * blocked, in what, and who waits for whom.
 */
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "replay.h"

#define THREADS_SHOWN 32

/* Within a call, or about to make again one that the signal interrupted. */
static bool is_blocked(const struct task *task)
{
	return task->state == TASK_IN_CALL || (task->state == TASK_ENTRY && task->restart);
}

static bool has_place(const struct task *task)
{
	return task->state != TASK_UNBORN && task->state != TASK_PARKED &&
	       task->state != TASK_CAPTURED;
}

struct task *report_next_thread(const struct session *s, const struct process *p, uint32_t tid)
{
	struct task *next = NULL;

	for (unsigned int i = 0; i < TASK_BUCKETS; i++)
		for (struct task *task = s->tasks[i]; task; task = task->next)
			if (task->process == p && has_place(task) && task->tid > tid &&
			    (!next || task->tid < next->tid))
				next = task;
	return next;
}

/* ---- who waits for whom ---- */

static bool inherits_priority(const struct task *task)
{
	uint64_t op = task->args[1] & FUTEX_CMD_MASK;

	return op == FUTEX_LOCK_PI || op == FUTEX_LOCK_PI2;
}

static bool is_futex_wait(const struct task *task)
{
	uint64_t op = task->args[1] & FUTEX_CMD_MASK;

	return is_blocked(task) && task->nr == SYS_futex && !task->compat &&
	       (op == FUTEX_WAIT || op == FUTEX_WAIT_BITSET || inherits_priority(task));
}

static struct task *thread_of(struct session *s, const struct process *p, uint32_t tid)
{
	struct task *task = tid ? task_find(s, tid) : NULL;

	return task && task->process == p ? task : NULL;
}

/*
 * The thread that holds the mutex that @task waits for, or whose end (pthread_join(3)); NULL
 * if that is not known. The futex word names it where it has priority inheritance, is robust,
 * or is a thread's clear_child_tid (futex(2), set_tid_address(2)): the value that the call
 * waits on is that word as it was, the word itself may have been changed by who was killed.
 * Of glibc's other mutexes a word two further does, while the futex is 2: locked and waited
 * for (glibc, sysdeps/nptl/bits/struct_mutex.h).
 */
static struct task *waited_for(struct session *s, struct task *task)
{
	enum { LOCKED_AND_WAITED_FOR = 2 };
	struct {
		uint32_t lock, count, owner;
	} mutex;
	struct task *holder;

	if (!is_futex_wait(task) ||
	    tracee_read(&task->t, task->args[0], &mutex, sizeof(mutex)))
		return NULL;
	if (!inherits_priority(task))
		mutex.lock = (uint32_t)task->args[2];
	holder = thread_of(s, task->process, mutex.lock & FUTEX_TID_MASK);
	if (!holder && mutex.lock == LOCKED_AND_WAITED_FOR)
		holder = thread_of(s, task->process, mutex.owner);
	return holder != task ? holder : NULL;
}

/* Whether @task waits, by way of others, for itself, and is the lowest of that circle. */
static bool begins_circle(struct session *s, struct task *task)
{
	struct task *other = waited_for(s, task);
	unsigned int most = task->process->tasks;

	while (other && other->tid > task->tid && most--)
		other = waited_for(s, other);
	return other == task;
}

static void print_circles(FILE *out, struct session *s, const struct process *p)
{
	for (struct task *t = report_next_thread(s, p, 0); t; t = report_next_thread(s, p, t->tid)) {
		struct task *other = t;

		if (!begins_circle(s, t))
			continue;
		fprintf(out, "deadlock: thread %u", t->tid);
		do {
			const char *which = other == t ? "" : ", which";

			other = waited_for(s, other);
			fprintf(out, "%s waits for thread %u", which, other->tid);
		} while (other != t);
		fputc('\n', out);
	}
}

/* ---- where everybody was ---- */

static void print_thread(FILE *out, struct session *s, struct task *task)
{
	struct task *other = waited_for(s, task);
	struct scap_event like = *s->event;
	char call[512] = "running; after what it is last recorded with";

	like.tid = task->tid;
	if (is_blocked(task))
		scap_event_text(call, sizeof(call), s->header, actual_call(task, &like));
	fprintf(out, "thread %u", task->tid);
	if (other)
		fprintf(out, ", waiting for thread %u", other->tid);
	fprintf(out, ": %s\n", call);
	report_frames(out, s, task);
}

/* Returns the number of threads. */
static unsigned int print_process(FILE *out, struct session *s, const struct process *p, int sig)
{
	unsigned int threads = 0, blocked = 0, shown = 0;
	const char *name = scap_signal_name(sig);

	for (struct task *t = report_next_thread(s, p, 0); t; t = report_next_thread(s, p, t->tid)) {
		threads++;
		blocked += is_blocked(t);
	}
	fprintf(out, "killed as recorded: process %u, by %s, ", p->pid, name ? name : "a signal");
	if (threads == 1)
		fprintf(out, "its thread %s\n", blocked ? "blocked" : "running");
	else if (blocked == threads)
		fprintf(out, "all %u threads blocked\n", threads);
	else
		fprintf(out, "%u of its %u threads blocked\n", blocked, threads);
	print_circles(out, s, p);
	for (struct task *t = report_next_thread(s, p, 0); t; t = report_next_thread(s, p, t->tid)) {
		if (shown++ == THREADS_SHOWN) {
			fprintf(out, "and %u more\n", threads - THREADS_SHOWN);
			break;
		}
		print_thread(out, s, t);
	}
	return threads;
}

/* Once the first process is killed, everything is said. */
static void say_or_keep(struct session *s, char *text, bool said)
{
	if (!said && !s->first_killed) {
		if (s->nkilled < KILLED_KEPT)
			s->killed[s->nkilled++] = text;
		else
			free(text);
		return;
	}
	session_notice(s, "%s", text);
	free(text);
	for (unsigned int i = 0; s->first_killed && i < s->nkilled; i++)
		session_notice(s, "%s", s->killed[i]);
	if (s->first_killed)
		report_killed_free(s);
}

void report_killed_free(struct session *s)
{
	while (s->nkilled)
		free(s->killed[--s->nkilled]);
}

void report_killed(struct session *s, struct task *task, int sig)
{
	unsigned int threads;
	char *text = NULL;
	size_t size;
	FILE *out;

	if (!s->options.notice || report_is_crash((uint32_t)sig) || sig == SIGPIPE ||
	    !has_place(task))
		return;
	s->first_killed |= task->process->pid == s->first_pid;
	out = open_memstream(&text, &size);
	if (!out)
		return;
	threads = print_process(out, s, task->process, sig);
	fclose(out);
	if (text && size && text[size - 1] == '\n')
		text[size - 1] = 0;
	if (text)
		say_or_keep(s, text, threads > 1);
}
