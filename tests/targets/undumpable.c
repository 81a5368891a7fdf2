// SPDX-License-Identifier: GPL-2.0
/* After PR_SET_DUMPABLE 0 other processes of the same user may not look into this one. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	unsigned int value = 0;
	char line[64] = "";
	int fd;

	prctl(PR_SET_DUMPABLE, 0);
	getrandom(&value, sizeof(value), 0);
	printf("dumpable %d, random %u\n", prctl(PR_GET_DUMPABLE), value);
	fflush(stdout);
	if (fork() == 0) {
		fd = open("/proc/sys/kernel/random/uuid", O_RDONLY);
		read(fd, line, sizeof(line) - 1);
		printf("child %s", line);
		return 0;
	}
	wait(NULL);
	return 0;
}
