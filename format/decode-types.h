/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The printers that the rooms of the decoder offer each other and the list of
 * argument types: one object a type, named as in include/scap/argtypes.def.
 */
#ifndef SCAP_DECODE_TYPES_H
#define SCAP_DECODE_TYPES_H

#include <format/decode.h>

/* decode-types.c */
extern const struct decode_type type_hex;
extern const struct decode_type type_ptr;
extern const struct decode_type type_int;
extern const struct decode_type type_uint;
extern const struct decode_type type_long;
extern const struct decode_type type_size;
extern const struct decode_type type_octal;
extern const struct decode_type type_fd;
extern const struct decode_type type_dirfd;
extern const struct decode_type type_pid;
extern const struct decode_type type_tid;
extern const struct decode_type type_uid;
extern const struct decode_type type_gid;
extern const struct decode_type type_off;
extern const struct decode_type type_signo;
extern const struct decode_type type_noreturn;

/* decode-buffer.c */
extern const struct decode_type type_path;
extern const struct decode_type type_str;
extern const struct decode_type type_path_out;
extern const struct decode_type type_buf_in;
extern const struct decode_type type_buf_out;
extern const struct decode_type type_buf;
extern const struct decode_type type_strv;
extern const struct decode_type type_iovec_in;
extern const struct decode_type type_iovec_out;
extern const struct decode_type type_iovec_remote;
extern const struct decode_type type_intp;
extern const struct decode_type type_uintp;
extern const struct decode_type type_u64p;
extern const struct decode_type type_offp;
extern const struct decode_type type_lenp;
extern const struct decode_type type_ptrp;
extern const struct decode_type type_tidp;
extern const struct decode_type type_uidp;
extern const struct decode_type type_gidp;
extern const struct decode_type type_timep;
extern const struct decode_type type_timeridp;
extern const struct decode_type type_gids;
extern const struct decode_type type_fd2;
extern const struct decode_type type_int_array;
extern const struct decode_type type_ptr_array;
extern const struct decode_type type_u64_array;
extern const struct decode_type type_mincore_vec;
extern const struct decode_type type_cpuset;
extern const struct decode_type type_nodemask;

/* decode-file.c */
extern const struct decode_type type_open_flags;
extern const struct decode_type type_dup_flags;
extern const struct decode_type type_pipe_flags;
extern const struct decode_type type_open_how;
extern const struct decode_type type_at_flags;
extern const struct decode_type type_unlink_flags;
extern const struct decode_type type_access_mode;
extern const struct decode_type type_rename_flags;
extern const struct decode_type type_xattr_flags;
extern const struct decode_type type_mode;
extern const struct decode_type type_dev;
extern const struct decode_type type_seek;
extern const struct decode_type type_falloc_mode;
extern const struct decode_type type_fadvise;
extern const struct decode_type type_sync_range;
extern const struct decode_type type_rwf_flags;
extern const struct decode_type type_splice_flags;
extern const struct decode_type type_memfd_flags;
extern const struct decode_type type_close_range_flags;
extern const struct decode_type type_efd_flags;
extern const struct decode_type type_sfd_flags;
extern const struct decode_type type_flock_op;

/* decode-stat.c */
extern const struct decode_type type_stat;
extern const struct decode_type type_statx_mask;
extern const struct decode_type type_statx;
extern const struct decode_type type_statfs;
extern const struct decode_type type_ustat;
extern const struct decode_type type_cachestat_range;
extern const struct decode_type type_cachestat;
extern const struct decode_type type_file_handle;
extern const struct decode_type type_dirents;
extern const struct decode_type type_dirents64;
extern const struct decode_type type_xattr_list;

/* decode-fcntl.c */
extern const struct decode_type type_fcntl_cmd;
extern const struct decode_type type_fcntl_arg;

