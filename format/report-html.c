// SPDX-License-Identifier: GPL-2.0
/*
 * Pieces of reports as a page by itself. Text from a trace is printable ASCII before it comes
 * here, or is escaped here, and no character of it can end an element.
 */
#include <format/decode.h>
#include <format/report.h>
#include <format/report-page.h>

#include <stdlib.h>
#include <string.h>

#define LINE 4096

const char *const report_html_side[2] = { "a", "b" };

/* ---- text ---- */

static void text_n(FILE *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		switch (s[i]) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(s[i], out);
		}
}

void report_html_text(FILE *out, const char *s)
{
	text_n(out, s, strlen(s));
}

void report_html_escaped(FILE *out, const void *bytes, size_t n)
{
	char *buf = malloc(n * 4 + 1);
	struct decode d = { .buf = buf, .size = n * 4 + 1 };

	if (buf) {
		put_escaped(&d, bytes, n);
		text_n(out, buf, d.len);
	}
	free(buf);
}

void report_html_event(FILE *out, const struct scap_header *h, const struct scap_event *e)
{
	char line[LINE];

	scap_event_text(line, sizeof(line), h, e);
	report_html_text(out, line);
}

/* ---- what is inside of a difference ---- */

static void put_fields(FILE *out, const struct detail *x, const char *const sides[2])
{
	if (!x->nfields)
		return;
	fprintf(out, "<table>\n<tr><th></th><th class=a>%s</th><th class=b>%s</th></tr>\n", sides[0], sides[1]);
	for (unsigned int i = 0; i < x->nfields; i++) {
		fputs("<tr><td>", out);
		report_html_text(out, x->field[i].name);
		for (int side = 0; side < 2; side++) {
			fputs("</td><td><code>", out);
			report_html_text(out, x->field[i].text[side]);
			fputs("</code>", out);
		}
		fputs("</td></tr>\n", out);
	}
	fputs("</table>\n", out);
}

/* Text around the bytes that differ. */
static void put_excerpt(FILE *out, const struct detail *x, int side)
{
	unsigned int from, to;
	const uint8_t *p = x->excerpt[side];

	detail_marked(x, side, &from, &to);
	if (!p) {
		fputs("<span class=faint>nothing</span>", out);
		return;
	}
	report_html_escaped(out, p, from);
	fputs("<mark>", out);
	report_html_escaped(out, p + from, to - from);
	fputs("</mark>", out);
	report_html_escaped(out, p + to, x->n[side] - to);
}

void report_html_detail(FILE *out, const struct detail *x, const char *const sides[2])
{
	put_fields(out, x, sides);
	for (int side = 0; x->bytes && side < 2; side++) {
		fprintf(out, "<pre><span class=%s>%s, from byte %llu:</span> ", report_html_side[side], sides[side],
			(unsigned long long)x->from);
		put_excerpt(out, x, side);
		fputs("</pre>\n", out);
	}
}

void report_html_before(FILE *out, const struct scap_header *h, const struct scap_history *before,
			unsigned int most)
{
	const struct scap_event *e;
	uint64_t number;

	if (!scap_history_at(before, 0, &number))
		return;
	fputs("<details><summary>The events before</summary>\n<pre>", out);
	for (unsigned int i = scap_history_from(before, most); (e = scap_history_at(before, i, &number)); i++) {
		fprintf(out, "%llu [%u] ", (unsigned long long)number, e->tid);
		report_html_event(out, h, e);
		fputc('\n', out);
	}
	fputs("</pre></details>\n", out);
}

void report_html_words(FILE *out, const char *name, const char *words)
{
	if (!words || !*words)
		return;
	fprintf(out, "<p><b>%s:</b> ", name);
	report_html_text(out, words);
	fputs("</p>\n", out);
}

/* ---- around it ---- */

void report_html_begin(FILE *out, const char *title)
{
	fprintf(out, "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
		"<meta name=viewport content=\"width=device-width,initial-scale=1\">\n"
		"<title>%s</title>\n<style>\n%s</style>\n</head>\n<body>\n", title, page_style);
}

void report_html_end(FILE *out, bool script)
{
	if (script)
		fprintf(out, "<script>\n%s</script>\n", page_script);
	fputs("</body>\n</html>\n", out);
}
