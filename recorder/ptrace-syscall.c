// SPDX-License-Identifier: GPL-2.0
/*
 * One call from entry to exit: what it reads is hashed at entry, what it wrote
 * is read at exit, both as the table's plan says; then the record is written.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "recorder/arch.h"
#include "recorder/ptrace-backend.h"

/* The kernel's own (include/linux/errno.h); a tracer sees it. */
#define ERESTART_RESTARTBLOCK 516

/* A plan being carried out for a task. */
struct planning {
	struct scap_plan plan;
	struct tracee_planmem mem;
	struct task *k;
	bool any;		/* something was hashed */
};

static struct planning *planning_of(struct scap_plan *plan)
{
	return (struct planning *)plan;
}

static void planning_init(struct planning *p, struct task *k,
			  int (*emit)(struct scap_plan *plan, __u64 addr, __u64 len, __u8 kind,
				      __u8 arg, bool string))
{
	tracee_planmem(&p->mem, &k->t);
	p->plan = (struct scap_plan){ .mem = &p->mem.mem, .emit = emit,
				      .page_size = k->rec->page_size };
	p->k = k;
	p->any = false;
}

/* ---- entry ---- */

/* Keeps the head of an input span as it will stand in the record. */
static void keep_input(struct task *k, uint64_t addr, uint32_t len, uint8_t arg,
		       const void *bytes, uint32_t stored)
{
	struct scap_span *s = (void *)(k->input + k->in_bytes);

	if (k->in_bytes + scap_span_size(stored) > INPUT_MAX)
		return;
	*s = (struct scap_span){
		.addr = addr, .len = len, .stored = (uint16_t)stored,
		.kind = SCAP_SPAN_IN, .arg = arg,
	};
	if (stored % 8)
		memset((char *)(s + 1) + (stored & ~7u), 0, 8);
	memcpy(s + 1, bytes, stored);
	k->in_bytes += scap_span_size(stored);
	k->in_spans++;
}

/* Hashes [addr, addr + len) up to its first unreadable byte; the head goes into the record. */
static int input_span(struct scap_plan *plan, __u64 addr, __u64 len, __u8 kind, __u8 arg,
		      bool string)
{
	struct planning *p = planning_of(plan);
	struct task *k = p->k;
	struct recording *rec = k->rec;
	uint8_t head[SCAP_STRING_MAX];
	uint32_t max = string ? SCAP_STRING_MAX : SCAP_PREFIX_MAX, stored = 0;
	uint64_t done = 0;

	if (kind != SCAP_SPAN_IN)
		return 0;
	while (done < len) {
		uint64_t want = len - done < SCRATCH_SIZE ? len - done : SCRATCH_SIZE;
		ssize_t got = tracee_planmem_read(&p->mem, addr + done, rec->scratch, want);

		if (got <= 0)
			break;
		if (!p->any)
			XXH64_reset(rec->hash, 0);
		p->any = true;
		XXH64_update(rec->hash, rec->scratch, (size_t)got);
		if (!done) {
			stored = got < (ssize_t)max ? (uint32_t)got : max;
			memcpy(head, rec->scratch, stored);
		}
		done += (uint64_t)got;
		if ((uint64_t)got < want)
			break;
	}
	k->in_len += done;
	keep_input(k, addr, (uint32_t)done, arg, head, stored);
	return 0;
}

static void begin_call(struct task *k)
{
	k->in_call = true;
	k->entered = k->answered = k->execed = false;
	k->boundary_known = false;
	k->requeue_place = 0;
	k->replaced_arg = -1;
	k->clone3_flags = 0;
	k->flags = 0;
	k->in_hash = k->in_len = 0;
	k->in_bytes = k->in_spans = 0;
	k->call.restarts = k->call.nr == SYS_restart_syscall ? k->restart_nr : 0;
	k->call.iov = k->iov;
	k->call.iov_cap = IOV_CAP;
	k->call.niov = 0;
	k->call.iov_short = false;
	k->info = k->compat ? NULL : scap_sysinfo(k->call.nr);
	k->state = TASK_CALL;
}

