// SPDX-License-Identifier: GPL-2.0
/*
 * scap-diff's passes: the first trace is hashed to disk, the second is hashed
 * and compared, and where they differ the neighbourhood is read again.
 */
#include <format/diff.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

struct passes {
	struct diff_tasks tasks;
	struct diff_spill *spill;
	unsigned int how;
	uint64_t steps;
	bool cut[2];
	struct scap_error why;
};

/* ---- first pass: the first trace to disk ---- */

static int remember(void *ctx, struct diff_live *live, const struct diff_step *step)
{
	struct passes *p = ctx;
	struct diff_hash h = { step->hash, step->event };

	p->steps++;
	return diff_spill_add(p->spill, &p->tasks.task[live->task], live, &h);
}

static void remembered(void *ctx, struct diff_live *live)
{
	struct passes *p = ctx;

	diff_spill_flush(p->spill, live);
}

/* ---- second pass: the second trace against it ---- */

/* What was created after its creator had diverged has no counterpart worth the name. */
static bool is_stray(const struct diff_tasks *tasks, const struct diff_task *t)
{
	const struct diff_task *parent = &tasks->task[t->parent];

	return parent->found.differs || parent->stray || (t->parent && !t->in[0]);
}

static void set_found(struct diff_task *t, uint64_t step, uint64_t a, uint64_t b)
{
	t->found.differs = true;
	t->found.step = step;
	t->found.event[0] = a;
	t->found.event[1] = b;
}

static int compare(void *ctx, struct diff_live *live, const struct diff_step *step)
{
	struct passes *p = ctx;
	struct diff_task *t = &p->tasks.task[live->task];
	struct diff_hash h = { 0 };
	int ret;

	if (live->steps == 0)
		t->stray = is_stray(&p->tasks, t);
	if (t->stray || t->found.differs)
		return 0;
	ret = diff_spill_next(p->spill, t, live, &h);
	if (ret < 0)
		return ret;
	t->compared += (uint64_t)ret;
	if (ret ? h.hash != step->hash : !p->cut[0])
		set_found(t, step->index, ret ? h.event : 0, step->event);
	return 0;
}

/* Tasks of which the first trace has more than the second. */
static void find_short(struct passes *p)
{
	for (uint32_t i = 1; i < p->tasks.n; i++) {
		struct diff_task *t = &p->tasks.task[i];

		if (!t->in[1])
			t->stray = is_stray(&p->tasks, t);
		if (!t->stray && !t->found.differs && !p->cut[1] && t->compared < t->steps)
			set_found(t, t->compared, DIFF_EVENT_UNKNOWN, 0);
	}
}

/* ---- all passes ---- */

/* One pass over @path. A trace that is cut off is noted and taken as far as it goes. */
static int pass(struct passes *p, const char *path, int side, struct scap_error *err)
{
	const struct diff_walk walk = {
		.tasks = &p->tasks,
		.side = side,
		.how = p->how,
		.on_step = side ? compare : remember,
		.on_end = side ? NULL : remembered,
		.ctx = p,
	};
	struct scap_reader *r;
	int ret = scap_reader_open(&r, path, err);

	if (ret)
		return ret;
	ret = diff_walk(&walk, r, err);
	scap_reader_close(r);
	if (ret != -EUCLEAN)
		return ret;
	p->cut[side] = true;
	p->why = *err;
	return 0;
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

/* Compares the headers; also proves that both files are traces before work is put into one. */
static int compare_headers(const char *const names[2], FILE *out, bool *differ,
			   struct scap_error *err)
{
	const struct scap_header *a, *b;
	struct scap_reader *ra, *rb;
	int ret = scap_reader_open(&ra, names[0], err);

	if (ret)
		return ret;
	ret = scap_reader_open(&rb, names[1], err);
	if (ret) {
		scap_reader_close(ra);
		return ret;
	}
	a = scap_reader_header(ra);
	b = scap_reader_header(rb);
	*differ = !same_words(a->argv, b->argv);
	if (a->arch != b->arch)
		ret = scap_fail(err, EINVAL, "%s and %s are of different architectures and cannot be compared",
				names[0], names[1]);
	else if (*differ)
		fprintf(out, "the command lines differ\n");
	scap_reader_close(ra);
	scap_reader_close(rb);
	return ret;
}

static int run_passes(struct passes *p, const char *const names[2],
		      const struct scap_diff_options *o, FILE *out, struct scap_error *err)
{
	bool differ = false;
	int ret = check_inputs(names, err);

	if (!ret)
		ret = compare_headers(names, out, &differ, err);
	if (!ret)
		ret = pass(p, names[0], 0, err);
	if (!ret)
		ret = pass(p, names[1], 1, err);
	if (ret)
		return ret;
	find_short(p);
	ret = diff_report(&p->tasks, o, names, out, err);
	if (ret < 0)
		return ret;
	if (ret || differ)
		return SCAP_DIFF_DIFFERENT;
	if (!p->cut[0] && !p->cut[1])
		fprintf(out, "equal: %llu steps of %u tasks\n", (unsigned long long)p->steps,
			p->tasks.n - 1);
	return SCAP_DIFF_EQUAL;
}

int scap_diff(const char *a, const char *b, const struct scap_diff_options *o, FILE *out,
	      struct scap_error *err)
{
	const char *const names[2] = { a, b };
	struct passes p = { .how = o->strict ? SCAP_COMPARE_EXACT : 0 };
	struct scap_error ignored;
	int ret = diff_tasks_init(&p.tasks);

	if (!err)
		err = &ignored;
	if (ret)
		return scap_fail(err, ENOMEM, "no memory");
	ret = diff_spill_open(&p.spill, err);
	if (!ret)
		ret = run_passes(&p, names, o, out, err);
	diff_spill_close(p.spill);
	diff_tasks_free(&p.tasks);
	if (ret >= 0)
		*err = p.why;
	if (ret == SCAP_DIFF_EQUAL && (p.cut[0] || p.cut[1]))
		ret = -EUCLEAN;
	return ret;
}
