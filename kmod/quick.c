// SPDX-License-Identifier: GPL-2.0
/*
 * The hot path: calls whose row of the table has a shape (scap_call_shape()), which are
 * most calls of most programs. Of those that read no memory only the number is
 * kept at entry; what the others read is hashed there. At exit the record is filled in
 * the ring, from the registers, also of a call that has slept. Whatever is not ordinary (no
 * room, memory not there, a baton that another one has) is call.c's, which finds out the rest then.
 */
#include "call.h"
#include "counter.h"
#include "domain.h"
#include "file.h"
#include "record.h"
#include "signals.h"

#define QUICK_CALLS 512

static struct scap_shape shapes[QUICK_CALLS] __ro_after_init;

/*
 * What else there is to look at.
 * @to:      the argument that says which file the input goes to, -1: none
 * @changes: it may change a file that somebody maps
 */
static struct look {
	s8 to;
	bool changes;
} looks[QUICK_CALLS] __ro_after_init;

union call_state {
	struct {
		bool in_call;
		u8 quick;
		bool entered;
	};
	u64 state;
};

/* call_state of a call whose number was noted; its input, too; of one that call.c has noted. */
static const union call_state quick_call = { .in_call = true, .quick = QUICK_NUMBER };
static const union call_state input_call = { .in_call = true, .quick = QUICK_INPUT };
static const union call_state noted_call = { .in_call = true };

/* The same of the first two once their ENTER is written. */
static const union call_state entered_call = {
	.in_call = true, .quick = QUICK_NUMBER | QUICK_ENTERED, .entered = true,
};

static const union call_state entered_input_call = {
	.in_call = true, .quick = QUICK_INPUT | QUICK_ENTERED, .entered = true,
};

/* Calls that other rooms look at: echo (its arguments, too), FILE, restarts, homes, turns. */
static bool is_looked_at(u16 id)
{
	switch (id) {
	case SCAP_SYS_tee:
	case SCAP_SYS_sendfile:
	case SCAP_SYS_ftruncate:
	case SCAP_SYS_fallocate:
	case SCAP_SYS_restart_syscall:
	case SCAP_SYS_sched_getaffinity:
	case SCAP_SYS_sched_setaffinity:
	case SCAP_SYS_sched_yield:
		return true;
	}
	return false;
}

/* The table is asked of calls with arguments that it can be recognised by. */
static struct look __init look_of(u32 nr)
{
	struct scap_call numbered = { .nr = nr, .args = { 0, 1, 2, 3, 4, 5 } };
	struct scap_call any = { .nr = nr, .args = { [0 ... 5] = INT_MAX } };

	return (struct look){
		.to = (s8)scap_call_output_fd(&numbered),
		.changes = scap_call_change(&any).fd >= 0,
	};
}

void __init quick_init(void)
{
	u32 nr;

	for (nr = 0; nr < QUICK_CALLS; nr++) {
		const struct scap_sysinfo *info = scap_sysinfo(nr);

		if (info && info->class == SCAP_EMULATE && !is_looked_at(info->id)) {
			shapes[nr] = scap_call_shape(nr);
			looks[nr] = look_of(nr);
		}
	}
}

/* ---- entry ---- */

/* @k's record will have @stored bytes of the input, @len bytes at @addr; returns where they go. */
static u8 *add_span(struct rtask *k, u64 addr, u32 len, u32 stored, u8 arg)
{
	struct scap_span *span = (void *)(k->input + k->in_bytes);

	*span = (struct scap_span){
		.addr = addr, .len = len, .stored = (u16)stored, .kind = SCAP_SPAN_IN, .arg = arg,
	};
	k->in_len += len;
	k->in_spans++;
	k->in_bytes += scap_span_size(stored);
	return (u8 *)(span + 1);
}

/* Zeros where @stored bytes will end, up to a multiple of eight. */
static __always_inline void pad(u8 *bytes, u32 stored)
{
	((u64 *)bytes)[(stored - 1) / 8] = 0;
}

static bool take_buffer(struct rtask *k, u64 addr, u64 len, u8 arg)
{
	u32 head = (u32)min_t(u64, len, SCAP_PREFIX_MAX);
	u8 *kept;

	if (!len)
		return true;
	if (len > HASH_FAST)
		return false;
	kept = add_span(k, addr, (u32)len, head, arg);
	pad(kept, head);
	if (!copy_now(kept, addr, head))
		return false;
	if (head < len)
		return hash_now(addr, (u32)len, &k->in_hash);
	k->in_hash = xxh64(kept, len, 0);
	return true;
}

