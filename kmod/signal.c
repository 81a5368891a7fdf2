// SPDX-License-Identifier: GPL-2.0
/*
 * Signals: where each one takes effect, and the handler's first moment. The
 * tracepoint sees it when it is taken from the queue; the frame is read in
 * task_work, when it stands.
 */
#include <linux/signal.h>
#include <linux/slab.h>

#include <scap/signal.h>

#include "arch.h"
#include "call.h"
#include "counter.h"
#include "domain.h"
#include "file.h"
#include "hook.h"
#include "record.h"
#include "signals.h"
#include "task.h"

/* More is not a frame. */
#define FRAME_MAX 32768u

bool signal_at_boundary(const struct rtask *k, const struct pt_regs *regs)
{
	if (arch_in_call(regs))
		return true;
	return k->boundary_known && arch_same_moment(&k->boundary, regs);
}

void signal_boundary(struct rtask *k, struct pt_regs *regs)
{
	/* elsewhere only a signal's return forgets that it was a call */
	k->boundary_known = SCAP_FORGETS_CALLS ||
			    (k->info && k->info->id == SCAP_SYS_rt_sigreturn);
	if (k->boundary_known)
		arch_regs(&k->boundary, regs);
}

/* @placed: where the recorder has brought it. Sets @k->sig.nr if that is a call's instruction. */
static u16 place_of(struct rtask *k, int sig, const siginfo_t *info, const struct pt_regs *regs,
		    bool placed)
{
	if (scap_signal_synchronous(sig, info->si_code, k->frame_failed || k->boundary_known))
		return SCAP_SIG_SYNCHRONOUS;
	if (k->prepared)
		return SCAP_SIG_BEFORE_SYSCALL;
	if (k->frame_failed || signal_at_boundary(k, regs))
		return SCAP_SIG_AFTER_SYSCALL;
	if (placed && arch_at_call(regs, &k->sig.nr))
		return SCAP_SIG_BEFORE_SYSCALL;
	return SCAP_SIG_IN_USER;
}

/* Whoever of its domain may be in user code: others are in a call, or will stand at its end. */
void signal_comes(struct rtask *k, int sig, const struct kernel_siginfo *info, bool group)
{
	struct domain *d;
	unsigned long irq;

	/* an end, or nothing sent: what an instruction has raised */
	if (sig == SIGKILL || (k->task == current && (unsigned long)info > 1 &&
			       scap_signal_synchronous(sig, info->si_code, false)))
		return;
	if (!domain_shared(k)) {
		rtask_queue(k, TODO_PLACE);
		return;
	}
	d = domain_lock(k, &irq);
	if (d->holder && (d->holder == k || (group && d->holder->process == k->process)))
		rtask_queue(d->holder, TODO_PLACE);
	domain_unlock(d, irq);
}

void signal_choose_place(struct rtask *k)
{
	if (signal_pending(current) && READ_ONCE(k->place) == PLACE_NONE && !k->prepared &&
	    !signal_at_boundary(k, current_pt_regs()))
		place_choose(k, 0, false);
}

/* The fixed part and siginfo of a SIGNAL; -errno: nothing was opened. */
static int open_signal(struct record *r, struct rtask *k, u16 action, u32 room, bool urgent)
{
	u32 size = sizeof(struct scap_ev_signal) + scap_span_size(sizeof(siginfo_t)) + room;
	struct scap_ev_signal *e;
	int ret = urgent ? record_open(r, k, SCAP_EV_SIGNAL, size, true) :
			   record_open_wait(r, k, SCAP_EV_SIGNAL, size);

	if (ret)
		return ret;
	e = (void *)r->e;
	e->signo = (u32)k->sig.signo;
	e->place = k->sig.place;
	e->action = action;
	e->nr = k->sig.nr;
	e->ip = k->sig.ip;
	memcpy(record_span(r, SCAP_SPAN_SIGINFO, SCAP_ARG_NONE, 0, sizeof(siginfo_t),
			   sizeof(siginfo_t)), &k->sig.info, sizeof(siginfo_t));
	return 0;
}

/* A signal without siginfo: get_signal() then makes this one up. */
static void external_info(siginfo_t *to, int sig, const struct kernel_siginfo *from)
{
	memset(to, 0, sizeof(*to));
	if (from == SEND_SIG_NOINFO || from == SEND_SIG_PRIV) {
		to->si_signo = sig;
		to->si_code = from == SEND_SIG_PRIV ? SI_KERNEL : SI_USER;
		return;
	}
	/* copy_siginfo_to_external(): the rest of the user's structure is zero */
	memcpy(to, from, sizeof(*from));
}

/* Guides for the replay: the scheduler's own count is exact at each tick. */
void signal_place(const struct rtask *k, const struct pt_regs *regs, struct scap_place *place)
{
	u64 now = current->se.sum_exec_runtime;

	arch_regs(&place->regs, regs);
	/* of a task just made, that of its first event is 0 */
	place->cpu_ns = now > k->event_cpu ? now - k->event_cpu : 0;
	place->retired = counter_since_event(k);
}

/* What the kernel will write at this task's end, where others are left to see it. */
static void last_words(struct rtask *k)
{
	if (!domain_shared(k))
		return;
	if (k->in_call)
		call_write_enter(k);
	exit_predict(k);
}

/*
 * Woken from a stop, it takes its signals, and has the frame written, ahead of any task_work:
 * others compute meanwhile, and may be asked where they are. The frame will be somewhere in here.
 */
