// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets: addresses, messages with control data, options. The law is
 * net/socket.c and net/core/scm.c.
 */
#include <scap/plan-rules.h>

#define AF_UNIX		1
#define AF_INET		2
#define AF_XDP		44

#define SOL_SOCKET	1
#define SOL_PACKET	263
#define IPPROTO_TCP	6

#define SO_ATTACH_FILTER 26	/* as a getsockopt: SO_GET_FILTER */
#define SO_ATTACH_REUSEPORT_CBPF 51
#define PACKET_RX_RING	5
#define PACKET_TX_RING	13
#define TCP_ZEROCOPY_RECEIVE 35

/* struct user_msghdr of the kernel */
struct msghdr {
	__u64 name;
	__u32 namelen, pad1;
	__u64 iov, iovlen;
	__u64 control, controllen;
	__u32 flags, pad2;
};

static_assert(sizeof(struct msghdr) == SCAP_SIZE_MSGHDR, "struct user_msghdr");

/* ---- kinds of sockets, addresses ---- */

/* Rings in shared memory that the kernel fills while nobody looks. */
SCAP_PLANNER_IN(socket)
{
	if ((__s32)c->args[0] == AF_XDP)
		p->refuse = EAFNOSUPPORT;
	return 0;
}

int scap_in_sockaddr(struct scap_plan *p, unsigned int arg, __u64 addr, __u64 len)
{
	__u16 family;
	char path[SCAP_SOCKADDR_MAX];
	const char *nul;
	int ret;

	if (!addr || len < sizeof(family) || len > SCAP_SOCKADDR_MAX)
		return 0;
	ret = scap_get(p, addr, &family, sizeof(family));
	if (ret)
		return ret;
	if (family == AF_INET)
		return scap_in(p, arg, addr, scap_min(len, 8));
	if (family != AF_UNIX)
		return scap_in(p, arg, addr, len);
	ret = scap_get(p, addr + 2, path, (__u32)len - 2);
	if (ret)
		return ret;
	/* an abstract name begins with NUL and has exactly @len bytes */
	nul = len > 2 && path[0] ? memchr(path, 0, len - 2) : NULL;
	return scap_in(p, arg, addr, nul ? 2 + (__u64)(nul - path) + 1 : len);
}

SCAP_PLANNER_IN(sockaddr)
{
	return scap_in_sockaddr(p, 1, c->args[1], (__u32)c->args[2]);
}

SCAP_PLANNER_IN(sendto)
{
	int ret = scap_in(p, 1, c->args[1], c->args[2]);

	return ret ? ret : scap_in_sockaddr(p, 4, c->args[4], (__u32)c->args[5]);
}

/* Value-result length at argument @lenp, which only counts if there is an address. */
static int addr_len_in(struct scap_plan *p, struct scap_call *c, unsigned int addr,
		       unsigned int lenp)
{
	__u32 len;
	int ret;

	if (!c->args[addr] || !c->args[lenp])
		return 0;
	ret = scap_get32(p, c->args[lenp], &len);
	if (ret)
		return ret;
	c->saved[lenp] = len;
	return scap_in(p, lenp, c->args[lenp], sizeof(len));
}

/* move_addr_to_user(): as much as there was room for; the length is the true one. */
static int addr_out(struct scap_plan *p, const struct scap_call *c, unsigned int addr,
		    unsigned int lenp)
{
	__u32 len;
	int ret;

	if (!scap_wrote(c) || !c->args[addr] || !c->args[lenp])
		return 0;
	ret = scap_get32(p, c->args[lenp], &len);
	if (!ret)
		ret = scap_out(p, addr, c->args[addr],
			       scap_min(scap_min(len, c->saved[lenp]), SCAP_SOCKADDR_MAX));
	return ret ? ret : scap_out(p, lenp, c->args[lenp], sizeof(len));
}

SCAP_PLANNER_IN(accept)
{
	return addr_len_in(p, c, 1, 2);
}

SCAP_PLANNER_OUT(accept)
{
	return addr_out(p, c, 1, 2);
}

SCAP_PLANNER_IN(recvfrom)
{
	return addr_len_in(p, c, 4, 5);
}

