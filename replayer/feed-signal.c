// SPDX-License-Identifier: GPL-2.0
/*
 * Signals and traps: what happens to a program without its asking. No signal
 * is ever delivered by the kernel here. A handler starts because its frame and
 * registers are written; a fault is run into, compared and held back.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backtrack.h"
#include "recorder/tracee/point.h"
#include "replay.h"

static const char *signal_name(int sig)
{
	const char *name = scap_signal_name(sig);

	return name ? name : "a signal";
}

/* What the task has come to, in words. */
static void describe_arrival(struct task *task, char *buf, size_t size)
{
	struct scap_regs *r = tracee_regs(&task->t);
	const struct scap_sysinfo *info;
	unsigned long long ip = r ? SCAP_REG_IP(r) : 0;

	if (task->state == TASK_FAULT) {
		snprintf(buf, size, "%s at 0x%llx", signal_name(task->sig), ip);
		return;
	}
	info = scap_sysinfo(task->nr);
	snprintf(buf, size, "%s (call %u) at 0x%llx", info ? info->name : "?", task->nr,
		 ip - SCAP_SYSCALL_INSN_SIZE);
}

/* The frame would bring the recorded registers back, and hide that they were not. */
static int check_frame(struct session *s, struct task *task, const struct scap_ev_signal *e,
		       const struct scap_regs *handler, const struct scap_regs *now)
{
	bool in_call = e->place == SCAP_SIG_AFTER_SYSCALL || e->place == SCAP_SIG_BEFORE_SYSCALL;
	struct register_difference d;
	char expected[80], actual[80];

	if (arch_same_as_frame(task, handler, now, in_call, &d))
		return 0;
	snprintf(expected, sizeof(expected), "%s = 0x%" PRIx64 " when %s came", d.name, d.expected,
		 signal_name((int)e->signo));
	snprintf(actual, sizeof(actual), "%s = 0x%" PRIx64, d.name, d.actual);
	return session_diverge(s, task, NULL, expected, actual);
}

/* The handler's first instruction: frame, registers, initial vector state. */
static int enter_handler(struct session *s, struct task *task, const struct scap_ev_signal *e)
{
	const struct scap_span *regs = scap_span_find(&e->h, SCAP_SPAN_REGS, SCAP_ARG_NONE);
	struct scap_regs *now = tracee_regs(&task->t);
	struct scap_regs r;
	int err;

	if (!now || !regs || regs->stored != sizeof(r))
		return session_fail(s, EUCLEAN, "the trace does not say where the handler of %s "
				    "starts", signal_name((int)e->signo));
	memcpy(&r, scap_span_bytes(regs), sizeof(r));
	err = feed_kept(s, task);
	if (!err)
		err = feed_outputs(s, task, &e->h);
	if (!err)
		err = check_frame(s, task, e, &r, now);
	if (!err)
		err = task_set_regs(s, task, &r);
	if (!err && tracee_reset_fpregs(&task->t))
		err = session_fail(s, EIO, "cannot set the vector registers of process %d",
				   task->t.tid);
	return err;
}

/* As the frame has them, whatever processor built it. */
static int restore_vectors(struct session *s, struct task *task, uint64_t frame)
{
	_Alignas(64) static uint8_t image[TRACEE_FPREGS_MAX];
	ssize_t len = tracee_fpregs(&task->t, image, sizeof(image));
	struct vector_layout layout;
	int err;

	arch_recorded_vectors(s->header, &layout);
	if (len > 0)
		len = sigframe_vector(&task->t, frame, &layout, image, (size_t)len, sizeof(image));
	err = len < 0 ? (int)len : tracee_set_fpregs(&task->t, image, (size_t)len);
	return err ? session_fail(s, -err, "cannot give thread %u the vector registers of its signal "
				  "frame: %s", task->tid, strerror(-err)) : 0;
}

/*
 * The kernel takes no part: the frame may be of another processor, whose form
 * it would refuse. What else rt_sigreturn(2) restores, mask and alternate stack,
 * no replayed call asks the kernel about. A frame that cannot be read changes
 * nothing, and a SIGSEGV follows.
 */
