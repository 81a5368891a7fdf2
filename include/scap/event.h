/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The event ABI: what both backends emit and what the trace file stores.
 *
 * Little-endian, 8-byte aligned, self-sizing. A record is a fixed part
 * followed by spans: pieces of memory or of description, each with the bytes
 * that are kept of it. format/FORMAT.md is the prose for this file.
 */
#ifndef SCAP_EVENT_H
#define SCAP_EVENT_H

#include <scap/types.h>

/* Bumped when old readers would misread (major) or miss something (minor). */
#define SCAP_ABI_MAJOR 1
#define SCAP_ABI_MINOR 2

/* No record is larger; output that does not fit travels ahead as DATA. */
#define SCAP_EVENT_MAX 65536u

/* What a buffer that a program passes in leaves in the trace, besides its hash. */
#define SCAP_PREFIX_MAX 64u
/* ... and what a path or another string does: all of it, up to PATH_MAX. */
#define SCAP_STRING_MAX 4096u

enum scap_event_type {
	SCAP_EV_META = 1,	/* a fact about the recording, in words; see enum scap_meta */
	SCAP_EV_EXEC,		/* a new image: registers, memory map, stack, auxv */
	SCAP_EV_SYSCALL,	/* entry and exit in one: the thread kept the baton throughout */
	SCAP_EV_SYSCALL_ENTER,	/* entry; written when the thread gives up the baton inside */
	SCAP_EV_SYSCALL_EXIT,	/* exit; written when it has the baton again */
	SCAP_EV_DATA,		/* output bytes of this thread's next closing record */
	SCAP_EV_MAP,		/* what a mapping shows; of the thread's next closing record */
	SCAP_EV_FILE,		/* bytes that a syscall put into a file that is also mapped */
	SCAP_EV_SIGNAL,		/* a signal took effect */
	SCAP_EV_MEM,		/* other kernel writes: clear_child_tid, robust list, ... */
	SCAP_EV_SWITCH,		/* the baton passed on in user code */
	SCAP_EV_TRAP,		/* an emulated instruction and its value */
	SCAP_EV_FORK,		/* a task was created by the running thread */
	SCAP_EV_TASK_EXIT,	/* a task is gone */
	SCAP_EV_GAP,		/* capture-only traces: events lost, how many and why */
	SCAP_EV_CHECKSUM,	/* what was in writable memory, for a replay to compare */
	SCAP_EV_TYPES
};

/* scap_event.flags */
#define SCAP_F_REFUSED	0x0001u	/* the result is scap's own: class REFUSE of syscalls.def */
#define SCAP_F_UNKNOWN	0x0002u	/* syscall or request not in the table: result only */
#define SCAP_F_COMPAT	0x0004u	/* int 0x80 from a 64-bit program: the number is ia32's */
#define SCAP_F_STDOUT	0x0008u	/* output that went to the recorder's own stdout ... */
#define SCAP_F_STDERR	0x0010u	/* ... or stderr: the replayer shows it again */
#define SCAP_F_CAPTURED	0x0020u	/* emitted for a process that is capture-only from here on */

/*
 * Every record begins so.
 * @size:   bytes of the whole record, a multiple of 8, at most SCAP_EVENT_MAX
 * @tid:    the thread it happened to, as the recorded program knew it
 * @domain: scheduling domain; small numbers in order of creation, 1 is the first
 * @seq:    position within the domain, from 1, without gaps
 * @time:   CLOCK_MONOTONIC in nanoseconds
 */
struct scap_event {
	__u32 size;
	__u16 type;
	__u16 flags;
	__u32 tid;
	__u32 domain;
	__u64 seq;
	__u64 time;
};

