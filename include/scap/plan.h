/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a syscall reads and writes: the table (syscalls.def) interpreted.
 *
 * Planning never copies and never changes anything. It reads the program's
 * memory through one accessor and reports spans through one callback, so the
 * module may repeat a plan in a context that may fault, the audit can check
 * the very same plan, and the replayer and the printer can use it too.
 */
#ifndef SCAP_PLAN_H
#define SCAP_PLAN_H

#include <scap/event.h>
#include <scap/types.h>

enum scap_class {
	SCAP_EMULATE = 1,	/* never reaches the kernel in replay */
	SCAP_EXECUTE,		/* address space and registers: for real, at recorded addresses */
	SCAP_PROCESS,		/* fork, exec, exit, thread set-up */
	SCAP_REFUSE,		/* fails in the recording as on an old kernel */
};

/* Row flags. */
#define SCAP_ROW_BLOCKS	0x1u	/* may sleep for long: a shared domain gives up the baton */
#define SCAP_ROW_NEWFD	0x2u	/* a result >= 0 is a new descriptor */
#define SCAP_ROW_FDS	0x4u	/* changes descriptors in another way (close, dup2, recvmsg...) */

/*
 * The program's memory, as the planner sees it. @get copies @len bytes at
 * @addr to @buf and returns 0, or -EFAULT if not all of them can be read now.
 */
struct scap_mem {
	int (*get)(const struct scap_mem *mem, __u64 addr, void *buf, __u32 len);
};

struct scap_iov {
	__u64 base, len;
};

#define SCAP_SAVED_MAX 8

/*
 * One syscall in flight; lives from entry to exit.
 * @nr, @args: as at entry
 * @result:    raw; valid for scap_plan_exit()
 * @saved:     values that the entry plan keeps for the exit plan (in-out
 *             lengths, which the kernel overwrites)
 * @iov:       room for output buffers found at entry (readv, recvmsg, ...),
 *             owned by the caller, @iov_cap entries; @niov are used
 * @iov_short: there were more than fit: the exit plan reads them again
 * @restarts: restart_syscall(2) only, from the caller: number of the call whose
 *           -516 it continues (its arguments are in @args); else 0
 */
struct scap_call {
	__u32 nr;
	__u32 niov, iov_cap;
	bool iov_short;
	__u32 restarts;
	__u64 args[6];
	__s64 result;
	__u64 saved[SCAP_SAVED_MAX];
	struct scap_iov *iov;
};

/*
 * What a plan says. The caller sets @mem, @emit and its own @ctx.
 * @emit:    called once a span, in order. @kind is SCAP_SPAN_IN or
 *           SCAP_SPAN_OUT (ECHO: bytes of a file that go to descriptor @arg
 *           without passing through memory: sendfile, splice). @string: a C
 *           string, its NUL included: keep it whole, not a prefix. @addr and
 *           @len are never 0 and never wrap. An IN span need not be readable to
 *           its end, nor an OUT span after -EFAULT: keep what is readable. A
 *           return other than 0 ends the plan and is handed back.
 * @page_size: of the program, in bytes; 0: 4096
 * @refuse:  entry plan: a positive errno with which scap must answer the call
 *           itself; 0: let it go to the kernel. The spans are right either way:
 *           a capture-only trace lets every call go
 * @unknown: the call or its request is in no table: nothing is known of its
 *           memory. Requests (ioctl): said by the exit plan
 */
struct scap_plan {
	const struct scap_mem *mem;
	int (*emit)(struct scap_plan *plan, __u64 addr, __u64 len, __u8 kind, __u8 arg,
		    bool string);
	void *ctx;
	__u32 page_size;
	int refuse;
	bool unknown;
};

/*
 * What call @c, about to be made, reads; fills @c->saved and @c->iov.
 * Returns 0, what @emit returned, or -EFAULT if memory needed for the plan
 * cannot be read now (the spans emitted so far are right, but not all).
 * The caller has set c->nr, c->args, c->iov and c->iov_cap.
 */
int scap_plan_entry(struct scap_plan *plan, struct scap_call *c);

/*
 * What call @c, which sleeps in the kernel, has written already for others to
 * see: FUTEX_LOCK_PI marks the word before it sleeps. Returns as scap_plan_entry().
 */
int scap_plan_inside(struct scap_plan *plan, const struct scap_call *c);

/* What call @c, which has returned c->result, wrote. Returns as scap_plan_entry(). */
int scap_plan_exit(struct scap_plan *plan, const struct scap_call *c);

/*
 * What call @c, which is in the kernel, may have written so far, or may yet: all that
 * it could, whatever its result. Spans may overlap. Returns as scap_plan_entry().
 */
int scap_plan_reach(struct scap_plan *plan, const struct scap_call *c);

/*
 * A row so simple that nobody need carry out a plan.
 * @kind:    PLAN: it is not so; REQUEST: scap_request_shape() says it of each call; NOTHING: no
 *           memory is written; FILLED: at argument @arg result elements of @len bytes, at most as
 *           many as argument @room says; FIXED: @len bytes there, on success. After -EFAULT both
 *           are as the plan says
 * @reads:   NOTHING; at argument @in, BUFFER: as many bytes as argument @in_len says; FIXED:
 *           @in_len bytes; STRING; FLOCK: what is to be locked, its first 4 bytes, and 16
 *           from the 8th on; REQUEST: with that @kind
 */
