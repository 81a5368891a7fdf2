// SPDX-License-Identifier: GPL-2.0
/*
 * Files: how they are opened, what they are, where they lie. Flag words here;
 * the structures that calls fill are in decode-stat.c.
 */
#include <linux/close_range.h>
#include <linux/eventpoll.h>
#include <linux/fadvise.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/memfd.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <linux/xattr.h>

#include <format/decode-types.h>

/* ---- open(2) ---- */

/* Before and behind the four on which the architectures do not agree (asm/fcntl.h of each). */
#define OPEN_FIRST \
	NAME_FIELD(O_RDONLY, O_ACCMODE), NAME_FIELD(O_WRONLY, O_ACCMODE), \
	NAME_FIELD(O_RDWR, O_ACCMODE), NAME_FIELD(O_ACCMODE, O_ACCMODE), NAME_FLAG(O_CREAT), \
	NAME_FLAG(O_EXCL), NAME_FLAG(O_NOCTTY), NAME_FLAG(O_TRUNC), NAME_FLAG(O_APPEND), \
	NAME_FLAG(O_NONBLOCK), NAME_FLAG_AS("O_SYNC", 04010000), NAME_FLAG_AS("O_DSYNC", 010000), \
	NAME_FLAG_AS("O_ASYNC", 020000)
#define OPEN_LAST \
	NAME_FLAG(O_NOATIME), NAME_FLAG(O_CLOEXEC), NAME_FLAG(O_PATH)

static const struct decode_name open_x86_64[] = {
	OPEN_FIRST, NAME_FLAG_AS("O_DIRECT", 040000), NAME_FLAG_AS("O_LARGEFILE", 0100000),
	NAME_FLAG_AS("O_NOFOLLOW", 0400000), OPEN_LAST, NAME_FLAG_AS("O_TMPFILE", 020200000),
	NAME_FLAG_AS("O_DIRECTORY", 0200000),
};
static const struct decode_name open_arm64[] = {
	OPEN_FIRST, NAME_FLAG_AS("O_DIRECT", 0200000), NAME_FLAG_AS("O_LARGEFILE", 0400000),
	NAME_FLAG_AS("O_NOFOLLOW", 0100000), OPEN_LAST, NAME_FLAG_AS("O_TMPFILE", 020040000),
	NAME_FLAG_AS("O_DIRECTORY", 040000),
};
static const struct decode_type open_flags[] = {
	[SCAP_ARCH_X86_64] = DECODE_FLAGS(4, open_x86_64),
	[SCAP_ARCH_ARM64] = DECODE_FLAGS(4, open_arm64),
};

static void print_open_flags(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	t = &open_flags[d->arch == SCAP_ARCH_ARM64 ? SCAP_ARCH_ARM64 : SCAP_ARCH_X86_64];
	decode_flags(d, t, v);
}
const struct decode_type type_open_flags = { .print = print_open_flags, .width = 4 };

#define O_CREAT_OR_TMPFILE (O_CREAT | 020000000)

bool decode_open_makes_file(__u64 flags)
{
	return flags & O_CREAT_OR_TMPFILE;
}

/* Descriptor flags of other calls: without O_RDONLY for 0. */
static const struct decode_name dup_flags[] = { NAME_FLAG(O_CLOEXEC) };
const struct decode_type type_dup_flags = DECODE_FLAGS(4, dup_flags);

static const struct decode_name pipe_x86_64[] = {
	NAME_FLAG(O_CLOEXEC), NAME_FLAG(O_NONBLOCK), NAME_FLAG_AS("O_DIRECT", 040000),
	NAME_FLAG_AS("O_NOTIFICATION_PIPE", 0200),
};
static const struct decode_name pipe_arm64[] = {
	NAME_FLAG(O_CLOEXEC), NAME_FLAG(O_NONBLOCK), NAME_FLAG_AS("O_DIRECT", 0200000),
	NAME_FLAG_AS("O_NOTIFICATION_PIPE", 0200),
};
static const struct decode_type pipe_flags[] = {
	DECODE_FLAGS(4, pipe_x86_64), DECODE_FLAGS(4, pipe_arm64),
};