enum scap_span_kind {
	SCAP_SPAN_OUT = 1,	/* memory the kernel wrote: @stored == @len, all of it */
	SCAP_SPAN_IN,		/* memory the program passed in: a prefix is stored */
	SCAP_SPAN_ECHO,		/* bytes sent to a recorder's stream without being in memory */
	SCAP_SPAN_REGS,		/* general registers: the architecture's struct scap_regs */
	SCAP_SPAN_FPREGS,	/* vector registers in canonical form */
	SCAP_SPAN_PATH,		/* EXEC, MAP: path of the file, no final NUL */
	SCAP_SPAN_INTERP,	/* EXEC: path of the ELF interpreter */
	SCAP_SPAN_RLIMITS,	/* EXEC: struct { __u64 cur, max; } [16] in RLIMIT_* order */
	SCAP_SPAN_MM,		/* EXEC: struct scap_mm_layout */
	SCAP_SPAN_AUXV,		/* EXEC: auxv as __u64 pairs, AT_NULL included */
	SCAP_SPAN_SIGINFO,	/* SIGNAL: the kernel's siginfo, 128 bytes */
	SCAP_SPAN_POINT,	/* SIGNAL, SWITCH in user code: struct scap_point */
	SCAP_SPAN_TEXT,		/* META: UTF-8, no final NUL */
	SCAP_SPAN_FILE,		/* FILE: the bytes, @addr is the offset in the file */
	SCAP_SPAN_RANGES,	/* CHECKSUM: memory that it is about, pairs of __u64: start, end */
	SCAP_SPAN_HOLES,	/* CHECKSUM: what of that counts as zeros, likewise */
	SCAP_SPAN_SUMS,		/* CHECKSUM: a __u64 for each page of [addr, addr + len) */
	SCAP_SPAN_CPUID,	/* EXEC, if it may start on any CPU: struct scap_leaf */
	SCAP_SPAN_KINDS
};

/* Span of no particular argument. */
#define SCAP_ARG_NONE 0xffu

/*
 * Follows the fixed part, once for each span; @stored bytes follow, padded
 * with zeros to a multiple of 8.
 * @addr:   where in the program's memory (0 where the kind has no address)
 * @len:    true length in bytes
 * @stored: bytes that follow
 * @kind:   enum scap_span_kind
 * @arg:    index of the syscall argument it belongs to, or SCAP_ARG_NONE
 */
struct scap_span {
	__u64 addr;
	__u32 len;
	__u16 stored;
	__u8 kind;
	__u8 arg;
};

/*
 * SYSCALL, SYSCALL_ENTER, SYSCALL_EXIT.
 * @args:    as at entry, whatever the kernel did to the registers since
 * @result:  raw: -512 and its kin are kept (FORMAT.md has the restart law);
 *           0 in SYSCALL_ENTER
 * @in_hash: XXH64, seed 0, over all input memory in the order of the spans;
 *           0 where there is none, and in SYSCALL_EXIT
 * @in_len:  bytes that went into @in_hash
 *
 * Spans in SYSCALL_ENTER with kind OUT are what the kernel had already
 * written when the baton was given up.
 */
struct scap_ev_syscall {
	struct scap_event h;
	__u32 nr;
	__u32 nspans;
	__u64 args[6];
	__s64 result;
	__u64 in_hash;
	__u64 in_len;
};

/* DATA: one piece of output; spans (one) as anywhere else. */
struct scap_ev_data {
	struct scap_event h;
	__u32 nspans;
	__u32 reserved;
};

/* MEM: kernel writes that belong to no syscall. @cause: enum scap_mem_cause */
enum scap_mem_cause {
	SCAP_MEM_CLEAR_TID = 1,	/* set_tid_address(2), CLONE_CHILD_CLEARTID */
	SCAP_MEM_ROBUST,	/* get_robust_list(2) */
	SCAP_MEM_OTHER_PROCESS,	/* process_vm_writev(2), /proc/PID/mem by another process */
};

struct scap_ev_mem {
	struct scap_event h;
	__u32 nspans;
	__u32 cause;
};

/*
 * EXEC. The MAP records of the image and DATA records with its memory (stack,
 * pages that the kernel altered while loading) come ahead of it, same thread.
 * Spans: PATH, INTERP, REGS, MM, AUXV, RLIMITS, CPUID, and OUT for small memory.
 * @old_tid: thread that called execve, when not the leader; else same as tid
 * @pid:     thread group
 * @ppid:    parent as the program sees it
 */
struct scap_ev_exec {
	struct scap_event h;
	__u32 nspans;
	__u32 old_tid;
	__u32 pid;
	__u32 ppid;
	struct scap_file_id {	/* of the binary; see MAP */
		__u64 dev, ino, size;
		__u64 mtime_ns, ctime_ns;
		__u64 hash;	/* XXH64 of the whole content, 0: not taken */
	} file;
};

/* What x86's cpuid instruction answers for @leaf. */
struct scap_leaf {
	__u32 leaf, eax, ebx, ecx, edx;
};

