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

static void write_mem(struct task *k, uint32_t cause, uint64_t addr, uint32_t value)
{
	emit_mem(k, cause, addr, &value, sizeof(value));
}

/* mm_release() of kernel/fork.c: only where somebody is left to see it. */
static void predict_clear_tid(struct task *k)
{
	uint32_t old;

	if (!k->clear_tid || k->space->refs == 1)
		return;
	if (!tracee_read(&k->t, k->clear_tid, &old, sizeof(old)))
		write_mem(k, SCAP_MEM_CLEAR_TID, k->clear_tid, 0);
}

static void leave_lock(void *ctx, __u64 addr, __u32 value)
{
	write_mem(ctx, SCAP_MEM_ROBUST, addr, value);
}

static void predict_robust(struct task *k)
{
	struct tracee_planmem m;
	const struct scap_robust r = {
		.mem = &m.mem, .tid = (uint32_t)k->t.tid, .leave = leave_lock, .ctx = k,
	};

	tracee_planmem(&m, &k->t);
	scap_robust_walk(&r, k->robust_list);
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

void task_exiting(struct task *k, int status)
{
	if (k->state == TASK_DYING) {
		tracee_resume(&k->t, TRACEE_CONT, 0);
		return;
	}
	if (!k->process->capture_only) {
		if (k->in_call)
			syscall_write_enter(k);
		predict_robust(k);
		predict_clear_tid(k);
	}
	write_exit(k, status);
	signal_drop(k);
	baton_forget(k);
	k->state = TASK_DYING;
	tracee_resume(&k->t, TRACEE_CONT, 0);
	if (k->domain->members > 1)
		await_last_write(k);
}

void task_gone(struct task *k, int status)
{
	if (k->process) {
		write_exit(k, status);
		if (k->process->first && k->t.tid == k->process->pid) {
			k->rec->result->status = status;
			own_signals_ended(&k->rec->own, k->rec->now);
		}
	}
	task_free(k);
}
