// SPDX-License-Identifier: GPL-2.0
/*
 * What varies by itself from one execution to the next: varying.def, asked.
 */
#include <format/fields.h>

#include <string.h>

/* Types from here on are pointers to memory: argtypes.def keeps this order. */
#define FIRST_MEMORY_TYPE SCAP_T_PATH

/* User addresses of position-independent programs, of libraries and of the stack. */
#define ADDRESS_MIN (1ull << 32)
#define ADDRESS_MAX (1ull << 48)

/* For PART: a structure that is the same everywhere. */
#define SCAP_ARCH_ANY 0

/* One line of varying.def. Which fields a line uses, its kind says. */
enum kind {
	KIND_NONE,
	VALUE,
	ADDRESS,
	INPUT,
	INPUT_ADDRESSES,
	OUTPUT,
	OUTPUT_OF,
	RESULT_OF,
	OUTPUT_ADDRESSES,
	PART,
	RECORDS,
};

static const struct rule {
	uint8_t kind;
	uint8_t type;
	uint8_t arch;
	uint8_t arg;
	uint16_t offset, bytes;
	uint16_t size;		/* PART: of the structure; RECORDS: where a record's length is */
	uint8_t name, tail;	/* RECORDS */
	const char *call;
} rules[] = {
#define VALUE(t, why)			{ VALUE, .type = SCAP_T_##t },
#define ADDRESS(t, why)			{ ADDRESS, .type = SCAP_T_##t },
#define INPUT(t, why)			{ INPUT, .type = SCAP_T_##t },
#define INPUT_ADDRESSES(t, why)		{ INPUT_ADDRESSES, .type = SCAP_T_##t },
#define OUTPUT(t, why)			{ OUTPUT, .type = SCAP_T_##t },
#define OUTPUT_OF(name, a, why)		{ OUTPUT_OF, .call = #name, .arg = (a) },
#define RESULT_OF(name, why)		{ RESULT_OF, .call = #name },
#define OUTPUT_ADDRESSES(t, why)	{ OUTPUT_ADDRESSES, .type = SCAP_T_##t },
#define PART(t, where, at, n, whole, why) \
	{ PART, .type = SCAP_T_##t, .arch = SCAP_ARCH_##where, .offset = (at), .bytes = (n), \
	  .size = (whole) },
#define RECORDS(t, length, at, n, str, rest, why) \
	{ RECORDS, .type = SCAP_T_##t, .offset = (at), .bytes = (n), .size = (length), \
	  .name = (str), .tail = (rest) },
#include <format/varying.def>
};
#define NRULES (sizeof(rules) / sizeof(*rules))

/* Kinds of rules that each type has, one bit a kind; made on first use, always the same. */
static uint16_t kinds_of_type[SCAP_T_COUNT];

static void __attribute__((constructor)) index_rules(void)
{
	for (size_t i = 0; i < NRULES; i++)
		if (!rules[i].call)
			kinds_of_type[rules[i].type] |= (uint16_t)(1 << rules[i].kind);
}

static bool has(uint8_t type, enum kind kind)
{
	return type < SCAP_T_COUNT && kinds_of_type[type] & 1 << kind;
}

static bool is_address(uint64_t v)
{
	return v >= ADDRESS_MIN && v < ADDRESS_MAX;
}

enum scap_varying scap_value_varies(uint8_t type, uint64_t v)
{
	bool memory = type >= FIRST_MEMORY_TYPE && type < SCAP_T_COUNT;

	if (memory || has(type, VALUE) || (has(type, ADDRESS) && is_address(v)))
		return SCAP_VARIES_WHOLLY;
	return SCAP_VARIES_NOT;
}

/* Type of argument @arg; SCAP_T_NONE where there is no such. */
static uint8_t type_of(const struct scap_sysinfo *row, unsigned int arg)
{
	return row && arg < row->nargs ? row->type[arg] : SCAP_T_NONE;
}

enum scap_varying scap_input_varies(const struct scap_sysinfo *row, unsigned int arg)
{
	uint8_t type = type_of(row, arg);

	if (has(type, INPUT))
		return SCAP_VARIES_WHOLLY;
	return has(type, INPUT_ADDRESSES) ? SCAP_VARIES_PARTLY : SCAP_VARIES_NOT;
}

/* Rules for single calls are few and are looked through by name. */
static bool has_own(const struct scap_sysinfo *row, enum kind kind, unsigned int arg)
{
	for (size_t i = 0; row && i < NRULES; i++)
		if (rules[i].kind == kind && rules[i].arg == arg &&
		    !strcmp(rules[i].call, row->name))
			return true;
	return false;
}

enum scap_varying scap_result_varies(const struct scap_sysinfo *row, uint64_t v)
{
	bool error = (int64_t)v >= -4095 && (int64_t)v < 0;

	if (!row || error)
		return SCAP_VARIES_NOT;
	return has_own(row, RESULT_OF, 0) ? SCAP_VARIES_WHOLLY : scap_value_varies(row->ret, v);
}

enum scap_varying scap_output_varies(const struct scap_sysinfo *row, unsigned int arg)
{
	uint8_t type = type_of(row, arg);

	if (has(type, OUTPUT) || has_own(row, OUTPUT_OF, arg))
		return SCAP_VARIES_WHOLLY;
	if (has(type, OUTPUT_ADDRESSES) || has(type, PART) || has(type, RECORDS))
		return SCAP_VARIES_PARTLY;
	return SCAP_VARIES_NOT;
}

/* ---- blanking ---- */

static void blank_addresses(uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i + 8 <= len; i += 8) {
		uint64_t word;

		memcpy(&word, bytes + i, 8);
		if (is_address(word))
			memset(bytes + i, 0, 8);
	}
}

/* @offset: of @bytes in the whole output */
static void blank_part(const struct rule *r, uint64_t offset, uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint64_t at = (offset + i) % r->size;

		if (at >= r->offset && at < (uint64_t)r->offset + r->bytes)
			bytes[i] = 0;
	}
}

/* @len: of the record, which is long enough for its name to begin in it */
static void blank_record(const struct rule *r, uint8_t *record, size_t len)
{
	size_t end = len - r->tail;
	size_t name = r->name + strnlen((const char *)record + r->name, end - r->name);

	memset(record + r->offset, 0, r->bytes);
	memset(record + name, 0, end - name);
}

static void blank_records(const struct rule *r, uint8_t *bytes, size_t len)
{
	uint16_t length;

	for (size_t at = 0; at + r->name + r->tail < len; at += length) {
		memcpy(&length, bytes + at + r->size, sizeof(length));
		if (length <= r->name + r->tail || length > len - at)
			break;
		blank_record(r, bytes + at, length);
	}
}

void scap_blank_input(uint8_t *bytes, size_t len)
{
	blank_addresses(bytes, len);
}

void scap_blank_output(const struct scap_header *h, const struct scap_sysinfo *row,
		       unsigned int arg, uint64_t offset, uint8_t *bytes, size_t len)
{
	uint8_t type = type_of(row, arg);

	for (size_t i = 0; i < NRULES; i++) {
		const struct rule *r = &rules[i];

		if (r->type != type || (r->arch != SCAP_ARCH_ANY && r->arch != h->arch))
			continue;
		if (r->kind == OUTPUT_ADDRESSES)
			blank_addresses(bytes, len);
		else if (r->kind == PART)
			blank_part(r, offset, bytes, len);
		else if (r->kind == RECORDS)
			blank_records(r, bytes, len);
	}
}
