// SPDX-License-Identifier: GPL-2.0
/* Points on arm64: what one instruction does, what of the registers is state. */
#ifdef __aarch64__
#include <asm/ptrace.h>
#include <asm/sigcontext.h>
#include <stddef.h>
#include <sys/uio.h>

#include "arch-arm64-insn.h"
#include "point-internal.h"

#define SEQUENCE_MAX	32	/* instructions between the exclusive pair */

uint64_t point_arch_flags(const struct scap_regs *regs)
{
	return regs->pstate & SCAP_POINT_FLAGS_ARM64;
}

void point_arch_strip(struct scap_regs *regs)
{
	regs->pstate = 0;
}

/*
 * NT_PRFPREG has nothing in it that is not state. NT_ARM_SVE: the same bytes first, behind them
 * what is beyond 128 bits of each Z register, P registers and FFR, without trailing zeros. So
 * it does not matter whether the kernel has the registers in use or would begin with zeros there.
 */
size_t point_arch_vector(uint8_t *state, size_t len, size_t room)
{
	uint8_t out[TRACEE_FPREGS_MAX];
	struct user_fpsimd_state low = { 0 };
	size_t n = sizeof(low), rest;
	struct user_sve_header head;
	uint32_t vq;

	if (len <= n)
		return len;
	memcpy(&head, state, sizeof(head));
	vq = sve_vq_from_vl(head.vl);
	rest = SVE_PT_SVE_PREGS_SIZE(vq) + SVE_PT_SVE_FFR_SIZE(vq);
	if (len < SVE_PT_SIZE(vq, SVE_PT_REGS_SVE) || len + n > sizeof(out) || len + n > room)
		return len;
	for (unsigned int i = 0; i < SVE_NUM_ZREGS; i++) {
		const uint8_t *z = state + SVE_PT_SVE_ZREG_OFFSET(vq, i);
		size_t beyond = SVE_PT_SVE_ZREG_SIZE(vq) - SVE_VQ_BYTES;

		memcpy(&low.vregs[i], z, SVE_VQ_BYTES);
		memcpy(out + n, z + SVE_VQ_BYTES, beyond);
		n += beyond;
	}
	memcpy(&low.fpsr, state + SVE_PT_SVE_FPSR_OFFSET(vq), sizeof(low.fpsr));
	memcpy(&low.fpcr, state + SVE_PT_SVE_FPCR_OFFSET(vq), sizeof(low.fpcr));
	memcpy(out, &low, sizeof(low));
	memcpy(out + n, state + SVE_PT_SVE_PREGS_OFFSET(vq), rest);
	for (n += rest; n > sizeof(low) && !out[n - 1]; n--)
		;
	memcpy(state, out, n);
	return n;
}

/* Behind the store that ends the sequence begun at @pc and the branch that repeats it. */
static uint64_t sequence_end(struct tracee *t, uint64_t pc)
{
	uint32_t code[SEQUENCE_MAX];
	ssize_t n = tracee_read_some(t, pc, code, sizeof(code));

	for (ssize_t i = 1; i < n / 4; i++)
		if (IS_STXR(code[i]))
			return pc + (uint64_t)(i + 2) * 4;
	return 0;
}

/* ---- what a store writes (Arm ARM, C4.1.66) ---- */

/* @n as an address: 31 is sp. */
static uint64_t base_register(const struct scap_regs *regs, uint32_t n)
{
	return n == 31 ? regs->sp : regs->x[n];
}

/* The offset register of a store, 31: zero, as its option and shift say. */
static uint64_t offset_register(const struct scap_regs *regs, uint32_t insn, unsigned int shift)
{
	uint32_t n = insn >> 16 & 31;
	uint64_t value = n == 31 ? 0 : regs->x[n];

	switch (insn >> 13 & 7) {
	case 2:
		value = (uint32_t)value;
		break;
	case 6:
		value = (uint64_t)(int64_t)(int32_t)value;
		break;
	}
	return insn & 1u << 12 ? value << shift : value;
}

static int64_t signed_field(uint32_t insn, unsigned int at, unsigned int bits)
{
	return (int64_t)((uint64_t)insn << (64 - at - bits)) >> (64 - bits);
}

