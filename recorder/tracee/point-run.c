// SPDX-License-Identifier: GPL-2.0
/*
 * While replaying: runs a thread to a recorded point. First freely for most of
 * the recorded CPU time, from a checkpoint in case that is too far; then with
 * the place patched, so that each pass is compared in process.
 */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "own-clock.h"
#include "point-run.h"

/* Below this much CPU time a head start is not worth its two stops. */
#define FREE_RUN_MIN_NS 500000u
/* How much of the time that it should take, in percent, is run freely: that repeats to about 5 %. */
#define FREE_RUN_MOST 80u
#define FREE_RUN_LEAST 20u
/* The tightest loop takes 8 to 13 times as long when armed. */
#define ARMED_FACTOR 16u
#define ARMED_NS 2000000u
/*
 * A pass that only a page's hash tells from the point takes so much on top, one
 * that stops for us to look so much, or more (an emulated processor: ten times), and all of
 * them at most so many times the recorded time, or more in the same proportion.
 */
#define HASH_NS 1000u
#define STOP_NS 20000u
#define STOP_MOST_NS 500000u
#define LOOKS_FACTOR 256u
/* Passes looked at before the in-process compare is built, to see what tells them apart. */
#define SAMPLES 6

/* As far ahead of a counted point the search begins, at least; more is learned in some tries. */
#define COUNT_MARGIN 10000u
#define COUNT_PART 1024u
#define COUNT_TRIES 4
/* ARMED_FACTOR of the rest: that it lies there is nearly certain, and a loop may be all passes. */
#define COUNT_FACTOR 64u

/* ---- comparing at a stop ---- */

/*
 * The thread stands at the place, or behind it in our pages. True: this is it,
 * and the thread's ip says so. Our patch is out of the way while we look: a
 * register may point at the code.
 */
static int is_it(struct run *r)
{
	bool armed = r->patch.armed;
	enum point_likeness like;
	int err = run_disarm(r);

	if (err)
		return err;
	run_set_ip(r, r->p->ip);
	r->stats->stops++;
	err = run_catch_up(r);
	if (err)
		return err;
	like = point_compare(r->t, r->p, SCAP_REG_IP(tracee_regs(r->t)), r->loose);
	if (like == POINT_SAME && ++r->matched >= r->moment)
		return 1;
	if (like != POINT_SAME)
		r->near = like > r->near ? like : r->near;
	if (like >= POINT_MEMORY_DIFFERS)
		r->stats->passed_over++;
	return armed ? run_arm(r, r->patch.jump) : 0;
}

/* ---- what tells the passes apart ---- */

#define CANDIDATES (sizeof(struct scap_regs) / 8 + SCAP_POINT_WORDS +                           \
		    (SCAP_POINT_STACK + SCAP_POINT_REDZONE) / 8)

struct candidate {
	struct point_filter filter;
	uint64_t last;
	unsigned int equal, changes;
};

struct sampler {
	struct candidate c[CANDIDATES];
	unsigned int n, samples;
};

static void add_memory(struct sampler *s, uint64_t addr, uint64_t value)
{
	s->c[s->n++].filter = (struct point_filter){ .memory = true, .addr = addr, .value = value };
}

static void add_bytes(struct sampler *s, uint64_t addr, const uint8_t *bytes, uint32_t len)
{
	uint64_t value;

	for (uint32_t i = 0; i + 8 <= len; i += 8) {
		memcpy(&value, bytes + i, 8);
		add_memory(s, addr + i, value);
	}
}

static void sampler_init(struct sampler *s, const struct scap_point *p)
{
	const struct scap_point_word *word = scap_point_words(p);
	struct scap_regs regs, recorded;
	uint64_t sp;

	memset(s, 0, sizeof(*s));
	memcpy(&recorded, p->regs, sizeof(recorded));
	sp = SCAP_REG_SP(&recorded);
	memset(&regs, 0xff, sizeof(regs));
	point_arch_strip(&regs);
	SCAP_REG_IP(&regs) = 0;
	for (unsigned int i = 0; i < sizeof(regs) / 8; i++)
		if (((uint64_t *)&regs)[i])
			s->c[s->n++].filter =
				(struct point_filter){ .reg = i, .value = p->regs[i] };
	for (uint32_t i = 0; i < p->nwords; i++)
		add_memory(s, word[i].addr, word[i].value);
	add_bytes(s, sp - p->redzone_len, p->redzone + SCAP_POINT_REDZONE - p->redzone_len,
		  p->redzone_len);
	add_bytes(s, sp, p->stack, p->stack_len);
}

