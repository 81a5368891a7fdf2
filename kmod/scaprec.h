/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The structures that the rooms of the module share. A recorded task's state (struct rtask)
 * is changed by that task alone, in its tracepoints and its task_work, or by
 * its parent before it first runs; so it needs no lock. Where others change it, as
 * where it runs, that is said there. What several tasks share (session, domain, rings) says how it
 * is protected.
 */
#ifndef SCAPREC_H
#define SCAPREC_H

#include <linux/audit.h>
#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/file.h>
#include <linux/hashtable.h>
#include <linux/kref.h>
#include <linux/mm.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/task_work.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xxhash.h>

#include <asm/syscall.h>

#include <scap/arch.h>
#include <scap/device.h>
#include <scap/event.h>
#include <scap/plan.h>
#include <scap/ring.h>

/* The same as the ptrace backend's: both must keep the same input. */
#define INPUT_MAX	24576u
#define IOV_CAP		64u
/* Input that is kept without a second, slower pass. */
#define INPUT_SMALL	1024u
/* Input hashed in the tracepoint; more is hashed in task_work. */
#define HASH_FAST	65536u
/* Output of one DATA record; and of a closing one in a ring of less than COPY_RING. */
#define COPY_PIECE	4096u
/* Output of one closing record, copied with preemption off. */
#define COPY_FAST	16384u
#define COPY_RING	1048576u
/* Room for the heads of output spans beside it. */
#define SPANS_FAST	1024u

/*
 * One CPU's ring. Produced into by that CPU only, with preemption off.
 * @head:   the kernel's own copy; user space sees shared->head
 * @tail:   user space's, as it was when last looked at
 * @quiet:  up to here there is room and nobody to wake: nothing to look at; so far ahead is
 *          looked: @ahead bytes, 0: every record is looked at, none taken the quick way
 * @shared: vmalloc_user: one page
 * @user:   vmalloc_user: one page that user space writes
 */
struct ring {
	u64 head, quiet, tail, size, ahead;
	u8 *data;
	struct scap_ring_head *shared;
	u64 events, bytes;
	struct scap_ring_tail *user;
} ____cacheline_aligned;

/*
 * @dead:   its opener is gone: nothing is recorded any more; rings are freed
 *          one RCU grace period later
 * @tasks:  recorded and alive
 * @urgent: somebody waits for the recorder
 * @ns:     of the opener: pids are told as it sees them
 * @filter: of a capture-only session, else NULL
 * @uid, @of_user: for what one user may have: device.c
 * @counter: enum scap_counter, of what its tasks retire; 0: none
 */
struct session {
	struct kref ref;
	bool ready, dead, privileged;
	bool urgent, ended, unsummed_said;
	bool served;		/* a file that a process serves is mapped (served.c) */
	bool served_said;	/* that one was changed */
	unsigned int nrings;
	struct ring *rings;
	u64 ring_size;
	kuid_t uid;
	struct list_head of_user;
	struct pid_namespace *ns;
	struct filter *filter;
	struct file *echo[2];
	u32 vsyscall_prot, counter;
	u64 start_ns, checksum;
	struct scap_schedule_options schedule;
	atomic_t tasks, last_domain;
	atomic64_t lost, slow, waits, wait_ns, dropped, dropped_bytes, last_pin;
	wait_queue_head_t drain, room, echoes;
	atomic_t echo_turn;	/* the domain that writes to @echo, 0: none */
	struct irq_work wake;
	struct mutex merging;		/* of domains, one pair at a time */
	struct mutex binding;		/* of tasks to processors: bind.c, and home.c's below */
	struct delayed_work homes;
	struct rtask *picked;
	u64 looks;
	bool seen_shared, binds;
	atomic_t asking;		/* for an affinity, which is to be the task's own */
	raw_spinlock_t settling;	/* see domain_settled() */
	spinlock_t pin_lock;	/* pins, and dead with them */
	struct list_head pins;
	DECLARE_BITMAP(refused_said, 512);
	DECLARE_BITMAP(unknown_said, 512);
};

