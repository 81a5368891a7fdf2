// SPDX-License-Identifier: GPL-2.0
/*
 * What varies by itself from one execution to the next: varying.def, asked.
 */
#include <format/fields.h>

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

/* Types from here on are pointers to memory: argtypes.def keeps this order. */
#define FIRST_MEMORY_TYPE SCAP_T_PATH

/* User addresses of position-independent programs, of libraries and of the stack. */
#define ADDRESS_MIN (1ull << 32)
#define ADDRESS_MAX (1ull << 48)

/* Of 64-bit glibc: HEAP_MAX_SIZE (malloc/arena.c). */
#define ARENA (64ull << 20)

/* From here on the kernel gives ports by itself: ip_local_port_range. */
#define PORT_MIN 32768

/* For PART: a structure that is the same everywhere. */
#define SCAP_ARCH_ANY 0

/* One line of varying.def. Which fields a line uses, its kind says. */
enum kind {
	KIND_NONE,
	VALUE,
	ADDRESS,
	WAITING,
	INPUT,
	INPUT_ADDRESSES,
	OUTPUT,
	OUTPUT_OF,
	RESULT_OF,
	OUTPUT_ADDRESSES,
	PART,
	DATA,
	SOCKET,
	RECORDS,
	IDLE,
	IDLE_RESULT,
	SECTION,
	KINDS
};

/*
 * @chance: enum scap_chance; given by the section that it stands in
 * @next:   of the rules of its kind for a single call
 */
static struct rule {
	uint8_t kind;
	uint8_t type;
	uint8_t chance;
	uint8_t arch;
	uint8_t arg;
	uint16_t offset, bytes;
	uint16_t size;		/* PART: of the structure; RECORDS: where a record's length is */
	uint8_t name, tail;	/* RECORDS */
	int32_t result;
	const char *call;
	const struct rule *next;
} rules[] = {
#define VALUE(t, why)			{ VALUE, .type = SCAP_T_##t },
#define ADDRESS(t, why)			{ ADDRESS, .type = SCAP_T_##t },
#define WAITING(t, why)			{ WAITING, .type = SCAP_T_##t },
#define INPUT(t, why)			{ INPUT, .type = SCAP_T_##t },
#define INPUT_ADDRESSES(t, why)		{ INPUT_ADDRESSES, .type = SCAP_T_##t },
#define OUTPUT(t, why)			{ OUTPUT, .type = SCAP_T_##t },
#define OUTPUT_OF(name, a, why)		{ OUTPUT_OF, .call = #name, .arg = (a) },
#define RESULT_OF(name, why)		{ RESULT_OF, .call = #name },
#define OUTPUT_ADDRESSES(t, why)	{ OUTPUT_ADDRESSES, .type = SCAP_T_##t },
#define PART(t, where, at, n, whole, why) \
	{ PART, .type = SCAP_T_##t, .arch = SCAP_ARCH_##where, .offset = (at), .bytes = (n), \
	  .size = (whole) },
#define DATA(t, why)			{ DATA, .type = SCAP_T_##t },
#define SOCKET(t, why)			{ SOCKET, .type = SCAP_T_##t },
#define RECORDS(t, length, at, n, str, rest, why) \
	{ RECORDS, .type = SCAP_T_##t, .offset = (at), .bytes = (n), .size = (length), \
	  .name = (str), .tail = (rest) },
#define IDLE(name, why)			{ IDLE, .call = #name },
#define IDLE_RESULT(name, r, why)	{ IDLE_RESULT, .call = #name, .result = (r) },
#define SECTION(which)			{ SECTION, .chance = SCAP_CHANCE_##which },
#include <format/varying.def>
};
#define NRULES (sizeof(rules) / sizeof(*rules))

/* What each type's rules of a kind are about; none: 0. Made on first use, always the same. */
static uint8_t chance_of_type[SCAP_T_COUNT][KINDS];

/* Rules for single calls are few. */
static const struct rule *own_rules[KINDS];

static void __attribute__((constructor)) index_rules(void)
{
	uint8_t chance = SCAP_CHANCE_NONE;

	for (size_t i = 0; i < NRULES; i++) {
		struct rule *r = &rules[i];

		if (r->kind == SECTION)
			chance = r->chance;
		r->chance = chance;
		if (r->call) {
			r->next = own_rules[r->kind];
			own_rules[r->kind] = r;
		} else if (r->kind != SECTION) {
			chance_of_type[r->type][r->kind] = chance;
		}
	}
}

static enum scap_chance has(uint8_t type, enum kind kind)
{
	return type < SCAP_T_COUNT ? chance_of_type[type][kind] : SCAP_CHANCE_NONE;
}

static bool is_address(uint64_t v)
{
	return v >= ADDRESS_MIN && v < ADDRESS_MAX;
}

enum scap_chance scap_value_varies(uint8_t type, uint64_t v)
{
	if (has(type, VALUE))
		return has(type, VALUE);
	if (type >= FIRST_MEMORY_TYPE && type < SCAP_T_COUNT)
		return SCAP_CHANCE_ADDRESSES;
	if ((int32_t)v > 0 && has(type, WAITING))
		return has(type, WAITING);
	return is_address(v) ? has(type, ADDRESS) : SCAP_CHANCE_NONE;
}

/* Type of argument @arg; SCAP_T_NONE where there is no such. */
static uint8_t type_of(const struct scap_sysinfo *row, unsigned int arg)
{
	return row && arg < row->nargs ? row->type[arg] : SCAP_T_NONE;
}

enum scap_varying scap_input_varies(const struct scap_sysinfo *row, unsigned int arg,
				    enum scap_chance *chance)
{
	static const enum kind in_part[] = { INPUT_ADDRESSES, DATA, SOCKET };
	uint8_t type = type_of(row, arg);

