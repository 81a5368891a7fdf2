// SPDX-License-Identifier: GPL-2.0
/*
 * Plans against the running kernel: real calls on memory filled with a
 * pattern; every byte that changed must be in an OUT span of the plan, and of
 * the one made before the call of all that it may write.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <time.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <net/if.h>

#include <cmocka.h>

#include "spans.h"

#include <scap/sizes.h>

#define ARENA 65536
#define PATTERN 0xa7

static unsigned char arena[ARENA] __attribute__((aligned(4096)));
static unsigned char before[ARENA];
static size_t used;
static struct spans s, reach;

static int reset(void **state)
{
	(void)state;
	memset(arena, PATTERN, sizeof(arena));
	used = 0;
	return 0;
}

/* Room in the arena, with untouched bytes around it. */
static void *room(size_t size)
{
	void *p = arena + used + 64;

	used += (size + 64 + 63) / 64 * 64;
	assert_true(used + 64 < ARENA);
	return p;
}

static void *value(const void *bytes, size_t size)
{
	return memcpy(room(size), bytes, size);
}
#define VALUE(type, ...) ((type *)value(&(type){ __VA_ARGS__ }, sizeof(type)))

#define A(x) ((__u64)(uintptr_t)(x))

/* Makes the call and compares. Returns the raw result. */
static long made(const char *name, const __u64 a[6])
{
	size_t i;
	long result;

	spans_own(&s, name, a);
	assert_int_equal(spans_entry(&s), 0);
	reach = s;
	assert_int_equal(spans_reach(&reach), 0);
	memcpy(before, arena, ARENA);
	result = syscall(s.call.nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (result == -1)
		result = -errno;
	assert_int_equal(spans_exit(&s, result), 0);
	for (i = 0; i < ARENA; i++)
		if (arena[i] != before[i] &&
		    !(spans_cover(&s, A(&arena[i])) && spans_cover(&reach, A(&arena[i]))))
			fail_msg("%s = %ld: byte %zu changed, and the plan does not say so", name,
				 result, i);
	return result;
}
#define CALL(name, ...) made(name, (const __u64[6]){ __VA_ARGS__ })

/* Skips nothing: a call that the kernel lacks has written nothing. */
static bool works(long result)
{
	if (result == -ENOSYS || result == -EPERM || result == -EACCES || result == -EOPNOTSUPP)
		return false;
	assert_true(result >= 0);
	return true;
}

/* ---- bytes ---- */

static void test_read(void **state)
{
	int fd[2];

	(void)state;
	assert_int_equal(CALL("pipe2", A(room(8)), 0), 0);
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], "0123456789", 10), 10);
	assert_int_equal(CALL("read", fd[0], A(room(100)), 4), 4);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.span[0].len, 4);
	{
		struct iovec *v = room(3 * sizeof(*v));

		v[0] = (struct iovec){ room(2), 2 };
		v[1] = (struct iovec){ room(1), 0 };
		v[2] = (struct iovec){ room(40), 40 };
		assert_int_equal(CALL("readv", fd[0], A(v), 3), 6);
	}
	{
		/* a buffer of which only a part is there */
		size_t size = (size_t)sysconf(_SC_PAGESIZE);
		unsigned char *page = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE,
					   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		unsigned char *buf = page + size - 1096;
		static char text[3000];
		long result;

		memset(text, 'x', sizeof(text));
		munmap(page + size, size);
		assert_int_equal(write(fd[1], text, sizeof(text)), sizeof(text));
		result = CALL("read", fd[0], A(buf), 2000);
		assert_true(result == -EFAULT || result == 1096);
		assert_true(buf[0] != 'x' || spans_cover(&s, A(buf)));
		munmap(page, size);
	}
	assert_int_equal(CALL("getrandom", A(room(100)), 100, 0), 100);
	assert_int_equal(CALL("ioctl", fd[0], FIONREAD, A(room(4))), 0);
	close(fd[0]);
	close(fd[1]);
}

