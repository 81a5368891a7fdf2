// SPDX-License-Identifier: GPL-2.0
/*
 * Parallel replay of what was independent: a task that shares memory with no
 * other, and has long to compute until its next event, does so on a CPU of
 * its own while the events of others are fed. Where it ends up cannot depend
 * on them. Everything else runs on the replayer's CPU, where a stop is cheap.
 */
#include <sched.h>
#include <stdlib.h>

#include "replay.h"

/* From here on it pays to move a task there and back. */
#define LONG_NS 300000u

/* Of CPUs, as programs see them: eight bits on x86-64 (arch_this_cpu()). */
#define NUMBERS 256

/*
 * @allowed: before; @own: this thread's, or -1; @n others, each with the task that has it.
 * @by_number: the CPU of that number plus one, 0: there is none; once @numbered
 */
struct cpus {
	cpu_set_t allowed;
	int own;
	bool numbered;
	int by_number[NUMBERS];
	unsigned int n;
	struct {
		int cpu;
		struct task *task;
	} other[CPU_SETSIZE];
};

static int pin(pid_t tid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(tid, sizeof(set), &set);
}

/*
 * The CPU with that number, -1: there is none. The first time this thread visits all of them; it is to be
 * pinned again.
 */
static int find_number(struct cpus *cpus, int number)
{
	for (int cpu = 0; !cpus->numbered && cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &cpus->allowed) && !pin(0, cpu))
			cpus->by_number[arch_this_cpu() % NUMBERS] = cpu + 1;
	cpus->numbered = true;
	return cpus->by_number[number % NUMBERS] - 1;
}

/* Programs see their CPU's number by cpuid: the recorded one's, or else any. */
static int choose_own(struct cpus *cpus, const struct scap_header *h)
{
	int here = sched_getcpu(), number = arch_header_cpu(h), cpu;

	if (here < 0 || pin(0, here))
		return -1;
	if (arch_is_here(number))
		return here;
	cpu = find_number(cpus, number);
	if (cpu < 0)
		cpu = here;
	return pin(0, cpu) ? -1 : cpu;
}

struct cpus *cpus_new(const struct scap_header *h)
{
	struct cpus *cpus = calloc(1, sizeof(*cpus));

	if (!cpus)
		return NULL;
	cpus->own = sched_getaffinity(0, sizeof(cpus->allowed), &cpus->allowed) ?
			    -1 : choose_own(cpus, h);
	if (cpus->own < 0)
		return cpus;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &cpus->allowed) && cpu != cpus->own)
			cpus->other[cpus->n++].cpu = cpu;
	return cpus;
}

void cpus_free(struct cpus *cpus)
{
	if (cpus && cpus->own >= 0)
		sched_setaffinity(0, sizeof(cpus->allowed), &cpus->allowed);
	free(cpus);
}

int cpus_own(const struct cpus *cpus)
{
	return cpus->own;
}

void cpus_start(struct session *s, struct task *task, const struct scap_ev_exec *e)
{
	struct cpus *cpus = s->cpus;
	int cpu;

	cpus_started(s, task);
	task->starting = true;
	task->cpu_number = arch_image_cpu(e);
	if (s->hide_cpu || cpus->own < 0 || arch_is_here(task->cpu_number))
		return;
	cpu = find_number(cpus, task->cpu_number);
	pin(0, cpus->own);
	task->elsewhere = cpu >= 0 && !pin(task->t.tid, cpu);
}

void cpus_started(struct session *s, struct task *task)
{
	if (task->elsewhere)
		pin(task->t.tid, s->cpus->own);
	task->starting = task->elsewhere = false;
}

/* Whether @task reaches event @next by itself, whatever others do meanwhile. */
static bool is_independent(const struct session *s, const struct task *task,
			   const struct scap_event *next)
{
	const struct scap_ev_signal *sig = (const void *)next;

	/* A program that starts looks at its CPU, which another one would show otherwise. */
	if (task->starting)
		return false;
	if (task->state != TASK_BOUNDARY || task->process->tasks != 1 || task->space->refs != 1 ||
	    task->space->shared || (task->space->stored && s->files_written))
		return false;
	switch (next->type) {
	case SCAP_EV_SYSCALL:
	case SCAP_EV_SYSCALL_ENTER:
		return true;
	case SCAP_EV_SIGNAL:
		return sig->action != SCAP_ACT_NONE && (sig->place == SCAP_SIG_BEFORE_SYSCALL ||
							sig->place == SCAP_SIG_SYNCHRONOUS);
	}
	return false;
}

int ahead_start(struct session *s, struct task *task)
{
	const struct scap_event *head = lookahead_head(s->lookahead), *next;
	struct cpus *cpus = s->cpus;
	unsigned int i;

	if (!cpus->n || !head || head->tid == task->tid)
		return 0;
	next = lookahead_own(s->lookahead);
	if (!next || next->time - s->event->time < LONG_NS || !is_independent(s, task, next))
		return 0;
	for (i = 0; i < cpus->n && cpus->other[i].task; i++)
		;
	if (i == cpus->n || pin(task->t.tid, cpus->other[i].cpu))
		return 0;
	cpus->other[i].task = task;
	task->lent = (int)i + 1;
	task->state = TASK_RUNNING;
	if (tracee_resume(&task->t, TRACEE_CONT, 0))
		return session_fail(s, ESRCH, "process %d was killed from outside; replay again",
				    task->t.tid);
	return 0;
}

void ahead_done(struct session *s, struct task *task)
{
	if (!task->lent)
		return;
	s->cpus->other[task->lent - 1].task = NULL;
	task->lent = 0;
	pin(task->t.tid, s->cpus->own);
}

int ahead_finish(struct session *s)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < s->cpus->n; i++)
		if (s->cpus->other[i].task)
			err = task_arrive(s, s->cpus->other[i].task);
	return err;
}
