// SPDX-License-Identifier: GPL-2.0
/*
 * ioctl(2): the request by its name, or taken apart as _IOC composed it; and
 * what stands behind the third argument. The names are the planners' own.
 */
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <linux/fs.h>
#include <linux/if.h>
#include <linux/ioctl.h>
#include <linux/sockios.h>

#include <format/decode-types.h>

static void print_composed(struct decode *d, __u32 v)
{
	static const char *const directions[] = {
		"_IOC_NONE", "_IOC_WRITE", "_IOC_READ", "_IOC_READ|_IOC_WRITE",
	};

	put_str(d, "_IOC(");
	put_str(d, directions[_IOC_DIR(v)]);
	put_str(d, ", ");
	put_hex(d, _IOC_TYPE(v));
	put_str(d, ", ");
	put_hex(d, _IOC_NR(v));
	put_str(d, ", ");
	put_hex(d, _IOC_SIZE(v));
	put_char(d, ')');
}

static void print_request(struct decode *d, const struct decode_type *t, __u64 v)
{
	const char *name = scap_ioctl_name((__u32)v);

	(void)t;
	if (name)
		put_str(d, name);
	else
		print_composed(d, (__u32)v);
}
const struct decode_type type_ioctl_req = { .print = print_request, .width = 4 };

/* ---- terminals: the kernel's termios has 36 bytes, termios2 44 ---- */

static const struct decode_name input_modes[] = {
	NAME_FLAG(IGNBRK), NAME_FLAG(BRKINT), NAME_FLAG(IGNPAR), NAME_FLAG(PARMRK),
	NAME_FLAG(INPCK),
	NAME_FLAG(ISTRIP), NAME_FLAG(INLCR), NAME_FLAG(IGNCR), NAME_FLAG(ICRNL), NAME_FLAG(IUCLC),
	NAME_FLAG(IXON), NAME_FLAG(IXANY), NAME_FLAG(IXOFF), NAME_FLAG(IMAXBEL), NAME_FLAG(IUTF8),
};
static const struct decode_type type_iflag = DECODE_FLAGS(4, input_modes);

/* Delays that are set; no delay has a name too (NL0, CR0, ...), which says nothing. */
static const struct decode_name output_modes[] = {
	NAME_FIELD(NL1, NLDLY), NAME_FIELD(CR1, CRDLY), NAME_FIELD(CR2, CRDLY),
	NAME_FIELD(CR3, CRDLY), NAME_FIELD(TAB1, TABDLY), NAME_FIELD(TAB2, TABDLY),
	NAME_FIELD(TAB3, TABDLY), NAME_FIELD(BS1, BSDLY), NAME_FIELD(VT1, VTDLY),
	NAME_FIELD(FF1, FFDLY), NAME_FLAG(OPOST), NAME_FLAG(OLCUC), NAME_FLAG(ONLCR),
	NAME_FLAG(OCRNL), NAME_FLAG(ONOCR), NAME_FLAG(ONLRET), NAME_FLAG(OFILL), NAME_FLAG(OFDEL),
};
static const struct decode_type type_oflag = DECODE_FLAGS(4, output_modes);

#define SPEED(x) { x, CBAUD, #x }
static const struct decode_name control_modes[] = {
	SPEED(B0), SPEED(B50), SPEED(B75), SPEED(B110), SPEED(B134), SPEED(B150), SPEED(B200),
	SPEED(B300), SPEED(B600), SPEED(B1200), SPEED(B1800), SPEED(B2400), SPEED(B4800),
	SPEED(B9600), SPEED(B19200), SPEED(B38400), SPEED(BOTHER), SPEED(B57600), SPEED(B115200),
	SPEED(B230400), SPEED(B460800), SPEED(B500000), SPEED(B576000), SPEED(B921600),
	SPEED(B1000000), SPEED(B1152000), SPEED(B1500000), SPEED(B2000000), SPEED(B2500000),
	SPEED(B3000000), SPEED(B3500000), SPEED(B4000000),
	NAME_FIELD(CS5, CSIZE), NAME_FIELD(CS6, CSIZE), NAME_FIELD(CS7, CSIZE),
	NAME_FIELD(CS8, CSIZE), NAME_FLAG(CSTOPB), NAME_FLAG(CREAD), NAME_FLAG(PARENB),
	NAME_FLAG(PARODD), NAME_FLAG(HUPCL), NAME_FLAG(CLOCAL), NAME_FLAG_AS("CMSPAR", 0x40000000),
	NAME_FLAG_AS("CRTSCTS", 0x80000000),
};
static const struct decode_type type_cflag = DECODE_FLAGS(4, control_modes);

