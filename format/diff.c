// SPDX-License-Identifier: GPL-2.0
/*
 * scap-diff as a whole: both traces to disk as steps, tasks matched, steps aligned,
 * what differs gathered, ranked and shown.
 */
#include <format/diff.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 * Differences of one task that are kept, and besides of those where it took another course, each
 * with the one before it; of all tasks. The others are counted.
 */
#define KEPT_OF_TASK 32
#define KEPT_COURSES 8
#define KEPT_MAX 4096
/* Those of which the events are read again. */
#define GATHERED_MAX 128

/* @why: what cut a trace off; @spill: of both traces */
struct run {
	struct diff_result r;
	struct diff_spill *spill;
	struct scap_error why;
};

/* ---- a trace to disk ---- */

struct reading {
	struct run *run;
	struct diff_tree *tree;
	int side;
};

static int new_task(void *ctx, uint32_t parent, bool thread)
{
	struct reading *x = ctx;

	return diff_tree_add(x->tree, parent, thread) == DIFF_NONE ? -ENOMEM : 0;
}

static int keep(struct reading *x, uint32_t task, const struct diff_record *r, int n)
{
	int ret = n < 0 ? n : 0;

	for (int i = 0; i < n && !ret; i++)
		ret = diff_spill_add(x->run->spill, &x->tree->task[task].steps, &r[i]);
	return ret;
}

/* Notes a turn of threads: which step of which thread comes after another thread's. */
static int note_turn(struct reading *x, uint32_t task, uint64_t event)
{
	struct diff_task *t = &x->tree->task[task], *process = &x->tree->task[t->process];
	const struct diff_record turn = { .hash = diff_turn(t->member, ++t->counted), .event = event };
	uint32_t last = process->last;

	process->last = task;
	if (last == task || process->members < 2)
		return 0;
	return diff_spill_add(x->run->spill, &process->order, &turn);
}

static int take_step(void *ctx, struct diff_live *live, const struct diff_step *step)
{
	struct diff_record kept[DIFF_IDLE_KEPT + 1];
	struct reading *x = ctx;
	struct diff_task *t = &x->tree->task[live->task];
	int ret = 0;

	x->run->r.steps[x->side]++;
	if (!t->begins)
		t->begins = step->r.event;
	t->ends = x->run->r.last[x->side] = step->r.event;
	if (step->r.kind == SCAP_EV_EXEC && live->program)
		ret = diff_tree_program(x->tree, live->task, live->program);
	if (step->r.kind == SCAP_EV_TASK_EXIT)
		t->status = step->r.entry;
	if (!ret && !step->r.idle)
		ret = note_turn(x, live->task, step->r.event);
	return ret ? ret : keep(x, live->task, kept, diff_idle_take(live, &step->r, kept));
}

static int end_task(void *ctx, struct diff_live *live)
{
	struct diff_record kept[DIFF_IDLE_KEPT + 1];
	struct reading *x = ctx;
	int ret = keep(x, live->task, kept, diff_idle_end(live, kept));

	return ret ? ret : diff_spill_flush(x->run->spill, &x->tree->task[live->task].steps);
}

static void note_switch(void *ctx, const struct diff_live *live, uint64_t event)
{
	struct reading *x = ctx;
	struct diff_task *process = &x->tree->task[x->tree->task[live->task].process];

	if (!process->switched)
		process->switched = event;
}

static void note_lost(void *ctx, uint64_t events)
{
	struct reading *x = ctx;

	x->run->r.lost[x->side] += events;
}

static unsigned int how(const struct run *run)
{
	return run->r.options->strict ? SCAP_COMPARE_EXACT : 0;
}

/* A trace that is cut off is noted and taken as far as it goes. */
static int read_trace(struct run *run, int side, struct scap_error *err)
{
	struct reading x = { run, &run->r.tree[side], side };
	const struct diff_walk walk = { .how = how(run), .on_task = new_task, .on_step = take_step,
					.on_end = end_task, .on_switch = note_switch, .on_lost = note_lost, .ctx = &x };
	struct scap_reader *reader;
	int ret = scap_reader_open(&reader, run->r.names[side], err);

	if (ret)
		return ret;
	ret = diff_walk(&walk, reader, err);
	scap_reader_close(reader);
	if (ret == -EUCLEAN) {
		run->r.cut[side] = true;
		run->why = *err;
		ret = 0;
	}
	for (uint32_t i = 0; i < x.tree->n && !ret; i++) {
		ret = diff_spill_flush(run->spill, &x.tree->task[i].order);
		if (ret)
			scap_fail(err, -ret, "comparing: %s", strerror(-ret));
	}
	return ret;
}

/* ---- tasks side by side ---- */

/* @kept, @courses: findings of this pair so far; @last: the last that was not kept, if any */
struct comparing {
	struct run *run;
	uint32_t task[2];
	unsigned int kept, courses;
	bool has_last;
	struct diff_finding last;
};

