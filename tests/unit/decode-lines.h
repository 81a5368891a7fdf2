/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Makes one event by hand and compares the line that the decoder makes of it.
 *
 *	call("read", 4, 3, BUF, 4096);
 *	out(1, BUF, "root", 4);
 *	line("read(3, \"root\", 4096) = 4");
 *
 * Lines of calls are written here with one blank before "="; line() fills up
 * to the column where the decoder puts it.
 */
#ifndef SCAP_TEST_DECODE_LINES_H
#define SCAP_TEST_DECODE_LINES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include <format/format.h>

/* Addresses to put things at. */
#define BUF	0x7ffd00001000ull
#define BUF2	0x7ffd00002000ull
#define BUF3	0x7ffd00003000ull

/* Architecture of the following events; x86-64 to begin with. */
void arch(enum scap_arch a);

/* A finished call by name; up to six arguments (uint64_t, missing ones 0). */
#define call(name, result, ...) \
	lines_call(SCAP_EV_SYSCALL, name, (int64_t)(result), (const uint64_t[6]){ __VA_ARGS__ })
#define enter(name, ...) \
	lines_call(SCAP_EV_SYSCALL_ENTER, name, 0, (const uint64_t[6]){ __VA_ARGS__ })
#define leave(name, result, ...) \
	lines_call(SCAP_EV_SYSCALL_EXIT, name, (int64_t)(result), \
		   (const uint64_t[6]){ __VA_ARGS__ })
void lines_call(uint16_t type, const char *name, int64_t result, const uint64_t args[6]);

/* Any other event: @fixed is its whole fixed part, header included (size is filled in). */
void event(const void *fixed, size_t size);

/* Spans of the event made last. */
void in(uint8_t arg, uint64_t addr, const void *bytes, size_t n);
void out(uint8_t arg, uint64_t addr, const void *bytes, size_t n);
/* A string with its NUL. */
void string(uint8_t arg, uint64_t addr, const char *s);
/* @stored of @len bytes. */
void span(uint8_t kind, uint8_t arg, uint64_t addr, const void *bytes, size_t stored, size_t len);
/* Integers of @width bytes each, as many as given, ends at END. */
#define END INT64_MIN
void out_ints(uint8_t arg, uint64_t addr, int width, ...);
void in_ints(uint8_t arg, uint64_t addr, int width, ...);

const struct scap_event *made(void);
void flags(uint16_t f);

/* What the decoder says must be this. */
#define line(expected) check_line(expected, __FILE__, __LINE__)
void check_line(const char *expected, const char *file, int at);

#endif
