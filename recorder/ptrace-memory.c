// SPDX-License-Identifier: GPL-2.0
/*
 * Calls that write into the memory of a process: process_vm_writev(2), and a
 * write to /proc/PID/mem (proc(5)). Their own memory is output like any other.
 * A process that writes into another recorded one enters its scheduling domain
 * first: so the moment is exact, for the other runs no user code then. What was
 * written is MEM of the other, ahead of the end of the call.
 */
#include <sys/syscall.h>

#include "recorder/ptrace-backend.h"

/* Bytes of one MEM record. */
#define CHUNK 61440u

/* The recorded task whose memory the call of @k is to change, its own included, or NULL. */
static struct task *target_of(struct task *k)
{
	if (!k->info)
		return NULL;
	switch (k->call.nr) {
	case SYS_process_vm_writev:
		return task_find(k->rec, (pid_t)k->call.args[0]);
	case SYS_write:
	case SYS_writev:
	case SYS_pwrite64:
	case SYS_pwritev:
	case SYS_pwritev2:
		return echo_memory(k, (int)k->call.args[0]);
	}
	return NULL;
}

/* Calls @each for all that the call just made has written. */
static void each_range(struct task *k, struct task *of,
		       void (*each)(struct task *of, uint64_t addr, uint64_t len))
{
	uint64_t left = (uint64_t)k->call.result, at = k->call.args[3];
	struct scap_iov iov;

	if (k->call.nr != SYS_process_vm_writev) {
		at = (uint64_t)files_write_offset(k);
		if (at != (uint64_t)-1)
			each(of, at, left);
		return;
	}
	/* the result, spread over the remote iovec (arguments 3 and 4) */
	for (uint64_t n = k->call.args[4]; n && left; n--, at += sizeof(iov)) {
		if (tracee_read(&k->t, at, &iov, sizeof(iov)))
			return;
		iov.len = iov.len < left ? iov.len : left;
		each(of, iov.base, iov.len);
		left -= iov.len;
	}
}

void memory_plan_own(struct task *k)
{
	struct task *of = k->call.result > 0 ? target_of(k) : NULL;

	if (of && of->space == k->space)
		each_range(k, k, syscall_add_output);
}

/* ---- another's ---- */

/* A task of @of's memory that can still be fed: a leader may end ahead of its threads. */
static struct task *living(struct task *of)
{
	for (unsigned int i = 0; i < TASK_BUCKETS; i++)
		for (struct task *t = of->rec->tasks[i]; t; t = t->next)
			if (t->space == of->space && t->announced && t->state != TASK_DYING)
				return t;
	return NULL;
}

/* The other recorded process that the call of @k writes into, or NULL. */
static struct task *other_of(struct task *k)
{
	struct task *of = target_of(k);

	if (!of || !of->announced || of->space == k->space || of->process->capture_only)
		return NULL;
	return living(of);
}

bool memory_entry(struct task *k, void (*then)(struct task *k))
{
	struct task *of = other_of(k);

	k->keeps_baton = of != NULL;
	if (!of || of->domain == k->domain)
		return true;
	/* what it has done so far comes ahead of what those of its old domain do now */
	syscall_write_enter(k);
	domain_merge(k, of->domain);
	return baton_take(k, then);
}

static void write_mem(struct task *of, uint64_t addr, uint64_t len)
{
	uint8_t *bytes = of->rec->scratch;
	ssize_t got;

	audit_foreign_write(of, addr, len);
	for (; len; addr += (uint64_t)got, len -= (uint64_t)got) {
		got = tracee_read_some(&of->t, addr, bytes, len < CHUNK ? len : CHUNK);
		if (got <= 0)
			return;
		emit_mem(of, SCAP_MEM_OTHER_PROCESS, addr, bytes, (uint32_t)got);
	}
}

void memory_exit(struct task *k)
{
	struct task *of = k->keeps_baton && k->call.result > 0 ? other_of(k) : NULL;

	if (of)
		each_range(k, of, write_mem);
}
