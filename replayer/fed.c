// SPDX-License-Identifier: GPL-2.0
/*
 * What the program was given: the calls by which the kernel told it something. When it goes
 * astray, one of them may have told it something else than it did while recorded. Those in
 * front share bytes with what the program does now; of others the last ones.
 */
#include <stdlib.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY /* the size of XXH64_state_t */
#include <xxhash.h>

#include "clues.h"
#include "replay.h"

/* An answer that it had before is no news. So many are remembered. */
#define ANSWERS 8192u

struct given {
	uint64_t number;
	struct scap_event *event;
};

/* @last: of each weight the last events, a ring into which @n were put; @list: of all of them, the result */
struct fed {
	const struct scap_header *header;
	struct clues clues;
	struct common common;
	uint64_t answer[ANSWERS];
	struct {
		uint64_t n;
		struct given given[FED_SUSPECTS];
	} last[WEIGHTS];
	struct scap_suspect list[FED_SUSPECTS];
};

/* ---- the two walks ---- */

static void count(void *ctx, uint64_t number, unsigned int *mark, const struct scap_event *e)
{
	struct fed *fed = ctx;

	(void)number;
	(void)mark;
	clues_count(&fed->clues, &fed->common, e);
}

static void keep(struct fed *fed, enum weight weight, uint64_t number, const struct scap_event *e)
{
	struct given *g = &fed->last[weight].given[fed->last[weight].n % FED_SUSPECTS];
	struct scap_event *copy = realloc(g->event, e->size);

	if (!copy)
		return;
	memcpy(copy, e, e->size);
	g->number = number;
	g->event = copy;
	fed->last[weight].n++;
}

/* Whether call @e, or one like it, told the same before. */
static bool is_repeated(struct fed *fed, const struct scap_ev_syscall *e)
{
	XXH64_state_t state;
	uint64_t hash, *slot;

	XXH64_reset(&state, e->nr);
	XXH64_update(&state, &e->result, sizeof(e->result));
	for (const struct scap_span *s = scap_span_next(&e->h, NULL); s; s = scap_span_next(&e->h, s))
		XXH64_update(&state, scap_span_bytes(s), s->stored);
	hash = XXH64_digest(&state);
	slot = &fed->answer[hash % ANSWERS];
	if (*slot == hash)
		return true;
	*slot = hash;
	return false;
}

/* @mark: the weight of the pieces of output that stand ahead of their call */
static void weigh(void *ctx, uint64_t number, unsigned int *mark, const struct scap_event *e)
{
	struct fed *fed = ctx;
	enum weight weight = clues_weigh(&fed->clues, fed->header, e);

	if (weight < *mark)
		weight = *mark;
	if (e->type == SCAP_EV_DATA) {
		*mark = weight;
		return;
	}
	if (!weight)
		return;
	if (weight == WEIGHT_OUTPUT && !*mark && is_repeated(fed, (const void *)e))
		weight = WEIGHT_RESULT;
	*mark = 0;
	keep(fed, weight, number, e);
}

/* ---- the result ---- */

static unsigned int list_all(struct fed *fed)
{
	unsigned int n = 0;

	for (unsigned int weight = WEIGHTS; weight-- > 1;)
		for (uint64_t i = fed->last[weight].n; i-- > 0 && n < FED_SUSPECTS;) {
			const struct given *g = &fed->last[weight].given[i % FED_SUSPECTS];

			if (i + FED_SUSPECTS < fed->last[weight].n)
				break;
			fed->list[n++] = (struct scap_suspect){ g->number, g->event, weight == WEIGHT_BYTES };
		}
	return n;
}

struct fed *fed_new(struct past *past, const struct scap_header *h, const struct scap_event *expected,
		    const struct scap_event *actual, struct scap_error *err)
{
	struct fed *fed = calloc(1, sizeof(*fed));
	int ret;

	if (!fed) {
		scap_fail(err, ENOMEM, "no memory");
		return NULL;
	}
	fed->header = h;
	fed->clues = clues_find(expected, actual);
	ret = past_walk(past, count, fed, err);
	clues_drop(&fed->clues, &fed->common);
	if (!ret)
		ret = past_walk(past, weigh, fed, err);
	if (!ret)
		return fed;
	fed_free(fed);
	return NULL;
}

const struct scap_suspect *fed_suspects(struct fed *fed, unsigned int *n)
{
	*n = list_all(fed);
	return fed->list;
}

void fed_free(struct fed *fed)
{
	for (unsigned int weight = 0; fed && weight < WEIGHTS; weight++)
		for (unsigned int i = 0; i < FED_SUSPECTS; i++)
			free(fed->last[weight].given[i].event);
	free(fed);
}
