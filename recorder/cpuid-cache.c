// SPDX-License-Identifier: GPL-2.0
/*
 * The answers of cpuid, remembered while the machine runs: in a virtual machine
 * each leaf costs some 10 us, and there are seventy. One slot a processor, as
 * some leaves number it; the first leaves (which hold that number, the model
 * and its features) are asked anew and must agree. Every trouble is a miss.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "recorder/arch.h"
#include "recorder/cache.h"
#include "recorder/cpuid-cache.h"

#define SLOTS 64u
#define LEAVES_MAX 256u
/* Leaves 0 and 1: vendor, model, features, number of the processor (Intel SDM vol. 2, CPUID). */
#define KEYS 2u

/* @boot: boot_id of random(4); @check: over all before it. */
struct slot {
	char boot[40];
	uint32_t n, unused;
	struct scap_cpuid leaves[LEAVES_MAX];
	uint64_t check;
};

static uint64_t check_of(const struct slot *slot)
{
	return XXH64(slot, offsetof(struct slot, check), sizeof(*slot));
}

/* Which run of the kernel this is; false: not to be known. */
static bool read_boot(char boot[40])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	memset(boot, 0, 40);
	if (fd >= 0) {
		n = read(fd, boot, 39);
		close(fd);
	}
	return n > 0;
}

static bool holds(const struct slot *slot, const char boot[40], const struct scap_cpuid keys[KEYS])
{
	return slot->check == check_of(slot) && slot->n <= LEAVES_MAX &&
	       !memcmp(slot->boot, boot, sizeof(slot->boot)) &&
	       !memcmp(slot->leaves, keys, KEYS * sizeof(*keys));
}

/* Asks the processor, and keeps what it says. */
static void refill(struct slot *slot, const char boot[40], int fd, off_t place)
{
	memset(slot, 0, sizeof(*slot));
	memcpy(slot->boot, boot, sizeof(slot->boot));
	slot->n = arch_read_cpuid(slot->leaves, LEAVES_MAX);
	slot->check = check_of(slot);
	if (fd >= 0 && pwrite(fd, slot, sizeof(*slot), place) < 0)
		return; /* a miss the next time */
}

uint32_t cpuid_cache_read(struct scap_cpuid *leaves, uint32_t cap)
{
	struct scap_cpuid keys[KEYS];
	struct slot slot = { 0 };
	char boot[40];
	off_t place;
	int fd;

	if (arch_read_cpuid(keys, KEYS) < KEYS || !read_boot(boot) || cap < LEAVES_MAX)
		return arch_read_cpuid(leaves, cap);
	fd = cache_open("cpuid");
	/* bits 24 to 31 of leaf 1's ebx: the processor's number */
	place = (off_t)((keys[1].ebx >> 24) % SLOTS * sizeof(slot));
	if (fd < 0 || pread(fd, &slot, sizeof(slot), place) != sizeof(slot) ||
	    !holds(&slot, boot, keys))
		refill(&slot, boot, fd, place);
	if (fd >= 0)
		close(fd);
	memcpy(leaves, slot.leaves, slot.n * sizeof(*leaves));
	return slot.n;
}
