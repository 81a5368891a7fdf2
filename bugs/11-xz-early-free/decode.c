// SPDX-License-Identifier: GPL-2.0
/*
 * A decoder in two threads, in the shape of liblzma's: the main thread copies input into the
 * worker's buffer piece by piece, the worker decodes what has come. Blocks with a bad checksum
 * are found in the middle of it. "decode late" leaves the buffer to the main thread to free.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS 12
#define PIECE 256
#define BLOCK_SIZE (8 * PIECE)
#define IN_SIZE (64u << 20)	/* of a large block by its header; most of it is never touched */
#define UNIT 64		/* 60 bytes and their sum */

enum state { IDLE, RUN, FAILED, END };

struct worker {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	enum state state;
	uint8_t *in;
	size_t in_filled;	/* by the main thread */
	size_t in_pos;		/* how far the worker is */
};

static bool frees_early = true;

/* Decodes what lies between @from and @to; false if a sum is wrong. */
static bool decode(const uint8_t *in, size_t from, size_t to)
{
	for (; from + UNIT <= to; from += UNIT) {
		uint32_t sum = 0, expected;

		for (size_t i = 0; i < UNIT - sizeof(sum); i++)
			sum = sum * 31 + in[from + i];
		memcpy(&expected, in + from + UNIT - sizeof(sum), sizeof(expected));
		if (sum != expected)
			return false;
	}
	return true;
}

static void *worker_run(void *arg)
{
	struct worker *w = arg;

	pthread_mutex_lock(&w->mutex);
	while (w->state != END) {
		if (w->state != RUN || w->in_pos == w->in_filled) {
			pthread_cond_wait(&w->changed, &w->mutex);
			continue;
		}
		size_t filled = w->in_filled;

		pthread_mutex_unlock(&w->mutex);
		bool good = decode(w->in, w->in_pos, filled);

		if (!good && frees_early) {
			free(w->in);
			w->in = NULL;
		}
		pthread_mutex_lock(&w->mutex);
		w->in_pos = filled;
		if (w->state == RUN && (!good || filled == BLOCK_SIZE))
			w->state = good ? IDLE : FAILED;
		pthread_cond_signal(&w->changed);
	}
	pthread_mutex_unlock(&w->mutex);
	return NULL;
}

static enum state worker_state(struct worker *w)
{
	pthread_mutex_lock(&w->mutex);
	enum state state = w->state;

	pthread_mutex_unlock(&w->mutex);
	return state;
}

static void worker_start(struct worker *w)
{
	pthread_mutex_lock(&w->mutex);
	w->in = malloc(IN_SIZE);
	w->in_filled = w->in_pos = 0;
	w->state = RUN;
	pthread_mutex_unlock(&w->mutex);
}

/* One of three blocks has a damaged byte. */
static void make_block(uint8_t *block, int number)
{
	for (size_t unit = 0; unit < BLOCK_SIZE; unit += UNIT) {
		uint32_t sum = 0;

		for (size_t i = 0; i < UNIT - sizeof(sum); i++) {
			block[unit + i] = (uint8_t)((unit + i) * (size_t)(number + 7) >> 3);
			sum = sum * 31 + block[unit + i];
		}
		memcpy(block + unit + UNIT - sizeof(sum), &sum, sizeof(sum));
	}
	if (number % 3 == 2)
		block[PIECE + 100] ^= 1;
}

static void buffer_copy(uint8_t *to, const uint8_t *from, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = from[i];
}

/* Feeds one block; true if it was sound. */
static bool decode_block(struct worker *w, const uint8_t *block)
{
	worker_start(w);
	for (size_t offset = 0; offset < BLOCK_SIZE; offset += PIECE) {
		if (worker_state(w) == FAILED)
			break;
		buffer_copy(w->in + offset, block + offset, PIECE);
		pthread_mutex_lock(&w->mutex);
		w->in_filled += PIECE;
		pthread_cond_signal(&w->changed);
		pthread_mutex_unlock(&w->mutex);
	}
	pthread_mutex_lock(&w->mutex);
	while (w->state == RUN && w->in_pos != w->in_filled)
		pthread_cond_wait(&w->changed, &w->mutex);
	bool good = w->state != FAILED;

	w->state = IDLE;
	pthread_mutex_unlock(&w->mutex);
	free(w->in);
	return good;
}

int main(int argc, char **argv)
{
	static struct worker w = { .mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };
	static uint8_t blocks[BLOCKS][BLOCK_SIZE];
	int bad = 0;

	for (int i = 0; i < BLOCKS; i++)
		make_block(blocks[i], i);
	frees_early = argc < 2 || strcmp(argv[1], "late");
	pthread_create(&w.thread, NULL, worker_run, &w);
	for (int i = 0; i < BLOCKS; i++)
		bad += !decode_block(&w, blocks[i]);
	pthread_mutex_lock(&w.mutex);
	w.state = END;
	pthread_cond_signal(&w.changed);
	pthread_mutex_unlock(&w.mutex);
	pthread_join(w.thread, NULL);
	printf("%d of %d blocks are damaged\n", bad, BLOCKS);
	return 0;
}
