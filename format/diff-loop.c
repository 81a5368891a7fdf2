// SPDX-License-Identifier: GPL-2.0
/*
 * A loop that ran more often in one of the two: what only that one has repeats itself, call by
 * call, whatever the answers were; three times at least, of which some may stand before it.
 */
#include <format/diff.h>

#include <string.h>

#define REPEATED 3

/* Kinds of the steps that count; @first: where those of the stretch itself begin. */
struct kinds {
	size_t n, first;
	uint16_t kind[DIFF_LOOP_MAX * REPEATED + DIFF_WINDOW];
};

static void list(struct kinds *k, const struct diff_record *r, size_t before, size_t n)
{
	size_t from = before < DIFF_LOOP_MAX * REPEATED ? 0 : before - DIFF_LOOP_MAX * REPEATED;

	k->n = k->first = 0;
	for (size_t i = from; i < before + n; i++) {
		if (i == before)
			k->first = k->n;
		if (!r[i].idle)
			k->kind[k->n++] = r[i].kind;
	}
}

/* Whether all of the stretch, and so much before it that it is a loop, has period @p. */
static bool repeats(const struct kinds *k, size_t p)
{
	size_t at = k->n;

	while (at > p && k->kind[at - 1] == k->kind[at - 1 - p])
		at--;
	/* What stands ahead of the first step that is like another is the first time. */
	at = at > p ? at - p : 0;
	return at <= k->first && k->n - at >= p * REPEATED;
}

bool diff_loop_find(const struct diff_record *r, size_t before, size_t n, struct diff_loop *loop)
{
	struct kinds k;

	loop->period = 0;
	if (!n || n > DIFF_WINDOW)
		return false;
	list(&k, r, before, n);
	for (size_t p = 1; p <= DIFF_LOOP_MAX && p <= k.n - k.first; p++) {
		if (!repeats(&k, p))
			continue;
		loop->period = (unsigned int)p;
		memcpy(loop->body, k.kind + k.first, p * sizeof(*loop->body));
		return true;
	}
	return false;
}

size_t diff_loop_once(const struct diff_loop *loop, const struct diff_record *r, size_t n)
{
	unsigned int at = 0;

	for (size_t i = 0; i < n; i++) {
		if (r[i].idle)
			continue;
		if (r[i].kind != loop->body[at])
			return 0;
		if (++at == loop->period)
			return i + 1;
	}
	return 0;
}

void diff_loop_text(const struct diff_loop *loop, const struct scap_header *h, char *buf, size_t size)
{
	char name[32];
	size_t len = 0;

	buf[0] = 0;
	for (unsigned int i = 0; i < loop->period && i < DIFF_LOOP_SHOWN && len < size; i++)
		len += (size_t)snprintf(buf + len, size - len, "%s%s", i ? ", " : "",
					diff_kind_name(h, loop->body[i], name));
	if (loop->period > DIFF_LOOP_SHOWN && len < size)
		snprintf(buf + len, size - len, " and %u more steps", loop->period - DIFF_LOOP_SHOWN);
}
