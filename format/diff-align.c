// SPDX-License-Identifier: GPL-2.0
/*
 * Two sequences of steps side by side. While they are the same this is a walk; where
 * they part, both are read ahead, farther each time, until a run of equal steps turns
 * up, and what lies before it is paired. Nothing is looked at more than a few times,
 * and no more than a window of either is held.
 */
#include <format/diff.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Steps that were passed and are kept: what a loop did before. */
#define PASSED 256
#define ROOM (PASSED + 2 * DIFF_WINDOW)

/* @record[@start ...]: @n steps read and not passed; @near: the last that was */
struct side {
	struct diff_source *source;
	struct diff_record record[ROOM];
	size_t start, n;
	bool ended;
	uint64_t near;
};

/* @equal: since the last difference */
struct diff_aligner {
	struct side a, b;
	struct diff_anchors *anchors;
	struct diff_pairing *pairing;
	const struct diff_listener *l;
	uint64_t equal;
};

struct diff_aligner *diff_aligner_new(void)
{
	struct diff_aligner *al = calloc(1, sizeof(*al));

	if (!al)
		return NULL;
	al->anchors = diff_anchors_new();
	al->pairing = diff_pairing_new();
	if (al->anchors && al->pairing)
		return al;
	diff_aligner_free(al);
	return NULL;
}

void diff_aligner_free(struct diff_aligner *al)
{
	if (!al)
		return;
	diff_anchors_free(al->anchors);
	diff_pairing_free(al->pairing);
	free(al);
}

/* ---- one side ---- */

static void begin(struct side *s, struct diff_source *source)
{
	s->source = source;
	s->start = s->n = 0;
	s->ended = false;
	s->near = 0;
}

static struct diff_record *ahead(struct side *s)
{
	return s->record + s->start;
}

/* Reads until @want steps lie ahead, or the end does. @want: at most DIFF_WINDOW */
static int fill(struct side *s, size_t want)
{
	int ret = 1;

	if (s->start + want > ROOM) {
		size_t kept = s->start < PASSED ? s->start : PASSED;

		memmove(s->record, ahead(s) - kept, (kept + s->n) * sizeof(*s->record));
		s->start = kept;
	}
	while (s->n < want && !s->ended && ret == 1) {
		ret = diff_source_next(s->source, ahead(s) + s->n);
		if (ret == 1)
			s->n++;
		else
			s->ended = true;
	}
	return ret < 0 ? ret : 0;
}

static void pass(struct side *s, size_t n)
{
	if (n)
		s->near = ahead(s)[n - 1].event;
	s->start += n;
	s->n -= n;
}

/* How many idle steps lie ahead of the next one that counts. */
static int idle_ahead(struct side *s, size_t *n)
{
	int ret = 0;

	for (*n = 0; !ret; ++*n) {
		ret = fill(s, *n + 1);
		if (ret || *n >= s->n || !ahead(s)[*n].idle)
			break;
	}
	return ret;
}

/* ---- what is told ---- */

static void tell_equal(struct diff_aligner *al, const struct diff_record *a,
		       const struct diff_record *b)
{
	al->equal++;
	al->l->on_equal(al->l->ctx, a, b);
}

/* Of @n steps those that count go into side @i of @gap. */
static void add_stretch(struct diff_gap *gap, int i, const struct diff_record *r, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		if (r[k].idle)
			continue;
		if (!gap->n[i]++)
			gap->event[i] = r[k].event;
	}
}

static int tell_gap(struct diff_aligner *al, struct diff_gap *gap)
{
	if (!gap->n[0] && !gap->n[1])
		return 0;
	gap->equal = al->equal;
	al->equal = 0;
	return al->l->on_gap(al->l->ctx, gap);
}

static uint64_t near(const struct side *s, size_t at)
{
	return at ? s->record[s->start + at - 1].event : s->near;
}

static bool ends_at(const struct side *s, size_t at)
{
	return s->ended && at == s->n;
}

/* If only side @s has steps, [@from, @to) of it, they may be a loop that ran more often. */
static void note_loop(struct diff_gap *gap, const struct side *s, uint64_t steps, size_t from, size_t to)
{
	if (!diff_loop_find(s->record, s->start + from, to - from, &gap->loop) || steps % gap->loop.period)
		gap->loop.period = 0;
}

