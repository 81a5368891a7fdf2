// SPDX-License-Identifier: GPL-2.0
/*
 * arm64: general registers, calls skipped and made again, signal frames, and the virtual
 * counter. Whether reading that traps is the processor's: set anew at each switch of
 * tasks. The read then lands in a handler of the kernel's, ahead of which a kprobe answers for us.
 */
#include <linux/hw_breakpoint.h>
#include <linux/kprobes.h>
#include <asm/arch_timer.h>
#include <asm/debug-monitors.h>
#include <asm/esr.h>
#include <asm/syscall.h>
#include <asm/ucontext.h>

#include "arch.h"
#include "call.h"
#include "signals.h"
#include "task.h"

#define SVC_0 0xd4000001u

/* ---- registers ---- */

void arch_regs(struct scap_regs *to, const struct pt_regs *regs)
{
	BUILD_BUG_ON(sizeof(*to) != sizeof(regs->user_regs));
	memcpy(to, &regs->user_regs, sizeof(*to));
}

void arch_set_arg(struct pt_regs *regs, unsigned int n, u64 value)
{
	regs->regs[n] = value;
}

/* ---- calls ---- */

void arch_skip(struct pt_regs *regs)
{
	forget_syscall(regs);
}

/* The number comes back too: signals delivered now are those at the end of a call. */
void arch_answer(struct pt_regs *regs, u32 nr, s64 result)
{
	regs->syscallno = (s32)nr;
	regs->regs[0] = (u64)result;
}

void arch_again(struct pt_regs *regs, u32 nr)
{
	/* the number is still in x8 */
	regs->regs[0] = regs->orig_x0;
	regs->pc -= SCAP_SYSCALL_INSN_SIZE;
}

bool arch_foreign_image(const struct pt_regs *regs)
{
	return compat_user_mode(regs);
}

void arch_leaf(struct scap_leaf *leaf)
{
}

bool arch_in_call(const struct pt_regs *regs)
{
	return in_syscall(regs);
}

/*
 * do_signal() of arch/arm64/kernel/signal.c steps back to such a call ahead of its signals; where
 * there are none it may exchange the number.
 */
bool arch_same_moment(const struct scap_regs *then, const struct pt_regs *regs)
{
	struct scap_regs before = *then, now;

	arch_regs(&now, regs);
	if (scap_restarts((s64)before.x[0]) && now.pc == before.pc - SCAP_SYSCALL_INSN_SIZE) {
		before.pc = now.pc;
		if (before.x[0] == (u64)-ERESTART_RESTARTBLOCK && now.x[8] == __NR_restart_syscall)
			before.x[8] = now.x[8];
		before.x[0] = regs->orig_x0;
	}
	return !memcmp(&now, &before, sizeof(now));
}

bool arch_at_call(const struct pt_regs *regs, u32 *nr)
{
	u32 insn;

	*nr = (u32)regs->regs[8];
	return !copy_from_user_nofault(&insn, (const void __user *)regs->pc, sizeof(insn)) &&
	       insn == SVC_0;
}

/*
 * struct rt_sigframe (arch/arm64/kernel/signal.c): siginfo, ucontext, frame record, up to
 * where the stack was. On an alternate stack it begins at that stack's top.
 */
u64 arch_frame_end(const struct pt_regs *regs, u64 old_sp)
{
	const u64 uc_stack = sizeof(siginfo_t) + offsetof(struct ucontext, uc_stack);
	stack_t ss;

	if (old_sp > regs->sp && old_sp - regs->sp < 32768)
		return old_sp;
	if (copy_some(&ss, regs->sp + uc_stack, sizeof(ss)) < sizeof(ss))
		return regs->sp;
	return (u64)(unsigned long)ss.ss_sp + ss.ss_size;
}

/* ---- a dead tracer's ---- */

/* user_disable_single_step(), and flush_ptrace_hw_breakpoint() */
void arch_untrace(void)
{
	struct debug_info *debug = &current->thread.debug;
	unsigned int i;

	clear_thread_flag(TIF_SINGLESTEP);
	for (i = 0; i < ARRAY_SIZE(debug->hbp_break); i++) {
		unregister_hw_breakpoint(debug->hbp_break[i]);
		debug->hbp_break[i] = NULL;
	}
	for (i = 0; i < ARRAY_SIZE(debug->hbp_watch); i++) {
		unregister_hw_breakpoint(debug->hbp_watch[i]);
		debug->hbp_watch[i] = NULL;
	}
}

/* ---- the counter ---- */

/* Whether we have made it trap on this processor. */
static DEFINE_PER_CPU(bool, trapped);

/* With preemption off. */
static void trap_here(bool on)
{
	u32 control;

	if (this_cpu_read(trapped) == on)
		return;
	control = arch_timer_get_cntkctl();
	/* where an erratum is worked around, it traps anyway */
	if (on && !(control & ARCH_TIMER_USR_VCT_ACCESS_EN))
		return;
	arch_timer_set_cntkctl(control ^ ARCH_TIMER_USR_VCT_ACCESS_EN);
	this_cpu_write(trapped, on);
}

void arch_switch(struct task_struct *next)
{
	struct rtask *k = NULL;

	if (test_task_syscall_work(next, SYSCALL_TRACEPOINT))
		k = rtask_find(next);
	trap_here(k && k->state == RTASK_LIVE);
}

void arch_trap(void)
{
	preempt_disable();
	trap_here(true);
	preempt_enable();
}

void arch_untrap(struct rtask *k)
{
	preempt_disable();
	trap_here(false);
	preempt_enable();
}

/*
 * cntvct_read_handler(esr, regs) of arch/arm64/kernel/traps.c, which is then passed over: a read of
 * CNTVCT_EL0 or CNTVCTSS_EL0 has trapped.
 */
static int on_read(struct kprobe *probe, struct pt_regs *call)
{
	int reg = (int)ESR_ELx_SYS64_ISS_RT(call->regs[0]);
	struct pt_regs *regs = (struct pt_regs *)call->regs[1];
	struct rtask *k = rtask_current();
	u64 ip = regs->pc, value;

	if (!k || k->state != RTASK_LIVE)
		return 0;
	value = arch_timer_read_counter();
	pt_regs_write_reg(regs, reg, value);
	/* arm64_skip_faulting_instruction() */
	regs->pc += AARCH64_INSN_SIZE;
	if (test_thread_flag(TIF_SINGLESTEP))
		regs->pstate &= ~DBG_SPSR_SS;
	regs->pstate &= ~PSR_BTYPE_MASK;
	k->boundary_known = false;
	emit_trap(k, SCAP_TRAP_CNTVCT, ip, value, 0);
	/* as if it had returned: no landing pad is expected there */
	call->pc = call->regs[30];
	call->pstate &= ~PSR_BTYPE_MASK;
	return 1;
}

static struct kprobe read_probe = {
	.symbol_name = "cntvct_read_handler", .pre_handler = on_read,
};

/* For as long as the module is there: the search by name goes through the whole kernel. */
int __init arch_init(void)
{
	return register_kprobe(&read_probe);
}

void arch_exit(void)
{
	unregister_kprobe(&read_probe);
}

static void untrap_here(void *unused)
{
	trap_here(false);
}

void arch_traps_off(void)
{
	on_each_cpu(untrap_here, NULL, 1);
}
