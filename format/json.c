// SPDX-License-Identifier: GPL-2.0
/* JSON written straight to a stream. */
#include <format/decode.h>
#include <format/json.h>

void json_raw(FILE *out, const char *s)
{
	fputs_unlocked(s, out);
}

void json_string(FILE *out, const char *s, size_t n)
{
	size_t plain = 0, i;

	putc_unlocked('"', out);
	for (i = 0; i < n; i++) {
		if (s[i] != '"' && s[i] != '\\')
			continue;
		fwrite_unlocked(s + plain, 1, i - plain, out);
		putc_unlocked('\\', out);
		plain = i;
	}
	fwrite_unlocked(s + plain, 1, n - plain, out);
	putc_unlocked('"', out);
}

void json_any(FILE *out, const char *s)
{
	static char buf[JSON_TEXT_MAX];
	struct decode d = { .buf = buf, .size = sizeof(buf) };

	put_escaped(&d, s ? s : "", s ? strlen(s) : 0);
	json_string(out, buf, d.len < d.size ? d.len : d.size - 1);
}

void json_member_number(FILE *out, const char *name, int64_t v)
{
	char digits[24];
	struct decode d = { .buf = digits, .size = sizeof(digits) };

	json_raw(out, name);
	put_signed(&d, v);
	fwrite_unlocked(digits, 1, d.len, out);
}

void json_member_text(FILE *out, const char *name, const char *s)
{
	json_raw(out, name);
	json_string(out, s, strlen(s));
}

void json_member_bool(FILE *out, const char *name, bool v)
{
	json_raw(out, name);
	json_raw(out, v ? "true" : "false");
}

void json_member_micros(FILE *out, const char *name, uint64_t ns)
{
	char digits[32];
	struct decode d = { .buf = digits, .size = sizeof(digits) };

	json_raw(out, name);
	put_unsigned(&d, ns / 1000);
	put_char(&d, '.');
	put_padded(&d, ns % 1000, 3);
	fwrite_unlocked(digits, 1, d.len, out);
}
