// SPDX-License-Identifier: GPL-2.0
/* loop CALL N: the system call CALL N times: getppid, read64 (64 bytes of /dev/zero). */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned long sum = 0, n = argc > 2 ? strtoul(argv[2], NULL, 0) : 0;
	int fd = open("/dev/zero", O_RDONLY);
	char buf[64];

	if (!n || fd < 0) {
		fprintf(stderr, "usage: loop getppid|read64 N\n");
		return 2;
	}
	if (!strcmp(argv[1], "getppid"))
		while (n--)
			sum += (unsigned long)syscall(SYS_getppid);
	else
		while (n--)
			sum += (unsigned long)read(fd, buf, sizeof(buf)) + (unsigned char)buf[7];
	printf("%lu\n", sum);
	return 0;
}
