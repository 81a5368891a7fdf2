// SPDX-License-Identifier: GPL-2.0
/*
 * Which descriptors of the program are the recorder's own stdout and stderr:
 * the same open file description, asked once by kcmp(2) and remembered until a
 * call touches the descriptor.
 */
#include <linux/kcmp.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recorder/ptrace-backend.h"

static bool same_file(pid_t pid, int fd, int ours)
{
	return syscall(SYS_kcmp, getpid(), pid, KCMP_FILE, ours, fd) == 0;
}

static enum echo look(struct task *k, int fd)
{
	/* where both are one (2>&1), the number decides */
	int first = fd == STDERR_FILENO ? STDERR_FILENO : STDOUT_FILENO;
	int second = STDOUT_FILENO + STDERR_FILENO - first;

	if (same_file(k->t.tid, fd, first))
		return first == STDOUT_FILENO ? ECHO_STDOUT : ECHO_STDERR;
	if (same_file(k->t.tid, fd, second))
		return second == STDOUT_FILENO ? ECHO_STDOUT : ECHO_STDERR;
	return ECHO_NONE;
}

uint16_t echo_flags(struct task *k, int fd)
{
	static const uint16_t flag[] = {
		[ECHO_STDOUT] = SCAP_F_STDOUT, [ECHO_STDERR] = SCAP_F_STDERR, [ECHO_NONE] = 0,
	};
	uint8_t *cached;

	if (fd < 0)
		return 0;
	if (fd >= ECHO_FDS)
		return flag[look(k, fd)];
	cached = &k->fds->echo[fd];
	if (*cached == ECHO_UNKNOWN)
		*cached = (uint8_t)look(k, fd);
	return flag[*cached];
}

void echo_forget(struct task *k, int fd)
{
	if (fd >= 0 && fd < ECHO_FDS)
		k->fds->echo[fd] = k->fds->mapped[fd] = 0; /* unknown */
}

void echo_forget_all(struct task *k)
{
	memset(k->fds->echo, ECHO_UNKNOWN, sizeof(k->fds->echo));
	memset(k->fds->mapped, MAPPED_UNKNOWN, sizeof(k->fds->mapped));
}

void echo_note(struct task *k)
{
	int fd = k->info ? scap_call_output_fd(&k->call) : -1;

	if (fd >= 0)
		k->flags |= echo_flags(k, fd);
}
