// SPDX-License-Identifier: GPL-2.0
/*
 * One thread runs commands through popen, another one makes a child that does, too, at a random
 * moment. "commands alone": after the first thread has ended.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 4

static void run_command(void)
{
	char text[16];
	FILE *f = popen("echo done", "r");

	if (!f || !fgets(text, sizeof(text), f) || pclose(f))
		exit(1);
}

static void *runs_commands(void *unused)
{
	for (int i = 0; i < ROUNDS; i++)
		run_command();
	return unused;
}

static void make_child(void)
{
	unsigned char luck;
	pid_t pid;

	getrandom(&luck, 1, 0);
	usleep(luck * 100);
	pid = fork();
	if (pid == 0) {
		run_command();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
	int alone = argc > 1 && !strcmp(argv[1], "alone");
	pthread_t thread;

	pthread_create(&thread, NULL, runs_commands, NULL);
	if (alone)
		pthread_join(thread, NULL);
	make_child();
	if (!alone)
		pthread_join(thread, NULL);
	puts("all commands done");
	return 0;
}
