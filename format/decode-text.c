// SPDX-License-Identifier: GPL-2.0
/*
 * Characters of a line: numbers and quoted bytes, without stdio. Counts what
 * does not fit, as snprintf(3) does, and lets nothing through that a terminal
 * would act on.
 */
#include <format/decode.h>

void put_char(struct decode *d, char c)
{
	if (d->len + 1 < d->size)
		d->buf[d->len] = c;
	d->len++;
}

void put_bytes(struct decode *d, const char *s, size_t n)
{
	if (d->len + 1 < d->size) {
		size_t room = d->size - 1 - d->len;

		memcpy(d->buf + d->len, s, n < room ? n : room);
	}
	d->len += n;
}

void put_str(struct decode *d, const char *s)
{
	put_bytes(d, s, strlen(s));
}

void put_padded(struct decode *d, __u64 v, unsigned int digits)
{
	char tmp[20];
	unsigned int n = 0;

	while (v || n < digits) {
		tmp[sizeof(tmp) - ++n] = (char)('0' + v % 10);
		v /= 10;
	}
	put_bytes(d, tmp + sizeof(tmp) - n, n);
}

void put_unsigned(struct decode *d, __u64 v)
{
	put_padded(d, v, 1);
}

void put_signed(struct decode *d, __s64 v)
{
	if (v < 0)
		put_char(d, '-');
	put_unsigned(d, v < 0 ? -(__u64)v : (__u64)v);
}

/* @v in base 2^@bits. */
static void put_base(struct decode *d, __u64 v, unsigned int bits)
{
	char tmp[22];
	unsigned int n = 0;

	do {
		tmp[sizeof(tmp) - ++n] = "0123456789abcdef"[v & ((1u << bits) - 1)];
		v >>= bits;
	} while (v);
	put_bytes(d, tmp + sizeof(tmp) - n, n);
}

void put_hex(struct decode *d, __u64 v)
{
	if (v)
		put_bytes(d, "0x", 2);
	put_base(d, v, 4);
}

void put_octal(struct decode *d, __u64 v)
{
	if (v)
		put_char(d, '0');
	put_base(d, v, 3);
}

void put_pointer(struct decode *d, __u64 v)
{
	if (v)
		put_hex(d, v);
	else
		put_bytes(d, "NULL", 4);
}

/* C's letter for an escape, or 0. */
static char escape_letter(unsigned char c)
{
	switch (c) {
	case '"': case '\\': return (char)c;
	case '\n': return 'n';
	case '\t': return 't';
	case '\r': return 'r';
	case '\v': return 'v';
	case '\f': return 'f';
	default: return 0;
	}
}

/* Octal, as short as C allows: three digits only where a digit follows. */
static void put_octal_escape(struct decode *d, unsigned char c, bool digit_follows)
{
	put_char(d, '\\');
	if (digit_follows || c >= 0100)
		put_char(d, (char)('0' + (c >> 6)));
	if (digit_follows || c >= 010)
		put_char(d, (char)('0' + ((c >> 3) & 7)));
	put_char(d, (char)('0' + (c & 7)));
}

void put_escaped(struct decode *d, const void *bytes, size_t n)
{
	const unsigned char *s = bytes;
	size_t plain = 0, i;

	for (i = 0; i < n; i++) {
		char letter;

		if (s[i] >= ' ' && s[i] < 0177 && s[i] != '"' && s[i] != '\\')
			continue;
		put_bytes(d, (const char *)s + plain, i - plain);
		plain = i + 1;
		letter = escape_letter(s[i]);
		if (letter) {
			put_char(d, '\\');
			put_char(d, letter);
		} else {
			put_octal_escape(d, s[i], i + 1 < n && s[i + 1] >= '0' && s[i + 1] <= '7');
		}
	}
	if (n > plain)
		put_bytes(d, (const char *)s + plain, n - plain);
}

void put_quoted(struct decode *d, const void *bytes, size_t n, bool more)
{
	put_char(d, '"');
	put_escaped(d, bytes, n);
	put_char(d, '"');
	if (more)
		put_bytes(d, "...", 3);
}
