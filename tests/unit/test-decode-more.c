// SPDX-License-Identifier: GPL-2.0
/*
 * Calls as text, continued: processes, signals, time, waiting, sockets,
 * devices, IPC, administration; and what the other architecture changes.
 */
#include "decode-lines.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#define AT_FDCWD ((uint64_t)-100)

static void put(char *p, size_t at, uint64_t v, size_t width)
{
	memcpy(p + at, &v, width);
}

static void test_processes(void **state)
{
	char bytes[144] = { 0 };

	(void)state;
	call("clone", 55, 0x1200011, 0, 0, BUF, 0);
	line("clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, "
	     "child_tidptr=0x7ffd00001000) = 55");

	call("clone3", 55, BUF, 88);
	in_ints(0, BUF, 8, 0x3d0f00L, (long)BUF2, (long)BUF2, (long)BUF2, 0L, 0x1000L, 0x8000L,
		(long)BUF3, END);
	line("clone3({flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD|CLONE_SYSVSEM|"
	     "CLONE_SETTLS|CLONE_PARENT_SETTID|CLONE_CHILD_CLEARTID, pidfd=0x7ffd00002000, "
	     "child_tid=0x7ffd00002000, parent_tid=0x7ffd00002000, exit_signal=0, stack=0x1000, "
	     "stack_size=0x8000, tls=0x7ffd00003000, ...}, 88) = 55");

	call("wait4", 55, (uint64_t)-1, BUF, 3, 0);
	out_ints(1, BUF, 4, 0x8bL, END);
	line("wait4(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV && WCOREDUMP(s)}], "
	     "WNOHANG|WSTOPPED, NULL) = 55");

	call("wait4", 55, 55, BUF, 0, 0);
	out_ints(1, BUF, 4, 0x137fL, END);
	line("wait4(55, [{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}], 0, NULL) = 55");

	call("wait4", 55, 55, BUF, 0, 0);
	out_ints(1, BUF, 4, 0xffffL, END);
	line("wait4(55, [{WIFCONTINUED(s)}], 0, NULL) = 55");

	call("waitid", 0, 0, 0, 0, 5, 0);
	line("waitid(P_ALL, 0, NULL, WNOHANG|WEXITED, NULL) = 0");

	call("prlimit64", 0, 0, 3, 0, BUF);
	out_ints(3, BUF, 8, 8388608L, -1L, END);
	line("prlimit64(0, RLIMIT_STACK, NULL, {rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY}) "
	     "= 0");

	put(bytes, 0, 2, 8);
	put(bytes, 8, 3, 8);
	put(bytes, 32, 1024, 8);
	call("getrusage", 0, 0, BUF);
	out(1, BUF, bytes, 144);
	line("getrusage(RUSAGE_SELF, {ru_utime={tv_sec=2, tv_usec=3}, ru_stime={tv_sec=0, "
	     "tv_usec=0}, ru_maxrss=1024, ru_minflt=0, ru_majflt=0, ...}) = 0");

	call("setpriority", 0, 0, 0, 5);
	line("setpriority(PRIO_PROCESS, 0, 5) = 0");

	call("sched_setscheduler", 0, 0, 1, BUF);
	in_ints(2, BUF, 4, 10L, END);
	line("sched_setscheduler(0, SCHED_FIFO, [10]) = 0");

	call("sched_getaffinity", 8, 0, 8, BUF);
	out_ints(2, BUF, 8, 0x2fL, END);
	line("sched_getaffinity(0, 8, [0-3 5]) = 8");

	call("unshare", 0, 0x20020000);
	line("unshare(CLONE_NEWNS|CLONE_NEWPID) = 0");

	call("personality", 0, 0xffffffff);
	line("personality(0xffffffff) = PER_LINUX");

	call("getrandom", 2, BUF, 2, 1);
	out(0, BUF, "\1\2", 2);
	line("getrandom(\"\\1\\2\", 2, GRND_NONBLOCK) = 2");

	call("kcmp", 0, 1, 2, 0, 3, 4);
	line("kcmp(1, 2, KCMP_FILE, 0x3, 0x4) = 0");
}

