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
#endif

#endif
