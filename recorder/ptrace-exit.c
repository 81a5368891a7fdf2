// SPDX-License-Identifier: GPL-2.0
/*
 * How a task ends: what the kernel still writes into memory on its way out
 * (predicted while that memory is there), TASK_EXIT, and the baton, which an
 * exiting thread keeps until the last of those writes is done.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recorder/ptrace-backend.h"

/* What the kernel writes when @k ends, counted or told to the trace. */
struct last_words {
	struct task *k;
	bool tell;
	unsigned int count;
};

static void last_word(struct last_words *w, uint32_t cause, uint64_t addr, uint32_t value)
{
	w->count++;
	if (w->tell)
		emit_mem(w->k, cause, addr, &value, sizeof(value));
}

/* mm_release() of kernel/fork.c: only where somebody is left to see it. */
static void clear_tid_word(struct last_words *w)
{
	struct task *k = w->k;
	uint32_t old;

	if (!k->clear_tid || k->space->refs == 1)
		return;
	if (!tracee_read(&k->t, k->clear_tid, &old, sizeof(old)))
		last_word(w, SCAP_MEM_CLEAR_TID, k->clear_tid, 0);
}

static void leave_lock(void *ctx, __u64 addr, __u32 value)
{
	last_word(ctx, SCAP_MEM_ROBUST, addr, value);
}

static void robust_words(struct last_words *w)
{
	struct task *k = w->k;
	struct tracee_planmem m;
	const struct scap_robust r = {
		.mem = &m.mem, .tid = (uint32_t)k->t.tid, .leave = leave_lock, .ctx = w,
	};

	tracee_planmem(&m, &k->t);
	scap_robust_walk(&r, k->robust_list);
}

static unsigned int last_words(struct task *k, bool tell)
{
	struct last_words w = { .k = k, .tell = tell };

	robust_words(&w);
	clear_tid_word(&w);
	return w.count;
}

static void write_exit(struct task *k, int status)
{
	struct scap_ev_task_exit *e;
	struct emit m;

	if (k->exit_written)
		return;
	k->exit_written = true;
	e = emit_open(&m, k, SCAP_EV_TASK_EXIT);
	e->pid = (uint32_t)k->t.pid;
	e->status = status;
	e->last = --k->process->threads == 0;
	emit_close(&m);
}

/* State letter of a task, from /proc/PID/task/TID/stat (proc(5)); 'X' when it is gone. */
static char task_state_letter(const struct task *k)
{
	char path[64], buf[512], *at;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", k->t.pid, k->t.tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 'X';
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (n <= 0)
		return 'X';
	buf[n] = 0;
	at = strrchr(buf, ')');
	return at && at[1] ? at[2] : 'X';
}

/*
 * Keeps the baton until @k has left its address space. A thread's death is
 * reported after that; a leader's is not while others live, so its state is
 * looked at instead. Bounded: a dump of a large core may take its time, and
 * then the others wait with it anyway.
 */
static void await_last_write(struct task *k)
{
	enum { LOOKS = 1000 };

	for (int i = 0; i < LOOKS; i++) {
		char state;

		sched_yield();
		state = task_state_letter(k);
		if (state == 'Z' || state == 'X')
			break;
		if (i > 10)
			usleep(100);
	}
	baton_release(k);
}

/* @k has its turn, or needs none. */
static void end_task(struct task *k)
{
	if (!k->process->capture_only) {
		if (k->in_call)
			syscall_write_enter(k);
		last_words(k, true);
	}
	write_exit(k, k->exit_status);
	k->state = TASK_DYING;
	tracee_resume(&k->t, TRACEE_CONT, 0);
	if (k->domain->members > 1)
		await_last_write(k);
}

/*
 * Whether other processes may see what a killed @k leaves behind: then when it does so
 * is a matter of turns. Its own threads run no user code any more, and one that has
 * called execve keeps the baton until the others have ended (de_thread() of fs/exec.c).
 */
static bool needs_turn(struct task *k)
{
	const struct task *holder = k->domain->holder;

	return !k->process->capture_only && k->domain->members > k->process->threads &&
	       !(holder && holder->process == k->process) && last_words(k, false);
}

void task_exiting(struct task *k, int status)
{
	if (k->state == TASK_DYING) {
		tracee_resume(&k->t, TRACEE_CONT, 0);
		return;
	}
	k->exit_status = status;
	signal_drop(k);
	served_forget(k);
	baton_forget(k);
	if (!needs_turn(k) || baton_take(k, end_task))
		end_task(k);
}

void task_gone(struct task *k, int status)
{
	if (k->state == TASK_PARKED && k->granted == end_task)
		say(k->rec, "process %d was killed once more while it waited for its turn: what it left in "
		    "shared memory (robust locks) is not in the trace; a replay of those who look there "
		    "may diverge", k->t.pid);
	if (k->process) {
		write_exit(k, status);
		if (k->process->first && k->t.tid == k->process->pid) {
			k->rec->result->status = status;
			own_signals_ended(&k->rec->own, k->rec->now);
		}
	}
	task_free(k);
}
