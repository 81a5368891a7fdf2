// SPDX-License-Identifier: GPL-2.0
/*
 * Scheduling domains and their baton: of the tasks that share memory only the
 * one that holds it runs user code; the others may be in the kernel, and wait
 * for it before they go back. A domain of one task passes through here by a
 * branch.
 *
 * Where it is given up, task_work is queued that takes it again, so that no
 * way to user mode can miss it. A domain's lock is taken under the scheduler's:
 * nobody is woken while it is held, but by irq_work.
 */
#include <linux/delay.h>
#include <linux/list.h>
#include <linux/sched/stat.h>
#include <linux/sched/clock.h>
#include <linux/slab.h>

#include "arch.h"
#include "bind.h"
#include "call.h"
#include "compat.h"
#include "domain.h"
#include "signals.h"
#include "task.h"

/* A holder that shall stop, but does not, is told again; it has as long once somebody waits. */
#define TICK_NS		10000000ull
/* By lot it is told sooner: it may have come to a call instead. */
#define TICK_CHAOS_NS	200000ull
/* Sleeping and being woken costs more than a short wait for a holder on another CPU. */
#define SPIN_NS		50000ull
/* How long an end is put off for its turn. */
#define END_WAIT_MS	2000

/* It may be started under the scheduler's locks. */
#define TICK_MODE	HRTIMER_MODE_ABS_PINNED_HARD

/* ---- domains ---- */

static enum hrtimer_restart on_tick(struct hrtimer *timer);

struct domain *domain_new(struct session *s, gfp_t gfp)
{
	struct domain *d = kzalloc(sizeof(*d), gfp);

	if (!d)
		return NULL;
	refcount_set(&d->ref, 1);
	raw_spin_lock_init(&d->lock);
	INIT_LIST_HEAD(&d->waiters);
	hrtimer_init(&d->timer, CLOCK_MONOTONIC, TICK_MODE);
	d->timer.function = on_tick;
	d->home = NO_HOME;
	d->id = (u32)atomic_inc_return(&s->last_domain);
	scap_schedule_init(&d->schedule, &s->schedule, d->id, ktime_get_mono_fast_ns());
	return d;
}

/* Nobody looks at it any more. */
static void domain_free(struct rcu_head *rcu)
{
	struct domain *d = container_of(rcu, struct domain, rcu);

	home_give_up(d);
	kfree(d);
}

void domain_put(struct domain *d)
{
	while (d && refcount_dec_and_test(&d->ref)) {
		struct domain *absorbed = d->absorbed;

		hrtimer_cancel(&d->timer);
		call_rcu(&d->rcu, domain_free);
		d = absorbed;
	}
}

struct domain *domain_lock(struct rtask *k, unsigned long *irq)
{
	struct domain *d;

	/* a merger that moves @k holds the lock of where it was */
	for (;;) {
		d = READ_ONCE(k->domain);
		raw_spin_lock_irqsave(&d->lock, *irq);
		if (d == k->domain)
			return d;
		raw_spin_unlock_irqrestore(&d->lock, *irq);
	}
}

void domain_unlock(struct domain *d, unsigned long irq)
{
	raw_spin_unlock_irqrestore(&d->lock, irq);
}

/* ---- who has it: under the domain's lock ---- */

static bool held_too_long(const struct domain *d, u64 ns)
{
	return ktime_get_mono_fast_ns() - d->since > ns;
}

static bool somebody_waits(const struct domain *d)
{
	return !list_empty_careful(&d->waiters);
}

static void tick_at(struct domain *d, u64 at)
{
	if (d->ticking && d->tick <= at)
		return;
	d->ticking = true;
	d->tick = at;
	hrtimer_start(&d->timer, ns_to_ktime(at), TICK_MODE);
}

void domain_watch(struct domain *d)
{
	if (d->holder && somebody_waits(d))
		tick_at(d, d->since + d->turn.hard_ns);
}

