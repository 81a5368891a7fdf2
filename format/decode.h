/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside of the decoder: how events become text. Rooms: decode.c (one line an
 * event), decode-call.c (syscalls), decode-text.c (characters), decode-types.c
 * (which printer an argument type has), and one room for each family of
 * printers and tables. Everything prints from the event alone, by the trace's
 * architecture, and believes nothing it finds there.
 */
#ifndef SCAP_DECODE_H
#define SCAP_DECODE_H

#include <format/format.h>

/* Characters of a string or buffer, and elements of an array, that are shown. */
#define DECODE_STRING_MAX 32
#define DECODE_ARRAY_MAX 32

struct decode_type;

/*
 * What a reader of the whole stream may know beyond the event: the beginnings
 * of output that was too large for it and stands in DATA records ahead of it.
 */
#define DECODE_AHEAD_PIECES 4
#define DECODE_AHEAD_BYTES 256

struct decode_ahead {
	unsigned int n;
	struct decode_ahead_piece {
		__u64 addr, len;
		size_t stored;
		char bytes[DECODE_AHEAD_BYTES];
	} piece[DECODE_AHEAD_PIECES];
};

/*
 * One line in the making.
 * @buf, @size: the caller's room; @len: length wanted so far, may exceed @size
 * @event:   the event that is shown
 * @call:    the same, if it is a syscall; else NULL
 * @ahead:   output of the event that stood ahead of it, or NULL
 * @row:     its row; NULL: unknown number
 * @arg:     index of the argument being printed
 * @exiting: the call has returned; its output is in the event
 * @raw:     the argument's printer had to fall back to a bare number
 * @depth:   structures within structures, bounded
 * @known:   a structure put together from pieces: which of its bytes are known,
 *           one byte for each; NULL: all
 */
struct decode {
	char *buf;
	size_t size, len;
	enum scap_arch arch;
	const struct scap_event *event;
	const struct scap_ev_syscall *call;
	const struct decode_ahead *ahead;
	const struct scap_sysinfo *row;
	unsigned int arg;
	unsigned int depth;
	const unsigned char *known;
	bool exiting;
	bool raw;
};

/* Starts a line about @e in @buf, of @size bytes. */
void decode_init(struct decode *d, char *buf, size_t size, const struct scap_header *h,
		 const struct scap_event *e);

/* scap_event_text() with what is known beyond the event; @ahead may be NULL. */
int decode_event_text(char *buf, size_t size, const struct scap_header *h,
		      const struct scap_event *e, const struct decode_ahead *ahead);

/* ---- characters (decode-text.c) ---- */

void put_char(struct decode *d, char c);
void put_str(struct decode *d, const char *s);
void put_bytes(struct decode *d, const char *s, size_t n);
void put_unsigned(struct decode *d, __u64 v);
void put_signed(struct decode *d, __s64 v);
/* 0x..., 0 as "0" */
void put_hex(struct decode *d, __u64 v);
/* 0..., 0 as "0" */
void put_octal(struct decode *d, __u64 v);
/* An address: hexadecimal, 0 as "NULL". */
void put_pointer(struct decode *d, __u64 v);
/* @v with at least @digits decimal digits. */
void put_padded(struct decode *d, __u64 v, unsigned int digits);
/* @n bytes between quotes, control bytes and non-ASCII escaped; @more: followed by "...". */
void put_quoted(struct decode *d, const void *bytes, size_t n, bool more);
/* The same without quotes. */
void put_escaped(struct decode *d, const void *bytes, size_t n);

/* ---- memory of the event ---- */

enum decode_side {
	DECODE_IN = 1,		/* as the program passed it in */
	DECODE_OUT = 2,		/* as the kernel left it */
	DECODE_BOTH = 3,	/* what was passed in, and what the kernel made of it */
};

/*
 * The stored bytes at address @addr; @avail gets how many there are, @len (may
 * be NULL) how many there were. NULL: none stored.
 */
const void *decode_stored(const struct decode *d, __u64 addr, enum decode_side side,
			  size_t *avail, __u64 *len);

/*
 * Puts together what is stored of @size bytes at @addr: planners leave out what
 * the kernel does not look at, so a structure may come in pieces. @known tells
 * for each byte whether it is there; the others are 0. Returns how many are.
 */
size_t decode_gather(const struct decode *d, __u64 addr, enum decode_side side, void *bytes,
		     unsigned char *known, size_t size);

/* @need bytes at @addr, or NULL if not all of them are stored. */
const void *decode_mem(const struct decode *d, __u64 addr, enum decode_side side, size_t need);

