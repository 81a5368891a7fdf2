// SPDX-License-Identifier: GPL-2.0
/*
 * Which printer an argument type has, and the printers of plain values:
 * numbers, strings, buffers. Families with tables have rooms of their own.
 */
#include <fcntl.h>
#include <time.h>

#include <format/decode.h>

static void print_hex(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	d->raw |= v != 0;
	put_hex(d, v);
}

static void print_address(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	put_pointer(d, v);
}

static void print_signed(struct decode *d, const struct decode_type *t, __u64 v)
{
	put_signed(d, t->width == 4 ? (__s32)v : (__s64)v);
}

static void print_unsigned(struct decode *d, const struct decode_type *t, __u64 v)
{
	put_unsigned(d, t->width == 4 ? (__u32)v : v);
}

/* -1 stands for "none" or "unchanged" where all others are unsigned. */
static void print_id(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	if ((__u32)v == ~0u)
		put_str(d, "-1");
	else
		put_unsigned(d, (__u32)v);
}

static void print_octal(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	put_octal(d, (__u32)v);
}

static void print_dirfd(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	if ((__s32)v == AT_FDCWD)
		put_str(d, "AT_FDCWD");
	else
		put_signed(d, (__s32)v);
}

static void print_signo(struct decode *d, const struct decode_type *t, __u64 v)
{
	const char *name = scap_signal_name((__s32)v);

	(void)t;
	if (name)
		put_str(d, name);
	else
		put_signed(d, (__s32)v);
}

/* C string: as much as is stored of it. */
static void print_string(struct decode *d, const struct decode_type *t, __u64 v)
{
	size_t avail, n;
	__u64 len;
	const char *p = decode_stored(d, v, t->side, &avail, &len);

	if (!p) {
		d->raw |= v != 0;
		put_pointer(d, v);
		return;
	}
	n = strnlen(p, avail);
	put_quoted(d, p, n, n == avail && len > avail);
}

/* Bytes: at most DECODE_STRING_MAX of what is stored. */
static void print_buffer(struct decode *d, const struct decode_type *t, __u64 v)
{
	size_t avail;
	__u64 len;
	const void *p = decode_stored(d, v, t->side, &avail, &len);

	if (!p) {
		d->raw |= v != 0;
		put_pointer(d, v);
		return;
	}
	if (avail > DECODE_STRING_MAX)
		avail = DECODE_STRING_MAX;
	put_quoted(d, p, avail, avail < len);
}

static const struct decode_type
	t_hex = { .print = print_hex, .width = 8 },
	t_address = { .print = print_address, .width = 8 },
	t_int = { .print = print_signed, .width = 4 },
	t_uint = { .print = print_unsigned, .width = 4 },
	t_long = { .print = print_signed, .width = 8 },
	t_ulong = { .print = print_unsigned, .width = 8 },
	t_id = { .print = print_id, .width = 4 },
	t_octal = { .print = print_octal, .width = 4 },
	t_dirfd = { .print = print_dirfd, .width = 4 },
	t_signo = { .print = print_signo, .width = 4 },
	t_string = { .print = print_string, .side = DECODE_IN },
	t_buf_in = { .print = print_buffer, .side = DECODE_IN },
	t_buf_out = { .print = print_buffer, .side = DECODE_OUT };

static const struct decode_type *const types[SCAP_T_COUNT] = {
	[SCAP_T_INT] = &t_int,
	[SCAP_T_UINT] = &t_uint,
	[SCAP_T_LONG] = &t_long,
	[SCAP_T_SIZE] = &t_ulong,
	[SCAP_T_HEX] = &t_hex,
	[SCAP_T_PTR] = &t_address,
	[SCAP_T_OCTAL] = &t_octal,
	[SCAP_T_FD] = &t_int,
	[SCAP_T_DIRFD] = &t_dirfd,
	[SCAP_T_MODE] = &t_octal,
	[SCAP_T_PID] = &t_int,
	[SCAP_T_TID] = &t_int,
	[SCAP_T_UID] = &t_id,
	[SCAP_T_GID] = &t_id,
	[SCAP_T_OFF] = &t_long,
	[SCAP_T_SIGNO] = &t_signo,
	[SCAP_T_ERRNO_RET] = &t_long,
	[SCAP_T_EXITCODE] = &t_int,
	[SCAP_T_PATH] = &t_string,
	[SCAP_T_STR] = &t_string,
	[SCAP_T_BUF_IN] = &t_buf_in,
	[SCAP_T_BUF_OUT] = &t_buf_out,
};

const struct decode_type *decode_type(__u8 argtype)
{
	if (argtype >= SCAP_T_COUNT || !types[argtype])
		return &t_hex;
	return types[argtype];
}

bool decode_arg_absent(const struct decode *d, unsigned int i)
{
	(void)d;
	(void)i;
	return false;
}
