// SPDX-License-Identifier: GPL-2.0
/*
 * Address space: protection, kinds of mapping, advice, memory policy.
 */
#include <linux/membarrier.h>
#include <linux/mempolicy.h>
#include <linux/mman.h>

#include <format/decode-types.h>

#define PROT_EVERYWHERE \
	NAME_ENUM(PROT_NONE), NAME_FLAG(PROT_READ), NAME_FLAG(PROT_WRITE), NAME_FLAG(PROT_EXEC), \
	NAME_FLAG(PROT_SEM), NAME_FLAG(PROT_GROWSDOWN), NAME_FLAG(PROT_GROWSUP)

static const struct decode_name prot_x86_64[] = { PROT_EVERYWHERE };
static const struct decode_name prot_arm64[] = {
	PROT_EVERYWHERE, NAME_FLAG_AS("PROT_BTI", 0x10), NAME_FLAG_AS("PROT_MTE", 0x20),
};
static const struct decode_type prots[] = {
	DECODE_FLAGS(8, prot_x86_64), DECODE_FLAGS(8, prot_arm64),
};

static void print_prot(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	decode_flags(d, &prots[d->arch == SCAP_ARCH_ARM64], v);
}
const struct decode_type type_mmap_prot = { .print = print_prot, .width = 8 };

/* Order as people say it: kind, then how. MAP_32BIT is x86's alone, and so is its bit. */
#define MAP_EVERYWHERE \
	NAME_FIELD(MAP_SHARED, MAP_TYPE), NAME_FIELD(MAP_PRIVATE, MAP_TYPE), \
	NAME_FIELD(MAP_SHARED_VALIDATE, MAP_TYPE), \
	{ 0x08, MAP_TYPE, "MAP_DROPPABLE" }, NAME_FLAG(MAP_FIXED), NAME_FLAG(MAP_ANONYMOUS), \
	NAME_FLAG(MAP_GROWSDOWN), NAME_FLAG(MAP_DENYWRITE), NAME_FLAG(MAP_EXECUTABLE), \
	NAME_FLAG(MAP_LOCKED), NAME_FLAG(MAP_NORESERVE), NAME_FLAG(MAP_POPULATE), \
	NAME_FLAG(MAP_NONBLOCK), NAME_FLAG(MAP_STACK), NAME_FLAG(MAP_HUGETLB), \
	NAME_FLAG(MAP_SYNC), NAME_FLAG(MAP_FIXED_NOREPLACE), NAME_FLAG(MAP_UNINITIALIZED)

static const struct decode_name map_x86_64[] = {
	MAP_EVERYWHERE, NAME_FLAG_AS("MAP_32BIT", 0x40), NAME_FLAG_AS("MAP_ABOVE4G", 0x80),
};
static const struct decode_name map_arm64[] = { MAP_EVERYWHERE };
static const struct decode_type maps[] = {
	DECODE_FLAGS(8, map_x86_64), DECODE_FLAGS(8, map_arm64),
};

#define HUGE_BITS ((__u64)MAP_HUGE_MASK << MAP_HUGE_SHIFT)

/* The size of huge pages stands in the topmost bits, as a power of two. */
static void print_map_flags(struct decode *d, const struct decode_type *t, __u64 v)
{
	__u64 huge = v & MAP_HUGETLB ? (v & HUGE_BITS) >> MAP_HUGE_SHIFT : 0;

	(void)t;
	decode_flags(d, &maps[d->arch == SCAP_ARCH_ARM64], huge ? v & ~HUGE_BITS : v);
	if (!huge)
		return;
	put_char(d, '|');
	put_unsigned(d, huge);
	put_str(d, "<<MAP_HUGE_SHIFT");
}
const struct decode_type type_mmap_flags = { .print = print_map_flags, .width = 8 };

static const struct decode_name mremap_flags[] = {
	NAME_FLAG(MREMAP_MAYMOVE), NAME_FLAG(MREMAP_FIXED), NAME_FLAG(MREMAP_DONTUNMAP),
};
const struct decode_type type_mremap_flags = DECODE_FLAGS(8, mremap_flags);

static const struct decode_name msync_flags[] = {
	NAME_FLAG(MS_ASYNC), NAME_FLAG(MS_INVALIDATE), NAME_FLAG(MS_SYNC),
};
const struct decode_type type_msync_flags = DECODE_FLAGS(4, msync_flags);

