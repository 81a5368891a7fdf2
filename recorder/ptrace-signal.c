// SPDX-License-Identifier: GPL-2.0
/*
 * Signals: where each one takes effect, and the handler's first moment.
 *
 * At the end of a call a signal is delivered there. Caught by surprise in user
 * code it is kept back for the next call, up to HOLD_NS; then the thread is
 * stopped where it is and the place is told by its state. What an instruction
 * raises is delivered at once. Masks, nesting, stacks and restarts are the
 * kernel's business: it only ever sees ordinary deliveries.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <scap/signal.h>

#include "recorder/arch.h"
#include "recorder/ptrace-backend.h"

enum disposition { IGNORED, CAUGHT, STOPS, FATAL };

/* ---- what a signal would do ---- */

/* Mask on line @name of /proc/PID/task/TID/status (proc(5)). */
static uint64_t status_mask(const char *status, const char *name)
{
	const char *at = strstr(status, name);

	return at ? strtoull(at + strlen(name), NULL, 16) : 0;
}

static enum disposition default_action(int sig)
{
	switch (sig) {
	case SIGCHLD:
	case SIGURG:
	case SIGWINCH:
	case SIGCONT:
		return IGNORED;
	case SIGSTOP:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		return STOPS;
	}
	return FATAL;
}

/* /proc/PID/task/TID/status as a string; empty: it is gone. */
static void read_status(struct task *k, char *buf, size_t size)
{
	char path[64];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", k->t.pid, k->t.tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, buf, size - 1);
		close(fd);
	}
	buf[n > 0 ? n : 0] = 0;
}

static enum disposition disposition_of(struct task *k, int sig)
{
	uint64_t bit = 1ull << (sig - 1);
	char buf[4096];

	read_status(k, buf, sizeof(buf));
	if (status_mask(buf, "\nSigCgt:\t") & bit)
		return CAUGHT;
	if (status_mask(buf, "\nSigIgn:\t") & bit)
		return IGNORED;
	return default_action(sig);
}

static bool is_pending(struct task *k, int sig)
{
	char buf[4096];

	read_status(k, buf, sizeof(buf));
	return (status_mask(buf, "\nSigPnd:\t") | status_mask(buf, "\nShdPnd:\t")) &
	       1ull << (sig - 1);
}

/* ---- records ---- */

static void write_signal(struct task *k, int sig, const siginfo_t *info, uint16_t action,
			 const struct scap_regs *regs, uint64_t frame_end)
{
	struct scap_ev_signal *e;
	struct emit m;

	e = emit_open(&m, k, SCAP_EV_SIGNAL);
	e->signo = (uint32_t)sig;
	e->place = k->place;
	e->action = action;
	e->nr = k->place_nr;
	e->ip = k->place_ip;
	emit_bytes(&m, SCAP_SPAN_SIGINFO, 0, info, sizeof(*info));
	if (k->place == SCAP_SIG_IN_USER)
		signal_add_point(&m, k);
	if (regs) {
		uint64_t sp = SCAP_REG_SP(regs);
		uint32_t len = frame_end > sp ? (uint32_t)(frame_end - sp) : 0;
		void *to;

		emit_bytes(&m, SCAP_SPAN_REGS, 0, regs, sizeof(*regs));
		if (len > emit_room(&m))
			len = emit_room(&m);
		to = emit_span(&m, SCAP_SPAN_OUT, SCAP_ARG_NONE, sp, len, len);
		tracee_read_some(&k->t, sp, to, len);
	}
	emit_close(&m);
}

static void write_trap(struct task *k, uint64_t ip, uint32_t kind, const uint64_t value[2])
{
	struct scap_ev_trap *e;
	struct emit m;

	e = emit_open(&m, k, SCAP_EV_TRAP);
	e->kind = kind;
	e->ip = ip;
	e->value[0] = value[0];
	e->value[1] = value[1];
	emit_close(&m);
}

/* ---- delivery ---- */

static void set_place(struct task *k, uint16_t place, uint32_t nr)
{
	struct scap_regs *regs = tracee_regs(&k->t);

	k->place = place;
	k->place_nr = nr;
	k->place_ip = regs ? SCAP_REG_IP(regs) : 0;
	k->place_sp = regs ? SCAP_REG_SP(regs) : 0;
}

