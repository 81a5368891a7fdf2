// SPDX-License-Identifier: GPL-2.0
/*
 * What the program was given lately: the calls by which the kernel told it something.
 * When it goes astray, one of them may have told it something else than it did while
 * recorded. Those in front share bytes with what the program does now.
 */
#include <stdlib.h>
#include <string.h>

#include "replay.h"

#define KEPT 512u

/* @pid: of whose thread it is; @room: bytes at @event */
struct given {
	uint64_t number;
	uint32_t pid;
	size_t room;
	struct scap_event *event;
};

/* A ring; @n have been put into it. */
struct fed {
	uint64_t n;
	struct given given[KEPT];
};

struct fed *fed_new(void)
{
	return calloc(1, sizeof(struct fed));
}

void fed_free(struct fed *fed)
{
	for (unsigned int i = 0; fed && i < KEPT; i++)
		free(fed->given[i].event);
	free(fed);
}

static bool is_call(const struct scap_event *e)
{
	return e->type == SCAP_EV_SYSCALL || e->type == SCAP_EV_SYSCALL_EXIT;
}

/* Whether the result alone tells the program anything but that it went well, and where memory is. */
static bool result_tells(const struct scap_ev_syscall *c)
{
	const struct scap_sysinfo *row = c->h.flags & SCAP_F_COMPAT ? NULL : scap_sysinfo(c->nr);

	return c->result && !(row && row->ret == SCAP_T_PTR);
}

static bool tells(const struct scap_event *e)
{
	if (e->type == SCAP_EV_DATA || e->type == SCAP_EV_TRAP)
		return true;
	return is_call(e) && (scap_span_find(e, SCAP_SPAN_OUT, SCAP_ARG_NONE) ||
			      result_tells((const void *)e));
}

void fed_note(struct fed *fed, uint64_t number, uint32_t pid, const struct scap_event *e)
{
	struct given *g = &fed->given[fed->n % KEPT];

	if (!tells(e))
		return;
	if (g->room < e->size) {
		void *grown = realloc(g->event, e->size);

		if (!grown)
			return;
		g->event = grown;
		g->room = e->size;
	}
	memcpy(g->event, e, e->size);
	g->number = number;
	g->pid = pid;
	fed->n++;
}

/* ---- what the program does with it ---- */

#define WORDS_MAX 8u
#define WORD_MIN 4u
#define WORD_MAX 64u
/* Shorter words are like many others but for a byte. */
#define NEAR_MIN 8u

/* Words of what a call is passed: parts of a path, mostly. */
struct words {
	unsigned int n;
	struct word {
		const uint8_t *at;
		size_t len;
	} word[WORDS_MAX];
};

/*
 * What to look for.
 * @actual, @expected: words that only the one call has, only the other
 * @path:    the string that the actual call is passed first; NULL: none
 * @values:  an argument that differs, as it is and as it was; 0: there is none
 */
struct clues {
	struct words actual, expected;
	const struct scap_span *path;
	uint64_t values[2];
};

static bool is_separator(uint8_t c)
{
	return c <= ' ' || c >= 127 || strchr("/:=,;\"'()<>", c);
}

static void split(struct words *w, const uint8_t *p, size_t n)
{
	size_t from = 0;

	for (size_t at = 0; at <= n && w->n < WORDS_MAX; at++) {
		if (at < n && !is_separator(p[at]))
			continue;
		if (at - from >= WORD_MIN)
			w->word[w->n++] = (struct word){ p + from, at - from < WORD_MAX ? at - from : WORD_MAX };
		from = at + 1;
	}
}

static const struct scap_span *next_input(const struct scap_event *e, const struct scap_span *s)
{
	while ((s = scap_span_next(e, s)) && s->kind != SCAP_SPAN_IN)
		;
	return s;
}

static void split_input(struct words *w, const struct scap_event *e)
{
	for (const struct scap_span *s = next_input(e, NULL); s; s = next_input(e, s))
		split(w, scap_span_bytes(s), s->stored);
}

static bool has_word(const struct words *w, const struct word *x)
{
	for (unsigned int i = 0; i < w->n; i++)
		if (w->word[i].len == x->len && !memcmp(w->word[i].at, x->at, x->len))
			return true;
	return false;
}