static void test_futex(void **state)
{
	(void)state;
	call("futex", 1, BUF, 129, 1);
	line("futex(0x7ffd00001000, FUTEX_WAKE_PRIVATE, 1) = 1");

	call("futex", -110, BUF, 0x189, 0, BUF2, 0, 0xffffffff);
	in_ints(3, BUF2, 8, 5L, 6L, END);
	line("futex(0x7ffd00001000, FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME, 0, "
	     "{tv_sec=5, tv_nsec=6}, NULL, FUTEX_BITSET_MATCH_ANY) = -1 ETIMEDOUT "
	     "(Connection timed out)");

	call("futex", -11, BUF, 0, 7, 0);
	line("futex(0x7ffd00001000, FUTEX_WAIT, 7, NULL) = -1 EAGAIN "
	     "(Resource temporarily unavailable)");

	call("futex", 3, BUF, 4, 1, 2, BUF2, 9);
	line("futex(0x7ffd00001000, FUTEX_CMP_REQUEUE, 1, 2, 0x7ffd00002000, 9) = 3");

	call("futex", 1, BUF, 5, 1, 1, BUF2, 0x04000001);
	line("futex(0x7ffd00001000, FUTEX_WAKE_OP, 1, 1, 0x7ffd00002000, "
	     "FUTEX_OP(FUTEX_OP_SET, 0, FUTEX_OP_CMP_GT, 1)) = 1");

	call("set_robust_list", 0, BUF, 24);
	line("set_robust_list(0x7ffd00001000, 24) = 0");
}

static void test_prctl(void **state)
{
	(void)state;
	call("prctl", 0, 15, BUF);
	string(1, BUF, "worker");
	line("prctl(PR_SET_NAME, \"worker\") = 0");

	call("prctl", 0, 38, 1, 0, 0, 0);
	line("prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) = 0");

	call("prctl", 0, 26, 2);
	line("prctl(PR_SET_TSC, PR_TSC_SIGSEGV) = 0");

	call("prctl", 1, 3);
	line("prctl(PR_GET_DUMPABLE) = 1");

	call("prctl", 0, 1, 9);
	line("prctl(PR_SET_PDEATHSIG, SIGKILL) = 0");

	call("prctl", 1, 23, 21);
	line("prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN) = 1");

	call("arch_prctl", 0, 0x1002, BUF);
	line("arch_prctl(ARCH_SET_FS, 0x7ffd00001000) = 0");

	call("arch_prctl", 0, 0x1003, BUF);
	out_ints(1, BUF, 8, 0x7f10L, END);
	line("arch_prctl(ARCH_GET_FS, [0x7f10]) = 0");

	call("getgroups", 0, 100, BUF);
	line("getgroups(100, []) = 0");

	call("getgroups", 2, 100, BUF);
	out_ints(1, BUF, 4, 4L, 27L, END);
	line("getgroups(100, [4, 27]) = 2");
}

