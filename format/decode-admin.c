// SPDX-License-Identifier: GPL-2.0
/*
 * Administration and the rest: kernel log, reboot, modules, kexec, asynchronous
 * I/O, io_uring, segments.
 */
#include <linux/aio_abi.h>
#include <linux/fcntl.h>
#include <linux/io_uring.h>
#include <linux/kexec.h>
#include <linux/module.h>
#include <linux/reboot.h>

#include <format/decode-types.h>

static const struct decode_name syslog_actions[] = {
	NAME_ENUM_AS("SYSLOG_ACTION_CLOSE", 0), NAME_ENUM_AS("SYSLOG_ACTION_OPEN", 1),
	NAME_ENUM_AS("SYSLOG_ACTION_READ", 2), NAME_ENUM_AS("SYSLOG_ACTION_READ_ALL", 3),
	NAME_ENUM_AS("SYSLOG_ACTION_READ_CLEAR", 4), NAME_ENUM_AS("SYSLOG_ACTION_CLEAR", 5),
	NAME_ENUM_AS("SYSLOG_ACTION_CONSOLE_OFF", 6), NAME_ENUM_AS("SYSLOG_ACTION_CONSOLE_ON", 7),
	NAME_ENUM_AS("SYSLOG_ACTION_CONSOLE_LEVEL", 8),
	NAME_ENUM_AS("SYSLOG_ACTION_SIZE_UNREAD", 9),
	NAME_ENUM_AS("SYSLOG_ACTION_SIZE_BUFFER", 10),
};
const struct decode_type type_syslog_action = DECODE_ENUM(4, syslog_actions);

static const struct decode_name magics[] = {
	NAME_ENUM(LINUX_REBOOT_MAGIC1), NAME_ENUM(LINUX_REBOOT_MAGIC2),
	NAME_ENUM(LINUX_REBOOT_MAGIC2A), NAME_ENUM(LINUX_REBOOT_MAGIC2B),
	NAME_ENUM(LINUX_REBOOT_MAGIC2C),
};
const struct decode_type type_reboot_magic = DECODE_ENUM(4, magics);

static const struct decode_name reboot_commands[] = {
	NAME_ENUM(LINUX_REBOOT_CMD_RESTART), NAME_ENUM(LINUX_REBOOT_CMD_HALT),
	NAME_ENUM(LINUX_REBOOT_CMD_CAD_ON), NAME_ENUM(LINUX_REBOOT_CMD_CAD_OFF),
	NAME_ENUM(LINUX_REBOOT_CMD_POWER_OFF), NAME_ENUM(LINUX_REBOOT_CMD_RESTART2),
	NAME_ENUM(LINUX_REBOOT_CMD_SW_SUSPEND), NAME_ENUM(LINUX_REBOOT_CMD_KEXEC),
};
const struct decode_type type_reboot_cmd = DECODE_ENUM(4, reboot_commands);

static const struct decode_name kexec_flags[] = {
	NAME_FIELD(KEXEC_ARCH_X86_64, KEXEC_ARCH_MASK),
	NAME_FIELD(KEXEC_ARCH_AARCH64, KEXEC_ARCH_MASK),
	NAME_FLAG(KEXEC_ON_CRASH), NAME_FLAG(KEXEC_PRESERVE_CONTEXT),
};
const struct decode_type type_kexec_flags = DECODE_FLAGS(8, kexec_flags);

static const struct decode_name kexec_file_flags[] = {
	NAME_FLAG(KEXEC_FILE_UNLOAD), NAME_FLAG(KEXEC_FILE_ON_CRASH),
	NAME_FLAG(KEXEC_FILE_NO_INITRAMFS), NAME_FLAG_AS("KEXEC_FILE_DEBUG", 8),
};
const struct decode_type type_kexec_file_flags = DECODE_FLAGS(8, kexec_file_flags);

static const struct decode_field segment_fields[] = {
	{ "buf", 0, 8, FIELD_UNSIGNED, false, &type_ptr },
	{ "bufsz", 8, 8, FIELD_UNSIGNED, false, NULL },
	{ "mem", 16, 8, FIELD_UNSIGNED, false, &type_ptr },
	{ "memsz", 24, 8, FIELD_UNSIGNED, false, NULL },
};
static const struct decode_type segment = DECODE_STRUCT(32, DECODE_IN, segment_fields);

static void print_segments(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	decode_array(d, &segment, v, d->call->args[1]);
}
const struct decode_type type_kexec_segments = { .print = print_segments, .side = DECODE_IN };

