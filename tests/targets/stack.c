// SPDX-License-Identifier: GPL-2.0
/* A stack that grows beyond the limit it was started with, and then overflows. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

/* @n frames of a page each. */
static int dive(int n)
{
	volatile char frame[4096];

	memset((char *)frame, n, sizeof(frame));
	return n ? dive(n - 1) + frame[n % 4096] : 0;
}

int main(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_STACK, &limit);
	limit.rlim_cur = 32 << 20;
	printf("setrlimit: %d\n", setrlimit(RLIMIT_STACK, &limit));
	printf("24 MiB: %d\n", dive(6000));
	fflush(stdout);
	return dive(12000);
}
