// SPDX-License-Identifier: GPL-2.0
/* Which mapping an address of a tracee is in. */
#include <inttypes.h>
#include <stdio.h>

#include "replay.h"

struct naming {
	uint64_t addr;
	char *text;
	size_t size;
};

static int name_map(void *ctx, const struct tracee_map *map)
{
	const struct naming *n = ctx;

	if (n->addr < map->start || n->addr >= map->end)
		return 0;
	snprintf(n->text, n->size, "%s (0x%" PRIx64 "-0x%" PRIx64 ")",
		 map->path[0] ? map->path : "anonymous memory", map->start, map->end);
	return 1;
}

void where_is(struct task *task, uint64_t addr, char *text, size_t size)
{
	struct naming naming = { addr, text, size };

	text[0] = 0;
	tracee_maps(&task->t, name_map, &naming);
}