static const struct decode_name init_flags[] = {
	NAME_FLAG(MODULE_INIT_IGNORE_MODVERSIONS), NAME_FLAG(MODULE_INIT_IGNORE_VERMAGIC),
	NAME_FLAG(MODULE_INIT_COMPRESSED_FILE),
};
static const struct decode_type init_names = DECODE_FLAGS(4, init_flags);
static const struct decode_name delete_flags[] = { NAME_FLAG(O_NONBLOCK), NAME_FLAG(O_TRUNC) };
static const struct decode_type delete_names = DECODE_FLAGS(4, delete_flags);

static void print_module_flags(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	decode_flags(d, !strcmp(d->row->name, "delete_module") ? &delete_names : &init_names, v);
}
const struct decode_type type_module_flags = { .print = print_module_flags, .width = 4 };

static const struct decode_name userfaultfd_flags[] = {
	NAME_FLAG(O_CLOEXEC), NAME_FLAG(O_NONBLOCK), NAME_FLAG_AS("UFFD_USER_MODE_ONLY", 1),
};
const struct decode_type type_userfaultfd_flags = DECODE_FLAGS(4, userfaultfd_flags);

static const struct decode_name rseq_flags[] = { NAME_FLAG_AS("RSEQ_FLAG_UNREGISTER", 1) };
const struct decode_type type_rseq_flags = DECODE_FLAGS(4, rseq_flags);

/* ---- asynchronous I/O (io_submit(2)) ---- */

static const struct decode_name iocb_commands[] = {
	NAME_ENUM(IOCB_CMD_PREAD), NAME_ENUM(IOCB_CMD_PWRITE), NAME_ENUM(IOCB_CMD_FSYNC),
	NAME_ENUM(IOCB_CMD_FDSYNC), NAME_ENUM(IOCB_CMD_POLL), NAME_ENUM(IOCB_CMD_NOOP),
	NAME_ENUM(IOCB_CMD_PREADV), NAME_ENUM(IOCB_CMD_PWRITEV),
};
static const struct decode_type type_iocb_command = DECODE_ENUM(2, iocb_commands);

static const struct decode_field iocb_fields[] = {
	FIELD_U(struct iocb, aio_data, &type_hex),
	FIELD_U(struct iocb, aio_lio_opcode, &type_iocb_command),
	FIELD_S(struct iocb, aio_fildes, NULL), FIELD_U(struct iocb, aio_buf, &type_ptr),
	FIELD_U(struct iocb, aio_nbytes, NULL), FIELD_S(struct iocb, aio_offset, NULL),
};
const struct decode_type type_aio_iocb = DECODE_STRUCT(sizeof(struct iocb), DECODE_IN, iocb_fields);

static const struct decode_type iocb_pointer = { .print = decode_struct, .table = iocb_fields,
	.n = sizeof(iocb_fields) / sizeof(iocb_fields[0]), .width = sizeof(struct iocb),
	.side = DECODE_IN };

static void iocbs_at(struct decode *d, const struct decode_pointee *m, const void *p, size_t avail,
		     __u64 len)
{
	size_t i;

	(void)m;
	put_char(d, '[');
	for (i = 0; i < avail / 8 && i < DECODE_ARRAY_MAX; i++) {
		if (i)
			put_str(d, ", ");
		decode_struct(d, &iocb_pointer, decode_load((const char *)p + i * 8, 8));
	}
	put_str(d, i * 8 < len ? ", ...]" : "]");
}

static void print_iocbs(struct decode *d, const struct decode_type *t, __u64 v)
{
	static const struct decode_pointee m = { .at = iocbs_at };

	decode_pointer(d, &m, v, t->side);
}
const struct decode_type type_aio_iocbpp = { .print = print_iocbs, .side = DECODE_IN };

static const struct decode_field io_event_fields[] = {
	FIELD_U(struct io_event, data, &type_hex), FIELD_U(struct io_event, obj, &type_ptr),
	FIELD_S(struct io_event, res, NULL), FIELD_S(struct io_event, res2, NULL),
};
static const struct decode_type io_event = DECODE_STRUCT(32, DECODE_OUT, io_event_fields);

static void print_io_events(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	if (!d->exiting || d->call->result < 0)
		put_pointer(d, v);
	else	/* io_cancel(2) has one, and returns 0 */
		decode_array(d, &io_event, v, strcmp(d->row->name, "io_cancel") ?
			     (__u64)d->call->result : 1);
}
const struct decode_type type_aio_events = { .print = print_io_events, .side = DECODE_OUT };

/* ---- io_uring ---- */

