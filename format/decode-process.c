// SPDX-License-Identifier: GPL-2.0
/*
 * Processes: their making, end, limits, scheduling, credentials and facts
 * about the machine they run on.
 */
#include <linux/capability.h>
#include <linux/ioprio.h>
#include <linux/kcmp.h>
#include <linux/personality.h>
#include <linux/random.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <linux/sysinfo.h>
#include <linux/utsname.h>
#include <linux/wait.h>

#include <format/decode-types.h>

/* ---- clone(2) ---- */

#define CLONE_EVERYWHERE \
	NAME_FLAG(CLONE_VM), NAME_FLAG(CLONE_FS), NAME_FLAG(CLONE_FILES), \
	NAME_FLAG(CLONE_SIGHAND), NAME_FLAG(CLONE_PIDFD), NAME_FLAG(CLONE_PTRACE), \
	NAME_FLAG(CLONE_VFORK), NAME_FLAG(CLONE_PARENT), NAME_FLAG(CLONE_THREAD), \
	NAME_FLAG(CLONE_NEWNS), NAME_FLAG(CLONE_SYSVSEM), NAME_FLAG(CLONE_SETTLS), \
	NAME_FLAG(CLONE_PARENT_SETTID), NAME_FLAG(CLONE_CHILD_CLEARTID), \
	NAME_FLAG(CLONE_DETACHED), NAME_FLAG(CLONE_UNTRACED), NAME_FLAG(CLONE_CHILD_SETTID), \
	NAME_FLAG(CLONE_NEWCGROUP), NAME_FLAG(CLONE_NEWUTS), NAME_FLAG(CLONE_NEWIPC), \
	NAME_FLAG(CLONE_NEWUSER), NAME_FLAG(CLONE_NEWPID), NAME_FLAG(CLONE_NEWNET), \
	NAME_FLAG(CLONE_IO)

static const struct decode_name clone_bits[] = { CLONE_EVERYWHERE };
static const struct decode_type clone_names = DECODE_FLAGS(8, clone_bits);

static void print_clone_flags(struct decode *d, const struct decode_type *t, __u64 v)
{
	int signo = (int)(v & CSIGNAL);

	(void)t;
	v &= ~(__u64)CSIGNAL;
	if (v || !signo)
		decode_flags(d, &clone_names, v);
	if (!signo)
		return;
	if (v)
		put_char(d, '|');
	type_signo.print(d, &type_signo, (__u64)signo);
}
const struct decode_type type_clone_flags = { .print = print_clone_flags, .width = 8 };

/* The low byte is CLONE_NEWTIME's here, and the new flags of clone3 lie above 32 bits. */
static const struct decode_name unshare_bits[] = {
	CLONE_EVERYWHERE, NAME_FLAG(CLONE_NEWTIME), NAME_FLAG(CLONE_CLEAR_SIGHAND),
	NAME_FLAG(CLONE_INTO_CGROUP),
};
const struct decode_type type_unshare_flags = DECODE_FLAGS(8, unshare_bits);

static const struct decode_field clone_args_fields[] = {
	FIELD_U(struct clone_args, flags, &type_unshare_flags),
	FIELD_U0(struct clone_args, pidfd, &type_ptr),
	FIELD_U0(struct clone_args, child_tid, &type_ptr),
	FIELD_U0(struct clone_args, parent_tid, &type_ptr),
	FIELD_U(struct clone_args, exit_signal, &type_signo),
	FIELD_U(struct clone_args, stack, &type_ptr),
	FIELD_U(struct clone_args, stack_size, &type_hex),
	FIELD_U0(struct clone_args, tls, &type_ptr),
	FIELD_U0(struct clone_args, set_tid, &type_ptr),
	FIELD_U0(struct clone_args, set_tid_size, NULL),
	FIELD_U0(struct clone_args, cgroup, NULL),
};

/* clone3(2) takes the structure's size, which has grown: the prefix has its first 64 bytes. */
static void clone_args_at(struct decode *d, const struct decode_pointee *m, const void *p,
			  size_t avail, __u64 len)
{
	(void)len;
	decode_struct_at(d, m->type, p, avail);
}

