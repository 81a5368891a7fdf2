// SPDX-License-Identifier: GPL-2.0
/* arm64: no module is told of steps (register_user_step_hook() is the kernel's own). */
#include "arch.h"

bool arch_may_step(const struct pt_regs *regs)
{
	return false;
}

bool arch_step_begin(struct pt_regs *regs)
{
	return false;
}

void arch_step_end(struct pt_regs *regs)
{
}

int __init arch_steps_init(void)
{
	return 0;
}

void arch_steps_exit(void)
{
}
