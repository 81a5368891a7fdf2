/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rooms of the module share. A recorded task's state (struct rtask)
 * is changed by that task alone, in its tracepoints and its task_work, or by
 * its parent before it first runs; so it needs no lock. What several tasks
 * share (session, domain, rings) says how it is protected.
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
 */
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
	/* @writes_*: it writes into a process's memory: see memory.c */
	bool prepared, execed, privileged_exec, writes_own, writes_other;
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

/* ---- ring.c ---- */

/*
 * A record under construction, in place. Preemption is off from
 * record_open() to record_commit() or record_abort(); interrupt handlers open none.
 */
struct record {
	struct rtask *k;
	struct ring *ring;
	struct scap_event *e;
	u64 start;
	u32 size, max, nspans;
};

int rings_alloc(struct session *s, u64 size);
void rings_free(struct session *s);
int rings_mmap(struct session *s, struct vm_area_struct *vma);
/*
 * Begins a record of @type with room for @room bytes in all. @urgent: it may
 * not wait, and may use what is kept back. 0, -ENOSPC, or -EPIPE (session dead).
 */
int record_open(struct record *r, struct rtask *k, u16 type, u32 room, bool urgent);
/* Where @stored bytes of a further span go; NULL: no room. */
void *record_span(struct record *r, u8 kind, u8 arg, u64 addr, u32 len, u32 stored);
/* The last span begun keeps only @stored bytes. */
void record_cut(struct record *r, void *bytes, u32 stored);
void record_commit(struct record *r);
void record_abort(struct record *r);
/* record_open() that waits for room, killably: for task_work. */
int record_open_wait(struct record *r, struct rtask *k, u16 type, u32 room);
/* A record that may not wait and was lost. */
void record_lost(struct rtask *k);
/* Whether this CPU's ring is so full that recorded tasks should wait. */
bool ring_crowded(struct session *s);
/* Waits, killably, until it no longer is. */
int ring_wait(struct session *s);
/* Tells the reader that a domain begins. */
void emit_domain(struct rtask *k);

/*
 * Room for @room bytes at this CPU's head: not at the ring's end, nobody to
 * wake. NULL: record_open() has more to look at. With preemption off.
 */
static __always_inline void *ring_room(struct ring *ring, u32 room)
{
	u64 at = ring->head & (ring->size - 1);

	return ring->head + room <= ring->quiet && at + room <= ring->size ? ring->data + at : NULL;
}

/* Makes the @size bytes there, one record, visible to user space. */
static __always_inline void ring_publish(struct ring *ring, u32 size)
{
	ring->head += size;
	ring->events++;
	ring->bytes += size;
	/* the reader, which acquires it, then sees all of the record */
	smp_store_release(&ring->shared->head, ring->head);
}

/* Output that a closing record takes. */
static inline u32 copy_max(const struct session *s)
{
	return s->ring_size < COPY_RING ? COPY_PIECE : COPY_FAST;
}

/* ---- session.c ---- */

struct session *session_new(void);
void session_get(struct session *s);
void session_put(struct session *s);
/* The opener is gone. */
void session_end(struct session *s);
void session_wake(struct session *s);
/* The same from anywhere, even under the scheduler's locks. */
void session_wake_later(struct session *s);
/*
 * Pins @file for the recorder; returns the token under which it finds it, 0:
 * no memory. NULL: nothing but a token to wait for. @flags: SCAP_FILE_*
 */
u64 session_pin(struct session *s, struct file *file, u32 flags);
/* Waits, killably, until the recorder has kept what @token shows. */
int session_pin_wait(struct session *s, u64 token);
/* A token for a task that will stand still: once the recorder is done, its baton goes on. */
u64 session_pin_stop(struct session *s, struct rtask *k);
/* A token for a task that is brought to a place: place_found() once the recorder is done. */
u64 session_pin_place(struct session *s, struct rtask *k);
int session_pin_fd(struct session *s, u64 token, u32 *flags);
int session_pin_done(struct session *s, u64 token, u32 flags);

/* ---- task.c ---- */

