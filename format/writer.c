// SPDX-License-Identifier: GPL-2.0
/*
 * Writing a trace: the caller bumps a pointer, a thread does the rest.
 *
 * The caller fills one block at a time and publishes how far it is whole with
 * one release store. The thread takes full blocks from a queue, and at its own
 * pace the finished front part of the block being filled, so that events
 * reach the file soon without the caller ever taking a lock for them.
 */
#include <format/layout.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BLOCK_SIZE (512u << 10)
#define BACKLOG_MAX 32u		/* blocks: 16 MiB, then the caller waits */
#define BACKLOG_HURRY 4u	/* from here on what is quickest, else what is smallest */
#define SHARE 64u		/* part of the time that packing may take on the program's processor */
#define GRACE_NS 150000u	/* what more it may take at the end: nobody notices */
#define PROBE_EVERY 64u		/* in a hurry, time another level once in so many blocks */
#define FLUSH_NS 200000000L	/* twice the age of the oldest event stays below 500 ms */
#define STUCK_SECONDS 30	/* no block written for so long: the file is taken as lost */

static_assert(BLOCK_SIZE >= 2 * SCAP_EVENT_MAX && BLOCK_SIZE <= SCAP_BLOCK_RAW_MAX, "block size");

/* Smallest first. Raw is not always quickest: a disk may be slower than zstd. */
static const int levels[] = { 1, -5, -20, SCAP_LEVEL_RAW };
#define LEVELS (sizeof(levels) / sizeof(*levels))

/* What they cost until it is known, in ps a byte: zstd's of mixed data. */
static const uint64_t first_cost[LEVELS] = { 2500, 1800, 1000, 0 };

/* The front part of a block: both are told in one store. */
struct extent {
	uint32_t bytes, records;
};

/*
 * @fill:  what is whole; only the caller raises it
 * @taken: what the thread has written; only the thread raises it
 * @head:  kind, object, offset
 */
struct block {
	struct block *next;
	_Atomic struct extent fill;
	struct extent taken;
	struct scap_disk_block head;
	uint64_t bytes[BLOCK_SIZE / 8];
};

/*
 * The caller's: @current, @at (next free byte), @left, @records (of the block),
 * @room (of the reserved record), @tap. Under @lock: @queue .. @closing, and changes of @current. The
 * thread's: @store, @spent, @cost; @share, @start never change. @error is filled once, before @failed is set.
 */
struct scap_writer {
	struct block *current;
	char *at;
	size_t left, room;
	uint32_t records;
	void (*tap)(void *ctx, const struct scap_event *e);
	void *tap_ctx;

	pthread_mutex_t lock;
	pthread_cond_t work, space;
	struct block *queue, **queue_end, *spare, *scrap;
	unsigned int queued, most_queued, blocks;
	uint64_t written;
	bool closing;

	atomic_bool failed;
	struct scap_error error;

	pthread_t thread;
	struct scap_store *store;
	unsigned int share;	/* SHARE, or 1 where the thread has a processor of its own */
	uint64_t start, spent;	/* when the first block was begun; ns of packing since */
	uint64_t cost[LEVELS];	/* of compressing and writing, ps a byte; 0: not known */
};

static void fail_locked(struct scap_writer *w, const struct scap_error *err)
{
	if (!atomic_load(&w->failed)) {
		w->error = *err;
		atomic_store_explicit(&w->failed, true, memory_order_release);
	}
	pthread_cond_broadcast(&w->space);
}

static void fail(struct scap_writer *w, const struct scap_error *err)
{
	pthread_mutex_lock(&w->lock);
	fail_locked(w, err);
	pthread_mutex_unlock(&w->lock);
}

const struct scap_error *scap_writer_error(struct scap_writer *w)
{
	return atomic_load_explicit(&w->failed, memory_order_acquire) ? &w->error : NULL;
}

/* ---- the thread ---- */

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* In a hurry: the level that is quickest, unless a smaller file costs nearly nothing. */
static size_t quickest_level(const struct scap_writer *w)
{
	size_t best = 0;

	if (w->written % PROBE_EVERY == 0)
		return w->written / PROBE_EVERY % LEVELS;
	for (size_t i = 1; i < LEVELS; i++)
		if (w->cost[i] * 4 < w->cost[best] * 3)
			best = i;
	return best;
}

/*
 * Index of the level for @len bytes. Where program and thread share the one
 * processor, packing takes the program's time: a small share of it, and at the
 * end somebody waits for us. Called with the lock held.
 */
