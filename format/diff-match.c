// SPDX-License-Identifier: GPL-2.0
/*
 * Which task of one trace is which of the other: children of tasks that are the same, in
 * order of creation, by whether they are threads and by what they run. A child more or
 * less does not shift those after it: children are aligned as steps are.
 */
#include <format/diff.h>

#include <errno.h>
#include <stdlib.h>

/* The children of one task as a sequence of steps: the event is the task. */
struct children {
	struct diff_record *r;
	size_t n, cap;
};

static int list_children(const struct diff_tree *t, uint32_t parent, struct children *c)
{
	c->n = 0;
	for (uint32_t i = t->task[parent].first_child; i != DIFF_NONE; i = t->task[i].next) {
		const struct diff_task *task = &t->task[i];

		if (c->n == c->cap) {
			size_t cap = c->cap ? c->cap * 2 : 16;
			struct diff_record *grown = realloc(c->r, cap * sizeof(*grown));

			if (!grown)
				return -ENOMEM;
			c->r = grown;
			c->cap = cap;
		}
		c->r[c->n++] = (struct diff_record){
			.hash = diff_mix(task->programs, task->thread, 0),
			.event = i,
			.kind = task->thread,
		};
	}
	return 0;
}

static void set_pair(struct diff_tree tree[2], uint64_t a, uint64_t b)
{
	tree[0].task[a].pair = (uint32_t)b;
	tree[1].task[b].pair = (uint32_t)a;
	tree[1].task[b].match = tree[0].task[a].match;
}

static void same_child(void *ctx, const struct diff_record *a, const struct diff_record *b)
{
	set_pair(ctx, a->event, b->event);
}

/* One for one: the same child that ran something else. */
static int other_child(void *ctx, const struct diff_gap *gap)
{
	struct diff_tree *tree = ctx;

	if (gap->n[0] == 1 && gap->n[1] == 1 &&
	    tree[0].task[gap->event[0]].thread == tree[1].task[gap->event[1]].thread)
		set_pair(tree, gap->event[0], gap->event[1]);
	return 0;
}

/* To begin with each task is one of its own. */
static void number_all(struct diff_tree tree[2])
{
	for (uint64_t side = 0; side < 2; side++)
		for (uint32_t i = 0; i < tree[side].n; i++)
			tree[side].task[i].match = side << 32 | i;
}

int diff_match(struct diff_tree tree[2])
{
	const struct diff_listener listener = { same_child, other_child, tree };
	struct diff_aligner *al = diff_aligner_new();
	struct children a = { 0 }, b = { 0 };
	int ret = al ? 0 : -ENOMEM;

	number_all(tree);
	set_pair(tree, 0, 0);
	/* Parents stand before their children. */
	for (uint32_t i = 0; i < tree[0].n && !ret; i++) {
		struct diff_source from[2];

		if (tree[0].task[i].pair == DIFF_NONE)
			continue;
		ret = list_children(&tree[0], i, &a);
		if (!ret)
			ret = list_children(&tree[1], tree[0].task[i].pair, &b);
		diff_source_array(&from[0], a.r, a.n);
		diff_source_array(&from[1], b.r, b.n);
		if (!ret)
			ret = diff_align(al, &from[0], &from[1], &listener);
	}
	diff_aligner_free(al);
	free(a.r);
	free(b.r);
	return ret;
}
