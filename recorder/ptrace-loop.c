// SPDX-License-Identifier: GPL-2.0
/*
 * The ptrace backend's heart: starts the program, waits for stops, hands each
 * to its room, until nobody is left.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "recorder/arch.h"
#include "recorder/ptrace-backend.h"
#include "recorder/tracee/own-clock.h"

/* While something waits for its time (a held signal, a baton), the wait is cut so often. */
#define TICK_FAST_NS 2000000l
/* Otherwise: in case a signal to us came just before the wait. */
#define TICK_SLOW_NS 500000000l

/* ---- resuming ---- */

void interrupt_user(struct task *k)
{
	k->interrupting = ptrace(PTRACE_INTERRUPT, k->t.tid, 0, 0) == 0;
}

/*
 * A failure means that the task was killed: its end will be reported. Who is to be stopped
 * again at once is told so first: it might have the CPU before we have it back.
 */
void resume_user(struct task *k)
{
	k->state = TASK_USER;
	if (baton_counts(k))
		interrupt_user(k);
	tracee_resume(&k->t, k->by_syscall ? TRACEE_SYSCALL : TRACEE_CONT, 0);
}

void resume_call(struct task *k)
{
	k->state = TASK_CALL;
	tracee_resume(&k->t, TRACEE_SYSCALL, 0);
}

void resume_signal(struct task *k, enum tracee_resume how, int sig)
{
	k->state = TASK_USER;
	if (how == TRACEE_CONT && k->by_syscall)
		how = TRACEE_SYSCALL;
	tracee_resume(&k->t, how, sig);
}

/* ---- one stop ---- */

/*
 * An interrupt that came too late has left its mark on the task (TIF_SIGPENDING):
 * a call that sleeps would end at once, with an EINTR that nobody sent. Once
 * out of the kernel and in again removes it.
 */
static void enter_again(struct task *k)
{
	uint64_t args[6];
	uint32_t nr;
	bool compat;

	if (tracee_syscall_args(&k->t, &nr, args, &compat))
		return;
	if (compat) {
		syscall_entry(k);
		return;
	}
	tracee_syscall_rewind(&k->t, nr, args);
	resume_user(k);
}

/*
 * A filter's stop behind the entry stop of PTRACE_SYSCALL: ours, or one of the
 * program's own that wants a tracer. It has none, as far as it knows (seccomp(2)).
 */
static void second_entry(struct task *k)
{
	if (tracee_own_filter(&k->t))
		tracee_syscall_skip(&k->t, -ENOSYS);
	resume_call(k);
}

static void syscall_stop(struct task *k, bool seccomp, bool cut_short)
{
	if (!k->in_call && cut_short && !k->by_syscall && !k->held)
		enter_again(k);
	else if (!k->in_call)
		syscall_entry(k);
	else if (seccomp)
		second_entry(k);
	else
		syscall_exit(k);
}

/* After a group-stop, or as the page has come for which it gave up the baton. */
static void goes_on(struct task *k)
{
	k->interrupting = false;
	if (baton_take(k, resume_user))
		resume_user(k);
}

static void interrupt_stop(struct task *k)
{
	if (!k->started)
		task_started(k);
	else if (k->interrupting && k->domain->holder == k)
		signal_interrupted(k);
	else
		goes_on(k);
}

static void group_stop(struct task *k)
{
	/* one that is stopped may be told so again */
	if (k->state != TASK_STOPPED)
		point_note_stop(k);
	k->state = TASK_STOPPED;
	if (k->domain->members > 1)
		point_say_stop(k);
	tracee_resume(&k->t, TRACEE_LISTEN, 0);
	baton_release(k);
}

/* A process that is not recorded any more only has to go on, and its children with it. */
static void handle_unrecorded(struct task *k, const struct tracee_stop *stop)
{
	switch (stop->kind) {
	case TRACEE_STOP_SIGNAL:
		tracee_resume(&k->t, TRACEE_CONT, signal_unrecorded(k, stop->sig));
		break;
	case TRACEE_STOP_GROUP:
		tracee_resume(&k->t, TRACEE_LISTEN, 0);
		break;
	case TRACEE_STOP_FORK:
		task_forked(k, stop->child);
		break;
	case TRACEE_STOP_EXEC:
		/* its counter still traps, and the instruction must be seen */
		k->readable = tracee_new_image(&k->t) == 0;
		tracee_resume(&k->t, TRACEE_CONT, 0);
		break;
	default:
		tracee_resume(&k->t, TRACEE_CONT, 0);
	}
}

