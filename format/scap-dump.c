// SPDX-License-Identifier: GPL-2.0
/* scap-dump: shows what is in a trace. */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <format/decode.h>
#include <format/dump.h>

#define STATUS_TROUBLE 2	/* as scap-diff and diff(1) have it */
#define OUTPUT_BUFFER (1 << 18)

const char *argp_program_version = "scap-dump " SCAP_VERSION;

static const char doc[] =
	"Show the events of TRACE (\"-\": standard input) in the order of the file, a line each: "
	"number, seconds since the first event, thread, and what happened. Calls look as in "
	"strace(1).\v"
	"A call during which other threads went on is shown twice, where it began and where it "
	"ended: name(... <unfinished ...> and <... name resumed>. Input is shown as far as the "
	"trace keeps it (64 bytes, strings whole), output up to 32 bytes or elements; an address "
	"stands for memory that is not in the event. Lines that are no calls begin with their "
	"kind: exec:, map:, fork:, data: (output that is too large for one record, ahead of its "
	"call), file:, mem:, trap:, switch:, checksum:, meta:, gap:, --- SIGNAL ---, +++ end +++.\n\n"
	"--summary counts calls, errors and bytes. It has no column of time: a trace knows when a "
	"call was over, not how long the kernel took.\n\n"
	"Exit status: 0; 2 if TRACE cannot be read or is damaged (what comes before the damage is "
	"shown) or an option is wrong.\n\n"
	"Examples:\n"
	"  scap-dump trace.scap | less\n"
	"  scap-dump --events=100-200 trace.scap\n"
	"  scap-dump --format=json trace.scap | jq -c 'select(.errno) | .name'\n"
	"  scap-dump --format=chrome trace.scap >trace.json\n"
	"  scap-dump --summary trace.scap";

enum { KEY_FORMAT = 256, KEY_SUMMARY, KEY_PID, KEY_EVENTS, KEY_DOMAINS };

static const struct argp_option options[] = {
	{ "format", KEY_FORMAT, "text|json|chrome", 0, "text (default); one JSON object a line "
	  "(format/DUMP-JSON.md describes it); or threads, calls and hand-overs as a file for "
	  "ui.perfetto.dev or chrome://tracing", 0 },
	{ "summary", KEY_SUMMARY, NULL, 0, "only what the recording is and a table of its "
	  "calls", 0 },
	{ "pid", KEY_PID, "P", 0, "only events of process (or thread) P", 0 },
	{ "events", KEY_EVENTS, "A-B", 0, "only events number A to B, counted from 1; A-, -B and A "
	  "alone work too", 0 },
	{ "domains", KEY_DOMAINS, NULL, 0, "behind the thread its scheduling domain: the threads that share "
	  "memory, of which one runs at a time", 0 },
	{ 0 }
};

enum dump_format { TEXT, JSON, CHROME, DUMP_FORMATS };

static const char *const format_names[DUMP_FORMATS] = { "text", "json", "chrome" };

struct dump {
	const char *path;
	enum dump_format format;
	bool summary;
	uint32_t pid;		/* 0: all */
	uint64_t first, last;
	bool any;		/* an event was asked for, and is there */
	struct scap_reader *reader;
	const struct scap_header *header;
	struct dump_tasks tasks;
	struct dump_ahead ahead;
	struct dump_summary *counts;
	struct dump_chrome *chrome;
	uint64_t start;		/* time of the first event */
	struct dump_text text;
};

/* ---- options ---- */

static uint64_t number(struct argp_state *state, const char *s, char **end, const char *what)
{
	uint64_t v;

	errno = 0;
	v = strtoull(s, end, 10);
	if (errno || *end == s || *s == '-' || *s == '+' || *s == ' ')
		argp_error(state, "%s must be a number, not \"%s\"", what, s);
	return v;
}

static void parse_range(struct argp_state *state, struct dump *d, const char *s)
{
	char *end = (char *)s;

	if (*s != '-')
		d->first = d->last = number(state, s, &end, "--events");
	if (*end == '-')
		d->last = end[1] ? number(state, end + 1, &end, "--events") : (end++, UINT64_MAX);
	if (*end || !d->first || d->last < d->first)
		argp_error(state, "--events wants A-B with 1 <= A <= B, not \"%s\"", s);
}

