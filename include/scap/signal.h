/* SPDX-License-Identifier: GPL-2.0 */
/* What a signal means for a recording, whichever backend meets it. */
#ifndef SCAP_SIGNAL_H
#define SCAP_SIGNAL_H

#include <scap/types.h>

#ifdef __KERNEL__
#include <linux/signal.h>
#else
#include <signal.h>
#endif

/*
 * Whether signal @sig with si_code @code was raised by the instruction at ip,
 * not sent: it will happen by itself in a replay. @in_frame: a frame was being
 * made or taken down, of which the kernel itself complains (SI_KERNEL).
 */
static inline bool scap_signal_synchronous(int sig, int code, bool in_frame)
{
	switch (sig) {
	case SIGSEGV:
	case SIGBUS:
	case SIGILL:
	case SIGFPE:
	case SIGTRAP:
		return code > 0 && !(code == SI_KERNEL && in_frame);
	default:
		return false;
	}
}

#endif
