// SPDX-License-Identifier: GPL-2.0
/*
 * scap-diff's report as one page: what differs, searchable and linked, and above it where in
 * both executions of each task that is. Text from a trace is printable ASCII before it comes
 * here, and no character of it can end an element.
 */
#include <format/decode.h>
#include <format/detail.h>
#include <format/diff.h>
#include <format/diff-html-page.h>

#include <stdlib.h>
#include <string.h>

#define SENTENCE 1024
#define LINE 4096
/* Tasks that get lanes. */
#define LANES_MAX 50
/* Units that a lane is wide. */
#define WIDTH 1000u

static const char *const sides[2] = { "A", "B" };
static const char *const classes[2] = { "a", "b" };

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

static void text(FILE *out, const char *s)
{
	text_n(out, s, strlen(s));
}

/* Any bytes, as the decoder escapes them. */
static void escaped(FILE *out, const void *bytes, size_t n)
{
	char *buf = malloc(n * 4 + 1);
	struct decode d = { .buf = buf, .size = n * 4 + 1 };

	if (buf) {
		put_escaped(&d, bytes, n);
		text_n(out, buf, d.len);
	}
	free(buf);
}

static void event_line(FILE *out, const struct diff_result *r, const struct scap_event *e)
{
	char line[LINE];

	scap_event_text(line, sizeof(line), r->header, e);
	text(out, line);
}

/* ---- what is inside of a difference ---- */

static void put_fields(FILE *out, const struct detail *x)
{
	if (!x->nfields)
		return;
	fputs("<table>\n<tr><th></th><th class=a>A</th><th class=b>B</th></tr>\n", out);
	for (unsigned int i = 0; i < x->nfields; i++) {
		fputs("<tr><td>", out);
		text(out, x->field[i].name);
		for (int side = 0; side < 2; side++) {
			fputs("</td><td><code>", out);
			text(out, x->field[i].text[side]);
			fputs("</code>", out);
		}
		fputs("</td></tr>\n", out);
	}
	fputs("</table>\n", out);
}

/* Text around the bytes that differ. */
static void put_excerpt(FILE *out, const struct detail *x, int side)
{
	uint64_t from = x->at - x->from, to = x->end[side] - x->from;
	const uint8_t *p = x->excerpt[side];

	if (to > x->n[side])
		to = x->n[side];
	if (!p || to < from) {
		fputs("<span class=faint>nothing</span>", out);
		return;
	}
	escaped(out, p, from);
	fputs("<mark>", out);
	escaped(out, p + from, to - from);
	fputs("</mark>", out);
	escaped(out, p + to, x->n[side] - to);
}

static void put_detail(FILE *out, const struct diff_result *r, const struct diff_finding *f)
{
	struct detail x;

	if (!f->event[0] || !f->event[1])
		return;
	detail_fill(&x, r->header, f->event[0], f->event[1], &f->difference);
	put_fields(out, &x);
	for (int side = 0; x.bytes && side < 2; side++) {
		fprintf(out, "<pre><span class=%s>%s, from byte %llu:</span> ", classes[side], sides[side],
			(unsigned long long)x.from);
		put_excerpt(out, &x, side);
		fputs("</pre>\n", out);
	}
}

/* ---- a finding ---- */

static void put_events(FILE *out, const struct diff_result *r, const struct diff_finding *f)
{
	for (int side = 0; side < 2; side++) {
		fprintf(out, "<pre><span class=%s>%s", classes[side], sides[side]);
		if (f->gap.event[side])
			fprintf(out, " %llu", (unsigned long long)f->gap.event[side]);
		fputs("</span> ", out);
		if (f->event[side])
			event_line(out, r, f->event[side]);
		else
			fputs(f->gap.ended[side] ? "nothing more: it has ended" : "nothing in its place", out);
		if (f->gap.n[side] > 1)
			fprintf(out, "\n<span class=faint>and %llu more steps</span>",
				(unsigned long long)f->gap.n[side] - 1);
		fputs("</pre>\n", out);
	}
}

