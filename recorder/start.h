/* SPDX-License-Identifier: GPL-2.0 */
/* Before the program runs: which program, which backend, where the trace goes. */
#ifndef SCAP_START_H
#define SCAP_START_H

#include "recorder/backend.h"

/*
 * Resolves o->argv[0] as execvp(3) does into o->exe, for the caller to free.
 * Returns 0, or the exit status (127: none, 126: not executable) with @err filled.
 */
int start_find_program(struct record_options *o, struct scap_error *err);

/* The backend asked for, or NULL with @err filled. Says which one "auto" took. */
const struct backend *start_choose_backend(const struct record_options *o, struct scap_error *err);

/*
 * Opens the trace with its header, and what shows events as they happen (o->live).
 * Returns 0 or -errno with @err filled.
 */
int start_open_trace(struct record_options *o, const struct backend *b,
		     struct scap_writer **w, struct scap_error *err);

/* Nothing was recorded: closes and removes the trace; an older one gets its name back. */
void start_discard_trace(const struct record_options *o, struct scap_writer *w);

/* Why execve of the program failed with @errnum, in words; returns the exit status. */
int start_explain(const struct record_options *o, int errnum, struct scap_error *err);

#endif
