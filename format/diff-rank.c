// SPDX-License-Identifier: GPL-2.0
/*
 * Causes and what follows from them. What the kernel answered, or sent, is a cause: the
 * program is a function of it. What the program asked for is a consequence, of the last
 * causes before it. In front come causes from which the program took another course, then
 * those from which other data followed, then the others; the earliest first.
 */
#include <format/detail.h>
#include <format/diff.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A cause after which a process did so many steps as before has lost its force. */
#define REACH 1000
/* Causes in a row, so many equal steps apart, may be the same thing seen twice. */
#define NEAR 32

const char *diff_class_name(enum diff_class class)
{
	static const char *const names[DIFF_CLASSES] = {
		[DIFF_CLASS_RESULT] = "result",	  [DIFF_CLASS_OUTPUT] = "output",
		[DIFF_CLASS_SIGNAL] = "signal",	  [DIFF_CLASS_PROGRAM] = "program",
		[DIFF_CLASS_ORDER] = "order",	  [DIFF_CLASS_CHANCE] = "chance",
		[DIFF_CLASS_INPUT] = "input",	  [DIFF_CLASS_ARGUMENT] = "argument",
		[DIFF_CLASS_CALL] = "call",	  [DIFF_CLASS_END] = "end",
	};

	return names[class];
}

/* The call in A that @f is about; NULL: it is about something else. */
static const struct scap_ev_syscall *call_of(const struct diff_finding *f)
{
	const struct scap_event *e = f->event[0];

	return e && e->type >= SCAP_EV_SYSCALL && e->type <= SCAP_EV_SYSCALL_EXIT ? (const void *)e : NULL;
}

/* A new descriptor is the lowest number that is free: that follows from what the process had open. */
static bool is_descriptor(const struct scap_header *h, const struct diff_finding *f)
{
	const struct scap_ev_syscall *a = call_of(f);
	const struct scap_difference *d = &f->difference;
	const struct scap_sysinfo *row;

	if (!a || (d->field != SCAP_FIELD_RESULT && d->field != SCAP_FIELD_OUTPUT))
		return false;
	row = scap_call_row(h, a);
	if (!row)
		return false;
	if (d->field == SCAP_FIELD_OUTPUT)
		return d->arg < row->nargs && row->type[d->arg] == SCAP_T_FD2;
	return row->ret == SCAP_T_FD && (int64_t)d->expected >= 0 && (int64_t)d->actual >= 0;
}

/* It came from outside. Anything else the program did, or follows from what it did. */
static bool is_cause(const struct diff_result *r, const struct diff_finding *f)
{
	return f->class <= DIFF_CLASS_CHANCE && !is_descriptor(r->header, f);
}

/* ---- classes ---- */

static enum diff_class class_of_field(enum scap_field field)
{
	switch (field) {
	case SCAP_FIELD_RESULT:
	case SCAP_FIELD_VALUE:
		return DIFF_CLASS_RESULT;
	case SCAP_FIELD_OUTPUT:
	case SCAP_FIELD_LARGE:
		return DIFF_CLASS_OUTPUT;
	case SCAP_FIELD_SIGNO:
	case SCAP_FIELD_PLACE:
	case SCAP_FIELD_SIGINFO:
		return DIFF_CLASS_SIGNAL;
	case SCAP_FIELD_PROGRAM:
	case SCAP_FIELD_LIMITS:
		return DIFF_CLASS_PROGRAM;
	case SCAP_FIELD_INPUT:
	case SCAP_FIELD_ECHO:
	case SCAP_FIELD_FILE:
		return DIFF_CLASS_INPUT;
	case SCAP_FIELD_TYPE:
	case SCAP_FIELD_NR:
	case SCAP_FIELD_TASK:
		return DIFF_CLASS_CALL;
	case SCAP_FIELD_STATUS:
	case SCAP_FIELD_END:
		return DIFF_CLASS_END;
	default:
		return DIFF_CLASS_ARGUMENT;
	}
}