static void print_clone_args(struct decode *d, const struct decode_type *t, __u64 v)
{
	static const struct decode_type fields =
		DECODE_STRUCT(sizeof(struct clone_args), DECODE_IN, clone_args_fields);
	static const struct decode_pointee m = { .at = clone_args_at, .type = &fields, .need = 8 };

	decode_pointer(d, &m, v, t->side);
}
const struct decode_type type_clone_args = { .print = print_clone_args, .side = DECODE_IN };

/* ---- wait(2) ---- */

static const struct decode_name wait_flags[] = {
	NAME_FLAG(WNOHANG), NAME_FLAG(WSTOPPED), NAME_FLAG(WEXITED), NAME_FLAG(WCONTINUED),
	NAME_FLAG(WNOWAIT), NAME_FLAG(__WNOTHREAD), NAME_FLAG(__WALL), NAME_FLAG(__WCLONE),
};
const struct decode_type type_wait_flags = DECODE_FLAGS(4, wait_flags);

static const struct decode_name id_types[] = {
	NAME_ENUM(P_ALL), NAME_ENUM(P_PID), NAME_ENUM(P_PGID), NAME_ENUM(P_PIDFD),
};
const struct decode_type type_waitid_type = DECODE_ENUM(4, id_types);

/* Bits of a status word as wait(2)'s macros take them apart. */
#define STATUS_CONTINUED 0xffff
#define STATUS_STOPPED	 0x7f
#define STATUS_CORE	 0x80

static void put_status_signal(struct decode *d, const char *test, const char *get, int signo)
{
	put_str(d, test);
	put_str(d, get);
	type_signo.print(d, &type_signo, (__u32)signo);
}

static void status_at(struct decode *d, const struct decode_pointee *m, const void *p,
		      size_t avail, __u64 len)
{
	__u32 status = (__u32)decode_load(p, 4);
	int low = status & 0x7f, high = status >> 8 & 0xff;

	(void)m, (void)avail, (void)len;
	put_char(d, '[');
	if (status == STATUS_CONTINUED) {
		put_str(d, "{WIFCONTINUED(s)");
	} else if ((status & 0xff) == STATUS_STOPPED) {
		put_status_signal(d, "{WIFSTOPPED(s)", " && WSTOPSIG(s) == ", high);
		if (status >> 16) {
			put_str(d, "} | ");
			put_hex(d, status >> 16);
			put_str(d, " << 16]");
			return;
		}
	} else if (low) {
		put_status_signal(d, "{WIFSIGNALED(s)", " && WTERMSIG(s) == ", low);
		if (status & STATUS_CORE)
			put_str(d, " && WCOREDUMP(s)");
	} else {
		put_str(d, "{WIFEXITED(s) && WEXITSTATUS(s) == ");
		put_unsigned(d, (unsigned int)high);
	}
	put_str(d, "}]");
}

static void print_status(struct decode *d, const struct decode_type *t, __u64 v)
{
	static const struct decode_pointee m = { .at = status_at, .need = 4 };

	decode_pointer(d, &m, v, t->side);
}
const struct decode_type type_wait_status = { .print = print_status, .side = DECODE_OUT };

/* ---- resources ---- */

static const struct decode_name resources[] = {
	NAME_ENUM(RLIMIT_CPU), NAME_ENUM(RLIMIT_FSIZE), NAME_ENUM(RLIMIT_DATA),
	NAME_ENUM(RLIMIT_STACK), NAME_ENUM(RLIMIT_CORE), NAME_ENUM(RLIMIT_RSS),
	NAME_ENUM(RLIMIT_NPROC), NAME_ENUM(RLIMIT_NOFILE), NAME_ENUM(RLIMIT_MEMLOCK),
	NAME_ENUM(RLIMIT_AS), NAME_ENUM(RLIMIT_LOCKS), NAME_ENUM(RLIMIT_SIGPENDING),
	NAME_ENUM(RLIMIT_MSGQUEUE), NAME_ENUM(RLIMIT_NICE), NAME_ENUM(RLIMIT_RTPRIO),
	NAME_ENUM(RLIMIT_RTTIME),
};
const struct decode_type type_rlimit_res = DECODE_ENUM(4, resources);

