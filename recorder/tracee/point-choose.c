// SPDX-License-Identifier: GPL-2.0
/*
 * While recording: from where an asynchronous event caught a thread on to a
 * place that a replay will find cheaply, and what the thread writes on the way.
 * The event takes effect a few instructions later than it might have; no
 * program can tell.
 */
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "point-internal.h"

/*
 * The trail of a loop is complete after a few rounds: then some word of it tells
 * each pass from the next, which spares a replay the hash of a page at each. An
 * interpreter comes by its dispatch more often than by its program's loop.
 */
#define STEPS_ENOUGH 24
#define ROUNDS_ENOUGH 8
/* From here on take what needs a search for branches, too. */
#define STEPS_PATIENT 72
/* From here on no more rounds are waited for. */
#define STEPS_ROUNDS 240
#define STEPS_MAX 400
/* So many are skipped at most, and all are remembered. */
#define SKIP_MAX 8192
#define SEEN_MAX (SKIP_MAX + STEPS_MAX)

struct walk {
	struct tracee *t;
	struct point_trail *trail;
	enum point_place place;
	bool over;
	bool from_event;		/* it began where the thread's last event was */
	bool seldom;			/* or behind, where it has come by only a few times */
	unsigned int skip;		/* steps to take before a place is looked for */
	unsigned int nseen;		/* addresses that it came by, those skipped, too */
	uint64_t seen[SEEN_MAX];
	unsigned int nbad;
	uint64_t bad[STEPS_MAX];	/* places that a search for branches has ruled out */
};

/* Signals that an instruction can raise: blocking one would make it fatal (force_sig(9)). */
static uint64_t all_but_synchronous(void)
{
	static const int synchronous[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS };
	uint64_t mask = ~0ull;

	for (size_t i = 0; i < sizeof(synchronous) / sizeof(*synchronous); i++)
		mask &= ~(1ull << (synchronous[i] - 1));
	return mask;
}

static void note_word(struct point_trail *trail, uint64_t addr)
{
	for (unsigned int i = 0; i < trail->nwords; i++)
		if (trail->word[i] == addr)
			return;
	if (trail->nwords < POINT_TRAIL_MAX)
		trail->word[trail->nwords++] = addr;
}

static void note_writes(struct point_trail *trail, const struct point_insn *insn)
{
	for (unsigned int i = 0; i < insn->nwrites; i++) {
		uint64_t addr = insn->write[i].addr & ~7ull;
		uint64_t end = insn->write[i].addr + insn->write[i].len;

		/* A large block (xsave) is told apart by its first words as well. */
		for (int n = 0; addr < end && n < 8; addr += 8, n++)
			note_word(trail, addr);
	}
}

/* A signal turned up on the way: one raised by the instruction will be raised again. */
static int put_signal_off(struct walk *w, const struct tracee_stop *stop)
{
	siginfo_t info;

	w->over = true;
	if (tracee_siginfo(w->t, &info) || info.si_code > 0)
		return 0;
	return syscall(SYS_tgkill, w->t->pid, w->t->tid, stop->sig) ? -errno : 0;
}

/* Resumes by @how and waits until the thread has done what it was told. */
static int advance(struct walk *w, enum tracee_resume how)
{
	struct tracee_stop stop;
	int ret;

	for (;;) {
		ret = tracee_resume(w->t, how, 0);
		if (!ret)
			ret = tracee_wait_for(w->t->tid, &stop);
		if (ret)
			return ret;
		switch (stop.kind) {
		case TRACEE_STOP_STEP:
			return 0;
		case TRACEE_STOP_SIGNAL:
			return put_signal_off(w, &stop);
		case TRACEE_STOP_INTERRUPT:
			break;
		case TRACEE_STOP_GONE:
		case TRACEE_STOP_EXITING:
			return -ESRCH;
		default:
			w->over = true;
			return 0;
		}
	}
}

static int run_to(struct walk *w, uint64_t addr)
{
	int ret = point_arch_break_at(w->t, addr);

	/* No debug register to be had: steps are slow, but right where they come to an end. */
	if (ret)
		return advance(w, TRACEE_STEP);
	ret = advance(w, TRACEE_CONT);
	if (ret != -ESRCH)
		point_arch_unbreak(w->t);
	return ret;
}

/* How often it came by @ip in the last @steps. */
static unsigned int rounds(const struct walk *w, uint64_t ip, unsigned int steps)
{
	unsigned int n = 0;

	for (unsigned int i = w->nseen - steps; i < w->nseen; i++)
		n += w->seen[i] == ip;
	return n;
}

