// SPDX-License-Identifier: GPL-2.0
/*
 * Calls whose honest answer would show the recorder, or undo it: the CPU mask
 * (everything is pinned to one), the trap on the time-stamp counter, memory
 * closed to tracers, strict seccomp mode beside our filter, children without a
 * tracer. And mappings of devices, which no recording can follow.
 */
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "recorder/arch.h"
#include "recorder/ptrace-backend.h"
#include "recorder/ptrace-object.h"

/* The program gets @result from the call just made. */
static void replace_result(struct task *k, int64_t result)
{
	struct scap_regs *regs = tracee_regs(&k->t);

	if (!regs)
		return;
	k->call.result = result;
	SCAP_REG_RESULT(regs) = (uint64_t)result;
	tracee_regs_changed(&k->t);
}

/* The task that a pid argument means, if it is one of ours. */
static struct task *task_of_pid(struct task *k, uint64_t pid)
{
	return (pid_t)pid ? task_find(k->rec, (pid_t)pid) : k;
}

/* ---- the CPU mask ---- */

/* sched_setaffinity(2): what the kernel would have done, to the shadow. */
static bool set_affinity(struct task *k, int64_t *result)
{
	struct task *of = task_of_pid(k, k->call.args[0]);
	uint64_t len = k->call.args[1];
	cpu_set_t want, possible;

	if (!of)
		return false;
	CPU_ZERO(&want);
	if (len > sizeof(want))
		len = sizeof(want);
	if (tracee_read(&k->t, k->call.args[2], &want, len)) {
		*result = -EFAULT;
		return true;
	}
	CPU_AND(&possible, &want, &k->rec->affinity);
	*result = CPU_COUNT(&possible) ? 0 : -EINVAL;
	if (!*result)
		of->affinity = possible;
	return true;
}

/* sched_getaffinity(2) has succeeded: its mask becomes the shadow's. */
static void show_affinity(struct task *k)
{
	struct task *of = task_of_pid(k, k->call.args[0]);
	uint64_t len = (uint64_t)k->call.result;

	if (of && len <= sizeof(of->affinity))
		tracee_write(&k->t, k->call.args[2], &of->affinity, len);
}

/* ---- the time-stamp counter ---- */

static bool set_tsc(struct task *k, int64_t *result)
{
	int mode = (int)k->call.args[1];

	*result = mode == PR_TSC_ENABLE || mode == PR_TSC_SIGSEGV ? 0 : -EINVAL;
	if (!*result)
		k->tsc_mode = mode;
	return true;
}

/* ---- memory closed to tracers ---- */

/*
 * PR_SET_DUMPABLE 0 would hide the memory of every later child from a recorder
 * without privilege: the program's own is open already, theirs is not.
 */
static bool set_dumpable(struct task *k, int64_t *result)
{
	uint64_t value = k->call.args[1];

	if (!geteuid() || value > 1)
		return false;
	k->space->undumpable = !value;
	*result = 0;
	return true;
}

/* ---- strict seccomp mode ---- */

/*
 * The kernel has no room for it beside a filter (seccomp_may_assign_mode()):
 * the thread is held to it here. As in the kernel, the counter is closed, too.
 */
static bool set_strict(struct task *k, int64_t *result)
{
	/* a filter of its own: the kernel will say what natively it would */
	if (k->by_syscall)
		return false;
	k->strict = true;
	k->tsc_mode = PR_TSC_SIGSEGV;
	*result = 0;
	return true;
}

static bool strict_allows(const struct task *k)
{
	switch (k->call.nr) {
	case SYS_read:
	case SYS_write:
	case SYS_exit:
	case SYS_rt_sigreturn:
		return !k->compat;
	}
	return false;
}

bool shadow_kills(struct task *k)
{
	if (!k->strict || strict_allows(k))
		return false;
	syscall_write_enter(k);
	if (k->process->threads == 1) {
		kill(k->t.pid, SIGKILL);
		return true;
	}
	/* the thread alone: a signal would end all of them */
	tracee_syscall_set_nr(&k->t, SYS_exit);
	resume_call(k);
	return true;
}

/* ---- what prctl(2) shows ---- */

static bool prctl_entry(struct task *k, int64_t *result)
{
	switch (k->call.args[0]) {
	case PR_SET_TSC:
		return tracee_tsc_traps() && set_tsc(k, result);
	case PR_SET_DUMPABLE:
		return set_dumpable(k, result);
	case PR_SET_SECCOMP:
		return k->call.args[1] == SECCOMP_MODE_STRICT && set_strict(k, result);
	}
	return false;
}