/* One that was sent. What an instruction of its own raises, the program has done itself. */
static bool is_sent(const struct scap_event *e)
{
	return e && e->type == SCAP_EV_SIGNAL &&
	       ((const struct scap_ev_signal *)e)->place != SCAP_SIG_SYNCHRONOUS;
}

static bool is_raised(const struct scap_event *e)
{
	return e && e->type == SCAP_EV_SIGNAL && !is_sent(e);
}

bool diff_never_returned(const struct scap_event *e)
{
	return e->type == SCAP_EV_SYSCALL_ENTER;
}

/* One task has ended, or stands still for good, where the other goes on. */
static bool is_end(const struct diff_finding *f)
{
	for (int side = 0; side < 2; side++)
		if (!f->gap.n[side] && f->gap.ended[side])
			return true;
	return false;
}

/* Two events that are the same, and yet the steps are not: it is in what one event does not hold. */
static void explain_same(struct diff_finding *f)
{
	const struct scap_ev_fork *a = (const void *)f->event[0], *b = (const void *)f->event[1];

	if (diff_never_returned(&a->h) != diff_never_returned(&b->h)) {
		f->difference.field = SCAP_FIELD_END;
		return;
	}
	f->difference.field = SCAP_FIELD_LARGE;
	if (a->h.type != SCAP_EV_FORK)
		return;
	f->difference = (struct scap_difference){ .field = SCAP_FIELD_TASK, .arg = SCAP_ARG_NONE,
						  .expected = a->child, .actual = b->child };
}

/* Both events hold the same bytes, and of one there are more than they hold. */
static bool is_beyond(const struct scap_difference *d)
{
	bool output = d->field == SCAP_FIELD_OUTPUT || d->field == SCAP_FIELD_ECHO || d->field == SCAP_FIELD_FILE;

	return output && d->is_bytes && !d->nexpected && !d->nactual;
}

void diff_compare(struct diff_result *r)
{
	unsigned int how = r->options->strict ? SCAP_COMPARE_EXACT : 0;

	for (size_t i = 0; i < r->nfindings; i++) {
		struct diff_finding *f = &r->finding[i];
		const struct scap_event *a = f->event[0], *b = f->event[1];

		f->difference.field = SCAP_FIELD_END;
		if (a && b && scap_event_compare(r->header, a, b, how, &f->difference))
			explain_same(f);
		f->beyond = f->difference.field == SCAP_FIELD_LARGE || is_beyond(&f->difference);
	}
}

static void classify(struct diff_finding *f)
{
	const struct scap_event *a = f->event[0], *b = f->event[1];

	f->class = class_of_field(f->difference.field);
	if (!a != !b)
		f->class = is_end(f) ? DIFF_CLASS_END : DIFF_CLASS_CALL;
	if ((f->difference.field == SCAP_FIELD_TYPE || !a != !b) && (is_sent(a) || is_sent(b)))
		f->class = DIFF_CLASS_SIGNAL;
	if (is_raised(a) || is_raised(b))
		f->class = DIFF_CLASS_END;
}

/* ---- threads that came in another order ---- */

static bool same_process(const struct diff_result *r, const struct diff_finding *f,
			 const struct diff_finding *g)
{
	for (int side = 0; side < 2; side++)
		if (f->task[side] && g->task[side] &&
		    r->tree[side].task[f->task[side]].process == r->tree[side].task[g->task[side]].process)
			return true;
	return false;
}

static bool same_answer(const struct diff_result *r, const struct scap_event *a, const struct scap_event *b)
{
	return scap_event_compare(r->header, a, b, r->options->strict ? SCAP_COMPARE_EXACT : 0, NULL);
}

/* What a thread got in one trace, another got in the other, and the other way round. */
static bool are_swapped(const struct diff_result *r, const struct diff_finding *f,
			const struct diff_finding *g)
{
	if (f->task[0] == g->task[0] || !same_process(r, f, g))
		return false;
	if (!f->event[0] || !f->event[1] || !g->event[0] || !g->event[1])
		return false;
	return same_answer(r, f->event[0], g->event[1]) && same_answer(r, g->event[0], f->event[1]);
}

