// SPDX-License-Identifier: GPL-2.0
/*
 * Patches on x86-64: a 5-byte jump from a place in the tracee's code to pages
 * of ours, where the registers are compared with the recorded ones without
 * touching flags, stack or red zone, and from there to the moved instructions.
 *
 * Our pages: POINT_PATCH_CODE bytes of code, then struct patch_data.
 */
#ifdef __x86_64__
#include <stddef.h>

#include <Zydis/Zydis.h>

#include "point-internal.h"

#define JUMP_SIZE 5
/* A jump reaches 2 GiB; what the moved instructions refer to may lie the other way. */
const uint64_t point_arch_reach = 1ull << 30, point_arch_far_reach = (2ull << 30) - (1u << 20);
#define BRANCH_WINDOW 32768u	/* where branches into the moved instructions are looked for */
#define INDIRECT_WINDOW 2048u	/* ... and a switch's indirect jump, if the function is not known */

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI };

/* What the compare reads and writes; its own memory instead of the stack. */
struct patch_data {
	uint64_t rax, rcx, rdx, rsi, rdi, flags, passes, near;
	uint64_t expected[16];	/* rax rcx rdx rbx rsp rbp rsi rdi r8.. r15 */
	struct point_word word[SCAP_POINT_WORDS + 84]; /* up to addr 0 */
	struct point_word chunk[];	/* value: scap_point_hash(); up to addr 0 */
};

uint64_t point_arch_patch_size(const struct scap_point *p)
{
	uint64_t size = POINT_PATCH_CODE + sizeof(struct patch_data) +
			(p->nchunks + 1) * sizeof(struct point_word);

	return point_whole_pages(size);
}

/* ---- the moved instructions ---- */

struct piece {
	ZydisDecodedInstruction in;
	ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT];
	uint64_t addr;
	uint8_t code[POINT_INSN_MAX];
};

struct pieces {
	struct piece p[JUMP_SIZE];
	unsigned int n, bytes;
};

static bool is_direct_branch(const struct piece *p)
{
	return p->in.raw.imm[0].is_relative;
}

static bool is_indirect_call(const struct piece *p)
{
	return p->in.mnemonic == ZYDIS_MNEMONIC_CALL && !is_direct_branch(p);
}

static bool is_jcc(const struct piece *p)
{
	return is_direct_branch(p) && p->in.meta.category == ZYDIS_CATEGORY_COND_BR &&
	       ((p->in.opcode_map == ZYDIS_OPCODE_MAP_DEFAULT && (p->in.opcode & 0xf0) == 0x70) ||
		(p->in.opcode_map == ZYDIS_OPCODE_MAP_0F && (p->in.opcode & 0xf0) == 0x80));
}

/* Nothing behind it is reached by falling through. */
static bool ends_flow(const struct piece *p)
{
	return p->in.meta.category == ZYDIS_CATEGORY_UNCOND_BR ||
	       p->in.meta.category == ZYDIS_CATEGORY_RET ||
	       p->in.meta.category == ZYDIS_CATEGORY_CALL;
}

/* loop, jrcxz and xbegin have no long form; a call through rsp would see what it pushed. */
static bool movable(const struct piece *p)
{
	switch (p->in.meta.category) {
	case ZYDIS_CATEGORY_SYSCALL:
	case ZYDIS_CATEGORY_INTERRUPT:
		return false;
	default:
		break;
	}
	if (p->in.mnemonic == ZYDIS_MNEMONIC_UD2 || p->in.mnemonic == ZYDIS_MNEMONIC_XBEGIN)
		return false;
	if (is_direct_branch(p))
		return !p->in.raw.prefix_count && (is_jcc(p) ||
						   p->in.mnemonic == ZYDIS_MNEMONIC_JMP ||
						   p->in.mnemonic == ZYDIS_MNEMONIC_CALL);
	if (!is_indirect_call(p))
		return true;
	return p->op[0].type == ZYDIS_OPERAND_TYPE_REGISTER ?
	       p->op[0].reg.value != ZYDIS_REGISTER_RSP :
	       p->op[0].mem.base != ZYDIS_REGISTER_RSP;
}

