// SPDX-License-Identifier: GPL-2.0
/*
 * The program's memory, in two ways: without faults, for tracepoints, where a
 * page that is not there only means "later"; and with them, for task_work.
 */
#include <linux/pagemap.h>

#include "scaprec.h"

/* Copied word by word; more is quicker by string instructions. */
#define WORDS_MAX 512u

/* A word, however it is aligned; for copy_now(). */
#define get_word(to, from) unsafe_get_user(*(u64 *)(to), (const u64 __user *)(from), fault)

/*
 * copy_from_user_nofault() takes its time to begin, and so do the string
 * instructions that it may use: what is short is copied by plain words. The last
 * one, if it is not whole, overlaps the one before it.
 */
bool copy_now(void *to, u64 addr, u32 len)
{
	const void __user *from = (const void __user *)(unsigned long)addr;
	u32 at = 0;

	if (len > WORDS_MAX)
		return !copy_from_user_nofault(to, from, len);
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
