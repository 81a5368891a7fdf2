// SPDX-License-Identifier: GPL-2.0
/*
 * The initial image of a program, rebuilt at the recorded addresses in a
 * process that runs the stub: files from their real paths (debuggers and
 * unwinders need the names), the stack at its recorded size, the bytes that
 * the kernel had put there, and the registers of the first instruction.
 */
#include <linux/prctl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "replay.h"
#include "stub.h"

static const struct scap_ev_map *next_map(const struct task *task, const struct scap_ev_map *m)
{
	const struct scap_event *e = task_kept(task, m ? &m->h : NULL);

	while (e && e->type != SCAP_EV_MAP)
		e = task_kept(task, e);
	return (const void *)e;
}

/*
 * A page that the program can never have had: in the recorded [vvar], whose
 * place was taken and which, with the vDSO hidden, nobody looks at. A kernel
 * without one leaves the page above the stack.
 */
static uint64_t choose_home(const struct task *task)
{
	const struct scap_ev_map *m = NULL;
	uint64_t above_stack = 0;

	while ((m = next_map(task, m))) {
		if (m->source == SCAP_MAP_VVAR)
			return m->addr;
		if (m->source == SCAP_MAP_STACK)
			above_stack = m->addr + m->len;
	}
	return above_stack;
}

static int home_failed(struct session *s, struct task *task, const char *what, int err)
{
	if (s->outcome.state != SESSION_GOING)
		return err;
	return session_fail(s, -err, "cannot rebuild process %u: %s: %s", task->tid, what,
			    strerror(-err));
}