static bool decode_piece(struct tracee *t, struct piece *p, uint64_t addr)
{
	ZydisDecoder decoder;
	ssize_t n = tracee_read_some(t, addr, p->code, sizeof(p->code));

	p->addr = addr;
	ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	return n > 0 && !ZYAN_FAILED(ZydisDecoderDecodeFull(&decoder, p->code, (size_t)n,
							    &p->in, p->op));
}

/* As many instructions at @ip as are needed for a jump, or the first one alone. */
static enum point_patchable take_pieces(struct tracee *t, uint64_t ip, struct pieces *out)
{
	out->n = out->bytes = 0;
	while (out->bytes < JUMP_SIZE) {
		struct piece *p = &out->p[out->n];

		if (!decode_piece(t, p, ip + out->bytes) || !movable(p))
			break;
		out->n++;
		out->bytes += p->in.length;
		if (ends_flow(p))
			break;
	}
	if (out->bytes >= JUMP_SIZE)
		return POINT_PATCH_JUMP;
	if (!out->n)
		return POINT_PATCH_NONE;
	out->n = 1;
	out->bytes = out->p[0].in.length;
	return POINT_PATCH_INSN;
}

/* Whether @target is the beginning of a moved instruction other than the first. */
static bool is_interior(const struct pieces *pieces, uint64_t target)
{
	for (unsigned int i = 1; i < pieces->n; i++)
		if (pieces->p[i].addr == target && target < pieces->p[0].addr + JUMP_SIZE)
			return true;
	return false;
}