static void test_signals(void **state)
{
	char info[128] = { 0 };

	(void)state;
	call("rt_sigaction", 0, 2, BUF, BUF2, 8);
	in_ints(1, BUF, 8, 0x401000L, 0x14000000L, 0x402000L, 1L << 16, END);
	out_ints(2, BUF2, 8, 0L, 0L, 0L, 0L, END);
	line("rt_sigaction(SIGINT, {sa_handler=0x401000, sa_mask=[CHLD], "
	     "sa_flags=SA_RESTORER|SA_RESTART, sa_restorer=0x402000}, {sa_handler=SIG_DFL, "
	     "sa_mask=[], sa_flags=0}, 8) = 0");

	call("rt_sigprocmask", 0, 0, BUF, 0, 8);
	in_ints(1, BUF, 8, ~((1L << 8) | (1L << 18)), END);
	line("rt_sigprocmask(SIG_BLOCK, ~[KILL STOP], NULL, 8) = 0");

	call("kill", 0, (uint64_t)-5, 15);
	line("kill(-5, SIGTERM) = 0");

	call("tgkill", 0, 5, 6, 33);
	line("tgkill(5, 6, SIGRT_1) = 0");

	call("kill", 0, 5, 0);
	line("kill(5, 0) = 0");

	call("sigaltstack", 0, BUF, 0);
	in_ints(0, BUF, 8, 0x1000L, END);
	in_ints(0, BUF + 8, 4, 2L, END);
	in_ints(0, BUF + 16, 8, 8192L, END);
	line("sigaltstack({ss_sp=0x1000, ss_flags=SS_DISABLE, ss_size=8192}, NULL) = 0");

	put(info, 0, 17, 4);
	put(info, 8, 1, 4);
	put(info, 16, 99, 4);
	put(info, 24, 7, 4);
	call("rt_sigtimedwait", 17, BUF, BUF2, 0, 8);
	in_ints(0, BUF, 8, 1L << 16, END);
	out(1, BUF2, info, 128);
	line("rt_sigtimedwait([CHLD], {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=99, si_uid=0, "
	     "si_status=7, si_utime=0, si_stime=0}, NULL, 8) = SIGCHLD");

	call("signalfd4", 5, (uint32_t)-1, BUF, 8, 02004000);
	in_ints(1, BUF, 8, 3L, END);
	line("signalfd4(-1, [HUP INT], 8, SFD_CLOEXEC|SFD_NONBLOCK) = 5");

	call("rt_sigreturn", 0);
	line("rt_sigreturn() = 0");
}

static void test_time(void **state)
{
	(void)state;
	call("clock_gettime", 0, 1, BUF);
	out_ints(1, BUF, 8, 12L, 34L, END);
	line("clock_gettime(CLOCK_MONOTONIC, {tv_sec=12, tv_nsec=34}) = 0");

	call("clock_gettime", 0, ~5u << 3 | 2, BUF);
	out_ints(1, BUF, 8, 0L, 0L, END);
	line("clock_gettime(MAKE_PROCESS_CPUCLOCK(5, CPUCLOCK_SCHED), {tv_sec=0, tv_nsec=0}) = 0");

	call("clock_nanosleep", 0, 0, 1, BUF, 0);
	in_ints(2, BUF, 8, 1L, 0L, END);
	line("clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, {tv_sec=1, tv_nsec=0}, NULL) = 0");

	call("setitimer", 0, 0, BUF, 0);
	in_ints(1, BUF, 8, 0L, 0L, 1L, 500L, END);
	line("setitimer(ITIMER_REAL, {it_interval={tv_sec=0, tv_usec=0}, "
	     "it_value={tv_sec=1, tv_usec=500}}, NULL) = 0");

	call("timerfd_create", 3, 1, 02000000);
	line("timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC) = 3");

	call("timerfd_settime", 0, 3, 1, BUF, 0);
	in_ints(2, BUF, 8, 0L, 0L, 1L, 0L, END);
	line("timerfd_settime(3, TFD_TIMER_ABSTIME, {it_interval={tv_sec=0, tv_nsec=0}, "
	     "it_value={tv_sec=1, tv_nsec=0}}, NULL) = 0");

	call("gettimeofday", 0, BUF, 0);
	out_ints(0, BUF, 8, 1L, 2L, END);
	line("gettimeofday({tv_sec=1, tv_usec=2}, NULL) = 0");

	call("times", 99, BUF);
	out_ints(0, BUF, 8, 1L, 2L, 3L, 4L, END);
	line("times({tms_utime=1, tms_stime=2, tms_cutime=3, tms_cstime=4}) = 99");

	call("time", 1700000000, 0);
	line("time(NULL) = 1700000000");
}

