/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The frame in which the kernel keeps the state of the code that a signal
 * handler interrupts. Its layout is in arch-*-sigframe.c and nowhere else.
 */
#ifndef SCAP_TRACEE_SIGFRAME_H
#define SCAP_TRACEE_SIGFRAME_H

#include "recorder/tracee/tracee.h"

#define VECTOR_PARTS 63

/* Where a processor puts each part of its vector state in memory; all 0 where there is one way only. */
struct vector_layout {
	struct {
		uint32_t offset, size;
	} part[VECTOR_PARTS];
};

/* That of the processor we run on; asked once, as each part costs a cpuid. */
const struct vector_layout *vector_layout_here(void);

/* Where the frame is that rt_sigreturn(2), about to be made with @regs, returns from. */
uint64_t sigframe_returned_from(const struct scap_regs *regs);

/*
 * Registers of the interrupted code, from the frame at @frame into @regs; what
 * a frame does not hold stays. 0 or -errno: it cannot be read, nothing is changed.
 */
int sigframe_regs(struct tracee *t, uint64_t frame, struct scap_regs *regs);

/*
 * Vector state of the interrupted code. @layout: of the processor that built
 * the frame. @image: @len bytes in the form of tracee_fpregs() here: what the
 * frame's processor has is overwritten, parts that it does not have stay as they are.
 * On arm64 it has room for @room bytes, and becomes as long as the frame's state is.
 * The image's new length or -errno (-ENOTSUP: SME's streaming mode).
 */
ssize_t sigframe_vector(struct tracee *t, uint64_t frame, const struct vector_layout *layout,
			void *image, size_t len, size_t room);

#endif
