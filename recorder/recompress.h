/* SPDX-License-Identifier: GPL-2.0 */
/* A finished trace made smaller, in its place. */
#ifndef RECORDER_RECOMPRESS_H
#define RECORDER_RECOMPRESS_H

#include "format/format.h"

#define RECOMPRESS_LEVEL 12	/* where zstd's gain has flattened out and its speed not yet */
#define RECOMPRESS_LEVEL_MAX 19

/*
 * Compresses trace @path anew at zstd's @level and puts the result in its place.
 * @before, @after: sizes in bytes. A trace that is cut off is left alone: -EUCLEAN.
 */
int recompress(const char *path, int level, uint64_t *before, uint64_t *after,
	       struct scap_error *err);

#endif
