// SPDX-License-Identifier: GPL-2.0
/*
 * Descriptors and files: fcntl, handles, extended attributes, vmsplice.
 */
#include <scap/plan-rules.h>

/* ---- fcntl(2) ---- */

enum {
	F_DUPFD = 0,
	F_GETFD = 1,
	F_SETFD = 2,
	F_GETFL = 3,
	F_SETFL = 4,
	F_GETLK = 5,
	F_SETLK = 6,
	F_SETLKW = 7,
	F_SETOWN_EX = 15,
	F_GETOWN_EX = 16,
	F_GETOWNER_UIDS = 17,
	F_OFD_GETLK = 36,
	F_OFD_SETLK = 37,
	F_OFD_SETLKW = 38,
	F_DUPFD_CLOEXEC = 1030,
	F_GET_RW_HINT = 1035,
	F_SET_RW_HINT = 1036,
	F_GET_FILE_RW_HINT = 1037,
	F_SET_FILE_RW_HINT = 1038,
};

/* struct flock: type and whence, a hole, start and length; the pid is read by OFD locks only. */
static int flock_in(struct scap_plan *p, const struct scap_call *c)
{
	int ret = scap_in(p, 2, c->args[2], 4);

	return ret || !c->args[2] ? ret : scap_in(p, 2, c->args[2] + 8, 16);
}

SCAP_PLANNER_IN(fcntl)
{
	switch ((__u32)c->args[1]) {
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return flock_in(p, c);
	case F_SETOWN_EX:
		return scap_in(p, 2, c->args[2], SCAP_SIZE_F_OWNER_EX);
	case F_SET_RW_HINT:
	case F_SET_FILE_RW_HINT:
		return scap_in(p, 2, c->args[2], 8);
	}
	return 0;
}

SCAP_PLANNER_OUT(fcntl)
{
	if (!scap_wrote(c))
		return 0;
	switch ((__u32)c->args[1]) {
	case F_GETLK:
	case F_OFD_GETLK:
		return scap_out(p, 2, c->args[2], SCAP_SIZE_FLOCK);
	case F_GETOWN_EX:
	case F_GETOWNER_UIDS:
	case F_GET_RW_HINT:
	case F_GET_FILE_RW_HINT:
		return scap_out(p, 2, c->args[2], 8);
	}
	return 0;
}

/* What those that are made often say above. */
struct scap_shape scap_fcntl_shape(const __u64 *args)
{
	struct scap_shape shape = { .kind = SCAP_SHAPE_PLAN };

	switch ((__u32)args[1]) {
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		shape.reads = SCAP_READS_FLOCK;
		shape.in = 2;
		shape.kind = SCAP_SHAPE_NOTHING;
		break;
	case F_DUPFD:
	case F_GETFD:
	case F_SETFD:
	case F_GETFL:
	case F_SETFL:
	case F_DUPFD_CLOEXEC:
		shape.kind = SCAP_SHAPE_NOTHING;
		break;
	}
	return shape;
}

/* ---- file handles ---- */

#define AT_HANDLE_MNT_ID_UNIQUE 1
#define MAX_HANDLE_SZ 128

/* Too small a room (-EOVERFLOW) is answered with the size it takes. */
SCAP_PLANNER_OUT(name_to_handle)
{
	__u64 id = (__u32)c->args[4] & AT_HANDLE_MNT_ID_UNIQUE ? 8 : 4;
	__u32 bytes;
	int ret;

	if (!scap_wrote(c) && c->result != -EOVERFLOW)
		return 0;
	ret = scap_get32(p, c->args[2], &bytes);
	if (!ret)
		ret = scap_out(p, 2, c->args[2], SCAP_SIZE_FILE_HANDLE +
			       (scap_failed(c) ? 0 : scap_min(bytes, MAX_HANDLE_SZ)));
	return ret ? ret : scap_out(p, 3, c->args[3], id);
}

SCAP_PLANNER_IN(open_by_handle)
{
	__u32 bytes;
	int ret = scap_get32(p, c->args[1], &bytes);

	if (ret || bytes > MAX_HANDLE_SZ)
		return ret;
	return scap_in(p, 1, c->args[1], SCAP_SIZE_FILE_HANDLE + bytes);
}

/* ---- extended attributes ---- */

/* The last but one argument of getxattrat and setxattrat. */
struct xattr_args {
	__u64 value;
	__u32 size, flags;
};

static int xattr_args_in(struct scap_plan *p, struct scap_call *c, struct xattr_args *args)
{
	int ret = scap_get(p, c->args[4], args, sizeof(*args));

	return ret ? ret : scap_in(p, 4, c->args[4], scap_min(c->args[5], 4096));
}

SCAP_PLANNER_IN(setxattrat)
{
	struct xattr_args args;
	int ret = xattr_args_in(p, c, &args);

	return ret ? ret : scap_in(p, 4, args.value, args.size);
}

SCAP_PLANNER_IN(getxattrat)
{
	struct xattr_args args;
	int ret = xattr_args_in(p, c, &args);

	c->saved[0] = ret ? 0 : args.value;
	c->saved[1] = ret ? 0 : args.size;
	return ret;
}

/* A size of 0 only asks. */
SCAP_PLANNER_OUT(getxattrat)
{
	if (scap_failed(c))
		return 0;
	return scap_out(p, 4, c->saved[0], scap_min((__u64)c->result, c->saved[1]));
}

/* ---- vmsplice(2) ---- */

/* The pipe's end decides whether memory is read or written, and no plan can see that. */
SCAP_PLANNER_IN(vmsplice)
{
	int ret = scap_iov_in(p, 1, c->args[1], c->args[2]);

	return ret ? ret : scap_iov_keep(p, c, 1, c->args[1], c->args[2]);
}

SCAP_PLANNER_OUT(vmsplice)
{
	if (scap_failed(c))
		return 0;
	return scap_iov_out(p, c, 1, 0, c->args[1], c->args[2], (__u64)c->result);
}
