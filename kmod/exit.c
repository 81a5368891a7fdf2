// SPDX-License-Identifier: GPL-2.0
/*
 * How a task ends: what the kernel still writes into memory on its way out,
 * predicted at the call's entry while that memory is there, and TASK_EXIT.
 */
#include <linux/sched/mm.h>

#include "call.h"
#include "domain.h"
#include "record.h"
#include "signals.h"

static bool get(u64 addr, void *buf, u32 len)
{
	return !mem_nofault.get(&mem_nofault, addr, buf, len);
}

static void write_mem(struct rtask *k, u32 cause, u64 addr, u32 value)
{
	struct scap_ev_mem *e;
	struct record r;
	void *to;

	if (record_open(&r, k, SCAP_EV_MEM, sizeof(*e) + 32, true)) {
		record_lost(k);
		return;
	}
	e = (void *)r.e;
	e->cause = cause;
	to = record_span(&r, SCAP_SPAN_OUT, SCAP_ARG_NONE, addr, sizeof(value), sizeof(value));
	memcpy(to, &value, sizeof(value));
	record_commit(&r);
}

/* mm_release() of kernel/fork.c: only where somebody is left to see it. */
static void predict_clear_tid(struct rtask *k)
{
	u64 addr = (u64)(unsigned long)current->clear_child_tid;
	u32 old;

	if (addr && atomic_read(&current->mm->mm_users) > 1 && get(addr, &old, sizeof(old)))
		write_mem(k, SCAP_MEM_CLEAR_TID, addr, 0);
}

static void leave_lock(void *ctx, u64 addr, u32 value)
{
	write_mem(ctx, SCAP_MEM_ROBUST, addr, value);
}

static void predict_robust(struct rtask *k)
{
	const struct scap_robust r = {
		.mem = &mem_nofault, .tid = (u32)task_pid_vnr(current), .leave = leave_lock,
		.ctx = k,
	};

	scap_robust_walk(&r, (u64)(unsigned long)current->robust_list);
}

void exit_predict(struct rtask *k)
{
	predict_robust(k);
	predict_clear_tid(k);
}

s32 exit_status(void)
{
	struct signal_struct *sig = current->signal;

	return sig->flags & SIGNAL_GROUP_EXIT ? sig->group_exit_code : current->exit_code;
}

void exit_write(struct rtask *k)
{
	struct scap_ev_task_exit *e;
	struct record r;

	domain_settled(k);
	if (k->in_call)
		call_write_enter(k);
	if (record_open(&r, k, SCAP_EV_TASK_EXIT, sizeof(*e), true)) {
		record_lost(k);
		return;
	}
	e = (void *)r.e;
	e->pid = k->process->pid;
	e->status = exit_status();
	e->last = atomic_dec_and_test(&k->process->threads);
	record_commit(&r);
}
