// SPDX-License-Identifier: GPL-2.0
/*
 * The program's memory, in two ways: without faults, for tracepoints, where a
 * page that is not there only means "later"; and with them, for task_work.
 */
#include <linux/pagemap.h>

#include <asm/word-at-a-time.h>

#include "call.h"
#include "record.h"

/* Copied word by word; more is quicker by string instructions. */
#define WORDS_MAX 512u

/* A word, however it is aligned; where it is not there, at the label fault. */
#define get_word(to, from) unsafe_get_user(*(u64 *)(to), (const u64 __user *)(from), fault)

/* copy_from_user_nofault(), but that what is copied to is ours, and need not be looked up. */
static bool copy_long(void *to, const void __user *from, u32 len)
{
	bool whole;

	pagefault_disable();
	whole = access_ok(from, len) && !raw_copy_from_user(to, from, len);
	pagefault_enable();
	return whole;
}

/*
 * The string instructions that copy_long() may use take their time to begin: what
 * is short is copied by plain words. The last one, if it is not whole, overlaps
 * the one before it.
 */
bool copy_now(void *to, u64 addr, u32 len)
{
	const void __user *from = (const void __user *)(unsigned long)addr;
	u32 at = 0;

	if (len > WORDS_MAX)
		return copy_long(to, from, len);
	pagefault_disable();
	if (!user_access_begin(from, len))
		goto out;
	for (; at + 32 <= len; at += 32) {
		get_word(to + at, from + at);
		get_word(to + at + 8, from + at + 8);
		get_word(to + at + 16, from + at + 16);
		get_word(to + at + 24, from + at + 24);
	}
	for (; at + 8 <= len; at += 8)
		get_word(to + at, from + at);
	if (at < len && len >= 8)
		get_word(to + len - 8, from + len - 8);
	else
		for (; at < len; at++)
			unsafe_get_user(*(u8 *)(to + at), (const u8 __user *)(from + at), fault);
	user_access_end();
	pagefault_enable();
	return true;

fault:
	user_access_end();
out:
	pagefault_enable();
	return false;
}

u32 copy_string_now(void *to, u64 addr, u32 room)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	const void __user *from = (const void __user *)(unsigned long)addr;
	u32 at, most = min_t(u32, room, PAGE_SIZE - addr % PAGE_SIZE);
	unsigned long word, zeros;

	pagefault_disable();
	if (!user_access_begin(from, most))
		goto out;
	for (at = 0; at + sizeof(word) <= most; at += sizeof(word)) {
		get_word(&word, from + at);
		if (has_zero(word, &zeros, &constants)) {
			zeros = create_zero_mask(prep_zero_mask(word, zeros, &constants));
			*(unsigned long *)(to + at) = word & zero_bytemask(zeros);
			user_access_end();
			pagefault_enable();
			return at + (u32)find_zero(zeros) + 1;
		}
		*(unsigned long *)(to + at) = word;
	}
fault:
	user_access_end();
out:
	pagefault_enable();
	return 0;
}

/* ---- XXH64 (its specification: github.com/Cyan4973/xxHash, doc/xxhash_spec.md) ---- */

/* Two stripes, of eight bytes for each of the four lanes. */
#define STRIPES 64u

static __always_inline u64 lane(u64 acc, u64 word)
{
	word *= 0xc2b2ae3d27d4eb4full;
	acc += word;
	/* to what is kept, gcc: not to @word, and then moved */
	asm("" : "+r" (acc) : "r" (word));
	return rol64(acc, 31) * 0x9e3779b185ebca87ull;
}

/*
 * xxh64_update() of @len bytes, a multiple of STRIPES, read where they stand: no copy of them
 * is needed for anything else. @h is fresh; its members are as the specification has them.
 */
static bool hash_stripes(struct xxh64_state *h, const void __user *from, u32 len)
{
	const void __user *end = from + len;
	u64 v[] = { h->v1, h->v2, h->v3, h->v4 }, word;
	u32 i;

	pagefault_disable();
	if (!user_access_begin(from, len))
		goto out;
	for (; from != end; from += STRIPES) {
#pragma GCC unroll 8
		for (i = 0; i < STRIPES / 8; i++) {
			get_word(&word, from + 8 * i);
			v[i % 4] = lane(v[i % 4], word);
		}
	}
	user_access_end();
	pagefault_enable();
	h->v1 = v[0];
	h->v2 = v[1];
	h->v3 = v[2];
	h->v4 = v[3];
	h->total_len = len;
	return true;

fault:
	user_access_end();
out:
	pagefault_enable();
	return false;
}

bool hash_now(u64 addr, u32 len, u64 *hash)
{
	u32 rest = len % STRIPES, whole = len - rest;
	struct xxh64_state h;
	u8 tail[STRIPES];

	xxh64_reset(&h, 0);
	if (!hash_stripes(&h, (const void __user *)(unsigned long)addr, whole) ||
	    !copy_now(tail, addr + whole, rest))
		return false;
	xxh64_update(&h, tail, rest);
	*hash = xxh64_digest(&h);
	return true;
}

static int get_nofault(const struct scap_mem *mem, __u64 addr, void *buf, __u32 len)
{
	return copy_now(buf, addr, len) ? 0 : -EFAULT;
}

static int get_faulting(const struct scap_mem *mem, __u64 addr, void *buf, __u32 len)
{
	return copy_some(buf, addr, len) == len ? 0 : -EFAULT;
}

const struct scap_mem mem_nofault = { get_nofault };
const struct scap_mem mem_faulting = { get_faulting };

u32 copy_some(void *to, u64 addr, u32 len)
{
	const void __user *from = (const void __user *)(unsigned long)addr;
	u32 done = 0;

	/* page by page: copy_from_user() clears what it could not copy, but counts it exactly */
	while (done < len) {
		u32 n = min_t(u32, len - done, PAGE_SIZE - (addr + done) % PAGE_SIZE);
		unsigned long missing = copy_from_user((u8 *)to + done, from + done, n);

		done += n - (u32)missing;
		if (missing)
			break;
	}
	return done;
}

u64 touch(u64 addr, u64 len)
{
	return len - fault_in_readable((const char __user *)(unsigned long)addr, len);
}

int emit_memory(struct rtask *k, u64 addr, u64 len, u8 arg)
{
	while (len) {
		u32 want = (u32)min_t(u64, len, COPY_PIECE - addr % COPY_PIECE);
		u32 got = (u32)touch(addr, want);
		struct record r;
		void *to;
		int ret;

		if (!got)
			return 0;
		ret = record_open_wait(&r, k, SCAP_EV_DATA, sizeof(struct scap_ev_data) +
				       scap_span_size(COPY_PIECE));
		if (ret)
			return ret;
		to = record_span(&r, SCAP_SPAN_OUT, arg, addr, got, got);
		if (!copy_now(to, addr, got)) {
			/* taken away between the two: once more */
			record_abort(&r);
			if (fatal_signal_pending(current))
				return -EINTR;
			continue;
		}
		record_commit(&r);
		/* a page in part: the rest cannot be read */
		if (got < want)
			return 0;
		addr += got;
		len -= got;
	}
	return 0;
}
