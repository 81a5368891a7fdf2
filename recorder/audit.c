// SPDX-License-Identifier: GPL-2.0
/*
 * See audit.h. Keeps a copy of each page that the program has written, so
 * that of a page which the kernel wrote the very bytes are known that changed.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recorder/audit.h"
#include "recorder/ptrace-backend.h"
#include "recorder/tracee/written.h"

#define PAGE 4096u
#define BATCH (64u * PAGE)

/* Findings of one call that are told one by one. */
#define TOLD_MAX 4

struct page {
	uint64_t addr;
	uint8_t bytes[PAGE];
};

/* A private writable mapping of a file: what its pages hold before they are written. */
struct origin {
	uint64_t start, end, offset;
	char *path;
};

/* Bytes that a call changed. */
struct change {
	uint64_t addr, len;
};

/*
 * The copy of one address space.
 * @slot: hash table of pages by address, open addressing, @nslots a power of 2
 * @watch: armed at the call's entry: its exit will be compared
 */
struct audit_space {
	struct tracee_written *written;
	struct page **slot;
	size_t nslots, npages;
	struct origin *origin;
	size_t norigins;
	struct change *change;
	size_t nchanges, change_cap;
	uint8_t *batch;
	bool watch;
	struct tracee *t;	/* during a scan */
};

/* ---- the copy ---- */

static struct page **find_slot(struct audit_space *a, uint64_t addr)
{
	size_t i = (size_t)(addr / PAGE * 0x9e3779b97f4a7c15ull >> 20) & (a->nslots - 1);

	while (a->slot[i] && a->slot[i]->addr != addr)
		i = (i + 1) & (a->nslots - 1);
	return &a->slot[i];
}

static struct page **new_slots(size_t n)
{
	return alloc_zeroed(n, sizeof(struct page *));
}

static void grow(struct audit_space *a)
{
	struct page **old = a->slot;
	size_t n = a->nslots;

	a->nslots = n ? n * 2 : 1024;
	a->slot = new_slots(a->nslots);
	for (size_t i = 0; i < n; i++)
		if (old[i])
			*find_slot(a, old[i]->addr) = old[i];
	free(old);
}

static struct page *find_page(struct audit_space *a, uint64_t addr)
{
	return a->nslots ? *find_slot(a, addr) : NULL;
}

static void keep_page(struct audit_space *a, uint64_t addr, const uint8_t *bytes)
{
	struct page **slot;

	if (2 * (a->npages + 1) > a->nslots)
		grow(a);
	slot = find_slot(a, addr);
	if (!*slot) {
		*slot = alloc_zeroed(1, sizeof(**slot));
		(*slot)->addr = addr;
		a->npages++;
	}
	memcpy((*slot)->bytes, bytes, PAGE);
}

/* Pages of [start, end) were unmapped or replaced. The table is built anew: it is rare. */
static void forget_range(struct audit_space *a, uint64_t start, uint64_t end)
{
	struct page **old = a->slot;
	size_t n = a->nslots;

	if (!n)
		return;
	a->slot = new_slots(n);
	a->npages = 0;
	for (size_t i = 0; i < n; i++) {
		if (!old[i])
			continue;
		if (old[i]->addr >= start && old[i]->addr < end) {
			free(old[i]);
			continue;
		}
		*find_slot(a, old[i]->addr) = old[i];
		a->npages++;
	}
	free(old);
}

/* ---- pages that were never written ---- */

static void forget_origins(struct audit_space *a)
{
	for (size_t i = 0; i < a->norigins; i++)
		free(a->origin[i].path);
	free(a->origin);
	a->origin = NULL;
	a->norigins = 0;
}

static int note_origin(void *ctx, const struct tracee_map *map)
{
	struct audit_space *a = ctx;
	void *v;

	if (map->shared || !(map->prot & PROT_WRITE) || map->path[0] != '/')
		return 0;
	v = alloc_resize(a->origin, a->norigins + 1, sizeof(*a->origin));
	a->origin = v;
	a->origin[a->norigins++] = (struct origin){ map->start, map->end, map->offset,
						    strdup(map->path) };
	return 0;
}

