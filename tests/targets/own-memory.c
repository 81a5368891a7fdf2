// SPDX-License-Identifier: GPL-2.0
/* A program that reads and writes its own memory by way of /proc/self/mem, also through a thread's. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char text[100000] = "as linked";

static void change(const char *path, int by_position)
{
	static char large[sizeof(text)];
	off_t at = (off_t)(unsigned long)text;
	int fd = open(path, O_RDWR);
	ssize_t n;

	memset(large, by_position ? 'p' : 'w', sizeof(large) - 1);
	if (by_position) {
		n = pwrite(fd, large, sizeof(large), at);
	} else {
		lseek(fd, at, SEEK_SET);
		n = write(fd, large, 20);
	}
	printf("%s: %zd, now %.25s... %zu\n", path, n, text, strlen(text));
	close(fd);
}

int main(void)
{
	change("/proc/self/mem", 1);
	change("/proc/self/mem", 0);
	change("/proc/thread-self/mem", 1);
	return 0;
}
