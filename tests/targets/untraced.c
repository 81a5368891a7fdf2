// SPDX-License-Identifier: GPL-2.0
/* Children made with CLONE_UNTRACED, by clone and by clone3: what they see, and that they are followed. */
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct clone_args args = { .flags = CLONE_UNTRACED, .exit_signal = SIGCHLD };

static void child(const char *how)
{
	printf("%s: getpid is not getppid: %d, flags %#llx\n", how, getpid() != getppid(),
	       (unsigned long long)args.flags);
	fflush(stdout);
	_exit(5);
}

static void show(const char *how)
{
	int status;

	wait(&status);
	printf("%s: ended with %#x, flags %#llx\n", how, status, (unsigned long long)args.flags);
	fflush(stdout);
}

int main(void)
{
	if (!syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0, 0, 0))
		child("clone");
	show("clone");
	if (!syscall(SYS_clone3, &args, sizeof(args)))
		child("clone3");
	show("clone3");
	args.flags |= 1ull << 63;
	printf("nonsense: %ld, flags %#llx\n", syscall(SYS_clone3, &args, sizeof(args)),
	       (unsigned long long)args.flags);
	return 0;
}
