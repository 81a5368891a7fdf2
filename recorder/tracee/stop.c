// SPDX-License-Identifier: GPL-2.0
/*
 * Stops: waiting for them, saying what they are, going on from them.
 * The stop kinds of ptrace(2) under PTRACE_SEIZE are told apart here only.
 */
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tracee-internal.h"

long tracee_ptrace(int request, pid_t tid, unsigned long addr, void *data)
{
	long ret = ptrace(request, tid, addr, data);

	return ret < 0 ? -errno : ret;
}

static pid_t event_message(pid_t tid)
{
	unsigned long msg = 0;

	if (tracee_ptrace(PTRACE_GETEVENTMSG, tid, 0, &msg))
		return 0;
	return (pid_t)msg;
}

/*
 * A plain SIGTRAP: ptrace's own (single step, breakpoint register, the report
 * behind a handler's set-up) has a positive si_code other than that of a
 * breakpoint instruction, which, like kill(2), is the program's signal.
 */
static bool is_step(pid_t tid)
{
	siginfo_t info;

	if (tracee_ptrace(PTRACE_GETSIGINFO, tid, 0, &info))
		return false;
	return info.si_code > 0 && info.si_code != tracee_arch_breakpoint;
}

bool tracee_own_filter(struct tracee *t)
{
	return event_message(t->tid) != TRACEE_FILTER_COOKIE;
}

static void decode_event(struct tracee_stop *stop, int event)
{
	switch (event) {
	case PTRACE_EVENT_SECCOMP:
		stop->kind = TRACEE_STOP_ENTRY;
		break;
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		stop->kind = TRACEE_STOP_FORK;
		stop->child = event_message(stop->tid);
		break;
	case PTRACE_EVENT_VFORK_DONE:
		stop->kind = TRACEE_STOP_VFORK_DONE;
		break;
	case PTRACE_EVENT_EXEC:
		stop->kind = TRACEE_STOP_EXEC;
		stop->child = event_message(stop->tid);
		break;
	case PTRACE_EVENT_EXIT:
		stop->kind = TRACEE_STOP_EXITING;
		stop->status = event_message(stop->tid);
		break;
	case PTRACE_EVENT_STOP:
		stop->kind = stop->sig == SIGTRAP ? TRACEE_STOP_INTERRUPT : TRACEE_STOP_GROUP;
		break;
	}
}

int tracee_wait(pid_t tid, int flags, struct tracee_stop *stop)
{
	int status, event;
	pid_t who = waitpid(tid, &status, flags | __WALL);

	if (who <= 0)
		return who ? -errno : 0;
	*stop = (struct tracee_stop){ .tid = who };
	if (!WIFSTOPPED(status)) {
		stop->kind = TRACEE_STOP_GONE;
		stop->status = status;
		return 1;
	}
	stop->sig = WSTOPSIG(status);
	event = status >> 16;
	if (event)
		decode_event(stop, event);
	else if (stop->sig == (SIGTRAP | 0x80))
		stop->kind = TRACEE_STOP_EXIT;
	else if (stop->sig == SIGTRAP && is_step(who))
		stop->kind = TRACEE_STOP_STEP;
	else
		stop->kind = TRACEE_STOP_SIGNAL;
	return 1;
}

int tracee_wait_for(pid_t tid, struct tracee_stop *stop)
{
	int ret;

	do
		ret = tracee_wait(tid, 0, stop);
	while (ret == -EINTR);
	return ret < 0 ? ret : 0;
}

int tracee_flush_regs(struct tracee *t)
{
	struct iovec iov = { &t->regs, sizeof(t->regs) };
	int err = 0;

	if (t->regs_dirty)
		err = (int)tracee_ptrace(PTRACE_SETREGSET, t->tid, NT_PRSTATUS, &iov);
	t->regs_dirty = false;
	t->regs_valid = false;
	return err;
}

int tracee_resume(struct tracee *t, enum tracee_resume how, int sig)
{
	static const int request[] = {
		[TRACEE_CONT] = PTRACE_CONT,
		[TRACEE_SYSCALL] = PTRACE_SYSCALL,
		[TRACEE_STEP] = PTRACE_SINGLESTEP,
		[TRACEE_LISTEN] = PTRACE_LISTEN,
	};
	int err = tracee_flush_regs(t);

	if (err)
		return err;
	return (int)tracee_ptrace(request[how], t->tid, 0, (void *)(long)sig);
}

int tracee_siginfo(struct tracee *t, siginfo_t *info)
{
	return (int)tracee_ptrace(PTRACE_GETSIGINFO, t->tid, 0, info);
}

int tracee_set_siginfo(struct tracee *t, const siginfo_t *info)
{
	return (int)tracee_ptrace(PTRACE_SETSIGINFO, t->tid, 0, (void *)info);
}