/* @cut_short: an interrupt was on its way. */
static void dispatch(struct task *k, const struct tracee_stop *stop, bool cut_short)
{
	switch (stop->kind) {
	case TRACEE_STOP_ENTRY:
		syscall_stop(k, true, cut_short);
		break;
	case TRACEE_STOP_EXIT:
		syscall_stop(k, false, cut_short);
		break;
	case TRACEE_STOP_SIGNAL:
		signal_stop(k, stop->sig);
		break;
	case TRACEE_STOP_STEP:
		signal_step(k);
		break;
	case TRACEE_STOP_GROUP:
		group_stop(k);
		break;
	case TRACEE_STOP_INTERRUPT:
		interrupt_stop(k);
		break;
	case TRACEE_STOP_FORK:
		task_forked(k, stop->child);
		break;
	case TRACEE_STOP_VFORK_DONE:
		resume_call(k);
		break;
	case TRACEE_STOP_EXEC:
		exec_event(k, stop->child);
		break;
	case TRACEE_STOP_EXITING:
	case TRACEE_STOP_GONE:
		break;
	}
}

void loop_handle(struct recording *rec, const struct tracee_stop *stop)
{
	struct task *k = task_find(rec, stop->tid);
	bool cut_short;

	rec->now = own_clock_ns();
	if (!k && stop->kind == TRACEE_STOP_GONE)
		return;
	if (!k)
		k = task_new(rec, stop->tid);
	k->t.regs_valid = k->t.regs_dirty = false;
	/* any other stop takes the interrupt with it */
	cut_short = k->interrupting && stop->kind != TRACEE_STOP_INTERRUPT;
	k->interrupting &= stop->kind == TRACEE_STOP_INTERRUPT;
	if (stop->kind == TRACEE_STOP_GONE)
		task_gone(k, stop->status);
	else if (!k->announced)
		k->started = true; /* it waits for its FORK event */
	else if (stop->kind == TRACEE_STOP_EXITING)
		task_exiting(k, stop->status);
	else if (k->process->capture_only && k->started)
		handle_unrecorded(k, stop);
	else
		dispatch(k, stop, cut_short);
}

/* ---- time ---- */

static void on_tick(int sig)
{
	(void)sig; /* only cuts waitpid() short */
}

/* Ticks go to this thread: the writer's must not be disturbed. */
static int ticker_new(timer_t *timer, struct scap_error *err)
{
	struct sigevent ev = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM };
	struct sigaction sa = { .sa_handler = on_tick };

	sigaction(SIGALRM, &sa, NULL);
	ev._sigev_un._tid = (pid_t)syscall(SYS_gettid);
	if (timer_create(CLOCK_MONOTONIC, &ev, timer))
		return scap_fail(err, errno, "no timer to be had: %s", strerror(errno));
	return 0;
}

static bool somebody_waits(const struct recording *rec)
{
	if (rec->nheld || rec->ncopying)
		return true;
	for (const struct domain *d = rec->domains; d; d = d->next)
		if (d->first)
			return true;
	return false;
}

static void set_tick(struct recording *rec, timer_t timer, bool fast)
{
	long ns = fast ? TICK_FAST_NS : TICK_SLOW_NS;
	struct itimerspec its = { .it_interval.tv_nsec = ns, .it_value.tv_nsec = ns };

	timer_settime(timer, 0, &its, NULL);
	rec->tick_fast = fast;
}

/* See struct own_signals. */
static unsigned int processes_left(void *ctx, int sig, pid_t *one)
{
	struct recording *rec = ctx;
	unsigned int n = 0;

	for (unsigned int i = 0; i < TASK_BUCKETS; i++)
		for (struct task *k = rec->tasks[i]; k; k = k->next) {
			if (k->t.tid != k->t.pid)
				continue;
			*one = k->t.pid;
			n++;
			if (sig)
				kill(k->t.pid, sig);
		}
	return n;
}

/* The wait was cut short: whatever time has made due. */
static void tick(struct recording *rec, timer_t timer)
{
	bool fast = rec->want_tick || somebody_waits(rec);
	char text[160];

	rec->now = own_clock_ns();
	rec->want_tick = false;
	if (fast != rec->tick_fast)
		set_tick(rec, timer, fast);
	own_signals_pass_on(&rec->own, rec->now);
	if (own_signals_explain(&rec->own, rec->now, text, sizeof(text)))
		say(rec, "%s", text);
	if (rec->nheld)
		signal_timer(rec);
	served_check(rec);
	baton_check_all(rec);
}

/*
 * Quanta drawn by lot may be much shorter than a tick: the next tick comes
 * when the first of them ends.
 */
static void aim_tick(struct recording *rec, timer_t timer)
{
	struct itimerspec its = { .it_interval.tv_nsec = TICK_FAST_NS };
	uint64_t due = baton_next_due(rec);

	if (due == UINT64_MAX)
		return;
	if (due <= own_clock_ns())
		tick(rec, timer);
	if (due <= rec->now || due == rec->tick_due)
		return;
	its.it_value.tv_sec = (time_t)(due / 1000000000u);
	its.it_value.tv_nsec = (long)(due % 1000000000u);
	timer_settime(timer, TIMER_ABSTIME, &its, NULL);
	rec->tick_due = due;
	rec->tick_fast = true;
}

