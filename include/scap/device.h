/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /dev/scaprec: what the recorder asks of the kernel module. One open file is
 * one session; when its last descriptor is closed, recording ends and the
 * recorded programs go on by themselves.
 */
#ifndef SCAP_DEVICE_H
#define SCAP_DEVICE_H

#include <linux/ioctl.h>

#include <scap/schedule.h>
#include <scap/types.h>

#define SCAP_DEVICE "/dev/scaprec"

/* Module and recorder must agree on it exactly. */
#define SCAP_DEVICE_VERSION 7u

/*
 * First call on a new session. -EPERM, -EDQUOT: an opener without CAP_SYS_ADMIN may not have
 * rings that large, or not together with those that its user has already.
 * @version:   in: the caller's; out: the module's. They differ: -EPROTO
 * @rings:     out: number of rings
 * @ring_size: in: bytes of each, a power of two, SCAP_RING_MIN .. SCAP_RING_MAX
 * @stdout_fd, @stderr_fd: in: the recorder's own streams: output to the same
 *             open file is flagged; -1: none
 * @vsyscall_prot: in: PROT_* of the [vsyscall] page, 0: there is none
 * @counter:   in: enum scap_counter: what tasks that may be stopped in user code retire
 * @checksum:  in: events of a domain between two CHECKSUM records; 0: none
 * @schedule:  in: of tasks that share memory
 */
struct scap_ioc_setup {
	__u32 version;
	__u32 rings;
	__u64 ring_size;
	__s32 stdout_fd, stderr_fd;
	__u32 vsyscall_prot;
	__u32 counter;
	__u64 checksum;
	struct scap_schedule_options schedule;
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
 * @fd:    out: open for reading
 * @flags: out: SCAP_FILE_*
 */
struct scap_ioc_file {
	__u64 token;
	__s32 fd;
	__u32 flags;
};

/* The program, or somebody, can change it while it is mapped. */
#define SCAP_FILE_WRITABLE	0x1u
/* Another mapping of a recorded process showed it when this record was made. */
#define SCAP_FILE_SHOWN		0x2u

/*
 * What the record with this token asked for is done: whoever waits may go on.
 * @flags: SCAP_DONE_*
 */
struct scap_ioc_done {
	__u64 token;
	__u32 flags;
	__u32 reserved;
};

/* Of a thread brought to a place: it was there before, in the same state. */
#define SCAP_DONE_SPINS		0x1u

/*
 * @events, @bytes: emitted
 * @slow:    calls finished in task_work
 * @waits:   times a recorded task waited for room; @wait_ns: for how long, all together
 * @lost:    records lost
 * @dropped: capture-only: events that a GAP tells of, or should; @dropped_bytes: as there
 */
struct scap_ioc_stats {
	__u64 events, bytes, slow, waits, wait_ns, lost, dropped, dropped_bytes;
};

/* Numbers of system calls that a filter can tell apart. */
#define SCAP_FILTER_CALLS 512

/*
 * Who is watched and what of it. All conditions must hold; without one of them
 * it is what the session's SCAP_IOC_RECORD starts.
 * @flags:  SCAP_FILTER_*
 * @pid:    PID: a process, and what it starts from now on
 * @uid:    UID: effective user
 * @cgroup: CGROUP: descriptor of a directory of cgroup2: those in it or below
 * @comm:   COMM: name, as /proc/PID/comm has it
 * @calls:  CALLS_SET: bit n is set: calls of number n; events that are no calls are
 *          always captured
 */
struct scap_ioc_filter {
	__u32 flags;
	__u32 pid, uid;
	__s32 cgroup;
	char comm[16];
	__u64 calls[SCAP_FILTER_CALLS / 64];
};

#define SCAP_FILTER_ALL		0x01u	/* everybody but the opener itself */
#define SCAP_FILTER_PID		0x02u
#define SCAP_FILTER_COMM	0x04u
#define SCAP_FILTER_UID		0x08u
#define SCAP_FILTER_CGROUP	0x10u
#define SCAP_FILTER_CALLS_SET	0x20u

/* One span of a plan: see scap_plan.emit of plan.h. */
struct scap_ioc_span {
	__u64 addr, len;
	__u8 kind, arg, string, exit;
	__u32 reserved;
};

/*
 * Carries out the entry and the exit plan of a call on made-up memory: a test
 * compares what the module plans with what the same code plans elsewhere.
 * @nr, @args, @result: the call
 * @base, @len: addresses that the made-up program has, @len at most SCAP_PLAN_MEMORY
 * @before, @after: user addresses of @len bytes each: its memory at entry and at exit
 * @spans:     user address of an array for @cap spans, at most SCAP_PLAN_SPANS
 * @nspans:    out: how many there are; those behind @cap are only counted
 * @entry, @exit: out: what the plans returned
 * @refuse, @unknown: out: as in struct scap_plan
 */
struct scap_ioc_plan {
	__u32 nr, cap;
	__u64 args[6];
	__s64 result;
	__u64 base, before, after, spans;
	__u32 len, nspans;
	__s32 entry, exit;
	__s32 refuse;
	__u32 unknown;
};

#define SCAP_PLAN_MEMORY 65536u
#define SCAP_PLAN_SPANS 8192u
#define SCAP_PLAN_IOV 16u	/* what the plans may keep of iovecs */

#define SCAP_IOC_SETUP		_IOWR('S', 0x40, struct scap_ioc_setup)
/* The calling thread is recorded from its next successful execve(2) on. */
#define SCAP_IOC_RECORD		_IO('S', 0x41)
#define SCAP_IOC_WAIT		_IOWR('S', 0x42, struct scap_ioc_wait)
#define SCAP_IOC_FILE		_IOWR('S', 0x43, struct scap_ioc_file)
#define SCAP_IOC_DONE		_IOW('S', 0x44, struct scap_ioc_done)
#define SCAP_IOC_STATS		_IOR('S', 0x45, struct scap_ioc_stats)
/*
 * Makes the session capture-only, ahead of any SCAP_IOC_RECORD. -EPERM: an opener
 * without CAP_SYS_ADMIN may capture nothing but its own user's processes.
 */
#define SCAP_IOC_CAPTURE	_IOW('S', 0x46, struct scap_ioc_filter)
/* Capture-only: no event comes any more; what is in the rings can be read in peace. */
#define SCAP_IOC_STOP		_IO('S', 0x47)
/* Needs no set-up. */
#define SCAP_IOC_PLAN		_IOWR('S', 0x48, struct scap_ioc_plan)

#endif