/* decode-mount.c */
extern const struct decode_type type_mount_flags;
extern const struct decode_type type_umount_flags;
extern const struct decode_type type_open_tree_flags;
extern const struct decode_type type_move_mount_flags;
extern const struct decode_type type_fsopen_flags;
extern const struct decode_type type_fsmount_flags;
extern const struct decode_type type_fspick_flags;
extern const struct decode_type type_fsconfig_cmd;
extern const struct decode_type type_fsconfig_value;
extern const struct decode_type type_mount_attr_flags;
extern const struct decode_type type_mount_attr;
extern const struct decode_type type_mnt_id_req;
extern const struct decode_type type_statmount;
extern const struct decode_type type_quotactl_cmd;
extern const struct decode_type type_quotactl_arg;
extern const struct decode_type type_swap_flags;

/* decode-mem.c */
extern const struct decode_type type_mmap_prot;
extern const struct decode_type type_mmap_flags;
extern const struct decode_type type_mremap_flags;
extern const struct decode_type type_msync_flags;
extern const struct decode_type type_madvise;
extern const struct decode_type type_mlock_flags;
extern const struct decode_type type_mlockall_flags;
extern const struct decode_type type_mpol_mode;
extern const struct decode_type type_mbind_flags;
extern const struct decode_type type_get_mempolicy_flags;
extern const struct decode_type type_pkey_rights;
extern const struct decode_type type_membarrier_cmd;
extern const struct decode_type type_membarrier_flags;

/* decode-time.c */
extern const struct decode_type type_clockid;
extern const struct decode_type type_timespec;
extern const struct decode_type type_timeval;
extern const struct decode_type type_itimerspec;
extern const struct decode_type type_itimerval;
extern const struct decode_type type_timezone;
extern const struct decode_type type_tms;
extern const struct decode_type type_utimbuf;
extern const struct decode_type type_timespec2;
extern const struct decode_type type_timeval2;
extern const struct decode_type type_itimer_which;
extern const struct decode_type type_timer_flags;
extern const struct decode_type type_tfd_flags;
extern const struct decode_type type_tfd_timer_flags;
extern const struct decode_type type_timex;
extern const struct decode_type type_clock_state;

/* decode-poll.c */
extern const struct decode_type type_pollfds;
extern const struct decode_type type_fdset;
extern const struct decode_type type_epoll_op;
extern const struct decode_type type_epoll_flags;
extern const struct decode_type type_epoll_event;
extern const struct decode_type type_epoll_events;
extern const struct decode_type type_inotify_flags;
extern const struct decode_type type_inotify_mask;
extern const struct decode_type type_fan_init_flags;
extern const struct decode_type type_fan_mark_flags;
extern const struct decode_type type_fan_mask;

/* decode-process.c */
extern const struct decode_type type_clone_flags;
extern const struct decode_type type_unshare_flags;
extern const struct decode_type type_clone_args;
extern const struct decode_type type_wait_flags;
extern const struct decode_type type_waitid_type;
extern const struct decode_type type_wait_status;
extern const struct decode_type type_rlimit_res;
extern const struct decode_type type_rlimit;
extern const struct decode_type type_rusage_who;
extern const struct decode_type type_rusage;
extern const struct decode_type type_prio_which;
extern const struct decode_type type_sched_policy;
extern const struct decode_type type_sched_param;
extern const struct decode_type type_sched_attr;
extern const struct decode_type type_ioprio_which;
extern const struct decode_type type_ioprio;
extern const struct decode_type type_cap_header;
extern const struct decode_type type_cap_data;
extern const struct decode_type type_sysinfo;
extern const struct decode_type type_utsname;
extern const struct decode_type type_getrandom_flags;
extern const struct decode_type type_kcmp_type;
extern const struct decode_type type_pidfd_flags;
extern const struct decode_type type_pidfd_signal_flags;
extern const struct decode_type type_personality;

/* decode-prctl.c */
extern const struct decode_type type_prctl_op;
extern const struct decode_type type_prctl_arg;
extern const struct decode_type type_arch_prctl_op;

