// SPDX-License-Identifier: GPL-2.0
/*
 * Patches on arm64: a branch from a place in the tracee's code to pages of ours, where
 * arch-arm64-compare.S compares, and from there to the moved instruction. Every
 * instruction has room for a branch, so only the one is moved.
 *
 * Our pages: POINT_PATCH_CODE bytes of code, then struct compare_data.
 */
#ifdef __aarch64__
#include <elf.h>
#include <stddef.h>
#include <sys/uio.h>

#include "arch-arm64-compare.h"
#include "arch-arm64-insn.h"
#include "point-internal.h"

#define SEQUENCE_MAX	32	/* instructions within an exclusive pair */
#define CODE_MAX	1024u	/* instructions of the compare and the moved one */
#define LR		30u
#define ZR		31u

struct compare_data {
	uint64_t regs[32], expected[32];
	uint64_t thread, flags, expected_flags;
	struct point_word filter;
	uint64_t passes, near, mul;
	struct point_word word[168];
	struct point_word chunk[];
};

#define SAME_OFFSET(field, name) \
	static_assert(offsetof(struct compare_data, field) == (name), "arch-arm64-compare.h")
SAME_OFFSET(regs, COMPARE_REGS);
SAME_OFFSET(expected, COMPARE_EXPECTED);
SAME_OFFSET(thread, COMPARE_THREAD);
SAME_OFFSET(flags, COMPARE_FLAGS);
SAME_OFFSET(expected_flags, COMPARE_EXPECTED_FLAGS);
SAME_OFFSET(filter, COMPARE_FILTER);
SAME_OFFSET(passes, COMPARE_PASSES);
SAME_OFFSET(near, COMPARE_NEAR);
SAME_OFFSET(mul, COMPARE_MUL);
SAME_OFFSET(word, COMPARE_WORDS);
SAME_OFFSET(chunk, COMPARE_CHUNKS);
static_assert(COMPARE_DATA == POINT_PATCH_CODE && COMPARE_CHUNK == SCAP_POINT_CHUNK &&
	      COMPARE_ROTATE == SCAP_POINT_HASH_ROTATE, "arch-arm64-compare.h");
static_assert(SCAP_POINT_WORDS + SCAP_POINT_STACK / 8 < 168, "all words and the end");

/* arch-arm64-compare.S */
extern const uint32_t compare_code[], compare_filter[], compare_hit[], compare_end[];

/* A branch reaches 128 MiB; the moved instruction's own one must come back, and further. */
const uint64_t point_arch_reach = 48ull << 20, point_arch_far_reach = 48ull << 20;

uint64_t point_arch_patch_size(const struct scap_point *p)
{
	uint64_t size = POINT_PATCH_CODE + sizeof(struct compare_data) +
			(p->nchunks + 1) * sizeof(struct point_word);

	return point_whole_pages(size);
}

/* ---- the moved instruction ---- */

struct code {
	uint32_t buf[CODE_MAX];
	unsigned int n;
	uint64_t base;
	bool failed;
};

static void put(struct code *c, uint32_t insn)
{
	if (c->n == sizeof(c->buf) / 4)
		c->failed = true;
	else
		c->buf[c->n++] = insn;
}

static uint64_t here(const struct code *c)
{
	return c->base + c->n * 4;
}

/* b from @from to @to; 0: too far. */
static uint32_t branch(uint64_t from, uint64_t to)
{
	int64_t words = (int64_t)(to - from) >> 2;

	return words < -(1 << 25) || words >= 1 << 25 ? 0
						      : 0x14000000u | ((uint32_t)words & 0x3ffffff);
}

static void put_branch(struct code *c, uint64_t to)
{
	uint32_t insn = branch(here(c), to);

	c->failed |= !insn;
	put(c, insn);
}

/* movz and three movk */
static void put_constant(struct code *c, uint32_t reg, uint64_t value)
{
	for (uint32_t i = 0; i < 4; i++)
		put(c, (i ? 0xf2800000u : 0xd2800000u) | i << 21 |
		       (uint32_t)(value >> 16 * i & 0xffff) << 5 | reg);
}

/* The @bits of @insn from @at on, signed. */
static int64_t field(uint32_t insn, unsigned int at, unsigned int bits)
{
	return (int64_t)((uint64_t)insn << (64 - at - bits)) >> (64 - bits);
}

/* A conditional branch with its @bits wide displacement at bit 5: taken, two instructions on. */
static void move_conditional(struct code *c, uint32_t insn, uint64_t ip, unsigned int bits)
{
	put(c, (insn & ~(((1u << bits) - 1) << 5)) | 2u << 5);
	put_branch(c, ip + 4);
	put_branch(c, ip + (uint64_t)field(insn, 5, bits) * 4);
}

