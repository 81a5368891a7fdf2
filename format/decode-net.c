// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets: kinds, addresses, messages. Options are decode-sockopt.c's.
 */
#include <sys/socket.h>
#include <sys/un.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>

#include <format/decode-types.h>

static const struct decode_name domains[] = {
	NAME_ENUM(AF_UNSPEC), NAME_ENUM(AF_UNIX), NAME_ENUM(AF_INET), NAME_ENUM(AF_AX25),
	NAME_ENUM(AF_IPX), NAME_ENUM(AF_APPLETALK), NAME_ENUM(AF_X25), NAME_ENUM(AF_INET6),
	NAME_ENUM(AF_KEY), NAME_ENUM(AF_NETLINK), NAME_ENUM(AF_PACKET), NAME_ENUM(AF_RDS),
	NAME_ENUM(AF_PPPOX), NAME_ENUM(AF_LLC), NAME_ENUM(AF_IB), NAME_ENUM(AF_CAN),
	NAME_ENUM(AF_TIPC), NAME_ENUM(AF_BLUETOOTH), NAME_ENUM(AF_ALG), NAME_ENUM(AF_NFC),
	NAME_ENUM(AF_VSOCK), NAME_ENUM(AF_KCM), NAME_ENUM(AF_QIPCRTR), NAME_ENUM(AF_SMC),
	NAME_ENUM(AF_XDP), NAME_ENUM_AS("AF_MCTP", 45),
};
const struct decode_type type_sock_domain = DECODE_ENUM(4, domains);
static const struct decode_type type_family = DECODE_ENUM(2, domains);

#define KIND 0xf

static const struct decode_name kinds[] = {
	NAME_FIELD(SOCK_STREAM, KIND), NAME_FIELD(SOCK_DGRAM, KIND), NAME_FIELD(SOCK_RAW, KIND),
	NAME_FIELD(SOCK_RDM, KIND), NAME_FIELD(SOCK_SEQPACKET, KIND), NAME_FIELD(SOCK_DCCP, KIND),
	NAME_FIELD(SOCK_PACKET, KIND), NAME_FLAG(SOCK_CLOEXEC), NAME_FLAG(SOCK_NONBLOCK),
};
const struct decode_type type_sock_type = DECODE_FLAGS(4, kinds);

static const struct decode_name accept_flags[] = {
	NAME_FLAG(SOCK_CLOEXEC), NAME_FLAG(SOCK_NONBLOCK),
};
const struct decode_type type_sock_flags = DECODE_FLAGS(4, accept_flags);

static const struct decode_name inet_protocols[] = {
	NAME_ENUM(IPPROTO_IP), NAME_ENUM(IPPROTO_ICMP), NAME_ENUM(IPPROTO_IGMP),
	NAME_ENUM(IPPROTO_TCP), NAME_ENUM(IPPROTO_UDP), NAME_ENUM(IPPROTO_DCCP),
	NAME_ENUM(IPPROTO_IPV6), NAME_ENUM(IPPROTO_GRE), NAME_ENUM(IPPROTO_ESP),
	NAME_ENUM(IPPROTO_AH), NAME_ENUM(IPPROTO_ICMPV6), NAME_ENUM(IPPROTO_SCTP),
	NAME_ENUM(IPPROTO_UDPLITE), NAME_ENUM(IPPROTO_RAW), NAME_ENUM(IPPROTO_MPTCP),
};
static const struct decode_type type_inet_protocol = DECODE_ENUM(4, inet_protocols);

static const struct decode_name netlink_protocols[] = {
	NAME_ENUM(NETLINK_ROUTE), NAME_ENUM(NETLINK_USERSOCK), NAME_ENUM(NETLINK_SOCK_DIAG),
	NAME_ENUM(NETLINK_XFRM), NAME_ENUM(NETLINK_SELINUX), NAME_ENUM(NETLINK_AUDIT),
	NAME_ENUM(NETLINK_CONNECTOR), NAME_ENUM(NETLINK_NETFILTER),
	NAME_ENUM(NETLINK_KOBJECT_UEVENT), NAME_ENUM(NETLINK_GENERIC), NAME_ENUM(NETLINK_CRYPTO),
};
static const struct decode_type type_netlink_protocol = DECODE_ENUM(4, netlink_protocols);

