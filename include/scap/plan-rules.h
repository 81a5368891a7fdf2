/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside of the planner: the shape of a row, and what the planners of
 * irregular calls (plan-*.c) have to work with. Users of plans need plan.h only.
 */
#ifndef SCAP_PLAN_RULES_H
#define SCAP_PLAN_RULES_H

#include <scap/plan.h>
#include <scap/sizes.h>

enum scap_rule_op {
	SCAP_RULE_END,
	/* entry */
	SCAP_RULE_IN,		/* the kernel reads */
	SCAP_RULE_STRING,	/* ... a C string */
	SCAP_RULE_SAVE32,	/* keep *(u32 *)arg for the exit rules, as saved[arg] */
	SCAP_RULE_IOV_IN,	/* iovec array and all it points to are read */
	SCAP_RULE_IOV_KEEP,	/* iovec array is read; its buffers will be written */
	SCAP_RULE_PLAN_IN,
	/* exit */
	SCAP_RULE_OUT,		/* the kernel wrote, if the call succeeded */
	SCAP_RULE_OUT_ALWAYS,	/* ... whatever the result */
	SCAP_RULE_OUT_POSITIVE,	/* ... if the result is not 0 either */
	SCAP_RULE_OUT_INTR,	/* ... if a signal cut a sleep short: -EINTR, -516 */
	SCAP_RULE_IOV_OUT,	/* result bytes, spread over the kept iovecs */
	SCAP_RULE_PLAN_OUT,
};

enum scap_rule_len {
	SCAP_LEN_CONST,		/* n */
	SCAP_LEN_ARG,		/* args[larg] * n + plus, at most @max unless that is 0 */
	SCAP_LEN_ARG32,		/* the same with an argument of type int */
	SCAP_LEN_RESULT,	/* min(result, args[larg]) * n + plus: the room there was */
	SCAP_LEN_FILLED,	/* result; see scap_filled() */
	SCAP_LEN_VALUE_RESULT,	/* min(saved[larg], *(u32 *)args[larg]) */
	SCAP_LEN_SIZED,		/* *(u32 *)args[larg], at most n: the structure's first word */
	SCAP_LEN_NODES,		/* a node mask of args[larg] - 1 bits, in longs */
};

struct scap_rule {
	__u8 op, arg, len, larg;
	__u32 n, plus, max;
	union {
		int (*in)(struct scap_plan *p, struct scap_call *c);
		int (*out)(struct scap_plan *p, const struct scap_call *c);
	};
};

struct scap_row {
	struct scap_sysinfo info;
	const struct scap_rule *entry, *exit;	/* up to SCAP_RULE_END */
};

/* The row of native syscall @nr, or NULL. */
const struct scap_row *scap_row(__u32 nr);

/* Result that is an error: -4095 .. -1, the restart codes included. */
static inline bool scap_failed(const struct scap_call *c)
{
	return (__u64)c->result >= (__u64)-4095;
}

/* See scap_plan_reach(): more than any call's true result. */
#define SCAP_RESULT_ANY	0x7fffffffffffffffll

/*
 * Whether memory of fixed size may have been written: also after -EFAULT,
 * which is often found only when a part of the output is there already.
 */
static inline bool scap_wrote(const struct scap_call *c)
{
	return !scap_failed(c) || c->result == -EFAULT;
}

/*
 * Bytes that may be in a buffer of @size when the result tells them: after
 * -EFAULT a pipe or a packet may have left up to one piece, uncounted.
 */
static inline __u64 scap_filled(const struct scap_call *c, __u64 size)
{
	const __u64 piece = 65536;

	if (c->result == -EFAULT)
		return size < piece ? size : piece;
	return scap_failed(c) ? 0 : (__u64)c->result;
}

/* A count that the kernel stores in memory by the call's end: as much as can be while it runs. */
static inline __u64 scap_stored(const struct scap_call *c, __u64 count)
{
	return c->result == SCAP_RESULT_ANY ? ~0ull : count;
}

/* A sleep that a signal cut short, and that would report the time left. */
static inline bool scap_interrupted(const struct scap_call *c)
{
	return c->result == -EINTR || c->result == -516;	/* ERESTART_RESTARTBLOCK */
}

static inline __u64 scap_min(__u64 a, __u64 b)
{
	return a < b ? a : b;
}

/*
 * Spans. Nothing is emitted for a NULL address or no bytes; lengths are cut at
 * SCAP_RW_MAX and at the end of the address space. All return 0, what emit
 * returned, or -EFAULT.
 */
int scap_in(struct scap_plan *p, unsigned int arg, __u64 addr, __u64 len);
int scap_out(struct scap_plan *p, unsigned int arg, __u64 addr, __u64 len);

/* A C string, with its NUL; one without NUL is cut after @max bytes. */
int scap_in_string(struct scap_plan *p, unsigned int arg, __u64 addr, __u32 max);

/* The program's memory: 0 or -EFAULT. */
int scap_get(struct scap_plan *p, __u64 addr, void *buf, __u32 len);
int scap_get32(struct scap_plan *p, __u64 addr, __u32 *value);
int scap_get64(struct scap_plan *p, __u64 addr, __u64 *value);

/*
 * iovec arrays: @count entries at @addr (none are looked at if there are more
 * than the kernel would take). scap_iov_in() emits the array and what it
 * points to; scap_iov_keep() emits the array and keeps it in @c;
 * scap_iov_out() emits the first @bytes of @count buffers, of which the first
 * was kept as c->iov[@first]; those that did not fit are read again from @addr.
 */
int scap_iov_in(struct scap_plan *p, unsigned int arg, __u64 addr, __u64 count);
int scap_iov_keep(struct scap_plan *p, struct scap_call *c, unsigned int arg, __u64 addr,
		  __u64 count);
int scap_iov_out(struct scap_plan *p, const struct scap_call *c, unsigned int arg, __u32 first,
		 __u64 addr, __u64 count, __u64 bytes);

/* A struct sockaddr of @len bytes, less what the kernel ignores: sin_zero, sun_path's tail. */
int scap_in_sockaddr(struct scap_plan *p, unsigned int arg, __u64 addr, __u64 len);

/* A struct sock_fprog and its instructions. */
int scap_in_fprog(struct scap_plan *p, unsigned int arg, __u64 addr);

/* Bytes of a NUMA node mask as get_nodes() in mm/mempolicy.c takes it. */
__u64 scap_nodemask_size(__u64 maxnode);

/* Class by request, for scap_call_class(). */
enum scap_class scap_prctl_class(const struct scap_call *c);
enum scap_class scap_arch_prctl_class(const struct scap_call *c);
enum scap_class scap_modify_ldt_class(const struct scap_call *c);

#define SCAP_PLANNER_IN(name) int scap_##name##_in(struct scap_plan *p, struct scap_call *c)
#define SCAP_PLANNER_OUT(name) int scap_##name##_out(struct scap_plan *p, const struct scap_call *c)

#include <scap/planners.h>

#endif
