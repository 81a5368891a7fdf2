// SPDX-License-Identifier: GPL-2.0
/* scap-diff inside of structures: golden pairs that differ in one field, which the report must name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <format/diff.h>

#include "golden.h"

/* ---- what came ---- */

static void put_polled(struct maker *m, int64_t result, short first, short second)
{
	struct pollfd p[2] = { { 3, POLLIN, 0 }, { 4, POLLIN, 0 } };

	begin(m);
	make_call(m, SCAP_EV_SYSCALL, 1, POLL, result, 4096, 2, 20);
	make_span(m, SCAP_SPAN_IN, 0, 4096, p, sizeof(p));
	p[0].revents = first;
	p[1].revents = second;
	make_span(m, SCAP_SPAN_OUT, 0, 4096, p, sizeof(p));
	make_put(m);
	finish(m, 0);
}

static void other_event_of_poll(struct maker *m, bool b)
{
	put_polled(m, 1, 0, b ? POLLHUP : POLLIN);
}

static void other_descriptor_of_poll(struct maker *m, bool b)
{
	put_polled(m, 1, b ? 0 : POLLIN, b ? POLLIN : 0);
}

static void other_event_of_epoll(struct maker *m, bool b)
{
	struct epoll_event e = { .events = b ? EPOLLIN | EPOLLHUP : EPOLLIN, .data = { .u64 = 7 } };

	begin(m);
	make_call(m, SCAP_EV_SYSCALL, 1, EPOLL_WAIT, 1, 3, 4096, 8);
	make_span(m, SCAP_SPAN_OUT, 1, 4096, &e, sizeof(e));
	make_put(m);
	finish(m, 0);
}

static void other_descriptor_of_select(struct maker *m, bool b)
{
	uint64_t in = 1 << 3 | 1 << 5, out = b ? 1 << 5 : 1 << 3;

	begin(m);
	make_call(m, SCAP_EV_SYSCALL, 1, SELECT, 1, 6, 4096, 0);
	make_span(m, SCAP_SPAN_IN, 1, 4096, &in, sizeof(in));
	make_span(m, SCAP_SPAN_OUT, 1, 4096, &out, sizeof(out));
	make_put(m);
	finish(m, 0);
}

/* ---- signals and children ---- */

/* As the kernel has it: handler, flags, restorer, mask. */
static void put_sigaction(struct maker *m, uint64_t flags, uint64_t mask)
{
	uint64_t action[4] = { 0, flags, 0, mask };

	begin(m);
	make_call(m, SCAP_EV_SYSCALL, 1, RT_SIGACTION, 0, SIGTERM, 4096, 0)->in_hash = flags ^ mask << 40;
	make_span(m, SCAP_SPAN_IN, 1, 4096, action, sizeof(action));
	make_put(m);
	finish(m, 0);
}

static void other_handler_flags(struct maker *m, bool b)
{
	put_sigaction(m, b ? SA_RESTART | SA_SIGINFO : SA_SIGINFO, 1 << (SIGHUP - 1));
}

static void other_handler_mask(struct maker *m, bool b)
{
	put_sigaction(m, SA_SIGINFO, b ? 1 << (SIGHUP - 1) : 1 << (SIGHUP - 1) | 1 << (SIGUSR1 - 1));
}

static void other_status_of_a_child(struct maker *m, bool b)
{
	int status = b ? SIGSEGV : 3 << 8;

	begin(m);
	make_call(m, SCAP_EV_SYSCALL, 1, WAIT4, 7, (uint64_t)-1, 4096, 0);
	make_span(m, SCAP_SPAN_OUT, 1, 4096, &status, sizeof(status));
	make_put(m);
	finish(m, 0);
}

static void other_limit(struct maker *m, bool b)
{
	struct rlimit l = { b ? 1024 : 4096, 4096 };

	begin(m);
	make_call(m, SCAP_EV_SYSCALL, 1, PRLIMIT64, 0, 0, RLIMIT_NOFILE, 0);
	m->e.call.args[3] = 4096;
	make_span(m, SCAP_SPAN_OUT, 3, 4096, &l, sizeof(l));
	make_put(m);
	finish(m, 0);
}

/* ---- files ---- */

static void put_statx(struct maker *m, unsigned int word, uint32_t value)
{
	uint32_t statx[64] = { STATX_BASIC_STATS, 4096, 0, 0, 1, 0, 0, S_IFREG | 0644 };

	statx[word] = value;
	begin(m);
	make_call(m, SCAP_EV_SYSCALL, 1, STATX, 0, 3, 4096, 0);
	m->e.call.args[4] = 8192;
	make_span(m, SCAP_SPAN_IN, 1, 4096, "x", 2);
	make_span(m, SCAP_SPAN_OUT, 4, 8192, statx, sizeof(statx));
	make_put(m);
	finish(m, 0);
}

static void other_links(struct maker *m, bool b)
{
	put_statx(m, 4, b ? 2 : 1);
}

static void other_mode(struct maker *m, bool b)
{
	put_statx(m, 7, b ? S_IFREG | 0600 : S_IFREG | 0644);
}

