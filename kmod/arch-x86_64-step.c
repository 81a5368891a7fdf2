// SPDX-License-Identifier: GPL-2.0
/* x86-64: single steps of a recorded thread, by the trap flag, seen in the debug exception. */
#include <linux/kdebug.h>
#include <asm/debugreg.h>

#include "arch.h"
#include "domain.h"
#include "task.h"

#define INSN_MAX 15

static bool is_prefix(u8 byte)
{
	switch (byte) {
	case 0x26: case 0x2e: case 0x36: case 0x3e: case 0x64: case 0x65:	/* segments */
	case 0x66: case 0x67:							/* sizes */
	case 0xf0: case 0xf2: case 0xf3:					/* lock, rep */
		return true;
	}
	return (byte & 0xf0) == 0x40;						/* REX */
}

/* Whether 0x0f @second neither enters the kernel nor traps, nor holds the step's trap back. */
static bool is_plain_0f(u8 second)
{
	switch (second) {
	case 0x01: case 0x31: case 0xa2:	/* rdtscp and others, rdtsc, cpuid */
	case 0x05: case 0x34:			/* syscall, sysenter */
	case 0xb2:				/* lss */
		return false;
	}
	return true;
}

/* The same of any instruction; and whether it does not show, or set, the flag. */
static bool is_plain(const u8 *insn)
{
	unsigned int i = 0;

	while (i < INSN_MAX - 2 && is_prefix(insn[i]))
		i++;
	switch (insn[i]) {
	case 0x0f:
		return is_plain_0f(insn[i + 1]);
	case 0xc6: case 0xc7:
		return insn[i + 1] != 0xf8;			/* xabort, xbegin */
	case 0xff:
		return (insn[i + 1] & 0x28) != 0x28 ||
		       (insn[i + 1] & 0x38) == 0x38;		/* far call and jump */
	case 0x8e:						/* mov to ss */
	case 0x9c: case 0x9d:					/* pushf, popf */
	case 0xca: case 0xcb:					/* far ret */
	case 0xcc: case 0xcd: case 0xcf: case 0xf1:		/* int, iret */
		return false;
	}
	return true;
}

bool arch_may_step(const struct pt_regs *regs)
{
	u8 insn[INSN_MAX];

	return !copy_from_user_nofault(insn, (const void __user *)regs->ip, sizeof(insn)) &&
	       is_plain(insn);
}

bool arch_step_begin(struct pt_regs *regs)
{
	/* the program's own steps, or a tracer's */
	if (current->ptrace || regs->flags & X86_EFLAGS_TF || test_thread_flag(TIF_SINGLESTEP) ||
	    arch_foreign_image(regs))
		return false;
	regs->flags |= X86_EFLAGS_TF;
	return true;
}

void arch_step_end(struct pt_regs *regs)
{
	regs->flags &= ~X86_EFLAGS_TF;
}

/* notify_debug() of arch/x86/kernel/traps.c: what is cleared in the status has been dealt with. */
static int on_debug(struct notifier_block *nb, unsigned long what, void *data)
{
	struct die_args *args = data;
	unsigned long *status = (unsigned long *)args->err;
	struct rtask *k;

	if (what != DIE_DEBUG || !user_mode(args->regs) || !(*status & DR_STEP))
		return NOTIFY_DONE;
	k = rtask_current();
	if (!k || k->stepped != STEPS_TAKEN)
		return NOTIFY_DONE;
	*status &= ~DR_STEP;
	current->thread.virtual_dr6 &= ~DR_STEP;
	steps_one(k, args->regs);
	return *status ? NOTIFY_DONE : NOTIFY_STOP;
}

static struct notifier_block debug_notifier = { .notifier_call = on_debug };

int __init arch_steps_init(void)
{
	return register_die_notifier(&debug_notifier);
}

void arch_steps_exit(void)
{
	unregister_die_notifier(&debug_notifier);
}
