// SPDX-License-Identifier: GPL-2.0
/*
 * Mounting, quota and swap.
 */
#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/quota.h>

#include <format/decode-types.h>

static const struct decode_name mount_flags[] = {
	NAME_FIELD(MS_MGC_VAL, MS_MGC_MSK), NAME_FLAG(MS_RDONLY), NAME_FLAG(MS_NOSUID),
	NAME_FLAG(MS_NODEV), NAME_FLAG(MS_NOEXEC), NAME_FLAG(MS_SYNCHRONOUS), NAME_FLAG(MS_REMOUNT),
	NAME_FLAG(MS_MANDLOCK), NAME_FLAG(MS_DIRSYNC), NAME_FLAG(MS_NOSYMFOLLOW),
	NAME_FLAG(MS_NOATIME), NAME_FLAG(MS_NODIRATIME), NAME_FLAG(MS_BIND), NAME_FLAG(MS_MOVE),
	NAME_FLAG(MS_REC), NAME_FLAG(MS_SILENT), NAME_FLAG(MS_POSIXACL), NAME_FLAG(MS_UNBINDABLE),
	NAME_FLAG(MS_PRIVATE), NAME_FLAG(MS_SLAVE), NAME_FLAG(MS_SHARED), NAME_FLAG(MS_RELATIME),
	NAME_FLAG(MS_KERNMOUNT), NAME_FLAG(MS_I_VERSION), NAME_FLAG(MS_STRICTATIME),
	NAME_FLAG(MS_LAZYTIME),
};
const struct decode_type type_mount_flags = DECODE_FLAGS(8, mount_flags);

static const struct decode_name umount_flags[] = {
	NAME_FLAG_AS("MNT_FORCE", 1), NAME_FLAG_AS("MNT_DETACH", 2), NAME_FLAG_AS("MNT_EXPIRE", 4),
	NAME_FLAG_AS("UMOUNT_NOFOLLOW", 8),
};
const struct decode_type type_umount_flags = DECODE_FLAGS(4, umount_flags);

static const struct decode_name open_tree_flags[] = {
	NAME_FLAG(OPEN_TREE_CLONE), NAME_FLAG_AS("OPEN_TREE_CLOEXEC", 02000000),
	NAME_FLAG_AS("AT_SYMLINK_NOFOLLOW", 0x100), NAME_FLAG_AS("AT_NO_AUTOMOUNT", 0x800),
	NAME_FLAG_AS("AT_EMPTY_PATH", 0x1000), NAME_FLAG_AS("AT_RECURSIVE", 0x8000),
};
const struct decode_type type_open_tree_flags = DECODE_FLAGS(4, open_tree_flags);

static const struct decode_name move_mount_flags[] = {
	NAME_FLAG(MOVE_MOUNT_F_SYMLINKS), NAME_FLAG(MOVE_MOUNT_F_AUTOMOUNTS),
	NAME_FLAG(MOVE_MOUNT_F_EMPTY_PATH), NAME_FLAG(MOVE_MOUNT_T_SYMLINKS),
	NAME_FLAG(MOVE_MOUNT_T_AUTOMOUNTS), NAME_FLAG(MOVE_MOUNT_T_EMPTY_PATH),
	NAME_FLAG(MOVE_MOUNT_SET_GROUP), NAME_FLAG_AS("MOVE_MOUNT_BENEATH", 0x200),
};
const struct decode_type type_move_mount_flags = DECODE_FLAGS(4, move_mount_flags);

static const struct decode_name fsopen_flags[] = { NAME_FLAG(FSOPEN_CLOEXEC) };
const struct decode_type type_fsopen_flags = DECODE_FLAGS(4, fsopen_flags);

static const struct decode_name fsmount_flags[] = { NAME_FLAG(FSMOUNT_CLOEXEC) };
const struct decode_type type_fsmount_flags = DECODE_FLAGS(4, fsmount_flags);

static const struct decode_name fspick_flags[] = {
	NAME_FLAG(FSPICK_CLOEXEC), NAME_FLAG(FSPICK_SYMLINK_NOFOLLOW),
	NAME_FLAG(FSPICK_NO_AUTOMOUNT), NAME_FLAG(FSPICK_EMPTY_PATH),
};
const struct decode_type type_fspick_flags = DECODE_FLAGS(4, fspick_flags);

