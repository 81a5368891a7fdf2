// SPDX-License-Identifier: GPL-2.0
/* The replayer on x86-64: registers by name, trapped instructions. */
#ifdef __x86_64__
#include <asm/prctl.h>
#include <linux/audit.h>
#include <scap/point.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include "replay.h"

const uint32_t arch_audit = AUDIT_ARCH_X86_64;
const bool arch_needs_vdso = false;

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

/* The frame (struct rt_sigframe, arch/x86/include/asm/sigframe.h): return address, ucontext. */
bool arch_same_as_frame(struct task *task, const struct scap_regs *handler,
			const struct scap_regs *r, bool in_call,
			struct register_difference *d)
{
	const struct {
		const char *name;
		int index;
		uint64_t now;
		bool by_call;	/* rewritten by the instruction or by a restart */
	} regs[] = {
		{ "rip", REG_RIP, r->rip, true },   { "rsp", REG_RSP, r->rsp, false },
		{ "rax", REG_RAX, r->rax, true },   { "rbx", REG_RBX, r->rbx, false },
		{ "rcx", REG_RCX, r->rcx, true },   { "rdx", REG_RDX, r->rdx, false },
		{ "rsi", REG_RSI, r->rsi, false },  { "rdi", REG_RDI, r->rdi, false },
		{ "rbp", REG_RBP, r->rbp, false },  { "r8", REG_R8, r->r8, false },
		{ "r9", REG_R9, r->r9, false },	    { "r10", REG_R10, r->r10, false },
		{ "r11", REG_R11, r->r11, true },   { "r12", REG_R12, r->r12, false },
		{ "r13", REG_R13, r->r13, false },  { "r14", REG_R14, r->r14, false },
		{ "r15", REG_R15, r->r15, false },
	};
	ucontext_t uc;
	const size_t len = offsetof(ucontext_t, uc_mcontext) + sizeof(uc.uc_mcontext.gregs);

	if (tracee_read(&task->t, handler->rsp + 8, &uc, len))
		return true;
	for (size_t i = 0; i < sizeof(regs) / sizeof(regs[0]); i++) {
		d->name = regs[i].name;
		d->expected = (uint64_t)uc.uc_mcontext.gregs[regs[i].index];
		d->actual = regs[i].now;
		if (d->expected != d->actual && !(in_call && regs[i].by_call))
			return false;
	}
	d->name = "eflags";
	d->expected = (uint64_t)uc.uc_mcontext.gregs[REG_EFL] & SCAP_POINT_FLAGS_X86_64;
	d->actual = r->eflags & SCAP_POINT_FLAGS_X86_64;
	return d->expected == d->actual;
}

enum { RDTSC_SIZE = 2, RDTSCP_SIZE = 3, CPUID_SIZE = 2 };

static bool instruction_is(struct task *task, uint64_t ip, const char *bytes, size_t len)
{
	char found[4];

	return !tracee_read(&task->t, ip, found, len) && !memcmp(found, bytes, len);
}

bool arch_trap(struct task *task, struct scap_regs *r, const struct scap_ev_trap *e)
{
	switch (e->kind) {
	case SCAP_TRAP_RDTSC:
		if (!instruction_is(task, r->rip, "\x0f\x31", RDTSC_SIZE))
			return false;
		r->rip += RDTSC_SIZE;
		break;
	case SCAP_TRAP_RDTSCP:
		if (!instruction_is(task, r->rip, "\x0f\x01\xf9", RDTSCP_SIZE))
			return false;
		r->rip += RDTSCP_SIZE;
		r->rcx = (uint32_t)e->value[1];
		break;
	case SCAP_TRAP_CPUID:
		if (!instruction_is(task, r->rip, "\x0f\xa2", CPUID_SIZE))
			return false;
		r->rip += CPUID_SIZE;
		r->rax = (uint32_t)e->value[0];
		r->rbx = e->value[0] >> 32;
		r->rcx = (uint32_t)e->value[1];
		r->rdx = e->value[1] >> 32;
		return true;
	default:
		return false;
	}
	r->rax = (uint32_t)e->value[0];
	r->rdx = e->value[0] >> 32;
	return true;
}
#endif
