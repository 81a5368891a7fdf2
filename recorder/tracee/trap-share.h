/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instructions that raise a SIGSEGV in tracees, which the tracer answers: cpuid (arch_prctl(2),
 * ARCH_SET_CPUID) and rdtsc (prctl(2), PR_SET_TSC). They trap in the calling thread, the
 * tracer, too: the kernel then has no register of the processor to change at each switch between
 * it and its tracees, which in a virtual machine is dearer than all the rest of a stop. Where the
 * tracer, or a library, uses one all the same, that works, slowly. x86-64 only.
 */
#ifndef SCAP_TRACEE_TRAP_SHARE_H
#define SCAP_TRACEE_TRAP_SHARE_H

#include "recorder/tracee/tracee.h"

/* Whether this processor can make cpuid trap. */
bool cpuid_trap_possible(void);

/* From here on, until its next execve, @t's cpuid traps; @at: see tracee_inject(). False: it does not. */
bool cpuid_trap_set(struct tracee *t, enum tracee_stop_kind at);

/*
 * The calling thread's own cpuid traps until tracee_unshare(), as with tracee_share_tsc() its
 * rdtsc. SIGSEGV is caught for that, and given back then. No effect where it is blocked; it must not
 * be blocked later, nor in threads begun later, which have the trap from their maker.
 */
void cpuid_trap_share(void);

/* cpuid's answer to @leaf, @subleaf: eax, ebx, ecx, edx. Quicker than the instruction where that traps. */
void cpuid_untrapped(uint32_t leaf, uint32_t subleaf, uint32_t answer[4]);

/* rdtsc, or, with @aux, rdtscp: quicker than the instruction where that traps. */
uint64_t rdtsc_untrapped(uint32_t *aux);

#endif
