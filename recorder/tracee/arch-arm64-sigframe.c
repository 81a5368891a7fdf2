// SPDX-License-Identifier: GPL-2.0
/*
 * struct rt_sigframe on arm64 (arch/arm64/kernel/signal.c): siginfo, ucontext,
 * whose last part is a list of records {magic, size}. Of these the one with the
 * vector registers is known here (struct fpsimd_context), SVE's is not.
 */
#ifdef __aarch64__
#include <asm/sigcontext.h>
#include <signal.h>
#include <stddef.h>
#include <ucontext.h>

#include "sigframe.h"
#include "tracee-internal.h"

enum {
	CONTEXT_AT = sizeof(siginfo_t) + offsetof(ucontext_t, uc_mcontext),
	RECORDS_AT = CONTEXT_AT + offsetof(struct sigcontext, __reserved),
	RECORDS_SIZE = sizeof(((struct sigcontext *)0)->__reserved),
};

const struct vector_layout *vector_layout_here(void)
{
	static const struct vector_layout one_way_only;

	return &one_way_only;
}

uint64_t sigframe_returned_from(const struct scap_regs *regs)
{
	return regs->sp;
}

int sigframe_regs(struct tracee *t, uint64_t frame, struct scap_regs *regs)
{
	struct scap_regs r;

	/* struct sigcontext has them in user_pt_regs' order, behind the fault's address */
	static_assert(offsetof(struct sigcontext, __reserved) - offsetof(struct sigcontext, regs) >=
		      sizeof(r), "regs, sp, pc, pstate");
	if (tracee_read(t, frame + CONTEXT_AT + offsetof(struct sigcontext, regs), &r, sizeof(r)))
		return -EFAULT;
	*regs = r;
	return 0;
}

/* The vector registers among the records of @size bytes; NULL: not there. */
static const struct fpsimd_context *find_vector(const uint8_t *records, size_t size)
{
	struct _aarch64_ctx head;

	for (size_t at = 0; at + sizeof(struct fpsimd_context) <= size; at += head.size) {
		memcpy(&head, records + at, sizeof(head));
		if (head.magic == FPSIMD_MAGIC)
			return (const void *)(records + at);
		if (!head.magic || head.size < sizeof(head))
			break;
	}
	return NULL;
}

int sigframe_vector(struct tracee *t, uint64_t frame, const struct vector_layout *layout,
		    void *image, size_t len)
{
	_Alignas(16) uint8_t records[RECORDS_SIZE];
	struct user_fpsimd_state state = { 0 };
	const struct fpsimd_context *fp;

	(void)layout;
	if (tracee_read(t, frame + RECORDS_AT, records, sizeof(records)))
		return -EFAULT;
	fp = find_vector(records, sizeof(records));
	if (!fp || len < sizeof(state))
		return -EINVAL;
	memcpy(state.vregs, fp->vregs, sizeof(state.vregs));
	state.fpsr = fp->fpsr;
	state.fpcr = fp->fpcr;
	memcpy(image, &state, sizeof(state));
	return 0;
}
#endif
