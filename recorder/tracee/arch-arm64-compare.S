/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The in-process compare on arm64, copied into the tracee. Entered by a branch in place of an
 * instruction, it changes no memory of the program: there is no red zone that would be
 * free, and no store to an address of one's own without a register for it. So x16 is put into
 * the thread pointer, whose value is known, until it can be stored.
 *
 * Hot path: up to compare_filter and from there to missed, at each pass of a tight loop. It
 * leaves flags alone, and saves no more than it needs.
 */
#ifdef __aarch64__
#include "arch-arm64-compare.h"

	.section .rodata
	.balign	4
	.globl	compare_code, compare_filter, compare_hit, compare_end
compare_code:
1:	msr	tpidr_el0, x16
	adr	x16, 1b + COMPARE_DATA
	stp	x0, x1, [x16, #COMPARE_REGS]
	mrs	x0, tpidr_el0
	str	x0, [x16, #COMPARE_REGS + 128]
	ldr	x0, [x16, #COMPARE_THREAD]
	msr	tpidr_el0, x0
	ldr	x0, [x16, #COMPARE_PASSES]
	add	x0, x0, #1
	str	x0, [x16, #COMPARE_PASSES]

	/* one word that differs at most passes, into x0: put in when this is copied */
compare_filter:
	nop
	nop
	ldr	x1, [x16, #COMPARE_FILTER + 8]
	eor	x0, x0, x1
	cbnz	x0, missed

	stp	x2, x3, [x16, #COMPARE_REGS + 16]
	stp	x4, x5, [x16, #COMPARE_REGS + 32]
	stp	x6, x7, [x16, #COMPARE_REGS + 48]
	stp	x8, x9, [x16, #COMPARE_REGS + 64]
	stp	x10, x11, [x16, #COMPARE_REGS + 80]
	stp	x12, x13, [x16, #COMPARE_REGS + 96]
	stp	x14, x15, [x16, #COMPARE_REGS + 112]
	str	x17, [x16, #COMPARE_REGS + 136]
	stp	x18, x19, [x16, #COMPARE_REGS + 144]
	stp	x20, x21, [x16, #COMPARE_REGS + 160]
	stp	x22, x23, [x16, #COMPARE_REGS + 176]
	stp	x24, x25, [x16, #COMPARE_REGS + 192]
	stp	x26, x27, [x16, #COMPARE_REGS + 208]
	stp	x28, x29, [x16, #COMPARE_REGS + 224]
	mov	x1, sp
	stp	x30, x1, [x16, #COMPARE_REGS + 240]
	mrs	x2, nzcv
	str	x2, [x16, #COMPARE_FLAGS]

	ldr	x0, [x16, #COMPARE_EXPECTED_FLAGS]
	cmp	x0, x2
	b.ne	miss
	add	x0, x16, #COMPARE_REGS
	add	x1, x16, #COMPARE_EXPECTED
	mov	x2, #32
2:	ldr	x3, [x0], #8
	ldr	x4, [x1], #8
	cmp	x3, x4
	b.ne	miss
	sub	x2, x2, #1
	cbnz	x2, 2b

	add	x0, x16, #COMPARE_WORDS
3:	ldp	x1, x2, [x0], #16
	cbz	x1, 4f
	ldr	x1, [x1]
	cmp	x1, x2
	b.eq	3b
	b	miss

4:	add	x0, x16, #COMPARE_CHUNKS
	ldr	x5, [x16, #COMPARE_MUL]
5:	ldp	x1, x2, [x0], #16
	cbz	x1, hit
	mov	x3, #1
	add	x4, x1, #COMPARE_CHUNK
6:	ldr	x6, [x1], #8
	eor	x3, x3, x6
	mul	x3, x3, x5
	ror	x3, x3, #(64 - COMPARE_ROTATE)
	cmp	x1, x4
	b.ne	6b
	lsr	x3, x3, #32
	cmp	x3, x2
	b.eq	5b

	/* What tells one pass from the other now will do so again: it becomes the first. */
	ldr	x1, [x16, #COMPARE_NEAR]
	add	x1, x1, #1
	str	x1, [x16, #COMPARE_NEAR]
	add	x4, x16, #COMPARE_CHUNKS
	ldp	x1, x2, [x0, #-16]
	ldp	x5, x6, [x4]
	stp	x5, x6, [x0, #-16]
	stp	x1, x2, [x4]
	b	miss

	.macro	restore
	ldr	x0, [x16, #COMPARE_FLAGS]
	msr	nzcv, x0
	ldp	x2, x3, [x16, #COMPARE_REGS + 16]
	ldp	x4, x5, [x16, #COMPARE_REGS + 32]
	ldr	x6, [x16, #COMPARE_REGS + 48]
	.endm

	.macro	restore_first
	ldp	x0, x1, [x16, #COMPARE_REGS]
	ldr	x16, [x16, #COMPARE_REGS + 128]
	.endm

hit:	restore
	restore_first
compare_hit:
	brk	#0
miss:	restore
missed:	restore_first
compare_end:
	/* here: the instruction in whose place the branch is */
#endif