static void print_limit(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	if (v == ~0ull) {
		put_str(d, "RLIM64_INFINITY");
	} else if (v > 1024 && v % 1024 == 0) {
		put_unsigned(d, v / 1024);
		put_str(d, "*1024");
	} else {
		put_unsigned(d, v);
	}
}
static const struct decode_type type_limit = { .print = print_limit, .width = 8 };

static const struct decode_field rlimit_fields[] = {
	FIELD_U(struct rlimit64, rlim_cur, &type_limit),
	FIELD_U(struct rlimit64, rlim_max, &type_limit),
};
const struct decode_type type_rlimit = DECODE_STRUCT(16, DECODE_BOTH, rlimit_fields);

static const struct decode_name who[] = {
	NAME_ENUM(RUSAGE_SELF), NAME_ENUM(RUSAGE_CHILDREN), NAME_ENUM(RUSAGE_THREAD),
};
const struct decode_type type_rusage_who = DECODE_ENUM(4, who);

static const struct decode_field rusage_fields[] = {
	FIELD_IN(struct rusage, ru_utime, &type_timeval),
	FIELD_IN(struct rusage, ru_stime, &type_timeval),
	FIELD_S(struct rusage, ru_maxrss, NULL), FIELD_S(struct rusage, ru_minflt, NULL),
	FIELD_S(struct rusage, ru_majflt, NULL),
	{ .kind = FIELD_MORE },
};
const struct decode_type type_rusage = DECODE_STRUCT(sizeof(struct rusage), DECODE_OUT,
						     rusage_fields);

/* ---- scheduling ---- */

static const struct decode_name priority_which[] = {
	NAME_ENUM(PRIO_PROCESS), NAME_ENUM(PRIO_PGRP), NAME_ENUM(PRIO_USER),
};
const struct decode_type type_prio_which = DECODE_ENUM(4, priority_which);

#define POLICY 0xff

static const struct decode_name sched_policies[] = {
	NAME_FIELD(SCHED_NORMAL, POLICY), NAME_FIELD(SCHED_FIFO, POLICY),
	NAME_FIELD(SCHED_RR, POLICY), NAME_FIELD(SCHED_BATCH, POLICY),
	NAME_FIELD(SCHED_IDLE, POLICY), NAME_FIELD(SCHED_DEADLINE, POLICY),
	NAME_FLAG(SCHED_RESET_ON_FORK),
};
const struct decode_type type_sched_policy = DECODE_FLAGS(4, sched_policies);

static const struct decode_type type_priority = { .print = decode_signed, .width = 4,
						  .side = DECODE_BOTH };
const struct decode_type type_sched_param =
	DECODE_NUMBERS(decode_number_pointer, DECODE_BOTH, &type_priority);

static const struct decode_name sched_attr_flags[] = {
	NAME_FLAG(SCHED_FLAG_RESET_ON_FORK), NAME_FLAG(SCHED_FLAG_RECLAIM),
	NAME_FLAG(SCHED_FLAG_DL_OVERRUN), NAME_FLAG(SCHED_FLAG_KEEP_POLICY),
	NAME_FLAG(SCHED_FLAG_KEEP_PARAMS), NAME_FLAG(SCHED_FLAG_UTIL_CLAMP_MIN),
	NAME_FLAG(SCHED_FLAG_UTIL_CLAMP_MAX),
};
static const struct decode_type type_sched_attr_flags = DECODE_FLAGS(8, sched_attr_flags);

static const struct decode_field sched_attr_fields[] = {
	FIELD_U(struct sched_attr, size, NULL),
	FIELD_U(struct sched_attr, sched_policy, &type_sched_policy),
	FIELD_U(struct sched_attr, sched_flags, &type_sched_attr_flags),
	FIELD_S(struct sched_attr, sched_nice, NULL),
	FIELD_U(struct sched_attr, sched_priority, NULL),
	FIELD_U(struct sched_attr, sched_runtime, NULL),
	FIELD_U(struct sched_attr, sched_deadline, NULL),
	FIELD_U(struct sched_attr, sched_period, NULL),
};
const struct decode_type type_sched_attr = DECODE_STRUCT(48, DECODE_BOTH, sched_attr_fields);

