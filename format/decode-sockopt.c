// SPDX-License-Identifier: GPL-2.0
/*
 * Socket options by level, and their values.
 */
#include <asm/socket.h>
#include <linux/icmp.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/netlink.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <format/decode-types.h>

static const struct decode_name levels[] = {
	NAME_ENUM_AS("SOL_IP", 0), NAME_ENUM(SOL_SOCKET), NAME_ENUM_AS("SOL_TCP", 6),
	NAME_ENUM_AS("SOL_UDP", 17), NAME_ENUM_AS("SOL_IPV6", 41), NAME_ENUM_AS("SOL_ICMPV6", 58),
	NAME_ENUM_AS("SOL_SCTP", 132), NAME_ENUM_AS("SOL_RAW", 255),
	NAME_ENUM_AS("SOL_PACKET", 263),
	NAME_ENUM_AS("SOL_NETLINK", 270), NAME_ENUM_AS("SOL_ALG", 279),
	NAME_ENUM_AS("SOL_TLS", 282),
	NAME_ENUM_AS("SOL_XDP", 283), NAME_ENUM_AS("SOL_MPTCP", 284),
};
const struct decode_type type_sock_level = DECODE_ENUM(4, levels);

static const struct decode_name socket_options[] = {
	NAME_ENUM(SO_DEBUG), NAME_ENUM(SO_REUSEADDR), NAME_ENUM(SO_TYPE), NAME_ENUM(SO_ERROR),
	NAME_ENUM(SO_DONTROUTE), NAME_ENUM(SO_BROADCAST), NAME_ENUM(SO_SNDBUF),
	NAME_ENUM(SO_RCVBUF),
	NAME_ENUM(SO_SNDBUFFORCE), NAME_ENUM(SO_RCVBUFFORCE), NAME_ENUM(SO_KEEPALIVE),
	NAME_ENUM(SO_OOBINLINE), NAME_ENUM(SO_NO_CHECK), NAME_ENUM(SO_PRIORITY),
	NAME_ENUM(SO_LINGER), NAME_ENUM(SO_BSDCOMPAT), NAME_ENUM(SO_REUSEPORT),
	NAME_ENUM(SO_PASSCRED), NAME_ENUM(SO_PEERCRED), NAME_ENUM(SO_RCVLOWAT),
	NAME_ENUM(SO_SNDLOWAT), NAME_ENUM_AS("SO_RCVTIMEO", 20), NAME_ENUM_AS("SO_SNDTIMEO", 21),
	NAME_ENUM(SO_BINDTODEVICE), NAME_ENUM(SO_ATTACH_FILTER), NAME_ENUM(SO_DETACH_FILTER),
	NAME_ENUM(SO_PEERNAME), NAME_ENUM_AS("SO_TIMESTAMP", 29), NAME_ENUM(SO_ACCEPTCONN),
	NAME_ENUM(SO_PEERSEC), NAME_ENUM(SO_PASSSEC), NAME_ENUM_AS("SO_TIMESTAMPNS", 35),
	NAME_ENUM(SO_MARK), NAME_ENUM_AS("SO_TIMESTAMPING", 37), NAME_ENUM(SO_PROTOCOL),
	NAME_ENUM(SO_DOMAIN), NAME_ENUM(SO_RXQ_OVFL), NAME_ENUM(SO_WIFI_STATUS),
	NAME_ENUM(SO_PEEK_OFF), NAME_ENUM(SO_NOFCS), NAME_ENUM(SO_LOCK_FILTER),
	NAME_ENUM(SO_SELECT_ERR_QUEUE), NAME_ENUM(SO_BUSY_POLL), NAME_ENUM(SO_MAX_PACING_RATE),
	NAME_ENUM(SO_BPF_EXTENSIONS), NAME_ENUM(SO_INCOMING_CPU), NAME_ENUM(SO_ATTACH_BPF),
	NAME_ENUM(SO_MEMINFO), NAME_ENUM(SO_INCOMING_NAPI_ID), NAME_ENUM(SO_COOKIE),
	NAME_ENUM(SO_PEERGROUPS), NAME_ENUM(SO_ZEROCOPY), NAME_ENUM(SO_TXTIME),
	NAME_ENUM(SO_BINDTOIFINDEX), NAME_ENUM(SO_DETACH_REUSEPORT_BPF),
	NAME_ENUM(SO_PREFER_BUSY_POLL), NAME_ENUM_AS("SO_NETNS_COOKIE", 71),
	NAME_ENUM_AS("SO_BUF_LOCK", 72), NAME_ENUM_AS("SO_RESERVE_MEM", 73),
	NAME_ENUM_AS("SO_TXREHASH", 74), NAME_ENUM_AS("SO_RCVMARK", 75),
	NAME_ENUM_AS("SO_PASSPIDFD", 76), NAME_ENUM_AS("SO_PEERPIDFD", 77),
};
static const struct decode_name ip_options[] = {
	NAME_ENUM(IP_TOS), NAME_ENUM(IP_TTL), NAME_ENUM(IP_HDRINCL), NAME_ENUM(IP_OPTIONS),
	NAME_ENUM(IP_ROUTER_ALERT), NAME_ENUM(IP_RECVOPTS), NAME_ENUM(IP_RETOPTS),
	NAME_ENUM(IP_PKTINFO), NAME_ENUM(IP_PKTOPTIONS), NAME_ENUM(IP_MTU_DISCOVER),
	NAME_ENUM(IP_RECVERR), NAME_ENUM(IP_RECVTTL), NAME_ENUM(IP_RECVTOS), NAME_ENUM(IP_MTU),
	NAME_ENUM(IP_FREEBIND), NAME_ENUM(IP_IPSEC_POLICY), NAME_ENUM(IP_XFRM_POLICY),
	NAME_ENUM(IP_PASSSEC), NAME_ENUM(IP_TRANSPARENT), NAME_ENUM(IP_ORIGDSTADDR),
	NAME_ENUM(IP_MINTTL), NAME_ENUM(IP_NODEFRAG), NAME_ENUM(IP_CHECKSUM),
	NAME_ENUM(IP_BIND_ADDRESS_NO_PORT), NAME_ENUM(IP_RECVFRAGSIZE), NAME_ENUM(IP_MULTICAST_IF),
	NAME_ENUM(IP_MULTICAST_TTL), NAME_ENUM(IP_MULTICAST_LOOP), NAME_ENUM(IP_ADD_MEMBERSHIP),
	NAME_ENUM(IP_DROP_MEMBERSHIP), NAME_ENUM(IP_MULTICAST_ALL), NAME_ENUM(IP_UNICAST_IF),
};
static const struct decode_name ipv6_options[] = {
	NAME_ENUM(IPV6_ADDRFORM), NAME_ENUM(IPV6_CHECKSUM), NAME_ENUM(IPV6_UNICAST_HOPS),
	NAME_ENUM(IPV6_MULTICAST_IF), NAME_ENUM(IPV6_MULTICAST_HOPS),
	NAME_ENUM(IPV6_MULTICAST_LOOP), NAME_ENUM(IPV6_ADD_MEMBERSHIP),
	NAME_ENUM(IPV6_DROP_MEMBERSHIP), NAME_ENUM(IPV6_ROUTER_ALERT),
	NAME_ENUM(IPV6_MTU_DISCOVER), NAME_ENUM(IPV6_MTU), NAME_ENUM(IPV6_RECVERR),
	NAME_ENUM(IPV6_V6ONLY), NAME_ENUM(IPV6_RECVPKTINFO), NAME_ENUM(IPV6_PKTINFO),
	NAME_ENUM(IPV6_RECVHOPLIMIT), NAME_ENUM(IPV6_HOPLIMIT), NAME_ENUM(IPV6_RECVTCLASS),
	NAME_ENUM(IPV6_TCLASS), NAME_ENUM(IPV6_TRANSPARENT), NAME_ENUM(IPV6_FREEBIND),
	NAME_ENUM(IPV6_AUTOFLOWLABEL), NAME_ENUM(IPV6_DONTFRAG), NAME_ENUM(IPV6_ADDR_PREFERENCES),
};
static const struct decode_name tcp_options[] = {
	NAME_ENUM(TCP_NODELAY), NAME_ENUM(TCP_MAXSEG), NAME_ENUM(TCP_CORK), NAME_ENUM(TCP_KEEPIDLE),
	NAME_ENUM(TCP_KEEPINTVL), NAME_ENUM(TCP_KEEPCNT), NAME_ENUM(TCP_SYNCNT),
	NAME_ENUM(TCP_LINGER2), NAME_ENUM(TCP_DEFER_ACCEPT), NAME_ENUM(TCP_WINDOW_CLAMP),
	NAME_ENUM(TCP_INFO), NAME_ENUM(TCP_QUICKACK), NAME_ENUM(TCP_CONGESTION),
	NAME_ENUM(TCP_MD5SIG), NAME_ENUM(TCP_THIN_LINEAR_TIMEOUTS), NAME_ENUM(TCP_THIN_DUPACK),
	NAME_ENUM(TCP_USER_TIMEOUT), NAME_ENUM(TCP_REPAIR), NAME_ENUM(TCP_FASTOPEN),
	NAME_ENUM(TCP_TIMESTAMP), NAME_ENUM(TCP_NOTSENT_LOWAT), NAME_ENUM(TCP_CC_INFO),
	NAME_ENUM(TCP_SAVE_SYN), NAME_ENUM(TCP_SAVED_SYN), NAME_ENUM(TCP_FASTOPEN_CONNECT),
	NAME_ENUM(TCP_ULP), NAME_ENUM(TCP_FASTOPEN_NO_COOKIE), NAME_ENUM(TCP_ZEROCOPY_RECEIVE),
	NAME_ENUM(TCP_INQ), NAME_ENUM(TCP_TX_DELAY),
};
static const struct decode_name udp_options[] = {
	NAME_ENUM(UDP_CORK), NAME_ENUM(UDP_ENCAP), NAME_ENUM(UDP_NO_CHECK6_TX),
	NAME_ENUM(UDP_NO_CHECK6_RX), NAME_ENUM(UDP_SEGMENT), NAME_ENUM(UDP_GRO),
};
static const struct decode_name netlink_options[] = {
	NAME_ENUM(NETLINK_ADD_MEMBERSHIP), NAME_ENUM(NETLINK_DROP_MEMBERSHIP),
	NAME_ENUM(NETLINK_PKTINFO), NAME_ENUM(NETLINK_BROADCAST_ERROR),
	NAME_ENUM(NETLINK_NO_ENOBUFS), NAME_ENUM(NETLINK_LISTEN_ALL_NSID),
	NAME_ENUM(NETLINK_LIST_MEMBERSHIPS), NAME_ENUM(NETLINK_CAP_ACK),
	NAME_ENUM(NETLINK_EXT_ACK), NAME_ENUM(NETLINK_GET_STRICT_CHK),
};
static const struct decode_name icmp6_options[] = { NAME_ENUM_AS("ICMPV6_FILTER", 1) };
static const struct decode_name raw_options[] = { NAME_ENUM_AS("ICMP_FILTER", 1) };
static const struct decode_name packet_options[] = {
	NAME_ENUM_AS("PACKET_ADD_MEMBERSHIP", 1), NAME_ENUM_AS("PACKET_DROP_MEMBERSHIP", 2),
	NAME_ENUM_AS("PACKET_RECV_OUTPUT", 3), NAME_ENUM_AS("PACKET_RX_RING", 5),
	NAME_ENUM_AS("PACKET_STATISTICS", 6), NAME_ENUM_AS("PACKET_AUXDATA", 8),
	NAME_ENUM_AS("PACKET_VERSION", 10), NAME_ENUM_AS("PACKET_TX_RING", 13),
	NAME_ENUM_AS("PACKET_FANOUT", 18),
};