static const struct decode_name fsconfig_commands[] = {
	NAME_ENUM(FSCONFIG_SET_FLAG), NAME_ENUM(FSCONFIG_SET_STRING),
	NAME_ENUM(FSCONFIG_SET_BINARY),
	NAME_ENUM(FSCONFIG_SET_PATH), NAME_ENUM(FSCONFIG_SET_PATH_EMPTY),
	NAME_ENUM(FSCONFIG_SET_FD),
	NAME_ENUM(FSCONFIG_CMD_CREATE), NAME_ENUM(FSCONFIG_CMD_RECONFIGURE),
	NAME_ENUM_AS("FSCONFIG_CMD_CREATE_EXCL", 8),
};
const struct decode_type type_fsconfig_cmd = DECODE_ENUM(4, fsconfig_commands);

static void print_fsconfig_value(struct decode *d, const struct decode_type *t, __u64 v)
{
	t = (__u32)d->call->args[1] == FSCONFIG_SET_BINARY ? &type_buf_in : &type_str;
	t->print(d, t, v);
}
const struct decode_type type_fsconfig_value = { .print = print_fsconfig_value,
						 .side = DECODE_IN };

static const struct decode_name mount_attributes[] = {
	NAME_FLAG(MOUNT_ATTR_RDONLY), NAME_FLAG(MOUNT_ATTR_NOSUID), NAME_FLAG(MOUNT_ATTR_NODEV),
	NAME_FLAG(MOUNT_ATTR_NOEXEC), NAME_FIELD(MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME),
	NAME_FIELD(MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME), NAME_FLAG(MOUNT_ATTR_NODIRATIME),
	NAME_FLAG(MOUNT_ATTR_IDMAP), NAME_FLAG(MOUNT_ATTR_NOSYMFOLLOW),
};
const struct decode_type type_mount_attr_flags = DECODE_FLAGS(8, mount_attributes);

static const struct decode_name propagations[] = {
	NAME_FLAG(MS_UNBINDABLE), NAME_FLAG(MS_PRIVATE), NAME_FLAG(MS_SLAVE), NAME_FLAG(MS_SHARED),
};
static const struct decode_type type_propagation = DECODE_FLAGS(8, propagations);

static const struct decode_field mount_attr_fields[] = {
	FIELD_U(struct mount_attr, attr_set, &type_mount_attr_flags),
	FIELD_U(struct mount_attr, attr_clr, &type_mount_attr_flags),
	FIELD_U(struct mount_attr, propagation, &type_propagation),
	FIELD_U(struct mount_attr, userns_fd, NULL),
};
const struct decode_type type_mount_attr = DECODE_STRUCT(32, DECODE_IN, mount_attr_fields);

/* statmount(2), listmount(2): size 4, spare 4, mnt_id 8, param 8 */
static const struct decode_field mnt_id_fields[] = {
	{ "size", 0, 4, FIELD_UNSIGNED, false, NULL },
	{ "mnt_id", 8, 8, FIELD_UNSIGNED, false, &type_hex },
	{ "param", 16, 8, FIELD_UNSIGNED, false, &type_hex },
};
const struct decode_type type_mnt_id_req = DECODE_STRUCT(24, DECODE_IN, mnt_id_fields);

/* struct statmount: size 4, spare 4, mask 8, sb_dev_major 4, minor 4, sb_magic 8, sb_flags 4 */
static const struct decode_field statmount_fields[] = {
	{ "size", 0, 4, FIELD_UNSIGNED, false, NULL },
	{ "mask", 8, 8, FIELD_UNSIGNED, false, &type_hex },
	{ "sb_dev_major", 16, 4, FIELD_UNSIGNED, false, NULL },
	{ "sb_dev_minor", 20, 4, FIELD_UNSIGNED, false, NULL },
	{ "sb_magic", 24, 8, FIELD_UNSIGNED, false, &type_hex },
	{ .kind = FIELD_MORE },
};
const struct decode_type type_statmount = DECODE_STRUCT(32, DECODE_OUT, statmount_fields);

/* ---- quota ---- */