static void parse_format(struct argp_state *state, struct dump *d, const char *s)
{
	unsigned int f = 0;

	while (f < DUMP_FORMATS && strcmp(s, format_names[f]) != 0)
		f++;
	if (f == DUMP_FORMATS)
		argp_error(state, "--format is text, json or chrome, not \"%s\"", s);
	d->format = f;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct dump *d = state->input;
	char *end;

	switch (key) {
	case KEY_FORMAT:
		parse_format(state, d, arg);
		break;
	case KEY_SUMMARY:
		d->summary = true;
		break;
	case KEY_PID:
		d->pid = (uint32_t)number(state, arg, &end, "--pid");
		if (*end || !d->pid)
			argp_error(state, "--pid must be a process id, not \"%s\"", arg);
		break;
	case KEY_DOMAINS:
		d->text.domains = true;
		break;
	case KEY_EVENTS:
		parse_range(state, d, arg);
		break;
	case ARGP_KEY_ARG:
		if (d->path)
			argp_error(state, "one trace at a time, please");
		d->path = arg;
		break;
	case ARGP_KEY_END:
		if (!d->path)
			argp_error(state, "no trace given");
		if (d->summary && d->format != TEXT)
			argp_error(state, "--summary is text; leave out --format=%s",
				   format_names[d->format]);
		if (d->text.domains && (d->summary || d->format != TEXT))
			argp_error(state, "--domains is for the text of events; JSON has them anyway");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* ---- one event ---- */

static bool wanted(const struct dump *d, const struct scap_event *e, uint64_t n)
{
	if (n < d->first || n > d->last)
		return false;
	return !d->pid || e->tid == d->pid || dump_tasks_pid(&d->tasks, e->tid) == d->pid;
}

static int show_wanted(struct dump *d, const struct scap_event *e, uint64_t n, uint64_t time)
{
	const struct decode_ahead *ahead = dump_ahead_of(&d->ahead, e);

	d->any = true;
	if (d->summary)
		return dump_summary_add(d->counts, e);
	if (d->format == CHROME)
		return dump_chrome_event(d->chrome, e, ahead, n, time);
	if (d->format == TEXT)
		return dump_text_event(&d->text, stdout, d->header, e, ahead, n, time);
	dump_json_event(stdout, d->header, e, ahead, n, time);
	return 0;
}

static int show(struct dump *d, const struct scap_event *e, uint64_t n)
{
	uint64_t time;
	int rc;

	if (n == 1)
		d->start = e->time;
	time = e->time > d->start ? e->time - d->start : 0;
	rc = d->pid ? dump_tasks_note(&d->tasks, e) : 0;
	if (!rc && !d->summary)
		rc = dump_ahead_note(&d->ahead, e);
	if (!rc && wanted(d, e, n))
		rc = show_wanted(d, e, n, time);
	dump_ahead_shown(&d->ahead, e);
	if (d->pid)
		dump_tasks_forget(&d->tasks, e);
	return rc;
}

/* ---- the whole ---- */

static int say(const char *text)
{
	fflush(stdout);
	fprintf(stderr, "scap-dump: %s\n", text);
	return STATUS_TROUBLE;
}

/* Whether nobody reads any more, which is no error (| head), or writing failed. */
static bool output_over(int *status)
{
	if (!ferror(stdout))
		return false;
	if (errno != EPIPE) {
		fprintf(stderr, "scap-dump: standard output: %s\n", strerror(errno));
		*status = STATUS_TROUBLE;
	}
	return true;
}

/* Nothing of what is asked for is there, though all of the trace was read. */
static void say_none(const struct dump *d)
{
	char text[96];

	if (d->first > scap_reader_count(d->reader))
		snprintf(text, sizeof(text), "the trace has %" PRIu64 " events", scap_reader_count(d->reader));
	else
		snprintf(text, sizeof(text), "no event %sof process or thread %" PRIu32,
			 d->first > 1 || d->last != UINT64_MAX ? "of these is " : "", d->pid);
	say(text);
}

static int run(struct dump *d)
{
	const struct scap_event *e;
	struct scap_error err;
	int rc = 0, status = 0;

	if (d->format == JSON)
		dump_json_header(stdout, d->header);
	while (scap_reader_count(d->reader) < d->last &&
	       (rc = scap_reader_next(d->reader, &e, &err)) > 0) {
		if (show(d, e, scap_reader_count(d->reader)))
			return say("out of memory");
		if (output_over(&status))
			return status;
	}
	if (d->chrome)
		dump_chrome_end(d->chrome);
	if (rc < 0)
		status = say(err.text);
	else if (!d->any && (d->pid || d->first > 1))
		say_none(d);
	return status;
}

static uint64_t file_size(const char *path)
{
	struct stat st;

	if (!strcmp(path, "-") || stat(path, &st) || !S_ISREG(st.st_mode))
		return 0;
	return (uint64_t)st.st_size;
}

static int prepare(struct dump *d, struct scap_error *err)
{
	if (scap_reader_open(&d->reader, d->path, err))
		return -1;
	d->header = scap_reader_header(d->reader);
	d->counts = d->summary ? dump_summary_new(d->header) : NULL;
	d->chrome = d->format == CHROME ? dump_chrome_new(stdout, d->header) : NULL;
	if ((d->summary && !d->counts) || (d->format == CHROME && !d->chrome))
		return scap_fail(err, ENOMEM, "out of memory");
	return 0;
}

static void release(struct dump *d)
{
	dump_summary_free(d->counts);
	dump_chrome_free(d->chrome);
	free(d->tasks.task);
	free(d->ahead.thread);
	free(d->text.line);
	scap_reader_close(d->reader);
}

int main(int argc, char **argv)
{
	static const struct argp argp = { options, parse, "TRACE", doc, NULL, NULL, NULL };
	struct dump d = { .first = 1, .last = UINT64_MAX };
	struct scap_error err;
	int status;

	argp_err_exit_status = STATUS_TROUBLE;
	argp_parse(&argp, argc, argv, 0, NULL, &d);
	/* A reader that goes away is noticed by the write that fails. */
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOFBF, OUTPUT_BUFFER);

	if (prepare(&d, &err)) {
		status = say(err.text);
	} else {
		status = run(&d);
		if (d.summary)
			dump_summary_print(d.counts, stdout, file_size(d.path));
		if (fflush(stdout))
			output_over(&status);
	}
	release(&d);
	return status;
}