/* A page's content before its first write: the file's, or zeros. False: not known. */
static bool read_origin(const struct audit_space *a, uint64_t addr, uint8_t bytes[PAGE])
{
	const struct origin *o = NULL;
	ssize_t n;
	int fd;

	memset(bytes, 0, PAGE);
	for (size_t i = 0; i < a->norigins && !o; i++)
		if (addr >= a->origin[i].start && addr < a->origin[i].end)
			o = &a->origin[i];
	if (!o)
		return true;
	fd = open(o->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	n = pread(fd, bytes, PAGE, (off_t)(o->offset + (addr - o->start)));
	close(fd);
	return n >= 0;
}

/* ---- scanning ---- */

/* Calls @each with the content of every page in [start, end) that can be read. */
static int each_page(struct audit_space *a, uint64_t start, uint64_t end,
		     void (*each)(struct audit_space *a, uint64_t addr, const uint8_t *bytes))
{
	while (start < end) {
		size_t want = end - start < BATCH ? (size_t)(end - start) : BATCH;
		size_t got = (size_t)tracee_read_some(a->t, start, a->batch, want) / PAGE * PAGE;

		for (size_t at = 0; at < got; at += PAGE)
			each(a, start + at, a->batch + at);
		start += got ? got : PAGE;
	}
	return 0;
}

static void add_change(struct audit_space *a, uint64_t addr)
{
	if (a->change && a->nchanges) {
		struct change *last = &a->change[a->nchanges - 1];

		if (last->addr + last->len == addr) {
			last->len++;
			return;
		}
	}
	if (!a->change || a->nchanges == a->change_cap) {
		a->change_cap = a->change_cap ? a->change_cap * 2 : 64;
		a->change = alloc_resize(a->change, a->change_cap, sizeof(*a->change));
	}
	a->change[a->nchanges++] = (struct change){ addr, 1 };
}

static void compare_page(struct audit_space *a, uint64_t addr, const uint8_t *bytes)
{
	struct page *page = find_page(a, addr);
	uint8_t origin[PAGE];
	const uint8_t *before = page ? page->bytes : origin;

	if ((page || read_origin(a, addr, origin)) && memcmp(before, bytes, PAGE) != 0)
		for (unsigned int i = 0; i < PAGE; i++)
			if (before[i] != bytes[i])
				add_change(a, addr + i);
	keep_page(a, addr, bytes);
}

static int absorb_range(void *ctx, uint64_t start, uint64_t end)
{
	return each_page(ctx, start, end, keep_page);
}

static int compare_range(void *ctx, uint64_t start, uint64_t end)
{
	return each_page(ctx, start, end, compare_page);
}

/* ---- which calls ---- */

static struct audit_space *space_open(struct task *k)
{
	struct audit_space *a = alloc_zeroed(1, sizeof(*a));

	a->batch = alloc_zeroed(1, BATCH);
	a->written = alloc_checked(tracee_written_open(&k->t, !k->by_syscall));
	tracee_written_refresh(a->written, &k->t);
	tracee_maps(&k->t, note_origin, a);
	return a;
}

void audit_space_free(struct audit_space *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->nslots; i++)
		free(a->slot[i]);
	forget_origins(a);
	tracee_written_close(a->written);
	free(a->slot);
	free(a->change);
	free(a->batch);
	free(a);
}

/* Another thread of the same memory is in the kernel, which may write for it at any time. */
static bool alone(struct task *k)
{
	if (k->space->refs == 1)
		return true;
	for (unsigned int i = 0; i < TASK_BUCKETS; i++)
		for (struct task *o = k->rec->tasks[i]; o; o = o->next)
			if (o != k && o->space == k->space && o->in_call)
				return false;
	return true;
}

/* What happens to the map is not for the plans to say: old copies are worth nothing. */
static void follow_map(struct task *k, struct audit_space *a)
{
	const __u64 *arg = k->call.args;
	uint64_t result = (uint64_t)k->call.result;

	if (k->call.result < 0)
		return;
	switch (k->call.nr) {
	case SYS_mmap:
		forget_range(a, result, result + arg[1]);
		break;
	case SYS_munmap:
	case SYS_madvise:
		forget_range(a, arg[0], arg[0] + arg[1]);
		break;
	case SYS_mremap:
		forget_range(a, arg[0], arg[0] + arg[1]);
		forget_range(a, result, result + arg[2]);
		break;
	case SYS_brk:
		forget_range(a, (result + PAGE - 1) & ~(PAGE - 1ull), result + (1ull << 40));
		break;
	}
	forget_origins(a);
	tracee_maps(&k->t, note_origin, a);
	tracee_written_refresh(a->written, &k->t);
}

