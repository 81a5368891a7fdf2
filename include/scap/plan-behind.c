// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that changes without being passed to a call: mapped files that calls
 * write to, and locks that a dying thread leaves.
 */
#include <linux/fcntl.h>
#ifdef __KERNEL__
#include <uapi/linux/futex.h>
#else
#include <linux/futex.h>
#endif

#include <scap/plan.h>

/* ROBUST_LIST_LIMIT of the kernel's include/linux/futex.h. */
#define ROBUST_LIMIT 2048

struct scap_change scap_call_change(const struct scap_call *c)
{
	const struct scap_sysinfo *info = scap_sysinfo(c->nr);
	const __u64 *a = c->args, n = (__u64)c->result;
	bool position = (__s64)a[3] == -1;

	switch (info && c->result >= 0 ? info->id : SCAP_SYS_NONE) {
	case SCAP_SYS_write:
	case SCAP_SYS_writev:
	case SCAP_SYS_sendfile:
		return (struct scap_change){ (int)a[0], true, 0, n };
	case SCAP_SYS_pwrite64:
	case SCAP_SYS_pwritev:
		return (struct scap_change){ (int)a[0], false, a[3], n };
	case SCAP_SYS_pwritev2:
		return (struct scap_change){ (int)a[0], position, position ? 0 : a[3], n };
	case SCAP_SYS_splice:
	case SCAP_SYS_copy_file_range:
		return (struct scap_change){ (int)a[2], true, a[3], n };
	case SCAP_SYS_ftruncate:
		return (struct scap_change){ (int)a[0], false, 0, 0 };
	case SCAP_SYS_fallocate:
		return (struct scap_change){ (int)a[0], false, a[2], a[3] };
	case SCAP_SYS_open:
		return (struct scap_change){ a[1] & O_TRUNC ? (int)n : -1, false, 0, 0 };
	case SCAP_SYS_openat:
		return (struct scap_change){ a[2] & O_TRUNC ? (int)n : -1, false, 0, 0 };
	case SCAP_SYS_creat:
	case SCAP_SYS_openat2: /* its flags are in memory; an unchanged size does no harm */
		return (struct scap_change){ (int)n, false, 0, 0 };
	}
	return (struct scap_change){ .fd = -1 };
}

/*
 * handle_futex_death() of kernel/futex/core.c: the lock of @entry, if the thread
 * still owns it. False: the walk ends.
 */
static bool leave_lock(const struct scap_robust *r, __u64 entry, __s64 offset)
{
	__u64 addr = entry + (__u64)offset;
	__u32 word;

	if (addr % 4 || r->mem->get(r->mem, addr, &word, sizeof(word)))
		return false;
	if ((word & FUTEX_TID_MASK) == r->tid)
		r->leave(r->ctx, addr, (word & FUTEX_WAITERS) | FUTEX_OWNER_DIED);
	return true;
}

/* exit_robust_list() of the same file. */
void scap_robust_walk(const struct scap_robust *r, __u64 list)
{
	struct { __u64 next; __s64 offset; __u64 pending; } head; /* struct robust_list_head */
	__u64 entry, pending, next;
	bool more;
	int i;

	if (!list || r->mem->get(r->mem, list, &head, sizeof(head)))
		return;
	/* bit 0 marks a priority-inheritance lock */
	entry = head.next & ~1ull;
	pending = head.pending & ~1ull;
	for (i = 0; i < ROBUST_LIMIT && entry != list; i++) {
		more = !r->mem->get(r->mem, entry, &next, sizeof(next));
		if (entry != pending && !leave_lock(r, entry, head.offset))
			return;
		if (!more)
			return;
		entry = next & ~1ull;
	}
	if (pending)
		leave_lock(r, pending, head.offset);
}
