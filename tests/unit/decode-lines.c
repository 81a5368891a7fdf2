// SPDX-License-Identifier: GPL-2.0
/* Events made by hand; decode-lines.h says how to use it. */
#include "decode-lines.h"

#include <stdio.h>

#define RESULT_COLUMN 40

static union {
	struct scap_event h;
	struct scap_ev_syscall call;
	char bytes[SCAP_EVENT_MAX];
} e __attribute__((aligned(8)));

static struct scap_header header = { .arch = SCAP_ARCH_X86_64 };

void arch(enum scap_arch a)
{
	header.arch = (uint16_t)a;
}

const struct scap_event *made(void)
{
	assert_true(scap_event_valid(&e.h, sizeof(e)));
	return &e.h;
}

void flags(uint16_t f)
{
	e.h.flags = f;
}

void event(const void *fixed, size_t size)
{
	memset(&e, 0, sizeof(e));
	memcpy(&e, fixed, size);
	e.h.size = (uint32_t)size;
	e.h.tid = e.h.tid ? e.h.tid : 100;
	e.h.domain = 1;
}

void lines_call(uint16_t type, const char *name, int64_t result, const uint64_t args[6])
{
	struct scap_ev_syscall c = { .h = { .type = type }, .result = result };

	if (!scap_sysinfo_name(header.arch, name, &c.nr))
		fail_msg("no such call: %s", name);
	memcpy(c.args, args, sizeof(c.args));
	event(&c, sizeof(c));
}

void span(uint8_t kind, uint8_t arg, uint64_t addr, const void *bytes, size_t stored, size_t len)
{
	struct scap_span *s = (void *)(e.bytes + e.h.size);
	uint32_t *nspans;

	*s = (struct scap_span){ .addr = addr, .len = (uint32_t)len, .stored = (uint16_t)stored,
				 .kind = kind, .arg = arg };
	memcpy(s + 1, bytes, stored);
	e.h.size += scap_span_size(s->stored);
	nspans = e.h.type >= SCAP_EV_SYSCALL && e.h.type <= SCAP_EV_SYSCALL_EXIT ?
		&e.call.nspans : &((struct scap_ev_data *)&e)->nspans;
	++*nspans;
}

void in(uint8_t arg, uint64_t addr, const void *bytes, size_t n)
{
	span(SCAP_SPAN_IN, arg, addr, bytes, n < SCAP_PREFIX_MAX ? n : SCAP_PREFIX_MAX, n);
}

void out(uint8_t arg, uint64_t addr, const void *bytes, size_t n)
{
	span(SCAP_SPAN_OUT, arg, addr, bytes, n, n);
}

void string(uint8_t arg, uint64_t addr, const char *s)
{
	span(SCAP_SPAN_IN, arg, addr, s, strlen(s) + 1, strlen(s) + 1);
}

static void ints(uint8_t kind, uint8_t arg, uint64_t addr, int width, va_list ap)
{
	char bytes[512];
	size_t n = 0;
	int64_t v;

	while ((v = va_arg(ap, int64_t)) != END) {
		memcpy(bytes + n, &v, (size_t)width);
		n += (size_t)width;
	}
	span(kind, arg, addr, bytes, n, n);
}

void out_ints(uint8_t arg, uint64_t addr, int width, ...)
{
	va_list ap;

	va_start(ap, width);
	ints(SCAP_SPAN_OUT, arg, addr, width, ap);
	va_end(ap);
}

void in_ints(uint8_t arg, uint64_t addr, int width, ...)
{
	va_list ap;

	va_start(ap, width);
	ints(SCAP_SPAN_IN, arg, addr, width, ap);
	va_end(ap);
}

/* @expected with blanks before its last " = " so that the result stands in its column. */
static void align(char *buf, size_t size, const char *expected)
{
	const char *equals = NULL, *p = expected;

	while ((p = strstr(p, ") = ")))
		equals = ++p;
	if (equals && equals - expected < RESULT_COLUMN - 1)
		snprintf(buf, size, "%-*.*s%s", RESULT_COLUMN - 1, (int)(equals - expected),
			 expected, equals);
	else
		snprintf(buf, size, "%s", expected);
}

void check_line(const char *expected, const char *file, int at)
{
	static char got[SCAP_EVENT_MAX * 4], want[4096];
	int n = scap_event_text(got, sizeof(got), &header, made());

	align(want, sizeof(want), expected);
	if (strcmp(got, want) != 0) {
		print_error("expected: %s\n     got: %s\n", want, got);
		_fail(file, at);
	}
	assert_int_equal(n, strlen(got));
}
