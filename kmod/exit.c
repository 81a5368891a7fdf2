// SPDX-License-Identifier: GPL-2.0
/*
 * How a task ends: what the kernel still writes into memory on its way out,
 * predicted at the call's entry while that memory is there, and TASK_EXIT.
 */
#include <linux/mutex.h>
#include <linux/futex.h>
#include <linux/sched/mm.h>

#include "scaprec.h"

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

static void predict_robust_entry(struct rtask *k, u64 entry, s64 offset)
{
	u64 addr = entry + (u64)offset;
	u32 word;

	if (addr % 4 || !get(addr, &word, sizeof(word)))
		return;
	if ((word & FUTEX_TID_MASK) == (u32)task_pid_vnr(current))
		write_mem(k, SCAP_MEM_ROBUST, addr, (word & FUTEX_WAITERS) | FUTEX_OWNER_DIED);
}

/*
 * exit_robust_list() of kernel/futex/core.c: every lock on the list that the
 * thread still owns gets FUTEX_OWNER_DIED. Addresses come from the program:
 * the walk ends where memory does, and after as many steps as the kernel's.
 */
static void predict_robust(struct rtask *k)
{
	u64 list = (u64)(unsigned long)current->robust_list;
	struct robust_list_head head;
	u64 entry, pending, next;
	int i;

	if (!list || !get(list, &head, sizeof(head)))
		return;
	/* bit 0 marks a priority-inheritance lock */
	entry = (u64)(unsigned long)head.list.next & ~1ull;
	pending = (u64)(unsigned long)head.list_op_pending & ~1ull;
	for (i = 0; i < ROBUST_LIST_LIMIT && entry != list; i++) {
		if (!get(entry, &next, sizeof(next)))
			break;
		if (entry != pending)
			predict_robust_entry(k, entry, head.futex_offset);
		entry = next & ~1ull;
	}
	if (pending)
		predict_robust_entry(k, pending, head.futex_offset);
}

void exit_predict(struct rtask *k)
{
	predict_robust(k);
	predict_clear_tid(k);
}

/* As wait(2) reports it: the group's, where the group ended as one. */
static s32 exit_status(void)
{
	struct signal_struct *sig = current->signal;

	return sig->flags & SIGNAL_GROUP_EXIT ? sig->group_exit_code : current->exit_code;
}

void exit_write(struct rtask *k)
{
	struct scap_ev_task_exit *e;
	struct record r;

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
