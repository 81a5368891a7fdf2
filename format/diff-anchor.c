// SPDX-License-Identifier: GPL-2.0
/*
 * Where two executions that have parted are on a common course again: the first run
 * of steps that both have. An index of one side's runs makes it linear.
 */
#include <format/diff.h>

#include <stdlib.h>
#include <string.h>

/* So many equal steps are no accident. */
#define RUN 4
#define SLOTS (DIFF_WINDOW * 2)

/* @step: the steps that count of a stretch, by where they are in it; @run: hash of the run from there */
struct counting {
	size_t n;
	uint16_t step[DIFF_WINDOW];
	uint64_t run[DIFF_WINDOW];
};

struct diff_anchors {
	struct counting a, b;
	uint16_t slot[SLOTS];	/* index in @a of the first such run, plus one */
};

struct diff_anchors *diff_anchors_new(void)
{
	return malloc(sizeof(struct diff_anchors));
}

void diff_anchors_free(struct diff_anchors *x)
{
	free(x);
}

/* Runs that are not whole have no hash: they are left out of @n. */
static void count(struct counting *c, const struct diff_record *r, size_t n)
{
	c->n = 0;
	for (size_t i = 0; i < n; i++)
		if (!r[i].idle)
			c->step[c->n++] = (uint16_t)i;
	c->n = c->n < RUN ? 0 : c->n - RUN + 1;
	for (size_t i = 0; i < c->n; i++) {
		c->run[i] = 0;
		for (size_t k = 0; k < RUN; k++)
			c->run[i] = (c->run[i] ^ r[c->step[i + k]].hash) * 0x9e3779b97f4a7c15ull;
		c->run[i] ^= c->run[i] >> 29;
	}
}

/* The slot that holds @run, or the free one for it. */
static uint16_t *slot_of(struct diff_anchors *x, uint64_t run)
{
	size_t at = run % SLOTS;

	while (x->slot[at] && x->a.run[x->slot[at] - 1] != run)
		at = (at + 1) % SLOTS;
	return &x->slot[at];
}

static void index_runs(struct diff_anchors *x)
{
	memset(x->slot, 0, sizeof(x->slot));
	for (size_t i = 0; i < x->a.n; i++) {
		uint16_t *slot = slot_of(x, x->a.run[i]);

		if (!*slot)
			*slot = (uint16_t)(i + 1);
	}
}

bool diff_anchor_find(struct diff_anchors *x, const struct diff_record *a, size_t n,
		      const struct diff_record *b, size_t m, size_t at[2])
{
	size_t best = SIZE_MAX;

	count(&x->a, a, n);
	count(&x->b, b, m);
	index_runs(x);
	for (size_t j = 0; j < x->b.n && x->b.step[j] < best; j++) {
		uint16_t i = *slot_of(x, x->b.run[j]);

		if (!i || (size_t)x->a.step[i - 1] + x->b.step[j] >= best)
			continue;
		at[0] = x->a.step[i - 1];
		at[1] = x->b.step[j];
		best = at[0] + at[1];
	}
	return best != SIZE_MAX;
}