static void put_before(FILE *out, const struct diff_result *r, const struct diff_finding *f)
{
	const struct scap_event *e;
	uint64_t number;

	if (!scap_history_at(f->before, 0, &number))
		return;
	fputs("<details><summary>The events before</summary>\n<pre>", out);
	for (unsigned int i = 0; (e = scap_history_at(f->before, i, &number)); i++) {
		fprintf(out, "%llu [%u] ", (unsigned long long)number, e->tid);
		event_line(out, r, e);
		fputc('\n', out);
	}
	fputs("</pre></details>\n", out);
}

static void put_words(FILE *out, const char *name, const char *words)
{
	if (!words || !*words)
		return;
	fprintf(out, "<p><b>%s:</b> ", name);
	text(out, words);
	fputs("</p>\n", out);
}

static void put_meaning(FILE *out, const struct diff_result *r, const struct diff_finding *f)
{
	const char *reason, *advice;
	char passed[400];

	diff_passed_text(f->passed, f->npassed, r->header, passed, sizeof(passed));
	diff_meaning(f, &reason, &advice);
	put_words(out, "Passed over before", passed);
	put_words(out, "Likely", reason);
	put_words(out, "Try", advice);
}

static void put_links(FILE *out, const struct diff_result *r, size_t i)
{
	bool any = false;

	if (r->finding[i].cause != i) {
		fprintf(out, "<p>Follows from <a href=\"#f%u\">%u</a>.</p>\n", r->finding[i].cause + 1,
			r->finding[i].cause + 1);
		return;
	}
	for (size_t k = r->causes; k < r->nfindings; k++) {
		if (r->finding[k].cause != i)
			continue;
		fprintf(out, "%s <a href=\"#f%zu\">%zu</a>", any ? "," : "<p>From it follows:", k + 1, k + 1);
		any = true;
	}
	if (any)
		fputs("</p>\n", out);
}

static void put_finding(FILE *out, const struct diff_result *r, size_t i)
{
	const struct diff_finding *f = &r->finding[i];
	char who[600], where[80], words[SENTENCE];

	diff_who(r, f, who, sizeof(who));
	diff_where(f, where, sizeof(where));
	diff_sentence(r, f, words, sizeof(words));
	fprintf(out, "<article id=f%zu tabindex=0%s>\n<h3>%zu. ", i + 1, f->cause == i ? "" : " class=follows",
		i + 1);
	text(out, words);
	fprintf(out, "</h3>\n<p><span class=class>%s</span> ", diff_class_name(f->class));
	text(out, who);
	if (f->program[0]) {
		fputs(" (<code>", out);
		text(out, f->program);
		fputs("</code>)", out);
	}
	fprintf(out, ", %s</p>\n", where);
	put_detail(out, r, f);
	put_events(out, r, f);
	put_before(out, r, f);
	put_meaning(out, r, f);
	put_links(out, r, i);
	fputs("</article>\n", out);
}

/* ---- lanes ---- */

static unsigned int scaled(uint64_t event, uint64_t events)
{
	return events ? (unsigned int)(event * WIDTH / events) : 0;
}

static bool is_of(const struct diff_finding *f, const uint32_t task[2], int side)
{
	return f->task[side] == task[side] && task[side] && f->gap.event[side];
}

static void put_lane(FILE *out, const struct diff_result *r, const uint32_t task[2], int side)
{
	const struct diff_task *t = &r->tree[side].task[task[side]];
	unsigned int from = scaled(t->begins, r->last[side]), to = scaled(t->ends, r->last[side]);
	char words[SENTENCE];

	fprintf(out, "<div class=lane><span class=%s>%s</span><svg viewBox=\"0 0 %u 18\" preserveAspectRatio=none>",
		classes[side], sides[side], WIDTH);
	if (task[side])
		fprintf(out, "<rect class=life x=%u y=4 width=%u height=10 />", from, to > from ? to - from : 1);
	for (size_t i = 0; i < r->nfindings; i++) {
		const struct diff_finding *f = &r->finding[i];

		if (!is_of(f, task, side))
			continue;
		diff_sentence(r, f, words, sizeof(words));
		fprintf(out, "<a href=\"#f%zu\"><rect class=%s x=%u y=0 width=4 height=18><title>%zu. ", i + 1,
			classes[side], scaled(f->gap.event[side], r->last[side]), i + 1);
		text(out, words);
		fputs("</title></rect></a>", out);
	}
	fputs("</svg></div>\n", out);
}

