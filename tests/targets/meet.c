// SPDX-License-Identifier: GPL-2.0
/*
 * Two processes that share memory which neither inherited: each maps the file
 * by itself, and one waits for the other by looking at it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile unsigned int *map_it(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT, 0600);
	volatile unsigned int *p;

	if (ftruncate(fd, 4096))
		return NULL;
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

/* Takes turns by the word: @me's are those with the same parity. */
static unsigned long play(volatile unsigned int *word, unsigned int me)
{
	unsigned long looks = 0;

	while (*word < 20) {
		if (*word % 2 == me)
			(*word)++;
		looks++;
		if (looks % 64 == 0)
			usleep(100);
	}
	return looks;
}

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "meeting";
	volatile unsigned int *word;

	if (!fork()) {
		word = map_it(path);
		if (!word)
			_exit(1);
		printf("child looked %lu times\n", play(word, 1));
		fflush(stdout);
		_exit(0);
	}
	word = map_it(path);
	if (!word)
		return 1;
	printf("parent looked %lu times\n", play(word, 0));
	fflush(stdout);
	wait(NULL);
	unlink(path);
	return 0;
}