/* ---- the whole run ---- */

static void run_loop(struct recording *rec, timer_t timer)
{
	struct tracee_stop stop;

	set_tick(rec, timer, false);
	for (;;) {
		int got = tracee_wait(-1, 0, &stop);

		if (got == 1)
			loop_handle(rec, &stop);
		else if (got != -EINTR)
			break;
		if (got == -EINTR || rec->want_tick > rec->tick_fast)
			tick(rec, timer);
		if (rec->options->schedule.chaos)
			aim_tick(rec, timer);
	}
}

static int start(struct recording *rec, struct scap_error *err)
{
	const struct record_options *o = rec->options;
	struct tracee_start how = {
		.file = o->exe, .argv = o->argv, .envp = environ,
		.filter = TRACEE_FILTER_ALL, .trap_tsc = true, .cpu = rec->cpu,
	};
	struct tracee t;
	int ret = tracee_spawn(&t, &how);

	if (ret == -EMFILE || ret == -ENFILE || ret == -ENOMEM || ret == -EAGAIN)
		return scap_fail(err, -ret, "the program cannot be started: %s; see ulimit -a",
				 strerror(-ret));
	if (ret)
		return scap_fail(err, -ret, "ptrace(2) or seccomp(2) is not permitted here: %s; is "
				 "scap-record itself being traced? In a container: "
				 "--cap-add=SYS_PTRACE, or a seccomp profile that allows them",
				 strerror(-ret));
	rec->own.first = t.tid;
	task_first(rec, &t);
	return 0;
}

/*
 * Stops are waited for; a SIGCHLD with each, which nobody looks at, would only
 * cost. The disposition itself stays: execve hands it on, without the flag.
 */
static void want_no_stop_signals(void)
{
	struct sigaction sa;

	if (sigaction(SIGCHLD, NULL, &sa))
		return;
	sa.sa_flags |= SA_NOCLDSTOP;
	sigaction(SIGCHLD, &sa, NULL);
}

/* Tracer and tracees share one CPU; the program goes on believing in the mask it had. */
static void pin(struct recording *rec)
{
	cpu_set_t one;

	sched_getaffinity(0, sizeof(rec->affinity), &rec->affinity);
	rec->cpu = rec->options->cpu >= 0 ? rec->options->cpu : sched_getcpu();
	CPU_ZERO(&one);
	CPU_SET(rec->cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static void release(struct recording *rec)
{
	for (unsigned int i = 0; i < TASK_BUCKETS; i++)
		while (rec->tasks[i])
			task_free(rec->tasks[i]);
	tracee_unshare();
	maps_release(rec);
	free(rec->served.v);
	free(rec->outs.v);
	free(rec->holes.v);
	checksum_free(rec);
	free(rec->scratch);
	XXH64_freeState(rec->hash);
}

static int ptrace_run(const struct record_options *o, struct scap_writer *w,
		      struct record_result *result, struct scap_error *err)
{
	struct recording rec = { .options = o, .w = w, .result = result };
	const char *chance;
	struct timespec ts;
	timer_t timer;
	int ret;

	rec.scratch = malloc(SCRATCH_SIZE);
	rec.hash = XXH64_createState();
	if (!rec.scratch || !rec.hash) {
		ret = scap_fail(err, ENOMEM, "out of memory");
		goto out;
	}
	own_clock(CLOCK_REALTIME, &ts);
	rec.page_size = (uint32_t)sysconf(_SC_PAGESIZE);
	rec.start_ns = (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
	rec.now = own_clock_ns();
	rec.own.left = processes_left;
	rec.own.ctx = &rec;
	rec.own.deadline = o->timeout_ns ? rec.now + o->timeout_ns : 0;
	own_signals_catch();
	want_no_stop_signals();
	pin(&rec);
	chance = arch_chance_left();
	if (chance)
		say(&rec, "%s", chance);
	ret = ticker_new(&timer, err);
	if (ret)
		goto out;
	ret = start(&rec, err);
	if (ret) {
		timer_delete(timer);
		goto out;
	}
	/* the first program: from its execve's entry on */
	task_begin_first(task_find(&rec, rec.own.first));
	run_loop(&rec, timer);
	result->timed_out = rec.own.timed_out;
	timer_delete(timer);
out:
	release(&rec);
	return ret;
}

static int ptrace_usable(struct scap_error *err)
{
	(void)err; /* what is missing shows when the program is started, with the reason */
	return 0;
}

const struct backend backend_ptrace = {
	.name = "ptrace",
	.id = SCAP_BACKEND_PTRACE,
	.features = SCAP_FEATURE_REPLAYABLE,
	.usable = ptrace_usable,
	.run = ptrace_run,
};