/* PR_SET_MM_MAP's addresses, from /proc/PID/stat (proc(5)) or mm_struct. */
struct scap_mm_layout {
	__u64 start_code, end_code, start_data, end_data;
	__u64 start_brk, brk, start_stack;
	__u64 arg_start, arg_end, env_start, env_end;
};

enum scap_map_source {
	SCAP_MAP_ANON = 1,	/* zeros (or the DATA that follows, in an image) */
	SCAP_MAP_FILE,		/* file content, held by identity: @file, PATH */
	SCAP_MAP_STORED,	/* file content, kept in the trace under @object */
	SCAP_MAP_STACK,		/* grows down */
	SCAP_MAP_HEAP,		/* [heap] of a fresh image */
	SCAP_MAP_VDSO,
	SCAP_MAP_VVAR,
	SCAP_MAP_VSYSCALL,
};

/*
 * MAP: what one mapping shows. Ahead of the mmap, shmat or EXEC that made it.
 * @prot, @flags: PROT_* and MAP_* as for mmap(2); MAP_SHARED or MAP_PRIVATE
 * @object: number of the content object in this trace; the same object mapped
 *          twice has the same number; 0 for private anonymous memory
 */
struct scap_ev_map {
	struct scap_event h;
	__u32 nspans;
	__u32 source;
	__u64 addr, len, offset;
	__u32 prot, flags;
	__u64 object;
	struct scap_file_id file;
};

/*
 * FILE: a syscall changed a file that is (also) mapped; ahead of that call's
 * closing record. Or, behind a MAP, what the file it shows holds, where only
 * the program itself could ask (a file that a process serves). Spans: FILE.
 * @object: as in MAP
 * @size:   size of the file afterwards
 */
struct scap_ev_file {
	struct scap_event h;
	__u32 nspans;
	__u32 reserved;
	__u64 object;
	__u64 size;
};

enum scap_signal_place {
	SCAP_SIG_AFTER_SYSCALL = 1, /* on the way out of the thread's last closing record */
	SCAP_SIG_BEFORE_SYSCALL, /* at the instruction of its next syscall, not yet made */
	SCAP_SIG_IN_USER,	/* asynchronous in user code: a POINT span says where */
	SCAP_SIG_SYNCHRONOUS,	/* caused by the instruction at ip: will happen by itself */
};

enum scap_signal_action {
	SCAP_ACT_HANDLER = 1,	/* REGS and OUT (the frame) describe the handler's start */
	SCAP_ACT_FATAL,		/* the process ends; TASK_EXIT follows */
	SCAP_ACT_NONE,		/* ignored or stopped and continued: no effect on the program */
};

/*
 * SIGNAL.
 * @ip: where the thread was (BEFORE_SYSCALL: address of the syscall instruction)
 * @nr: BEFORE_SYSCALL: the syscall that was about to be made
 */
struct scap_ev_signal {
	struct scap_event h;
	__u32 nspans;
	__u32 signo;
	__u16 place;
	__u16 action;
	__u32 nr;
	__u64 ip;
};

/* SWITCH. @next: tid that gets the baton; 0: not known yet. Spans: POINT, REGS. */
struct scap_ev_switch {
	struct scap_event h;
	__u32 nspans;
	__u32 next;
};

enum scap_trap {
	SCAP_TRAP_RDTSC = 1,	/* value[0]: counter */
	SCAP_TRAP_RDTSCP,	/* value[0]: counter, value[1]: TSC_AUX */
	SCAP_TRAP_CPUID,	/* value[0]: eax | ebx << 32, value[1]: ecx | edx << 32 */
	SCAP_TRAP_CNTVCT,	/* value[0]: counter, value[1]: register that got it */
};

struct scap_ev_trap {
	struct scap_event h;
	__u32 nspans;
	__u32 kind;
	__u64 ip;
	__u64 value[2];
};

/*
 * FORK. Calls that create tasks are always split: the parent's SYSCALL_ENTER,
 * FORK, then in any order the child's own SYSCALL_EXIT (result 0, with
 * CLONE_CHILD_SETTID's bytes) and the parent's SYSCALL_EXIT.
 * @child:        tid; @child_pid: its thread group; @child_domain: its domain
 * @clone_flags:  CLONE_* as the kernel understood the call (fork: SIGCHLD)
 */