/*
 * Tasks that share memory: one order of events, and one baton if there are
 * several. @lock: taken under the scheduler's, protects all below it; a domain
 * of one task does without.
 * @seq:     of the last record; taken for its commit
 * @holder:  only it runs user code; NULL: nobody does
 * @waiters: in the order in which they get it
 * @since:   when @holder got it; @turn: for how long; @schedule: what the next one will get
 * @missed:  where @turn was to end there was a call; @holder goes on
 * @ticking: @timer runs, as somebody waits; up to @tick
 * @summed:  @seq at the last CHECKSUM
 * @merging: with another: nobody is given the baton
 * @absorbed: those that became part of it; a reference of the first one
 * @handed:  so many times the baton was, to another task than the last one, @held
 * @home:    the processor where its tasks are kept, or NO_HOME; @handed_seen, @looked: home.c
 */
#define NO_HOME (-1)

struct domain {
	refcount_t ref;
	u32 id;
	atomic_t members;
	struct hrtimer timer;
	struct rcu_head rcu;
	raw_spinlock_t lock;
	u64 seq;
	struct rtask *holder;
	struct list_head waiters;
	u64 since, tick, summed;
	struct scap_turn turn;
	struct scap_schedule schedule;
	bool missed, ticking, merging;
	struct domain *absorbed;
	const struct rtask *held;
	u64 handed, handed_seen, looked;
	int home;
};

/* A thread group. @threads: recorded and alive. */
struct process {
	refcount_t ref;
	atomic_t threads;
	u32 pid;
};

enum rtask_state {
	RTASK_ARMED,	/* recorded from its next execve on */
	RTASK_LIVE,
	RTASK_WATCHED,	/* of a capture-only session */
	RTASK_FREE,	/* not recorded (any more); trapped counters still need us */
};

/* A place in user code that can be found again: see switch.c. */
enum rtask_place {
	PLACE_NONE,
	PLACE_ASKED,	/* the recorder looks for one */
	PLACE_FOUND,	/* the task stands there, and has not run since */
};

/* On the way to where a counted turn ends: see step.c. */
enum rtask_steps {
	STEPS_NONE,
	STEPS_TAKEN,	/* one after the other */
	STEPS_OVER,	/* it has come as far as it shall, or could */
};

/* What was noted of the call in flight at its entry: see quick.c. */
#define QUICK_NOT	0
#define QUICK_NUMBER	1	/* nothing but its number */
#define QUICK_INPUT	2	/* and its input */
#define QUICK_ENTERED	4	/* one of both, and all the rest, as its ENTER was written */

/* What the task_work has to do. */
#define TODO_PREPARE	0x1u	/* entry plan, faulting; then the call is made again */
#define TODO_CLOSE	0x2u	/* exit plan, faulting; closing record */
#define TODO_EXEC	0x4u	/* a fresh image */
#define TODO_SIGNAL	0x8u	/* a handler's frame stands */
#define TODO_ROOM	0x10u	/* nothing but to wait for room */
#define TODO_BATON	0x20u	/* nothing but to take the baton */
#define TODO_FORCE	0x40u	/* others have waited for it long enough */
#define TODO_PLACE	0x80u	/* a signal has come */
#define TODO_PLACED	0x100u	/* it stands where that, or a switch, shall take effect */
#define TODO_SUM	0x200u	/* a checksum is due */
#define TODO_YIELD	0x400u	/* others are to come as far as to wait for the baton */
#define TODO_COUNT	0x800u	/* nothing but to have a counter made: it has company */
#define TODO_UNBIND	0x1000u	/* its image has begun, or it is recorded no longer */

struct out_span {
	u64 addr, len;
	u8 arg;
	bool ahead;
};

/* A signal between its delivery and its handler. */
struct rsignal {
	int signo;
	u16 place;
	u32 nr;
	u64 ip, sp, handler;
	bool placed;			/* IN_USER: at a place that the recorder has chosen */
	struct scap_place state;	/* IN_USER: of the interrupted code */
	siginfo_t info;
};

