/* SPDX-License-Identifier: GPL-2.0 */
/* The stub for arm64; arch-x86_64-stub.S explains. x19: next call, x20: end, x21: fd, x22: failure. */
#ifdef __aarch64__
#include "stub.h"

	.section .rodata
	.balign	8
	.globl	replay_stub, replay_stub_end

replay_stub:
	.byte	0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0
	.short	2, 183				/* ET_EXEC, EM_AARCH64 */
	.long	1
	.quad	SCAP_STUB_BASE + SCAP_STUB_CODE	/* e_entry */
	.quad	64, 0				/* e_phoff, e_shoff */
	.long	0
	.short	64, 56, 2, 0, 0, 0
	.long	1, 5				/* PT_LOAD, read and execute */
	.quad	0, SCAP_STUB_BASE, SCAP_STUB_BASE, SCAP_STUB_SIZE, SCAP_STUB_SIZE, 0x10000
	.long	0x6474e551, 6			/* PT_GNU_STACK: not executable */
	.quad	0, 0, 0, 0, 0, 16

	.org	replay_stub + SCAP_STUB_CODE
next:	cmp	x19, x20
	b.hs	stop
	ldp	x8, x0, [x19]
	ldp	x1, x2, [x19, #16]
	ldp	x3, x4, [x19, #32]
	ldp	x5, x23, [x19, #48]
	tst	x23, #SCAP_STUB_FD_IN_ARG4
	b.eq	1f
	orr	x4, x4, x21
1:	tst	x23, #SCAP_STUB_FD_IN_ARG0
	b.eq	2f
	orr	x0, x0, x21
2:	svc	#0
	cmn	x0, #4095
	b.lo	3f
	tst	x23, #SCAP_STUB_MAY_FAIL
	b.eq	stop
3:	tst	x23, #SCAP_STUB_KEEP_FD
	b.eq	4f
	mov	x21, x0
4:	add	x19, x19, #SCAP_STUB_CALL_SIZE
	b	next
stop:	mov	x22, x0
	mov	x8, #SCAP_STUB_STOP
	svc	#0
	b	stop

	.org	replay_stub + SCAP_STUB_SIZE
replay_stub_end:
	.section .note.GNU-stack, "", @progbits
#endif
