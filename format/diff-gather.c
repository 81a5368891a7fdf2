// SPDX-License-Identifier: GPL-2.0
/*
 * The events of what differs: both traces are read once more, up to the last of them,
 * and only for the tasks that are wanted records are put together.
 */
#include <format/decode.h>
#include <format/diff.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct want {
	uint64_t event;
	struct diff_finding *finding;
};

/* The last steps of a task that is wanted; else NULL. */
struct recent {
	struct scap_history *steps;
};

/* @recent: of each task */
struct gathering {
	struct diff_result *result;
	int side;
	bool *wanted;
	struct recent *recent;
	uint32_t ntasks;
	struct want *want;
	size_t n, missing;
};

static int by_event(const void *va, const void *vb)
{
	const struct want *a = va, *b = vb;

	return a->event < b->event ? -1 : a->event > b->event;
}

static int list_wanted(struct gathering *g)
{
	struct diff_result *r = g->result;

	for (size_t i = 0; i < r->nfindings; i++) {
		struct diff_finding *f = &r->finding[i];

		if (!f->gap.event[g->side])
			continue;
		g->want[g->n++] = (struct want){ f->gap.event[g->side], f };
		g->wanted[f->task[g->side]] = true;
	}
	g->missing = g->n;
	qsort(g->want, g->n, sizeof(*g->want), by_event);
	return 0;
}

static struct diff_finding *wanted_at(const struct gathering *g, uint64_t event)
{
	const struct want key = { .event = event };
	struct want *w = bsearch(&key, g->want, g->n, sizeof(key), by_event);

	return w ? w->finding : NULL;
}

/* What a trace says goes to terminals: nothing in it may command them. */
static void keep_program(struct diff_finding *f, const char *path)
{
	struct decode d = { .buf = f->program, .size = sizeof(f->program) };

	put_escaped(&d, path, strlen(path));
	f->program[d.len < d.size ? d.len : d.size - 1] = 0;
}

static int keep_event(struct gathering *g, struct diff_finding *f, const struct diff_live *live,
		      const struct diff_step *step)
{
	/* What came before is shown as the first trace has it, if it has it. */
	bool shown = !g->side || !f->gap.event[0];

	f->event[g->side] = malloc(step->fused->size);
	if (!f->event[g->side])
		return -ENOMEM;
	memcpy(f->event[g->side], step->fused, step->fused->size);
	f->begins[g->side] = step->begins;
	if (shown && live->program)
		keep_program(f, live->program);
	if (shown && g->recent[live->task].steps)
		f->before = scap_history_copy(g->recent[live->task].steps);
	return 0;
}

static int take_step(void *ctx, struct diff_live *live, const struct diff_step *step)
{
	struct gathering *g = ctx;
	struct scap_history **recent = &g->recent[live->task].steps;
	struct diff_finding *f;
	int ret;

	if (live->task >= g->ntasks || !g->wanted[live->task] || !step->fused)
		return 0;
	f = wanted_at(g, step->r.event);
	if (f && !f->event[g->side]) {
		ret = keep_event(g, f, live, step);
		if (ret)
			return ret;
		if (!--g->missing)
			return DIFF_ENOUGH;
	}
	if (!*recent && !(*recent = scap_history_new(g->result->options->context)))
		return -ENOMEM;
	scap_history_add(*recent, step->r.event, step->fused);
	return 0;
}

static int read_again(struct gathering *g, struct scap_error *err)
{
	const struct diff_walk walk = {
		.how = g->result->options->strict ? SCAP_COMPARE_EXACT : 0,
		.wanted = g->wanted,
		.on_step = take_step,
		.ctx = g,
	};
	struct scap_reader *reader;
	int ret = scap_reader_open(&reader, g->result->names[g->side], err);

	if (ret)
		return ret;
	ret = diff_walk(&walk, reader, err);
	scap_reader_close(reader);
	/* That the trace is cut off is known. */
	return ret == -EUCLEAN ? 0 : ret;
}

static int gather_side(struct diff_result *r, int side, struct scap_error *err)
{
	struct gathering g = { .result = r, .side = side, .ntasks = r->tree[side].n };
	int ret;

	g.wanted = calloc(g.ntasks, sizeof(*g.wanted));
	g.recent = calloc(g.ntasks, sizeof(*g.recent));
	g.want = calloc(r->nfindings, sizeof(*g.want));
	if (!g.wanted || !g.recent || !g.want)
		ret = scap_fail(err, ENOMEM, "no memory");
	else
		ret = list_wanted(&g);
	if (!ret && g.n)
		ret = read_again(&g, err);
	for (uint32_t i = 0; g.recent && i < g.ntasks; i++)
		scap_history_free(g.recent[i].steps);
	free(g.wanted);
	free(g.recent);
	free(g.want);
	return ret;
}

int diff_gather(struct diff_result *r, struct scap_error *err)
{
	int ret = gather_side(r, 0, err);

	return ret ? ret : gather_side(r, 1, err);
}