/* The two lanes of each task that has findings, in the order of these. */
static void put_lanes(FILE *out, const struct diff_result *r)
{
	unsigned int lanes = 0;
	char who[600];

	for (size_t i = 0; i < r->nfindings && lanes < LANES_MAX; i++) {
		const struct diff_finding *f = &r->finding[i];
		size_t first = 0;

		while (r->finding[first].task[0] != f->task[0] || r->finding[first].task[1] != f->task[1])
			first++;
		if (first != i)
			continue;
		lanes++;
		diff_who(r, f, who, sizeof(who));
		fputs("<p class=faint>", out);
		text(out, who);
		fputs("</p>\n", out);
		put_lane(out, r, f->task, 0);
		put_lane(out, r, f->task, 1);
	}
}

/* ---- all of it ---- */

static void put_head(FILE *out, const struct diff_result *r)
{
	char words[SENTENCE];

	fprintf(out, "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
		"<meta name=viewport content=\"width=device-width,initial-scale=1\">\n"
		"<title>scap-diff</title>\n<style>\n%s</style>\n</head>\n<body>\n", page_style);
	if (r->found) {
		diff_sentence(r, &r->finding[0], words, sizeof(words));
		fputs("<h1>First cause: <a href=\"#f1\">", out);
		text(out, words);
		fputs("</a></h1>\n", out);
	} else {
		fprintf(out, "<h1>%s</h1>\n", r->same_argv ? "Equal" : "The command lines differ");
	}
	for (int side = 0; side < 2; side++) {
		fprintf(out, "<p><span class=%s>%s</span> <code>", classes[side], sides[side]);
		escaped(out, r->names[side], strlen(r->names[side]));
		fprintf(out, "</code>: %llu steps of %u tasks%s%s", (unsigned long long)r->steps[side],
			r->tree[side].n - 1, r->cut[side] ? ", cut off" : "",
			r->capture_only[side] ? ", only captured" : "");
		if (r->lost[side])
			fprintf(out, ", %llu events missing", (unsigned long long)r->lost[side]);
		fputs("</p>\n", out);
	}
	fprintf(out, "<p>%llu differences; %llu steps are the same.</p>\n", (unsigned long long)r->found,
		(unsigned long long)r->equal);
}

static void put_passed_over(FILE *out, const struct diff_result *r)
{
	char name[32];

	fputs("<h2>Passed over, since it varies by itself</h2>\n<table>\n", out);
	for (unsigned int chance = 1; chance < SCAP_CHANCES; chance++)
		for (unsigned int kind = 0; kind < DIFF_KINDS; kind++) {
			const struct diff_chance_seen *s = &r->chances->seen[kind][chance];

			if (!s->times)
				continue;
			fprintf(out, "<tr><td>%s</td><td>", diff_chance_name(chance));
			text(out, diff_kind_name(r->header, kind, name));
			fprintf(out, "</td><td>%llu</td></tr>\n", (unsigned long long)s->times);
		}
	fputs("</table>\n", out);
}

void diff_html(const struct diff_result *r, FILE *out)
{
	put_head(out, r);
	if (r->nfindings) {
		fputs("<h2>Where</h2>\n", out);
		put_lanes(out, r);
		fputs("<h2>What</h2>\n<div id=search><label><input type=search placeholder=\"Search (/), j and k: next and "
		      "previous\" aria-label=Search></label> <span id=found class=faint></span></div>\n", out);
	}
	for (size_t i = 0; i < r->nfindings; i++)
		put_finding(out, r, i);
	put_passed_over(out, r);
	if (r->nfindings)
		fprintf(out, "<script>\n%s</script>\n", page_script);
	fputs("</body>\n</html>\n", out);
}