/* A directory entry: its inode and offset are nobody's business, its type is. */
static void other_type_of_an_entry(struct maker *m, bool b)
{
	uint64_t entry[4] = { b ? 100 : 200, b ? 7 : 8, 32 | (uint64_t)(b ? 10 : 8) << 16 };

	memcpy((char *)entry + 19, "file", 5);
	begin(m);
	make_call(m, SCAP_EV_SYSCALL, 1, GETDENTS64, 32, 3, 4096, 1000);
	make_span(m, SCAP_SPAN_OUT, 1, 4096, entry, sizeof(entry));
	make_put(m);
	finish(m, 0);
}

static void other_group(struct maker *m, bool b)
{
	uint64_t stat[18] = { 1, b ? 500 : 600, 1, 0100644, b ? 100 : 0 };

	begin(m);
	make_call(m, SCAP_EV_SYSCALL, 1, FSTAT, 0, 3, 4096, 0);
	make_span(m, SCAP_SPAN_OUT, 1, 4096, stat, sizeof(stat));
	make_put(m);
	finish(m, 0);
}

/* ---- addresses of sockets ---- */

static void put_peer(struct maker *m, const void *sa, uint16_t len)
{
	uint32_t n = len;

	begin(m);
	make_call(m, SCAP_EV_SYSCALL, 1, ACCEPT, 4, 3, 4096, 8192);
	make_span(m, SCAP_SPAN_OUT, 1, 4096, sa, len);
	make_span(m, SCAP_SPAN_OUT, 2, 8192, &n, sizeof(n));
	make_put(m);
	finish(m, 0);
}

static void other_peer(struct maker *m, bool b)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(80),
				  .sin_addr.s_addr = htonl(b ? 0x0a000002 : 0x0a000001) };

	put_peer(m, &sa, sizeof(sa));
}

static void other_peer_of_six(struct maker *m, bool b)
{
	struct sockaddr_in6 sa = { .sin6_family = AF_INET6, .sin6_port = htons(b ? 443 : 80),
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };

	put_peer(m, &sa, sizeof(sa));
}

static void other_path_of_a_peer(struct maker *m, bool b)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX, .sun_path = "/run/one" };

	if (b)
		strcpy(sa.sun_path, "/run/two");
	put_peer(m, &sa, sizeof(sa));
}

static void other_family_of_a_peer(struct maker *m, bool b)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };

	if (b)
		sa.sin_family = AF_UNIX;
	put_peer(m, &sa, sizeof(sa));
}

/* ---- the set ---- */

static const struct golden set[] = {
	{ "an event of poll", other_event_of_poll, "output",
	  "[0].revents behind argument 1 of poll: POLLIN in A, POLLHUP in B" },
	{ "a descriptor of poll", other_descriptor_of_poll, "output", "[0].fd behind argument 1 of poll: 3 in A, 4 in B" },
	{ "an event of epoll", other_event_of_epoll, "output",
	  "[0].events behind argument 2 of epoll_wait: EPOLLIN in A, EPOLLIN|EPOLLHUP in B" },
	{ "a descriptor of select", other_descriptor_of_select, "output",
	  "what it found behind argument 2 of select: in [3] in A, in [5] in B" },
	{ "flags of a handler", other_handler_flags, "input",
	  "sa_flags behind argument 2 of rt_sigaction: SA_SIGINFO in A, SA_RESTART|SA_SIGINFO in B" },
	{ "signals that a handler blocks", other_handler_mask, "input",
	  "sa_mask behind argument 2 of rt_sigaction: [HUP USR1] in A, [HUP] in B" },
	{ "the status of a child", other_status_of_a_child, "output",
	  "[0] behind argument 2 of wait4: {WIFEXITED(s) && WEXITSTATUS(s) == 3} in A, {WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV} in B" },
	{ "a limit", other_limit, "output", "rlim_cur behind argument 4 of prlimit64: 4*1024 in A, 1024 in B" },
	{ "links of a file", other_links, "output", "stx_nlink behind argument 5 of statx: 1 in A, 2 in B" },
	{ "the mode of a file", other_mode, "output",
	  "stx_mode behind argument 5 of statx: S_IFREG|0644 in A, S_IFREG|0600 in B" },
	{ "the type of a directory entry", other_type_of_an_entry, "output",
	  "[0].d_type behind argument 2 of getdents64: DT_REG in A, DT_LNK in B" },
	{ "the group of a file", other_group, "output", "st_gid behind argument 2 of fstat: 0 in A, 100 in B" },
	{ "a peer", other_peer, "output",
	  "sin_addr behind argument 2 of accept: inet_addr(\"10.0.0.1\") in A, inet_addr(\"10.0.0.2\") in B" },
	{ "a port of IPv6", other_peer_of_six, "output",
	  "sin6_port behind argument 2 of accept: htons(80) in A, htons(443) in B" },
	{ "the path of a socket", other_path_of_a_peer, "output",
	  "sun_path behind argument 2 of accept: \"/run/one\" in A, \"/run/two\" in B" },
	{ "the family of an address", other_family_of_a_peer, "output",
	  "sa_family behind argument 2 of accept: AF_INET in A, AF_UNIX in B, and 3 other fields" },
};

int main(void)
{
	return golden_run(set, sizeof(set) / sizeof(*set));
}
