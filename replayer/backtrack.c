// SPDX-License-Identifier: GPL-2.0
/*
 * Which moment to take for each point: chronological backtracking over the
 * points that a replay has matched.
 */
#include <stdlib.h>

#include "backtrack.h"

/* The last points of a replay. More than are ever gone back, also where other domains have some. */
#define POINTS 256u

struct choice {
	uint64_t event;
	unsigned int moment;
};

/*
 * @choice: in the order of their events; points that have none are at their likeliest moment
 * @point:  matched in this replay, a ring; @npoints: in all
 */
struct backtrack {
	unsigned int tries, nchoices;
	struct choice choice[BACKTRACK_TRIES];
	uint64_t npoints;
	struct point {
		uint64_t event;
		uint32_t domain;
		unsigned int moment;
	} point[POINTS];
};

struct backtrack *backtrack_new(void)
{
	return calloc(1, sizeof(struct backtrack));
}

void backtrack_free(struct backtrack *b)
{
	free(b);
}

unsigned int backtrack_moment(const struct backtrack *b, uint64_t event)
{
	for (unsigned int i = 0; i < b->nchoices; i++)
		if (b->choice[i].event == event)
			return b->choice[i].moment;
	return 0;
}

void backtrack_matched(struct backtrack *b, uint64_t event, uint32_t domain, unsigned int moment)
{
	b->point[b->npoints++ % POINTS] = (struct point){ event, domain, moment };
}

/* The last point ahead of @event, of @domain, or of any. */
static const struct point *last_point(const struct backtrack *b, uint64_t event, uint32_t domain,
				      bool any)
{
	uint64_t kept = b->npoints < POINTS ? b->npoints : POINTS;

	for (uint64_t i = 1; i <= kept; i++) {
		const struct point *p = &b->point[(b->npoints - i) % POINTS];

		if (p->event < event && (any || p->domain == domain))
			return p;
	}
	return NULL;
}

/*
 * Choices from the point on are dropped: what they were made for may be another
 * thing now. So the list grows in the order of words in a dictionary, and no
 * replay is made twice.
 */
bool backtrack_next(struct backtrack *b, uint64_t event, uint32_t domain)
{
	const struct point *p = last_point(b, event, domain, false);

	/* what the domain began with comes from another one */
	if (!p)
		p = last_point(b, event, domain, true);
	if (!p || b->tries == BACKTRACK_TRIES)
		return false;
	while (b->nchoices && b->choice[b->nchoices - 1].event >= p->event)
		b->nchoices--;
	b->choice[b->nchoices++] = (struct choice){ p->event, p->moment + 1 };
	b->npoints = 0;
	b->tries++;
	return true;
}

unsigned int backtrack_tries(const struct backtrack *b)
{
	return b->tries;
}