void rtask_put(struct rtask *k);

int tasks_init(void);
void tasks_exit(void);
/*
 * From task to record, under RCU. Only the task itself takes its record out, and
 * the end of a capture-only session, which waits until no probe uses it.
 */
#define RTASK_BITS 10
extern struct hlist_head rtask_table[1 << RTASK_BITS];

/* The record of @task, NULL: it has none; within rcu_read_lock() or with preemption off. */
static __always_inline struct rtask *rtask_find(struct task_struct *task)
{
	struct rtask *k;

	hlist_for_each_entry_rcu_notrace(k, &rtask_table[hash_ptr(task, RTASK_BITS)], node)
		if (k->task == task)
			return k;
	return NULL;
}

/* The calling task's record, NULL: it has none. Valid while it runs. */
static __always_inline struct rtask *rtask_current(void)
{
	struct rtask *k;

	preempt_disable_notrace();
	k = rtask_find(current);
	preempt_enable_notrace();
	return k;
}

/* Whether @task is recorded, or will be. */
bool rtask_recorded(struct task_struct *task);
/* Whether any task is known, recorded or not. */
bool tasks_left(void);
/* Marks the calling task: SCAP_IOC_RECORD. */
int rtask_arm(struct session *s);
/* A record of @task (the calling one, or its child) for a capture-only session; NULL: no memory. */
struct rtask *rtask_watch(struct session *s, struct task_struct *task);
/* No task has a record of this capture-only session any more; it is dead, and no filter is its. */
void rtask_detach_all(struct session *s);
/* The child @c comes out of the call that @k is in. */
void rtask_inherit_call(struct rtask *c, struct rtask *k);
/* CLONE_* with the exit signal in the low byte, of the task's fork in flight. */
u64 rtask_clone_flags(struct rtask *k, struct task_struct *child);
/* It begins (or begins anew) with a domain of its own. */
int rtask_new_domain(struct rtask *k);
/* Ends the recording of this task; it stays known. */
void rtask_release(struct rtask *k);
/* Queues the task_work for @todo, from any context; false: the task is past that. */
bool rtask_queue(struct rtask *k, unsigned int todo);
/* @each of the session's tasks (NULL: of all), under RCU. */
void rtask_each(struct session *s, void (*each)(struct rtask *k));
void task_forked(struct task_struct *parent, struct task_struct *child);
void task_exited(struct task_struct *task);
u32 session_pid(struct session *s, struct task_struct *task, bool group);

/* ---- domain.c ---- */

/* A domain without members; the caller's reference. */
struct domain *domain_new(struct session *s, gfp_t gfp);
void domain_put(struct domain *d);
/* The domain that @k is in, locked; a merger may have moved it. */
struct domain *domain_lock(struct rtask *k, unsigned long *irq);
void domain_unlock(struct domain *d, unsigned long irq);
/* Adds a reference. @maker: has the baton from here on if it was alone so far; NULL: nobody is. */
void domain_join(struct rtask *k, struct domain *d, struct rtask *maker);
/* Passes on what it has; @k->domain stays, for reading only. */
void domain_leave(struct rtask *k);

static inline bool domain_shared(const struct rtask *k)
{
	return atomic_read(&k->domain->members) > 1;
}

static inline bool baton_has(const struct rtask *k)
{
	return READ_ONCE(READ_ONCE(k->domain)->holder) == k;
}

/* Gives @e, whole but for its number, at @ring's head, the next one of @d, and publishes it. */
static __always_inline void ring_number(struct ring *ring, struct domain *d, struct scap_event *e)
{
	e->domain = d->id;
	if (e->type != SCAP_RING_DOMAIN)
		e->seq = ++d->seq;
	ring_publish(ring, e->size);
}

/* The same in a shared domain: nobody comes in between, with the baton or without. */
void ring_number_shared(struct ring *ring, struct rtask *k, struct scap_event *e);

static __always_inline void ring_commit(struct ring *ring, struct rtask *k, struct scap_event *e,
					bool shared)
{
	if (unlikely(shared))
		ring_number_shared(ring, k, e);
	else
		ring_number(ring, k->domain, e);
}

