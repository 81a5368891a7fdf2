// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for descriptors: poll, select, epoll, inotify, fanotify.
 */
#include <asm/poll.h>
#include <linux/eventpoll.h>
#include <linux/fanotify.h>
#include <linux/inotify.h>
#include <linux/fcntl.h>

#include <format/decode-types.h>

/* ---- poll(2) ---- */

static const struct decode_name poll_events[] = {
	NAME_FLAG(POLLIN), NAME_FLAG(POLLPRI), NAME_FLAG(POLLOUT), NAME_FLAG(POLLERR),
	NAME_FLAG(POLLHUP), NAME_FLAG(POLLNVAL), NAME_FLAG(POLLRDNORM), NAME_FLAG(POLLRDBAND),
	NAME_FLAG(POLLWRNORM), NAME_FLAG(POLLWRBAND), NAME_FLAG(POLLMSG), NAME_FLAG(POLLRDHUP),
};
static const struct decode_type type_poll_events = DECODE_FLAGS(2, poll_events);

/* fd 4, events 2, revents 2 */
#define POLLFD_SIZE 8

/* What a program passes of each: descriptor and events. */
static const struct decode_field pollfd_fields[] = {
	{ "fd", 0, 4, FIELD_SIGNED, false, NULL },
	{ "events", 4, 2, FIELD_UNSIGNED, false, &type_poll_events },
};
static const struct decode_type type_pollfd = DECODE_STRUCT(6, DECODE_IN, pollfd_fields);

static void print_pollfds(struct decode *d, const struct decode_type *t, __u64 v)
{
	__u64 i, n = (__u32)d->call->args[1];

	(void)t;
	if (n && !decode_mem(d, v, DECODE_IN, 6)) {
		d->raw |= v != 0;
		put_pointer(d, v);
		return;
	}
	put_char(d, '[');
	for (i = 0; i < n && i < DECODE_ARRAY_MAX; i++) {
		const void *p = decode_mem(d, v + i * POLLFD_SIZE, DECODE_IN, 6);

		if (!p)
			break;
		if (i)
			put_str(d, ", ");
		decode_struct_at(d, &type_pollfd, p, 6);
	}
	put_str(d, i < n ? ", ...]" : "]");
}

/* The descriptor of slot @i: the kernel may have written only revents, then fd is input. */
static bool slot_fd(const struct decode *d, __u64 slot, int *fd)
{
	const void *p = decode_mem(d, slot, DECODE_OUT, 4);

	if (!p)
		p = decode_mem(d, slot, DECODE_IN, 4);
	if (p)
		*fd = (int)decode_load_signed(p, 4);
	return p;
}

static void aux_pollfds(struct decode *d, const struct decode_type *t, __u64 v)
{
	__u64 i, n = (__u32)d->call->args[1];
	unsigned int shown = 0;

	(void)t;
	if (d->call->result == 0)
		put_str(d, "Timeout");
	if (d->call->result <= 0 || n > SCAP_EVENT_MAX / POLLFD_SIZE)
		return;
	for (i = 0; i < n && shown < DECODE_ARRAY_MAX; i++) {
		__u64 slot = v + i * POLLFD_SIZE;
		const void *p = decode_mem(d, slot + 6, DECODE_OUT, 2);
		int fd;

		if (!p || !decode_load(p, 2) || !slot_fd(d, slot, &fd))
			continue;
		put_str(d, shown++ ? ", {fd=" : "[{fd=");
		put_signed(d, fd);
		put_str(d, ", revents=");
		decode_flags(d, &type_poll_events, decode_load(p, 2));
		put_char(d, '}');
	}
	if (shown)
		put_char(d, ']');
}
const struct decode_type type_pollfds = { .print = print_pollfds, .aux = aux_pollfds,
					  .side = DECODE_IN };

/* ---- select(2) ---- */

static void put_fds(struct decode *d, const unsigned char *set, unsigned int n)
{
	bool first = true;
	unsigned int fd;

	put_char(d, '[');
	for (fd = 0; fd < n; fd++) {
		if (!(set[fd / 8] >> fd % 8 & 1))
			continue;
		if (!first)
			put_char(d, ' ');
		first = false;
		put_unsigned(d, fd);
	}
	put_char(d, ']');
}

static unsigned int fds_in(const struct decode *d, size_t avail)
{
	__u64 n = (__u32)d->call->args[0];

	return n < avail * 8 ? (unsigned int)n : (unsigned int)avail * 8;
}

static void print_fdset(struct decode *d, const struct decode_type *t, __u64 v)
{
	size_t avail;
	const void *p = decode_stored(d, v, DECODE_IN, &avail, NULL);

	(void)t;
	if (p) {
		put_fds(d, p, fds_in(d, avail));
		return;
	}
	d->raw |= v != 0;
	put_pointer(d, v);
}