static void test_file(void **state)
{
	int fd = open("/etc/passwd", O_RDONLY), dir = open("/etc", O_RDONLY | O_DIRECTORY);
	char *path = value("/etc/passwd", 12);

	(void)state;
	assert_true(CALL("pread64", fd, A(room(512)), 512, 3) > 0);
	assert_int_equal(CALL("newfstatat", (__u64)AT_FDCWD, A(path), A(room(256)), 0), 0);
	assert_int_equal(CALL("fstat", fd, A(room(256))), 0);
	assert_int_equal(CALL("statx", (__u64)AT_FDCWD, A(path), 0, 0xfff, A(room(300))), 0);
	assert_int_equal(CALL("statfs", A(path), A(room(200))), 0);
	assert_true(CALL("getdents64", dir, A(room(4096)), 4096) > 0);
	assert_true(CALL("getcwd", A(room(4096)), 4096) > 0);
	assert_true(CALL("readlinkat", (__u64)AT_FDCWD, A(value("/proc/self/exe", 15)),
			 A(room(4096)), 4096) > 0);
	CALL("getxattr", A(path), A(value("user.none", 10)), A(room(64)), 64);
	assert_true(CALL("listxattr", A(path), A(room(64)), 0) >= -EOPNOTSUPP);
	works(CALL("file_getattr", (__u64)AT_FDCWD, A(path), A(room(64)), 50, 0));
	works(CALL("listxattrat", (__u64)AT_FDCWD, A(path), 0, A(room(64)), 64));
	CALL("fcntl", fd, F_GETLK, A(VALUE(struct flock, .l_type = F_WRLCK)));
	CALL("fcntl", fd, F_GETOWN_EX, A(room(8)));
	CALL("name_to_handle_at", (__u64)AT_FDCWD, A(path), A(VALUE(int, 0)), A(room(8)), 0);
	CALL("name_to_handle_at", (__u64)AT_FDCWD, A(path), A(VALUE(int, 128)) , A(room(8)), 0);
	CALL("ioctl", fd, FS_IOC_GETFLAGS, A(room(8)));
	CALL("ioctl", fd, FIGETBSZ, A(room(8)));
	{
		struct fiemap *map = room(32 + 4 * 56);

		*map = (struct fiemap){ .fm_length = ~0ull, .fm_extent_count = 4 };
		CALL("ioctl", fd, FS_IOC_FIEMAP, A(map));
		map->fm_flags = 0x40000000;
		CALL("ioctl", fd, FS_IOC_FIEMAP, A(map));
	}
	close(fd);
	close(dir);
}

static void test_offsets(void **state)
{
	int in = open("/etc/passwd", O_RDONLY), out = memfd_create("scap", 0), fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(CALL("sendfile", out, in, A(VALUE(loff_t, 2)), 20), 20);
	assert_int_equal(CALL("splice", in, A(VALUE(loff_t, 2)), fd[1], 0, 20, 0), 20);
	CALL("copy_file_range", in, A(VALUE(loff_t, 0)), out, A(VALUE(loff_t, 9)), 5, 0);
	{
		struct iovec *v = VALUE(struct iovec, room(50), 50);

		assert_int_equal(CALL("vmsplice", fd[0], A(v), 1, 0), 20);
	}
	close(in);
	close(out);
	close(fd[0]);
	close(fd[1]);
}

/* ---- sockets ---- */

/* Receives a descriptor and credentials into a room of @control bytes. */
static void receive(int fd[2], size_t control)
{
	struct iovec *v = VALUE(struct iovec, room(32), 32);
	struct iovec out = { "hello", 5 };
	union {
		struct cmsghdr h;
		char room[CMSG_SPACE(sizeof(int))];
	} c = { 0 };
	struct msghdr m = { .msg_iov = &out, .msg_iovlen = 1, .msg_control = &c,
			    .msg_controllen = sizeof(c) };

	c.h = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(&c.h), &fd[0], sizeof(int));
	assert_int_equal(sendmsg(fd[0], &m, 0), 5);
	assert_int_equal(CALL("recvmsg", fd[1],
			      A(VALUE(struct msghdr, .msg_name = room(110), .msg_namelen = 110,
				      .msg_iov = v, .msg_iovlen = 1, .msg_control = room(control),
				      .msg_controllen = control)), 0), 5);
}