/* Says once per kind that scap answers a call itself. */
void syscall_say_refused(struct task *k, int errnum)
{
	struct recording *rec = k->rec;
	uint32_t nr = k->call.nr;
	uint64_t bit = 1ull << nr % 64;
	const char *name = k->info ? k->info->name : "?";
	const char *why = scap_errno_name(errnum);

	if (nr / 64 >= 16 || rec->refused_said[nr / 64] & bit)
		return;
	rec->refused_said[nr / 64] |= bit;
	emit_meta(k, SCAP_META_REFUSED, nr, "%s answered with %s", name, why ? why : "an error");
	/* libc registers rseq in every program: nothing to tell anybody about */
	if (k->info && strcmp(name, "rseq") != 0)
		say(rec, "%s (%u) cannot be recorded: answered with %s, as an old kernel would",
		    name, nr, why ? why : "an error");
}

static void note_unknown(struct task *k)
{
	struct recording *rec = k->rec;
	uint32_t nr = k->call.nr;
	bool said = nr / 64 < 16 && rec->unknown_said[nr / 64] & 1ull << nr % 64;
	char what[64];

	k->flags |= SCAP_F_UNKNOWN;
	if (said)
		return;
	if (nr / 64 < 16)
		rec->unknown_said[nr / 64] |= 1ull << nr % 64;
	if (k->info)
		snprintf(what, sizeof(what), "%s request %#x", k->info->name,
			 (uint32_t)k->call.args[1]);
	else
		snprintf(what, sizeof(what), "%s %u", k->compat ? "32-bit syscall" : "syscall", nr);
	emit_meta(k, SCAP_META_UNKNOWN, k->info ? (uint32_t)k->call.args[1] : nr,
		  "%s is not in the table: only results are kept", what);
	say(rec, "unknown %s of pid %d: only its result is kept; a replay may diverge there",
	    what, k->t.pid);
}

/* Carries out the entry plan. Returns the errno with which scap answers, or 0. */
static int plan_entry(struct task *k)
{
	struct planning p;

	if (!k->info) {
		if (k->compat)
			k->flags |= SCAP_F_COMPAT;
		note_unknown(k);
		return 0;
	}
	if (k->info->class == SCAP_REFUSE)
		return k->info->refuse;
	planning_init(&p, k, input_span);
	scap_plan_entry(&p.plan, &k->call);
	if (p.any)
		k->in_hash = XXH64_digest(k->rec->hash);
	if (p.plan.unknown)
		note_unknown(k);
	return p.plan.refuse;
}

/* The call shall not reach the kernel: @result is what the program gets. */
static void answer(struct task *k, int64_t result)
{
	k->answered = true;
	k->call.result = result;
	tracee_syscall_skip(&k->t, result);
	if (k->by_syscall) {
		/* its exit stop comes all the same, and closes it */
		resume_call(k);
		return;
	}
	syscall_write_closing(k);
	k->in_call = false;
	resume_user(k);
}

static void finish_call(struct task *k);

/* Nothing stands against the call in flight any more. */
static void make_call(struct task *k)
{
	resume_call(k);
	if (k->domain->first && k->info && k->info->flags & SCAP_ROW_BLOCKS)
		baton_check(k);
}

/* ... but that it may change another's memory. */
static void make_call_in_turn(struct task *k)
{
	if (memory_entry(k, make_call))
		make_call(k);
}

static bool ends_thread(uint32_t nr)
{
	return nr == SYS_exit || nr == SYS_exit_group;
}

void syscall_entry(struct task *k)
{
	uint64_t args[6];
	int64_t result;
	int refuse;

	if (tracee_syscall_args(&k->t, &k->call.nr, args, &k->compat))
		return;
	memcpy(k->call.args, args, sizeof(args));
	if (k->held && signal_before_call(k))
		return;
	begin_call(k);
	audit_entry(k);
	refuse = plan_entry(k);
	if (shadow_kills(k))
		return;
	echo_note(k);
	echo_in_turn(k);
	if (!refuse)
		refuse = echo_refuses(k);
	if (refuse) {
		k->flags |= SCAP_F_REFUSED;
		syscall_say_refused(k, refuse);
		answer(k, -refuse);
		return;
	}
	if (shadow_entry(k, &result) || clocks_entry(k, &result)) {
		answer(k, result);
		return;
	}
	if (ends_thread(k->call.nr) && !k->compat)
		syscall_write_enter(k);
	if (served_entry(k, make_call_in_turn))
		make_call_in_turn(k);
}

