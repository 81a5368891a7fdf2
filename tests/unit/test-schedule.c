// SPDX-License-Identifier: GPL-2.0
/* Quanta and lots: as asked for, the same for the same seed, of all sizes. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <scap/schedule.h>

static void without_chaos(void **state)
{
	const struct scap_schedule_options o = { .soft_ns = 3000000, .hard_ns = 7000000 };
	struct scap_schedule s;

	(void)state;
	scap_schedule_init(&s, &o, 1, 0);
	for (int i = 0; i < 10; i++) {
		struct scap_turn turn = scap_schedule_turn(&s, 0, false);

		assert_true(turn.soft_ns == o.soft_ns && turn.hard_ns == o.hard_ns && !turn.skip);
		assert_int_equal(scap_schedule_ahead(&s, 5), 5);
	}
	assert_true(scap_schedule_turn(&s, 0, true).hard_ns < o.hard_ns);
}

static void same_seed_same_lots(void **state)
{
	const struct scap_schedule_options o = { .chaos = true, .seed = 42 };
	struct scap_schedule a, b;

	(void)state;
	scap_schedule_init(&a, &o, 1, 0);
	scap_schedule_init(&b, &o, 1, 0);
	for (int i = 0; i < 1000; i++) {
		struct scap_turn x = scap_schedule_turn(&a, 0, false), y = scap_schedule_turn(&b, 0, false);

		assert_true(x.soft_ns == y.soft_ns && x.hard_ns == y.hard_ns && x.skip == y.skip);
		assert_int_equal(scap_schedule_ahead(&a, 7), scap_schedule_ahead(&b, 7));
	}
}

static void all_sizes(void **state)
{
	const struct scap_schedule_options o = { .chaos = true, .seed = 1 };
	unsigned int shorter = 0, longer = 0, counted = 0, first = 0;
	struct scap_schedule s;

	(void)state;
	scap_schedule_init(&s, &o, 1, 0);
	for (int i = 0; i < 10000; i++) {
		struct scap_turn turn = scap_schedule_turn(&s, 0, false);
		unsigned int ahead = scap_schedule_ahead(&s, 3);

		counted += turn.skip > 0;
		shorter += turn.hard_ns && turn.hard_ns < 50000;
		longer += turn.hard_ns > 1000000;
		assert_in_range(ahead, 0, 3);
		first += ahead == 0;
	}
	assert_in_range(counted, 4000, 8000);
	assert_in_range(shorter, 500, 5000);
	assert_in_range(longer, 500, 5000);
	assert_in_range(first, 2000, 3000);
}

static unsigned int count_counted(struct scap_schedule *s, uint64_t now)
{
	unsigned int n = 0;

	for (int i = 0; i < 10000; i++) {
		struct scap_turn turn = scap_schedule_turn(s, now, false);

		n += scap_turn_counts(&turn);
	}
	return n;
}

static void counting_costs(void **state)
{
	const struct scap_schedule_options o = { .chaos = true, .seed = 7 };
	struct scap_schedule s;

	(void)state;
	scap_schedule_init(&s, &o, 1, 1000);
	/* half a second is free */
	for (int i = 0; i < 5; i++) {
		assert_true(count_counted(&s, 1000) > 0);
		scap_schedule_counted(&s, 110000000ull);
	}
	assert_int_equal(count_counted(&s, 1000), 0);
	scap_schedule_counted(&s, 950000000ull);
	assert_int_equal(count_counted(&s, 1900000000ull), 0);
	/* it has had as much time for itself by then */
	assert_true(count_counted(&s, 2100000000ull) > 0);
}

static uint32_t longest(struct scap_schedule *s, unsigned int turns, uint64_t ns)
{
	uint32_t most = 0;

	for (unsigned int i = 0; i < turns; i++) {
		struct scap_turn turn = scap_schedule_turn(s, 0, false);

		most = turn.skip > most ? turn.skip : most;
		scap_schedule_counted(s, ns);
	}
	return most;
}

/* Where a turn's end takes long, counted ones get longer; else they stay as they were drawn. */
static void dear_turns_grow(void **state)
{
	unsigned int grown = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		const struct scap_schedule_options o = { .chaos = true, .seed = seed };
		struct scap_schedule dear, cheap;
		uint32_t stayed;

		scap_schedule_init(&dear, &o, 1, 0);
		scap_schedule_init(&cheap, &o, 1, 0);
		stayed = longest(&cheap, 32, 100000);
		if (stayed && stayed < 128)
			grown += longest(&dear, 32, 15000000) >= 256;
	}
	assert_true(grown > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counting_costs),
		cmocka_unit_test(without_chaos),
		cmocka_unit_test(same_seed_same_lots),
		cmocka_unit_test(all_sizes),
		cmocka_unit_test(dear_turns_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