static const struct decode_name advice[] = {
	NAME_ENUM(MADV_NORMAL), NAME_ENUM(MADV_RANDOM), NAME_ENUM(MADV_SEQUENTIAL),
	NAME_ENUM(MADV_WILLNEED), NAME_ENUM(MADV_DONTNEED), NAME_ENUM(MADV_FREE),
	NAME_ENUM(MADV_REMOVE), NAME_ENUM(MADV_DONTFORK), NAME_ENUM(MADV_DOFORK),
	NAME_ENUM(MADV_HWPOISON), NAME_ENUM(MADV_SOFT_OFFLINE), NAME_ENUM(MADV_MERGEABLE),
	NAME_ENUM(MADV_UNMERGEABLE), NAME_ENUM(MADV_HUGEPAGE), NAME_ENUM(MADV_NOHUGEPAGE),
	NAME_ENUM(MADV_DONTDUMP), NAME_ENUM(MADV_DODUMP), NAME_ENUM(MADV_WIPEONFORK),
	NAME_ENUM(MADV_KEEPONFORK), NAME_ENUM(MADV_COLD), NAME_ENUM(MADV_PAGEOUT),
	NAME_ENUM(MADV_POPULATE_READ), NAME_ENUM(MADV_POPULATE_WRITE),
	NAME_ENUM_AS("MADV_DONTNEED_LOCKED", 24), NAME_ENUM_AS("MADV_COLLAPSE", 25),
	NAME_ENUM_AS("MADV_GUARD_INSTALL", 102), NAME_ENUM_AS("MADV_GUARD_REMOVE", 103),
};
const struct decode_type type_madvise = DECODE_ENUM(4, advice);

static const struct decode_name mlock_flags[] = { NAME_FLAG(MLOCK_ONFAULT) };
const struct decode_type type_mlock_flags = DECODE_FLAGS(4, mlock_flags);

static const struct decode_name mlockall_flags[] = {
	NAME_FLAG(MCL_CURRENT), NAME_FLAG(MCL_FUTURE), NAME_FLAG(MCL_ONFAULT),
};
const struct decode_type type_mlockall_flags = DECODE_FLAGS(4, mlockall_flags);

#define MPOL_KIND 0xfff

static const struct decode_name policies[] = {
	NAME_FIELD(MPOL_DEFAULT, MPOL_KIND), NAME_FIELD(MPOL_PREFERRED, MPOL_KIND),
	NAME_FIELD(MPOL_BIND, MPOL_KIND), NAME_FIELD(MPOL_INTERLEAVE, MPOL_KIND),
	NAME_FIELD(MPOL_LOCAL, MPOL_KIND), { 5, MPOL_KIND, "MPOL_PREFERRED_MANY" },
	{ 6, MPOL_KIND, "MPOL_WEIGHTED_INTERLEAVE" }, NAME_FLAG(MPOL_F_STATIC_NODES),
	NAME_FLAG(MPOL_F_RELATIVE_NODES), NAME_FLAG_AS("MPOL_F_NUMA_BALANCING", 1 << 13),
};
const struct decode_type type_mpol_mode = DECODE_FLAGS(4, policies);

static const struct decode_name mbind_flags[] = {
	NAME_FLAG(MPOL_MF_STRICT), NAME_FLAG(MPOL_MF_MOVE), NAME_FLAG(MPOL_MF_MOVE_ALL),
};
const struct decode_type type_mbind_flags = DECODE_FLAGS(4, mbind_flags);

static const struct decode_name get_mempolicy_flags[] = {
	NAME_FLAG(MPOL_F_NODE), NAME_FLAG(MPOL_F_ADDR), NAME_FLAG(MPOL_F_MEMS_ALLOWED),
};
const struct decode_type type_get_mempolicy_flags = DECODE_FLAGS(8, get_mempolicy_flags);

static const struct decode_name pkey_rights[] = {
	NAME_FLAG(PKEY_DISABLE_ACCESS), NAME_FLAG(PKEY_DISABLE_WRITE),
};
const struct decode_type type_pkey_rights = DECODE_FLAGS(4, pkey_rights);

/* As argument a single command, as QUERY's result several: flags print both. */
static const struct decode_name membarrier[] = {
	NAME_ENUM(MEMBARRIER_CMD_QUERY), NAME_FLAG(MEMBARRIER_CMD_GLOBAL),
	NAME_FLAG(MEMBARRIER_CMD_GLOBAL_EXPEDITED),
	NAME_FLAG(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED),
	NAME_FLAG(MEMBARRIER_CMD_PRIVATE_EXPEDITED),
	NAME_FLAG(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED),
	NAME_FLAG(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE),
	NAME_FLAG(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE),
	NAME_FLAG(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ),
	NAME_FLAG(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ),
	NAME_FLAG_AS("MEMBARRIER_CMD_GET_REGISTRATIONS", 1 << 9),
};
const struct decode_type type_membarrier_cmd = DECODE_FLAGS(4, membarrier);

static const struct decode_name membarrier_flags[] = {
	NAME_FLAG(MEMBARRIER_CMD_FLAG_CPU),
};
const struct decode_type type_membarrier_flags = DECODE_FLAGS(4, membarrier_flags);
