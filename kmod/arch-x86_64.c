// SPDX-License-Identifier: GPL-2.0
/*
 * x86-64: registers, calls skipped and made again, signal frames, and the
 * time-stamp counter. Reading that traps (PR_SET_TSC, set before the first
 * exec); the general protection handler asks fixup_vdso_exception() first, where
 * a function hook answers for us, so that no signal is ever sent.
 */
#include <linux/ftrace.h>
#include <linux/hw_breakpoint.h>
#include <linux/prctl.h>
#include <asm/fpu/api.h>
#include <asm/fpu/xcr.h>
#include <asm/msr.h>
#include <asm/segment.h>
#include <asm/syscall.h>
#include <asm/tlbflush.h>
#include <asm/trapnr.h>
#include <asm/tsc.h>
#include <asm/ucontext.h>

#include <scap/trap-x86_64.h>

#include "arch.h"
#include "call.h"
#include "signals.h"
#include "task.h"

/* Of cpuid: the size of the enabled components in standard format. */
#define XSTATE_LEAF 0xd
/* The CPU's features, and its number. */
#define FEATURE_LEAF 0x1

/* ---- registers ---- */

void arch_regs(struct scap_regs *to, const struct pt_regs *regs)
{
	u64 fs_base, gs_base;
	u16 ds, es, fs, gs;

	/* of the running task both are in the machine, not in its thread_struct */
	rdmsrl(MSR_FS_BASE, fs_base);
	rdmsrl(MSR_KERNEL_GS_BASE, gs_base);
	savesegment(ds, ds);
	savesegment(es, es);
	savesegment(fs, fs);
	savesegment(gs, gs);
	*to = (struct scap_regs){
		.r15 = regs->r15, .r14 = regs->r14, .r13 = regs->r13, .r12 = regs->r12,
		.rbp = regs->bp, .rbx = regs->bx, .r11 = regs->r11, .r10 = regs->r10,
		.r9 = regs->r9, .r8 = regs->r8, .rax = regs->ax, .rcx = regs->cx,
		.rdx = regs->dx, .rsi = regs->si, .rdi = regs->di, .orig_rax = regs->orig_ax,
		.rip = regs->ip, .cs = (u16)regs->cs, .eflags = regs->flags, .rsp = regs->sp,
		.ss = (u16)regs->ss, .fs_base = fs_base, .gs_base = gs_base,
		.ds = ds, .es = es, .fs = fs, .gs = gs,
	};
}

/*
 * Of the running task they are in the machine, or loaded on its way to user
 * mode: loaded now. XSAVE, unlike the kernel's own way, leaves no component out.
 */
u32 arch_vector(void *to, u32 size)
{
	u64 mask = xgetbv(XCR_XFEATURE_ENABLED_MASK);
	bool locks = !irqs_disabled();
	u32 eax, len, ecx, edx;

	cpuid_count(XSTATE_LEAF, 0, &eax, &len, &ecx, &edx);
	if (len > size)
		return 0;
	/* with interrupts off nothing can load others; unlocking would run softirqs */
	if (locks)
		fpregs_lock();
	if (test_thread_flag(TIF_NEED_FPU_LOAD))
		switch_fpu_return();
	asm volatile("xsave64 (%0)" : : "r"(to), "a"((u32)mask), "d"((u32)(mask >> 32)) : "memory");
	if (locks)
		fpregs_unlock();
	return len;
}

void arch_set_arg(struct pt_regs *regs, unsigned int n, u64 value)
{
	unsigned long *const args[6] = { &regs->di, &regs->si, &regs->dx, &regs->r10, &regs->r8,
					 &regs->r9 };

	*args[n] = value;
}

/* ---- calls ---- */

void arch_skip(struct pt_regs *regs)
{
	regs->orig_ax = (unsigned long)-1;
}

/* The number comes back too: signals delivered now are those at the end of a call. */
void arch_answer(struct pt_regs *regs, u32 nr, s64 result)
{
	regs->orig_ax = nr;
	regs->ax = (unsigned long)result;
}

void arch_again(struct pt_regs *regs, u32 nr)
{
	regs->ax = nr;
	regs->ip -= SCAP_SYSCALL_INSN_SIZE;
}

bool arch_foreign_image(const struct pt_regs *regs)
{
	return regs->cs != __USER_CS;
}

void arch_leaf(struct scap_leaf *leaf)
{
	leaf->leaf = FEATURE_LEAF;
	cpuid_count(FEATURE_LEAF, 0, &leaf->eax, &leaf->ebx, &leaf->ecx, &leaf->edx);
}

bool arch_in_call(const struct pt_regs *regs)
{
	return (long)regs->orig_ax >= 0;
}

bool arch_same_moment(const struct scap_regs *then, const struct pt_regs *regs)
{
	struct scap_regs now;

	arch_regs(&now, regs);
	return !memcmp(&now, then, sizeof(now));
}

bool arch_at_call(const struct pt_regs *regs, u32 *nr)
{
	u8 insn[SCAP_SYSCALL_INSN_SIZE];

	*nr = (u32)regs->ax;
	return !copy_from_user_nofault(insn, (const void __user *)regs->ip, sizeof(insn)) &&
	       insn[0] == 0x0f && insn[1] == 0x05;
}