/* Unaligned little-endian loads. */
__u64 decode_load(const void *p, unsigned int width);
__s64 decode_load_signed(const void *p, unsigned int width);

/* ---- types ---- */

/*
 * How a kind of value prints.
 * @print: prints @v: a register, or a field of a structure already loaded
 * @aux:   may add a remark behind the result ("([{fd=3, revents=POLLIN}])");
 *         prints nothing or a whole text without the parentheses
 * @table: names or fields, @n of them
 * @width: bytes of the value (a register is cut to it); of a structure: its size
 * @side:  memory types: where the bytes come from
 */
struct decode_type {
	void (*print)(struct decode *d, const struct decode_type *t, __u64 v);
	void (*aux)(struct decode *d, const struct decode_type *t, __u64 v);
	const void *table;
	__u16 n;
	__u16 width;
	__u8 side;
};

/* Type of an argument; never NULL. */
const struct decode_type *decode_type(__u8 argtype);

/* Whether @argtype has a printer of its own. */
bool decode_type_known(__u8 argtype);

/* Whether argument @i is not passed at all, as others say: open's mode without O_CREAT. */
bool decode_arg_absent(const struct decode *d, unsigned int i);

/* ---- names of numbers (decode-names.c) ---- */

/*
 * @mask says which bits must equal @value: a flag has the same in both, a
 * field of several bits its mask, an enumeration all ones.
 */
struct decode_name {
	__u64 value, mask;
	const char *name;
};
#define NAME_FLAG(x)		{ (__u64)(x), (__u64)(x), #x }
#define NAME_FIELD(x, mask)	{ (__u64)(x), (__u64)(mask), #x }
#define NAME_ENUM(x)		{ (__u64)(x), ~0ull, #x }
/* Where Debian 12's headers do not have the name, or architectures differ. */
#define NAME_FLAG_AS(x, v)	{ (__u64)(v), (__u64)(v), x }
#define NAME_ENUM_AS(x, v)	{ (__u64)(v), ~0ull, x }

/* @v in the names of @t: or-ed bits, or one value; numbers where there is no name. */
void decode_flags(struct decode *d, const struct decode_type *t, __u64 v);
void decode_enum(struct decode *d, const struct decode_type *t, __u64 v);
/* Name of @v in enumeration @t; NULL: none. */
const char *decode_enum_name(const struct decode_type *t, __u64 v);

/* Description of an errno, the kernel's inner ones included; NULL: unknown. */
const char *decode_errno_text(int code);
/* Whether @code is one of the results that the program never sees. */
bool decode_is_restart(int code);

#define DECODE_NAMES(printer, bytes, names) \
	{ .print = (printer), .table = (names), .n = sizeof(names) / sizeof((names)[0]), \
	  .width = (bytes) }
#define DECODE_FLAGS(bytes, names)	DECODE_NAMES(decode_flags, bytes, names)
#define DECODE_ENUM(bytes, names)	DECODE_NAMES(decode_enum, bytes, names)

/* ---- structures (decode-struct.c) ---- */

enum decode_field_kind {
	FIELD_UNSIGNED,	/* integer of @width bytes */
	FIELD_SIGNED,
	FIELD_CHARS,	/* char array of @width bytes, ends at NUL */
	FIELD_BYTES,	/* @width bytes as a quoted string */
	FIELD_STRUCT,	/* structure @type inside */
	FIELD_ARRAY,	/* @width bytes of elements of @type (its width each) */
	FIELD_MORE,	/* "...": there are further fields, which are not shown */
};

/*
 * @name: NULL in a nameless wrapper; @offset, @width in bytes
 * @type: how the value prints; NULL: decimal
 * @skip0: left out when zero (reserved and seldom used fields)
 */
struct decode_field {
	const char *name;
	__u16 offset, width;
	__u8 kind;
	bool skip0;
	const struct decode_type *type;
};

#define FIELD_SIZE(s, f) sizeof(((s *)0)->f)
#define FIELD_U(s, f, t) { #f, offsetof(s, f), FIELD_SIZE(s, f), FIELD_UNSIGNED, false, t }
#define FIELD_S(s, f, t) { #f, offsetof(s, f), FIELD_SIZE(s, f), FIELD_SIGNED, false, t }
#define FIELD_U0(s, f, t) { #f, offsetof(s, f), FIELD_SIZE(s, f), FIELD_UNSIGNED, true, t }
#define FIELD_C(s, f) { #f, offsetof(s, f), FIELD_SIZE(s, f), FIELD_CHARS, false, NULL }
#define FIELD_B(s, f) { #f, offsetof(s, f), FIELD_SIZE(s, f), FIELD_BYTES, false, NULL }
#define FIELD_IN(s, f, t) { #f, offsetof(s, f), FIELD_SIZE(s, f), FIELD_STRUCT, false, t }
#define FIELD_A(s, f, t) { #f, offsetof(s, f), FIELD_SIZE(s, f), FIELD_ARRAY, false, t }

