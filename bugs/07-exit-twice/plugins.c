// SPDX-License-Identifier: GPL-2.0
/*
 * A program with many exit handlers that two threads end at the same time: one because the work
 * is done, one because of an error. "plugins once": by one of them only.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLUGINS 80

static pthread_barrier_t both;
static volatile unsigned int work;

static void unload(void)
{
	for (int i = 0; i < 5000; i++)
		work += (unsigned int)i;
}

static void *fails(void *once)
{
	pthread_barrier_wait(&both);
	if (!once)
		exit(0);
	return NULL;
}

int main(int argc, char **argv)
{
	int once = argc > 1 && !strcmp(argv[1], "once");
	pthread_t thread;

	for (int i = 0; i < PLUGINS; i++)
		atexit(unload);
	pthread_barrier_init(&both, NULL, 2);
	pthread_create(&thread, NULL, fails, once ? &both : NULL);
	pthread_barrier_wait(&both);
	exit(0);
}
