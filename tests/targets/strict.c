// SPDX-License-Identifier: GPL-2.0
/* Strict seccomp mode, in processes and in one thread: what it allows, and how each ends. */
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int handled;

static void on_signal(int sig)
{
	handled = sig;
}

static void say(const char *text)
{
	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		syscall(SYS_exit, 1);
}

/* exit_group, which exit(3) makes, is not allowed. */
static void leave(int status)
{
	syscall(SYS_exit, status);
}

static void obeys(void)
{
	char c;

	if (read(STDIN_FILENO, &c, 0) == 0 && handled == SIGUSR1)
		say("read, write, and back from a handler\n");
	leave(7);
}

static void asks_for_its_id(void)
{
	say("getpid\n");
	getpid();
	say("not reached\n");
}

static void exits_as_usual(void)
{
	_exit(3);
}

static void looks_at_the_counter(void)
{
#ifdef __x86_64__
	__builtin_ia32_rdtsc();
#else
	raise(SIGSEGV);
#endif
	say("not reached\n");
}

static void asks_for_it_again(void)
{
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
}

static void in_a_child(const char *what, void (*then)(void), int by_prctl)
{
	int status, gate[2];
	char c;
	pid_t pid;

	if (pipe(gate))
		return;
	pid = fork();
	if (!pid) {
		signal(SIGUSR1, on_signal);
		if (by_prctl ? prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) :
			       (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL))
			say("it cannot be had\n");
		if (write(gate[1], "", 1) == 1)
			while (!handled)
				;
		then();
		leave(0);
	}
	if (read(gate[0], &c, 1) == 1)
		kill(pid, SIGUSR1);
	waitpid(pid, &status, 0);
	printf("%s: status %#x\n", what, status);
	close(gate[0]);
	close(gate[1]);
}

static void *strict_thread(void *arg)
{
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	say("a thread\n");
	getpid();
	say("not reached\n");
	return arg;
}

int main(void)
{
	pthread_t t;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("with flags %ld, ", syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 1, NULL));
	printf("with a filter %ld\n", syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, "x"));
	in_a_child("obeys", obeys, 1);
	in_a_child("by seccomp(2)", obeys, 0);
	in_a_child("getpid", asks_for_its_id, 1);
	in_a_child("exit_group", exits_as_usual, 1);
	in_a_child("rdtsc", looks_at_the_counter, 1);
	in_a_child("again", asks_for_it_again, 1);
	pthread_create(&t, NULL, strict_thread, NULL);
	pthread_join(t, NULL);
	puts("it is gone, we go on");
	return 0;
}
