// SPDX-License-Identifier: GPL-2.0
/* Quanta and lots: see schedule.h. */
#include "recorder/schedule.h"

/* A task that spins gets so much: enough to see what it waits for. */
#define SPIN_NS 1000000ull

/* Chaos: mean quanta, 2^n ns, from a few instructions to what starves the others. */
enum { SOFT_FROM = 8, SOFT_TO = 24, HARD_FROM = 13, HARD_TO = 24 };
/* Or counted: up to 2^n instructions, each power of two as likely as any other. */
enum { SKIP_TO = 12 };
/* For so many turns the means stay: bugs have one size, and want more than one short quantum. */
#define TURNS 64u

void schedule_init(struct schedule *s, const struct schedule_options *o)
{
	*s = (struct schedule){ .options = *o, .state = o->seed };
}

/* splitmix64 (Steele, Lea, Flood, OOPSLA 2014): any seed will do, one after the other, too. */
static uint64_t draw(struct schedule *s)
{
	uint64_t z = s->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static void draw_means(struct schedule *s)
{
	s->soft_mean_ns = 1ull << (SOFT_FROM + draw(s) % (SOFT_TO - SOFT_FROM));
	s->hard_mean_ns = 1ull << (HARD_FROM + draw(s) % (HARD_TO - HARD_FROM));
}

/*
 * Half of the hard quanta are counted in instructions: no clock, on a machine
 * with other work, hits what is over within a microsecond.
 */
static struct turn draw_turn(struct schedule *s)
{
	struct turn turn = { 0 };
	unsigned int bits;

	if (s->turns++ % TURNS == 0)
		draw_means(s);
	turn.soft_ns = draw(s) % (2 * s->soft_mean_ns);
	bits = draw(s) % (SKIP_TO + 1);
	if (draw(s) % 2)
		turn.hard_ns = draw(s) % (2 * s->hard_mean_ns);
	else
		turn.skip = (unsigned int)(draw(s) % (1u << bits));
	return turn;
}

struct turn schedule_turn(struct schedule *s, bool spins)
{
	struct turn turn = { .soft_ns = s->options.soft_ns, .hard_ns = s->options.hard_ns };

	if (s->options.chaos)
		turn = draw_turn(s);
	if (spins && turn.hard_ns > SPIN_NS)
		turn.hard_ns = SPIN_NS;
	return turn;
}

unsigned int schedule_next(struct schedule *s, unsigned int waiting)
{
	return s->options.chaos && waiting > 1 ? (unsigned int)(draw(s) % waiting) : 0;
}
