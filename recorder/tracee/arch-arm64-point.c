// SPDX-License-Identifier: GPL-2.0
/*
 * Points on arm64. Passes are compared by the tracer, stopped by a brk
 * instruction in the place's stead; there is no in-process compare yet, so a
 * point in a hot loop takes long to find.
 */
#ifdef __aarch64__
#include <stddef.h>
#include <sys/uio.h>

#include "point-internal.h"

/* Instructions (Arm ARM, C4.1): fixed bits and their mask. */
#define IS_SVC(i)	(((i) & 0xffe0001f) == 0xd4000001)
#define IS_MRS_CNTVCT(i) (((i) & 0xffffffe0) == 0xd53be040)
/* Load and store exclusive, registers and pairs: bit 22 is L, bit 23 (ordered only) is 0. */
#define IS_LDXR(i)	(((i) & 0x3fc00000) == 0x08400000)
#define IS_STXR(i)	(((i) & 0x3fc00000) == 0x08000000)
#define BRK		0xd4200000u

#define SEQUENCE_MAX	32	/* instructions between the exclusive pair */

uint64_t point_arch_flags(const struct scap_regs *regs)
{
	return regs->pstate & SCAP_POINT_FLAGS_ARM64;
}

void point_arch_strip(struct scap_regs *regs)
{
	regs->pstate = 0;
}

/* NT_PRFPREG has nothing in it that is not state. */
size_t point_arch_vector(uint8_t *state, size_t len, size_t room)
{
	(void)room;
	(void)state;
	return len;
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

/* ---- patches: a brk, nothing else ---- */

/*
 * Any place is as good as another, but within a sequence of exclusive
 * accesses: each stop there would make it begin again.
 */
enum point_patchable point_arch_patchable(struct tracee *t, uint64_t ip, bool scan)
{
	uint32_t code[SEQUENCE_MAX];
	uint64_t start = ip - sizeof(code);

	(void)scan;
	if (tracee_read(t, start, code, sizeof(code)))
		return POINT_PATCH_JUMP;
	for (int i = SEQUENCE_MAX - 1; i >= 0 && !IS_STXR(code[i]); i--)
		if (IS_LDXR(code[i]))
			return POINT_PATCH_NONE;
	return POINT_PATCH_JUMP;
}

uint64_t point_arch_patch_size(const struct scap_point *p)
{
	(void)p;
	return POINT_PATCH_CODE;
}

int point_arch_build(struct tracee *t, const struct scap_point *p,
		     const struct point_filter *filter, bool loose, struct point_patch *patch)
{
	(void)t;
	(void)p;
	(void)filter;
	(void)loose;
	(void)patch;
	return -ENOTSUP;
}

void point_arch_patch_bytes(struct point_patch *patch, bool jump)
{
	const uint32_t brk = BRK;

	(void)jump;
	patch->len = sizeof(brk);
	memcpy(patch->patched, &brk, sizeof(brk));
}

int point_arch_passes(struct tracee *t, const struct point_patch *patch,
		      struct point_passes *passes)
{
	(void)t;
	(void)patch;
	*passes = (struct point_passes){ 0, 0 };
	return 0;
}

/* brk is reported with pc at it, and as a trap of ptrace's kind: a STEP stop. */
bool point_arch_at_breakpoint(const struct scap_regs *regs, uint64_t addr)
{
	return addr && regs->pc == addr;
}
#endif
