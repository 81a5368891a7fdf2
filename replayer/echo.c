// SPDX-License-Identifier: GPL-2.0
/*
 * The program's output, shown again: what it wrote to the recorder's own
 * stdout and stderr, from its memory, or from the trace where the bytes never
 * were in it (sendfile, splice).
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "replay.h"

/* Bytes to our stream @fd. A reader that left is no reason to end the replay. */
static void show(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			struct pollfd p = { .fd = fd, .events = POLLOUT };

			poll(&p, 1, -1);
			continue;
		}
		if (n <= 0)
			return;
		bytes += n;
		len -= (size_t)n;
	}
}

/* Shows up to @left bytes of one buffer; returns what remains of @left. */
static uint64_t show_memory(struct task *task, int fd, uint64_t addr, uint64_t len,
			    uint64_t left)
{
	static char buf[1 << 16];

	if (len > left)
		len = left;
	left -= len;
	while (len) {
		size_t want = len < sizeof(buf) ? len : sizeof(buf);
		ssize_t n = tracee_read_some(&task->t, addr, buf, want);

		if (n <= 0)
			return 0;
		show(fd, buf, (size_t)n);
		addr += (uint64_t)n;
		len -= (uint64_t)n;
	}
	return left;
}

static void show_iov(struct task *task, int fd, uint64_t iov, uint64_t n, uint64_t left)
{
	for (; n && left; n--, iov += sizeof(struct scap_iov)) {
		struct scap_iov v;

		if (tracee_read(&task->t, iov, &v, sizeof(v)))
			return;
		left = show_memory(task, fd, v.base, v.len, left);
	}
}

static void show_msg(struct task *task, int fd, uint64_t addr, uint64_t left)
{
	struct msghdr msg;

	if (!tracee_read(&task->t, addr, &msg, sizeof(msg)))
		show_iov(task, fd, (uint64_t)msg.msg_iov, msg.msg_iovlen, left);
}

static void show_call(struct task *task, int fd, const struct scap_ev_syscall *e)
{
	uint64_t done = (uint64_t)e->result;

	switch (e->nr) {
	case SYS_write:
	case SYS_pwrite64:
	case SYS_sendto:
		show_memory(task, fd, e->args[1], e->args[2], done);
		return;
	case SYS_writev:
	case SYS_pwritev:
	case SYS_pwritev2:
	case SYS_vmsplice:
		show_iov(task, fd, e->args[1], e->args[2], done);
		return;
	case SYS_sendmsg:
		show_msg(task, fd, e->args[1], done);
		return;
	}
}

int echo_output(struct session *s, struct task *task, const struct scap_ev_syscall *e)
{
	const struct scap_span *span = NULL;
	int fd = e->h.flags & SCAP_F_STDERR ? STDERR_FILENO : STDOUT_FILENO;
	bool in_trace = false;

	if (!(e->h.flags & (SCAP_F_STDOUT | SCAP_F_STDERR)) || e->result <= 0 || session_has_shown(s))
		return 0;
	while ((span = scap_span_next(&e->h, span))) {
		if (span->kind != SCAP_SPAN_ECHO)
			continue;
		in_trace = true;
		show(fd, scap_span_bytes(span), span->stored);
	}
	if (!in_trace)
		show_call(task, fd, e);
	return 0;
}