static size_t choose_level(const struct scap_writer *w, size_t len)
{
	uint64_t share = (now_ns() - w->start) / w->share + (w->closing ? GRACE_NS : 0);
	size_t i = 0;

	if (w->queued >= BACKLOG_HURRY)
		return quickest_level(w);
	while (i < LEVELS - 1 && w->spent + w->cost[i] * len / 1000 > share)
		i++;
	return i;
}

static void learn_cost(struct scap_writer *w, size_t level, size_t len, uint64_t ns)
{
	uint64_t cost = ns * 1000 / len + 1;

	w->spent += ns;
	w->cost[level] = w->cost[level] ? (w->cost[level] * 7 + cost) / 8 : cost;
}

static void write_block(struct scap_writer *w, struct block *b, struct extent fill, size_t level)
{
	uint64_t start = now_ns();
	struct scap_disk_block head = b->head;
	const char *bytes = (const char *)b->bytes + b->taken.bytes;
	struct scap_error err;

	head.raw = fill.bytes - b->taken.bytes;
	head.events = fill.records - b->taken.records;
	b->taken = fill;
	if (!head.raw || scap_writer_error(w))
		return;
	if (scap_store_block(w->store, &head, bytes, levels[level], &err))
		fail(w, &err);
	learn_cost(w, level, head.raw, now_ns() - start);
}

static struct timespec from_now(clockid_t clock, long ns)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_sec += (t.tv_nsec + ns) / 1000000000;
	t.tv_nsec = (t.tv_nsec + ns) % 1000000000;
	return t;
}

/* Writes the first block of the queue. Called and left with the lock held. */
static void write_queued(struct scap_writer *w)
{
	struct block *b = w->queue;
	struct extent fill = atomic_load_explicit(&b->fill, memory_order_acquire);
	size_t level = choose_level(w, fill.bytes - b->taken.bytes);

	w->queue = b->next;
	if (!w->queue)
		w->queue_end = &w->queue;
	pthread_mutex_unlock(&w->lock);
	write_block(w, b, fill, level);
	pthread_mutex_lock(&w->lock);
	w->queued--;
	w->written++;
	b->next = w->spare;
	w->spare = b;
	pthread_cond_signal(&w->space);
}

/*
 * Writes the finished part of the block that is being filled. Called and left
 * with the lock held and the queue empty: @fill is read under it, so a content
 * queued from now on comes before any record that names it.
 */
static void write_current(struct scap_writer *w)
{
	struct block *b = w->current;
	struct extent fill = atomic_load_explicit(&b->fill, memory_order_acquire);
	size_t level = choose_level(w, fill.bytes - b->taken.bytes);

	pthread_mutex_unlock(&w->lock);
	write_block(w, b, fill, level);
	pthread_mutex_lock(&w->lock);
}

