// SPDX-License-Identifier: GPL-2.0
/*
 * prctl(2) and arch_prctl(2): operations, and what their second argument is.
 */
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>

#include <format/decode-types.h>

static const struct decode_name securebits[] = {
	NAME_FLAG_AS("SECBIT_NOROOT", 1), NAME_FLAG_AS("SECBIT_NOROOT_LOCKED", 2),
	NAME_FLAG_AS("SECBIT_NO_SETUID_FIXUP", 4), NAME_FLAG_AS("SECBIT_NO_SETUID_FIXUP_LOCKED", 8),
	NAME_FLAG_AS("SECBIT_KEEP_CAPS", 0x10), NAME_FLAG_AS("SECBIT_KEEP_CAPS_LOCKED", 0x20),
};
static const struct decode_type type_securebits = DECODE_FLAGS(8, securebits);

static const struct decode_name tsc_modes[] =
	{ NAME_ENUM(PR_TSC_ENABLE), NAME_ENUM(PR_TSC_SIGSEGV) };
static const struct decode_type type_tsc = DECODE_ENUM(4, tsc_modes);
static const struct decode_type type_tsc_pointer =
	DECODE_NUMBERS(decode_number_pointer, DECODE_OUT, &type_tsc);

static const struct decode_name dumpables[] = {
	NAME_ENUM_AS("SUID_DUMP_DISABLE", 0), NAME_ENUM_AS("SUID_DUMP_USER", 1),
	NAME_ENUM_AS("SUID_DUMP_ROOT", 2),
};
static const struct decode_type type_dumpable = DECODE_ENUM(8, dumpables);

static const struct decode_name seccomp_modes[] = {
	NAME_ENUM(SECCOMP_MODE_DISABLED), NAME_ENUM(SECCOMP_MODE_STRICT),
	NAME_ENUM(SECCOMP_MODE_FILTER),
};
static const struct decode_type type_seccomp_mode = DECODE_ENUM(8, seccomp_modes);

static const struct decode_name capabilities[] = {
	NAME_ENUM(CAP_CHOWN), NAME_ENUM(CAP_DAC_OVERRIDE), NAME_ENUM(CAP_DAC_READ_SEARCH),
	NAME_ENUM(CAP_FOWNER), NAME_ENUM(CAP_FSETID), NAME_ENUM(CAP_KILL), NAME_ENUM(CAP_SETGID),
	NAME_ENUM(CAP_SETUID), NAME_ENUM(CAP_SETPCAP), NAME_ENUM(CAP_LINUX_IMMUTABLE),
	NAME_ENUM(CAP_NET_BIND_SERVICE), NAME_ENUM(CAP_NET_BROADCAST), NAME_ENUM(CAP_NET_ADMIN),
	NAME_ENUM(CAP_NET_RAW), NAME_ENUM(CAP_IPC_LOCK), NAME_ENUM(CAP_IPC_OWNER),
	NAME_ENUM(CAP_SYS_MODULE), NAME_ENUM(CAP_SYS_RAWIO), NAME_ENUM(CAP_SYS_CHROOT),
	NAME_ENUM(CAP_SYS_PTRACE), NAME_ENUM(CAP_SYS_PACCT), NAME_ENUM(CAP_SYS_ADMIN),
	NAME_ENUM(CAP_SYS_BOOT), NAME_ENUM(CAP_SYS_NICE), NAME_ENUM(CAP_SYS_RESOURCE),
	NAME_ENUM(CAP_SYS_TIME), NAME_ENUM(CAP_SYS_TTY_CONFIG), NAME_ENUM(CAP_MKNOD),
	NAME_ENUM(CAP_LEASE), NAME_ENUM(CAP_AUDIT_WRITE), NAME_ENUM(CAP_AUDIT_CONTROL),
	NAME_ENUM(CAP_SETFCAP), NAME_ENUM(CAP_MAC_OVERRIDE), NAME_ENUM(CAP_MAC_ADMIN),
	NAME_ENUM(CAP_SYSLOG), NAME_ENUM(CAP_WAKE_ALARM), NAME_ENUM(CAP_BLOCK_SUSPEND),
	NAME_ENUM(CAP_AUDIT_READ), NAME_ENUM(CAP_PERFMON), NAME_ENUM(CAP_BPF),
	NAME_ENUM(CAP_CHECKPOINT_RESTORE),
};
static const struct decode_type type_capability = DECODE_ENUM(8, capabilities);

static const struct decode_name mm_fields[] = {
	NAME_ENUM(PR_SET_MM_START_CODE), NAME_ENUM(PR_SET_MM_END_CODE),
	NAME_ENUM(PR_SET_MM_START_DATA), NAME_ENUM(PR_SET_MM_END_DATA),
	NAME_ENUM(PR_SET_MM_START_STACK), NAME_ENUM(PR_SET_MM_START_BRK), NAME_ENUM(PR_SET_MM_BRK),
	NAME_ENUM(PR_SET_MM_ARG_START), NAME_ENUM(PR_SET_MM_ARG_END),
	NAME_ENUM(PR_SET_MM_ENV_START), NAME_ENUM(PR_SET_MM_ENV_END), NAME_ENUM(PR_SET_MM_AUXV),
	NAME_ENUM(PR_SET_MM_EXE_FILE), NAME_ENUM(PR_SET_MM_MAP), NAME_ENUM(PR_SET_MM_MAP_SIZE),
};
static const struct decode_type type_mm_field = DECODE_ENUM(8, mm_fields);

