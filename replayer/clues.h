/* SPDX-License-Identifier: GPL-2.0 */
/* What to look for in what a program was given, once it has gone astray. */
#ifndef REPLAYER_CLUES_H
#define REPLAYER_CLUES_H

#include "format/divergence.h"

#define CLUES_WORDS 8u

/* Words of what a call is passed: parts of a path, mostly. */
struct words {
	unsigned int n;
	struct word {
		const uint8_t *at;
		size_t len;
	} word[CLUES_WORDS];
};

/*
 * @actual, @expected: words that only the one call has, only the other; of the events given
 * @path:    the string that the actual call is passed first; NULL: none
 * @values:  an argument that differs, as it is and as it was; 0: there is none
 */
struct clues {
	struct words actual, expected;
	const struct scap_span *path;
	uint64_t values[2];
};

/* What speaks for an event, the least first. */
enum weight {
	WEIGHT_NOTHING,	/* it told the program nothing */
	WEIGHT_IDLE,	/* it looked at the clock, waited, or will be tried again */
	WEIGHT_RESULT,	/* a result alone, or output that it had been given before */
	WEIGHT_OUTPUT,
	WEIGHT_SAME_PATH, /* it told something about the very file that the program turns to now */
	WEIGHT_BYTES,	/* bytes of it are in what the program does now */
	WEIGHTS
};

/* @actual is done where @expected was recorded; either may be NULL, both must stay while clues are used. */
struct clues clues_find(const struct scap_event *expected, const struct scap_event *actual);

/*
 * Which words and values are no clues, asked of one event after the other: words that the program
 * passed before it has not from what came since, and what many events gave says nothing.
 */
struct common {
	unsigned int word[CLUES_WORDS], value;
	bool known[CLUES_WORDS];
};
void clues_count(const struct clues *c, struct common *common, const struct scap_event *e);
void clues_drop(struct clues *c, const struct common *common);

/* What speaks for @e by itself, a piece of output or a call of a trace with header @h. */
enum weight clues_weigh(const struct clues *c, const struct scap_header *h, const struct scap_event *e);

#endif