static void print_pipe_flags(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	decode_flags(d, &pipe_flags[d->arch == SCAP_ARCH_ARM64], v);
}
const struct decode_type type_pipe_flags = { .print = print_pipe_flags, .width = 4 };

static const struct decode_name resolve_flags[] = {
	NAME_FLAG(RESOLVE_NO_XDEV), NAME_FLAG(RESOLVE_NO_MAGICLINKS),
	NAME_FLAG(RESOLVE_NO_SYMLINKS), NAME_FLAG(RESOLVE_BENEATH), NAME_FLAG(RESOLVE_IN_ROOT),
	NAME_FLAG(RESOLVE_CACHED),
};
static const struct decode_type type_resolve = DECODE_FLAGS(8, resolve_flags);

static const struct decode_field open_how_fields[] = {
	FIELD_U(struct open_how, flags, &type_open_flags),
	FIELD_U0(struct open_how, mode, &type_mode),
	FIELD_U0(struct open_how, resolve, &type_resolve),
};
const struct decode_type type_open_how = DECODE_STRUCT(sizeof(struct open_how), DECODE_IN,
						       open_how_fields);

/* ---- paths ---- */

static const struct decode_name at_flags[] = {
	NAME_FLAG_AS("AT_SYMLINK_NOFOLLOW", 0x100), NAME_FLAG_AS("AT_SYMLINK_FOLLOW", 0x400),
	NAME_FLAG_AS("AT_NO_AUTOMOUNT", 0x800), NAME_FLAG_AS("AT_EMPTY_PATH", 0x1000),
	NAME_FLAG_AS("AT_STATX_FORCE_SYNC", 0x2000), NAME_FLAG_AS("AT_STATX_DONT_SYNC", 0x4000),
	NAME_FLAG_AS("AT_RECURSIVE", 0x8000),
};
static const struct decode_type plain_at = DECODE_FLAGS(4, at_flags);

/* statx(2) names the absence of a synchronisation wish. */
static const struct decode_name statx_at_flags[] = {
	{ 0, 0x6000, "AT_STATX_SYNC_AS_STAT" },
	NAME_FLAG_AS("AT_STATX_FORCE_SYNC", 0x2000), NAME_FLAG_AS("AT_STATX_DONT_SYNC", 0x4000),
	NAME_FLAG_AS("AT_SYMLINK_NOFOLLOW", 0x100), NAME_FLAG_AS("AT_NO_AUTOMOUNT", 0x800),
	NAME_FLAG_AS("AT_EMPTY_PATH", 0x1000),
};
static const struct decode_type statx_at = DECODE_FLAGS(4, statx_at_flags);

/* faccessat2(2) gives the bit of AT_REMOVEDIR another meaning. */
static const struct decode_name access_at_flags[] = {
	NAME_FLAG_AS("AT_EACCESS", 0x200), NAME_FLAG_AS("AT_SYMLINK_NOFOLLOW", 0x100),
	NAME_FLAG_AS("AT_EMPTY_PATH", 0x1000),
};
static const struct decode_type access_at = DECODE_FLAGS(4, access_at_flags);

static void print_at_flags(struct decode *d, const struct decode_type *t, __u64 v)
{
	const char *call = d->row ? d->row->name : "";

	if (!strcmp(call, "statx"))
		t = &statx_at;
	else if (!strcmp(call, "faccessat2"))
		t = &access_at;
	else
		t = &plain_at;
	decode_flags(d, t, v);
}
const struct decode_type type_at_flags = { .print = print_at_flags, .width = 4 };

static const struct decode_name unlink_flags[] = { NAME_FLAG_AS("AT_REMOVEDIR", 0x200) };
const struct decode_type type_unlink_flags = DECODE_FLAGS(4, unlink_flags);