static int32_t int32_at(const uint8_t *p)
{
	int32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/*
 * Whether the bytes at @p, whatever they are, can be read as a branch into the
 * moved instructions, or as the indirect jump of a switch. Every offset is
 * tried; where instructions begin is known in the place's own function at most.
 */
static bool branches_inside(const struct pieces *pieces, const uint8_t *p, uint64_t addr,
			    bool near)
{
	bool short_branch = (p[0] & 0xf0) == 0x70 || p[0] == 0xeb || (p[0] & 0xfc) == 0xe0;

	if (short_branch && is_interior(pieces, addr + 2 + (uint64_t)(int8_t)p[1]))
		return true;
	if ((p[0] == 0xe9 || p[0] == 0xe8) &&
	    is_interior(pieces, addr + 5 + (uint64_t)(int64_t)int32_at(p + 1)))
		return true;
	if (p[0] == 0x0f && (p[1] & 0xf0) == 0x80 &&
	    is_interior(pieces, addr + 6 + (uint64_t)(int64_t)int32_at(p + 2)))
		return true;
	return near && p[0] == 0xff && (p[1] & 0x38) == 0x20 && p[1] != 0x25;
}

/*
 * Where the instructions of a function begin: read from its start, as far as
 * somebody asks, in ascending order. @start == @end: not known.
 */
struct sweep {
	struct tracee *t;
	uint64_t start, end, at;
	uint64_t code_at;	/* what @code holds */
	size_t code_len;
	uint8_t code[4096];
};

static bool sweep_step(struct sweep *s)
{
	uint64_t offset = s->at - s->code_at;
	ZydisDecodedInstruction in;
	ZydisDecoder decoder;
	ssize_t n;

	if (offset + POINT_INSN_MAX > s->code_len) {
		n = tracee_read_some(s->t, s->at, s->code, sizeof(s->code));
		s->code_at = s->at;
		s->code_len = n > 0 ? (size_t)n : 0;
		offset = 0;
	}
	ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	ZydisDecoderEnableMode(&decoder, ZYDIS_DECODER_MODE_MINIMAL, ZYAN_TRUE);
	if (ZYAN_FAILED(ZydisDecoderDecodeInstruction(&decoder, NULL, s->code + offset,
						      s->code_len - offset, &in)))
		return false;
	s->at += in.length;
	return true;
}

/* False: what is at @addr is part of an instruction. */
static bool may_begin(struct sweep *s, uint64_t addr)
{
	if (addr < s->start || addr >= s->end)
		return true;
	while (s->at < addr)
		if (!sweep_step(s)) {
			s->end = s->start;
			return true;
		}
	return s->at == addr;
}

static bool branched_into(struct tracee *t, const struct pieces *pieces)
{
	static _Thread_local uint8_t code[2 * BRANCH_WINDOW];
	uint64_t ip = pieces->p[0].addr;
	uint64_t start = ip - BRANCH_WINDOW, function = ip - INDIRECT_WINDOW;
	uint64_t function_end = ip + INDIRECT_WINDOW;
	ssize_t n = tracee_read_some(t, start, code, sizeof(code));
	bool known = !point_function(t, ip, &function, &function_end);
	struct sweep sweep = {
		.t = t, .start = function, .end = known ? function_end : function, .at = function,
		.code_at = function,
	};

	/* The text may begin, or end, less than a window away. */
	while (n <= 0 && start < ip) {
		start = (start + 4096) & ~4095ull;
		n = start <= ip ? tracee_read_some(t, start, code, sizeof(code)) : 0;
	}
	for (ssize_t i = 0; i + 6 <= n; i++) {
		uint64_t addr = start + (uint64_t)i;
		/* A switch jumps within its function. */
		bool near = addr >= function && addr < function_end;

		if (branches_inside(pieces, code + i, addr, near) && may_begin(&sweep, addr))
			return true;
	}
	return n <= 0;
}

static enum point_patchable room_at(struct tracee *t, uint64_t ip, bool scan, struct pieces *out)
{
	enum point_patchable room = take_pieces(t, ip, out);

	if (room == POINT_PATCH_JUMP && out->n > 1 && (!scan || branched_into(t, out))) {
		out->n = 1;
		out->bytes = out->p[0].in.length;
		room = POINT_PATCH_INSN;
	}
	return room;
}

enum point_patchable point_arch_patchable(struct tracee *t, uint64_t ip, bool scan)
{
	struct pieces pieces;

	return room_at(t, ip, scan, &pieces);
}

/* ---- code ---- */

struct code {
	uint8_t buf[POINT_PATCH_CODE];
	size_t n;
	uint64_t base;
	bool failed;
};

static void put(struct code *c, const void *bytes, size_t n)
{
	if (c->n + n > sizeof(c->buf)) {
		c->failed = true;
		return;
	}
	memcpy(c->buf + c->n, bytes, n);
	c->n += n;
}

#define PUT(c, ...) put((c), (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void put32(struct code *c, int64_t v)
{
	int32_t v32 = (int32_t)v;

	if (v != v32)
		c->failed = true;
	put(c, &v32, sizeof(v32));
}

static void put64(struct code *c, uint64_t v)
{
	put(c, &v, sizeof(v));
}

static uint64_t here(const struct code *c)
{
	return c->base + c->n;
}

/* The last operand, 4 bytes relative to the end of the instruction. */
static void put_rel(struct code *c, uint64_t target)
{
	put32(c, (int64_t)(target - (here(c) + 4)));
}

static uint64_t data_at(const struct code *c, size_t offset)
{
	return c->base + POINT_PATCH_CODE + offset;
}

/* mov [field], reg; mov reg, [field]; cmp reg, [field] with a field of our data. */
static void put_data_op(struct code *c, uint8_t opcode, unsigned int reg, size_t offset)
{
	PUT(c, (uint8_t)(0x48 | (reg >= 8 ? 4 : 0)), opcode, (uint8_t)(0x05 | (reg & 7) << 3));
	put_rel(c, data_at(c, offset));
}

#define SAVE(c, reg, field)	put_data_op((c), 0x89, (reg), offsetof(struct patch_data, field))
#define LOAD(c, reg, field)	put_data_op((c), 0x8b, (reg), offsetof(struct patch_data, field))

static void put_jump_far(struct code *c, uint64_t target)
{
	PUT(c, 0xff, 0x25, 0, 0, 0, 0);	/* jmp [rip+0] */
	put64(c, target);
}

static uint64_t branch_target(const struct piece *p)
{
	return p->addr + p->in.length + (uint64_t)p->in.raw.imm[0].value.s;
}

static void move_direct_branch(struct code *c, const struct piece *p)
{
	if (is_jcc(p)) {
		PUT(c, 0x0f, (uint8_t)(0x80 | (p->in.opcode & 0xf)));
		put_rel(c, branch_target(p));
		return;
	}
	if (p->in.mnemonic == ZYDIS_MNEMONIC_JMP) {
		put_jump_far(c, branch_target(p));
		return;
	}
	PUT(c, 0xff, 0x35, 14, 0, 0, 0);	/* push [return address] */
	put_jump_far(c, branch_target(p));
	put64(c, p->addr + p->in.length);
}

/* The bytes as they are, but for a displacement from rip. @code: of @p->in.length. */
static void move_bytes(struct code *c, const struct piece *p, const uint8_t *code)
{
	uint8_t copy[POINT_INSN_MAX];
	int64_t disp;
	int32_t disp32;

	memcpy(copy, code, p->in.length);
	for (int i = 0; i < p->in.operand_count; i++) {
		if (p->op[i].type != ZYDIS_OPERAND_TYPE_MEMORY ||
		    p->op[i].mem.base != ZYDIS_REGISTER_RIP)
			continue;
		disp = (int64_t)(p->addr + (uint64_t)p->in.raw.disp.value - here(c));
		disp32 = (int32_t)disp;
		if (disp != disp32)
			c->failed = true;
		memcpy(copy + p->in.raw.disp.offset, &disp32, sizeof(disp32));
		break;
	}
	put(c, copy, p->in.length);
}

/* call *x becomes push return address, jmp *x: 2 becomes 4 in ModRM.reg (Intel SDM vol. 2, FF). */
static void move_indirect_call(struct code *c, const struct piece *p)
{
	uint8_t jump[POINT_INSN_MAX];

	memcpy(jump, p->code, p->in.length);
	jump[p->in.raw.modrm.offset] =
		(uint8_t)((jump[p->in.raw.modrm.offset] & ~0x38) | 4 << 3);
	PUT(c, 0xff, 0x35);
	put32(c, p->in.length);
	move_bytes(c, p, jump);
	put64(c, p->addr + p->in.length);
}

static void move_pieces(struct code *c, const struct pieces *pieces)
{
	const struct piece *last = &pieces->p[pieces->n - 1];

	for (unsigned int i = 0; i < pieces->n; i++) {
		const struct piece *p = &pieces->p[i];

		if (is_direct_branch(p))
			move_direct_branch(c, p);
		else if (is_indirect_call(p))
			move_indirect_call(c, p);
		else
			move_bytes(c, p, p->code);
	}
	if (!ends_flow(last))
		put_jump_far(c, last->addr + last->in.length);
}

/* ---- the compare ---- */

/* Position in scap_regs, in words, of the register that instructions number @n. */
static size_t regs_index(unsigned int n)
{
#define AT(name) (offsetof(struct scap_regs, name) / 8)
	static const size_t index[16] = {
		AT(rax), AT(rcx), AT(rdx), AT(rbx), AT(rsp), AT(rbp), AT(rsi), AT(rdi),
		AT(r8), AT(r9), AT(r10), AT(r11), AT(r12), AT(r13), AT(r14), AT(r15),
	};
#undef AT
	return index[n];
}

/* The number in instructions of the register at @index of scap_regs, or rcx's: no such. */
static unsigned int insn_number(unsigned int index)
{
	for (unsigned int n = 0; n < 16; n++)
		if (regs_index(n) == index)
			return n;
	return RCX;
}

/*
 * rcx becomes 0 if the filter's register has its recorded value: lea and jrcxz
 * touch no flags. rcx itself is compared through its saved value.
 */
static void put_register_filter(struct code *c, unsigned int reg, uint64_t value)
{
	if (reg == RCX) {
		SAVE(c, RAX, rax);
		LOAD(c, RCX, rcx);
		PUT(c, 0x48, 0xb8);		/* mov rax, -value */
		put64(c, -value);
		PUT(c, 0x48, 0x8d, 0x0c, 0x01);	/* lea rcx, [rcx+rax] */
		LOAD(c, RAX, rax);
		return;
	}
	PUT(c, 0x48, 0xb9);			/* mov rcx, -value */
	put64(c, -value);
	/* lea rcx, [reg+rcx+0] */
	PUT(c, (uint8_t)(0x48 | (reg >= 8 ? 1 : 0)), 0x8d, 0x4c, (uint8_t)(0x08 | (reg & 7)), 0);
}

static void put_memory_filter(struct code *c, uint64_t addr, uint64_t value)
{
	SAVE(c, RAX, rax);
	PUT(c, 0x48, 0xb9);			/* mov rcx, addr */
	put64(c, addr);
	PUT(c, 0x48, 0x8b, 0x09);		/* mov rcx, [rcx] */
	PUT(c, 0x48, 0xb8);			/* mov rax, -value */
	put64(c, -value);
	PUT(c, 0x48, 0x8d, 0x0c, 0x01);		/* lea rcx, [rcx+rax] */
	LOAD(c, RAX, rax);
}

/* Counts the pass and jumps back to the page's start if the filter's word is as recorded. */
static void put_entry(struct code *c, const struct point_filter *filter)
{
	SAVE(c, RCX, rcx);
	LOAD(c, RCX, passes);
	PUT(c, 0x48, 0x8d, 0x49, 0x01);		/* lea rcx, [rcx+1] */
	SAVE(c, RCX, passes);
	if (filter->memory)
		put_memory_filter(c, filter->addr, filter->value);
	else
		put_register_filter(c, insn_number(filter->reg), filter->value);
	PUT(c, 0xe3, (uint8_t)-(c->n + 2));	/* jrcxz to offset 0 */
	if (c->n > 127)
		c->failed = true;
	LOAD(c, RCX, rcx);
}

/* lahf and seto keep all flags but DF in ax, add al,127 and sahf bring them back. */
static void put_restore(struct code *c)
{
	LOAD(c, RAX, flags);
	PUT(c, 0x04, 0x7f, 0x9e);
	LOAD(c, RAX, rax);
	LOAD(c, RCX, rcx);
}

static void put_branch_if_not(struct code *c, uint64_t target)
{
	PUT(c, 0x0f, 0x85);
	put_rel(c, target);
}

/* ax as lahf and seto leave it for the recorded @flags, of which AF is not looked at. */
static uint32_t expected_ax(uint64_t flags)
{
	return (uint32_t)((flags & 0xc5) << 8 | (flags >> 11 & 1));
}

/*
 * rcx: the entry whose chunk differs, and one more. It becomes the first: what
 * tells one pass from the other now will do so again.
 */
static void put_move_to_front(struct code *c)
{
	PUT(c, 0x48, 0xbe);			/* mov rsi, chunks */
	put64(c, data_at(c, offsetof(struct patch_data, chunk)));
	PUT(c, 0x48, 0x8b, 0x41, 0xf0);		/* mov rax, [rcx-16] */
	PUT(c, 0x48, 0x8b, 0x16);		/* mov rdx, [rsi] */
	PUT(c, 0x48, 0x89, 0x06);		/* mov [rsi], rax */
	PUT(c, 0x48, 0x89, 0x51, 0xf0);		/* mov [rcx-16], rdx */
	PUT(c, 0x48, 0x8b, 0x41, 0xf8);		/* mov rax, [rcx-8] */
	PUT(c, 0x48, 0x8b, 0x56, 0x08);		/* mov rdx, [rsi+8] */
	PUT(c, 0x48, 0x89, 0x46, 0x08);		/* mov [rsi+8], rax */
	PUT(c, 0x48, 0x89, 0x51, 0xf8);		/* mov [rcx-8], rdx */
}

static void put_restore_index(struct code *c)
{
	LOAD(c, RDX, rdx);
	LOAD(c, RSI, rsi);
	LOAD(c, RDI, rdi);
}

/* The areas: scap_point_hash() of each chunk. */
static void put_compare_chunks(struct code *c, uint64_t miss)
{
	size_t next, all, again;

	SAVE(c, RDX, rdx);
	SAVE(c, RSI, rsi);
	SAVE(c, RDI, rdi);
	PUT(c, 0x48, 0xb9);			/* mov rcx, chunks */
	put64(c, data_at(c, offsetof(struct patch_data, chunk)));
	PUT(c, 0x48, 0xbf);			/* mov rdi, MUL */
	put64(c, SCAP_POINT_HASH_MUL);
	next = c->n;
	PUT(c, 0x48, 0x8b, 0x31);		/* next: mov rsi, [rcx] */
	PUT(c, 0x48, 0x85, 0xf6, 0x74, 0);	/* test rsi, rsi; je all */
	all = c->n;
	PUT(c, 0xb8, 1, 0, 0, 0);		/* mov eax, 1 */
	PUT(c, 0x48, 0x8d, 0x96);		/* lea rdx, [rsi+CHUNK] */
	put32(c, SCAP_POINT_CHUNK);
	again = c->n;
	PUT(c, 0x48, 0x33, 0x06);		/* again: xor rax, [rsi] */
	PUT(c, 0x48, 0x0f, 0xaf, 0xc7);		/* imul rax, rdi */
	PUT(c, 0x48, 0xc1, 0xc0, SCAP_POINT_HASH_ROTATE); /* rol rax, ROTATE */
	PUT(c, 0x48, 0x83, 0xc6, 0x08);		/* add rsi, 8 */
	PUT(c, 0x48, 0x39, 0xd6);		/* cmp rsi, rdx */
	PUT(c, 0x75, (uint8_t)(again - c->n - 2)); /* jne again */
	PUT(c, 0x48, 0xc1, 0xe8, 32);		/* shr rax, 32 */
	PUT(c, 0x48, 0x3b, 0x41, 0x08);		/* cmp rax, [rcx+8] */
	PUT(c, 0x48, 0x8d, 0x49, 0x10);		/* lea rcx, [rcx+16] */
	PUT(c, 0x74, (uint8_t)(next - c->n - 2)); /* je next */
	PUT(c, 0x48, 0xff, 0x05);		/* inc [near] */
	put_rel(c, data_at(c, offsetof(struct patch_data, near)));
	put_move_to_front(c);
	put_restore_index(c);
	PUT(c, 0xe9);
	put_rel(c, miss);
	c->buf[all - 1] = (uint8_t)(c->n - all);
	put_restore_index(c);			/* all: */
}

/* All of it: flags, registers, words, areas. Jumps to @miss at the first difference. */
static void put_compare(struct code *c, const struct scap_point *p, uint64_t miss)
{
	SAVE(c, RAX, rax);
	PUT(c, 0x9f, 0x0f, 0x90, 0xc0);		/* lahf; seto al */
	SAVE(c, RAX, flags);
	PUT(c, 0x25, 0xff, 0xc5, 0, 0);		/* and eax, 0xc5ff */
	PUT(c, 0x3d);				/* cmp eax, expected */
	put32(c, expected_ax(p->flags));
	put_branch_if_not(c, miss);
	for (unsigned int reg = 0; reg < 16; reg++) {
		size_t at = offsetof(struct patch_data, expected) + reg * 8;

		if (reg == RAX)
			LOAD(c, RAX, rax);
		if (reg == RCX)
			LOAD(c, RCX, rcx);
		put_data_op(c, 0x3b, reg, at);
		put_branch_if_not(c, miss);
	}
	PUT(c, 0x48, 0xb9);			/* mov rcx, words */
	put64(c, data_at(c, offsetof(struct patch_data, word)));
	PUT(c, 0x48, 0x8b, 0x01);		/* next: mov rax, [rcx] */
	PUT(c, 0x48, 0x85, 0xc0, 0x74, 0x12);	/* test rax, rax; je all */
	PUT(c, 0x48, 0x8b, 0x00);		/* mov rax, [rax] */
	PUT(c, 0x48, 0x3b, 0x41, 0x08);		/* cmp rax, [rcx+8] */
	PUT(c, 0x48, 0x8d, 0x49, 0x10);		/* lea rcx, [rcx+16] */
	PUT(c, 0x74, 0xeb);			/* je next */
	PUT(c, 0xe9);
	put_rel(c, miss);
	put_compare_chunks(c, miss);		/* all: */
}

static void add_word(struct patch_data *d, unsigned int *n, uint64_t addr, uint64_t value)
{
	d->word[*n].addr = addr;
	d->word[(*n)++].value = value;
}

static void add_bytes(struct patch_data *d, unsigned int *n, uint64_t addr, const uint8_t *bytes,
		      size_t len)
{
	uint64_t value;

	for (size_t i = 0; i + 8 <= len; i += 8) {
		memcpy(&value, bytes + i, 8);
		add_word(d, n, addr + i, value);
	}
}

/* Words in the order in which they tell most: written just before, red zone, stack. */
static void fill_words(struct patch_data *d, const struct scap_point *p)
{
	const struct scap_point_word *word = scap_point_words(p);
	uint64_t sp = p->regs[regs_index(RSP)];
	unsigned int n = 0;

	for (uint32_t i = 0; i < p->nwords; i++)
		add_word(d, &n, word[i].addr, word[i].value);
	add_bytes(d, &n, sp - p->redzone_len, p->redzone + SCAP_POINT_REDZONE - p->redzone_len,
		  p->redzone_len);
	add_bytes(d, &n, sp, p->stack, p->stack_len);
}

static int write_data(struct tracee *t, const struct scap_point *p, bool loose,
		      const struct point_patch *patch)
{
	size_t size = (size_t)point_arch_patch_size(p) - POINT_PATCH_CODE;
	struct patch_data *d = calloc(1, size);
	int err;

	if (!d)
		return -ENOMEM;
	for (unsigned int reg = 0; reg < 16; reg++)
		d->expected[reg] = p->regs[regs_index(reg)];
	fill_words(d, p);
	point_list_chunks(p, JUMP_SIZE, loose, d->chunk);
	err = tracee_write(t, patch->base + POINT_PATCH_CODE, d, size);
	free(d);
	return err;
}

/*
 * Layout of the code page: jump to the compare; entry and filter; the moved
 * instructions; the compare.
 */
int point_arch_build(struct tracee *t, const struct scap_point *p,
		     const struct point_filter *filter, bool loose, struct point_patch *patch)
{
	struct code c = { .base = patch->base };
	struct pieces pieces;
	size_t to_compare;
	int32_t rel;
	uint64_t miss;
	int err;

	patch->room = room_at(t, p->ip, true, &pieces);
	if (patch->room == POINT_PATCH_NONE)
		return -ENOTSUP;
	patch->ip = p->ip;
	PUT(&c, 0xe9);
	to_compare = c.n;
	put32(&c, 0);
	patch->entry = here(&c);
	put_entry(&c, filter);
	patch->leave = here(&c);
	move_pieces(&c, &pieces);
	miss = here(&c);
	put_restore(&c);
	PUT(&c, 0xe9);
	put_rel(&c, patch->leave);
	rel = (int32_t)(c.n - to_compare - sizeof(rel));
	memcpy(c.buf + to_compare, &rel, sizeof(rel));
	put_compare(&c, p, miss);
	put_restore(&c);
	patch->hit = here(&c);
	PUT(&c, 0xcc);
	if (c.failed)
		return -ENOTSUP;
	err = tracee_write(t, c.base, c.buf, c.n);
	return err ? err : write_data(t, p, loose, patch);
}

void point_arch_patch_bytes(struct point_patch *patch, bool jump)
{
	int32_t rel = (int32_t)(patch->entry - (patch->ip + JUMP_SIZE));

	patch->len = jump ? JUMP_SIZE : 1;
	patch->patched[0] = jump ? 0xe9 : 0xcc;
	memcpy(patch->patched + 1, &rel, sizeof(rel));
}

int point_arch_passes(struct tracee *t, const struct point_patch *patch,
		      struct point_passes *passes)
{
	static_assert(offsetof(struct patch_data, near) ==
		      offsetof(struct patch_data, passes) + sizeof(uint64_t), "one after the other");
	return tracee_read(t, patch->base + POINT_PATCH_CODE + offsetof(struct patch_data, passes),
			   passes, sizeof(*passes));
}

void point_arch_give_back(struct tracee *t, const struct point_patch *patch)
{
	(void)t;
	(void)patch;
}

/* int3 is reported with ip behind it. */
bool point_arch_at_breakpoint(const struct scap_regs *regs, uint64_t addr)
{
	return regs->rip == addr + 1;
}
#endif
