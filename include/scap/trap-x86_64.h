/* SPDX-License-Identifier: GPL-2.0 */
/* x86-64: instructions by which programs ask the processor, and which trap (Intel SDM vol. 2). */
#ifndef SCAP_TRAP_X86_64_H
#define SCAP_TRAP_X86_64_H

#include <scap/event.h>

#define SCAP_TRAP_INSN_MAX 3

/*
 * Which of them begins at @insn, what cannot be read being 0: enum scap_trap, or 0 for none.
 * *@len: its length in bytes.
 */
static inline __u32 scap_trap_insn(const __u8 insn[SCAP_TRAP_INSN_MAX], __u32 *len)
{
	*len = 2;
	if (insn[0] != 0x0f)
		return 0;
	switch (insn[1]) {
	case 0x31:
		return SCAP_TRAP_RDTSC;
	case 0xa2:
		return SCAP_TRAP_CPUID;
	case 0x01:
		*len = 3;
		return insn[2] == 0xf9 ? SCAP_TRAP_RDTSCP : 0;
	}
	return 0;
}

#endif
