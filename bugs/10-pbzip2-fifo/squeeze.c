// SPDX-License-Identifier: GPL-2.0
/*
 * A parallel compressor in miniature: the main thread reads blocks into a queue, consumers
 * compress them, one thread writes the results in order. At the end it is taken apart in the
 * order of pbzip2 0.9.4. "squeeze joined" waits for the consumers first.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCKS 12
#define BLOCK_SIZE 900
#define CONSUMERS 3
#define QUEUE_SIZE 4
#define IDLE_US 200		/* who finds the queue empty or full comes again so much later */
#define WRITER_IDLE_US 50

struct block {
	int number;
	size_t len;
	unsigned char bytes[2 * BLOCK_SIZE];
};

struct fifo {
	struct block *blocks[QUEUE_SIZE];
	int head, used;
	pthread_mutex_t *mutex;
};

static struct fifo *fifo;
static int all_read;

static struct block *compressed[BLOCKS];
static pthread_mutex_t compressed_lock = PTHREAD_MUTEX_INITIALIZER;

static struct fifo *fifo_new(void)
{
	struct fifo *f = calloc(1, sizeof(*f));

	f->mutex = malloc(sizeof(*f->mutex));
	pthread_mutex_init(f->mutex, NULL);
	return f;
}

static void fifo_delete(struct fifo *f)
{
	pthread_mutex_destroy(f->mutex);
	free(f->mutex);
	f->mutex = NULL;
	free(f);
}

/* Waits for room. */
static void fifo_put(struct fifo *f, struct block *b)
{
	pthread_mutex_lock(f->mutex);
	while (f->used == QUEUE_SIZE) {
		pthread_mutex_unlock(f->mutex);
		usleep(IDLE_US);
		pthread_mutex_lock(f->mutex);
	}
	f->blocks[(f->head + f->used++) % QUEUE_SIZE] = b;
	pthread_mutex_unlock(f->mutex);
}

/* Waits for a block; NULL if no more come. */
static struct block *fifo_take(struct fifo *f)
{
	struct block *b = NULL;

	pthread_mutex_lock(f->mutex);
	while (!f->used && !all_read) {
		pthread_mutex_unlock(f->mutex);
		usleep(IDLE_US);
		pthread_mutex_lock(f->mutex);
	}
	if (f->used) {
		b = f->blocks[f->head];
		f->head = (f->head + 1) % QUEUE_SIZE;
		f->used--;
	}
	pthread_mutex_unlock(f->mutex);
	return b;
}

static void produce(void)
{
	for (int number = 0; number < BLOCKS; number++) {
		struct block *b = calloc(1, sizeof(*b));

		b->number = number;
		b->len = BLOCK_SIZE;
		for (size_t i = 0; i < b->len; i++)
			b->bytes[i] = (unsigned char)(i * i / 700 + (size_t)number);
		fifo_put(fifo, b);
	}
	all_read = 1;
}

/* Runs of equal bytes become count and byte. */
static void compress(struct block *b)
{
	unsigned char packed[sizeof(b->bytes)];
	size_t len = 0, run;

	for (size_t i = 0; i < b->len; i += run) {
		for (run = 1; run < 255 && i + run < b->len && b->bytes[i + run] == b->bytes[i]; run++)
			;
		packed[len++] = (unsigned char)run;
		packed[len++] = b->bytes[i];
	}
	memcpy(b->bytes, packed, len);
	b->len = len;
}

static void *consumer(void *unused)
{
	struct block *b;

	while ((b = fifo_take(fifo)) != NULL) {
		compress(b);
		pthread_mutex_lock(&compressed_lock);
		compressed[b->number] = b;
		pthread_mutex_unlock(&compressed_lock);
	}
	return unused;
}

/* Writes each block as soon as it and all ahead of it are there. */
static void *writer(void *unused)
{
	for (int number = 0; number < BLOCKS;) {
		pthread_mutex_lock(&compressed_lock);
		struct block *b = compressed[number];

		pthread_mutex_unlock(&compressed_lock);
		if (!b) {
			usleep(WRITER_IDLE_US);
			continue;
		}
		printf("block %d: %zu bytes\n", number++, b->len);
		free(b);
	}
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t writing, consuming[CONSUMERS];

	fifo = fifo_new();
	for (int i = 0; i < CONSUMERS; i++)
		pthread_create(&consuming[i], NULL, consumer, NULL);
	pthread_create(&writing, NULL, writer, NULL);
	produce();
	pthread_join(writing, NULL);
	if (argc > 1 && !strcmp(argv[1], "joined"))
		for (int i = 0; i < CONSUMERS; i++)
			pthread_join(consuming[i], NULL);
	fifo_delete(fifo);
	printf("all blocks are written\n");
	fflush(stdout);
	return 0;
}
