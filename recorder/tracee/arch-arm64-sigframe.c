// SPDX-License-Identifier: GPL-2.0
/*
 * struct rt_sigframe on arm64 (arch/arm64/kernel/signal.c): siginfo, ucontext,
 * whose last part is a list of records {magic, size}. Of these the ones with the
 * vector registers are known here, struct fpsimd_context and struct sve_context;
 * SME's are not.
 */
#ifdef __aarch64__
#include <asm/ptrace.h>
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

/*
 * Records with vector registers. Those of SVE may be elsewhere, where vectors are long.
 * @fpsimd, @sve: addresses, 0: not there
 */
struct records {
	uint64_t fpsimd, sve;
	struct sve_context head;
	struct extra_context extra;
};

/* Those at @addr, at most @size bytes; fields of what is not there stay. */
static int find_records(struct tracee *t, uint64_t addr, uint64_t size, struct records *r)
{
	struct _aarch64_ctx head;
	int err = 0;

	for (uint64_t at = addr; !err && at - addr + sizeof(head) <= size; at += head.size) {
		err = tracee_read(t, at, &head, sizeof(head));
		if (err || !head.magic || head.size < sizeof(head))
			break;
		if (head.magic == FPSIMD_MAGIC)
			r->fpsimd = at;
		if (head.magic == SVE_MAGIC) {
			r->sve = at;
			err = tracee_read(t, at, &r->head, sizeof(r->head));
		}
		if (head.magic == EXTRA_MAGIC)
			err = tracee_read(t, at, &r->extra, sizeof(r->extra));
	}
	return err;
}

/* NT_ARM_SVE; the low 128 bits of each register are @fp's. */
static ssize_t sve_image(struct tracee *t, const struct records *r, const struct fpsimd_context *fp,
			 uint8_t *image, size_t room)
{
	uint32_t vq = sve_vq_from_vl(r->head.vl);
	uint32_t size = SVE_PT_SIZE(vq, SVE_PT_REGS_SVE);
	struct user_sve_header head = {
		.size = size, .max_size = size, .vl = r->head.vl, .max_vl = r->head.vl,
		.flags = SVE_PT_REGS_SVE,
	};

	if (!sve_vl_valid(r->head.vl) || r->head.head.size < SVE_SIG_CONTEXT_SIZE(vq))
		return -EINVAL;
	if (size > room)
		return -E2BIG;
	memset(image, 0, size);
	memcpy(image, &head, sizeof(head));
	if (tracee_read(t, r->sve + SVE_SIG_REGS_OFFSET, image + SVE_PT_SVE_OFFSET,
			SVE_SIG_REGS_SIZE(vq)))
		return -EFAULT;
	for (unsigned int i = 0; i < SVE_NUM_ZREGS; i++)
		memcpy(image + SVE_PT_SVE_ZREG_OFFSET(vq, i), &fp->vregs[i], sizeof(fp->vregs[i]));
	memcpy(image + SVE_PT_SVE_FPSR_OFFSET(vq), &fp->fpsr, sizeof(fp->fpsr));
	memcpy(image + SVE_PT_SVE_FPCR_OFFSET(vq), &fp->fpcr, sizeof(fp->fpcr));
	return size;
}

static ssize_t fpsimd_image(const struct fpsimd_context *fp, void *image, size_t room)
{
	struct user_fpsimd_state state = { .fpsr = fp->fpsr, .fpcr = fp->fpcr };

	if (room < sizeof(state))
		return -E2BIG;
	memcpy(state.vregs, fp->vregs, sizeof(state.vregs));
	memcpy(image, &state, sizeof(state));
	return sizeof(state);
}

ssize_t sigframe_vector(struct tracee *t, uint64_t frame, const struct vector_layout *layout,
			void *image, size_t len, size_t room)
{
	struct records r = { 0 };
	struct fpsimd_context fp;
	int err = find_records(t, frame + RECORDS_AT, RECORDS_SIZE, &r);

	(void)layout;
	(void)len;
	if (!err && r.extra.head.magic)
		err = find_records(t, r.extra.datap, r.extra.size, &r);
	if (err)
		return err;
	if (!r.fpsimd)
		return -EINVAL;
	if (tracee_read(t, r.fpsimd, &fp, sizeof(fp)))
		return -EFAULT;
	if (r.sve && r.head.flags & SVE_SIG_FLAG_SM)
		return -ENOTSUP;
	/* the header alone: no registers in use but those that SVE shares */
	if (r.sve && r.head.head.size > sizeof(r.head))
		return sve_image(t, &r, &fp, image, room);
	return fpsimd_image(&fp, image, room);
}
#endif