static void aux_fdset(struct decode *d, const struct decode_type *t, __u64 v)
{
	static const char *const sets[] = { "", "in ", "out ", "except " };
	const unsigned char *p;
	unsigned int i, n;
	size_t avail;

	(void)t;
	if (d->call->result == 0 && d->arg == 1)
		put_str(d, "Timeout");
	p = decode_stored(d, v, DECODE_OUT, &avail, NULL);
	if (d->call->result <= 0 || !p || d->arg > 3)
		return;
	n = fds_in(d, avail);
	for (i = 0; i < n && !(p[i / 8] >> i % 8 & 1); i++)
		;
	if (i == n)
		return;
	put_str(d, sets[d->arg]);
	put_fds(d, p, n);
}
const struct decode_type type_fdset = { .print = print_fdset, .aux = aux_fdset,
					.side = DECODE_IN };

/* ---- epoll(7) ---- */

static const struct decode_name epoll_ops[] = {
	NAME_ENUM(EPOLL_CTL_ADD), NAME_ENUM(EPOLL_CTL_DEL), NAME_ENUM(EPOLL_CTL_MOD),
};
const struct decode_type type_epoll_op = DECODE_ENUM(4, epoll_ops);

static const struct decode_name epoll_create_flags[] = {
	NAME_FLAG_AS("EPOLL_CLOEXEC", O_CLOEXEC),
};
const struct decode_type type_epoll_flags = DECODE_FLAGS(4, epoll_create_flags);

static const struct decode_name epoll_events[] = {
	NAME_FLAG(EPOLLIN), NAME_FLAG(EPOLLPRI), NAME_FLAG(EPOLLOUT), NAME_FLAG(EPOLLERR),
	NAME_FLAG(EPOLLHUP), NAME_FLAG(EPOLLNVAL), NAME_FLAG(EPOLLRDNORM), NAME_FLAG(EPOLLRDBAND),
	NAME_FLAG(EPOLLWRNORM), NAME_FLAG(EPOLLWRBAND), NAME_FLAG(EPOLLMSG), NAME_FLAG(EPOLLRDHUP),
	NAME_FLAG_AS("EPOLLEXCLUSIVE", 1u << 28), NAME_FLAG_AS("EPOLLWAKEUP", 1u << 29),
	NAME_FLAG_AS("EPOLLONESHOT", 1u << 30), NAME_FLAG_AS("EPOLLET", 1u << 31),
};
static const struct decode_type type_epoll_events_word = DECODE_FLAGS(4, epoll_events);

/* Packed on x86-64 alone (EPOLL_PACKED in linux/eventpoll.h). */
#define EPOLL_FIELDS(at) \
	{ "events", 0, 4, FIELD_UNSIGNED, false, &type_epoll_events_word }, \
	{ "data", at, 8, FIELD_UNSIGNED, false, &type_hex }
static const struct decode_field epoll_x86_64[] = { EPOLL_FIELDS(4) };
static const struct decode_field epoll_arm64[] = { EPOLL_FIELDS(8) };
static const struct decode_type epoll_in[] = {
	DECODE_STRUCT(12, DECODE_IN, epoll_x86_64), DECODE_STRUCT(16, DECODE_IN, epoll_arm64),
};
static const struct decode_type epoll_out[] = {
	DECODE_STRUCT(12, DECODE_OUT, epoll_x86_64), DECODE_STRUCT(16, DECODE_OUT, epoll_arm64),
};

static void print_epoll_event(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	decode_struct(d, &epoll_in[d->arch == SCAP_ARCH_ARM64], v);
}
const struct decode_type type_epoll_event = { .print = print_epoll_event, .side = DECODE_IN };

static void print_epoll_events(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	if (!d->exiting || d->call->result < 0)
		put_pointer(d, v);
	else
		decode_array(d, &epoll_out[d->arch == SCAP_ARCH_ARM64], v,
			     (__u64)d->call->result);
}
const struct decode_type type_epoll_events = { .print = print_epoll_events, .side = DECODE_OUT };

/* ---- inotify(7) ---- */

static const struct decode_name inotify_flags[] = {
	NAME_FLAG_AS("IN_CLOEXEC", O_CLOEXEC), NAME_FLAG_AS("IN_NONBLOCK", O_NONBLOCK),
};
const struct decode_type type_inotify_flags = DECODE_FLAGS(4, inotify_flags);

