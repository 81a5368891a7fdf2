// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "compare.h"
#include "golden.h"

char report[REPORT_MAX];
struct scap_error error;

int compare_files(const char *a, const char *b, bool strict)
{
	const struct scap_diff_options o = { .strict = strict, .context = 3 };
	FILE *out = fmemopen(report, sizeof(report), "w");
	int ret;

	assert_non_null(out);
	memset(&error, 0, sizeof(error));
	ret = scap_diff(a, b, &o, out, &error);
	fclose(out);
	return ret;
}

int compare_scene(scene *s, bool strict)
{
	const char *a = make_path("a"), *b = make_path("b");

	make_side(a, s, false);
	make_side(b, s, true);
	return compare_files(a, b, strict);
}

void says(const char *text)
{
	if (!strstr(report, text))
		fail_msg("the report does not say \"%s\":\n%s", text, report);
}

void differs(scene *s)
{
	assert_int_equal(compare_scene(s, false), SCAP_DIFF_DIFFERENT);
}

void the_same(struct maker *m, bool other)
{
	(void)other;
	make_exec(m, 10, "/bin/prog");
	read_text(m, 10, 3, "hello");
	make_simple(m, 10, CLOSE, 0, 3);
	make_exit(m, 10, 0);
}