static const struct decode_name quota_commands[] = {
	NAME_ENUM(Q_SYNC), NAME_ENUM(Q_QUOTAON), NAME_ENUM(Q_QUOTAOFF), NAME_ENUM(Q_GETFMT),
	NAME_ENUM(Q_GETINFO), NAME_ENUM(Q_SETINFO), NAME_ENUM(Q_GETQUOTA), NAME_ENUM(Q_SETQUOTA),
	NAME_ENUM(Q_GETNEXTQUOTA), NAME_ENUM_AS("Q_XQUOTAON", 0x5801),
	NAME_ENUM_AS("Q_XQUOTAOFF", 0x5802), NAME_ENUM_AS("Q_XGETQUOTA", 0x5803),
	NAME_ENUM_AS("Q_XSETQLIM", 0x5804), NAME_ENUM_AS("Q_XGETQSTAT", 0x5805),
	NAME_ENUM_AS("Q_XQUOTARM", 0x5806), NAME_ENUM_AS("Q_XQUOTASYNC", 0x5807),
	NAME_ENUM_AS("Q_XGETQSTATV", 0x5808), NAME_ENUM_AS("Q_XGETNEXTQUOTA", 0x5809),
};
static const struct decode_type type_quota_command = DECODE_ENUM(4, quota_commands);

static const struct decode_name quota_kinds[] = {
	NAME_ENUM(USRQUOTA), NAME_ENUM(GRPQUOTA), NAME_ENUM(PRJQUOTA),
};
static const struct decode_type type_quota_kind = DECODE_ENUM(1, quota_kinds);

static void print_quota_command(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	put_str(d, "QCMD(");
	decode_enum(d, &type_quota_command, (__u32)v >> SUBCMDSHIFT);
	put_str(d, ", ");
	decode_enum(d, &type_quota_kind, v & SUBCMDMASK);
	put_char(d, ')');
}
const struct decode_type type_quotactl_cmd = { .print = print_quota_command, .width = 4 };

static const struct decode_field dqblk_fields[] = {
	FIELD_U(struct if_dqblk, dqb_bhardlimit, NULL),
	FIELD_U(struct if_dqblk, dqb_bsoftlimit, NULL),
	FIELD_U(struct if_dqblk, dqb_curspace, NULL),
	FIELD_U(struct if_dqblk, dqb_ihardlimit, NULL),
	FIELD_U(struct if_dqblk, dqb_isoftlimit, NULL),
	FIELD_U(struct if_dqblk, dqb_curinodes, NULL),
	{ .kind = FIELD_MORE },
};
static const struct decode_type type_dqblk =
	DECODE_STRUCT(offsetof(struct if_dqblk, dqb_btime), DECODE_BOTH, dqblk_fields);

static const struct decode_field dqinfo_fields[] = {
	FIELD_U(struct if_dqinfo, dqi_bgrace, NULL), FIELD_U(struct if_dqinfo, dqi_igrace, NULL),
	FIELD_U(struct if_dqinfo, dqi_flags, &type_hex),
	FIELD_U(struct if_dqinfo, dqi_valid, &type_hex),
};
static const struct decode_type type_dqinfo = DECODE_STRUCT(24, DECODE_BOTH, dqinfo_fields);

/* quotactl(cmd, special, id, addr), quotactl_fd(fd, cmd, id, addr): the command's place differs. */
static void print_quota_argument(struct decode *d, const struct decode_type *t, __u64 v)
{
	bool by_fd = d->row && !strcmp(d->row->name, "quotactl_fd");

	switch ((__u32)d->call->args[by_fd] >> SUBCMDSHIFT) {
	case Q_QUOTAON:
		t = &type_path;
		break;
	case Q_GETQUOTA:
	case Q_SETQUOTA:
	case Q_GETNEXTQUOTA:
		t = &type_dqblk;
		break;
	case Q_GETINFO:
	case Q_SETINFO:
		t = &type_dqinfo;
		break;
	case Q_GETFMT:
		t = &type_uintp;
		break;
	default:
		t = &type_ptr;
	}
	t->print(d, t, v);
}
const struct decode_type type_quotactl_arg = { .print = print_quota_argument, .side = DECODE_BOTH };

static const struct decode_name swap_flags[] = {
	NAME_FLAG_AS("SWAP_FLAG_PREFER", 0x8000), NAME_FLAG_AS("SWAP_FLAG_DISCARD", 0x10000),
	NAME_FLAG_AS("SWAP_FLAG_DISCARD_ONCE", 0x20000),
	NAME_FLAG_AS("SWAP_FLAG_DISCARD_PAGES", 0x40000),
};
const struct decode_type type_swap_flags = DECODE_FLAGS(4, swap_flags);
