// SPDX-License-Identifier: GPL-2.0
/*
 * The sandbox: a process that runs nothing but the stub, in which every system
 * call stops for the replayer. Owns the stub's file, the filter, and what a
 * replayed process must not inherit from the user's shell.
 */
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "replay.h"
#include "stub.h"

/*
 * Calls that home.c may let run freely. The key stands in the upper half of
 * the last argument, of mmap's descriptor: nothing a program leaves there.
 */
static const uint32_t passing[] = {
	SYS_openat, SYS_close, SYS_munmap, SYS_prctl,
#ifdef SYS_arch_prctl
	SYS_arch_prctl,
#endif
};


#define PASSING (sizeof(passing) / sizeof(passing[0]))
#define FILTER_MAX (PASSING + 12)

#define FIELD(name)	      offsetof(struct seccomp_data, name)
#define ARG_HIGH(n)	      (FIELD(args) + (n) * 8 + 4)
#define LOAD(offset)	      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define IF_EQ(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define RETURN(what)	      BPF_STMT(BPF_RET | BPF_K, (what))

/*
 * Stops for every call of every ABI, but for our own that carry @key. The
 * labels are places in the list; jumps count from the next instruction.
 */
static unsigned short write_filter(struct sock_filter *f, uint32_t key)
{
	enum { NONE = 4 + PASSING, OTHER, MMAP = OTHER + 2, TRACE = MMAP + 2, ALLOW, END };
	unsigned int n = 0;

#define TO(label) ((unsigned char)((label) - n - 1))
#define PUT(insn) (f[n] = (struct sock_filter)insn, n++)
	PUT(LOAD(FIELD(arch)));
	PUT(IF_EQ(arch_audit, 0, TO(TRACE)));
	PUT(LOAD(FIELD(nr)));
	PUT(IF_EQ(SYS_mmap, TO(MMAP), 0));
	for (unsigned int i = 0; i < PASSING; i++)
		PUT(IF_EQ(passing[i], TO(OTHER), 0));
	PUT(RETURN(SECCOMP_RET_TRACE));
	PUT(LOAD(ARG_HIGH(5)));
	PUT(IF_EQ(key, TO(ALLOW), TO(TRACE)));
	PUT(LOAD(ARG_HIGH(4)));
	PUT(IF_EQ(key, TO(ALLOW), TO(TRACE)));
	PUT(RETURN(SECCOMP_RET_TRACE));
	PUT(RETURN(SECCOMP_RET_ALLOW));
#undef PUT
#undef TO
	return n == END && NONE + 1 == OTHER ? END : 0;
}

