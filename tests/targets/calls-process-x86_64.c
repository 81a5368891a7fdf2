// SPDX-License-Identifier: GPL-2.0
/* Calls about the process itself: ids, limits, scheduling, memory, signals, times. */
#include <linux/capability.h>
#include <linux/futex.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>

#include "calls.h"

static void identity(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	int child;

	CALL(getpid);
	CALL(getppid);
	CALL(gettid);
	CALL(getuid);
	CALL(geteuid);
	CALL(getgid);
	CALL(getegid);
	CALL(getresuid, out, out + 8, out + 16);
	CALL(getresgid, out, out + 8, out + 16);
	CALL(getgroups, 100, out);
	CALL(setgroups, 0, NULL);
	CALL(getpgrp);
	CALL(getpgid, 0);
	CALL(getsid, 0);
	CALL(setsid);
	CALL(setpgid, 0, 0);
	CALL(setuid, getuid());
	CALL(setgid, getgid());
	CALL(setreuid, -1, -1);
	CALL(setregid, -1, -1);
	CALL(setresuid, -1, -1, -1);
	CALL(setresgid, -1, -1, -1);
	CALL(setfsuid, getuid());
	CALL(setfsgid, getgid());
	CALL(capget, &head, out);
	CALL(capset, &head, out);
	CALL(personality, 0xffffffff);
	CALL(uname, out);
	CALL(sethostname, NULL, -1);
	CALL(setdomainname, NULL, -1);
	CALL(sysinfo, out);
	CALL(syslog, 10, NULL, 0);
	CALL(getrandom, out, 100, 0);
	CALL(getcpu, out, out + 8, NULL);
	child = (int)CALL(fork);
	if (child == 0)
		_exit(3);
	CALL(wait4, child, out, 0, out + 64);
	child = vfork();
	if (child == 0)
		_exit(4);
	CALL(waitid, P_PID, child, out, WEXITED, out + 256);
}

static void limits(void)
{
	struct rlimit core = { 0, 0 };

	CALL(getrlimit, RLIMIT_STACK, out);
	CALL(setrlimit, RLIMIT_CORE, &core);
	CALL(prlimit64, 0, RLIMIT_NOFILE, NULL, out);
	CALL(getrusage, RUSAGE_SELF, out);
	CALL(getpriority, PRIO_PROCESS, 0);
	CALL(setpriority, PRIO_PROCESS, 0, 1);
	CALL(ioprio_get, 1, 0);
	CALL(ioprio_set, 1, 0, 0);
	CALL(prctl, PR_GET_NAME, out);
	CALL(prctl, PR_SET_NAME, "renamed");
	CALL(prctl, PR_GET_DUMPABLE);
	CALL(prctl, PR_GET_PDEATHSIG, out);
	CALL(prctl, PR_CAPBSET_READ, 1);
	CALL(arch_prctl, 0x1003 /* ARCH_GET_FS */, out);
	CALL(kcmp, getpid(), getpid(), 0, 0, 1);
	CALL(unshare, CLONE_FS);
	CALL(setns, -1, 0);
	CALL(seccomp, 2 /* SECCOMP_GET_ACTION_AVAIL */, 0, &(int){ 0x7fff0000 });
	CALL(landlock_create_ruleset, NULL, 0, 1);
	CALL(landlock_add_rule, -1, 1, out, 0);
	CALL(landlock_restrict_self, -1, 0);
	CALL(membarrier, 0, 0, 0);
	CALL(ptrace, 0x4207, 1, 0, 0);
	CALL(reboot, 0, 0, 0, NULL);
	CALL(iopl, 0);
	CALL(ioperm, 0, 1, 0);
	CALL(modify_ldt, 0, out, 16);
}

static void scheduling(void)
{
	struct sched_param param = { 0 };
	unsigned int attr[14] = { sizeof(attr) };
	unsigned long nodes = 1;

	CALL(sched_yield);
	CALL(sched_getparam, 0, out);
	CALL(sched_setparam, 0, &param);
	CALL(sched_getscheduler, 0);
	CALL(sched_setscheduler, 0, SCHED_OTHER, &param);
	CALL(sched_get_priority_max, SCHED_FIFO);
	CALL(sched_get_priority_min, SCHED_FIFO);
	CALL(sched_rr_get_interval, 0, out);
	CALL(sched_getaffinity, 0, 128, out);
	CALL(sched_setaffinity, 0, 8, &(unsigned long){ ~0ul });
	CALL(sched_getattr, 0, out, 56, 0);
	CALL(sched_setattr, 0, attr, 0);
	CALL(get_mempolicy, out, NULL, 0, NULL, 0);
	CALL(set_mempolicy, MPOL_DEFAULT, &nodes, 0);
	CALL(mbind, NULL, 0, MPOL_DEFAULT, &nodes, 0, 0);
	CALL(migrate_pages, 0, 64, &nodes, &nodes);
	CALL(move_pages, 0, 1, &(void *){ (void *)identity }, NULL, out, 0);
}