static const struct decode_name ambient[] = {
	NAME_ENUM(PR_CAP_AMBIENT_IS_SET), NAME_ENUM(PR_CAP_AMBIENT_RAISE),
	NAME_ENUM(PR_CAP_AMBIENT_LOWER), NAME_ENUM(PR_CAP_AMBIENT_CLEAR_ALL),
};
static const struct decode_type type_ambient = DECODE_ENUM(8, ambient);

static const struct decode_name speculation[] = {
	NAME_ENUM(PR_SPEC_STORE_BYPASS), NAME_ENUM(PR_SPEC_INDIRECT_BRANCH),
	NAME_ENUM(PR_SPEC_L1D_FLUSH),
};
static const struct decode_type type_speculation = DECODE_ENUM(8, speculation);

static const struct decode_name vma_names[] = { NAME_ENUM_AS("PR_SET_VMA_ANON_NAME", 0) };
static const struct decode_type type_vma = DECODE_ENUM(8, vma_names);

#define OP(op, args, type) { #op, op, args, type }
#define OP_AS(name, op, args, type) { name, op, args, type }

/* @nargs: arguments in use, the operation included; @second: NULL: there is none */
static const struct {
	const char *name;
	__u32 op, nargs;
	const struct decode_type *second;
} operations[] = {
	OP(PR_SET_PDEATHSIG, 2, &type_signo), OP(PR_GET_PDEATHSIG, 2, &type_intp),
	OP(PR_GET_DUMPABLE, 1, NULL), OP(PR_SET_DUMPABLE, 2, &type_dumpable),
	OP(PR_GET_UNALIGN, 2, &type_intp), OP(PR_SET_UNALIGN, 2, &type_int),
	OP(PR_GET_KEEPCAPS, 1, NULL), OP(PR_SET_KEEPCAPS, 2, &type_size),
	OP(PR_GET_FPEMU, 2, &type_intp), OP(PR_SET_FPEMU, 2, &type_int),
	OP(PR_GET_FPEXC, 2, &type_intp), OP(PR_SET_FPEXC, 2, &type_int),
	OP(PR_GET_TIMING, 1, NULL), OP(PR_SET_TIMING, 2, &type_int),
	OP(PR_SET_NAME, 2, &type_str), OP(PR_GET_NAME, 2, &type_path_out),
	OP(PR_GET_ENDIAN, 2, &type_intp), OP(PR_SET_ENDIAN, 2, &type_int),
	OP(PR_GET_SECCOMP, 1, NULL), OP(PR_SET_SECCOMP, 3, &type_seccomp_mode),
	OP(PR_CAPBSET_READ, 2, &type_capability), OP(PR_CAPBSET_DROP, 2, &type_capability),
	OP(PR_GET_TSC, 2, &type_tsc_pointer), OP(PR_SET_TSC, 2, &type_tsc),
	OP(PR_GET_SECUREBITS, 1, NULL), OP(PR_SET_SECUREBITS, 2, &type_securebits),
	OP(PR_SET_TIMERSLACK, 2, &type_size), OP(PR_GET_TIMERSLACK, 1, NULL),
	OP(PR_TASK_PERF_EVENTS_DISABLE, 1, NULL), OP(PR_TASK_PERF_EVENTS_ENABLE, 1, NULL),
	OP(PR_MCE_KILL, 5, &type_size), OP(PR_MCE_KILL_GET, 5, &type_size),
	OP(PR_SET_MM, 5, &type_mm_field), OP(PR_SET_PTRACER, 2, &type_pid),
	OP(PR_SET_CHILD_SUBREAPER, 2, &type_size), OP(PR_GET_CHILD_SUBREAPER, 2, &type_intp),
	OP(PR_SET_NO_NEW_PRIVS, 5, &type_size), OP(PR_GET_NO_NEW_PRIVS, 5, &type_size),
	OP(PR_GET_TID_ADDRESS, 2, &type_ptrp), OP(PR_SET_THP_DISABLE, 5, &type_size),
	OP(PR_GET_THP_DISABLE, 5, &type_size), OP(PR_MPX_ENABLE_MANAGEMENT, 5, &type_size),
	OP(PR_MPX_DISABLE_MANAGEMENT, 5, &type_size), OP(PR_SET_FP_MODE, 2, &type_size),
	OP(PR_GET_FP_MODE, 1, NULL), OP(PR_CAP_AMBIENT, 5, &type_ambient),
	OP(PR_SVE_SET_VL, 2, &type_hex), OP(PR_SVE_GET_VL, 1, NULL),
	OP(PR_GET_SPECULATION_CTRL, 5, &type_speculation),
	OP(PR_SET_SPECULATION_CTRL, 5, &type_speculation),
	OP(PR_PAC_RESET_KEYS, 5, &type_hex), OP(PR_SET_TAGGED_ADDR_CTRL, 5, &type_hex),
	OP(PR_GET_TAGGED_ADDR_CTRL, 5, &type_size), OP(PR_SET_IO_FLUSHER, 5, &type_size),
	OP(PR_GET_IO_FLUSHER, 5, &type_size), OP(PR_SET_SYSCALL_USER_DISPATCH, 5, &type_size),
	OP(PR_PAC_SET_ENABLED_KEYS, 5, &type_hex), OP(PR_PAC_GET_ENABLED_KEYS, 5, &type_size),
	OP(PR_SCHED_CORE, 5, &type_size), OP_AS("PR_SME_SET_VL", 63, 2, &type_hex),
	OP_AS("PR_SME_GET_VL", 64, 1, NULL), OP_AS("PR_SET_MDWE", 65, 5, &type_hex),
	OP_AS("PR_GET_MDWE", 66, 5, &type_size), OP_AS("PR_SET_MEMORY_MERGE", 67, 5, &type_size),
	OP_AS("PR_GET_MEMORY_MERGE", 68, 5, &type_size),
	OP_AS("PR_SET_VMA", 0x53564d41, 5, &type_vma),
	OP_AS("PR_GET_AUXV", 0x41555856, 5, &type_buf_out),
};
#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

