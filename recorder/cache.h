/* SPDX-License-Identifier: GPL-2.0 */
/* The user's cache folder: what one recording has found out and the next need not. */
#ifndef SCAP_RECORDER_CACHE_H
#define SCAP_RECORDER_CACHE_H

/* Opens or creates @name in $XDG_CACHE_HOME/scap; -1: there is no such folder to be had. */
int cache_open(const char *name);

#endif
