// SPDX-License-Identifier: GPL-2.0
/* Reads of the time-stamp counter by instruction; on arm64, of the virtual counter. */
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>

static uint64_t counter(void)
{
#ifdef __x86_64__
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
#else
	uint64_t value;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(value));
	return value;
#endif
}

int main(void)
{
	uint64_t sum = 0;

	for (int i = 0; i < 5; i++)
		printf("%llu\n", (unsigned long long)counter());
	for (int i = 0; i < 1000; i++)
		sum += counter();
	printf("sum %llu\n", (unsigned long long)sum);
#ifdef __x86_64__
	uint32_t low, high, aux, mode = 0;

	__asm__ volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(aux));
	printf("rdtscp %u %u %u\n", high, low, aux);
	/* What the program asks for and sees is its own affair. */
	prctl(PR_GET_TSC, &mode);
	printf("mode %u\n", mode);
#endif
	return 0;
}
