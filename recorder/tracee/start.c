// SPDX-License-Identifier: GPL-2.0
/*
 * How a task becomes a tracee: started by us, or attached by the kernel
 * because its creator was one. Owns the seccomp filter that makes every call
 * stop once on its way in.
 */
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tracee-internal.h"

#define SEIZE_OPTIONS                                                                            \
	(PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |  \
	 PTRACE_O_TRACECLONE | PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXEC |                    \
	 PTRACE_O_TRACEEXIT | PTRACE_O_TRACESECCOMP)

static struct tracee_mm *mm_open(pid_t pid)
{
	struct tracee_mm *mm = calloc(1, sizeof(*mm));
	char path[40];

	if (!mm)
		return NULL;
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	mm->fd = open(path, O_RDWR | O_CLOEXEC);
	if (mm->fd < 0) {
		free(mm);
		return NULL;
	}
	mm->refs = 1;
	return mm;
}

static void mm_put(struct tracee_mm *mm)
{
	if (!mm || --mm->refs)
		return;
	close(mm->fd);
	free(mm);
}

/*
 * RET_TRACE for every call of every ABI. Without CAP_SYS_ADMIN the kernel asks
 * for no_new_privs first (seccomp(2)), which is only taken where it must be:
 * it takes setuid away from the programs below.
 */
static int install_filter(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_TRACE(TRACEE_FILTER_COOKIE));
	int err;

	if (!ctx)
		return -ENOMEM;
	err = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
				       SCMP_ACT_TRACE(TRACEE_FILTER_COOKIE));
	if (!err)
		err = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_NNP, 0);
	if (!err)
		err = seccomp_load(ctx);
	if (err == -EACCES || err == -EPERM || err == -ECANCELED) {
		err = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_NNP, 1);
		if (!err)
			err = seccomp_load(ctx);
	}
	/* ctx stays: freeing it could be a call that already stops, and execve drops it. */
	return err;
}

static int pin_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

/* In the child; returns only on failure. @go: closed by the parent once it has seized us. */
static int become_target(const struct tracee_start *how, int go, int report)
{
	char byte;
	int err = 0;

	while (read(go, &byte, 1) < 0 && errno == EINTR)
		;
	if (how->cpu >= 0)
		err = pin_to(how->cpu);
	if (!err && how->prepare)
		err = how->prepare(how->prepare_ctx);
	if (!err && how->filter == TRACEE_FILTER_ALL)
		err = install_filter();
	/* last: allocators under a sanitizer read the counter themselves */
	if (!err && how->trap_tsc)
		err = tracee_arch_trap_tsc();
	if (err) {
		if (write(report, &err, sizeof(err)) < 0)
			return err;
		return err;
	}
	execve(how->file, how->argv, how->envp);
	return -errno;
}

/* Lets the child go on up to its execve. */
static int run_to_execve(struct tracee *t, const struct tracee_start *how)
{
	enum tracee_resume by = how->filter == TRACEE_FILTER_ALL ? TRACEE_CONT : TRACEE_SYSCALL;
	struct tracee_stop stop;
	uint64_t args[6];
	uint32_t nr;
	int err;

	for (;;) {
		err = tracee_wait_for(t->tid, &stop);
		if (err)
			return err;
		if (stop.kind == TRACEE_STOP_GONE)
			return -ECHILD;
		t->regs_valid = false;
		if (stop.kind == TRACEE_STOP_ENTRY ||
		    (stop.kind == TRACEE_STOP_EXIT && tracee_at_entry(t) == 1)) {
			err = tracee_syscall_args(t, &nr, args, NULL);
			if (err)
				return err;
			if (nr == SYS_execve)
				return 0;
		}
		err = tracee_resume(t, by, stop.kind == TRACEE_STOP_SIGNAL ? stop.sig : 0);
		if (err)
			return err;
	}
}

int tracee_spawn(struct tracee *t, const struct tracee_start *how)
{
	int go[2], report[2], err = 0;
	pid_t pid;

	memset(t, 0, sizeof(*t));
	if (pipe2(go, O_CLOEXEC))
		return -errno;
	if (pipe2(report, O_CLOEXEC)) {
		err = -errno;
		goto close_go;
	}
	pid = fork();
	if (pid < 0) {
		err = -errno;
		goto close_report;
	}
	if (!pid) {
		close(go[1]);
		close(report[0]);
		become_target(how, go[0], report[1]);
		_exit(127);
	}
	close(report[1]);
	report[1] = -1;
	if (how->trap_tsc)
		tracee_share_tsc();
	t->tid = t->pid = pid;
	err = (int)tracee_ptrace(PTRACE_SEIZE, pid, 0, (void *)(long)SEIZE_OPTIONS);
	close(go[1]);
	go[1] = -1;
	if (!err)
		err = run_to_execve(t, how);
	if (err == -ECHILD) {
		/* It ended before its execve: the reason is in the pipe. */
		if (read(report[0], &err, sizeof(err)) != sizeof(err))
			err = -ECHILD;
		goto close_report;
	}
	if (!err) {
		t->mm = mm_open(pid);
		if (!t->mm)
			err = -errno;
	}
	if (err) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, __WALL);
		t->tid = t->pid = 0;
	}
close_report:
	close(report[0]);
	if (report[1] >= 0)
		close(report[1]);
close_go:
	close(go[0]);
	if (go[1] >= 0)
		close(go[1]);
	return err;
}

int tracee_adopt(struct tracee *t, pid_t tid, pid_t pid, struct tracee *share)
{
	memset(t, 0, sizeof(*t));
	t->tid = tid;
	t->pid = pid;
	if (share) {
		t->mm = share->mm;
		t->mm->refs++;
		return 0;
	}
	t->mm = mm_open(tid);
	return t->mm ? 0 : -errno;
}

int tracee_new_image(struct tracee *t)
{
	struct tracee_mm *mm = mm_open(t->tid);

	if (!mm)
		return -errno;
	mm_put(t->mm);
	t->mm = mm;
	t->regs_valid = t->regs_dirty = false;
	return 0;
}

void tracee_release(struct tracee *t)
{
	mm_put(t->mm);
	t->mm = NULL;
}
