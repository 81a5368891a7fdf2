/* SPDX-License-Identifier: GPL-2.0 */
/* Hashes of unchanged files, remembered between recordings ($XDG_CACHE_HOME/scap/file-hashes). */
#ifndef SCAP_HASH_CACHE_H
#define SCAP_HASH_CACHE_H

#include <scap/event.h>

/* Descriptor of the cache, or -1: there is none, which the other functions accept. */
int hash_cache_open(void);

/* Whether @id, but for its hash, is known; then @id->hash is filled in. */
bool hash_cache_find(int fd, struct scap_file_id *id);

/* Remembers @id, unless its file has only just changed. */
void hash_cache_keep(int fd, const struct scap_file_id *id);

#endif
