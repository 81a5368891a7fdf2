// SPDX-License-Identifier: GPL-2.0
/*
 * Two scheduling domains become one: a call has made their members share
 * memory, or is about to let one write into another's. Whoever makes that call
 * moves its domain, whose baton it has, into the other's.
 *
 * Both are marked first: nobody takes or is given a baton. One grace period
 * later everybody who took a domain of one task for what it was is done, and
 * all of both go by the locks. Then it is seen who holds the other's baton, and
 * the tasks are moved. The caller goes on with the baton only if nobody there has it.
 */
#include <linux/list.h>

#include "arch.h"
#include "bind.h"
#include "call.h"
#include "compat.h"
#include "domain.h"
#include "task.h"

/* Nobody passes a baton of @k's domain on from here. @solo: it has one task, which now holds it. */
static bool begin(struct rtask *k, struct domain *d, bool *solo)
{
	unsigned long irq;
	bool here;

	raw_spin_lock_irqsave(&d->lock, irq);
	here = k->domain == d && k->member;
	*solo = here && atomic_read(&d->members) == 1;
	if (here)
		d->merging = true;
	if (*solo) {
		/* from here on all go by the lock */
		atomic_inc(&d->members);
		baton_grant(d, k);
	}
	raw_spin_unlock_irqrestore(&d->lock, irq);
	return here;
}

static void end(struct domain *d, bool solo)
{
	unsigned long irq;

	raw_spin_lock_irqsave(&d->lock, irq);
	if (solo)
		atomic_dec(&d->members);
	d->merging = false;
	if (!d->holder)
		baton_pass_on(d);
	raw_spin_unlock_irqrestore(&d->lock, irq);
}

static bool asleep(struct task_struct *task)
{
	if (compat_on_cpu(task))
		return false;
	/* off its processor: this is why */
	smp_rmb();
	return READ_ONCE(task->__state) != TASK_RUNNING;
}

/* Where @k, asleep in user code, is; false: it goes on soon, and keeps its baton. */
static bool tell_place(struct rtask *k)
{
	static const char unknown[] =
		"stopped at a place not known, and written into: replays may diverge";

	if (place_take(k))
		return switch_write(k, &k->place_regs, 0);
	if (!(READ_ONCE(k->task->__state) & (__TASK_STOPPED | __TASK_TRACED)))
		return false;
	emit_meta(k, SCAP_META_NOTE, 0, unknown, sizeof(unknown) - 1);
	return true;
}

/*
 * @k went to sleep when nobody else was in its domain, and gave up nothing: it
 * does so now. Awake, it keeps its baton until it sleeps or its time is over.
 */
static void settle(struct rtask *k)
{
	struct session *s = k->session;
	unsigned long irq;
	struct domain *d;
	bool sleeps;

	/* ahead of the look: asleep then, it cannot miss it */
	rtask_queue(k, TODO_BATON);
	rcu_read_lock();
	raw_spin_lock_irqsave(&s->settling, irq);
	sleeps = k->member && k->domain->holder == k && !k->ours && asleep(k->task);
	if (sleeps && k->in_call)
		call_write_enter(k);
	else if (sleeps && !arch_in_call(task_pt_regs(k->task)))
		sleeps = tell_place(k);
	raw_spin_unlock_irqrestore(&s->settling, irq);
	rcu_read_unlock();
	if (!sleeps)
		return;
	d = domain_lock(k, &irq);
	if (d->holder == k)
		baton_pass_on(d);
	domain_unlock(d, irq);
}

void domain_settled(struct rtask *k)
{
	struct session *s = k->session;
	unsigned long irq;

	if (!READ_ONCE(READ_ONCE(k->domain)->merging))
		return;
	raw_spin_lock_irqsave(&s->settling, irq);
	raw_spin_unlock_irqrestore(&s->settling, irq);
}

/* Both in the order of their ids; interrupts are off. */
static void lock_both(struct domain *a, struct domain *b)
{
	if (a->id > b->id)
		swap(a, b);
	raw_spin_lock(&a->lock);
	raw_spin_lock_nested(&b->lock, SINGLE_DEPTH_NESTING);
}

/* All of @from belong to @into; under both locks. Returns how many. */
static int move_tasks(struct session *s, struct domain *from, struct domain *into)
{
	struct rtask *k;
	unsigned int i;
	int n = 0;

	rcu_read_lock();
	for (i = 0; i < ARRAY_SIZE(rtask_table); i++)
		hlist_for_each_entry_rcu(k, &rtask_table[i], node)
			if (k->domain == from && k->member) {
				WRITE_ONCE(k->domain, into);
				n++;
			}
	rcu_read_unlock();
	list_splice_tail_init(&from->waiters, &into->waiters);
	from->holder = NULL;
	refcount_add(n, &into->ref);
	atomic_add(n, &into->members);
	return n;
}

/* @k has the baton of @from. */
static void move(struct rtask *k, struct domain *from, struct domain *into, bool solo)
{
	int n;

	local_irq_disable();
	lock_both(from, into);
	n = move_tasks(k->session, from, into);
	if (solo)
		atomic_dec(&into->members);
	/* it stays where those look who have its address yet: as long as @into */
	from->absorbed = into->absorbed;
	into->absorbed = from;
	into->merging = false;
	if (!into->holder)
		baton_grant(into, k);
	domain_watch(into);
	raw_spin_unlock(&into->lock);
	raw_spin_unlock(&from->lock);
	local_irq_enable();
	homes_merged(k->session, from);
	/* all references were the tasks', but the one that @into has now */
	for (; n > 1; n--)
		domain_put(from);
}

/* The domain of a task that may be leaving it, with a reference; NULL: it is gone. */
static struct domain *domain_of(struct rtask *k)
{
	struct domain *d;

	rcu_read_lock();
	d = READ_ONCE(k->domain);
	if (!refcount_inc_not_zero(&d->ref))
		d = NULL;
	rcu_read_unlock();
	return d;
}

void domain_merge(struct rtask *k, struct rtask *other)
{
	struct session *s = k->session;
	struct domain *from, *into;
	bool solo_from, solo_into;

	mutex_lock(&s->merging);
	from = k->domain;
	into = domain_of(other);
	if (!into || into == from || READ_ONCE(s->dead) || !begin(other, into, &solo_into))
		goto out;
	begin(k, from, &solo_from);
	synchronize_rcu_expedited();
	if (solo_into)
		settle(other);
	if (baton_has(k)) {
		move(k, from, into, solo_into);
	} else {
		end(from, solo_from);
		end(into, solo_into);
	}
out:
	mutex_unlock(&s->merging);
	domain_put(into);
}
