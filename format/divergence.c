// SPDX-License-Identifier: GPL-2.0
/*
 * The divergence report: what differs, both sides, the events before, what
 * that usually means and what to try.
 */
#include <format/report.h>

#include <stdlib.h>
#include <string.h>

/* ---- the last events ---- */

struct slot {
	uint64_t number;
	struct scap_event *event;
	size_t room;
};

struct scap_history {
	unsigned int size;
	uint64_t added;
	struct slot slot[];
};

struct scap_history *scap_history_new(unsigned int events)
{
	struct scap_history *hist = calloc(1, sizeof(*hist) + events * sizeof(*hist->slot));

	if (hist)
		hist->size = events;
	return hist;
}

void scap_history_add(struct scap_history *hist, uint64_t number, const struct scap_event *e)
{
	struct slot *s;

	if (!hist || !hist->size)
		return;
	s = &hist->slot[hist->added % hist->size];
	if (!s->event || s->room < e->size) {
		size_t room = e->size < 512 ? 512 : e->size;
		void *grown = realloc(s->event, room);

		if (!grown)
			return;
		s->event = grown;
		s->room = room;
	}
	memcpy(s->event, e, e->size);
	s->number = number;
	hist->added++;
}

const struct scap_event *scap_history_at(const struct scap_history *hist, unsigned int i,
					 uint64_t *number)
{
	const struct slot *s;
	uint64_t first;

	if (!hist || i >= hist->size || i >= hist->added)
		return NULL;
	first = hist->added > hist->size ? hist->added - hist->size : 0;
	s = &hist->slot[(first + i) % hist->size];
	*number = s->number;
	return s->event;
}

unsigned int scap_history_from(const struct scap_history *hist, unsigned int most)
{
	uint64_t n = !hist ? 0 : hist->added < hist->size ? hist->added : hist->size;

	return most && n > most ? (unsigned int)n - most : 0;
}

struct scap_history *scap_history_copy(const struct scap_history *hist)
{
	struct scap_history *copy = scap_history_new(hist->size);
	const struct scap_event *e;
	uint64_t number;

	for (unsigned int i = 0; copy && (e = scap_history_at(hist, i, &number)); i++)
		scap_history_add(copy, number, e);
	return copy;
}

void scap_history_free(struct scap_history *hist)
{
	if (!hist)
		return;
	for (unsigned int i = 0; i < hist->size; i++)
		free(hist->slot[i].event);
	free(hist);
}

/* ---- what it comes to ---- */

bool scap_report_format_named(const char *name, enum scap_report_format *format)
{
	static const char *const names[] = {
		[SCAP_REPORT_TEXT] = "text",
		[SCAP_REPORT_JSON] = "json",
		[SCAP_REPORT_HTML] = "html",
	};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i])) {
			*format = i;
			return true;
		}
	return false;
}

static void find_sentence(struct report_facts *f, const struct scap_header *h, const struct scap_divergence *d,
			  bool known)
{
	f->sentence[0] = 0;
	if (d->what)
		snprintf(f->sentence, sizeof(f->sentence), "%s", d->what);
	else if (f->has_detail)
		detail_sentence(f->sentence, sizeof(f->sentence), h, d->expected, d->actual, &f->difference, f->labels);
	else if (known)
		scap_difference_text(f->sentence, sizeof(f->sentence), h, d->expected ? d->expected : d->actual,
				     &f->difference, f->labels);
}

void report_find(struct report_facts *f, const struct scap_header *h, const struct scap_divergence *d)
{
	struct scap_meaning m;
	bool known;

	f->labels[0] = d->labels[0] ? d->labels[0] : "recorded";
	f->labels[1] = d->labels[1] ? d->labels[1] : "replayed";
	f->difference = d->difference;
	if (f->difference.field == SCAP_FIELD_NONE && d->expected && d->actual)
		scap_event_compare(h, d->expected, d->actual, SCAP_COMPARE_EXACT, &f->difference);
	known = f->difference.field != SCAP_FIELD_NONE && f->difference.field != SCAP_FIELD_END;
	f->has_detail = d->expected && d->actual && known;
	if (f->has_detail)
		detail_fill(&f->detail, h, d->expected, d->actual, &f->difference);
	find_sentence(f, h, d, known);
	m = scap_meaning_of(&f->difference, d->recordings);
	f->likely = d->reason ? d->reason : m.reason;
	f->advice = d->advice ? d->advice : m.advice;
}

/* ---- the report ---- */

#define BOLD "\033[1m"
#define PLAIN "\033[0m"

/* Lines of what came before are cut to this. */
#define LINE_CUT 140