static void test_waiting(void **state)
{
	(void)state;
	call("poll", 1, BUF, 2, 1000);
	in_ints(0, BUF, 2, 3L, 0L, 1L, END);
	in_ints(0, BUF + 8, 2, 4L, 0L, 5L, END);
	out_ints(0, BUF, 2, 3L, 0L, 1L, 0L, 4L, 0L, 5L, 0x14L, END);
	line("poll([{fd=3, events=POLLIN}, {fd=4, events=POLLIN|POLLOUT}], 2, 1000) = 1 "
	     "([{fd=4, revents=POLLOUT|POLLHUP}])");

	call("poll", 0, BUF, 1, 0);
	in_ints(0, BUF, 2, 3L, 0L, 1L, END);
	line("poll([{fd=3, events=POLLIN}], 1, 0) = 0 (Timeout)");

	call("select", 1, 5, BUF, 0, 0, BUF2);
	in_ints(1, BUF, 8, 0x18L, END);
	out_ints(1, BUF, 8, 0x10L, END);
	in_ints(4, BUF2, 8, 1L, 0L, END);
	line("select(5, [3 4], NULL, NULL, {tv_sec=1, tv_usec=0}) = 1 (in [4])");

	call("epoll_ctl", 0, 3, 1, 4, BUF);
	in_ints(3, BUF, 4, 0x80000001L, END);
	in_ints(3, BUF + 4, 8, 4L, END);
	line("epoll_ctl(3, EPOLL_CTL_ADD, 4, {events=EPOLLIN|EPOLLET, data=0x4}) = 0");

	call("epoll_wait", 1, 3, BUF, 16, (uint32_t)-1);
	out_ints(1, BUF, 4, 1L, 4L, 0L, END);
	line("epoll_wait(3, [{events=EPOLLIN, data=0x4}], 16, -1) = 1");

	call("epoll_wait", 0, 3, BUF, 16, 10);
	line("epoll_wait(3, [], 16, 10) = 0");

	call("inotify_add_watch", 1, 3, BUF, 0x302);
	string(1, BUF, "/tmp");
	line("inotify_add_watch(3, \"/tmp\", IN_MODIFY|IN_CREATE|IN_DELETE) = 1");

	call("pselect6", 0, 0, 0, 0, 0, BUF, BUF2);
	in_ints(4, BUF, 8, 0L, 5L, END);
	in_ints(5, BUF2, 8, (long)BUF3, 8L, END);
	in_ints(5, BUF3, 8, 2L, END);
	line("pselect6(0, NULL, NULL, NULL, {tv_sec=0, tv_nsec=5}, {sigmask=[INT], sigsetsize=8}) "
	     "= 0 (Timeout)");
}

