// SPDX-License-Identifier: GPL-2.0
/*
 * What calls tell about files: stat and its kin, directory entries, names of
 * extended attributes. Of large structures the fields that are read first.
 */
#include <linux/fcntl.h>
#include <linux/magic.h>
#include <linux/stat.h>
#include <asm/statfs.h>

#include <format/decode-types.h>

/* A directory's first entries are enough to recognise it. */
#define DIRENTS_MAX 4

/*
 * Offsets of what is shown of struct stat (asm/stat.h of each architecture;
 * on arm64 asm-generic's).
 */
struct stat_layout {
	__u16 size, mode, rdev, bytes, mtime;
};
static const struct stat_layout layouts[] = {
	[SCAP_ARCH_X86_64] = { .size = 144, .mode = 24, .rdev = 40, .bytes = 48, .mtime = 88 },
	[SCAP_ARCH_ARM64] = { .size = 128, .mode = 16, .rdev = 32, .bytes = 48, .mtime = 88 },
};

static const struct stat_layout *stat_layout(const struct decode *d)
{
	return &layouts[d->arch == SCAP_ARCH_ARM64 ? SCAP_ARCH_ARM64 : SCAP_ARCH_X86_64];
}

bool decode_mode_is_device(__u64 mode)
{
	return (mode & S_IFMT) == S_IFCHR || (mode & S_IFMT) == S_IFBLK;
}

static void stat_at(struct decode *d, const struct decode_pointee *m, const void *p, size_t avail,
		    __u64 len)
{
	const struct stat_layout *at = stat_layout(d);
	const char *s = p;
	__u64 mode = decode_load(s + at->mode, 4);

	(void)m, (void)avail, (void)len;
	put_str(d, "{st_mode=");
	type_mode.print(d, &type_mode, mode);
	if (decode_mode_is_device(mode)) {
		put_str(d, ", st_rdev=");
		type_dev.print(d, &type_dev, decode_load(s + at->rdev, 8));
	} else {
		put_str(d, ", st_size=");
		put_signed(d, decode_load_signed(s + at->bytes, 8));
	}
	put_str(d, ", ...}");
}

static void print_stat(struct decode *d, const struct decode_type *t, __u64 v)
{
	struct decode_pointee m = { .at = stat_at, .need = stat_layout(d)->size };

	decode_pointer(d, &m, v, t->side);
}
const struct decode_type type_stat = { .print = print_stat, .side = DECODE_OUT };

/* ---- statx(2) ---- */

static const struct decode_name statx_masks[] = {
	NAME_FLAG_AS("STATX_ALL", 0xfff), NAME_FLAG(STATX_BASIC_STATS), NAME_FLAG(STATX_TYPE),
	NAME_FLAG(STATX_MODE), NAME_FLAG(STATX_NLINK), NAME_FLAG(STATX_UID), NAME_FLAG(STATX_GID),
	NAME_FLAG(STATX_ATIME), NAME_FLAG(STATX_MTIME), NAME_FLAG(STATX_CTIME),
	NAME_FLAG(STATX_INO), NAME_FLAG(STATX_SIZE), NAME_FLAG(STATX_BLOCKS),
	NAME_FLAG(STATX_BTIME), NAME_FLAG(STATX_MNT_ID), NAME_FLAG_AS("STATX_DIOALIGN", 0x2000),
	NAME_FLAG_AS("STATX_MNT_ID_UNIQUE", 0x4000), NAME_FLAG_AS("STATX_SUBVOL", 0x8000),
	NAME_FLAG_AS("STATX_WRITE_ATOMIC", 0x10000),
};
const struct decode_type type_statx_mask = DECODE_FLAGS(4, statx_masks);

static const struct decode_name statx_attributes[] = {
	NAME_FLAG(STATX_ATTR_COMPRESSED), NAME_FLAG(STATX_ATTR_IMMUTABLE),
	NAME_FLAG(STATX_ATTR_APPEND), NAME_FLAG(STATX_ATTR_NODUMP),
	NAME_FLAG(STATX_ATTR_ENCRYPTED), NAME_FLAG(STATX_ATTR_AUTOMOUNT),
	NAME_FLAG(STATX_ATTR_MOUNT_ROOT), NAME_FLAG(STATX_ATTR_VERITY), NAME_FLAG(STATX_ATTR_DAX),
};
static const struct decode_type type_attributes = DECODE_FLAGS(8, statx_attributes);

static const struct decode_field statx_fields[] = {
	FIELD_U(struct statx, stx_mask, &type_statx_mask),
	FIELD_U(struct statx, stx_attributes, &type_attributes),
	FIELD_U(struct statx, stx_mode, &type_mode),
	FIELD_U(struct statx, stx_size, NULL),
	{ .kind = FIELD_MORE },
};
const struct decode_type type_statx = DECODE_STRUCT(sizeof(struct statx), DECODE_OUT,
						    statx_fields);

/* ---- file systems ---- */