struct scap_ev_fork {
	struct scap_event h;
	__u32 nspans;
	__u32 child;
	__u32 child_pid;
	__u32 child_domain;
	__u64 clone_flags;
};

/*
 * TASK_EXIT. A call that the task died in comes ahead as SYSCALL_ENTER.
 * @status: as wait(2) reports it; of the leader it is the process's
 * @last:   1 if it was the last thread of its process
 */
struct scap_ev_task_exit {
	struct scap_event h;
	__u32 nspans;
	__u32 pid;
	__s32 status;
	__u32 last;
};

enum scap_meta {
	SCAP_META_REFUSED = 1,	/* @value: syscall number; once per kind */
	SCAP_META_UNKNOWN,	/* @value: syscall number or ioctl request */
	SCAP_META_CAPTURE_ONLY,	/* this process is not replayable from here on, and why */
	SCAP_META_SHARED,	/* memory shared with somebody outside the recording */
	SCAP_META_NOTE,
};

struct scap_ev_meta {
	struct scap_event h;
	__u32 nspans;
	__u32 kind;
	__u64 value;
};

enum scap_gap_reason {
	SCAP_GAP_FULL = 1,	/* the reader was too slow, and nobody was made to wait */
};

/*
 * GAP, in capture-only traces: ahead of the thread's first event behind the gap,
 * or, of threads that had none any more, with thread id 0 at the end of the trace.
 * @reason: enum scap_gap_reason
 * @events: exactly how many are missing: a call counts as one, DATA not at all
 * @bytes:  their size, as far as it was known when they were dropped
 */
struct scap_ev_gap {
	struct scap_event h;
	__u32 nspans;
	__u32 reason;
	__u64 events, bytes;
};

/*
 * CHECKSUM: memory of the thread as it is behind its last event. Spans: RANGES and HOLES, in
 * ascending order without overlaps, and SUMS, in ascending order, for all pages of the ranges
 * that are not zeros throughout: XXH64 (seed 0) of the page, its holes zeroed, or
 * SCAP_SUM_UNREADABLE. As many records as it takes for all writable memory.
 * @pages: in this record
 */
#define SCAP_SUM_UNREADABLE 1u

struct scap_ev_checksum {
	struct scap_event h;
	__u32 nspans;
	__u32 pages;
};

static_assert(sizeof(struct scap_event) == 32, "ABI");
static_assert(sizeof(struct scap_span) == 16, "ABI");
static_assert(sizeof(struct scap_ev_syscall) == 112, "ABI");
static_assert(sizeof(struct scap_ev_map) == 128, "ABI");

#define SCAP_ALIGN8(n) (((n) + 7u) & ~7u)

/* Raw results with which the kernel means to make the call again: ERESTARTSYS and its kin. */
static inline bool scap_restarts(__s64 result)
{
	return result == -512 || result == -513 || result == -514 || result == -516;
}

/* Bytes that a span occupies in a record. */
static inline __u32 scap_span_size(__u32 stored)
{
	return (__u32)sizeof(struct scap_span) + SCAP_ALIGN8(stored);
}

/* The bytes stored with @s. */
static inline const void *scap_span_bytes(const struct scap_span *s)
{
	return s + 1;
}

/*
 * Bytes of the fixed part of a record of @type, 0 for a type that this version
 * does not know. Every fixed part has nspans right behind the header, but
 * SYSCALL*, which has nr there and nspans next.
 */
__u32 scap_event_fixed(__u16 type);

/* Number of spans that @e says it has. @e must be at least scap_event_fixed() long. */
__u32 scap_event_nspans(const struct scap_event *e);

/*
 * Whether @e, of which @avail bytes can be read, is well-formed: known type,
 * size within bounds, spans that add up to it exactly. A reader's gate: after
 * it, scap_span_next() needs no further check.
 */
bool scap_event_valid(const struct scap_event *e, size_t avail);

/*
 * Walks the spans of a valid event: NULL gives the first, a span its
 * successor; NULL is returned behind the last.
 */
const struct scap_span *scap_span_next(const struct scap_event *e,
				       const struct scap_span *s);

/* First span of @kind (and, unless @arg is SCAP_ARG_NONE, of that argument); NULL: none. */
const struct scap_span *scap_span_find(const struct scap_event *e, __u8 kind, __u8 arg);

#endif
