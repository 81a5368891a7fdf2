// SPDX-License-Identifier: GPL-2.0
/* The user's cache folder: see cache.h. Every trouble is a file that is not there. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "recorder/cache.h"

/* Longest name of a file there, with its slash. */
#define NAME_ROOM 32

/* XDG Base Directory Specification: $XDG_CACHE_HOME, else $HOME/.cache. */
static bool cache_base(char path[PATH_MAX])
{
	const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	int n;

	if (base && base[0] == '/')
		n = snprintf(path, PATH_MAX, "%s", base);
	else if (home && home[0] == '/')
		n = snprintf(path, PATH_MAX, "%s/.cache", home);
	else
		return false;
	return n < PATH_MAX;
}

int cache_open(const char *name)
{
	char base[PATH_MAX], folder[PATH_MAX + NAME_ROOM], path[PATH_MAX + 2 * NAME_ROOM];
	const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
	int fd;

	if (!cache_base(base))
		return -1;
	snprintf(folder, sizeof(folder), "%s/scap", base);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, flags, 0600);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	/* the first time */
	mkdir(base, 0700);
	mkdir(folder, 0700);
	return open(path, flags, 0600);
}
