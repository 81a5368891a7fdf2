// SPDX-License-Identifier: GPL-2.0
/*
 * Futexes (futex(2), futex_waitv(2), the robust list).
 */
#include <linux/futex.h>

#include <format/decode-types.h>

#define OP FUTEX_CMD_MASK

static const struct decode_name ops[] = {
	NAME_FIELD(FUTEX_WAIT, OP), NAME_FIELD(FUTEX_WAKE, OP), NAME_FIELD(FUTEX_FD, OP),
	NAME_FIELD(FUTEX_REQUEUE, OP), NAME_FIELD(FUTEX_CMP_REQUEUE, OP),
	NAME_FIELD(FUTEX_WAKE_OP, OP), NAME_FIELD(FUTEX_LOCK_PI, OP),
	NAME_FIELD(FUTEX_UNLOCK_PI, OP), NAME_FIELD(FUTEX_TRYLOCK_PI, OP),
	NAME_FIELD(FUTEX_WAIT_BITSET, OP), NAME_FIELD(FUTEX_WAKE_BITSET, OP),
	NAME_FIELD(FUTEX_WAIT_REQUEUE_PI, OP), NAME_FIELD(FUTEX_CMP_REQUEUE_PI, OP),
	NAME_FIELD(FUTEX_LOCK_PI2, OP),
};
static const struct decode_type type_op = DECODE_ENUM(4, ops);

static void print_op(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	decode_enum(d, &type_op, v & OP);
	if (v & FUTEX_PRIVATE_FLAG)
		put_str(d, "_PRIVATE");
	if (v & FUTEX_CLOCK_REALTIME)
		put_str(d, "|FUTEX_CLOCK_REALTIME");
}
const struct decode_type type_futex_op = { .print = print_op, .width = 4 };

/* The futex word is named by its address. */
static void print_word(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	put_pointer(d, v);
}
const struct decode_type type_futex = { .print = print_word, .width = 8 };

static bool takes_number(__u64 op)
{
	op &= OP;
	return op == FUTEX_REQUEUE || op == FUTEX_CMP_REQUEUE || op == FUTEX_WAKE_OP ||
	       op == FUTEX_CMP_REQUEUE_PI;
}

static void print_value(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	if (takes_number(d->call->args[1]))
		put_unsigned(d, v);
	else
		type_timespec.print(d, &type_timespec, v);
}
const struct decode_type type_futex_val = { .print = print_value, .side = DECODE_IN };

static const struct decode_name bit_sets[] = { NAME_ENUM(FUTEX_BITSET_MATCH_ANY) };
static const struct decode_type type_bit_set = DECODE_ENUM(4, bit_sets);

static const struct decode_name wake_ops[] = {
	NAME_FIELD(FUTEX_OP_SET, 7), NAME_FIELD(FUTEX_OP_ADD, 7), NAME_FIELD(FUTEX_OP_OR, 7),
	NAME_FIELD(FUTEX_OP_ANDN, 7), NAME_FIELD(FUTEX_OP_XOR, 7), NAME_FLAG(FUTEX_OP_OPARG_SHIFT),
};
static const struct decode_type type_wake_op = DECODE_FLAGS(4, wake_ops);

static const struct decode_name comparisons[] = {
	NAME_ENUM(FUTEX_OP_CMP_EQ), NAME_ENUM(FUTEX_OP_CMP_NE), NAME_ENUM(FUTEX_OP_CMP_LT),
	NAME_ENUM(FUTEX_OP_CMP_LE), NAME_ENUM(FUTEX_OP_CMP_GT), NAME_ENUM(FUTEX_OP_CMP_GE),
};
static const struct decode_type type_comparison = DECODE_ENUM(4, comparisons);

/* FUTEX_OP(op, oparg, cmp, cmparg) of linux/futex.h: 4, 12, 4, 12 bits from the wrong end. */
static void print_wake_op(struct decode *d, __u32 v)
{
	put_str(d, "FUTEX_OP(");
	decode_flags(d, &type_wake_op, v >> 28);
	put_str(d, ", ");
	put_unsigned(d, v >> 12 & 0xfff);
	put_str(d, ", ");
	decode_enum(d, &type_comparison, v >> 24 & 0xf);
	put_str(d, ", ");
	put_unsigned(d, v & 0xfff);
	put_char(d, ')');
}

static void print_value3(struct decode *d, const struct decode_type *t, __u64 v)
{
	__u64 op = d->call->args[1] & OP;

	(void)t;
	if (op == FUTEX_WAKE_OP)
		print_wake_op(d, (__u32)v);
	else if (op == FUTEX_WAIT_BITSET || op == FUTEX_WAKE_BITSET)
		decode_enum(d, &type_bit_set, v);
	else
		put_unsigned(d, (__u32)v);
}
const struct decode_type type_futex_val3 = { .print = print_value3, .width = 4 };

/* Arguments that the operation uses: WAKE three, WAIT four, the rest all. */
unsigned int decode_futex_nargs(__u64 op)
{
	switch (op & OP) {
	case FUTEX_WAKE:
	case FUTEX_FD:
		return 3;
	case FUTEX_UNLOCK_PI:
	case FUTEX_TRYLOCK_PI:
		return 2;
	case FUTEX_WAIT:
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
		return 4;
	case FUTEX_REQUEUE:
		return 5;
	default:
		return 6;
	}
}

#define SIZE_BITS 3

static const struct decode_name futex2_flags[] = {
	{ 0, SIZE_BITS, "FUTEX2_SIZE_U8" }, { 1, SIZE_BITS, "FUTEX2_SIZE_U16" },
	{ 2, SIZE_BITS, "FUTEX2_SIZE_U32" }, { 3, SIZE_BITS, "FUTEX2_SIZE_U64" },
	NAME_FLAG_AS("FUTEX2_NUMA", 4), NAME_FLAG_AS("FUTEX2_PRIVATE", 0x80),
};
const struct decode_type type_futex2_flags = DECODE_FLAGS(4, futex2_flags);

static const struct decode_field waitv_fields[] = {
	{ "val", 0, 8, FIELD_UNSIGNED, false, &type_hex },
	{ "uaddr", 8, 8, FIELD_UNSIGNED, false, &type_ptr },
	{ "flags", 16, 4, FIELD_UNSIGNED, false, &type_futex2_flags },
};
static const struct decode_type waitv = DECODE_STRUCT(24, DECODE_IN, waitv_fields);

static void print_waitv(struct decode *d, const struct decode_type *t, __u64 v)
{
	/* futex_requeue(2) has a pair and no count. */
	bool counted = d->row && !strcmp(d->row->name, "futex_waitv");

	(void)t;
	decode_array(d, &waitv, v, counted ? (__u32)d->call->args[1] : 2);
}
const struct decode_type type_futex_waitv = { .print = print_waitv, .side = DECODE_IN };

static const struct decode_field robust_fields[] = {
	{ "list", 0, 8, FIELD_UNSIGNED, false, &type_ptr },
	{ "futex_offset", 8, 8, FIELD_SIGNED, false, NULL },
	{ "list_op_pending", 16, 8, FIELD_UNSIGNED, false, &type_ptr },
};

static void print_robust(struct decode *d, const struct decode_type *t, __u64 v)
{
	static const struct decode_type fields = DECODE_STRUCT(24, DECODE_IN, robust_fields);

	(void)t;
	/* set_robust_list only notes the address: the list is read at the thread's end. */
	if (decode_mem(d, v, DECODE_IN, 24))
		decode_struct(d, &fields, v);
	else
		put_pointer(d, v);
}
const struct decode_type type_robust_list = { .print = print_robust, .side = DECODE_IN };