static const struct decode_name local_modes[] = {
	NAME_FLAG(ISIG), NAME_FLAG(ICANON), NAME_FLAG(XCASE), NAME_FLAG(ECHO), NAME_FLAG(ECHOE),
	NAME_FLAG(ECHOK), NAME_FLAG(ECHONL), NAME_FLAG(NOFLSH), NAME_FLAG(TOSTOP),
	NAME_FLAG(ECHOCTL), NAME_FLAG(ECHOPRT), NAME_FLAG(ECHOKE), NAME_FLAG(FLUSHO),
	NAME_FLAG(PENDIN), NAME_FLAG(IEXTEN), NAME_FLAG(EXTPROC),
};
static const struct decode_type type_lflag = DECODE_FLAGS(4, local_modes);

static const struct decode_field termios_fields[] = {
	{ "c_iflag", 0, 4, FIELD_UNSIGNED, false, &type_iflag },
	{ "c_oflag", 4, 4, FIELD_UNSIGNED, false, &type_oflag },
	{ "c_cflag", 8, 4, FIELD_UNSIGNED, false, &type_cflag },
	{ "c_lflag", 12, 4, FIELD_UNSIGNED, false, &type_lflag },
	{ .kind = FIELD_MORE },
};
static const struct decode_type type_termios = DECODE_STRUCT(36, DECODE_BOTH, termios_fields);

static const struct decode_field winsize_fields[] = {
	{ "ws_row", 0, 2, FIELD_UNSIGNED, false, NULL },
	{ "ws_col", 2, 2, FIELD_UNSIGNED, false, NULL },
	{ "ws_xpixel", 4, 2, FIELD_UNSIGNED, false, NULL },
	{ "ws_ypixel", 6, 2, FIELD_UNSIGNED, false, NULL },
};
static const struct decode_type type_winsize = DECODE_STRUCT(8, DECODE_BOTH, winsize_fields);

static const struct decode_name flush_queues[] = {
	NAME_ENUM_AS("TCIFLUSH", 0), NAME_ENUM_AS("TCOFLUSH", 1), NAME_ENUM_AS("TCIOFLUSH", 2),
};
static const struct decode_type type_flush = DECODE_ENUM(4, flush_queues);

static const struct decode_name flow_actions[] = {
	NAME_ENUM_AS("TCOOFF", 0), NAME_ENUM_AS("TCOON", 1), NAME_ENUM_AS("TCIOFF", 2),
	NAME_ENUM_AS("TCION", 3),
};
static const struct decode_type type_flow = DECODE_ENUM(4, flow_actions);

static const struct decode_name modem_lines[] = {
	NAME_FLAG_AS("TIOCM_LE", 1), NAME_FLAG_AS("TIOCM_DTR", 2), NAME_FLAG_AS("TIOCM_RTS", 4),
	NAME_FLAG_AS("TIOCM_ST", 8), NAME_FLAG_AS("TIOCM_SR", 0x10),
	NAME_FLAG_AS("TIOCM_CTS", 0x20),
	NAME_FLAG_AS("TIOCM_CAR", 0x40), NAME_FLAG_AS("TIOCM_RNG", 0x80),
	NAME_FLAG_AS("TIOCM_DSR", 0x100),
};
static const struct decode_type type_modem_word = DECODE_FLAGS(4, modem_lines);
static const struct decode_type type_modem =
	DECODE_NUMBERS(decode_number_pointer, DECODE_BOTH, &type_modem_word);

/* ---- files ---- */

