// SPDX-License-Identifier: GPL-2.0
/* Processes that compute for long, independently (a replay may do so at once), signalled and shared at the end. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile unsigned long sum;
static volatile unsigned int *board;

static void on_usr1(int sig)
{
	sum += (unsigned long)sig;
}

static void compute(int who)
{
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < 200000; i++)
			sum = sum * 31 + (unsigned long)(i ^ who);
		if (round % 7 == 3)
			raise(SIGUSR1);
		getppid();
	}
	board[who] = (unsigned int)sum;
	printf("%d: %lu\n", who, sum);
	exit(who);
}

int main(void)
{
	int status;

	signal(SIGUSR1, on_usr1);
	setvbuf(stdout, NULL, _IOLBF, 0);
	board = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int who = 0; who < 4; who++) {
		pid_t pid = fork();

		if (!pid)
			compute(who);
	}
	while (wait(&status) > 0)
		printf("%d\n", WEXITSTATUS(status));
	for (int who = 0; who < 4; who++)
		printf("%u ", board[who]);
	printf("\n");
	return 0;
}
