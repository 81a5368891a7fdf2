// SPDX-License-Identifier: GPL-2.0
/*
 * System V and POSIX message queues, semaphores, shared memory; keys.
 */
#include <linux/ipc.h>
#include <linux/keyctl.h>
#include <linux/mqueue.h>
#include <linux/msg.h>
#include <linux/sem.h>
#include <linux/shm.h>

#include <format/decode-types.h>

static void print_key(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	if ((__u32)v)
		put_hex(d, (__u32)v);
	else
		put_str(d, "IPC_PRIVATE");
}
const struct decode_type type_ipc_key = { .print = print_key, .width = 4 };

/* Creation flags and permissions share a word. */
#define PERMISSIONS 0777

static void print_with_mode(struct decode *d, const struct decode_type *t, __u64 v)
{
	__u64 flags = (__u32)v & ~(__u32)PERMISSIONS;

	if (flags) {
		decode_flags(d, t->table, flags);
		put_char(d, '|');
	}
	type_mode.print(d, &type_mode, v & PERMISSIONS);
}

static const struct decode_name ipcget_flags[] = { NAME_FLAG(IPC_CREAT), NAME_FLAG(IPC_EXCL) };
static const struct decode_type ipcget_names = DECODE_FLAGS(4, ipcget_flags);
const struct decode_type type_ipcget_flags = { .print = print_with_mode, .table = &ipcget_names };

static const struct decode_name shmget_flags[] = {
	NAME_FLAG(IPC_CREAT), NAME_FLAG(IPC_EXCL), NAME_FLAG(SHM_HUGETLB), NAME_FLAG(SHM_NORESERVE),
};
static const struct decode_type shmget_names = DECODE_FLAGS(4, shmget_flags);
const struct decode_type type_shmget_flags = { .print = print_with_mode, .table = &shmget_names };

static const struct decode_name shmat_flags[] = {
	NAME_FLAG(SHM_RDONLY), NAME_FLAG(SHM_RND), NAME_FLAG(SHM_REMAP), NAME_FLAG(SHM_EXEC),
};
const struct decode_type type_shmat_flags = DECODE_FLAGS(4, shmat_flags);

static const struct decode_name message_flags[] = {
	NAME_FLAG(IPC_NOWAIT), NAME_FLAG(MSG_NOERROR), NAME_FLAG(MSG_EXCEPT), NAME_FLAG(MSG_COPY),
};
const struct decode_type type_msgrcv_flags = DECODE_FLAGS(4, message_flags);

/* ---- control ---- */

#define IPC_64_BIT 0x100	/* 32-bit callers set it; harmless elsewhere */

#define CONTROL_EVERYWHERE \
	NAME_ENUM(IPC_RMID), NAME_ENUM(IPC_SET), NAME_ENUM(IPC_STAT), NAME_ENUM(IPC_INFO)

static const struct decode_name shm_commands[] = {
	CONTROL_EVERYWHERE, NAME_ENUM(SHM_LOCK), NAME_ENUM(SHM_UNLOCK), NAME_ENUM(SHM_STAT),
	NAME_ENUM(SHM_INFO), NAME_ENUM(SHM_STAT_ANY),
};
const struct decode_type type_shmctl_cmd = DECODE_ENUM(4, shm_commands);

static const struct decode_name sem_commands[] = {
	CONTROL_EVERYWHERE, NAME_ENUM(GETPID), NAME_ENUM(GETVAL), NAME_ENUM(GETALL),
	NAME_ENUM(GETNCNT), NAME_ENUM(GETZCNT), NAME_ENUM(SETVAL), NAME_ENUM(SETALL),
	NAME_ENUM(SEM_STAT), NAME_ENUM(SEM_INFO), NAME_ENUM(SEM_STAT_ANY),
};
const struct decode_type type_semctl_cmd = DECODE_ENUM(4, sem_commands);

static const struct decode_name msg_commands[] = {
	CONTROL_EVERYWHERE, NAME_ENUM(MSG_STAT), NAME_ENUM(MSG_INFO), NAME_ENUM(MSG_STAT_ANY),
};
const struct decode_type type_msgctl_cmd = DECODE_ENUM(4, msg_commands);

/* struct ipc64_perm of asm-generic/ipcbuf.h, 48 bytes */
static const struct decode_field perm_fields[] = {
	{ "key", 0, 4, FIELD_UNSIGNED, false, &type_ipc_key },
	{ "uid", 4, 4, FIELD_UNSIGNED, false, &type_uid },
	{ "gid", 8, 4, FIELD_UNSIGNED, false, &type_gid },
	{ "mode", 20, 4, FIELD_UNSIGNED, false, &type_mode },
};
static const struct decode_type type_perm = DECODE_STRUCT(48, DECODE_BOTH, perm_fields);

