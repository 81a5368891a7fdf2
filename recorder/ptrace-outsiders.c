// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that somebody outside the recording can write: kept as it was when it
 * was mapped, and said, since a replay cannot know what happens to it later.
 * Looked for once, when the recording first maps an object shared.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "recorder/ptrace-backend.h"
#include "recorder/ptrace-object.h"

struct search {
	uint64_t dev, ino;
};

static int same_shared_file(void *ctx, const struct tracee_map *map)
{
	const struct search *s = ctx;

	return map->shared && map->ino == s->ino &&
	       makedev(map->dev_major, map->dev_minor) == s->dev;
}

/* A process that is not recorded and maps the object shared; 0: none that we may look at. */
static pid_t outsider_with(struct recording *rec, struct search *s)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;

	while (proc && !found && (entry = readdir(proc))) {
		struct tracee who = { .tid = (pid_t)strtol(entry->d_name, NULL, 10) };

		if (who.tid <= 0 || who.tid == getpid() || task_find(rec, who.tid))
			continue;
		if (tracee_maps(&who, same_shared_file, s) == 1)
			found = who.tid;
	}
	if (proc)
		closedir(proc);
	return found;
}

void outsiders_look(struct task *k, const struct object *o, const char *path)
{
	struct search s = { .dev = o->id.dev, .ino = o->id.ino };
	pid_t pid = outsider_with(k->rec, &s);

	if (!pid)
		return;
	emit_meta(k, SCAP_META_SHARED, o->number, "%s is mapped by process %d, too", path, pid);
	say(k->rec, "%s is shared with process %d, which is not recorded: kept as it is now; "
	    "a replay may diverge if that process writes to it", path, pid);
}