static const struct decode_name access_modes[] = {
	NAME_ENUM_AS("F_OK", 0), NAME_FLAG_AS("R_OK", 4), NAME_FLAG_AS("W_OK", 2),
	NAME_FLAG_AS("X_OK", 1),
};
const struct decode_type type_access_mode = DECODE_FLAGS(4, access_modes);

static const struct decode_name rename_flags[] = {
	NAME_FLAG(RENAME_NOREPLACE), NAME_FLAG(RENAME_EXCHANGE), NAME_FLAG(RENAME_WHITEOUT),
};
const struct decode_type type_rename_flags = DECODE_FLAGS(4, rename_flags);

static const struct decode_name xattr_flags[] = {
	NAME_FLAG(XATTR_CREATE), NAME_FLAG(XATTR_REPLACE),
};
const struct decode_type type_xattr_flags = DECODE_FLAGS(4, xattr_flags);

/* ---- mode and device ---- */

static const struct decode_name formats[] = {
	NAME_ENUM(S_IFREG), NAME_ENUM(S_IFDIR), NAME_ENUM(S_IFLNK), NAME_ENUM(S_IFCHR),
	NAME_ENUM(S_IFBLK), NAME_ENUM(S_IFIFO), NAME_ENUM(S_IFSOCK),
};
static const struct decode_type type_format = DECODE_ENUM(4, formats);

static void print_mode(struct decode *d, const struct decode_type *t, __u64 v)
{
	__u32 mode = (__u32)v;
	const char *format = decode_enum_name(&type_format, mode & S_IFMT);

	(void)t;
	if (format) {
		static const struct decode_name bits[] = {
			NAME_FLAG(S_ISUID), NAME_FLAG(S_ISGID), NAME_FLAG(S_ISVTX),
		};
		static const struct decode_type special = DECODE_FLAGS(4, bits);

		put_str(d, format);
		put_char(d, '|');
		if (mode & 07000) {
			decode_flags(d, &special, mode & 07000);
			put_char(d, '|');
		}
		mode &= 0777;
	}
	/* Permissions are read in threes of octal digits. */
	put_octal(d, mode >> 6);
	put_char(d, (char)('0' + ((mode >> 3) & 7)));
	put_char(d, (char)('0' + (mode & 7)));
}
const struct decode_type type_mode = { .print = print_mode, .width = 4 };

/* Layout of dev_t as user space sees it (makedev(3)). */
static void print_dev(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	put_str(d, "makedev(");
	put_hex(d, ((v >> 8) & 0xfff) | ((v >> 32) & ~0xfffull));
	put_str(d, ", ");
	put_hex(d, (v & 0xff) | ((v >> 12) & 0xffffff00));
	put_char(d, ')');
}
const struct decode_type type_dev = { .print = print_dev, .width = 8 };

/* ---- positions and ranges ---- */

static const struct decode_name whence[] = {
	NAME_ENUM_AS("SEEK_SET", 0), NAME_ENUM_AS("SEEK_CUR", 1), NAME_ENUM_AS("SEEK_END", 2),
	NAME_ENUM_AS("SEEK_DATA", 3), NAME_ENUM_AS("SEEK_HOLE", 4),
};
const struct decode_type type_seek = DECODE_ENUM(4, whence);

static const struct decode_name falloc_modes[] = {
	NAME_FLAG(FALLOC_FL_KEEP_SIZE), NAME_FLAG(FALLOC_FL_PUNCH_HOLE),
	NAME_FLAG(FALLOC_FL_NO_HIDE_STALE), NAME_FLAG(FALLOC_FL_COLLAPSE_RANGE),
	NAME_FLAG(FALLOC_FL_ZERO_RANGE), NAME_FLAG(FALLOC_FL_INSERT_RANGE),
	NAME_FLAG(FALLOC_FL_UNSHARE_RANGE),
};
const struct decode_type type_falloc_mode = DECODE_FLAGS(4, falloc_modes);