/* Under the domain's lock: @k has the baton, NULL: nobody. */
void baton_grant(struct domain *d, struct rtask *k);
/* Under the domain's lock: whoever waits longest has it now. */
void baton_pass_on(struct domain *d);
/* Under the domain's lock: somebody waits, so the holder is looked at when its time is over. */
void domain_watch(struct domain *d);

void baton_init(struct rtask *k);
/* Whether the calling task has the baton, or it was free: does not wait. */
bool baton_try(struct rtask *k);
/* For task_work: waits for its turn. -EINTR: killed meanwhile, and without it. */
int baton_take(struct rtask *k);
/* In sched_switch, of a task of a shared domain that goes to sleep in @state (TASK_*). */
void baton_sleeps(struct rtask *k, unsigned int state);
/* Somebody else's turn; before it goes back to user code @k takes it again. */
void baton_give_up(struct rtask *k);
/* The recorder knows where @k has stopped. */
void baton_seen(struct rtask *k);
/* At a boundary, of a task of a shared domain. @yields: whatever time it has had. */
void baton_boundary(struct rtask *k, bool yields);
/* The same in the tracepoint at the end of a call. */
void baton_call_ends(struct rtask *k, bool yields);
/* Whether its turn ends so many instructions from here. */
bool baton_counts(const struct rtask *k);
/* For task_work: those that only lack a processor come as far as to wait for the baton. */
void baton_let_queue(struct rtask *k);
/*
 * For task_work: others have waited for long; wherever it is, it passes the baton
 * on: if not @placed, it first has a place chosen.
 */
void baton_force(struct rtask *k, bool placed);
/* The session is dead: @k waits no longer. */
void baton_stop_waiting(struct rtask *k);

/* ---- merge.c, meet.c ---- */

/*
 * For task_work, of a task that has the baton: its domain becomes part of @other's,
 * and whoever has the baton there keeps it; to be followed by baton_take().
 */
void domain_merge(struct rtask *k, struct rtask *other);
/* Ahead of what changes the call in flight: whoever merges @k's domain is done with it. */
void domain_settled(struct rtask *k);
/* The mapping just made at @addr shows memory that others see: they are of one domain then. */
int meet_sharers(struct rtask *k, u64 addr);
/* Whether a recorded process shows the same file elsewhere. */
bool meet_is_shown(struct rtask *k, u64 addr);

/* ---- switch.c ---- */

/*
 * For task_work, of a task in user code: asks the recorder to bring it to a place that can
 * be found again, @skip instructions on at least; @seldom: as struct scap_place has it.
 * TODO_PLACED, or a signal's delivery, follows there.
 */
void place_choose(struct rtask *k, u32 skip, bool seldom);
/* The recorder has; @loops: in the same state as the last time. */
void place_found(struct rtask *k, bool loops);
/* For task_work: whoever stands there is as it was before the recorder led it. */
void place_arrived(struct rtask *k);
/* The calling task exits; if it is on the way with @k, that goes on as it was before. */
void place_abandon(struct rtask *k);
/* Whether it stands there; it no longer does. */
bool place_take(struct rtask *k);
/* SWITCH of a task that stands there with @regs; false: no room. */
bool switch_write(struct rtask *k, const struct scap_regs *regs, u32 next);
/* For task_work: what switch_stopping() will need. */
void switch_prepare(struct rtask *k);
/*
 * The same in sched_switch, of a task that is being stopped in user code: it
 * keeps the baton until the recorder has seen it. false: it cannot be told.
 */
bool switch_stopping(struct rtask *k, u32 next);
/* It goes on: waits, killably, until it was seen. */
void switch_stopped(struct rtask *k);
/* What it did not need. */
void switch_end(struct rtask *k);

/* ---- step.c ---- */

/*
 * For task_work, of a task in user code that has the baton: it executes @n instructions, or as
 * many as come ahead of one that cannot be stepped over; TODO_FORCE follows there. false: it
 * does not.
 */
