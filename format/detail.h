/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside a difference: which fields of a structure, which flags, which bytes.
 * Private to format/.
 */
#ifndef SCAP_DETAIL_H
#define SCAP_DETAIL_H

#include <format/divergence.h>

#define DETAIL_FIELDS 8
#define DETAIL_BYTES SCAP_EXCERPT

/* A part that has a name, as the decoder prints it in either event; "": it is not there. */
struct detail_field {
	char name[64];
	char text[2][160];
};

/*
 * @nfields:  parts with names that differ, at most DETAIL_FIELDS; @more: there are others
 * @bytes:    or else an excerpt of the bytes: @n[] of them from byte @from on; of them
 *            those at [@at, @end) differ. Of the events' own
 */
struct detail {
	unsigned int nfields;
	bool more, bytes;
	struct detail_field field[DETAIL_FIELDS];
	uint64_t from, at, end[2];
	const uint8_t *excerpt[2];
	unsigned int n[2];
};

/* @d: what scap_event_compare() found between @a and @b, of architecture @h->arch */
void detail_fill(struct detail *x, const struct scap_header *h, const struct scap_event *a,
		 const struct scap_event *b, const struct scap_difference *d);

/* Lines that begin with four blanks. @labels: of the two sides; @colour: for a terminal */
void detail_print(FILE *out, const struct detail *x, const char *const labels[2], bool colour);

/* Which bytes of an excerpt differ: those at [*@from, *@to). */
void detail_marked(const struct detail *x, int side, unsigned int *from, unsigned int *to);

/* The bytes of an excerpt are rather text than anything else. */
bool detail_is_text(const struct detail *x);

/*
 * The difference in one line, as scap_difference_text(), but arguments in the decoder's
 * words ("O_RDONLY"). As snprintf(3).
 */
int detail_sentence(char *buf, size_t size, const struct scap_header *h, const struct scap_event *a,
		    const struct scap_event *b, const struct scap_difference *d,
		    const char *const labels[2]);

#endif
