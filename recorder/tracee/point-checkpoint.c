// SPDX-License-Identifier: GPL-2.0
/*
 * A checkpoint of one thread for as long as it makes no system call: a forked
 * copy of its process keeps the memory (copy on write), we keep the registers.
 * The kernel's side of the process cannot have changed in between.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "point-internal.h"

/* ---- injected calls ---- */

struct site {
	struct tracee *t;
	uint64_t addr;
};

/* The first syscall instruction within @n bytes of code, which are those at @addr; or NULL. */
static const uint8_t *find_syscall(const uint8_t *code, size_t n, uint64_t addr)
{
	const uint8_t *at = code, *end = code + n;

	while ((at = memmem(at, (size_t)(end - at), tracee_arch_syscall_insn,
			    SCAP_SYSCALL_INSN_SIZE)) &&
	       (addr + (uint64_t)(at - code)) % SCAP_INSN_ALIGN)
		at++;
	return at;
}

static int each_code(void *ctx, const struct tracee_map *map)
{
	static _Thread_local uint8_t buf[POINT_COPY];
	struct site *site = ctx;
	const uint8_t *at;
	ssize_t n;

	if (!(map->prot & PROT_EXEC) || map->start >> 63)
		return 0;
	for (uint64_t addr = map->start; addr < map->end; addr += (uint64_t)n) {
		size_t len = map->end - addr < sizeof(buf) ? map->end - addr : sizeof(buf);

		n = tracee_read_some(site->t, addr, buf, len);
		if (n <= 0)
			return 0;
		at = find_syscall(buf, (size_t)n, addr);
		if (!at)
			continue;
		site->addr = addr + (uint64_t)(at - buf);
		return 1;
	}
	return 0;
}

int point_call(struct tracee *t, uint32_t nr, const uint64_t args[6], int64_t *result)
{
	struct site site = { .t = t };
	int err = tracee_inject(t, TRACEE_STOP_STEP, nr, args, result);

	if (err != -ENOTSUP)
		return err;
	err = tracee_maps(t, each_code, &site);
	if (err <= 0)
		return err ? err : -ENOTSUP;
	tracee_set_syscall_site(t, site.addr);
	return tracee_inject(t, TRACEE_STOP_STEP, nr, args, result);
}

/* ---- memory that a fork does not copy, or not as it is ---- */

struct advised {
	uint64_t addr, len;
	int advice, undo;	/* madvise(2) */
};

struct all_advised {
	struct advised *v;
	size_t n;
};

static int add_advised(struct all_advised *a, struct advised more, int advice, int undo)
{
	struct advised *v = realloc(a->v, (a->n + 1) * sizeof(*v));

	if (!v)
		return -ENOMEM;
	more.advice = advice;
	more.undo = undo;
	a->v = v;
	v[a->n++] = more;
	return 0;
}

/* Line VmFlags of smaps (proc(5)): wr writable, dc not copied, wf wiped. */
static int read_flags(struct all_advised *a, const char *line, struct advised map)
{
	int err = 0;

	if (!strstr(line, " wr "))
		return 0;
	if (strstr(line, " dc "))
		err = add_advised(a, map, MADV_DONTFORK, MADV_DOFORK);
	if (!err && strstr(line, " wf "))
		err = add_advised(a, map, MADV_WIPEONFORK, MADV_KEEPONFORK);
	return err;
}

static int find_advised(struct tracee *t, struct all_advised *a)
{
	unsigned long long from, to;
	char path[40], *line = NULL;
	struct advised map = { 0 };
	size_t size = 0;
	int err = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps", t->tid);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (!err && getline(&line, &size, f) > 0) {
		if (sscanf(line, "%llx-%llx ", &from, &to) == 2)
			map = (struct advised){ .addr = from, .len = to - from };
		else if (!strncmp(line, "VmFlags:", 8))
			err = read_flags(a, line, map);
	}
	free(line);
	fclose(f);
	return err;
}

/* @copy: they shall be copied; or again not. */
static int advise(struct tracee *t, const struct all_advised *a, bool copy)
{
	int err = 0;

	for (size_t i = 0; !err && i < a->n; i++) {
		const uint64_t args[6] = { a->v[i].addr, a->v[i].len,
					   (uint64_t)(copy ? a->v[i].undo : a->v[i].advice) };
		int64_t result;

		err = point_call(t, SYS_madvise, args, &result);
		if (!err && result)
			err = -ENOTSUP;
	}
	return err;
}

/* ---- taking and dropping ---- */

static int each_shared(void *ctx, const struct tracee_map *map)
{
	(void)ctx;
	return map->shared && (map->prot & PROT_WRITE);
}