/* The unprivileged must give up privileges by exec first; the stub has no use for any. */
static int install_filter(uint32_t key)
{
	struct sock_filter filter[FILTER_MAX];
	struct sock_fprog prog = { write_filter(filter, key), filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		return -errno;
	return 0;
}

/*
 * In the child, before the stub. No descriptor of ours but the stub's goes
 * along; no terminal; children that end vanish by themselves; no core file.
 */
static int prepare(void *ctx)
{
	struct session *s = ctx;
	const struct rlimit no_core = { 0, 0 };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (sigaction(SIGCHLD, &ignore, NULL) || setrlimit(RLIMIT_CORE, &no_core) ||
	    close_range(0, ~0u, CLOSE_RANGE_CLOEXEC) || fcntl(s->stub_fd, F_SETFD, 0))
		return -errno;
	return install_filter(s->pass_key);
}

static int write_stub(int fd)
{
	ssize_t n = write(fd, replay_stub, SCAP_STUB_SIZE);

	if (n == SCAP_STUB_SIZE)
		return 0;
	return n < 0 ? -errno : -ENOSPC;
}

#ifndef MFD_EXEC
#define MFD_EXEC 0x10u /* linux/memfd.h, since 6.3 */
#endif

/* A file in memory that may be executed, also where vm.memfd_noexec makes that an exception. */
static int executable_memfd(void)
{
	int fd = memfd_create("scap-stub", MFD_CLOEXEC | MFD_EXEC);

	return fd < 0 && errno == EINVAL ? memfd_create("scap-stub", MFD_CLOEXEC) : fd;
}

int sandbox_prepare(struct session *s)
{
	int err;

	s->stub_fd = executable_memfd();
	if (s->stub_fd < 0)
		return session_fail(s, errno, "memfd_create: %s; the replay needs it",
				    strerror(errno));
	err = write_stub(s->stub_fd);
	if (err)
		return session_fail(s, -err, "cannot write the stub: %s", strerror(-err));
	if (getrandom(&s->pass_key, sizeof(s->pass_key), 0) != sizeof(s->pass_key))
		return session_fail(s, errno, "getrandom: %s", strerror(errno));
	/* Never the upper half of a pointer, of a small number or of -1. */
	s->pass_key = (s->pass_key | 0x80000000u) & ~1u;
	return 0;
}

/*
 * Up to the new image. With everybody else stopped, whoever reports is of this
 * process: its other threads, which die first and stop once more on their way,
 * then the task, under the leader's number (ptrace(2), "execve under ptrace").
 */
static int run_to_exec(struct session *s, struct task *task)
{
	struct tracee_stop stop;
	struct tracee other = { 0 };
	bool alone = task->process->tasks == 1;
	int err = alone ? 0 : ahead_finish(s);

	if (err)
		return err;
	err = tracee_resume(&task->t, TRACEE_CONT, 0);
	while (!err) {
		err = tracee_wait(alone ? task->t.tid : -1, 0, &stop);
		if (err == -EINTR && !s->interrupted) {
			err = 0;
			continue;
		}
		if (err < 0)
			break;
		err = 0;
		if (stop.kind == TRACEE_STOP_EXEC) {
			task->t.tid = stop.tid;
			task->t.regs_valid = task->t.regs_dirty = false;
			return 0;
		}
		other.tid = stop.tid;
		if (stop.kind != TRACEE_STOP_GONE)
			err = tracee_resume(&other, TRACEE_CONT, 0);
	}
	return session_fail(s, -err, "process %d could not execute the stub: %s", task->t.tid,
			    strerror(-err));
}

/* From the execve's entry to the stub's first stop. */
static int run_to_stub(struct session *s, struct task *task)
{
	int err = run_to_exec(s, task);

	if (err)
		return err;
	if (tracee_new_image(&task->t))
		return session_fail(s, errno, "cannot open /proc/%d/mem", task->t.tid);
	return task_resume_to(s, task, TRACEE_CONT, TRACEE_STOP_ENTRY, NULL);
}

int sandbox_spawn(struct session *s, struct task *task)
{
	char file[40];
	char *argv[] = { "scap-stub", NULL }, *envp[] = { NULL };
	struct tracee_start how = {
		.file = file,
		.argv = argv,
		.envp = envp,
		.filter = TRACEE_FILTER_NONE,
		.trap_tsc = s->header->features & SCAP_FEATURE_TSC_TRAPPED,
		.cpu = cpus_own(s->cpus),
		.prepare = prepare,
		.prepare_ctx = s,
	};
	int err;

	snprintf(file, sizeof(file), "/proc/self/fd/%d", s->stub_fd);
	err = tracee_spawn(&task->t, &how);
	if (err) {
		task->t.tid = task->t.pid = 0;
		return session_fail(s, -err, "ptrace(2) or seccomp(2) is %s here: %s; a container needs "
				    "--cap-add=SYS_PTRACE, or a seccomp profile that allows them",
				    err == -EPERM ? "not permitted" : "not working", strerror(-err));
	}
	return run_to_stub(s, task);
}

int sandbox_exec(struct session *s, struct task *task)
{
	struct {
		char empty[16];
		char name[16];
		uint64_t argv[2];
	} text = { "", "scap-stub", { 0, 0 } };
	uint64_t at = task->space->home + SCAP_STUB_TEXT;
	struct scap_regs *r = tracee_regs(&task->t);

	text.argv[0] = at + offsetof(typeof(text), name);
	if (!r || tracee_write(&task->t, at, &text, sizeof(text)))
		return session_fail(s, EPROTO, "cannot prepare process %d for its next program",
				    task->t.tid);
	SCAP_REG_ARG(r, 0) = (uint64_t)s->stub_fd;
	SCAP_REG_ARG(r, 1) = at;
	SCAP_REG_ARG(r, 2) = at + offsetof(typeof(text), argv);
	SCAP_REG_ARG(r, 3) = at + offsetof(typeof(text), argv[1]);
	SCAP_REG_ARG(r, 4) = AT_EMPTY_PATH;
	tracee_regs_changed(&task->t);
	if (tracee_syscall_set_nr(&task->t, SYS_execveat))
		return session_fail(s, EPROTO, "cannot change the call of process %d",
				    task->t.tid);
	return run_to_stub(s, task);
}