static void test_sockets(void **state)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET, .sin_port = htons(80),
				   .sin_addr = { htonl(0x7f000001) } };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(443),
				    .sin6_addr = IN6ADDR_LOOPBACK_INIT };

	(void)state;
	call("socket", 3, 2, 02000001, 6);
	line("socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 3");

	call("socket", 3, 16, 3, 0);
	line("socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 3");

	call("connect", -111, 3, BUF, 16);
	in(1, BUF, &in4, 8);
	line("connect(3, {sa_family=AF_INET, sin_port=htons(80), "
	     "sin_addr=inet_addr(\"127.0.0.1\")}, 16) = -1 ECONNREFUSED (Connection refused)");

	call("bind", 0, 3, BUF, 28);
	in(1, BUF, &in6, 28);
	line("bind(3, {sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), "
	     "inet_pton(AF_INET6, \"::1\", &sin6_addr), sin6_scope_id=0}, 28) = 0");

	call("connect", 0, 3, BUF, 110);
	in(1, BUF, "\1\0/run/x", 9);
	line("connect(3, {sa_family=AF_UNIX, sun_path=\"/run/x\"}, 110) = 0");

	call("bind", 0, 3, BUF, 6);
	in(1, BUF, "\1\0\0abc", 6);
	line("bind(3, {sa_family=AF_UNIX, sun_path=@\"abc\"}, 6) = 0");

	call("accept4", 5, 3, BUF, BUF2, 02000000);
	in_ints(2, BUF2, 4, 128L, END);
	out(1, BUF, &in4, 16);
	out_ints(2, BUF2, 4, 16L, END);
	line("accept4(3, {sa_family=AF_INET, sin_port=htons(80), "
	     "sin_addr=inet_addr(\"127.0.0.1\")}, [128 => 16], SOCK_CLOEXEC) = 5");

	call("setsockopt", 0, 3, 1, 2, BUF, 4);
	in_ints(3, BUF, 4, 1L, END);
	line("setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0");

	call("setsockopt", 0, 3, 6, 1, BUF, 4);
	in_ints(3, BUF, 4, 1L, END);
	line("setsockopt(3, SOL_TCP, TCP_NODELAY, [1], 4) = 0");

	call("getsockopt", 0, 3, 1, 4, BUF, BUF2);
	out_ints(3, BUF, 4, 111L, END);
	in_ints(4, BUF2, 4, 4L, END);
	line("getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0");

	call("setsockopt", 0, 3, 1, 13, BUF, 8);
	in_ints(3, BUF, 4, 1L, 5L, END);
	line("setsockopt(3, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}, 8) = 0");

	call("sendto", 2, 3, BUF, 2, 0x4040, 0, 0);
	in(1, BUF, "hi", 2);
	line("sendto(3, \"hi\", 2, MSG_DONTWAIT|MSG_NOSIGNAL, NULL, 0) = 2");

	call("shutdown", 0, 3, 1);
	line("shutdown(3, SHUT_WR) = 0");

	call("socketpair", 0, 1, 1, 0, BUF);
	out_ints(3, BUF, 4, 3L, 4L, END);
	line("socketpair(AF_UNIX, SOCK_STREAM, 0, [3, 4]) = 0");
}

static void test_messages(void **state)
{
	char control[24] = { 0 };

	(void)state;
	put(control, 0, 20, 8);
	put(control, 8, 1, 4);
	put(control, 12, 1, 4);
	put(control, 16, 9, 4);
	call("sendmsg", 2, 3, BUF, 0);
	in_ints(1, BUF, 4, 0L, 0L, 0L, END);
	in_ints(1, BUF + 16, 8, (long)BUF2, 1L, (long)BUF3, 24L, END);
	in(1, BUF3, control, 24);
	in_ints(1, BUF2, 8, 0x5000L, 2L, END);
	in(1, 0x5000, "ok", 2);
	line("sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"ok\", iov_len=2}], "
	     "msg_iovlen=1, msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, "
	     "cmsg_type=SCM_RIGHTS, cmsg_data=[9]}], msg_controllen=24, msg_flags=0}, 0) = 2");

	call("recvmsg", 2, 3, BUF, 0x40000000);
	in_ints(1, BUF, 4, 0L, 0L, 0L, END);
	in_ints(1, BUF + 16, 8, (long)BUF2, 1L, 0L, 0L, END);
	in_ints(1, BUF2, 8, 0x5000L, 100L, END);
	out(1, 0x5000, "ok", 2);
	out_ints(1, BUF, 8, 0L, 0L, (long)BUF2, 1L, 0L, 0L, 0x40000000L, END);
	line("recvmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"ok\", iov_len=100}], "
	     "msg_iovlen=1, msg_controllen=0, msg_flags=MSG_CMSG_CLOEXEC}, MSG_CMSG_CLOEXEC) = 2");
}

