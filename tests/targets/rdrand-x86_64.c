// SPDX-License-Identifier: GPL-2.0
/* Chance from the processor, for whom cpuid says that there is some: in a thread and a child, too. */
#include <asm/prctl.h>
#include <cpuid.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void *draw(void *who)
{
	unsigned int a, b, c, d;
	unsigned long value = 0;

	__cpuid(1, a, b, c, d);
	if (c & bit_RDRND)
		__asm__ volatile("1: rdrand %0\n\tjnc 1b" : "=r"(value) : : "cc");
	printf("%s: rdrand %lx\n", (const char *)who, value);
	__cpuid_count(7, 0, a, b, c, d);
	value = 0;
	if (b & bit_RDSEED)
		__asm__ volatile("1: rdseed %0\n\tjnc 1b" : "=r"(value) : : "cc");
	printf("%s: rdseed %lx\n", (const char *)who, value);
	fflush(stdout);
	return NULL;
}

int main(void)
{
	pthread_t thread;

	draw("program");
	if (!pthread_create(&thread, NULL, draw, "thread"))
		pthread_join(thread, NULL);
	if (!fork())
		return draw("child") != NULL;
	wait(NULL);
	printf("cpuid can be used: %ld\n", syscall(SYS_arch_prctl, ARCH_GET_CPUID, 0ul));
	if (syscall(SYS_arch_prctl, ARCH_SET_CPUID, 0ul))
		printf("and not be taken away: %d\n", errno);
	return 0;
}
