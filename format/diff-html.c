// SPDX-License-Identifier: GPL-2.0
/*
 * scap-diff's report as one page: what differs, searchable and linked, and above it where in
 * both executions of each task that is.
 */
#include <format/diff.h>
#include <format/report.h>

#include <string.h>

#define SENTENCE 1024
/* Tasks that get lanes. */
#define LANES_MAX 50
/* Units that a lane is wide. */
#define WIDTH 1000u

static const char *const sides[2] = { "A", "B" };

/* ---- a finding ---- */

static void put_events(FILE *out, const struct diff_result *r, const struct diff_finding *f)
{
	for (int side = 0; side < 2; side++) {
		fprintf(out, "<pre><span class=%s>%s", report_html_side[side], sides[side]);
		if (f->gap.event[side])
			fprintf(out, " %llu", (unsigned long long)f->gap.event[side]);
		fputs("</span> ", out);
		if (f->event[side])
			report_html_event(out, r->header, f->event[side]);
		else
			fputs(f->gap.ended[side] ? "nothing more: it has ended" : "nothing in its place", out);
		if (f->gap.n[side] > 1)
			fprintf(out, "\n<span class=faint>and %llu more steps</span>",
				(unsigned long long)f->gap.n[side] - 1);
		fputs("</pre>\n", out);
	}
}

static void put_detail(FILE *out, const struct diff_result *r, const struct diff_finding *f)
{
	struct detail x;

	if (!f->event[0] || !f->event[1])
		return;
	detail_fill(&x, r->header, f->event[0], f->event[1], &f->difference);
	report_html_detail(out, &x, sides);
}

static void put_meaning(FILE *out, const struct diff_result *r, const struct diff_finding *f)
{
	const char *reason, *advice;
	char passed[400];

	diff_passed_text(f->passed, f->npassed, r->header, passed, sizeof(passed));
	diff_meaning(f, &reason, &advice);
	report_html_words(out, "Passed over before", passed);
	report_html_words(out, "Likely", reason);
	report_html_words(out, "Try", advice);
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
	report_html_text(out, words);
	fprintf(out, "</h3>\n<p><span class=class>%s</span> ", diff_class_name(f->class));
	report_html_text(out, who);
	if (f->program[0]) {
		fputs(" (<code>", out);
		report_html_text(out, f->program);
		fputs("</code>)", out);
	}
	fprintf(out, ", %s</p>\n", where);
	put_detail(out, r, f);
	put_events(out, r, f);
	report_html_before(out, r->header, f->before, 0);
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
		report_html_side[side], sides[side], WIDTH);
	if (task[side])
		fprintf(out, "<rect class=life x=%u y=4 width=%u height=10 />", from, to > from ? to - from : 1);
	for (size_t i = 0; i < r->nfindings; i++) {
		const struct diff_finding *f = &r->finding[i];

		if (!is_of(f, task, side))
			continue;
		diff_sentence(r, f, words, sizeof(words));
		fprintf(out, "<a href=\"#f%zu\"><rect class=%s x=%u y=0 width=4 height=18><title>%zu. ", i + 1,
			report_html_side[side], scaled(f->gap.event[side], r->last[side]), i + 1);
		report_html_text(out, words);
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
		report_html_text(out, who);
		fputs("</p>\n", out);
		put_lane(out, r, f->task, 0);
		put_lane(out, r, f->task, 1);
	}
}

/* ---- all of it ---- */

static void put_head(FILE *out, const struct diff_result *r)
{
	char words[SENTENCE];

	report_html_begin(out, "scap-diff");
	if (r->found) {
		diff_sentence(r, &r->finding[0], words, sizeof(words));
		fputs("<h1>First cause: <a href=\"#f1\">", out);
		report_html_text(out, words);
		fputs("</a></h1>\n", out);
	} else {
		fprintf(out, "<h1>%s</h1>\n", r->same_argv ? "Equal" : "The command lines differ");
	}
	for (int side = 0; side < 2; side++) {
		fprintf(out, "<p><span class=%s>%s</span> <code>", report_html_side[side], sides[side]);
		report_html_escaped(out, r->names[side], strlen(r->names[side]));
		fprintf(out, "</code>: %llu steps of %u task%s%s%s", (unsigned long long)r->steps[side],
			r->tree[side].n - 1, r->tree[side].n == 2 ? "" : "s", r->cut[side] ? ", cut off" : "",
			r->capture_only[side] ? ", only captured" : "");
		if (r->lost[side])
			fprintf(out, ", %llu events missing", (unsigned long long)r->lost[side]);
		fputs("</p>\n", out);
	}
	fprintf(out, "<p>%llu difference%s; %llu steps are the same.</p>\n", (unsigned long long)r->found,
		r->found == 1 ? "" : "s", (unsigned long long)r->equal);
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
			report_html_text(out, diff_kind_name(r->header, kind, name));
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
	report_html_end(out, r->nfindings);
}
