// SPDX-License-Identifier: GPL-2.0
/*
 * --checksum: now and then a task waits while the recorder hashes all memory
 * that it can write. With the baton: nobody else changes it.
 */
#include <linux/slab.h>

#include "call.h"
#include "domain.h"
#include "record.h"
#include "task.h"

/* Threads with one memory whose stacks a record can tell of. */
#define THREADS_MAX 1500u

bool checksum_due(const struct rtask *k)
{
	u64 every = k->session->checksum;

	return every && k->domain->seq - k->domain->summed >= every;
}

/*
 * Down to where the threads with the calling task's memory use their stacks: none but that
 * one is in user code. Returns how many there are. A dead one's kernel stack, too, is there for
 * a grace period (kernel/fork.c, thread_stack_delayed_free()).
 */
static u32 stack_pointers(const struct rtask *k, u64 *sp)
{
	const struct rtask *other;
	unsigned int i;
	u32 n = 0;

	rcu_read_lock();
	for (i = 0; i < ARRAY_SIZE(rtask_table); i++)
		hlist_for_each_entry_rcu(other, &rtask_table[i], node)
			if (other->session == k->session && READ_ONCE(other->member) &&
			    READ_ONCE(other->task->mm) == current->mm) {
				if (n < THREADS_MAX)
					sp[n] = user_stack_pointer(task_pt_regs(other->task));
				n++;
			}
	rcu_read_unlock();
	return n;
}

static int write_stand_in(struct rtask *k, const u64 *sp, u32 n, u64 token)
{
	u32 len = n * sizeof(*sp);
	struct record r;
	int ret = record_open_wait(&r, k, SCAP_EV_CHECKSUM,
				   sizeof(struct scap_ev_checksum) + scap_span_size(len));

	if (ret)
		return ret;
	memcpy(record_span(&r, SCAP_SPAN_SUMS, SCAP_ARG_NONE, token, len, len), sp, len);
	record_commit(&r);
	return 0;
}

void checksum_take(struct rtask *k)
{
	static const char none[] =
		"memory has no checksum: too many threads, or no memory to count them";
	u64 *sp = kvmalloc_array(THREADS_MAX, sizeof(*sp), GFP_KERNEL);
	u32 n = sp ? stack_pointers(k, sp) : 0;
	u64 token = session_pin(k->session, NULL, 0);

	if (token && n && n <= THREADS_MAX && !write_stand_in(k, sp, n, token))
		session_pin_wait(k->session, token);
	else if (!xchg(&k->session->unsummed_said, true))
		emit_meta(k, SCAP_META_NOTE, 0, none, sizeof(none) - 1);
	session_pin_done(k->session, token, 0);
	k->domain->summed = k->domain->seq;
	kvfree(sp);
}
