/* SPDX-License-Identifier: GPL-2.0 */
/* Instructions of A64 that matter to points (Arm ARM, C4.1): fixed bits and their mask. */
#ifndef SCAP_TRACEE_ARM64_INSN_H
#define SCAP_TRACEE_ARM64_INSN_H

#define IS_SVC(i)	(((i) & 0xffe0001f) == 0xd4000001)
#define IS_EXCEPTION(i)	(((i) & 0xff000000) == 0xd4000000)	/* svc, hvc, smc, brk, hlt */
#define IS_UDF(i)	(((i) & 0xffff0000) == 0)
/* CNTVCT_EL0 and CNTVCTSS_EL0 */
#define IS_MRS_CNTVCT(i) (((i) & 0xffffff60) == 0xd53be040)
/* Load and store exclusive, registers and pairs: bit 22 is L, bit 23 (ordered only) is 0. */
#define IS_LDXR(i)	(((i) & 0x3fc00000) == 0x08400000)
#define IS_STXR(i)	(((i) & 0x3fc00000) == 0x08000000)

#define IS_B(i)		(((i) & 0xfc000000) == 0x14000000)
#define IS_BL(i)	(((i) & 0xfc000000) == 0x94000000)
#define IS_BCOND(i)	(((i) & 0xff000000) == 0x54000000)
#define IS_CBZ(i)	(((i) & 0x7e000000) == 0x34000000)	/* and cbnz */
#define IS_TBZ(i)	(((i) & 0x7e000000) == 0x36000000)	/* and tbnz */
#define IS_BLR(i)	(((i) & 0xfffffc1f) == 0xd63f0000)
#define IS_BLR_AUTH(i)	(((i) & 0xfefff800) == 0xd63f0800)
#define IS_ADR(i)	(((i) & 0x9f000000) == 0x10000000)
#define IS_ADRP(i)	(((i) & 0x9f000000) == 0x90000000)
#define IS_LDR_LITERAL(i) (((i) & 0x3b000000) == 0x18000000)
/* Stores by general or vector registers; atomics of LSE; store-release, stxr, cas. */
#define IS_STORE_PAIR(i) (((i) & 0x3a400000) == 0x28000000)
#define IS_STORE_SINGLE(i) (((i) & 0x3a400000) == 0x38000000 &&			\
			    (IS_VECTOR(i) || !((i) & 1u << 23)))
#define IS_ATOMIC(i)	(((i) & 0x3f200c00) == 0x38200000)
#define IS_STORE_ORDERED(i) (((i) & 0x3f000000) == 0x08000000 &&			\
			     (!((i) & 1u << 22) || ((i) & 0x00a07c00) == 0x00a07c00))
#define IS_VECTOR(i)	((i) & 1u << 26)	/* of a load or store: which registers */

#define BRK		0xd4200000u
#define BR(n)		(0xd61f0000u | (n) << 5)

#endif
