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
#include <time.h>
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

static unsigned int us_of_a_command(void)
{
	struct timespec begin, end;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	run_command();
	clock_gettime(CLOCK_MONOTONIC, &end);
	return (unsigned int)((end.tv_sec - begin.tv_sec) * 1000000 + (end.tv_nsec - begin.tv_nsec) / 1000);
}

/* @within: microseconds */
static void make_child(unsigned int within)
{
	unsigned char luck;
	pid_t pid;

	getrandom(&luck, 1, 0);
	usleep(within * luck / 256);
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
	unsigned int us = us_of_a_command();
	pthread_t thread;

	pthread_create(&thread, NULL, runs_commands, NULL);
	if (alone)
		pthread_join(thread, NULL);
	make_child(ROUNDS * us);
	if (!alone)
		pthread_join(thread, NULL);
	puts("all commands done");
	return 0;
}