static const struct decode_name ioprio_whos[] = {
	NAME_ENUM_AS("IOPRIO_WHO_PROCESS", 1), NAME_ENUM_AS("IOPRIO_WHO_PGRP", 2),
	NAME_ENUM_AS("IOPRIO_WHO_USER", 3),
};
const struct decode_type type_ioprio_which = DECODE_ENUM(4, ioprio_whos);

static const struct decode_name ioprio_classes[] = {
	NAME_ENUM_AS("IOPRIO_CLASS_NONE", 0), NAME_ENUM_AS("IOPRIO_CLASS_RT", 1),
	NAME_ENUM_AS("IOPRIO_CLASS_BE", 2), NAME_ENUM_AS("IOPRIO_CLASS_IDLE", 3),
};
static const struct decode_type type_ioprio_class = DECODE_ENUM(4, ioprio_classes);

static void print_ioprio(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	put_str(d, "IOPRIO_PRIO_VALUE(");
	decode_enum(d, &type_ioprio_class, (__u32)v >> 13);
	put_str(d, ", ");
	put_unsigned(d, v & 0x1fff);
	put_char(d, ')');
}
const struct decode_type type_ioprio = { .print = print_ioprio, .width = 4 };

/* ---- credentials ---- */

static const struct decode_name capability_versions[] = {
	NAME_ENUM(_LINUX_CAPABILITY_VERSION_1), NAME_ENUM(_LINUX_CAPABILITY_VERSION_2),
	NAME_ENUM(_LINUX_CAPABILITY_VERSION_3),
};
static const struct decode_type type_capability_version = DECODE_ENUM(4, capability_versions);

static const struct decode_field cap_header_fields[] = {
	FIELD_U(struct __user_cap_header_struct, version, &type_capability_version),
	FIELD_S(struct __user_cap_header_struct, pid, NULL),
};
const struct decode_type type_cap_header = DECODE_STRUCT(8, DECODE_BOTH, cap_header_fields);

#define CAP(x) { 1ull << CAP_##x, 1ull << CAP_##x, "1<<CAP_" #x }
static const struct decode_name capability_bits[] = {
	CAP(CHOWN), CAP(DAC_OVERRIDE), CAP(DAC_READ_SEARCH), CAP(FOWNER), CAP(FSETID), CAP(KILL),
	CAP(SETGID), CAP(SETUID), CAP(SETPCAP), CAP(LINUX_IMMUTABLE), CAP(NET_BIND_SERVICE),
	CAP(NET_BROADCAST), CAP(NET_ADMIN), CAP(NET_RAW), CAP(IPC_LOCK), CAP(IPC_OWNER),
	CAP(SYS_MODULE), CAP(SYS_RAWIO), CAP(SYS_CHROOT), CAP(SYS_PTRACE), CAP(SYS_PACCT),
	CAP(SYS_ADMIN), CAP(SYS_BOOT), CAP(SYS_NICE), CAP(SYS_RESOURCE), CAP(SYS_TIME),
	CAP(SYS_TTY_CONFIG), CAP(MKNOD), CAP(LEASE), CAP(AUDIT_WRITE), CAP(AUDIT_CONTROL),
	CAP(SETFCAP), CAP(MAC_OVERRIDE), CAP(MAC_ADMIN), CAP(SYSLOG), CAP(WAKE_ALARM),
	CAP(BLOCK_SUSPEND), CAP(AUDIT_READ), CAP(PERFMON), CAP(BPF), CAP(CHECKPOINT_RESTORE),
};
static const struct decode_type type_capabilities = DECODE_FLAGS(8, capability_bits);

/* Version 1 has one triple of words, the others two, of which the second holds the high bits. */
static void capabilities_at(struct decode *d, const struct decode_pointee *m, const void *p,
			    size_t avail, __u64 len)
{
	static const char *const sets[] = { "{effective=", ", permitted=", ", inheritable=" };
	const char *low = p;
	unsigned int i;

	(void)m, (void)len;
	for (i = 0; i < 3; i++) {
		__u64 high = avail >= 24 ? decode_load(low + 12 + i * 4, 4) : 0;

		put_str(d, sets[i]);
		decode_flags(d, &type_capabilities, decode_load(low + i * 4, 4) | high << 32);
	}
	put_char(d, '}');
}

