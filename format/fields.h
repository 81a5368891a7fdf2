/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An event as a list of comparable fields. One walk serves all: scap-diff
 * folds the fields into a hash, a comparison puts two lists side by side.
 * Private to format/.
 */
#ifndef SCAP_FIELDS_H
#define SCAP_FIELDS_H

#include <format/divergence.h>

/* Parts of a call, so that its two halves can be walked apart. */
#define SCAP_PART_ENTRY	0x10u
#define SCAP_PART_EXIT	0x20u
/* Leave output to the caller, who gathers it over several records. */
#define SCAP_PART_NO_OUTPUT 0x40u

/*
 * One field. @bytes NULL: it is the number @value. Else @len bytes, of a true
 * length @value (a prefix may be all that is kept).
 */
struct scap_field_value {
	enum scap_field field;
	uint8_t arg;
	uint64_t value;
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

/* What varies by itself from one execution to the next: varying.def, asked (varying.c). */
enum scap_varying {
	SCAP_VARIES_NOT,
	SCAP_VARIES_WHOLLY,
	SCAP_VARIES_PARTLY,	/* the bytes that scap_blank() blanks */
};
enum scap_varying scap_output_varies(const struct scap_header *h, uint32_t nr, unsigned int arg);

/*
 * Sets what varies in @bytes, which begin at @offset of the output behind
 * argument @arg of call @nr, to zero.
 */
void scap_blank(const struct scap_header *h, uint32_t nr, unsigned int arg, uint64_t offset,
		void *bytes, size_t len);

/* The same for a value @v (argument or result) of @type ... */
enum scap_varying scap_value_varies(uint8_t type, uint64_t v);

/* ... and for a piece of memory passed in, the @first of its argument or not. */
bool scap_input_varies(const struct scap_sysinfo *row, unsigned int arg, bool first);

#endif
