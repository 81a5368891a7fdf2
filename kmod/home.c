// SPDX-License-Identifier: GPL-2.0
/*
 * The home of a domain: the processor that all its threads keep to while they hand the baton to
 * and fro all the time. One of them runs at any moment anyway, and to wake the next one on
 * another processor, out of its halt, takes longer than most turns.
 *
 * It is looked at now and then how often a baton has changed hands, never on the way of a
 * recorded thread. A domain that hands over less often leaves its home, and its threads run
 * where they could before. A task whose image begins is kept where it is for that time, too.
 * That they are bound shows in /proc, and to who is not recorded: who asks for an affinity, or sets
 * one, by a recorded call, does so while nobody is.
 */
#include <linux/moduleparam.h>

#include "bind.h"
#include "domain.h"
#include "task.h"

#define LOOK_MS		50
/* A program without libc may never say that it has begun. */
#define START_CALLS	100

static unsigned int home_many = 100;
module_param(home_many, uint, 0644);
MODULE_PARM_DESC(home_many, "a domain moves in that has handed over so many times in 50 ms");

static unsigned int home_few = 25;
module_param(home_few, uint, 0644);
MODULE_PARM_DESC(home_few, "and out if fewer times");

/* Processors that are some domain's: of two that had the same one, one would wait for nothing. */
static struct cpumask taken;

/* ---- a domain ---- */

void home_give_up(struct domain *d)
{
	if (d->home != NO_HOME)
		cpumask_clear_cpu((unsigned int)d->home, &taken);
	WRITE_ONCE(d->home, NO_HOME);
}

/* Where it runs at present, if that is nobody's. */
static void move_in(struct domain *d, struct rtask *k)
{
	struct rtask *holder = READ_ONCE(d->holder);
	unsigned int cpu = task_cpu(holder ? holder->task : k->task);

	if (num_online_cpus() > 1 && !cpumask_test_and_set_cpu(cpu, &taken))
		WRITE_ONCE(d->home, (int)cpu);
}

/* Once a look, whichever task of it is come by first. */
static void judge(struct domain *d, struct rtask *k)
{
	u64 handed = READ_ONCE(d->handed), since = handed - d->handed_seen;

	if (d->looked == k->session->looks)
		return;
	d->looked = k->session->looks;
	d->handed_seen = handed;
	if (d->home == NO_HOME && since >= home_many)
		move_in(d, k);
	else if (d->home != NO_HOME && (since < home_few || !cpu_active((unsigned int)d->home)))
		home_give_up(d);
}

void homes_merged(struct session *s, struct domain *from)
{
	mutex_lock(&s->binding);
	home_give_up(from);
	mutex_unlock(&s->binding);
	homes_watch(s);
}

/* ---- its tasks: with session->binding held ---- */

/* Only such a scheduler's task goes by the time that it has had, wherever that was. */
static bool is_fair(const struct task_struct *task)
{
	return task->policy == SCHED_NORMAL || task->policy == SCHED_BATCH;
}

static int home_of(const struct rtask *k)
{
	unsigned int cpu;

	return bound_for(k, BIND_HOME, &cpu) ? (int)cpu : NO_HOME;
}

/* @k is to be taken care of outside of RCU. */
static void pick(struct rtask *k, int home)
{
	if (!refcount_inc_not_zero(&k->ref))
		return;
	get_task_struct(k->task);
	k->move_to = home;
	k->next_picked = k->session->picked;
	k->session->picked = k;
}

static void look_at(struct rtask *k)
{
	struct domain *d = READ_ONCE(k->domain);
	int home = NO_HOME;
	bool live = READ_ONCE(k->state) == RTASK_LIVE, shared = live && domain_shared(k);

	if (shared) {
		k->session->seen_shared = true;
		judge(d, k);
	} else if (live) {
		home_give_up(d);
	}
	if (shared && is_fair(k->task))
		home = READ_ONCE(d->home);
	if (home != home_of(k))
		pick(k, home);
}

static void send_away(struct rtask *k)
{
	if (rcu_access_pointer(k->bound))
		pick(k, NO_HOME);
}