static void memory(void)
{
	char *p = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct { void *base; size_t len; } local = { out, 100 }, remote = { p, 100 };
	int key;

	memset(p, 7, 65536);
	CALL(mlock, p, 4096);
	CALL(mlock2, p, 4096, 1);
	CALL(munlock, p, 4096);
	CALL(mlockall, 4);
	CALL(munlockall);
	CALL(mincore, p, 65536, out);
	CALL(msync, p, 4096, MS_ASYNC);
	CALL(madvise, p, 4096, MADV_DONTNEED);
	CALL(process_madvise, -1, &remote, 1, MADV_COLD, 0);
	CALL(mprotect, p, 4096, PROT_READ);
	key = (int)CALL(pkey_alloc, 0, 0);
	CALL(pkey_mprotect, p, 4096, PROT_READ | PROT_WRITE, key > 0 ? key : -1);
	CALL(pkey_free, key);
	CALL(remap_file_pages, p, 4096, 0, 0, 0);
	CALL(munmap, p + 32768, 32768);
	CALL(process_vm_readv, getpid(), &local, 1, &remote, 1, 0);
	CALL(process_vm_writev, getpid(), &local, 1, &remote, 1, 0);
	CALL(process_mrelease, -1, 0);
	CALL(memfd_secret, 0);
	CALL(set_robust_list, NULL, 24);
	CALL(get_robust_list, 0, out, out + 8);
	CALL(futex, out, FUTEX_WAKE, 1);
	CALL(futex, out, FUTEX_WAIT, 0, NULL);
	CALL(futex_waitv, out, 0, 0, NULL, 0);
}

static void on_signal(int sig)
{
	(void)sig;
}

static void signals(void)
{
	unsigned long mask = 1ul << (SIGUSR1 - 1), none = 0;
	struct timespec zero = { 0, 0 };
	siginfo_t info = { .si_code = SI_QUEUE };

	signal(SIGUSR1, on_signal);
	CALL(rt_sigaction, SIGUSR1, NULL, out, 8);
	CALL(rt_sigprocmask, SIG_BLOCK, &mask, out, 8);
	CALL(kill, getpid(), SIGUSR1);
	CALL(tkill, gettid(), SIGUSR1);
	CALL(tgkill, getpid(), gettid(), SIGUSR1);
	CALL(rt_sigqueueinfo, getpid(), SIGUSR1, &info);
	CALL(rt_tgsigqueueinfo, getpid(), gettid(), SIGUSR1, &info);
	CALL(rt_sigpending, out, 8);
	CALL(rt_sigtimedwait, &mask, out, &zero, 8);
	kill(getpid(), SIGUSR1);
	CALL(rt_sigsuspend, &none, 8);
	CALL(signalfd, -1, &mask, 8);
	CALL(signalfd4, -1, &mask, 8, 0);
	CALL(sigaltstack, NULL, out);
	CALL(restart_syscall);
	CALL(pidfd_send_signal, -1, 0, NULL, 0);
	CALL(pidfd_getfd, -1, 0, 0);
}

static void times_and_timers(void)
{
	struct timespec soon = { 0, 1000 };
	struct itimerspec timer = { { 0, 0 }, { 0, 1000000 } };
	struct itimerval none = { { 0, 0 }, { 0, 0 } };
	struct sigevent event = { .sigev_notify = SIGEV_NONE };
	struct timex tx = { .modes = 0 };
	int id = 0, fd;

	CALL(time, out);
	CALL(gettimeofday, out, out + 64);
	CALL(settimeofday, NULL, NULL);
	CALL(clock_gettime, CLOCK_TAI, out);
	CALL(clock_getres, CLOCK_MONOTONIC, out);
	CALL(clock_nanosleep, CLOCK_MONOTONIC, 0, &soon, out);
	CALL(clock_settime, 99, &soon);
	CALL(clock_adjtime, CLOCK_REALTIME, memcpy(out + 2048, &tx, sizeof(tx)));
	CALL(adjtimex, memset(out + 1024, 0, sizeof(tx)));
	CALL(nanosleep, &soon, out);
	CALL(times, out);
	CALL(getitimer, ITIMER_REAL, out);
	CALL(setitimer, ITIMER_REAL, &none, out);
	CALL(alarm, 0);
	CALL(timer_create, CLOCK_MONOTONIC, &event, &id);
	CALL(timer_settime, id, 0, &timer, out);
	CALL(timer_gettime, id, out);
	CALL(timer_getoverrun, id);
	CALL(timer_delete, id);
	fd = (int)CALL(timerfd_create, CLOCK_MONOTONIC, 0);
	CALL(timerfd_settime, fd, 0, &timer, out);
	CALL(timerfd_gettime, fd, out);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	identity();
	limits();
	scheduling();
	memory();
	signals();
	times_and_timers();
	return 0;
}
