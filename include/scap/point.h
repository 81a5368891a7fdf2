/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A point in user code, told by the state of the thread: what a
 * SCAP_SPAN_POINT span holds. If two moments of a serialised program have the
 * same registers and memory, its future is the same from both, so a replay
 * may stop at any moment that matches. Each part can be weighed by itself.
 *
 * In the span: struct scap_point, then @nareas struct scap_point_area, then
 * @nwords struct scap_point_word, then a __u32 for each SCAP_POINT_CHUNK bytes of
 * the areas, in order: scap_point_hash() of them, 0 where they could not be
 * read, or are not to be compared; padded to 8 bytes.
 */
#ifndef SCAP_POINT_H
#define SCAP_POINT_H

#include <scap/arch.h>
#include <scap/types.h>

/* Live stack that belongs to the state, and the red zone below it. */
#define SCAP_POINT_STACK	512u
#define SCAP_POINT_REDZONE	128u
/* Bytes at each register that is a valid pointer. */
#define SCAP_POINT_POINTED	64u

#define SCAP_POINT_REGS		34u	/* the largest struct scap_regs, in words */
#define SCAP_POINT_AREAS	96u
#define SCAP_POINT_WORDS	96u
#define SCAP_POINT_CHUNKS	6144u
#define SCAP_POINT_CHUNK	4096u

/* Flags that the program can see: x86-64 CF PF ZF SF DF OF, arm64 NZCV. */
#define SCAP_POINT_FLAGS_X86_64	0x0cc5ull
#define SCAP_POINT_FLAGS_ARM64	0xf0000000ull

/* What a processor has counted. */
enum scap_counter {
	SCAP_COUNTER_NONE,
	SCAP_COUNTER_BRANCHES,
	SCAP_COUNTER_INSTRUCTIONS,
};

/*
 * @ip:        address of the next instruction
 * @cpu_ns:    CPU time of the thread since its last event, or since its turn began; 0: not known
 * @retired:   what it has retired in user mode since its last event, as @counter says
 * @flags:     flags, masked as above
 * @hash_regs: XXH64, seed 0, over @regs with what is no state of the program
 *             set to 0 (flags, segment selectors, orig_rax)
 * @hash_pointed: XXH64 over, for each register in order, the bytes at it
 *             (address rounded down to 8) as far as readable: none at all
 *             where it is no pointer. 0: not taken (what is there may be written
 *             by another thread's call meanwhile)
 * @hash_vector: XXH64 over the vector registers in canonical form: x86-64:
 *             XSAVE standard format without FOP, FIP, FDP, MXCSR_MASK, the
 *             reserved bytes of each x87 register and bytes 416..575; behind it
 *             AVX at 576, opmask at 1088, ZMM_Hi256 at 1152, Hi16_ZMM at 1664,
 *             zeros elsewhere and where there is no such part; without trailing
 *             zeros. arm64: NT_PRFPREG, behind it bits from 128 on of Z0..31, then
 *             P0..15 and FFR, each as long as the thread's vectors make it; without
 *             trailing zeros there (registers that are not in use count as zeros)
 * @regs:      struct scap_regs as it is, rest 0
 * @stack_len: bytes at sp that can be compared, at most SCAP_POINT_STACK
 * @redzone_len: readable bytes below sp, counted from sp, at most SCAP_POINT_REDZONE
 * @counter:   enum scap_counter
 * @redzone:   the last @redzone_len of it are valid
 */
struct scap_point {
	__u64 ip, cpu_ns, retired;
	__u64 flags;
	__u64 hash_regs, hash_pointed, hash_vector;
	__u64 regs[SCAP_POINT_REGS];
	__u32 stack_len, redzone_len;
	__u32 nareas, nwords, nchunks, counter;
	__u8 redzone[SCAP_POINT_REDZONE];
	__u8 stack[SCAP_POINT_STACK];
};

/*
 * Memory that belongs to the state: .data, .bss, heap, the stack above
 * @stack. @len: a multiple of SCAP_POINT_CHUNK.
 */
struct scap_point_area {
	__u64 addr, len;
};

/* A word that the last instructions before the point wrote, with its value at the point. */
struct scap_point_word {
	__u64 addr, value;
};

static_assert(sizeof(struct scap_regs) <= SCAP_POINT_REGS * 8, "ABI");
static_assert(sizeof(struct scap_point) == 7 * 8 + 34 * 8 + 24 + 640, "ABI");

/* A point with room for all that may follow it; scap_point_size() of it is stored. */
struct scap_point_full {
	struct scap_point p;
	__u64 tail[SCAP_POINT_AREAS * 2 + SCAP_POINT_WORDS * 2 + SCAP_POINT_CHUNKS / 2];
};

static inline struct scap_point_area *scap_point_areas(const struct scap_point *p)
{
	return (struct scap_point_area *)(p + 1);
}

static inline struct scap_point_word *scap_point_words(const struct scap_point *p)
{
	return (struct scap_point_word *)(scap_point_areas(p) + p->nareas);
}

static inline __u32 *scap_point_chunks(const struct scap_point *p)
{
	return (__u32 *)(scap_point_words(p) + p->nwords);
}

static inline __u32 scap_point_size(const struct scap_point *p)
{
	return (__u32)(sizeof(*p) + p->nareas * sizeof(struct scap_point_area) +
		       p->nwords * sizeof(struct scap_point_word) +
		       (p->nchunks * sizeof(__u32) + 7) / 8 * 8);
}

/* Whether @len bytes from a trace are a whole point. */
static inline bool scap_point_valid(const struct scap_point *p, __u32 len)
{
	__u64 bytes = 0;
	__u32 i;

	if (len < sizeof(*p) || p->nareas > SCAP_POINT_AREAS || p->nwords > SCAP_POINT_WORDS ||
	    p->nchunks > SCAP_POINT_CHUNKS || p->stack_len > SCAP_POINT_STACK ||
	    p->redzone_len > SCAP_POINT_REDZONE || len != scap_point_size(p))
		return false;
	for (i = 0; i < p->nareas; i++) {
		__u64 n = scap_point_areas(p)[i].len;

		if (n % SCAP_POINT_CHUNK || n > (__u64)SCAP_POINT_CHUNKS * SCAP_POINT_CHUNK)
			return false;
		bytes += n;
	}
	return bytes == (__u64)p->nchunks * SCAP_POINT_CHUNK;
}

#define SCAP_POINT_HASH_MUL	0x9e3779b97f4a7c15ull
#define SCAP_POINT_HASH_ROTATE	29

/*
 * Hash of SCAP_POINT_CHUNK bytes as little-endian words: h = rotate_left((h ^
 * word) * MUL, ROTATE) from 1, upper half. Simple because the compare inside a
 * replayed process computes it in a handful of instructions.
 */
static inline __u32 scap_point_hash(const __u64 *word)
{
	__u64 h = 1;
	__u32 i;

	for (i = 0; i < SCAP_POINT_CHUNK / 8; i++) {
		h = (h ^ word[i]) * SCAP_POINT_HASH_MUL;
		h = h << SCAP_POINT_HASH_ROTATE | h >> (64 - SCAP_POINT_HASH_ROTATE);
	}
	return (__u32)(h >> 32);
}

#endif