static bool take_string(struct rtask *k, u64 addr, u8 arg)
{
	u8 *kept = k->input + sizeof(struct scap_span);
	u32 len = copy_string_now(kept, addr, INPUT_SMALL - sizeof(struct scap_span));

	if (!len)
		return false;
	k->in_hash = xxh64(kept, len, 0);
	add_span(k, addr, len, len, arg);
	return true;
}

static bool take_flock(struct rtask *k, u64 addr, u8 arg)
{
	struct { u32 type, hole; u64 start, len; } lock;
	struct { u32 type; u64 start, len; } __packed read;
	u8 *kept;

	if (!copy_now(&lock, addr, sizeof(lock)))
		return false;
	read.type = lock.type;
	read.start = lock.start;
	read.len = lock.len;
	k->in_hash = xxh64(&read, sizeof(read), 0);
	kept = add_span(k, addr, 4, 4, arg);
	pad(kept, 4);
	memcpy(kept, &read.type, 4);
	memcpy(add_span(k, addr + 8, 16, 16, arg), &read.start, 16);
	return true;
}

/* Hashes the input, and keeps it as far as a record has it; false: not now. */
static bool take_input(struct rtask *k, const struct scap_shape *shape)
{
	u64 addr = k->call.args[shape->in];

	k->in_hash = 0;
	k->in_len = 0;
	k->in_spans = 0;
	k->in_bytes = 0;
	if (!addr)
		return true;
	switch (shape->reads) {
	case SCAP_READS_BUFFER:
		return take_buffer(k, addr, k->call.args[shape->in_len], shape->in);
	case SCAP_READS_FIXED:
		return take_buffer(k, addr, shape->in_len, shape->in);
	case SCAP_READS_STRING:
		return take_string(k, addr, shape->in);
	case SCAP_READS_FLOCK:
		return take_flock(k, addr, shape->in);
	}
	return true;
}

static noinline void enter_with_input(struct rtask *k, struct pt_regs *regs, long id)
{
	s8 to = looks[id].to;

	syscall_get_arguments(current, regs, (unsigned long *)k->call.args);
	k->shape = shapes[id];
	if (k->shape.kind == SCAP_SHAPE_REQUEST)
		k->shape = scap_request_shape((u32)id, k->call.args);
	if (k->shape.kind == SCAP_SHAPE_PLAN ||
	    (to >= 0 && !writes_plainly(k, k->call.args[to])) || !take_input(k, &k->shape)) {
		call_entry(k, regs, id);
		return;
	}
	k->call_state = input_call.state;
	k->boundary_known = false;
	k->flags = 0;
	k->call.nr = (u32)id;
}

void quick_entry(struct rtask *k, struct pt_regs *regs, long id)
{
	/* nothing but tail calls here: most calls go through without a stack frame */
	if (unlikely((unsigned long)id >= QUICK_CALLS || shapes[id].kind == SCAP_SHAPE_PLAN ||
		     k->special || is_compat_call() || READ_ONCE(k->session->dead))) {
		call_entry(k, regs, id);
		return;
	}
	if (shapes[id].reads) {
		enter_with_input(k, regs, id);
		return;
	}
	k->call_state = quick_call.state;
	k->boundary_known = false;
	k->call.nr = (u32)id;
}

/* ---- exit ---- */

/* Bytes written by a call of @shape, which is not NOTHING; U32_MAX: that is for a plan to say. */
static __always_inline u32 output_len(const struct session *s, const struct scap_shape *shape,
				      const unsigned long *args, long result)
{
	u64 len = shape->len, n = 1;

	if (!args[shape->arg])
		return 0;
	if (IS_ERR_VALUE(result))
		return result == -EFAULT ? U32_MAX : 0;
	if (shape->kind == SCAP_SHAPE_FILLED)
		n = min_t(u64, result, args[shape->room]);
	return n > copy_max(s) || n * len > copy_max(s) ? U32_MAX : (u32)(n * len);
}

