// SPDX-License-Identifier: GPL-2.0
/*
 * Watching and confining: ptrace, seccomp, bpf, perf, landlock, LSMs.
 */
#include <linux/bpf.h>
#include <linux/landlock.h>
#include <linux/perf_event.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>

#include <format/decode-types.h>

static const struct decode_name ptrace_requests[] = {
	NAME_ENUM(PTRACE_TRACEME), NAME_ENUM(PTRACE_PEEKTEXT), NAME_ENUM(PTRACE_PEEKDATA),
	NAME_ENUM(PTRACE_PEEKUSR), NAME_ENUM(PTRACE_POKETEXT), NAME_ENUM(PTRACE_POKEDATA),
	NAME_ENUM(PTRACE_POKEUSR), NAME_ENUM(PTRACE_CONT), NAME_ENUM(PTRACE_KILL),
	NAME_ENUM(PTRACE_SINGLESTEP), NAME_ENUM_AS("PTRACE_GETREGS", 12),
	NAME_ENUM_AS("PTRACE_SETREGS", 13), NAME_ENUM_AS("PTRACE_GETFPREGS", 14),
	NAME_ENUM_AS("PTRACE_SETFPREGS", 15), NAME_ENUM(PTRACE_ATTACH), NAME_ENUM(PTRACE_DETACH),
	NAME_ENUM(PTRACE_SYSCALL), NAME_ENUM_AS("PTRACE_ARCH_PRCTL", 30),
	NAME_ENUM_AS("PTRACE_SYSEMU", 31), NAME_ENUM_AS("PTRACE_SYSEMU_SINGLESTEP", 32),
	NAME_ENUM(PTRACE_SETOPTIONS), NAME_ENUM(PTRACE_GETEVENTMSG), NAME_ENUM(PTRACE_GETSIGINFO),
	NAME_ENUM(PTRACE_SETSIGINFO), NAME_ENUM(PTRACE_GETREGSET), NAME_ENUM(PTRACE_SETREGSET),
	NAME_ENUM(PTRACE_SEIZE), NAME_ENUM(PTRACE_INTERRUPT), NAME_ENUM(PTRACE_LISTEN),
	NAME_ENUM(PTRACE_PEEKSIGINFO), NAME_ENUM(PTRACE_GETSIGMASK), NAME_ENUM(PTRACE_SETSIGMASK),
	NAME_ENUM(PTRACE_SECCOMP_GET_FILTER), NAME_ENUM(PTRACE_SECCOMP_GET_METADATA),
	NAME_ENUM(PTRACE_GET_SYSCALL_INFO), NAME_ENUM(PTRACE_GET_RSEQ_CONFIGURATION),
};
const struct decode_type type_ptrace_req = DECODE_ENUM(8, ptrace_requests);

/* ---- seccomp(2) ---- */

static const struct decode_name seccomp_ops[] = {
	NAME_ENUM(SECCOMP_SET_MODE_STRICT), NAME_ENUM(SECCOMP_SET_MODE_FILTER),
	NAME_ENUM(SECCOMP_GET_ACTION_AVAIL), NAME_ENUM(SECCOMP_GET_NOTIF_SIZES),
};
const struct decode_type type_seccomp_op = DECODE_ENUM(4, seccomp_ops);

static const struct decode_name seccomp_flags[] = {
	NAME_FLAG(SECCOMP_FILTER_FLAG_TSYNC), NAME_FLAG(SECCOMP_FILTER_FLAG_LOG),
	NAME_FLAG(SECCOMP_FILTER_FLAG_SPEC_ALLOW), NAME_FLAG(SECCOMP_FILTER_FLAG_NEW_LISTENER),
	NAME_FLAG(SECCOMP_FILTER_FLAG_TSYNC_ESRCH),
	NAME_FLAG_AS("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", 0x20),
};
const struct decode_type type_seccomp_flags = DECODE_FLAGS(8, seccomp_flags);

