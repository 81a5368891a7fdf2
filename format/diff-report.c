// SPDX-License-Identifier: GPL-2.0
/*
 * The report of scap-diff: for each process its first difference, in the order
 * of the first trace, with what came before. Reads both traces once more, up to
 * the last difference shown.
 */
#include <format/diff.h>
#include <format/fields.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Processes shown in full; of the others only how many there are. */
#define SHOWN_MAX 20

/*
 * One difference in the report.
 * @event:   the differing step of each side, or NULL where the task has ended
 * @before:  steps before it, as the first trace has them
 * @passed:  what else differed before it, though it does not count
 */
struct shown {
	uint32_t task;
	struct scap_event *event[2];
	uint64_t number[2];
	struct scap_history *before;
	char program[256];
	struct diff_passed passed[DIFF_PASSED];
};

struct report {
	struct diff_tasks *tasks;
	const struct scap_diff_options *options;
	const char *const *names;
	const struct scap_header *header;	/* of the trace that is being walked */
	struct shown *shown;
	unsigned int n;
	int side;
	unsigned int missing;	/* differences of this side that the walk has not reached */
};

/* ---- choosing ---- */

static uint64_t place_of(const struct diff_task *t)
{
	return t->found.event[0] ? t->found.event[0] : t->found.event[1];
}

/* Puts the task with the earliest difference of each process into @list (room for all tasks). */
static uint32_t first_of_each(const struct diff_tasks *tasks, uint32_t *list)
{
	uint32_t n = 0;

	/* @list is indexed by process first (0: none yet), and then packed in place. */
	for (uint32_t i = 1; i < tasks->n; i++) {
		const struct diff_task *t = &tasks->task[i];
		uint32_t *best = &list[t->process];

		if (t->found.differs && (!*best || place_of(t) < place_of(&tasks->task[*best])))
			*best = i;
	}
	for (uint32_t i = 0; i < tasks->n; i++)
		if (list[i])
			list[n++] = list[i];
	return n;
}

static int by_place(const void *va, const void *vb, void *ctx)
{
	const struct diff_tasks *tasks = ctx;
	uint64_t a = place_of(&tasks->task[*(const uint32_t *)va]);
	uint64_t b = place_of(&tasks->task[*(const uint32_t *)vb]);

	return a < b ? -1 : a > b;
}

/* ---- gathering ---- */

static struct shown *shown_of(struct report *r, uint32_t task)
{
	for (unsigned int i = 0; i < r->n; i++)
		if (r->shown[i].task == task)
			return &r->shown[i];
	return NULL;
}

static int keep_event(struct shown *s, int side, const struct diff_step *step)
{
	s->number[side] = step->event;
	s->event[side] = malloc(step->fused->size);
	if (!s->event[side])
		return -ENOMEM;
	memcpy(s->event[side], step->fused, step->fused->size);
	return 0;
}

/* A task that has ended on this side is through with its last step. */
static int take_step(void *ctx, struct diff_live *live, const struct diff_step *step)
{
	struct report *r = ctx;
	const struct diff_found *f = &r->tasks->task[live->task].found;
	struct shown *s;
	int ret = 0;

	if (!f->wanted || step->index > f->step || !step->fused)
		return 0;
	s = shown_of(r, live->task);
	if (live->program && !r->side)
		snprintf(s->program, sizeof(s->program), "%s", live->program);
	if (step->index < f->step && !r->options->strict)
		(r->side ? diff_passed_check : diff_passed_note)(s->passed, r->header, step);
	if (step->index == f->step)
		ret = keep_event(s, r->side, step);
	else if (!r->side && step->index + r->options->context >= f->step)
		scap_history_add(s->before, step->event, step->fused);
	if (!ret && step->index + !f->event[r->side] == f->step && !--r->missing)
		ret = DIFF_ENOUGH;
	return ret;
}

static int gather(struct report *r, int side, struct scap_error *err)
{
	struct scap_reader *reader;
	struct diff_walk walk = {
		.tasks = r->tasks,
		.side = side,
		.how = r->options->strict ? SCAP_COMPARE_EXACT : 0,
		.fuse = true,
		.on_step = take_step,
		.ctx = r,
	};
	int ret = scap_reader_open(&reader, r->names[side], err);

	if (ret)
		return ret;
	r->side = side;
	r->header = scap_reader_header(reader);
	r->missing = r->n;
	ret = diff_walk(&walk, reader, err);
	scap_reader_close(reader);
	/* The first passes have said that the trace is cut off. */
	return ret == -EUCLEAN ? 0 : ret;
}

