// SPDX-License-Identifier: GPL-2.0
/*
 * What the program does now that it did not do while recorded: words and numbers of the two
 * calls. What was given to it and has them, or has them but for a byte, may have led it there.
 */
#include <string.h>

#include "clues.h"

#define WORD_MIN 4u
#define WORD_MAX 64u
/* Shorter words are like many others but for a byte. */
#define NEAR_MIN 8u
/* Small numbers are everywhere. */
#define VALUE_MIN 16u
/* What more events gave than these is common. */
#define GIVERS_MAX 2u

static bool is_call(const struct scap_event *e)
{
	return e && e->type >= SCAP_EV_SYSCALL && e->type <= SCAP_EV_SYSCALL_EXIT;
}

/* ---- words ---- */

static bool is_separator(uint8_t c)
{
	return c <= ' ' || c >= 127 || strchr("/:=,;\"'()<>", c);
}

static void split(struct words *w, const uint8_t *p, size_t n)
{
	size_t from = 0;

	for (size_t at = 0; at <= n && w->n < CLUES_WORDS; at++) {
		if (at < n && !is_separator(p[at]))
			continue;
		if (at - from >= WORD_MIN)
			w->word[w->n++] = (struct word){ p + from, at - from < WORD_MAX ? at - from : WORD_MAX };
		from = at + 1;
	}
}

/* The next span of @kind behind @s; NULL gives the first. */
static const struct scap_span *next_of(const struct scap_event *e, const struct scap_span *s, uint8_t kind)
{
	while ((s = scap_span_next(e, s)) && s->kind != kind)
		;
	return s;
}