static void print_protocol(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	switch ((__u32)d->call->args[0]) {
	case AF_INET:
	case AF_INET6:
		decode_enum(d, &type_inet_protocol, v);
		break;
	case AF_NETLINK:
		decode_enum(d, &type_netlink_protocol, v);
		break;
	case AF_PACKET:
		put_str(d, "htons(");
		put_hex(d, ntohs((__u16)v));
		put_char(d, ')');
		break;
	default:
		put_unsigned(d, (__u32)v);
	}
}
const struct decode_type type_sock_proto = { .print = print_protocol, .width = 4 };

static const struct decode_name shut_hows[] = {
	NAME_ENUM(SHUT_RD), NAME_ENUM(SHUT_WR), NAME_ENUM(SHUT_RDWR),
};
const struct decode_type type_shut_how = DECODE_ENUM(4, shut_hows);

static const struct decode_name msg_flags[] = {
	NAME_FLAG(MSG_OOB), NAME_FLAG(MSG_PEEK), NAME_FLAG(MSG_DONTROUTE), NAME_FLAG(MSG_CTRUNC),
	NAME_FLAG(MSG_PROXY), NAME_FLAG(MSG_TRUNC), NAME_FLAG(MSG_DONTWAIT), NAME_FLAG(MSG_EOR),
	NAME_FLAG(MSG_WAITALL), NAME_FLAG(MSG_FIN), NAME_FLAG(MSG_SYN), NAME_FLAG(MSG_CONFIRM),
	NAME_FLAG(MSG_RST), NAME_FLAG(MSG_ERRQUEUE), NAME_FLAG(MSG_NOSIGNAL), NAME_FLAG(MSG_MORE),
	NAME_FLAG(MSG_WAITFORONE), NAME_FLAG(MSG_BATCH), NAME_FLAG(MSG_ZEROCOPY),
	NAME_FLAG(MSG_FASTOPEN), NAME_FLAG(MSG_CMSG_CLOEXEC),
};
const struct decode_type type_msg_flags = DECODE_FLAGS(4, msg_flags);

/* ---- addresses ---- */

static void put_port(struct decode *d, const char *name, const char *p)
{
	put_str(d, name);
	put_unsigned(d, ntohs((__u16)decode_load(p, 2)));
	put_char(d, ')');
}

static void put_unix(struct decode *d, const char *path, size_t n)
{
	if (!n)
		return;
	put_str(d, ", sun_path=");
	if (*path) {
		put_quoted(d, path, strnlen(path, n), false);
	} else {	/* abstract: all bytes count (unix(7)) */
		put_char(d, '@');
		put_quoted(d, path + 1, n - 1, false);
	}
}

static void put_inet(struct decode *d, const char *s)
{
	char text[INET_ADDRSTRLEN];

	put_port(d, ", sin_port=htons(", s + 2);
	put_str(d, ", sin_addr=inet_addr(\"");
	put_str(d, inet_ntop(AF_INET, s + 4, text, sizeof(text)));
	put_str(d, "\")");
}

static void put_inet6(struct decode *d, const char *s)
{
	char text[INET6_ADDRSTRLEN];

	put_port(d, ", sin6_port=htons(", s + 2);
	put_str(d, ", sin6_flowinfo=htonl(");
	put_unsigned(d, ntohl((__u32)decode_load(s + 4, 4)));
	put_str(d, "), inet_pton(AF_INET6, \"");
	put_str(d, inet_ntop(AF_INET6, s + 8, text, sizeof(text)));
	put_str(d, "\", &sin6_addr), sin6_scope_id=");
	put_unsigned(d, decode_load(s + 24, 4));
}

static void put_netlink(struct decode *d, const char *s)
{
	put_str(d, ", nl_pid=");
	put_signed(d, decode_load_signed(s + 4, 4));
	put_str(d, ", nl_groups=");
	put_hex(d, decode_load(s + 8, 4));
}

static void put_packet(struct decode *d, const char *s)
{
	put_port(d, ", sll_protocol=htons(", s + 2);
	put_str(d, ", sll_ifindex=");
	put_signed(d, decode_load_signed(s + 4, 4));
	put_str(d, ", sll_hatype=");
	put_unsigned(d, decode_load(s + 8, 2));
	put_str(d, ", sll_pkttype=");
	put_unsigned(d, decode_load(s + 10, 1));
	put_str(d, ", sll_halen=");
	put_unsigned(d, decode_load(s + 11, 1));
}

/* Bytes behind a family that is not known here. */
static void put_other(struct decode *d, const char *s, size_t n)
{
	if (n <= 2)
		return;
	put_str(d, ", sa_data=");
	put_quoted(d, s + 2, n - 2, false);
}

