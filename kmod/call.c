// SPDX-License-Identifier: GPL-2.0
/*
 * One call from entry to exit: what it reads is hashed at entry, what it wrote
 * is copied at exit, both as the table's plan says. The tracepoints do what
 * needs no fault, no wait and not much time. The rest is done in task_work,
 * before the thread runs user code again: at exit the record is finished there;
 * at entry the call is skipped, its input taken there, and the call made again.
 */
#include <linux/slab.h>
#include <asm/syscall.h>

#include "arch.h"
#include "bind.h"
#include "call.h"
#include "domain.h"
#include "file.h"
#include "hook.h"
#include "record.h"
#include "signals.h"
#include "task.h"

/* The kernel's own, of include/linux/errno.h; the trace keeps it raw. */
#define RESTART_BLOCK (-ERESTART_RESTARTBLOCK)

/* A plan being carried out for a task. */
struct planning {
	struct scap_plan plan;
	struct rtask *k;
	struct record *r;
	struct out_list *outs;
	u32 copied;
	bool faulting;
};

struct out_list {
	struct out_span *v;
	u32 n, cap;
};

static struct planning *planning_of(struct scap_plan *plan)
{
	return container_of(plan, struct planning, plan);
}

/* ---- facts in words ---- */

void emit_meta(struct rtask *k, u32 kind, u64 value, const void *text, u32 len)
{
	struct scap_ev_meta *e;
	struct record r;

	if (record_open(&r, k, SCAP_EV_META, sizeof(*e) + scap_span_size(len), true)) {
		record_lost(k);
		return;
	}
	e = (void *)r.e;
	e->kind = kind;
	e->value = value;
	memcpy(record_span(&r, SCAP_SPAN_TEXT, SCAP_ARG_NONE, 0, len, len), text, len);
	record_commit(&r);
}

static void say_refused(struct rtask *k, u32 errnum)
{
	u32 nr = k->call.nr;

	if (nr < 512 && !test_and_set_bit(nr, k->session->refused_said))
		emit_meta(k, SCAP_META_REFUSED, nr, &errnum, sizeof(errnum));
}

static void note_unknown(struct rtask *k)
{
	u32 nr = k->call.nr;
	char text[80];
	int len;

	k->flags |= SCAP_F_UNKNOWN;
	if (nr < 512 && test_and_set_bit(nr, k->session->unknown_said))
		return;
	len = scnprintf(text, sizeof(text), "%s %u is not in the table: only results are kept",
			k->compat ? "32-bit syscall" : "syscall", nr);
	emit_meta(k, SCAP_META_UNKNOWN, nr, text, (u32)len);
}

/* What every record of a call begins with. */
static struct scap_ev_syscall *fill(struct record *r, struct rtask *k)
{
	struct scap_ev_syscall *e = (void *)r->e;

	e->h.flags = k->flags;
	e->nr = k->call.nr;
	memcpy(e->args, k->call.args, sizeof(e->args));
	return e;
}

/* ---- entry ---- */

static void hash(struct planning *p, const void *bytes, u32 len)
{
	if (!p->k->in_len)
		xxh64_reset(&p->k->xxh, 0);
	xxh64_update(&p->k->xxh, bytes, len);
	p->k->in_len += len;
}

/* Copies from the program: returns how many bytes came, or -EFAULT: not now. */
static int fetch(struct planning *p, void *to, u64 addr, u32 len)
{
	if (p->faulting)
		return (int)copy_some(to, addr, len);
	return mem_nofault.get(&mem_nofault, addr, to, len) ? -EFAULT : (int)len;
}

/*
 * Room for a span with @stored bytes in what the record will keep of the input.
 * NULL: none, and there will be none; -E2BIG: a larger buffer would do.
 */
static struct scap_span *input_room(struct rtask *k, u32 stored)
{
	if (k->in_bytes + scap_span_size(stored) <= k->in_cap)
		return (void *)(k->input + k->in_bytes);
	return k->in_cap < INPUT_MAX ? ERR_PTR(-E2BIG) : NULL;
}