static const struct {
	__u32 level;
	struct decode_type options;
} by_level[] = {
	{ SOL_SOCKET, DECODE_ENUM(4, socket_options) }, { 0, DECODE_ENUM(4, ip_options) },
	{ 41, DECODE_ENUM(4, ipv6_options) }, { 6, DECODE_ENUM(4, tcp_options) },
	{ 17, DECODE_ENUM(4, udp_options) }, { 270, DECODE_ENUM(4, netlink_options) },
	{ 58, DECODE_ENUM(4, icmp6_options) }, { 255, DECODE_ENUM(4, raw_options) },
	{ 263, DECODE_ENUM(4, packet_options) },
};

static void print_option(struct decode *d, const struct decode_type *t, __u64 v)
{
	__u32 level = d->arg ? (__u32)d->call->args[d->arg - 1] : ~0u;
	size_t i;

	(void)t;
	for (i = 0; i < sizeof(by_level) / sizeof(by_level[0]); i++)
		if (by_level[i].level == level) {
			decode_enum(d, &by_level[i].options, v);
			return;
		}
	d->raw = true;
	put_hex(d, (__u32)v);
}
const struct decode_type type_sock_opt = { .print = print_option, .width = 4 };

/* ---- values ---- */

static const struct decode_field linger_fields[] = {
	{ "l_onoff", 0, 4, FIELD_SIGNED, false, NULL },
	{ "l_linger", 4, 4, FIELD_SIGNED, false, NULL },
};
static const struct decode_type type_linger = DECODE_STRUCT(8, DECODE_BOTH, linger_fields);