/* ---- exit ---- */

static void add_output(struct recording *rec, uint64_t addr, uint64_t len, uint8_t arg)
{
	struct out_list *l = &rec->outs;

	if (l->n == l->cap) {
		uint32_t cap = l->cap ? l->cap * 2 : 64;

		l->v = alloc_resize(l->v, cap, sizeof(*l->v));
		l->cap = cap;
	}
	l->v[l->n++] = (struct out_span){ .addr = addr, .len = len, .kind = SCAP_SPAN_OUT,
					  .arg = arg };
}

static int output_span(struct scap_plan *plan, __u64 addr, __u64 len, __u8 kind, __u8 arg,
		       bool string)
{
	(void)string;
	if (kind == SCAP_SPAN_OUT && len)
		add_output(planning_of(plan)->k->rec, addr, len, arg);
	return 0;
}

void syscall_add_output(struct task *k, uint64_t addr, uint64_t len)
{
	add_output(k->rec, addr, len, SCAP_ARG_NONE);
}

static void plan_exit(struct task *k)
{
	struct planning p;

	k->rec->outs.n = 0;
	if (!k->info || (k->answered && k->call.result < 0))
		return;
	planning_init(&p, k, output_span);
	scap_plan_exit(&p.plan, &k->call);
	if (p.plan.unknown)
		note_unknown(k);
	memory_plan_own(k);
}

static void plan_inside(struct task *k)
{
	struct planning p;

	k->rec->outs.n = 0;
	if (!k->info)
		return;
	planning_init(&p, k, output_span);
	scap_plan_inside(&p.plan, &k->call);
}

/* What does not fit into @room bytes of the closing record goes ahead of it. */
static void send_ahead(struct task *k, uint32_t room)
{
	struct out_list *l = &k->rec->outs;

	for (uint32_t i = 0; i < l->n; i++) {
		struct out_span *s = &l->v[i];

		s->ahead = s->len + sizeof(struct scap_span) + 8 > room;
		if (s->ahead)
			emit_memory(k, s->addr, s->len, s->arg);
		else
			room -= scap_span_size((uint32_t)s->len);
	}
}

static void fill_outputs(struct emit *m, struct task *k)
{
	const struct out_list *l = &k->rec->outs;

	for (uint32_t i = 0; i < l->n; i++) {
		const struct out_span *s = &l->v[i];
		struct scap_span *span = (void *)((char *)m->e + m->size);
		uint32_t size = m->size, len = (uint32_t)s->len, got;

		if (s->ahead)
			continue;
		got = (uint32_t)tracee_read_some(&k->t, s->addr,
						 emit_span(m, s->kind, s->arg, s->addr, len, len),
						 len);
		if (got == len)
			continue;
		/* what cannot be read was not written */
		span->len = got;
		span->stored = (uint16_t)got;
		m->size = size + scap_span_size(got);
		if (got % 8)
			memset((char *)(span + 1) + got, 0, 8 - got % 8);
	}
}

static struct scap_ev_syscall *open_record(struct emit *m, struct task *k, uint16_t type)
{
	struct scap_ev_syscall *e = emit_open(m, k, type);

	e->h.flags = k->flags;
	e->nr = k->call.nr;
	memcpy(e->args, k->call.args, sizeof(e->args));
	return e;
}

static void add_inputs(struct emit *m, struct task *k)
{
	struct scap_ev_syscall *e = (void *)m->e;

	e->in_hash = k->in_hash;
	e->in_len = k->in_len;
	memcpy((char *)e + m->size, k->input, k->in_bytes);
	m->size += k->in_bytes;
	m->nspans += k->in_spans;
}

