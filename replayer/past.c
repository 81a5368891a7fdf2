// SPDX-License-Identifier: GPL-2.0
/*
 * The trace up to where the replay stands, read once more: only a report asks what came before,
 * so a replay keeps nothing for it. Of it only what can have reached a process: its own events,
 * and those of the processes that it comes from, each up to the fork.
 */
#include <errno.h>
#include <linux/sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "replay.h"

#define BUCKETS 4096u
#define ANCESTORS_MAX 64u

/*
 * Thread @tid of process @pid. Of a process's first one: who made it, and where.
 * @mark: the walker's own
 */
struct thread {
	struct thread *next;
	uint32_t tid, pid, parent;
	uint64_t born;
	unsigned int mark;
};

/* @until: number of the event that is due; @line: the process and those it comes from, each with its end */
struct past {
	struct session *session;
	uint64_t until;
	struct thread *bucket[BUCKETS];
	struct {
		uint32_t pid;
		uint64_t until;
	} line[ANCESTORS_MAX];
	unsigned int nline;
};

/* ---- which thread is of which process ---- */

static struct thread *find(struct past *p, uint32_t tid)
{
	struct thread *t = p->bucket[tid % BUCKETS];

	while (t && t->tid != tid)
		t = t->next;
	return t;
}

static struct thread *find_or_add(struct past *p, uint32_t tid)
{
	struct thread *t = find(p, tid);

	if (t || !(t = calloc(1, sizeof(*t))))
		return t;
	t->tid = t->pid = tid;
	t->next = p->bucket[tid % BUCKETS];
	p->bucket[tid % BUCKETS] = t;
	return t;
}

static void forget_all(struct past *p)
{
	for (unsigned int i = 0; i < BUCKETS; i++)
		while (p->bucket[i]) {
			struct thread *t = p->bucket[i];

			p->bucket[i] = t->next;
			free(t);
		}
}

static int note_fork(struct past *p, uint64_t number, const struct thread *parent, const struct scap_ev_fork *e)
{
	struct thread *child = find_or_add(p, e->child);

	if (!child)
		return -ENOMEM;
	child->pid = e->child_pid;
	child->mark = 0;
	if (!(e->clone_flags & CLONE_THREAD)) {
		child->parent = parent->pid;
		child->born = number;
	}
	return 0;
}

/* The thread of @e, the @number-th event; NULL: no memory. */
static struct thread *thread_of(struct past *p, uint64_t number, const struct scap_event *e)
{
	struct thread *t = find_or_add(p, e->tid);

	if (t && e->type == SCAP_EV_EXEC)
		t->pid = ((const struct scap_ev_exec *)e)->pid;
	if (t && e->type == SCAP_EV_FORK && note_fork(p, number, t, (const void *)e))
		return NULL;
	return t;
}

/* ---- walking ---- */

typedef int visit(struct past *p, uint64_t number, struct thread *t, const struct scap_event *e, void *ctx);

static int walk(struct past *p, visit *each, void *ctx, struct scap_error *err)
{
	struct session *s = p->session;
	const struct scap_event *e;
	struct scap_reader *reader;
	int ret = scap_reader_open(&reader, s->options.trace, err);

	if (ret)
		return ret;
	forget_all(p);
	while ((ret = scap_reader_next(reader, &e, err)) == 1 && scap_reader_count(reader) < p->until) {
		uint64_t number = scap_reader_count(reader);
		struct thread *t = thread_of(p, number, e);

		ret = s->interrupted ? scap_fail(err, EINTR, "interrupted")
		    : !t	     ? scap_fail(err, ENOMEM, "no memory")
				     : each(p, number, t, e, ctx);
		if (ret)
			break;
	}
	scap_reader_close(reader);
	return ret < 0 ? ret : 0;
}

static int note_before(struct past *p, uint64_t number, struct thread *t, const struct scap_event *e, void *before)
{
	(void)t;
	if (number + PAST_BEFORE >= p->until)
		scap_history_add(before, number, e);
	return 0;
}

static void list_ancestors(struct past *p, uint32_t pid)
{
	uint64_t until = p->until;

	for (const struct thread *t = find(p, pid); t && p->nline < ANCESTORS_MAX && until; t = find(p, t->parent)) {
		p->line[p->nline].pid = t->pid;
		p->line[p->nline++].until = until;
		/* An id that was given out again later is none of them. */
		until = t->born < until ? t->born : 0;
	}
}

int past_open(struct past **out, struct session *s, uint32_t pid, struct scap_history *before, struct scap_error *err)
{
	struct stat st;
	struct past *p;
	int ret;

	if (!stat(s->options.trace, &st) && !S_ISREG(st.st_mode))
		return scap_fail(err, ESPIPE, "the trace is no file, and cannot be read again");
	p = calloc(1, sizeof(*p));
	if (!p)
		return scap_fail(err, ENOMEM, "no memory");
	p->session = s;
	p->until = lookahead_number(s->lookahead);
	ret = walk(p, note_before, before, err);
	if (ret) {
		past_close(p);
		return ret;
	}
	list_ancestors(p, pid);
	*out = p;
	return 0;
}

void past_close(struct past *p)
{
	if (p)
		forget_all(p);
	free(p);
}

struct walking {
	past_fn *each;
	void *ctx;
};

static int visit_line(struct past *p, uint64_t number, struct thread *t, const struct scap_event *e, void *ctx)
{
	const struct walking *w = ctx;

	for (unsigned int i = 0; i < p->nline; i++)
		if (p->line[i].pid == t->pid && number < p->line[i].until) {
			w->each(w->ctx, number, &t->mark, e);
			break;
		}
	return 0;
}

int past_walk(struct past *p, past_fn *each, void *ctx, struct scap_error *err)
{
	struct walking w = { each, ctx };

	return walk(p, visit_line, &w, err);
}