/*
 * Whether a replay, too, comes by @ip only a few times from the last event to here. Such
 * a place is found by a breakpoint, and needs neither trail nor patch: so what
 * lies shortly ahead of a call is within reach.
 */
static bool seldom_passed(const struct walk *w, uint64_t ip)
{
	return w->from_event && w->nseen && rounds(w, ip, w->nseen) < ROUNDS_ENOUGH;
}

static bool trail_complete(const struct walk *w, uint64_t ip)
{
	unsigned int steps = w->trail->steps;

	if (steps < STEPS_ENOUGH || steps >= STEPS_ROUNDS)
		return steps >= STEPS_ROUNDS;
	return rounds(w, ip, steps) >= ROUNDS_ENOUGH;
}

static bool good_place(struct walk *w, uint64_t ip)
{
	unsigned int steps = w->trail->steps;

	if (seldom_passed(w, ip) || (w->seldom && !w->nseen))
		return true;
	if (!trail_complete(w, ip))
		return false;
	if (point_arch_patchable(w->t, ip, false) == POINT_PATCH_JUMP)
		return true;
	if (steps < STEPS_PATIENT)
		return false;
	for (unsigned int i = 0; i < w->nbad; i++)
		if (w->bad[i] == ip)
			return false;
	if (point_arch_patchable(w->t, ip, true) == POINT_PATCH_JUMP)
		return true;
	w->bad[w->nbad++] = ip;
	return false;
}

/* One instruction further, or w->over. */
static int step(struct walk *w)
{
	struct scap_regs *regs = tracee_regs(w->t);
	struct point_insn insn;
	uint64_t ip;

	if (!regs)
		return -ESRCH;
	ip = SCAP_REG_IP(regs);
	w->over = true;
	if (point_arch_decode(w->t, regs, &insn))
		return 0;
	if (insn.syscall)
		w->place = POINT_PLACE_SYSCALL;
	if (insn.syscall || insn.trapped)
		return 0;
	if (!insn.run_to && !w->skip && (good_place(w, ip) || w->trail->steps >= STEPS_MAX))
		return 0;
	w->over = false;
	w->seen[w->nseen++] = ip;
	if (w->skip) {
		w->skip--;
	} else {
		note_writes(w->trail, &insn);
		w->trail->steps++;
	}
	return insn.run_to ? run_to(w, insn.run_to) : advance(w, TRACEE_STEP);
}

/* Walks until a place is found, or none ahead of what comes next. */
static int walk(struct walk *w)
{
	struct tracee *t = w->t;
	uint64_t old_mask, mask = all_but_synchronous();
	siginfo_t info;
	bool has_info;
	int ret;

	w->trail->steps = w->trail->nwords = 0;
	has_info = !tracee_siginfo(t, &info);
	ret = (int)tracee_ptrace(PTRACE_GETSIGMASK, t->tid, sizeof(old_mask), &old_mask);
	if (!ret)
		ret = (int)tracee_ptrace(PTRACE_SETSIGMASK, t->tid, sizeof(mask), &mask);
	while (!ret && !w->over)
		ret = step(w);
	if (ret)
		return ret;
	ret = (int)tracee_ptrace(PTRACE_SETSIGMASK, t->tid, sizeof(old_mask), &old_mask);
	/* The signal to be delivered keeps its content over the steps' SIGTRAPs. */
	if (!ret && has_info && w->nseen)
		ret = tracee_set_siginfo(t, &info);
	return ret ? ret : (int)w->place;
}

int point_choose(struct tracee *t, unsigned int skip, struct point_trail *trail)
{
	struct walk w = { .t = t, .trail = trail, .place = POINT_PLACE_USER,
			  .skip = skip < SKIP_MAX ? skip : SKIP_MAX };

	return walk(&w);
}

int point_count(struct tracee *t, unsigned int count, struct point_trail *trail)
{
	struct walk w = { .t = t, .trail = trail, .place = POINT_PLACE_USER, .from_event = true,
			  .skip = count < SKIP_MAX ? count : SKIP_MAX };

	return walk(&w);
}

int point_seldom(struct tracee *t, struct point_trail *trail)
{
	struct walk w = { .t = t, .trail = trail, .place = POINT_PLACE_USER, .seldom = true };

	return walk(&w);
}
