// SPDX-License-Identifier: GPL-2.0
/* Descriptors that deliver events: epoll, eventfd, timerfd, inotify, pidfd, signalfd's kin. */
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

static void with_epoll(int event, int timer)
{
	struct epoll_event want = { .events = EPOLLIN }, got[4];
	int ep = epoll_create1(EPOLL_CLOEXEC);
	uint64_t value;

	want.data.u64 = 0x1234567890;
	epoll_ctl(ep, EPOLL_CTL_ADD, event, &want);
	want.data.u64 = 77;
	epoll_ctl(ep, EPOLL_CTL_ADD, timer, &want);
	for (int i = 0; i < 4; i++) {
		int n = epoll_wait(ep, got, 4, 1000);

		for (int k = 0; k < n; k++) {
			printf("epoll %d of %d: %llx\n", k, n, (unsigned long long)got[k].data.u64);
			read(got[k].data.u64 == 77 ? timer : event, &value, 8);
			printf("value %llu\n", (unsigned long long)value);
		}
	}
	printf("nothing: %d\n", epoll_wait(ep, got, 4, 0));
}

static void with_inotify(void)
{
	char buf[1024] __attribute__((aligned(8)));
	int in = inotify_init1(IN_NONBLOCK);
	struct pollfd p = { .fd = in, .events = POLLIN };
	ssize_t n;

	inotify_add_watch(in, ".", IN_CREATE | IN_DELETE);
	close(open("made", O_CREAT | O_WRONLY, 0600));
	unlink("made");
	if (poll(&p, 1, 100) == 1)
		printf("poll %#x\n", p.revents);
	n = read(in, buf, sizeof(buf));
	for (char *at = buf; at < buf + n; at += sizeof(struct inotify_event) + ((struct inotify_event *)at)->len)
		printf("inotify %#x %s\n", ((struct inotify_event *)at)->mask, ((struct inotify_event *)at)->name);
}

static void with_pidfd(void)
{
	struct timeval limit = { 2, 0 };
	siginfo_t info = { 0 };
	fd_set set;
	int fd;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		usleep(20000);
		_exit(9);
	}
	fd = syscall(SYS_pidfd_open, child, 0);
	FD_ZERO(&set);
	FD_SET(fd, &set);
	printf("select %d\n", select(fd + 1, &set, NULL, NULL, &limit));
	printf("left %ld.%06ld\n", (long)limit.tv_sec, (long)limit.tv_usec);
	waitid(P_ALL, 0, &info, WEXITED);
	printf("waitid %d %d\n", info.si_pid == child, info.si_status);
}

int main(void)
{
	int event = eventfd(3, 0), timer = timerfd_create(CLOCK_MONOTONIC, 0);
	struct itimerspec when = { { 0, 5000000 }, { 0, 5000000 } };

	timerfd_settime(timer, 0, &when, NULL);
	with_epoll(event, timer);
	with_inotify();
	with_pidfd();
	return 0;
}
