// SPDX-License-Identifier: GPL-2.0
/*
 * What programs ask the processor itself: the time-stamp counter, which traps
 * from the first instruction on, and cpuid, by which they find instructions
 * whose results no replay can repeat (rdrand and its like). Where the processor
 * lets cpuid trap (arch_prctl(2), ARCH_SET_CPUID), it is answered without those.
 *
 * execve takes that trap away. It is set again when the image's C library sets
 * its thread pointer: the dynamic loader has looked at the processor by then,
 * often and for its own use only; everybody else comes later.
 */
#include <asm/prctl.h>
#include <cpuid.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <x86intrin.h>

#include <scap/trap-x86_64.h>

#include "recorder/arch.h"
#include "recorder/tracee/trap-share.h"

uint32_t arch_ptrace_features(void)
{
	return SCAP_FEATURE_TSC_TRAPPED | (cpuid_trap_possible() ? SCAP_FEATURE_CPUID_TRAPPED : 0);
}

/* ---- what is hidden ---- */

/* Bits of a leaf's register that the program does not see (Intel SDM vol. 2, CPUID). */
static const struct {
	uint32_t leaf, subleaf;
	struct { uint32_t a, b, c, d; } bits;
} hidden[] = {
	{ 1, 0, { .c = 1u << 30 } },			/* rdrand */
	{ 7, 0, { .b = 1u << 4 | 1u << 11 | 1u << 18,	/* HLE, RTM, rdseed */
		  .c = 1u << 22 } },			/* rdpid */
	{ 0xd, 1, { .a = 1u << 2 } },			/* xgetbv of what is in use */
};

const char *arch_chance_left(void)
{
	uint32_t a, b, c, d;

	__cpuid(1, a, b, c, d);
	if (!(c & 1u << 30) || cpuid_trap_possible())
		return NULL;
	return "this processor's rdrand cannot be hidden: a program that uses it (C++'s "
	       "std::random_device does) diverges in a replay";
}

void arch_note_call(struct task *k)
{
	if (k->trap_set || !scap_sets_tls(k->call.nr, k->call.args))
		return;
	k->trap_set = cpuid_trap_set(&k->t, TRACEE_STOP_EXIT);
}

/* The trap is ours: the program sees a processor that has none. */
bool arch_answer_call(const struct task *k, int64_t *result)
{
	if (k->call.nr != SYS_arch_prctl)
		return false;
	switch (k->call.args[0]) {
	case ARCH_GET_CPUID:
		*result = 1;
		return true;
	case ARCH_SET_CPUID:
		*result = -ENODEV;
		return true;
	}
	return false;
}

/* ---- answers ---- */

static void emulate_cpuid(struct scap_regs *regs, uint64_t value[2])
{
	uint32_t leaf = (uint32_t)regs->rax, subleaf = (uint32_t)regs->rcx, answer[4];

	cpuid_untrapped(leaf, subleaf, answer);
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		if (hidden[i].leaf != leaf || (leaf != 1 && hidden[i].subleaf != subleaf))
			continue;
		answer[0] &= ~hidden[i].bits.a;
		answer[1] &= ~hidden[i].bits.b;
		answer[2] &= ~hidden[i].bits.c;
		answer[3] &= ~hidden[i].bits.d;
	}
	value[0] = answer[0] | (uint64_t)answer[1] << 32;
	value[1] = answer[2] | (uint64_t)answer[3] << 32;
	regs->rax = answer[0];
	regs->rbx = answer[1];
	regs->rcx = answer[2];
	regs->rdx = answer[3];
}

/* rdtscp where @aux is wanted. */
static void emulate_rdtsc(struct scap_regs *regs, bool aux_wanted, uint64_t value[2])
{
	uint32_t aux = 0;

	value[0] = rdtsc_untrapped(aux_wanted ? &aux : NULL);
	value[1] = aux;
	regs->rax = (uint32_t)value[0];
	regs->rdx = value[0] >> 32;
	if (aux_wanted)
		regs->rcx = aux;
}

bool arch_emulate_trap(struct task *k, const siginfo_t *info, uint32_t *kind, uint64_t value[2])
{
	uint8_t insn[SCAP_TRAP_INSN_MAX] = { 0x0f, 0x31 };
	struct scap_regs *regs;
	uint32_t len;

	if (info->si_code != SI_KERNEL)
		return false;
	regs = tracee_regs(&k->t);
	if (!regs)
		return false;
	/* where nobody may look, the one that every program begins with is taken for granted */
	if (tracee_read_some(&k->t, regs->rip, insn, sizeof(insn)) < 2 && k->readable)
		return false;
	*kind = scap_trap_insn(insn, &len);
	if (*kind == SCAP_TRAP_CPUID && k->trap_set)
		emulate_cpuid(regs, value);
	else if ((*kind == SCAP_TRAP_RDTSC || *kind == SCAP_TRAP_RDTSCP) && k->tsc_mode != PR_TSC_SIGSEGV)
		emulate_rdtsc(regs, *kind == SCAP_TRAP_RDTSCP, value);
	else
		return false;
	regs->rip += len;
	tracee_regs_changed(&k->t);
	return true;
}

/* ---- for the header ---- */

/* Subleaves of @leaf that may hold something (Intel SDM vol. 2, CPUID). */
static uint32_t subleaves(uint32_t leaf)
{
	if (leaf == 0xd)
		return 32; /* one for each state component, with holes */
	if (leaf == 4 || leaf == 7 || leaf == 0xb || (leaf >= 0x10 && leaf <= 0x20) ||
	    leaf == 0x8000001d)
		return 8;
	return 1;
}

uint32_t arch_read_cpuid(struct scap_cpuid *leaves, uint32_t cap)
{
	const uint32_t ranges[] = { 0, 0x40000000, 0x80000000 };
	uint32_t n = 0;

	for (size_t r = 0; r < sizeof(ranges) / sizeof(ranges[0]) && n < cap; r++) {
		uint32_t max, b, c, d;

		__cpuid(ranges[r], max, b, c, d);
		if (max < ranges[r] || max - ranges[r] > 0x40)
			continue;
		for (uint32_t leaf = ranges[r]; leaf <= max && n < cap; leaf++) {
			/* bit n: state component n is there (leaf 0xd) */
			uint32_t components = ~0u;

			for (uint32_t sub = 0; sub < subleaves(leaf) && n < cap; sub++) {
				struct scap_cpuid *l = &leaves[n];

				/* in a virtual machine each costs a microsecond or more */
				if (!(components >> sub & 1))
					continue;
				*l = (struct scap_cpuid){ .leaf = leaf, .subleaf = sub };
				__cpuid_count(leaf, sub, l->eax, l->ebx, l->ecx, l->edx);
				n++;
				if (leaf == 0xd && sub < 2)
					components = sub ? (l - 1)->eax | l->ecx | 3 : ~0u;
				else if (leaf != 0xd && !l->eax && !l->ebx &&
					 (sub > 1 || (!l->ecx && !l->edx)))
					break; /* behind the last one */
			}
		}
	}
	return n;
}
