// SPDX-License-Identifier: GPL-2.0
/*
 * random-calls SEED COUNT: makes random system calls that write memory, with
 * arguments that often make sense, and holds what changed against the plan.
 * Calls that would end, block for ever or leave the sandbox are left out. Says
 * findings and a checksum of all results and outputs; status 1 if there are
 * findings. Gives up root's rights first.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include <scap/plan-rules.h>

#define ARENA		65536
#define PATTERN		0xa7
#define SPANS		65536
#define PATIENCE_US	3000	/* a sleep is cut short after so long */

static unsigned char arena[ARENA] __attribute__((aligned(4096)));
static unsigned char before[ARENA];
static unsigned int seed;
static int zoo[40], animals;

/* ---- planning ---- */

static struct { __u64 addr, len; } spans[SPANS];
static unsigned int nspans;

static int get(const struct scap_mem *mem, __u64 addr, void *buf, __u32 len)
{
	struct iovec local = { buf, len }, remote = { (void *)(uintptr_t)addr, len };

	(void)mem;
	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)len ? 0 : -EFAULT;
}

static int collect(struct scap_plan *plan, __u64 addr, __u64 len, __u8 kind, __u8 arg, bool string)
{
	(void)plan, (void)arg, (void)string;
	if (kind == SCAP_SPAN_OUT && nspans < SPANS) {
		spans[nspans].addr = addr;
		spans[nspans++].len = len;
	}
	return 0;
}

static bool covered(__u64 addr)
{
	for (unsigned int i = 0; i < nspans; i++)
		if (addr - spans[i].addr < spans[i].len)
			return true;
	return false;
}

/* ---- arguments ---- */

static unsigned int any(unsigned int below)
{
	return (unsigned int)rand_r(&seed) % below;
}
#define PICK(...) pick((const int[]){ __VA_ARGS__ }, sizeof((int[]){ __VA_ARGS__ }) / sizeof(int))

static __u64 pick(const int *list, size_t n)
{
	return (__u64)list[any((unsigned int)n)];
}

static __u64 address(void)
{
	unsigned int at = any(ARENA / 64 - 16) * 64 + (any(8) ? 0 : any(8) * 8);

	return (__u64)(uintptr_t)&arena[at];
}

static __u64 ioctl_request(void)
{
	static const __u32 list[] = {
#define IOCTL(name, nr, in, out) nr,
#define IOCTL_PLAN(name, nr, kind) nr,
#include <scap/ioctls.def>
#undef IOCTL
#undef IOCTL_PLAN
	};
	__u32 request;

	do
		request = list[any(sizeof(list) / sizeof(list[0]))];
	while (request == 0x5412 || request == 0x540e);	/* TIOCSTI, TIOCSCTTY: not ours to type at */
	return request;
}

static __u64 argument(__u8 type)
{
	switch (type) {
	case SCAP_T_FD:
	case SCAP_T_DIRFD:
		return (__u64)zoo[any((unsigned int)animals)];
	case SCAP_T_IOCTL_REQ:
		return ioctl_request();
	case SCAP_T_PID:
	case SCAP_T_TID:
		return any(2) ? 0 : (__u64)getpid();
	case SCAP_T_INT:
	case SCAP_T_UINT:
	case SCAP_T_SIZE:
		return PICK(0, 1, 2, 3, 4, 8, 16, 24, 32, 64, 100, 128, 256, 512, 1024);
	case SCAP_T_MSEC:
		return any(3);
	case SCAP_T_SIGNO:
		return 0;
	case SCAP_T_SOCK_LEVEL:
		return PICK(1, 6, 0, 41, 17, 270, 263);
	case SCAP_T_KEYCTL_OP:
		return PICK(0, 6, 10, 11, 16, 17, 22, 23, 24, 31);
	case SCAP_T_FUTEX_OP:
		return PICK(0, 1, 4, 5, 6, 7, 8, 9, 10) | (any(2) ? 128 : 0);
	case SCAP_T_PRCTL_OP:	/* those that only ask */
		return PICK(2, 5, 9, 11, 16, 19, 21, 25, 30, 37, 40, 0x41555856);
	case SCAP_T_PATH:
		return any(2) ? (__u64)(uintptr_t)"/etc/passwd" : (__u64)(uintptr_t)"/";
	case SCAP_T_PTR:
	case SCAP_T_IOCTL_ARG:
	case SCAP_T_FCNTL_ARG:
	case SCAP_T_SHMCTL_ARG:
	case SCAP_T_SEMCTL_ARG:
	case SCAP_T_MSGCTL_ARG:
	case SCAP_T_QUOTACTL_ARG:
	case SCAP_T_SOCK_OPTVAL:
	case SCAP_T_FUTEX_VAL:
	case SCAP_T_PRCTL_ARG:
	case SCAP_T_SECCOMP_ARG:
		break;
	default:
		if (type < SCAP_T_PATH)
			return any(40);
	}
	return any(12) ? address() : any(2) ? 0 : 0x7000;
}

