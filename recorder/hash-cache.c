// SPDX-License-Identifier: GPL-2.0
/*
 * Hashes of files, remembered from one recording to the next: hashing every
 * library anew is most of what a short program's start costs. One file of
 * slots, in the user's cache folder; a slot is found by device and inode, and
 * a file that falls on a taken slot takes it over. Every trouble is a miss.
 */
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#include "recorder/cache.h"
#include "recorder/hash-cache.h"

#define SLOTS 4096u
/* A file that has just changed may change again within one tick of its clock. */
#define SETTLED_NS 2000000000ull

/* @check: over @id, so that a slot written by two recorders at once is no slot. */
struct slot {
	struct scap_file_id id;
	uint64_t check;
};

static uint64_t check_of(const struct scap_file_id *id)
{
	return XXH64(id, sizeof(*id), SCAP_ABI_MAJOR);
}

static off_t place_of(const struct scap_file_id *id)
{
	const uint64_t key[2] = { id->dev, id->ino };

	return (off_t)(XXH64(key, sizeof(key), 0) % SLOTS * sizeof(struct slot));
}

int hash_cache_open(void)
{
	return cache_open("file-hashes");
}

bool hash_cache_find(int fd, struct scap_file_id *id)
{
	struct slot slot;

	if (fd < 0 || pread(fd, &slot, sizeof(slot), place_of(id)) != sizeof(slot))
		return false;
	if (slot.check != check_of(&slot.id) || slot.id.dev != id->dev || slot.id.ino != id->ino ||
	    slot.id.size != id->size || slot.id.mtime_ns != id->mtime_ns ||
	    slot.id.ctime_ns != id->ctime_ns)
		return false;
	id->hash = slot.id.hash;
	return true;
}

void hash_cache_keep(int fd, const struct scap_file_id *id)
{
	struct slot slot = { .id = *id, .check = check_of(id) };
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (fd < 0 || (uint64_t)now.tv_sec * 1000000000ull < id->ctime_ns + SETTLED_NS)
		return;
	if (pwrite(fd, &slot, sizeof(slot), place_of(id)) < 0)
		return; /* a miss the next time */
}