/* stp: two registers; the immediate counts ahead of the store but in a post-indexed one. */
static uint64_t pair_offset(uint32_t insn, uint64_t *len)
{
	unsigned int shift = IS_VECTOR(insn) ? 2 + (insn >> 30) : 2 + (insn >> 31);

	*len = 2ull << shift;
	return (insn >> 23 & 3) == 1 ? 0 : (uint64_t)signed_field(insn, 15, 7) << shift;
}

/* str and its like; LSE's atomics write at their base. */
static uint64_t single_offset(const struct scap_regs *regs, uint32_t insn, uint64_t *len)
{
	unsigned int shift = insn >> 30;

	if (IS_VECTOR(insn) && insn & 1u << 23)
		shift = 4;
	*len = 1ull << shift;
	if (insn & 1u << 24)
		return (uint64_t)(insn >> 10 & 0xfff) << shift;
	if (insn & 1u << 21)
		return (insn >> 10 & 3) == 2 ? offset_register(regs, insn, shift) : 0;
	return (insn >> 10 & 3) == 1 ? 0 : (uint64_t)signed_field(insn, 12, 9);
}

static void find_writes(const struct scap_regs *regs, uint32_t insn, struct point_insn *out)
{
	uint64_t offset, len = 16;

	if (IS_STORE_PAIR(insn))
		offset = pair_offset(insn, &len);
	else if (IS_STORE_SINGLE(insn) || IS_ATOMIC(insn))
		offset = single_offset(regs, insn, &len);
	else if (IS_STORE_ORDERED(insn))
		offset = 0;
	else
		return;
	out->nwrites = 1;
	out->write[0].addr = base_register(regs, insn >> 5 & 31) + offset;
	out->write[0].len = len;
}

int point_arch_decode(struct tracee *t, const struct scap_regs *regs, struct point_insn *insn)
{
	uint32_t code;

	memset(insn, 0, sizeof(*insn));
	if (tracee_read(t, regs->pc, &code, sizeof(code)))
		return -EILSEQ;
	insn->len = 4;
	insn->syscall = IS_SVC(code);
	insn->trapped = IS_MRS_CNTVCT(code);
	if (IS_LDXR(code))
		insn->run_to = sequence_end(t, regs->pc);
	find_writes(regs, code, insn);
	return 0;
}

int point_arch_repeats(struct tracee *t, const struct scap_point *p, const struct scap_regs *now,
		       uint64_t *n)
{
	(void)t;
	(void)p;
	(void)now;
	(void)n;
	return 0;
}

__u64 *point_arch_counter(struct scap_regs *regs)
{
	(void)regs;
	return NULL;
}

/*
 * x7 says at a syscall stop which one it is, and is put back behind it (report_syscall() of
 * arch/arm64/kernel/ptrace.c). The call is over, so an interruption disturbs nothing.
 */
int point_arch_settle(struct tracee *t)
{
	struct tracee_stop stop;
	int ret = (int)tracee_ptrace(PTRACE_INTERRUPT, t->tid, 0, NULL);

	if (!ret)
		ret = tracee_resume(t, TRACEE_CONT, 0);
	if (!ret)
		ret = tracee_wait_for(t->tid, &stop);
	if (ret)
		return ret;
	return stop.kind == TRACEE_STOP_INTERRUPT ? 0 : -EILSEQ;
}

/* ---- debug registers ---- */

/* struct user_hwdebug_state of asm/ptrace.h, with one register. */
struct hw_breakpoint {
	uint32_t info, pad;
	uint64_t addr;
	uint32_t ctrl, pad2;
};

static int set_breakpoint(struct tracee *t, uint64_t addr, uint32_t ctrl)
{
	struct hw_breakpoint b = { .addr = addr, .ctrl = ctrl };
	struct iovec iov = { &b, sizeof(b) };

	return (int)tracee_ptrace(PTRACE_SETREGSET, t->tid, NT_ARM_HW_BREAK, &iov);
}

/* DBGBCR: enabled, EL0, all four bytes (Arm ARM, D19.3.2). */
int point_arch_break_at(struct tracee *t, uint64_t addr)
{
	return set_breakpoint(t, addr, 0xfu << 5 | 2u << 1 | 1);
}

int point_arch_unbreak(struct tracee *t)
{
	return set_breakpoint(t, 0, 0);
}
#endif
