// SPDX-License-Identifier: GPL-2.0
/* Differences in sentences, which text and JSON share. */
#include <format/detail.h>
#include <format/diff.h>

#include <string.h>

static const char *const sides[2] = { "A", "B" };
static const char *const in_sides[2] = { "in A", "in B" };

void diff_who(const struct diff_result *r, const struct diff_finding *f, char *buf, size_t size)
{
	int side = f->task[0] ? 0 : 1;
	const struct diff_task *t = &r->tree[side].task[f->task[side]];
	char name[2][256];
	size_t len;

	diff_task_name(&r->tree[side], f->task[side], name[0], sizeof(name[0]));
	len = (size_t)snprintf(buf, size, "%s %s", t->thread ? "thread" : "process", name[0]);
	if (f->task[0] && f->task[1] && len < size) {
		diff_task_name(&r->tree[1], f->task[1], name[1], sizeof(name[1]));
		if (strcmp(name[0], name[1]))
			snprintf(buf + len, size - len, " (%s in B)", name[1]);
	}
}

void diff_where(const struct diff_finding *f, char *buf, size_t size)
{
	const struct diff_gap *g = &f->gap;

	if (g->event[0] && g->event[1])
		snprintf(buf, size, "event %llu of A, %llu of B", (unsigned long long)g->event[0],
			 (unsigned long long)g->event[1]);
	else
		snprintf(buf, size, "event %llu of %s",
			 (unsigned long long)g->event[g->event[0] ? 0 : 1], sides[g->event[0] ? 0 : 1]);
}

static void event_line(const struct diff_result *r, const struct scap_event *e, char *buf, size_t size)
{
	scap_event_text(buf, size, r->header, e);
	/* The decoder aligns results in a column. */
	for (char *at = strstr(buf, "  "); at; at = strstr(buf, "  "))
		memmove(at, at + 1, strlen(at));
}

uint64_t diff_loop_times(const struct diff_finding *f)
{
	return f->gap.loop.period ? (f->gap.n[0] + f->gap.n[1]) / f->gap.loop.period : 0;
}

/* "the loop of read, write ran 7 times more in B, first read(3, "x", 1) = 1" */
static void loop_sentence(const struct diff_result *r, const struct diff_finding *f, char *buf, size_t size)
{
	int side = f->event[0] ? 0 : 1;
	uint64_t times = diff_loop_times(f);
	char body[200], line[240], often[40];

	diff_loop_text(&f->gap.loop, r->header, body, sizeof(body));
	event_line(r, f->event[side], line, sizeof(line));
	snprintf(often, sizeof(often), times == 1 ? "once" : "%llu times", (unsigned long long)times);
	snprintf(buf, size, "the loop of %s ran %s more in %s, first %s", body, often, sides[side], line);
}

/* "close(3) = 0 and 2 more steps are only in A" */
static void single_sentence(const struct diff_result *r, const struct diff_finding *f, char *buf, size_t size)
{
	int side = f->event[0] ? 0 : 1;
	unsigned long long more = f->gap.n[side] - 1;
	char line[240], rest[48] = "";

	event_line(r, f->event[side], line, sizeof(line));
	if (more)
		snprintf(rest, sizeof(rest), " and %llu more step%s", more, more == 1 ? "" : "s");
	if (f->class == DIFF_CLASS_END)
		snprintf(buf, size, "%s has ended where %s goes on with %s%s", sides[!side], sides[side],
			 line, rest);
	else
		snprintf(buf, size, "%s%s %s only in %s", line, rest, more ? "are" : "is", sides[side]);
}

static void swap_sentence(const struct diff_result *r, const struct diff_finding *f, char *buf, size_t size)
{
	char other[256], name[32];
	const struct scap_ev_syscall *c = (const void *)f->event[0];
	unsigned int kind = c->h.type >= SCAP_EV_SYSCALL && c->h.type <= SCAP_EV_SYSCALL_EXIT
				    ? SCAP_EV_TYPES + c->nr : c->h.type;

	diff_task_name(&r->tree[0], f->swapped, other, sizeof(other));
	snprintf(buf, size, "the threads came in another order: what %s gave this one in A, thread %s got in B",
		 diff_kind_name(r->header, kind, name), other);
}

/* The same call, and the task was killed in it in one of the two. */
static void unreturned_sentence(const struct diff_result *r, const struct diff_finding *f, char *buf, size_t size)
{
	const struct scap_ev_syscall *c = (const void *)f->event[0];
	char name[32];

	snprintf(buf, size, "%s never returned in %s", diff_kind_name(r->header, SCAP_EV_TYPES + c->nr, name),
		 sides[!diff_never_returned(f->event[0])]);
}

static void pair_sentence(const struct diff_result *r, const struct diff_finding *f, char *buf, size_t size)
{
	unsigned long long a = f->gap.n[0], b = f->gap.n[1];
	int len = detail_sentence(buf, size, r->header, f->event[0], f->event[1], &f->difference,
				  in_sides);

	if (len < 0 || (size_t)len >= size || (a == 1 && b == 1))
		return;
	if (f->gap.parted)
		snprintf(buf + len, size - (size_t)len,
			 "; from here on they have nothing in common: %llu steps of A, %llu of B", a, b);
	else
		snprintf(buf + len, size - (size_t)len, "; %llu steps of A stand where B has %llu", a, b);
}

