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

enum rule {
	RULE_VALUE = 1,
	RULE_ADDRESS = 2,
	RULE_INPUT = 4,
	RULE_INPUT_FIRST = 8,
	RULE_OUTPUT = 16,
	RULE_PART = 32,
};

#define NOTHING(...)

/* What each type has: one byte of enum rule bits. */
#define VALUE(type, why) [SCAP_T_##type] = RULE_VALUE,
#define ADDRESS(type, why) [SCAP_T_##type] = RULE_ADDRESS,
static const uint8_t value_rules[SCAP_T_COUNT] = {
#define INPUT NOTHING
#define INPUT_FIRST NOTHING
#define OUTPUT NOTHING
#define OUTPUT_OF NOTHING
#define PART NOTHING
#include <format/varying.def>
};
#undef VALUE
#undef ADDRESS
#undef INPUT
#undef INPUT_FIRST
#define VALUE NOTHING
#define ADDRESS NOTHING
#define INPUT(type, why) [SCAP_T_##type] = RULE_INPUT,
#define INPUT_FIRST(type, why) [SCAP_T_##type] = RULE_INPUT_FIRST,
static const uint8_t input_rules[SCAP_T_COUNT] = {
#include <format/varying.def>
};
#undef INPUT
#undef INPUT_FIRST
#undef OUTPUT
#define INPUT NOTHING
#define INPUT_FIRST NOTHING
#define OUTPUT(type, why) [SCAP_T_##type] = RULE_OUTPUT,
static const uint8_t output_rules[SCAP_T_COUNT] = {
#include <format/varying.def>
};
#undef OUTPUT
#undef OUTPUT_OF
#define OUTPUT NOTHING
#define OUTPUT_OF(call, arg, why) { #call, arg },
static const struct {
	const char *call;
	unsigned int arg;
} output_calls[] = {
#include <format/varying.def>
};
#undef OUTPUT_OF
#undef PART
#define OUTPUT_OF NOTHING
#define PART(type, arch, offset, bytes, size, why) \
	{ SCAP_T_##type, SCAP_ARCH_##arch, offset, bytes, size },
static const struct part {
	uint16_t type, arch;
	uint32_t offset, len, size;
} parts[] = {
#include <format/varying.def>
	{ 0 }
};

enum scap_varying scap_value_varies(uint8_t type, uint64_t v)
{
	if (type >= FIRST_MEMORY_TYPE && type < SCAP_T_COUNT)
		return SCAP_VARIES_WHOLLY;
	if (type >= SCAP_T_COUNT || !value_rules[type])
		return SCAP_VARIES_NOT;
	if (value_rules[type] == RULE_ADDRESS && (v < ADDRESS_MIN || v >= ADDRESS_MAX))
		return SCAP_VARIES_NOT;
	return SCAP_VARIES_WHOLLY;
}

/* Type of argument @arg; SCAP_T_NONE where there is no such. */
static uint8_t type_of(const struct scap_sysinfo *row, unsigned int arg)
{
	return row && arg < row->nargs ? row->type[arg] : SCAP_T_NONE;
}

bool scap_input_varies(const struct scap_sysinfo *row, unsigned int arg, bool first)
{
	uint8_t rule = input_rules[type_of(row, arg)];

	return rule == RULE_INPUT || (rule == RULE_INPUT_FIRST && first);
}

enum scap_varying scap_output_varies(const struct scap_header *h, uint32_t nr, unsigned int arg)
{
	const struct scap_sysinfo *row = scap_sysinfo_arch(h->arch, nr);
	uint8_t type = type_of(row, arg);

	if (output_rules[type])
		return SCAP_VARIES_WHOLLY;
	for (size_t i = 0; row && i < sizeof(output_calls) / sizeof(*output_calls); i++)
		if (arg == output_calls[i].arg && !strcmp(row->name, output_calls[i].call))
			return SCAP_VARIES_WHOLLY;
	for (const struct part *p = parts; p->len; p++)
		if (p->type == type && p->arch == h->arch)
			return SCAP_VARIES_PARTLY;
	return SCAP_VARIES_NOT;
}

static void blank_part(const struct part *p, uint64_t offset, uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint64_t at = p->size ? (offset + i) % p->size : offset + i;

		if (at >= p->offset && at < p->offset + p->len)
			bytes[i] = 0;
	}
}

void scap_blank(const struct scap_header *h, uint32_t nr, unsigned int arg, uint64_t offset,
		void *bytes, size_t len)
{
	uint8_t type = type_of(scap_sysinfo_arch(h->arch, nr), arg);

	for (const struct part *p = parts; p->len; p++)
		if (p->type == type && p->arch == h->arch)
			blank_part(p, offset, bytes, len);
}