static void move_address(struct code *c, uint32_t insn, uint64_t ip)
{
	uint64_t offset = (uint64_t)field(insn, 5, 19) << 2 | (insn >> 29 & 3);

	if ((insn & 31) != ZR)
		put_constant(c, insn & 31,
			     IS_ADRP(insn) ? (ip & ~4095ull) + (offset << 12) : ip + offset);
	put_branch(c, ip + 4);
}

/* ldr of 32 or 64 bits, ldrsw, prfm: through the register itself. */
static void move_literal(struct code *c, uint32_t insn, uint64_t ip)
{
	static const uint32_t load[3] = { 0xb9400000, 0xf9400000, 0xb9800000 };
	uint32_t reg = insn & 31;

	if (insn >> 30 < 3 && reg != ZR) {
		put_constant(c, reg, ip + (uint64_t)field(insn, 5, 19) * 4);
		put(c, load[insn >> 30] | reg << 5 | reg);
	}
	put_branch(c, ip + 4);
}

static void move_insn(struct code *c, uint32_t insn, uint64_t ip)
{
	if (IS_B(insn)) {
		put_branch(c, ip + (uint64_t)field(insn, 0, 26) * 4);
	} else if (IS_BL(insn)) {
		put_constant(c, LR, ip + 4);
		put_branch(c, ip + (uint64_t)field(insn, 0, 26) * 4);
	} else if (IS_BLR(insn)) {
		put_constant(c, LR, ip + 4);
		put(c, BR(insn >> 5 & 31));
	} else if (IS_BCOND(insn) || IS_CBZ(insn)) {
		move_conditional(c, insn, ip, 19);
	} else if (IS_TBZ(insn)) {
		move_conditional(c, insn, ip, 14);
	} else if (IS_ADR(insn) || IS_ADRP(insn)) {
		move_address(c, insn, ip);
	} else if (IS_LDR_LITERAL(insn)) {
		move_literal(c, insn, ip);
	} else {
		put(c, insn);
		put_branch(c, ip + 4);
	}
}

static bool movable(uint32_t insn)
{
	if (IS_EXCEPTION(insn) || IS_UDF(insn) || IS_MRS_CNTVCT(insn) || IS_BLR_AUTH(insn))
		return false;
	if (IS_BLR(insn))
		return (insn >> 5 & 31) != LR;
	return !(IS_LDR_LITERAL(insn) && IS_VECTOR(insn));
}

/* Within a sequence of exclusive accesses each stop would make it begin again. */
static bool in_sequence(struct tracee *t, uint64_t ip)
{
	uint32_t code[SEQUENCE_MAX];

	if (tracee_read(t, ip - sizeof(code), code, sizeof(code)))
		return false;
	for (int i = SEQUENCE_MAX - 1; i >= 0 && !IS_STXR(code[i]); i--)
		if (IS_LDXR(code[i]))
			return true;
	return false;
}

enum point_patchable point_arch_patchable(struct tracee *t, uint64_t ip, bool scan)
{
	uint32_t insn;

	(void)scan;
	if (tracee_read(t, ip, &insn, sizeof(insn)) || !movable(insn) || in_sequence(t, ip))
		return POINT_PATCH_NONE;
	return POINT_PATCH_JUMP;
}

/* ---- the data ---- */

static void add_word(struct compare_data *d, unsigned int *n, uint64_t addr, uint64_t value)
{
	d->word[(*n)++] = (struct point_word){ addr, value };
}

/* Words in the order in which they tell most: written just before, stack. */
static void fill_words(struct compare_data *d, const struct scap_point *p)
{
	const struct scap_point_word *word = scap_point_words(p);
	uint64_t value;
	unsigned int n = 0;

	for (uint32_t i = 0; i < p->nwords; i++)
		add_word(d, &n, word[i].addr, word[i].value);
	for (uint32_t i = 0; i + 8 <= p->stack_len; i += 8) {
		memcpy(&value, p->stack + i, 8);
		add_word(d, &n, d->expected[31] + i, value);
	}
}

static int read_thread_pointer(struct tracee *t, uint64_t *value)
{
	struct iovec iov = { value, sizeof(*value) };

	return (int)tracee_ptrace(PTRACE_GETREGSET, t->tid, NT_ARM_TLS, &iov);
}

