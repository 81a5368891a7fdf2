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
#include <linux/list.h>
#include <linux/sched/clock.h>
#include <linux/slab.h>
#include <scap/quantum.h>

#include "compat.h"
#include "scaprec.h"

/* How often a holder is looked at while somebody waits. */
#define TICK_NS		10000000ull
/* Sleeping and being woken costs more than a short wait for a holder on another CPU. */
#define SPIN_NS		50000ull
/* How long an end is put off for its turn. */
#define END_WAIT_MS	2000

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
	hrtimer_init(&d->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	d->timer.function = on_tick;
	d->id = (u32)atomic_inc_return(&s->last_domain);
	return d;
}

void domain_put(struct domain *d)
{
	while (d && refcount_dec_and_test(&d->ref)) {
		struct domain *absorbed = d->absorbed;

		hrtimer_cancel(&d->timer);
		kfree_rcu(d, rcu);
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

void baton_grant(struct domain *d, struct rtask *k)
{
	d->since = ktime_get_mono_fast_ns();
	WRITE_ONCE(d->holder, k);
}

void baton_pass_on(struct domain *d)
{
	struct rtask *next = list_first_entry_or_null(&d->waiters, struct rtask, waiting);

	if (d->merging)
		next = NULL;
	baton_grant(d, next);
	if (!next)
		return;
	list_del_init(&next->waiting);
	if (!next->spins)
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

/* Whether it was free after all; else @k waits for it from here on. */
static bool enqueue(struct rtask *k)
{
	struct domain *d;
	unsigned long irq;
	bool got, ticking;

	d = domain_lock(k, &irq);
	got = !d->holder && !d->merging;
	ticking = d->ticking;
	if (got) {
		baton_grant(d, k);
	} else {
		k->spins = true;
		list_add_tail(&k->waiting, &d->waiters);
		d->ticking = true;
	}
	raw_spin_unlock_irqrestore(&d->lock, irq);
	if (!got && !ticking)
		domain_start_timer(d);
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

/* Whether @k has it; else it waits no longer. */
static bool dequeue(struct rtask *k)
{
	struct domain *d;
	unsigned long irq;
	bool got;

	d = domain_lock(k, &irq);
	got = d->holder == k;
	list_del_init(&k->waiting);
	raw_spin_unlock_irqrestore(&d->lock, irq);
	return got;
}

int baton_take(struct rtask *k)
{
	bool got;

	if (baton_try(k) || enqueue(k))
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

void domain_start_timer(struct domain *d)
{
	hrtimer_start(&d->timer, ns_to_ktime(TICK_NS), HRTIMER_MODE_REL);
}

/* ---- giving up ---- */

static void give_up(struct rtask *k)
{
	unsigned long irq;
	struct domain *d = domain_lock(k, &irq);

	if (d->holder == k)
		baton_pass_on(d);
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
	if (!is_stop(state) || READ_ONCE(k->place) == PLACE_ASKED)
		return;
	if (place_take(k)) {
		arch_regs(&k->place_regs, task_pt_regs(current));
		if (switch_write(k, &k->place_regs, first_waiter(k)))
			give_up(k);
	} else if (switch_stopping(k, first_waiter(k))) {
		rtask_queue(k, TODO_BATON);
	}
}

/*
 * An exiting task keeps it until the kernel has written its last; a thread whose
 * user code touched a page that is not there, until it has come.
 */
void baton_sleeps(struct rtask *k, unsigned int state)
{
	if (!domain_shared(k)) {
		/* whoever merges its domain says so for it */
		if (is_stop(state) && READ_ONCE(k->place) == PLACE_FOUND)
			arch_regs(&k->place_regs, task_pt_regs(current));
		return;
	}
	if (!baton_has(k) || k->ours || READ_ONCE(k->session->dead))
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
	give_up(k);
}

static bool held_too_long(const struct domain *d, u64 ns)
{
	return ktime_get_mono_fast_ns() - d->since > ns;
}

static bool somebody_waits(const struct domain *d)
{
	return !list_empty_careful(&d->waiters);
}

void baton_boundary(struct rtask *k, bool yields)
{
	struct domain *d = k->domain;

	if (!baton_has(k) || !somebody_waits(d) || k->prepared)
		return;
	if (yields || held_too_long(d, SCAP_QUANTUM_NS))
		give_up(k);
}

/* ---- by force ---- */

/* In interrupt context, while somebody waits. */
static enum hrtimer_restart on_tick(struct hrtimer *timer)
{
	struct domain *d = container_of(timer, struct domain, timer);
	bool ticking;

	raw_spin_lock(&d->lock);
	ticking = !list_empty(&d->waiters);
	d->ticking = ticking;
	if (ticking && d->holder && held_too_long(d, SCAP_QUANTUM_HARD_NS))
		rtask_queue(d->holder, TODO_FORCE);
	raw_spin_unlock(&d->lock);
	if (!ticking)
		return HRTIMER_NORESTART;
	hrtimer_forward_now(timer, ns_to_ktime(TICK_NS));
	return HRTIMER_RESTART;
}

void baton_seen(struct rtask *k)
{
	unsigned long irq;
	struct domain *d = domain_lock(k, &irq);

	if (k->stop_token && d->holder == k)
		baton_pass_on(d);
	raw_spin_unlock_irqrestore(&d->lock, irq);
}

void baton_force(struct rtask *k, bool placed)
{
	struct domain *d = k->domain;
	u32 next = domain_shared(k) ? first_waiter(k) : 0, nr;
	struct scap_regs regs;

	if (!next || !baton_has(k) || k->prepared ||
	    !held_too_long(d, SCAP_QUANTUM_HARD_NS))
		return;
	if (signal_at_boundary(k, current_pt_regs())) {
		give_up(k);
	} else if (!placed) {
		if (READ_ONCE(k->place) == PLACE_NONE)
			place_choose(k);
	} else if (!arch_at_call(current_pt_regs(), &nr)) {
		/* else it comes to the end of a call soon */
		arch_regs(&regs, current_pt_regs());
		if (switch_write(k, &regs, next))
			give_up(k);
	}
}