bool steps_begin(struct rtask *k, u32 n);
/* The calling task takes no more of them, and is as if there had been none. */
void steps_stop(struct rtask *k);
/* The debug exception behind one of them. */
void steps_one(struct rtask *k, struct pt_regs *regs);
/*
 * For task_work: whether it has come to where they end; it no longer stands there. @seldom: it
 * has come by that instruction only a few times since its last event.
 */
bool steps_over(struct rtask *k, bool *seldom);

/* ---- checksum.c ---- */

/* Whether so many events have gone by: then, in task_work at a boundary, checksum_take(). */
bool checksum_due(const struct rtask *k);
/* For task_work, with the baton: waits while the recorder looks at all memory of the caller. */
void checksum_take(struct rtask *k);

/* ---- hook.c ---- */

int hooks_get(void);
void hooks_put(void);
void hooks_exit(void);
/* The flag that makes @task pass through the system call probes; off: unless others want it. */
void hook_mark(struct task_struct *task);
void hook_unmark(struct task_struct *task);
/* All tasks anew: filters have changed. */
void hooks_remark(void);
struct tracepoint *hook_find(const char *name);

/* ---- filter.c ---- */

/* How many filters are in force. */
extern unsigned int filters_active;
/* Makes @s capture-only; -EPERM: an unprivileged opener asks for what is not its own. */
int filter_start(struct session *s, const struct scap_ioc_filter *arg);
/* From its return on no event is added to @s. */
void filter_stop(struct session *s);
void filter_free(struct filter *f);
/* Whether @task is to pass through the system call probes for the sake of a filter. */
bool filter_wants(struct task_struct *task);
bool filter_wants_call(const struct rtask *k, long nr);
/* The calling task, which has no record, gets one if a filter matches. */
struct rtask *filter_admit(void);
/* Flags of a task just forked. */
void filter_born(struct task_struct *child);

/* ---- watch.c ---- */

/* @k NULL: the calling task has no record yet. */
void watch_entry(struct rtask *k, struct pt_regs *regs, long nr);
void watch_exit(struct rtask *k, struct pt_regs *regs, long result);
void watch_exec(struct rtask *k, u32 old_tid, bool secure);
void watch_forked(struct rtask *k, struct task_struct *child);
/* @k->sig is filled in; handler 0: fatal. */
void watch_signal(struct rtask *k);
void watch_ended(struct rtask *k);
void watch_finish(struct rtask *k, unsigned int todo);
/* One event more that is not in the trace. */
void watch_dropped(struct rtask *k, u64 bytes);

/* ---- call.c ---- */

/* Notes call @nr, but for its input. */
void call_begin(struct rtask *k, struct pt_regs *regs, u32 nr);
void call_entry(struct rtask *k, struct pt_regs *regs, long id);
void call_exit(struct rtask *k, struct pt_regs *regs, long result);
/* SYSCALL_ENTER of the call in flight, once; does not wait. */
void call_write_enter(struct rtask *k);
void call_prepare(struct rtask *k);
/* A signal comes ahead of a call that was to be made again, and whose entry is told. */
void call_take_back(struct rtask *k);
void call_close(struct rtask *k);
/* The same of a task that is watched: nothing is refused, what is missing is taken at the exit. */
void call_watch(struct rtask *k, struct pt_regs *regs, u32 nr);
/* What cannot be had of the call that has returned without sleeping. */
bool call_needs_slow(const struct rtask *k);
/* The closing record without faults and sleeps, of k->call.result; -errno: not now. */
int call_close_fast(struct rtask *k);
void call_finish(struct rtask *k);
bool call_ends_thread(const struct rtask *k);
/* Bytes of the record that the call would have had, as far as they can be known now. */
u64 call_size(struct rtask *k);
/* A fact in words, or with a number. */
void emit_meta(struct rtask *k, u32 kind, u64 value, const void *text, u32 len);

/* ---- quick.c ---- */

void quick_init(void);
/* Entry and exit of a call; if it needs a plan, or not now: call_entry(), call_exit(). */
void quick_entry(struct rtask *k, struct pt_regs *regs, long id);
void quick_exit(struct rtask *k, struct pt_regs *regs, long result);

