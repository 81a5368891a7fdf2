/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rooms of the ptrace backend share: the recorded tasks and what
 * groups them, and the functions that one room offers to the others.
 *
 * One tracer thread, on the CPU of everything it traces (a stop across CPUs
 * costs ten times as much). A stop arrives in ptrace-loop.c, which hands it to
 * the room that it concerns; that room resumes the thread or parks it.
 */
#ifndef SCAP_PTRACE_BACKEND_H
#define SCAP_PTRACE_BACKEND_H

#include <sched.h>
#include <xxhash.h>

#include "recorder/audit.h"
#include "recorder/alloc.h"
#include "recorder/backend.h"
#include "recorder/own-signals.h"
#include "recorder/tracee/point.h"
#include "recorder/tracee/tracee.h"

/* Input bytes (prefixes, strings, span heads) that a call's record may hold. */
#define INPUT_MAX 24576u
/* Output buffers that a plan remembers from entry to exit without a second look. */
#define IOV_CAP 64u
/* An asynchronous signal waits so long for the next boundary. */
#define HOLD_NS 10000000ull
/* Descriptors whose echo is cached; above, the kernel is asked each time. */
#define ECHO_FDS 1024

struct recording;
struct task;

/*
 * Tasks of which only one runs user code at a time: the holder of the baton.
 * @seq:    of the last event; @summed: when there was a checksum last
 * @holder: NULL: nobody
 * @first:  of @waiting tasks that wait for the baton, in their order
 * @since:  when the holder got it, ns
 * @turn:   how long it may run while others wait; @missed: longer, but there was a call ahead
 * @schedule: what turns will be like
 */
struct domain {
	struct domain *next;
	unsigned int id, members, waiting;
	uint64_t seq, summed, since;
	struct scap_turn turn;
	struct scap_schedule schedule;
	bool missed;
	uint64_t checked;	/* round of baton_check_all() */
	struct task *holder;
	struct task *first;
};

/*
 * A thread group.
 * @threads: alive
 * @capture_only: it cannot be replayed: not recorded from there on
 * @first: the one whose status is the recording's
 */
struct process {
	pid_t pid;
	int refs;
	unsigned int threads;
	bool capture_only, first;
};

/*
 * An address space.
 * @shared_writable: memory that a child of fork would share and somebody may write
 */
struct space {
	int refs;
	bool shared_writable;
	bool undumpable;	/* as the program believes (shadow.c) */
	struct audit_space *audit;
};

/*
 * Devices of file systems that a process serves (ptrace-served.c).
 * @known: all that there are; a device stays in the list
 */
struct served_devices {
	uint64_t *v;
	uint32_t n;
	bool known;
};

enum mapped { MAPPED_UNKNOWN, MAPPED_NO, MAPPED_YES };
/* ECHO_MEMORY: no stream, but the memory of a process (/proc/PID/mem) */
enum echo { ECHO_UNKNOWN, ECHO_NONE, ECHO_STDOUT, ECHO_STDERR, ECHO_MEMORY };

/* What is remembered of a descriptor table. */
struct fdtable {
	int refs;
	uint8_t echo[ECHO_FDS];
	uint8_t mapped[ECHO_FDS];	/* enum mapped: is the file one that somebody maps? */
	uint64_t objects;	/* rec->last_object when @mapped was right */
};

enum task_state {
	TASK_NEW,	/* announced or seen, not yet both */
	TASK_USER,	/* runs user code (or is on its way there) */
	TASK_CALL,	/* in the kernel */
	TASK_PARKED,	/* stopped, waits for the baton; @granted goes on with it */
	TASK_COPYING,	/* stopped, waits for copies of files (ptrace-served.c); @granted too */
	TASK_STOPPED,	/* group-stop */
	TASK_DYING,	/* past PTRACE_EVENT_EXIT */
};

/* A signal kept back, with what it carries. */
struct held_signal {
	struct held_signal *next;
	siginfo_t info;
	bool requeued;	/* sent again; comes back with our siginfo */
};

/* One thread. */
struct task {
	struct task *next;	/* in its hash chain */
	struct task *next_waiting;
	struct recording *rec;
	struct tracee t;
	struct process *process;
	struct domain *domain;
	struct space *space;
	struct fdtable *fds;
	enum task_state state;
	void (*granted)(struct task *k);
	bool started;		/* its first stop was seen */
	bool announced;		/* FORK is written */
	bool exit_written;
	int exit_status;	/* as wait(2) gives it; from PTRACE_EVENT_EXIT on */
	bool by_syscall;	/* driven by PTRACE_SYSCALL: the program has a filter of its own */

