// SPDX-License-Identifier: GPL-2.0
/*
 * syscalls.def made into data: one row a call, and from each architecture's
 * numbers to rows. A number used twice does not compile.
 */
#include <scap/plan-rules.h>

/* Room for numbers, well above the highest in use. */
#define NR_MAX 512
#define NA (-1)

/* ---- the words that rows are written in ---- */

#define BLOCKS	SCAP_ROW_BLOCKS
#define NEWFD	SCAP_ROW_NEWFD
#define FDS	SCAP_ROW_FDS

#define EMULATE		.class = SCAP_EMULATE
#define EXECUTE		.class = SCAP_EXECUTE
#define PROCESS		.class = SCAP_PROCESS
#define REFUSE(code)	.class = SCAP_REFUSE, .refuse = (code)

#define T_PICK(_0, _1, _2, _3, _4, _5, _6, name, ...) name
#define T(...) T_PICK(_, ##__VA_ARGS__, T6, T5, T4, T3, T2, T1, T0)(__VA_ARGS__)
#define T0()		.nargs = 0
#define T1(a)		.nargs = 1, .type = { SCAP_T_##a }
#define T2(a, b)	.nargs = 2, .type = { SCAP_T_##a, SCAP_T_##b }
#define T3(a, b, c)	.nargs = 3, .type = { SCAP_T_##a, SCAP_T_##b, SCAP_T_##c }
#define T4(a, b, c, d) \
	.nargs = 4, .type = { SCAP_T_##a, SCAP_T_##b, SCAP_T_##c, SCAP_T_##d }
#define T5(a, b, c, d, e) \
	.nargs = 5, .type = { SCAP_T_##a, SCAP_T_##b, SCAP_T_##c, SCAP_T_##d, SCAP_T_##e }
#define T6(a, b, c, d, e, f) \
	.nargs = 6, .type = { SCAP_T_##a, SCAP_T_##b, SCAP_T_##c, SCAP_T_##d, SCAP_T_##e, \
			      SCAP_T_##f }

/* lengths */
#define BYTES(v)	.len = SCAP_LEN_CONST, .n = (v)
#define SZ(type)	BYTES(SCAP_SIZE_##type)
#define ARG(a)		.len = SCAP_LEN_ARG, .larg = (a), .n = 1
#define ARGX(a, v)	.len = SCAP_LEN_ARG, .larg = (a), .n = (v)
#define ARGMAX(a, v, m)	.len = SCAP_LEN_ARG, .larg = (a), .n = (v), .max = (m)
#define ARGPLUS(a, v)	.len = SCAP_LEN_ARG, .larg = (a), .n = 1, .plus = (v)
#define ARG32(a, v, m)	.len = SCAP_LEN_ARG32, .larg = (a), .n = (v), .max = (m)
#define FILLED(a)	.len = SCAP_LEN_FILLED, .larg = (a)
#define RESULT(a, v)	.len = SCAP_LEN_RESULT, .larg = (a), .n = (v)
#define RESULTPLUS(a, v) .len = SCAP_LEN_RESULT, .larg = (a), .n = 1, .plus = (v)
#define IOVECS (SCAP_UIO_MAXIOV * SCAP_SIZE_IOVEC)
#define VALUERES(a)	.len = SCAP_LEN_VALUE_RESULT, .larg = (a)
#define SIZED(a, m)	.len = SCAP_LEN_SIZED, .larg = (a), .n = (m)
#define NODES(a)	.len = SCAP_LEN_NODES, .larg = (a)

/* rules */
#define NONE
#define R(a, length)	{ .op = SCAP_RULE_IN, .arg = (a), length },
#define S(a)		{ .op = SCAP_RULE_STRING, .arg = (a) },
#define SAVE32(a)	{ .op = SCAP_RULE_SAVE32, .arg = (a) },
#define IOVR(a, count)	{ .op = SCAP_RULE_IOV_IN, .arg = (a), .larg = (count) },
#define IOVS(a, count)	{ .op = SCAP_RULE_IOV_KEEP, .arg = (a), .larg = (count) },
#define PLAN_IN(name)	{ .op = SCAP_RULE_PLAN_IN, .in = scap_##name##_in },
#define W(a, length)	{ .op = SCAP_RULE_OUT, .arg = (a), length },
#define WA(a, length)	{ .op = SCAP_RULE_OUT_ALWAYS, .arg = (a), length },
#define WP(a, length)	{ .op = SCAP_RULE_OUT_POSITIVE, .arg = (a), length },
#define WINTR(a, length) { .op = SCAP_RULE_OUT_INTR, .arg = (a), length },
#define IOVW(a, count)	{ .op = SCAP_RULE_IOV_OUT, .arg = (a), .larg = (count) },
#define PLAN_OUT(name)	{ .op = SCAP_RULE_PLAN_OUT, .out = scap_##name##_out },

/* ---- the table ---- */

#define RULES(...) (const struct scap_rule[]) { __VA_ARGS__ { .op = SCAP_RULE_END } }

static const struct scap_row rows[SCAP_SYS_COUNT] = {
#define SYS(sysname, x86, arm64, how, flag, result, types, in, out) \
	[SCAP_SYS_##sysname] = { \
		.info = { .name = #sysname, .id = SCAP_SYS_##sysname, .flags = (flag), \
			  .ret = SCAP_T_##result, how, types }, \
		.entry = RULES(in), \
		.exit = RULES(out), \
	},
#include <scap/syscalls.def>
#undef SYS
};

/* Numbers to rows; a row without a number here has a slot of its own above. */
#define SLOT(nr, row) ((nr) >= 0 ? (nr) : NR_MAX + (row))

static const __u16 x86_64_row[NR_MAX + SCAP_SYS_COUNT] = {
#define SYS(sysname, x86, ...) [SLOT(x86, SCAP_SYS_##sysname)] = SCAP_SYS_##sysname,
#include <scap/syscalls.def>
#undef SYS
};

static const __u16 arm64_row[NR_MAX + SCAP_SYS_COUNT] = {
#define SYS(sysname, x86, arm64, ...) [SLOT(arm64, SCAP_SYS_##sysname)] = SCAP_SYS_##sysname,
#include <scap/syscalls.def>
#undef SYS
};

/* ---- looking up ---- */

static const struct scap_row *find_row(enum scap_arch arch, __u32 nr)
{
	__u16 row;

	if (nr >= NR_MAX)
		return NULL;
	row = arch == SCAP_ARCH_ARM64 ? arm64_row[nr] : x86_64_row[nr];
	return row ? &rows[row] : NULL;
}

const struct scap_row *scap_row(__u32 nr)
{
	return find_row(SCAP_ARCH_NATIVE, nr);
}

const struct scap_sysinfo *scap_sysinfo_arch(enum scap_arch arch, __u32 nr)
{
	const struct scap_row *row = find_row(arch, nr);

	return row ? &row->info : NULL;
}

const struct scap_sysinfo *scap_sysinfo(__u32 nr)
{
	return scap_sysinfo_arch(SCAP_ARCH_NATIVE, nr);
}

__u32 scap_sysinfo_end(enum scap_arch arch)
{
	__u32 nr = NR_MAX;

	while (nr && !find_row(arch, nr - 1))
		nr--;
	return nr;
}

const struct scap_sysinfo *scap_sysinfo_name(enum scap_arch arch, const char *name, __u32 *nr)
{
	__u32 i;

	for (i = 0; i < NR_MAX; i++) {
		const struct scap_row *row = find_row(arch, i);

		if (!row || strcmp(row->info.name, name) != 0)
			continue;
		if (nr)
			*nr = i;
		return &row->info;
	}
	return NULL;
}
