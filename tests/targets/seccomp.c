// SPDX-License-Identifier: GPL-2.0
/* Seccomp filters of the program's own: ERRNO, TRAP, TRACE without a tracer, and last KILL. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static volatile int trapped;

static void on_sys(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	trapped = info->si_syscall;
}

static void forbid(int nr, unsigned int action)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof(code) / sizeof(code[0]), code };

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		perror("seccomp");
}

int main(void)
{
	struct sigaction sa = { .sa_sigaction = on_sys, .sa_flags = SA_SIGINFO };

	setvbuf(stdout, NULL, _IONBF, 0);
	sigaction(SIGSYS, &sa, NULL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	forbid(SYS_getppid, SECCOMP_RET_ERRNO | ENOSYS);
	if (syscall(SYS_getppid) < 0)
		printf("getppid errno %d\n", errno);
	forbid(SYS_getuid, SECCOMP_RET_TRAP);
	syscall(SYS_getuid);
	printf("trapped %d\n", trapped == SYS_getuid);
	forbid(SYS_getgid, SECCOMP_RET_TRACE);
	if (syscall(SYS_getgid) < 0)
		printf("traced errno %d\n", errno);
	printf("still alive, pid %d\n", getpid() > 1);
	forbid(SYS_getpgid, SECCOMP_RET_KILL_PROCESS);
	syscall(SYS_getpgid, 0);
	printf("not reached\n");
	return 0;
}
