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
	/* a child that is being made may have it still; pairs with has_inherited() */
	WRITE_ONCE(k->was_bound, b->cpu);
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
	rcu_assign_pointer(k->bound, b);
	/* known ahead of the change: pairs with bind_forked() */
	smp_wmb();
	if (cpumask_test_cpu(cpu, &b->own) && !set_cpus_allowed_ptr(k->task, cpumask_of(cpu)))
		return true;
	forget(k, b);
	return false;
}

void unbind_task(struct rtask *k, unsigned int reasons)
{
	struct bound *b = bound_of(k);

	if (!b)
		return;
	b->reasons &= ~reasons;
	if (b->reasons)
		return;
	/* the kernel lets a task run anywhere whose only processor has gone */
	if (cpumask_equal(&k->task->cpus_mask, cpumask_of(b->cpu)) || !cpu_active(b->cpu))
		set_cpus_allowed_ptr(k->task, &b->own);
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

void bind_not_forked(struct rtask *k)
{
	WRITE_ONCE(k->was_bound, NOT_BOUND);
}

/* Whether @child may run where @k was bound only because @k was, when the child was made. */
static bool has_inherited(const struct rtask *k, const struct bound *b,
			  const struct task_struct *child)
{
	const struct cpumask *its = &child->cpus_mask;
	int was;

	if (b && cpumask_equal(its, cpumask_of(b->cpu)))
		return true;
	/* pairs with forget() */
	smp_rmb();
	was = READ_ONCE(k->was_bound);
	return was != NOT_BOUND && cpumask_equal(its, cpumask_of((unsigned int)was)) &&
	       !cpumask_equal(its, &k->task->cpus_mask);
}

void bind_forked(struct rtask *k, struct task_struct *child)
{
	const struct bound *b;

	rcu_read_lock();
	b = rcu_dereference(k->bound);
	if (has_inherited(k, b, child)) {
		/* where it is now it may be then, too: nothing to wait for */
		set_cpus_allowed_ptr(child, b ? &b->own : &k->task->cpus_mask);
		/* that mask may have become ours meanwhile: pairs with bind_task() */
		smp_rmb();
		b = b ? NULL : rcu_dereference(k->bound);
		if (b)
			set_cpus_allowed_ptr(child, &b->own);
	}
	rcu_read_unlock();
}

void bind_free(struct rtask *k)
{
	kfree(rcu_access_pointer(k->bound));
}
