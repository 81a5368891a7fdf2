// SPDX-License-Identifier: GPL-2.0
/* See written.h. Owns a userfaultfd on the tracee's memory and its pagemap. */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tracee-internal.h"
#include "written.h"

/* Of Linux 6.7's linux/userfaultfd.h and linux/fs.h; libc's headers may be older. */
#ifndef UFFD_FEATURE_WP_UNPOPULATED
#define UFFD_FEATURE_WP_UNPOPULATED (1 << 13)
#endif
#ifndef UFFD_FEATURE_WP_ASYNC
#define UFFD_FEATURE_WP_ASYNC (1 << 15)
#endif

struct scan_region {
	uint64_t start, end, categories;
};

struct scan_arg {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
	uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};

#define SCAN		_IOWR('f', 16, struct scan_arg)
#define SCAN_WP_MATCHING (1u << 0)
#define SCAN_WRITTEN	(1u << 1)
#define SCAN_BATCH	512

/* @uffd: -1: no help from the kernel */
struct tracee_written {
	int uffd, pagemap;
};

static int inject(struct tracee *t, uint32_t nr, uint64_t arg, int64_t *result)
{
	const uint64_t args[6] = { arg };
	int err = tracee_inject(t, TRACEE_STOP_ENTRY, nr, args, result);

	return err ? err : *result < 0 ? (int)*result : 0;
}

/* A userfaultfd belongs to the memory of who makes it: @t does, we take it over. */
static int make_uffd(struct tracee *t)
{
	int64_t fd, closed;
	int pidfd, ours = -1;

	if (inject(t, SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY, &fd))
		return -1;
	pidfd = (int)syscall(SYS_pidfd_open, t->pid, 0);
	if (pidfd >= 0) {
		ours = (int)syscall(SYS_pidfd_getfd, pidfd, (int)fd, 0);
		close(pidfd);
	}
	inject(t, SYS_close, (uint64_t)fd, &closed);
	return ours;
}

static bool enable(int uffd)
{
	struct uffdio_api api = {
		.api = UFFD_API,
		.features = UFFD_FEATURE_WP_ASYNC | UFFD_FEATURE_WP_UNPOPULATED,
	};

	return !ioctl(uffd, UFFDIO_API, &api);
}

struct tracee_written *tracee_written_open(struct tracee *t, bool can_inject)
{
	struct tracee_written *w = malloc(sizeof(*w));
	char path[40];

	if (!w)
		return NULL;
	snprintf(path, sizeof(path), "/proc/%d/pagemap", t->tid);
	w->pagemap = open(path, O_RDONLY | O_CLOEXEC);
	w->uffd = can_inject && w->pagemap >= 0 ? make_uffd(t) : -1;
	if (w->uffd >= 0 && !enable(w->uffd)) {
		close(w->uffd);
		w->uffd = -1;
	}
	return w;
}

void tracee_written_close(struct tracee_written *w)
{
	if (!w)
		return;
	if (w->uffd >= 0)
		close(w->uffd);
	if (w->pagemap >= 0)
		close(w->pagemap);
	free(w);
}

static bool is_watched(const struct tracee_map *map)
{
	return !map->shared && (map->prot & PROT_WRITE) && map->end <= SCAP_USER_END;
}

static int register_map(void *ctx, const struct tracee_map *map)
{
	const struct tracee_written *w = ctx;
	struct uffdio_register r = {
		.range = { map->start, map->end - map->start },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};

	/* What cannot be registered is not audited: special mappings of the kernel's. */
	if (is_watched(map))
		ioctl(w->uffd, UFFDIO_REGISTER, &r);
	return 0;
}

int tracee_written_refresh(struct tracee_written *w, struct tracee *t)
{
	return w->uffd < 0 ? 0 : tracee_maps(t, register_map, w);
}

/* ---- scanning ---- */

struct whole {
	int (*each)(void *ctx, uint64_t start, uint64_t end);
	void *ctx;
};

static int each_whole(void *ctx, const struct tracee_map *map)
{
	struct whole *s = ctx;

	return is_watched(map) ? s->each(s->ctx, map->start, map->end) : 0;
}

int tracee_written_scan(struct tracee_written *w, struct tracee *t,
			int (*each)(void *ctx, uint64_t start, uint64_t end), void *ctx)
{
	struct scan_region region[SCAN_BATCH];
	struct scan_arg arg = {
		.size = sizeof(arg), .flags = SCAN_WP_MATCHING, .end = SCAP_USER_END,
		.vec = (uintptr_t)region, .vec_len = SCAN_BATCH,
		.category_mask = SCAN_WRITTEN, .return_mask = SCAN_WRITTEN,
	};
	struct whole whole = { each, ctx };
	int n, ret = 0;

	if (w->uffd < 0)
		return tracee_maps(t, each_whole, &whole);
	while (!ret && arg.start < arg.end) {
		n = ioctl(w->pagemap, SCAN, &arg);
		if (n < 0)
			return -errno;
		for (int i = 0; i < n && !ret; i++)
			ret = each(ctx, region[i].start, region[i].end);
		arg.start = arg.walk_end;
	}
	return ret;
}