/*
 * With MSG_TRUNC the result is the true length of the packet. Room for an
 * address of negative size is found wrong (-EINVAL) when the data is there.
 */
SCAP_PLANNER_OUT(recvfrom)
{
	__u64 len = scap_filled(c, c->args[2]);
	int ret;

	if (c->result == -EINVAL && (__s32)c->saved[5] < 0)
		len = c->args[2];
	ret = scap_out(p, 1, c->args[1], scap_min(len, c->args[2]));

	return ret ? ret : addr_out(p, c, 4, 5);
}

/* ---- messages ---- */

/* The header that a message begins with, less what the kernel does not read of it. */
static int header_in(struct scap_plan *p, __u64 addr, struct msghdr *m)
{
	int ret = scap_get(p, addr, m, sizeof(*m));

	if (!ret)
		ret = scap_in(p, 1, addr, 12);
	return ret ? ret : scap_in(p, 1, addr + 16, 32);
}

static int message_in(struct scap_plan *p, __u64 addr)
{
	struct msghdr m;
	int ret = header_in(p, addr, &m);

	if (!ret && m.name)
		ret = scap_in_sockaddr(p, 1, m.name, scap_min(m.namelen, SCAP_SOCKADDR_MAX));
	/* ___sys_sendmsg(): longer than INT_MAX is refused */
	if (!ret && m.controllen <= 0x7fffffff)
		ret = scap_in(p, 1, m.control, m.controllen);
	return ret ? ret : scap_iov_in(p, 1, m.iov, m.iovlen);
}

/* The room a message offers. @i: its number; the lengths of the first are saved. */
static int room_in(struct scap_plan *p, struct scap_call *c, __u64 addr, __u64 i)
{
	struct msghdr m;
	int ret = header_in(p, addr, &m);

	if (ret)
		return ret;
	if (!i) {
		c->saved[0] = m.namelen;
		c->saved[1] = m.controllen;
	}
	return scap_iov_keep(p, c, 1, m.iov, m.iovlen);
}

/*
 * What a received message of @bytes wrote but its header. @first: its first
 * kept iovec; moved on to the next message's.
 */
static int message_out(struct scap_plan *p, const struct scap_call *c, __u64 addr, __u64 i,
		       __u64 bytes, __u32 *first)
{
	__u64 namelen = i ? SCAP_SOCKADDR_MAX : c->saved[0];
	__u64 controllen = i ? SCAP_RW_MAX : c->saved[1];
	struct msghdr m;
	int ret = scap_get(p, addr, &m, sizeof(m));

	if (!ret && m.name)
		ret = scap_out(p, 1, m.name, scap_min(scap_min(m.namelen, namelen),
						      SCAP_SOCKADDR_MAX));
	if (!ret)
		ret = scap_iov_out(p, c, 1, *first, m.iov, m.iovlen, bytes);
	if (!ret)
		ret = scap_out(p, 1, m.control, scap_min(m.controllen, controllen));
	*first += (__u32)scap_min(m.iovlen, SCAP_UIO_MAXIOV);
	return ret;
}

SCAP_PLANNER_IN(sendmsg)
{
	return message_in(p, c->args[1]);
}

SCAP_PLANNER_IN(recvmsg)
{
	return room_in(p, c, c->args[1], 0);
}

SCAP_PLANNER_OUT(recvmsg)
{
	__u32 first = 0;
	int ret;

	if (!scap_wrote(c))
		return 0;
	ret = message_out(p, c, c->args[1], 0, scap_filled(c, SCAP_RW_MAX), &first);
	return ret ? ret : scap_out(p, 1, c->args[1], SCAP_SIZE_MSGHDR);
}

static __u64 messages(const struct scap_call *c)
{
	return scap_min((__u32)c->args[2], SCAP_UIO_MAXIOV);
}

SCAP_PLANNER_IN(sendmmsg)
{
	__u64 i;
	int ret = 0;

	for (i = 0; !ret && i < messages(c); i++)
		ret = message_in(p, c->args[1] + i * SCAP_SIZE_MMSGHDR);
	return ret;
}

