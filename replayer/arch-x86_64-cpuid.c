// SPDX-License-Identifier: GPL-2.0
/*
 * The recorded processor. Where the recorder held cpuid back, it is an event like
 * any other. Before that, on a machine of the same kind, it is executed as it is;
 * elsewhere it faults (arch_prctl(2), ARCH_SET_CPUID) and is answered from the
 * trace's header, or, where the processor cannot do that, the user is told.
 */
#ifdef __x86_64__
#include <asm/prctl.h>
#include <cpuid.h>
#include <string.h>
#include <sys/syscall.h>

#include "recorder/tracee/trap-share.h"
#include "replay.h"

/* Bits that say which CPU of the machine answered, or how fast it runs: Intel SDM vol. 2, CPUID. */
static bool varies(uint32_t leaf)
{
	return leaf == 0xb || leaf == 0x15 || leaf == 0x16 || leaf == 0x1f || leaf == 0x8000001e ||
	       (leaf >= 0x40000000 && leaf < 0x40000100);
}

static bool same_leaf(const struct scap_cpuid *l)
{
	uint32_t a, b, c, d, ebx_mask = ~0u;

	if (varies(l->leaf))
		return true;
	__cpuid_count(l->leaf, l->subleaf, a, b, c, d);
	if (l->leaf == 1)
		ebx_mask = 0x00ffffff; /* initial APIC id */
	return a == l->eax && !((b ^ l->ebx) & ebx_mask) && c == l->ecx && d == l->edx;
}

/* Initial APIC id, of what leaf 1 says in ebx. */
static int number_of(uint32_t ebx)
{
	return (int)(ebx >> 24);
}

int arch_header_cpu(const struct scap_header *h)
{
	for (uint32_t i = 0; i < h->ncpuid; i++)
		if (h->cpuid[i].leaf == 1)
			return number_of(h->cpuid[i].ebx);
	return NO_NUMBER;
}

int arch_image_cpu(const struct scap_ev_exec *e)
{
	const struct scap_span *span = scap_span_find(&e->h, SCAP_SPAN_CPUID, SCAP_ARG_NONE);
	struct scap_leaf leaf;

	if (!span || span->stored != sizeof(leaf))
		return NO_NUMBER;
	memcpy(&leaf, scap_span_bytes(span), sizeof(leaf));
	return leaf.leaf == 1 ? number_of(leaf.ebx) : NO_NUMBER;
}

int arch_this_cpu(void)
{
	uint32_t a, b, c, d;

	__cpuid(1, a, b, c, d);
	return number_of(b);
}

bool arch_can_trap_cpuid(void)
{
	return cpuid_trap_possible();
}

bool arch_cpu_is_foreign(const struct scap_header *h, bool *can_hide)
{
	bool same = true;

	for (uint32_t i = 0; same && i < h->ncpuid; i++)
		same = same_leaf(&h->cpuid[i]);
	*can_hide = !(same && arch_is_here(arch_header_cpu(h))) && arch_can_trap_cpuid();
	return !same;
}

/* cpuid leaf 0xd, one subleaf for each part: its size and its place (Intel SDM vol. 1, 13.2). */
void arch_recorded_vectors(const struct scap_header *h, struct vector_layout *layout)
{
	memset(layout, 0, sizeof(*layout));
	for (uint32_t i = 0; i < h->ncpuid; i++) {
		const struct scap_cpuid *l = &h->cpuid[i];

		if (l->leaf != 0xd || l->subleaf < 2 || l->subleaf >= VECTOR_PARTS)
			continue;
		layout->part[l->subleaf].size = l->eax;
		layout->part[l->subleaf].offset = l->ebx;
	}
}

void arch_hide_cpu(struct session *s, struct home_calls *c)
{
	home_add(c, s, 0, SYS_arch_prctl, ARCH_SET_CPUID, 0, 0, 0, 0, 0);
	cpuid_trap_share();
}

void arch_trap_cpuid(struct session *s, struct task *task, const struct scap_ev_syscall *e)
{
	if (!scap_sets_tls(e->nr, e->args))
		return;
	cpus_started(s, task);
	if (s->header->features & SCAP_FEATURE_CPUID_TRAPPED && !task->cpuid_trapped)
		task->cpuid_trapped = cpuid_trap_set(&task->t, TRACEE_STOP_ENTRY);
}

static const struct scap_cpuid *find_leaf(const struct scap_header *h, uint32_t leaf,
					  uint32_t subleaf)
{
	const struct scap_cpuid *only = NULL;
	unsigned int n = 0;

	for (uint32_t i = 0; i < h->ncpuid; i++) {
		if (h->cpuid[i].leaf != leaf)
			continue;
		if (h->cpuid[i].subleaf == subleaf)
			return &h->cpuid[i];
		only = &h->cpuid[i];
		n++;
	}
	/* A leaf recorded once has no subleaves: it answers whatever stands in ecx. */
	return n == 1 ? only : NULL;
}

bool arch_answer_cpuid(struct session *s, struct task *task)
{
	static const struct scap_cpuid unknown;
	struct scap_regs *r = tracee_regs(&task->t);
	const struct scap_cpuid *l;
	uint8_t insn[2];

	if (!r || tracee_read(&task->t, r->rip, insn, sizeof(insn)) ||
	    memcmp(insn, "\x0f\xa2", sizeof(insn)) != 0)
		return false;
	l = find_leaf(s->header, (uint32_t)r->rax, (uint32_t)r->rcx);
	if (!l)
		l = &unknown;
	r->rax = l->eax;
	r->rbx = l->ebx;
	if (l->leaf == 1 && task->cpu_number != NO_NUMBER)
		r->rbx = (l->ebx & 0x00ffffff) | (uint32_t)task->cpu_number << 24;
	r->rcx = l->ecx;
	r->rdx = l->edx;
	r->rip += sizeof(insn);
	tracee_regs_changed(&task->t);
	return true;
}
#endif