static void keep_span(struct rtask *k, struct scap_span *span, u64 addr, u64 len, u8 arg,
		      u32 stored)
{
	span->addr = addr;
	span->len = (u32)len;
	span->stored = (u16)stored;
	span->kind = SCAP_SPAN_IN;
	span->arg = arg;
	memset((u8 *)(span + 1) + stored, 0, -stored % 8);
	k->in_bytes += scap_span_size(stored);
	k->in_spans++;
}

/* Hashes the rest of a span, behind its head; returns bytes hashed or -errno. */
static s64 hash_rest(struct planning *p, u64 addr, u64 len)
{
	u64 done = 0;

	while (done < len) {
		u32 want = (u32)min_t(u64, len - done, sizeof(p->k->scratch));
		int got = fetch(p, p->k->scratch, addr + done, want);

		if (got < 0)
			return got;
		hash(p, p->k->scratch, (u32)got);
		done += (u32)got;
		if ((u32)got < want || (p->faulting && fatal_signal_pending(current)))
			break;
	}
	return (s64)done;
}

/* Hashes [addr, addr + len) up to its first unreadable byte; the head is kept. */
static int input_span(struct scap_plan *plan, __u64 addr, __u64 len, __u8 kind, __u8 arg,
		      bool string)
{
	struct planning *p = planning_of(plan);
	struct rtask *k = p->k;
	u32 head = (u32)min_t(u64, len, string ? SCAP_STRING_MAX : SCAP_PREFIX_MAX);
	struct scap_span *span;
	s64 rest = 0;
	int got;

	if (kind != SCAP_SPAN_IN)
		return 0;
	if (!p->faulting && k->in_len + len > HASH_FAST)
		return -E2BIG;
	span = input_room(k, head);
	if (IS_ERR(span))
		return PTR_ERR(span);
	if (!span) {
		rest = hash_rest(p, addr, len);
		return rest < 0 ? (int)rest : 0;
	}
	got = fetch(p, span + 1, addr, head);
	if (got < 0)
		return got;
	hash(p, span + 1, (u32)got);
	if ((u32)got == head)
		rest = hash_rest(p, addr + head, len - head);
	if (rest < 0)
		return (int)rest;
	keep_span(k, span, addr, (u32)got + (u64)rest, arg, (u32)got);
	return 0;
}

/* Carries out the entry plan; sets *@refuse. Returns 0, or -errno if it could not be done now. */
static int plan_entry(struct rtask *k, bool faulting, int *refuse)
{
	struct planning p = {
		.plan = { .mem = faulting ? &mem_faulting : &mem_nofault, .emit = input_span },
		.k = k, .faulting = faulting,
	};
	int ret;

	k->in_hash = 0;
	k->in_len = 0;
	k->in_bytes = 0;
	k->in_spans = 0;
	*refuse = 0;
	if (!k->info)
		return 0;
	if (k->info->class == SCAP_REFUSE) {
		*refuse = k->info->refuse;
		return 0;
	}
	ret = scap_plan_entry(&p.plan, &k->call);
	/* nothing of it could be read: no hash, as in a replay */
	if (k->in_len)
		k->in_hash = xxh64_digest(&k->xxh);
	k->unknown = p.plan.unknown;
	*refuse = p.plan.refuse;
	/* faulting, -EFAULT means that the program's memory is not there */
	return faulting && ret == -EFAULT ? 0 : ret;
}

void call_give_back(struct rtask *k)
{
	echo_done(k);
	home_asked(k);
}

void call_begin(struct rtask *k, struct pt_regs *regs, u32 nr)
{
	call_give_back(k);
	k->call_state = 0;
	k->in_call = true;
	k->forked = false;
	bind_not_forked(k);
	k->writes_own = false;
	k->writes_other = false;
	k->boundary_known = false;
	k->flags = 0;
	k->replaced_arg = -1;
	k->compat = is_compat_call();
	k->call.nr = nr;
	syscall_get_arguments(k->task, regs, (unsigned long *)k->call.args);
	k->info = k->compat ? NULL : scap_sysinfo(nr);
	k->call.restarts = k->info && k->info->id == SCAP_SYS_restart_syscall ? k->restart_nr : 0;
	k->call.iov = k->iov;
	k->call.iov_cap = IOV_CAP;
	k->call.niov = 0;
	k->call.iov_short = false;
	k->call_ip = instruction_pointer(regs);
}

