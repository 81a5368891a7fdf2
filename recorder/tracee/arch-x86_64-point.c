// SPDX-License-Identifier: GPL-2.0
/* Points on x86-64: what one instruction does, what of the registers is state. */
#ifdef __x86_64__
#include <stddef.h>
#include <sys/user.h>

#include <Zydis/Zydis.h>

#include "point-internal.h"
#include "sigframe.h"

/* ---- registers ---- */

uint64_t point_arch_flags(const struct scap_regs *regs)
{
	return regs->eflags & SCAP_POINT_FLAGS_X86_64;
}

void point_arch_strip(struct scap_regs *regs)
{
	regs->eflags = 0;
	regs->orig_rax = 0;
	regs->cs = regs->ss = regs->ds = regs->es = regs->fs = regs->gs = 0;
}

/*
 * What programs compute with: x87, SSE, AVX and AVX-512 in XSAVE's standard
 * format (Intel SDM vol. 1, 13.4), each at the place that Intel's processors
 * give it; so processors with and without further parts agree. The kernel
 * fills what is in its initial state with the initial values, so XSTATE_BV,
 * which alternates by itself, says nothing more. FOP, FIP and FDP are where the
 * last x87 instruction was and are lost at some context switches on some CPUs.
 */
enum { FOP = 6, MXCSR = 24, MXCSR_MASK = 28, ST = 32, XMM = 160, LEGACY_END = 416, EXTENDED = 576,
       PARTS_END = 2688 };

static const struct {
	unsigned int component;
	uint32_t place;
} parts[] = {
	{ 2, EXTENDED },	/* upper halves of YMM0..15 */
	{ 5, 1088 },		/* opmask */
	{ 6, 1152 },		/* upper halves of ZMM0..15 */
	{ 7, 1664 },		/* ZMM16..31 */
};

static void canonical_parts(uint8_t *state, size_t len)
{
	const struct vector_layout *here = vector_layout_here();
	uint8_t out[PARTS_END - EXTENDED] = { 0 };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		uint32_t at = here->part[parts[i].component].offset;
		uint32_t size = here->part[parts[i].component].size;

		if (at + size <= len)
			memcpy(out + parts[i].place - EXTENDED, state + at, size);
	}
	memcpy(state + EXTENDED, out, sizeof(out));
}

size_t point_arch_vector(uint8_t *state, size_t len, size_t room)
{
	if (len < EXTENDED || room < PARTS_END)
		return len;
	memset(state + FOP, 0, MXCSR - FOP);
	memset(state + MXCSR_MASK, 0, ST - MXCSR_MASK);
	for (int at = ST; at < XMM; at += 16)
		memset(state + at + 10, 0, 6);
	memset(state + LEGACY_END, 0, EXTENDED - LEGACY_END);
	canonical_parts(state, len);
	for (len = PARTS_END; len && !state[len - 1]; len--)
		;
	return len;
}

/* ---- decoding ---- */

/* Value of the general register @reg (of any width) in @regs, 0 for none. */
static uint64_t register_value(const struct scap_regs *regs, ZydisRegister reg)
{
	const uint64_t value[16] = {
		regs->rax, regs->rcx, regs->rdx, regs->rbx, regs->rsp, regs->rbp, regs->rsi,
		regs->rdi, regs->r8, regs->r9, regs->r10, regs->r11, regs->r12, regs->r13,
		regs->r14, regs->r15,
	};
	ZyanI8 id;

	if (reg == ZYDIS_REGISTER_NONE)
		return 0;
	id = ZydisRegisterGetId(ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg));
	return id >= 0 && id < 16 ? value[id] : 0;
}

static uint64_t operand_address(const struct scap_regs *regs, const ZydisDecodedInstruction *in,
				const ZydisDecodedOperandMem *mem)
{
	uint64_t addr = (uint64_t)mem->disp.value;

	if (mem->base == ZYDIS_REGISTER_RIP)
		addr += regs->rip + in->length;
	else
		addr += register_value(regs, mem->base);
	addr += register_value(regs, mem->index) * mem->scale;
	if (in->address_width == 32)
		addr = (uint32_t)addr;
	if (mem->segment == ZYDIS_REGISTER_FS)
		addr += regs->fs_base;
	if (mem->segment == ZYDIS_REGISTER_GS)
		addr += regs->gs_base;
	return addr;
}

/* Memory that the instruction writes; what push and call put on the stack is hidden and known. */
static void find_writes(const struct scap_regs *regs, const ZydisDecodedInstruction *in,
			const ZydisDecodedOperand *op, struct point_insn *insn)
{
	for (int i = 0; i < in->operand_count && insn->nwrites < 2; i++) {
		if (op[i].type != ZYDIS_OPERAND_TYPE_MEMORY ||
		    !(op[i].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) ||
		    op[i].mem.type != ZYDIS_MEMOP_TYPE_MEM)
			continue;
		if (op[i].visibility == ZYDIS_OPERAND_VISIBILITY_HIDDEN &&
		    op[i].mem.base == ZYDIS_REGISTER_RSP)
			continue;
		insn->write[insn->nwrites].addr = operand_address(regs, in, &op[i].mem);
		insn->write[insn->nwrites++].len = op[i].size / 8u;
	}
}