/* Only one side has steps, up to @i of A and @j of B: if both get the same signal then, it came later there. */
static void note_signal(struct diff_gap *gap, struct side *a, size_t i, struct side *b, size_t j)
{
	const struct diff_record *ra = ahead(a) + i, *rb = ahead(b) + j;

	if (i >= a->n || j >= b->n || ra->kind != SCAP_EV_SIGNAL || !ra->entry || ra->hash != rb->hash)
		return;
	gap->later = true;
	gap->event[gap->n[0] ? 1 : 0] = gap->n[0] ? rb->event : ra->event;
}

/* Steps [i, i_end) of A have stood where B has [j, j_end). */
static int tell_unpaired(struct diff_aligner *al, size_t i, size_t i_end, size_t j, size_t j_end)
{
	struct diff_gap gap = {
		.near = { near(&al->a, i), near(&al->b, j) },
		.ended = { ends_at(&al->a, i_end), ends_at(&al->b, j_end) },
	};

	add_stretch(&gap, 0, ahead(&al->a) + i, i_end - i);
	add_stretch(&gap, 1, ahead(&al->b) + j, j_end - j);
	if (!gap.n[0] != !gap.n[1])
		note_signal(&gap, &al->a, i_end, &al->b, j_end);
	if (!gap.n[1])
		note_loop(&gap, &al->a, gap.n[0], i, i_end);
	else if (!gap.n[0])
		note_loop(&gap, &al->b, gap.n[1], j, j_end);
	return tell_gap(al, &gap);
}

/* A pair: the same, or one whose answer or argument differs. */
static int tell_pair(struct diff_aligner *al, size_t i, size_t j)
{
	const struct diff_record *a = ahead(&al->a) + i, *b = ahead(&al->b) + j;
	struct diff_gap gap = {
		.n = { 1, 1 },
		.event = { a->event, b->event },
		.near = { near(&al->a, i), near(&al->b, j) },
	};

	if (a->hash != b->hash)
		return tell_gap(al, &gap);
	tell_equal(al, a, b);
	return 0;
}

/* ---- stretches ---- */

/* Tells of the pairs among the first @n and @m steps, and of what stands between them, up to the last. */
static int tell_pairs(struct diff_aligner *al, const struct diff_pair *pair, size_t pairs,
		      size_t *i, size_t *j)
{
	int ret = 0;

	*i = *j = 0;
	for (size_t k = 0; k < pairs && !ret; k++) {
		ret = tell_unpaired(al, *i, pair[k].a, *j, pair[k].b);
		if (!ret)
			ret = tell_pair(al, pair[k].a, pair[k].b);
		*i = pair[k].a + 1u;
		*j = pair[k].b + 1u;
	}
	return ret;
}

static size_t at_most(size_t n, size_t most)
{
	return n < most ? n : most;
}

/* Pairs the @n and @m steps ahead as well as it goes, and passes them. */
static int pair_all(struct diff_aligner *al, size_t n, size_t m)
{
	struct diff_pair pair[DIFF_PAIR_MAX];
	size_t i, j, pairs;
	int ret;

	pairs = diff_pair_up(al->pairing, ahead(&al->a), at_most(n, DIFF_PAIR_MAX), ahead(&al->b),
			     at_most(m, DIFF_PAIR_MAX), pair);
	ret = tell_pairs(al, pair, pairs, &i, &j);
	if (!ret)
		ret = tell_unpaired(al, i, n, j, m);
	pass(&al->a, n);
	pass(&al->b, m);
	return ret;
}

/*
 * A stretch in which step after step has another answer, but the calls are the same: no
 * run of equal steps will come, and none is needed. @did: the first half of it was passed.
 */
static int pair_changed(struct diff_aligner *al, bool *did)
{
	size_t n = at_most(al->a.n, DIFF_PAIR_MAX), m = at_most(al->b.n, DIFF_PAIR_MAX);
	size_t pairs, i, j, used = 0;
	struct diff_pair pair[DIFF_PAIR_MAX];
	int ret;

	pairs = diff_pair_up(al->pairing, ahead(&al->a), n, ahead(&al->b), m, pair);
	while (used < pairs && pair[used].a < n / 2 && pair[used].b < m / 2)
		used++;
	*did = used * 4 >= at_most(n, m) / 2 * 3 && used;
	if (!*did)
		return 0;
	ret = tell_pairs(al, pair, used, &i, &j);
	pass(&al->a, i);
	pass(&al->b, j);
	return ret;
}

