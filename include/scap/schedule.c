// SPDX-License-Identifier: GPL-2.0
/* Quanta and lots: see schedule.h. */
#include <scap/schedule.h>

/* A task that spins gets so much: enough to see what it waits for. */
#define SPIN_NS 1000000ull

/* Chaos: mean quanta, 2^n ns, from a few instructions to what starves the others. */
enum { SOFT_FROM = 8, SOFT_TO = 24, HARD_FROM = 13, HARD_TO = 24 };
/* Or counted: up to 2^n instructions, each power of two as likely as any other. */
enum { SKIP_FROM = 6, SKIP_TO = 13 };
/* For so many turns all that stays: bugs have one size, and want more than one short quantum. */
#define TURNS 200u

/*
 * Hard quanta are timed, or counted in instructions: no clock, on a machine with other work,
 * hits what is over within a microsecond. Counted ones alone take all threads on side by side;
 * some of them among longer, timed ones stop one thread while others get far. The first
 * catch most, and are all there is where timers are late: half of the lots are theirs.
 */
enum measure { TIMED, COUNTED, EITHER };
static const enum measure lots[] = { TIMED, COUNTED, COUNTED, EITHER };

/*
 * To count instructions is dear, and tens of times as dear on an emulated processor: beyond so
 * much time it takes half of all time at most.
 */
#define COUNTED_FREE_NS 500000000u
/*
 * Most of that is a turn's end, whatever its length: where so much of it brings the threads
 * hardly on (a machine with dear stops), turns become longer.
 */
#define GROW_NS (COUNTED_FREE_NS / 4)
/* A turn for which there is no time to count it. */
#define UNCOUNTED_NS 1000000u

void scap_schedule_init(struct scap_schedule *s, const struct scap_schedule_options *o,
			__u32 domain, __u64 now)
{
	*s = (struct scap_schedule){
		.options = *o, .state = o->seed ^ (__u64)domain << 32, .begun = now,
	};
}

/* splitmix64 (Steele, Lea, Flood, OOPSLA 2014): any seed will do, one after the other, too. */
static __u64 draw(struct scap_schedule *s)
{
	__u64 z = s->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static void draw_sizes(struct scap_schedule *s)
{
	s->measure = lots[draw(s) % (sizeof(lots) / sizeof(*lots))];
	s->soft_mean_ns = 1ull << (SOFT_FROM + draw(s) % (SOFT_TO - SOFT_FROM));
	s->hard_mean_ns = 1ull << (HARD_FROM + draw(s) % (HARD_TO - HARD_FROM));
	s->skip_bits = SKIP_FROM + draw(s) % (SKIP_TO - SKIP_FROM + 1);
	s->drawn_ns = s->counted_ns;
}

static __u32 draw_skip(struct scap_schedule *s)
{
	__u64 bits = s->skip_bits + (s->counted_ns - s->drawn_ns) / GROW_NS;

	return (__u32)(draw(s) % (1u << (bits < SKIP_TO ? bits : SKIP_TO)));
}

static bool may_count(const struct scap_schedule *s, __u64 now)
{
	return s->counted_ns <= COUNTED_FREE_NS + (now - s->begun) / 2;
}

static struct scap_turn draw_turn(struct scap_schedule *s, __u64 now)
{
	struct scap_turn turn = { 0 };
	bool counted;

	if (s->turns++ % TURNS == 0)
		draw_sizes(s);
	counted = s->measure == EITHER ? draw(s) % 2 : s->measure == COUNTED;
	turn.soft_ns = draw(s) % (2 * s->soft_mean_ns);
	if (counted && !may_count(s, now))
		turn.hard_ns = UNCOUNTED_NS;
	else if (counted)
		turn.skip = draw_skip(s);
	else
		turn.hard_ns = draw(s) % (2 * s->hard_mean_ns);
	return turn;
}

struct scap_turn scap_schedule_turn(struct scap_schedule *s, __u64 now, bool spins)
{
	struct scap_turn turn = { .soft_ns = s->options.soft_ns, .hard_ns = s->options.hard_ns };

	if (s->options.chaos)
		turn = draw_turn(s, now);
	if (spins && turn.hard_ns > SPIN_NS)
		turn.hard_ns = SPIN_NS;
	return turn;
}

void scap_schedule_counted(struct scap_schedule *s, __u64 ns)
{
	s->counted_ns += ns;
}

__u32 scap_schedule_ahead(struct scap_schedule *s, __u32 waiting)
{
	return s->options.chaos ? (__u32)(draw(s) % (waiting + 1)) : waiting;
}