void syscall_write_enter(struct task *k)
{
	struct emit m;

	if (k->entered)
		return;
	k->entered = true;
	plan_inside(k);
	open_record(&m, k, SCAP_EV_SYSCALL_ENTER);
	add_inputs(&m, k);
	fill_outputs(&m, k);
	emit_close(&m);
}

void syscall_write_closing(struct task *k)
{
	uint32_t fixed = scap_event_fixed(SCAP_EV_SYSCALL);
	struct scap_ev_syscall *e;
	struct emit m;

	plan_exit(k);
	if (k->rec->outs.n)
		send_ahead(k, SCAP_EVENT_MAX - fixed - 64 - (k->entered ? 0 : k->in_bytes));
	e = open_record(&m, k, k->entered ? SCAP_EV_SYSCALL_EXIT : SCAP_EV_SYSCALL);
	e->result = k->call.result;
	if (!k->entered)
		add_inputs(&m, k);
	fill_outputs(&m, k);
	echo_spans(&m, k);
	emit_close(&m);
}

/* ---- what a finished call means for what we know of the task ---- */

static void note_descriptors(struct task *k)
{
	if (k->info->flags & SCAP_ROW_FDS)
		echo_forget_all(k);
	else if (k->info->flags & SCAP_ROW_NEWFD && k->call.result >= 0)
		echo_forget(k, (int)k->call.result);
}

static void note_call(struct task *k)
{
	const struct scap_call *c = &k->call;

	if (!k->info)
		return;
	if (k->info->flags & (SCAP_ROW_FDS | SCAP_ROW_NEWFD))
		note_descriptors(k);
	if (c->result == -ERESTART_RESTARTBLOCK && c->nr != SYS_restart_syscall)
		k->restart_nr = c->nr;
	if (c->result < 0)
		return;
	arch_note_call(k);
	switch (c->nr) {
	case SYS_set_tid_address:
		k->clear_tid = c->args[0];
		break;
	case SYS_set_robust_list:
		k->robust_list = c->args[0];
		break;
	case SYS_seccomp:
	case SYS_prctl:
		task_note_filter(k);
		break;
	case SYS_unshare:
		task_unshare_fds(k);
		clocks_note_call(k);
		break;
	case SYS_setns:
		clocks_note_call(k);
		served_note_mount(k->rec);
		break;
	case SYS_mount:
	case SYS_move_mount:
		served_note_mount(k->rec);
		break;
	}
}

/* What was mapped is shared with processes that went their own way: one baton from here on. */
static bool joins_domain(struct task *k)
{
	struct domain *d = maps_meets_domain(k);

	if (!d)
		return false;
	/* the threads of its old domain may go on ahead of it */
	syscall_write_enter(k);
	domain_merge(k, d);
	return !baton_take(k, finish_call);
}

static void finish_call(struct task *k)
{
	int64_t result;

	if (k->execed) {
		exec_exit(k);
		return;
	}
	if (!k->answered && tracee_syscall_result(&k->t, &result))
		return;
	if (!k->answered)
		k->call.result = result;
	if (exec_failed_first(k))
		return;
	audit_exit(k);
	shadow_exit(k);
	if (k->info && k->info->class == SCAP_EXECUTE && joins_domain(k))
		return;
	if (k->info && k->info->class == SCAP_EXECUTE)
		maps_after_call(k);
	else if (k->rec->last_object)
		files_after_call(k);
	memory_exit(k);
	syscall_write_closing(k);
	audit_verdict(k);
	note_call(k);
	if (k->served)
		served_forget(k);
	k->in_call = false;
	checksum_boundary(k);
	signal_boundary(k);
	if (!baton_yield(k, resume_user))
		resume_user(k);
}

void syscall_exit(struct task *k)
{
	if (baton_take(k, finish_call))
		finish_call(k);
}

void syscall_child_return(struct task *k)
{
	k->call.result = 0;
	shadow_child_return(k);
	syscall_write_closing(k);
	k->in_call = false;
	signal_boundary(k);
	resume_user(k);
}
