// SPDX-License-Identifier: GPL-2.0
/*
 * A run of idle steps, as long as it may be, becomes the last few that differ from
 * each other: how often a program looked at the clock before something came is timing.
 */
#include <format/diff.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct diff_idle {
	unsigned int n;
	struct diff_record held[DIFF_IDLE_KEPT];
};

static void forget(struct diff_idle *idle, unsigned int at)
{
	idle->n--;
	memmove(idle->held + at, idle->held + at + 1, (idle->n - at) * sizeof(*idle->held));
}

static void hold(struct diff_idle *idle, const struct diff_record *r)
{
	for (unsigned int i = 0; i < idle->n; i++)
		if (idle->held[i].hash == r->hash) {
			forget(idle, i);
			break;
		}
	if (idle->n == DIFF_IDLE_KEPT)
		forget(idle, 0);
	idle->held[idle->n++] = *r;
}

int diff_idle_take(struct diff_live *live, const struct diff_record *r,
		   struct diff_record out[DIFF_IDLE_KEPT + 1])
{
	int n;

	if (r->idle) {
		if (!live->idle && !(live->idle = calloc(1, sizeof(*live->idle))))
			return -ENOMEM;
		hold(live->idle, r);
		return 0;
	}
	n = diff_idle_end(live, out);
	out[n] = *r;
	return n + 1;
}

int diff_idle_end(struct diff_live *live, struct diff_record out[DIFF_IDLE_KEPT + 1])
{
	int n = live->idle ? (int)live->idle->n : 0;

	if (n) {
		memcpy(out, live->idle->held, (size_t)n * sizeof(*out));
		live->idle->n = 0;
	}
	return n;
}