static const struct decode_name uring_setup[] = {
	NAME_FLAG(IORING_SETUP_IOPOLL), NAME_FLAG(IORING_SETUP_SQPOLL),
	NAME_FLAG(IORING_SETUP_SQ_AFF), NAME_FLAG(IORING_SETUP_CQSIZE),
	NAME_FLAG(IORING_SETUP_CLAMP),
	NAME_FLAG(IORING_SETUP_ATTACH_WQ), NAME_FLAG(IORING_SETUP_R_DISABLED),
	NAME_FLAG(IORING_SETUP_SUBMIT_ALL), NAME_FLAG(IORING_SETUP_COOP_TASKRUN),
	NAME_FLAG(IORING_SETUP_TASKRUN_FLAG), NAME_FLAG(IORING_SETUP_SQE128),
	NAME_FLAG(IORING_SETUP_CQE32), NAME_FLAG(IORING_SETUP_SINGLE_ISSUER),
	NAME_FLAG(IORING_SETUP_DEFER_TASKRUN),
};
static const struct decode_type type_uring_setup = DECODE_FLAGS(4, uring_setup);

static const struct decode_field uring_fields[] = {
	FIELD_U(struct io_uring_params, sq_entries, NULL),
	FIELD_U(struct io_uring_params, cq_entries, NULL),
	FIELD_U(struct io_uring_params, flags, &type_uring_setup),
	{ .kind = FIELD_MORE },
};
/* 64 bytes of input are kept: enough for what is shown. */
const struct decode_type type_io_uring_params = DECODE_STRUCT(12, DECODE_BOTH, uring_fields);

static const struct decode_name uring_enter[] = {
	NAME_FLAG(IORING_ENTER_GETEVENTS), NAME_FLAG(IORING_ENTER_SQ_WAKEUP),
	NAME_FLAG(IORING_ENTER_SQ_WAIT), NAME_FLAG(IORING_ENTER_EXT_ARG),
	NAME_FLAG(IORING_ENTER_REGISTERED_RING),
};
const struct decode_type type_io_uring_enter_flags = DECODE_FLAGS(4, uring_enter);

static const struct decode_name uring_register[] = {
	NAME_ENUM(IORING_REGISTER_BUFFERS), NAME_ENUM(IORING_UNREGISTER_BUFFERS),
	NAME_ENUM(IORING_REGISTER_FILES), NAME_ENUM(IORING_UNREGISTER_FILES),
	NAME_ENUM(IORING_REGISTER_EVENTFD), NAME_ENUM(IORING_UNREGISTER_EVENTFD),
	NAME_ENUM(IORING_REGISTER_FILES_UPDATE), NAME_ENUM(IORING_REGISTER_EVENTFD_ASYNC),
	NAME_ENUM(IORING_REGISTER_PROBE), NAME_ENUM(IORING_REGISTER_PERSONALITY),
	NAME_ENUM(IORING_UNREGISTER_PERSONALITY), NAME_ENUM(IORING_REGISTER_RESTRICTIONS),
	NAME_ENUM(IORING_REGISTER_ENABLE_RINGS), NAME_ENUM(IORING_REGISTER_FILES2),
	NAME_ENUM(IORING_REGISTER_FILES_UPDATE2), NAME_ENUM(IORING_REGISTER_BUFFERS2),
	NAME_ENUM(IORING_REGISTER_BUFFERS_UPDATE), NAME_ENUM(IORING_REGISTER_IOWQ_AFF),
	NAME_ENUM(IORING_UNREGISTER_IOWQ_AFF), NAME_ENUM(IORING_REGISTER_IOWQ_MAX_WORKERS),
	NAME_ENUM(IORING_REGISTER_RING_FDS), NAME_ENUM(IORING_UNREGISTER_RING_FDS),
	NAME_ENUM(IORING_REGISTER_PBUF_RING), NAME_ENUM(IORING_UNREGISTER_PBUF_RING),
	NAME_ENUM(IORING_REGISTER_SYNC_CANCEL), NAME_ENUM(IORING_REGISTER_FILE_ALLOC_RANGE),
};
const struct decode_type type_io_uring_register = DECODE_ENUM(4, uring_register);

/* ---- x86 segments: struct user_desc, entry_number 4, base 4, limit 4, bits 4 ---- */

static const struct decode_field user_desc_fields[] = {
	{ "entry_number", 0, 4, FIELD_SIGNED, false, NULL },
	{ "base_addr", 4, 4, FIELD_UNSIGNED, false, &type_hex },
	{ "limit", 8, 4, FIELD_UNSIGNED, false, &type_hex },
	{ "flags", 12, 4, FIELD_UNSIGNED, false, &type_hex },
};
const struct decode_type type_user_desc = DECODE_STRUCT(16, DECODE_BOTH, user_desc_fields);
