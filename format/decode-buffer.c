// SPDX-License-Identifier: GPL-2.0
/*
 * Memory without a structure of its own: strings, bytes, vectors of buffers,
 * numbers behind a pointer, sets of bits.
 */
#include <linux/fcntl.h>

#include <format/decode-types.h>

/* Strings of argv and envp that are shown; strace stops at 32 too. */
#define STRINGS_MAX DECODE_ARRAY_MAX

/* ---- strings and bytes ---- */

static void string_at(struct decode *d, const struct decode_pointee *m, const void *p,
		      size_t avail, __u64 len)
{
	size_t n = strnlen(p, avail);

	(void)m;
	put_quoted(d, p, n, n == avail && len > avail);
}

static void print_string(struct decode *d, const struct decode_type *t, __u64 v)
{
	static const struct decode_pointee m = { .at = string_at };

	decode_pointer(d, &m, v, t->side);
}
const struct decode_type type_path = { .print = print_string, .side = DECODE_IN };
const struct decode_type type_str = { .print = print_string, .side = DECODE_IN };
const struct decode_type type_path_out = { .print = print_string, .side = DECODE_OUT };

static void buffer_at(struct decode *d, const struct decode_pointee *m, const void *p,
		      size_t avail, __u64 len)
{
	size_t n = avail < DECODE_STRING_MAX ? avail : DECODE_STRING_MAX;

	(void)m;
	put_quoted(d, p, n, n < len);
}

void decode_bytes(struct decode *d, const struct decode_type *t, __u64 v)
{
	static const struct decode_pointee m = { .at = buffer_at };

	/* A call that returned no bytes leaves no span; what it read is known all the same. */
	if ((t->side & DECODE_OUT) && v && d->exiting && d->call && d->call->result == 0 &&
	    d->row && d->row->ret == SCAP_T_SIZE)
		put_str(d, "\"\"");
	else
		decode_pointer(d, &m, v, t->side);
}
const struct decode_type type_buf_in = { .print = decode_bytes, .side = DECODE_IN };
const struct decode_type type_buf_out = { .print = decode_bytes, .side = DECODE_OUT };
const struct decode_type type_buf = { .print = decode_bytes, .side = DECODE_BOTH };

/* ---- argv ---- */

/* Like a path, but never more than a line bears. */
static void print_element(struct decode *d, __u64 v)
{
	size_t avail, n;
	__u64 len;
	const char *p = decode_stored(d, v, DECODE_IN, &avail, &len);

	if (!p) {
		put_pointer(d, v);
		return;
	}
	n = strnlen(p, avail);
	put_quoted(d, p, n, n == avail && len > avail);
}

/* One span a string, in order, with no addresses of the vector itself. */
static void print_string_spans(struct decode *d)
{
	const struct scap_span *s = NULL;
	unsigned int n = 0;

	put_char(d, '[');
	while ((s = scap_span_next(d->event, s))) {
		if (s->kind != SCAP_SPAN_IN || s->arg != d->arg)
			continue;
		if (n)
			put_str(d, ", ");
		if (n++ == STRINGS_MAX) {
			put_str(d, "...");
			break;
		}
		print_element(d, s->addr);
	}
	put_char(d, ']');
}

static unsigned int count_spans(const struct decode *d)
{
	const struct scap_span *s = NULL;
	unsigned int n = 0;

	while ((s = scap_span_next(d->event, s)))
		n += s->kind == SCAP_SPAN_IN && s->arg == d->arg;
	return n;
}

/* The environment is long and seldom what one looks for: its size, as strace does. */
static void print_environment(struct decode *d, __u64 v)
{
	put_pointer(d, v);
	put_str(d, " /* ");
	put_unsigned(d, count_spans(d));
	put_str(d, " vars */");
}

static void print_strings(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	if (!v || !count_spans(d)) {
		d->raw |= v != 0;
		put_pointer(d, v);
	} else if (d->row && d->row->nargs > d->arg + 1 &&
		   d->row->type[d->arg + 1] == SCAP_T_STRV) {
		print_string_spans(d);
	} else {
		print_environment(d, v);
	}
}
const struct decode_type type_strv = { .print = print_strings, .side = DECODE_IN };

/* ---- iovec ---- */

/* Where the vector itself is not in the event (the end of a split call): the buffers alone. */
static void print_vector_spans(struct decode *d, __u64 addr, enum decode_side side)
{
	const struct scap_span *s = NULL;
	unsigned int n = 0;

	while (side == DECODE_OUT && (s = scap_span_next(d->event, s))) {
		if (s->kind != SCAP_SPAN_OUT || s->arg != d->arg || n == DECODE_ARRAY_MAX)
			continue;
		put_str(d, n++ ? ", {iov_base=" : "[{iov_base=");
		type_buf_out.print(d, &type_buf_out, s->addr);
		put_char(d, '}');
	}
	if (n) {
		put_char(d, ']');
		return;
	}
	d->raw |= addr != 0;
	put_pointer(d, addr);
}