int feed_signal_return(struct session *s, struct task *task, const struct scap_ev_syscall *e)
{
	struct scap_regs r = *tracee_regs(&task->t);
	uint64_t frame = sigframe_returned_from(&r);
	char expected[60], actual[60];
	int err = 0;

	if (sigframe_regs(&task->t, frame, &r))
		SCAP_REG_RESULT(&r) = 0;
	else
		err = restore_vectors(s, task, frame);
	if (err)
		return err;
	if (SCAP_REG_RESULT(&r) == (uint64_t)e->result)
		return task_set_regs(s, task, &r);
	snprintf(expected, sizeof(expected), "a return to result 0x%" PRIx64, (uint64_t)e->result);
	snprintf(actual, sizeof(actual), "0x%" PRIx64 " in the signal's frame",
		 (uint64_t)SCAP_REG_RESULT(&r));
	return session_diverge(s, task, NULL, expected, actual);
}

/* Runs into the recorded fault. */
static int run_into_fault(struct session *s, struct task *task, const struct scap_ev_signal *e)
{
	struct scap_regs *r;
	char expected[80], actual[120];
	int err = feed_arrive_at_call(s, task);

	if (err)
		return err;
	r = tracee_regs(&task->t);
	if (task->state == TASK_FAULT && task->sig == (int)e->signo && r &&
	    SCAP_REG_IP(r) == e->ip)
		return 0;
	snprintf(expected, sizeof(expected), "%s at 0x%llx", signal_name((int)e->signo),
		 (unsigned long long)e->ip);
	describe_arrival(task, actual, sizeof(actual));
	return session_diverge(s, task, NULL, expected, actual);
}

/* Runs to the instruction of the call that the signal came ahead of. */
static int run_to_call(struct session *s, struct task *task, const struct scap_ev_signal *e)
{
	struct scap_regs *r;
	char expected[80], actual[120];
	const struct scap_sysinfo *info = scap_sysinfo(e->nr);
	int err = feed_arrive_at_call(s, task);

	if (err)
		return err;
	r = tracee_regs(&task->t);
	if (task->state == TASK_ENTRY && task->nr == e->nr && r &&
	    SCAP_REG_IP(r) - SCAP_SYSCALL_INSN_SIZE == e->ip)
		return 0;
	snprintf(expected, sizeof(expected), "%s (call %u) at 0x%llx", info ? info->name : "?",
		 e->nr, (unsigned long long)e->ip);
	describe_arrival(task, actual, sizeof(actual));
	return session_diverge(s, task, NULL, expected, actual);
}

/* What other processes send does not belong to the replay. */
static int drop_foreign_signal(void *ctx, struct tracee *t, const struct tracee_stop *stop)
{
	struct task *task = ctx;

	(void)t;
	if (stop->kind == TRACEE_STOP_SIGNAL && task_raised_itself(task, stop))
		return -1;
	return stop->kind == TRACEE_STOP_SIGNAL || stop->kind == TRACEE_STOP_GROUP ? 0 : -1;
}

/* It did something else instead: what, in the session's terms. */
static int missed_point(struct session *s, struct task *task, const struct scap_point *p,
			const struct point_stats *stats)
{
	char expected[120], actual[320], arrival[120] = "ran on";

	if (stats->last.kind == TRACEE_STOP_ENTRY &&
	    !tracee_syscall_args(&task->t, &task->nr, task->args, &task->compat))
		task->state = TASK_ENTRY;
	if (stats->last.kind == TRACEE_STOP_SIGNAL) {
		task->state = TASK_FAULT;
		task->sig = stats->last.sig;
	}
	if (task->state != TASK_BOUNDARY)
		describe_arrival(task, arrival, sizeof(arrival));
	snprintf(expected, sizeof(expected), "an interruption in user code at 0x%llx",
		 (unsigned long long)p->ip);
	snprintf(actual, sizeof(actual), "%s; %s (%" PRIu64 " passes)", arrival, stats->near,
		 stats->passes);
	return session_diverge(s, task, NULL, expected, actual);
}

