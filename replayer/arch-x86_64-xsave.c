// SPDX-License-Identifier: GPL-2.0
/*
 * XSAVE on a processor with more state than the recorded one. ld.so makes room
 * on the stack for what the recorded processor has and then saves all that its
 * mask allows, which here would be more: into memory that belongs to others.
 * cpuid does not tell the instruction, so the mask is narrowed.
 */
#ifdef __x86_64__
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "replay.h"

/* Larger ones are programs, not loaders. */
#define CODE_MAX (4u << 20)

enum {
	SET_MASK = 7,	/* mov $MASK, %eax; xor %edx, %edx */
	REACH = 128,	/* from there to the instruction that uses it */
};

/* State components that the recorded processor has; 0: not known. */
static uint32_t recorded_components(const struct scap_header *h)
{
	for (uint32_t i = 0; i < h->ncpuid; i++)
		if (h->cpuid[i].leaf == 0xd && !h->cpuid[i].subleaf)
			return h->cpuid[i].eax;
	return 0;
}

static bool sets_mask(const uint8_t *code)
{
	return code[0] == 0xb8 && code[5] == 0x31 && code[6] == 0xd2;
}

/* xsave or xsavec to a place on the stack, soon. */
static bool saves_soon(const uint8_t *code, size_t len)
{
	for (size_t i = 0; i + 4 <= len && i < REACH; i++)
		if (code[i] == 0x0f && (code[i + 1] == 0xae || code[i + 1] == 0xc7) &&
		    (code[i + 2] == 0x64 || code[i + 2] == 0xa4) && code[i + 3] == 0x24)
			return true;
	return false;
}

static void narrow_masks(struct tracee *t, uint64_t at, const uint8_t *code, size_t len,
			 uint32_t components)
{
	for (size_t i = 0; i + SET_MASK <= len; i++) {
		uint32_t mask;

		if (!sets_mask(code + i) || !saves_soon(code + i + SET_MASK, len - i - SET_MASK))
			continue;
		memcpy(&mask, code + i + 1, sizeof(mask));
		mask &= components;
		tracee_write(t, at + i + 1, &mask, sizeof(mask));
	}
}

struct search {
	struct task *task;
	uint32_t components;
};

static int each_code(void *ctx, const struct tracee_map *map)
{
	struct search *search = ctx;
	size_t len = map->end - map->start;
	uint8_t *code;
	ssize_t n;

	if (!(map->prot & PROT_EXEC) || !map->ino || len > CODE_MAX)
		return 0;
	code = malloc(len);
	if (!code)
		return -ENOMEM;
	n = tracee_read_some(&search->task->t, map->start, code, len);
	if (n > 0)
		narrow_masks(&search->task->t, map->start, code, (size_t)n, search->components);
	free(code);
	return 0;
}

int arch_narrow_vectors(struct session *s, struct task *task)
{
	struct search search = { .task = task, .components = recorded_components(s->header) };

	return search.components ? tracee_maps(&task->t, each_code, &search) : 0;
}
#endif