static void test_ioctl(void **state)
{
	char termios[36] = { 0 }, ifreq[40] = "lo";

	(void)state;
	call("ioctl", 0, 0, 0x5413, BUF);
	out_ints(2, BUF, 2, 24L, 80L, 0L, 0L, END);
	line("ioctl(0, TIOCGWINSZ, {ws_row=24, ws_col=80, ws_xpixel=0, ws_ypixel=0}) = 0");

	call("ioctl", -25, 0, 0x5401, BUF);
	line("ioctl(0, TCGETS, 0x7ffd00001000) = -1 ENOTTY (Inappropriate ioctl for device)");

	put(termios, 0, 0x500, 4);
	put(termios, 4, 5, 4);
	put(termios, 8, 0xbf, 4);
	put(termios, 12, 0x8a3b, 4);
	call("ioctl", 0, 0, 0x5401, BUF);
	out(2, BUF, termios, 36);
	line("ioctl(0, TCGETS, {c_iflag=ICRNL|IXON, c_oflag=OPOST|ONLCR, "
	     "c_cflag=B38400|CS8|CREAD, "
	     "c_lflag=ISIG|ICANON|ECHO|ECHOE|ECHOK|ECHOCTL|ECHOKE|IEXTEN, "
	     "...}) = 0");

	call("ioctl", 0, 3, 0x541b, BUF);
	out_ints(2, BUF, 4, 42L, END);
	line("ioctl(3, FIONREAD, [42]) = 0");

	call("ioctl", 0, 0, 0x540f, BUF);
	out_ints(2, BUF, 4, 77L, END);
	line("ioctl(0, TIOCGPGRP, [77]) = 0");

	put(ifreq, 16, 0x49, 2);
	call("ioctl", 0, 3, 0x8913, BUF);
	out(2, BUF, ifreq, 40);
	line("ioctl(3, SIOCGIFFLAGS, {ifr_name=\"lo\", ifr_flags=IFF_UP|IFF_LOOPBACK|IFF_RUNNING}) "
	     "= 0");

	call("ioctl", 0, 3, 0x40049409, 5);
	line("ioctl(3, FICLONE, 5) = 0");

	call("ioctl", 0, 3, 0x1234, BUF);
	flags(SCAP_F_UNKNOWN);
	line("ioctl(3, _IOC(_IOC_NONE, 0x12, 0x34, 0), 0x7ffd00001000) = 0 "
	     "(unknown to scap: only the result is recorded)");

	call("ioctl", -25, 3, 0xc010ff77, BUF);
	line("ioctl(3, _IOC(_IOC_READ|_IOC_WRITE, 0xff, 0x77, 0x10), 0x7ffd00001000) = -1 ENOTTY "
	     "(Inappropriate ioctl for device)");
}

static void test_ipc(void **state)
{
	(void)state;
	call("shmget", 5, 0, 4096, 01600);
	line("shmget(IPC_PRIVATE, 4096, IPC_CREAT|0600) = 5");

	call("shmctl", 0, 5, 0, 0);
	line("shmctl(5, IPC_RMID, NULL) = 0");

	call("semctl", 7, 5, 0, 12);
	line("semctl(5, 0, GETVAL) = 7");

	call("semctl", 0, 5, 0, 16, 3);
	line("semctl(5, 0, SETVAL, 3) = 0");

	call("semop", 0, 5, BUF, 1);
	in_ints(1, BUF, 2, 0L, -1L, 0x1000L, END);
	line("semop(5, [{sem_num=0, sem_op=-1, sem_flg=SEM_UNDO}], 1) = 0");

	call("msgsnd", 0, 5, BUF, 2, 04000);
	in_ints(1, BUF, 8, 1L, 0x6968L, END);
	line("msgsnd(5, {mtype=1, mtext=\"hi\\0\\0\\0\\0\\0\\0\"}, 2, IPC_NOWAIT) = 0");

	call("keyctl", 0, 0, (uint32_t)-3, 0);
	line("keyctl(KEYCTL_GET_KEYRING_ID, 0xfffffffd, 0, 0, 0) = 0");
}

