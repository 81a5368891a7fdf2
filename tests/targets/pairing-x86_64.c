// SPDX-License-Identifier: GPL-2.0
/*
 * Calls of which a tracer sees no entry, no exit, or another result than the
 * program: one scene for each way in which that happens.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int count;

static void on_alarm(int sig)
{
	(void)sig;
	count++;
}

static int status_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return status;
}

/* ---- entry only ---- */

static void *leave_thread(void *arg)
{
	(void)arg;
	syscall(SYS_exit, 0);
	return NULL;
}

static void exits(void)
{
	pthread_t t;
	pid_t pid;

	pthread_create(&t, NULL, leave_thread, NULL);
	pthread_join(t, NULL);
	pid = fork();
	if (!pid)
		syscall(SYS_exit_group, 3);
	printf("exit, exit_group: %x\n", status_of(pid));
}

/* ---- exit only ---- */

static int in_clone(void *arg)
{
	return *(int *)arg;
}

static void children(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	int seven = 7;
	pid_t pid = fork();

	if (!pid)
		_exit(5);
	printf("fork: %x\n", status_of(pid));
	pid = vfork();
	if (!pid)
		_exit(6);
	printf("vfork: %x\n", status_of(pid));
	pid = clone(in_clone, stack + sizeof(stack), SIGCHLD | CLONE_VM, &seven);
	printf("clone: %x\n", status_of(pid));
}

/* ---- killed, and interrupted ---- */

static void killed_blocked(void)
{
	struct timespec while_it_blocks = { 0, 50000000 };
	int ends[2];
	pid_t pid;
	char c;

	if (pipe(ends))
		exit(1);
	pid = fork();
	if (!pid)
		_exit((int)read(ends[0], &c, 1));
	nanosleep(&while_it_blocks, NULL);
	kill(pid, SIGKILL);
	printf("killed in read: %x\n", status_of(pid));
}

static void alarm_soon(void)
{
	setitimer(ITIMER_REAL, &(struct itimerval){ .it_value = { 0, 30000 } }, NULL);
}

static void show(const char *name, long result)
{
	printf("%s %ld %s\n", name, result, strerrorname_np(errno));
}

/* The raw results are -512, -514 (twice) and -516: none of them is seen here. */
static void interrupted(void)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct timespec ask = { 1, 0 };
	sigset_t none;
	int ends[2];
	char c;

	if (pipe(ends))
		exit(1);
	sigaction(SIGALRM, &sa, NULL);
	alarm_soon();
	show("read", read(ends[0], &c, 1));
	alarm_soon();
	sigemptyset(&none);
	show("sigsuspend", sigsuspend(&none));
	alarm_soon();
	show("pselect", pselect(0, NULL, NULL, NULL, NULL, &none));
	alarm_soon();
	show("nanosleep", nanosleep(&ask, NULL));
	printf("handlers %d\n", count);
}

/* ---- answered by a filter ---- */

static void filter(unsigned int nr, unsigned int action)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof(code) / sizeof(code[0]), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		exit(1);
}

static void filtered(void)
{
	pid_t pid = fork();

	if (!pid) {
		filter(SYS_getuid, SECCOMP_RET_ERRNO | 77);
		errno = 0;
		syscall(SYS_getuid);
		_exit(errno);
	}
	printf("filter's errno: %x\n", status_of(pid));
	pid = fork();
	if (!pid) {
		prctl(PR_SET_DUMPABLE, 0);
		filter(SYS_getuid, SECCOMP_RET_KILL_PROCESS);
		syscall(SYS_getuid);
		_exit(1);
	}
	printf("filter's kill: %x\n", status_of(pid));
}

/* ---- another table ---- */

/* 20 is getpid there, writev here. */
static void ia32(void)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "0"(20L) : "memory", "r8", "r9", "r10", "r11");
	printf("int 0x80: %s\n", result == getpid() ? "getpid" : "something else");
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	exits();
	children();
	killed_blocked();
	interrupted();
	filtered();
	ia32();
	return 0;
}
