// SPDX-License-Identifier: GPL-2.0
/* Who created whom in one trace, and what they ran. */
#include <format/diff.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static uint32_t new_task(struct diff_tree *t)
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
		.pair = DIFF_NONE,
	};
	return t->n++;
}

int diff_tree_init(struct diff_tree *t)
{
	*t = (struct diff_tree){ 0 };
	return new_task(t) == DIFF_NONE ? -ENOMEM : 0;
}

void diff_tree_free(struct diff_tree *t)
{
	for (uint32_t i = 0; i < t->n; i++) {
		free(t->task[i].steps.buffer);
		free(t->task[i].order.buffer);
	}
	for (size_t i = 0; i < t->nprograms; i++)
		free(t->program[i]);
	free(t->program);
	free(t->task);
	*t = (struct diff_tree){ 0 };
}

uint32_t diff_tree_add(struct diff_tree *t, uint32_t parent, bool thread)
{
	uint32_t child = new_task(t);
	struct diff_task *p, *c;

	if (child == DIFF_NONE)
		return child;
	p = &t->task[parent];
	c = &t->task[child];
	c->parent = parent;
	c->thread = thread;
	c->ordinal = p->last_child == DIFF_NONE ? 1 : t->task[p->last_child].ordinal + 1;
	c->process = thread ? p->process : child;
	c->member = ++t->task[c->process].members;
	c->program = p->program;
	if (p->last_child == DIFF_NONE)
		p->first_child = child;
	else
		t->task[p->last_child].next = child;
	p->last_child = child;
	return child;
}

/* Each path once. */
static const char *intern(struct diff_tree *t, const char *path)
{
	char **grown;

	for (size_t i = 0; i < t->nprograms; i++)
		if (!strcmp(t->program[i], path))
			return t->program[i];
	grown = realloc(t->program, (t->nprograms + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	t->program = grown;
	grown[t->nprograms] = strdup(path);
	return grown[t->nprograms] ? grown[t->nprograms++] : NULL;
}

int diff_tree_program(struct diff_tree *t, uint32_t task, const char *path)
{
	struct diff_task *d = &t->task[task];

	d->program = intern(t, path);
	d->programs = diff_mix(d->programs, 0, XXH64(path, strlen(path), 0));
	return d->program ? 0 : -ENOMEM;
}

/* Written from the end, as the way up the tree gives it; too long a name loses its beginning. */
void diff_task_name(const struct diff_tree *t, uint32_t task, char *buf, size_t size)
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