static const struct decode_name magics[] = {
	NAME_ENUM(EXT4_SUPER_MAGIC), NAME_ENUM(TMPFS_MAGIC), NAME_ENUM(PROC_SUPER_MAGIC),
	NAME_ENUM(SYSFS_MAGIC), NAME_ENUM(OVERLAYFS_SUPER_MAGIC), NAME_ENUM(XFS_SUPER_MAGIC),
	NAME_ENUM(BTRFS_SUPER_MAGIC), NAME_ENUM(CGROUP_SUPER_MAGIC), NAME_ENUM(CGROUP2_SUPER_MAGIC),
	NAME_ENUM(DEVPTS_SUPER_MAGIC), NAME_ENUM(RAMFS_MAGIC), NAME_ENUM(SQUASHFS_MAGIC),
	NAME_ENUM(NFS_SUPER_MAGIC), NAME_ENUM(V9FS_MAGIC), NAME_ENUM(DEBUGFS_MAGIC),
	NAME_ENUM(TRACEFS_MAGIC), NAME_ENUM(SECURITYFS_MAGIC), NAME_ENUM(SELINUX_MAGIC),
	NAME_ENUM(HUGETLBFS_MAGIC), NAME_ENUM(F2FS_SUPER_MAGIC), NAME_ENUM(MSDOS_SUPER_MAGIC),
	NAME_ENUM(ISOFS_SUPER_MAGIC), NAME_ENUM(AUTOFS_SUPER_MAGIC), NAME_ENUM(BPF_FS_MAGIC),
	NAME_ENUM(NSFS_MAGIC), NAME_ENUM(PIPEFS_MAGIC), NAME_ENUM(SOCKFS_MAGIC),
	NAME_ENUM(FUSE_SUPER_MAGIC), NAME_ENUM(ANON_INODE_FS_MAGIC),
};
static const struct decode_type type_magic = DECODE_ENUM(8, magics);

static const struct decode_name statfs_flags[] = {
	NAME_FLAG_AS("ST_VALID", 0x20), NAME_FLAG_AS("ST_RDONLY", 1), NAME_FLAG_AS("ST_NOSUID", 2),
	NAME_FLAG_AS("ST_NODEV", 4), NAME_FLAG_AS("ST_NOEXEC", 8),
	NAME_FLAG_AS("ST_SYNCHRONOUS", 0x10), NAME_FLAG_AS("ST_MANDLOCK", 0x40),
	NAME_FLAG_AS("ST_NOATIME", 0x400), NAME_FLAG_AS("ST_NODIRATIME", 0x800),
	NAME_FLAG_AS("ST_RELATIME", 0x1000), NAME_FLAG_AS("ST_NOSYMFOLLOW", 0x2000),
};
static const struct decode_type type_statfs_flags = DECODE_FLAGS(8, statfs_flags);

static const struct decode_type type_fsid_half = { .print = decode_hex, .width = 4 };
static const struct decode_field fsid_fields[] = {
	{ "val", 0, 8, FIELD_ARRAY, false, &type_fsid_half },
};
static const struct decode_type type_fsid = DECODE_STRUCT(8, DECODE_OUT, fsid_fields);

static const struct decode_field statfs_fields[] = {
	FIELD_U(struct statfs, f_type, &type_magic), FIELD_U(struct statfs, f_bsize, NULL),
	FIELD_U(struct statfs, f_blocks, NULL), FIELD_U(struct statfs, f_bfree, NULL),
	FIELD_U(struct statfs, f_bavail, NULL), FIELD_U(struct statfs, f_files, NULL),
	FIELD_U(struct statfs, f_ffree, NULL), FIELD_IN(struct statfs, f_fsid, &type_fsid),
	FIELD_U(struct statfs, f_namelen, NULL), FIELD_U(struct statfs, f_frsize, NULL),
	FIELD_U(struct statfs, f_flags, &type_statfs_flags),
};
const struct decode_type type_statfs = DECODE_STRUCT(sizeof(struct statfs), DECODE_OUT,
						     statfs_fields);

static const struct decode_field ustat_fields[] = {
	{ "f_tfree", 0, 4, FIELD_SIGNED, false, NULL },
	{ "f_tinode", 8, 8, FIELD_UNSIGNED, false, NULL },
	{ "f_fname", 16, 6, FIELD_CHARS, false, NULL },
	{ "f_fpack", 22, 6, FIELD_CHARS, false, NULL },
};
const struct decode_type type_ustat = DECODE_STRUCT(32, DECODE_OUT, ustat_fields);

static const struct decode_field cachestat_range_fields[] = {
	{ "off", 0, 8, FIELD_UNSIGNED, false, NULL }, { "len", 8, 8, FIELD_UNSIGNED, false, NULL },
};
const struct decode_type type_cachestat_range = DECODE_STRUCT(16, DECODE_IN,
							      cachestat_range_fields);

static const struct decode_field cachestat_fields[] = {
	{ "nr_cache", 0, 8, FIELD_UNSIGNED, false, NULL },
	{ "nr_dirty", 8, 8, FIELD_UNSIGNED, false, NULL },
	{ "nr_writeback", 16, 8, FIELD_UNSIGNED, false, NULL },
	{ "nr_evicted", 24, 8, FIELD_UNSIGNED, false, NULL },
	{ "nr_recently_evicted", 32, 8, FIELD_UNSIGNED, false, NULL },
};
const struct decode_type type_cachestat = DECODE_STRUCT(40, DECODE_OUT, cachestat_fields);

