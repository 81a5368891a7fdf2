/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rooms of the point engine share: the compare, one decoded
 * instruction, the patch with its in-process compare, the checkpoint.
 */
#ifndef SCAP_POINT_INTERNAL_H
#define SCAP_POINT_INTERNAL_H

#include "point.h"
#include "tracee-internal.h"

/* ---- the compare (point-state.c) ---- */

/* How much of a point's state a stopped thread has, from worse to better. */
enum point_likeness {
	POINT_ELSEWHERE,	/* another address */
	POINT_REGS_DIFFER,
	POINT_STACK_DIFFERS,	/* stack, red zone or a written word */
	POINT_MEMORY_DIFFERS,	/* pointed-to bytes, vector registers or an area */
	POINT_SAME,
};

/*
 * Compares as if the thread stood at @ip (a stub or int3 has moved its own).
 * @loose: whatever of the stack lies above the part that is stored as it is
 * does not count: old contents of unused slots in live frames may be left over
 * from what no recording repeats (the XSAVE header that ld.so stores there).
 */
enum point_likeness point_compare(struct tracee *t, const struct scap_point *p, uint64_t ip,
				  bool loose);

/* What an in-process compare looks at in memory. */
struct point_word {
	uint64_t addr, value;
};

/*
 * The chunks that an in-process compare hashes, into @list of p->nchunks + 1 zeroed entries
 * (value: scap_point_hash()). Not those with the @patched bytes at the point, and if @loose,
 * not that part of the stack.
 */
void point_list_chunks(const struct scap_point *p, unsigned int patched, bool loose,
		       struct point_word *list);

/* Memory is copied by so much at a time. */
#define POINT_COPY (256u << 10)

/* ---- instructions (arch-*-point.c) ---- */

#define POINT_INSN_MAX 15

struct point_insn {
	uint8_t len;
	bool syscall;	/* enters the kernel on purpose */
	bool trapped;	/* scap emulates it (time stamp counter, cpuid) */
	/*
	 * Not to be single-stepped: run on to here by a breakpoint; 0: no such
	 * thing. x86-64: a repeated string instruction, arm64: a sequence of
	 * exclusive accesses, which a stop in its midst makes fail for ever.
	 */
	uint64_t run_to;
	unsigned int nwrites;
	struct {
		uint64_t addr, len;
	} write[2];
};

/* The instruction at the thread's ip, or -EILSEQ. */
int point_arch_decode(struct tracee *t, const struct scap_regs *regs, struct point_insn *insn);

/*
 * The function around @ip: from its start to the start of the next one
 * (point-function.c). -ENOENT: nothing is known of it.
 */
int point_function(struct tracee *t, uint64_t ip, uint64_t *start, uint64_t *end);

/*
 * A point in the midst of a repeated string instruction. Returns its length if
 * @now, at its first arrival there, can become the point's registers by
 * repetitions, and how many in @n; -EAGAIN if not; 0: no such instruction.
 */
int point_arch_repeats(struct tracee *t, const struct scap_point *p, const struct scap_regs *now,
		       uint64_t *n);
/* The register that counts repetitions; NULL where there is no such instruction. */
__u64 *point_arch_counter(struct scap_regs *regs);

/* Flags that the program can see, and registers without what is no state of it. */
uint64_t point_arch_flags(const struct scap_regs *regs);
void point_arch_strip(struct scap_regs *regs);

/* Brings a raw vector state, @len bytes of @room, into canonical form; returns its new length. */
size_t point_arch_vector(uint8_t *state, size_t len, size_t room);

/*
 * At a call's exit stop: to a stop ahead of the next instruction in which all registers
 * read as they are, and can be written.
 */
int point_arch_settle(struct tracee *t);

/* ---- patches (arch-*-patch.c) ---- */

/* How well a place can be patched. */
enum point_patchable {
	POINT_PATCH_NONE,	/* the instruction cannot even be moved elsewhere */
	POINT_PATCH_INSN,	/* it can: good for a breakpoint */
	POINT_PATCH_JUMP,	/* and there is room for a jump */
};

/* @scan: look for branches into the instructions behind as well, which takes time. */
enum point_patchable point_arch_patchable(struct tracee *t, uint64_t ip, bool scan);

/* An address or a size, up to the next multiple of the largest page. */
static inline uint64_t point_whole_pages(uint64_t n)
{
	return (n + SCAP_PAGE_MAX - 1) & ~(uint64_t)(SCAP_PAGE_MAX - 1);
}

/* Our pages: code, then the data for @p. */
#define POINT_PATCH_CODE	SCAP_PAGE_MAX
uint64_t point_arch_patch_size(const struct scap_point *p);
/* How far from the code they may be, and, if there is no room, where that can still do. */
extern const uint64_t point_arch_reach, point_arch_far_reach;

/*
 * One word that the in-process compare looks at first, since it differs from
 * the recorded one at most passes: a register, or memory.
 */
struct point_filter {
	bool memory;
	unsigned int reg;	/* index into scap_regs as words */
	uint64_t addr, value;
};

/*
 * A patch in the tracee.
 * @ip:    the patched place
 * @base, @size: our pages
 * @room:  what can be done there
 * @entry, @leave, @hit: in our pages: compare; moved instructions; the stop on a hit
 * @patched, @len: what stands in place of @original while @armed: a jump, or a breakpoint
 */
struct point_patch {
	uint64_t ip, base, size;
	enum point_patchable room;
	uint64_t entry, leave, hit;
	uint8_t original[8], patched[8];
	unsigned int len;
	bool armed, jump;
};

/* Writes the compare for @p into our pages, which are mapped at @patch->base. */
int point_arch_build(struct tracee *t, const struct scap_point *p,
		     const struct point_filter *filter, bool loose, struct point_patch *patch);

/* What the in-process compare has counted: passes, and those where only the areas differed. */
struct point_passes {
	uint64_t all, near;
};
int point_arch_passes(struct tracee *t, const struct point_patch *patch,
		      struct point_passes *passes);

/*
 * Of a thread stopped anywhere in our pages: registers that struct scap_regs does not have,
 * and that the compare borrows, are the thread's again.
 */
void point_arch_give_back(struct tracee *t, const struct point_patch *patch);

/* Whether the signal stop just seen is the breakpoint instruction at @addr. */
bool point_arch_at_breakpoint(const struct scap_regs *regs, uint64_t addr);

/* Sets @patched to a jump into our pages or, without @jump, to a breakpoint. */
void point_arch_patch_bytes(struct point_patch *patch, bool jump);

/* ---- checkpoint of one thread's memory (point-checkpoint.c) ---- */

struct point_checkpoint {
	pid_t pid;	/* a stopped copy of the process, 0: none */
	int mem;
	struct scap_regs regs;
	uint8_t vector[TRACEE_FPREGS_MAX];
	ssize_t vector_len;
};

/* Keeps the state of @t, stopped in user code. -ENOTSUP: it shares writable memory. */
int point_checkpoint_take(struct tracee *t, struct point_checkpoint *c);

/* Puts @t, in whatever stop, back to it. */
int point_checkpoint_restore(struct tracee *t, struct point_checkpoint *c);

/* Lets go of it; @t, in user code, reaps the copy. */
void point_checkpoint_drop(struct tracee *t, struct point_checkpoint *c);

/* An injected call from user code; finds, and sets, a syscall site if there is none. */
int point_call(struct tracee *t, uint32_t nr, const uint64_t args[6], int64_t *result);

#endif