/* ---- shadow.c ---- */

bool shadow_entry(struct rtask *k, struct pt_regs *regs, s64 *result);
void shadow_exit(struct rtask *k, struct pt_regs *regs);
/* The file behind a descriptor of the calling task, for comparing only. */
u16 echo_flags(struct rtask *k);
/* Whether what is written to @fd shows neither there nor in a process's memory. */
bool writes_plainly(const struct rtask *k, u64 fd);

/* ---- served.c: files that a process serves (FUSE) ---- */

bool served_file(struct file *file);
/* Ahead of the MAP record of such a @file: fills in what it is. May give the baton up meanwhile. */
void served_begin(struct rtask *k, struct file *file, struct scap_ev_map *map);
/* Behind it: the bytes that @map shows, as FILE records. */
int served_write(struct rtask *k, struct file *file, const struct scap_ev_map *map);
/* Whether the changed @file is such a one, whose bytes are not asked for; says so once. */
bool served_changed(struct rtask *k, struct file *file);

/* ---- file.c ---- */

/* Whether the call that has returned changed a file that somebody maps; then FILE, in task_work. */
bool files_wanted(const struct rtask *k);
int files_after_call(struct rtask *k);
/* Where the write that has returned began; -1: not known. */
s64 file_write_offset(const struct rtask *k);
/* A negative errno with which a call to the recorder's own streams must be answered, or 0. */
int echo_refuses(struct rtask *k, struct pt_regs *regs);
/* Whether it may write there now; with the turn until echo_done(), at its record. */
bool echo_turn(struct rtask *k);
/* For task_work: waits for that. */
void echo_wait(struct rtask *k);
void echo_done(struct rtask *k);
/* Bytes that the call sent there without passing memory; and those bytes: how many came. */
u32 echo_wanted(const struct rtask *k);
u32 echo_read(const struct rtask *k, void *buf, u32 len);

/* ---- memory.c ---- */

/* Notes whose memory the call in flight will write to; true: another's, to be met first. */
bool memory_entry(struct rtask *k);
/* In task_work ahead of such a call: both are of one domain then. */
void memory_meet(struct rtask *k);
/* Whether the call that has returned has written to any; then, in task_work, what: MEM, ... */
bool memory_wanted(const struct rtask *k);
int memory_after_call(struct rtask *k);
/* ... and of its own memory, to @each; returns what that did if it was not 0. */
int memory_each_own(struct rtask *k, void *ctx, int (*each)(void *ctx, u64 addr, u64 len));

/* ---- copy.c ---- */

extern const struct scap_mem mem_nofault, mem_faulting;
/* Copies @len bytes without faults, all or (false) not now. */
bool copy_now(void *to, u64 addr, u32 len);
/*
 * Copies a string with its NUL, and zeros up to a multiple of eight bytes; returns its length, the
 * NUL included. 0: not now, or it may be longer than @room, a multiple of eight.
 */
u32 copy_string_now(void *to, u64 addr, u32 room);
/* XXH64 of @len bytes, without faults and in no memory but the program's; false: not now. */
bool hash_now(u64 addr, u32 len, u64 *hash);
/* Copies up to @len bytes, faulting; returns how many came. */
u32 copy_some(void *to, u64 addr, u32 len);
/* Makes pages of [addr, addr + len) present; returns how many bytes are readable. */
u64 touch(u64 addr, u64 len);
/* Memory as DATA records; waits for room. */
int emit_memory(struct rtask *k, u64 addr, u64 len, u8 arg);

/* ---- exec.c, map.c ---- */

void exec_event(struct rtask *k, u32 old_tid, bool secure);
/* Whether the image just loaded is not the session's opener's to look at. */
bool exec_forbidden(const struct rtask *k, bool secure);
u32 parent_pid(struct rtask *k);
void exec_write(struct rtask *k);
void maps_after_call(struct rtask *k);
bool maps_wanted(const struct rtask *k);
/* Whether @mm, a forked child's, has a mapping with one of @flags (VM_*). Does not sleep. */
bool maps_share(struct mm_struct *mm, unsigned long flags);
/* What the kernel filled: last pages of writable file mappings, a vDSO that is run. */
struct filled {
	u64 addr, len;
};

