/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rooms of the replayer share. session.c routes events to the feeds
 * (feed-*.c); they bring a task to where the event is due, check it, and
 * apply what the kernel did.
 *
 * A task is resumed when its next event is due, so whatever the trace says
 * about its last boundary (a signal, a restarted call) finds it there. Only
 * one that shares memory with no other, and whose next event is known to be
 * far on, is let run earlier (ahead.c); so no two tasks that could disturb
 * each other ever run at once.
 *
 * Functions return 0, or a negative number when the session has ended; why is
 * in session.outcome, filled by session_fail() or session_diverge().
 */
#ifndef REPLAYER_REPLAY_H
#define REPLAYER_REPLAY_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "format/divergence.h"
#include "format/format.h"
#include "recorder/tracee/sigframe.h"
#include "recorder/tracee/tracee.h"
#include "session.h"

/*
 * An address space. @home: the replayer's own page. @shared: others see what
 * is written to some of it; @stored: it shows a file that calls may write to.
 */
struct space {
	unsigned int refs;
	bool shared, stored;
	uint64_t home;
	uint64_t brk_start, brk;
};

/*
 * A process. @pid: as recorded, @real: thread group here.
 * @tasks: that belong to it; @live: those that have not exited in the trace
 */
struct process {
	uint32_t pid;
	pid_t real;
	unsigned int tasks, live;
};

enum task_state {
	TASK_UNBORN = 1,	/* its first image is still being described */
	TASK_RUNNING,		/* on its way from a boundary to whatever it does next */
	TASK_BOUNDARY,		/* stopped; its registers are what it shall go on with */
	TASK_ENTRY,		/* stopped at the entry of its next call */
	TASK_FAULT,		/* stopped by a signal that its own instruction raised */
	TASK_IN_CALL,		/* stopped at the entry, or after the real making, of a split call */
	TASK_PARKED,		/* has exited in the trace; goes when its process does */
	TASK_CAPTURED,		/* was recorded without what a replay needs */
};

/*
 * One thread of the recorded program.
 * @tid:     as recorded; @t has the real one
 * @sig:     TASK_FAULT: the signal
 * @nr, @args, @compat: TASK_ENTRY, TASK_IN_CALL: the call, as the program made it
 * @in_hash, @in_len: its input memory, once @planned
 * @restart: raw result (-512...) of the call that will be made again, or 0
 * @last_time: of its last event, in nanoseconds as in the trace
 * @lent:    TASK_RUNNING: the CPU it has to itself, plus one, or 0
 * @pending: DATA, MAP and FILE records of the next closing record
 */
struct task {
	struct task *next;
	struct tracee t;
	uint32_t tid;
	enum task_state state;
	struct process *process;
	struct space *space;
	int sig;
	uint32_t nr;
	uint64_t args[6];
	bool compat, planned;
	bool starting;		/* a new image that may yet look at its CPU with an instruction */
	bool elsewhere;		/* hence it runs on another CPU than ours */
	int cpu_number;		/* that of the CPU where its image began: arch_image_cpu() */
	bool cpuid_trapped;	/* cpuid is an event, as it was while recorded */
	uint64_t in_hash, in_len;
	int64_t restart;
	uint64_t last_time;
	int lent;
	struct {
		char *bytes;
		size_t used, size;
	} pending;
};

#define TASK_BUCKETS 1024

#define KILLED_KEPT 16

struct session {
	struct session_options options;
	struct session_outcome outcome;
	struct scap_reader *reader;
	struct lookahead *lookahead;
	struct cpus *cpus;
	const struct scap_header *header;
	const struct scap_event *event;	/* the one being fed */
	volatile sig_atomic_t interrupted;
	struct task *tasks[TASK_BUCKETS];
	struct task *last_found;
	uint32_t first_pid;	/* the process whose status is the replay's */
	bool first_known, first_ended, first_killed;
	char *killed[KILLED_KEPT]; /* reports that nobody has seen yet (hang.c) */
	unsigned int nkilled;
	uint64_t first_captured; /* the event from which on it cannot be replayed, or 0 */
	int stub_fd;
	uint32_t pass_key;
	bool files_written;	/* by calls, while they were mapped */
	bool foreign_cpu; /* the recorded processor is of another kind */
	bool hide_cpu;	/* cpuid faults and is answered from the trace */
	struct files *files;
	struct contents *contents;
	struct reasons *reasons;
	struct saving *saving; /* NULL: nobody wants it */
};