static void count_point(struct session *s, const struct point_stats *stats)
{
	static_assert(POINT_BY_STEP < SESSION_POINT_METHODS, "one place each");
	struct session_points *p = &s->outcome.points;

	p->n++;
	p->passes += stats->passes;
	p->stops += stats->stops;
	p->candidates += stats->passed_over;
	p->counted += stats->counted;
	p->checkpoints += stats->overshot;
	p->ns += stats->ns;
	p->by_method[stats->method]++;
}

/* Runs to a point in user code. */
static int run_to_point(struct session *s, struct task *task, const struct scap_event *e)
{
	const struct scap_span *span = scap_span_find(e, SCAP_SPAN_POINT, SCAP_ARG_NONE);
	const struct point_hooks hooks = { .ctx = task, .stop = drop_foreign_signal };
	const struct scap_point *p = span ? scap_span_bytes(span) : NULL;
	uint64_t number = lookahead_number(s->lookahead);
	struct backtrack *b = s->options.backtrack;
	struct point_stats stats = { 0 };
	int ret;

	if (!p || !scap_point_valid(p, span->stored))
		return session_fail(s, EUCLEAN, "the trace does not say where thread %u was "
				    "interrupted", task->tid);
	if (task->state != TASK_BOUNDARY)
		return missed_point(s, task, p, &stats);
	ret = point_run(&task->t, p, b ? backtrack_moment(b, number) : 0, &hooks, &stats);
	count_point(s, &stats);
	if (ret == -EILSEQ)
		return missed_point(s, task, p, &stats);
	if (ret)
		return session_fail(s, -ret, "thread %u could not be run to where it was "
				    "interrupted: %s", task->tid, strerror(-ret));
	if (b)
		backtrack_matched(b, number, e->domain, stats.moment);
	return 0;
}

static int run_to_place(struct session *s, struct task *task, const struct scap_ev_signal *e)
{
	switch (e->place) {
	case SCAP_SIG_BEFORE_SYSCALL:
		return run_to_call(s, task, e);
	case SCAP_SIG_SYNCHRONOUS:
		return run_into_fault(s, task, e);
	case SCAP_SIG_IN_USER:
		return run_to_point(s, task, &e->h);
	}
	return 0;
}

int feed_signal(struct session *s, struct task *task, const struct scap_ev_signal *e)
{
	int err;

	if (e->action == SCAP_ACT_NONE)
		return 0;
	/* SIGKILL takes effect wherever the thread is: its death shows no earlier than TASK_EXIT. */
	if (e->action == SCAP_ACT_FATAL && e->place == SCAP_SIG_IN_USER &&
	    !scap_span_find(&e->h, SCAP_SPAN_POINT, SCAP_ARG_NONE))
		return 0;
	err = run_to_place(s, task, e);
	if (err)
		return err;
	if (e->action == SCAP_ACT_HANDLER)
		return enter_handler(s, task, e);
	return report_crash(s, task, e);
}

/* Runs into the recorded trap, or to whatever comes instead. */
static int run_into_trap(struct session *s, struct task *task, const struct scap_ev_trap *e)
{
	int err = arch_await_trap(task, e->ip);

	if (err)
		return session_fail(s, -err, "no hardware breakpoint to be had for a trapped instruction: %s",
				    strerror(-err));
	err = feed_arrive_at_call(s, task);
	if (!err)
		arch_trapped(task);
	return err;
}

int feed_trap(struct session *s, struct task *task, const struct scap_ev_trap *e)
{
	struct scap_regs *r;
	char expected[80], actual[120];
	int err = run_into_trap(s, task, e);

	if (err)
		return err;
	r = tracee_regs(&task->t);
	if (!r)
		return session_fail(s, ESRCH, "process %d is gone", task->t.tid);
	if (task->state == TASK_FAULT && SCAP_REG_IP(r) == e->ip && arch_trap(task, r, e)) {
		tracee_regs_changed(&task->t);
		task->state = TASK_BOUNDARY;
		return 0;
	}
	snprintf(expected, sizeof(expected), "a trapped instruction at 0x%llx",
		 (unsigned long long)e->ip);
	describe_arrival(task, actual, sizeof(actual));
	return session_diverge(s, task, NULL, expected, actual);
}

int feed_switch(struct session *s, struct task *task, const struct scap_ev_switch *e)
{
	return run_to_point(s, task, &e->h);
}