/* Not while somebody asks. */
static void keep(struct rtask *k, enum bind_reason reason, unsigned int cpu)
{
	struct session *s = k->session;

	WRITE_ONCE(s->binds, true);
	/* pairs with home_asks(): either of us sees the other */
	smp_mb();
	if (!atomic_read(&s->asking) && !bind_task(k, reason, cpu))
		unbind_task(k, reason);
}

/* Those that were picked. */
static void move_picked(struct session *s)
{
	struct rtask *k;

	while ((k = s->picked)) {
		s->picked = k->next_picked;
		unbind_task(k, BIND_HOME | BIND_START);
		if (k->move_to != NO_HOME)
			keep(k, BIND_HOME, (unsigned int)k->move_to);
		put_task_struct(k->task);
		rtask_put(k);
	}
}

static void all_leave(struct session *s)
{
	mutex_lock(&s->binding);
	rtask_each(s, send_away);
	move_picked(s);
	WRITE_ONCE(s->binds, false);
	mutex_unlock(&s->binding);
}

void home_start(struct rtask *k)
{
	if (!SCAP_SEES_CPU || num_online_cpus() == 1)
		return;
	mutex_lock(&k->session->binding);
	/* it is sent to where it is: nothing moves */
	keep(k, BIND_START, (unsigned int)raw_smp_processor_id());
	mutex_unlock(&k->session->binding);
	k->starting = START_CALLS;
}

void home_starting(struct rtask *k)
{
	if (--k->starting && !scap_sets_tls(k->call.nr, k->call.args))
		return;
	k->starting = 0;
	rtask_queue(k, TODO_UNBIND);
}

void home_started(struct rtask *k)
{
	mutex_lock(&k->session->binding);
	unbind_task(k, k->state == RTASK_LIVE ? BIND_START : BIND_START | BIND_HOME);
	mutex_unlock(&k->session->binding);
}

/* ---- a session ---- */

static void look(struct work_struct *work)
{
	struct session *s = container_of(to_delayed_work(work), struct session, homes);

	mutex_lock(&s->binding);
	s->looks++;
	s->seen_shared = false;
	rtask_each(s, look_at);
	move_picked(s);
	mutex_unlock(&s->binding);
	if (s->seen_shared)
		homes_watch(s);
}

void homes_watch(struct session *s)
{
	spin_lock(&s->pin_lock);
	if (!s->dead && num_possible_cpus() > 1)
		schedule_delayed_work(&s->homes, msecs_to_jiffies(LOOK_MS));
	spin_unlock(&s->pin_lock);
}

void homes_init(struct session *s)
{
	mutex_init(&s->binding);
	INIT_DELAYED_WORK(&s->homes, look);
}

static void give_up(struct rtask *k)
{
	if (k->domain)
		home_give_up(k->domain);
}

void homes_end(struct session *s)
{
	cancel_delayed_work_sync(&s->homes);
	all_leave(s);
	mutex_lock(&s->binding);
	rtask_each(s, give_up);
	mutex_unlock(&s->binding);
}

/* ---- who asks ---- */

static bool is_about_affinity(const struct rtask *k)
{
	switch (k->info ? k->info->id : SCAP_SYS_NONE) {
	case SCAP_SYS_sched_getaffinity:
	case SCAP_SYS_sched_setaffinity:
	case SCAP_SYS_sched_setattr:	/* SCHED_DEADLINE wants them all */
		return true;
	}
	return false;
}

bool home_asks(struct rtask *k)
{
	if (!is_about_affinity(k))
		return false;
	if (!k->asks)
		atomic_inc(&k->session->asking);
	k->asks = true;
	/* pairs with keep() */
	smp_mb();
	return READ_ONCE(k->session->binds);
}

void homes_leave(struct rtask *k)
{
	if (k->asks)
		all_leave(k->session);
}

void home_asked(struct rtask *k)
{
	if (!k->asks)
		return;
	k->asks = false;
	atomic_dec(&k->session->asking);
}
