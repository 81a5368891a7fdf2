/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stub that a replayed process starts as: one page, an ELF program laid
 * out by hand, which is also copied to the replayer's own page ("home") in a
 * rebuilt image. It runs a table of system calls and stops by one that does
 * not exist; home.c has the layout (SCAP_STUB_*). Uses no stack and no memory
 * but the table; touches no vector register.
 */
#ifdef __x86_64__
#include "stub.h"

	.section .rodata
	.balign	8
	.globl	replay_stub, replay_stub_end

replay_stub:
	.byte	0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0
	.short	2, 62				/* ET_EXEC, EM_X86_64 */
	.long	1
	.quad	SCAP_STUB_BASE + SCAP_STUB_CODE	/* e_entry */
	.quad	64, 0				/* e_phoff, e_shoff */
	.long	0
	.short	64, 56, 2, 0, 0, 0
	.long	1, 5				/* PT_LOAD, read and execute */
	.quad	0, SCAP_STUB_BASE, SCAP_STUB_BASE, SCAP_STUB_SIZE, SCAP_STUB_SIZE, 0x1000
	.long	0x6474e551, 6			/* PT_GNU_STACK: not executable */
	.quad	0, 0, 0, 0, 0, 16

	/* rbx: next call, rbp: end of the table; both 0 in a fresh program */
	.org	replay_stub + SCAP_STUB_CODE
next:	cmp	%rbp, %rbx
	jae	stop
	mov	0(%rbx), %rax
	mov	8(%rbx), %rdi
	mov	16(%rbx), %rsi
	mov	24(%rbx), %rdx
	mov	32(%rbx), %r10
	mov	40(%rbx), %r8
	mov	48(%rbx), %r9
	mov	56(%rbx), %r13
	test	$SCAP_STUB_FD_IN_ARG4, %r13b
	jz	1f
	or	%r12, %r8
1:	test	$SCAP_STUB_FD_IN_ARG0, %r13b
	jz	2f
	or	%r12, %rdi
2:	syscall
	cmp	$-4095, %rax
	jb	3f
	test	$SCAP_STUB_MAY_FAIL, %r13b
	jz	stop
3:	test	$SCAP_STUB_KEEP_FD, %r13b
	jz	4f
	mov	%rax, %r12
4:	add	$SCAP_STUB_CALL_SIZE, %rbx
	jmp	next
stop:	mov	%rax, %r14
	mov	$SCAP_STUB_STOP, %eax
	syscall
	jmp	stop

	.org	replay_stub + SCAP_STUB_SIZE
replay_stub_end:
	.section .note.GNU-stack, "", @progbits
#endif