/* The copy is attached to us from its first moment (CLONE_PTRACE) and nobody is told of it. */
static int clone_copy(struct tracee *t, pid_t *pid)
{
	const uint64_t args[6] = { CLONE_PTRACE | CLONE_UNTRACED };
	int64_t result;
	int status, err = point_call(t, SYS_clone, args, &result);

	if (err)
		return err;
	if (result < 0)
		return (int)result;
	*pid = (pid_t)result;
	while (waitpid(*pid, &status, __WALL) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFSTOPPED(status) ? 0 : -ESRCH;
}

static int fork_copy(struct tracee *t, pid_t *pid)
{
	struct all_advised a = { 0 };
	int err = find_advised(t, &a), again;

	if (!err)
		err = advise(t, &a, true);
	if (!err)
		err = clone_copy(t, pid);
	again = advise(t, &a, false);
	free(a.v);
	return err ? err : again;
}

int point_checkpoint_take(struct tracee *t, struct point_checkpoint *c)
{
	struct scap_regs *regs = tracee_regs(t);
	char path[40];
	int err;

	memset(c, 0, offsetof(struct point_checkpoint, vector));
	c->mem = -1;
	if (!regs)
		return -ESRCH;
	if (tracee_maps(t, each_shared, NULL))
		return -ENOTSUP;
	c->regs = *regs;
	c->vector_len = tracee_fpregs(t, c->vector, sizeof(c->vector));
	if (c->vector_len < 0)
		return (int)c->vector_len;
	err = fork_copy(t, &c->pid);
	if (err) {
		point_checkpoint_drop(t, c);
		return err;
	}
	snprintf(path, sizeof(path), "/proc/%d/mem", c->pid);
	c->mem = open(path, O_RDONLY | O_CLOEXEC);
	if (c->mem < 0) {
		err = -errno;
		point_checkpoint_drop(t, c);
	}
	return err;
}

/* The copy dies and is reaped twice: by us as its tracer, by @t as its parent. */
void point_checkpoint_drop(struct tracee *t, struct point_checkpoint *c)
{
	const uint64_t args[6] = { (uint64_t)c->pid, 0, __WALL, 0 };
	int64_t result;
	int status;

	if (!c->pid)
		return;
	if (c->mem >= 0)
		close(c->mem);
	kill(c->pid, SIGKILL);
	for (;;) {
		pid_t who = waitpid(c->pid, &status, __WALL);

		if (who < 0 ? errno != EINTR : !WIFSTOPPED(status))
			break;
		tracee_ptrace(PTRACE_CONT, c->pid, 0, NULL);
	}
	if (t)
		point_call(t, SYS_wait4, args, &result);
	c->pid = 0;
}

/* ---- going back ---- */

struct restore {
	struct tracee *t;
	int mem;
	uint8_t *now, *then;
};

#define PAGE 4096

/* @n bytes at @addr are to be as in @r->then. */
static int restore_bytes(struct restore *r, uint64_t addr, size_t n)
{
	if (tracee_read(r->t, addr, r->now, n))
		return -EFAULT;
	for (size_t at = 0; at < n; at += PAGE) {
		size_t size = n - at < PAGE ? n - at : PAGE;
		int err;

		if (!memcmp(r->now + at, r->then + at, size))
			continue;
		err = tracee_write(r->t, addr + at, r->then + at, size);
		if (err)
			return err;
	}
	return 0;
}

static int restore_chunk(struct restore *r, uint64_t addr, uint64_t len)
{
	const uint64_t end = addr + len;
	int err = 0;

	while (!err && addr < end) {
		ssize_t n = pread(r->mem, r->then, end - addr, (off_t)addr);

		if (n > 0)
			err = restore_bytes(r, addr, (size_t)n);
		/* not in the copy: stack that has grown since */
		addr += n > 0 ? (uint64_t)n : PAGE;
	}
	return err;
}

static int each_private(void *ctx, const struct tracee_map *map)
{
	struct restore *r = ctx;
	int err = 0;

	if (map->shared || !(map->prot & PROT_WRITE))
		return 0;
	for (uint64_t addr = map->start; !err && addr < map->end; addr += POINT_COPY) {
		uint64_t len = map->end - addr;

		err = restore_chunk(r, addr, len < POINT_COPY ? len : POINT_COPY);
	}
	return err;
}

int point_checkpoint_restore(struct tracee *t, struct point_checkpoint *c)
{
	struct restore r = { .t = t, .mem = c->mem };
	struct scap_regs *regs = tracee_regs(t);
	int err = -ENOMEM;

	if (!regs)
		return -ESRCH;
	r.now = malloc(POINT_COPY);
	r.then = malloc(POINT_COPY);
	if (r.now && r.then)
		err = tracee_maps(t, each_private, &r);
	free(r.now);
	free(r.then);
	if (!err)
		err = tracee_set_fpregs(t, c->vector, (size_t)c->vector_len);
	if (err)
		return err;
	/* A call that it was about to make must not be made. */
	*regs = c->regs;
	tracee_regs_changed(t);
	return tracee_syscall_forget(t);
}
