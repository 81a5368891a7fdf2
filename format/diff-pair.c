// SPDX-License-Identifier: GPL-2.0
/*
 * Which steps of two short stretches belong together: the alignment of the highest
 * worth (Needleman and Wunsch, 1970, without a penalty for what is left over).
 */
#include <format/diff.h>

#include <stdlib.h>

#define SIDE (DIFF_PAIR_MAX + 1)

/* @worth[i][j]: of the best alignment of all from i and j on */
struct diff_pairing {
	uint16_t worth[SIDE][SIDE];
};

struct diff_pairing *diff_pairing_new(void)
{
	return malloc(sizeof(struct diff_pairing));
}

void diff_pairing_free(struct diff_pairing *p)
{
	free(p);
}

/* What it is worth to take @a and @b for the same step; 0: they are none. */
static uint16_t worth_of(const struct diff_record *a, const struct diff_record *b)
{
	enum { SAME = 8, SAME_BUT_ANSWER = 5, SAME_CALL = 2, SAME_IDLE = 1 };

	if (a->idle && b->idle)
		return a->hash == b->hash ? SAME_IDLE : 0;
	if (a->hash == b->hash)
		return SAME;
	/* Forks of other children are no pair. */
	if (a->kind != b->kind || a->kind == SCAP_EV_FORK)
		return 0;
	if (a->entry == b->entry)
		return SAME_BUT_ANSWER;
	return a->idle || b->idle ? 0 : SAME_CALL;
}

static void fill(struct diff_pairing *p, const struct diff_record *a, size_t n,
		 const struct diff_record *b, size_t m)
{
	for (size_t j = 0; j <= m; j++)
		p->worth[n][j] = 0;
	for (size_t i = n; i--;) {
		p->worth[i][m] = 0;
		for (size_t j = m; j--;) {
			uint16_t pair = worth_of(&a[i], &b[j]);
			uint16_t best = p->worth[i + 1][j] > p->worth[i][j + 1] ? p->worth[i + 1][j]
										 : p->worth[i][j + 1];

			if (pair && p->worth[i + 1][j + 1] + pair >= best)
				best = (uint16_t)(p->worth[i + 1][j + 1] + pair);
			p->worth[i][j] = best;
		}
	}
}

size_t diff_pair_up(struct diff_pairing *p, const struct diff_record *a, size_t n,
		    const struct diff_record *b, size_t m, struct diff_pair *out)
{
	size_t i = 0, j = 0, pairs = 0;

	fill(p, a, n, b, m);
	while (i < n && j < m) {
		uint16_t pair = worth_of(&a[i], &b[j]);

		if (pair && p->worth[i][j] == p->worth[i + 1][j + 1] + pair)
			out[pairs++] = (struct diff_pair){ (uint16_t)i++, (uint16_t)j++ };
		else if (p->worth[i][j] == p->worth[i + 1][j])
			i++;
		else
			j++;
	}
	return pairs;
}
