// SPDX-License-Identifier: GPL-2.0
/* The replayer on arm64: registers by name, trapped instructions. */
#ifdef __aarch64__
#include <linux/audit.h>

#include "replay.h"

const uint32_t arch_audit = AUDIT_ARCH_AARCH64;
const bool arch_needs_vdso = true;

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

/* mrs Xt, CNTVCT_EL0 (or CNTVCTSS_EL0): the register is in the low five bits. */
bool arch_trap(struct task *task, struct scap_regs *r, const struct scap_ev_trap *e)
{
	uint32_t insn;

	if (e->kind != SCAP_TRAP_CNTVCT || tracee_read(&task->t, r->pc, &insn, sizeof(insn)))
		return false;
	if ((insn & ~31u) != 0xd53be040 && (insn & ~31u) != 0xd53be0c0)
		return false;
	if ((insn & 31) != 31)
		r->x[insn & 31] = e->value[0];
	r->pc += sizeof(insn);
	return true;
}
#endif