static void announce_frame(struct rtask *k, const struct k_sigaction *ka)
{
	u64 at = k->sig.sp - FRAME_MAX, len = FRAME_MAX;
	struct scap_ev_signal *e;
	struct record r;

	if (ka->sa.sa_flags & SA_ONSTACK && !sas_ss_flags(k->sig.sp)) {
		at = current->sas_ss_sp;
		len = current->sas_ss_size;
	}
	if (record_open(&r, k, SCAP_EV_SIGNAL, sizeof(*e) + scap_span_size(0), true)) {
		record_lost(k);
		return;
	}
	e = (void *)r.e;
	e->signo = (u32)k->sig.signo;
	e->action = SCAP_ACT_NONE;
	record_span(&r, SCAP_SPAN_OUT, SCAP_ARG_NONE, at, (u32)min_t(u64, len, U32_MAX), 0);
	record_commit(&r);
}

void signal_delivered(struct rtask *k, int sig, struct kernel_siginfo *info,
		      struct k_sigaction *ka)
{
	struct pt_regs *regs = current_pt_regs();
	bool standard = ka->sa.sa_handler == SIG_DFL;
	struct record r;

	steps_stop(k);
	domain_settled(k);
	if (sig == SIGKILL)
		last_words(k);
	/* an end that TASK_EXIT tells, or nothing that the program notices */
	if (sig == SIGKILL || ka->sa.sa_handler == SIG_IGN ||
	    (standard && (sig_kernel_ignore(sig) || sig_kernel_stop(sig))))
		return;
	if (k->prepared && k->entered)
		call_take_back(k);
	external_info(&k->sig.info, sig, info);
	k->sig.signo = sig;
	k->sig.nr = k->call.nr;
	k->sig.placed = place_take(k);
	k->sig.place = place_of(k, sig, &k->sig.info, regs, k->sig.placed);
	k->sig.ip = instruction_pointer(regs);
	k->sig.sp = user_stack_pointer(regs);
	k->sig.handler = (u64)(unsigned long)ka->sa.sa_handler;
	if (k->state == RTASK_WATCHED) {
		watch_signal(k);
		return;
	}
	if (k->sig.place == SCAP_SIG_IN_USER)
		signal_place(k, regs, &k->sig.state);
	if (!standard) {
		if (domain_shared(k) && !baton_has(k))
			announce_frame(k, ka);
		rtask_queue(k, TODO_SIGNAL);
		return;
	}
	/* no place was asked for in time: what it computed since its last call, nobody will see */
	if (k->sig.place == SCAP_SIG_IN_USER && !k->sig.placed)
		k->sig.place = SCAP_SIG_AFTER_SYSCALL;
	if (open_signal(&r, k, SCAP_ACT_FATAL, scap_span_size(0), true)) {
		record_lost(k);
		return;
	}
	if (k->sig.place == SCAP_SIG_IN_USER)
		record_span(&r, SCAP_SPAN_POINT, SCAP_ARG_NONE, 0, 0, 0);
	record_commit(&r);
	last_words(k);
}

/*
 * @token: IN_USER: the recorder makes a point of the memory as it is and of the
 * interrupted code's registers, which stand in for it, while the thread waits.
 */
static int write_handler(struct rtask *k, const struct scap_regs *regs, u64 sp, u32 len, u64 token)
{
	struct record r;
	void *to;
	int ret = open_signal(&r, k, SCAP_ACT_HANDLER, 3 * sizeof(struct scap_span) +
			      sizeof(*regs) + sizeof(k->sig.state) + len + 16, false);

	if (ret)
		return ret;
	if (token) {
		to = record_span(&r, SCAP_SPAN_POINT, SCAP_ARG_NONE, token, sizeof(k->sig.state),
				 sizeof(k->sig.state));
		memcpy(to, &k->sig.state, sizeof(k->sig.state));
	} else if (k->sig.place == SCAP_SIG_IN_USER) {
		record_span(&r, SCAP_SPAN_POINT, SCAP_ARG_NONE, 0, 0, 0);
	}
	to = record_span(&r, SCAP_SPAN_REGS, SCAP_ARG_NONE, 0, sizeof(*regs), sizeof(*regs));
	memcpy(to, regs, sizeof(*regs));
	to = record_span(&r, SCAP_SPAN_OUT, SCAP_ARG_NONE, sp, len, len);
	if (copy_from_user_nofault(to, (const void __user *)(unsigned long)sp, len)) {
		record_abort(&r);
		return -EAGAIN;
	}
	record_commit(&r);
	return 0;
}

void signal_write(struct rtask *k)
{
	struct pt_regs *regs = current_pt_regs();
	u64 sp = user_stack_pointer(regs), end = arch_frame_end(regs, k->sig.sp);
	struct scap_regs now;
	u64 token = 0;
	u32 len;
	int ret;

	/* no room for the frame: the SIGSEGV that follows says so */
	k->frame_failed = instruction_pointer(regs) != k->sig.handler;
	if (k->frame_failed)
		return;
	arch_regs(&now, regs);
	len = end > sp ? (u32)min_t(u64, end - sp, FRAME_MAX) : 0;
	if (k->sig.place == SCAP_SIG_IN_USER && !k->sig.placed)
		token = session_pin(k->session, NULL, 0);
	do {
		len = (u32)touch(sp, len);
		ret = write_handler(k, &now, sp, len, token);
	} while (ret == -EAGAIN && !fatal_signal_pending(current));
	if (token)
		session_pin_wait(k->session, token);
	k->boundary_known = k->sig.place == SCAP_SIG_AFTER_SYSCALL;
	k->boundary = now;
	k->prepared = false;
	call_give_back(k);
}
