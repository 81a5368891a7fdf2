/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that a recording cannot go on without. A tracer that has none left
 * has no way back: what happens then is main()'s to say.
 */
#ifndef SCAP_ALLOC_H
#define SCAP_ALLOC_H

#include <stddef.h>

/* @handler is called when there is no memory, and must not return. */
void alloc_on_failure(void (*handler)(void));

/* calloc(3), never NULL. */
void *alloc_zeroed(size_t n, size_t size);

/* realloc(3), never NULL. */
void *alloc_resize(void *old, size_t n, size_t size);

/* @p, never NULL: for what somebody else has allocated. */
void *alloc_checked(void *p);

#endif
