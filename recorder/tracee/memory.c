// SPDX-License-Identifier: GPL-2.0
/*
 * The tracee's memory, by /proc/PID/mem: it faults pages in, ignores
 * protection (a debugger's right) and survives PR_SET_DUMPABLE 0.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tracee-internal.h"

ssize_t tracee_read_some(struct tracee *t, uint64_t addr, void *buf, size_t len)
{
	size_t done = 0;

	/* a task whose memory the kernel does not let us see */
	if (!t->mm)
		return 0;
	while (done < len) {
		ssize_t n = pread(t->mm->fd, (char *)buf + done, len - done, (off_t)(addr + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int tracee_read(struct tracee *t, uint64_t addr, void *buf, size_t len)
{
	return tracee_read_some(t, addr, buf, len) == (ssize_t)len ? 0 : -EFAULT;
}

int tracee_write(struct tracee *t, uint64_t addr, const void *buf, size_t len)
{
	size_t done = 0;

	if (!t->mm)
		return -EFAULT;
	while (done < len) {
		ssize_t n = pwrite(t->mm->fd, (const char *)buf + done, len - done,
				   (off_t)(addr + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EFAULT;
		done += (size_t)n;
	}
	return 0;
}

/* ---- the planner's view ---- */

static unsigned int piece_slot(uint64_t base)
{
	return base / TRACEE_PIECE % TRACEE_PIECES;
}

/* An aligned piece never crosses a page: it can be read whole, or not at all. */
static bool piece_fetch(struct tracee_planmem *m, uint64_t base)
{
	unsigned int slot = piece_slot(base);

	if (m->base[slot] == base + 1)
		return true;
	m->base[slot] = 0;
	if (tracee_read(m->t, base, m->bytes[slot], TRACEE_PIECE))
		return false;
	m->base[slot] = base + 1;
	return true;
}

static bool piece_is_kept(const struct tracee_planmem *m, uint64_t base)
{
	return m->base[piece_slot(base)] == base + 1;
}

/* Copies [@addr, @addr + @len), which must be kept. */
static void copy_pieces(const struct tracee_planmem *m, uint64_t addr, uint8_t *buf, size_t len)
{
	while (len) {
		size_t at = addr % TRACEE_PIECE, n = TRACEE_PIECE - at;

		if (n > len)
			n = len;
		memcpy(buf, m->bytes[piece_slot(addr - at)] + at, n);
		addr += n;
		buf += n;
		len -= n;
	}
}

static uint64_t piece_of(uint64_t addr)
{
	return addr - addr % TRACEE_PIECE;
}

static int planmem_get(const struct scap_mem *mem, __u64 addr, void *buf, __u32 len)
{
	struct tracee_planmem *m = (struct tracee_planmem *)mem;
	uint64_t last = addr + len - 1;

	if (len - 1 >= TRACEE_PIECE || last < addr)
		return tracee_read(m->t, addr, buf, len);
	if (!piece_fetch(m, piece_of(addr)) || !piece_fetch(m, piece_of(last)))
		return -EFAULT;
	copy_pieces(m, addr, buf, len);
	return 0;
}

void tracee_planmem(struct tracee_planmem *m, struct tracee *t)
{
	m->mem.get = planmem_get;
	m->t = t;
	memset(m->base, 0, sizeof(m->base));
}

ssize_t tracee_planmem_read(struct tracee_planmem *m, uint64_t addr, void *buf, size_t len)
{
	uint64_t end = addr + len;

	if (!len || len > TRACEE_PIECES * TRACEE_PIECE || end < addr)
		return tracee_read_some(m->t, addr, buf, len);
	for (uint64_t base = piece_of(addr); base < end; base += TRACEE_PIECE)
		if (!piece_is_kept(m, base))
			return tracee_read_some(m->t, addr, buf, len);
	copy_pieces(m, addr, buf, len);
	return (ssize_t)len;
}

/* One line of proc(5)'s maps: "start-end perms offset major:minor inode   path". */
static bool parse_map(char *line, struct tracee_map *map)
{
	char perms[5];
	int path_at = 0;

	map->path[0] = 0;
	if (sscanf(line, "%lx-%lx %4s %lx %x:%x %lu %n", &map->start, &map->end, perms,
		   &map->offset, &map->dev_major, &map->dev_minor, &map->ino, &path_at) < 7)
		return false;
	map->prot = (perms[0] == 'r' ? PROT_READ : 0) | (perms[1] == 'w' ? PROT_WRITE : 0) |
		    (perms[2] == 'x' ? PROT_EXEC : 0);
	map->shared = perms[3] == 's';
	line[strcspn(line, "\n")] = 0;
	if (path_at)
		snprintf(map->path, sizeof(map->path), "%s", line + path_at);
	return true;
}

int tracee_maps(struct tracee *t, int (*each)(void *ctx, const struct tracee_map *map), void *ctx)
{
	struct tracee_map map;
	char path[40], *line = NULL;
	size_t size = 0;
	int ret = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", t->tid);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (!ret && getline(&line, &size, f) > 0)
		if (parse_map(line, &map))
			ret = each(ctx, &map);
	free(line);
	fclose(f);
	return ret;
}
