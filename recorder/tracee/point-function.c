// SPDX-License-Identifier: GPL-2.0
/*
 * Which function an address belongs to, from what every binary carries for
 * unwinding: .eh_frame_hdr and its sorted table (LSB Core, 10.6.2).
 * Read from the tracee's memory, so that no file is needed.
 */
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include "point-internal.h"

/* The encodings that linkers use (LSB Core, 10.5): u32, s32 relative to the section. */
#define ENC_UDATA4	0x03
#define ENC_DATAREL_S4	0x3b

struct eh_frame_hdr {
	uint8_t version, frame_enc, count_enc, table_enc;
	int32_t frame;
	uint32_t count;
};

struct eh_entry {
	int32_t start, fde;	/* relative to the section */
};

/* The file mapping that covers an address, and where that file's first page is. */
struct object {
	uint64_t ip, base;
	uint64_t first;		/* of the file that is being walked over */
	uint64_t ino;
};

static int each_object(void *ctx, const struct tracee_map *map)
{
	struct object *o = ctx;

	if (map->ino && !map->offset) {
		o->first = map->start;
		o->ino = map->ino;
	}
	if (o->ip < map->start || o->ip >= map->end)
		return 0;
	if (!map->ino || map->ino != o->ino)
		return -ENOENT;
	o->base = o->first;
	return 1;
}

/* Address of .eh_frame_hdr in the object whose ELF header is at @base. */
static uint64_t find_header(struct tracee *t, uint64_t base)
{
	ElfW(Phdr) phdr[32];
	ElfW(Ehdr) ehdr;
	uint64_t bias = 0, vaddr = 0;
	bool loaded = false;

	if (tracee_read(t, base, &ehdr, sizeof(ehdr)) || memcmp(ehdr.e_ident, ELFMAG, SELFMAG) != 0 ||
	    ehdr.e_phentsize != sizeof(*phdr) || ehdr.e_phnum > 32 ||
	    tracee_read(t, base + ehdr.e_phoff, phdr, ehdr.e_phnum * sizeof(*phdr)))
		return 0;
	for (int i = 0; i < ehdr.e_phnum; i++) {
		if (phdr[i].p_type == PT_LOAD && !loaded) {
			bias = base - (phdr[i].p_vaddr & ~(uint64_t)(sysconf(_SC_PAGESIZE) - 1));
			loaded = true;
		}
		if (phdr[i].p_type == PT_GNU_EH_FRAME)
			vaddr = phdr[i].p_vaddr;
	}
	return loaded && vaddr ? bias + vaddr : 0;
}

/* Last entry that begins at or before @ip; -ENOENT: none. */
static int search(struct tracee *t, uint64_t hdr, uint32_t count, uint64_t ip,
		  uint64_t *start, uint64_t *end)
{
	const uint64_t table = hdr + sizeof(struct eh_frame_hdr);
	uint32_t low = 0, high = count;
	struct eh_entry entry;

	*end = ~0ull;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		uint64_t at;

		if (tracee_read(t, table + mid * sizeof(entry), &entry, sizeof(entry)))
			return -EFAULT;
		at = hdr + (uint64_t)(int64_t)entry.start;
		if (at <= ip) {
			*start = at;
			low = mid + 1;
		} else {
			*end = at;
			high = mid;
		}
	}
	return low ? 0 : -ENOENT;
}

int point_function(struct tracee *t, uint64_t ip, uint64_t *start, uint64_t *end)
{
	struct object o = { .ip = ip };
	struct eh_frame_hdr h;
	uint64_t hdr;
	int ret = tracee_maps(t, each_object, &o);

	if (ret <= 0)
		return ret ? ret : -ENOENT;
	hdr = find_header(t, o.base);
	if (!hdr || tracee_read(t, hdr, &h, sizeof(h)) || h.version != 1 ||
	    h.count_enc != ENC_UDATA4 || h.table_enc != ENC_DATAREL_S4)
		return -ENOENT;
	return search(t, hdr, h.count, ip, start, end);
}
