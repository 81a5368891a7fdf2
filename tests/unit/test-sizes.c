// SPDX-License-Identifier: GPL-2.0
/*
 * sizes.h against the UAPI headers, not libc's: it holds if this compiles. What
 * libc's own headers hide (asm/stat.h, asm/signal.h) is written down with UAPI
 * types and only includes those.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <asm/msgbuf.h>
#include <asm/poll.h>
#include <asm/sembuf.h>
#include <asm/shmbuf.h>
#include <asm/statfs.h>
#include <asm/termbits.h>
#include <linux/aio_abi.h>
#include <linux/capability.h>
#include <linux/dqblk_xfs.h>
#include <linux/ethtool.h>
#include <linux/eventpoll.h>
#include <linux/fiemap.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/hdreg.h>
#include <linux/kexec.h>
#include <linux/loop.h>
#include <linux/mqueue.h>
#include <linux/msg.h>
#include <linux/openat2.h>
#include <linux/perf_event.h>
#include <linux/quota.h>
#include <linux/random.h>
#include <linux/resource.h>
#include <linux/rtc.h>
#include <linux/sched.h>
#include <linux/sched/types.h>

#include <linux/sem.h>
#include <linux/serial.h>
#include <linux/shm.h>
#include <linux/stat.h>
#include <linux/sysinfo.h>
#include <linux/time.h>
#include <linux/times.h>
#include <linux/timex.h>
#include <linux/uio.h>
#include <linux/utime.h>
#include <linux/utsname.h>
#include <linux/vt.h>

#include <scap/sizes.h>

#define SAME(size, type) static_assert(SCAP_SIZE_##size == sizeof(type), #type)

SAME(AIO_EVENT, struct io_event);
SAME(AIO_IOCB, struct iocb);
SAME(CAP_DATA, struct __user_cap_data_struct);
SAME(CAP_HEADER, struct __user_cap_header_struct);
SAME(EPOLL_EVENT, struct epoll_event);
SAME(FUTEX_WAITV, struct futex_waitv);
SAME(IOVEC, struct iovec);
SAME(ITIMERSPEC, struct __kernel_itimerspec);
SAME(ITIMERVAL, struct itimerval);
SAME(MQ_ATTR, struct mq_attr);
SAME(MSGINFO, struct msginfo);
SAME(MSQID_DS, struct msqid64_ds);
SAME(POLLFD, struct pollfd);
SAME(RLIMIT, struct rlimit64);
SAME(ROBUST_LIST, struct robust_list_head);
SAME(RUSAGE, struct rusage);
SAME(SCHED_ATTR, struct sched_attr);
SAME(SEMBUF, struct sembuf);
SAME(SEMID_DS, struct semid64_ds);
SAME(SEMINFO, struct seminfo);
SAME(SHMID_DS, struct shmid64_ds);
SAME(SHMINFO, struct shminfo64);
SAME(SHM_INFO, struct shm_info);
SAME(SOCK_FILTER, struct sock_filter);
SAME(SOCK_FPROG, struct sock_fprog);
SAME(STATFS, struct statfs);
SAME(STATX, struct statx);
SAME(SYSINFO, struct sysinfo);
SAME(TERMIOS, struct termios);
SAME(TERMIOS2, struct termios2);
SAME(TIMESPEC, struct __kernel_timespec);
SAME(TIMEVAL, struct timeval);
SAME(TIMEX, struct timex);
SAME(TIMEZONE, struct timezone);
SAME(TMS, struct tms);
SAME(UTIMBUF, struct utimbuf);
SAME(UTSNAME, struct new_utsname);
static_assert(SCAP_SIZE_CLONE_ARGS == CLONE_ARGS_SIZE_VER2, "struct clone_args");
static_assert(SCAP_SIZE_PERF_ATTR == PERF_ATTR_SIZE_VER0, "struct perf_event_attr");
static_assert(SCAP_SIZE_FDSET == sizeof(__kernel_fd_set), "fd_set");
static_assert(SCAP_UIO_MAXIOV == UIO_MAXIOV, "UIO_MAXIOV");

/* asm/stat.h is out of reach behind linux/stat.h's own struct names */
#if defined(__x86_64__)
struct kernel_stat {
	__kernel_ulong_t dev, ino, nlink;
	unsigned int mode, uid, gid, pad;
	__kernel_ulong_t rdev;
	__kernel_long_t size, blksize, blocks;
	__kernel_ulong_t times[6];
	__kernel_long_t unused[3];
};
#else
struct kernel_stat {
	unsigned long dev, ino;
	unsigned int mode, nlink, uid, gid;
	unsigned long rdev, pad1;
	long size;
	int blksize, pad2;
	long blocks, times[6];
	unsigned int unused[2];
};
#endif
SAME(STAT, struct kernel_stat);

/* ioctl requests whose numbers do not carry the size */
static_assert(sizeof(struct serial_struct) == 72, "TIOCGSERIAL");
static_assert(sizeof(struct serial_rs485) == 32, "TIOCGRS485");
static_assert(sizeof(struct serial_icounter_struct) == 80, "TIOCGICOUNT");
static_assert(sizeof(struct vt_mode) == 8, "VT_GETMODE");
static_assert(sizeof(struct vt_stat) == 6, "VT_GETSTATE");
static_assert(sizeof(struct hd_geometry) == 16, "HDIO_GETGEO");
static_assert(sizeof(struct hd_driveid) == 512, "HDIO_GET_IDENTITY");
/* 8 bytes less where the old dev_t is short (arm64); the table has the larger. */
static_assert(sizeof(struct loop_info) == 168 || sizeof(struct loop_info) == 160, "LOOP_GET_STATUS");
static_assert(sizeof(struct loop_info64) == 232, "LOOP_GET_STATUS64");
static_assert(sizeof(struct loop_config) == 304, "LOOP_CONFIGURE");
static_assert(sizeof(struct fiemap) == 32 && sizeof(struct fiemap_extent) == 56, "FIEMAP");
static_assert(sizeof(struct file_dedupe_range) == 24 &&
	      sizeof(struct file_dedupe_range_info) == 32, "FIDEDUPERANGE");
static_assert(offsetof(struct rand_pool_info, buf) == 8, "RNDADDENTROPY");
static_assert(sizeof(struct ethtool_cmd) == 44 && sizeof(struct ethtool_drvinfo) == 196 &&
	      sizeof(struct ethtool_wolinfo) == 20 && sizeof(struct ethtool_value) == 8 &&
	      sizeof(struct ethtool_coalesce) == 92 && sizeof(struct ethtool_ringparam) == 36 &&
	      sizeof(struct ethtool_pauseparam) == 16 && sizeof(struct ethtool_channels) == 36 &&
	      sizeof(struct ethtool_ts_info) == 44, "SIOCETHTOOL");

/* quotactl */
static_assert(sizeof(struct if_dqinfo) == 24 && sizeof(struct if_dqblk) == 72 &&
	      sizeof(struct if_nextdqblk) == 72, "quotactl");
static_assert(sizeof(struct fs_disk_quota) == 112 && sizeof(struct fs_quota_stat) == 80 &&
	      sizeof(struct fs_quota_statv) == 160, "quotactl of XFS");

static void test_sizes_hold(void **state)
{
	(void)state; /* the assertions above are the test */
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_sizes_hold) };

	return cmocka_run_group_tests_name("sizes", tests, NULL, NULL);
}