/* Headers of the messages that went: each has its length now. */
static int mmsg_out(struct scap_plan *p, const struct scap_call *c)
{
	if (scap_failed(c))
		return 0;
	return scap_out(p, 1, c->args[1],
			scap_min((__u64)c->result, messages(c)) * SCAP_SIZE_MMSGHDR);
}

SCAP_PLANNER_OUT(sendmmsg)
{
	return mmsg_out(p, c);
}

SCAP_PLANNER_IN(recvmmsg)
{
	__u64 i;
	int ret = scap_in(p, 4, c->args[4], SCAP_SIZE_TIMESPEC);

	for (i = 0; !ret && i < messages(c); i++)
		ret = room_in(p, c, c->args[1] + i * SCAP_SIZE_MMSGHDR, i);
	return ret;
}

SCAP_PLANNER_OUT(recvmmsg)
{
	__u64 i, n = scap_failed(c) ? 0 : scap_min((__u64)c->result, messages(c));
	__u32 first = 0;
	int ret = 0;

	for (i = 0; !ret && i < n; i++) {
		__u64 addr = c->args[1] + i * SCAP_SIZE_MMSGHDR;
		__u32 bytes;

		ret = scap_get32(p, addr + SCAP_SIZE_MSGHDR, &bytes);
		if (!ret)
			ret = message_out(p, c, addr, i, scap_stored(c, bytes), &first);
	}
	if (!ret)
		ret = mmsg_out(p, c);
	/* __sys_recvmmsg(): the time left, if anything came */
	return ret || !n ? ret : scap_out(p, 4, c->args[4], SCAP_SIZE_TIMESPEC);
}

/* ---- options ---- */

int scap_in_fprog(struct scap_plan *p, unsigned int arg, __u64 addr)
{
	struct {
		__u16 len, pad[3];
		__u64 filter;
	} prog;
	int ret = addr ? scap_get(p, addr, &prog, sizeof(prog)) : 0;

	static_assert(sizeof(prog) == SCAP_SIZE_SOCK_FPROG, "struct sock_fprog");
	if (ret || !addr)
		return ret;
	ret = scap_in(p, arg, addr, 2);
	if (!ret)
		ret = scap_in(p, arg, addr + 8, 8);
	return ret ? ret : scap_in(p, arg, prog.filter, (__u64)prog.len * SCAP_SIZE_SOCK_FILTER);
}

static bool option(const struct scap_call *c, int level, int name)
{
	return (__s32)c->args[1] == level && (__s32)c->args[2] == name;
}

SCAP_PLANNER_IN(setsockopt)
{
	__s32 len = (__s32)c->args[4];

	/* rings again */
	if (option(c, SOL_PACKET, PACKET_RX_RING) || option(c, SOL_PACKET, PACKET_TX_RING))
		p->refuse = ENOPROTOOPT;
	if (len == SCAP_SIZE_SOCK_FPROG && (option(c, SOL_SOCKET, SO_ATTACH_FILTER) ||
					    option(c, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF)))
		return scap_in_fprog(p, 3, c->args[3]);
	return len < 0 ? 0 : scap_in(p, 3, c->args[3], (__u32)len);
}

SCAP_PLANNER_IN(getsockopt)
{
	__u32 len;
	int ret;

	/* maps received pages into the program */
	if (option(c, IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE))
		p->refuse = EINVAL;
	if (!c->args[4])
		return 0;
	ret = scap_get32(p, c->args[4], &len);
	if (ret)
		return ret;
	c->saved[4] = len;
	return scap_in(p, 4, c->args[4], sizeof(len));
}

/* -ERANGE (SO_PEERSEC, SO_PEERGROUPS) comes with the length that would do. */
SCAP_PLANNER_OUT(getsockopt)
{
	__u64 unit = option(c, SOL_SOCKET, SO_ATTACH_FILTER) ? SCAP_SIZE_SOCK_FILTER : 1;
	__u32 len;
	int ret;

	if (!c->args[4] || (!scap_wrote(c) && c->result != -ERANGE))
		return 0;
	ret = scap_get32(p, c->args[4], &len);
	if (!ret && scap_wrote(c))
		ret = scap_out(p, 3, c->args[3], scap_min(len, c->saved[4]) * unit);
	return ret ? ret : scap_out(p, 4, c->args[4], sizeof(len));
}
