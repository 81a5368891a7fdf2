// SPDX-License-Identifier: GPL-2.0
/* Address-space calls of every kind, and what the pages then hold. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096

static unsigned int sum(const unsigned char *p, size_t len)
{
	unsigned int s = 0;

	while (len--)
		s = s * 31 + *p++;
	return s;
}

int main(void)
{
	unsigned char resident[16] = { 0 };
	unsigned char *a, *b, *c;
	void *blocks[200];
	FILE *f;

	a = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(a, 7, 64 * PAGE);
	b = mremap(a, 64 * PAGE, 4096 * PAGE, MREMAP_MAYMOVE);
	printf("moved %p to %p, sum %u\n", (void *)a, (void *)b, sum(b, 65 * PAGE));
	munmap(b + 8 * PAGE, PAGE);
	c = mmap(b + 8 * PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	printf("fixed %d, sum %u\n", c == b + 8 * PAGE, sum(c, PAGE));
	mprotect(b, PAGE, PROT_READ);
	madvise(b + PAGE, PAGE, MADV_DONTNEED);
	madvise(b + 2 * PAGE, PAGE, MADV_FREE);
	mincore(b, 16 * PAGE, resident);
	printf("sum %u, resident %u\n", sum(b, 3 * PAGE), sum(resident, 16));
	printf("too much: %p\n", mmap(NULL, 1ul << 62, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	printf("taken: %p\n", mmap(b, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));

	for (size_t i = 0; i < 200; i++)
		blocks[i] = malloc(i * 997);
	for (size_t i = 0; i < 200; i += 2)
		free(blocks[i]);
	printf("heap %p to %p, brk %p\n", blocks[1], blocks[199], sbrk(0));

	f = fopen("/etc/passwd", "r");
	c = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fileno(f), 0);
	c[0] = 'X';
	printf("file %u %.4s\n", sum(c, 100), c);
	return 0;
}
