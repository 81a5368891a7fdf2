/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libtracee: control of another process. Attach, stops, registers, memory,
 * injected calls, maps, the seccomp filter. Knows ptrace(2); does not know
 * traces, recording or replaying.
 *
 * All functions return 0 (or a count) on success and -errno on failure, and
 * -ESRCH whenever the tracee is gone, which can happen at any moment
 * (SIGKILL): callers pass it up and wait for the death that follows.
 */
#ifndef SCAP_TRACEE_H
#define SCAP_TRACEE_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

#include <scap/arch.h>
#include <scap/plan.h>

/*
 * One traced thread.
 * @tid, @pid: real ids (thread, thread group)
 * @mm:        what the threads of an image share: /proc/PID/mem, a syscall site
 * @regs:      cache of the general registers while stopped; use tracee_regs()
 * @fpregs:    vector state (@fpregs_len bytes) of a thread that is not traced but
 *             held otherwise, its @regs given; NULL: the kernel is asked
 */
struct tracee {
	pid_t tid, pid;
	struct tracee_mm *mm;
	struct scap_regs regs;
	bool regs_valid, regs_dirty;
	const void *fpregs;
	size_t fpregs_len;
};

/* ---- starting ---- */

/* Whether this kernel can make reads of the time-stamp counter fault: on arm64 since Linux 6.12. */
bool tracee_tsc_traps(void);

enum tracee_filter {
	TRACEE_FILTER_NONE,	/* stops by PTRACE_SYSCALL */
	TRACEE_FILTER_ALL,	/* seccomp RET_TRACE on every call of every ABI */
};

/*
 * How to start a program.
 * @file:   what to execve; @argv, @envp as there
 * @filter: installed just before the execve, so the execve itself is the first stop
 * @trap_tsc: PR_SET_TSC to SIGSEGV (prctl(2)): rdtsc faults, where tracee_tsc_traps()
 * @cpu:    pin to this CPU, or -1
 * @prepare: called in the child, already traced, just before the filter goes in; 0 or -errno; may be NULL
 *
 * Signal dispositions and mask are the caller's: set up its own handlers
 * (never SIG_IGN, which execve hands on) accordingly.
 */
struct tracee_start {
	const char *file;
	char *const *argv;
	char *const *envp;
	enum tracee_filter filter;
	bool trap_tsc;
	int cpu;
	int (*prepare)(void *ctx);
	void *prepare_ctx;
};

/*
 * Forks, seizes (PTRACE_O_EXITKILL, TRACESYSGOOD, TRACEFORK/VFORK/CLONE/EXEC/
 * EXIT, TRACESECCOMP) and lets the child run up to its first stop at the
 * execve's entry. -EPERM, -ENOSYS: ptrace or seccomp not permitted here.
 */
int tracee_spawn(struct tracee *t, const struct tracee_start *how);

/* Makes @t describe a task that ptrace attached by itself (fork events). @share: its mm's owner, or NULL. */
int tracee_adopt(struct tracee *t, pid_t tid, pid_t pid, struct tracee *share);

/* Drops what @t holds; does not touch the process. */
void tracee_release(struct tracee *t);

/*
 * Reads of the counter trap in the calling thread as in its tracees, where that makes switches between them cheaper
 * (trap-share.h); tracee_spawn() does it. tracee_unshare(), with no tracee left, ends that and what else is shared.
 */
void tracee_share_tsc(void);
void tracee_unshare(void);

/* After TRACEE_STOP_EXEC: memory and registers known so far were the old image's. */
int tracee_new_image(struct tracee *t);

/* ---- stops ---- */

enum tracee_stop_kind {
	TRACEE_STOP_ENTRY = 1,	/* about to make a syscall (seccomp or PTRACE_SYSCALL) */
	TRACEE_STOP_EXIT,	/* syscall made; under PTRACE_SYSCALL alone entries come as this
				 * too: tracee_at_entry() tells, where the caller does not know */
	TRACEE_STOP_SIGNAL,	/* about to get @sig */
	TRACEE_STOP_STEP,	/* single step or breakpoint: SIGTRAP that ptrace caused */
	TRACEE_STOP_GROUP,	/* group-stop by @sig */
	TRACEE_STOP_INTERRUPT,	/* PTRACE_EVENT_STOP that is no group-stop; a new task's first stop */
	TRACEE_STOP_FORK,	/* fork, vfork or clone made task @child */
	TRACEE_STOP_VFORK_DONE,
	TRACEE_STOP_EXEC,	/* new image is in place; @child: former tid */
	TRACEE_STOP_EXITING,	/* PTRACE_EVENT_EXIT, @status as wait(2) gives it */
	TRACEE_STOP_GONE,	/* reaped; @status */
};

struct tracee_stop {
	enum tracee_stop_kind kind;
	pid_t tid;
	int sig;
	int status;
	pid_t child;
};

/*
 * Waits for @tid (-1: any tracee) and says what it is. @flags: WNOHANG or 0.
 * Returns 1; 0 with WNOHANG and nothing there; -EINTR; -ECHILD.
 */
int tracee_wait(pid_t tid, int flags, struct tracee_stop *stop);
/* Waits for @tid whatever signals interrupt that: 0, or -ECHILD. */
int tracee_wait_for(pid_t tid, struct tracee_stop *stop);

