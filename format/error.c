// SPDX-License-Identifier: GPL-2.0
/*
 * Errors as values: the one place where a struct scap_error is filled.
 */
#include <format/format.h>

#include <stdarg.h>

int scap_fail(struct scap_error *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -code;
	err->code = code;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -code;
}
