// SPDX-License-Identifier: GPL-2.0
/*
 * While replaying: runs a thread to a recorded point. First freely for most of
 * the recorded CPU time, from a checkpoint in case that is too far; then with
 * the place patched, so that each pass is compared in process.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "point-internal.h"

/* Below this much CPU time a head start is not worth its two stops. */
#define FREE_RUN_MIN_NS 500000u
/* How much of the recorded time is run freely: it repeats to about 5 %. */
#define FREE_RUN_PERCENT 80u
/* The tightest loop takes eight times as long when armed. */
#define ARMED_FACTOR 12u
#define ARMED_NS 2000000u
/* Armed passes are slower; a thread that takes much longer will not come by any more. */
#define PATIENCE_FACTOR 16u
#define PATIENCE_NS 1000000000u
/*
 * A pass that only a page's hash tells from the point takes so much on top, and
 * all of them at most so many times the recorded time.
 */
#define HASH_NS 1000u
#define HASHES_FACTOR 256u
/* Passes looked at before the in-process compare is built, to see what tells them apart. */
#define SAMPLES 6

struct run {
	struct tracee *t;
	const struct scap_point *p;
	const struct point_hooks *hooks;
	struct point_stats *stats;
	struct point_patch patch;
	uint64_t limit_cpu;	/* on the thread's CPU clock */
	uint64_t hashes_cpu;	/* what hashing may take beyond it */
	enum point_likeness near;
	bool loose;	/* as in point_compare() */
};

