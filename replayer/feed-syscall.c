// SPDX-License-Identifier: GPL-2.0
/*
 * Calls: the program makes the recorded one (checked: number, arguments, input
 * memory) and gets the recorded answer (output memory, result). What a call of
 * another class than EMULATE does besides is in feed-memory.c and
 * feed-process.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#define XXH_STATIC_LINKING_ONLY /* its state, on the stack */
#include <xxhash.h>

#include "replay.h"

/* Kept records that may belong to a signal frame stay kept; more than that is a call's output. */
#define KEEP_MAX (256u << 10)

/* Input memory of the call, hashed by the very plan that the recorder used. */
struct hashing {
	struct scap_plan plan;
	struct tracee_planmem mem;
	XXH64_state_t xxh;
	uint64_t len;
};

static int hash_span(struct scap_plan *plan, __u64 addr, __u64 len, __u8 kind, __u8 arg,
		     bool string)
{
	static char buf[1 << 16];
	struct hashing *h = plan->ctx;

	(void)arg;
	(void)string;
	if (kind != SCAP_SPAN_IN)
		return 0;
	while (len) {
		size_t want = len < sizeof(buf) ? len : sizeof(buf);
		ssize_t n = tracee_planmem_read(&h->mem, addr, buf, want);

		if (n <= 0)
			return 0;
		XXH64_update(&h->xxh, buf, (size_t)n);
		h->len += (uint64_t)n;
		if ((size_t)n < want)
			return 0;
		addr += want;
		len -= want;
	}
	return 0;
}

static void hash_input(struct task *task)
{
	static struct scap_iov iov[1024];
	struct hashing h = { 0 };
	struct scap_call call = { .nr = task->nr, .iov = iov,
				  .iov_cap = sizeof(iov) / sizeof(iov[0]) };

	task->planned = true;
	task->in_hash = task->in_len = 0;
	if (task->compat)
		return;
	memcpy(call.args, task->args, sizeof(call.args));
	tracee_planmem(&h.mem, &task->t);
	XXH64_reset(&h.xxh, 0);
	h.plan = (struct scap_plan){ .mem = &h.mem.mem, .emit = hash_span, .ctx = &h };
	scap_plan_entry(&h.plan, &call);
	task->in_len = h.len;
	task->in_hash = h.len ? XXH64_digest(&h.xxh) : 0;
}

/* A call that ends in a restart is made again from where it stands. */
static void make_again(struct task *task)
{
	enum { ERESTART_RESTARTBLOCK = 516 };

	if (task->restart == -ERESTART_RESTARTBLOCK)
		task->nr = SYS_restart_syscall;
	task->restart = 0;
	task->planned = false;
}

int feed_arrive_at_call(struct session *s, struct task *task)
{
	int err = task_arrive(s, task);

	if (err || task->state != TASK_ENTRY)
		return err;
	if (task->restart)
		make_again(task);
	if (!task->planned)
		hash_input(task);
	return 0;
}

static const char *call_name(uint32_t nr)
{
	const struct scap_sysinfo *info = scap_sysinfo(nr);

	return info ? info->name : "?";
}

/* Not at a call at all. */
static int wrong_place(struct session *s, struct task *task)
{
	struct scap_regs *r = tracee_regs(&task->t);
	const char *name = scap_signal_name(task->sig);
	char actual[80];

	if (task->state != TASK_FAULT)
		return session_fail(s, EUCLEAN, "the trace has a call of task %u that cannot "
				    "make one", task->tid);
	snprintf(actual, sizeof(actual), "%s at 0x%llx", name ? name : "a signal",
		 r ? (unsigned long long)SCAP_REG_IP(r) : 0ull);
	return session_diverge(s, task, NULL, NULL, actual);
}

static int check_call(struct session *s, struct task *task, const struct scap_ev_syscall *e)
{
	const struct scap_sysinfo *info = scap_sysinfo(e->nr);
	/* What stands in the other registers is nobody's business. */
	unsigned int nargs = info && !task->compat ? info->nargs : 6;
	bool same;

	if (task->state != TASK_ENTRY)
		return wrong_place(s, task);
	same = task->nr == e->nr && task->compat == !!(e->h.flags & SCAP_F_COMPAT);
	/* What scap answered itself never reached the kernel: nobody looked at its input. */
	if (!(e->h.flags & SCAP_F_REFUSED))
		same = same && task->in_hash == e->in_hash && task->in_len == e->in_len;
	for (unsigned int i = 0; same && i < nargs; i++)
		same = task->args[i] == e->args[i];
	return same ? 0 : session_diverge(s, task, actual_call(task, &e->h), NULL, NULL);
}