void decode_sockaddr_at(struct decode *d, const void *p, size_t n)
{
	__u64 family = decode_load(p, 2);

	put_str(d, "{sa_family=");
	decode_enum(d, &type_family, family);
	if (family == AF_UNIX)
		put_unix(d, (const char *)p + 2, n - 2);
	else if (family == AF_INET && n >= 8)
		put_inet(d, p);
	else if (family == AF_INET6 && n >= 28)
		put_inet6(d, p);
	else if (family == AF_NETLINK && n >= 12)
		put_netlink(d, p);
	else if (family == AF_PACKET && n >= 12)
		put_packet(d, p);
	else
		put_other(d, p, n);
	put_char(d, '}');
}

static void sockaddr_at(struct decode *d, const struct decode_pointee *m, const void *p,
			size_t avail, __u64 len)
{
	(void)m, (void)len;
	decode_sockaddr_at(d, p, avail);
}

static void print_sockaddr(struct decode *d, const struct decode_type *t, __u64 v)
{
	static const struct decode_pointee m = { .at = sockaddr_at, .need = 2 };

	decode_pointer(d, &m, v, t->side);
}
const struct decode_type type_sockaddr = { .print = print_sockaddr, .side = DECODE_BOTH };

/* ---- control messages: cmsg_len 8, level 4, type 4, data; each aligned to 8 (cmsg(3)) ---- */

#define CMSG_HEAD 16

static const struct decode_name socket_controls[] = {
	NAME_ENUM(SCM_RIGHTS), NAME_ENUM(SCM_CREDENTIALS), NAME_ENUM_AS("SCM_SECURITY", 3),
	NAME_ENUM_AS("SCM_PIDFD", 4), NAME_ENUM_AS("SO_TIMESTAMP", 29),
	NAME_ENUM_AS("SO_TIMESTAMPNS", 35), NAME_ENUM_AS("SO_TIMESTAMPING", 37),
};
static const struct decode_type type_socket_control = DECODE_ENUM(4, socket_controls);

static const struct decode_field ucred_fields[] = {
	{ "pid", 0, 4, FIELD_SIGNED, false, NULL },
	{ "uid", 4, 4, FIELD_UNSIGNED, false, &type_uid },
	{ "gid", 8, 4, FIELD_UNSIGNED, false, &type_gid },
};
const struct decode_type type_ucred = DECODE_STRUCT(12, DECODE_BOTH, ucred_fields);

static void put_control_data(struct decode *d, __u64 level, __u64 type, const char *p, size_t n)
{
	if (level == SOL_SOCKET && type == SCM_RIGHTS)
		decode_array_at(d, &type_fd, p, n, n / 4);
	else if (level == SOL_SOCKET && type == SCM_CREDENTIALS && n >= 12)
		decode_struct_at(d, &type_ucred, p, 12);
	else
		put_quoted(d, p, n < DECODE_STRING_MAX ? n : DECODE_STRING_MAX,
			   n > DECODE_STRING_MAX);
}

/* Returns the bytes that this message takes, 0: no further one. */
static size_t put_control(struct decode *d, const char *p, size_t avail)
{
	__u64 len = decode_load(p, 8), level = decode_load(p + 8, 4);
	__u64 type = decode_load(p + 12, 4);

	put_str(d, "{cmsg_len=");
	put_unsigned(d, len);
	put_str(d, ", cmsg_level=");
	type_sock_level.print(d, &type_sock_level, level);
	put_str(d, ", cmsg_type=");
	if (level == SOL_SOCKET)
		decode_enum(d, &type_socket_control, type);
	else
		put_unsigned(d, type);
	if (len >= CMSG_HEAD && len <= avail) {
		put_str(d, ", cmsg_data=");
		put_control_data(d, level, type, p + CMSG_HEAD, (size_t)len - CMSG_HEAD);
	}
	put_char(d, '}');
	return len >= CMSG_HEAD && len < avail ? ((size_t)len + 7) & ~(size_t)7 : 0;
}

static void controls_at(struct decode *d, const struct decode_pointee *m, const void *p,
			size_t avail, __u64 len)
{
	const char *s = p;
	size_t step;
	bool first = true;

	(void)m, (void)len;
	put_char(d, '[');
	while (avail >= CMSG_HEAD) {
		if (!first)
			put_str(d, ", ");
		first = false;
		step = put_control(d, s, avail);
		if (!step || step > avail)
			break;
		s += step;
		avail -= step;
	}
	put_char(d, ']');
}

/* ---- msghdr: name 8, namelen 4, pad 4, iov 8, iovlen 8, control 8, controllen 8, flags 4 ---- */

