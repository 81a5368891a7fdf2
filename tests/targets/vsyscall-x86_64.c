// SPDX-License-Identifier: GPL-2.0
/* Looks at the clock through the vsyscall page, as programs did before there was a vDSO. */
#include <stdio.h>
#include <sys/time.h>
#include <time.h>

int main(void)
{
	int (*get_time_of_day)(struct timeval *, void *) = (void *)0xffffffffff600000ul;
	time_t (*get_time)(time_t *) = (void *)0xffffffffff600400ul;
	int (*get_cpu)(unsigned int *, unsigned int *, void *) = (void *)0xffffffffff600800ul;

	for (int i = 0; i < 3; i++) {
		struct timeval now;
		unsigned int cpu = ~0u;
		int first = get_time_of_day(&now, NULL), second = get_cpu(&cpu, NULL, NULL);

		printf("%d %ld.%06ld %d %d %ld\n", first, now.tv_sec, now.tv_usec, second,
		       cpu != ~0u, get_time(NULL));
	}
	return 0;
}