struct rtask {
	struct hlist_node node;
	struct rcu_head rcu;
	refcount_t ref;
	struct task_struct *task;
	struct session *session;
	struct domain *domain;
	struct process *process;
	enum rtask_state state;
	u32 tid, old_tid;

	struct callback_head work;
	atomic_t todo;		/* queued while it is not 0 */

	/*
	 * The baton. @waiting, @spins: under the domain's lock. @ours: in code of
	 * ours, where a sleep keeps it. @forked: the call has made its child.
	 * @loops: stopped by force twice in the same state
	 * @fresh: it has not run user code since it was given the baton
	 * @passed: it has passed it on and not yet come to where it waits, but is in the queue
	 */
	struct list_head waiting;
	struct irq_work wake;
	bool member, spins, ours, forked, loops, fresh, passed;
	enum rtask_place place;
	struct scap_regs place_regs;	/* FOUND, and stopped there */
	struct before *before;	/* on its way to a place: switch.c */
	struct spare *spare;	/* for a stop in user code: switch.c */
	u64 led_since;		/* when it set out for a place */
	enum rtask_steps stepped;
	struct steps *steps;	/* NULL: none so far */
	u64 stop_token;		/* the recorder has not yet seen where it stands: under the lock */

	/* the call in flight */
	union {
		struct {
			bool in_call;
			u8 quick;	/* QUICK_* */
			bool entered, answered, bounced, compat, unknown, late;
		};
		u64 call_state;	/* all eight */
	};
	/*
	 * What leaves a call to call.c. @prepared: its input was taken; @execed: its image is new,
	 * and not written; @starting: its image begins, bound for so many calls more at most
	 */
	union {
		struct {
			bool prepared, execed;
			u8 starting;
		};
		u32 special;	/* all of them */
	};
	/* @writes_*: it writes into a process's memory: see memory.c */
	bool privileged_exec, writes_own, writes_other;
	int replaced_arg, refuse;
	u16 flags;
	u32 restart_nr;
	struct scap_call call;
	const struct scap_sysinfo *info;
	u32 echo_turn;		/* what it is to give back of the session's */
	struct scap_shape shape;	/* QUICK_INPUT: of this very call */
	u64 in_hash, in_len, call_ip;
	u32 in_bytes, in_spans, in_cap;
	u8 *input;		/* small_input, or INPUT_MAX bytes */

	/* signals */
	bool boundary_known, frame_failed;
	struct rsignal sig;
	struct scap_regs boundary;

	/*
	 * Watched. @muted: not of the filter at present. @announced: the reader knows
	 * its domain. @gap_*: dropped since its last event
	 */
	bool muted, announced;
	u64 gap_events, gap_bytes;
	struct rtask *detached;	/* the next of those that rtask_detach_all() takes out */

	/*
	 * Where it runs, under session->binding: bind.c, home.c. @asks: the call in flight does,
	 * until home_asked()
	 */
	struct bound __rcu *bound;
#define NOT_BOUND (-1)
	int was_bound;		/* where it was when the call in flight began, or NOT_BOUND */
	struct rtask *next_picked;
	int move_to;		/* the home that it is to have, or NO_HOME */
	bool asks;

	int tsc_mode;
	u64 event_cpu;		/* CPU time at the last event */
	struct counter *counter;	/* NULL: what it retires is not counted */
	bool counter_tried;	/* no other will be made */
	struct xxh64_state xxh;
	struct scap_iov iov[IOV_CAP];
	u8 small_input[INPUT_SMALL];
	u8 scratch[COPY_PIECE];	/* of input, on its way into the hash */
};

/* Whether the calling task is in a call of another architecture's table. */
static __always_inline bool is_compat_call(void)
{
	return syscall_get_arch(current) != SCAP_ARCH_AUDIT;
}

#endif