static void sample(struct run *r, struct sampler *s)
{
	const uint64_t *regs = (const uint64_t *)tracee_regs(r->t);

	for (unsigned int i = 0; regs && i < s->n; i++) {
		struct candidate *c = &s->c[i];
		uint64_t value = 0;

		if (!c->filter.memory)
			value = regs[c->filter.reg];
		else if (tracee_read(r->t, c->filter.addr, &value, sizeof(value)))
			value = c->filter.value;
		c->equal += value == c->filter.value;
		c->changes += s->samples && value != c->last;
		c->last = value;
	}
	s->samples++;
}

/* The word that is seldom as recorded and changes most; a register rather than memory. */
static const struct point_filter *best_filter(const struct sampler *s)
{
	const struct candidate *best = &s->c[0];

	for (unsigned int i = 1; i < s->n; i++) {
		const struct candidate *c = &s->c[i];

		if (c->equal < best->equal ||
		    (c->equal == best->equal && c->changes > best->changes))
			best = c;
	}
	return &best->filter;
}

/* Of an injected call there are as many as of a pass. */
static void measure_stop(struct run *r)
{
	enum { TRIES = 3 };

	r->stop_cpu = STOP_MOST_NS;
	for (int i = 0; i < TRIES; i++) {
		uint64_t begin = point_cpu_time(r->t), took;

		if (run_idle_call(r))
			break;
		took = point_cpu_time(r->t) - begin;
		r->stop_cpu = took < r->stop_cpu ? took : r->stop_cpu;
	}
	if (r->stop_cpu < STOP_NS)
		r->stop_cpu = STOP_NS;
}

/* The limit once @n passes have stopped. */
static uint64_t limit_with_stops(const struct run *r, uint64_t n)
{
	uint64_t most = r->looks_cpu / STOP_NS;

	return r->limit_cpu + (n < most ? n : most) * r->stop_cpu;
}

/*
 * Every pass a stop; with @s only some, to see what tells them apart.
 * 1: found; 0: not among the samples.
 */