void baton_grant(struct domain *d, struct rtask *k)
{
	d->since = ktime_get_mono_fast_ns();
	d->missed = false;
	if (k) {
		list_del_init(&k->waiting);
		d->handed += k != d->held;
		d->held = k;
		d->turn = scap_schedule_turn(&d->schedule, d->since, READ_ONCE(k->loops));
	}
	WRITE_ONCE(d->holder, k);
	domain_watch(d);
}

void baton_pass_on(struct domain *d)
{
	struct rtask *next = list_first_entry_or_null(&d->waiters, struct rtask, waiting);

	if (d->merging)
		next = NULL;
	baton_grant(d, next);
	if (next && !next->spins)
		irq_work_queue(&next->wake);
}

static void on_wake(struct irq_work *work)
{
	wake_up_process(container_of(work, struct rtask, wake)->task);
}

void baton_init(struct rtask *k)
{
	INIT_LIST_HEAD(&k->waiting);
	init_irq_work(&k->wake, on_wake);
}

void domain_join(struct rtask *k, struct domain *d, struct rtask *maker)
{
	unsigned long irq;

	refcount_inc(&d->ref);
	raw_spin_lock_irqsave(&d->lock, irq);
	/* alone until now, it needed none */
	if (maker && atomic_read(&d->members) == 1)
		baton_grant(d, maker);
	atomic_inc(&d->members);
	raw_spin_unlock_irqrestore(&d->lock, irq);
	k->domain = d;
	k->member = true;
	if (maker)
		homes_watch(k->session);
}

void domain_leave(struct rtask *k)
{
	struct domain *d;
	unsigned long irq;

	if (!k->member)
		return;
	d = domain_lock(k, &irq);
	k->member = false;
	list_del_init(&k->waiting);
	if (d->holder == k)
		baton_pass_on(d);
	atomic_dec(&d->members);
	raw_spin_unlock_irqrestore(&d->lock, irq);
}

/* ---- taking ---- */

static bool is_free(const struct rtask *k)
{
	return !domain_shared(k) || READ_ONCE(k->session->dead);
}

bool baton_try(struct rtask *k)
{
	struct domain *d;
	unsigned long irq;
	bool got;

	if (is_free(k) || baton_has(k))
		return true;
	d = domain_lock(k, &irq);
	got = !d->holder && !d->merging;
	if (got)
		baton_grant(d, k);
	raw_spin_unlock_irqrestore(&d->lock, irq);
	return got;
}

/* Before whom a task queues: at the end, or by lot. */
static struct list_head *place_in_queue(struct domain *d)
{
	struct list_head *at;
	u32 n = 0;

	if (!d->schedule.options.chaos)
		return &d->waiters;
	list_for_each(at, &d->waiters)
		n++;
	n = scap_schedule_ahead(&d->schedule, n);
	list_for_each(at, &d->waiters)
		if (!n--)
			break;
	return at;
}

/* Somebody new waits: without chaos the holder may come to a boundary first. */
static void watch_for(struct domain *d)
{
	u64 due = d->since + d->turn.hard_ns, grace = ktime_get_mono_fast_ns() + TICK_NS;

	if (d->holder)
		tick_at(d, d->schedule.options.chaos ? due : max(due, grace));
}

/* @k, which runs, waits from here on. */
static void queue(struct domain *d, struct rtask *k)
{
	k->spins = true;
	list_add_tail(&k->waiting, place_in_queue(d));
	watch_for(d);
}

/* Whether it was free after all; else @k waits for it, unless it does since it passed it on. */
static bool enqueue(struct rtask *k)
{
	struct domain *d;
	unsigned long irq;
	bool got;

	d = domain_lock(k, &irq);
	got = !d->holder && !d->merging;
	if (got)
		baton_grant(d, k);
	else if (d->holder != k && list_empty(&k->waiting))
		queue(d, k);
	raw_spin_unlock_irqrestore(&d->lock, irq);
	return got;
}

