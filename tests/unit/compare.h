/* SPDX-License-Identifier: GPL-2.0 */
/* Two traces made by hand, and what scap-diff reports of them: for tests of the report. */
#ifndef TESTS_COMPARE_H
#define TESTS_COMPARE_H

#include <format/diff.h>

#include "make-trace.h"

#define REPORT_MAX (1 << 16)

/* Of the last comparison. */
extern char report[REPORT_MAX];
extern struct scap_error error;

/* Compares the traces @a and @b; returns what scap_diff() does. */
int compare_files(const char *a, const char *b, bool strict);
/* Makes the two sides of @s, and compares them. */
int compare_scene(scene *s, bool strict);
/* They differ; what else fails the test. */
void differs(scene *s);
/* The report has @text; what else fails the test. */
void says(const char *text);

/* A program with both sides the same. */
void the_same(struct maker *m, bool other);

#endif