static void prctl_exit(struct task *k)
{
	switch (k->call.args[0]) {
	case PR_GET_TSC:
		if (!k->call.result)
			tracee_write(&k->t, k->call.args[1], &k->tsc_mode, sizeof(k->tsc_mode));
		break;
	case PR_GET_DUMPABLE:
		if (k->space->undumpable)
			replace_result(k, 0);
		break;
	case PR_GET_SECCOMP:
		/* the filter is ours, unless the program has one too */
		if (!k->by_syscall)
			replace_result(k, 0);
		break;
	}
}

/* ---- arguments ---- */

void shadow_replace_argument(struct task *k, unsigned int n, uint64_t value)
{
	struct scap_regs *regs = tracee_regs(&k->t);

	if (!regs)
		return;
	SCAP_REG_ARG(regs, n) = value;
	tracee_regs_changed(&k->t);
	k->replaced_arg = (int)n;
}

/* ... and so do the program's registers. */
static void restore_argument(struct task *k)
{
	struct scap_regs *regs = tracee_regs(&k->t);

	/* on some architectures the result stands where the first one was */
	if (!regs || &SCAP_REG_ARG(regs, (unsigned int)k->replaced_arg) == &SCAP_REG_RESULT(regs))
		return;
	SCAP_REG_ARG(regs, (unsigned int)k->replaced_arg) = k->call.args[k->replaced_arg];
	tracee_regs_changed(&k->t);
	k->replaced_arg = -1;
}

/* ---- children without a tracer ---- */

/* CLONE_UNTRACED: taken away, as without a tracer every call of the child would fail. */
static void follow_child(struct task *k)
{
	uint64_t flags;

	if (k->call.nr == SYS_clone && k->call.args[0] & CLONE_UNTRACED)
		shadow_replace_argument(k, 0, k->call.args[0] & ~(uint64_t)CLONE_UNTRACED);
	/* the first word of struct clone_args */
	if (k->call.nr != SYS_clone3 || tracee_read(&k->t, k->call.args[0], &flags, sizeof(flags)) ||
	    !(flags & CLONE_UNTRACED))
		return;
	k->clone3_flags = flags;
	flags &= ~(uint64_t)CLONE_UNTRACED;
	tracee_write(&k->t, k->call.args[0], &flags, sizeof(flags));
}

/* The kernel has read them: @seen's memory gets back what @k had passed. */
static void restore_flags(struct task *k, struct task *seen)
{
	if (k->clone3_flags)
		tracee_write(&seen->t, k->call.args[0], &k->clone3_flags, sizeof(k->clone3_flags));
}

void shadow_forked(struct task *k)
{
	restore_flags(k, k);
}

void shadow_inherit(struct task *child, struct task *k)
{
	restore_flags(k, child);
	child->replaced_arg = k->replaced_arg;
}

void shadow_child_return(struct task *k)
{
	if (k->replaced_arg >= 0)
		restore_argument(k);
}

/* ---- what cannot be recorded ---- */

/* mmap of a device: its memory changes without a call. /dev/zero is plain memory. */
static bool maps_device(struct task *k)
{
	const __u64 *a = k->call.args;
	struct stat st;
	char path[48];

	if (a[3] & MAP_ANONYMOUS)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", k->t.pid, (int)a[4]);
	return file_stat(path, &st) && S_ISCHR(st.st_mode) && st.st_rdev != makedev(1, 5);
}

bool shadow_entry(struct task *k, int64_t *result)
{
	if (!k->info)
		return false;
	switch (k->call.nr) {
	case SYS_sched_setaffinity:
		return set_affinity(k, result);
	case SYS_prctl:
		return prctl_entry(k, result);
	case SYS_seccomp:
		return k->call.args[0] == SECCOMP_SET_MODE_STRICT && !k->call.args[1] &&
		       !k->call.args[2] && set_strict(k, result);
	case SYS_clone:
	case SYS_clone3:
		follow_child(k);
		return false;
	case SYS_mmap:
		if (!maps_device(k))
			return false;
		k->flags |= SCAP_F_REFUSED;
		syscall_say_refused(k, ENODEV);
		*result = -ENODEV;
		return true;
	case SYS_madvise:
		/* pages given back at some unknown moment: given back now */
		if (k->call.args[2] == MADV_FREE)
			shadow_replace_argument(k, 2, MADV_DONTNEED);
		return false;
	}
	return arch_answer_call(k, result);
}

void shadow_exit(struct task *k)
{
	if (k->replaced_arg >= 0)
		restore_argument(k);
	restore_flags(k, k);
	if (!k->info || k->call.result < 0)
		return;
	switch (k->call.nr) {
	case SYS_sched_getaffinity:
		show_affinity(k);
		break;
	case SYS_prctl:
		prctl_exit(k);
		break;
	}
}
