// SPDX-License-Identifier: GPL-2.0
/*
 * A finished trace made smaller: written beside it, then moved into its place,
 * so that at every moment there is one whole trace under its name.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recorder/recompress.h"

int recompress(const char *path, int level, uint64_t *before, uint64_t *after,
	       struct scap_error *err)
{
	struct scap_writer_stats stats;
	char beside[PATH_MAX];
	struct stat st;
	int ret;

	if (snprintf(beside, sizeof(beside), "%s.new-%d", path, getpid()) >= (int)sizeof(beside))
		return scap_fail(err, ENAMETOOLONG, "%s: %s", path, strerror(ENAMETOOLONG));
	if (stat(path, &st) < 0)
		return scap_fail(err, errno, "%s: %s", path, strerror(errno));
	ret = scap_trace_recompress(path, beside, level, &stats, err);
	if (!ret && rename(beside, path) < 0)
		ret = scap_fail(err, errno, "%s: cannot be replaced by %s: %s", path, beside,
				strerror(errno));
	if (ret) {
		unlink(beside);
		return ret;
	}
	*before = (uint64_t)st.st_size;
	*after = stats.file_bytes;
	return 0;
}