	/* the call in flight */
	struct scap_call call;
	struct scap_iov iov[IOV_CAP];
	const struct scap_sysinfo *info;
	bool in_call, entered;	/* entered: SYSCALL_ENTER is written */
	bool answered;		/* by us: it does not reach the kernel */
	bool keeps_baton;	/* its write into another's memory is one with its record */
	pid_t old_tid;		/* that called execve */
	bool readable;		/* /proc/PID/mem could be opened for the new image */
	bool execed;		/* PTRACE_EVENT_EXEC seen: the exit shows the new image */
	bool compat, unknown;
	uint16_t flags;		/* SCAP_F_* of its record */
	uint64_t in_hash, in_len;
	uint32_t in_bytes, in_spans;
	uint32_t restart_nr;	/* the call that a restart_syscall would continue */
	int replaced_arg;	/* the kernel was given another one (shadow.c), or -1 */
	uint64_t clone3_flags;	/* the same of what clone3 reads from memory, or 0 */
	uint8_t *input;		/* INPUT_MAX: spans as they go into the record */

	/* signals */
	struct held_signal *held;
	uint64_t held_since;
	struct scap_point_full *point;
	struct scap_regs point_regs; /* at @point */
	bool stop_unsaid;	/* stopped at @point, of which the trace knows nothing yet */
	uint64_t run_from;	/* since then it runs without an event: its last one, or its turn */
	uint64_t cpu_ns, cpu_time; /* its CPU clock, and when that was read */
	int counter;		/* counter_open(), 0: not yet, negative: no such thing */
	uint64_t counted;	/* by it at the last event */
	bool interrupting;	/* PTRACE_INTERRUPT sent, its stop not seen */
	bool boundary_known;	/* @boundary: registers at the end of the last call */
	struct scap_regs boundary;
	int delivering;		/* signal whose handler is being set up */
	siginfo_t delivering_info;
	uint16_t place;		/* enum scap_signal_place of the one being delivered */
	uint16_t requeue_place;	/* of those sent again, until the next call; 0: none */
	uint32_t place_nr;
	uint64_t place_ip, place_sp;
	bool frame_failed;	/* the SIGSEGV that follows is the kernel's own */

	/* what the kernel does behind the program's back */
	uint64_t clear_tid, robust_list;
	cpu_set_t affinity;
	int tsc_mode;		/* PR_TSC_*, as the program believes */
	bool strict;		/* in strict seccomp mode, as it believes */
	bool trap_set;	/* arch_note_call() */
	uint64_t switch_state;	/* where it was last stopped by force, no event since; 0: none */
	bool spins;		/* twice there */
	int proc_syscall_fd;	/* /proc/PID/task/TID/syscall, or -1 */
	struct served_file *served; /* copies for the call in flight */
};

/* Output of the call being closed, as its plan says. */
struct out_span {
	uint64_t addr, len;
	uint8_t kind, arg;
	bool ahead;		/* goes into DATA */
};

struct out_list {
	struct out_span *v;
	uint32_t n, cap;
};

#define TASK_BUCKETS 256

struct recording {
	const struct record_options *options;
	struct scap_writer *w;
	struct record_result *result;
	struct task *tasks[TASK_BUCKETS];
	unsigned int ntasks;
	struct domain *domains;
	unsigned int last_domain;
	uint64_t check_round;
	struct object *objects;
	struct file_hash *hashes;
	int hash_cache;		/* of earlier recordings; valid once @hash_cache_tried */
	bool hash_cache_tried;
	uint64_t last_object;	/* number given out */
	uint64_t start_ns;	/* CLOCK_REALTIME */
	uint64_t now;		/* CLOCK_MONOTONIC, at the stop being handled */
	int cpu;
	cpu_set_t affinity;	/* what the program may believe */
	bool foreign_clocks;	/* a task may be in another time namespace */
	bool first_exec_done;
	struct own_signals own;
	bool tick_fast, want_tick;	/* the timer runs fast; it should */
	uint64_t tick_due;	/* chaos: when it comes first */
	struct out_list outs;
	struct point_holes holes;	/* ptrace-point.c */
	unsigned int holes_cap;
	struct checksum *checksum; /* checksum.c */
	struct served_devices served;
	unsigned int ncopying;	/* tasks in TASK_COPYING */
	uint8_t *scratch;	/* SCRATCH_SIZE */
	uint32_t page_size;
	XXH64_state_t *hash;
	unsigned int nheld;	/* tasks with held signals */
	pid_t echoing;		/* the last task that began to write to our streams */
	uint64_t refused_said[16];	/* one bit a syscall: said aloud */
	uint64_t unknown_said[16];
};