static void test_security(void **state)
{
	(void)state;
	call("seccomp", 0, 1, 1, BUF);
	in_ints(2, BUF, 2, 3L, END);
	in_ints(2, BUF + 8, 8, (long)BUF2, END);
	line("seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, "
	     "{len=3, filter=0x7ffd00002000}) = 0");

	call("ptrace", -1, 0x4206, 5, 0, 0);
	flags(SCAP_F_REFUSED);
	line("ptrace(PTRACE_SEIZE, 5, NULL, NULL) = -1 EPERM (Operation not permitted) "
	     "(answered by scap)");

	call("capget", 0, BUF, BUF2);
	in_ints(0, BUF, 4, 0x20080522L, 0L, END);
	out_ints(1, BUF2, 4, 1L, 0x21L, 0L, 0x80L, 0L, 0L, END);
	line("capget({version=_LINUX_CAPABILITY_VERSION_3, pid=0}, {effective=1<<CAP_CHOWN|"
	     "1<<CAP_BPF, permitted=1<<CAP_CHOWN|1<<CAP_KILL, inheritable=0}) = 0");

	call("mount", 0, BUF, BUF2, BUF3, 0x1003, 0);
	string(0, BUF, "none");
	string(1, BUF2, "/mnt");
	string(2, BUF3, "tmpfs");
	line("mount(\"none\", \"/mnt\", \"tmpfs\", MS_RDONLY|MS_NOSUID|MS_BIND, NULL) = 0");

	call("umount2", 0, BUF, 2);
	string(0, BUF, "/mnt");
	line("umount2(\"/mnt\", MNT_DETACH) = 0");

	call("bpf", -1, 5, 0, 0);
	line("bpf(BPF_PROG_LOAD, NULL, 0) = -1 EPERM (Operation not permitted)");

	call("reboot", -1, 0xfee1dead, 0x28121969, 0x4321fedc, 0);
	line("reboot(LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_POWER_OFF, NULL) = "
	     "-1 EPERM (Operation not permitted)");
}

/* The same program on arm64: other bits, other layouts, by the trace's header. */
static void test_arm64(void **state)
{
	char st[128] = { 0 };

	(void)state;
	arch(SCAP_ARCH_ARM64);
	call("openat", 3, AT_FDCWD, BUF, 02040000);
	string(1, BUF, "/tmp");
	line("openat(AT_FDCWD, \"/tmp\", O_RDONLY|O_CLOEXEC|O_DIRECTORY) = 3");

	call("openat", 3, AT_FDCWD, BUF, 0400000);
	string(1, BUF, "x");
	line("openat(AT_FDCWD, \"x\", O_RDONLY|O_LARGEFILE) = 3");

	put(st, 16, 0100755, 4);
	put(st, 48, 77, 8);
	call("fstat", 0, 3, BUF);
	out(1, BUF, st, 128);
	line("fstat(3, {st_mode=S_IFREG|0755, st_size=77, ...}) = 0");

	call("epoll_ctl", 0, 3, 1, 4, BUF);
	in_ints(3, BUF, 4, 1L, END);
	in_ints(3, BUF + 8, 8, 4L, END);
	line("epoll_ctl(3, EPOLL_CTL_ADD, 4, {events=EPOLLIN, data=0x4}) = 0");

	call("mmap", 0x7f0000000000, 0, 4096, 0x11, 0x22, (uint32_t)-1, 0);
	line("mmap(NULL, 4096, PROT_READ|PROT_BTI, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = "
	     "0x7f0000000000");
	arch(SCAP_ARCH_X86_64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_processes), cmocka_unit_test(test_futex),
		cmocka_unit_test(test_prctl), cmocka_unit_test(test_signals),
		cmocka_unit_test(test_time), cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_sockets), cmocka_unit_test(test_messages),
		cmocka_unit_test(test_ioctl), cmocka_unit_test(test_ipc),
		cmocka_unit_test(test_security), cmocka_unit_test(test_arm64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