static const struct decode_name inode_flags[] = {
	NAME_FLAG(FS_SECRM_FL), NAME_FLAG(FS_UNRM_FL), NAME_FLAG(FS_COMPR_FL),
	NAME_FLAG(FS_SYNC_FL),
	NAME_FLAG(FS_IMMUTABLE_FL), NAME_FLAG(FS_APPEND_FL), NAME_FLAG(FS_NODUMP_FL),
	NAME_FLAG(FS_NOATIME_FL), NAME_FLAG(FS_ENCRYPT_FL), NAME_FLAG(FS_INDEX_FL),
	NAME_FLAG(FS_JOURNAL_DATA_FL), NAME_FLAG(FS_NOTAIL_FL), NAME_FLAG(FS_DIRSYNC_FL),
	NAME_FLAG(FS_TOPDIR_FL), NAME_FLAG(FS_HUGE_FILE_FL), NAME_FLAG(FS_EXTENT_FL),
	NAME_FLAG(FS_VERITY_FL), NAME_FLAG(FS_NOCOW_FL), NAME_FLAG(FS_DAX_FL),
	NAME_FLAG(FS_INLINE_DATA_FL), NAME_FLAG(FS_PROJINHERIT_FL), NAME_FLAG(FS_CASEFOLD_FL),
};
static const struct decode_type type_inode_word = DECODE_FLAGS(4, inode_flags);
static const struct decode_type type_inode_flags =
	DECODE_NUMBERS(decode_number_pointer, DECODE_BOTH, &type_inode_word);

static const struct decode_field clone_range_fields[] = {
	FIELD_S(struct file_clone_range, src_fd, NULL),
	FIELD_U(struct file_clone_range, src_offset, NULL),
	FIELD_U(struct file_clone_range, src_length, NULL),
	FIELD_U(struct file_clone_range, dest_offset, NULL),
};
static const struct decode_type type_clone_range = DECODE_STRUCT(32, DECODE_IN, clone_range_fields);

/* ---- network interfaces: a name, then a union that the request chooses ---- */

#define IFREQ_NAME	16

static const struct decode_name interface_flags[] = {
	NAME_FLAG_AS("IFF_UP", 1), NAME_FLAG_AS("IFF_BROADCAST", 2), NAME_FLAG_AS("IFF_DEBUG", 4),
	NAME_FLAG_AS("IFF_LOOPBACK", 8), NAME_FLAG_AS("IFF_POINTOPOINT", 0x10),
	NAME_FLAG_AS("IFF_NOTRAILERS", 0x20), NAME_FLAG_AS("IFF_RUNNING", 0x40),
	NAME_FLAG_AS("IFF_NOARP", 0x80), NAME_FLAG_AS("IFF_PROMISC", 0x100),
	NAME_FLAG_AS("IFF_ALLMULTI", 0x200), NAME_FLAG_AS("IFF_MASTER", 0x400),
	NAME_FLAG_AS("IFF_SLAVE", 0x800), NAME_FLAG_AS("IFF_MULTICAST", 0x1000),
};
static const struct decode_type type_interface_flags = DECODE_FLAGS(2, interface_flags);

static void put_interface_value(struct decode *d, __u32 request, const char *u)
{
	switch (request) {
	case SIOCGIFADDR: case SIOCSIFADDR: case SIOCGIFNETMASK: case SIOCSIFNETMASK:
	case SIOCGIFBRDADDR: case SIOCSIFBRDADDR: case SIOCGIFDSTADDR: case SIOCGIFHWADDR:
		put_str(d, ", ifr_addr=");
		decode_sockaddr_at(d, u, 16);
		break;
	case SIOCGIFFLAGS: case SIOCSIFFLAGS:
		put_str(d, ", ifr_flags=");
		decode_flags(d, &type_interface_flags, decode_load(u, 2));
		break;
	case SIOCGIFNAME:
		break;
	default:
		put_str(d, ", ifr_ifindex=");
		put_signed(d, decode_load_signed(u, 4));
	}
}

static void ifreq_at(struct decode *d, const struct decode_pointee *m, const void *p, size_t avail,
		     __u64 len)
{
	const char *s = p;

	(void)m, (void)len;
	put_str(d, "{ifr_name=");
	put_quoted(d, s, strnlen(s, IFREQ_NAME), false);
	if (avail >= IFREQ_NAME + 16)
		put_interface_value(d, (__u32)d->call->args[1], s + IFREQ_NAME);
	put_char(d, '}');
}

static void print_ifreq(struct decode *d, const struct decode_type *t, __u64 v)
{
	static const struct decode_pointee m = { .at = ifreq_at, .need = IFREQ_NAME };

	decode_pointer(d, &m, v, t->side);
}
static const struct decode_type type_ifreq = { .print = print_ifreq, .side = DECODE_BOTH };

