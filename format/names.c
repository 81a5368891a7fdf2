// SPDX-License-Identifier: GPL-2.0
/*
 * Names that are another each time: made at random, as by mkstemp(3), or of a
 * process id. One trace alone says so: such names have a look of their own, and
 * they stand where temporary files do. And addresses in data: so do they.
 */
#include <format/fields.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Letters and digits at random: mkstemp's six or more. */
#define RANDOM_MIN 6
/* Python's names: "tmp" and eight lower-case letters, digits and underscores. */
#define PYTHON_LEN 11
/* Digits alone: an id, as in "x-1234.sock". */
#define ID_MIN 3

static bool begins(const char *name, size_t len, const char *with)
{
	return len >= strlen(with) && !memcmp(name, with, strlen(with));
}

/* Where in @name the directory for temporary files ends; 0: it is in none. */
static size_t temporary_part(const char *name, size_t len)
{
	static const char *const dirs[] = { "/tmp/", "/var/tmp/", "/dev/shm/", "/run/user/" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++)
		if (begins(name, len, dirs[i]))
			return strlen(dirs[i]);
	return 0;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static int class_of(char c)
{
	return isdigit((unsigned char)c) ? 1 : isupper((unsigned char)c) ? 2 : 3;
}

/* How often @word goes over from letters to digits, from small to large ones and back. */
static unsigned int changes(const char *word, size_t len)
{
	unsigned int n = 0;

	for (size_t i = 1; i < len; i++)
		n += class_of(word[i]) != class_of(word[i - 1]);
	return n;
}

static enum scap_chance chance_in(const char *word, size_t len)
{
	if (len >= ID_MIN && class_of(*word) == 1 && !changes(word, len))
		return SCAP_CHANCE_IDS;
	if (len == PYTHON_LEN && begins(word, len, "tmp"))
		return SCAP_CHANCE_RANDOM;
	/* "chapter12" changes once; "sortoaEDDQ", too, but names seldom end in capitals. */
	return len >= RANDOM_MIN && (changes(word, len) > 1 || (changes(word, len) && class_of(word[len - 1]) == 2)) ?
		SCAP_CHANCE_RANDOM : SCAP_CHANCE_NONE;
}

static size_t word_at(const char *name, size_t len)
{
	size_t n = 0;

	while (n < len && is_word(name[n]))
		n++;
	return n;
}

/* Puts one '*' in the place of @n bytes; returns the new length. */
static size_t star(char *at, size_t n, size_t left)
{
	*at = '*';
	memmove(at + 1, at + n, left - n);
	return left - n + 1;
}

static size_t settle_words(char *name, size_t from, size_t len, enum scap_chance *chance)
{
	for (size_t at = from; at < len; at++) {
		size_t n = word_at(name + at, len - at);
		enum scap_chance what = n ? chance_in(name + at, n) : SCAP_CHANCE_NONE;

		if (what) {
			*chance = what;
			len = at + star(name + at, n, len - at);
		} else if (n) {
			at += n - 1;
		}
	}
	return len;
}

/* Puts a star in the place of the number at @from, if one is there. Returns the new length. */
static size_t settle_id(char *name, size_t from, size_t len, enum scap_chance *chance)
{
	size_t n = word_at(name + from, len - from);

	if (!n || class_of(name[from]) != 1 || changes(name + from, n))
		return len;
	*chance = SCAP_CHANCE_IDS;
	return from + star(name + from, n, len - from);
}

/* "/proc/12/task/13/comm": the process and the thread. */
static size_t settle_process(char *name, size_t len, enum scap_chance *chance)
{
	size_t from = strlen("/proc/");

	len = settle_id(name, from, len, chance);
	while (from < len && name[from] != '/')
		from++;
	if (!begins(name + from, len - from, "/task/"))
		return len;
	return settle_id(name, from + strlen("/task/"), len, chance);
}

size_t scap_settle_name(char *name, size_t len, enum scap_chance *chance)
{
	size_t from = temporary_part(name, len);

	*chance = SCAP_CHANCE_NONE;
	if (from)
		return settle_words(name, from, len, chance);
	return begins(name, len, "/proc/") ? settle_process(name, len, chance) : len;
}

/* ---- data ---- */

/* What stands above bit 40 of addresses under address space randomisation, as the kernel gives them. */
static bool is_random_address(uint64_t v)
{
	uint64_t high = v >> 40;

	return high == 0x55 || high == 0x56 || high == 0x7e || high == 0x7f || high == 0xaa ||
	       high == 0xff;
}

static void blank_numbers(uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i + 8 <= len; i += 8) {
		uint64_t v;

		memcpy(&v, bytes + i, sizeof(v));
		if (is_random_address(v))
			memset(bytes + i, 0, sizeof(v));
	}
}

/* Twelve digits, as 47 bits take: "7f0123456789-7f01..." and "0x55...". */
#define DIGITS 12

static bool is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* How many of the @n bytes at @p, counted from the end, are digits. */
static size_t hex_at_end(const uint8_t *p, size_t n)
{
	size_t digits = 0;

	while (digits < n && is_hex(p[n - 1 - digits]))
		digits++;
	return digits;
}

static bool is_printed_address(const uint8_t *p)
{
	char digits[DIGITS + 1] = { 0 };

	memcpy(digits, p, DIGITS);
	return is_random_address(strtoull(digits, NULL, 16));
}

/* Looks at every twelfth byte only, as long as it is no digit. */
static void blank_digits(uint8_t *bytes, size_t len)
{
	size_t at = 0, end;

	while (at + DIGITS <= len) {
		size_t digits = hex_at_end(bytes + at, DIGITS);

		if (digits < DIGITS) {
			at += DIGITS - digits;
			continue;
		}
		for (end = at + DIGITS; end < len && is_hex(bytes[end]); end++)
			;
		if (end == at + DIGITS && is_printed_address(bytes + at))
			memset(bytes + at, '*', DIGITS);
		at = end;
	}
}

/* Characters that end a path in text. */
static bool ends_path(uint8_t c)
{
	return c <= ' ' || c >= 127 || strchr("\"'`,;:()<>", c);
}

/* Blanks the words of the path at @path that vary, in their place. Returns where it ends. */
static size_t blank_path(uint8_t *path, size_t len, unsigned int chances)
{
	size_t at = 0, n;

	while (at < len && !ends_path(path[at])) {
		n = word_at((char *)path + at, len - at);
		if (n && chances & 1u << chance_in((char *)path + at, n) &&
		    chance_in((char *)path + at, n) != SCAP_CHANCE_NONE)
			memset(path + at, '*', n);
		at += n ? n : 1;
	}
	return at;
}

void scap_settle_paths(uint8_t *bytes, size_t len, unsigned int chances)
{
	for (size_t at = 0; at < len; at++) {
		uint8_t *slash = memchr(bytes + at, '/', len - at);

		if (!slash)
			return;
		at = (size_t)(slash - bytes);
		if (temporary_part((char *)slash, len - at))
			at += blank_path(slash, len - at, chances);
	}
}

void scap_settle_data(uint8_t *bytes, size_t len, unsigned int chances)
{
	if (chances & 1u << SCAP_CHANCE_ADDRESSES) {
		blank_digits(bytes, len);
		blank_numbers(bytes, len);
	}
	scap_settle_paths(bytes, len, chances);
}
