// SPDX-License-Identifier: GPL-2.0
/*
 * fcntl(2): commands, and the argument and the result that go with each.
 */
#include <linux/fcntl.h>

#include <format/decode-types.h>

static const struct decode_name commands[] = {
	NAME_ENUM(F_DUPFD), NAME_ENUM(F_GETFD), NAME_ENUM(F_SETFD), NAME_ENUM(F_GETFL),
	NAME_ENUM(F_SETFL), NAME_ENUM(F_GETLK), NAME_ENUM(F_SETLK), NAME_ENUM(F_SETLKW),
	NAME_ENUM(F_SETOWN), NAME_ENUM(F_GETOWN), NAME_ENUM(F_SETSIG), NAME_ENUM(F_GETSIG),
	NAME_ENUM(F_SETOWN_EX), NAME_ENUM(F_GETOWN_EX), NAME_ENUM(F_GETOWNER_UIDS),
	NAME_ENUM(F_OFD_GETLK), NAME_ENUM(F_OFD_SETLK), NAME_ENUM(F_OFD_SETLKW),
	NAME_ENUM(F_SETLEASE), NAME_ENUM(F_GETLEASE), NAME_ENUM_AS("F_DUPFD_QUERY", 1027),
	NAME_ENUM_AS("F_CREATED_QUERY", 1028), NAME_ENUM(F_CANCELLK), NAME_ENUM(F_DUPFD_CLOEXEC),
	NAME_ENUM(F_NOTIFY), NAME_ENUM(F_SETPIPE_SZ), NAME_ENUM(F_GETPIPE_SZ),
	NAME_ENUM(F_ADD_SEALS), NAME_ENUM(F_GET_SEALS), NAME_ENUM(F_GET_RW_HINT),
	NAME_ENUM(F_SET_RW_HINT), NAME_ENUM(F_GET_FILE_RW_HINT), NAME_ENUM(F_SET_FILE_RW_HINT),
};
const struct decode_type type_fcntl_cmd = DECODE_ENUM(4, commands);

static const struct decode_name fd_flags[] = { NAME_FLAG(FD_CLOEXEC) };
static const struct decode_type type_fd_flags = DECODE_FLAGS(4, fd_flags);

static const struct decode_name seals[] = {
	NAME_FLAG(F_SEAL_SEAL), NAME_FLAG(F_SEAL_SHRINK), NAME_FLAG(F_SEAL_GROW),
	NAME_FLAG(F_SEAL_WRITE), NAME_FLAG(F_SEAL_FUTURE_WRITE), NAME_FLAG_AS("F_SEAL_EXEC", 0x20),
};
static const struct decode_type type_seals = DECODE_FLAGS(4, seals);

static const struct decode_name lock_types[] = {
	NAME_ENUM(F_RDLCK), NAME_ENUM(F_WRLCK), NAME_ENUM(F_UNLCK),
};
static const struct decode_type type_lock = DECODE_ENUM(2, lock_types);
static const struct decode_type type_lease = DECODE_ENUM(4, lock_types);

static const struct decode_name notifications[] = {
	NAME_FLAG(DN_ACCESS), NAME_FLAG(DN_MODIFY), NAME_FLAG(DN_CREATE), NAME_FLAG(DN_DELETE),
	NAME_FLAG(DN_RENAME), NAME_FLAG(DN_ATTRIB), NAME_FLAG_AS("DN_MULTISHOT", 0x80000000u),
};
static const struct decode_type type_notifications = DECODE_FLAGS(4, notifications);

/* struct flock of the 64-bit ABI: type 2, whence 2, start 8, len 8, pid 4. */
static const struct decode_field flock_fields[] = {
	{ "l_type", 0, 2, FIELD_UNSIGNED, false, &type_lock },
	{ "l_whence", 2, 2, FIELD_UNSIGNED, false, &type_seek },
	{ "l_start", 8, 8, FIELD_SIGNED, false, NULL },
	{ "l_len", 16, 8, FIELD_SIGNED, false, NULL },
	{ "l_pid", 24, 4, FIELD_SIGNED, true, NULL },
};
static const struct decode_type type_flock = DECODE_STRUCT(32, DECODE_BOTH, flock_fields);

