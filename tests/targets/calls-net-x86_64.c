// SPDX-License-Identifier: GPL-2.0
/* Calls about sockets, waiting for descriptors, IPC by number, keys, and rare ones. */
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "calls.h"

static void streams(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(any);
	struct linger linger = { 1, 0 };
	int s = (int)CALL(socket, AF_INET, SOCK_STREAM, 0), c, a;

	CALL(bind, s, &any, sizeof(any));
	CALL(listen, s, 5);
	CALL(getsockname, s, &any, &len);
	c = socket(AF_INET, SOCK_STREAM, 0);
	CALL(connect, c, &any, sizeof(any));
	len = 100;
	a = (int)CALL(accept, s, out, memcpy(out + 1000, &len, 4));
	CALL(getpeername, a, out, memcpy(out + 1000, &len, 4));
	CALL(sendto, c, "some text", 9, 0, NULL, 0);
	CALL(recvfrom, a, out, 100, 0, out + 200, memcpy(out + 1000, &len, 4));
	CALL(getsockopt, c, SOL_SOCKET, SO_SNDBUF, out, memcpy(out + 1000, &len, 4));
	CALL(getsockopt, c, SOL_TCP, TCP_INFO, out, memcpy(out + 1000, &len, 4));
	CALL(setsockopt, c, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	CALL(shutdown, c, SHUT_WR);
	CALL(read, a, out, 100);
	CALL(accept4, s, NULL, NULL, SOCK_NONBLOCK | 0x4000000);
	CALL(connect, c, &any, 3);
}

static void messages(void)
{
	int pair[2], fds[1] = { 1 };
	struct iovec send = { "control", 7 }, receive = { out, 100 };
	union { struct cmsghdr head; char room[CMSG_SPACE(sizeof(fds))]; } control = { 0 };
	struct msghdr m = { .msg_iov = &send, .msg_iovlen = 1, .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	struct mmsghdr many[2] = { { .msg_hdr = { .msg_iov = &send, .msg_iovlen = 1 } },
				   { .msg_hdr = { .msg_iov = &send, .msg_iovlen = 1 } } };

	CALL(socketpair, AF_UNIX, SOCK_DGRAM, 0, pair);
	control.head = (struct cmsghdr){ CMSG_LEN(sizeof(fds)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.head), fds, sizeof(fds));
	CALL(sendmsg, pair[0], &m, 0);
	m.msg_iov = &receive;
	CALL(recvmsg, pair[1], &m, 0);
	printf("control %zu %d\n", m.msg_controllen, control.head.cmsg_type);
	CALL(sendmmsg, pair[0], many, 2, 0);
	many[0].msg_hdr.msg_iov = many[1].msg_hdr.msg_iov = &receive;
	CALL(recvmmsg, pair[1], many, 2, MSG_DONTWAIT, NULL);
	printf("lengths %u %u\n", many[0].msg_len, many[1].msg_len);
}

static void waiting(void)
{
	struct epoll_event event = { EPOLLOUT, { .u64 = 12345 } };
	struct timespec none = { 0, 0 };
	struct timeval soon = { 0, 1000 };
	struct pollfd p = { 1, POLLOUT, 0 };
	fd_set set;
	int ep = epoll_create1(0), ends[2];

	if (pipe(ends))
		return;
	FD_ZERO(&set);
	FD_SET(ends[1], &set);
	CALL(poll, &p, 1, 0);
	CALL(ppoll, &p, 1, &none, NULL, 8);
	CALL(select, ends[1] + 1, NULL, &set, NULL, &soon);
	CALL(pselect6, ends[1] + 1, NULL, &set, NULL, &none, NULL);
	printf("set %d\n", FD_ISSET(ends[1], &set));
	CALL(epoll_ctl, ep, EPOLL_CTL_ADD, ends[1], &event);
	CALL(epoll_wait, ep, out, 4, 0);
	CALL(epoll_pwait, ep, out, 4, 0, NULL, 8);
	CALL(epoll_pwait2, ep, out, 4, &none, NULL, 8);
}

static void ipc(void)
{
	struct { long type; char text[16]; } m = { 1, "text" };
	struct sembuf up = { 0, 1, 0 };
	struct timespec none = { 0, 0 };
	struct mq_attr attr = { .mq_maxmsg = 2, .mq_msgsize = 32 };
	char name[32];
	int q = (int)CALL(msgget, IPC_PRIVATE, 0600), s = (int)CALL(semget, IPC_PRIVATE, 1, 0600);
	int h = (int)CALL(shmget, IPC_PRIVATE, 4096, 0600);
	void *p;

	CALL(msgsnd, q, &m, 16, 0);
	CALL(msgctl, q, IPC_STAT, out);
	CALL(msgrcv, q, out, 16, 0, 0);
	CALL(msgctl, q, IPC_RMID, NULL);
	CALL(semop, s, &up, 1);
	CALL(semtimedop, s, &up, 1, &none);
	CALL(semctl, s, 0, IPC_STAT, out);
	CALL(semctl, s, 0, GETALL, out);
	CALL(semctl, s, 0, IPC_RMID, 0);
	p = (void *)syscall(SYS_shmat, h, NULL, 0);
	CALL(shmctl, h, IPC_STAT, out);
	CALL(shmdt, p);
	CALL(shmctl, h, IPC_RMID, NULL);
	snprintf(name, sizeof(name), "scap-test-%d", getpid());
	q = (int)CALL(mq_open, name, O_RDWR | O_CREAT, 0600, &attr);
	CALL(mq_timedsend, q, "text", 4, 2, NULL);
	CALL(mq_getsetattr, q, NULL, out);
	CALL(mq_notify, q, NULL);
	CALL(mq_timedreceive, q, out, 32, out + 100, NULL);
	CALL(mq_unlink, name);
	CALL(keyctl, 0 /* KEYCTL_GET_KEYRING_ID */, -1, 0);
	CALL(add_key, "user", "scap", "payload", 7, -1);
	CALL(request_key, "user", "nosuch", NULL, 0);
}

static void rare(void)
{
	char attr[128] = { 0 };

	CALL(bpf, 99, attr, sizeof(attr));
	CALL(io_setup, 1, out);
	CALL(io_destroy, 0ul);
	CALL(io_submit, 0ul, 0l, NULL);
	CALL(io_getevents, 0ul, 0l, 0l, NULL, NULL);
	CALL(io_cancel, 0ul, NULL, NULL);
	CALL(io_uring_setup, 1, attr);
	CALL(io_uring_enter, -1, 0, 0, 0, NULL, 0);
	CALL(io_uring_register, -1, 0, NULL, 0);
	CALL(userfaultfd, 0);
	CALL(perf_event_open, attr, 0, -1, -1, 0);
	CALL(rseq, NULL, 0, 0, 0);
	CALL(init_module, NULL, 0, "");
	CALL(finit_module, -1, "", 0);
	CALL(delete_module, "nosuch", 0);
	CALL(kexec_load, 0, 0, NULL, ~0ul);
	CALL(clone3, NULL, 0);
	CALL(execveat, -1, "", NULL, NULL, 0x1000);
	CALL(fsconfig, -1, 0, NULL, NULL, 0);
	CALL(fsmount, -1, 0, 0);
	CALL(fanotify_mark, -1, 1, 0ull, -1, "/");
	CALL(quotactl_fd, -1, 0, 0, NULL);
	CALL(set_mempolicy_home_node, 0ul, 0ul, 0ul, 0ul);
	said("unknown", syscall(1000));
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	streams();
	messages();
	waiting();
	ipc();
	rare();
	return 0;
}
