// SPDX-License-Identifier: GPL-2.0
/* Which moments are tried for points that several match, in which order, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "replayer/backtrack.h"

static void likeliest_first(void **state)
{
	struct backtrack *b = backtrack_new();

	(void)state;
	assert_int_equal(backtrack_moment(b, 7), 0);
	assert_false(backtrack_next(b, 9, 1)); /* there was no point */
	assert_int_equal(backtrack_tries(b), 0);
	backtrack_free(b);
}

static void last_one_then_earlier(void **state)
{
	struct backtrack *b = backtrack_new();

	(void)state;
	backtrack_matched(b, 5, 1, 1);
	backtrack_matched(b, 8, 1, 0);
	assert_true(backtrack_next(b, 9, 1));
	assert_int_equal(backtrack_moment(b, 8), 1);
	assert_int_equal(backtrack_moment(b, 5), 0);
	/* 8 has no such moment: it is the one that disagrees */
	backtrack_matched(b, 5, 1, 1);
	assert_true(backtrack_next(b, 8, 1));
	assert_int_equal(backtrack_moment(b, 5), 2);
	assert_int_equal(backtrack_moment(b, 8), 0);
	/* one further, and 8 has its turn again */
	backtrack_matched(b, 5, 1, 2);
	backtrack_matched(b, 8, 1, 1);
	assert_true(backtrack_next(b, 9, 1));
	assert_int_equal(backtrack_moment(b, 5), 2);
	assert_int_equal(backtrack_moment(b, 8), 2);
	assert_int_equal(backtrack_tries(b), 3);
	backtrack_free(b);
}

static void own_domain_first(void **state)
{
	struct backtrack *b = backtrack_new();

	(void)state;
	backtrack_matched(b, 5, 1, 1);
	backtrack_matched(b, 8, 2, 1);
	assert_true(backtrack_next(b, 9, 1));
	assert_int_equal(backtrack_moment(b, 5), 2);
	assert_int_equal(backtrack_moment(b, 8), 0);
	/* domain 3 has none of its own, but began in one that has */
	backtrack_matched(b, 5, 1, 2);
	backtrack_matched(b, 8, 2, 1);
	assert_true(backtrack_next(b, 20, 3));
	assert_int_equal(backtrack_moment(b, 8), 2);
	assert_int_equal(backtrack_moment(b, 5), 2);
	backtrack_free(b);
}

static void ends(void **state)
{
	struct backtrack *b = backtrack_new();
	unsigned int n = 0;

	(void)state;
	do {
		/* more than are kept */
		for (unsigned int event = 1; event < 2000; event++)
			backtrack_matched(b, event, 1, backtrack_moment(b, event));
	} while (backtrack_next(b, 2000, 1) && ++n < 1000);
	assert_int_equal(n, BACKTRACK_TRIES);
	assert_int_equal(backtrack_tries(b), BACKTRACK_TRIES);
	backtrack_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(likeliest_first),
		cmocka_unit_test(last_one_then_earlier),
		cmocka_unit_test(own_domain_first),
		cmocka_unit_test(ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