/*
 * Calls that change the memory map are left out, and those that may let
 * another task run in this memory before they return.
 */
static bool is_compared(const struct task *k)
{
	/* by name: not every architecture has all of them */
	static const char *const harmless[] = { "arch_prctl", "modify_ldt", "pkey_alloc",
						"pkey_free", "fork" };

	if (!k->info)
		return false;
	if (k->info->class == SCAP_EMULATE)
		return true;
	if (k->call.nr == SYS_clone)
		return !(k->call.args[0] & CLONE_VM);
	for (size_t i = 0; i < sizeof(harmless) / sizeof(*harmless); i++)
		if (!strcmp(k->info->name, harmless[i]))
			return true;
	return false;
}

void audit_entry(struct task *k)
{
	struct audit_space *a = k->space->audit;

	if (!k->rec->options->audit)
		return;
	if (!a)
		a = k->space->audit = space_open(k);
	a->t = &k->t;
	a->nchanges = 0;
	tracee_written_scan(a->written, &k->t, absorb_range, a);
	a->watch = is_compared(k) && alone(k);
}

void audit_exit(struct task *k)
{
	struct audit_space *a = k->space->audit;

	if (!a || k->answered)
		return;
	if (k->info && k->info->class == SCAP_EXECUTE)
		follow_map(k, a);
	if (!a->watch || !alone(k) || (k->entered && k->space->refs > 1)) {
		a->watch = false;
		return;
	}
	a->t = &k->t;
	tracee_written_scan(a->written, &k->t, compare_range, a);
}

/* The copy gets what was written, and nothing else that the page may show by now. */
void audit_foreign_write(struct task *k, uint64_t addr, uint64_t len)
{
	struct audit_space *a = k->space->audit;
	uint64_t end = addr + len, next;

	for (; a && addr < end; addr = next) {
		uint64_t start = addr & ~(PAGE - 1ull);
		struct page *page = find_page(a, start);
		uint8_t bytes[PAGE];

		next = start + PAGE < end ? start + PAGE : end;
		if (page)
			memcpy(bytes, page->bytes, PAGE);
		else if (!read_origin(a, start, bytes))
			continue;
		if (!tracee_read(&k->t, addr, bytes + (addr - start), next - addr))
			keep_page(a, start, bytes);
	}
}

/* ---- the verdict ---- */

/*
 * First bytes of @c from @from on that no output of the plan covers.
 * Returns how many, 0: none, with *@at where they are.
 */
static uint64_t next_missed(const struct out_list *outs, const struct change *c, uint64_t from,
			    uint64_t *at)
{
	uint64_t end = c->addr + c->len, stop;
	bool moved = true;

	while (moved) {
		moved = false;
		for (uint32_t i = 0; i < outs->n; i++)
			if (from >= outs->v[i].addr && from - outs->v[i].addr < outs->v[i].len) {
				from = outs->v[i].addr + outs->v[i].len;
				moved = true;
			}
	}
	if (from >= end)
		return 0;
	stop = end;
	for (uint32_t i = 0; i < outs->n; i++)
		if (outs->v[i].addr > from && outs->v[i].addr < stop)
			stop = outs->v[i].addr;
	*at = from;
	return stop - from;
}

static void tell(struct task *k, uint64_t addr, uint64_t len)
{
	complain(k->rec, "audit: %s (%u) of pid %d, result %lld: %llu byte%s at 0x%llx "
		 "written and not captured", k->info->name, k->call.nr, k->t.pid,
		 (long long)k->call.result, (unsigned long long)len, len == 1 ? "" : "s",
		 (unsigned long long)addr);
}

void audit_verdict(struct task *k)
{
	struct audit_space *a = k->space->audit;
	struct record_result *r = k->rec->result;
	uint64_t missed = 0, len, at;
	unsigned int told = 0;

	if (!a || !a->watch || k->answered)
		return;
	a->watch = false;
	r->audited++;
	for (size_t i = 0; i < a->nchanges; i++) {
		const struct change *c = &a->change[i];

		for (at = c->addr; (len = next_missed(&k->rec->outs, c, at, &at)); at += len) {
			missed += len;
			if (told++ < TOLD_MAX)
				tell(k, at, len);
		}
	}
	if (missed) {
		r->audit_calls++;
		r->audit_bytes += missed;
	}
}
