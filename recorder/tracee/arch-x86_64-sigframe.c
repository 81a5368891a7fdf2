// SPDX-License-Identifier: GPL-2.0
/*
 * struct rt_sigframe on x86-64 (arch/x86/include/asm/sigframe.h): return
 * address, ucontext, siginfo; and the vector state that the ucontext points at
 * (struct _fpstate_64 of asm/sigcontext.h, then XSAVE's standard format).
 */
#ifdef __x86_64__
#include <cpuid.h>
#include <stddef.h>
#include <ucontext.h>

#include "sigframe.h"
#include "tracee-internal.h"

enum { UC_AT = 8 };

/* What rt_sigreturn restores of the flags: FIX_EFLAGS of arch/x86/include/asm/sighandling.h. */
#define RESTORED_FLAGS 0x50dd5ull

/* Offsets in XSAVE's standard format; Intel SDM vol. 1, 13.4. */
enum {
	MXCSR = 24, MXCSR_MASK = 28, ST = 32, XMM = 160, LEGACY_END = 416,
	SOFTWARE = 464,	/* struct _fpx_sw_bytes */
	XSTATE_BV = 512, EXTENDED = 576,
	STATE_MAX = 16384,
};

/* State components. */
enum { X87 = 0, SSE = 1, FIRST_EXTENDED = 2, BNDCSR = 4 };

const struct vector_layout *vector_layout_here(void)
{
	static struct vector_layout layout;
	static bool known;
	uint32_t c, d;

	for (unsigned int n = FIRST_EXTENDED; !known && n < VECTOR_PARTS; n++)
		__cpuid_count(0xd, n, layout.part[n].size, layout.part[n].offset, c, d);
	known = true;
	return &layout;
}

uint64_t sigframe_returned_from(const struct scap_regs *regs)
{
	/* the handler's ret has taken the return address */
	return regs->rsp - sizeof(uint64_t);
}

int sigframe_regs(struct tracee *t, uint64_t frame, struct scap_regs *regs)
{
	gregset_t g = { 0 };
	int err = tracee_read(t, frame + UC_AT + offsetof(ucontext_t, uc_mcontext.gregs), g,
			      sizeof(g));

	if (err)
		return err;
	regs->r8 = (uint64_t)g[REG_R8];
	regs->r9 = (uint64_t)g[REG_R9];
	regs->r10 = (uint64_t)g[REG_R10];
	regs->r11 = (uint64_t)g[REG_R11];
	regs->r12 = (uint64_t)g[REG_R12];
	regs->r13 = (uint64_t)g[REG_R13];
	regs->r14 = (uint64_t)g[REG_R14];
	regs->r15 = (uint64_t)g[REG_R15];
	regs->rdi = (uint64_t)g[REG_RDI];
	regs->rsi = (uint64_t)g[REG_RSI];
	regs->rbp = (uint64_t)g[REG_RBP];
	regs->rbx = (uint64_t)g[REG_RBX];
	regs->rdx = (uint64_t)g[REG_RDX];
	regs->rax = (uint64_t)g[REG_RAX];
	regs->rcx = (uint64_t)g[REG_RCX];
	regs->rsp = (uint64_t)g[REG_RSP];
	regs->rip = (uint64_t)g[REG_RIP];
	regs->eflags = (regs->eflags & ~RESTORED_FLAGS) | ((uint64_t)g[REG_EFL] & RESTORED_FLAGS);
	return 0;
}

/*
 * The vector state in a frame. @features: parts that the processor has;
 * @used: those not in their initial state.
 */
struct saved {
	_Alignas(64) uint8_t bytes[STATE_MAX];
	size_t len;
	uint64_t features, used;
};

static void find_features(struct saved *s)
{
	struct _fpx_sw_bytes sw;

	memcpy(&sw, s->bytes + SOFTWARE, sizeof(sw));
	/* a program may leave a frame without extended state (FXSAVE's format) */
	s->features = s->used = 1u << X87 | 1u << SSE;
	if (sw.magic1 != FP_XSTATE_MAGIC1)
		return;
	s->features = sw.xstate_bv;
	memcpy(&s->used, s->bytes + XSTATE_BV, sizeof(s->used));
	s->used &= s->features;
}

