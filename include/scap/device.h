/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /dev/scaprec: what the recorder asks of the kernel module. One open file is
 * one session; when its last descriptor is closed, recording ends and the
 * recorded programs go on by themselves.
 */
#ifndef SCAP_DEVICE_H
#define SCAP_DEVICE_H

#include <linux/ioctl.h>

#include <scap/types.h>

#define SCAP_DEVICE "/dev/scaprec"

/* Module and recorder must agree on it exactly. */
#define SCAP_DEVICE_VERSION 1u

/*
 * First call on a new session.
 * @version:   in: the caller's; out: the module's. They differ: -EPROTO
 * @rings:     out: number of rings
 * @ring_size: in: bytes of each, a power of two, SCAP_RING_MIN .. SCAP_RING_MAX
 * @stdout_fd, @stderr_fd: in: the recorder's own streams: output to the same
 *             open file is flagged; -1: none
 * @vsyscall_prot: in: PROT_* of the [vsyscall] page, 0: there is none
 */
struct scap_ioc_setup {
	__u32 version;
	__u32 rings;
	__u64 ring_size;
	__s32 stdout_fd, stderr_fd;
	__u32 vsyscall_prot;
	__u32 reserved;
};

/*
 * Sleeps until there is something to do: enough data, somebody waiting for the
 * recorder, the last recorded task gone, or @timeout_ms over. Also wakes those
 * who wait for room.
 * @tasks: out: recorded tasks alive
 */
struct scap_ioc_wait {
	__u32 timeout_ms;
	__u32 tasks;
};

/*
 * A file that a MAP or EXEC record names by @token.
 * @fd:       out: open for reading
 * @writable: out: the program, or somebody, can change it while it is mapped
 */
struct scap_ioc_file {
	__u64 token;
	__s32 fd;
	__u32 writable;
};

/*
 * @events, @bytes: emitted
 * @slow:    calls finished in task_work
 * @waits:   times a recorded task waited for room
 * @lost:    records lost
 */
struct scap_ioc_stats {
	__u64 events, bytes, slow, waits, lost;
};

#define SCAP_IOC_SETUP		_IOWR('S', 0x40, struct scap_ioc_setup)
/* The calling thread is recorded from its next successful execve(2) on. */
#define SCAP_IOC_RECORD		_IO('S', 0x41)
#define SCAP_IOC_WAIT		_IOWR('S', 0x42, struct scap_ioc_wait)
#define SCAP_IOC_FILE		_IOWR('S', 0x43, struct scap_ioc_file)
/* Content of the file with this token is kept: who mapped it may go on. */
#define SCAP_IOC_FILE_DONE	_IOW('S', 0x44, __u64)
#define SCAP_IOC_STATS		_IOR('S', 0x45, struct scap_ioc_stats)

#endif
