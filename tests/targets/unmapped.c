// SPDX-License-Identifier: GPL-2.0
/*
 * A buffer disappears while the kernel is about to fill it, or has just done so: one thread
 * reads from a pipe, the other takes pages of the buffer away before or after it writes.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGES 4
#define ROUNDS 60

static size_t page;
static unsigned char *buffer;
static int ends[2];
static pthread_barrier_t barrier;

static void map(void)
{
	if (mmap(buffer, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != buffer)
		perror("mmap");
}

/* What becomes of the pages, round by round. */
static void take_away(int round)
{
	unsigned char *from = buffer + (size_t)(round % PAGES) * page;
	size_t len = PAGES * page - (size_t)(from - buffer);

	switch (round / PAGES % 3) {
	case 0:
		munmap(from, len);
		break;
	case 1:
		mprotect(from, len, PROT_NONE);
		break;
	case 2:
		madvise(from, len, MADV_DONTNEED);
		break;
	}
}

static void *other(void *unused)
{
	static unsigned char data[PAGES * 4096];

	for (int i = 0; i < ROUNDS; i++) {
		memset(data, i + 1, sizeof(data));
		pthread_barrier_wait(&barrier);
		usleep(300);
		if (i % 2)
			take_away(i / 2);
		if (write(ends[1], data, sizeof(data)) < 0)
			perror("write");
		if (!(i % 2))
			take_away(i / 2);
		pthread_barrier_wait(&barrier);
	}
	return unused;
}

int main(void)
{
	pthread_t thread;
	long got, sum = 0, faults = 0;

	page = (size_t)sysconf(_SC_PAGESIZE);
	buffer = mmap(NULL, PAGES * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_barrier_init(&barrier, NULL, 2);
	if (buffer == MAP_FAILED || pipe(ends) || pthread_create(&thread, NULL, other, NULL))
		return 1;
	for (int i = 0; i < ROUNDS; i++) {
		static char rest[PAGES * 4096];

		map();
		pthread_barrier_wait(&barrier);
		got = read(ends[0], buffer, PAGES * page);
		if (got < 0 && errno != EFAULT)
			perror("read");
		faults += got < 0;
		sum += got;
		pthread_barrier_wait(&barrier);
		/* what the fault left in the pipe */
		if (got < (long)sizeof(rest))
			sum += read(ends[0], rest, sizeof(rest) - (got > 0 ? (size_t)got : 0)) * 3;
		map();
	}
	pthread_join(thread, NULL);
	printf("%ld faults, sum %ld\n", faults, sum);
	return 0;
}
