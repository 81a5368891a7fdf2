// SPDX-License-Identifier: GPL-2.0
/* One read of a gibibyte, into two mebibytes that are mapped 512 times. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PART (2ul << 20)
#define TIMES 512ul

int main(void)
{
	int memory = memfd_create("part", MFD_CLOEXEC), zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	unsigned char *all = mmap(NULL, PART * TIMES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	unsigned long sum = 0;
	ssize_t got;

	if (memory < 0 || zero < 0 || all == MAP_FAILED || ftruncate(memory, PART))
		return 1;
	for (unsigned long i = 0; i < TIMES; i++)
		if (mmap(all + i * PART, PART, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, memory, 0) == MAP_FAILED)
			return 1;
	for (unsigned long i = 0; i < PART; i += 64)
		all[i] = 7;
	got = read(zero, all, PART * TIMES);
	for (unsigned long i = 0; i < PART; i += 64)
		sum += all[i];
	printf("%zd bytes, sum %lu\n", got, sum);
	return 0;
}