/* What must not be stepped over: traps of scap's, pushf (it would store the step flag), RTM. */
static bool is_trapped(const ZydisDecodedInstruction *in)
{
	switch (in->mnemonic) {
	case ZYDIS_MNEMONIC_RDTSC:
	case ZYDIS_MNEMONIC_RDTSCP:
	case ZYDIS_MNEMONIC_CPUID:
	case ZYDIS_MNEMONIC_PUSHF:
	case ZYDIS_MNEMONIC_PUSHFD:
	case ZYDIS_MNEMONIC_PUSHFQ:
	case ZYDIS_MNEMONIC_POPF:
	case ZYDIS_MNEMONIC_POPFD:
	case ZYDIS_MNEMONIC_POPFQ:
	case ZYDIS_MNEMONIC_XBEGIN:
	case ZYDIS_MNEMONIC_UD2:
	case ZYDIS_MNEMONIC_HLT:
		return true;
	default:
		return in->meta.category == ZYDIS_CATEGORY_INTERRUPT;
	}
}

static bool decode(struct tracee *t, uint64_t ip, ZydisDecodedInstruction *in,
		   ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT])
{
	uint8_t code[POINT_INSN_MAX];
	ZydisDecoder decoder;
	ssize_t n = tracee_read_some(t, ip, code, sizeof(code));

	ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	return n > 0 && !ZYAN_FAILED(ZydisDecoderDecodeFull(&decoder, code, (size_t)n, in, op));
}

static bool is_repeated(const ZydisDecodedInstruction *in)
{
	return in->attributes &
	       (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE);
}

__u64 *point_arch_counter(struct scap_regs *regs)
{
	return &regs->rcx;
}

/* Each repetition moves rsi and rdi, as far as the instruction has them, by the operand's size. */
int point_arch_repeats(struct tracee *t, const struct scap_point *p, const struct scap_regs *now,
		       uint64_t *n)
{
	const uint64_t direction_flag = 0x400;
	ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction in;
	struct scap_regs point, moved = *now;
	uint64_t step;

	if (!decode(t, p->ip, &in, op) || !is_repeated(&in) || in.address_width != 64)
		return 0;
	memcpy(&point, p->regs, sizeof(point));
	if (now->rcx < point.rcx)
		return -EAGAIN;
	*n = now->rcx - point.rcx;
	for (int i = 0; i < in.operand_count; i++) {
		if (op[i].type != ZYDIS_OPERAND_TYPE_MEMORY)
			continue;
		step = *n * (op[i].size / 8);
		step = point.eflags & direction_flag ? -step : step;
		if (op[i].mem.base == ZYDIS_REGISTER_RSI)
			moved.rsi += step;
		if (op[i].mem.base == ZYDIS_REGISTER_RDI)
			moved.rdi += step;
	}
	moved.rcx = point.rcx;
	/* what lods loads and scas compares is not known before it is done */
	moved.rax = point.rax;
	moved.rip = point.rip;
	point_arch_strip(&moved);
	point_arch_strip(&point);
	return memcmp(&moved, &point, sizeof(point)) != 0 ? -EAGAIN : in.length;
}

int point_arch_decode(struct tracee *t, const struct scap_regs *regs, struct point_insn *insn)
{
	ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction in;

	memset(insn, 0, sizeof(*insn));
	if (!decode(t, regs->rip, &in, op))
		return -EILSEQ;
	insn->len = in.length;
	insn->syscall = in.mnemonic == ZYDIS_MNEMONIC_SYSCALL;
	insn->trapped = is_trapped(&in);
	if (is_repeated(&in))
		insn->run_to = regs->rip + in.length;
	find_writes(regs, &in, op, insn);
	return 0;
}

int point_arch_settle(struct tracee *t)
{
	(void)t;
	return 0;
}

/* ---- debug registers ---- */

static int poke_debug(struct tracee *t, unsigned int n, uint64_t value)
{
	return (int)tracee_ptrace(PTRACE_POKEUSER, t->tid,
				  offsetof(struct user, u_debugreg) + n * sizeof(long),
				  (void *)value);
}

/* DR7: L0 set, R/W0 and LEN0 zero: an execution breakpoint (Intel SDM vol. 3, 18.2.4). */
int point_arch_break_at(struct tracee *t, uint64_t addr)
{
	int err = poke_debug(t, 0, addr);

	return err ? err : poke_debug(t, 7, 1);
}

int point_arch_unbreak(struct tracee *t)
{
	return poke_debug(t, 7, 0);
}
#endif