static void test_messages(void **state)
{
	int on = 1, fd[2];

	(void)state;
	assert_int_equal(CALL("socketpair", AF_UNIX, SOCK_STREAM, 0, A(room(8))), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, fd), 0);
	assert_int_equal(setsockopt(fd[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)), 0);
	receive(fd, 100);
	receive(fd, 40);
	receive(fd, 0);
	assert_int_equal(write(fd[0], "datagram", 8), 8);
	assert_int_equal(CALL("recvfrom", fd[1], A(room(4)), 4, MSG_TRUNC, A(room(110)),
			      A(VALUE(int, 110))), 8);
	assert_int_equal(CALL("getsockopt", fd[0], SOL_SOCKET, SO_PEERCRED, A(room(40)),
			      A(VALUE(int, 40))), 0);
	CALL("getsockopt", fd[0], SOL_SOCKET, SO_PEERSEC, A(room(1)), A(VALUE(int, 1)));
	CALL("getsockopt", fd[0], SOL_SOCKET, SO_PEERGROUPS, A(room(1)), A(VALUE(int, 0)));
	close(fd[0]);
	close(fd[1]);
}

static void test_addresses(void **state)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(any);
	int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
	int udp = socket(AF_INET, SOCK_DGRAM, 0), i;

	(void)state;
	assert_int_equal(bind(server, (void *)&any, len), 0);
	assert_int_equal(listen(server, 5), 0);
	assert_int_equal(getsockname(server, (void *)&any, &len), 0);
	assert_int_equal(connect(client, (void *)&any, len), 0);
	assert_true(CALL("accept4", server, A(room(128)), A(VALUE(int, 128)), 0) >= 0);
	assert_int_equal(CALL("getsockname", client, A(room(16)), A(VALUE(int, 5))), 0);
	assert_int_equal(CALL("getpeername", client, A(room(128)), A(VALUE(int, 128))), 0);
	assert_int_equal(CALL("getsockopt", client, IPPROTO_TCP, 11, A(room(512)),
			      A(VALUE(int, 512))), 0);

	any.sin_port = 0;
	assert_int_equal(bind(udp, (void *)&any, len), 0);
	assert_int_equal(getsockname(udp, (void *)&any, &len), 0);
	for (i = 0; i < 3; i++)
		assert_int_equal(sendto(udp, "0123456789", 5 + (size_t)i, 0, (void *)&any, len),
				 5 + i);
	{
		struct mmsghdr *m = room(4 * sizeof(*m));

		for (i = 0; i < 4; i++)
			m[i] = (struct mmsghdr){ .msg_hdr = {
				.msg_name = room(40), .msg_namelen = 40,
				.msg_iov = VALUE(struct iovec, room(20), 20), .msg_iovlen = 1,
				.msg_control = room(64), .msg_controllen = 64 } };
		assert_int_equal(CALL("recvmmsg", udp, A(m), 4, MSG_WAITFORONE,
				      A(VALUE(struct timespec, 5, 0))), 3);
		for (i = 0; i < 2; i++)
			m[i] = (struct mmsghdr){ .msg_hdr = {
				.msg_name = value(&any, sizeof(any)), .msg_namelen = sizeof(any),
				.msg_iov = VALUE(struct iovec, room(20), 20), .msg_iovlen = 1 } };
		assert_int_equal(CALL("sendmmsg", udp, A(m), 2, 0), 2);
	}
	{
		struct ifconf *conf = room(16);

		static_assert(sizeof(struct ifreq) == 40, "SIOCGIF* in ioctls.def");
		conf->ifc_len = 400;
		conf->ifc_buf = room(400);
		assert_int_equal(CALL("ioctl", udp, 0x8912, A(conf)), 0);
		CALL("ioctl", udp, 0x8927, A(VALUE(struct ifreq, .ifr_name = "lo")));
	}
	close(server);
	close(client);
	close(udp);
}