static const struct decode_name seccomp_actions[] = {
	NAME_ENUM(SECCOMP_RET_KILL_PROCESS), NAME_ENUM(SECCOMP_RET_KILL_THREAD),
	NAME_ENUM(SECCOMP_RET_TRAP), NAME_ENUM(SECCOMP_RET_ERRNO),
	NAME_ENUM(SECCOMP_RET_USER_NOTIF),
	NAME_ENUM(SECCOMP_RET_TRACE), NAME_ENUM(SECCOMP_RET_LOG), NAME_ENUM(SECCOMP_RET_ALLOW),
};
static const struct decode_type type_seccomp_action = DECODE_ENUM(4, seccomp_actions);
static const struct decode_type type_seccomp_action_pointer =
	DECODE_NUMBERS(decode_number_pointer, DECODE_BOTH, &type_seccomp_action);

/* struct sock_fprog: len 2, filter 8 */
static const struct decode_field fprog_fields[] = {
	{ "len", 0, 2, FIELD_UNSIGNED, false, NULL },
	{ "filter", 8, 8, FIELD_UNSIGNED, false, &type_ptr },
};
const struct decode_type type_seccomp_prog = DECODE_STRUCT(16, DECODE_IN, fprog_fields);

static const struct decode_field notif_sizes_fields[] = {
	{ "seccomp_notif", 0, 2, FIELD_UNSIGNED, false, NULL },
	{ "seccomp_notif_resp", 2, 2, FIELD_UNSIGNED, false, NULL },
	{ "seccomp_data", 4, 2, FIELD_UNSIGNED, false, NULL },
};
static const struct decode_type type_notif_sizes = DECODE_STRUCT(6, DECODE_OUT, notif_sizes_fields);

static void print_seccomp_argument(struct decode *d, const struct decode_type *t, __u64 v)
{
	switch ((__u32)d->call->args[0]) {
	case SECCOMP_SET_MODE_FILTER:
		t = &type_seccomp_prog;
		break;
	case SECCOMP_GET_ACTION_AVAIL:
		t = &type_seccomp_action_pointer;
		break;
	case SECCOMP_GET_NOTIF_SIZES:
		t = &type_notif_sizes;
		break;
	default:
		t = &type_ptr;
	}
	t->print(d, t, v);
}
const struct decode_type type_seccomp_arg = { .print = print_seccomp_argument,
					      .side = DECODE_BOTH };

/* ---- bpf(2) ---- */

static const struct decode_name bpf_commands[] = {
	NAME_ENUM(BPF_MAP_CREATE), NAME_ENUM(BPF_MAP_LOOKUP_ELEM), NAME_ENUM(BPF_MAP_UPDATE_ELEM),
	NAME_ENUM(BPF_MAP_DELETE_ELEM), NAME_ENUM(BPF_MAP_GET_NEXT_KEY), NAME_ENUM(BPF_PROG_LOAD),
	NAME_ENUM(BPF_OBJ_PIN), NAME_ENUM(BPF_OBJ_GET), NAME_ENUM(BPF_PROG_ATTACH),
	NAME_ENUM(BPF_PROG_DETACH), NAME_ENUM(BPF_PROG_TEST_RUN), NAME_ENUM(BPF_PROG_GET_NEXT_ID),
	NAME_ENUM(BPF_MAP_GET_NEXT_ID), NAME_ENUM(BPF_PROG_GET_FD_BY_ID),
	NAME_ENUM(BPF_MAP_GET_FD_BY_ID), NAME_ENUM(BPF_OBJ_GET_INFO_BY_FD),
	NAME_ENUM(BPF_PROG_QUERY), NAME_ENUM(BPF_RAW_TRACEPOINT_OPEN), NAME_ENUM(BPF_BTF_LOAD),
	NAME_ENUM(BPF_BTF_GET_FD_BY_ID), NAME_ENUM(BPF_TASK_FD_QUERY),
	NAME_ENUM(BPF_MAP_LOOKUP_AND_DELETE_ELEM), NAME_ENUM(BPF_MAP_FREEZE),
	NAME_ENUM(BPF_BTF_GET_NEXT_ID), NAME_ENUM(BPF_MAP_LOOKUP_BATCH),
	NAME_ENUM(BPF_MAP_LOOKUP_AND_DELETE_BATCH), NAME_ENUM(BPF_MAP_UPDATE_BATCH),
	NAME_ENUM(BPF_MAP_DELETE_BATCH), NAME_ENUM(BPF_LINK_CREATE), NAME_ENUM(BPF_LINK_UPDATE),
	NAME_ENUM(BPF_LINK_GET_FD_BY_ID), NAME_ENUM(BPF_LINK_GET_NEXT_ID),
	NAME_ENUM(BPF_ENABLE_STATS), NAME_ENUM(BPF_ITER_CREATE), NAME_ENUM(BPF_LINK_DETACH),
	NAME_ENUM(BPF_PROG_BIND_MAP), NAME_ENUM_AS("BPF_TOKEN_CREATE", 36),
};
const struct decode_type type_bpf_cmd = DECODE_ENUM(4, bpf_commands);