static void *writer_thread(void *arg)
{
	struct scap_writer *w = arg;
	struct timespec due = from_now(CLOCK_MONOTONIC, FLUSH_NS);

	pthread_mutex_lock(&w->lock);
	while (!w->closing || w->queue) {
		if (w->queue) {
			write_queued(w);
		} else if (pthread_cond_timedwait(&w->work, &w->lock, &due) == ETIMEDOUT) {
			if (!w->queue)
				write_current(w);
			due = from_now(CLOCK_MONOTONIC, FLUSH_NS);
		}
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* ---- the caller ---- */

/* Appends @b to the queue, with the lock held. */
static void enqueue(struct scap_writer *w, struct block *b)
{
	b->next = NULL;
	*w->queue_end = b;
	w->queue_end = &b->next;
	if (++w->queued > w->most_queued)
		w->most_queued = w->queued;
	pthread_cond_signal(&w->work);
}

/*
 * Waits until a block is free. A file that takes nothing for STUCK_SECONDS is
 * given up: it may be served by the very program that waits for us.
 */
static void wait_for_space(struct scap_writer *w)
{
	uint64_t written = w->written;
	struct scap_error err;
	struct timespec end = from_now(CLOCK_MONOTONIC, 0);

	end.tv_sec += STUCK_SECONDS;
	while (w->written == written && !w->spare && !scap_writer_error(w))
		if (pthread_cond_timedwait(&w->space, &w->lock, &end) == ETIMEDOUT)
			break;
	if (w->written == written && !w->spare && !scap_writer_error(w)) {
		scap_fail(&err, ETIMEDOUT,
			  "the trace file has taken no data for %d seconds (does the recorded program serve it?); the trace ends there",
			  STUCK_SECONDS);
		fail_locked(w, &err);
	}
}

static struct block *new_block(void)
{
	struct block *b = malloc(sizeof(*b));

	if (b)
		memset(b, 0, offsetof(struct block, bytes));
	return b;
}

/*
 * A block to fill, with the lock held; NULL only if writing has failed, or if
 * there is no memory at all and nothing in the queue to wait for.
 */
static struct block *free_block(struct scap_writer *w, enum scap_block_kind kind)
{
	struct scap_error err;
	struct block *b = NULL;

	while (!b && !scap_writer_error(w)) {
		if (w->spare) {
			b = w->spare;
			w->spare = b->next;
		} else if (w->blocks < BACKLOG_MAX && (b = new_block())) {
			w->blocks++;
		} else if (w->queued) {
			wait_for_space(w);
		} else {
			scap_fail(&err, ENOMEM, "no memory for another block; the trace ends there");
			fail_locked(w, &err);
		}
	}
	if (b) {
		atomic_store_explicit(&b->fill, (struct extent){ 0 }, memory_order_relaxed);
		b->taken = (struct extent){ 0 };
		b->head = (struct scap_disk_block){ .kind = kind };
	}
	return b;
}

static void start_filling(struct scap_writer *w, struct block *b)
{
	w->current = b;
	w->at = (char *)b->bytes;
	w->left = BLOCK_SIZE;
	w->records = 0;
}

/*
 * Queues the current block and starts another. After a failure the caller
 * fills a block of scrap over and over, which the thread never looks at.
 */
static void next_block(struct scap_writer *w)
{
	struct block *b;

	pthread_mutex_lock(&w->lock);
	b = free_block(w, SCAP_BLOCK_EVENTS);
	if (b) {
		enqueue(w, w->current);
	} else if (w->scrap) {
		w->current->next = w->spare;
		w->spare = w->current;
		b = w->scrap;
		w->scrap = NULL;
	}
	start_filling(w, b ? b : w->current);
	pthread_mutex_unlock(&w->lock);
}

void *scap_writer_reserve(struct scap_writer *w, size_t size)
{
	w->room = size;
	if (__builtin_expect(w->left < size, 0))
		next_block(w);
	return w->at;
}

static void bad_record(struct scap_writer *w, const struct scap_event *e)
{
	struct scap_error err;

	scap_fail(&err, EINVAL, "the recorder emitted a malformed record of type %u and size %u into room for %zu; the trace ends there",
		  e->type, e->size, w->room);
	fail(w, &err);
}

/* What the caller has put at w->at is whole: @size bytes, @n records. */
static void publish(struct scap_writer *w, size_t size, uint32_t n)
{
	struct extent fill;

	w->at += size;
	w->left -= size;
	w->records += n;
	fill = (struct extent){ .bytes = BLOCK_SIZE - (uint32_t)w->left, .records = w->records };
	atomic_store_explicit(&w->current->fill, fill, memory_order_release);
}

void scap_writer_commit(struct scap_writer *w)
{
	const struct scap_event *e = (const void *)w->at;

	if (__builtin_expect(!scap_event_valid(e, w->room), 0)) {
		bad_record(w, e);
		return;
	}
	if (__builtin_expect(w->tap != NULL, 0))
		w->tap(w->tap_ctx, e);
	publish(w, e->size, 1);
}

void scap_writer_commit_run(struct scap_writer *w, size_t size, uint32_t n)
{
	const struct scap_event *e = (const void *)w->at;
	const char *end = w->at + size;

	for (; w->tap && (const char *)e < end; e = (const void *)((const char *)e + e->size))
		w->tap(w->tap_ctx, e);
	publish(w, size, n);
}

void scap_writer_tap(struct scap_writer *w, void (*tap)(void *ctx, const struct scap_event *e),
		     void *ctx)
{
	w->tap = tap;
	w->tap_ctx = ctx;
}

void scap_writer_put(struct scap_writer *w, const struct scap_event *e)
{
	memcpy(scap_writer_reserve(w, e->size), e, e->size);
	scap_writer_commit(w);
}

void scap_writer_content(struct scap_writer *w, uint64_t object, uint64_t offset,
			 const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len) {
		size_t n = len < BLOCK_SIZE ? len : BLOCK_SIZE;
		struct block *b;

		pthread_mutex_lock(&w->lock);
		b = free_block(w, SCAP_BLOCK_CONTENT);
		pthread_mutex_unlock(&w->lock);
		if (!b)
			return;
		b->head.object = object;
		b->head.offset = offset;
		memcpy(b->bytes, at, n);
		atomic_store_explicit(&b->fill, (struct extent){ .bytes = (uint32_t)n }, memory_order_relaxed);
		pthread_mutex_lock(&w->lock);
		enqueue(w, b);
		pthread_mutex_unlock(&w->lock);
		at += n;
		offset += n;
		len -= n;
	}
}

/* ---- start and end ---- */

static void free_blocks(struct block *b)
{
	while (b) {
		struct block *next = b->next;

		free(b);
		b = next;
	}
}

static void writer_free(struct scap_writer *w)
{
	free_blocks(w->queue);
	free_blocks(w->spare);
	free(w->current);
	free(w->scrap);
	if (w->store)
		scap_store_close(w->store);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->work);
	pthread_cond_destroy(&w->space);
	free(w);
}

