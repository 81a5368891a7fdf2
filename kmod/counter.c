// SPDX-License-Identifier: GPL-2.0
/*
 * What a task has retired in user mode since its last event, where the processor counts and
 * the recorder says what: a guide for the replay, beside CPU time. Counters are made in task_work,
 * of tasks that may be stopped in user code; read by their task alone, even under the
 * scheduler's locks; and unmade in a work item, as tasks end where nothing may sleep.
 */
#include <linux/perf_event.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include <scap/point.h>

#include "counter.h"
#include "signals.h"

/* No event has come since user code ran that was not counted. */
#define NOT_NOTED U64_MAX

struct counter {
	struct work_struct unmake;
	struct perf_event *event;
	u64 noted;	/* what it said at the last event */
};

static struct workqueue_struct *unmaking;

int counters_init(void)
{
	unmaking = alloc_workqueue("scaprec", 0, 0);
	return unmaking ? 0 : -ENOMEM;
}

void counters_exit(void)
{
	destroy_workqueue(unmaking);
}

static void unmake(struct work_struct *work)
{
	struct counter *c = container_of(work, struct counter, unmake);

	perf_event_release_kernel(c->event);
	kfree(c);
}

void counter_make(struct rtask *k)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE, .size = sizeof(attr),
		.config = k->session->counter == SCAP_COUNTER_BRANCHES ?
			  PERF_COUNT_HW_BRANCH_INSTRUCTIONS : PERF_COUNT_HW_INSTRUCTIONS,
		.pinned = 1, .exclude_kernel = 1, .exclude_hv = 1,
	};
	struct counter *c;

	/* once: what is not to be had now would be asked for again and again */
	k->counter_tried = true;
	c = kmalloc(sizeof(*c), GFP_KERNEL);
	if (!c)
		return;
	INIT_WORK(&c->unmake, unmake);
	c->noted = signal_at_boundary(k, current_pt_regs()) ? 0 : NOT_NOTED;
	c->event = perf_event_create_kernel_counter(&attr, -1, current, NULL, NULL);
	if (IS_ERR(c->event))
		kfree(c);
	else
		k->counter = c;
}

void counter_unmake(struct rtask *k)
{
	struct counter *c = k->counter;

	k->counter = NULL;
	if (c)
		queue_work(unmaking, &c->unmake);
}

/*
 * As perf_event_read_local() does it, which is not for modules. false: it does not count,
 * as others have taken the processor's.
 */
static bool read_counter(const struct counter *c, u64 *n)
{
	struct perf_event *event = c->event;
	unsigned long irq;
	bool counts;

	local_irq_save(irq);
	counts = READ_ONCE(event->oncpu) == smp_processor_id();
	if (counts) {
		event->pmu->read(event);
		*n = local64_read(&event->count);
	}
	local_irq_restore(irq);
	return counts;
}

void counter_note(struct rtask *k)
{
	/* of another task, an event is told that has slept since it came into the kernel */
	if (k->task == current && !read_counter(k->counter, &k->counter->noted))
		k->counter->noted = NOT_NOTED;
}

u64 counter_since_event(const struct rtask *k)
{
	u64 now;

	if (!k->counter || !read_counter(k->counter, &now) || now < k->counter->noted)
		return 0;
	return now - k->counter->noted;
}