/* @most: characters of the line, at most REPORT_LINE */
static void print_event(FILE *out, const struct scap_header *h, const struct scap_event *e, int most)
{
	char line[REPORT_LINE];
	int len = scap_event_text(line, sizeof(line), h, e);

	fprintf(out, "%.*s%s\n", most, line, len > most ? "..." : "");
}

static void print_history(FILE *out, const struct scap_header *h, const struct scap_divergence *d)
{
	const struct scap_event *e;
	uint64_t number;

	if (!scap_history_at(d->before, 0, &number))
		return;
	fprintf(out, "  the events before:\n");
	for (unsigned int i = scap_history_from(d->before, d->nbefore);
	     (e = scap_history_at(d->before, i, &number)); i++) {
		fprintf(out, "    %8llu  [%u] ", (unsigned long long)number, e->tid);
		print_event(out, h, e, LINE_CUT);
	}
}

static void print_side(FILE *out, const struct scap_header *h, const char *label,
		       const struct scap_event *e, const char *text)
{
	if (!e && !text)
		return;
	fprintf(out, "  %s: ", label);
	if (e)
		print_event(out, h, e, REPORT_LINE);
	else
		fprintf(out, "%s\n", text);
}

static void print_number(FILE *out, const struct scap_divergence *d)
{
	fprintf(out, "diverged");
	if (d->event)
		fprintf(out, " at event %llu", (unsigned long long)d->event);
	if (d->pid && d->tid && d->pid != d->tid)
		fprintf(out, ", process %u, thread %u", d->pid, d->tid);
	else if (d->tid || d->pid)
		fprintf(out, ", process %u", d->pid ? d->pid : d->tid);
}

static void print_place(FILE *out, const struct scap_divergence *d)
{
	if (d->program)
		fprintf(out, "%s: ", d->program);
	if (d->trace)
		fprintf(out, "%s: ", d->trace);
	if (d->place)
		fprintf(out, "%s%s%s", d->colour ? BOLD : "", d->place, d->colour ? PLAIN : "");
	else
		print_number(out, d);
	if (d->exe)
		fprintf(out, " (%s)", d->exe);
	fprintf(out, "\n");
}

static void print_words(FILE *out, const struct scap_divergence *d, const char *name, const char *words)
{
	if (words)
		fprintf(out, "  %s%s:%s %s\n", d->colour ? BOLD : "", name, d->colour ? PLAIN : "", words);
}

/* In words, and with what is inside of it. */
static void print_difference(FILE *out, const struct scap_divergence *d, const struct report_facts *f)
{
	print_words(out, d, "what differs", f->sentence[0] ? f->sentence : NULL);
	/* A single field stands in the sentence. */
	if (f->has_detail && (f->detail.nfields != 1 || f->detail.more))
		detail_print(out, &f->detail, f->labels, d->colour);
}

static void print_suspects(FILE *out, const struct scap_header *h, const struct scap_divergence *d)
{
	print_words(out, d, "likely cause", d->unsuspected);
	for (unsigned int i = 0; i < d->nsuspects; i++) {
		const struct scap_suspect *s = &d->suspects[i];

		fprintf(out, "  %s%s:%s event %llu%s: ", d->colour ? BOLD : "",
			i ? "or" : "likely cause", d->colour ? PLAIN : "", (unsigned long long)s->number,
			s->shares ? ", of which bytes are in what the program does now" : "");
		print_event(out, h, s->event, LINE_CUT);
	}
}

static void print_stacks(FILE *out, const struct scap_divergence *d, const struct report_facts *f)
{
	for (unsigned int i = 0; i < d->naddresses; i++)
		fprintf(out, "  %s: 0x%llx is in %s\n", f->labels[d->address[i].side],
			(unsigned long long)d->address[i].addr, d->address[i].map);
	for (unsigned int i = 0; i < d->nbacktraces; i++)
		fprintf(out, "backtrace of thread %u:\n%s", d->backtrace[i].tid, d->backtrace[i].text);
}

void scap_divergence_print(FILE *out, const struct scap_header *h, const struct scap_divergence *d)
{
	struct report_facts f;

	report_find(&f, h, d);
	print_place(out, d);
	print_difference(out, d, &f);
	print_side(out, h, f.labels[0], d->expected, d->expected_text);
	print_side(out, h, f.labels[1], d->actual, d->actual_text);
	print_suspects(out, h, d);
	print_history(out, h, d);
	print_words(out, d, "passed over before", d->passed_over);
	print_words(out, d, "likely", f.likely);
	for (unsigned int i = 0; d->also && d->also[i]; i++)
		print_words(out, d, "or else", d->also[i]);
	print_words(out, d, "try", f.advice);
	print_stacks(out, d, &f);
}