static int write_data(struct tracee *t, const struct scap_point *p,
		      const struct point_filter *filter, bool loose, uint64_t thread,
		      uint64_t at)
{
	size_t size = (size_t)point_arch_patch_size(p) - POINT_PATCH_CODE;
	struct compare_data *d = calloc(1, size);
	int err;

	if (!d)
		return -ENOMEM;
	memcpy(d->expected, p->regs, sizeof(d->expected));
	d->thread = thread;
	d->expected_flags = p->flags;
	d->mul = SCAP_POINT_HASH_MUL;
	d->filter.addr = filter->addr;
	d->filter.value = filter->value;
	fill_words(d, p);
	point_list_chunks(p, sizeof(uint32_t), loose, d->chunk);
	err = tracee_write(t, at, d, size);
	free(d);
	return err;
}

/* ---- the filter ---- */

#define COMPARE_REG	16u	/* what the compare has its data in */
#define FILTER_REGS_SAVED 2u	/* x0 and x1 are saved, and used, by then */

/* ldr x0, [x16, #offset] */
static uint32_t load_own(uint32_t offset)
{
	return 0xf9400000u | offset / 8 << 10 | COMPARE_REG << 5;
}

/* The two instructions that bring the filter's word into x0. */
static void put_filter(uint32_t insn[2], const struct point_filter *filter)
{
	insn[1] = 0xd503201fu; /* nop */
	if (filter->memory) {
		insn[0] = load_own(COMPARE_FILTER);
		insn[1] = 0xf9400000u; /* ldr x0, [x0] */
	} else if (filter->reg < FILTER_REGS_SAVED || filter->reg == COMPARE_REG) {
		insn[0] = load_own(COMPARE_REGS + 8 * filter->reg);
	} else if (filter->reg == 31) {
		insn[0] = 0x910003e0u; /* mov x0, sp */
	} else {
		insn[0] = 0xaa0003e0u | filter->reg << 16; /* mov x0, x<reg> */
	}
}

/* The compare is entered at its start, and falls through to the moved instruction. */
int point_arch_build(struct tracee *t, const struct scap_point *p,
		     const struct point_filter *filter, bool loose, struct point_patch *patch)
{
	struct code c = { .base = patch->base };
	uint64_t thread = 0;
	uint32_t insn;
	int err;

	patch->room = point_arch_patchable(t, p->ip, true);
	if (patch->room == POINT_PATCH_NONE || tracee_read(t, p->ip, &insn, sizeof(insn)))
		return -ENOTSUP;
	/* ahead of a thread's first instructions, which set it, it cannot be lent */
	if (read_thread_pointer(t, &thread) || !thread)
		return -ENOTSUP;
	patch->ip = p->ip;
	patch->entry = c.base;
	patch->hit = c.base + (uint64_t)(compare_hit - compare_code) * 4;
	for (const uint32_t *i = compare_code; i < compare_end; i++)
		put(&c, *i);
	put_filter(&c.buf[compare_filter - compare_code], filter);
	patch->leave = here(&c);
	move_insn(&c, insn, p->ip);
	if (c.failed || !branch(p->ip, patch->entry))
		return -ENOTSUP;
	err = tracee_write(t, c.base, c.buf, c.n * 4);
	return err ? err : write_data(t, p, filter, loose, thread, c.base + POINT_PATCH_CODE);
}

void point_arch_patch_bytes(struct point_patch *patch, bool jump)
{
	const uint32_t insn = jump ? branch(patch->ip, patch->entry) : BRK;

	patch->len = sizeof(insn);
	memcpy(patch->patched, &insn, sizeof(insn));
}

int point_arch_passes(struct tracee *t, const struct point_patch *patch,
		      struct point_passes *passes)
{
	static_assert(COMPARE_NEAR == COMPARE_PASSES + sizeof(uint64_t), "one after the other");
	return tracee_read(t, patch->base + POINT_PATCH_CODE + COMPARE_PASSES, passes,
			   sizeof(*passes));
}

void point_arch_give_back(struct tracee *t, const struct point_patch *patch)
{
	uint64_t thread;
	struct iovec iov = { &thread, sizeof(thread) };

	if (patch->entry && !tracee_read(t, patch->base + POINT_PATCH_CODE + COMPARE_THREAD,
					 &thread, sizeof(thread)))
		tracee_ptrace(PTRACE_SETREGSET, t->tid, NT_ARM_TLS, &iov);
}

/* brk is reported with pc at it. */
bool point_arch_at_breakpoint(const struct scap_regs *regs, uint64_t addr)
{
	return addr && regs->pc == addr;
}
#endif
