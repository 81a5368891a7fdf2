// SPDX-License-Identifier: GPL-2.0
// cflags: -static
/* A static program at fixed addresses: arguments, auxv, time, memory. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned char *random = (unsigned char *)getauxval(AT_RANDOM);
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	printf("%d arguments, last %s\n", argc, argv[argc - 1]);
	printf("main %p, heap %p, stack %p\n", (void *)main, malloc(10), (void *)&now);
	printf("random %02x%02x%02x, time %ld.%09ld, pid %d\n", random[0], random[1], random[2],
	       (long)now.tv_sec, now.tv_nsec, getpid());
	return 0;
}
