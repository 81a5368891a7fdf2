/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sizes of the structures that the kernel reads and writes, in its own ABI.
 * The only place for such numbers: libc's sizeof lies (sigset_t 8/128,
 * sigaction 32/152, termios 36/60). tests/unit/test-sizes.c holds them
 * against the UAPI headers.
 */
#ifndef SCAP_SIZES_H
#define SCAP_SIZES_H

#include <scap/arch.h>

/* limits of the kernel */
#define SCAP_UIO_MAXIOV		1024u		/* UIO_MAXIOV: iovecs in one call */
#define SCAP_RW_MAX		0x7ffff000u	/* MAX_RW_COUNT: bytes in one call */
#define SCAP_PATH_MAX		4096u		/* PATH_MAX, with the final NUL */
#define SCAP_SOCKADDR_MAX	128u		/* struct sockaddr_storage */
#define SCAP_CPUMASK_MAX	1024u		/* 8192 CPUs */
#define SCAP_PAGE_SIZE		4096u		/* where the caller does not say */

/* one size for both architectures */
#define SCAP_SIZE_AIO_EVENT	32u	/* struct io_event */
#define SCAP_SIZE_AIO_IOCB	64u	/* struct iocb */
#define SCAP_SIZE_CACHESTAT	40u
#define SCAP_SIZE_CACHESTAT_RANGE 16u
#define SCAP_SIZE_CAP_DATA	12u	/* one of struct __user_cap_data_struct */
#define SCAP_SIZE_CAP_HEADER	8u
#define SCAP_SIZE_CLONE_ARGS	88u
#define SCAP_SIZE_FDSET		128u	/* fd_set; the kernel takes what it is told */
#define SCAP_SIZE_FILE_HANDLE	8u	/* without f_handle */
#define SCAP_SIZE_FLOCK		32u
#define SCAP_SIZE_FUTEX_WAITV	24u
#define SCAP_SIZE_F_OWNER_EX	8u
#define SCAP_SIZE_IOVEC		16u
#define SCAP_SIZE_ITIMERSPEC	32u
#define SCAP_SIZE_ITIMERVAL	32u
#define SCAP_SIZE_KEXEC_SEGMENT	32u
#define SCAP_SIZE_MMSGHDR	64u
#define SCAP_SIZE_MNT_ID_REQ	24u	/* MNT_ID_REQ_SIZE_VER0 */
#define SCAP_SIZE_MQ_ATTR	64u
#define SCAP_SIZE_MSGHDR	56u
#define SCAP_SIZE_MSGINFO	32u
#define SCAP_SIZE_MSQID_DS	120u	/* struct msqid64_ds */
#define SCAP_SIZE_PERF_ATTR	64u	/* PERF_ATTR_SIZE_VER0 */
#define SCAP_SIZE_POLLFD	8u
#define SCAP_SIZE_RLIMIT	16u
#define SCAP_SIZE_ROBUST_LIST	24u
#define SCAP_SIZE_RUSAGE	144u
#define SCAP_SIZE_SCHED_ATTR	56u
#define SCAP_SIZE_SCHED_PARAM	4u
#define SCAP_SIZE_SEMBUF	6u
#define SCAP_SIZE_SEMINFO	40u
#define SCAP_SIZE_SHMID_DS	112u	/* struct shmid64_ds */
#define SCAP_SIZE_SHMINFO	72u	/* struct shminfo64 */
#define SCAP_SIZE_SHM_INFO	48u
#define SCAP_SIZE_SIGACTION	32u
#define SCAP_SIZE_SIGALTSTACK	24u
#define SCAP_SIZE_SIGEVENT	64u
#define SCAP_SIZE_SIGINFO	128u
#define SCAP_SIZE_SIGINFO_IN	48u	/* kernel_siginfo: what the kernel reads */
#define SCAP_SIZE_SIGSET	8u
#define SCAP_SIZE_SOCK_FILTER	8u
#define SCAP_SIZE_SOCK_FPROG	16u
#define SCAP_SIZE_STATFS	120u
#define SCAP_SIZE_STATX		256u
#define SCAP_SIZE_SYSINFO	112u
#define SCAP_SIZE_TERMIO	18u
#define SCAP_SIZE_TERMIOS	36u
#define SCAP_SIZE_TERMIOS2	44u
#define SCAP_SIZE_TIMESPEC	16u
#define SCAP_SIZE_TIMEVAL	16u
#define SCAP_SIZE_TIMEX		208u
#define SCAP_SIZE_TIMEZONE	8u
#define SCAP_SIZE_TMS		32u
#define SCAP_SIZE_USER_DESC	16u
#define SCAP_SIZE_USTAT		32u
#define SCAP_SIZE_UTIMBUF	16u
#define SCAP_SIZE_UTSNAME	390u
#define SCAP_SIZE_WINSIZE	8u

/* SCAP_SIZE_STAT, _SEMID_DS and _EPOLL_EVENT differ: see arch-*.h */

#endif