static size_t find(__u64 op)
{
	size_t i;

	for (i = 0; i < OPERATIONS && operations[i].op != (__u32)op; i++)
		;
	return i;
}

static void print_operation(struct decode *d, const struct decode_type *t, __u64 v)
{
	size_t i = find(v);

	if (i < OPERATIONS)
		put_str(d, operations[i].name);
	else
		type_hex.print(d, t, (__u32)v);
}
const struct decode_type type_prctl_op = { .print = print_operation, .width = 4 };

static void print_second(struct decode *d, const struct decode_type *t, __u64 v)
{
	size_t i = find(d->call->args[0]);

	t = i < OPERATIONS ? operations[i].second : &type_hex;
	if (t)
		t->print(d, t, v);
}
const struct decode_type type_prctl_arg = { .print = print_second, .side = DECODE_BOTH };

unsigned int decode_prctl_nargs(__u64 op)
{
	size_t i = find(op);

	return i < OPERATIONS ? operations[i].nargs : 5;
}

/* asm/prctl.h of x86: arm64 has no such call. */
static const struct decode_name arch_operations[] = {
	NAME_ENUM_AS("ARCH_SET_GS", 0x1001), NAME_ENUM_AS("ARCH_SET_FS", 0x1002),
	NAME_ENUM_AS("ARCH_GET_FS", 0x1003), NAME_ENUM_AS("ARCH_GET_GS", 0x1004),
	NAME_ENUM_AS("ARCH_GET_CPUID", 0x1011), NAME_ENUM_AS("ARCH_SET_CPUID", 0x1012),
	NAME_ENUM_AS("ARCH_GET_XCOMP_SUPP", 0x1021), NAME_ENUM_AS("ARCH_GET_XCOMP_PERM", 0x1022),
	NAME_ENUM_AS("ARCH_REQ_XCOMP_PERM", 0x1023),
	NAME_ENUM_AS("ARCH_GET_XCOMP_GUEST_PERM", 0x1024),
	NAME_ENUM_AS("ARCH_REQ_XCOMP_GUEST_PERM", 0x1025),
	NAME_ENUM_AS("ARCH_MAP_VDSO_X32", 0x2001),
	NAME_ENUM_AS("ARCH_MAP_VDSO_32", 0x2002), NAME_ENUM_AS("ARCH_MAP_VDSO_64", 0x2003),
	NAME_ENUM_AS("ARCH_GET_UNTAG_MASK", 0x4001),
	NAME_ENUM_AS("ARCH_ENABLE_TAGGED_ADDR", 0x4002),
	NAME_ENUM_AS("ARCH_GET_MAX_TAG_BITS", 0x4003),
	NAME_ENUM_AS("ARCH_FORCE_TAGGED_SVA", 0x4004),
	NAME_ENUM_AS("ARCH_SHSTK_ENABLE", 0x5001), NAME_ENUM_AS("ARCH_SHSTK_DISABLE", 0x5002),
	NAME_ENUM_AS("ARCH_SHSTK_LOCK", 0x5003), NAME_ENUM_AS("ARCH_SHSTK_UNLOCK", 0x5004),
	NAME_ENUM_AS("ARCH_SHSTK_STATUS", 0x5005), NAME_ENUM_AS("ARCH_CET_STATUS", 0x3001),
};
const struct decode_type type_arch_prctl_op = DECODE_ENUM(4, arch_operations);