/* Moves in: from here on the stub runs at @home. */
static int move_home(struct session *s, struct task *task, struct home_calls *c, uint64_t home)
{
	unsigned int failed;
	int err;

	c->n = 0;
	home_add(c, s, 0, SYS_mmap, home, (uint64_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_EXEC,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, (uint32_t)-1, 0);
	err = home_run(s, task, SCAP_STUB_BASE, c, &failed);
	if (err)
		return home_failed(s, task, "no room for the replayer's own page", err);
	if (tracee_write(&task->t, home, replay_stub, SCAP_STUB_SIZE))
		return session_fail(s, EFAULT, "cannot write to process %d", task->t.tid);
	task->space->home = home;
	return 0;
}

struct unmapping {
	struct session *s;
	struct home_calls *calls;
	uint64_t home;
};

static int unmap_one(void *ctx, const struct tracee_map *map)
{
	struct unmapping *u = ctx;
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	if (!strcmp(map->path, "[vsyscall]") || u->calls->n == HOME_CALLS_MAX)
		return 0;
	/* The kernel may have joined ours with a neighbour. A sealed vDSO stays (mseal(2)). */
	if (map->start < u->home && u->home < map->end) {
		home_add(u->calls, u->s, SCAP_STUB_MAY_FAIL, SYS_munmap, map->start,
			 u->home - map->start, 0, 0, 0, 0);
	} else if (map->start != u->home) {
		home_add(u->calls, u->s, SCAP_STUB_MAY_FAIL, SYS_munmap, map->start,
			 map->end - map->start, 0, 0, 0, 0);
		return 0;
	}
	if (map->end > u->home + page)
		home_add(u->calls, u->s, SCAP_STUB_MAY_FAIL, SYS_munmap, u->home + page,
			 map->end - u->home - page, 0, 0, 0, 0);
	return 0;
}

static bool to_be_mapped(const struct scap_ev_map *m)
{
	switch (m->source) {
	case SCAP_MAP_ANON:
	case SCAP_MAP_FILE:
	case SCAP_MAP_STORED:
	case SCAP_MAP_STACK:
	case SCAP_MAP_HEAP:
		return true;
	case SCAP_MAP_VDSO:
		return SCAP_VDSO_RETURNS;
	}
	return false;
}

static int add_map(struct session *s, struct task *task, struct home_calls *c,
		   const struct scap_ev_map *m)
{
	uint32_t share = m->flags & MAP_SHARED && m->source != SCAP_MAP_FILE ? MAP_SHARED
									     : MAP_PRIVATE;
	uint32_t flags = share | MAP_FIXED_NOREPLACE | MAP_NORESERVE;
	int fd, err = mapping_open(s, m, &fd);

	if (err)
		return err;
	if (m->source == SCAP_MAP_STACK)
		flags |= MAP_GROWSDOWN | MAP_STACK;
	task->space->shared |= share == MAP_SHARED;
	task->space->stored |= m->source == SCAP_MAP_STORED;
	home_map(c, s, m->addr, m->len, m->prot, flags, fd, m->offset);
	return 0;
}

/* Out with the stub's mappings, in with the recorded ones. */
static int exchange_maps(struct session *s, struct task *task, struct home_calls *c)
{
	struct unmapping u = { s, c, task->space->home };
	const struct scap_ev_map *m = NULL;
	unsigned int failed;
	int err;

	c->n = 0;
	err = tracee_maps(&task->t, unmap_one, &u);
	if (err)
		return session_fail(s, -err, "cannot read /proc/%d/maps: %s", task->t.tid,
				    strerror(-err));
	while ((m = next_map(task, m))) {
		if (!to_be_mapped(m))
			continue;
		if (c->n + 3 > HOME_CALLS_MAX)
			return session_fail(s, EUCLEAN, "the image in the trace has more mappings "
					    "than a program can start with");
		err = add_map(s, task, c, m);
		if (err)
			return err;
	}
	err = home_run(s, task, task->space->home, c, &failed);
	if (err)
		return home_failed(s, task, "a recorded mapping cannot be made", err);
	return 0;
}

/* As much stack as @cur bytes; without the right to raise the hard limit as near as permitted. */
void image_limit_stack(struct task *task, uint64_t cur)
{
	struct rlimit old, new;

	if (prlimit(task->t.pid, RLIMIT_STACK, NULL, &old))
		return;
	new.rlim_cur = cur;
	new.rlim_max = cur > old.rlim_max ? cur : old.rlim_max;
	if (prlimit(task->t.pid, RLIMIT_STACK, &new, NULL)) {
		new.rlim_cur = new.rlim_max = old.rlim_max;
		prlimit(task->t.pid, RLIMIT_STACK, &new, NULL);
	}
}

/* Stack overflows must happen where they did: the limit is the recorded one. */
static void limit_stack(struct task *task, const struct scap_ev_exec *e)
{
	const struct scap_span *span = scap_span_find(&e->h, SCAP_SPAN_RLIMITS, SCAP_ARG_NONE);
	uint64_t limits[16][2];

	if (!span || span->stored < sizeof(limits))
		return;
	memcpy(limits, scap_span_bytes(span), sizeof(limits));
	image_limit_stack(task, limits[RLIMIT_STACK][0]);
}

/* Address of auxv in the initial stack at @sp: argc, argv, NULL, envp, NULL, auxv. */
static uint64_t find_auxv(struct task *task, uint64_t sp)
{
	uint64_t word[512], at = sp, zeros = 0;
	bool argc = true;

	for (;;) {
		ssize_t n = tracee_read_some(&task->t, at, word, sizeof(word)) / 8;

		if (n <= 0)
			return 0;
		for (ssize_t i = 0; i < n; i++) {
			if (zeros == 2)
				return at + (uint64_t)i * 8;
			zeros += !word[i] && !argc;
			argc = false;
		}
		at += (uint64_t)n * 8;
	}
}

/*
 * Names for debuggers and ps: [heap], [stack], command line, auxv; nothing
 * depends on them. And the processor, where it is another one.
 */
static int name_parts(struct session *s, struct task *task, struct home_calls *c,
		      const struct scap_mm_layout *mm, const struct scap_ev_exec *e, uint64_t sp)
{
	const struct scap_span *auxv = scap_span_find(&e->h, SCAP_SPAN_AUXV, SCAP_ARG_NONE);
	uint64_t auxv_at = find_auxv(task, sp);
	struct prctl_mm_map map = {
		.start_code = mm->start_code, .end_code = mm->end_code,
		.start_data = mm->start_data, .end_data = mm->end_data,
		.start_brk = mm->start_brk, .brk = mm->brk, .start_stack = mm->start_stack,
		.arg_start = mm->arg_start, .arg_end = mm->arg_end,
		.env_start = mm->env_start, .env_end = mm->env_end,
		.auxv = (void *)auxv_at,
		.auxv_size = auxv && auxv_at ? auxv->stored : 0,
		.exe_fd = (uint32_t)-1,
	};
	unsigned int failed;

	static_assert(sizeof(map) <= HOME_EXTRA_SIZE, "room for prctl's argument");
	memcpy(c->extra, &map, sizeof(map));
	c->n = 0;
	home_add(c, s, SCAP_STUB_MAY_FAIL, SYS_prctl, PR_SET_MM, PR_SET_MM_MAP,
		 home_extra_at(task->space->home), sizeof(map), 0, 0);
	if (s->hide_cpu)
		arch_hide_cpu(s, c);
	return home_run(s, task, task->space->home, c, &failed);
}

int image_build(struct session *s, struct task *task, const struct scap_ev_exec *e)
{
	const struct scap_span *regs = scap_span_find(&e->h, SCAP_SPAN_REGS, SCAP_ARG_NONE);
	const struct scap_span *layout = scap_span_find(&e->h, SCAP_SPAN_MM, SCAP_ARG_NONE);
	uint64_t home = choose_home(task);
	struct scap_mm_layout mm;
	struct home_calls *c;
	struct scap_regs r;
	int err;

	if (!home || !regs || regs->stored != sizeof(r) || !layout || layout->stored != sizeof(mm))
		return session_fail(s, EUCLEAN, "the trace does not say enough about the image of "
				    "process %u to rebuild it", task->tid);
	memcpy(&r, scap_span_bytes(regs), sizeof(r));
	memcpy(&mm, scap_span_bytes(layout), sizeof(mm));
	cpus_start(s, task, e);
	task->cpuid_trapped = false;
	task->space->brk_start = mm.start_brk;
	task->space->brk = mm.brk;
	c = calloc(1, sizeof(*c));
	if (!c)
		return session_fail(s, ENOMEM, "no memory to rebuild process %u", task->tid);
	limit_stack(task, e);
	err = move_home(s, task, c, home);
	if (!err)
		err = exchange_maps(s, task, c);
	if (!err && s->foreign_cpu && arch_narrow_vectors(s, task))
		err = session_fail(s, EIO, "cannot read the code of process %u", task->tid);
	if (!err)
		err = feed_kept(s, task);
	if (!err)
		err = feed_outputs(s, task, &e->h);
	if (!err)
		err = name_parts(s, task, c, &mm, e, SCAP_REG_SP(&r));
	if (!err)
		err = task_set_regs(s, task, &r);
	free(c);
	return err;
}