	*chance = has(type, INPUT);
	if (*chance)
		return SCAP_VARIES_WHOLLY;
	for (size_t i = 0; i < sizeof(in_part) / sizeof(*in_part) && !*chance; i++)
		*chance = has(type, in_part[i]);
	return *chance ? SCAP_VARIES_PARTLY : SCAP_VARIES_NOT;
}

static const struct rule *own_rule(const struct scap_sysinfo *row, enum kind kind, unsigned int arg)
{
	const struct rule *r = row ? own_rules[kind] : NULL;

	while (r && (r->arg != arg || strcmp(r->call, row->name)))
		r = r->next;
	return r;
}

enum scap_chance scap_result_varies(const struct scap_sysinfo *row, uint64_t v)
{
	bool error = (int64_t)v >= -4095 && (int64_t)v < 0;
	const struct rule *own = row && !error ? own_rule(row, RESULT_OF, 0) : NULL;

	if (!row || error)
		return SCAP_CHANCE_NONE;
	return own ? own->chance : scap_value_varies(row->ret, v);
}

enum scap_varying scap_output_varies(const struct scap_sysinfo *row, unsigned int arg,
				     enum scap_chance *chance)
{
	uint8_t type = type_of(row, arg);
	const struct rule *own = own_rule(row, OUTPUT_OF, arg);

	*chance = own ? own->chance : has(type, OUTPUT);
	if (*chance)
		return SCAP_VARIES_WHOLLY;
	if (has(type, OUTPUT_ADDRESSES) || has(type, PART) || has(type, DATA) || has(type, SOCKET) || has(type, RECORDS))
		return SCAP_VARIES_PARTLY;
	return SCAP_VARIES_NOT;
}

/* ---- what only waits ---- */

static bool rule_says_idle(const struct scap_sysinfo *row, int64_t result)
{
	const struct rule *own = own_rule(row, IDLE, 0);

	if (!own)
		own = own_rule(row, IDLE_RESULT, 0);
	return own && (own->kind == IDLE || own->result == result);
}

/* What glibc's malloc gives back of a new arena, so that it begins at a multiple of its size. */
static bool trims_arena(const struct scap_sysinfo *row, const struct scap_ev_syscall *c)
{
	uint64_t start = c->args[0], len = c->args[1];

	return !strcmp(row->name, "munmap") && len < ARENA && (!(start % ARENA) || !((start + len) % ARENA));
}

bool scap_call_idles(const struct scap_header *h, const struct scap_ev_syscall *c)
{
	const struct scap_sysinfo *row = scap_call_row(h, c);
	bool on_descriptor = row && row->nargs && row->type[0] == SCAP_T_FD;

	if (c->result == -EINTR || scap_restarts(c->result))
		return true;
	if (c->result == -EAGAIN && on_descriptor)
		return true;
	return row && (rule_says_idle(row, c->result) || trims_arena(row, c));
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

/* @bytes: a struct sockaddr_in or sockaddr_in6 from its beginning; both have the port in the same place. */
static void blank_port(uint8_t *bytes, size_t len)
{
	const size_t at = offsetof(struct sockaddr_in, sin_port);
	uint16_t family, port;

	if (len < at + sizeof(port))
		return;
	memcpy(&family, bytes, sizeof(family));
	memcpy(&port, bytes + at, sizeof(port));
	if ((family == AF_INET || family == AF_INET6) && ntohs(port) >= PORT_MIN)
		memset(bytes + at, 0, sizeof(port));
}

/* @bytes: a struct sockaddr_un, or what there is of it; the kernel does not look behind a path's end. */
static void blank_socket_path(uint8_t *bytes, size_t len, unsigned int chances)
{
	const size_t at = offsetof(struct sockaddr_un, sun_path);
	uint16_t family;
	size_t end;

	if (len <= at)
		return;
	memcpy(&family, bytes, sizeof(family));
	if (family != AF_UNIX)
		return;
	end = bytes[at] ? at + strnlen((char *)bytes + at, len - at) : len;
	scap_settle_paths(bytes + at, end - at, chances);
	memset(bytes + end, 0, len - end);
}

static void blank_address(uint8_t *bytes, size_t len, unsigned int chances)
{
	if (chances & 1u << SCAP_CHANCE_IDS)
		blank_port(bytes, len);
	blank_socket_path(bytes, len, chances);
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

void scap_blank_input(const struct scap_sysinfo *row, unsigned int arg, uint8_t *bytes, size_t len)
{
	if (has(type_of(row, arg), DATA))
		scap_settle_data(bytes, len, SCAP_CHANCE_ALL);
	else if (has(type_of(row, arg), SOCKET))
		blank_address(bytes, len, SCAP_CHANCE_ALL);
	else
		blank_addresses(bytes, len);
}

void scap_blank_output(const struct scap_header *h, const struct scap_sysinfo *row,
		       unsigned int arg, uint64_t offset, uint8_t *bytes, size_t len,
		       unsigned int chances)
{
	uint8_t type = type_of(row, arg);

	for (size_t i = 0; i < NRULES; i++) {
		const struct rule *r = &rules[i];

		if (r->type != type || (r->arch != SCAP_ARCH_ANY && r->arch != h->arch))
			continue;
		if (r->kind == DATA)
			scap_settle_data(bytes, len, chances);
		if (r->kind == SOCKET && !offset)
			blank_address(bytes, len, chances);
		if (!(chances & 1u << r->chance))
			continue;
		if (r->kind == OUTPUT_ADDRESSES)
			blank_addresses(bytes, len);
		else if (r->kind == PART)
			blank_part(r, offset, bytes, len);
		else if (r->kind == RECORDS)
			blank_records(r, bytes, len);
	}
}