/*
 * Hands @sig to the kernel at the place set. A caught one is single-stepped:
 * that stops at the handler's first instruction (signal_setup_done() in the
 * kernel), where the frame is complete.
 */
static void deliver(struct task *k, int sig, const siginfo_t *info, enum disposition what)
{
	if (what == CAUGHT) {
		k->delivering = sig;
		k->delivering_info = *info;
		resume_signal(k, TRACEE_STEP, sig);
		return;
	}
	write_signal(k, sig, info, SCAP_ACT_FATAL, NULL, 0);
	resume_signal(k, TRACEE_CONT, sig);
}

void signal_step(struct task *k)
{
	struct scap_regs *regs = tracee_regs(&k->t);

	if (!regs)
		return;
	if (!k->delivering) {
		/* not our step: the program has set the trap flag itself */
		signal_stop(k, SIGTRAP);
		return;
	}
	write_signal(k, k->delivering, &k->delivering_info, SCAP_ACT_HANDLER, regs,
		     arch_frame_end(k, regs, k->place_sp));
	k->delivering = 0;
	k->frame_failed = false;
	k->boundary_known = k->place == SCAP_SIG_AFTER_SYSCALL;
	k->boundary = *regs;
	resume_user(k);
}

/* ---- keeping back ---- */

static void hold(struct task *k, const siginfo_t *info)
{
	struct held_signal *h = alloc_zeroed(1, sizeof(*h)), **at = &k->held;

	h->info = *info;
	if (!k->held) {
		k->held_since = k->rec->now;
		k->rec->nheld++;
		k->rec->want_tick = true;
	}
	while (*at)
		at = &(*at)->next;
	*at = h;
	k->boundary_known = false;
	resume_user(k);
}

static void unhold(struct task *k, struct held_signal *h)
{
	struct held_signal **at = &k->held;

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	free(h);
	if (!k->held)
		k->rec->nheld--;
	else
		k->held_since = k->rec->now;
}

void signal_drop(struct task *k)
{
	while (k->held)
		unhold(k, k->held);
}

/*
 * Sends what was kept back once more: unless blocked (by the handler of one
 * delivered before it) it arrives before the next user instruction. Returns
 * whether anything was sent; what was sent earlier is the kernel's to deliver.
 */
static bool requeue(struct task *k, uint16_t place)
{
	uint64_t sent = 0;
	bool any = false;

	for (struct held_signal *h = k->held; h; h = h->next) {
		uint64_t bit = 1ull << (h->info.si_signo - 1);

		/* two of a kind would become one: the second waits for the next boundary */
		if (!h->requeued && !(sent & bit)) {
			h->requeued = any = true;
			syscall(SYS_tgkill, k->t.pid, k->t.tid, h->info.si_signo);
		}
		sent |= bit;
	}
	if (any)
		k->requeue_place = place;
	return any;
}

static bool keeps_back(const struct task *k)
{
	for (const struct held_signal *h = k->held; h; h = h->next)
		if (!h->requeued)
			return true;
	return false;
}

/* Whether one of ours comes before the next user instruction, at the place taken for it. */
static bool comes_back(const struct task *k)
{
	for (const struct held_signal *h = k->requeue_place ? k->held : NULL; h; h = h->next)
		if (h->requeued)
			return true;
	return false;
}

/* The one of ours that has come back, or NULL. */
static struct held_signal *returned(struct task *k, int sig, const siginfo_t *info)
{
	/* from another pid namespace we are seen as 0 */
	if (info->si_code != SI_TKILL || (info->si_pid && info->si_pid != getpid()))
		return NULL;
	for (struct held_signal *h = k->held; h; h = h->next)
		if (h->requeued && h->info.si_signo == sig)
			return h;
	return NULL;
}

bool signal_before_call(struct task *k)
{
	uint64_t args[6];

	/* an ia32 call has its arguments elsewhere: it is not one to be taken back */
	if (k->compat || !requeue(k, SCAP_SIG_BEFORE_SYSCALL))
		return false;
	memcpy(args, k->call.args, sizeof(args));
	tracee_syscall_rewind(&k->t, k->call.nr, args);
	resume_user(k);
	return true;
}

