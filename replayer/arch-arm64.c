// SPDX-License-Identifier: GPL-2.0
/* The replayer on arm64: registers by name, trapped instructions. */
#ifdef __aarch64__
#include <linux/audit.h>

#include <scap/point.h>

#include "recorder/tracee/arch-arm64-insn.h"
#include "recorder/tracee/point.h"
#include "replay.h"

const uint32_t arch_audit = AUDIT_ARCH_AARCH64;

void arch_home_regs(struct scap_regs *r, uint64_t ip, uint64_t table, uint64_t end)
{
	r->pc = ip;
	r->x[19] = table;
	r->x[20] = end;
}

uint64_t arch_home_next(const struct scap_regs *r)
{
	return r->x[19];
}

int64_t arch_home_error(const struct scap_regs *r)
{
	return (int64_t)r->x[22];
}

void arch_clone_args(uint64_t args[6], uint64_t flags, uint64_t tls)
{
	memset(args, 0, 6 * sizeof(args[0]));
	args[0] = flags;
	args[3] = tls;
}

bool arch_register_call(struct scap_regs *r, const struct scap_ev_syscall *e)
{
	(void)r;
	(void)e;
	return false;
}

/* The identification registers are the kernel's to show; no instruction that could be held back. */
bool arch_cpu_is_foreign(const struct scap_header *h, bool *can_hide)
{
	(void)h;
	*can_hide = false;
	return false;
}

int arch_header_cpu(const struct scap_header *h)
{
	(void)h;
	return NO_NUMBER;
}

int arch_image_cpu(const struct scap_ev_exec *e)
{
	(void)e;
	return NO_NUMBER;
}

int arch_this_cpu(void)
{
	return NO_NUMBER;
}

void arch_recorded_vectors(const struct scap_header *h, struct vector_layout *layout)
{
	(void)h;
	*layout = *vector_layout_here();
}

int arch_narrow_vectors(struct session *s, struct task *task)
{
	(void)s;
	(void)task;
	return 0;
}

void arch_hide_cpu(struct session *s, struct home_calls *c)
{
	(void)s;
	(void)c;
}

bool arch_can_trap_cpuid(void)
{
	return false;
}

void arch_trap_cpuid(struct session *s, struct task *task, const struct scap_ev_syscall *e)
{
	(void)s;
	(void)e;
	/* no register that programs can read tells one CPU from another */
	cpus_started(s, task);
}

bool arch_answer_cpuid(struct session *s, struct task *task)
{
	(void)s;
	(void)task;
	return false;
}

bool arch_same_as_frame(struct task *task, const struct scap_regs *handler,
			const struct scap_regs *r, bool in_call,
			struct register_difference *d)
{
	static const char *const names[31] = {
		"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11",
		"x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22",
		"x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30",
	};
	struct scap_regs mc;

	if (sigframe_regs(&task->t, handler->sp, &mc))
		return true;
	for (unsigned int i = 0; i < 31; i++) {
		*d = (struct register_difference){ names[i], mc.x[i], r->x[i] };
		/* x7 tells entry from exit at a syscall stop (ptrace's own doing). */
		if (d->expected != d->actual && !(in_call && (i == 0 || i == 7)))
			return false;
	}
	*d = (struct register_difference){ "sp", mc.sp, r->sp };
	if (d->expected != d->actual)
		return false;
	*d = (struct register_difference){ "pc", mc.pc, r->pc };
	if (d->expected != d->actual && !in_call)
		return false;
	*d = (struct register_difference){ "pstate", mc.pstate & SCAP_POINT_FLAGS_ARM64,
					   r->pstate & SCAP_POINT_FLAGS_ARM64 };
	return d->expected == d->actual;
}

int arch_await_trap(struct task *task, uint64_t ip)
{
	return point_arch_break_at(&task->t, ip);
}

void arch_trapped(struct task *task)
{
	point_arch_unbreak(&task->t);
}

/* mrs Xt, CNTVCT_EL0 (or CNTVCTSS_EL0): the register is in the low five bits. */
bool arch_trap(struct task *task, struct scap_regs *r, const struct scap_ev_trap *e)
{
	uint32_t insn;

	if (e->kind != SCAP_TRAP_CNTVCT || tracee_read(&task->t, r->pc, &insn, sizeof(insn)))
		return false;
	if (!IS_MRS_CNTVCT(insn))
		return false;
	if ((insn & 31) != 31)
		r->x[insn & 31] = e->value[0];
	r->pc += sizeof(insn);
	return true;
}
#endif