static const struct decode_name owner_types[] = {
	NAME_ENUM(F_OWNER_TID), NAME_ENUM(F_OWNER_PID), NAME_ENUM(F_OWNER_PGRP),
};
static const struct decode_type type_owner = DECODE_ENUM(4, owner_types);
static const struct decode_field owner_fields[] = {
	{ "type", 0, 4, FIELD_SIGNED, false, &type_owner },
	{ "pid", 4, 4, FIELD_SIGNED, false, NULL },
};
static const struct decode_type type_owner_ex = DECODE_STRUCT(8, DECODE_BOTH, owner_fields);

static const struct decode_name hints[] = {
	NAME_ENUM(RWH_WRITE_LIFE_NOT_SET), NAME_ENUM(RWH_WRITE_LIFE_NONE),
	NAME_ENUM(RWH_WRITE_LIFE_SHORT), NAME_ENUM(RWH_WRITE_LIFE_MEDIUM),
	NAME_ENUM(RWH_WRITE_LIFE_LONG), NAME_ENUM(RWH_WRITE_LIFE_EXTREME),
};
static const struct decode_type type_hint = DECODE_ENUM(8, hints);
static const struct decode_type type_hint_pointer =
	DECODE_NUMBERS(decode_number_pointer, DECODE_BOTH, &type_hint);

/* @arg: of the third argument, NULL: there is none; @result: NULL: a plain number. */
static const struct {
	__u32 cmd;
	const struct decode_type *arg, *result;
} by_command[] = {
	{ F_DUPFD, &type_fd, NULL }, { F_DUPFD_CLOEXEC, &type_fd, NULL },
	{ 1027, &type_fd, NULL }, { 1028, NULL, NULL },
	{ F_GETFD, NULL, &type_fd_flags }, { F_SETFD, &type_fd_flags, NULL },
	{ F_GETFL, NULL, &type_open_flags }, { F_SETFL, &type_open_flags, NULL },
	{ F_GETLK, &type_flock, NULL }, { F_SETLK, &type_flock, NULL },
	{ F_SETLKW, &type_flock, NULL }, { F_OFD_GETLK, &type_flock, NULL },
	{ F_OFD_SETLK, &type_flock, NULL }, { F_OFD_SETLKW, &type_flock, NULL },
	{ F_CANCELLK, &type_flock, NULL }, { F_SETOWN, &type_pid, NULL },
	{ F_GETOWN, NULL, NULL }, { F_SETSIG, &type_signo, NULL }, { F_GETSIG, NULL, NULL },
	{ F_SETOWN_EX, &type_owner_ex, NULL }, { F_GETOWN_EX, &type_owner_ex, NULL },
	{ F_GETOWNER_UIDS, &type_int_array, NULL }, { F_SETLEASE, &type_lease, NULL },
	{ F_GETLEASE, NULL, &type_lease }, { F_NOTIFY, &type_notifications, NULL },
	{ F_SETPIPE_SZ, &type_int, NULL }, { F_GETPIPE_SZ, NULL, NULL },
	{ F_ADD_SEALS, &type_seals, NULL }, { F_GET_SEALS, NULL, &type_seals },
	{ F_GET_RW_HINT, &type_hint_pointer, NULL }, { F_SET_RW_HINT, &type_hint_pointer, NULL },
	{ F_GET_FILE_RW_HINT, &type_hint_pointer, NULL },
	{ F_SET_FILE_RW_HINT, &type_hint_pointer, NULL },
};
#define COMMANDS (sizeof(by_command) / sizeof(by_command[0]))

static size_t find(__u64 cmd)
{
	size_t i;

	for (i = 0; i < COMMANDS && by_command[i].cmd != (__u32)cmd; i++)
		;
	return i;
}

static void print_argument(struct decode *d, const struct decode_type *t, __u64 v)
{
	size_t i = find(d->call->args[1]);

	t = i < COMMANDS ? by_command[i].arg : &type_hex;
	if (t)
		t->print(d, t, v);
}
const struct decode_type type_fcntl_arg = { .print = print_argument, .side = DECODE_BOTH };

bool decode_fcntl_has_arg(__u64 cmd)
{
	size_t i = find(cmd);

	return i == COMMANDS || by_command[i].arg;
}

const struct decode_type *decode_fcntl_result(__u64 cmd)
{
	size_t i = find(cmd);

	return i < COMMANDS ? by_command[i].result : NULL;
}
