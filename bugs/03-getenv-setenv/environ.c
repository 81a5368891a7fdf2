// SPDX-License-Identifier: GPL-2.0
/*
 * One thread asks the environment, as many library functions do, another one sets new
 * variables. "environ late": the same after the other one has ended.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 300

static void *asks(void *arg)
{
	for (int i = 0; i < ROUNDS; i++)
		if (getenv("NO_SUCH_VARIABLE"))
			return arg;
	return NULL;
}

static void *sets(void *unused)
{
	char name[32];

	for (int i = 0; i < ROUNDS; i++) {
		snprintf(name, sizeof(name), "VARIABLE_%d", i);
		setenv(name, "value", 1);
	}
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t one, other;

	pthread_create(&one, NULL, sets, NULL);
	if (argc > 1 && !strcmp(argv[1], "late"))
		pthread_join(one, NULL);
	pthread_create(&other, NULL, asks, NULL);
	if (argc == 1)
		pthread_join(one, NULL);
	pthread_join(other, NULL);
	puts("no crash");
	return 0;
}
