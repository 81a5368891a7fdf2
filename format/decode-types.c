// SPDX-License-Identifier: GPL-2.0
/*
 * Which printer an argument type has, and the printers of plain numbers.
 * Families with tables have rooms of their own.
 */
#include <linux/fcntl.h>
#include <linux/mman.h>

#include <format/decode-types.h>

void decode_hex(struct decode *d, const struct decode_type *t, __u64 v)
{
	put_hex(d, t->width < 8 ? v & ((1ull << t->width * 8) - 1) : v);
}

/* What nothing is known of. */
static void print_unknown(struct decode *d, const struct decode_type *t, __u64 v)
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

void decode_signed(struct decode *d, const struct decode_type *t, __u64 v)
{
	put_signed(d, t->width == 4 ? (__s32)v : (__s64)v);
}

void decode_unsigned(struct decode *d, const struct decode_type *t, __u64 v)
{
	put_unsigned(d, t->width < 8 ? v & ((1ull << t->width * 8) - 1) : v);
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

static void print_nothing(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t, (void)v;
	put_char(d, '?');
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

const struct decode_type type_hex = { .print = decode_hex, .width = 8 };
static const struct decode_type unknown = { .print = print_unknown, .width = 8 };
const struct decode_type type_ptr = { .print = print_address, .width = 8 };
const struct decode_type type_int = { .print = decode_signed, .width = 4 };
const struct decode_type type_uint = { .print = decode_unsigned, .width = 4 };
const struct decode_type type_long = { .print = decode_signed, .width = 8 };
const struct decode_type type_size = { .print = decode_unsigned, .width = 8 };
const struct decode_type type_octal = { .print = print_octal, .width = 4 };
const struct decode_type type_fd = { .print = decode_signed, .width = 4 };
const struct decode_type type_dirfd = { .print = print_dirfd, .width = 4 };
const struct decode_type type_pid = { .print = decode_signed, .width = 4 };
const struct decode_type type_tid = { .print = decode_signed, .width = 4 };
const struct decode_type type_uid = { .print = print_id, .width = 4 };
const struct decode_type type_gid = { .print = print_id, .width = 4 };
const struct decode_type type_off = { .print = decode_signed, .width = 8 };
const struct decode_type type_signo = { .print = print_signo, .width = 4 };
const struct decode_type type_noreturn = { .print = print_nothing };

/* In the order of argtypes.def; a type that is missing here prints as a bare number. */
#define TYPE(argtype, printer) [SCAP_T_##argtype] = (&type_##printer)
static const struct decode_type *const types[SCAP_T_COUNT] = {
	TYPE(INT, int), TYPE(UINT, uint), TYPE(LONG, long), TYPE(SIZE, size), TYPE(HEX, hex),
	TYPE(PTR, ptr), TYPE(OCTAL, octal), TYPE(FD, fd), TYPE(DIRFD, dirfd), TYPE(MODE, mode),
	TYPE(DEV, dev), TYPE(PID, pid), TYPE(TID, tid), TYPE(UID, uid), TYPE(GID, gid),
	TYPE(OFF, off), TYPE(SIGNO, signo), TYPE(CLOCKID, clockid), TYPE(ERRNO_RET, long),
	TYPE(EXITCODE, int), TYPE(NUMBER, long), TYPE(TIME, long), TYPE(MSEC, int),
	TYPE(TIMERID, int), TYPE(IPC_KEY, ipc_key), TYPE(IPC_ID, int),
	TYPE(KEY_SERIAL, key_serial), TYPE(CPU, int), TYPE(PKEY, int), TYPE(WD, int),
	TYPE(NORETURN, noreturn), TYPE(AIO_CTX, ptr), TYPE(OPEN_FLAGS, open_flags),
	TYPE(AT_FLAGS, at_flags), TYPE(ACCESS_MODE, access_mode), TYPE(SEEK, seek),
	TYPE(FCNTL_CMD, fcntl_cmd), TYPE(FCNTL_ARG, fcntl_arg), TYPE(FLOCK_OP, flock_op),
	TYPE(DUP_FLAGS, dup_flags), TYPE(PIPE_FLAGS, pipe_flags), TYPE(RWF_FLAGS, rwf_flags),
	TYPE(RENAME_FLAGS, rename_flags), TYPE(UNLINK_FLAGS, unlink_flags),
	TYPE(STATX_MASK, statx_mask), TYPE(FALLOC_MODE, falloc_mode), TYPE(FADVISE, fadvise),
	TYPE(SYNC_RANGE, sync_range), TYPE(SPLICE_FLAGS, splice_flags),
	TYPE(XATTR_FLAGS, xattr_flags), TYPE(MEMFD_FLAGS, memfd_flags),
	TYPE(CLOSE_RANGE_FLAGS, close_range_flags), TYPE(EPOLL_OP, epoll_op),
	TYPE(EPOLL_FLAGS, epoll_flags), TYPE(EFD_FLAGS, efd_flags), TYPE(SFD_FLAGS, sfd_flags),
	TYPE(TFD_FLAGS, tfd_flags), TYPE(TFD_TIMER_FLAGS, tfd_timer_flags),
	TYPE(INOTIFY_FLAGS, inotify_flags), TYPE(INOTIFY_MASK, inotify_mask),
	TYPE(FAN_INIT_FLAGS, fan_init_flags), TYPE(FAN_MARK_FLAGS, fan_mark_flags),
	TYPE(FAN_MASK, fan_mask), TYPE(IOCTL_REQ, ioctl_req), TYPE(IOCTL_ARG, ioctl_arg),
	TYPE(MOUNT_FLAGS, mount_flags), TYPE(UMOUNT_FLAGS, umount_flags),
	TYPE(OPEN_TREE_FLAGS, open_tree_flags), TYPE(MOVE_MOUNT_FLAGS, move_mount_flags),
	TYPE(FSOPEN_FLAGS, fsopen_flags), TYPE(FSCONFIG_CMD, fsconfig_cmd),
	TYPE(FSCONFIG_VALUE, fsconfig_value), TYPE(FSMOUNT_FLAGS, fsmount_flags),
	TYPE(FSPICK_FLAGS, fspick_flags), TYPE(MOUNT_ATTR_FLAGS, mount_attr_flags),
	TYPE(QUOTACTL_CMD, quotactl_cmd), TYPE(QUOTACTL_ARG, quotactl_arg),
	TYPE(SWAP_FLAGS, swap_flags), TYPE(MMAP_PROT, mmap_prot), TYPE(MMAP_FLAGS, mmap_flags),
	TYPE(MREMAP_FLAGS, mremap_flags), TYPE(MSYNC_FLAGS, msync_flags), TYPE(MADVISE, madvise),
	TYPE(MLOCK_FLAGS, mlock_flags), TYPE(MLOCKALL_FLAGS, mlockall_flags),
	TYPE(MPOL_MODE, mpol_mode), TYPE(MBIND_FLAGS, mbind_flags),
	TYPE(GET_MEMPOLICY_FLAGS, get_mempolicy_flags), TYPE(PKEY_RIGHTS, pkey_rights),
	TYPE(MEMBARRIER_CMD, membarrier_cmd), TYPE(MEMBARRIER_FLAGS, membarrier_flags),
	TYPE(CLONE_FLAGS, clone_flags), TYPE(UNSHARE_FLAGS, unshare_flags),
	TYPE(WAIT_FLAGS, wait_flags), TYPE(WAITID_TYPE, waitid_type),
	TYPE(PRIO_WHICH, prio_which), TYPE(RLIMIT_RES, rlimit_res), TYPE(RUSAGE_WHO, rusage_who),
	TYPE(ITIMER_WHICH, itimer_which), TYPE(TIMER_FLAGS, timer_flags),
	TYPE(SCHED_POLICY, sched_policy), TYPE(IOPRIO_WHICH, ioprio_which), TYPE(IOPRIO, ioprio),
	TYPE(SIGPROCMASK_HOW, sigprocmask_how), TYPE(FUTEX_OP, futex_op),
	TYPE(FUTEX_VAL, futex_val), TYPE(FUTEX_VAL3, futex_val3),
	TYPE(FUTEX2_FLAGS, futex2_flags), TYPE(PRCTL_OP, prctl_op), TYPE(PRCTL_ARG, prctl_arg),
	TYPE(ARCH_PRCTL_OP, arch_prctl_op), TYPE(PERSONALITY, personality),
	TYPE(PTRACE_REQ, ptrace_req), TYPE(SECCOMP_OP, seccomp_op),
	TYPE(SECCOMP_FLAGS, seccomp_flags), TYPE(SECCOMP_ARG, seccomp_arg),
	TYPE(PIDFD_FLAGS, pidfd_flags), TYPE(PIDFD_SIGNAL_FLAGS, pidfd_signal_flags),
	TYPE(KCMP_TYPE, kcmp_type), TYPE(GETRANDOM_FLAGS, getrandom_flags),
	TYPE(RSEQ_FLAGS, rseq_flags), TYPE(SOCK_DOMAIN, sock_domain), TYPE(SOCK_TYPE, sock_type),
	TYPE(SOCK_PROTO, sock_proto), TYPE(SOCK_FLAGS, sock_flags), TYPE(MSG_FLAGS, msg_flags),
	TYPE(SHUT_HOW, shut_how), TYPE(SOCK_LEVEL, sock_level), TYPE(SOCK_OPT, sock_opt),
	TYPE(SOCK_OPTVAL, sock_optval), TYPE(SHMGET_FLAGS, shmget_flags),
	TYPE(SHMAT_FLAGS, shmat_flags), TYPE(IPCGET_FLAGS, ipcget_flags),
	TYPE(MSGRCV_FLAGS, msgrcv_flags), TYPE(SHMCTL_CMD, shmctl_cmd),
	TYPE(SEMCTL_CMD, semctl_cmd), TYPE(MSGCTL_CMD, msgctl_cmd), TYPE(SHMCTL_ARG, shmctl_arg),
	TYPE(SEMCTL_ARG, semctl_arg), TYPE(MSGCTL_ARG, msgctl_arg), TYPE(KEYCTL_OP, keyctl_op),
	TYPE(SYSLOG_ACTION, syslog_action), TYPE(REBOOT_MAGIC, reboot_magic),
	TYPE(REBOOT_CMD, reboot_cmd), TYPE(KEXEC_FLAGS, kexec_flags),
	TYPE(KEXEC_FILE_FLAGS, kexec_file_flags), TYPE(MODULE_FLAGS, module_flags),
	TYPE(BPF_CMD, bpf_cmd), TYPE(PERF_FLAGS, perf_flags),
	TYPE(USERFAULTFD_FLAGS, userfaultfd_flags),
	TYPE(LANDLOCK_CREATE_FLAGS, landlock_create_flags), TYPE(LANDLOCK_RULE, landlock_rule),
	TYPE(LSM_ATTR, lsm_attr), TYPE(IO_URING_REGISTER, io_uring_register),
	TYPE(IO_URING_ENTER_FLAGS, io_uring_enter_flags), TYPE(PATH, path), TYPE(STR, str),
	TYPE(BUF_IN, buf_in), TYPE(BUF_OUT, buf_out), TYPE(BUF, buf), TYPE(PATH_OUT, path_out),
	TYPE(STRV, strv), TYPE(IOVEC_IN, iovec_in), TYPE(IOVEC_OUT, iovec_out),
	TYPE(IOVEC_REMOTE, iovec_remote), TYPE(XATTR_LIST, xattr_list), TYPE(DIRENTS, dirents),
	TYPE(DIRENTS64, dirents64), TYPE(INTP, intp), TYPE(UINTP, uintp), TYPE(U64P, u64p),
	TYPE(OFFP, offp), TYPE(LENP, lenp), TYPE(PTRP, ptrp), TYPE(TIDP, tidp), TYPE(UIDP, uidp),
	TYPE(GIDP, gidp), TYPE(GIDS, gids), TYPE(FD2, fd2), TYPE(FUTEX, futex),
	TYPE(TIMEP, timep), TYPE(TIMERIDP, timeridp), TYPE(WAIT_STATUS, wait_status),
	TYPE(CPUSET, cpuset), TYPE(NODEMASK, nodemask), TYPE(FDSET, fdset),
	TYPE(MINCORE_VEC, mincore_vec), TYPE(INT_ARRAY, int_array), TYPE(PTR_ARRAY, ptr_array),
	TYPE(U64_ARRAY, u64_array), TYPE(STAT, stat), TYPE(STATX, statx), TYPE(STATFS, statfs),
	TYPE(USTAT, ustat), TYPE(OPEN_HOW, open_how), TYPE(FILE_HANDLE, file_handle),
	TYPE(CACHESTAT_RANGE, cachestat_range), TYPE(CACHESTAT, cachestat),
	TYPE(TIMESPEC, timespec), TYPE(TIMESPEC2, timespec2), TYPE(TIMEVAL, timeval),
	TYPE(TIMEVAL2, timeval2), TYPE(UTIMBUF, utimbuf), TYPE(TIMEZONE, timezone),
	TYPE(ITIMERVAL, itimerval), TYPE(ITIMERSPEC, itimerspec), TYPE(TIMEX, timex),
	TYPE(TMS, tms), TYPE(SIGSET, sigset), TYPE(SIGSET_ARG, sigset_arg),
	TYPE(SIGACTION, sigaction), TYPE(SIGINFO, siginfo), TYPE(SIGALTSTACK, sigaltstack),
	TYPE(SIGEVENT, sigevent), TYPE(RUSAGE, rusage), TYPE(RLIMIT, rlimit),
	TYPE(SYSINFO, sysinfo), TYPE(UTSNAME, utsname), TYPE(CLONE_ARGS, clone_args),
	TYPE(SCHED_PARAM, sched_param), TYPE(SCHED_ATTR, sched_attr),
	TYPE(CAP_HEADER, cap_header), TYPE(CAP_DATA, cap_data), TYPE(ROBUST_LIST, robust_list),
	TYPE(FUTEX_WAITV, futex_waitv), TYPE(POLLFDS, pollfds), TYPE(EPOLL_EVENT, epoll_event),
	TYPE(EPOLL_EVENTS, epoll_events), TYPE(SOCKADDR, sockaddr), TYPE(MSGHDR, msghdr),
	TYPE(MMSGHDR, mmsghdr), TYPE(SEMBUF, sembuf), TYPE(MSGBUF, msgbuf),
	TYPE(MQ_ATTR, mq_attr), TYPE(MOUNT_ATTR, mount_attr), TYPE(MNT_ID_REQ, mnt_id_req),
	TYPE(STATMOUNT, statmount), TYPE(SECCOMP_PROG, seccomp_prog),
	TYPE(KEXEC_SEGMENTS, kexec_segments), TYPE(AIO_IOCBPP, aio_iocbpp),
	TYPE(AIO_IOCB, aio_iocb), TYPE(AIO_EVENTS, aio_events), TYPE(BPF_ATTR, bpf_attr),
	TYPE(PERF_ATTR, perf_attr), TYPE(IO_URING_PARAMS, io_uring_params),
	TYPE(LANDLOCK_RULESET, landlock_ruleset), TYPE(LANDLOCK_RULE_ATTR, landlock_rule_attr),
	TYPE(LSM_CTX, lsm_ctx), TYPE(LSM_IDS, lsm_ids), TYPE(USER_DESC, user_desc),
};

const struct decode_type *decode_type(__u8 argtype)
{
	if (argtype >= SCAP_T_COUNT || !types[argtype])
		return &unknown;
	return types[argtype];
}

bool decode_type_known(__u8 argtype)
{
	return argtype < SCAP_T_COUNT && types[argtype];
}

/* ---- arguments that others decide on ---- */

static bool type_is(const struct decode *d, unsigned int i, __u8 argtype)
{
	return i < d->row->nargs && d->row->type[i] == argtype;
}

/* Number of arguments that the operation named by one of them has. */
static unsigned int nargs_in_use(const struct decode *d)
{
	const __u64 *args = d->call->args;

	if (type_is(d, 1, SCAP_T_FUTEX_OP))
		return decode_futex_nargs(args[1]);
	if (type_is(d, 0, SCAP_T_PRCTL_OP))
		return decode_prctl_nargs(args[0]);
	if (type_is(d, 2, SCAP_T_FCNTL_ARG) && !decode_fcntl_has_arg(args[1]))
		return 2;
	if (type_is(d, 3, SCAP_T_MREMAP_FLAGS) && !(args[3] & MREMAP_FIXED))
		return 4;
	if (type_is(d, 3, SCAP_T_SEMCTL_ARG) && !decode_semctl_has_arg(args[2]))
		return 3;
	return d->row->nargs;
}

bool decode_arg_absent(const struct decode *d, unsigned int i)
{
	if (!d->row)
		return false;
	if (i && type_is(d, i, SCAP_T_MODE) && type_is(d, i - 1, SCAP_T_OPEN_FLAGS))
		return !decode_open_makes_file(d->call->args[i - 1]);
	if (i && type_is(d, i, SCAP_T_DEV) && type_is(d, i - 1, SCAP_T_MODE))
		return !decode_mode_is_device(d->call->args[i - 1]);
	return i >= nargs_in_use(d);
}