/* ---- waiting ---- */

static void test_waiting(void **state)
{
	int fd[2], ep = epoll_create1(0);
	struct pollfd *p = room(2 * sizeof(*p));

	(void)state;
	assert_int_equal(pipe(fd), 0);
	p[0] = (struct pollfd){ .fd = fd[0], .events = POLLIN, .revents = 0x7777 };
	p[1] = (struct pollfd){ .fd = fd[1], .events = POLLOUT, .revents = 0x7777 };
	assert_int_equal(CALL("ppoll", A(p), 2, A(VALUE(struct timespec, 1, 5)), 0, 8), 1);
	assert_int_equal(CALL("ppoll", A(p), 1, A(VALUE(struct timespec, 0, 1000)), 0, 8), 0);
	{
		__u64 *in = room(128), *out = room(128);

		memset(in, 0, 128);
		memset(out, 0, 128);
		in[fd[0] / 64] |= 1ull << fd[0] % 64;
		out[fd[1] / 64] |= 1ull << fd[1] % 64;
		assert_int_equal(CALL("pselect6", fd[1] + 1, A(in), A(out), 0,
				      A(VALUE(struct timespec, 1, 5)), 0), 1);
		in[0] = in[1] = 0;
		assert_int_equal(CALL("pselect6", 10, A(in), 0, 0,
				      A(VALUE(struct timespec, 0, 1000)), 0), 0);
	}
	assert_int_equal(CALL("epoll_ctl", ep, EPOLL_CTL_ADD, fd[1],
			      A(VALUE(struct epoll_event, .events = EPOLLOUT))), 0);
	assert_int_equal(CALL("epoll_pwait", ep, A(room(64)), 4, 100, 0, 8), 1);
	close(fd[0]);
	close(fd[1]);
	close(ep);
}

static void nothing(int sig)
{
	(void)sig;
}