static void split_input(struct words *w, const struct scap_event *e)
{
	for (const struct scap_span *s = next_of(e, NULL, SCAP_SPAN_IN); s; s = next_of(e, s, SCAP_SPAN_IN))
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

/* ---- what parts the two calls ---- */

static void compare_arguments(struct clues *c, const struct scap_ev_syscall *expected,
			      const struct scap_ev_syscall *actual)
{
	for (unsigned int i = 0; i < 6 && expected->nr == actual->nr && !c->values[0]; i++)
		if (expected->args[i] != actual->args[i] && actual->args[i] >= VALUE_MIN) {
			c->values[0] = actual->args[i];
			c->values[1] = expected->args[i];
		}
}

struct clues clues_find(const struct scap_event *expected, const struct scap_event *actual)
{
	struct clues c = { 0 };
	struct words all;

	if (is_call(expected))
		split_input(&c.expected, expected);
	if (!actual)
		return c;
	split_input(&c.actual, actual);
	all = c.expected;
	subtract(&c.expected, &c.actual);
	subtract(&c.actual, &all);
	c.path = next_of(actual, NULL, SCAP_SPAN_IN);
	if (is_call(expected))
		compare_arguments(&c, (const void *)expected, (const void *)actual);
	return c;
}

/* ---- looking for it in what was given ---- */

static bool contains(const uint8_t *p, size_t n, const struct word *w)
{
	return memmem(p, n, w->at, w->len);
}

static bool differs_by_one(const uint8_t *p, const struct word *w)
{
	unsigned int differ = 0;

	for (size_t i = 0; i < w->len && differ < 2; i++)
		differ += p[i] != w->at[i];
	return differ == 1;
}

/* Whether @w stands somewhere, but for one byte. One half of it, [@from, @from + @len), is as it was then. */
static bool half_contains(const uint8_t *p, size_t n, const struct word *w, size_t from, size_t len)
{
	const uint8_t *end = p + n, *at = p;

	while ((at = memmem(at, (size_t)(end - at), w->at + from, len))) {
		const uint8_t *begin = at - from;

		if ((size_t)(at - p) >= from && (size_t)(end - begin) >= w->len && differs_by_one(begin, w))
			return true;
		at++;
	}
	return false;
}

static bool nearly_contains(const uint8_t *p, size_t n, const struct word *w)
{
	return half_contains(p, n, w, 0, w->len / 2) ||
	       half_contains(p, n, w, w->len / 2, w->len - w->len / 2);
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

static bool is_value(const struct scap_event *e, const struct clues *c)
{
	return e->type != SCAP_EV_SYSCALL_ENTER && is_call(e) && c->values[0] &&
	       (uint64_t)((const struct scap_ev_syscall *)e)->result == c->values[0];
}

/* ---- what is common ---- */

static bool gives_word(const struct scap_event *e, const struct word *w)
{
	for (const struct scap_span *s = next_of(e, NULL, SCAP_SPAN_OUT); s; s = next_of(e, s, SCAP_SPAN_OUT))
		if (contains(scap_span_bytes(s), s->stored, w))
			return true;
	return false;
}

static bool gives_value(const struct scap_event *e, const struct clues *c)
{
	for (const struct scap_span *s = next_of(e, NULL, SCAP_SPAN_OUT); s; s = next_of(e, s, SCAP_SPAN_OUT))
		if (shares_value(scap_span_bytes(s), s->stored, c))
			return true;
	return is_value(e, c);
}

void clues_count(const struct clues *c, struct common *common, const struct scap_event *e)
{
	struct words passed = { 0 };

	if (is_call(e) && c->actual.n)
		split_input(&passed, e);
	for (unsigned int i = 0; i < c->actual.n; i++) {
		common->known[i] |= has_word(&passed, &c->actual.word[i]);
		if (common->word[i] <= GIVERS_MAX)
			common->word[i] += gives_word(e, &c->actual.word[i]);
	}
	if (common->value <= GIVERS_MAX)
		common->value += gives_value(e, c);
}

void clues_drop(struct clues *c, const struct common *common)
{
	struct words left = { 0 };

	for (unsigned int i = 0; i < c->actual.n; i++)
		if (!common->known[i] && common->word[i] <= GIVERS_MAX)
			left.word[left.n++] = c->actual.word[i];
	c->actual = left;
	if (common->value > GIVERS_MAX)
		c->values[0] = 0;
}

/* ---- weighing ---- */

/* Whether the result alone tells the program anything but that it went well, and where memory is. */
static bool result_tells(const struct scap_ev_syscall *c)
{
	const struct scap_sysinfo *row = c->h.flags & SCAP_F_COMPAT ? NULL : scap_sysinfo(c->nr);

	return c->result && !(row && row->ret == SCAP_T_PTR);
}

/* Whether @e was passed the string that the program passes now. */
static bool is_about(const struct scap_event *e, const struct scap_span *path)
{
	const struct scap_span *s = path && path->stored >= WORD_MIN ? next_of(e, NULL, SCAP_SPAN_IN) : NULL;

	return s && s->stored == path->stored && !memcmp(s + 1, path + 1, s->stored);
}

static enum weight weigh_output(const struct clues *c, const struct scap_event *e)
{
	enum weight weight = WEIGHT_NOTHING;

	for (const struct scap_span *s = next_of(e, NULL, SCAP_SPAN_OUT); s; s = next_of(e, s, SCAP_SPAN_OUT)) {
		const uint8_t *p = scap_span_bytes(s);

		if (shares_words(p, s->stored, c) || shares_value(p, s->stored, c))
			return WEIGHT_BYTES;
		weight = WEIGHT_OUTPUT;
	}
	return weight;
}

enum weight clues_weigh(const struct clues *c, const struct scap_header *h, const struct scap_event *e)
{
	enum weight weight = weigh_output(c, e);

	if (e->type == SCAP_EV_TRAP)
		return WEIGHT_IDLE;
	if (!is_call(e) || e->type == SCAP_EV_SYSCALL_ENTER)
		return e->type == SCAP_EV_DATA ? weight : WEIGHT_NOTHING;
	if (weight == WEIGHT_BYTES || is_value(e, c))
		return WEIGHT_BYTES;
	if (!weight && !result_tells((const void *)e))
		return WEIGHT_NOTHING;
	if (scap_call_idles(h, (const void *)e))
		return WEIGHT_IDLE;
	if (!weight)
		return WEIGHT_RESULT;
	return is_about(e, c->path) ? WEIGHT_SAME_PATH : weight;
}