static void put_iovecs(void *at)
{
	struct scap_iov *iov = at;

	for (int i = 0; i < 4; i++)
		iov[i] = (struct scap_iov){ address(), any(60) };
}

/* What stands where an argument points to: something of its type, or numbers. */
static void furnish(__u8 type, void *at)
{
	__u32 *word = at;
	__u64 *pair = at;
	unsigned int kind = any(5);

	switch (type) {
	case SCAP_T_IOVEC_IN:
	case SCAP_T_IOVEC_OUT:
		put_iovecs(at);
		return;
	case SCAP_T_MSGHDR:
		pair[0] = address();
		pair[1] = any(130);
		pair[2] = address();
		pair[3] = any(4);
		pair[4] = address();
		pair[5] = any(100);
		put_iovecs((void *)(uintptr_t)pair[2]);
		return;
	case SCAP_T_POLLFDS:
		for (int i = 0; i < 16; i++) {
			word[2 * i] = (__u32)zoo[any((unsigned int)animals)];
			word[2 * i + 1] = any(64);
		}
		return;
	case SCAP_T_TIMESPEC:
	case SCAP_T_TIMEVAL:
		pair[0] = 0;
		pair[1] = any(9000);
		return;
	case SCAP_T_CAP_HEADER:
		pair[0] = PICK(0x19980330, 0x20071026, 0x20080522, 5);
		return;
	}
	for (int i = 0; i < 40 && kind; i++)
		word[i] = kind == 1 ? any(2) * any(128) : kind == 2 ? 0 : any(200);
	if (type == SCAP_T_IOCTL_ARG && any(2))
		memcpy(at, "lo\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
}

/* ---- calls ---- */

static bool left_out(const struct scap_sysinfo *info)
{
	switch (info->id) {
	case SCAP_SYS_accept:		/* descriptors without end */
	case SCAP_SYS_accept4:
	case SCAP_SYS_pipe:
	case SCAP_SYS_pipe2:
	case SCAP_SYS_socketpair:
	case SCAP_SYS_rt_sigaction:	/* our own signals, limits, rights */
	case SCAP_SYS_rt_sigprocmask:
	case SCAP_SYS_sigaltstack:
	case SCAP_SYS_setitimer:
	case SCAP_SYS_prlimit64:
	case SCAP_SYS_capset:
	case SCAP_SYS_seccomp:
	case SCAP_SYS_arch_prctl:
	case SCAP_SYS_modify_ldt:
	case SCAP_SYS_recvmmsg:
	case SCAP_SYS_restart_syscall:
	case SCAP_SYS_process_vm_readv:
		return true;
	}
	return info->class != SCAP_EMULATE;
}

static struct scap_call call;
static const struct scap_row *row;

static bool in_arena(__u64 addr)
{
	return addr - (__u64)(uintptr_t)arena < ARENA;
}

/* Last of all, as arguments overlap: no mask keeps the timer out. */
static void unblock(void)
{
	for (int i = 0; i < row->info.nargs; i++) {
		__u8 type = row->info.type[i];

		if (in_arena(call.args[i]) && (type == SCAP_T_SIGSET || type == SCAP_T_SIGSET_ARG))
			memset((void *)(uintptr_t)call.args[i], 0, 128);
	}
}

/* Fills @call and @row; false: not this one. */
static bool choose(void)
{
	static struct scap_iov iov[16];

	call = (struct scap_call){ .nr = any(scap_sysinfo_end(SCAP_ARCH_NATIVE)), .iov = iov,
				   .iov_cap = 16 };
	row = scap_row(call.nr);
	if (!row || row->exit->op == SCAP_RULE_END || left_out(&row->info))
		return false;
	memset(arena, PATTERN, sizeof(arena));
	for (int i = 0; i < row->info.nargs; i++)
		call.args[i] = argument(row->info.type[i]);
	for (int i = 0; i < row->info.nargs; i++)
		if (in_arena(call.args[i]))
			furnish(row->info.type[i], (void *)(uintptr_t)call.args[i]);
	unblock();
	return true;
}

static void patience(long us)
{
	setitimer(ITIMER_REAL, &(struct itimerval){ .it_value.tv_usec = us,
						    .it_interval.tv_usec = us }, NULL);
}

static void make(void)
{
	const __u64 *a = call.args;

	patience(PATIENCE_US);
	call.result = syscall(call.nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (call.result == -1)
		call.result = -errno;
	patience(0);
	if (row->info.flags & (SCAP_ROW_NEWFD | SCAP_ROW_FDS) && call.result > zoo[animals - 1])
		close((int)call.result);
}

/* First byte that changed and is in no span, or -1. */
static int uncovered(void)
{
	for (int i = 0; i < ARENA; i++)
		if (arena[i] != before[i] && !covered((__u64)(uintptr_t)&arena[i]))
			return i;
	return -1;
}

static void report(int byte)
{
	const __u64 *a = call.args;

	printf("%s(%#llx, %#llx, %#llx, %#llx, %#llx, %#llx) = %lld: byte %d (%#llx): %02x, now %02x\n",
	       row->info.name, a[0], a[1], a[2], a[3], a[4], a[5], call.result, byte,
	       (__u64)(uintptr_t)&arena[byte], before[byte], arena[byte]);
}

/* ---- the zoo ---- */

static void add(int fd)
{
	if (fd >= 0)
		zoo[animals++] = fd;
}

static void add_pair(const int fd[2])
{
	for (int i = 0; i < 2; i++) {
		fcntl(fd[i], F_SETFL, O_NONBLOCK);
		add(fd[i]);
	}
}

static void add_connection(void)
{
	struct sockaddr_in any_port = { .sin_family = AF_INET,
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(any_port);
	int fd[2], server = socket(AF_INET, SOCK_STREAM, 0);

	fd[0] = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(server, (void *)&any_port, len) || listen(server, 1) ||
	    getsockname(server, (void *)&any_port, &len) ||
	    connect(fd[0], (void *)&any_port, len) || write(fd[0], "hello", 5) != 5)
		return;
	fd[1] = accept(server, NULL, NULL);
	add_pair(fd);
	add(server);
	fcntl(server, F_SETFL, O_NONBLOCK);
}

static void fill_zoo(void)
{
	int fd[2], ep = epoll_create1(0);

	add(open("/etc/passwd", O_RDONLY));
	add(open("/etc", O_RDONLY | O_DIRECTORY));
	add(open("/proc/self/maps", O_RDONLY));
	add(open("/proc/self/ns/net", O_RDONLY));
	add(open("/dev/null", O_RDWR));
	add(memfd_create("random-calls", 0));
	if (!pipe(fd))
		add_pair(fd);
	if (!openpty(&fd[0], &fd[1], NULL, NULL, NULL))
		add_pair(fd);
	if (!socketpair(AF_UNIX, SOCK_DGRAM, 0, fd))
		add_pair(fd);
	if (!socketpair(AF_UNIX, SOCK_STREAM, 0, fd))
		add_pair(fd);
	add(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
	add(socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0));
	add(socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, 0));
	add_connection();
	add(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
	add(eventfd(5, EFD_NONBLOCK));
	add(inotify_init1(IN_NONBLOCK));
	epoll_ctl(ep, EPOLL_CTL_ADD, zoo[animals - 2],
		  &(struct epoll_event){ .events = EPOLLIN | EPOLLOUT });
	add(ep);
}

static void nothing(int sig)
{
	(void)sig;
}

static void live_quietly(void)
{
	static const int fatal[] = { SIGINT, SIGTERM, SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE };
	const struct sigaction act = { .sa_handler = nothing };

	for (int sig = 1; sig <= SIGRTMAX; sig++) {
		bool ours = true;

		for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
			ours = ours && sig != fatal[i];
		if (ours)
			sigaction(sig, &act, NULL);
	}
	if (!getuid() && (setgid(65534) || setuid(65534)))
		exit(2);
}

int main(int argc, char **argv)
{
	const struct scap_mem mem = { get };
	struct scap_plan plan = { .mem = &mem, .emit = collect };
	unsigned int findings = 0;
	unsigned long sum = 14695981039346656037ul;

	if (argc != 3) {
		fprintf(stderr, "usage: random-calls SEED COUNT\n");
		return 2;
	}
	seed = (unsigned int)strtoul(argv[1], NULL, 10);
	fill_zoo();
	live_quietly();
	for (long left = strtol(argv[2], NULL, 10); left > 0; left--) {
		int byte;

		while (!choose())
			;
		scap_plan_entry(&plan, &call);
		if (plan.refuse)
			continue;
		memcpy(before, arena, ARENA);
		make();
		nspans = 0;
		scap_plan_exit(&plan, &call);
		byte = uncovered();
		if (byte >= 0 && findings++ < 50)
			report(byte);
		sum = (sum ^ (unsigned long)call.result) * 1099511628211ul;
		for (int i = 0; i < ARENA; i++)
			if (arena[i] != before[i])
				sum = (sum ^ arena[i]) * 1099511628211ul;
	}
	printf("checksum %016lx, %u findings\n", sum, findings);
	return findings != 0;
}
