// SPDX-License-Identifier: GPL-2.0
/*
 * The state of a stopped thread as a point: taking it, and comparing with it.
 * Both go through the same functions, so that they cannot disagree on what
 * belongs to the state.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define XXH_STATIC_LINKING_ONLY /* for a state on the stack */
#include <xxhash.h>

#include "own-clock.h"
#include "point-internal.h"

/* Writable memory beyond .data and .bss that is hashed at all. */
#define OTHER_MEMORY_MAX (4ull << 20)
/* ... and of .data and .bss. */
#define DATA_MEMORY_MAX (16ull << 20)
/* ... and of the stack. */
#define STACK_MEMORY_MAX (256ull << 10)

/* /proc/PID/task/TID/schedstat: time on a CPU, time waiting for one, slices. */
static uint64_t schedstat_time(const struct tracee *t)
{
	char path[64], line[96];
	uint64_t ns = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/schedstat", t->pid, t->tid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fgets(line, sizeof(line), f))
		ns = strtoull(line, NULL, 10);
	fclose(f);
	return ns;
}

/*
 * The process's CPU clock is one system call, /proc three and a parse; but only
 * in a process of one thread is it the thread's. What a parked thread adds is
 * nothing, and the value is a guide: so the process's it is.
 */
uint64_t point_cpu_time(struct tracee *t)
{
	/* clock_getcpuclockid(3): ~pid << 3 | CPUCLOCK_SCHED */
	clockid_t clock = (clockid_t)((~(unsigned int)t->pid << 3) | 2);
	struct timespec ts;

	if (own_clock(clock, &ts))
		return schedstat_time(t);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* ---- what is no part of the state ---- */

static bool in_hole(const struct point_holes *holes, uint64_t addr, uint64_t len)
{
	for (unsigned int i = 0; holes && i < holes->n; i++)
		if (addr < holes->v[i].addr + holes->v[i].len && holes->v[i].addr < addr + len)
			return true;
	return false;
}

/* How many of @len bytes at @addr, in words, lie ahead of the first hole. */
static uint32_t up_to_hole(const struct point_holes *holes, uint64_t addr, uint32_t len)
{
	uint32_t n = 0;

	if (!in_hole(holes, addr, len))
		return len;
	while (!in_hole(holes, addr + n, 8))
		n += 8;
	return n;
}

/* ---- registers and what is near them ---- */

static uint64_t hash_regs(const struct scap_regs *regs)
{
	struct scap_regs r = *regs;

	point_arch_strip(&r);
	return XXH64(&r, sizeof(r), 0);
}

/* 0: not to be had, for a hole. */
static uint64_t hash_pointed(struct tracee *t, const struct scap_regs *regs,
			     const struct point_holes *holes)
{
	struct scap_regs stripped = *regs;
	const uint64_t *word = (const uint64_t *)&stripped;
	uint8_t buf[SCAP_POINT_POINTED];
	XXH64_state_t state;

	point_arch_strip(&stripped);
	XXH64_reset(&state, 0);
	for (size_t i = 0; i < sizeof(stripped) / 8; i++) {
		ssize_t n;

		/* page 0 is never mapped: not a pointer */
		if (word[i] < 4096)
			continue;
		if (in_hole(holes, word[i] & ~7ull, sizeof(buf)))
			return 0;
		n = tracee_read_some(t, word[i] & ~7ull, buf, sizeof(buf));
		if (n > 0)
			XXH64_update(&state, buf, (size_t)n);
	}
	return XXH64_digest(&state);
}

uint64_t point_state(const struct scap_point *p)
{
	size_t from = offsetof(struct scap_point, flags);

	return XXH64(&p->flags, scap_point_size(p) - from, p->ip);
}

static int hash_vector(struct tracee *t, __u64 *hash)
{
	_Alignas(64) uint8_t state[TRACEE_FPREGS_MAX];
	ssize_t n = tracee_fpregs(t, state, sizeof(state));

	if (n < 0)
		return (int)n;
	*hash = XXH64(state, point_arch_vector(state, (size_t)n, sizeof(state)), 0);
	return 0;
}

/* Readable bytes just below @sp. */
static uint32_t read_redzone(struct tracee *t, uint64_t sp, uint8_t buf[SCAP_POINT_REDZONE])
{
	if (!SCAP_REDZONE)
		return 0;
	if (tracee_read(t, sp - SCAP_REDZONE, buf, SCAP_REDZONE))
		return 0;
	return SCAP_REDZONE;
}

/* ---- areas ---- */

enum pass { PASS_DATA, PASS_STACK, PASS_HOT, PASS_OTHER };

struct areas {
	struct scap_point *p;
	struct scap_point_area *area;
	const struct scap_regs *regs;
	const struct point_trail *trail;
	const struct point_holes *holes;
	uint64_t last_data_end;
	uint64_t left;		/* bytes that this pass may still add */
	enum pass pass;
};

static void add_whole(struct areas *a, uint64_t start, uint64_t len)
{
	struct scap_point_area *next = a->area + a->p->nareas, *last = next - 1;
	uint64_t room = (SCAP_POINT_CHUNKS - a->p->nchunks) * (uint64_t)SCAP_POINT_CHUNK;

	room = room < a->left ? room : a->left;
	len = (len < room ? len : room) & ~(SCAP_POINT_CHUNK - 1ull);
	if (!len)
		return;
	if (a->p->nareas && last->addr + last->len == start) {
		last->len += len;
	} else {
		if (a->p->nareas == SCAP_POINT_AREAS)
			return;
		*next = (struct scap_point_area){ start, len };
		a->p->nareas++;
	}
	a->left -= len;
	a->p->nchunks += (uint32_t)(len / SCAP_POINT_CHUNK);
}

static void add_area(struct areas *a, uint64_t start, uint64_t len)
{
	if (!in_hole(a->holes, start, len)) {
		add_whole(a, start, len);
		return;
	}
	for (; len >= SCAP_POINT_CHUNK; start += SCAP_POINT_CHUNK, len -= SCAP_POINT_CHUNK)
		if (!in_hole(a->holes, start, SCAP_POINT_CHUNK))
			add_whole(a, start, SCAP_POINT_CHUNK);
}

/* Whether the chunk at @addr is hashed, or shall not be. */
static bool covered(const struct areas *a, uint64_t addr)
{
	if (in_hole(a->holes, addr, SCAP_POINT_CHUNK))
		return true;
	for (uint32_t i = 0; i < a->p->nareas; i++)
		if (addr - a->area[i].addr < a->area[i].len)
			return true;
	return false;
}

/* The chunk around @addr, if it is in @map. */
static void add_hot(struct areas *a, const struct tracee_map *map, uint64_t addr)
{
	addr &= ~(SCAP_POINT_CHUNK - 1ull);
	if (addr >= map->start && addr < map->end && !covered(a, addr))
		add_area(a, addr, SCAP_POINT_CHUNK);
}

/* What of @map is not covered yet, as far as there is room. */
static void add_rest(struct areas *a, const struct tracee_map *map)
{
	for (uint64_t addr = map->start; addr < map->end; addr += SCAP_POINT_CHUNK) {
		uint64_t left = a->left;

		if (covered(a, addr))
			continue;
		add_area(a, addr, SCAP_POINT_CHUNK);
		if (a->left == left)
			return;
	}
}

/* Where the registers and the upper stack point, and what was written last. */
static void add_hot_chunks(struct areas *a, const struct tracee_map *map)
{
	const uint64_t *word = (const uint64_t *)a->regs;
	uint64_t stack[SCAP_POINT_STACK / 8];

	for (size_t i = 0; i < sizeof(*a->regs) / 8; i++)
		add_hot(a, map, word[i]);
	memcpy(stack, a->p->stack, sizeof(stack));
	for (size_t i = 0; i < a->p->stack_len / 8; i++)
		add_hot(a, map, stack[i]);
	for (unsigned int i = 0; a->trail && i < a->trail->nwords; i++)
		add_hot(a, map, a->trail->word[i]);
}

/* Where the stack begins that is hashed, not stored. */
static uint64_t live_stack(uint64_t sp)
{
	return (sp + SCAP_POINT_STACK + 7) & ~7ull;
}

/*
 * .data and .bss: private writable file mappings and the anonymous one right
 * behind. Of this thread's stack what is live above the part stored as it is;
 * the dead part need not be the same.
 */
static int each_map(void *ctx, const struct tracee_map *map)
{
	struct areas *a = ctx;
	uint64_t sp = SCAP_REG_SP(a->regs), live = live_stack(sp);
	bool data = map->path[0] == '/' || (!map->path[0] && map->start == a->last_data_end);
	bool stack = sp >= map->start && sp < map->end;

	if (map->path[0] == '/')
		a->last_data_end = map->end;
	if (map->shared || (map->prot & (PROT_READ | PROT_WRITE)) != (PROT_READ | PROT_WRITE))
		return 0;
	if (stack && a->pass == PASS_STACK && live < map->end)
		add_area(a, live, map->end - live);
	if (!stack && data && a->pass == PASS_DATA)
		add_area(a, map->start, map->end - map->start);
	if (!stack && a->pass == PASS_HOT)
		add_hot_chunks(a, map);
	if (!stack && !data && a->pass == PASS_OTHER)
		add_rest(a, map);
	return 0;
}

enum { HASH_BATCH = 16 };

/* Hashes of the chunks from @addr on, at most HASH_BATCH of them; returns how many. */
static uint64_t hash_chunks(struct tracee *t, uint64_t addr, uint64_t len, uint32_t *hash)
{
	__u64 buf[HASH_BATCH * SCAP_POINT_CHUNK / 8];
	uint64_t n;

	len = len < sizeof(buf) ? len : sizeof(buf);
	n = (uint64_t)tracee_read_some(t, addr, buf, len) / SCAP_POINT_CHUNK;
	for (uint64_t i = 0; i < n; i++)
		hash[i] = scap_point_hash(buf + i * (SCAP_POINT_CHUNK / 8));
	if (n)
		return n;
	hash[0] = 0; /* cannot be read */
	return 1;
}

static void hash_areas(struct tracee *t, const struct scap_point *p, uint32_t *hash)
{
	const struct scap_point_area *area = scap_point_areas(p);

	for (uint32_t i = 0; i < p->nareas; i++)
		for (uint64_t at = 0, n; at < area[i].len; at += n * SCAP_POINT_CHUNK, hash += n)
			n = hash_chunks(t, area[i].addr + at, area[i].len - at, hash);
}

/* Which areas; hot chunks before the rest of the heap, which may be too much. */
static int choose_areas(struct tracee *t, struct scap_point *p, const struct scap_regs *regs,
			const struct point_trail *trail, const struct point_holes *holes)
{
	static const uint64_t limit[] = {
		[PASS_DATA] = DATA_MEMORY_MAX, [PASS_STACK] = STACK_MEMORY_MAX,
		[PASS_HOT] = ~0ull, [PASS_OTHER] = OTHER_MEMORY_MAX,
	};
	struct areas a = { .p = p, .area = scap_point_areas(p), .regs = regs, .trail = trail,
			   .holes = holes };
	int err = 0;

	for (a.pass = PASS_DATA; !err && a.pass <= PASS_OTHER; a.pass++) {
		a.left = limit[a.pass];
		a.last_data_end = 0;
		err = tracee_maps(t, each_map, &a);
	}
	return err;
}

/* Words that lie in the stored stack are there already. */
static bool in_stack(const struct scap_point *p, uint64_t sp, uint64_t addr)
{
	return addr - (sp - p->redzone_len) <= (uint64_t)p->redzone_len + p->stack_len - 8 &&
	       p->stack_len >= 8;
}

static void capture_words(struct tracee *t, struct scap_point *p, uint64_t sp,
			  const struct point_trail *trail, const struct point_holes *holes)
{
	struct scap_point_word *word = scap_point_words(p);

	p->nwords = 0;
	for (unsigned int i = 0; trail && i < trail->nwords; i++) {
		uint64_t addr = trail->word[i], value;

		if (in_stack(p, sp, addr) || in_hole(holes, addr, 8) ||
		    tracee_read(t, addr, &value, sizeof(value)))
			continue;
		word[p->nwords++] = (struct scap_point_word){ addr, value };
	}
}

static_assert(POINT_TRAIL_MAX <= SCAP_POINT_WORDS, "every word of a trail has room");

int point_capture(struct tracee *t, const struct point_trail *trail,
		  const struct point_holes *holes, uint64_t cpu_ns, struct scap_point_full *full)
{
	struct scap_regs *regs = tracee_regs(t);
	struct scap_point *p = &full->p;
	uint64_t sp;
	int err;

	if (!regs)
		return -ESRCH;
	memset(p, 0, sizeof(*p));
	sp = SCAP_REG_SP(regs);
	p->ip = SCAP_REG_IP(regs);
	p->cpu_ns = cpu_ns;
	p->flags = point_arch_flags(regs);
	memcpy(p->regs, regs, sizeof(*regs));
	p->hash_regs = hash_regs(regs);
	p->hash_pointed = hash_pointed(t, regs, holes);
	p->stack_len = (uint32_t)tracee_read_some(t, sp, p->stack, SCAP_POINT_STACK);
	p->stack_len = up_to_hole(holes, sp, p->stack_len);
	p->redzone_len = read_redzone(t, sp, p->redzone);
	err = hash_vector(t, &p->hash_vector);
	if (!err)
		err = choose_areas(t, p, regs, trail, holes);
	if (err)
		return err;
	capture_words(t, p, sp, trail, holes);
	hash_areas(t, p, scap_point_chunks(p));
	return 0;
}

void point_leave_out(struct scap_point *p, const struct point_hole *hole)
{
	const struct point_holes holes = { .v = (struct point_hole *)hole, .n = 1 };
	const struct scap_point_area *area = scap_point_areas(p);
	__u32 *hash = scap_point_chunks(p);

	for (uint32_t i = 0; i < p->nareas; i++)
		for (uint64_t at = 0; at < area[i].len; at += SCAP_POINT_CHUNK, hash++)
			if (in_hole(&holes, area[i].addr + at, SCAP_POINT_CHUNK))
				*hash = 0;
	for (size_t i = 0; i < SCAP_POINT_REGS; i++)
		if (in_hole(&holes, p->regs[i] & ~7ull, SCAP_POINT_POINTED))
			p->hash_pointed = 0;
}

/* ---- compare ---- */

static bool same_stack(struct tracee *t, const struct scap_point *p, uint64_t sp)
{
	uint8_t redzone[SCAP_POINT_REDZONE], stack[SCAP_POINT_STACK];
	const struct scap_point_word *word = scap_point_words(p);
	uint64_t value;

	for (uint32_t i = 0; i < p->nwords; i++)
		if (tracee_read(t, word[i].addr, &value, 8) || value != word[i].value)
			return false;
	if (tracee_read_some(t, sp, stack, p->stack_len) != (ssize_t)p->stack_len ||
	    memcmp(stack, p->stack, p->stack_len) != 0)
		return false;
	if (!p->redzone_len)
		return true;
	return !tracee_read(t, sp - p->redzone_len, redzone, p->redzone_len) &&
	       !memcmp(redzone, p->redzone + SCAP_POINT_REDZONE - p->redzone_len, p->redzone_len);
}

/* Whether @area is the part of the stack that does not count if the compare is loose. */
static bool is_loose_stack(const struct scap_point *p, const struct scap_point_area *area)
{
	struct scap_regs regs;

	memcpy(&regs, p->regs, sizeof(regs));
	/* holes may have cut it into pieces */
	return area->addr - live_stack(SCAP_REG_SP(&regs)) < STACK_MEMORY_MAX;
}

/*
 * Code that may be written to (a just-in-time compiler's) is hashed as data, and our jump is
 * in it: left to the compare at the stop, which takes the patch out first.
 */
static bool is_patched(const struct scap_point *p, unsigned int patched, uint64_t chunk)
{
	return chunk < p->ip + patched && chunk + SCAP_POINT_CHUNK > p->ip;
}

void point_list_chunks(const struct scap_point *p, unsigned int patched, bool loose,
		       struct point_word *list)
{
	const struct scap_point_area *area = scap_point_areas(p);
	const __u32 *hash = scap_point_chunks(p);

	for (uint32_t i = 0; i < p->nareas; i++)
		for (uint64_t at = 0; at < area[i].len; at += SCAP_POINT_CHUNK, hash++)
			if (*hash && !is_patched(p, patched, area[i].addr + at) &&
			    !(loose && is_loose_stack(p, &area[i])))
				*list++ = (struct point_word){ area[i].addr + at, *hash };
}

static bool same_area(struct tracee *t, const struct scap_point_area *area,
		      const uint32_t *recorded)
{
	uint32_t hash[HASH_BATCH];

	for (uint64_t at = 0, n; at < area->len; at += n * SCAP_POINT_CHUNK, recorded += n) {
		n = hash_chunks(t, area->addr + at, area->len - at, hash);
		for (uint64_t i = 0; i < n; i++)
			if (recorded[i] && hash[i] != recorded[i])
				return false;
	}
	return true;
}

static bool same_areas(struct tracee *t, const struct scap_point *p, bool loose)
{
	const struct scap_point_area *area = scap_point_areas(p);
	const uint32_t *recorded = scap_point_chunks(p);

	for (uint32_t i = 0; i < p->nareas; recorded += area[i++].len / SCAP_POINT_CHUNK)
		if (!(loose && is_loose_stack(p, &area[i])) && !same_area(t, &area[i], recorded))
			return false;
	return true;
}

static bool same_memory(struct tracee *t, const struct scap_point *p, const struct scap_regs *regs,
			bool loose)
{
	__u64 vector;

	if (!loose && p->hash_pointed && hash_pointed(t, regs, NULL) != p->hash_pointed)
		return false;
	if (hash_vector(t, &vector) || vector != p->hash_vector)
		return false;
	return same_areas(t, p, loose);
}

enum point_likeness point_compare(struct tracee *t, const struct scap_point *p, uint64_t ip,
				  bool loose)
{
	struct scap_regs *now = tracee_regs(t);
	struct scap_regs regs;

	if (!now || ip != p->ip)
		return POINT_ELSEWHERE;
	regs = *now;
	SCAP_REG_IP(&regs) = ip;
	if (point_arch_flags(&regs) != p->flags || hash_regs(&regs) != p->hash_regs)
		return POINT_REGS_DIFFER;
	if (!same_stack(t, p, SCAP_REG_SP(&regs)))
		return POINT_STACK_DIFFERS;
	return same_memory(t, p, &regs, loose) ? POINT_SAME : POINT_MEMORY_DIFFERS;
}
