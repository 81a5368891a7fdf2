// SPDX-License-Identifier: GPL-2.0
/*
 * One pass over a trace: whose record it is, which records make a step, and
 * the hash of what the step has in common with the other trace's.
 */
#include <format/diff.h>

#include <errno.h>
#include <linux/sched.h>
#include <stdlib.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY /* the size of XXH64_state_t */
#include <xxhash.h>

#define BUCKETS 4096

/* @tasks: how many have begun; @failed: what ended the walk of those that end, if anything */
struct diff_pass {
	const struct diff_walk *walk;
	const struct scap_header *h;
	struct diff_live *bucket[BUCKETS];
	struct diff_outputs *scratch;
	char **programs;
	size_t nprograms;
	uint64_t event;
	uint32_t tasks;
	int failed;
};

/* ---- hashes ---- */

/* What counts, and what varies by itself. */
struct hashes {
	uint64_t hash, *chance;
};

static void hash_field(void *ctx, const struct scap_field_value *f)
{
	struct hashes *x = ctx;
	uint64_t what = (uint64_t)f->field << 8 | f->arg;
	uint64_t *hash = f->chance ? &x->chance[f->chance] : &x->hash;

	*hash = diff_mix(*hash, what, f->value);
	if (f->bytes)
		*hash = diff_mix(*hash, what, XXH64(f->bytes, f->len, 0));
}

/* @part: SCAP_PART_* */
static uint64_t hash_event(const struct diff_pass *p, struct diff_live *live,
			   const struct scap_event *e, unsigned int part)
{
	struct hashes x = { 0, live->chance };

	if (!(p->walk->how & SCAP_COMPARE_EXACT))
		part |= SCAP_PART_CHANCE;
	scap_event_fields(p->h, e, p->walk->how | part, hash_field, &x);
	return x.hash;
}

/* ---- live tasks ---- */

static struct diff_live **find(struct diff_pass *p, uint32_t tid)
{
	struct diff_live **at = &p->bucket[tid % BUCKETS];

	while (*at && (*at)->tid != tid)
		at = &(*at)->next;
	return at;
}

static void end_live(struct diff_pass *p, struct diff_live **at)
{
	struct diff_live *live = *at;

	if (!live)
		return;
	*at = live->next;
	if (p->walk->on_end && !p->failed)
		p->failed = p->walk->on_end(p->walk->ctx, live);
	free(live->idle);
	diff_outputs_free(live->outputs);
	free(live->fused);
	free(live);
}

static struct diff_live *begin_live(struct diff_pass *p, uint32_t tid, uint32_t parent,
				    bool thread, const char *program)
{
	struct diff_live **at = find(p, tid), *live;

	end_live(p, at);
	if (p->walk->on_task && p->walk->on_task(p->walk->ctx, parent, thread))
		return NULL;
	live = calloc(1, sizeof(*live));
	if (!live)
		return NULL;
	live->tid = tid;
	live->task = ++p->tasks;
	live->program = program;
	live->next = p->bucket[tid % BUCKETS];
	p->bucket[tid % BUCKETS] = live;
	return live;
}

static struct diff_live *live_for(struct diff_pass *p, uint32_t tid)
{
	struct diff_live *live = *find(p, tid);

	return live ? live : begin_live(p, tid, 0, false, NULL);
}

static bool is_wanted(const struct diff_pass *p, const struct diff_live *live)
{
	return p->walk->wanted && p->walk->wanted[live->task];
}

