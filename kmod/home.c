// SPDX-License-Identifier: GPL-2.0
/*
 * The home of a domain: the processor that all its threads keep to while they hand the baton to
 * and fro all the time. One of them runs at any moment anyway, and to wake the next one on
 * another processor, out of its halt, takes longer than most turns.
 *
 * It is looked at now and then how often a baton has changed hands, never on the way of a
 * recorded thread. A domain that hands over less often leaves its home, and its threads run
 * where they could before. Nobody sees that they were bound but in /proc: who asks for an
 * affinity, or sets one, by a recorded call, does so while nobody has a home.
 */
#include "bind.h"
#include "domain.h"
#include "task.h"

#define LOOK_MS		50
/* Handed over so many times since the last look, a domain moves in; so few times, out. */
#define HANDED_MANY	100
#define HANDED_FEW	25

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

	if (!cpumask_test_and_set_cpu(cpu, &taken))
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
	if (d->home == NO_HOME && since >= HANDED_MANY)
		move_in(d, k);
	else if (d->home != NO_HOME && since < HANDED_FEW)
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
	if (home_of(k) == home || !refcount_inc_not_zero(&k->ref))
		return;
	get_task_struct(k->task);
	k->home = home;
	k->picked = k->session->picked;
	k->session->picked = k;
}

static void look_at(struct rtask *k)
{
	struct domain *d = READ_ONCE(k->domain);
	bool shared = READ_ONCE(k->state) == RTASK_LIVE && domain_shared(k);

	if (shared) {
		k->session->shared = true;
		judge(d, k);
	}
	pick(k, shared && is_fair(k->task) ? READ_ONCE(d->home) : NO_HOME);
}

static void send_away(struct rtask *k)
{
	pick(k, NO_HOME);
}

static void go_home(struct rtask *k)
{
	struct session *s = k->session;

	WRITE_ONCE(s->homed, true);
	/* pairs with home_asks(): either of us sees the other */
	smp_mb();
	if (!atomic_read(&s->asking) && !bind_task(k, BIND_HOME, (unsigned int)k->home))
		unbind_task(k, BIND_HOME);
}

/* Those that were picked. */
static void move_picked(struct session *s)
{
	struct rtask *k;

	while ((k = s->picked)) {
		s->picked = k->picked;
		unbind_task(k, BIND_HOME);
		if (k->home != NO_HOME)
			go_home(k);
		put_task_struct(k->task);
		rtask_put(k);
	}
}

static void all_leave(struct session *s)
{
	mutex_lock(&s->binding);
	rtask_each(s, send_away);
	move_picked(s);
	WRITE_ONCE(s->homed, false);
	mutex_unlock(&s->binding);
}

/* ---- a session ---- */

static void look(struct work_struct *work)
{
	struct session *s = container_of(to_delayed_work(work), struct session, homes);

	mutex_lock(&s->binding);
	s->looks++;
	s->shared = false;
	rtask_each(s, look_at);
	move_picked(s);
	mutex_unlock(&s->binding);
	if (s->shared)
		homes_watch(s);
}

void homes_watch(struct session *s)
{
	spin_lock(&s->pin_lock);
	if (!s->dead && num_online_cpus() > 1)
		schedule_delayed_work(&s->homes, msecs_to_jiffies(LOOK_MS));
	spin_unlock(&s->pin_lock);
}

void homes_init(struct session *s)
{
	mutex_init(&s->binding);
	INIT_DELAYED_WORK(&s->homes, look);
}

void homes_end(struct session *s)
{
	cancel_delayed_work_sync(&s->homes);
	all_leave(s);
}

/* ---- who asks ---- */

bool home_asks(struct rtask *k)
{
	if (!k->info || (k->info->id != SCAP_SYS_sched_getaffinity &&
			 k->info->id != SCAP_SYS_sched_setaffinity))
		return false;
	if (!k->asks)
		atomic_inc(&k->session->asking);
	k->asks = true;
	/* pairs with go_home() */
	smp_mb();
	return READ_ONCE(k->session->homed);
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