static void find_swaps(struct diff_result *r)
{
	for (size_t i = 0; i < r->nfindings; i++)
		for (size_t k = i + 1; k < r->nfindings; k++)
			if (is_cause(r, &r->finding[i]) &&
			    are_swapped(r, &r->finding[i], &r->finding[k])) {
				r->finding[i].class = r->finding[k].class = DIFF_CLASS_ORDER;
				r->finding[i].swapped = r->finding[k].task[0];
				r->finding[k].swapped = r->finding[i].task[0];
			}
}

/* ---- causes ---- */

/* Whether @g comes before the task of @f, or an ancestor of it, was made by the task of @g. */
static bool is_inherited(const struct diff_result *r, const struct diff_finding *g, const struct diff_finding *f)
{
	for (int side = 0; side < 2; side++) {
		const struct diff_task *tasks = r->tree[side].task;
		uint64_t place = diff_place(g, side);

		for (uint32_t task = f->task[side]; g->task[side] && task; task = tasks[task].parent)
			if (tasks[task].parent == g->task[side])
				return place <= tasks[task].begins;
	}
	return false;
}

/* @f are steps of one of the two, up to @next of the same task: a signal that came later there, or an answer for which a loop tried. */
static bool ends_with(const struct diff_result *r, const struct diff_finding *f, const struct diff_finding *next)
{
	if (next->class == DIFF_CLASS_SIGNAL)
		return !next->gap.equal;
	return f->gap.loop.period && is_cause(r, next) && next->gap.equal <= f->gap.loop.period;
}

/* What ended a stretch of steps which only one of the two has, if that came later there. */
static uint32_t cause_behind(const struct diff_result *r, size_t i)
{
	const struct diff_finding *f = &r->finding[i];

	if (f->class != DIFF_CLASS_CALL || (f->event[0] && f->event[1]))
		return (uint32_t)i;
	for (size_t k = i + 1; k < r->nfindings; k++)
		if (r->finding[k].task[0] == f->task[0] && r->finding[k].task[1] == f->task[1])
			return ends_with(r, f, &r->finding[k]) ? (uint32_t)k : (uint32_t)i;
	return (uint32_t)i;
}

/*
 * Where the program's own output stands, and how much there is of it already, is a matter of where
 * whoever started it sends that: no cause of what the program does.
 */
static bool asks_own_stream(const struct diff_result *r, const struct diff_finding *f)
{
	const struct scap_ev_syscall *c = call_of(f);
	const struct scap_sysinfo *row;

	if (!c || (f->class != DIFF_CLASS_RESULT && f->class != DIFF_CLASS_OUTPUT) || !f->event[1] ||
	    (c->args[0] != STDOUT_FILENO && c->args[0] != STDERR_FILENO))
		return false;
	row = scap_call_row(r->header, c);
	return row && (!strcmp(row->name, "lseek") || !strcmp(row->name, "fstat") || !strcmp(row->name, "newfstatat"));
}

/*
 * The cause of finding @i: the last before it in its process, or in one that the process
 * comes from. What other processes did reaches it through a call, which is a cause then.
 */
static uint32_t cause_of(const struct diff_result *r, size_t i)
{
	const struct diff_finding *f = &r->finding[i];
	uint64_t equal = f->gap.equal;

	if (is_cause(r, f))
		return (uint32_t)i;
	for (size_t k = i; k--;) {
		const struct diff_finding *g = &r->finding[k];

		if (!same_process(r, f, g) && !is_inherited(r, g, f))
			continue;
		if (equal <= REACH && !asks_own_stream(r, g))
			return g->cause;
		equal += g->gap.equal;
	}
	return cause_behind(r, i);
}

/*
 * A consequence without a cause: if threads took turns otherwise before it, that may be it; or else
 * what varies by itself, if that did.
 */
static void explain(const struct diff_result *r, struct diff_finding *f)
{
	if (is_cause(r, f))
		return;
	if (f->order[0] || f->order[1])
		f->class = DIFF_CLASS_ORDER;
	else if (f->npassed)
		f->class = DIFF_CLASS_CHANCE;
}