/* Whether this is the call whose input task_work has taken. */
static bool is_prepared(struct rtask *k, struct pt_regs *regs, u32 nr)
{
	unsigned long args[6];

	if (!k->prepared)
		return false;
	k->prepared = false;
	if (nr != k->call.nr || instruction_pointer(regs) != k->call_ip)
		return false;
	syscall_get_arguments(current, regs, args);
	return !memcmp(k->call.args, args, sizeof(args));
}

/* Not now: the call is skipped, its input taken in task_work, the call made again. */
static bool bounce(struct rtask *k, struct pt_regs *regs)
{
	if (!rtask_queue(k, TODO_PREPARE))
		return false;
	k->bounced = true;
	arch_skip(regs);
	return true;
}

void call_prepare(struct rtask *k)
{
	k->bounced = false;
	k->in_call = false;
	atomic64_inc(&k->session->slow);
	if (k->in_cap < INPUT_MAX) {
		u8 *large = kvmalloc(INPUT_MAX, GFP_KERNEL);

		if (large) {
			k->input = large;
			k->in_cap = INPUT_MAX;
		}
	}
	plan_entry(k, true, &k->refuse);
	if (memory_entry(k))
		memory_meet(k);
	echo_wait(k);
	homes_leave(k);
	k->prepared = true;
	arch_again(current_pt_regs(), k->call.nr);
}

void call_take_back(struct rtask *k)
{
	struct record r;

	if (record_open(&r, k, SCAP_EV_SYSCALL_EXIT, sizeof(struct scap_ev_syscall), true)) {
		record_lost(k);
		return;
	}
	fill(&r, k)->result = -ERESTARTNOINTR;
	record_commit(&r);
	k->prepared = false;
	call_give_back(k);
	k->boundary_known = true;
	arch_regs(&k->boundary, current_pt_regs());
}

static void answer(struct rtask *k, struct pt_regs *regs, s64 result)
{
	k->answered = true;
	k->call.result = result;
	arch_skip(regs);
}

static bool is_call(const struct rtask *k, u16 id)
{
	return k->info && k->info->id == id;
}

bool call_ends_thread(const struct rtask *k)
{
	return is_call(k, SCAP_SYS_exit) || is_call(k, SCAP_SYS_exit_group);
}

/* A successful execve lets the parent of a vfork run before we hear of it: told at once. */
static bool tells_early(const struct rtask *k)
{
	return call_ends_thread(k) ||
	       ((is_call(k, SCAP_SYS_execve) || is_call(k, SCAP_SYS_execveat)) &&
		atomic_read(&k->domain->members) > 1);
}

/* Whether there is something to fetch, or to wait for, ahead of the call. */
static bool not_now(struct rtask *k, int *refuse)
{
	k->flags |= echo_flags(k);
	return home_asks(k) || plan_entry(k, false, refuse) || memory_entry(k) ||
	       (k->flags && !echo_turn(k));
}

void call_entry(struct rtask *k, struct pt_regs *regs, long id)
{
	int refuse = 0;
	bool again;
	s64 result;

	if (READ_ONCE(k->session->dead)) {
		rtask_release(k);
		return;
	}
	again = is_prepared(k, regs, (u32)id);
	if (!again)
		call_begin(k, regs, (u32)id);
	else
		refuse = k->refuse;
	if (k->starting)
		home_starting(k);
	k->in_call = true;
	if (!again && not_now(k, &refuse) && bounce(k, regs))
		return;
	if (k->compat)
		k->flags |= SCAP_F_COMPAT;
	if (!k->info || k->unknown)
		note_unknown(k);
	if (!refuse)
		refuse = -echo_refuses(k, regs);
	if (refuse) {
		k->flags |= SCAP_F_REFUSED;
		say_refused(k, (u32)refuse);
		answer(k, regs, -refuse);
		return;
	}
	if (shadow_entry(k, regs, &result)) {
		if (k->flags & SCAP_F_REFUSED)
			say_refused(k, (u32)-result);
		answer(k, regs, result);
		return;
	}
	if (tells_early(k))
		call_write_enter(k);
	if (call_ends_thread(k))
		exit_predict(k);
}

