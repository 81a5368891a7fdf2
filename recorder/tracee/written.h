/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which pages of an address space have been written since one last asked.
 * By userfaultfd's asynchronous write protection and PAGEMAP_SCAN where the
 * kernel has them (Linux 6.7; Documentation/admin-guide/mm/pagemap.rst);
 * elsewhere the answer is always: all that can be.
 *
 * Of private writable memory only: what others share changes by itself.
 */
#ifndef SCAP_TRACEE_WRITTEN_H
#define SCAP_TRACEE_WRITTEN_H

#include "recorder/tracee/tracee.h"

struct tracee_written;

/*
 * Starts watching the address space of @t, which stands at the seccomp entry
 * of a call if @inject; without it, or without the kernel's help, everything
 * counts as written. The tracee keeps no descriptor. NULL: no memory.
 */
struct tracee_written *tracee_written_open(struct tracee *t, bool inject);

/* To be called after each change of the memory map, and once after opening. */
int tracee_written_refresh(struct tracee_written *w, struct tracee *t);

/*
 * Calls @each for the ranges of pages that were written since the last scan
 * (or since they came to be). A return other than 0 ends it and is handed back.
 */
int tracee_written_scan(struct tracee_written *w, struct tracee *t,
			int (*each)(void *ctx, uint64_t start, uint64_t end), void *ctx);

void tracee_written_close(struct tracee_written *w);

#endif