void signal_timer(struct recording *rec)
{
	for (unsigned int i = 0; i < TASK_BUCKETS; i++)
		for (struct task *k = rec->tasks[i]; k; k = k->next) {
			if (!keeps_back(k) || k->state != TASK_USER || k->interrupting ||
			    rec->now - k->held_since < HOLD_NS)
				continue;
			interrupt_user(k);
		}
}

/* Stopped in user code, since a signal, or another thread, has waited long enough. */
void signal_interrupted(struct task *k)
{
	k->interrupting = false;
	if (keeps_back(k)) {
		if (point_is_restart(k))
			requeue(k, SCAP_SIG_AFTER_SYSCALL);
		else if (signal_take_point(k, 0))
			requeue(k, SCAP_SIG_IN_USER);
	} else if (!comes_back(k) && baton_force(k)) {
		return;
	}
	resume_user(k);
}

/* ---- a signal-delivery-stop ---- */

/* A counter was read: answered here, the program never sees the signal. */
static bool emulated(struct task *k, int sig, const siginfo_t *info)
{
	struct scap_regs *regs = tracee_regs(&k->t);
	uint64_t value[2], ip;
	uint32_t kind;

	if (sig != SIGSEGV || !regs)
		return false;
	ip = SCAP_REG_IP(regs);
	if (!arch_emulate_trap(k, info, &kind, value))
		return false;
	write_trap(k, ip, kind, value);
	k->boundary_known = false;
	resume_user(k);
	return true;
}

/*
 * Once stopped a thread cannot be stepped to a place that a replay finds cheaply:
 * so it is before. Returns the signal to go on with: SIGCONT, sent meanwhile, takes
 * the stop back (prepare_signal() in the kernel).
 */
static int walk_to_stop(struct task *k, int sig)
{
	struct point_trail trail;

	if (k->in_call || arch_executed_nothing(k, &k->boundary, k->boundary_known))
		return sig;
	point_choose(&k->t, 0, &trail);
	return is_pending(k, SIGCONT) ? 0 : sig;
}

void signal_stop(struct task *k, int sig)
{
	struct held_signal *h;
	enum disposition what;
	siginfo_t info;

	if (tracee_siginfo(&k->t, &info) || emulated(k, sig, &info))
		return;
	if (k->delivering)
		k->frame_failed = true; /* no room for its frame: this one says so */
	k->delivering = 0;
	h = returned(k, sig, &info);
	if (h) {
		info = h->info;
		unhold(k, h);
		tracee_set_siginfo(&k->t, &info);
	}
	what = disposition_of(k, sig);
	if (what == STOPS)
		sig = walk_to_stop(k, sig);
	if (what == IGNORED || what == STOPS) {
		resume_signal(k, TRACEE_CONT, sig);
		return;
	}
	if (h && k->requeue_place)
		set_place(k, k->requeue_place, k->call.nr);
	else if (scap_signal_synchronous(sig, info.si_code, k->frame_failed || k->boundary_known))
		set_place(k, SCAP_SIG_SYNCHRONOUS, 0);
	else if (k->frame_failed || arch_executed_nothing(k, &k->boundary, k->boundary_known))
		set_place(k, SCAP_SIG_AFTER_SYSCALL, k->call.nr);
	else if (k->by_syscall && signal_take_point(k, 0))
		set_place(k, SCAP_SIG_IN_USER, 0);
	else {
		hold(k, &info);
		return;
	}
	k->requeue_place = 0;
	deliver(k, sig, &info, what);
}

/* The counter still traps: that belongs to the task and survives an execve. */
int signal_unrecorded(struct task *k, int sig)
{
	uint64_t value[2];
	siginfo_t info;
	uint32_t kind;

	if (sig == SIGSEGV && !tracee_siginfo(&k->t, &info) &&
	    arch_emulate_trap(k, &info, &kind, value))
		return 0;
	return sig;
}

void signal_boundary(struct task *k)
{
	struct scap_regs *regs;

	k->boundary_known = false;
	if (!arch_keep_boundary(k->call.nr))
		return;
	regs = tracee_regs(&k->t);
	if (!regs)
		return;
	k->boundary = *regs;
	k->boundary_known = true;
}