/* ---- printing ---- */

static void print_shown(FILE *out, const struct report *r, const struct scap_header *h,
			struct shown *s)
{
	struct scap_divergence d = {
		.recordings = true,
		.labels = { "in A", "in B" },
		.expected = s->event[0],
		.actual = s->event[1],
		.expected_text = "nothing more: it has ended",
		.actual_text = "nothing more: it has ended",
		.before = s->before,
		.exe = s->program[0] ? s->program : NULL,
	};
	const char *what = r->tasks->task[s->task].process == s->task ? "process" : "thread";
	unsigned int how = r->options->strict ? SCAP_COMPARE_EXACT : 0;
	char name[256], place[400], passed[400];

	diff_task_name(r->tasks, s->task, name, sizeof(name));
	if (s->event[0] && s->event[1])
		snprintf(place, sizeof(place), "%s %s: differs at event %llu of A, %llu of B", what, name,
			 (unsigned long long)s->number[0], (unsigned long long)s->number[1]);
	else
		snprintf(place, sizeof(place), "%s %s: event %llu of %s has no counterpart", what, name,
			 (unsigned long long)s->number[s->event[0] ? 0 : 1], s->event[0] ? "A" : "B");
	diff_passed_text(s->passed, passed, sizeof(passed));
	d.place = place;
	d.passed_over = passed[0] ? passed : NULL;
	d.difference.field = SCAP_FIELD_END;
	if (s->event[0] && s->event[1] &&
	    scap_event_compare(h, s->event[0], s->event[1], how, &d.difference))
		d.difference.field = SCAP_FIELD_LARGE;
	fprintf(out, "\n");
	scap_divergence_print(out, h, &d);
}

static int print_all(FILE *out, const struct report *r, uint32_t differing, struct scap_error *err)
{
	struct scap_reader *reader;
	int ret = scap_reader_open(&reader, r->names[0], err);

	if (ret)
		return ret;
	fprintf(out, "A: %s\nB: %s\n", r->names[0], r->names[1]);
	for (unsigned int i = 0; i < r->n; i++)
		print_shown(out, r, scap_reader_header(reader), &r->shown[i]);
	if (differing > r->n)
		fprintf(out, "\n%u more processes differ later.\n", differing - r->n);
	scap_reader_close(reader);
	return 0;
}

/* Tasks that were not compared, because their creators had parted before. */
static void print_strays(FILE *out, const struct diff_tasks *tasks)
{
	unsigned int strays = 0;

	for (uint32_t i = 1; i < tasks->n; i++)
		strays += tasks->task[i].stray;
	if (strays)
		fprintf(out, "\n%u tasks were not compared: the task that created them had already diverged.\n",
			strays);
}

static int fill_report(struct report *r, const uint32_t *list, uint32_t differing)
{
	r->n = differing < SHOWN_MAX ? differing : SHOWN_MAX;
	r->shown = calloc(r->n, sizeof(*r->shown));
	if (!r->shown)
		return -ENOMEM;
	for (unsigned int i = 0; i < r->n; i++) {
		r->shown[i].task = list[i];
		r->shown[i].before = scap_history_new(r->options->context);
		r->tasks->task[list[i]].found.wanted = true;
	}
	return 0;
}

static void free_report(struct report *r)
{
	for (unsigned int i = 0; r->shown && i < r->n; i++) {
		scap_history_free(r->shown[i].before);
		free(r->shown[i].event[0]);
		free(r->shown[i].event[1]);
	}
	free(r->shown);
}

int diff_report(struct diff_tasks *tasks, const struct scap_diff_options *o,
		const char *const names[2], FILE *out, struct scap_error *err)
{
	struct report r = { .tasks = tasks, .options = o, .names = names };
	uint32_t *list = calloc(tasks->n, sizeof(*list));
	uint32_t differing;
	int ret;

	if (!list)
		return scap_fail(err, ENOMEM, "no memory");
	differing = first_of_each(tasks, list);
	qsort_r(list, differing, sizeof(*list), by_place, tasks);
	ret = differing ? fill_report(&r, list, differing) : 0;
	if (ret)
		scap_fail(err, ENOMEM, "no memory");
	for (int side = 0; side < 2 && !ret && differing; side++)
		ret = gather(&r, side, err);
	if (!ret && differing)
		ret = print_all(out, &r, differing, err);
	if (!ret)
		print_strays(out, tasks);
	free_report(&r);
	free(list);
	return ret ? ret : (int)differing;
}
