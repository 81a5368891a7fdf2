// SPDX-License-Identifier: GPL-2.0
/* A file that is mapped again each time it has grown, as data bases do: its old pages change meanwhile. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096

int main(void)
{
	char page[PAGE] = "fresh";
	int fd = open("grows", O_RDWR | O_CREAT | O_TRUNC, 0600);

	for (size_t n = 1; n <= 8; n++) {
		char *p;

		if (write(fd, page, PAGE) != PAGE)
			return 1;
		p = mmap(NULL, n * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (p == MAP_FAILED)
			return 1;
		printf("%zu: %s, %s\n", n, p, p + (n - 1) * PAGE);
		snprintf(p, PAGE, "grown to %zu", n);
		munmap(p, n * PAGE);
	}
	return unlink("grows");
}