/*
 * All of the window of one side, and what it did before, is a loop which the other has left: it
 * is passed to its end, however long. @did: there was one.
 */
static int pass_loop(struct diff_aligner *al, int i, bool *did)
{
	struct side *s = i ? &al->b : &al->a, *other = i ? &al->a : &al->b;
	struct diff_gap gap = { .near = { al->a.near, al->b.near } };
	size_t once;
	int ret = 0;

	*did = s->n == DIFF_WINDOW && diff_loop_find(s->record, s->start, s->n, &gap.loop) &&
	       !diff_loop_once(&gap.loop, ahead(other), other->n);
	while (*did && !ret && (once = diff_loop_once(&gap.loop, ahead(s), s->n))) {
		add_stretch(&gap, i, ahead(s), once);
		pass(s, once);
		ret = fill(s, DIFF_WINDOW);
	}
	gap.ended[i] = *did && !s->n;
	gap.ended[!i] = *did && !other->n;
	return ret ? ret : tell_gap(al, &gap);
}

/* Passes all that is left of @s. */
static int drain(struct side *s, struct diff_gap *gap, int i)
{
	int ret = 0;

	while (!ret && s->n) {
		add_stretch(gap, i, ahead(s), s->n);
		pass(s, s->n);
		ret = fill(s, DIFF_WINDOW);
	}
	return ret;
}

/* No common course within the window: what is left of both is not compared. */
static int part(struct diff_aligner *al)
{
	struct diff_gap gap = { .near = { al->a.near, al->b.near }, .ended = { true, true },
				.parted = true };
	int ret = drain(&al->a, &gap, 0);

	if (!ret)
		ret = drain(&al->b, &gap, 1);
	return ret ? ret : tell_gap(al, &gap);
}

/* The steps ahead differ: finds where they are the same again, and passes all before it. */
static int resync(struct diff_aligner *al)
{
	bool did;
	int ret;

	for (size_t size = 64; size <= DIFF_WINDOW; size *= 4) {
		size_t at[2];

		ret = fill(&al->a, size);
		if (!ret)
			ret = fill(&al->b, size);
		if (ret)
			return ret;
		if (diff_anchor_find(al->anchors, ahead(&al->a), at_most(al->a.n, size),
				     ahead(&al->b), at_most(al->b.n, size), at))
			return pair_all(al, at[0], at[1]);
		if (al->a.ended && al->b.ended && al->a.n <= size && al->b.n <= size)
			return pair_all(al, al->a.n, al->b.n);
	}
	ret = pass_loop(al, 0, &did);
	if (!ret && !did)
		ret = pass_loop(al, 1, &did);
	if (!ret && !did)
		ret = pair_changed(al, &did);
	return ret || did ? ret : part(al);
}

/* ---- the walk ---- */

/* Idle steps ahead of two that are the same: those of both are told of. */
static void tell_idle(struct diff_aligner *al, size_t n, size_t m)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < m; j++)
			if (ahead(&al->a)[i].hash == ahead(&al->b)[j].hash)
				al->l->on_equal(al->l->ctx, ahead(&al->a) + i, ahead(&al->b) + j);
}

int diff_align(struct diff_aligner *al, struct diff_source *a, struct diff_source *b,
	       const struct diff_listener *l)
{
	size_t n, m;
	int ret = 0;

	al->l = l;
	al->equal = 0;
	begin(&al->a, a);
	begin(&al->b, b);
	while (!ret) {
		ret = idle_ahead(&al->a, &n);
		if (!ret)
			ret = idle_ahead(&al->b, &m);
		if (ret || (n == al->a.n && m == al->b.n))
			break;
		if (n == al->a.n || m == al->b.n || ahead(&al->a)[n].hash != ahead(&al->b)[m].hash) {
			ret = resync(al);
			continue;
		}
		tell_idle(al, n, m);
		tell_equal(al, ahead(&al->a) + n, ahead(&al->b) + m);
		pass(&al->a, n + 1);
		pass(&al->b, m + 1);
	}
	return ret;
}
