// SPDX-License-Identifier: GPL-2.0
/*
 * ioctl(2): the table of requests (ioctls.def), those with memory behind their
 * memory, and for all others what _IOC says. A request that is in no table and
 * says nothing by itself is reported as unknown when it succeeds.
 */
#include <scap/plan-rules.h>

/* Requests of which a flat size is not all. */
enum ioctl_kind {
	KIND_FLAT,
	KIND_ifconf,	/* struct ifconf and its buffer */
	KIND_ethtool,	/* struct ifreq and a structure that begins with a command */
	KIND_fiemap,	/* header and extents */
	KIND_dedupe,	/* struct file_dedupe_range and its targets */
	KIND_entropy,	/* struct rand_pool_info */
	KIND_sg_io,	/* struct sg_io_hdr, command, data, sense */
	KIND_console,	/* TIOCLINUX: a sub-command in the first byte */
	KIND_pagemap,	/* struct pm_scan_arg and its regions */
	KIND_refused,
};

struct request {
	const char *name;
	__u32 number;
	__u16 in, out;
	__u8 kind;
};

#define IOC 0xffffu	/* size as the number has it */

static const struct request requests[] = {
#define IOCTL(reqname, nr, reads, writes) \
	{ .name = #reqname, .number = (nr), .in = (reads), .out = (writes) },
#define IOCTL_PLAN(reqname, nr, how) { .name = #reqname, .number = (nr), .kind = KIND_##how },
#include <scap/ioctls.def>
#undef IOCTL
#undef IOCTL_PLAN
};

#define NREQUESTS (sizeof(requests) / sizeof(requests[0]))

static const struct request *find(__u32 number)
{
	size_t low = 0, high = NREQUESTS;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (requests[mid].number == number)
			return &requests[mid];
		if (requests[mid].number < number)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const char *scap_ioctl_name(__u32 request)
{
	const struct request *r = find(request);

	return r ? r->name : NULL;
}

bool scap_ioctl_value(__u32 request)
{
	const struct request *r = find(request);

	return r && r->kind == KIND_FLAT && !r->in && !r->out;
}

/* ---- flat requests ---- */

#define IOC_WRITE	1u	/* the program writes: the kernel reads */
#define IOC_READ	2u

static __u32 ioc_size(__u32 number, __u32 direction)
{
	return (number >> 30) & direction ? (number >> 16) & 0x3fff : 0;
}

static __u32 in_size(const struct request *r, __u32 number)
{
	return r && r->in != IOC ? r->in : ioc_size(number, IOC_WRITE);
}

static __u32 out_size(const struct request *r, __u32 number)
{
	return r && r->out != IOC ? r->out : ioc_size(number, IOC_READ);
}

/* ---- requests with more behind them ---- */

static __u64 ptr(const struct scap_call *c)
{
	return c->args[2];
}

static int in(struct scap_plan *p, __u64 addr, __u64 len)
{
	return scap_in(p, 2, addr, len);
}

static int out(struct scap_plan *p, __u64 addr, __u64 len)
{
	return scap_out(p, 2, addr, len);
}

struct ifconf {
	__u32 len, pad;
	__u64 buf;
};

static int ifconf_in(struct scap_plan *p, struct scap_call *c)
{
	struct ifconf conf;
	int ret = scap_get(p, ptr(c), &conf, sizeof(conf));

	c->saved[0] = ret ? 0 : conf.len;
	if (!ret)
		ret = in(p, ptr(c), 4);
	return ret ? ret : in(p, ptr(c) + 8, 8);
}

static int ifconf_out(struct scap_plan *p, const struct scap_call *c)
{
	struct ifconf conf;
	int ret = scap_get(p, ptr(c), &conf, sizeof(conf));

	if (!ret)
		ret = out(p, conf.buf, scap_min(conf.len, c->saved[0]));
	return ret ? ret : out(p, ptr(c), 4);
}

/*
 * net/ethtool/ioctl.c, the commands with a structure of one size; @set: of
 * which the program's part is more than the command.
 */
static const struct { __u16 command, size; bool set; } ethtool[] = {
	{ 0x01, 44, false },	/* GSET */
	{ 0x02, 44, true },
	{ 0x03, 196, false },	/* GDRVINFO */
	{ 0x05, 20, false },	/* GWOL */
	{ 0x06, 20, true },
	{ 0x07, 8, false },	/* GMSGLVL */
	{ 0x08, 8, true },
	{ 0x0a, 8, false },	/* GLINK */
	{ 0x0e, 92, false },	/* GCOALESCE */
	{ 0x0f, 92, true },
	{ 0x10, 36, false },	/* GRINGPARAM */
	{ 0x11, 36, true },
	{ 0x12, 16, false },	/* GPAUSEPARAM */
	{ 0x13, 16, true },
	{ 0x14, 8, false },	/* GRXCSUM */
	{ 0x16, 8, false },	/* GTXCSUM */
	{ 0x18, 8, false },	/* GSG */
	{ 0x1e, 8, false },	/* GTSO */
	{ 0x23, 8, false },	/* GGSO */
	{ 0x25, 8, false },	/* GFLAGS */
	{ 0x2b, 8, false },	/* GGRO */
	{ 0x3c, 36, false },	/* GCHANNELS */
	{ 0x41, 44, false },	/* GET_TS_INFO */
};

#define IFNAMSIZ 16

static int ethtool_in(struct scap_plan *p, struct scap_call *c)
{
	__u32 command;
	__u64 data;
	size_t i;
	int ret = scap_get64(p, ptr(c) + IFNAMSIZ, &data);

	if (!ret)
		ret = in(p, ptr(c), IFNAMSIZ + 8);
	if (!ret)
		ret = scap_get32(p, data, &command);
	if (ret)
		return ret;
	c->saved[0] = data;
	for (i = 0; i < sizeof(ethtool) / sizeof(ethtool[0]); i++) {
		if (ethtool[i].command != command)
			continue;
		c->saved[1] = ethtool[i].size;
		return in(p, data, ethtool[i].set ? ethtool[i].size : 4);
	}
	return in(p, data, 4);
}

static int ethtool_out(struct scap_plan *p, const struct scap_call *c)
{
	p->unknown = !c->saved[1];
	return out(p, c->saved[0], c->saved[1]);
}

#define FIEMAP_SIZE	32u
#define FIEMAP_EXTENT	56u

/* ioctl_fiemap() copies the header back whatever came out, with the flags it did not know. */
static int fiemap_in(struct scap_plan *p, struct scap_call *c)
{
	__u32 count;
	int ret = scap_get32(p, ptr(c) + 24, &count);

	c->saved[0] = ret ? 0 : count;
	if (!ret)
		ret = in(p, ptr(c), 20);
	return ret ? ret : in(p, ptr(c) + 24, 4);
}

static int fiemap_out(struct scap_plan *p, const struct scap_call *c)
{
	__u32 mapped;
	int ret = scap_get32(p, ptr(c) + 20, &mapped);

	if (!ret)
		ret = out(p, ptr(c), FIEMAP_SIZE);
	if (ret || scap_failed(c))
		return ret;
	return out(p, ptr(c) + FIEMAP_SIZE,
		   scap_min(scap_stored(c, mapped), c->saved[0]) * FIEMAP_EXTENT);
}

#define DEDUPE_SIZE	24u
#define DEDUPE_TARGET	32u

static int dedupe_in(struct scap_plan *p, struct scap_call *c)
{
	__u32 count;
	int ret = scap_get32(p, ptr(c) + 16, &count);

	if (ret)
		return ret;
	c->saved[0] = DEDUPE_SIZE + (count & 0xffff) * DEDUPE_TARGET;
	return in(p, ptr(c), c->saved[0]);
}

static int dedupe_out(struct scap_plan *p, const struct scap_call *c)
{
	return out(p, ptr(c), c->saved[0]);
}

static int entropy_in(struct scap_plan *p, struct scap_call *c)
{
	__u32 size;
	int ret = scap_get32(p, ptr(c) + 4, &size);

	return ret || (__s32)size < 0 ? ret : in(p, ptr(c), 8 + (__u64)size);
}

/* sg_io_hdr_t of include/scsi/sg.h */
struct sg_io_hdr {
	__s32 interface_id, dxfer_direction;
	__u8 cmd_len, mx_sb_len;
	__u16 iovec_count;
	__u32 dxfer_len;
	__u64 dxferp, cmdp, sbp;
	__u32 timeout, flags, pack_id, pad;
	__u64 usr_ptr;
	__u8 status[8];
	__s32 resid;
	__u32 duration, info, pad2;
};

static_assert(sizeof(struct sg_io_hdr) == 88, "sg_io_hdr_t");

#define SG_DXFER_TO_DEV		(-2)
#define SG_DXFER_FROM_DEV	(-3)

static int sg_io_in(struct scap_plan *p, struct scap_call *c)
{
	struct sg_io_hdr h;
	int ret = scap_get(p, ptr(c), &h, sizeof(h));

	if (!ret)
		ret = in(p, ptr(c), 64);
	if (!ret)
		ret = in(p, h.cmdp, h.cmd_len);
	if (ret || h.dxfer_direction == SG_DXFER_FROM_DEV)
		return ret;
	if (h.iovec_count)
		return scap_iov_in(p, 2, h.dxferp, h.iovec_count);
	return in(p, h.dxferp, h.dxfer_len);
}

static int sg_io_out(struct scap_plan *p, const struct scap_call *c)
{
	struct sg_io_hdr h;
	int ret = scap_get(p, ptr(c), &h, sizeof(h));

	if (!ret)
		ret = out(p, ptr(c), sizeof(h));
	if (!ret)
		ret = out(p, h.sbp, h.mx_sb_len);
	if (ret || h.dxfer_direction == SG_DXFER_TO_DEV)
		return ret;
	if (h.iovec_count)
		return scap_iov_out(p, c, 2, 0, h.dxferp, h.iovec_count, h.dxfer_len);
	return out(p, h.dxferp, h.dxfer_len);
}

enum {
	TIOCL_SETSEL = 2,
	TIOCL_GETSHIFTSTATE = 6,
	TIOCL_GETMOUSEREPORTING = 7,
	TIOCL_GETKMSGREDIRECT = 17,
};

static int console_in(struct scap_plan *p, struct scap_call *c)
{
	__u8 command;
	int ret = scap_get(p, ptr(c), &command, 1);

	if (ret)
		return ret;
	c->saved[0] = command;
	return in(p, ptr(c), command == TIOCL_SETSEL ? 11 : 1);
}

static int console_out(struct scap_plan *p, const struct scap_call *c)
{
	switch (c->saved[0]) {
	case TIOCL_GETSHIFTSTATE:
	case TIOCL_GETMOUSEREPORTING:
	case TIOCL_GETKMSGREDIRECT:
		return out(p, ptr(c), 1);
	}
	return 0;
}

#define PM_SCAN_ARG	96u
#define PAGE_REGION	24u

/* struct pm_scan_arg: the regions at 40, how many fit at 48; walk_end (32) is stored always. */
static int pagemap_in(struct scap_plan *p, struct scap_call *c)
{
	__u64 vec[2];
	int ret = scap_get(p, ptr(c) + 40, vec, sizeof(vec));

	if (ret)
		return ret;
	c->saved[0] = vec[0];
	c->saved[1] = vec[1];
	return in(p, ptr(c), PM_SCAN_ARG);
}

static int pagemap_out(struct scap_plan *p, const struct scap_call *c)
{
	int ret = out(p, ptr(c) + 32, 8);

	if (ret || scap_failed(c))
		return ret;
	return out(p, c->saved[0], scap_min((__u64)c->result, c->saved[1]) * PAGE_REGION);
}

/* ---- the planner ---- */

SCAP_PLANNER_IN(ioctl)
{
	__u32 number = (__u32)c->args[1];
	const struct request *r = find(number);

	switch (r ? r->kind : KIND_FLAT) {
	case KIND_ifconf:
		return ifconf_in(p, c);
	case KIND_ethtool:
		return ethtool_in(p, c);
	case KIND_fiemap:
		return fiemap_in(p, c);
	case KIND_dedupe:
		return dedupe_in(p, c);
	case KIND_entropy:
		return entropy_in(p, c);
	case KIND_sg_io:
		return sg_io_in(p, c);
	case KIND_console:
		return console_in(p, c);
	case KIND_pagemap:
		return pagemap_in(p, c);
	case KIND_refused:	/* what runs in mapped memory, or behind the program's back */
		p->refuse = EPERM;
		return 0;
	}
	return in(p, ptr(c), in_size(r, number));
}

SCAP_PLANNER_OUT(ioctl)
{
	__u32 number = (__u32)c->args[1];
	const struct request *r = find(number);
	__u8 kind = r ? r->kind : KIND_FLAT;

	if (kind == KIND_fiemap && c->result != -EFAULT)
		return fiemap_out(p, c);
	if (kind == KIND_pagemap)
		return pagemap_out(p, c);
	if (!scap_wrote(c) || (scap_failed(c) && kind != KIND_FLAT))
		return 0;
	switch (kind) {
	case KIND_ifconf:
		return ifconf_out(p, c);
	case KIND_ethtool:
		return ethtool_out(p, c);
	case KIND_dedupe:
		return dedupe_out(p, c);
	case KIND_sg_io:
		return sg_io_out(p, c);
	case KIND_console:
		return console_out(p, c);
	case KIND_FLAT:
		p->unknown = !r && !(number >> 30) && !scap_failed(c);
		return out(p, ptr(c), out_size(r, number));
	}
	return 0;
}
