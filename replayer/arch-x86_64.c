// SPDX-License-Identifier: GPL-2.0
/* The replayer on x86-64: registers by name, trapped instructions. */
#ifdef __x86_64__
#include <asm/prctl.h>
#include <linux/audit.h>
#include <scap/point.h>
#include <scap/trap-x86_64.h>
#include <stddef.h>
#include <sys/syscall.h>

#include "replay.h"

const uint32_t arch_audit = AUDIT_ARCH_X86_64;

void arch_home_regs(struct scap_regs *r, uint64_t ip, uint64_t table, uint64_t end)
{
	r->rip = ip;
	r->rbx = table;
	r->rbp = end;
}

uint64_t arch_home_next(const struct scap_regs *r)
{
	return r->rbx;
}

int64_t arch_home_error(const struct scap_regs *r)
{
	return (int64_t)r->r14;
}

void arch_clone_args(uint64_t args[6], uint64_t flags, uint64_t tls)
{
	memset(args, 0, 6 * sizeof(args[0]));
	args[0] = flags;
	args[4] = tls;
}

bool arch_register_call(struct scap_regs *r, const struct scap_ev_syscall *e)
{
	if (e->nr != SYS_arch_prctl)
		return false;
	switch (e->args[0]) {
	case ARCH_SET_FS:
		r->fs_base = e->args[1];
		return true;
	case ARCH_SET_GS:
		r->gs_base = e->args[1];
		return true;
	}
	return false;
}

bool arch_same_as_frame(struct task *task, const struct scap_regs *handler,
			const struct scap_regs *r, bool in_call,
			struct register_difference *d)
{
	static const struct {
		const char *name;
		size_t at;
		bool by_call;	/* rewritten by the instruction or by a restart */
	} regs[] = {
#define REGISTER(name, by_call) { #name, offsetof(struct scap_regs, name), by_call }
		REGISTER(rip, true),  REGISTER(rsp, false), REGISTER(rax, true),
		REGISTER(rbx, false), REGISTER(rcx, true),  REGISTER(rdx, false),
		REGISTER(rsi, false), REGISTER(rdi, false), REGISTER(rbp, false),
		REGISTER(r8, false),  REGISTER(r9, false),  REGISTER(r10, false),
		REGISTER(r11, true),  REGISTER(r12, false), REGISTER(r13, false),
		REGISTER(r14, false), REGISTER(r15, false),
#undef REGISTER
	};
	struct scap_regs saved = *r;

	if (sigframe_regs(&task->t, handler->rsp, &saved))
		return true;
	for (size_t i = 0; i < sizeof(regs) / sizeof(regs[0]); i++) {
		d->name = regs[i].name;
		memcpy(&d->expected, (const char *)&saved + regs[i].at, sizeof(d->expected));
		memcpy(&d->actual, (const char *)r + regs[i].at, sizeof(d->actual));
		if (d->expected != d->actual && !(in_call && regs[i].by_call))
			return false;
	}
	d->name = "eflags";
	d->expected = saved.eflags & SCAP_POINT_FLAGS_X86_64;
	d->actual = r->eflags & SCAP_POINT_FLAGS_X86_64;
	return d->expected == d->actual;
}

int arch_await_trap(struct task *task, uint64_t ip)
{
	(void)task;
	(void)ip;
	return 0;
}

void arch_trapped(struct task *task)
{
	(void)task;
}

bool arch_trap(struct task *task, struct scap_regs *r, const struct scap_ev_trap *e)
{
	uint8_t insn[SCAP_TRAP_INSN_MAX] = { 0 };
	uint32_t len;

	tracee_read_some(&task->t, r->rip, insn, sizeof(insn));
	if (scap_trap_insn(insn, &len) != e->kind || !e->kind)
		return false;
	r->rip += len;
	r->rax = (uint32_t)e->value[0];
	if (e->kind == SCAP_TRAP_CPUID) {
		r->rbx = e->value[0] >> 32;
		r->rcx = (uint32_t)e->value[1];
		r->rdx = e->value[1] >> 32;
		return true;
	}
	r->rdx = e->value[0] >> 32;
	if (e->kind == SCAP_TRAP_RDTSCP)
		r->rcx = (uint32_t)e->value[1];
	return true;
}
#endif
