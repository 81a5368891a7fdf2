// SPDX-License-Identifier: GPL-2.0
/* Where ASLR put things: code, heap, stack, libraries, a fresh mapping. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int data = 1;

int main(void)
{
	int local;
	void *map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	printf("code %p\ndata %p\nheap %p\n", (void *)main, (void *)&data, malloc(1));
	printf("stack %p\nlibc %p\nmap %p\nbrk %p\n", (void *)&local, (void *)puts, map, sbrk(0));
	return 0;
}
