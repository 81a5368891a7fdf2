// SPDX-License-Identifier: GPL-2.0
/*
 * The divergence report: what differs, both sides, the events before, what
 * that usually means and what to try.
 */
#include <format/divergence.h>

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
	if (s->room < e->size) {
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

static void print_event(FILE *out, const struct scap_header *h, const struct scap_event *e)
{
	char line[LINE_MAX_TEXT];

	scap_event_text(line, sizeof(line), h, e);
	fprintf(out, "%s\n", line);
}

static void print_history(FILE *out, const struct scap_header *h, const struct scap_history *hist)
{
	uint64_t first;

	if (!hist || !hist->added)
		return;
	first = hist->added > hist->size ? hist->added - hist->size : 0;
	fprintf(out, "  the events before:\n");
	for (uint64_t i = first; i < hist->added; i++) {
		const struct slot *s = &hist->slot[i % hist->size];

		fprintf(out, "    %8llu  [%u] ", (unsigned long long)s->number, s->event->tid);
		print_event(out, h, s->event);
	}
}

static void print_side(FILE *out, const struct scap_header *h, const char *label,
		       const struct scap_event *e, const char *text)
{
	if (!e && !text)
		return;
	fprintf(out, "  %s: ", label);
	if (e)
		print_event(out, h, e);
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
		fprintf(out, "%s", d->place);
	else
		print_number(out, d);
	if (d->exe)
		fprintf(out, " (%s)", d->exe);
	fprintf(out, "\n");
}

/*
 * What a difference usually means, and what to do about it: between a recording
 * and its replay, and between two recordings (NULL: the same).
 */
struct meaning {
	const char *reason, *advice;
};

#define LOOK_BEFORE "look at what the program read just before (scap-dump)"

static const struct {
	struct meaning replay, recordings;
} usual[SCAP_FIELDS] = {
	[SCAP_FIELD_TYPE] = {
		{ "the program took another way than before: something that it looked at earlier was different",
		  LOOK_BEFORE ", and record again with --audit to see whether a call's output was missed" },
		{ "the program took another way: what it had been given before was different, or came in another order",
		  LOOK_BEFORE "; what is passed over, ids, clocks and random numbers, shows with --strict" } },
	[SCAP_FIELD_ARG] = {
		{ "the program computed another value from what it had been given",
		  "look where this argument comes from; if it is an address, compare the mappings (MAP, mmap) before it" },
		{ "the program computed another value from what it had been given",
		  LOOK_BEFORE "; what is passed over, ids, clocks and random numbers, shows with --strict" } },
	[SCAP_FIELD_INPUT] = {
		{ "the program passed on other data: it was computed from something that is not in the trace, or that was restored wrongly",
		  "look at where the bytes come from; uninitialised memory, rdrand and memory shared with another process are the usual sources" },
		{ "the program passed on other data, computed from what differs by itself (an id, a clock, an address, random numbers) or from memory that another thread writes",
		  "look at where the bytes come from; --strict shows the ids, clocks and random numbers before them" } },
	[SCAP_FIELD_RESULT] = {
		{ "the kernel answered differently: the world outside the program had changed",
		  "compare what the two runs found: files, environment, other processes, load" },
		{ NULL, NULL } },
	[SCAP_FIELD_OUTPUT] = {
		{ "the program was given other data from outside",
		  "compare the two inputs: the same file may have changed, or another process have answered differently" },
		{ NULL, NULL } },
	[SCAP_FIELD_LARGE] = {
		{ "the program was given other data from outside",
		  "compare what scap-dump shows of this call in both" },
		{ NULL, NULL } },
	[SCAP_FIELD_PROGRAM] = {
		{ "another file stood at this path, or another path was used",
		  "use the binaries and libraries of the recording" },
		{ NULL, "compare the binaries, libraries and paths of the two runs" } },
	[SCAP_FIELD_LIMITS] = {
		{ "the resource limits differ (ulimit)", "run both with the same limits" },
		{ NULL, NULL } },
	[SCAP_FIELD_SIGNO] = {
		{ "another signal came",
		  "look at who sends it; a timer or another process may be faster or slower than before" },
		{ NULL, NULL } },
	[SCAP_FIELD_PLACE] = {
		{ "the signal came at another moment, or found another handler",
		  "signals are timing: look at what the handler changes" },
		{ NULL, NULL } },
	[SCAP_FIELD_IP] = {
		{ "the program was at another place", LOOK_BEFORE },
		{ NULL, NULL } },
	[SCAP_FIELD_REGS] = {
		{ "the program had computed other values", LOOK_BEFORE },
		{ NULL, NULL } },
	[SCAP_FIELD_POINT] = {
		{ "the place in user code was not found again, or a false one was taken for it",
		  "replay again; if it stays, record again: the place will be another" },
		{ NULL, NULL } },
	[SCAP_FIELD_STATUS] = {
		{ "the program ended in another way", "look at what it did last" },
		{ NULL, NULL } },
	[SCAP_FIELD_END] = {
		{ "one of the two ended, or stopped making calls, where the other went on",
		  "look at what the longer one did next and what it had been given before" },
		{ NULL, NULL } },
};

/* A signal in the one where the other has something else. */
static const struct meaning signal_moment = {
	"the signal came at another moment: when it comes is timing",
	"look at what the handler changes, and at what was sent or awaited just before",
};

static struct meaning meaning_of(const struct scap_divergence *d,
				 const struct scap_difference *diff)
{
	enum scap_field field = diff->field == SCAP_FIELD_NR ? SCAP_FIELD_TYPE : diff->field;
	struct meaning m = usual[field].replay;
	bool signal = diff->field == SCAP_FIELD_TYPE &&
		      (diff->expected == SCAP_EV_SIGNAL || diff->actual == SCAP_EV_SIGNAL);

	if (d->recordings && usual[field].recordings.reason)
		m.reason = usual[field].recordings.reason;
	if (d->recordings && usual[field].recordings.advice)
		m.advice = usual[field].recordings.advice;
	if (d->recordings && signal)
		m = signal_moment;
	if (d->reason)
		m.reason = d->reason;
	if (d->advice)
		m.advice = d->advice;
	return m;
}

void scap_divergence_print(FILE *out, const struct scap_header *h, const struct scap_divergence *d)
{
	struct scap_difference diff = d->difference;
	const struct scap_event *any = d->expected ? d->expected : d->actual;
	const char *labels[2] = { d->labels[0] ? d->labels[0] : "recorded",
				  d->labels[1] ? d->labels[1] : "replayed" };
	struct meaning m;
	char line[LINE_MAX_TEXT];

	if (diff.field == SCAP_FIELD_NONE && d->expected && d->actual)
		scap_event_compare(h, d->expected, d->actual, SCAP_COMPARE_EXACT, &diff);
	print_place(out, d);
	if (diff.field != SCAP_FIELD_NONE && diff.field != SCAP_FIELD_END) {
		scap_difference_text(line, sizeof(line), h, any, &diff, labels);
		fprintf(out, "  what differs: %s\n", line);
	}
	print_side(out, h, labels[0], d->expected, d->expected_text);
	print_side(out, h, labels[1], d->actual, d->actual_text);
	print_history(out, h, d->before);
	if (d->passed_over)
		fprintf(out, "  passed over before: %s\n", d->passed_over);
	m = meaning_of(d, &diff);
	if (m.reason)
		fprintf(out, "  likely: %s\n", m.reason);
	if (m.advice)
		fprintf(out, "  try: %s\n", m.advice);
}