#define SCRATCH_SIZE 65536u

/* ---- emit.c: records, filled in place ---- */

/*
 * A record under construction.
 * @size: bytes so far
 */
struct emit {
	struct task *k;
	struct scap_event *e;
	uint32_t size, nspans;
};

/* Starts a record of @type for @k; fixed part zeroed, header filled. */
void *emit_open(struct emit *m, struct task *k, uint16_t type);
/* Bytes that a further span may store. */
uint32_t emit_room(const struct emit *m);
/* Appends a span; returns where its @stored bytes go. There must be room. */
void *emit_span(struct emit *m, uint8_t kind, uint8_t arg, uint64_t addr, uint32_t len,
		uint32_t stored);
void emit_bytes(struct emit *m, uint8_t kind, uint64_t addr, const void *bytes, uint32_t len);
void emit_text(struct emit *m, uint8_t kind, const char *text);
/* Completes the record and hands it over. */
void emit_close(struct emit *m);
/* A record built elsewhere, that lacks time, thread and number. */
void emit_whole(struct task *k, const struct scap_event *e);
/* Memory [@addr, @addr + @len) of @k as DATA records. */
void emit_memory(struct task *k, uint64_t addr, uint64_t len, uint8_t arg);
/* MEM: what the kernel wrote into @k's memory besides the output of a call. */
void emit_mem(struct task *k, uint32_t cause, uint64_t addr, const void *bytes, uint32_t len);
/* A fact in words. */
void emit_meta(struct task *k, uint32_t kind, uint64_t value, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* A line for the user, unless -q. */
void say(struct recording *rec, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A line for the user in any case. */
void complain(struct recording *rec, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* ---- ptrace-loop.c ---- */

void loop_handle(struct recording *rec, const struct tracee_stop *stop);
/* Lets @k run user code up to its next stop. */
void resume_user(struct task *k);
/* Lets @k go on inside the kernel, up to its call's exit. */
void resume_call(struct task *k);
/* Passes @sig on; the task is in user code. */
void resume_signal(struct task *k, enum tracee_resume how, int sig);
/*
 * Asks for a stop of @k in user code. On one CPU the task is not running now.
 * Should it be on its way into a call, that entry's stop comes first and takes
 * the interrupt with it (ptrace_stop() clears JOBCTL_TRAP_STOP).
 */
void interrupt_user(struct task *k);

/* ---- ptrace-task.c ---- */

struct task *task_find(struct recording *rec, pid_t tid);
struct task *task_new(struct recording *rec, pid_t tid);
void task_free(struct task *k);
/* The first program's only thread. */
struct task *task_first(struct recording *rec, const struct tracee *t);
void task_forked(struct task *k, pid_t child);
void task_started(struct task *k);
/* @k leaves its address space (and with it the domain) for one of its own. */
void task_new_space(struct task *k);
void task_unshare_fds(struct task *k);
/* After a successful seccomp or prctl: a program with a filter of its own is driven otherwise. */
void task_note_filter(struct task *k);
void task_rename(struct task *k, pid_t tid);

/* ---- ptrace-exit.c ---- */

void task_exiting(struct task *k, int status);
void task_gone(struct task *k, int status);

/* ---- ptrace-domain.c ---- */

struct domain *domain_new(struct recording *rec);
void domain_join(struct task *k, struct domain *d);
void domain_leave(struct task *k);
/* All of @k's domain become members of @into; @k no longer holds a baton. */
void domain_merge(struct task *k, struct domain *into);
/* Whether @k may run user code now; if not, @then is called when it may. */
bool baton_take(struct task *k, void (*then)(struct task *k));
/* @k is dying and waits for no baton any more. */
void baton_forget(struct task *k);
/* @k gives the baton up; the next waiting task goes on. */
void baton_release(struct task *k);
/* After a boundary: is it somebody else's turn? Then @k is parked, and @then continues it. */
bool baton_yield(struct task *k, void (*then)(struct task *k));
/* Has @k, which was just let into its call, fallen asleep there? Then the baton goes on. */
void baton_check(struct task *k);
/* Lets @k get on with the call it is in, until its next stop (which is handled) or it sleeps. */
void call_settle(struct task *k);
/*
 * On the timer, for all holders for whom others wait: the same for those in
 * calls; those that compute for too long are interrupted.
 */
void baton_check_all(struct recording *rec);
/* Whether @k, about to be resumed in user code, has a turn that is counted from here. */
bool baton_counts(const struct task *k);
/* When the first holder that computes has used up its time, CLOCK_MONOTONIC ns; UINT64_MAX: none. */
uint64_t baton_next_due(const struct recording *rec);
/* An event of @k is being written: what it is, it does not only spin. */
void baton_note_event(struct task *k, uint16_t type);
/* @k was interrupted in user code: SWITCH, if somebody waits; true: @k is parked. */
bool baton_force(struct task *k);

/* ---- ptrace-syscall.c ---- */

void syscall_entry(struct task *k);
void syscall_exit(struct task *k);
/* Writes SYSCALL_ENTER for the call in flight, once. */
void syscall_write_enter(struct task *k);
/* Closes the call in flight: DATA, and SYSCALL or SYSCALL_EXIT. */
void syscall_write_closing(struct task *k);
/* Says once per kind of call that scap answers it itself, with @errnum. */
void syscall_say_refused(struct task *k, int errnum);
/* A new task returns from the call that made it: its own SYSCALL_EXIT. */
void syscall_child_return(struct task *k);

/* One more piece of output of the call being closed. */
void syscall_add_output(struct task *k, uint64_t addr, uint64_t len);

/* The first program's execve, at whose entry it was started. */
void task_begin_first(struct task *k);

/*
 * The kernel gets @value as argument @n of the call about to be made; the
 * record and, after the call, the program's register keep what was there.
 */
void shadow_replace_argument(struct task *k, unsigned int n, uint64_t value);

/* ---- ptrace-memory.c ---- */

/*
 * At entry: false if @k, about to write into another process's memory, has to wait for its
 * turn among those that may look at it; @then continues.
 */
bool memory_entry(struct task *k, void (*then)(struct task *k));
/* At the exit of the same call: MEM. */
void memory_exit(struct task *k);
/* While its outputs are planned: what it wrote into its own memory that way. */
void memory_plan_own(struct task *k);

/* ---- shadow.c: calls whose answer must hide the recorder ---- */

/* At entry: true if @k's call was answered (it does not reach the kernel) with *@result. */
bool shadow_entry(struct task *k, int64_t *result);
/* At entry: true if a thread in strict seccomp mode dies of @k's call. */
bool shadow_kills(struct task *k);
/* @k has made a task. */
void shadow_forked(struct task *k);
/* ... which is @child and has a copy of what it had. */
void shadow_inherit(struct task *child, struct task *k);
/* ... and which goes on to its first instruction. */
void shadow_child_return(struct task *k);
/* At exit, before outputs are read: mends what the kernel has answered. */
void shadow_exit(struct task *k);

/* ---- clocks.c ---- */

/* At entry: true if @k only looks at a clock; it has got what it asked for and *@result. */
bool clocks_entry(struct task *k, int64_t *result);
/* After a successful call: does the program see other clocks than the recorder from now on? */
void clocks_note_call(struct task *k);

/* ---- ptrace-exec.c ---- */

void exec_event(struct task *k, pid_t former);
void exec_exit(struct task *k);
/* At the exit of a call: true if it is the first program's execve, which failed. */
bool exec_failed_first(struct task *k);

/* ---- ptrace-maps.c ---- */

/* At the exit of a successful mmap, mremap or shmat: its MAP records. */
void maps_after_call(struct task *k);
/* At the same moment: another domain that shares the memory just mapped, or NULL. */
struct domain *maps_meets_domain(struct task *k);
/* Identity of @k's binary. */
void maps_identify_exe(struct task *k, struct scap_file_id *id);
void maps_release(struct recording *rec);

/* ---- ptrace-served.c: files that a process serves (FUSE) ---- */

/* At entry: false if @k has to wait for a copy of what it is about to map; @then continues. */
bool served_entry(struct task *k, void (*then)(struct task *k));
/* Of a fresh image the same. */
bool served_image(struct task *k, void (*then)(struct task *k));
/* A call has mounted something, or shows other mounts. */
void served_note_mount(struct recording *rec);
/* On the timer, and when a copy is there: who waited for it goes on. */
void served_check(struct recording *rec);
/* @k needs its copies no longer, or waits for none any more. */
void served_forget(struct task *k);

/* ---- files.c ---- */

/* At the exit of a call, ahead of its record: FILE for what it wrote to a file that is mapped. */
void files_after_call(struct task *k);
/*
 * Where the call just made began in @fd: its offset is kept at @ptr in the
 * program's memory or (0) as the descriptor's position. -1: not known.
 */
int64_t files_transfer_offset(struct task *k, int fd, uint64_t ptr);
/* The same of what write(2) or one of its kin has just written. */
int64_t files_write_offset(struct task *k);
/* MAP record for one mapping of a fresh image. */
void maps_image(struct task *k, const struct tracee_map *map);

/* ---- ptrace-signal.c ---- */

void signal_stop(struct task *k, int sig);
void signal_step(struct task *k);
void signal_interrupted(struct task *k);
/* At a syscall's entry with signals held: true if they go first; the task was resumed. */
bool signal_before_call(struct task *k);
/* The same of a process that is not recorded any more: the signal to pass on, or 0. */
int signal_unrecorded(struct task *k, int sig);
void signal_timer(struct recording *rec);
void signal_drop(struct task *k);
/* @k stands at the end of a call: what "executed nothing since" will be compared with. */
void signal_boundary(struct task *k);

/* ---- ptrace-checksum.c ---- */

/* --checksum: behind a SWITCH of @k, which stands there. */
void checksum_switch(struct task *k);
/* ... and behind the end of a call, when so many events have gone by. */
void checksum_boundary(struct task *k);

/* ---- checksum.c ---- */

void checksum_free(struct recording *rec);

/* ---- ptrace-point.c ---- */

/* An event of @k is being written: from here on its CPU time counts. */
void point_note_event(struct task *k);
/* ... and once more when it has its turn: the clock is its process's, and has counted what others used. */
void point_note_turn(struct task *k);
/*
 * Notes where @k, stopped in user code, is, or (@skip) so many instructions
 * further on; false: at a call, where no point is needed.
 */
bool signal_take_point(struct task *k, unsigned int skip);
/* Whether @k, stopped, has not even begun to make its last call again, as it will: no place in user code. */
bool point_is_restart(struct task *k);
/* One more place, @p, by way of @trail (or NULL); @retired: from the last event to that. */
void point_account(struct record_result *result, const struct point_trail *trail, uint64_t retired,
		   struct scap_point *p);
/* The place noted, as a span. */
void signal_add_point(struct emit *m, struct task *k);

/* What the calls of other threads may be writing into @k's memory now; NULL: nothing. Until the next time. */
const struct point_holes *point_calls_in_flight(struct task *k);

/* SWITCH: @k stands at the place noted, and @next (or NULL: nobody, or somebody) goes on. */
void point_write_switch(struct task *k, const struct task *next);
/* @k has just come to a group-stop: where, should others run or write to its memory meanwhile. */
void point_note_stop(struct task *k);
/* That happens now: a SWITCH says it, once. */
void point_say_stop(struct task *k);

/* ---- echo.c ---- */

/* SCAP_F_STDOUT, SCAP_F_STDERR or 0 for descriptor @fd of @k. */
uint16_t echo_flags(struct task *k, int fd);
/* Notes in the flags of the call in flight that its output goes to the recorder's own streams. */
void echo_note(struct task *k);
/* At entry, behind echo_note(): an errno for a call whose bytes could not be seen, or 0. */
int echo_refuses(struct task *k);
/*
 * At entry, behind echo_note(): the write that another task has begun comes
 * first in the trace as well. waitpid(2) does not report stops in the order of
 * time, so there is one write in flight, unless it sleeps (a full pipe).
 */
void echo_in_turn(struct task *k);
/* The bytes that a call sent there without having them in memory, as spans. */
void echo_spans(struct emit *m, struct task *k);
/* The recorded task whose memory descriptor @fd of @k is, by way of /proc/PID/mem, or NULL. */
struct task *echo_memory(struct task *k, int fd);
void echo_forget(struct task *k, int fd);
void echo_forget_all(struct task *k);

#endif