/* ---- records ---- */

static void add_inputs(struct record *r, struct rtask *k)
{
	struct scap_ev_syscall *e = (void *)r->e;

	e->in_hash = k->in_hash;
	e->in_len = k->in_len;
	memcpy((u8 *)e + r->size, k->input, k->in_bytes);
	r->size += k->in_bytes;
	r->nspans += k->in_spans;
}

/* Of a quick call little was noted at its entry: now somebody wants to know the rest. */
static void note_call(struct rtask *k, struct pt_regs *regs)
{
	u8 noted = k->quick;
	int refuse;

	if (noted == QUICK_NOT || noted & QUICK_ENTERED)
		return;
	call_begin(k, regs, k->call.nr);
	if (noted == QUICK_NUMBER)
		plan_entry(k, false, &refuse);
}

static u16 closing_type(const struct rtask *k)
{
	return k->entered ? SCAP_EV_SYSCALL_EXIT : SCAP_EV_SYSCALL;
}

static u32 closing_room(const struct rtask *k)
{
	return sizeof(struct scap_ev_syscall) + (k->entered ? 0 : k->in_bytes) +
	       copy_max(k->session) + SPANS_FAST;
}

static void begin_closing(struct record *r, struct rtask *k)
{
	fill(r, k)->result = k->call.result;
	if (!k->entered)
		add_inputs(r, k);
}

/* ---- exit, in the tracepoint ---- */

static int output_fast(struct scap_plan *plan, __u64 addr, __u64 len, __u8 kind, __u8 arg,
		       bool string)
{
	struct planning *p = planning_of(plan);
	void *to;

	if (kind != SCAP_SPAN_OUT)
		return 0;
	if (len > copy_max(p->k->session) - p->copied)
		return -E2BIG;
	to = record_span(p->r, SCAP_SPAN_OUT, arg, addr, (u32)len, (u32)len);
	if (!to)
		return -E2BIG;
	p->copied += (u32)len;
	return mem_nofault.get(&mem_nofault, addr, to, (u32)len);
}

/* What the kernel has written already, for others to see while it sleeps. */
static void add_written(struct record *r, struct rtask *k)
{
	struct planning p = {
		.plan = { .mem = &mem_nofault, .emit = output_fast }, .k = k, .r = r,
	};

	/* a word that is not there now cannot be one that it sleeps on */
	if (k->info)
		scap_plan_inside(&p.plan, &k->call);
}

void call_write_enter(struct rtask *k)
{
	u8 noted = k->quick;
	struct record r;

	if (k->entered)
		return;
	note_call(k, task_pt_regs(k->task));
	k->entered = true;
	k->quick = noted ? noted | QUICK_ENTERED : QUICK_NOT;
	if (record_open(&r, k, SCAP_EV_SYSCALL_ENTER, sizeof(struct scap_ev_syscall) + k->in_bytes +
			SPANS_FAST, true)) {
		record_lost(k);
		return;
	}
	fill(&r, k);
	add_inputs(&r, k);
	/* nobody has shared memory so far with one that sleeps, and others tell of it */
	if (k->task == current)
		add_written(&r, k);
	record_commit(&r);
}

int call_close_fast(struct rtask *k)
{
	struct record r;
	struct planning p = {
		.plan = { .mem = &mem_nofault, .emit = output_fast }, .k = k, .r = &r,
	};
	int ret = record_open(&r, k, closing_type(k), closing_room(k), false);

	if (ret)
		return ret;
	begin_closing(&r, k);
	if (k->info && !k->answered)
		ret = scap_plan_exit(&p.plan, &k->call);
	if (ret) {
		record_abort(&r);
		return ret;
	}
	record_commit(&r);
	return 0;
}

