// SPDX-License-Identifier: GPL-2.0
/*
 * Calls of which nothing need be noted at their entry: they read no memory, no
 * room looks at them, and what they write needs no plan. Most calls of most
 * programs are such. At entry only their number is kept, at exit the record is
 * filled from the registers, in the ring. Whatever is not ordinary (no room, memory
 * not there, a domain of several tasks) is call.c's, which finds out the rest then.
 */
#include <asm/syscall.h>

#include "scaprec.h"

#define QUICK_CALLS 512

static struct scap_shape shapes[QUICK_CALLS] __ro_after_init;

/* call_state of a call that is in flight and nothing else. */
static const union {
	struct {
		bool in_call, quick;
	};
	u64 state;
} quick_call = { .in_call = true, .quick = true };

/* Calls without input that other rooms look at: echo, FILE, restarts. */
static bool is_looked_at(u16 id)
{
	switch (id) {
	case SCAP_SYS_tee:
	case SCAP_SYS_ftruncate:
	case SCAP_SYS_fallocate:
	case SCAP_SYS_restart_syscall:
		return true;
	}
	return false;
}

void __init quick_init(void)
{
	u32 nr;

	for (nr = 0; nr < QUICK_CALLS; nr++) {
		const struct scap_sysinfo *info = scap_sysinfo(nr);

		if (info && info->class == SCAP_EMULATE && !is_looked_at(info->id))
			shapes[nr] = scap_call_shape(nr);
	}
}

static bool is_alone(const struct rtask *k)
{
	return atomic_read(&k->domain->members) == 1;
}

bool quick_entry(struct rtask *k, long id)
{
	if ((unsigned long)id >= QUICK_CALLS || shapes[id].kind == SCAP_SHAPE_PLAN)
		return false;
	if (k->prepared || k->execed || !is_alone(k) || arch_compat_call())
		return false;
	k->call_state = quick_call.state;
	k->boundary_known = false;
	k->flags = 0;
	k->call.nr = (u32)id;
	return true;
}

/* Bytes written by a call of @shape; more than COPY_FAST: that is for a plan to say. */
static u32 output_len(const struct scap_shape *shape, const unsigned long *args, long result)
{
	u64 len = shape->kind == SCAP_SHAPE_FILLED ? (u64)result : shape->len;

	if (shape->kind == SCAP_SHAPE_NOTHING || !args[shape->arg])
		return 0;
	if (IS_ERR_VALUE(result))
		return result == -EFAULT ? U32_MAX : 0;
	return len > COPY_FAST ? U32_MAX : (u32)len;
}

static bool copy_output(struct scap_span *span, u64 addr, u32 len, u8 arg)
{
	span->addr = addr;
	span->len = len;
	span->stored = (u16)len;
	span->kind = SCAP_SPAN_OUT;
	span->arg = arg;
	((u64 *)(span + 1))[(len - 1) / 8] = 0;
	return !copy_from_user_nofault(span + 1, (const void __user *)(unsigned long)addr, len);
}

/* The record of the call in flight, in @ring; false: not now. */
static bool write_call(struct rtask *k, struct ring *ring, struct pt_regs *regs, long result)
{
	const struct scap_shape *shape = &shapes[k->call.nr];
	struct scap_ev_syscall *e = ring_room(ring, sizeof(*e));
	u32 len, size = sizeof(*e);

	if (!e)
		return false;
	syscall_get_arguments(current, regs, (unsigned long *)e->args);
	len = output_len(shape, (unsigned long *)e->args, result);
	if (len) {
		if (len > COPY_FAST || !ring_room(ring, size + scap_span_size(len)) ||
		    !copy_output((void *)(e + 1), e->args[shape->arg], len, shape->arg))
			return false;
		size += scap_span_size(len);
	}
	e->h = (struct scap_event){
		.size = size, .type = SCAP_EV_SYSCALL, .tid = k->tid, .domain = k->domain->id,
		.seq = ++k->domain->seq, .time = ktime_get_mono_fast_ns(),
	};
	e->nr = k->call.nr;
	e->nspans = len != 0;
	e->result = result;
	e->in_hash = 0;
	e->in_len = 0;
	k->event_cpu = current->se.sum_exec_runtime;
	ring_publish(ring, size);
	return true;
}

bool quick_exit(struct rtask *k, struct pt_regs *regs, long result)
{
	struct session *s = k->session;
	bool written = false;

	/* -516: which call it was must be remembered */
	if (k->call_state != quick_call.state || result == -ERESTART_RESTARTBLOCK)
		return false;
	preempt_disable();
	if (is_alone(k) && !READ_ONCE(s->dead))
		written = write_call(k, &s->rings[smp_processor_id()], regs, result);
	preempt_enable();
	if (written)
		k->call_state = 0;
	return written;
}