static void same_step(void *ctx, const struct diff_record *a, const struct diff_record *b)
{
	struct comparing *c = ctx;

	if (!a->idle)
		c->run->r.equal++;
	diff_chances_note(c->run->r.chances, a, b);
}

static struct diff_finding *new_finding(struct diff_result *r)
{
	if (r->nfindings == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 16;
		struct diff_finding *grown = realloc(r->finding, cap * sizeof(*grown));

		if (!grown)
			return NULL;
		r->finding = grown;
		r->cap = cap;
	}
	r->finding[r->nfindings] = (struct diff_finding){ 0 };
	return &r->finding[r->nfindings++];
}

/* Where one trace was cut off, what the other has more is no difference. */
static bool is_beyond_cut(const struct diff_result *r, const struct diff_gap *gap)
{
	return (r->cut[0] && gap->ended[0] && !gap->n[0]) || (r->cut[1] && gap->ended[1] && !gap->n[1]);
}

static int keep_finding(struct diff_result *r, const struct diff_finding *f)
{
	struct diff_finding *slot = r->nfindings < KEPT_MAX ? new_finding(r) : NULL;

	if (slot)
		*slot = *f;
	return slot || r->nfindings >= KEPT_MAX ? 0 : -ENOMEM;
}

/* Other steps, rather than the same steps with other data. */
static bool is_other_course(const struct diff_gap *gap)
{
	return gap->n[0] != 1 || gap->n[1] != 1;
}

static int take_gap(void *ctx, const struct diff_gap *gap)
{
	struct comparing *c = ctx;
	struct diff_result *r = &c->run->r;
	struct diff_finding f = { .gap = *gap, .task = { c->task[0], c->task[1] },
				  .npassed = r->chances->nrecent };
	int ret = 0;

	if (is_beyond_cut(r, gap))
		return 0;
	r->found++;
	memcpy(f.passed, r->chances->recent, sizeof(f.passed));
	if (c->kept < KEPT_OF_TASK) {
		c->kept++;
		return keep_finding(r, &f);
	}
	if (!is_other_course(gap) || c->courses >= KEPT_COURSES) {
		c->last = f;
		c->has_last = true;
		return 0;
	}
	c->courses++;
	if (c->has_last)
		ret = keep_finding(r, &c->last);
	c->has_last = false;
	return ret ? ret : keep_finding(r, &f);
}

/* A task of which the other trace knows nothing, and of whose creation neither does. */
static int take_single(struct run *run, int side, uint32_t task)
{
	const struct diff_task *t = &run->r.tree[side].task[task];
	struct comparing c = { .run = run };
	struct diff_gap gap = { 0 };

	if (t->pair != DIFF_NONE || t->parent || !t->steps.n || run->r.cut[!side])
		return 0;
	c.task[side] = task;
	gap.n[side] = t->steps.n;
	gap.event[side] = t->begins;
	gap.ended[!side] = true;
	run->r.chances->nrecent = 0;
	return take_gap(&c, &gap);
}

static int compare_tasks(struct run *run, struct diff_aligner *al, uint32_t task)
{
	uint32_t pair = run->r.tree[0].task[task].pair;
	struct comparing c = { .run = run, .task = { task, pair } };
	const struct diff_listener listener = { same_step, take_gap, &c };
	struct diff_source a = { 0 }, b = { 0 };
	int ret;

	run->r.chances->nrecent = 0;
	ret = diff_source_open(&a, run->spill, &run->r.tree[0].task[task].steps, &run->r.tree[0]);
	if (!ret)
		ret = diff_source_open(&b, run->spill, &run->r.tree[1].task[pair].steps, &run->r.tree[1]);
	if (!ret)
		ret = diff_align(al, &a, &b, &listener);
	diff_source_close(&a);
	diff_source_close(&b);
	return ret;
}

static int compare_all(struct run *run)
{
	struct diff_aligner *al = diff_aligner_new();
	int ret = al ? diff_match(run->r.tree) : -ENOMEM;

	for (uint32_t i = 1; i < run->r.tree[0].n && !ret; i++)
		if (run->r.tree[0].task[i].pair != DIFF_NONE)
			ret = compare_tasks(run, al, i);
	for (int side = 0; side < 2; side++)
		for (uint32_t i = 1; i < run->r.tree[side].n && !ret; i++)
			ret = take_single(run, side, i);
	diff_aligner_free(al);
	return ret;
}

/* ---- all of it ---- */

uint64_t diff_place(const struct diff_finding *f, int side)
{
	return f->gap.event[side] ? f->gap.event[side] : f->gap.near[side];
}

static int by_place(const void *va, const void *vb)
{
	const struct diff_finding *a = va, *b = vb;
	uint64_t pa = diff_place(a, 0), pb = diff_place(b, 0);

	return pa < pb ? -1 : pa > pb;
}