static bool holder_runs(const struct rtask *k)
{
	struct rtask *holder;
	bool runs;

	rcu_read_lock();
	holder = READ_ONCE(READ_ONCE(k->domain)->holder);
	runs = holder && compat_on_cpu(holder->task);
	rcu_read_unlock();
	return runs;
}

static void spin(struct rtask *k)
{
	u64 end = ktime_get_mono_fast_ns() + SPIN_NS;
	struct domain *d;
	unsigned long irq;

	while (!baton_has(k) && holder_runs(k) && !need_resched() &&
	       ktime_get_mono_fast_ns() < end)
		cpu_relax();
	d = domain_lock(k, &irq);
	k->spins = false;
	raw_spin_unlock_irqrestore(&d->lock, irq);
}

static void sleep(struct rtask *k)
{
	for (;;) {
		set_current_state(compat_killable);
		if (baton_has(k) || READ_ONCE(k->session->dead) ||
		    fatal_signal_pending(current))
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
}

/*
 * Killed, it still waits for its turn: others may look at what a call of it has written, and at
 * what the kernel writes at its end. Not while a core dump waits for it.
 */
static void sleep_killed(struct rtask *k)
{
	long left = msecs_to_jiffies(END_WAIT_MS);

	while (left) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (baton_has(k) || READ_ONCE(k->session->dead) || current->signal->core_state)
			break;
		left = schedule_timeout(left);
	}
	__set_current_state(TASK_RUNNING);
}

/* Whether @k has it, from now on as it was on its way until here; else it waits no longer. */
static bool dequeue(struct rtask *k)
{
	struct domain *d;
	unsigned long irq;
	bool got;

	d = domain_lock(k, &irq);
	got = d->holder == k;
	if (got)
		d->since = ktime_get_mono_fast_ns();
	list_del_init(&k->waiting);
	raw_spin_unlock_irqrestore(&d->lock, irq);
	return got;
}

int baton_take(struct rtask *k)
{
	bool passed = k->passed, got;

	k->passed = false;
	/* given back meanwhile, its time begins here, too */
	if ((!passed && baton_try(k)) || enqueue(k))
		return 0;
	spin(k);
	sleep(k);
	sleep_killed(k);
	got = dequeue(k);
	/* whoever granted it may be about to wake us */
	irq_work_sync(&k->wake);
	return got || is_free(k) ? 0 : -EINTR;
}

void baton_stop_waiting(struct rtask *k)
{
	if (!list_empty_careful(&k->waiting))
		wake_up_process(k->task);
}

/* ---- giving up ---- */

void baton_give_up(struct rtask *k)
{
	unsigned long irq;
	struct domain *d = domain_lock(k, &irq);

	if (d->holder == k)
		baton_pass_on(d);
	raw_spin_unlock_irqrestore(&d->lock, irq);
	rtask_queue(k, TODO_BATON);
}

/*
 * To whoever comes next. @k, which does not sleep, wants it back and queues at once: on one
 * processor the next one may well run ahead of it, and shall know that somebody waits.
 */
static void pass_on(struct rtask *k)
{
	unsigned long irq;
	struct domain *d = domain_lock(k, &irq);

	if (d->holder == k) {
		baton_pass_on(d);
		queue(d, k);
		k->passed = true;
	}
	raw_spin_unlock_irqrestore(&d->lock, irq);
	rtask_queue(k, TODO_BATON);
}

/* A call that changes the address space, or copies it, is one event: nobody else in between. */
static bool keeps_in_call(const struct rtask *k)
{
	if (k->bounced || k->execed || current->flags & PF_EXITING)
		return true;
	if (k->quick || !k->info)
		return false;
	if (k->writes_other)
		return true;
	switch (k->info->id) {
	case SCAP_SYS_clone:
	case SCAP_SYS_clone3:
	case SCAP_SYS_fork:
	case SCAP_SYS_vfork:
		return !k->forked;
	}
	return scap_call_class(&k->call) == SCAP_EXECUTE;
}