int feed_outputs(struct session *s, struct task *task, const struct scap_event *e)
{
	const struct scap_span *span = NULL;
	char expected[80];

	while ((span = scap_span_next(e, span))) {
		if (span->kind != SCAP_SPAN_OUT || !span->stored)
			continue;
		if (!tracee_write(&task->t, span->addr, scap_span_bytes(span), span->stored))
			continue;
		snprintf(expected, sizeof(expected), "%u bytes that the kernel wrote at 0x%llx",
			 span->stored, (unsigned long long)span->addr);
		return session_diverge(s, task, NULL, expected, "no memory that can be written");
	}
	return 0;
}

int feed_kept(struct session *s, struct task *task)
{
	const struct scap_event *e = NULL;
	int err = 0;

	while (!err && (e = task_kept(task, e))) {
		if (e->type == SCAP_EV_DATA)
			err = feed_outputs(s, task, e);
		else if (e->type == SCAP_EV_FILE)
			err = contents_write(s, (const void *)e);
	}
	task->pending.used = 0;
	return err;
}

int feed_data(struct session *s, struct task *task, const struct scap_event *e)
{
	int err = task_keep(s, task, e);

	/* by FILE others may change what it shows before the call that maps it is over */
	if (!err && e->type == SCAP_EV_MAP)
		err = contents_expect(s, (const void *)e);
	if (err || task->pending.used < KEEP_MAX || task->state == TASK_UNBORN ||
	    (task->state == TASK_IN_CALL && (task->nr == SYS_execve || task->nr == SYS_execveat)))
		return err;
	if (task->state != TASK_IN_CALL)
		err = feed_arrive_at_call(s, task);
	return err ? err : feed_kept(s, task);
}

/* The recorded answer, without the kernel. */
static int answer(struct session *s, struct task *task, const struct scap_ev_syscall *e)
{
	int err = feed_kept(s, task);

	if (!err)
		err = feed_outputs(s, task, &e->h);
	if (!err && s->options.echo)
		err = echo_output(s, task, e);
	if (err)
		return err;
	if (scap_restarts(e->result)) {
		task->state = TASK_ENTRY;
		task->restart = e->result;
		return 0;
	}
	if (e->nr == SYS_prlimit64 || e->nr == SYS_setrlimit)
		feed_limit(s, task, e);
	return task_finish_call(s, task, e->result);
}

static bool failed(int64_t result)
{
	return result < 0 && result >= -4095;
}

/* Whether the call changes the address space or the registers for real. */
static bool to_be_executed(const struct scap_ev_syscall *e)
{
	struct scap_call call = { .nr = e->nr };

	memcpy(call.args, e->args, sizeof(call.args));
	if (e->h.flags & (SCAP_F_REFUSED | SCAP_F_COMPAT) || scap_call_class(&call) != SCAP_EXECUTE)
		return false;
	/* The result of a signal return is a register of the interrupted code: any value. */
	return e->nr == SYS_rt_sigreturn || !failed(e->result);
}

int feed_syscall(struct session *s, struct task *task, const struct scap_ev_syscall *e)
{
	int err = feed_arrive_at_call(s, task);

	if (!err)
		err = check_call(s, task, e);
	if (err)
		return err;
	return to_be_executed(e) ? feed_memory(s, task, e) : answer(s, task, e);
}

int feed_enter(struct session *s, struct task *task, const struct scap_ev_syscall *e)
{
	int err = feed_arrive_at_call(s, task);

	if (!err)
		err = check_call(s, task, e);
	if (!err)
		err = feed_kept(s, task);
	if (!err)
		err = feed_outputs(s, task, &e->h);
	task->state = TASK_IN_CALL;
	return err;
}

int feed_exit(struct session *s, struct task *task, const struct scap_ev_syscall *e)
{
	if (task->state != TASK_IN_CALL || task->nr != e->nr)
		return session_fail(s, EUCLEAN, "the trace ends a call (%s) of task %u that it did "
				    "not begin", call_name(e->nr), task->tid);
	return to_be_executed(e) ? feed_memory(s, task, e) : answer(s, task, e);
}