/* What a resumed thread came to. */
enum outcome {
	AT_BREAKPOINT = 1,	/* the place, by int3 or a debug register: compare */
	AT_HIT,			/* the in-process compare found it */
	AT_TIMEOUT,
	AT_OTHER,		/* a stop that is not ours: missed */
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* ---- waiting ---- */

/* Waits up to @ns; 1, 0 for a time-out, or -errno. SIGCHLD is blocked, so none is lost. */
static int wait_for(struct run *r, uint64_t ns, struct tracee_stop *stop)
{
	uint64_t end = now_ns() + ns, now;
	struct timespec left;
	sigset_t chld;
	int ret;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	for (;;) {
		ret = tracee_wait(r->t->tid, WNOHANG, stop);
		if (ret && ret != -EINTR)
			return ret;
		now = now_ns();
		if (now >= end)
			return 0;
		left.tv_sec = (time_t)((end - now) / 1000000000u);
		left.tv_nsec = (long)((end - now) % 1000000000u);
		sigtimedwait(&chld, NULL, &left);
	}
}

/* Our own stops: the breakpoint at the place, the hit in our pages. */
static int classify(struct run *r, const struct tracee_stop *stop)
{
	const struct scap_regs *regs;

	if (stop->kind == TRACEE_STOP_GONE || stop->kind == TRACEE_STOP_EXITING)
		return -ESRCH;
	regs = tracee_regs(r->t);
	if (!regs)
		return -ESRCH;
	if (stop->kind == TRACEE_STOP_STEP && SCAP_REG_IP(regs) == r->p->ip)
		return AT_BREAKPOINT;
	if (stop->kind != TRACEE_STOP_SIGNAL || stop->sig != SIGTRAP || !r->patch.armed)
		return AT_OTHER;
	if (point_arch_at_breakpoint(regs, r->patch.hit))
		return AT_HIT;
	if (point_arch_at_breakpoint(regs, r->patch.ip))
		return AT_BREAKPOINT;
	return AT_OTHER;
}

/* Whether the thread may go on from a stop that is not ours. */
static bool dealt_with(struct run *r, const struct tracee_stop *stop)
{
	/* a PTRACE_INTERRUPT of ours that another stop had overtaken */
	if (stop->kind == TRACEE_STOP_INTERRUPT)
		return true;
	r->stats->last = *stop;
	return r->hooks && r->hooks->stop && !r->hooks->stop(r->hooks->ctx, r->t, stop);
}

/* Waits for the running thread, at most @ns of wall time. Returns enum outcome or -errno. */
static int await(struct run *r, uint64_t ns)
{
	struct tracee_stop stop;
	int ret;

	for (;;) {
		ret = wait_for(r, ns, &stop);
		if (ret <= 0)
			return ret ? ret : AT_TIMEOUT;
		ret = classify(r, &stop);
		if (ret != AT_OTHER || !dealt_with(r, &stop))
			return ret;
		ret = tracee_resume(r->t, TRACEE_CONT, 0);
		if (ret)
			return ret;
	}
}

/* Stops the running thread where it is. Returns AT_TIMEOUT or what came first. */
static int halt(struct run *r)
{
	struct tracee_stop stop;
	int ret = (int)tracee_ptrace(PTRACE_INTERRUPT, r->t->tid, 0, NULL);

	if (ret)
		return ret;
	do
		ret = tracee_wait(r->t->tid, 0, &stop);
	while (ret == -EINTR);
	if (ret < 0)
		return ret;
	if (stop.kind == TRACEE_STOP_INTERRUPT)
		return AT_TIMEOUT;
	ret = classify(r, &stop);
	if (ret == AT_OTHER)
		r->stats->last = stop;
	return ret;
}

/* Resumes until something happens or the thread's CPU clock shows @cpu; then it is stopped. */
static int go_on_until(struct run *r, uint64_t cpu)
{
	const uint64_t close_enough = 50000;
	uint64_t now = point_cpu_time(r->t);
	int ret;

	if (now + close_enough >= cpu)
		return AT_TIMEOUT;
	ret = tracee_resume(r->t, TRACEE_CONT, 0);
	if (ret)
		return ret;
	for (;;) {
		ret = await(r, cpu - now);
		if (ret != AT_TIMEOUT)
			return ret;
		now = point_cpu_time(r->t);
		if (now + close_enough >= cpu)
			return halt(r);
	}
}

/* ---- from a call's end to user code ---- */

/* A call answered at its entry still has its way out before it. */
static int leave_syscall(struct tracee *t)
{
	struct ptrace_syscall_info info;
	struct tracee_stop stop;
	long n = tracee_ptrace(PTRACE_GET_SYSCALL_INFO, t->tid, sizeof(info), &info);
	int ret;

	if (n < 0)
		return (int)n;
	if (info.op != PTRACE_SYSCALL_INFO_ENTRY && info.op != PTRACE_SYSCALL_INFO_SECCOMP)
		return 0;
	ret = tracee_resume(t, TRACEE_SYSCALL, 0);
	if (ret)
		return ret;
	do
		ret = tracee_wait(t->tid, 0, &stop);
	while (ret == -EINTR);
	if (ret < 0)
		return ret;
	return stop.kind == TRACEE_STOP_EXIT ? 0 : -EILSEQ;
}

/* ---- our pages ---- */

struct hole {
	struct run *r;
	uint64_t last_end, low, high, found;
};

/* A few places in each hole between two mappings: not all may be allowed. */
static int each_hole(void *ctx, const struct tracee_map *map)
{
	struct hole *h = ctx;
	const struct point_hooks *hooks = h->r->hooks;
	uint64_t start = h->last_end > h->low ? h->last_end : h->low;
	uint64_t end = map->start < h->high ? map->start : h->high;
	uint64_t step, size = h->r->patch.size;

	h->last_end = map->end;
	if (end < start || end - start < 4 * size)
		return 0;
	step = ((end - start) / 16 + 4095) & ~4095ull;
	step = step < size ? size : step;
	/* Not at the very end: a stack may want to grow down to there. */
	for (uint64_t at = start; at + 2 * size < end; at += step) {
		if (hooks && hooks->place && !hooks->place(hooks->ctx, at, size))
			continue;
		h->found = at;
		return 1;
	}
	return 0;
}

static int call(struct run *r, uint32_t nr, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3)
{
	const uint64_t args[6] = { a0, a1, a2, a3, (uint64_t)-1, 0 };
	int64_t result;
	int err = point_call(r->t, nr, args, &result);

	return err ? err : result < 0 && result > -4096 ? (int)result : 0;
}

/* Code readable and executable, data readable and writable. */
static int map_pages(struct run *r)
{
	struct hole h = { .r = r, .last_end = 65536 };
	uint64_t ip = r->p->ip;
	int err;

	r->patch.size = point_arch_patch_size(r->p);
	h.low = ip > POINT_PATCH_REACH ? (ip - POINT_PATCH_REACH) & ~4095ull : 65536;
	h.high = ip + POINT_PATCH_REACH;
	err = tracee_maps(r->t, each_hole, &h);
	if (err <= 0)
		return err ? err : -ENOMEM;
	err = call(r, SYS_mmap, h.found, r->patch.size, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE);
	if (err)
		return err;
	r->patch.base = h.found;
	return call(r, SYS_mprotect, h.found, POINT_PATCH_CODE, PROT_READ | PROT_EXEC, 0);
}

static void unmap_pages(struct run *r)
{
	if (r->patch.base)
		call(r, SYS_munmap, r->patch.base, r->patch.size, 0, 0);
	r->patch.base = 0;
}

static int disarm(struct run *r)
{
	if (!r->patch.armed)
		return 0;
	r->patch.armed = false;
	return tracee_write(r->t, r->patch.ip, r->patch.original, r->patch.len);
}

static int arm(struct run *r, bool jump)
{
	int err = disarm(r);

	if (!err)
		err = tracee_read(r->t, r->p->ip, r->patch.original, sizeof(r->patch.original));
	if (err)
		return err;
	point_arch_patch_bytes(&r->patch, jump);
	err = tracee_write(r->t, r->p->ip, r->patch.patched, r->patch.len);
	if (!err)
		r->patch.armed = true;
	return err;
}

/* ---- comparing at a stop ---- */

static void set_ip(struct run *r, uint64_t ip)
{
	struct scap_regs *regs = tracee_regs(r->t);

	if (!regs || SCAP_REG_IP(regs) == ip)
		return;
	SCAP_REG_IP(regs) = ip;
	tracee_regs_changed(r->t);
}

/*
 * Runs @n repetitions of the instruction of @len bytes at the place, with a
 * breakpoint behind it. Ended early (repe, repne), the thread stays behind it.
 */
static int run_repetitions(struct run *r, uint64_t n, uint64_t len)
{
	struct point_patch behind = { .ip = r->p->ip + len };
	struct scap_regs *regs = tracee_regs(r->t);
	uint64_t rest;
	int ret;

	rest = *point_arch_counter(regs) - n;
	*point_arch_counter(regs) = n;
	tracee_regs_changed(r->t);
	point_arch_patch_bytes(&behind, false);
	ret = tracee_read(r->t, behind.ip, behind.original, behind.len);
	if (!ret)
		ret = tracee_write(r->t, behind.ip, behind.patched, behind.len);
	if (!ret)
		ret = go_on_until(r, r->limit_cpu);
	if (ret < 0)
		return ret;
	regs = tracee_regs(r->t);
	if (!regs || tracee_write(r->t, behind.ip, behind.original, behind.len))
		return -ESRCH;
	if (ret != AT_OTHER || !point_arch_at_breakpoint(regs, behind.ip))
		return -EILSEQ;
	set_ip(r, *point_arch_counter(regs) ? behind.ip : r->p->ip);
	*point_arch_counter(regs) += rest;
	return 0;
}

/* A point half way through a repeated instruction: as far on as that was. */
static int catch_up(struct run *r)
{
	struct scap_regs *regs = tracee_regs(r->t);
	uint64_t n = 0;
	int len = regs ? point_arch_repeats(r->t, r->p, regs, &n) : -ESRCH;

	if (len == -EAGAIN || len == 0 || n == 0)
		return 0;
	return len < 0 ? len : run_repetitions(r, n, (uint64_t)len);
}

/*
 * The thread stands at the place, or behind it in our pages. True: this is it,
 * and the thread's ip says so. Our patch is out of the way while we look: a
 * register may point at the code.
 */
static int is_it(struct run *r)
{
	bool jump = r->patch.armed && r->patch.len > 1, armed = r->patch.armed;
	enum point_likeness like;
	int err = disarm(r);

	if (err)
		return err;
	set_ip(r, r->p->ip);
	r->stats->stops++;
	err = catch_up(r);
	if (err)
		return err;
	like = point_compare(r->t, r->p, SCAP_REG_IP(tracee_regs(r->t)), r->loose);
	if (like == POINT_SAME)
		return 1;
	r->near = like > r->near ? like : r->near;
	if (like == POINT_MEMORY_DIFFERS)
		r->stats->passed_over++;
	return armed ? arm(r, jump) : 0;
}

/* ---- on from a pass that was not it ---- */

/* Over the instruction at the place, whatever it is. */
static int step_over(struct run *r)
{
	struct tracee_stop stop;
	bool armed = r->patch.armed, jump = armed && r->patch.len > 1;
	int ret = disarm(r);

	if (!ret)
		ret = tracee_resume(r->t, TRACEE_STEP, 0);
	if (ret)
		return ret;
	ret = wait_for(r, PATIENCE_NS, &stop);
	if (ret <= 0)
		return ret ? ret : -ETIMEDOUT;
	if (stop.kind != TRACEE_STOP_STEP) {
		r->stats->last = stop;
		return classify(r, &stop) < 0 ? -ESRCH : -EILSEQ;
	}
	return armed ? arm(r, jump) : 0;
}

/* Through the moved instructions, or over the real one, unless it is over already. */
static int pass_on(struct run *r)
{
	const struct scap_regs *regs = tracee_regs(r->t);

	if (!regs)
		return -ESRCH;
	if (SCAP_REG_IP(regs) != r->p->ip)
		return 0;
	if (r->patch.room == POINT_PATCH_NONE)
		return step_over(r);
	set_ip(r, r->patch.leave);
	return 0;
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

/*
 * Every pass a stop; with @s only some, to see what tells them apart.
 * 1: found; 0: not among the samples.
 */
static int run_by_breakpoint(struct run *r, struct sampler *s)
{
	int ret;

	r->stats->method = r->stats->method == POINT_BY_HARDWARE ? POINT_BY_HARDWARE : POINT_BY_INT3;
	for (unsigned int i = 0; !s || i < SAMPLES; i++) {
		ret = go_on_until(r, r->limit_cpu);
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
		ret = pass_on(r);
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

/* The limit, and what hashing has taken so far. */
static uint64_t limit_with_hashes(struct run *r)
{
	struct point_passes passes;
	uint64_t ns;

	if (point_arch_passes(r->t, &r->patch, &passes))
		return r->limit_cpu;
	ns = passes.near * HASH_NS;
	return r->limit_cpu + (ns < r->hashes_cpu ? ns : r->hashes_cpu);
}

/* As go_on_until(), to the limit. */
static int go_on_in_stub(struct run *r)
{
	uint64_t limit = r->limit_cpu, last;
	int ret;

	do {
		ret = go_on_until(r, limit);
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
		set_ip(r, r->patch.leave);
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
	int ret = disarm(r);

	if (!ret)
		ret = build(r, filter);
	if (!ret)
		ret = arm(r, true);
	if (ret)
		return ret;
	set_ip(r, r->patch.leave);
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
		ret = arm(r, false);
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

	disarm(r);
	if (regs && r->patch.base && SCAP_REG_IP(regs) - r->patch.base < r->patch.size)
		set_ip(r, r->p->ip);
	snprintf(r->stats->near, sizeof(r->stats->near), "%s", what[r->near]);
}

static int go_back(struct run *r, struct point_checkpoint *c)
{
	int ret = disarm(r);

	return ret ? ret : point_checkpoint_restore(r->t, c);
}

/*
 * Most of the way freely. How much, follows from how well it went before:
 * another machine, or a busy one, has another idea of time.
 */
static int search_with_head_start(struct run *r)
{
	static _Thread_local unsigned int percent = FREE_RUN_PERCENT;
	uint64_t length = r->p->cpu_ns, free_run = length / 100 * percent;
	uint64_t start = point_cpu_time(r->t);
	int ret;

	r->limit_cpu = start + free_run + ARMED_FACTOR * (length - free_run) + ARMED_NS;
	r->hashes_cpu = HASHES_FACTOR * (length - free_run);
	ret = go_on_until(r, start + free_run);
	if (ret == AT_TIMEOUT)
		ret = search(r);
	else if (ret > 0)
		ret = -EILSEQ;
	if (ret == -EILSEQ) {
		r->stats->overshot++;
		percent = percent > 40 ? percent - 12 : percent;
	} else if (ret == 1 && percent < FREE_RUN_PERCENT) {
		percent++;
	}
	return ret;
}

static int search_from_start(struct run *r)
{
	r->limit_cpu = point_cpu_time(r->t) + PATIENCE_NS + PATIENCE_FACTOR * r->p->cpu_ns;
	r->hashes_cpu = HASHES_FACTOR * r->p->cpu_ns;
	return search(r);
}

/* The ways of looking for it, each from the checkpoint again; the last one less strictly. */
static int search_all_ways(struct run *r, struct point_checkpoint *c)
{
	int ret = -EILSEQ;

	if (r->p->cpu_ns >= FREE_RUN_MIN_NS) {
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
	int ret = leave_syscall(r->t);
	const struct scap_regs *regs = ret ? NULL : tracee_regs(r->t);

	if (!regs)
		return ret ? ret : -ESRCH;
	if (point_compare(r->t, r->p, SCAP_REG_IP(regs), false) == POINT_SAME)
		return 0;
	ret = map_pages(r);
	if (ret && ret != -ENOMEM && ret != -ENOTSUP && ret != -EEXIST)
		return ret;
	ret = search_from_checkpoint(r);
	if (ret == -EILSEQ)
		give_up(r);
	if (ret == 1)
		unmap_pages(r);
	return ret == 1 ? 0 : ret;
}

int point_run(struct tracee *t, const struct scap_point *p, const struct point_hooks *hooks,
	      struct point_stats *stats)
{
	struct point_stats unused = { 0 };
	struct run r = { .t = t, .p = p, .hooks = hooks, .stats = stats ? stats : &unused };
	uint64_t start = now_ns(), site = t->mm->site;
	sigset_t chld, old;
	int ret;

	memset(r.stats, 0, sizeof(*r.stats));
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	pthread_sigmask(SIG_BLOCK, &chld, &old);
	ret = run(&r);
	tracee_set_syscall_site(t, site); /* the one found may be unmapped later */
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	r.stats->ns = now_ns() - start;
	return ret;
}