/* struct file_handle: two words, then as many bytes as the first one says. */
static void handle_at(struct decode *d, const struct decode_pointee *m, const void *p,
		      size_t avail, __u64 len)
{
	__u64 bytes = decode_load(p, 4);
	size_t have = avail - 8;

	(void)m, (void)len;
	put_str(d, "{handle_bytes=");
	put_unsigned(d, bytes);
	put_str(d, ", handle_type=");
	put_hex(d, decode_load((const char *)p + 4, 4));
	if (have) {
		bool cut = have < bytes;

		put_str(d, ", f_handle=");
		put_quoted(d, (const char *)p + 8, cut ? have : (size_t)bytes, cut);
	}
	put_char(d, '}');
}

static void print_handle(struct decode *d, const struct decode_type *t, __u64 v)
{
	static const struct decode_pointee m = { .at = handle_at, .need = 8 };

	decode_pointer(d, &m, v, t->side);
}
const struct decode_type type_file_handle = { .print = print_handle, .side = DECODE_BOTH };

/* ---- directories ---- */

static const struct decode_name entry_types[] = {
	NAME_ENUM_AS("DT_UNKNOWN", 0), NAME_ENUM_AS("DT_FIFO", 1), NAME_ENUM_AS("DT_CHR", 2),
	NAME_ENUM_AS("DT_DIR", 4), NAME_ENUM_AS("DT_BLK", 6), NAME_ENUM_AS("DT_REG", 8),
	NAME_ENUM_AS("DT_LNK", 10), NAME_ENUM_AS("DT_SOCK", 12), NAME_ENUM_AS("DT_WHT", 14),
};
static const struct decode_type type_entry = DECODE_ENUM(1, entry_types);

/*
 * ino 8, off 8, reclen 2; then getdents64: type 1, name; getdents: name, and
 * the type in the record's last byte (getdents(2)).
 */
#define ENTRY_HEAD 18

static void print_entry(struct decode *d, const char *e, size_t reclen, bool new)
{
	size_t name = new ? ENTRY_HEAD + 1 : ENTRY_HEAD;
	__u64 type = (unsigned char)(new ? e[ENTRY_HEAD] : e[reclen - 1]);

	put_str(d, "{d_ino=");
	put_unsigned(d, decode_load(e, 8));
	put_str(d, ", d_type=");
	decode_enum(d, &type_entry, type);
	put_str(d, ", d_name=");
	put_quoted(d, e + name, strnlen(e + name, reclen - name), false);
	put_char(d, '}');
}

static void entries_at(struct decode *d, const struct decode_pointee *m, const void *p,
		       size_t avail, __u64 len)
{
	bool new = m->type == &type_dirents64;
	const char *e = p;
	unsigned int n = 0;

	put_char(d, '[');
	while (avail >= ENTRY_HEAD) {
		size_t reclen = decode_load(e + 16, 2);

		if (reclen < ENTRY_HEAD + 2 || reclen > avail)
			break;
		if (n && n <= DIRENTS_MAX)
			put_str(d, ", ");
		if (n < DIRENTS_MAX)
			print_entry(d, e, reclen, new);
		else if (n == DIRENTS_MAX)
			put_str(d, "...");
		n++;
		e += reclen;
		avail -= reclen;
		len -= reclen;
	}
	put_char(d, ']');
	if (n <= DIRENTS_MAX && !len)
		return;
	put_str(d, " /* ");
	put_unsigned(d, n);
	put_str(d, len ? " entries or more */" : " entries */");
}

static void print_entries(struct decode *d, const struct decode_type *t, __u64 v)
{
	struct decode_pointee m = { .at = entries_at, .type = t };

	if (d->exiting && d->call->result == 0)
		put_str(d, "[]");
	else
		decode_pointer(d, &m, v, t->side);
}
const struct decode_type type_dirents = { .print = print_entries, .side = DECODE_OUT };
const struct decode_type type_dirents64 = { .print = print_entries, .side = DECODE_OUT };

/* ---- extended attributes ---- */

static void names_at(struct decode *d, const struct decode_pointee *m, const void *p, size_t avail,
		     __u64 len)
{
	const char *s = p;
	unsigned int i;

	(void)m;
	put_char(d, '[');
	for (i = 0; avail && i < DECODE_ARRAY_MAX; i++) {
		size_t n = strnlen(s, avail);

		if (i)
			put_str(d, ", ");
		put_quoted(d, s, n, n == avail && n < len);
		n += n < avail;
		s += n;
		avail -= n;
	}
	put_str(d, avail ? ", ...]" : "]");
}

static void print_names(struct decode *d, const struct decode_type *t, __u64 v)
{
	static const struct decode_pointee m = { .at = names_at };

	decode_pointer(d, &m, v, t->side);
}
const struct decode_type type_xattr_list = { .print = print_names, .side = DECODE_OUT };