/* None at all: the interrupted code goes on with everything as it is initially. */
static void nothing_saved(struct saved *s)
{
	const uint32_t mxcsr = 0x1f80;

	memset(s, 0, sizeof(*s));
	s->features = ~0ull;
	memcpy(s->bytes + MXCSR, &mxcsr, sizeof(mxcsr));
}

static int read_saved(struct tracee *t, uint64_t frame, struct saved *s)
{
	uint64_t addr;
	ssize_t n;
	int err = tracee_read(t, frame + UC_AT + offsetof(ucontext_t, uc_mcontext.fpregs), &addr,
			      sizeof(addr));

	if (err)
		return err;
	if (!addr) {
		nothing_saved(s);
		return 0;
	}
	n = tracee_read_some(t, addr, s->bytes, sizeof(s->bytes));
	if (n < EXTENDED)
		return -EFAULT;
	s->len = (size_t)n;
	find_features(s);
	return 0;
}

/* x87 and SSE, or what they are initially (13.6). MXCSR counts in any case (13.8). */
static void copy_legacy(uint8_t *to, const struct saved *s)
{
	const uint16_t fcw = 0x37f;
	const uint8_t *from = s->bytes;

	memset(to, 0, MXCSR);
	memset(to + ST, 0, SOFTWARE - ST);
	memcpy(to, &fcw, sizeof(fcw));
	if (s->used & 1u << X87) {
		memcpy(to, from, MXCSR);
		memcpy(to + ST, from + ST, XMM - ST);
	}
	if (s->used & 1u << SSE)
		memcpy(to + XMM, from + XMM, LEGACY_END - XMM);
	memcpy(to + MXCSR, from + MXCSR, MXCSR_MASK - MXCSR);
}

/* Part @n, if both processors have it. Returns whether it is there now. */
static bool copy_part(uint8_t *to, size_t len, const struct vector_layout *here, unsigned int n,
		      const struct saved *s, const struct vector_layout *there)
{
	uint32_t size = here->part[n].size, at = here->part[n].offset;
	uint32_t from = there->part[n].offset;

	if (!size || size != there->part[n].size || at + size > len || from + size > s->len)
		return false;
	/* of its 64 bytes XSAVE writes the first 16 (13.5.6) */
	if (n == BNDCSR)
		size = 16;
	memcpy(to + at, s->bytes + from, size);
	return true;
}

static void clear_part(uint8_t *to, size_t len, const struct vector_layout *here, unsigned int n)
{
	if (here->part[n].size && here->part[n].offset + here->part[n].size <= len)
		memset(to + here->part[n].offset, 0, here->part[n].size);
}

static void copy_extended(uint8_t *to, size_t len, const struct saved *s,
			  const struct vector_layout *there)
{
	const struct vector_layout *here = vector_layout_here();
	uint64_t bv;

	memcpy(&bv, to + XSTATE_BV, sizeof(bv));
	bv |= 1u << X87 | 1u << SSE;
	for (unsigned int n = FIRST_EXTENDED; n < VECTOR_PARTS; n++) {
		if (!(s->features >> n & 1))
			continue;
		bv &= ~(1ull << n);
		clear_part(to, len, here, n);
		if (s->used >> n & 1 && copy_part(to, len, here, n, s, there))
			bv |= 1ull << n;
	}
	memset(to + XSTATE_BV, 0, EXTENDED - XSTATE_BV);
	memcpy(to + XSTATE_BV, &bv, sizeof(bv));
}

ssize_t sigframe_vector(struct tracee *t, uint64_t frame, const struct vector_layout *layout,
			void *image, size_t len, size_t room)
{
	struct saved s = { .len = 0 };
	int err = read_saved(t, frame, &s);

	(void)room;
	if (err)
		return err;
	if (len < EXTENDED)
		return -EINVAL;
	copy_legacy(image, &s);
	copy_extended(image, len, &s, layout);
	return (ssize_t)len;
}
#endif