static int run_by_breakpoint(struct run *r, struct sampler *s)
{
	int ret;

	r->stats->method = r->stats->method == POINT_BY_HARDWARE ? POINT_BY_HARDWARE : POINT_BY_INT3;
	if (!s)
		measure_stop(r);
	for (uint64_t i = 0; !s || i < SAMPLES; i++) {
		ret = run_until(r, limit_with_stops(r, i));
		if (ret < 0)
			return ret;
		if (ret != AT_BREAKPOINT)
			return -EILSEQ;
		r->stats->passes++;
		ret = is_it(r);
		if (ret)
			return ret;
		if (s)
			sample(r, s);
		ret = run_pass_on(r);
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- by the in-process compare ---- */

/* What it will read must be there: in process there is no -EFAULT. */
static bool words_readable(struct run *r)
{
	const struct scap_point_word *word = scap_point_words(r->p);
	uint64_t value;

	for (uint32_t i = 0; i < r->p->nwords; i++)
		if (tracee_read(r->t, word[i].addr, &value, sizeof(value)))
			return false;
	return true;
}

static uint64_t limit_with_hashes(struct run *r)
{
	struct point_passes passes;
	uint64_t ns;

	if (point_arch_passes(r->t, &r->patch, &passes))
		return r->limit_cpu;
	ns = passes.near * HASH_NS;
	return r->limit_cpu + (ns < r->looks_cpu ? ns : r->looks_cpu);
}

/* As run_until(), to the limit. */
static int go_on_in_stub(struct run *r)
{
	uint64_t limit = r->limit_cpu, last;
	int ret;

	do {
		ret = run_until(r, limit);
		last = limit;
		if (ret == AT_TIMEOUT)
			limit = limit_with_hashes(r);
	} while (ret == AT_TIMEOUT && limit > last);
	return ret;
}

/* 1: found. */
static int run_by_stub(struct run *r)
{
	struct point_passes passes;
	int ret;

	r->stats->method = POINT_BY_STUB;
	for (;;) {
		ret = go_on_in_stub(r);
		if (ret < 0)
			return ret;
		if (ret == AT_HIT)
			ret = is_it(r);
		else
			ret = -EILSEQ;
		if (ret)
			break;
		run_set_ip(r, r->patch.leave);
	}
	if (point_arch_passes(r->t, &r->patch, &passes))
		return ret;
	r->stats->passes += passes.all;
	r->stats->passed_over += passes.near;
	if (passes.near && r->near < POINT_MEMORY_DIFFERS)
		r->near = POINT_MEMORY_DIFFERS;
	return ret;
}

/* ---- the whole ---- */

static int build(struct run *r, const struct point_filter *filter)
{
	int err = r->patch.base ? point_arch_build(r->t, r->p, filter, r->loose, &r->patch) : -ENOTSUP;

	if (err != -ENOTSUP && err != -EFAULT)
		return err;
	r->patch.room = POINT_PATCH_NONE;
	r->patch.ip = r->p->ip;
	return 0;
}

static int run_by_hardware(struct run *r)
{
	int ret = point_arch_break_at(r->t, r->p->ip);

	if (ret)
		return ret;
	r->stats->method = POINT_BY_HARDWARE;
	r->patch.room = POINT_PATCH_NONE;
	ret = run_by_breakpoint(r, NULL);
	if (ret != -ESRCH)
		point_arch_unbreak(r->t);
	return ret;
}

/*
 * From the last sampled pass, which stands at its moved instructions, on with
 * the compare that suits.
 */
static int switch_to_stub(struct run *r, const struct point_filter *filter)
{
	int ret = run_disarm(r);

	if (!ret)
		ret = build(r, filter);
	if (!ret)
		ret = run_arm(r, true);
	if (ret)
		return ret;
	run_set_ip(r, r->patch.leave);
	return run_by_stub(r);
}

/* In process, only registers as they were at the point would be seen. */
static bool in_repeat(struct run *r)
{
	struct scap_regs regs;
	uint64_t n;

	memcpy(&regs, r->p->regs, sizeof(regs));
	return point_arch_repeats(r->t, r->p, &regs, &n) > 0;
}

/* From where the thread is, at most up to limit_cpu. 1: found; -EILSEQ: not. */
static int search(struct run *r)
{
	struct sampler *s = calloc(1, sizeof(*s));
	int ret;

	if (!s)
		return -ENOMEM;
	sampler_init(s, r->p);
	ret = build(r, &s->c[0].filter);
	if (!ret)
		ret = run_arm(r, false);
	if (ret == -EFAULT) {
		ret = run_by_hardware(r);
	} else if (!ret && r->patch.room == POINT_PATCH_JUMP && !in_repeat(r) &&
		   words_readable(r)) {
		ret = run_by_breakpoint(r, s);
		if (!ret)
			ret = switch_to_stub(r, best_filter(s));
	} else if (!ret) {
		ret = run_by_breakpoint(r, NULL);
	}
	free(s);
	return ret;
}

/* A thread that missed the point: its code as it was, its ip where the program has it. */
static void give_up(struct run *r)
{
	static const char *const what[] = {
		"never came by the address", "registers differed at every pass",
		"stack differed whenever the registers matched",
		"memory differed whenever registers and stack matched", "",
	};
	const struct scap_regs *regs = tracee_regs(r->t);

	run_disarm(r);
	point_arch_give_back(r->t, &r->patch);
	if (regs && r->patch.base && SCAP_REG_IP(regs) - r->patch.base < r->patch.size)
		run_set_ip(r, r->p->ip);
	snprintf(r->stats->near, sizeof(r->stats->near), "%s", what[r->near]);
}

static int go_back(struct run *r, struct point_checkpoint *c)
{
	int ret = run_disarm(r);

	point_arch_give_back(r->t, &r->patch);
	return ret ? ret : point_checkpoint_restore(r->t, c);
}

/* How long the recorded time takes here. */
static _Thread_local double pace = 1;

/*
 * Another machine, or a busy one, has another idea of time than the recording. The point was
 * found after so much time in which the thread ran freely, and so much armed, by which it is
 * slower, ARMED_FACTOR times at most or nearly so: the true time lies between. A free run that
 * missed it was too long, unless that says otherwise. A pace that is too long is left at once,
 * one too short step by step: it costs less, and one time may be an odd one.
 */
static void learn_pace(const struct run *r, uint64_t free_run, uint64_t armed)
{
	bool plain = r->stats->method == POINT_BY_STUB && !r->stats->passed_over;
	double recorded = (double)r->p->cpu_ns;
	double most = (double)(free_run + armed) / recorded;
	double least = (double)(free_run + (plain ? armed / ARMED_FACTOR : 0)) / recorded;

	if ((double)r->too_far / recorded > least)
		most = (double)r->too_far / recorded;
	pace = fmin(pace, most);
	if (pace < least)
		pace += (least - pace) / 4;
}

static uint64_t paced(const struct run *r, double factor)
{
	return (uint64_t)((double)r->p->cpu_ns * factor);
}

/* Most of the way freely. How much, follows from how well it went before. */
static int search_with_head_start(struct run *r)
{
	static _Thread_local unsigned int percent = FREE_RUN_MOST;
	uint64_t length = paced(r, pace), free_run = length / 100 * percent;
	uint64_t longest = paced(r, fmax(1.25 * pace, fmin(4 * pace, 1))); /* the pace may be too short */
	uint64_t start = point_cpu_time(r->t);
	int ret;

	r->limit_cpu = start + free_run + ARMED_FACTOR * (longest - free_run) + ARMED_NS;
	r->looks_cpu = LOOKS_FACTOR * (longest - free_run);
	ret = run_until(r, start + free_run);
	if (ret == AT_TIMEOUT)
		ret = search(r);
	else if (ret > 0)
		ret = -EILSEQ;
	if (ret == -EILSEQ) {
		r->stats->overshot++;
		r->too_far = free_run;
		percent -= percent > FREE_RUN_LEAST ? 12 : 0;
	} else if (ret == 1) {
		percent += percent < FREE_RUN_MOST;
		learn_pace(r, free_run, point_cpu_time(r->t) - start - free_run);
	}
	return ret;
}

/*
 * As search_with_head_start(), where the processor has counted how far the point is. The
 * search begins @left short of it: @margin for what a thread goes on while its signal is on
 * the way, which is told by how it went before; and a part of the whole, as exceptions
 * may count, and do not repeat. -EAGAIN: too far, and the next time there will be more room.
 */
static int search_by_count(struct run *r)
{
	static _Thread_local uint64_t margin = COUNT_MARGIN;
	uint64_t left = margin + r->p->retired / COUNT_PART, late = 0, length;
	int ret;

	if (left > r->p->retired / 2)
		return -ENOTSUP;
	length = r->p->cpu_ns / (r->p->retired / left);
	ret = run_to_count(r, r->p->retired - left, &late);
	if (late > margin / 2)
		margin = 2 * late;
	else if (late < margin / 8 && margin > COUNT_MARGIN)
		margin /= 2;
	if (ret != AT_COUNT)
		return ret < 0 ? ret : -EILSEQ;
	if (late > left)
		return -EAGAIN;
	r->limit_cpu = point_cpu_time(r->t) + COUNT_FACTOR * length + ARMED_NS;
	r->looks_cpu = LOOKS_FACTOR * length;
	ret = search(r);
	r->stats->counted = ret == 1;
	return ret;
}

/* -EILSEQ: not found, and back at the checkpoint; -ENOTSUP: nothing is counted, or not exactly enough. */
static int search_by_counts(struct run *r, struct point_checkpoint *c)
{
	int ret, err;

	for (unsigned int i = 0; i < COUNT_TRIES; i++) {
		ret = search_by_count(r);
		if (ret != -EAGAIN && ret != -EILSEQ)
			break;
		r->stats->overshot++;
		err = go_back(r, c);
		if (err || ret == -EILSEQ)
			return err ? err : ret;
	}
	return ret == -EAGAIN ? -EILSEQ : ret;
}

static int search_from_start(struct run *r)
{
	uint64_t start = point_cpu_time(r->t);
	int ret;

	r->limit_cpu = start + PATIENCE_NS + PATIENCE_FACTOR * r->p->cpu_ns;
	r->looks_cpu = LOOKS_FACTOR * r->p->cpu_ns;
	r->matched = 0;
	ret = search(r);
	if (ret == 1)
		r->stats->moment = r->matched;
	if (ret == 1 && r->p->cpu_ns >= FREE_RUN_MIN_NS)
		learn_pace(r, 0, point_cpu_time(r->t) - start);
	return ret;
}

/* The ways of looking for it, each from the checkpoint again; the last one less strictly. */
static int search_all_ways(struct run *r, struct point_checkpoint *c)
{
	int ret = -EILSEQ;

	if (!r->moment && r->p->counter) {
		ret = search_by_counts(r, c);
		if (ret != -EILSEQ && ret != -ENOTSUP)
			return ret;
	}
	if (!r->moment && r->p->cpu_ns >= FREE_RUN_MIN_NS) {
		ret = search_with_head_start(r);
		if (ret == -EILSEQ)
			ret = go_back(r, c);
		if (ret)
			return ret;
	}
	ret = search_from_start(r);
	if (ret != -EILSEQ || r->near != POINT_MEMORY_DIFFERS)
		return ret;
	ret = go_back(r, c);
	r->loose = true;
	return ret ? ret : search_from_start(r);
}

static int search_from_checkpoint(struct run *r)
{
	struct point_checkpoint *c = malloc(sizeof(*c));
	int ret;

	if (!c || point_checkpoint_take(r->t, c)) {
		free(c);
		return search_from_start(r);
	}
	ret = search_all_ways(r, c);
	point_checkpoint_drop(ret == 1 ? r->t : NULL, c);
	free(c);
	return ret;
}

static int run(struct run *r)
{
	int ret = run_leave_syscall(r->t);
	const struct scap_regs *regs = ret ? NULL : tracee_regs(r->t);

	if (!regs)
		return ret ? ret : -ESRCH;
	/* where it stands, is the first pass of a search */
	if (r->moment <= 1 && point_compare(r->t, r->p, SCAP_REG_IP(regs), false) == POINT_SAME) {
		r->stats->moment = 1;
		return 0;
	}
	ret = run_map_pages(r);
	if (ret && ret != -ENOMEM && ret != -ENOTSUP && ret != -EEXIST)
		return ret;
	ret = search_from_checkpoint(r);
	if (ret == -EILSEQ)
		give_up(r);
	if (ret == 1)
		run_unmap_pages(r);
	return ret == 1 ? 0 : ret;
}

int point_run(struct tracee *t, const struct scap_point *p, unsigned int moment,
	      const struct point_hooks *hooks, struct point_stats *stats)
{
	struct point_stats unused = { 0 };
	struct run r = { .t = t, .p = p, .moment = moment, .hooks = hooks,
			 .stats = stats ? stats : &unused, .stop_cpu = STOP_NS };
	uint64_t start = own_clock_ns(), site = t->mm->site;
	sigset_t chld, old;
	int ret;

	memset(r.stats, 0, sizeof(*r.stats));
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	pthread_sigmask(SIG_BLOCK, &chld, &old);
	ret = run(&r);
	tracee_set_syscall_site(t, site); /* the one found may be unmapped later */
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	r.stats->ns = own_clock_ns() - start;
	return ret;
}