/* The thread, deaf to signals: they are the caller's (SIGXFSZ becomes EFBIG). */
static int start_thread(struct scap_writer *w)
{
	sigset_t all, old;
	int ret;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = pthread_create(&w->thread, NULL, writer_thread, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ret;
}

/* The thread keeps the caller's processors of this moment (sched_setaffinity(2)). */
static bool has_choice_of_processor(void)
{
	cpu_set_t set;

	return !sched_getaffinity(0, sizeof(set), &set) && CPU_COUNT(&set) > 1;
}

static struct scap_writer *writer_new(void)
{
	struct scap_writer *w = calloc(1, sizeof(*w));
	struct block *b = new_block(), *scrap = new_block();
	pthread_condattr_t clock;

	if (!w || !b || !scrap) {
		free(w);
		free(b);
		free(scrap);
		return NULL;
	}
	w->scrap = scrap;
	b->head.kind = SCAP_BLOCK_EVENTS;
	w->blocks = 1;
	memcpy(w->cost, first_cost, sizeof(w->cost));
	w->share = has_choice_of_processor() ? 1 : SHARE;
	w->start = now_ns();
	start_filling(w, b);
	w->queue_end = &w->queue;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&w->work, &clock);
	pthread_cond_init(&w->space, &clock);
	pthread_condattr_destroy(&clock);
	return w;
}

/*
 * The last block goes to the thread, which ends behind it; both at once: it
 * looks at the current block as long as more may come.
 */
static void stop_thread(struct scap_writer *w)
{
	pthread_mutex_lock(&w->lock);
	enqueue(w, w->current);
	w->current = NULL;
	w->closing = true;
	pthread_cond_signal(&w->work);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
}

/* The file, down to the end of its header. */
static int open_file(struct scap_store **out, const char *path, const struct scap_header *h,
		     struct scap_error *err)
{
	struct scap_store *store;
	uint8_t *header;
	uint64_t seed;
	size_t size;
	int ret;

	ret = scap_header_encode(h, &header, &size, &seed, err);
	if (ret)
		return ret;
	ret = scap_store_open(&store, path, err);
	if (!ret) {
		ret = scap_store_header(store, header, size, seed, err);
		if (ret)
			scap_store_close(store);
	}
	free(header);
	*out = store;
	return ret;
}

int scap_writer_open(struct scap_writer **out, const char *path, const struct scap_header *h,
		     struct scap_error *err)
{
	struct scap_writer *w = writer_new();
	int ret;

	if (!w)
		return scap_fail(err, ENOMEM, "%s: no memory", path);
	ret = open_file(&w->store, path, h, err);
	if (!ret) {
		ret = start_thread(w);
		if (!ret) {
			*out = w;
			return 0;
		}
		ret = scap_fail(err, ret, "%s: cannot start a thread: %s", path, strerror(ret));
	} else {
		w->store = NULL;
	}
	writer_free(w);
	return ret;
}

int scap_writer_close(struct scap_writer *w, struct scap_writer_stats *stats,
		      struct scap_error *err)
{
	struct scap_error last;
	int ret = 0;

	stop_thread(w);
	if (!scap_writer_error(w) && scap_store_finish(w->store, &last))
		fail(w, &last);
	if (stats) {
		*stats = *scap_store_stats(w->store);
		stats->backlog = w->most_queued;
	}
	if (scap_writer_error(w))
		ret = scap_fail(err, w->error.code, "%s", w->error.text);
	writer_free(w);
	return ret;
}
