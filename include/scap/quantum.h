/* SPDX-License-Identifier: GPL-2.0 */
/* How long a task may run while others that share its memory wait: the same in both recorders. */
#ifndef SCAP_QUANTUM_H
#define SCAP_QUANTUM_H

/* From here on a boundary is where the next one goes on, ... */
#define SCAP_QUANTUM_NS		10000000ull
/* ... and from here on any instruction. */
#define SCAP_QUANTUM_HARD_NS	50000000ull

#endif