static void print_capabilities(struct decode *d, const struct decode_type *t, __u64 v)
{
	static const struct decode_pointee m = { .at = capabilities_at, .need = 12 };

	decode_pointer(d, &m, v, t->side);
}
const struct decode_type type_cap_data = { .print = print_capabilities, .side = DECODE_BOTH };

/* ---- the machine ---- */

static const struct decode_field sysinfo_fields[] = {
	FIELD_S(struct sysinfo, uptime, NULL), FIELD_A(struct sysinfo, loads, &type_size),
	FIELD_U(struct sysinfo, totalram, NULL), FIELD_U(struct sysinfo, freeram, NULL),
	FIELD_U(struct sysinfo, sharedram, NULL), FIELD_U(struct sysinfo, bufferram, NULL),
	FIELD_U(struct sysinfo, totalswap, NULL), FIELD_U(struct sysinfo, freeswap, NULL),
	FIELD_U(struct sysinfo, procs, NULL), FIELD_U(struct sysinfo, totalhigh, NULL),
	FIELD_U(struct sysinfo, freehigh, NULL), FIELD_U(struct sysinfo, mem_unit, NULL),
};
const struct decode_type type_sysinfo = DECODE_STRUCT(sizeof(struct sysinfo), DECODE_OUT,
						      sysinfo_fields);

static const struct decode_field utsname_fields[] = {
	FIELD_C(struct new_utsname, sysname), FIELD_C(struct new_utsname, nodename),
	FIELD_C(struct new_utsname, release), { .kind = FIELD_MORE },
};
const struct decode_type type_utsname = DECODE_STRUCT(sizeof(struct new_utsname), DECODE_OUT,
						      utsname_fields);

static const struct decode_name random_flags[] = {
	NAME_FLAG(GRND_NONBLOCK), NAME_FLAG(GRND_RANDOM), NAME_FLAG(GRND_INSECURE),
};
const struct decode_type type_getrandom_flags = DECODE_FLAGS(4, random_flags);

static const struct decode_name kcmp_types[] = {
	NAME_ENUM(KCMP_FILE), NAME_ENUM(KCMP_VM), NAME_ENUM(KCMP_FILES), NAME_ENUM(KCMP_FS),
	NAME_ENUM(KCMP_SIGHAND), NAME_ENUM(KCMP_IO), NAME_ENUM(KCMP_SYSVSEM),
	NAME_ENUM(KCMP_EPOLL_TFD),
};
const struct decode_type type_kcmp_type = DECODE_ENUM(4, kcmp_types);

static const struct decode_name pidfd_flags[] = {
	NAME_FLAG_AS("PIDFD_NONBLOCK", 04000), NAME_FLAG_AS("PIDFD_THREAD", 0200),
};
const struct decode_type type_pidfd_flags = DECODE_FLAGS(4, pidfd_flags);

static const struct decode_name pidfd_signal_flags[] = {
	NAME_FLAG_AS("PIDFD_SIGNAL_THREAD", 1), NAME_FLAG_AS("PIDFD_SIGNAL_THREAD_GROUP", 2),
	NAME_FLAG_AS("PIDFD_SIGNAL_PROCESS_GROUP", 4),
};
const struct decode_type type_pidfd_signal_flags = DECODE_FLAGS(4, pidfd_signal_flags);

#define PERSONA 0xff

static const struct decode_name personalities[] = {
	NAME_ENUM_AS("0xffffffff", 0xffffffff),	/* asks for the present one */
	NAME_FIELD(PER_LINUX, PERSONA), NAME_FIELD(PER_LINUX32, PERSONA),
	NAME_FLAG(UNAME26), NAME_FLAG(ADDR_NO_RANDOMIZE), NAME_FLAG(FDPIC_FUNCPTRS),
	NAME_FLAG(MMAP_PAGE_ZERO), NAME_FLAG(ADDR_COMPAT_LAYOUT), NAME_FLAG(READ_IMPLIES_EXEC),
	NAME_FLAG(ADDR_LIMIT_32BIT), NAME_FLAG(SHORT_INODE), NAME_FLAG(WHOLE_SECONDS),
	NAME_FLAG(STICKY_TIMEOUTS), NAME_FLAG(ADDR_LIMIT_3GB),
};
const struct decode_type type_personality = DECODE_FLAGS(4, personalities);