/* Leaves in @w what is not in @others. */
static void subtract(struct words *w, const struct words *others)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < w->n; i++)
		if (!has_word(others, &w->word[i]))
			w->word[n++] = w->word[i];
	w->n = n;
}

/* Small numbers are everywhere. */
#define VALUE_MIN 16u

static void compare_arguments(struct clues *c, const struct scap_ev_syscall *expected,
			      const struct scap_ev_syscall *actual)
{
	for (unsigned int i = 0; i < 6 && expected->nr == actual->nr && !c->values[0]; i++)
		if (expected->args[i] != actual->args[i] && actual->args[i] >= VALUE_MIN) {
			c->values[0] = actual->args[i];
			c->values[1] = expected->args[i];
		}
}

static struct clues find_clues(const struct scap_event *expected, const struct scap_event *actual)
{
	struct clues c = { 0 };
	struct words all;

	if (expected && expected->type >= SCAP_EV_SYSCALL && expected->type <= SCAP_EV_SYSCALL_EXIT)
		split_input(&c.expected, expected);
	if (!actual)
		return c;
	split_input(&c.actual, actual);
	all = c.expected;
	subtract(&c.expected, &c.actual);
	subtract(&c.actual, &all);
	c.path = next_input(actual, NULL);
	if (expected && expected->type >= SCAP_EV_SYSCALL && expected->type <= SCAP_EV_SYSCALL_EXIT)
		compare_arguments(&c, (const void *)expected, (const void *)actual);
	return c;
}

/* ---- looking for it in what was given ---- */

/* What speaks for an event, the least first. */
enum weight {
	WEIGHT_IDLE,	/* it looked at the clock, waited, or will be tried again */
	WEIGHT_RESULT,	/* a result alone */
	WEIGHT_OUTPUT,
	WEIGHT_SAME_PATH, /* it told something about the very file that the program turns to now */
	WEIGHT_BYTES,	/* bytes of it are in what the program does now */
	WEIGHTS
};

static bool contains(const uint8_t *p, size_t n, const struct word *w)
{
	return memmem(p, n, w->at, w->len);
}

/* Whether @w stands somewhere, but for one byte. */
static bool nearly_contains(const uint8_t *p, size_t n, const struct word *w)
{
	for (size_t at = 0; at + w->len <= n; at++) {
		unsigned int differ = 0;

		for (size_t i = 0; i < w->len && differ < 2; i++)
			differ += p[at + i] != w->at[i];
		if (differ == 1)
			return true;
	}
	return false;
}

/* A word that it passes now and did not, is there; or one that it passed, but for a byte. */
static bool shares_words(const uint8_t *p, size_t n, const struct clues *c)
{
	for (unsigned int i = 0; i < c->actual.n; i++)
		if (contains(p, n, &c->actual.word[i]))
			return true;
	for (unsigned int i = 0; i < c->expected.n; i++)
		if (c->expected.word[i].len >= NEAR_MIN && !contains(p, n, &c->expected.word[i]) &&
		    nearly_contains(p, n, &c->expected.word[i]))
			return true;
	return false;
}

static bool contains_value(const uint8_t *p, size_t n, uint64_t value)
{
	for (size_t at = 0; at + sizeof(uint32_t) <= n; at += sizeof(uint32_t)) {
		uint32_t small;
		uint64_t large = 0;

		memcpy(&small, p + at, sizeof(small));
		if (at + sizeof(large) <= n)
			memcpy(&large, p + at, sizeof(large));
		if (large == value || (value >> 16 && small == value))
			return true;
	}
	return false;
}

/* The argument as it is now, or a neighbour of it, is there, and as it was is not: sizes are often rounded by one. */
static bool shares_value(const uint8_t *p, size_t n, const struct clues *c)
{
	for (int by = -1; by <= 1 && c->values[0]; by++)
		if (contains_value(p, n, c->values[0] + (uint64_t)by) &&
		    !contains_value(p, n, c->values[1] + (uint64_t)by))
			return true;
	return false;
}

/* Whether @e was passed the string that the program passes now. */
static bool is_about(const struct scap_event *e, const struct scap_span *path)
{
	const struct scap_span *s = path && path->stored >= WORD_MIN ? next_input(e, NULL) : NULL;

	return s && s->stored == path->stored && !memcmp(s + 1, path + 1, s->stored);
}