static const struct decode_field shmid_fields[] = {
	{ "shm_perm", 0, 48, FIELD_STRUCT, false, &type_perm },
	{ "shm_segsz", 48, 8, FIELD_UNSIGNED, false, NULL },
	{ "shm_cpid", 80, 4, FIELD_SIGNED, false, NULL },
	{ "shm_lpid", 84, 4, FIELD_SIGNED, false, NULL },
	{ "shm_nattch", 88, 8, FIELD_UNSIGNED, false, NULL },
};
static const struct decode_type type_shmid = DECODE_STRUCT(112, DECODE_BOTH, shmid_fields);

static const struct decode_field msqid_fields[] = {
	{ "msg_perm", 0, 48, FIELD_STRUCT, false, &type_perm },
	{ "msg_cbytes", 72, 8, FIELD_UNSIGNED, false, NULL },
	{ "msg_qnum", 80, 8, FIELD_UNSIGNED, false, NULL },
	{ "msg_qbytes", 88, 8, FIELD_UNSIGNED, false, NULL },
};
static const struct decode_type type_msqid = DECODE_STRUCT(120, DECODE_BOTH, msqid_fields);

/* x86-64 pads each time, arm64 does not (asm/sembuf.h). */
#define SEMID_FIELDS(nsems) \
	{ "sem_perm", 0, 48, FIELD_STRUCT, false, &type_perm }, \
	{ "sem_otime", 48, 8, FIELD_SIGNED, false, NULL }, \
	{ "sem_nsems", nsems, 8, FIELD_UNSIGNED, false, NULL }
static const struct decode_field semid_x86_64[] = { SEMID_FIELDS(80) };
static const struct decode_field semid_arm64[] = { SEMID_FIELDS(64) };
static const struct decode_type type_semid[] = {
	DECODE_STRUCT(104, DECODE_BOTH, semid_x86_64), DECODE_STRUCT(88, DECODE_BOTH, semid_arm64),
};

static void print_shm_argument(struct decode *d, const struct decode_type *t, __u64 v)
{
	__u32 cmd = (__u32)d->call->args[1] & ~IPC_64_BIT;

	t = cmd == IPC_SET || cmd == IPC_STAT || cmd == SHM_STAT || cmd == SHM_STAT_ANY ?
		&type_shmid : &type_ptr;
	t->print(d, t, v);
}
const struct decode_type type_shmctl_arg = { .print = print_shm_argument, .side = DECODE_BOTH };

static void print_msg_argument(struct decode *d, const struct decode_type *t, __u64 v)
{
	__u32 cmd = (__u32)d->call->args[1] & ~IPC_64_BIT;

	t = cmd == IPC_SET || cmd == IPC_STAT || cmd == MSG_STAT || cmd == MSG_STAT_ANY ?
		&type_msqid : &type_ptr;
	t->print(d, t, v);
}
const struct decode_type type_msgctl_arg = { .print = print_msg_argument, .side = DECODE_BOTH };

static const struct decode_type type_semval = { .print = decode_unsigned, .width = 2 };
static const struct decode_type type_semvals =
	DECODE_NUMBERS(decode_number_array, DECODE_BOTH, &type_semval);

static void print_sem_argument(struct decode *d, const struct decode_type *t, __u64 v)
{
	switch ((__u32)d->call->args[2] & ~IPC_64_BIT) {
	case SETVAL:
		t = &type_int;
		break;
	case GETALL:
	case SETALL:
		t = &type_semvals;
		break;
	case IPC_STAT:
	case IPC_SET:
	case SEM_STAT:
	case SEM_STAT_ANY:
		t = &type_semid[d->arch == SCAP_ARCH_ARM64];
		break;
	default:
		t = &type_ptr;
	}
	t->print(d, t, v);
}
const struct decode_type type_semctl_arg = { .print = print_sem_argument, .side = DECODE_BOTH };

bool decode_semctl_has_arg(__u64 cmd)
{
	switch ((__u32)cmd & ~IPC_64_BIT) {
	case IPC_RMID:
	case GETPID:
	case GETVAL:
	case GETNCNT:
	case GETZCNT:
		return false;
	default:
		return true;
	}
}

static const struct decode_name sem_flags[] = { NAME_FLAG(IPC_NOWAIT), NAME_FLAG(SEM_UNDO) };
static const struct decode_type type_sem_flags = DECODE_FLAGS(2, sem_flags);

static const struct decode_field sembuf_fields[] = {
	{ "sem_num", 0, 2, FIELD_UNSIGNED, false, NULL },
	{ "sem_op", 2, 2, FIELD_SIGNED, false, NULL },
	{ "sem_flg", 4, 2, FIELD_UNSIGNED, false, &type_sem_flags },
};
static const struct decode_type sembuf = DECODE_STRUCT(6, DECODE_IN, sembuf_fields);

static void print_sembuf(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	decode_array(d, &sembuf, v, (__u32)d->call->args[2]);
}
const struct decode_type type_sembuf = { .print = print_sembuf, .side = DECODE_IN };

