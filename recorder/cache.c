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
static bool cache_folder(char path[PATH_MAX])
{
	const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	int n;

	if (base && base[0] == '/')
		n = snprintf(path, PATH_MAX, "%s", base);
	else if (home && home[0] == '/')
		n = snprintf(path, PATH_MAX, "%s/.cache", home);
	else
		return false;
	if (n >= PATH_MAX - NAME_ROOM)
		return false;
	mkdir(path, 0700);
	snprintf(path + n, (size_t)(PATH_MAX - n), "/scap");
	return !mkdir(path, 0700) || errno == EEXIST;
}

int cache_open(const char *name)
{
	char folder[PATH_MAX], path[PATH_MAX + NAME_ROOM];

	if (!cache_folder(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}
