/* SPDX-License-Identifier: GPL-2.0 */
/* Where arch-arm64-compare.S finds its data, in bytes; arch-arm64-patch.c fills it. */
#ifndef SCAP_TRACEE_ARM64_COMPARE_H
#define SCAP_TRACEE_ARM64_COMPARE_H

#define COMPARE_DATA		65536	/* behind the code's first instruction */

/* scap/point.h is not for assemblers; arch-arm64-patch.c compares. */
#define COMPARE_CHUNK		4096
#define COMPARE_ROTATE		29

#define COMPARE_REGS		0	/* x0..x30, sp as the program has them */
#define COMPARE_EXPECTED	256	/* ... and as they shall be */
#define COMPARE_THREAD		512	/* tpidr_el0, which is lent to us */
#define COMPARE_FLAGS		520
#define COMPARE_EXPECTED_FLAGS	528
#define COMPARE_FILTER		536	/* address, value */
#define COMPARE_PASSES		552
#define COMPARE_NEAR		560
#define COMPARE_MUL		568
#define COMPARE_WORDS		576	/* pairs of address and value, up to address 0 */
#define COMPARE_CHUNKS		3264	/* pairs of address and scap_point_hash(), up to address 0 */

#endif
