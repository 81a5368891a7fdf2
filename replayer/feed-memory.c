// SPDX-License-Identifier: GPL-2.0
/*
 * Calls that change the address space: made for real, at the recorded
 * addresses. Only those that succeeded come here; the argument registers are
 * afterwards what the program had put there. Also signal return, which the
 * kernel does best itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "replay.h"

/* What mmap flags mean for memory that the replay provides. */
#define FLAGS_KEPT (MAP_SHARED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_STACK)

static uint64_t page_up(uint64_t n)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	return (n + page - 1) & ~(page - 1);
}

static int wrong_result(struct session *s, struct task *task, const struct scap_ev_syscall *e,
			int64_t result)
{
	char expected[60], actual[120];
	const char *name = scap_errno_name((int)-result);

	snprintf(expected, sizeof(expected), "result 0x%llx", (unsigned long long)e->result);
	snprintf(actual, sizeof(actual), "result %s (0x%llx) of the call made for real",
		 name ? name : "success", (unsigned long long)result);
	return session_diverge(s, task, NULL, expected, actual);
}

/* The call in flight is made with @nr and @args; registers are put back, with its recorded result. */
static int make_call(struct session *s, struct task *task, const struct scap_ev_syscall *e,
		     uint32_t nr, const uint64_t args[6], int64_t expected)
{
	struct scap_regs *r = tracee_regs(&task->t);
	struct scap_regs saved;
	int64_t result = -ESRCH;
	int err;

	if (!r)
		return session_fail(s, ESRCH, "process %d is gone", task->t.tid);
	saved = *r;
	for (unsigned int i = 0; i < 6; i++)
		SCAP_REG_ARG(r, i) = args[i];
	tracee_regs_changed(&task->t);
	if (tracee_syscall_set_nr(&task->t, nr))
		return session_fail(s, ESRCH, "process %d is gone", task->t.tid);
	err = task_resume_to(s, task, TRACEE_SYSCALL, TRACEE_STOP_EXIT, NULL);
	if (err)
		return err;
	if (tracee_syscall_result(&task->t, &result))
		return session_fail(s, ESRCH, "process %d is gone", task->t.tid);
	if (result != expected)
		return wrong_result(s, task, e, result);
	err = task_set_regs(s, task, &saved);
	return err ? err : task_finish_call(s, task, e->result);
}

/* A list of calls instead of the one in flight; the task goes on with its recorded result. */
static int make_calls(struct session *s, struct task *task, const struct scap_ev_syscall *e,
		      struct home_calls *c)
{
	unsigned int failed;
	int err = home_run_within(s, task, c, &failed);

	if (s->outcome.state != SESSION_GOING)
		return err;
	if (err)
		return wrong_result(s, task, e, err);
	return task_finish_call(s, task, e->result);
}

/* The MAP record that came ahead of this call, if any. */
static const struct scap_ev_map *kept_map(const struct task *task)
{
	const struct scap_event *e = NULL;

	while ((e = task_kept(task, e)))
		if (e->type == SCAP_EV_MAP)
			return (const void *)e;
	return NULL;
}