/*
 * struct rt_sigframe (arch/x86/include/asm/sigframe.h): return address,
 * ucontext, siginfo, then the vector state up to where the stack was, less the
 * red zone. On an alternate stack it begins at that stack's top.
 */
u64 arch_frame_end(const struct pt_regs *regs, u64 old_sp)
{
	const u64 uc_stack = sizeof(u64) + offsetof(struct ucontext, uc_stack);
	stack_t ss;

	if (old_sp > regs->sp && old_sp - regs->sp < 32768)
		return old_sp - SCAP_REDZONE;
	if (copy_some(&ss, regs->sp + uc_stack, sizeof(ss)) < sizeof(ss))
		return regs->sp;
	return (u64)(unsigned long)ss.ss_sp + ss.ss_size;
}

/* ---- a dead tracer's ---- */

/* user_disable_single_step() of arch/x86/kernel/step.c, and flush_ptrace_hw_breakpoint() */
void arch_untrace(void)
{
	struct thread_struct *thread = &current->thread;
	unsigned int i;

	clear_thread_flag(TIF_SINGLESTEP);
	clear_task_syscall_work(current, SYSCALL_EXIT_TRAP);
	if (test_and_clear_thread_flag(TIF_FORCED_TF))
		current_pt_regs()->flags &= ~X86_EFLAGS_TF;
	for (i = 0; i < ARRAY_SIZE(thread->ptrace_bps); i++) {
		unregister_hw_breakpoint(thread->ptrace_bps[i]);
		thread->ptrace_bps[i] = NULL;
	}
	thread->virtual_dr6 = 0;
	thread->ptrace_dr7 = 0;
}

/* ---- trapped counters ---- */

static u64 read_tscp(u32 *aux)
{
	u32 low, high;

	asm volatile("rdtscp" : "=a" (low), "=d" (high), "=c" (*aux));
	return low | (u64)high << 32;
}

/* Whether @regs stands at a counter instruction of a task of ours; then it is done. */
static bool emulate(struct pt_regs *regs)
{
	struct rtask *k = user_mode(regs) ? rtask_current() : NULL;
	u64 ip = regs->ip, value;
	u8 insn[SCAP_TRAP_INSN_MAX] = { 0 };
	u32 kind, aux = 0, len;

	if (!k || k->state == RTASK_WATCHED || k->tsc_mode == PR_TSC_SIGSEGV)
		return false;
	/* it may be the last two bytes that there are */
	if (copy_from_user_nofault(insn, (const void __user *)ip, sizeof(insn)) &&
	    copy_from_user_nofault(insn, (const void __user *)ip, 2))
		return false;
	kind = scap_trap_insn(insn, &len);
	switch (kind) {
	case SCAP_TRAP_RDTSC:
		value = rdtsc_ordered();
		break;
	case SCAP_TRAP_RDTSCP:
		value = read_tscp(&aux);
		regs->cx = aux;
		break;
	default:
		return false;
	}
	regs->ax = (u32)value;
	regs->dx = value >> 32;
	regs->ip += len;
	if (k->state == RTASK_LIVE) {
		k->boundary_known = false;
		emit_trap(k, kind, ip, value, aux);
	}
	return true;
}

/* What fixup_vdso_exception() becomes when we have dealt with the exception. */
static bool dealt_with(void)
{
	return true;
}

static void notrace on_exception(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
				 struct ftrace_regs *fregs)
{
	struct pt_regs *call = ftrace_get_regs(fregs);

	/* fixup_vdso_exception(regs, trapnr, error_code, fault_addr) */
	if (call && call->si == X86_TRAP_GP && emulate((struct pt_regs *)call->di))
		call->ip = (unsigned long)dealt_with;
}

static struct ftrace_ops exception_ops = {
	.func = on_exception,
	.flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_RECURSION,
};

/* What prctl(PR_SET_TSC, PR_TSC_ENABLE) does: enable_TSC() of arch/x86/kernel/process.c. */
void arch_untrap(struct rtask *k)
{
	if (k->tsc_mode == PR_TSC_SIGSEGV)
		return;
	preempt_disable();
	if (test_and_clear_thread_flag(TIF_NOTSC))
		cr4_clear_bits(X86_CR4_TSD);
	preempt_enable();
}

/*
 * For as long as the module is there, not for each session: the search by name, and each
 * change of what is traced, go through all functions of the kernel. Nobody else comes there.
 */
int __init arch_init(void)
{
	static unsigned char name[] = "fixup_vdso_exception";
	int ret = ftrace_set_filter(&exception_ops, name, sizeof(name) - 1, 1);

	if (!ret)
		ret = register_ftrace_function(&exception_ops);
	if (ret)
		ftrace_set_filter(&exception_ops, NULL, 0, 1);
	return ret;
}

void arch_exit(void)
{
	unregister_ftrace_function(&exception_ops);
	/* no name: what was found is freed */
	ftrace_set_filter(&exception_ops, NULL, 0, 1);
}

void arch_traps_off(void)
{
}