/* ---- session.c: ends ---- */

/* The session ends by trouble of our own. Returns -code. */
int session_fail(struct session *s, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The program does not do what it did. @actual: what it did, as an event to
 * be held against the recorded one; or NULL, and words for both (@expected
 * NULL: the recorded event speaks for itself). Returns a negative number.
 */
int session_diverge(struct session *s, struct task *task, const struct scap_event *actual,
		    const char *expected_text, const char *actual_text);

/* Tells the user something while the session goes on. */
void session_notice(struct session *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Whether an earlier replay has shown what belongs to the event being fed (session_options.shown). */
bool session_has_shown(const struct session *s);

/* ---- task.c ---- */

struct task *task_find(struct session *s, uint32_t tid);
/* A new task under @tid, replacing a dead one of that number. NULL: no memory. */
struct task *task_new(struct session *s, uint32_t tid);
/* @task goes on under another number (execve by a thread that is not the leader). */
void task_rename(struct session *s, struct task *task, uint32_t tid);
/* Forgets @task; its thread is gone or about to be killed. */
void task_drop(struct session *s, struct task *task);
struct process *process_new(uint32_t pid, pid_t real);
void process_join(struct task *task, struct process *p);
struct space *space_new(void);
void space_put(struct space *space);

/*
 * Runs @task from a boundary to whatever it does next: a call, or a fault.
 * Does nothing if it is there already.
 */
int task_arrive(struct session *s, struct task *task);

/*
 * Whether the signal of @stop was raised by the thread's own instruction. What
 * other processes send does not belong to the replay and is dropped.
 */
bool task_raised_itself(struct task *task, const struct tracee_stop *stop);

/* Resumes a stopped task for the next stop, which must be of @kind. */
int task_resume_to(struct session *s, struct task *task, enum tracee_resume how,
		   enum tracee_stop_kind kind, struct tracee_stop *stop);

/* At an entry or exit stop: the call ends with @result. */
int task_finish_call(struct session *s, struct task *task, int64_t result);

/* Sets all registers; the task is at a boundary with them. */
int task_set_regs(struct session *s, struct task *task, const struct scap_regs *regs);

/*
 * The task's real thread ends, without a trace of it. One that was @killed stands where it is
 * until its process ends: then it is asked where that was.
 */
int task_end_thread(struct session *s, struct task *task, bool killed);
/* Kills the process of @task and drops all its tasks. */
void task_end_process(struct session *s, struct task *task);
/* All that live. */
void task_end_all(struct session *s);

/* Keeps a record for the next closing one. */
int task_keep(struct session *s, struct task *task, const struct scap_event *e);
/* Walks what is kept: NULL gives the first. */
const struct scap_event *task_kept(const struct task *task, const struct scap_event *e);

/* ---- lookahead.c: the trace, read some way ahead ---- */

struct lookahead *lookahead_new(struct scap_reader *reader);
/* As scap_reader_next(). */
int lookahead_next(struct lookahead *l, const struct scap_event **e, struct scap_error *err);
/* Number of the event that lookahead_next() returned last, from 1. */
uint64_t lookahead_number(const struct lookahead *l);
/* The event behind it; NULL: not read yet. */
const struct scap_event *lookahead_head(const struct lookahead *l);
/* The next event of the same thread that is more than a prelude (DATA, MAP, ...); NULL: too far. */
const struct scap_event *lookahead_own(const struct lookahead *l);

/* ---- ahead.c: long computations on other CPUs ---- */

/* Takes over the CPUs we may use and pins this thread to one: the recorded one, if it is here. */
struct cpus *cpus_new(const struct scap_header *h);
/* And gives them back. */
void cpus_free(struct cpus *cpus);
/* The CPU of this thread, to which tasks are pinned; -1: not pinned. */
int cpus_own(const struct cpus *cpus);
/*
 * The image of @e is there, in @task: it begins on a CPU of the same number as when it was recorded, if there
 * is one, until cpus_started().
 */
void cpus_start(struct session *s, struct task *task, const struct scap_ev_exec *e);
void cpus_started(struct session *s, struct task *task);
/* After an event of @task: if it has long to compute until its next one, lets it. */
int ahead_start(struct session *s, struct task *task);
/* Waits until nobody is ahead any more. */
int ahead_finish(struct session *s);
/* It has come to its next stop, or to its end. */
void ahead_done(struct session *s, struct task *task);

/* ---- home.c: calls made in a tracee ---- */

struct home_call {
	uint64_t nr, args[6], flags;
};

#define HOME_CALLS_MAX 512
#define HOME_EXTRA_SIZE 128

/* A list of calls under construction. @extra: memory for an argument, at home_extra_at(). */
struct home_calls {
	unsigned int n;
	char extra[HOME_EXTRA_SIZE];
	struct home_call call[HOME_CALLS_MAX];
};

/* Where @extra is when the calls are run at @base. */
uint64_t home_extra_at(uint64_t base);

void home_add(struct home_calls *c, struct session *s, unsigned int flags, uint64_t nr,
	      uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5);
/* Maps @fd of the replayer's (-1: zeros) in the tracee: opened, mapped, closed. */
void home_map(struct home_calls *c, struct session *s, uint64_t addr, uint64_t len,
	      uint32_t prot, uint32_t flags, int fd, uint64_t offset);
/*
 * Runs the calls from the stub page at @base. @failed: index of the call that
 * failed, its error is returned. The task's registers are lost.
 */
int home_run(struct session *s, struct task *task, uint64_t base, struct home_calls *c,
	     unsigned int *failed);
/* The same from the task's home, with its registers put back afterwards (at a boundary). */
int home_run_within(struct session *s, struct task *task, struct home_calls *c,
		    unsigned int *failed);

/* ---- sandbox.c: the stub started for real ---- */

int sandbox_prepare(struct session *s);
/* Spawns the stub; @task is at its first stop. */
int sandbox_spawn(struct session *s, struct task *task);
/* Makes @task, at the entry of a call, execute the stub anew. */
int sandbox_exec(struct session *s, struct task *task);

/* ---- image.c ---- */

/* Builds what the pending MAP and DATA records of @task and @e say. */
int image_build(struct session *s, struct task *task, const struct scap_ev_exec *e);

/* The stack of @task's process may grow to @cur bytes. */
void image_limit_stack(struct task *task, uint64_t cur);

/* ---- identity.c: files that are mapped by identity ---- */

struct files *files_new(void);
void files_free(struct files *files);
/*
 * An open descriptor for the file @path with identity @id, checked. Owned by
 * the session. Ends the session when it is another file.
 */
int files_open(struct session *s, const char *path, const struct scap_file_id *id, int *fd);

/* ---- content.c: files whose content is in the trace ---- */

struct contents *contents_new(void);
void contents_free(struct contents *contents);
/* Our copy of content object @m->object. */
int contents_open(struct session *s, const struct scap_ev_map *m, int *fd);
/* @m, of whatever kind, has been read: the copy is there before the call that maps it is over. */
int contents_expect(struct session *s, const struct scap_ev_map *m);
/* Descriptor of the copy that /proc/PID/maps shows as @mapped; -1: none of ours. */
int contents_named(const struct contents *contents, const char *mapped);
/* Applies a FILE record. */
int contents_write(struct session *s, const struct scap_ev_file *e);
/* Descriptor for any MAP record: by identity, stored or -1 for zeros. */
int mapping_open(struct session *s, const struct scap_ev_map *m, int *fd);

/* ---- feeds ---- */

int feed_syscall(struct session *s, struct task *task, const struct scap_ev_syscall *e);
int feed_enter(struct session *s, struct task *task, const struct scap_ev_syscall *e);
int feed_exit(struct session *s, struct task *task, const struct scap_ev_syscall *e);
/* Arrived at a call? Then its input is hashed, before anything overwrites it. */
int feed_arrive_at_call(struct session *s, struct task *task);

/* A DATA, MAP or FILE record: kept for the closing one, or applied when it is too much to keep. */
int feed_data(struct session *s, struct task *task, const struct scap_event *e);

/* Writes the OUT spans of @e to the task's memory. */
int feed_outputs(struct session *s, struct task *task, const struct scap_event *e);
/* Applies kept DATA and FILE records, and forgets them and MAPs. */
int feed_kept(struct session *s, struct task *task);

/* Class EXECUTE, call succeeded. */
int feed_memory(struct session *s, struct task *task, const struct scap_ev_syscall *e);

/* A successful call that sets limits: the one on the stack is in force here too. */
void feed_limit(struct session *s, struct task *task, const struct scap_ev_syscall *e);

int feed_fork(struct session *s, struct task *task, const struct scap_ev_fork *e);
int feed_exec(struct session *s, struct task *task, const struct scap_ev_exec *e);
int feed_task_exit(struct session *s, struct task *task, const struct scap_ev_task_exit *e);

int feed_signal(struct session *s, struct task *task, const struct scap_ev_signal *e);
/* A call of rt_sigreturn: the thread goes on where the handler had interrupted it. */
int feed_signal_return(struct session *s, struct task *task, const struct scap_ev_syscall *e);
int feed_trap(struct session *s, struct task *task, const struct scap_ev_trap *e);
int feed_switch(struct session *s, struct task *task, const struct scap_ev_switch *e);
/* Compares the program's memory with what a recording with --checksum says was in it. */
int feed_checksum(struct session *s, struct task *task, const struct scap_ev_checksum *e);

/* ---- echo.c ---- */

/* Shows what call @e wrote to the recorder's stdout or stderr. */
int echo_output(struct session *s, struct task *task, const struct scap_ev_syscall *e);

/* ---- actual.c ---- */

/*
 * The call that @task, stopped at its entry, is about to make, as a SYSCALL_ENTER
 * with its input; other fields as in @like. In static memory.
 */
const struct scap_event *actual_call(struct task *task, const struct scap_event *like);

/* ---- report.c ---- */

/* The divergence report, malloc'ed; arguments as session_diverge(). */
char *report_divergence(struct session *s, struct task *task, const struct scap_event *actual,
			const char *expected_text, const char *actual_text);
/* What a trace says goes to terminals: nothing in @text may command them. @lines: it may end lines */
void report_printable(char *text, bool lines);
/* A fatal signal is due: if it is a crash, says which, where, and how it came there. */
int report_crash(struct session *s, struct task *task, const struct scap_ev_signal *e);
/* Signals that mean a bug rather than a wish, by their default action (signal(7), "Core"). */
bool report_is_crash(uint32_t signo);
/* Call stack of @task, where it stands. */
void report_frames(FILE *out, const struct session *s, struct task *task);

/* ---- past.c: the trace up to where the replay stands, read once more ---- */

/* Events before, at most. */
#define PAST_BEFORE 64u

struct past;
/*
 * What came before the event that is due, for process @pid; the last PAST_BEFORE events of all
 * go into @before. 0 or -errno with @err, in words: the trace cannot be read again.
 */
int past_open(struct past **past, struct session *s, uint32_t pid, struct scap_history *before,
	      struct scap_error *err);
void past_close(struct past *past);
/* @mark: kept with the thread for the time of the walk, 0 at first */
typedef void past_fn(void *ctx, uint64_t number, unsigned int *mark, const struct scap_event *e);
/* Calls @each with all events of the process and of those that it comes from. 0 or -errno. */
int past_walk(struct past *past, past_fn *each, void *ctx, struct scap_error *err);

/* ---- fed.c: what the program was given ---- */

/* Events that may have been the cause, at most. */
#define FED_SUSPECTS 3u

struct fed;
/*
 * Looks in @past for what led a process to do @actual (may be NULL) instead of @expected; @h: the
 * trace's. NULL: it failed, @err says why.
 */
struct fed *fed_new(struct past *past, const struct scap_header *h, const struct scap_event *expected,
		    const struct scap_event *actual, struct scap_error *err);
void fed_free(struct fed *fed);
/* The likeliest first, @n of them; they are @fed's. */
const struct scap_suspect *fed_suspects(struct fed *fed, unsigned int *n);

/* ---- reasons.c: why a replay may go astray, from what is known of the recording ---- */

#define REASONS_MAX 6

struct reasons *reasons_new(void);
void reasons_free(struct reasons *r);
/* The trace has a note. */
void reasons_note(struct reasons *r, uint64_t number, const struct scap_ev_meta *e);
/* Reasons for a divergence of @task (may be NULL), in words; a list ended by NULL, @s's. */
const char *const *reasons_list(struct session *s, struct task *task);

/* ---- save.c: what the replay did, as a trace ---- */

/* Starts trace @path. 0 or -errno with @err. */
int save_open(struct session *s, const char *path, struct scap_error *err);
/* The event that has just been fed; and what the program did instead of the one that is due. */
void save_event(struct session *s, const struct scap_event *e);
void save_actual(struct session *s, const struct scap_event *e);
/* Ends it. 0 or -errno with @err. */
int save_close(struct session *s, struct scap_error *err);

/* ---- where.c ---- */

/* Which mapping of @task address @addr is in, in words; "" if it is in none. */
void where_is(struct task *task, uint64_t addr, char *text, size_t size);

/* ---- hang.c ---- */

/*
 * The last thread of @task's process, @task, is due to end by @sig. Unless that is a crash:
 * says which of its threads were blocked, where, and who waits for whom. Of other processes
 * than the first one, with a single thread, only if the first one is killed, too: what a
 * program does to its children need not interest anybody.
 */
void report_killed(struct session *s, struct task *task, int sig);
void report_killed_free(struct session *s);
/* The thread of @p with the lowest id above @tid that is alive, or NULL. */
struct task *report_next_thread(const struct session *s, const struct process *p, uint32_t tid);

/* ---- backtrace.c ---- */

/*
 * Call stack of the stopped thread @tid as text, indented, one frame a line;
 * malloc'ed, NULL: none. @contents: files that exist only as copies of ours.
 */
char *backtrace_text(pid_t tid, const struct contents *contents);

/* ---- arch-*.c ---- */

extern const uint32_t arch_audit;	/* AUDIT_ARCH_* of native calls */

/* Registers for running a table of calls: code at @ip, table [@table, @end). */
void arch_home_regs(struct scap_regs *r, uint64_t ip, uint64_t table, uint64_t end);
/* After it: whether all ran; else index base and error. */
uint64_t arch_home_next(const struct scap_regs *r);
int64_t arch_home_error(const struct scap_regs *r);
/* Arguments of a plain clone(2) that takes @flags and, with CLONE_SETTLS, @tls. */
void arch_clone_args(uint64_t args[6], uint64_t flags, uint64_t tls);
/* arch_prctl(2) and its like: whether @e was one that only changes a register, then done in @r. */
bool arch_register_call(struct scap_regs *r, const struct scap_ev_syscall *e);
/*
 * Where nothing traps in a replay: the task, in user code, stops at @ip, where it traps in the trace;
 * and no longer. 0 or -errno.
 */
int arch_await_trap(struct task *task, uint64_t ip);
void arch_trapped(struct task *task);
/* Emulates the trapped instruction at ip; false: it is not of that kind. */
bool arch_trap(struct task *task, struct scap_regs *r, const struct scap_ev_trap *e);

/*
 * Whether this processor is of another kind than the recorded one. @can_hide:
 * it, or only its number, is another, and can be hidden.
 */
bool arch_cpu_is_foreign(const struct scap_header *h, bool *can_hide);
/*
 * A CPU's number as programs see it: of the recorder's, of that on which the image of @e began, of the
 * one that this thread runs on. NO_NUMBER: not known, or programs do not see any.
 */
#define NO_NUMBER (-1)
int arch_header_cpu(const struct scap_header *h);
int arch_image_cpu(const struct scap_ev_exec *e);
int arch_this_cpu(void);
/* Whether this thread runs on a CPU of @number, as far as programs can tell. */
static inline bool arch_is_here(int number)
{
	return number == NO_NUMBER || number == arch_this_cpu();
}
/* Where the recorded processor puts its vector state. */
void arch_recorded_vectors(const struct scap_header *h, struct vector_layout *layout);
/*
 * In a new image whose program was recorded on another kind of processor: what
 * its loader saves of the vector state is what it saved there. 0 or -errno.
 */
int arch_narrow_vectors(struct session *s, struct task *task);
/* Adds the call that hides it in a new image. */
void arch_hide_cpu(struct session *s, struct home_calls *c);
/* Whether cpuid can be held back here at all. */
bool arch_can_trap_cpuid(void);
/* At the entry of call @e: has @task started? Where the recorder held cpuid back from there on, does so, too. */
void arch_trap_cpuid(struct session *s, struct task *task, const struct scap_ev_syscall *e);
/* At a fault: if the program asked for the processor, it gets the recorded one. */
bool arch_answer_cpuid(struct session *s, struct task *task);

/* A register that is not what it was. @name: static. */
struct register_difference {
	const char *name;
	uint64_t expected, actual;
};

/*
 * Whether @r, the registers of a thread about to be interrupted, are those
 * that the kernel saved in the signal frame whose handler starts with
 * @handler. What a restarted call (and, with @in_call, the syscall instruction
 * itself) changes is left out. @task: to read the frame, already in place.
 */
bool arch_same_as_frame(struct task *task, const struct scap_regs *handler,
			const struct scap_regs *r, bool in_call,
			struct register_difference *d);

#endif