/* The recorder waits for @k, and it shall wait for nobody, until it is where a place was found. */
static bool is_led(const struct rtask *k)
{
	return READ_ONCE(k->place) == PLACE_ASKED;
}

/* Not because of a page, but for long: by a signal, a tracer, the freezer. */
static bool is_stop(unsigned int state)
{
	return state & (TASK_INTERRUPTIBLE | __TASK_STOPPED | __TASK_TRACED);
}

/* The thread that has waited longest, 0: nobody waits. */
static u32 first_waiter(struct rtask *k)
{
	unsigned long irq;
	struct domain *d = domain_lock(k, &irq);
	struct rtask *first;
	u32 tid;

	first = list_first_entry_or_null(&d->waiters, struct rtask, waiting);
	tid = first ? first->tid : 0;
	raw_spin_unlock_irqrestore(&d->lock, irq);
	return tid;
}

static void stops_in_user_code(struct rtask *k, unsigned int state)
{
	if (!is_stop(state) && !READ_ONCE(k->session->served))
		return;
	if (place_take(k)) {
		arch_regs(&k->place_regs, task_pt_regs(current));
		if (switch_write(k, &k->place_regs, first_waiter(k)))
			baton_give_up(k);
	} else if (switch_stopping(k, first_waiter(k))) {
		rtask_queue(k, TODO_BATON);
	}
}

/*
 * An exiting task keeps it until the kernel has written its last; a thread whose
 * user code touched a page that is not there, until it has come, unless a
 * member of its domain may have to bring it.
 */
void baton_sleeps(struct rtask *k, unsigned int state)
{
	if (!domain_shared(k)) {
		/* whoever merges its domain says so for it */
		if (is_stop(state) && READ_ONCE(k->place) == PLACE_FOUND)
			arch_regs(&k->place_regs, task_pt_regs(current));
		return;
	}
	if (k->ours)
		return;
	steps_stop(k);
	/* on its way to wait for it something else keeps it (a file that it closed) */
	if (!list_empty_careful(&k->waiting))
		dequeue(k);
	if (!baton_has(k) || is_led(k) || READ_ONCE(k->session->dead))
		return;
	if (k->in_call) {
		if (keeps_in_call(k))
			return;
		call_write_enter(k);
	} else if (!signal_at_boundary(k, task_pt_regs(current))) {
		stops_in_user_code(k, state);
		return;
	}
	/* what it was about to pass in may be another one by then */
	k->prepared = false;
	baton_give_up(k);
}

/*
 * By lot only those come next who wait by then: whom the call has woken, or made, runs that far
 * first, even on the same processor.
 */
static bool lets_others_queue(const struct rtask *k)
{
	return k->domain->schedule.options.chaos && !somebody_waits(k->domain) &&
	       !single_task_running();
}

void baton_let_queue(struct rtask *k)
{
	enum { ROUNDS = 4 };
	unsigned int i;

	/* a yield(2) would be for those only that have had less of the processor */
	for (i = 0; i < ROUNDS && lets_others_queue(k); i++)
		usleep_range(20, 40);
}

bool baton_counts(const struct rtask *k)
{
	return somebody_waits(k->domain) && scap_turn_counts(&k->domain->turn) && baton_has(k);
}

/* It was led to a call where its turn was to end: another turn, which it has itself. */
static void begin_again(struct rtask *k)
{
	unsigned long irq;
	struct domain *d = domain_lock(k, &irq);

	if (d->holder == k)
		baton_grant(d, k);
	domain_unlock(d, irq);
	if (baton_counts(k))
		rtask_queue(k, TODO_FORCE);
}

void baton_call_ends(struct rtask *k, bool yields)
{
	if (lets_others_queue(k))
		rtask_queue(k, TODO_YIELD);
	baton_boundary(k, yields);
	if (k->domain->missed && baton_has(k))
		begin_again(k);
}