static const struct decode_name fadvise[] = {
	NAME_ENUM(POSIX_FADV_NORMAL), NAME_ENUM(POSIX_FADV_RANDOM),
	NAME_ENUM(POSIX_FADV_SEQUENTIAL), NAME_ENUM(POSIX_FADV_WILLNEED),
	NAME_ENUM(POSIX_FADV_DONTNEED), NAME_ENUM(POSIX_FADV_NOREUSE),
};
const struct decode_type type_fadvise = DECODE_ENUM(4, fadvise);

static const struct decode_name sync_range[] = {
	NAME_FLAG(SYNC_FILE_RANGE_WAIT_BEFORE), NAME_FLAG(SYNC_FILE_RANGE_WRITE),
	NAME_FLAG(SYNC_FILE_RANGE_WAIT_AFTER),
};
const struct decode_type type_sync_range = DECODE_FLAGS(4, sync_range);

static const struct decode_name rwf_flags[] = {
	NAME_FLAG(RWF_HIPRI), NAME_FLAG(RWF_DSYNC), NAME_FLAG(RWF_SYNC), NAME_FLAG(RWF_NOWAIT),
	NAME_FLAG(RWF_APPEND), NAME_FLAG_AS("RWF_NOAPPEND", 0x20), NAME_FLAG_AS("RWF_ATOMIC", 0x40),
};
const struct decode_type type_rwf_flags = DECODE_FLAGS(4, rwf_flags);

static const struct decode_name splice_flags[] = {
	NAME_FLAG_AS("SPLICE_F_MOVE", 1), NAME_FLAG_AS("SPLICE_F_NONBLOCK", 2),
	NAME_FLAG_AS("SPLICE_F_MORE", 4), NAME_FLAG_AS("SPLICE_F_GIFT", 8),
};
const struct decode_type type_splice_flags = DECODE_FLAGS(4, splice_flags);

/* ---- special descriptors ---- */

static const struct decode_name memfd_flags[] = {
	NAME_FLAG(MFD_CLOEXEC), NAME_FLAG(MFD_ALLOW_SEALING), NAME_FLAG(MFD_HUGETLB),
	NAME_FLAG_AS("MFD_NOEXEC_SEAL", 8), NAME_FLAG_AS("MFD_EXEC", 0x10),
};
const struct decode_type type_memfd_flags = DECODE_FLAGS(4, memfd_flags);

static const struct decode_name close_range_flags[] = {
	NAME_FLAG(CLOSE_RANGE_UNSHARE), NAME_FLAG(CLOSE_RANGE_CLOEXEC),
};
const struct decode_type type_close_range_flags = DECODE_FLAGS(4, close_range_flags);

static const struct decode_name eventfd_flags[] = {
	NAME_FLAG_AS("EFD_SEMAPHORE", 1), NAME_FLAG_AS("EFD_CLOEXEC", O_CLOEXEC),
	NAME_FLAG_AS("EFD_NONBLOCK", O_NONBLOCK),
};
const struct decode_type type_efd_flags = DECODE_FLAGS(4, eventfd_flags);

static const struct decode_name signalfd_flags[] = {
	NAME_FLAG_AS("SFD_CLOEXEC", O_CLOEXEC), NAME_FLAG_AS("SFD_NONBLOCK", O_NONBLOCK),
};
const struct decode_type type_sfd_flags = DECODE_FLAGS(4, signalfd_flags);

static const struct decode_name flock_ops[] = {
	NAME_FIELD(LOCK_SH, 0xb), NAME_FIELD(LOCK_EX, 0xb), NAME_FIELD(LOCK_UN, 0xb),
	NAME_FLAG(LOCK_NB), NAME_FLAG(LOCK_MAND),
};
const struct decode_type type_flock_op = DECODE_FLAGS(4, flock_ops);
