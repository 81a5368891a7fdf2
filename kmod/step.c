// SPDX-License-Identifier: GPL-2.0
/*
 * A turn that is to end so many instructions from here: the thread is stepped by us, within
 * the debug exception. A stop for the recorder at each of them would cost a hundred times as much.
 * What a step would show to the program, or leave out, is not stepped over: there counting ends,
 * as it does ahead of a call.
 */
#include <linux/hash.h>
#include <linux/slab.h>

#include "arch.h"
#include "domain.h"
#include "signals.h"
#include "task.h"

/* Addresses that it comes by are counted, up to so many times: from there on it may be a loop. */
#define PASSES_SEVERAL	8
#define PASSES_BITS	9

/*
 * @left:   instructions to come
 * @passes: of where it has been, by hash of the address: some have one place together
 * @cpu:    its CPU time when that began
 * @event:  it began where its last event was
 */
struct steps {
	u32 left;
	bool event;
	u64 cpu;
	u8 passes[1 << PASSES_BITS];
};

static u8 *passes_of(struct steps *s, struct pt_regs *regs)
{
	return &s->passes[hash_long(instruction_pointer(regs), PASSES_BITS)];
}

static void come_by(struct steps *s, struct pt_regs *regs)
{
	u8 *passes = passes_of(s, regs);

	if (*passes < PASSES_SEVERAL)
		++*passes;
}

bool steps_begin(struct rtask *k, u32 n)
{
	struct pt_regs *regs = current_pt_regs();
	bool event = signal_at_boundary(k, regs);

	if (!n || !arch_may_step(regs))
		return false;
	if (!k->steps)
		k->steps = kmalloc(sizeof(*k->steps), GFP_KERNEL);
	if (!k->steps || !arch_step_begin(regs))
		return false;
	*k->steps = (struct steps){
		.left = n, .event = event,
		.cpu = current->se.sum_exec_runtime,
	};
	come_by(k->steps, regs);
	WRITE_ONCE(k->stepped, STEPS_TAKEN);
	return true;
}

/* What the exceptions took is not time that the program has computed for. */
static void end(struct rtask *k, enum rtask_steps how)
{
	k->event_cpu += current->se.sum_exec_runtime - k->steps->cpu;
	arch_step_end(task_pt_regs(current));
	WRITE_ONCE(k->stepped, how);
}

void steps_stop(struct rtask *k)
{
	if (k->stepped == STEPS_TAKEN)
		end(k, STEPS_NONE);
}

void steps_one(struct rtask *k, struct pt_regs *regs)
{
	struct steps *s = k->steps;

	come_by(s, regs);
	if (--s->left && arch_may_step(regs))
		return;
	end(k, STEPS_OVER);
	rtask_queue(k, TODO_FORCE);
}

bool steps_over(struct rtask *k, bool *seldom)
{
	if (k->stepped != STEPS_OVER)
		return false;
	WRITE_ONCE(k->stepped, STEPS_NONE);
	*seldom = k->steps->event &&
		  *passes_of(k->steps, current_pt_regs()) < PASSES_SEVERAL;
	return true;
}