void baton_boundary(struct rtask *k, bool yields)
{
	struct domain *d = k->domain;

	if (!baton_has(k) || !somebody_waits(d) || k->prepared || is_led(k))
		return;
	if (yields || held_too_long(d, d->turn.soft_ns))
		pass_on(k);
}

/* ---- by force ---- */

/* In interrupt context. */
static enum hrtimer_restart on_tick(struct hrtimer *timer)
{
	struct domain *d = container_of(timer, struct domain, timer);

	raw_spin_lock(&d->lock);
	d->ticking = false;
	if (d->holder && somebody_waits(d) && held_too_long(d, d->turn.hard_ns)) {
		if (!is_led(d->holder) && READ_ONCE(d->holder->stepped) != STEPS_TAKEN)
			rtask_queue(d->holder, TODO_FORCE);
		tick_at(d, ktime_get_mono_fast_ns() +
			   (d->schedule.options.chaos ? TICK_CHAOS_NS : TICK_NS));
	} else {
		domain_watch(d);
	}
	raw_spin_unlock(&d->lock);
	return HRTIMER_NORESTART;
}

void baton_seen(struct rtask *k)
{
	unsigned long irq;
	struct domain *d = domain_lock(k, &irq);

	if (k->stop_token && d->holder == k)
		baton_pass_on(d);
	raw_spin_unlock_irqrestore(&d->lock, irq);
}

/* What it took to lead @k there. */
static void count(const struct rtask *k)
{
	scap_schedule_counted(&k->domain->schedule, ktime_get_mono_fast_ns() - k->led_since);
}

/* Where its turn was to end @k is about to make a call: it goes on to the end of that. */
static void miss(struct domain *d)
{
	d->missed = true;
	d->turn.hard_ns = ktime_get_mono_fast_ns() - d->since + TICK_CHAOS_NS;
}

/* @k begins to be led to a place. */
static void lead(struct rtask *k)
{
	u32 skip = k->domain->turn.skip;

	k->led_since = ktime_get_mono_fast_ns();
	if (!steps_begin(k, skip))
		place_choose(k, skip, false);
}

/* It has counted its turn; the rest of the way. @seldom: as steps_over() says. */
static void lead_on(struct rtask *k, bool seldom)
{
	u32 nr;

	if (!arch_at_call(current_pt_regs(), &nr)) {
		place_choose(k, 0, seldom);
	} else {
		count(k);
		miss(k->domain);
	}
}

/* Whether @k passes it on where it is, if that is the end of a call. */
static bool leaves_at_boundary(const struct rtask *k, bool placed)
{
	return placed || scap_restarts(k->call.result) ||
	       (!k->fresh && held_too_long(k->domain, k->domain->turn.soft_ns));
}

void baton_force(struct rtask *k, bool placed)
{
	struct domain *d = k->domain;
	u32 next = domain_shared(k) ? first_waiter(k) : 0, nr;
	bool seldom, stepped = steps_over(k, &seldom);
	struct scap_regs regs;

	if (!next || !baton_has(k) || k->prepared || is_led(k) ||
	    !held_too_long(d, d->turn.hard_ns))
		return;
	if (placed && d->turn.skip)
		count(k);
	if (signal_at_boundary(k, current_pt_regs()) && leaves_at_boundary(k, placed)) {
		pass_on(k);
	} else if (!placed && READ_ONCE(k->place) != PLACE_NONE) {
		return;
	} else if (!placed && stepped) {
		lead_on(k, seldom);
	} else if (!placed) {
		lead(k);
	} else if (!arch_at_call(current_pt_regs(), &nr)) {
		arch_regs(&regs, current_pt_regs());
		if (!switch_write(k, &regs, next))
			return;
		if (k->session->checksum)
			checksum_take(k);
		pass_on(k);
	} else {
		miss(d);
	}
}