void decode_iovecs(struct decode *d, __u64 addr, __u64 count, enum decode_side side, __u64 limit)
{
	size_t avail;
	const char *p = decode_stored(d, addr, DECODE_IN, &avail, NULL);
	const struct decode_type *buffer = side == DECODE_OUT ? &type_buf_out : &type_buf_in;
	__u64 i, have = p ? avail / 16 : 0;

	if (!p || (!have && count)) {
		print_vector_spans(d, addr, side);
		return;
	}
	put_char(d, '[');
	for (i = 0; i < have && i < count && i < DECODE_ARRAY_MAX; i++, p += 16) {
		__u64 base = decode_load(p, 8), len = decode_load(p + 8, 8);

		put_str(d, i ? ", {iov_base=" : "{iov_base=");
		/* Buffers behind the last byte moved were not touched. */
		if (!len || !limit)
			put_str(d, side && base ? "\"\"" : "NULL");
		else if (side)
			buffer->print(d, buffer, base);
		else
			put_pointer(d, base);
		put_str(d, ", iov_len=");
		put_unsigned(d, len);
		put_char(d, '}');
		limit -= len < limit ? len : limit;
	}
	put_str(d, i < count ? ", ...]" : "]");
}

static __u64 next_arg(const struct decode *d)
{
	return d->call && d->arg + 1 < 6 ? d->call->args[d->arg + 1] : 0;
}

static void print_iovec(struct decode *d, const struct decode_type *t, __u64 v)
{
	__u64 limit = ~0ull;

	/* width tells the buffers' side: the vector itself always comes in. */
	if (t->width == DECODE_OUT && d->exiting)
		limit = d->call->result > 0 ? (__u64)d->call->result : 0;
	decode_iovecs(d, v, next_arg(d), t->width, limit);
}
const struct decode_type type_iovec_in = { .print = print_iovec, .side = DECODE_IN,
					   .width = DECODE_IN };
const struct decode_type type_iovec_out = { .print = print_iovec, .side = DECODE_OUT,
					    .width = DECODE_OUT };
const struct decode_type type_iovec_remote = { .print = print_iovec, .side = DECODE_IN };

/* ---- numbers behind a pointer ---- */

const struct decode_type type_intp = DECODE_NUMBERS(decode_number_pointer, DECODE_BOTH, &type_int);
const struct decode_type type_uintp =
	DECODE_NUMBERS(decode_number_pointer, DECODE_BOTH, &type_uint);
const struct decode_type type_u64p = DECODE_NUMBERS(decode_number_pointer, DECODE_BOTH, &type_size);
const struct decode_type type_offp = DECODE_NUMBERS(decode_number_pointer, DECODE_BOTH, &type_off);
const struct decode_type type_lenp = DECODE_NUMBERS(decode_number_pointer, DECODE_BOTH, &type_int);
const struct decode_type type_ptrp = DECODE_NUMBERS(decode_number_pointer, DECODE_BOTH, &type_ptr);
const struct decode_type type_tidp = DECODE_NUMBERS(decode_number_pointer, DECODE_BOTH, &type_tid);
const struct decode_type type_uidp = DECODE_NUMBERS(decode_number_pointer, DECODE_BOTH, &type_uid);
const struct decode_type type_gidp = DECODE_NUMBERS(decode_number_pointer, DECODE_BOTH, &type_gid);
const struct decode_type type_timep =
	DECODE_NUMBERS(decode_number_pointer, DECODE_BOTH, &type_long);
const struct decode_type type_timeridp =
	DECODE_NUMBERS(decode_number_pointer, DECODE_OUT, &type_int);

/* getgroups(2) may find none, and then leaves no span. */
static void print_groups(struct decode *d, const struct decode_type *t, __u64 v)
{
	if (v && d->exiting && d->row->ret == SCAP_T_NUMBER && d->call->result == 0)
		put_str(d, "[]");
	else
		decode_number_array(d, t, v);
}
const struct decode_type type_gids = DECODE_NUMBERS(print_groups, DECODE_BOTH, &type_gid);

const struct decode_type type_fd2 = DECODE_NUMBERS(decode_number_array, DECODE_OUT, &type_fd);
const struct decode_type type_int_array =
	DECODE_NUMBERS(decode_number_array, DECODE_BOTH, &type_int);
const struct decode_type type_ptr_array =
	DECODE_NUMBERS(decode_number_array, DECODE_BOTH, &type_ptr);
const struct decode_type type_u64_array =
	DECODE_NUMBERS(decode_number_array, DECODE_BOTH, &type_size);
static const struct decode_type type_byte = { .print = decode_unsigned, .width = 1 };
const struct decode_type type_mincore_vec =
	DECODE_NUMBERS(decode_number_array, DECODE_OUT, &type_byte);

/* ---- sets ---- */

/* Ranges of set bits: [0-3 5]. */
static void bits_at(struct decode *d, const struct decode_pointee *m, const void *p, size_t avail,
		    __u64 len)
{
	const unsigned char *byte = p;
	unsigned int i, run, n = (unsigned int)avail * 8;
	bool first = true;

	(void)m;
	put_char(d, '[');
	for (i = 0; i < n; i += run + 1) {
		run = 0;
		while (i + run < n && byte[(i + run) / 8] >> (i + run) % 8 & 1)
			run++;
		if (!run)
			continue;
		if (!first)
			put_char(d, ' ');
		first = false;
		put_unsigned(d, i);
		if (run > 1) {
			put_char(d, run > 2 ? '-' : ' ');
			put_unsigned(d, i + run - 1);
		}
	}
	put_str(d, avail < len ? " ...]" : "]");
}

static void print_bits(struct decode *d, const struct decode_type *t, __u64 v)
{
	static const struct decode_pointee m = { .at = bits_at };

	decode_pointer(d, &m, v, t->side);
}
const struct decode_type type_cpuset = { .print = print_bits, .side = DECODE_BOTH };
const struct decode_type type_nodemask = { .print = print_bits, .side = DECODE_BOTH };
