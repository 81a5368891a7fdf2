// SPDX-License-Identifier: GPL-2.0
/* The divergence report as a page by itself. */
#include <format/report.h>

static void put_side(FILE *out, int side, const struct report_facts *f, const struct scap_header *h,
		     const struct scap_event *e, const char *words)
{
	if (!e && !words)
		return;
	fprintf(out, "<pre><span class=%s>%s</span> ", report_html_side[side], f->labels[side]);
	if (e)
		report_html_event(out, h, e);
	else
		report_html_text(out, words);
	fputs("</pre>\n", out);
}

static void put_suspects(FILE *out, const struct scap_header *h, const struct scap_divergence *d)
{
	if (!d->nsuspects && !d->unsuspected)
		return;
	fputs("<h2>What may have led it there</h2>\n", out);
	report_html_words(out, "Likely cause", d->unsuspected);
	for (unsigned int i = 0; i < d->nsuspects; i++) {
		const struct scap_suspect *s = &d->suspects[i];

		fprintf(out, "<article id=s%u tabindex=0>\n<h3>%s: event %llu%s</h3>\n<pre>", i + 1,
			i ? "Or" : "Likely cause", (unsigned long long)s->number,
			s->shares ? ", of which bytes are in what the program does now" : "");
		report_html_event(out, h, s->event);
		fputs("</pre>\n</article>\n", out);
	}
}

static void put_stacks(FILE *out, const struct scap_divergence *d, const struct report_facts *f)
{
	for (unsigned int i = 0; i < d->naddresses; i++) {
		fprintf(out, "<p><span class=%s>%s</span> <code>0x%llx</code> is in <code>",
			report_html_side[d->address[i].side], f->labels[d->address[i].side],
			(unsigned long long)d->address[i].addr);
		report_html_text(out, d->address[i].map);
		fputs("</code></p>\n", out);
	}
	if (d->nbacktraces)
		fputs("<h2>Backtraces</h2>\n", out);
	for (unsigned int i = 0; i < d->nbacktraces; i++) {
		fprintf(out, "<h3>Thread %u</h3>\n<pre>", d->backtrace[i].tid);
		report_html_text(out, d->backtrace[i].text);
		fputs("</pre>\n", out);
	}
}

void scap_divergence_html(FILE *out, const struct scap_header *h, const struct scap_divergence *d)
{
	struct report_facts f;

	report_find(&f, h, d);
	report_html_begin(out, "scap-replay: diverged");
	fprintf(out, "<h1>Diverged at event %llu", (unsigned long long)d->event);
	if (f.sentence[0])
		fputs(": ", out);
	report_html_text(out, f.sentence);
	fprintf(out, "</h1>\n<p>Process %u, thread %u", d->pid, d->tid);
	if (d->trace) {
		fputs(", <code>", out);
		report_html_text(out, d->trace);
		fputs("</code>", out);
	}
	fputs("</p>\n", out);
	put_side(out, 0, &f, h, d->expected, d->expected_text);
	put_side(out, 1, &f, h, d->actual, d->actual_text);
	if (f.has_detail)
		report_html_detail(out, &f.detail, f.labels);
	put_suspects(out, h, d);
	fputs("<h2>Why</h2>\n", out);
	report_html_words(out, "Likely", f.likely);
	for (unsigned int i = 0; d->also && d->also[i]; i++)
		report_html_words(out, "Or else", d->also[i]);
	report_html_words(out, "Try", f.advice);
	report_html_before(out, h, d->before, 0);
	put_stacks(out, d, &f);
	report_html_end(out, false);
}
