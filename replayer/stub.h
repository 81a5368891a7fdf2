/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Layout of the stub page, for the assembler and for C: an ELF header, the
 * code, a few strings, a table of calls.
 */
#ifndef REPLAYER_STUB_H
#define REPLAYER_STUB_H

#define SCAP_STUB_SIZE		4096
#define SCAP_STUB_BASE		0x5ca0000	/* where the ELF program is linked */
#define SCAP_STUB_CODE		256
#define SCAP_STUB_TEXT		512		/* strings, zero-filled */
#define SCAP_STUB_TABLE		1024
#define SCAP_STUB_CALL_SIZE	64

/* The call by which the stub stops: no kernel has it. */
#define SCAP_STUB_STOP		0x5ca9

/* Flags of a call in the table. */
#define SCAP_STUB_KEEP_FD	1	/* the result is the descriptor for the next two */
#define SCAP_STUB_FD_IN_ARG4	2	/* the descriptor is or-ed into argument 4 (mmap) */
#define SCAP_STUB_FD_IN_ARG0	4	/* ... into argument 0 (close) */
#define SCAP_STUB_MAY_FAIL	8	/* a failure does not end the run */

#ifndef __ASSEMBLER__
extern const char replay_stub[SCAP_STUB_SIZE];
#else
/* Ahead of the code: the ELF header of @machine (elf.h), loaded at multiples of @align. */
.macro stub_begin machine, align
	.section .rodata
	.balign	8
	.globl	replay_stub, replay_stub_end

replay_stub:
	.byte	0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0
	.short	2, \machine			/* ET_EXEC */
	.long	1
	.quad	SCAP_STUB_BASE + SCAP_STUB_CODE	/* e_entry */
	.quad	64, 0				/* e_phoff, e_shoff */
	.long	0
	.short	64, 56, 2, 0, 0, 0
	.long	1, 5				/* PT_LOAD, read and execute */
	.quad	0, SCAP_STUB_BASE, SCAP_STUB_BASE, SCAP_STUB_SIZE, SCAP_STUB_SIZE, \align
	.long	0x6474e551, 6			/* PT_GNU_STACK: not executable */
	.quad	0, 0, 0, 0, 0, 16

	.org	replay_stub + SCAP_STUB_CODE
.endm

/* Behind the code: strings and table are zero-filled. */
.macro stub_end
	.org	replay_stub + SCAP_STUB_SIZE
replay_stub_end:
	.section .note.GNU-stack, "", @progbits
.endm
#endif

#endif
