/* SPDX-License-Identifier: GPL-2.0 */
/* A report on a terminal, through a pager. */
#ifndef SCAP_PAGER_H
#define SCAP_PAGER_H

#include <stdbool.h>
#include <stdio.h>

/* Whether standard output is a terminal that can do more than print lines: colour, a pager. */
bool pager_terminal(void);

/*
 * Shows @text, @n bytes, as git(1) would: through $PAGER, else less(1), which ends by itself if
 * all fits on the screen (LESS=FRX unless it is set). No pager if that is "" or "cat", or if it
 * cannot be run: then @text goes to @out, standard output, as it is. 0 or -errno of that.
 */
int pager_show(FILE *out, const char *text, size_t n);

#endif
