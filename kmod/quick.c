// SPDX-License-Identifier: GPL-2.0
/*
 * The hot path: calls whose row of the table has a shape (scap_call_shape()), which are
 * most calls of most programs. Of those that read no memory only the number is
 * kept at entry; what the others read is hashed there. At exit the record is filled in
 * the ring, from the registers. Whatever is not ordinary (no room, memory not there,
 * a baton lost in the call) is call.c's, which finds out the rest then.
 */
#include "counter.h"
#include "scaprec.h"

#define QUICK_CALLS 512
/* A string taken here ends before the end of the piece that it begins in. */
#define STRING_PIECE 256u

static struct scap_shape shapes[QUICK_CALLS] __ro_after_init;

union call_state {
	struct {
		bool in_call, quick;
	};
	u64 state;
};

/* call_state of a call that is in flight and nothing else; and of one that is noted, too. */
static const union call_state quick_call = { .in_call = true, .quick = true };
static const union call_state noted_call = { .in_call = true };

/* Calls that other rooms look at: echo, FILE without input, restarts, turns. */
static bool is_looked_at(u16 id)
{
	switch (id) {
	case SCAP_SYS_tee:
	case SCAP_SYS_ftruncate:
	case SCAP_SYS_fallocate:
	case SCAP_SYS_restart_syscall:
	case SCAP_SYS_sched_yield:
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

/* ---- entry ---- */

/*
 * Copies the input, as far as it is kept as a whole to @kept, else to k->scratch; *@bytes says
 * where. Returns its length, 0: none; -E2BIG: more than k->scratch holds; -EFAULT: not now.
 */
static int fetch_input(struct rtask *k, const struct scap_shape *shape, u8 *kept, u8 **bytes)
{
	u64 addr = k->call.args[shape->in], len = k->call.args[shape->in_len];
	bool string = shape->reads == SCAP_READS_STRING;

	if (!addr)
		return 0;
	if (string)
		len = STRING_PIECE - addr % STRING_PIECE;
	if (len > sizeof(k->scratch))
		return -E2BIG;
	*bytes = string || len <= SCAP_PREFIX_MAX ? kept : k->scratch;
	if (len && !copy_now(*bytes, addr, (u32)len))
		return -EFAULT;
	if (!string)
		return (int)len;
	addr = strnlen((char *)kept, len);
	return addr == len ? -E2BIG : (int)addr + 1;
}

/* Notes the call with its input as call_entry() would; false: that is for call_entry(). */
static noinline bool note_with_input(struct rtask *k, struct pt_regs *regs, u32 nr)
{
	const struct scap_shape *shape = &shapes[nr];
	struct scap_span *span = (void *)k->input;
	u8 *kept = (u8 *)(span + 1), *bytes;
	u32 stored;
	int len;

	call_begin(k, regs, nr);
	if (memory_entry(k))
		return false;
	len = fetch_input(k, shape, kept, &bytes);
	if (len < 0)
		return false;
	k->flags = echo_flags(k);
	if (k->flags && !echo_turn(k))
		return false;
	k->in_hash = len ? xxh64(bytes, (u32)len, 0) : 0;
	k->in_len = (u32)len;
	k->in_spans = len != 0;
	k->in_bytes = 0;
	if (!len)
		return true;
	stored = (u32)len;
	if (bytes != kept) {
		stored = SCAP_PREFIX_MAX;
		memcpy(kept, bytes, SCAP_PREFIX_MAX);
	}
	*span = (struct scap_span){
		.addr = k->call.args[shape->in], .len = (u32)len, .stored = (u16)stored,
		.kind = SCAP_SPAN_IN, .arg = shape->in,
	};
	memset(kept + stored, 0, -stored % 8);
	k->in_bytes = scap_span_size(stored);
	return true;
}

static noinline void enter_with_input(struct rtask *k, struct pt_regs *regs, long id)
{
	if (!note_with_input(k, regs, (u32)id))
		call_entry(k, regs, id);
}

void quick_entry(struct rtask *k, struct pt_regs *regs, long id)
{
	/* nothing but tail calls here: most calls go through without a stack frame */
	if (unlikely((unsigned long)id >= QUICK_CALLS || shapes[id].kind == SCAP_SHAPE_PLAN ||
		     k->prepared || k->execed || is_compat_call() || READ_ONCE(k->session->dead))) {
		call_entry(k, regs, id);
		return;
	}
	if (shapes[id].reads) {
		enter_with_input(k, regs, id);
		return;
	}
	k->call_state = quick_call.state;
	k->boundary_known = false;
	k->flags = 0;
	k->call.nr = (u32)id;
}

/* ---- exit ---- */

/* Bytes written by a call of @shape; more than @most: that is for a plan to say. */
static __always_inline u32 output_len(const struct scap_shape *shape, const unsigned long *args,
				      long result, u32 most)
{
	u64 len = shape->kind == SCAP_SHAPE_FILLED ? min_t(u64, result, args[shape->room]) :
						     shape->len;

	if (shape->kind == SCAP_SHAPE_NOTHING || !args[shape->arg])
		return 0;
	if (IS_ERR_VALUE(result))
		return result == -EFAULT ? U32_MAX : 0;
	return len > most ? U32_MAX : (u32)len;
}

static bool copy_output(struct scap_span *span, u64 addr, u32 len, u8 arg)
{
	span->addr = addr;
	span->len = len;
	span->stored = (u16)len;
	span->kind = SCAP_SPAN_OUT;
	span->arg = arg;
	((u64 *)(span + 1))[(len - 1) / 8] = 0;
	return copy_now(span + 1, addr, len);
}

/*
 * The record of the call in flight, in @ring; @noted: with its input, in code of its own, so
 * that most calls have none of it to pass. false: not now.
 */
static __always_inline bool write_call(struct rtask *k, struct ring *ring, struct pt_regs *regs,
				       long result, u64 time, bool noted, bool shared)
{
	const struct scap_shape *shape = &shapes[k->call.nr];
	u32 len, size = sizeof(struct scap_ev_syscall) + (noted ? k->in_bytes : 0);
	struct scap_ev_syscall *e = ring_room(ring, size);

	if (unlikely(!e))
		return false;
	syscall_get_arguments(current, regs, (unsigned long *)e->args);
	if (noted)
		memcpy(e + 1, k->input, k->in_bytes);
	len = output_len(shape, (unsigned long *)e->args, result, copy_max(k->session));
	if (len) {
		if (len == U32_MAX || !ring_room(ring, size + scap_span_size(len)) ||
		    !copy_output((void *)e + size, e->args[shape->arg], len, shape->arg))
			return false;
		size += scap_span_size(len);
	}
	/* ring_commit() fills in the rest */
	e->h.size = size;
	e->h.type = SCAP_EV_SYSCALL;
	e->h.flags = k->flags;
	e->h.tid = k->tid;
	e->h.time = time;
	e->nr = k->call.nr;
	e->nspans = (len != 0) + (noted ? k->in_spans : 0);
	e->result = result;
	e->in_hash = noted ? k->in_hash : 0;
	e->in_len = noted ? k->in_len : 0;
	rtask_note_event(k, current);
	k->call_state = 0;
	ring_commit(ring, k, &e->h, shared);
	return true;
}

/* Whether the call was noted, at its entry, as one that has nothing but a shape. */
static bool is_noted(struct rtask *k, long result)
{
	if (k->call_state != noted_call.state || k->call.nr >= QUICK_CALLS ||
	    shapes[k->call.nr].kind == SCAP_SHAPE_PLAN)
		return false;
	k->call.result = result;
	return !call_needs_slow(k);
}

static noinline bool write_noted(struct rtask *k, struct ring *ring, struct pt_regs *regs,
				 long result, bool shared)
{
	if (!is_noted(k, result) ||
	    !write_call(k, ring, regs, result, ktime_get_mono_fast_ns(), true, shared))
		return false;
	echo_done(k);
	return true;
}

/* The clock comes first, while there is little to be kept meanwhile. */
static __always_inline bool write_quick(struct rtask *k, struct ring *ring, struct pt_regs *regs,
					long result, bool shared)
{
	return write_call(k, ring, regs, result, ktime_get_mono_fast_ns(), false, shared);
}

/*
 * Whether @k may write its record: it has the baton, for as long as preemption is off, and
 * no merger looks into its call.
 */
static __always_inline bool is_its_turn(const struct rtask *k, bool shared)
{
	return likely(!shared) || (baton_has(k) && !READ_ONCE(k->domain->merging));
}

void quick_exit(struct rtask *k, struct pt_regs *regs, long result)
{
	struct session *s = k->session;
	bool written = false, shared;

	preempt_disable();
	shared = domain_shared(k);
	/* -516: which call it was must be remembered */
	if (likely(is_its_turn(k, shared) && !READ_ONCE(s->dead) &&
		   result != -ERESTART_RESTARTBLOCK)) {
		struct ring *ring = &s->rings[smp_processor_id()];

		if (likely(k->call_state == quick_call.state))
			written = write_quick(k, ring, regs, result, shared);
		else
			written = write_noted(k, ring, regs, result, shared);
	}
	preempt_enable();
	if (SCAP_FORGETS_CALLS && written)
		signal_boundary(k, regs);
	if (unlikely(!written))
		call_exit(k, regs, result);
	else if (unlikely(shared))
		baton_call_ends(k, false);
}