/* The program's path, kept once for the whole pass. */
static const char *intern(struct diff_pass *p, const struct scap_span *s)
{
	size_t len = s ? s->stored : 0;
	char **grown;

	for (size_t i = 0; i < p->nprograms; i++)
		if (strlen(p->programs[i]) == len &&
		    (!len || !memcmp(p->programs[i], scap_span_bytes(s), len)))
			return p->programs[i];
	grown = realloc(p->programs, (p->nprograms + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	p->programs = grown;
	grown[p->nprograms] = strndup(len ? scap_span_bytes(s) : "", len);
	return grown[p->nprograms] ? grown[p->nprograms++] : NULL;
}

/* ---- steps ---- */

/* For calls the number, for the others the type. */
static uint16_t kind_of(const struct scap_event *e)
{
	if (e->type < SCAP_EV_SYSCALL || e->type > SCAP_EV_SYSCALL_EXIT)
		return e->type;
	return (uint16_t)(SCAP_EV_TYPES + ((const struct scap_ev_syscall *)e)->nr);
}

static bool is_idle(const struct diff_pass *p, const struct scap_event *e)
{
	if (p->walk->how & SCAP_COMPARE_EXACT)
		return false;
	if (e->type == SCAP_EV_TRAP)
		return ((const struct scap_ev_trap *)e)->kind != SCAP_TRAP_CPUID;
	return (e->type == SCAP_EV_SYSCALL || e->type == SCAP_EV_SYSCALL_EXIT) &&
	       scap_call_idles(p->h, (const void *)e);
}

/* Seven bits of each, and one that says that there is any. */
static void set_chance(struct diff_record *r, uint64_t chance[SCAP_CHANCES])
{
	for (unsigned int i = 1; i < SCAP_CHANCES; i++) {
		r->chance[i - 1] = chance[i] ? (uint8_t)(chance[i] >> 56 | 1) : 0;
		chance[i] = 0;
	}
}

/* @fused: handed on; its like, or a piece of it, says what kind of step it is: @e */
static int emit(struct diff_pass *p, struct diff_live *live, struct diff_record *r,
		const struct scap_event *e, const struct scap_event *fused)
{
	struct diff_step step = { .fused = fused, .begins = live->begins ? live->begins : p->event };

	r->kind = kind_of(e);
	r->idle = is_idle(p, e);
	set_chance(r, live->chance);
	step.r = *r;
	return p->walk->on_step(p->walk->ctx, live, &step);
}

static void begin_step(const struct diff_pass *p, struct diff_live *live)
{
	if (!live->begins)
		live->begins = p->event;
}

static int gather(struct diff_pass *p, struct diff_live *live, const struct scap_event *e)
{
	int ret;

	begin_step(p, live);
	if (!live->outputs && !(live->outputs = diff_outputs_new()))
		return -ENOMEM;
	ret = diff_outputs_add(live->outputs, e);
	return !ret && is_wanted(p, live) ? diff_fuse(live, e) : ret;
}

static int enter(struct diff_pass *p, struct diff_live *live, const struct scap_event *e)
{
	begin_step(p, live);
	live->entered = true;
	live->entry = hash_event(p, live, e, SCAP_PART_ENTRY | SCAP_PART_NO_OUTPUT);
	live->entry_event = p->event;
	live->entry_kind = kind_of(e);
	return is_wanted(p, live) ? diff_fuse(live, e) : 0;
}

static void drop_gathered(struct diff_live *live)
{
	diff_outputs_free(live->outputs);
	live->outputs = NULL;
	live->entered = false;
	live->begins = 0;
	if (live->fused)
		live->fused->size = 0;
}

static void hash_call(const struct diff_pass *p, struct diff_live *live, const struct scap_event *e,
		      struct diff_record *r)
{
	uint64_t entry = live->entered ? live->entry
				       : hash_event(p, live, e, SCAP_PART_ENTRY | SCAP_PART_NO_OUTPUT);

	r->entry = (uint32_t)entry;
	r->hash = diff_mix(entry, 0, hash_event(p, live, e, SCAP_PART_EXIT | SCAP_PART_NO_OUTPUT));
}

/* A call or signal is complete: all that was gathered for it becomes one step. */
static int complete(struct diff_pass *p, struct diff_live *live, const struct scap_event *e)
{
	struct diff_outputs *o = live->outputs ? live->outputs : p->scratch;
	bool exact = p->walk->how & SCAP_COMPARE_EXACT, call = e->type != SCAP_EV_SIGNAL;
	const struct scap_sysinfo *row = call && !exact ? scap_call_row(p->h, (const void *)e) : NULL;
	struct diff_record r = { .event = p->event };
	int ret;

	if (call) {
		hash_call(p, live, e, &r);
	} else {
		r.hash = hash_event(p, live, e, 0);
		r.entry = ((const struct scap_ev_signal *)e)->place != SCAP_SIG_SYNCHRONOUS;
	}
	if (!live->outputs)
		diff_outputs_reset(o);
	ret = diff_outputs_add(o, e);
	/* A signal's frame is full of addresses. */
	if (call || exact)
		r.hash = diff_outputs_hash(r.hash, o, p->h, row, live->chance);
	if (!ret && is_wanted(p, live))
		ret = diff_fuse(live, e);
	if (!ret)
		ret = emit(p, live, &r, e, live->fused);
	drop_gathered(live);
	return ret;
}

/* The call that the task was in never returned: it is a step by what it asked for. */
static int unfinished(struct diff_pass *p, struct diff_live *live)
{
	struct diff_step step = {
		.r = { .hash = live->entry, .entry = (uint32_t)live->entry, .event = live->entry_event,
		       .kind = live->entry_kind },
		.begins = live->begins,
		.fused = live->fused,
	};
	int ret = 0;

	if (live->entered)
		ret = p->walk->on_step(p->walk->ctx, live, &step);
	memset(live->chance, 0, sizeof(live->chance));
	drop_gathered(live);
	return ret;
}

static int single(struct diff_pass *p, struct diff_live *live, const struct scap_event *e)
{
	struct diff_record r = { .hash = hash_event(p, live, e, 0), .event = p->event };

	if (e->type == SCAP_EV_TASK_EXIT)
		r.entry = (uint32_t)((const struct scap_ev_task_exit *)e)->status;
	return emit(p, live, &r, e, e);
}

static int fork_task(struct diff_pass *p, struct diff_live *live, const struct scap_event *e)
{
	const struct scap_ev_fork *f = (const void *)e;
	bool thread = f->clone_flags & CLONE_THREAD;
	uint32_t parent = live->task;
	struct diff_record r = { .hash = hash_event(p, live, e, 0), .event = p->event,
				 .entry = p->tasks + 1 };
	int ret = emit(p, live, &r, e, e);

	if (!ret && !begin_live(p, f->child, parent, thread, live->program))
		ret = -ENOMEM;
	return ret;
}

/* execve by a thread that is not the leader: it goes on under the leader's id. */
static struct diff_live *take_over(struct diff_pass *p, const struct scap_ev_exec *x)
{
	struct diff_live **from = find(p, x->old_tid), **leader, *live = *from;

	if (!x->old_tid || x->old_tid == x->h.tid || !live)
		return live_for(p, x->h.tid);
	*from = live->next;
	leader = find(p, x->h.tid);
	end_live(p, leader);
	live->tid = x->h.tid;
	live->next = p->bucket[live->tid % BUCKETS];
	p->bucket[live->tid % BUCKETS] = live;
	return live;
}

static int exec_program(struct diff_pass *p, const struct scap_event *e)
{
	struct diff_live *live = take_over(p, (const void *)e);
	int ret = live ? unfinished(p, live) : -ENOMEM;

	if (ret)
		return ret;
	live->program = intern(p, scap_span_find(e, SCAP_SPAN_PATH, SCAP_ARG_NONE));
	return single(p, live, e);
}

static int exit_task(struct diff_pass *p, struct diff_live *live, const struct scap_event *e)
{
	int ret = unfinished(p, live);

	if (!ret)
		ret = single(p, live, e);
	end_live(p, find(p, e->tid));
	return ret ? ret : p->failed;
}

/* Facts about the recording are not what a program did. */
static bool is_about_recording(uint16_t type)
{
	return type == SCAP_EV_META || type == SCAP_EV_CHECKSUM;
}

/* A hand-over in user code. */
static int take_switch(struct diff_pass *p, const struct scap_event *e)
{
	struct diff_live *live = live_for(p, e->tid);

	if (live && p->walk->on_switch)
		p->walk->on_switch(p->walk->ctx, live, p->event);
	return live ? 0 : -ENOMEM;
}

static int take_lost(const struct diff_pass *p, const struct scap_ev_gap *gap)
{
	if (p->walk->on_lost)
		p->walk->on_lost(p->walk->ctx, gap->events);
	return 0;
}

static int take(struct diff_pass *p, const struct scap_event *e)
{
	struct diff_live *live;

	if (e->type == SCAP_EV_SWITCH)
		return take_switch(p, e);
	if (is_about_recording(e->type))
		return 0;
	if (e->type == SCAP_EV_GAP)
		return take_lost(p, (const void *)e);
	if (e->type == SCAP_EV_EXEC)
		return exec_program(p, e);
	live = live_for(p, e->tid);
	if (!live)
		return -ENOMEM;
	switch (e->type) {
	case SCAP_EV_DATA:
	case SCAP_EV_FILE:
		return gather(p, live, e);
	case SCAP_EV_SYSCALL_ENTER:
		return enter(p, live, e);
	case SCAP_EV_SYSCALL:
	case SCAP_EV_SYSCALL_EXIT:
	case SCAP_EV_SIGNAL:
		return complete(p, live, e);
	case SCAP_EV_FORK:
		return fork_task(p, live, e);
	case SCAP_EV_TASK_EXIT:
		return exit_task(p, live, e);
	default:
		return single(p, live, e);
	}
}

static int take_all(struct diff_pass *p, struct scap_reader *r, struct scap_error *err)
{
	const struct scap_event *e;
	int ret;

	while ((ret = scap_reader_next(r, &e, err)) == 1) {
		p->event = scap_reader_count(r);
		ret = take(p, e);
		if (ret == DIFF_ENOUGH)
			return 0;
		if (ret)
			return scap_fail(err, -ret, "comparing: %s", strerror(-ret));
	}
	return ret;
}

/* The calls that tasks were in when the recording ended are no steps: how far they came is timing. */
static void end_all(struct diff_pass *p)
{
	for (unsigned int i = 0; i < BUCKETS; i++)
		while (p->bucket[i])
			end_live(p, &p->bucket[i]);
	for (size_t i = 0; i < p->nprograms; i++)
		free(p->programs[i]);
	free(p->programs);
}

int diff_walk(const struct diff_walk *walk, struct scap_reader *r, struct scap_error *err)
{
	struct diff_pass *p = calloc(1, sizeof(*p));
	int ret;

	if (!p || !(p->scratch = diff_outputs_new())) {
		free(p);
		return scap_fail(err, ENOMEM, "no memory");
	}
	p->walk = walk;
	p->h = scap_reader_header(r);
	ret = take_all(p, r, err);
	end_all(p);
	if (!ret && p->failed)
		ret = scap_fail(err, -p->failed, "comparing: %s", strerror(-p->failed));
	diff_outputs_free(p->scratch);
	free(p);
	return ret;
}