static bool is_other_course(const struct diff_finding *f)
{
	return f->class == DIFF_CLASS_CALL || f->class == DIFF_CLASS_END || f->class == DIFF_CLASS_SIGNAL;
}

/* What @f is to the cause that it follows from. A loop that ran more often is no other course. */
static uint8_t weight_of(const struct diff_finding *f)
{
	return is_other_course(f) && !f->gap.loop.period ? 2 : 1;
}

/* What @f is if it follows from nothing. */
static uint8_t own_weight(const struct diff_finding *f)
{
	return is_other_course(f) ? 2 : 0;
}

/* Whether the next difference of the same task is another course. */
static bool leads_at_once(const struct diff_result *r, size_t i)
{
	for (size_t k = i + 1; k < r->nfindings; k++)
		if (r->finding[k].task[0] == r->finding[i].task[0])
			return weight_of(&r->finding[k]) == 2 && r->finding[k].gap.equal <= NEAR;
	return false;
}

static bool is_crash(int status)
{
	int signo = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	return signo == SIGSEGV || signo == SIGBUS || signo == SIGABRT || signo == SIGILL || signo == SIGFPE;
}

/* How far a task came that somebody kills in the end, in both, is timing. */
static bool is_killed(const struct diff_result *r, const struct diff_finding *f)
{
	for (int side = 0; side < 2; side++)
		if (!f->task[side] || r->tree[side].task[f->task[side]].status != SIGKILL)
			return false;
	return true;
}

/* The same call, and the answer is an error in both, only not the same one: it was tried again. */
static bool failed_in_both(const struct diff_finding *f)
{
	return f->difference.field == SCAP_FIELD_RESULT && (int64_t)f->difference.expected < 0 &&
	       (int64_t)f->difference.actual < 0;
}

static uint16_t nr_of(const struct diff_finding *f)
{
	const struct scap_ev_syscall *c = call_of(f);

	return c ? (uint16_t)c->nr : UINT16_MAX;
}

/* @f and the one @before it may be the same thing seen twice. */
static bool is_seen_twice(const struct diff_result *r, const struct diff_finding *before, const struct diff_finding *f)
{
	return f->gap.equal <= NEAR && same_process(r, f, before) && nr_of(f) == nr_of(before) && !failed_in_both(before);
}

/* What finding @i follows from; if from nothing, what it is by itself. */
static void find_cause(struct diff_result *r, size_t i)
{
	struct diff_finding *f = &r->finding[i];

	f->cause = cause_of(r, i);
	if (f->cause != i)
		return;
	f->leads = own_weight(f);
	explain(r, f);
	if (is_killed(r, f) && f->class >= DIFF_CLASS_CHANCE)
		f->leads = 0;
}

/* A process was killed in one of the two, and not from outside: which; -1: it is something else. */
static int crashed_in(const struct diff_finding *f)
{
	const struct scap_difference *d = &f->difference;
	bool a, b;

	if (d->field != SCAP_FIELD_STATUS)
		return -1;
	a = is_crash((int)d->expected);
	b = is_crash((int)d->actual);
	return a == b ? -1 : b;
}

static uint32_t first_cause(const struct diff_result *r, uint32_t i)
{
	while (r->finding[i].cause != i)
		i = r->finding[i].cause;
	return i;
}

/* What other processes are told after a crash they are told since it crashed. */
static void follow_crash(struct diff_result *r, const struct diff_finding *crash, int side)
{
	for (size_t i = 0; i < r->nfindings; i++) {
		struct diff_finding *f = &r->finding[i];

		if (f->cause == i && f->class < DIFF_CLASS_ORDER && f->gap.event[side] > crash->gap.event[side] &&
		    !same_process(r, f, crash))
			f->cause = first_cause(r, crash->cause);
	}
}

/* The side on which the wait of @f got something, where it timed out on the other; -1: it is something else. */
static int woken_in(const struct diff_result *r, const struct diff_finding *f)
{
	bool idle[2];

	if (f->difference.field != SCAP_FIELD_RESULT)
		return -1;
	for (int side = 0; side < 2; side++)
		idle[side] = scap_call_idles(r->header, (const void *)f->event[side]);
	return idle[0] == idle[1] ? -1 : idle[0];
}

