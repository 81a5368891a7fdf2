// SPDX-License-Identifier: GPL-2.0
/*
 * Interfaces that a replayable recording refuses. A capture-only trace lets
 * them go to the kernel, so their memory is planned all the same, as far as it
 * is written within the call.
 */
#include <scap/plan-rules.h>

/* ---- ptrace(2) ---- */

enum {
	PTRACE_PEEKTEXT = 1,
	PTRACE_PEEKUSER = 3,
	PTRACE_GETREGS = 12,
	PTRACE_SETREGS = 13,
	PTRACE_GETFPREGS = 14,
	PTRACE_SETFPREGS = 15,
	PTRACE_GETEVENTMSG = 0x4201,
	PTRACE_GETSIGINFO = 0x4202,
	PTRACE_SETSIGINFO = 0x4203,
	PTRACE_GETREGSET = 0x4204,
	PTRACE_SETREGSET = 0x4205,
	PTRACE_PEEKSIGINFO = 0x4209,
	PTRACE_GETSIGMASK = 0x420a,
	PTRACE_SETSIGMASK = 0x420b,
	PTRACE_SECCOMP_GET_FILTER = 0x420c,
	PTRACE_GET_SYSCALL_INFO = 0x420e,
	PTRACE_GET_RSEQ_CONFIGURATION = 0x420f,
};

#define USER_REGS	216u	/* x86's struct user_regs_struct; arm64 has no such request */
#define USER_FPREGS	512u
#define PEEKSIGINFO	16u	/* struct ptrace_peeksiginfo_args */

static __u64 data(const struct scap_call *c)
{
	return c->args[3];
}

static int regset_in(struct scap_plan *p, struct scap_call *c, bool read)
{
	struct scap_iov iov;
	int ret = scap_get(p, data(c), &iov, sizeof(iov));

	if (ret)
		return ret;
	c->saved[0] = iov.base;
	c->saved[1] = iov.len;
	ret = scap_in(p, 3, data(c), sizeof(iov));
	return ret || !read ? ret : scap_in(p, 3, iov.base, iov.len);
}

/* The kernel stores the true length. */
static int regset_out(struct scap_plan *p, const struct scap_call *c)
{
	struct scap_iov iov;
	int ret = scap_get(p, data(c), &iov, sizeof(iov));

	if (!ret)
		ret = scap_out(p, 3, c->saved[0], scap_min(iov.len, c->saved[1]));
	return ret ? ret : scap_out(p, 3, data(c), sizeof(iov));
}

SCAP_PLANNER_IN(ptrace)
{
	switch ((__s64)c->args[0]) {
	case PTRACE_SETREGS:
		return scap_in(p, 3, data(c), USER_REGS);
	case PTRACE_SETFPREGS:
		return scap_in(p, 3, data(c), USER_FPREGS);
	case PTRACE_SETSIGINFO:
		return scap_in(p, 3, data(c), SCAP_SIZE_SIGINFO_IN);
	case PTRACE_SETSIGMASK:
		return scap_in(p, 3, data(c), SCAP_SIZE_SIGSET);
	case PTRACE_PEEKSIGINFO:
		return scap_in(p, 2, c->args[2], PEEKSIGINFO);
	case PTRACE_GETREGSET:
		return regset_in(p, c, false);
	case PTRACE_SETREGSET:
		return regset_in(p, c, true);
	}
	return 0;
}

SCAP_PLANNER_OUT(ptrace)
{
	__u64 result = (__u64)c->result;

	if (scap_failed(c))
		return 0;
	switch ((__s64)c->args[0]) {
	case PTRACE_PEEKTEXT ... PTRACE_PEEKUSER:
	case PTRACE_GETEVENTMSG:
	case PTRACE_GETSIGMASK:
		return scap_out(p, 3, data(c), 8);
	case PTRACE_GETREGS:
		return scap_out(p, 3, data(c), USER_REGS);
	case PTRACE_GETFPREGS:
		return scap_out(p, 3, data(c), USER_FPREGS);
	case PTRACE_GETSIGINFO:
		return scap_out(p, 3, data(c), SCAP_SIZE_SIGINFO);
	case PTRACE_GETREGSET:
	case PTRACE_SETREGSET:
		return regset_out(p, c);
	case PTRACE_PEEKSIGINFO:
		return scap_out(p, 3, data(c), scap_min(result, SCAP_UIO_MAXIOV) *
			       SCAP_SIZE_SIGINFO);
	case PTRACE_SECCOMP_GET_FILTER:
		return scap_out(p, 3, data(c), scap_min(result, 4096) * SCAP_SIZE_SOCK_FILTER);
	case PTRACE_GET_SYSCALL_INFO:
	case PTRACE_GET_RSEQ_CONFIGURATION:
		return scap_out(p, 3, data(c), scap_min(result, c->args[2]));
	}
	return 0;
}

/* ---- perf_event_open(2) ---- */

/* struct perf_event_attr: its size stands behind the type; 0 means the first version. */
SCAP_PLANNER_IN(perf_event_open)
{
	__u32 size;
	int ret;

	if (!c->args[0])
		return 0;
	ret = scap_get32(p, c->args[0] + 4, &size);
	if (ret)
		return ret;
	return scap_in(p, 0, c->args[0], size ? scap_min(size, 4096) : SCAP_SIZE_PERF_ATTR);
}

SCAP_PLANNER_OUT(perf_event_open)
{
	return c->result == -E2BIG && c->args[0] ? scap_out(p, 0, c->args[0] + 4, 4) : 0;
}

/* ---- io_submit(2) ---- */

static int iocbs(struct scap_plan *p, const struct scap_call *c, __u64 offset, __u64 len,
		 int (*span)(struct scap_plan *, unsigned int, __u64, __u64))
{
	__u64 n = scap_min(c->args[1], SCAP_UIO_MAXIOV), i;
	int ret = 0;

	for (i = 0; !ret && i < n; i++) {
		__u64 iocb;

		ret = scap_get64(p, c->args[2] + 8 * i, &iocb);
		if (!ret && iocb)
			ret = span(p, 2, iocb + offset, len);
	}
	return ret;
}

SCAP_PLANNER_IN(io_submit)
{
	int ret;

	if (!c->args[2])
		return 0;
	ret = scap_in(p, 2, c->args[2], scap_min(c->args[1], SCAP_UIO_MAXIOV) * 8);
	return ret ? ret : iocbs(p, c, 0, SCAP_SIZE_AIO_IOCB, scap_in);
}

/* io_submit_one() marks each control block (aio_key) as it takes it. */
SCAP_PLANNER_OUT(io_submit)
{
	return scap_failed(c) || !c->args[2] ? 0 : iocbs(p, c, 8, 4, scap_out);
}