static void test_sleep_cut_short(void **state)
{
	struct sigaction act = { .sa_handler = nothing };
	struct itimerval soon = { .it_value.tv_usec = 20000 };

	(void)state;
	assert_int_equal(sigaction(SIGALRM, &act, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	assert_int_equal(CALL("nanosleep", A(VALUE(struct timespec, 5, 0)),
			      A(room(16))), -EINTR);
	assert_int_equal(s.n, 1);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	assert_int_equal(CALL("clock_nanosleep", CLOCK_MONOTONIC, 0,
			      A(VALUE(struct timespec, 5, 0)), A(room(16))), -EINTR);
	assert_int_equal(CALL("nanosleep", A(VALUE(struct timespec, 0, 1000)), A(room(16))), 0);
	assert_int_equal(s.n, 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	assert_int_equal(CALL("ppoll", A(VALUE(struct pollfd, .fd = -1, .revents = 9)), 1,
			      A(VALUE(struct timespec, 5, 0)), 0, 8), -EINTR);
}

static void test_children(void **state)
{
	pid_t pid = fork();

	(void)state;
	if (!pid)
		_exit(3);
	assert_int_equal(CALL("waitid", P_PID, (__u64)pid, A(room(128)), WEXITED | WNOWAIT,
			      A(room(144))), 0);
	assert_int_equal(CALL("wait4", (__u64)pid, A(room(4)), 0, A(room(144))), pid);
	assert_int_equal(CALL("waitid", P_PID, (__u64)pid, A(room(128)), WEXITED,
			      A(room(144))), -ECHILD);
	assert_true(CALL("wait4", (__u64)-1, A(room(4)), WNOHANG, A(room(144))) <= 0);
}

static void test_futex(void **state)
{
	(void)state;
	assert_int_equal(CALL("futex", A(VALUE(int, 0)), FUTEX_LOCK_PI, 0, 0, 0, 0), 0);
	assert_int_equal(CALL("futex", A(VALUE(int, gettid())), FUTEX_UNLOCK_PI, 0, 0, 0, 0), 0);
	assert_true(CALL("futex", A(VALUE(int, 0)), FUTEX_WAKE_OP, 1, 1, A(VALUE(int, 5)),
			 FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 5)) >= 0);
	assert_int_equal(CALL("futex", A(VALUE(int, 1)), FUTEX_WAIT, 1, A(VALUE(struct timespec, 0, 9)),
			      0, 0), -ETIMEDOUT);
}

/* ---- signals, time, identity ---- */

static void test_signals(void **state)
{
	__u64 *act = room(32);
	union sigval none = { 0 };

	(void)state;
	memset(act, 0, 32);
	assert_int_equal(CALL("rt_sigaction", SIGUSR1, 0, A(room(152)), 8), 0);
	assert_int_equal(CALL("rt_sigprocmask", SIG_BLOCK, A(VALUE(__u64, 1ull << (SIGUSR2 - 1))),
			      A(room(128)), 8), 0);
	assert_int_equal(sigqueue(getpid(), SIGUSR2, none), 0);
	assert_int_equal(CALL("rt_sigpending", A(room(128)), 8), 0);
	assert_int_equal(CALL("rt_sigtimedwait", A(VALUE(__u64, 1ull << (SIGUSR2 - 1))),
			      A(room(128)), A(VALUE(struct timespec, 1, 0)), 8), SIGUSR2);
	assert_int_equal(CALL("sigaltstack", 0, A(room(24))), 0);
}

static void test_time(void **state)
{
	timer_t *timer = room(8);

	(void)state;
	assert_int_equal(CALL("clock_gettime", CLOCK_REALTIME, A(room(16))), 0);
	assert_int_equal(CALL("clock_getres", CLOCK_REALTIME, A(room(16))), 0);
	assert_int_equal(CALL("gettimeofday", A(room(16)), A(room(8))), 0);
	assert_int_equal(CALL("getitimer", ITIMER_REAL, A(room(32))), 0);
	assert_int_equal(CALL("timer_create", CLOCK_MONOTONIC, 0, A(timer)), 0);
	assert_int_equal(CALL("timer_gettime", *(int *)timer, A(room(32))), 0);
	assert_true(CALL("times", A(room(32))) > 0);
	assert_true(CALL("adjtimex", A(memset(room(208), 0, 208))) >= -EPERM);
}

static void test_identity(void **state)
{
	(void)state;
	assert_int_equal(CALL("uname", A(room(400))), 0);
	assert_int_equal(CALL("getrusage", RUSAGE_SELF, A(room(144))), 0);
	assert_int_equal(CALL("prlimit64", 0, RLIMIT_NOFILE, 0, A(room(16))), 0);
	assert_int_equal(CALL("sysinfo", A(room(112))), 0);
	assert_int_equal(CALL("getresuid", A(room(4)), A(room(4)), A(room(4))), 0);
	assert_true(CALL("getgroups", 0, A(room(64))) >= 0);
	assert_true(CALL("getgroups", 16, A(room(64))) >= 0);
	assert_true(CALL("sched_getaffinity", 0, 128, A(room(128))) > 0);
	assert_int_equal(CALL("sched_getparam", 0, A(room(4))), 0);
	assert_int_equal(CALL("sched_getattr", 0, A(room(128)), 100, 0), 0);
	assert_int_equal(CALL("sched_rr_get_interval", 0, A(room(16))), 0);
	assert_int_equal(CALL("getcpu", A(room(4)), A(room(4)), 0), 0);
	assert_int_equal(CALL("prctl", 16, A(room(32))), 0);
	assert_int_equal(CALL("capget", A(VALUE(__u64, 0x20080522)), A(room(24))), 0);
	assert_int_equal(CALL("capget", A(VALUE(__u64, 1)), A(room(24))), -EINVAL);
	assert_int_equal(CALL("get_robust_list", 0, A(room(8)), A(room(8))), 0);
	CALL("get_mempolicy", A(room(4)), A(room(128)), 1024, 0, 0);
	{
		void *mem = mmap(NULL, 9 * 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		assert_int_equal(CALL("mincore", A(mem), 9 * 4096, A(room(16))), 0);
	}
	works(CALL("lsm_list_modules", A(room(128)), A(VALUE(int, 128)), 0));
	CALL("lsm_list_modules", A(room(128)), A(VALUE(int, 1)), 0);
	{
		struct iovec *local = VALUE(struct iovec, room(30), 30);

		works(CALL("process_vm_readv", (__u64)getpid(), A(local), 1,
			   A(VALUE(struct iovec, before, 20)), 1, 0));
	}
}

/* ---- terminals, System V ---- */

static void test_terminal(void **state)
{
	static const __u32 requests[] = { 0x5401, 0x5405, 0x540f, 0x5411, 0x5413, 0x5415, 0x541b,
					  0x5424, 0x5429, 0x802c542a, 0x80045430, 0x80045438,
					  0x80045439, 0x80045440, 0x541e, 0x545d };
	int master, slave;
	size_t i;

	(void)state;
	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		CALL("ioctl", master, requests[i], A(room(128)));
		CALL("ioctl", slave, requests[i], A(room(128)));
	}
	assert_int_equal(CALL("ioctl", slave, 0x5401, A(room(64))), 0);
	assert_int_equal(s.span[0].len, 36);
	close(master);
	close(slave);
}

static void test_sysv(void **state)
{
	int shm = shmget(IPC_PRIVATE, 4096, 0600), sem = semget(IPC_PRIVATE, 3, 0600);
	int queue = msgget(IPC_PRIVATE, 0600);
	struct {
		long type;
		char text[8];
	} message = { 5, "hello" };

	(void)state;
	if (shm < 0 || sem < 0 || queue < 0)
		skip();
	assert_int_equal(CALL("shmctl", shm, IPC_STAT, A(room(112))), 0);
	assert_true(CALL("shmctl", 0, IPC_INFO, A(room(112))) >= 0);
	assert_true(CALL("shmctl", 0, SHM_INFO, A(room(112))) >= 0);
	assert_int_equal(CALL("semctl", sem, 0, IPC_STAT, A(room(112))), 0);
	assert_true(CALL("semctl", 0, 0, IPC_INFO, A(room(112))) >= 0);
	assert_int_equal(CALL("semctl", sem, 0, GETALL, A(room(6))), 0);
	assert_int_equal(CALL("msgctl", queue, IPC_STAT, A(room(128))), 0);
	assert_int_equal(msgsnd(queue, &message, 5, 0), 0);
	assert_int_equal(CALL("msgrcv", queue, A(room(64)), 40, 0, 0), 5);
	shmctl(shm, IPC_RMID, NULL);
	semctl(sem, 0, IPC_RMID);
	msgctl(queue, IPC_RMID, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_read, reset),
		cmocka_unit_test_setup(test_file, reset),
		cmocka_unit_test_setup(test_offsets, reset),
		cmocka_unit_test_setup(test_messages, reset),
		cmocka_unit_test_setup(test_addresses, reset),
		cmocka_unit_test_setup(test_waiting, reset),
		cmocka_unit_test_setup(test_sleep_cut_short, reset),
		cmocka_unit_test_setup(test_children, reset),
		cmocka_unit_test_setup(test_futex, reset),
		cmocka_unit_test_setup(test_signals, reset),
		cmocka_unit_test_setup(test_time, reset),
		cmocka_unit_test_setup(test_identity, reset),
		cmocka_unit_test_setup(test_terminal, reset),
		cmocka_unit_test_setup(test_sysv, reset),
	};

	return cmocka_run_group_tests_name("plan-native", tests, NULL, NULL);
}
