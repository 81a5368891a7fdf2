/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pieces of which the reports of scap-diff and scap-replay are made, as JSON (report-json.c)
 * and as a page (report-html.c). Private to format/.
 */
#ifndef SCAP_REPORT_H
#define SCAP_REPORT_H

#include <format/detail.h>

/* ---- what a divergence comes to (divergence.c) ---- */

#define REPORT_LINE 1024

/*
 * @difference: found by comparing, if it was not given
 * @sentence:   it in words; "": none are known
 * @detail:     what is inside of it, of @has_detail
 * @likely, @advice: NULL: nothing is known
 */
struct report_facts {
	struct scap_difference difference;
	const char *labels[2];
	char sentence[REPORT_LINE];
	bool has_detail;
	struct detail detail;
	const char *likely, *advice;
};
void report_find(struct report_facts *f, const struct scap_header *h, const struct scap_divergence *d);

/* ---- JSON ---- */

/* Any text as member @name, which comes with what stands before it. */
void report_json_any(FILE *out, const char *name, const char *s);
/* Members "fields" and "bytes": what is inside of a difference. */
void report_json_detail(FILE *out, const struct detail *x);
/* Event @e as member "text". */
void report_json_event(FILE *out, const struct scap_header *h, const struct scap_event *e);
/* Member "before": the last @most events, 0: all. */
void report_json_before(FILE *out, const struct scap_header *h, const struct scap_history *before,
			unsigned int most);

/* ---- a page ---- */

/* Printable text; any bytes, as the decoder escapes them. Nothing of either is markup. */
void report_html_text(FILE *out, const char *s);
void report_html_escaped(FILE *out, const void *bytes, size_t n);
void report_html_event(FILE *out, const struct scap_header *h, const struct scap_event *e);
/* "Name: words"; nothing if there are none. */
void report_html_words(FILE *out, const char *name, const char *words);
/* What is inside of a difference. @sides: what the two are called */
void report_html_detail(FILE *out, const struct detail *x, const char *const sides[2]);
void report_html_before(FILE *out, const struct scap_header *h, const struct scap_history *before,
			unsigned int most);
/* All up to the body's first element, and all behind the last. @script: it is one to be searched */
void report_html_begin(FILE *out, const char *title);
void report_html_end(FILE *out, bool script);
/* Classes of the two sides' colours. */
extern const char *const report_html_side[2];

#endif