static enum weight weigh(const struct session *s, const struct given *g, const struct clues *c)
{
	enum weight weight = WEIGHT_RESULT;
	const struct scap_ev_syscall *call = (const void *)g->event;
	bool idle = is_call(g->event) ? scap_call_idles(s->header, call) : g->event->type == SCAP_EV_TRAP;

	if (is_call(g->event) && c->values[0] && (uint64_t)call->result == c->values[0])
		return WEIGHT_BYTES;
	for (const struct scap_span *o = scap_span_next(g->event, NULL); o; o = scap_span_next(g->event, o)) {
		const uint8_t *p = scap_span_bytes(o);

		if (o->kind != SCAP_SPAN_OUT)
			continue;
		if (shares_words(p, o->stored, c) || shares_value(p, o->stored, c))
			return WEIGHT_BYTES;
		weight = WEIGHT_OUTPUT;
	}
	if (idle)
		return WEIGHT_IDLE;
	return weight == WEIGHT_OUTPUT && is_about(g->event, c->path) ? WEIGHT_SAME_PATH : weight;
}

/* A word that more events gave than these is common. */
#define GIVERS_MAX 2

static bool gives(const struct scap_event *e, const struct word *w)
{
	for (const struct scap_span *s = scap_span_next(e, NULL); s; s = scap_span_next(e, s))
		if (s->kind == SCAP_SPAN_OUT && contains(scap_span_bytes(s), s->stored, w))
			return true;
	return false;
}

static bool is_common(const struct fed *fed, uint64_t first, const struct word *w)
{
	unsigned int givers = 0;

	for (uint64_t i = first; i < fed->n && givers <= GIVERS_MAX; i++)
		givers += gives(fed->given[i % KEPT].event, w);
	return givers > GIVERS_MAX;
}

/* Words that the program has passed before, it has not from what came since; common ones say nothing. */
static void subtract_known(struct clues *c, const struct fed *fed, uint64_t first, uint32_t pid)
{
	struct words common = { 0 };

	for (uint64_t i = first; i < fed->n && c->actual.n; i++) {
		struct words known = { 0 };

		if (fed->given[i % KEPT].pid != pid)
			continue;
		split_input(&known, fed->given[i % KEPT].event);
		subtract(&c->actual, &known);
	}
	for (unsigned int i = 0; i < c->actual.n; i++)
		if (is_common(fed, first, &c->actual.word[i]))
			common.word[common.n++] = c->actual.word[i];
	subtract(&c->actual, &common);
}

/* A DATA record stands ahead of the call that it belongs to. */
static const struct given *call_of(const struct fed *fed, uint64_t i)
{
	const struct given *g = &fed->given[i % KEPT];

	for (uint64_t k = i; g->event->type == SCAP_EV_DATA && k < fed->n; k++) {
		const struct given *later = &fed->given[k % KEPT];

		if (later->event->tid == g->event->tid && is_call(later->event))
			return later;
	}
	return g;
}

static bool is_listed(const struct scap_suspect *list, unsigned int n, uint64_t number)
{
	while (n)
		if (list[--n].number == number)
			return true;
	return false;
}

unsigned int fed_suspects(const struct session *s, uint32_t pid, const struct scap_event *actual,
			  struct scap_suspect *list, unsigned int most)
{
	const struct fed *fed = s->fed;
	uint64_t first = fed->n > KEPT ? fed->n - KEPT : 0;
	struct clues c = find_clues(s->event, actual);
	enum weight weights[KEPT] = { WEIGHT_IDLE };
	unsigned int n = 0;

	subtract_known(&c, fed, first, pid);
	for (uint64_t i = first; i < fed->n; i++)
		weights[i % KEPT] = weigh(s, &fed->given[i % KEPT], &c);
	for (unsigned int weight = WEIGHTS; weight-- && n < most;)
		for (uint64_t i = fed->n; i-- > first && n < most;) {
			const struct given *call = call_of(fed, i);

			if (fed->given[i % KEPT].pid == pid && weights[i % KEPT] == weight &&
			    !is_listed(list, n, call->number))
				list[n++] = (struct scap_suspect){ call->number, call->event,
								   weight == WEIGHT_BYTES };
		}
	return n;
}