static const struct decode_name inotify_events[] = {
	NAME_FLAG(IN_ACCESS), NAME_FLAG(IN_MODIFY), NAME_FLAG(IN_ATTRIB), NAME_FLAG(IN_CLOSE_WRITE),
	NAME_FLAG(IN_CLOSE_NOWRITE), NAME_FLAG(IN_OPEN), NAME_FLAG(IN_MOVED_FROM),
	NAME_FLAG(IN_MOVED_TO), NAME_FLAG(IN_CREATE), NAME_FLAG(IN_DELETE),
	NAME_FLAG(IN_DELETE_SELF), NAME_FLAG(IN_MOVE_SELF), NAME_FLAG(IN_UNMOUNT),
	NAME_FLAG(IN_Q_OVERFLOW), NAME_FLAG(IN_IGNORED), NAME_FLAG(IN_ONLYDIR),
	NAME_FLAG(IN_DONT_FOLLOW), NAME_FLAG(IN_EXCL_UNLINK), NAME_FLAG(IN_MASK_CREATE),
	NAME_FLAG(IN_MASK_ADD), NAME_FLAG(IN_ISDIR), NAME_FLAG(IN_ONESHOT),
};
const struct decode_type type_inotify_mask = DECODE_FLAGS(4, inotify_events);

/* ---- fanotify(7) ---- */

#define FAN_CLASS_BITS (FAN_CLASS_CONTENT | FAN_CLASS_PRE_CONTENT)

static const struct decode_name fan_init[] = {
	NAME_FIELD(FAN_CLASS_NOTIF, FAN_CLASS_BITS), NAME_FIELD(FAN_CLASS_CONTENT, FAN_CLASS_BITS),
	NAME_FIELD(FAN_CLASS_PRE_CONTENT, FAN_CLASS_BITS), NAME_FLAG(FAN_CLOEXEC),
	NAME_FLAG(FAN_NONBLOCK), NAME_FLAG(FAN_UNLIMITED_QUEUE), NAME_FLAG(FAN_UNLIMITED_MARKS),
	NAME_FLAG(FAN_ENABLE_AUDIT), NAME_FLAG(FAN_REPORT_PIDFD), NAME_FLAG(FAN_REPORT_TID),
	NAME_FLAG(FAN_REPORT_FID), NAME_FLAG(FAN_REPORT_DIR_FID), NAME_FLAG(FAN_REPORT_NAME),
	NAME_FLAG(FAN_REPORT_TARGET_FID),
};
const struct decode_type type_fan_init_flags = DECODE_FLAGS(4, fan_init);

static const struct decode_name fan_mark[] = {
	NAME_FLAG(FAN_MARK_ADD), NAME_FLAG(FAN_MARK_REMOVE), NAME_FLAG(FAN_MARK_DONT_FOLLOW),
	NAME_FLAG(FAN_MARK_ONLYDIR), NAME_FLAG(FAN_MARK_MOUNT), NAME_FLAG(FAN_MARK_IGNORED_MASK),
	NAME_FLAG(FAN_MARK_IGNORED_SURV_MODIFY), NAME_FLAG(FAN_MARK_FLUSH),
	NAME_FLAG(FAN_MARK_FILESYSTEM), NAME_FLAG(FAN_MARK_EVICTABLE), NAME_FLAG(FAN_MARK_IGNORE),
};
const struct decode_type type_fan_mark_flags = DECODE_FLAGS(4, fan_mark);

static const struct decode_name fan_events[] = {
	NAME_FLAG(FAN_ACCESS), NAME_FLAG(FAN_MODIFY), NAME_FLAG(FAN_ATTRIB),
	NAME_FLAG(FAN_CLOSE_WRITE), NAME_FLAG(FAN_CLOSE_NOWRITE), NAME_FLAG(FAN_OPEN),
	NAME_FLAG(FAN_MOVED_FROM), NAME_FLAG(FAN_MOVED_TO), NAME_FLAG(FAN_CREATE),
	NAME_FLAG(FAN_DELETE), NAME_FLAG(FAN_DELETE_SELF), NAME_FLAG(FAN_MOVE_SELF),
	NAME_FLAG(FAN_OPEN_EXEC), NAME_FLAG(FAN_Q_OVERFLOW), NAME_FLAG(FAN_FS_ERROR),
	NAME_FLAG(FAN_OPEN_PERM), NAME_FLAG(FAN_ACCESS_PERM), NAME_FLAG(FAN_OPEN_EXEC_PERM),
	NAME_FLAG(FAN_EVENT_ON_CHILD), NAME_FLAG(FAN_RENAME), NAME_FLAG(FAN_ONDIR),
};
const struct decode_type type_fan_mask = DECODE_FLAGS(8, fan_events);