/* "SIGCHLD came later in A, after close(3) = 0 and 2 more steps" */
static void later_sentence(const struct diff_result *r, const struct diff_finding *f, char *buf, size_t size)
{
	int side = f->gap.n[0] ? 0 : 1;
	const struct scap_ev_signal *s = (const void *)f->event[!side];
	unsigned long long more = f->gap.n[side] - 1;
	const char *name = scap_signal_name((int)s->signo);
	char line[240], rest[48] = "";

	event_line(r, f->event[side], line, sizeof(line));
	if (more)
		snprintf(rest, sizeof(rest), " and %llu more step%s", more, more == 1 ? "" : "s");
	snprintf(buf, size, "%s came later in %s, after %s%s", name ? name : "a signal", sides[side], line, rest);
}

static void difference(const struct diff_result *r, const struct diff_finding *f, char *buf, size_t size)
{
	if (f->event[0] && f->event[1] && f->gap.later)
		later_sentence(r, f, buf, size);
	else if (f->event[0] && f->event[1] && f->difference.field == SCAP_FIELD_END)
		unreturned_sentence(r, f, buf, size);
	else if (f->event[0] && f->event[1])
		pair_sentence(r, f, buf, size);
	else if ((f->event[0] || f->event[1]) && f->gap.loop.period && f->class != DIFF_CLASS_END)
		loop_sentence(r, f, buf, size);
	else if (f->event[0] || f->event[1])
		single_sentence(r, f, buf, size);
	else
		snprintf(buf, size, "they differ");
}

static size_t order_words(const struct diff_result *r, const struct diff_finding *f, char *buf, size_t size)
{
	unsigned long long a = f->order[0], b = f->order[1];
	char where[300] = "", name[256];

	if (f->ordered != r->tree[0].task[f->task[0]].process) {
		diff_task_name(&r->tree[0], f->ordered, name, sizeof(name));
		snprintf(where, sizeof(where), "in process %s, before it made this one, ", name);
	}
	if (!f->in_user_code)
		return (size_t)snprintf(buf, size, "%sthe threads took turns in another order from event %llu of A, "
					"%llu of B on; then ", where, a, b);
	if (a && b)
		return (size_t)snprintf(buf, size, "%sthe threads were interrupted in user code, first at event %llu of A, "
					"%llu of B; then ", where, a, b);
	return (size_t)snprintf(buf, size, "%sthe threads were interrupted in user code in %s, first at event %llu; then ",
				where, a ? "A" : "B", a ? a : b);
}

static size_t chance_words(const struct diff_result *r, const struct diff_finding *f, char *buf, size_t size)
{
	char suspects[200];

	diff_suspects_text(f->passed, f->npassed, r->header, suspects, sizeof(suspects));
	return (size_t)snprintf(buf, size, "only what varies by itself differed before: %s; then ", suspects);
}

void diff_sentence(const struct diff_result *r, const struct diff_finding *f, char *buf, size_t size)
{
	size_t len = 0;

	if (f->swapped) {
		swap_sentence(r, f, buf, size);
		return;
	}
	if (f->class == DIFF_CLASS_ORDER)
		len = order_words(r, f, buf, size);
	if (f->class == DIFF_CLASS_CHANCE)
		len = chance_words(r, f, buf, size);
	if (len < size)
		difference(r, f, buf + len, size - (size_t)len);
}

/* ---- what it means ---- */

static bool is_crash(const struct scap_event *e)
{
	return e && e->type == SCAP_EV_SIGNAL &&
	       ((const struct scap_ev_signal *)e)->place == SCAP_SIG_SYNCHRONOUS;
}

void diff_meaning(const struct diff_finding *f, const char **reason, const char **advice)
{
	struct scap_meaning m = scap_meaning_of(&f->difference, true);

	if (f->class == DIFF_CLASS_ORDER) {
		m.reason = "which of its threads runs first is timing, and decided what each of them found";
		m.advice = "look at what the threads share: a lock that is missing, a queue that they take from";
	} else if (f->class == DIFF_CLASS_CHANCE) {
		m.reason = "all that counts was the same before: random numbers, clocks or ids decided, or what another program shares with it";
		m.advice = "look at what the program makes of them: a seed, an order by hash, a name, a time that it compares";
	} else if (f->class == DIFF_CLASS_SIGNAL && (f->gap.later || !f->event[0] || !f->event[1])) {
		m.reason = "a signal came in one of the two only, or at another moment: when it comes is timing";
		m.advice = "look at who sends it, and at what its handler changes";
	} else if (is_crash(f->event[0]) || is_crash(f->event[1])) {
		m.reason = "an instruction of the program itself raised the signal: what it works on had been changed before";
		m.advice = "look at where it is (scap-replay shows the backtrace), and at what was passed over before";
	} else if (f->class == DIFF_CLASS_CALL && (!f->event[0] || !f->event[1])) {
		m.reason = "the program took another way for a while: what it had been given before was different, or came in another order";
		m.advice = "look at what the program was given just before (scap-dump); --all lists what varies by itself";
	}
	*reason = m.reason;
	*advice = m.advice;
}
