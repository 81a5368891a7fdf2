// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel wrote in one call, gathered over its records: how it was cut
 * into DATA and the closing record is the recorder's business, not the program's.
 */
#include <format/diff.h>
#include <format/fields.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY /* the size of XXH64_state_t */
#include <xxhash.h>

/*
 * @len:   true length so far
 * @start: the first @held bytes: until the call is known, nobody can say what
 *         of them varies. More than SCAP_BLANK_MAX is no structure: hashed as it is
 */
struct slot {
	bool used, hashing;
	uint64_t len;
	uint8_t *start;
	size_t held, room;
	XXH64_state_t state;
};

struct diff_outputs {
	struct slot slot[DIFF_SLOTS];
};

unsigned int diff_output_slot(const struct scap_span *s)
{
	if (s->kind == SCAP_SPAN_ECHO)
		return DIFF_SLOT_ECHO;
	if (s->kind == SCAP_SPAN_FILE)
		return DIFF_SLOT_FILE;
	if (s->kind != SCAP_SPAN_OUT)
		return DIFF_SLOTS;
	return s->arg < DIFF_SLOT_NO_ARG ? s->arg : DIFF_SLOT_NO_ARG;
}

struct diff_outputs *diff_outputs_new(void)
{
	return calloc(1, sizeof(struct diff_outputs));
}

void diff_outputs_free(struct diff_outputs *o)
{
	for (unsigned int i = 0; o && i < DIFF_SLOTS; i++)
		free(o->slot[i].start);
	free(o);
}

void diff_outputs_reset(struct diff_outputs *o)
{
	for (unsigned int i = 0; i < DIFF_SLOTS; i++) {
		o->slot[i].used = o->slot[i].hashing = false;
		o->slot[i].held = 0;
		o->slot[i].len = 0;
	}
}

/* From here on bytes are hashed as they are. */
static void begin_hashing(struct slot *slot, unsigned int seed)
{
	slot->hashing = true;
	XXH64_reset(&slot->state, seed);
	XXH64_update(&slot->state, slot->start, slot->held);
}

static int hold(struct slot *slot, const void *bytes, size_t len)
{
	if (slot->held + len > slot->room) {
		size_t room = (slot->held + len) * 2;
		uint8_t *grown = realloc(slot->start, room);

		if (!grown)
			return -ENOMEM;
		slot->start = grown;
		slot->room = room;
	}
	memcpy(slot->start + slot->held, bytes, len);
	slot->held += len;
	return 0;
}

static int add(struct slot *slot, const struct scap_span *s, unsigned int seed)
{
	slot->used = true;
	slot->len += s->len;
	if (!s->stored)
		return 0;
	if (!slot->hashing && slot->held + s->stored <= SCAP_BLANK_MAX)
		return hold(slot, scap_span_bytes(s), s->stored);
	if (!slot->hashing)
		begin_hashing(slot, seed);
	XXH64_update(&slot->state, scap_span_bytes(s), s->stored);
	return 0;
}

int diff_outputs_add(struct diff_outputs *o, const struct scap_event *e)
{
	int ret = 0;

	for (const struct scap_span *s = scap_span_next(e, NULL); s && !ret; s = scap_span_next(e, s)) {
		unsigned int n = diff_output_slot(s);

		if (n < DIFF_SLOTS)
			ret = add(&o->slot[n], s, n);
	}
	return ret;
}

uint64_t diff_mix(uint64_t hash, uint64_t what, uint64_t value)
{
	uint64_t words[3] = { hash, what, value };

	return XXH64(words, sizeof(words), 0);
}

/* Blanks what varies of @slot's start, and hashes it: by each kind of chance what the others leave of it. */
static void set_apart(struct slot *slot, unsigned int n, const struct scap_header *h,
		      const struct scap_sysinfo *row, uint64_t chance[SCAP_CHANCES])
{
	size_t len = slot->held;
	uint8_t *before = malloc(len + 1), *copy = malloc(len + 1);

	if (before)
		memcpy(before, slot->start, len);
	scap_blank_output(h, row, n, 0, slot->start, len, SCAP_CHANCE_ALL);
	/* Most data has nothing of that kind. */
	for (unsigned int i = 1; before && copy && memcmp(before, slot->start, len) && i < SCAP_CHANCES; i++) {
		memcpy(copy, before, len);
		scap_blank_output(h, row, n, 0, copy, len, SCAP_CHANCE_ALL & ~(1u << i));
		chance[i] = diff_mix(chance[i], n, XXH64(copy, len, 0));
	}
	free(before);
	free(copy);
}

/* Memory of argument @n, or of none. @row NULL: all of it counts. */
static uint64_t hash_slot(struct slot *slot, unsigned int n, const struct scap_header *h,
			  const struct scap_sysinfo *row, uint64_t chance[SCAP_CHANCES])
{
	enum scap_chance wholly = SCAP_CHANCE_NONE;
	enum scap_varying varies = row && n <= DIFF_SLOT_NO_ARG ? scap_output_varies(row, n, &wholly)
							   : SCAP_VARIES_NOT;

	if (!slot->hashing && slot->held && varies == SCAP_VARIES_PARTLY)
		set_apart(slot, n, h, row, chance);
	if (!slot->hashing)
		begin_hashing(slot, n);
	if (varies != SCAP_VARIES_WHOLLY)
		return XXH64_digest(&slot->state);
	chance[wholly] = diff_mix(chance[wholly], n, XXH64_digest(&slot->state));
	return 0;
}

uint64_t diff_outputs_hash(uint64_t hash, struct diff_outputs *o, const struct scap_header *h,
			   const struct scap_sysinfo *row, uint64_t chance[SCAP_CHANCES])
{
	for (unsigned int i = 0; i < DIFF_SLOTS; i++) {
		struct slot *slot = &o->slot[i];

		if (!slot->used)
			continue;
		hash = diff_mix(hash, i, slot->len);
		hash = diff_mix(hash, i, hash_slot(slot, i, h, row, chance));
	}
	return hash;
}
