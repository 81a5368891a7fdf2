// SPDX-License-Identifier: GPL-2.0
/*
 * arm64: the calling task's vector registers, as ptrace(2) has them: NT_PRFPREG, or while those of
 * SVE are in use NT_ARM_SVE. They are in the machine, or in its thread_struct to be loaded on its
 * way to user mode. Nothing of the kernel's that saves or loads them is exported, so they are
 * read here.
 */
#include <asm/fpsimd.h>
#include <asm/ptrace.h>

#include "arch.h"
#include "compat.h"

static u32 read_fpsr(void)
{
	u64 value;

	asm volatile(".arch_extension fp\n"
		     "mrs %0, fpsr\n" : "=r" (value));
	return (u32)value;
}

static u32 read_fpcr(void)
{
	u64 value;

	asm volatile(".arch_extension fp\n"
		     "mrs %0, fpcr\n" : "=r" (value));
	return (u32)value;
}

/* Q0..31 */
static void read_fpsimd(void *to)
{
	asm volatile(".arch_extension fp\n"
		     ".arch_extension simd\n"
		     "stp q0, q1, [%0]\n"
		     "stp q2, q3, [%0, #32]\n"
		     "stp q4, q5, [%0, #64]\n"
		     "stp q6, q7, [%0, #96]\n"
		     "stp q8, q9, [%0, #128]\n"
		     "stp q10, q11, [%0, #160]\n"
		     "stp q12, q13, [%0, #192]\n"
		     "stp q14, q15, [%0, #224]\n"
		     "stp q16, q17, [%0, #256]\n"
		     "stp q18, q19, [%0, #288]\n"
		     "stp q20, q21, [%0, #320]\n"
		     "stp q22, q23, [%0, #352]\n"
		     "stp q24, q25, [%0, #384]\n"
		     "stp q26, q27, [%0, #416]\n"
		     "stp q28, q29, [%0, #448]\n"
		     "stp q30, q31, [%0, #480]\n"
		     : : "r" (to) : "memory");
}

static u32 vector_fpsimd(void *to, bool live)
{
	struct user_fpsimd_state *state = to;

	if (live) {
		read_fpsimd(state->vregs);
		state->fpsr = read_fpsr();
		state->fpcr = read_fpcr();
	} else {
		memcpy(state, &current->thread.uw.fpsimd_state, sizeof(*state));
	}
	memset(state->__reserved, 0, sizeof(state->__reserved));
	return sizeof(*state);
}

/* As sve_save of asm/fpsimdmacros.h: Z0..31, P0..15, and behind them FFR, by way of P0. */
static void read_sve(void *z, void *p)
{
	asm volatile(".arch_extension sve\n"
		     ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n"
		     "str z\\n, [%0, #\\n, mul vl]\n"
		     "str p\\n, [%1, #\\n, mul vl]\n"
		     ".endr\n"
		     ".irp n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n"
		     "str z\\n, [%0, #\\n, mul vl]\n"
		     ".endr\n"
		     "rdffr p0.b\n"
		     "str p0, [%1, #16, mul vl]\n"
		     "ldr p0, [%1]\n"
		     : : "r" (z), "r" (p) : "memory");
}

static u32 vector_sve(void *to, u32 size, bool live)
{
	const struct thread_struct *thread = &current->thread;
	const unsigned int vl = thread->vl[ARM64_VEC_SVE], vq = sve_vq_from_vl(vl);
	const u32 len = SVE_PT_SIZE(vq, SVE_PT_REGS_SVE);
	u32 fpsr = thread->uw.fpsimd_state.fpsr, fpcr = thread->uw.fpsimd_state.fpcr;

	if (len > size)
		return 0;
	*(struct user_sve_header *)to = (struct user_sve_header){
		.size = len, .max_size = len, .vl = (u16)vl, .max_vl = (u16)vl,
		.flags = SVE_PT_REGS_SVE,
	};
	if (live) {
		read_sve(to + SVE_PT_SVE_ZREGS_OFFSET, to + SVE_PT_SVE_PREGS_OFFSET(vq));
		fpsr = read_fpsr();
		fpcr = read_fpcr();
	} else {
		/* the layout is the same there, and may end right behind FFR */
		memcpy(to + SVE_PT_SVE_ZREGS_OFFSET, thread->sve_state,
		       SVE_PT_SVE_FFR_OFFSET(vq) + SVE_PT_SVE_FFR_SIZE(vq) -
		       SVE_PT_SVE_ZREGS_OFFSET);
	}
	memcpy(to + SVE_PT_SVE_FPSR_OFFSET(vq), &fpsr, sizeof(fpsr));
	memcpy(to + SVE_PT_SVE_FPCR_OFFSET(vq), &fpcr, sizeof(fpcr));
	return len;
}

/* Whether SVE's are what the machine has, or what was saved: the flag may be older than that. */
static bool has_sve(bool live)
{
	return live ? test_thread_flag(TIF_SVE) : compat_saved_sve(&current->thread);
}

/* SME's, and with a streaming mode that may be on, are not told. */
u32 arch_vector(void *to, u32 size)
{
	bool locks = !irqs_disabled(), live;
	u32 len;

	BUILD_BUG_ON(sizeof(struct user_fpsimd_state) > ARCH_VECTOR_MAX);
	if (test_thread_flag(TIF_SME))
		return 0;
	/* a softirq may use them; unlocking would run those where interrupts are off */
	if (locks)
		local_bh_disable();
	live = !test_thread_flag(TIF_FOREIGN_FPSTATE);
	len = has_sve(live) ? vector_sve(to, size, live) : vector_fpsimd(to, live);
	if (locks)
		local_bh_enable();
	return len;
}
