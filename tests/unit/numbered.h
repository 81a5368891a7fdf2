/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For the tests of the trace file: events that are numbered, so that what is
 * read can be told at a glance; a small trace whose blocks are where we want
 * them; files as bytes. All of these abort the test program when something fails.
 */
#ifndef TESTS_NUMBERED_H
#define TESTS_NUMBERED_H

#include <format/layout.h>

#include "make-trace.h"

/* The bytes of @path, fewer than @room. */
size_t slurp(const char *path, uint8_t *buf, size_t room);
/* @path becomes these bytes. */
void spill(const char *path, const void *bytes, size_t len);

/* Event number @i. */
void put_numbered(struct maker *m, uint64_t i);
bool is_numbered(const struct scap_event *e, uint64_t i);

/*
 * Reads @path: the events must be numbered from 0 on. Returns what the reader
 * ended with; @count gets how many there were.
 */
int read_numbered(const char *path, uint64_t *count, struct scap_error *err);

/*
 * A small trace of two blocks of events, 3 and 2 of them, with contents before
 * and between: of object 2, small_content. Without @finished, as if cut off.
 */
void make_small(const char *path, bool finished);

#define SMALL_CONTENT 74
extern const char small_content[SMALL_CONTENT];

#endif