/* decode-signal.c */
extern const struct decode_type type_sigset;
extern const struct decode_type type_sigset_arg;
extern const struct decode_type type_sigprocmask_how;
extern const struct decode_type type_sigaction;
extern const struct decode_type type_sigaltstack;
extern const struct decode_type type_siginfo;
extern const struct decode_type type_sigevent;

/* decode-futex.c */
extern const struct decode_type type_futex_op;
extern const struct decode_type type_futex;
extern const struct decode_type type_futex_val;
extern const struct decode_type type_futex_val3;
extern const struct decode_type type_futex2_flags;
extern const struct decode_type type_futex_waitv;
extern const struct decode_type type_robust_list;

/* decode-net.c */
extern const struct decode_type type_sock_domain;
extern const struct decode_type type_sock_type;
extern const struct decode_type type_sock_flags;
extern const struct decode_type type_sock_proto;
extern const struct decode_type type_shut_how;
extern const struct decode_type type_msg_flags;
extern const struct decode_type type_sockaddr;
extern const struct decode_type type_ucred;
extern const struct decode_type type_msghdr;
extern const struct decode_type type_mmsghdr;

/* decode-sockopt.c */
extern const struct decode_type type_sock_level;
extern const struct decode_type type_sock_opt;
extern const struct decode_type type_sock_optval;
extern const struct decode_type type_errno;

/* decode-ioctl.c */
extern const struct decode_type type_ioctl_req;
extern const struct decode_type type_ioctl_arg;

/* decode-ipc.c */
extern const struct decode_type type_ipc_key;
extern const struct decode_type type_ipcget_flags;
extern const struct decode_type type_shmget_flags;
extern const struct decode_type type_shmat_flags;
extern const struct decode_type type_msgrcv_flags;
extern const struct decode_type type_shmctl_cmd;
extern const struct decode_type type_semctl_cmd;
extern const struct decode_type type_msgctl_cmd;
extern const struct decode_type type_shmctl_arg;
extern const struct decode_type type_msgctl_arg;
extern const struct decode_type type_semctl_arg;
extern const struct decode_type type_sembuf;
extern const struct decode_type type_msgbuf;
extern const struct decode_type type_mq_attr;
extern const struct decode_type type_key_serial;
extern const struct decode_type type_keyctl_op;

/* decode-security.c */
extern const struct decode_type type_ptrace_req;
extern const struct decode_type type_seccomp_op;
extern const struct decode_type type_seccomp_flags;
extern const struct decode_type type_seccomp_prog;
extern const struct decode_type type_seccomp_arg;
extern const struct decode_type type_bpf_cmd;
extern const struct decode_type type_bpf_attr;
extern const struct decode_type type_perf_attr;
extern const struct decode_type type_perf_flags;
extern const struct decode_type type_landlock_create_flags;
extern const struct decode_type type_landlock_rule;
extern const struct decode_type type_landlock_ruleset;
extern const struct decode_type type_landlock_rule_attr;
extern const struct decode_type type_lsm_attr;
extern const struct decode_type type_lsm_ids;
extern const struct decode_type type_lsm_ctx;

/* decode-admin.c */
extern const struct decode_type type_syslog_action;
extern const struct decode_type type_reboot_magic;
extern const struct decode_type type_reboot_cmd;
extern const struct decode_type type_kexec_flags;
extern const struct decode_type type_kexec_file_flags;
extern const struct decode_type type_kexec_segments;
extern const struct decode_type type_module_flags;
extern const struct decode_type type_userfaultfd_flags;
extern const struct decode_type type_rseq_flags;
extern const struct decode_type type_aio_iocb;
extern const struct decode_type type_aio_iocbpp;
extern const struct decode_type type_aio_events;
extern const struct decode_type type_io_uring_params;
extern const struct decode_type type_io_uring_enter_flags;
extern const struct decode_type type_io_uring_register;
extern const struct decode_type type_user_desc;


#endif