/* The union is shown as its bytes: each command has fields of its own. */
const struct decode_type type_bpf_attr = { .print = decode_bytes, .side = DECODE_BOTH };

/* ---- perf_event_open(2) ---- */

static const struct decode_name perf_types[] = {
	NAME_ENUM(PERF_TYPE_HARDWARE), NAME_ENUM(PERF_TYPE_SOFTWARE),
	NAME_ENUM(PERF_TYPE_TRACEPOINT),
	NAME_ENUM(PERF_TYPE_HW_CACHE), NAME_ENUM(PERF_TYPE_RAW), NAME_ENUM(PERF_TYPE_BREAKPOINT),
};
static const struct decode_type type_perf_type = DECODE_ENUM(4, perf_types);

static const struct decode_field perf_fields[] = {
	{ "type", 0, 4, FIELD_UNSIGNED, false, &type_perf_type },
	{ "size", 4, 4, FIELD_UNSIGNED, false, NULL },
	{ "config", 8, 8, FIELD_UNSIGNED, false, &type_hex },
	{ "sample_period", 16, 8, FIELD_UNSIGNED, false, NULL },
	{ "sample_type", 24, 8, FIELD_UNSIGNED, false, &type_hex },
	{ "read_format", 32, 8, FIELD_UNSIGNED, false, &type_hex },
	{ .kind = FIELD_MORE },
};
const struct decode_type type_perf_attr = DECODE_STRUCT(40, DECODE_IN, perf_fields);

static const struct decode_name perf_flags[] = {
	NAME_FLAG(PERF_FLAG_FD_NO_GROUP), NAME_FLAG(PERF_FLAG_FD_OUTPUT),
	NAME_FLAG(PERF_FLAG_PID_CGROUP), NAME_FLAG(PERF_FLAG_FD_CLOEXEC),
};
const struct decode_type type_perf_flags = DECODE_FLAGS(8, perf_flags);

/* ---- landlock(7) ---- */

static const struct decode_name landlock_create[] = {
	NAME_FLAG(LANDLOCK_CREATE_RULESET_VERSION),
};
const struct decode_type type_landlock_create_flags = DECODE_FLAGS(4, landlock_create);

static const struct decode_name landlock_rules[] = {
	NAME_ENUM(LANDLOCK_RULE_PATH_BENEATH), NAME_ENUM_AS("LANDLOCK_RULE_NET_PORT", 2),
};
const struct decode_type type_landlock_rule = DECODE_ENUM(4, landlock_rules);

static const struct decode_name landlock_fs[] = {
	NAME_FLAG(LANDLOCK_ACCESS_FS_EXECUTE), NAME_FLAG(LANDLOCK_ACCESS_FS_WRITE_FILE),
	NAME_FLAG(LANDLOCK_ACCESS_FS_READ_FILE), NAME_FLAG(LANDLOCK_ACCESS_FS_READ_DIR),
	NAME_FLAG(LANDLOCK_ACCESS_FS_REMOVE_DIR), NAME_FLAG(LANDLOCK_ACCESS_FS_REMOVE_FILE),
	NAME_FLAG(LANDLOCK_ACCESS_FS_MAKE_CHAR), NAME_FLAG(LANDLOCK_ACCESS_FS_MAKE_DIR),
	NAME_FLAG(LANDLOCK_ACCESS_FS_MAKE_REG), NAME_FLAG(LANDLOCK_ACCESS_FS_MAKE_SOCK),
	NAME_FLAG(LANDLOCK_ACCESS_FS_MAKE_FIFO), NAME_FLAG(LANDLOCK_ACCESS_FS_MAKE_BLOCK),
	NAME_FLAG(LANDLOCK_ACCESS_FS_MAKE_SYM), NAME_FLAG(LANDLOCK_ACCESS_FS_REFER),
	NAME_FLAG_AS("LANDLOCK_ACCESS_FS_TRUNCATE", 1 << 14),
	NAME_FLAG_AS("LANDLOCK_ACCESS_FS_IOCTL_DEV", 1 << 15),
};
static const struct decode_type type_landlock_fs = DECODE_FLAGS(8, landlock_fs);

