/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An event as a list of comparable fields. One walk serves all: scap-diff
 * folds the fields into a hash, a comparison puts two lists side by side.
 * Private to format/.
 */
#ifndef SCAP_FIELDS_H
#define SCAP_FIELDS_H

#include <format/divergence.h>

/* The row of call @c; NULL: no such call, or one by int 0x80, whose numbers are others. */
static inline const struct scap_sysinfo *scap_call_row(const struct scap_header *h,
						       const struct scap_ev_syscall *c)
{
	return c->h.flags & SCAP_F_COMPAT ? NULL : scap_sysinfo_arch(h->arch, c->nr);
}

/* Parts of a call, so that its two halves can be walked apart. */
#define SCAP_PART_ENTRY	0x10u
#define SCAP_PART_EXIT	0x20u
/* Leave output to the caller, who gathers it over several records. */
#define SCAP_PART_NO_OUTPUT 0x40u
/* Emit what varies by itself, too, marked. */
#define SCAP_PART_CHANCE 0x80u

/* What varies by itself, by where it comes from. */
enum scap_chance {
	SCAP_CHANCE_NONE,
	SCAP_CHANCE_IDS,
	SCAP_CHANCE_CLOCKS,
	SCAP_CHANCE_ADDRESSES,
	SCAP_CHANCE_RANDOM,	/* random numbers, and names made of them */
	SCAP_CHANCES
};
#define SCAP_CHANCE_ALL ((1u << SCAP_CHANCES) - 1)

/*
 * One field. @bytes NULL: it is the number @value, which for people is @shown
 * (an id that is not compared counts as 1). Else @len bytes, of a true length
 * @value (a prefix may be all that is kept). @chance: if not 0 it varies by itself
 * and does not count (SCAP_PART_CHANCE).
 */
struct scap_field_value {
	enum scap_field field;
	uint8_t arg;
	uint8_t chance;
	uint64_t value, shown;
	const void *bytes;
	size_t len;
};

typedef void scap_field_emit(void *ctx, const struct scap_field_value *f);

/*
 * Calls @emit for each comparable field of @e in a fixed order. @how:
 * SCAP_COMPARE_* and, for calls, SCAP_PART_* (none: what the record has).
 */
void scap_event_fields(const struct scap_header *h, const struct scap_event *e, unsigned int how,
		       scap_field_emit *emit, void *ctx);

/* ---- what varies by itself from one execution to the next: varying.def, asked (varying.c) ---- */

enum scap_varying {
	SCAP_VARIES_NOT,
	SCAP_VARIES_WHOLLY,
	SCAP_VARIES_PARTLY,	/* the bytes that scap_blank_*() blank */
};

/* An argument @v of @type; a result @v of the call that @row describes. */
enum scap_chance scap_value_varies(uint8_t type, uint64_t v);
enum scap_chance scap_result_varies(const struct scap_sysinfo *row, uint64_t v);

/*
 * Memory passed in or written behind argument @arg of the call that @row describes.
 * @chance: of what varies wholly
 */
enum scap_varying scap_input_varies(const struct scap_sysinfo *row, unsigned int arg,
				    enum scap_chance *chance);
enum scap_varying scap_output_varies(const struct scap_sysinfo *row, unsigned int arg,
				     enum scap_chance *chance);

/* Longer memory is not blanked: it is no structure. */
#define SCAP_BLANK_MAX 65536

/*
 * Sets what varies in @bytes to zero. @offset: where they are in the argument's whole
 * output; @chances: which kinds, one bit for each
 */
void scap_blank_input(const struct scap_sysinfo *row, unsigned int arg, uint8_t *bytes, size_t len);
void scap_blank_output(const struct scap_header *h, const struct scap_sysinfo *row,
		       unsigned int arg, uint64_t offset, uint8_t *bytes, size_t len,
		       unsigned int chances);

/* ---- names made at random or of ids, addresses in data (names.c) ---- */

/*
 * Replaces by '*' what varies in path @name of @len bytes: random parts below
 * directories for temporary files, and the process in /proc. Returns the new length;
 * @chance: what it was.
 */
size_t scap_settle_name(char *name, size_t len, enum scap_chance *chance);

/*
 * Blanks what of @bytes, which may be anything, looks like an address that the kernel gave
 * at random, as a number or in hexadecimal digits, or like a name as above. @chances: which
 * kinds, one bit for each
 */
void scap_settle_data(uint8_t *bytes, size_t len, unsigned int chances);
/* Of that the names only. */
void scap_settle_paths(uint8_t *bytes, size_t len, unsigned int chances);

#endif