/* Whoever waited got something: another process of the recording may have sent it just before. */
static void follow_peers(struct diff_result *r)
{
	for (size_t i = 0; i < r->nfindings; i++) {
		struct diff_finding *f = &r->finding[i];
		int side = f->cause == i ? woken_in(r, f) : -1;

		for (size_t k = 0; k < r->nfindings && side >= 0; k++) {
			const struct diff_finding *g = &r->finding[k];

			if (g->cause == k && g->class == DIFF_CLASS_RESULT && woken_in(r, g) < 0 && !failed_in_both(g) &&
			    !same_process(r, f, g) && g->gap.event[side] < f->gap.event[side] &&
			    g->gap.event[side] + NEAR > f->gap.event[side])
				f->cause = (uint32_t)k;
		}
	}
}

static void follow_crashes(struct diff_result *r)
{
	for (size_t i = 0; i < r->nfindings; i++)
		if (crashed_in(&r->finding[i]) >= 0)
			follow_crash(r, &r->finding[i], crashed_in(&r->finding[i]));
	for (size_t i = 0; i < r->nfindings; i++)
		r->finding[i].cause = first_cause(r, (uint32_t)i);
}

/* Findings say to their causes what these lead to. */
static void weigh(struct diff_result *r)
{
	for (size_t i = 0; i < r->nfindings; i++) {
		const struct diff_finding *f = &r->finding[i];
		struct diff_finding *cause = &r->finding[f->cause];
		bool timing = is_killed(r, f) && cause->class >= DIFF_CLASS_CHANCE;

		if (cause != f && !timing && cause->leads < weight_of(f))
			cause->leads = weight_of(f);
	}
	for (size_t i = 0; i < r->nfindings; i++)
		if (r->finding[i].leads == 2 && r->finding[i].class < DIFF_CLASS_CHANCE && leads_at_once(r, i))
			r->finding[i].leads = 3;
}

static void find_causes(struct diff_result *r)
{
	for (size_t i = 0; i < r->nfindings; i++)
		find_cause(r, i);
	follow_peers(r);
	follow_crashes(r);
	weigh(r);
	for (size_t i = r->nfindings; i-- > 1;) {
		struct diff_finding *f = &r->finding[i], *before = f - 1;

		if (f->cause == i && before->cause == i - 1 && before->leads < f->leads && is_seen_twice(r, before, f))
			before->leads = f->leads;
	}
}

/* ---- ranks ---- */

#define RANKS 5

/* In front causes by what they lead to; then what follows. */
static unsigned int rank_of(const struct diff_result *r, size_t i)
{
	const struct diff_finding *f = &r->finding[i];

	return f->cause != i ? RANKS - 1 : 3u - f->leads;
}

/* Sorts stably, and lets @cause point to where its finding has gone. */
static bool sort_by_rank(struct diff_result *r)
{
	struct diff_finding *sorted = malloc(r->nfindings * sizeof(*sorted));
	uint32_t *place = malloc(r->nfindings * sizeof(*place));
	size_t n = 0;

	for (unsigned int rank = 0; sorted && place && rank < RANKS; rank++) {
		for (size_t i = 0; i < r->nfindings; i++)
			if (rank_of(r, i) == rank) {
				place[i] = (uint32_t)n;
				sorted[n++] = r->finding[i];
			}
		if (rank < RANKS - 1)
			r->causes = n;
	}
	for (size_t i = 0; i < n; i++)
		sorted[i].cause = place[sorted[i].cause];
	if (n)
		memcpy(r->finding, sorted, n * sizeof(*sorted));
	free(sorted);
	free(place);
	return n;
}

void diff_rank(struct diff_result *r)
{
	for (size_t i = 0; i < r->nfindings; i++)
		classify(&r->finding[i]);
	find_swaps(r);
	find_causes(r);
	/* Without memory for it they stay in order of place, each a cause of its own. */
	if (r->nfindings && !sort_by_rank(r))
		r->causes = r->nfindings;
}
