// SPDX-License-Identifier: GPL-2.0
/*
 * Which task of one trace is which of the other: the same place in the tree of
 * creation. A parent's children are met in the same order in every pass, so a
 * cursor a parent is all the search there is.
 */
#include <format/diff.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint32_t new_task(struct diff_tasks *t)
{
	if (t->n == t->cap) {
		uint32_t cap = t->cap ? t->cap * 2 : 64;
		struct diff_task *grown = realloc(t->task, cap * sizeof(*grown));

		if (!grown)
			return DIFF_NONE;
		t->task = grown;
		t->cap = cap;
	}
	t->task[t->n] = (struct diff_task){
		.first_child = DIFF_NONE,
		.last_child = DIFF_NONE,
		.next = DIFF_NONE,
		.cursor = DIFF_NONE,
	};
	return t->n++;
}

int diff_tasks_init(struct diff_tasks *t)
{
	*t = (struct diff_tasks){ 0 };
	return new_task(t) == DIFF_NONE ? -ENOMEM : 0;
}

void diff_tasks_free(struct diff_tasks *t)
{
	free(t->task);
	*t = (struct diff_tasks){ 0 };
}

void diff_tasks_rewind(struct diff_tasks *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		t->task[i].cursor = t->task[i].first_child;
}

/* A task that no earlier pass has met. */
static uint32_t add_child(struct diff_tasks *t, uint32_t parent, bool thread)
{
	uint32_t child = new_task(t);
	struct diff_task *p, *c;

	if (child == DIFF_NONE)
		return child;
	p = &t->task[parent];
	c = &t->task[child];
	c->parent = parent;
	c->ordinal = p->last_child == DIFF_NONE ? 1 : t->task[p->last_child].ordinal + 1;
	c->process = thread ? p->process : child;
	if (p->last_child == DIFF_NONE)
		p->first_child = child;
	else
		t->task[p->last_child].next = child;
	p->last_child = child;
	return child;
}

uint32_t diff_tasks_child(struct diff_tasks *t, uint32_t parent, bool thread, int side)
{
	uint32_t child = t->task[parent].cursor;

	if (child == DIFF_NONE)
		child = add_child(t, parent, thread);
	if (child == DIFF_NONE)
		return child;
	t->task[parent].cursor = t->task[child].next;
	t->task[child].in[side] = true;
	return child;
}

/* Written from the end, as the way up the tree gives it; too long a name loses its beginning. */
void diff_task_name(const struct diff_tasks *t, uint32_t task, char *buf, size_t size)
{
	char number[16];
	size_t at = size - 1;

	buf[at] = 0;
	for (; task; task = t->task[task].parent) {
		size_t len = (size_t)snprintf(number, sizeof(number), "%u%s", t->task[task].ordinal,
					      buf[at] ? "." : "");

		if (len > at)
			break;
		at -= len;
		memcpy(buf + at, number, len);
	}
	memmove(buf, buf + at, size - at);
}
