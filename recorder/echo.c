// SPDX-License-Identifier: GPL-2.0
/*
 * Which descriptors of the program are the recorder's own stdout and stderr:
 * the same open file description, asked once by kcmp(2) and remembered until a
 * call touches the descriptor.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recorder/ptrace-backend.h"

static bool same_file(pid_t pid, int fd, int ours)
{
	return syscall(SYS_kcmp, getpid(), pid, KCMP_FILE, ours, fd) == 0;
}

/* The process whose memory descriptor @fd of @k is (proc(5), /proc/PID/mem), or 0. */
static pid_t memory_of(struct task *k, int fd)
{
	char path[48], name[48];
	int pid, end = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", k->t.tid, fd);
	n = readlink(path, name, sizeof(name) - 1);
	name[n > 0 ? n : 0] = 0;
	if (sscanf(name, "/proc/%d/mem%n", &pid, &end) < 1)
		pid = 0;
	/* behind the last name of a thread's: /proc/PID/task/TID/mem */
	if (!end && sscanf(name, "/proc/%*d/task/%d/mem%n", &pid, &end) < 1)
		pid = 0;
	return end && !name[end] ? pid : 0;
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
	return memory_of(k, fd) ? ECHO_MEMORY : ECHO_NONE;
}

uint16_t echo_flags(struct task *k, int fd)
{
	static const uint16_t flag[] = {
		[ECHO_STDOUT] = SCAP_F_STDOUT, [ECHO_STDERR] = SCAP_F_STDERR, [ECHO_NONE] = 0,
		[ECHO_MEMORY] = 0,
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

struct task *echo_memory(struct task *k, int fd)
{
	if (fd < 0 || (fd < ECHO_FDS && k->fds->echo[fd] != ECHO_MEMORY))
		return NULL;
	return task_find(k->rec, memory_of(k, fd));
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

void echo_in_turn(struct task *k)
{
	const uint16_t ours = SCAP_F_STDOUT | SCAP_F_STDERR;
	struct task *before;

	if (!(k->flags & ours))
		return;
	before = task_find(k->rec, k->rec->echoing);
	if (before && before != k && before->state == TASK_CALL && before->flags & ours)
		call_settle(before);
	k->rec->echoing = k->t.tid;
}

/* ---- bytes that never are in the program's memory ---- */

/* Most that one sendfile to a recorder's stream moves: it fits into its record. */
#define SENDFILE_MAX 32768u

/*
 * sendfile(2) may always move less than asked for. What splice(2) and its kin
 * move may come from a pipe, where it cannot be seen without taking it: they
 * fail as they do on a terminal, and programs go on with read and write.
 */
int echo_refuses(struct task *k)
{
	if (!(k->flags & (SCAP_F_STDOUT | SCAP_F_STDERR)))
		return 0;
	switch (k->call.nr) {
	case SYS_sendfile:
		if (k->call.args[3] > SENDFILE_MAX)
			shadow_replace_argument(k, 3, SENDFILE_MAX);
		return 0;
	case SYS_splice:
	case SYS_tee:
	case SYS_copy_file_range:
		return EINVAL;
	}
	return 0;
}

void echo_spans(struct emit *m, struct task *k)
{
	const struct scap_call *c = &k->call;
	int64_t at;
	char path[48];
	int fd;

	if (c->nr != SYS_sendfile || c->result <= 0 || c->result > SENDFILE_MAX ||
	    !(k->flags & (SCAP_F_STDOUT | SCAP_F_STDERR)))
		return;
	at = files_transfer_offset(k, (int)c->args[1], c->args[2]);
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", k->t.tid, (int)c->args[1]);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return;
	if (at >= 0) {
		uint8_t *buf = k->rec->scratch;
		ssize_t n = pread(fd, buf, (size_t)c->result, at);

		if (n > 0)
			memcpy(emit_span(m, SCAP_SPAN_ECHO, 0, 0, (uint32_t)n, (uint32_t)n), buf,
			       (size_t)n);
	}
	close(fd);
}