enum tracee_resume {
	TRACEE_CONT,	/* up to the next seccomp stop, signal or event */
	TRACEE_SYSCALL,	/* ... or syscall entry or exit */
	TRACEE_STEP,	/* one instruction */
	TRACEE_LISTEN,	/* stay in group-stop */
};

/* Writes back changed registers and resumes, delivering @sig (0: none). */
int tracee_resume(struct tracee *t, enum tracee_resume how, int sig);

/* At any stop: 1 if it is a syscall's entry, 0 if its exit or elsewhere. */
int tracee_at_entry(struct tracee *t);

/* At a seccomp stop: whether the tracee's own filter asked for it, not ours. */
bool tracee_own_filter(struct tracee *t);

/* At a signal stop: what the signal carries, and another content for it. */
int tracee_siginfo(struct tracee *t, siginfo_t *info);
int tracee_set_siginfo(struct tracee *t, const siginfo_t *info);

/* ---- registers ---- */

/* Registers of a stopped tracee, fetched once a stop; NULL when it is gone. */
struct scap_regs *tracee_regs(struct tracee *t);

/* Says that the caller changed what tracee_regs() returned. */
void tracee_regs_changed(struct tracee *t);

/* Writes changed registers back now, for others that ask the kernel for them (libunwind). */
int tracee_flush_regs(struct tracee *t);

/* At an entry stop: number and arguments. */
int tracee_syscall_args(struct tracee *t, uint32_t *nr, uint64_t args[6], bool *compat);

/* At an exit stop: the raw result. */
int tracee_syscall_result(struct tracee *t, int64_t *result);

/*
 * At an entry stop: the call shall not be made; the tracee goes on behind the
 * instruction with @result. One stop in all where a seccomp filter stopped it.
 */
int tracee_syscall_skip(struct tracee *t, int64_t result);

/* At an entry stop: another number for the call. */
int tracee_syscall_set_nr(struct tracee *t, uint32_t nr);

/*
 * At an entry or exit stop: back to the syscall instruction with number @nr and
 * the arguments @args in place; the call is not (or not again) made now.
 */
int tracee_syscall_rewind(struct tracee *t, uint32_t nr, const uint64_t args[6]);

/*
 * At an entry or exit stop: makes the rest of the way back to user mode free of
 * the kernel's restart logic (orig_rax = -1), for a caller that sets the
 * registers itself.
 */
int tracee_syscall_forget(struct tracee *t);

/* Bytes that are enough for any vector state. */
#define TRACEE_FPREGS_MAX 16384

/*
 * Raw vector state: NT_X86_XSTATE; on arm64 NT_ARM_SVE if more is in use than NT_PRFPREG has,
 * otherwise that, which its length tells. Returns bytes or -errno.
 */
ssize_t tracee_fpregs(struct tracee *t, void *buf, size_t size);
int tracee_set_fpregs(struct tracee *t, const void *buf, size_t len);
/* Vector state of a fresh signal handler. */
int tracee_reset_fpregs(struct tracee *t);

/* ---- memory ---- */

/* All or nothing: 0 or -EFAULT. */
int tracee_read(struct tracee *t, uint64_t addr, void *buf, size_t len);
int tracee_write(struct tracee *t, uint64_t addr, const void *buf, size_t len);

/* As much as there is: bytes up to the first unreadable one. */
ssize_t tracee_read_some(struct tracee *t, uint64_t addr, void *buf, size_t len);

#define TRACEE_PIECE 256
#define TRACEE_PIECES 8

/*
 * The planner's accessor for @t. A read costs as much for a word as for a piece
 * of memory, and what a plan reads lies close together (execve's strings) or is
 * read again (a string, once its end is found): so the pieces last read are
 * kept. They are of one moment: take another one after memory has changed.
 * @base: address of the piece plus 1; 0: none
 */
struct tracee_planmem {
	struct scap_mem mem;
	struct tracee *t;
	uint64_t base[TRACEE_PIECES];
	uint8_t bytes[TRACEE_PIECES][TRACEE_PIECE];
};
void tracee_planmem(struct tracee_planmem *m, struct tracee *t);

/* tracee_read_some() for a span that @m's plan has emitted. */
ssize_t tracee_planmem_read(struct tracee_planmem *m, uint64_t addr, void *buf, size_t len);

struct tracee_map {
	uint64_t start, end, offset;
	uint32_t prot;		/* PROT_* */
	bool shared;
	uint32_t dev_major, dev_minor;
	uint64_t ino;
	char path[4096];	/* as /proc/PID/maps has it, " (deleted)" included */
};

/* Calls @each for every line of /proc/PID/maps until it returns other than 0, and returns that. */
int tracee_maps(struct tracee *t, int (*each)(void *ctx, const struct tracee_map *map), void *ctx);

/* ---- injected calls ---- */

/*
 * Makes the stopped tracee do syscall @nr and leaves it as it was, at the same
 * kind of stop: @at is ENTRY (seccomp), EXIT, or a stop in user code (SIGNAL,
 * STEP, INTERRUPT); not FORK, EXEC, EXITING. Signals are blocked meanwhile. At
 * stops other than ENTRY it needs a syscall instruction in executable memory:
 * the one in front of its ip, or tracee_set_syscall_site().
 * Returns 0 and the raw result in @result; -ENOTSUP without a site.
 */
int tracee_inject(struct tracee *t, enum tracee_stop_kind at, uint32_t nr,
		  const uint64_t args[6], int64_t *result);
void tracee_set_syscall_site(struct tracee *t, uint64_t addr);

#endif
