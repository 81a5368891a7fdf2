// SPDX-License-Identifier: GPL-2.0
/* Memory that a recording cannot go on without: see alloc.h. */
#include <stdlib.h>

#include "recorder/alloc.h"

static void (*no_memory)(void);

void alloc_on_failure(void (*handler)(void))
{
	no_memory = handler;
}

void *alloc_checked(void *p)
{
	if (!p && no_memory)
		no_memory();
	if (!p)
		__builtin_trap();
	return p;
}

void *alloc_zeroed(size_t n, size_t size)
{
	return alloc_checked(calloc(n, size));
}

void *alloc_resize(void *old, size_t n, size_t size)
{
	return alloc_checked(reallocarray(old, n, size));
}