int maps_image(struct rtask *k, char *interp, u64 interp_base, struct filled *filled,
	       unsigned int *nfilled);
/* Bytes of @file's path in @buf (at least PATH_MAX); returns where it begins. */
const char *map_path(struct file *file, char *buf);

/* ---- signal.c, exit.c ---- */

void signal_delivered(struct rtask *k, int sig, struct kernel_siginfo *info,
		      struct k_sigaction *ka);
void signal_write(struct rtask *k);
/* A signal was sent to @k; @group: to its process. In the sender's context, under its locks. */
void signal_comes(struct rtask *k, int sig, const struct kernel_siginfo *info, bool group);
/* For task_work: it may be about to take effect in user code. */
void signal_choose_place(struct rtask *k);
void signal_boundary(struct rtask *k, struct pt_regs *regs);
/* Whether user code has executed nothing since the task's last event. */
bool signal_at_boundary(const struct rtask *k, const struct pt_regs *regs);
void signal_place(const struct rtask *k, const struct pt_regs *regs, struct scap_place *place);
/* What the kernel will write when this task ends, told while its memory is there. */
void exit_predict(struct rtask *k);
void exit_write(struct rtask *k);
/* As wait(2) reports it: the group's, where the group ended as one. */
s32 exit_status(void);

/* ---- selftest.c ---- */

/* SCAP_IOC_PLAN. */
long selftest_plan(void __user *user);

/* ---- arch-*.c ---- */

int arch_init(void);
void arch_exit(void);
/* No session is left: no task's reads of its counter are to trap. */
void arch_traps_off(void);
/* The calling task reads its counter itself, as it would without us. */
void arch_untrap(struct rtask *k);
/* Where !SCAP_TRAP_OF_TASK: the calling task's reads trap from here on. */
void arch_trap(void);
/* The same, in sched_switch: the processor is as @next needs it. */
void arch_switch(struct task_struct *next);
void arch_regs(struct scap_regs *to, const struct pt_regs *regs);
/* XSAVE's standard format and its like; @to: aligned to 64, zeroed. Returns bytes. */
u32 arch_vector(void *to, u32 size);
#define ARCH_VECTOR_MAX 16384u
void arch_set_arg(struct pt_regs *regs, unsigned int n, u64 value);
/* The kernel does not make the call; arch_answer() at its exit says what it returns. */
void arch_skip(struct pt_regs *regs);
void arch_answer(struct pt_regs *regs, u32 nr, s64 result);
/* The program makes call @nr once more. */
void arch_again(struct pt_regs *regs, u32 nr);
bool arch_foreign_image(const struct pt_regs *regs);
/* The calling task is stepped no further, and stopped nowhere, for a tracer that is dead. */
void arch_untrace(void);
/* Whether the next instruction makes a call, and which. */
bool arch_at_call(const struct pt_regs *regs, u32 *nr);
/* Whether user code ran since the last call's end: as far as registers tell. */
bool arch_in_call(const struct pt_regs *regs);
/* Whether the calling task, in @regs, has not run since it had the registers @then. */
bool arch_same_moment(const struct scap_regs *then, const struct pt_regs *regs);
u64 arch_frame_end(const struct pt_regs *regs, u64 old_sp);

/* ---- arch-*-step.c ---- */

int arch_steps_init(void);
void arch_steps_exit(void);
/* Whether the next instruction, in user code, can be stepped over without anybody noticing. */
bool arch_may_step(const struct pt_regs *regs);
/* steps_one() behind each instruction from here on; false: somebody else steps it. */
bool arch_step_begin(struct pt_regs *regs);
void arch_step_end(struct pt_regs *regs);

/* ---- trap.c ---- */

/* Records a trapped instruction. */
void emit_trap(struct rtask *k, u32 kind, u64 ip, u64 value0, u64 value1);

#endif