enum scap_shape_kind {
	SCAP_SHAPE_PLAN, SCAP_SHAPE_REQUEST, SCAP_SHAPE_NOTHING, SCAP_SHAPE_FILLED,
	SCAP_SHAPE_FIXED,
};

enum scap_shape_reads {
	SCAP_READS_NOTHING, SCAP_READS_BUFFER, SCAP_READS_FIXED, SCAP_READS_STRING,
	SCAP_READS_FLOCK, SCAP_READS_REQUEST,
};

struct scap_shape {
	__u8 kind;		/* enum scap_shape_kind */
	__u8 arg, room;
	__u8 reads;		/* enum scap_shape_reads */
	__u8 in, in_len;
	__u16 len;
};

/* Shape of native syscall @nr. */
struct scap_shape scap_call_shape(__u32 nr);

/* Shape of a call of native syscall @nr, whose row has the kind REQUEST (fcntl(2), futex(2)). */
struct scap_shape scap_request_shape(__u32 nr, const __u64 *args);

/*
 * Whether a call of native syscall @nr sets the thread pointer. By then libc has asked the CPU all
 * that it keeps (glibc: init_cpu_features(), ahead of TLS_INIT_TP()). Only on x86-64 it is a call.
 */
bool scap_sets_tls(__u32 nr, const __u64 *args);

/*
 * Class of this very call, where its arguments decide (madvise, prctl,
 * arch_prctl, modify_ldt, ...); otherwise that of its row. Unknown: SCAP_EMULATE.
 */
enum scap_class scap_call_class(const struct scap_call *c);

/*
 * The descriptor that the call's input data goes to (write, sendmsg, sendfile,
 * splice, ...), or -1.
 */
int scap_call_output_fd(const struct scap_call *c);

/* ---- what changes without being passed to a call (plan-behind.c) ---- */

/*
 * What a call did to a file, which somebody may map.
 * @fd:     the program's descriptor, or -1: nothing
 * @behind: the offset behind the last byte changed is kept, at address @at or (0) as
 *          the descriptor's position; else @at is the offset of the first one
 * @len:    bytes changed; 0: the file's size may be another
 */
struct scap_change {
	int fd;
	bool behind;
	__u64 at, len;
};

/*
 * What call @c, which has returned c->result, did. truncate(2), which has no
 * descriptor, is left out.
 */
struct scap_change scap_call_change(const struct scap_call *c);

/*
 * A thread that dies, and the locks on its robust list (get_robust_list(2)).
 * @mem:   its memory, all of which comes from the program
 * @tid:   as the program knows it
 * @leave: the futex word at @addr becomes @value
 */
struct scap_robust {
	const struct scap_mem *mem;
	__u32 tid;
	void (*leave)(void *ctx, __u64 addr, __u32 value);
	void *ctx;
};

/* Says, in the kernel's order and after as many steps, what becomes of those of @list (0: none). */
void scap_robust_walk(const struct scap_robust *r, __u64 list);

/* How an argument (or result) prints; the printers are in format/. */
enum scap_argtype {
	SCAP_T_NONE,
#define ARGTYPE(name) SCAP_T_##name,
#include <scap/argtypes.def>
#undef ARGTYPE
	SCAP_T_COUNT
};

/* Calls by name, the same on all architectures: SCAP_SYS_read, SCAP_SYS_openat, ... */
enum scap_sys {
	SCAP_SYS_NONE,
#define SYS(name, ...) SCAP_SYS_##name,
#include <scap/syscalls.def>
#undef SYS
	SCAP_SYS_COUNT
};

/* One row of syscalls.def. */
struct scap_sysinfo {
	const char *name;
	__u16 id;		/* enum scap_sys */
	__u8 class;		/* enum scap_class */
	__u8 flags;		/* SCAP_ROW_* */
	__u8 nargs;
	__u8 ret;		/* how the result prints: enum scap_argtype */
	__u8 type[6];		/* enum scap_argtype */
	__s32 refuse;		/* class REFUSE: errno */
};

enum scap_arch {
	SCAP_ARCH_X86_64 = 1,
	SCAP_ARCH_ARM64 = 2,
};

/* Row of syscall @nr on this architecture; NULL: no such call. */
const struct scap_sysinfo *scap_sysinfo(__u32 nr);

/* The same for any architecture: for reading traces of another machine. */
const struct scap_sysinfo *scap_sysinfo_arch(enum scap_arch arch, __u32 nr);

/* Numbers that may be asked for: 0 .. scap_sysinfo_end(arch) - 1. */
__u32 scap_sysinfo_end(enum scap_arch arch);

/* Name of an ioctl(2) request, "TCGETS"; NULL: not in ioctls.def. */
const char *scap_ioctl_name(__u32 request);

/* Whether the argument of ioctl(2) @request is known to be a plain value, not a pointer. */
bool scap_ioctl_value(__u32 request);

/*
 * Row by name, e.g. "openat"; NULL: none. Linear: for start-up, not per event.
 * @nr, if not NULL, gets the number on @arch.
 */
const struct scap_sysinfo *scap_sysinfo_name(enum scap_arch arch, const char *name, __u32 *nr);

#endif