static bool same_words(char *const *a, char *const *b)
{
	while (*a && *b && !strcmp(*a, *b))
		a++, b++;
	return !*a && !*b;
}

/* Both traces are read more than once. */
static int check_inputs(const char *const names[2], struct scap_error *err)
{
	struct stat st;

	for (int i = 0; i < 2; i++) {
		if (!strcmp(names[i], "-"))
			return scap_fail(err, ESPIPE, "traces are read more than once; standard input "
					 "cannot be: name a file");
		if (!stat(names[i], &st) && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)))
			return scap_fail(err, ESPIPE, "%s: traces are read more than once; a pipe "
					 "cannot be: write it into a file first", names[i]);
	}
	return 0;
}

static int compare_headers(struct diff_result *r, const struct scap_header *a,
			   const struct scap_header *b, struct scap_error *err)
{
	if (a->arch != b->arch)
		return scap_fail(err, EINVAL, "%s and %s are of different architectures and cannot be compared",
				 r->names[0], r->names[1]);
	r->same_argv = same_words(a->argv, b->argv);
	r->capture_only[0] = !(a->features & SCAP_FEATURE_REPLAYABLE);
	r->capture_only[1] = !(b->features & SCAP_FEATURE_REPLAYABLE);
	return 0;
}

static void show(const struct diff_result *r, FILE *out)
{
	switch (r->options->format) {
	case SCAP_REPORT_TEXT:
		diff_text(r, out);
		break;
	case SCAP_REPORT_JSON:
		diff_json(r, out);
		break;
	case SCAP_REPORT_HTML:
		diff_html(r, out);
		break;
	}
}

static int run_all(struct run *run, FILE *out, struct scap_error *err)
{
	struct diff_result *r = &run->r;
	int ret = read_trace(run, 0, err);

	if (!ret)
		ret = read_trace(run, 1, err);
	if (ret)
		return ret;
	ret = compare_all(run);
	if (!ret)
		ret = diff_find_turns(r, run->spill);
	if (ret)
		return scap_fail(err, -ret, "comparing: %s", strerror(-ret));
	if (r->nfindings)
		qsort(r->finding, r->nfindings, sizeof(*r->finding), by_place);
	if (r->nfindings > GATHERED_MAX)
		r->nfindings = GATHERED_MAX;
	ret = r->nfindings ? diff_gather(r, err) : 0;
	if (ret)
		return ret;
	diff_compare(r);
	ret = diff_look_beyond(r, err);
	if (ret)
		return ret;
	diff_rank(r);
	show(r, out);
	return r->found || !r->same_argv ? SCAP_DIFF_DIFFERENT : SCAP_DIFF_EQUAL;
}

/* Opens both, which also proves that both are traces before work is put into one. */
static int run_opened(struct run *run, FILE *out, struct scap_error *err)
{
	struct scap_reader *a, *b;
	int ret = scap_reader_open(&a, run->r.names[0], err);

	if (ret)
		return ret;
	ret = scap_reader_open(&b, run->r.names[1], err);
	if (!ret) {
		run->r.header = scap_reader_header(a);
		ret = compare_headers(&run->r, run->r.header, scap_reader_header(b), err);
		scap_reader_close(b);
	}
	if (!ret)
		ret = run_all(run, out, err);
	scap_reader_close(a);
	return ret;
}

static void free_findings(struct diff_result *r)
{
	for (size_t i = 0; i < r->nfindings; i++) {
		scap_history_free(r->finding[i].before);
		free(r->finding[i].event[0]);
		free(r->finding[i].event[1]);
		free(r->finding[i].excerpt);
	}
	free(r->finding);
}

int scap_diff(const char *a, const char *b, const struct scap_diff_options *o, FILE *out,
	      struct scap_error *err)
{
	struct run run = { .r = { .options = o, .names = { a, b } } };
	struct scap_error ignored;
	int ret;

	if (!err)
		err = &ignored;
	run.r.chances = calloc(1, sizeof(*run.r.chances));
	if (!run.r.chances || diff_tree_init(&run.r.tree[0]) || diff_tree_init(&run.r.tree[1]))
		ret = scap_fail(err, ENOMEM, "no memory");
	else
		ret = check_inputs(run.r.names, err);
	if (!ret)
		ret = diff_spill_open(&run.spill, err);
	if (!ret)
		ret = run_opened(&run, out, err);
	diff_spill_close(run.spill);
	free_findings(&run.r);
	diff_tree_free(&run.r.tree[0]);
	diff_tree_free(&run.r.tree[1]);
	free(run.r.chances);
	if (ret >= 0)
		*err = run.why;
	if (ret == SCAP_DIFF_EQUAL && (run.r.cut[0] || run.r.cut[1]))
		ret = scap_fail(err, EUCLEAN, "%s%s", run.why.text,
				run.r.steps[0] && run.r.steps[1] ? "; equal up to there" : "");
	return ret;
}