static const struct decode_field ifconf_fields[] = {
	{ "ifc_len", 0, 4, FIELD_SIGNED, false, NULL },
	{ "ifc_buf", 8, 8, FIELD_UNSIGNED, false, &type_ptr },
};
static const struct decode_type type_ifconf = DECODE_STRUCT(16, DECODE_BOTH, ifconf_fields);

/* ---- which is which ---- */

static const struct {
	__u32 request;
	const struct decode_type *arg;
} by_request[] = {
	{ TCGETS, &type_termios }, { TCSETS, &type_termios }, { TCSETSW, &type_termios },
	{ TCSETSF, &type_termios }, { 0x802c542a, &type_termios }, { 0x402c542b, &type_termios },
	{ 0x402c542c, &type_termios }, { 0x402c542d, &type_termios },
	{ TIOCGWINSZ, &type_winsize }, { TIOCSWINSZ, &type_winsize },
	{ TIOCGPGRP, &type_intp }, { TIOCSPGRP, &type_intp }, { TIOCGSID, &type_intp },
	{ TIOCOUTQ, &type_intp }, { FIONREAD, &type_intp }, { FIONBIO, &type_intp },
	{ FIOASYNC, &type_intp }, { FIOQSIZE, &type_u64p }, { TIOCGPTN, &type_uintp },
	{ TIOCSPTLCK, &type_intp }, { TIOCGPTLCK, &type_intp }, { TIOCPKT, &type_intp },
	{ TIOCGETD, &type_intp }, { TIOCSETD, &type_intp }, { TIOCGEXCL, &type_intp },
	{ TIOCMGET, &type_modem }, { TIOCMSET, &type_modem }, { TIOCMBIS, &type_modem },
	{ TIOCMBIC, &type_modem }, { TCFLSH, &type_flush }, { TCXONC, &type_flow },
	{ TIOCGPTPEER, &type_open_flags }, { TIOCSTI, &type_buf_in },
	{ FS_IOC_GETFLAGS, &type_inode_flags }, { FS_IOC_SETFLAGS, &type_inode_flags },
	{ FS_IOC_GETVERSION, &type_uintp }, { FICLONE, &type_fd },
	{ FICLONERANGE, &type_clone_range }, { FIGETBSZ, &type_intp }, { BLKGETSIZE64, &type_u64p },
	{ BLKSSZGET, &type_intp }, { BLKGETSIZE, &type_u64p }, { BLKROGET, &type_intp },
	{ SIOCGIFCONF, &type_ifconf }, { SIOCGIFNAME, &type_ifreq }, { SIOCGIFFLAGS, &type_ifreq },
	{ SIOCSIFFLAGS, &type_ifreq }, { SIOCGIFADDR, &type_ifreq }, { SIOCSIFADDR, &type_ifreq },
	{ SIOCGIFDSTADDR, &type_ifreq }, { SIOCGIFBRDADDR, &type_ifreq },
	{ SIOCSIFBRDADDR, &type_ifreq }, { SIOCGIFNETMASK, &type_ifreq },
	{ SIOCSIFNETMASK, &type_ifreq }, { SIOCGIFMETRIC, &type_ifreq },
	{ SIOCGIFMTU, &type_ifreq },
	{ SIOCSIFMTU, &type_ifreq }, { SIOCGIFHWADDR, &type_ifreq }, { SIOCGIFINDEX, &type_ifreq },
	{ SIOCGIFTXQLEN, &type_ifreq }, { SIOCATMARK, &type_intp }, { SIOCOUTQ, &type_intp },
	{ SIOCGPGRP, &type_intp }, { SIOCSPGRP, &type_intp }, { SIOCGSTAMP_OLD, &type_timeval },
};

/* Others: a plain value, or the bytes that the planner knew of. */
static const struct decode_type *argument_type(__u32 request)
{
	size_t i;

	for (i = 0; i < sizeof(by_request) / sizeof(by_request[0]); i++)
		if (by_request[i].request == request)
			return by_request[i].arg;
	return scap_ioctl_value(request) ? &type_long : &type_buf;
}

static void print_argument(struct decode *d, const struct decode_type *t, __u64 v)
{
	t = argument_type((__u32)d->call->args[1]);
	t->print(d, t, v);
}
const struct decode_type type_ioctl_arg = { .print = print_argument, .side = DECODE_BOTH };
