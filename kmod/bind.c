// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks that are kept on one processor by us, and may run where they could before once we let go of
 * them. Whoever sets a task's affinity meanwhile (sched_setaffinity(2), cpusets) has it.
 */
#include <linux/slab.h>

#include "bind.h"

/*
 * @reasons: enum bind_reason
 * @own: where the task may run if nobody binds it
 */
struct bound {
	struct rcu_head rcu;
	unsigned int cpu, reasons;
	struct cpumask own;
};

static void forget(struct rtask *k, struct bound *b)
{
	rcu_assign_pointer(k->bound, NULL);
	kfree_rcu(b, rcu);
}

static struct bound *bound_of(const struct rtask *k)
{
	return rcu_dereference_protected(k->bound, lockdep_is_held(&k->session->binding));
}

bool bind_task(struct rtask *k, enum bind_reason reason, unsigned int cpu)
{
	struct bound *b = bound_of(k);

	if (b) {
		b->reasons |= reason;
		return b->cpu == cpu;
	}
	b = kmalloc(sizeof(*b), GFP_KERNEL);
	if (!b)
		return false;
	b->cpu = cpu;
	b->reasons = reason;
	cpumask_copy(&b->own, &k->task->cpus_mask);
	/* known ahead of the change: a child that inherits it is given its own */
	rcu_assign_pointer(k->bound, b);
	if (cpumask_test_cpu(cpu, &b->own) && !set_cpus_allowed_ptr(k->task, cpumask_of(cpu)))
		return true;
	forget(k, b);
	return false;
}

void unbind_task(struct rtask *k, enum bind_reason reason)
{
	struct bound *b = bound_of(k);

	if (!b)
		return;
	b->reasons &= ~reason;
	if (b->reasons)
		return;
	if (cpumask_equal(&k->task->cpus_mask, cpumask_of(b->cpu)))
		set_cpus_allowed_ptr(k->task, &b->own);
	/* a child that inherits nothing any more has it from its parent */
	forget(k, b);
}

bool bound_for(const struct rtask *k, enum bind_reason reason, unsigned int *cpu)
{
	const struct bound *b = bound_of(k);

	if (!b || !(b->reasons & reason))
		return false;
	*cpu = b->cpu;
	return true;
}

void bind_forked(struct rtask *k, struct task_struct *child)
{
	const struct cpumask *own = &k->task->cpus_mask;
	const struct bound *b;

	rcu_read_lock();
	b = rcu_dereference(k->bound);
	if (b)
		own = &b->own;
	/* where it is now it may be then, too: nothing to wait for */
	if (!cpumask_equal(&child->cpus_mask, own))
		set_cpus_allowed_ptr(child, own);
	rcu_read_unlock();
}

void bind_free(struct rtask *k)
{
	kfree(rcu_access_pointer(k->bound));
}
