/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cpuid held back from tracees (arch_prctl(2), ARCH_SET_CPUID; x86-64 only): it
 * raises a SIGSEGV there, which the tracer answers.
 */
#ifndef SCAP_TRACEE_CPUID_TRAP_H
#define SCAP_TRACEE_CPUID_TRAP_H

#include "recorder/tracee/tracee.h"

/* Whether this processor can do it. Ends cpuid_trap_share(). */
bool cpuid_trap_possible(void);

/* From here on, until its next execve, @t's cpuid traps; @at: see tracee_inject(). False: it does not. */
bool cpuid_trap_set(struct tracee *t, enum tracee_stop_kind at);

/*
 * The calling thread's own cpuid traps, too: the kernel then has nothing to change
 * at each switch between it and its tracees, which in a virtual machine is dearer than
 * the rest of a stop. When the caller, or a library, does use cpuid, that works, and
 * ends the arrangement until the next call of this; tracee_unshare() ends it for good
 * and gives SIGSEGV, which is caught for that, back. No effect where SIGSEGV is blocked.
 */
void cpuid_trap_share(void);

#endif
