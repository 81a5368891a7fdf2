// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for descriptors: poll, select, epoll. The law is fs/select.c: what
 * it writes back on a timeout, an interruption, an error.
 */
#include <scap/plan-rules.h>

#define EPOLL_CTL_DEL 2

/* Up to so many entries without their (not yet written) revents; beyond, in one piece. */
#define POLL_PIECES 64u

static int pollfds_in(struct scap_plan *p, const struct scap_call *c)
{
	__u64 n = (__u32)c->args[1], i;
	int ret = 0;

	if (n > POLL_PIECES)
		return scap_in(p, 0, c->args[0], n * SCAP_SIZE_POLLFD);
	for (i = 0; !ret && i < n; i++)
		ret = scap_in(p, 0, c->args[0] + i * SCAP_SIZE_POLLFD, 6);
	return ret;
}

SCAP_PLANNER_IN(poll)
{
	return pollfds_in(p, c);
}

/* do_sys_poll() stores revents whenever it got as far as waiting, interrupted or not. */
SCAP_PLANNER_OUT(poll)
{
	if (c->result == -EINVAL || c->result == -ENOMEM)
		return 0;
	return scap_out(p, 0, c->args[0], (__u64)(__u32)c->args[1] * SCAP_SIZE_POLLFD);
}

SCAP_PLANNER_IN(ppoll)
{
	int ret = pollfds_in(p, c);

	if (!ret)
		ret = scap_in(p, 2, c->args[2], SCAP_SIZE_TIMESPEC);
	return ret ? ret : scap_in(p, 3, c->args[3], SCAP_SIZE_SIGSET);
}

/* poll_select_finish() stores the time left whatever the result. */
SCAP_PLANNER_OUT(ppoll)
{
	int ret = scap_poll_out(p, c);

	return ret ? ret : scap_out(p, 2, c->args[2], SCAP_SIZE_TIMESPEC);
}

/*
 * Bytes of each set. core_sys_select() cuts the count to the size of the
 * descriptor table, which nobody outside can see; fs.nr_open bounds that.
 */
static __u64 fdset_size(const struct scap_call *c)
{
	__s32 n = (__s32)c->args[0];

	return n <= 0 ? 0 : (scap_min((__u64)n, 1u << 20) + 63) / 64 * 8;
}

static int fdsets_in(struct scap_plan *p, const struct scap_call *c)
{
	unsigned int i;
	int ret = 0;

	for (i = 1; !ret && i <= 3; i++)
		ret = scap_in(p, i, c->args[i], fdset_size(c));
	return ret ? ret : scap_in(p, 4, c->args[4], SCAP_SIZE_TIMESPEC);
}

static int fdsets_out(struct scap_plan *p, const struct scap_call *c)
{
	unsigned int i;
	int ret = 0;

	for (i = 1; !ret && scap_wrote(c) && i <= 3; i++)
		ret = scap_out(p, i, c->args[i], fdset_size(c));
	return ret ? ret : scap_out(p, 4, c->args[4], SCAP_SIZE_TIMESPEC);
}

SCAP_PLANNER_IN(select)
{
	return fdsets_in(p, c);
}

SCAP_PLANNER_OUT(select)
{
	return fdsets_out(p, c);
}

/* The sixth argument: where the signal set is, and its size. */
SCAP_PLANNER_IN(sigset_arg)
{
	__u64 set[2];
	int ret;

	if (!c->args[5])
		return 0;
	ret = scap_get(p, c->args[5], set, sizeof(set));
	if (!ret)
		ret = scap_in(p, 5, c->args[5], sizeof(set));
	return ret ? ret : scap_in(p, 5, set[0], SCAP_SIZE_SIGSET);
}

SCAP_PLANNER_IN(pselect6)
{
	int ret = fdsets_in(p, c);

	return ret ? ret : scap_sigset_arg_in(p, c);
}

SCAP_PLANNER_OUT(pselect6)
{
	return fdsets_out(p, c);
}

/* The event's padding, where it has some, is not the kernel's to see. */
SCAP_PLANNER_IN(epoll_ctl)
{
	__u64 event = c->args[3];
	int ret;

	if ((__u32)c->args[1] == EPOLL_CTL_DEL || !event)
		return 0;
	ret = scap_in(p, 3, event, 4);
	return ret ? ret : scap_in(p, 3, event + SCAP_SIZE_EPOLL_EVENT - 8, 8);
}