/* struct msgbuf: a long, then the text. */
static void message_at(struct decode *d, const struct decode_pointee *m, const void *p,
		       size_t avail, __u64 len)
{
	size_t n = avail - 8;

	(void)m;
	if (n > DECODE_STRING_MAX)
		n = DECODE_STRING_MAX;
	put_str(d, "{mtype=");
	put_signed(d, decode_load_signed(p, 8));
	put_str(d, ", mtext=");
	put_quoted(d, (const char *)p + 8, n, n < len - 8);
	put_char(d, '}');
}

static void print_message(struct decode *d, const struct decode_type *t, __u64 v)
{
	static const struct decode_pointee m = { .at = message_at, .need = 8 };

	decode_pointer(d, &m, v, t->side);
}
const struct decode_type type_msgbuf = { .print = print_message, .side = DECODE_BOTH };

static const struct decode_name queue_flags[] = { NAME_FLAG_AS("O_NONBLOCK", 04000) };
static const struct decode_type type_queue_flags = DECODE_FLAGS(8, queue_flags);

static const struct decode_field mq_fields[] = {
	FIELD_S(struct mq_attr, mq_flags, &type_queue_flags),
	FIELD_S(struct mq_attr, mq_maxmsg, NULL), FIELD_S(struct mq_attr, mq_msgsize, NULL),
	FIELD_S(struct mq_attr, mq_curmsgs, NULL),
};
const struct decode_type type_mq_attr = DECODE_STRUCT(32, DECODE_BOTH, mq_fields);

/* ---- keys ---- */

static const struct decode_name key_specials[] = {
	NAME_ENUM(KEY_SPEC_THREAD_KEYRING), NAME_ENUM(KEY_SPEC_PROCESS_KEYRING),
	NAME_ENUM(KEY_SPEC_SESSION_KEYRING), NAME_ENUM(KEY_SPEC_USER_KEYRING),
	NAME_ENUM(KEY_SPEC_USER_SESSION_KEYRING), NAME_ENUM(KEY_SPEC_GROUP_KEYRING),
	NAME_ENUM(KEY_SPEC_REQKEY_AUTH_KEY), NAME_ENUM(KEY_SPEC_REQUESTOR_KEYRING),
};
static const struct decode_type type_key_special = DECODE_ENUM(4, key_specials);

static void print_serial(struct decode *d, const struct decode_type *t, __u64 v)
{
	const char *name = decode_enum_name(&type_key_special, v);

	(void)t;
	if (name)
		put_str(d, name);
	else
		put_signed(d, (__s32)v);
}
const struct decode_type type_key_serial = { .print = print_serial, .width = 4 };

static const struct decode_name keyctl_operations[] = {
	NAME_ENUM(KEYCTL_GET_KEYRING_ID), NAME_ENUM(KEYCTL_JOIN_SESSION_KEYRING),
	NAME_ENUM(KEYCTL_UPDATE), NAME_ENUM(KEYCTL_REVOKE), NAME_ENUM(KEYCTL_CHOWN),
	NAME_ENUM(KEYCTL_SETPERM), NAME_ENUM(KEYCTL_DESCRIBE), NAME_ENUM(KEYCTL_CLEAR),
	NAME_ENUM(KEYCTL_LINK), NAME_ENUM(KEYCTL_UNLINK), NAME_ENUM(KEYCTL_SEARCH),
	NAME_ENUM(KEYCTL_READ), NAME_ENUM(KEYCTL_INSTANTIATE), NAME_ENUM(KEYCTL_NEGATE),
	NAME_ENUM(KEYCTL_SET_REQKEY_KEYRING), NAME_ENUM(KEYCTL_SET_TIMEOUT),
	NAME_ENUM(KEYCTL_ASSUME_AUTHORITY), NAME_ENUM(KEYCTL_GET_SECURITY),
	NAME_ENUM(KEYCTL_SESSION_TO_PARENT), NAME_ENUM(KEYCTL_REJECT),
	NAME_ENUM(KEYCTL_INSTANTIATE_IOV), NAME_ENUM(KEYCTL_INVALIDATE),
	NAME_ENUM(KEYCTL_GET_PERSISTENT), NAME_ENUM(KEYCTL_DH_COMPUTE),
	NAME_ENUM(KEYCTL_PKEY_QUERY), NAME_ENUM(KEYCTL_PKEY_ENCRYPT),
	NAME_ENUM(KEYCTL_PKEY_DECRYPT), NAME_ENUM(KEYCTL_PKEY_SIGN), NAME_ENUM(KEYCTL_PKEY_VERIFY),
	NAME_ENUM(KEYCTL_RESTRICT_KEYRING), NAME_ENUM(KEYCTL_MOVE), NAME_ENUM(KEYCTL_CAPABILITIES),
	NAME_ENUM(KEYCTL_WATCH_KEY),
};
const struct decode_type type_keyctl_op = DECODE_ENUM(4, keyctl_operations);
