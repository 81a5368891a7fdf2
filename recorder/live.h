/* SPDX-License-Identifier: GPL-2.0 */
/* Events as lines of text while they happen: scap-dump's lines. */
#ifndef SCAP_LIVE_H
#define SCAP_LIVE_H

#include "format/format.h"

struct live;

/*
 * Shows what @w gets from now on, in file @path (NULL: standard error). @each:
 * every line at once; otherwise when there are many, and at live_flush().
 * Returns 0 or -errno with @err filled. A reader that goes away ends it quietly.
 */
int live_open(struct live **l, const char *path, bool each, struct scap_writer *w,
	      struct scap_error *err);

/* Both take NULL: nothing is shown. Close it before the writer. */
void live_flush(struct live *l);
void live_close(struct live *l);

#endif
