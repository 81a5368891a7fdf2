// SPDX-License-Identifier: GPL-2.0
/*
 * The divergence report: what differs, both sides, the events before, what
 * that usually means and what to try.
 */
#include <format/detail.h>

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

/* ---- the report ---- */

#define LINE_MAX_TEXT 1024
#define BOLD "\033[1m"
#define PLAIN "\033[0m"

/* Lines of what came before are cut to this. */
#define LINE_CUT 140

/* @most: characters of the line, at most LINE_MAX_TEXT */
static void print_event(FILE *out, const struct scap_header *h, const struct scap_event *e, int most)
{
	char line[LINE_MAX_TEXT];
	int len = scap_event_text(line, sizeof(line), h, e);

	fprintf(out, "%.*s%s\n", most, line, len > most ? "..." : "");
}

static void print_history(FILE *out, const struct scap_header *h, const struct scap_divergence *d)
{
	const struct scap_history *hist = d->before;
	unsigned int n = hist ? hist->size : 0, i = 0;
	const struct scap_event *e;
	uint64_t number;

	if (!hist || !hist->added)
		return;
	if (n > hist->added)
		n = (unsigned int)hist->added;
	if (d->nbefore && n > d->nbefore)
		i = n - d->nbefore;
	fprintf(out, "  the events before:\n");
	for (; (e = scap_history_at(hist, i, &number)); i++) {
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
		print_event(out, h, e, LINE_MAX_TEXT);
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
static void print_difference(FILE *out, const struct scap_header *h, const struct scap_divergence *d,
			     const struct scap_difference *diff, const char *const labels[2])
{
	const struct scap_event *any = d->expected ? d->expected : d->actual;
	bool known = diff->field != SCAP_FIELD_NONE && diff->field != SCAP_FIELD_END;
	char line[LINE_MAX_TEXT];
	struct detail inside;

	if (d->what)
		snprintf(line, sizeof(line), "%s", d->what);
	else if (d->expected && d->actual && known)
		detail_sentence(line, sizeof(line), h, d->expected, d->actual, diff, labels);
	else if (known)
		scap_difference_text(line, sizeof(line), h, any, diff, labels);
	print_words(out, d, "what differs", d->what || known ? line : NULL);
	if (!d->expected || !d->actual || !known)
		return;
	detail_fill(&inside, h, d->expected, d->actual, diff);
	/* A single field stands in the sentence. */
	if (inside.nfields != 1 || inside.more)
		detail_print(out, &inside, labels, d->colour);
}

static void print_suspects(FILE *out, const struct scap_header *h, const struct scap_divergence *d)
{
	for (unsigned int i = 0; i < d->nsuspects; i++) {
		const struct scap_suspect *s = &d->suspects[i];

		fprintf(out, "  %s%s:%s event %llu%s: ", d->colour ? BOLD : "",
			i ? "or" : "likely cause", d->colour ? PLAIN : "", (unsigned long long)s->number,
			s->shares ? ", of which bytes are in what the program does now" : "");
		print_event(out, h, s->event, LINE_CUT);
	}
}

void scap_divergence_print(FILE *out, const struct scap_header *h, const struct scap_divergence *d)
{
	struct scap_difference diff = d->difference;
	const char *labels[2] = { d->labels[0] ? d->labels[0] : "recorded",
				  d->labels[1] ? d->labels[1] : "replayed" };
	struct scap_meaning m;

	if (diff.field == SCAP_FIELD_NONE && d->expected && d->actual)
		scap_event_compare(h, d->expected, d->actual, SCAP_COMPARE_EXACT, &diff);
	print_place(out, d);
	print_difference(out, h, d, &diff, labels);
	print_side(out, h, labels[0], d->expected, d->expected_text);
	print_side(out, h, labels[1], d->actual, d->actual_text);
	print_suspects(out, h, d);
	print_history(out, h, d);
	print_words(out, d, "passed over before", d->passed_over);
	m = scap_meaning_of(&diff, d->recordings);
	print_words(out, d, "likely", d->reason ? d->reason : m.reason);
	for (unsigned int i = 0; d->also && d->also[i]; i++)
		print_words(out, d, "or else", d->also[i]);
	print_words(out, d, "try", d->advice ? d->advice : m.advice);
}
