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

	stub_begin 62, 0x1000		/* EM_X86_64 */
	/* rbx: next call, rbp: end of the table; both 0 in a fresh program */
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

	stub_end
#endif