void call_finish(struct rtask *k)
{
	k->in_call = false;
	call_give_back(k);
	if (k->call.result == RESTART_BLOCK && !is_call(k, SCAP_SYS_restart_syscall))
		k->restart_nr = k->call.nr;
}

/* An exit without an entry: a seccomp filter has answered, or recording began in between. */
static void begin_late(struct rtask *k, struct pt_regs *regs)
{
	int refuse;

	call_begin(k, regs, (u32)syscall_get_nr(current, regs));
	k->late = plan_entry(k, false, &refuse) != 0;
	if (!k->info || k->unknown)
		note_unknown(k);
}

bool call_needs_slow(const struct rtask *k)
{
	return k->late || maps_wanted(k) || files_wanted(k) || echo_wanted(k) || memory_wanted(k);
}

void call_exit(struct rtask *k, struct pt_regs *regs, long result)
{
	if (k->bounced)
		return;
	domain_settled(k);
	if (k->execed) {
		rtask_queue(k, TODO_EXEC);
		return;
	}
	if (!k->in_call)
		begin_late(k, regs);
	note_call(k, regs);
	if (k->answered)
		arch_answer(regs, k->call.nr, k->call.result);
	else
		k->call.result = result;
	shadow_exit(k, regs);
	signal_boundary(k, regs);
	if (baton_try(k) && !call_needs_slow(k) && !call_close_fast(k)) {
		call_finish(k);
		if (checksum_due(k))
			rtask_queue(k, TODO_SUM);
		if (domain_shared(k))
			baton_call_ends(k, is_call(k, SCAP_SYS_sched_yield));
		return;
	}
	if (READ_ONCE(k->session->dead) || !rtask_queue(k, TODO_CLOSE))
		call_finish(k);
}

/* ---- exit, in task_work ---- */

