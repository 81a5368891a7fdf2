// SPDX-License-Identifier: GPL-2.0
/*
 * Reads a file of blocks ahead in a thread of its own, as fastp reads bgzf: a queue, a mutex and a
 * condition at each end of it, and a flag that stops the thread when the reader is closed before
 * the end. "reader locked" sets that flag under the mutex of the end where the thread waits.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES 20
#define BLOCK_SIZE 64
#define BATCH 2		/* blocks that are read at once */
#define ROOM 2

struct reader {
	int fd;
	pthread_t thread;
	volatile bool stop;
	pthread_mutex_t room_mutex, block_mutex;
	pthread_cond_t has_room, has_block;
	int taken;		/* blocks so far, under room_mutex */
	int read_ahead;		/* blocks so far, under block_mutex */
	unsigned char blocks[ROOM][BLOCK_SIZE];
};

static bool stops_locked;

static void wait_for_room(struct reader *r)
{
	pthread_mutex_lock(&r->room_mutex);
	while (!r->stop && ROOM - (r->read_ahead - r->taken) < BATCH)
		pthread_cond_wait(&r->has_room, &r->room_mutex);
	pthread_mutex_unlock(&r->room_mutex);
}

static void *read_ahead(void *arg)
{
	struct reader *r = arg;
	unsigned char batch[BATCH][BLOCK_SIZE];

	while (!r->stop && read(r->fd, batch, sizeof(batch)) == sizeof(batch)) {
		wait_for_room(r);
		if (r->stop)
			break;
		for (int i = 0; i < BATCH; i++)
			memcpy(r->blocks[(r->read_ahead + i) % ROOM], batch[i], BLOCK_SIZE);
		pthread_mutex_lock(&r->block_mutex);
		r->read_ahead += BATCH;
		pthread_mutex_unlock(&r->block_mutex);
		pthread_cond_signal(&r->has_block);
	}
	return NULL;
}

static void reader_open(struct reader *r, const char *path)
{
	*r = (struct reader){ .fd = open(path, O_RDONLY) };
	pthread_mutex_init(&r->room_mutex, NULL);
	pthread_mutex_init(&r->block_mutex, NULL);
	pthread_cond_init(&r->has_room, NULL);
	pthread_cond_init(&r->has_block, NULL);
	if (r->fd < 0 || pthread_create(&r->thread, NULL, read_ahead, r)) {
		perror(path);
		exit(2);
	}
}

static void reader_next(struct reader *r, unsigned char block[BLOCK_SIZE])
{
	pthread_mutex_lock(&r->block_mutex);
	while (r->read_ahead == r->taken)
		pthread_cond_wait(&r->has_block, &r->block_mutex);
	pthread_mutex_unlock(&r->block_mutex);
	memcpy(block, r->blocks[r->taken % ROOM], BLOCK_SIZE);
	pthread_mutex_lock(&r->room_mutex);
	r->taken++;
	pthread_mutex_unlock(&r->room_mutex);
	pthread_cond_signal(&r->has_room);
}

static void reader_close(struct reader *r)
{
	if (stops_locked)
		pthread_mutex_lock(&r->room_mutex);
	r->stop = true;
	if (stops_locked)
		pthread_mutex_unlock(&r->room_mutex);
	pthread_cond_broadcast(&r->has_room);
	pthread_join(r->thread, NULL);
	close(r->fd);
}

int main(int argc, char **argv)
{
	stops_locked = argc > 1 && !strcmp(argv[1], "locked");
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int file = 1; file <= FILES; file++) {
		unsigned char block[BLOCK_SIZE];
		struct reader r;

		reader_open(&r, argv[0]);
		reader_next(&r, block);
		printf("file %d begins with \"%.3s\"\n", file, block + 1);
		reader_close(&r);
	}
	return 0;
}
