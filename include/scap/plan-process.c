// SPDX-License-Identifier: GPL-2.0
/*
 * Processes: clone, execve and what they are given; capabilities, seccomp,
 * scheduling attributes.
 */
#include <scap/plan-rules.h>

/* ---- clone, clone3 ---- */

#define CLONE_PIDFD		0x00001000u
#define CLONE_PARENT_SETTID	0x00100000u
#define CLONE_CHILD_SETTID	0x01000000u

struct clone_args {
	__u64 flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	__u64 set_tid, set_tid_size, cgroup;
};

static_assert(sizeof(struct clone_args) == SCAP_SIZE_CLONE_ARGS, "struct clone_args");

#define CLONE_SET_TID_MAX 32	/* MAX_PID_NS_LEVEL */

/*
 * Parent (result: the child's id) and child (result: 0) each see their own
 * words written; copy_process() stores the pidfd ahead of its last errors.
 */
SCAP_PLANNER_OUT(clone)
{
	__u64 flags = c->args[0];

	if (scap_failed(c))
		flags &= CLONE_PIDFD;
	if (!c->result)
		return flags & CLONE_CHILD_SETTID ?
			scap_out(p, SCAP_CLONE_CHILD_TID, c->args[SCAP_CLONE_CHILD_TID], 4) : 0;
	return flags & (CLONE_PARENT_SETTID | CLONE_PIDFD) ? scap_out(p, 2, c->args[2], 4) : 0;
}

SCAP_PLANNER_IN(clone3)
{
	struct clone_args args = { 0 };
	__u64 size = scap_min(c->args[1], 4096);
	int ret;

	ret = scap_get(p, c->args[0], &args, (__u32)scap_min(size, sizeof(args)));
	if (ret)
		return ret;
	c->saved[0] = args.flags;
	c->saved[1] = args.pidfd;
	c->saved[2] = args.child_tid;
	c->saved[3] = args.parent_tid;
	ret = scap_in(p, 0, c->args[0], size);
	if (ret || args.set_tid_size > CLONE_SET_TID_MAX)
		return ret;
	return scap_in(p, 0, args.set_tid, args.set_tid_size * 4);
}

SCAP_PLANNER_OUT(clone3)
{
	__u64 flags = c->saved[0];
	int ret = 0;

	if (scap_failed(c))
		flags &= CLONE_PIDFD;
	if (!c->result)
		return flags & CLONE_CHILD_SETTID ? scap_out(p, 0, c->saved[2], 4) : 0;
	if (flags & CLONE_PIDFD)
		ret = scap_out(p, 0, c->saved[1], 4);
	if (!ret && (flags & CLONE_PARENT_SETTID))
		ret = scap_out(p, 0, c->saved[3], 4);
	return ret;
}

/* ---- execve, execveat ---- */

/* Strings of a vector that are looked at, and of each (MAX_ARG_STRLEN). */
#define STRV_MAX	1024u
#define ARG_STRLEN_MAX	131072u

static int strings_in(struct scap_plan *p, unsigned int arg, __u64 addr)
{
	__u32 i;
	int ret = 0;

	for (i = 0; addr && !ret && i < STRV_MAX; i++) {
		__u64 string;

		ret = scap_get64(p, addr + 8 * i, &string);
		if (ret || !string)
			break;
		ret = scap_in_string(p, arg, string, ARG_STRLEN_MAX);
	}
	return ret;
}

static int exec_in(struct scap_plan *p, const struct scap_call *c, unsigned int path)
{
	int ret = scap_in_string(p, path, c->args[path], SCAP_STRING_MAX);

	if (!ret)
		ret = strings_in(p, path + 1, c->args[path + 1]);
	return ret ? ret : strings_in(p, path + 2, c->args[path + 2]);
}

SCAP_PLANNER_IN(execve)
{
	return exec_in(p, c, 0);
}

SCAP_PLANNER_IN(execveat)
{
	return exec_in(p, c, 1);
}

/* ---- capabilities ---- */

#define CAP_VERSION_1 0x19980330u
#define CAP_VERSION_2 0x20071026u
#define CAP_VERSION_3 0x20080522u

static int cap_size(struct scap_plan *p, const struct scap_call *c, __u64 *size)
{
	__u32 version;
	int ret = scap_get32(p, c->args[0], &version);

	*size = 0;
	if (!ret && version == CAP_VERSION_1)
		*size = SCAP_SIZE_CAP_DATA;
	else if (!ret && (version == CAP_VERSION_2 || version == CAP_VERSION_3))
		*size = 2 * SCAP_SIZE_CAP_DATA;
	return ret;
}

SCAP_PLANNER_IN(capget)
{
	int ret = cap_size(p, c, &c->saved[0]);

	return ret ? ret : scap_in(p, 0, c->args[0], SCAP_SIZE_CAP_HEADER);
}

/* cap_validate_magic() answers an unknown version with the one it wants. */
SCAP_PLANNER_OUT(capget)
{
	int ret = scap_out(p, 0, c->args[0], 4);

	return ret || scap_failed(c) ? ret : scap_out(p, 1, c->args[1], c->saved[0]);
}

SCAP_PLANNER_IN(capset)
{
	__u64 size;
	int ret = cap_size(p, c, &size);

	if (!ret)
		ret = scap_in(p, 0, c->args[0], SCAP_SIZE_CAP_HEADER);
	return ret ? ret : scap_in(p, 1, c->args[1], size);
}

SCAP_PLANNER_OUT(capset)
{
	return scap_out(p, 0, c->args[0], 4);
}

/* ---- seccomp, scheduling, kcmp ---- */

enum {
	SECCOMP_SET_MODE_FILTER = 1,
	SECCOMP_GET_ACTION_AVAIL = 2,
	SECCOMP_GET_NOTIF_SIZES = 3,
};

SCAP_PLANNER_IN(seccomp)
{
	switch ((__u32)c->args[0]) {
	case SECCOMP_SET_MODE_FILTER:
		return scap_in_fprog(p, 2, c->args[2]);
	case SECCOMP_GET_ACTION_AVAIL:
		return scap_in(p, 2, c->args[2], 4);
	}
	return 0;
}

SCAP_PLANNER_OUT(seccomp)
{
	if ((__u32)c->args[0] != SECCOMP_GET_NOTIF_SIZES || !scap_wrote(c))
		return 0;
	return scap_out(p, 2, c->args[2], 6);
}

/* sched_copy_attr(): a size it does not like is answered with its own. */
SCAP_PLANNER_OUT(sched_setattr)
{
	return c->result == -E2BIG ? scap_out(p, 1, c->args[1], 4) : 0;
}

#define KCMP_EPOLL_TFD 7

SCAP_PLANNER_IN(kcmp)
{
	return (__s32)c->args[2] == KCMP_EPOLL_TFD ? scap_in(p, 4, c->args[4], 12) : 0;
}