/* The structure has grown; what the caller has stands at the front. */
static const struct decode_field ruleset_fields[] = {
	{ "handled_access_fs", 0, 8, FIELD_UNSIGNED, false, &type_landlock_fs },
};
const struct decode_type type_landlock_ruleset = DECODE_STRUCT(8, DECODE_IN, ruleset_fields);

static const struct decode_field beneath_fields[] = {
	{ "allowed_access", 0, 8, FIELD_UNSIGNED, false, &type_landlock_fs },
	{ "parent_fd", 8, 4, FIELD_SIGNED, false, NULL },
};
static const struct decode_type type_beneath = DECODE_STRUCT(12, DECODE_IN, beneath_fields);

static const struct decode_field port_fields[] = {
	{ "allowed_access", 0, 8, FIELD_UNSIGNED, false, &type_hex },
	{ "port", 8, 8, FIELD_UNSIGNED, false, NULL },
};
static const struct decode_type type_port = DECODE_STRUCT(16, DECODE_IN, port_fields);

static void print_rule(struct decode *d, const struct decode_type *t, __u64 v)
{
	t = (__u32)d->call->args[1] == LANDLOCK_RULE_PATH_BENEATH ? &type_beneath : &type_port;
	t->print(d, t, v);
}
const struct decode_type type_landlock_rule_attr = { .print = print_rule, .side = DECODE_IN };

/* ---- lsm_get_self_attr(2) and its kin (linux/lsm.h) ---- */

static const struct decode_name lsm_attributes[] = {
	NAME_ENUM_AS("LSM_ATTR_CURRENT", 100), NAME_ENUM_AS("LSM_ATTR_EXEC", 101),
	NAME_ENUM_AS("LSM_ATTR_FSCREATE", 102), NAME_ENUM_AS("LSM_ATTR_KEYCREATE", 103),
	NAME_ENUM_AS("LSM_ATTR_PREV", 104), NAME_ENUM_AS("LSM_ATTR_SOCKCREATE", 105),
};
const struct decode_type type_lsm_attr = DECODE_ENUM(4, lsm_attributes);

static const struct decode_name lsm_ids[] = {
	NAME_ENUM_AS("LSM_ID_CAPABILITY", 100), NAME_ENUM_AS("LSM_ID_SELINUX", 101),
	NAME_ENUM_AS("LSM_ID_SMACK", 102), NAME_ENUM_AS("LSM_ID_TOMOYO", 103),
	NAME_ENUM_AS("LSM_ID_APPARMOR", 104), NAME_ENUM_AS("LSM_ID_YAMA", 105),
	NAME_ENUM_AS("LSM_ID_LOADPIN", 106), NAME_ENUM_AS("LSM_ID_SAFESETID", 107),
	NAME_ENUM_AS("LSM_ID_LOCKDOWN", 108), NAME_ENUM_AS("LSM_ID_BPF", 109),
	NAME_ENUM_AS("LSM_ID_LANDLOCK", 110), NAME_ENUM_AS("LSM_ID_IMA", 111),
	NAME_ENUM_AS("LSM_ID_EVM", 112), NAME_ENUM_AS("LSM_ID_IPE", 113),
};
static const struct decode_type type_lsm_id = DECODE_ENUM(8, lsm_ids);
const struct decode_type type_lsm_ids =
	DECODE_NUMBERS(decode_number_array, DECODE_OUT, &type_lsm_id);

/* struct lsm_ctx: id 8, flags 8, len 8, ctx_len 8, then the context */
static const struct decode_field lsm_ctx_fields[] = {
	{ "id", 0, 8, FIELD_UNSIGNED, false, &type_lsm_id },
	{ "flags", 8, 8, FIELD_UNSIGNED, false, &type_hex },
	{ "len", 16, 8, FIELD_UNSIGNED, false, NULL },
	{ "ctx_len", 24, 8, FIELD_UNSIGNED, false, NULL },
	{ .kind = FIELD_MORE },
};
const struct decode_type type_lsm_ctx = DECODE_STRUCT(32, DECODE_BOTH, lsm_ctx_fields);