#define MSGHDR_SIZE	56
#define MMSGHDR_SIZE	64

/* What the call was given is in, what recvmsg made of it is out. */
static bool receives(const struct decode *d)
{
	return d->row && !strncmp(d->row->name, "recv", 4);
}

/* @moved: bytes that the message has, for its last buffer. */
static void put_msghdr(struct decode *d, const char *in, const char *out, __u64 moved)
{
	static const struct decode_pointee controls = { .at = controls_at, .need = 1 };
	enum decode_side side = receives(d) ? DECODE_OUT : DECODE_IN;
	const char *now = out ? out : in;
	__u64 name = decode_load(in, 8), control = decode_load(in + 32, 8);

	put_str(d, "{msg_name=");
	type_sockaddr.print(d, &type_sockaddr, decode_load(now + 8, 4) ? name : 0);
	put_str(d, ", msg_namelen=");
	put_unsigned(d, decode_load(in + 8, 4));
	if (out && decode_load(in + 8, 4) != decode_load(out + 8, 4)) {
		put_str(d, " => ");
		put_unsigned(d, decode_load(out + 8, 4));
	}
	put_str(d, ", msg_iov=");
	decode_iovecs(d, decode_load(in + 16, 8), decode_load(in + 24, 8), side, moved);
	put_str(d, ", msg_iovlen=");
	put_unsigned(d, decode_load(in + 24, 8));
	if (decode_load(now + 40, 8)) {
		put_str(d, ", msg_control=");
		decode_pointer(d, &controls, control, side);
	}
	put_str(d, ", msg_controllen=");
	put_unsigned(d, decode_load(now + 40, 8));
	put_str(d, ", msg_flags=");
	decode_flags(d, &type_msg_flags, decode_load(now + 48, 4));
	put_char(d, '}');
}

/* A header as it was passed in and as it came back; @in_room: the planners skip its padding. */
static bool find_msghdr(const struct decode *d, __u64 v, char in_room[MSGHDR_SIZE],
			const char **in, const char **out)
{
	unsigned char known[MSGHDR_SIZE];

	*out = decode_mem(d, v, DECODE_OUT, MSGHDR_SIZE);
	*in = decode_mem(d, v, DECODE_IN, MSGHDR_SIZE);
	if (!*in && decode_gather(d, v, DECODE_IN, in_room, known, MSGHDR_SIZE))
		*in = in_room;
	if (!*in)
		*in = *out;
	return *in;
}

static void print_msghdr(struct decode *d, const struct decode_type *t, __u64 v)
{
	char room[MSGHDR_SIZE];
	const char *in, *out;
	__u64 moved = ~0ull;

	(void)t;
	if (!find_msghdr(d, v, room, &in, &out)) {
		d->raw |= v != 0;
		put_pointer(d, v);
		return;
	}
	if (receives(d) && d->exiting)
		moved = d->call->result > 0 ? (__u64)d->call->result : 0;
	put_msghdr(d, in, out, moved);
}
const struct decode_type type_msghdr = { .print = print_msghdr, .side = DECODE_BOTH };

static void put_mmsghdr(struct decode *d, const char *in, const char *out, const char *len)
{
	put_str(d, "{msg_hdr=");
	put_msghdr(d, in, out, receives(d) && len ? decode_load(len, 4) : ~0ull);
	if (len) {
		put_str(d, ", msg_len=");
		put_unsigned(d, decode_load(len, 4));
	}
	put_char(d, '}');
}

static void print_mmsghdr(struct decode *d, const struct decode_type *t, __u64 v)
{
	__u64 n = (__u32)d->call->args[2], i;
	char room[MSGHDR_SIZE];
	const char *in, *out;

	(void)t;
	if (d->exiting && d->call->result >= 0 && (__u64)d->call->result < n)
		n = (__u64)d->call->result;
	if (n && !find_msghdr(d, v, room, &in, &out)) {
		d->raw |= v != 0;
		put_pointer(d, v);
		return;
	}
	put_char(d, '[');
	for (i = 0; i < n && i < DECODE_ARRAY_MAX; i++, v += MMSGHDR_SIZE) {
		if (!find_msghdr(d, v, room, &in, &out))
			break;
		if (i)
			put_str(d, ", ");
		put_mmsghdr(d, in, out, decode_mem(d, v + MSGHDR_SIZE, DECODE_OUT, 4));
	}
	put_str(d, i < n ? ", ...]" : "]");
}
const struct decode_type type_mmsghdr = { .print = print_mmsghdr, .side = DECODE_BOTH };
