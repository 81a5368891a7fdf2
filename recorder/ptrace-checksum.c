// SPDX-License-Identifier: GPL-2.0
/* --checksum with ptrace: when, and where the threads stand. */
#include <stdlib.h>

#include "recorder/checksum.h"

/* Where @k's stack is: of one that is in the kernel as it was when it went there. */
static uint64_t stack_pointer(struct task *k)
{
	struct scap_regs *r = k->state == TASK_CALL ? NULL : tracee_regs(&k->t);

	return SCAP_REG_SP(r ? r : &k->t.regs);
}

/* Those of all tasks with @k's memory, for the caller to free; @n of them. */
static uint64_t *stack_pointers(struct task *k, unsigned int *n)
{
	uint64_t *sp = alloc_zeroed(k->rec->ntasks, sizeof(*sp));

	*n = 0;
	for (unsigned int i = 0; i < TASK_BUCKETS; i++)
		for (struct task *t = k->rec->tasks[i]; t; t = t->next)
			if (t->space == k->space)
				sp[(*n)++] = stack_pointer(t);
	return sp;
}

static void put(void *ctx, struct scap_event *e)
{
	emit_whole(ctx, e);
}

static void take(struct task *k)
{
	unsigned int n;
	uint64_t *sp = stack_pointers(k, &n);
	struct checksum_moment m = {
		.t = &k->t, .flight = point_calls_in_flight(k), .sp = sp, .nsp = n, .put = put,
		.ctx = k,
	};

	checksum_take(k->rec, &m);
	k->domain->summed = k->domain->seq;
	free(sp);
}

void checksum_switch(struct task *k)
{
	if (k->rec->options->checksum && !k->process->capture_only)
		take(k);
}

void checksum_boundary(struct task *k)
{
	uint64_t every = k->rec->options->checksum;

	if (every && k->domain->seq - k->domain->summed >= every && !k->process->capture_only)
		take(k);
}