/* Maps @fd's content where the kernel had mapped the original. */
static int map_file(struct session *s, struct task *task, const struct scap_ev_syscall *e,
		    const struct scap_ev_map *m, uint64_t at, uint64_t len, uint32_t prot)
{
	static struct home_calls calls;
	bool shared = m->flags & MAP_SHARED && m->source != SCAP_MAP_FILE;
	uint32_t flags = (shared ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED | MAP_NORESERVE;
	int fd, err = mapping_open(s, m, &fd);

	if (err)
		return err;
	task->space->shared |= shared;
	task->space->stored |= m->source != SCAP_MAP_FILE;
	calls.n = 0;
	home_map(&calls, s, at, len, prot, flags, fd, m->offset);
	return make_calls(s, task, e, &calls);
}

static int do_mmap(struct session *s, struct task *task, const struct scap_ev_syscall *e)
{
	const struct scap_ev_map *m = kept_map(task);
	uint64_t args[6];

	if (m && (m->object || m->source == SCAP_MAP_FILE))
		return map_file(s, task, e, m, (uint64_t)e->result, e->args[1],
				(uint32_t)e->args[2]);
	memcpy(args, e->args, sizeof(args));
	args[0] = (uint64_t)e->result;
	args[3] = (args[3] & FLAGS_KEPT) | MAP_FIXED | MAP_NORESERVE | MAP_ANONYMOUS;
	/* MAP_SHARED_VALIDATE is both bits and would refuse what it does not know. */
	if ((args[3] & (MAP_SHARED | MAP_PRIVATE)) == (MAP_SHARED | MAP_PRIVATE))
		args[3] &= ~(uint64_t)MAP_PRIVATE;
	task->space->shared |= !!(args[3] & MAP_SHARED);
	args[4] = (uint64_t)-1;
	args[5] = 0;
	return make_call(s, task, e, SYS_mmap, args, e->result);
}

static int do_mremap(struct session *s, struct task *task, const struct scap_ev_syscall *e)
{
	uint64_t args[6];

	memcpy(args, e->args, sizeof(args));
	/* Where it moved (or did not) is decided already. */
	if ((uint64_t)e->result == e->args[0]) {
		args[3] = 0;
	} else {
		args[3] = (e->args[3] & ~(uint64_t)MREMAP_DONTUNMAP) | MREMAP_MAYMOVE | MREMAP_FIXED;
		args[3] |= e->args[3] & MREMAP_DONTUNMAP;
		args[4] = (uint64_t)e->result;
	}
	return make_call(s, task, e, SYS_mremap, args, e->result);
}

/* The kernel's own brk(2) is not ours to set: the area is mapped and unmapped by hand. */
static int do_brk(struct session *s, struct task *task, const struct scap_ev_syscall *e)
{
	uint64_t old = page_up(task->space->brk), new = page_up((uint64_t)e->result);
	uint64_t args[6] = { 0 };

	/* A result other than what was asked for says where the break is, and changed nothing. */
	if ((uint64_t)e->result != e->args[0] || new == old) {
		if ((uint64_t)e->result == e->args[0])
			task->space->brk = (uint64_t)e->result;
		return task_finish_call(s, task, e->result);
	}
	task->space->brk = (uint64_t)e->result;
	if (new < old) {
		args[0] = new;
		args[1] = old - new;
		return make_call(s, task, e, SYS_munmap, args, 0);
	}
	args[0] = old;
	args[1] = new - old;
	args[2] = PROT_READ | PROT_WRITE;
	args[3] = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE;
	args[4] = (uint64_t)-1;
	return make_call(s, task, e, SYS_mmap, args, (int64_t)old);
}

/* Freed memory keeps its contents for a while, or not: here it is gone at once. */
static int do_madvise(struct session *s, struct task *task, const struct scap_ev_syscall *e)
{
	uint64_t args[6];

	memcpy(args, e->args, sizeof(args));
	if ((int)args[2] == MADV_FREE)
		args[2] = MADV_DONTNEED;
	return make_call(s, task, e, e->nr, args, e->result);
}

/* The segment as the trace holds it; without a record, new and all zeros. */
static int do_shmat(struct session *s, struct task *task, const struct scap_ev_syscall *e)
{
	const struct scap_ev_map *m = kept_map(task);

	if (!m)
		return session_fail(s, EUCLEAN, "the trace does not say what shmat attached");
	return map_file(s, task, e, m, (uint64_t)e->result, m->len, m->prot);
}

struct area {
	uint64_t start, len;
};

static int find_area(void *ctx, const struct tracee_map *map)
{
	struct area *area = ctx;

	if (map->start != area->start)
		return 0;
	area->len = map->end - map->start;
	return 1;
}

static int do_shmdt(struct session *s, struct task *task, const struct scap_ev_syscall *e)
{
	struct area area = { .start = e->args[0] };
	uint64_t args[6] = { 0 };

	tracee_maps(&task->t, find_area, &area);
	args[0] = area.start;
	args[1] = area.len;
	return make_call(s, task, e, SYS_munmap, args, e->result);
}

static int as_it_is(struct session *s, struct task *task, const struct scap_ev_syscall *e)
{
	uint64_t args[6];

	memcpy(args, e->args, sizeof(args));
	return make_call(s, task, e, e->nr, args, e->result);
}

static const struct {
	uint32_t nr;
	int (*make)(struct session *s, struct task *task, const struct scap_ev_syscall *e);
} makers[] = {
	{ SYS_mmap, do_mmap },
	{ SYS_mremap, do_mremap },
	{ SYS_brk, do_brk },
	{ SYS_madvise, do_madvise },
	{ SYS_shmat, do_shmat },
	{ SYS_shmdt, do_shmdt },
	{ SYS_rt_sigreturn, feed_signal_return },
};

int feed_memory(struct session *s, struct task *task, const struct scap_ev_syscall *e)
{
	struct scap_regs *r;
	int err;

	arch_trap_cpuid(s, task, e);
	r = tracee_regs(&task->t);
	if (!r)
		return session_fail(s, ESRCH, "process %d is gone", task->t.tid);
	if (arch_register_call(r, e)) {
		tracee_regs_changed(&task->t);
		task->pending.used = 0;
		return task_finish_call(s, task, e->result);
	}
	for (unsigned int i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
		if (makers[i].nr != e->nr)
			continue;
		err = makers[i].make(s, task, e);
		return err ? err : feed_kept(s, task);
	}
	err = as_it_is(s, task, e);
	return err ? err : feed_kept(s, task);
}