static int output_collect(struct scap_plan *plan, __u64 addr, __u64 len, __u8 kind, __u8 arg,
			  bool string)
{
	struct out_list *l = planning_of(plan)->outs;

	if (kind != SCAP_SPAN_OUT || !len)
		return 0;
	if (l->n == l->cap) {
		u32 cap = l->cap ? l->cap * 2 : 32;
		struct out_span *v = kvmalloc_array(cap, sizeof(*v), GFP_KERNEL);

		if (!v)
			return -ENOMEM;
		if (l->n)
			memcpy(v, l->v, l->n * sizeof(*v));
		kvfree(l->v);
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = (struct out_span){ .addr = addr, .len = len, .arg = arg };
	return 0;
}

/* Output is applied in its order: only the last spans can stand in the closing record. */
static u32 first_kept(const struct rtask *k, const struct out_list *l)
{
	u32 room = copy_max(k->session), heads = SPANS_FAST / sizeof(struct scap_span), i;

	for (i = l->n; i && heads && l->v[i - 1].len <= room; i--, heads--)
		room -= (u32)l->v[i - 1].len;
	return i;
}

/* What is more than a closing record holds goes ahead of it. */
static int send_ahead(struct rtask *k, struct out_list *l)
{
	u32 kept = first_kept(k, l), i;
	int ret = 0;

	for (i = 0; !ret && i < l->n; i++) {
		struct out_span *s = &l->v[i];

		s->ahead = i < kept;
		if (s->ahead)
			ret = emit_memory(k, s->addr, s->len, s->arg);
		else
			/* what cannot be read was not written */
			s->len = touch(s->addr, s->len);
	}
	return ret;
}

static int copy_outputs(struct record *r, const struct out_list *l)
{
	u32 i;

	for (i = 0; i < l->n; i++) {
		const struct out_span *s = &l->v[i];
		void *to;

		if (s->ahead || !s->len)
			continue;
		to = record_span(r, SCAP_SPAN_OUT, s->arg, s->addr, (u32)s->len, (u32)s->len);
		if (!to || mem_nofault.get(&mem_nofault, s->addr, to, (u32)s->len))
			return -EFAULT;
	}
	return 0;
}

/* The closing record; memory that was taken away again is asked for once more. */
static int write_closing(struct rtask *k, struct out_list *l, const void *echo, u32 echoed)
{
	struct record r;
	u32 i;
	int ret;

	for (;;) {
		ret = record_open_wait(&r, k, closing_type(k), closing_room(k) + echoed + 32);
		if (ret)
			return ret;
		begin_closing(&r, k);
		if (!copy_outputs(&r, l))
			break;
		record_abort(&r);
		if (fatal_signal_pending(current))
			return -EINTR;
		for (i = 0; i < l->n; i++)
			if (!l->v[i].ahead)
				l->v[i].len = touch(l->v[i].addr, l->v[i].len);
	}
	if (echoed)
		memcpy(record_span(&r, SCAP_SPAN_ECHO, 0, 0, echoed, echoed), echo, echoed);
	record_commit(&r);
	return 0;
}

/* The closing record of a call with its echo, if it has one. */
static int close_with_echo(struct rtask *k, struct out_list *l)
{
	u32 want = echo_wanted(k), got = 0;
	void *buf = want ? kvmalloc(want, GFP_KERNEL) : NULL;
	int ret;

	if (buf)
		got = echo_read(k, buf, want);
	ret = write_closing(k, l, buf, got);
	kvfree(buf);
	return ret;
}

/* Output that the plan knows nothing of: the program's own memory, written as a file. */
static int collect_own(void *plan, u64 addr, u64 len)
{
	return output_collect(plan, addr, len, SCAP_SPAN_OUT, SCAP_ARG_NONE, false);
}

static void close_slow(struct rtask *k)
{
	struct out_list outs = { 0 };
	struct planning p = {
		.plan = { .mem = &mem_faulting, .emit = output_collect }, .k = k, .outs = &outs,
	};
	int refuse, ret = 0;

	atomic64_inc(&k->session->slow);
	if (k->late)
		plan_entry(k, true, &refuse);
	if (k->info && !k->answered) {
		maps_after_call(k);
		ret = scap_plan_exit(&p.plan, &k->call);
		/* a program's memory that is not there was not written */
		if (ret == -EFAULT)
			ret = 0;
	}
	if (!ret && memory_wanted(k))
		ret = memory_each_own(k, &p.plan, collect_own);
	if (ret)
		record_lost(k);
	ret = files_after_call(k);
	if (!ret && memory_wanted(k))
		ret = memory_after_call(k);
	if (!ret)
		ret = send_ahead(k, &outs);
	if (!ret)
		ret = close_with_echo(k, &outs);
	kvfree(outs.v);
	/* watched, and no room */
	if (ret == -ENOSPC)
		watch_dropped(k, call_size(k));
	/* killed while waiting: the call stays open, TASK_EXIT tells of it */
	if (ret != -EINTR && ret != -ERESTARTSYS)
		call_finish(k);
}

void call_close(struct rtask *k)
{
	/* it may have lacked nothing but the baton */
	if (call_needs_slow(k) || call_close_fast(k))
		close_slow(k);
	else
		call_finish(k);
}

/* ---- of tasks that are only watched ---- */

void call_watch(struct rtask *k, struct pt_regs *regs, u32 nr)
{
	int refuse;

	call_begin(k, regs, nr);
	k->late = plan_entry(k, false, &refuse) != 0;
	if (k->compat)
		k->flags |= SCAP_F_COMPAT;
	if (k->announced && (!k->info || k->unknown))
		note_unknown(k);
	else if (!k->info || k->unknown)
		k->flags |= SCAP_F_UNKNOWN;
}

static int output_count(struct scap_plan *plan, __u64 addr, __u64 len, __u8 kind, __u8 arg,
			bool string)
{
	if (kind == SCAP_SPAN_OUT)
		planning_of(plan)->copied += (u32)len;
	return 0;
}

u64 call_size(struct rtask *k)
{
	struct planning p = { .plan = { .mem = &mem_nofault, .emit = output_count }, .k = k };

	if (k->info)
		scap_plan_exit(&p.plan, &k->call);
	return sizeof(struct scap_ev_syscall) + (k->entered ? 0 : k->in_bytes) + p.copied;
}
