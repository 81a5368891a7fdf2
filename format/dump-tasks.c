// SPDX-License-Identifier: GPL-2.0
/*
 * Which process a task belongs to, learned from the stream; and the words
 * that all ways of showing a trace share.
 */
#include <stdlib.h>

#include <format/dump.h>

static struct dump_task *find(const struct dump_tasks *t, uint32_t tid)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->task[i].tid == tid)
			return &t->task[i];
	return NULL;
}

static int set(struct dump_tasks *t, uint32_t tid, uint32_t pid)
{
	struct dump_task *task = find(t, tid);

	if (!task) {
		if (t->n == t->cap) {
			size_t cap = t->cap ? t->cap * 2 : 16;

			task = realloc(t->task, cap * sizeof(*task));
			if (!task)
				return -ENOMEM;
			t->task = task;
			t->cap = cap;
		}
		task = &t->task[t->n++];
	}
	*task = (struct dump_task){ tid, pid };
	return 0;
}

int dump_tasks_note(struct dump_tasks *t, const struct scap_event *e)
{
	const struct scap_ev_exec *exec = (const void *)e;
	const struct scap_ev_fork *fork = (const void *)e;

	if (e->type == SCAP_EV_EXEC)
		return set(t, e->tid, exec->pid);
	if (e->type == SCAP_EV_FORK)
		return set(t, fork->child, fork->child_pid);
	return 0;
}

void dump_tasks_forget(struct dump_tasks *t, const struct scap_event *e)
{
	struct dump_task *task = e->type == SCAP_EV_TASK_EXIT ? find(t, e->tid) : NULL;

	if (task)
		*task = t->task[--t->n];
}

uint32_t dump_tasks_pid(const struct dump_tasks *t, uint32_t tid)
{
	const struct dump_task *task = find(t, tid);

	return task ? task->pid : tid;
}

const char *dump_backend_name(uint16_t backend)
{
	switch (backend) {
	case SCAP_BACKEND_PTRACE:
		return "ptrace";
	case SCAP_BACKEND_KMOD:
		return "kmod";
	default:
		return "unknown";
	}
}

const char *dump_arch_name(uint16_t arch)
{
	switch (arch) {
	case SCAP_ARCH_X86_64:
		return "x86_64";
	case SCAP_ARCH_ARM64:
		return "arm64";
	default:
		return "unknown";
	}
}

const char *dump_type_name(uint16_t type)
{
	static const char *const names[SCAP_EV_TYPES] = {
		[SCAP_EV_META] = "meta", [SCAP_EV_EXEC] = "exec", [SCAP_EV_SYSCALL] = "syscall",
		[SCAP_EV_SYSCALL_ENTER] = "enter", [SCAP_EV_SYSCALL_EXIT] = "exit",
		[SCAP_EV_DATA] = "data", [SCAP_EV_MAP] = "map", [SCAP_EV_FILE] = "file",
		[SCAP_EV_SIGNAL] = "signal", [SCAP_EV_MEM] = "mem", [SCAP_EV_SWITCH] = "switch",
		[SCAP_EV_TRAP] = "trap", [SCAP_EV_FORK] = "fork",
		[SCAP_EV_TASK_EXIT] = "task_exit", [SCAP_EV_GAP] = "gap",
		[SCAP_EV_CHECKSUM] = "checksum",
	};

	return type < SCAP_EV_TYPES && names[type] ? names[type] : "unknown";
}