/* What the bytes at @p are, by option; most are one int. */
static void value_at(struct decode *d, const struct decode_pointee *m, const void *p,
		     size_t avail, __u64 len)
{
	__u32 level = (__u32)d->call->args[1], option = (__u32)d->call->args[2];

	(void)m;
	if (level == SOL_SOCKET && option == SO_LINGER && avail >= 8)
		decode_struct_at(d, &type_linger, p, 8);
	else if (level == SOL_SOCKET && (option == 20 || option == 21) && avail >= 16)
		decode_struct_at(d, &type_timeval, p, 16);
	else if (level == SOL_SOCKET && option == SO_PEERCRED && avail >= 12)
		decode_struct_at(d, &type_ucred, p, 12);
	else if (level == SOL_SOCKET && option == SO_ERROR && len == 4 && decode_load(p, 4))
		decode_array_at(d, &type_errno, p, avail, 1);
	else if (level == SOL_SOCKET && option == SO_TYPE && len == 4)
		decode_array_at(d, &type_sock_type, p, avail, 1);
	else if (level == SOL_SOCKET && option == SO_DOMAIN && len == 4)
		decode_array_at(d, &type_sock_domain, p, avail, 1);
	else if (len == 4)
		decode_array_at(d, &type_int, p, avail, 1);
	else
		put_quoted(d, p, avail < DECODE_STRING_MAX ? avail : DECODE_STRING_MAX,
			   len > DECODE_STRING_MAX);
}

static void print_value(struct decode *d, const struct decode_type *t, __u64 v)
{
	static const struct decode_pointee m = { .at = value_at };

	decode_pointer(d, &m, v, t->side);
}
const struct decode_type type_sock_optval = { .print = print_value, .side = DECODE_BOTH };

/* A positive errno as data. */
static void print_errno(struct decode *d, const struct decode_type *t, __u64 v)
{
	const char *name = scap_errno_name((int)(__u32)v);

	(void)t;
	if (name)
		put_str(d, name);
	else
		put_signed(d, (__s32)v);
}
const struct decode_type type_errno = { .print = print_errno, .width = 4 };