/* print: @v is the address of one structure. */
void decode_struct(struct decode *d, const struct decode_type *t, __u64 v);
/* The structure @t, of which @avail bytes stand at @p: fields beyond are left out. */
void decode_struct_at(struct decode *d, const struct decode_type *t, const void *p, size_t avail);
/* @n structures (or integers) @t at address @v, in brackets. */
void decode_array(struct decode *d, const struct decode_type *t, __u64 v, __u64 n);
void decode_array_at(struct decode *d, const struct decode_type *t, const void *p, size_t avail,
		     __u64 n);

#define DECODE_STRUCT(bytes, where, fields) \
	{ .print = decode_struct, .table = (fields), .n = sizeof(fields) / sizeof((fields)[0]), \
	  .width = (bytes), .side = (where) }

/* ---- offered by one family to others ---- */

/* @count iovecs at @addr; buffers on @side (0: addresses alone), @limit bytes of them used. */
void decode_iovecs(struct decode *d, __u64 addr, __u64 count, enum decode_side side, __u64 limit);
/* A socket address of @n >= 2 bytes. */
void decode_sockaddr_at(struct decode *d, const void *p, size_t n);
/* Whether open(2) with @flags has a mode argument. */
bool decode_open_makes_file(__u64 flags);
/* Whether a file of @mode has a device number. */
bool decode_mode_is_device(__u64 mode);
/* Arguments that futex(2) has with @op, prctl(2) with @op. */
unsigned int decode_futex_nargs(__u64 op);
unsigned int decode_prctl_nargs(__u64 op);
/* Whether fcntl(2) with @cmd has a third argument. */
bool decode_fcntl_has_arg(__u64 cmd);
/* Whether semctl(2) with @cmd has a fourth argument. */
bool decode_semctl_has_arg(__u64 cmd);
/* How fcntl's result prints with @cmd; NULL: as a plain number. */
const struct decode_type *decode_fcntl_result(__u64 cmd);

/* ---- signals (decode-signal.c) ---- */

/* struct siginfo in @s, which may be NULL. */
void decode_siginfo(struct decode *d, const struct scap_span *s);

/*
 * The same with a printer of its own for the bytes at the address (@at of
 * struct decode_pointee): NULL, addresses without bytes, and "before => after"
 * where the kernel changed what was passed in. @need: bytes without which it is
 * not called.
 */
struct decode_pointee {
	void (*at)(struct decode *d, const struct decode_pointee *m, const void *p, size_t avail,
		   __u64 len);
	const struct decode_type *type;
	size_t need;
	bool pieces;	/* @at heeds struct decode.known */
};
void decode_pointer(struct decode *d, const struct decode_pointee *m, __u64 v,
		    enum decode_side side);
/* print: one integer of @table (a decode_type) behind the address, in brackets. */
void decode_number_pointer(struct decode *d, const struct decode_type *t, __u64 v);
/* print: as many integers of @table as there are bytes. */
void decode_number_array(struct decode *d, const struct decode_type *t, __u64 v);
#define DECODE_NUMBERS(printer, where, element) \
	{ .print = (printer), .table = (element), .side = (where) }

/* print: bytes, as a quoted string. */
void decode_bytes(struct decode *d, const struct decode_type *t, __u64 v);

/* Integers of the type's width. */
void decode_signed(struct decode *d, const struct decode_type *t, __u64 v);
void decode_unsigned(struct decode *d, const struct decode_type *t, __u64 v);
void decode_hex(struct decode *d, const struct decode_type *t, __u64 v);

/* ---- a whole call (decode-call.c) ---- */

/* The whole line: name, arguments, result. */
void decode_call(struct decode *d);
/* Prints argument @i alone; true: with names, false: it had to be a bare number. */
bool decode_call_arg(struct decode *d, unsigned int i);
/* What argument @i adds behind the result, if anything. */
void decode_call_remark(struct decode *d, unsigned int i);
unsigned int decode_call_nargs(const struct decode *d);
/* Name of the call, or "syscall_0x..." in @buf. */
const char *decode_call_name(const struct decode *d, char buf[32]);
void decode_call_result(struct decode *d);

#endif