static bool copy_output(struct scap_span *span, u64 addr, u32 len, u8 arg)
{
	span->addr = addr;
	span->len = len;
	span->stored = (u16)len;
	span->kind = SCAP_SPAN_OUT;
	span->arg = arg;
	pad((u8 *)(span + 1), len);
	return copy_now(span + 1, addr, len);
}

/*
 * The record of the call in flight, which is of @shape, in @ring; @noted: with its input, in
 * code of its own, so that most calls have none of it to pass. @type: SCAP_EV_SYSCALL, or the EXIT
 * of one. false: not now.
 */
static __always_inline bool write_call(struct rtask *k, struct ring *ring, struct pt_regs *regs,
				       const struct scap_shape *shape, u16 type, long result,
				       u64 time, bool noted, bool shared)
{
	u32 len = 0, size = sizeof(struct scap_ev_syscall) + (noted ? k->in_bytes : 0);
	struct scap_ev_syscall *e = ring_room(ring, size);

	if (unlikely(!e))
		return false;
	syscall_get_arguments(current, regs, (unsigned long *)e->args);
	if (noted)
		memcpy(e + 1, k->input, k->in_bytes);
	if (shape->kind != SCAP_SHAPE_NOTHING)
		len = output_len(k->session, shape, (unsigned long *)e->args, result);
	if (len) {
		if (len == U32_MAX || !ring_room(ring, size + scap_span_size(len)) ||
		    !copy_output((void *)e + size, e->args[shape->arg], len, shape->arg))
			return false;
		size += scap_span_size(len);
	}
	/* ring_commit() fills in the rest */
	e->h.size = size;
	e->h.type = type;
	e->h.flags = noted ? k->flags : 0;
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

/*
 * The shape that says all there is to tell of the call in flight, with what was noted
 * at its entry; NULL: none does.
 */
static const struct scap_shape *noted_shape(struct rtask *k, long result)
{
	u32 nr = k->call.nr;

	/* one that was answered here keeps its answer */
	if (!k->answered)
		k->call.result = result;
	if (k->call_state == input_call.state)
		return looks[nr].changes && files_wanted(k) ? NULL : &k->shape;
	if (k->call_state != noted_call.state || nr >= QUICK_CALLS ||
	    shapes[nr].kind < SCAP_SHAPE_NOTHING || call_needs_slow(k))
		return NULL;
	return &shapes[nr];
}

static noinline bool write_noted(struct rtask *k, struct ring *ring, struct pt_regs *regs,
				 long result, bool shared)
{
	const struct scap_shape *shape = noted_shape(k, result);

	if (!shape ||
	    !write_call(k, ring, regs, shape, SCAP_EV_SYSCALL, result, ktime_get_mono_fast_ns(),
			true, shared))
		return false;
	if (k->flags)
		echo_done(k);
	return true;
}

/* The clock comes first, while there is little to be kept meanwhile. */
static __always_inline bool write_quick(struct rtask *k, struct ring *ring, struct pt_regs *regs,
					long result, bool shared)
{
	return write_call(k, ring, regs, &shapes[k->call.nr], SCAP_EV_SYSCALL, result,
			  ktime_get_mono_fast_ns(), false, shared);
}

/* Of one that gave up the baton, or whose ENTER somebody else has written. */
static noinline bool write_entered(struct rtask *k, struct ring *ring, struct pt_regs *regs,
				   long result, bool shared)
{
	const struct scap_shape *shape = &k->shape;

	if (!k->answered)
		k->call.result = result;
	if (k->call_state == entered_call.state)
		shape = &shapes[k->call.nr];
	else if (k->call_state != entered_input_call.state)
		return false;
	if (looks[k->call.nr].changes && files_wanted(k))
		return false;
	return write_call(k, ring, regs, shape, SCAP_EV_SYSCALL_EXIT, result,
			  ktime_get_mono_fast_ns(), false, shared);
}

/*
 * Whether @k may write its record: it has the baton, for as long as preemption is off, and
 * no merger looks into its call.
 */
static __always_inline bool is_its_turn(struct rtask *k, bool shared)
{
	return likely(!shared) || (!READ_ONCE(k->domain->merging) &&
				   (baton_has(k) || (k->entered && baton_try(k))));
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
		else if (k->entered)
			written = write_entered(k, ring, regs, result, shared);
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
