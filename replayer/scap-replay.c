// SPDX-License-Identifier: GPL-2.0
/*
 * scap-replay: runs a recorded program again, event by event as its trace
 * says, and ends as it ended.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "backtrack.h"
#include "recorder/tracee/point.h"
#include "session.h"

enum {
	EXIT_DIVERGED = 124,
	EXIT_TROUBLE = 125,
};

struct arguments {
	struct session_options session;
	const char *status_file, *report_file;
	bool quiet, stats;
};

static struct session *running;

static void on_interrupt(int sig)
{
	(void)sig;
	if (running)
		session_interrupt(running);
}

static void on_tick(int sig)
{
	(void)sig;
}

/* Wakes the session from a wait that may have become endless. */
static void tick_every_second(void)
{
	struct sigaction act = { .sa_handler = on_tick };
	struct itimerval second = { { 1, 0 }, { 1, 0 } };

	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &second, NULL);
}

/* Ctrl-C and its like end the replay in order: no tracee outlives it. */
static void catch_interrupts(void)
{
	struct sigaction act = { .sa_handler = on_interrupt };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

/* ---- progress ---- */

struct progress {
	bool on, shown;
	struct timespec last;
};

static void clear_progress(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}

/* Now and then, on a terminal: how far it is. */
static void show_progress(struct progress *p, uint64_t events)
{
	struct timespec now;

	if (!p->on || events % 512)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if ((now.tv_sec - p->last.tv_sec) * 1000 + (now.tv_nsec - p->last.tv_nsec) / 1000000 < 250)
		return;
	p->last = now;
	p->shown = true;
	fprintf(stderr, "\r\033[Kscap-replay: event %llu", (unsigned long long)events);
}

static void notice(void *ctx, const char *text)
{
	clear_progress(ctx);
	fprintf(stderr, "scap-replay: %s\n", text);
}

/* ---- replaying ---- */

/* Once. @end->report is to be freed. */
static void replay_once(const struct session_options *o, struct progress *p,
			struct session_outcome *end)
{
	struct session *s;

	*end = (struct session_outcome){ .state = SESSION_FAILED };
	if (session_open(&s, o, &end->error))
		return;
	running = s;
	while (session_step(s) == SESSION_GOING)
		show_progress(p, session_outcome(s)->events);
	clear_progress(p);
	*end = *session_outcome(s);
	end->report = end->report ? strdup(end->report) : NULL;
	running = NULL;
	session_close(s);
}

/* Whether a replay with other moments, @again, came through where @first did not. */
static bool fits_better(const struct session_outcome *again, const struct session_outcome *first)
{
	if (again->state == SESSION_FAITHFUL)
		return true;
	return again->state == SESSION_FAILED && again->error.code != EINTR &&
	       again->events > first->events;
}

/*
 * @end disagreed with the trace. With other moments for the points before that, as long
 * as there are some; if none fits, the first replay is what there is to say.
 */
static void replay_again(const struct arguments *a, struct progress *p, struct session_outcome *end)
{
	struct session_options o = a->session;
	struct session_outcome again = *end;
	char *save = NULL;

	if (o.save && asprintf(&save, "%s.again", o.save) < 0)
		return;
	o.save = save;
	again.report = NULL;
	while (again.state == SESSION_DIVERGED &&
	       backtrack_next(o.backtrack, again.events, again.domain)) {
		free(again.report);
		if (o.notice && !o.shown)
			o.notice(o.notice_ctx, "it goes astray behind a place in user code that may have been "
				 "taken for another one; again from the beginning, with the next");
		o.shown = again.events > o.shown ? again.events : o.shown;
		replay_once(&o, p, &again);
	}
	if (fits_better(&again, end)) {
		free(end->report);
		*end = again;
		if (save)
			rename(save, a->session.save);
	} else {
		free(again.report);
		if (save)
			unlink(save);
	}
	free(save);
}

/* ---- the end ---- */

static int exit_code(const struct session_outcome *o)
{
	switch (o->state) {
	case SESSION_FAITHFUL:
		return WIFSIGNALED(o->status) ? 128 + WTERMSIG(o->status)
					      : WEXITSTATUS(o->status);
	case SESSION_DIVERGED:
		return EXIT_DIVERGED;
	default:
		return EXIT_TROUBLE;
	}
}

static const char *result_name(enum session_state state)
{
	switch (state) {
	case SESSION_FAITHFUL:
		return "faithful";
	case SESSION_DIVERGED:
		return "diverged";
	default:
		return "error";
	}
}

/* {"result": ..., "status": N, "signal": N or absent, "events": N, "checksums": N, "error": ...} */
static int write_status(const char *path, const struct session_outcome *o)
{
	struct json_object *obj = json_object_new_object();
	int err;

	json_object_object_add(obj, "result", json_object_new_string(result_name(o->state)));
	json_object_object_add(obj, "status", json_object_new_int(exit_code(o)));
	if (o->state == SESSION_FAITHFUL && WIFSIGNALED(o->status))
		json_object_object_add(obj, "signal", json_object_new_int(WTERMSIG(o->status)));
	json_object_object_add(obj, "events", json_object_new_int64((int64_t)o->events));
	json_object_object_add(obj, "checksums", json_object_new_int64((int64_t)o->checksums));
	if (o->state != SESSION_FAITHFUL)
		json_object_object_add(obj, "error", json_object_new_string(o->error.text));
	err = json_object_to_file_ext(path, obj, JSON_C_TO_STRING_PRETTY);
	json_object_put(obj);
	if (err)
		fprintf(stderr, "scap-replay: %s: cannot write the status: %s\n", path, strerror(errno));
	return err;
}

/* How the replay itself went. */
static void print_stats(const struct session_outcome *o, unsigned int tries)
{
	const struct session_points *p = &o->points;

	fprintf(stderr, "scap-replay: events   %" PRIu64 ", %" PRIu64 " of them checksums of memory\n",
		o->events, o->checksums);
	fprintf(stderr, "scap-replay: points   %" PRIu64 " places in user code: %" PRIu64 " found by patched "
		"code, %" PRIu64 " by breakpoints, %" PRIu64 " by debug registers, %" PRIu64
		" by single steps\n", p->n, p->by_method[POINT_BY_STUB], p->by_method[POINT_BY_INT3],
		p->by_method[POINT_BY_HARDWARE], p->by_method[POINT_BY_STEP]);
	fprintf(stderr, "scap-replay: passes   %" PRIu64 " of these addresses, %" PRIu64 " stops, %" PRIu64
		" candidates that were not it, %" PRIu64 " returns to a checkpoint; %.1f ms in all\n",
		p->passes, p->stops, p->candidates, p->checkpoints, (double)p->ns / 1e6);
	if (p->counted)
		fprintf(stderr, "scap-replay: counter  %" PRIu64 " of these places by what the processor "
			"had counted on the way\n", p->counted);
	fprintf(stderr, "scap-replay: again    %u replays from the beginning, with other moments for such places\n",
		tries);
}

/* Where reports of divergences go; NULL: it cannot be written. */
static FILE *open_report(const struct arguments *a)
{
	FILE *out = a->report_file ? fopen(a->report_file, "we") : stderr;

	if (!out)
		fprintf(stderr, "scap-replay: %s: cannot be written: %s\n", a->report_file, strerror(errno));
	return out;
}

static int write_report(const struct arguments *a, FILE *out, const char *report)
{
	if (report)
		fputs(report, out);
	if (fflush(out) || ferror(out)) {
		fprintf(stderr, "scap-replay: %s: %s\n", a->report_file ? a->report_file : "standard error",
			strerror(errno));
		return -1;
	}
	if (a->report_file)
		fclose(out);
	return 0;
}

static void report_end(const struct arguments *a, const struct session_outcome *o)
{
	unsigned int tries = backtrack_tries(a->session.backtrack);

	/* a report on standard error says more */
	if (o->state != SESSION_FAITHFUL && (o->state != SESSION_DIVERGED || !o->report || a->report_file))
		fprintf(stderr, "scap-replay: %s\n", o->error.text);
	else if (o->state == SESSION_FAITHFUL && !a->quiet && isatty(STDERR_FILENO))
		fprintf(stderr, "scap-replay: faithful: %llu events, %s %d\n",
			(unsigned long long)o->events,
			WIFSIGNALED(o->status) ? "killed by signal" : "status",
			WIFSIGNALED(o->status) ? WTERMSIG(o->status) : WEXITSTATUS(o->status));
	if (o->state == SESSION_DIVERGED && tries)
		fprintf(stderr, "scap-replay: %u replays with other moments for places in user code before "
			"event %" PRIu64 " went astray, too\n", tries, o->events);
}

/* ---- the command line ---- */

enum { KEY_STATS = 256, KEY_SAVE, KEY_FORMAT, KEY_REPORT };

static const struct argp_option options[] = {
	{ "quiet", 'q', NULL, 0, "No progress, no notices; errors and divergences only", 0 },
	{ "status-file", 's', "FILE", 0, "Write the outcome to FILE as JSON", 0 },
	{ "stats", KEY_STATS, NULL, 0, "Say at the end how the replay itself went: places in user code, "
	  "and what it took to find them", 0 },
	{ "save", KEY_SAVE, "FILE", 0, "Write what the replay did to FILE, as a trace: scap-diff compares it with the recording", 0 },
	{ "format", KEY_FORMAT, "FORMAT", 0, "Report a divergence as text (the default), json (format/DIFF-JSON.md) or "
	  "html (one page by itself)", 0 },
	{ "report", KEY_REPORT, "FILE", 0, "Write the report of a divergence to FILE, which is empty if there is none", 0 },
	{ "verbose", 'v', NULL, 0, "Report a divergence in full, not in sixty lines", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'q':
		a->quiet = true;
		return 0;
	case KEY_STATS:
		a->stats = true;
		return 0;
	case KEY_SAVE:
		a->session.save = arg;
		return 0;
	case KEY_FORMAT:
		if (!scap_report_format_named(arg, &a->session.report))
			argp_error(state, "--format=%s: must be text, json or html", arg);
		return 0;
	case KEY_REPORT:
		a->report_file = arg;
		return 0;
	case 'v':
		a->session.verbose = true;
		return 0;
	case 's':
		a->status_file = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (a->session.trace)
			return ARGP_ERR_UNKNOWN; /* the rest is the command: ARGP_KEY_ARGS */
		a->session.trace = arg;
		return 0;
	case ARGP_KEY_ARGS:
		a->session.argv = state->argv + state->next;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no trace given");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp parser = {
	options, parse_option, "TRACE [CMD [ARG...]]",
	"Runs the program recorded in TRACE again, exactly as it ran."
	"\vIts output is shown again. Exit status: the program's own (128+N if signal N killed "
	"it) when the replay was faithful; 124 if the program did something else than was "
	"recorded; 125 for trouble of scap-replay itself. CMD, if given, must be the recorded "
	"command.",
	NULL, NULL, NULL,
};

const char *argp_program_version = "scap-replay " SCAP_VERSION;

int main(int argc, char **argv)
{
	struct arguments a = { .session = { .echo = true, .colour = isatty(STDERR_FILENO) } };
	struct progress progress = { .on = isatty(STDERR_FILENO) };
	struct session_outcome outcome;
	FILE *report;
	int code;

	argp_err_exit_status = EXIT_TROUBLE;
	argp_parse(&parser, argc, argv, ARGP_IN_ORDER, NULL, &a);
	a.session.colour &= !a.report_file;
	report = open_report(&a);
	if (!report)
		return EXIT_TROUBLE;
	progress.on &= !a.quiet;
	if (!a.quiet) {
		a.session.notice = notice;
		a.session.notice_ctx = &progress;
	}
	catch_interrupts();
	tick_every_second();
	a.session.backtrack = backtrack_new();
	if (!a.session.backtrack) {
		fprintf(stderr, "scap-replay: no memory\n");
		return EXIT_TROUBLE;
	}
	replay_once(&a.session, &progress, &outcome);
	if (outcome.state == SESSION_DIVERGED)
		replay_again(&a, &progress, &outcome);
	code = exit_code(&outcome);
	if (write_report(&a, report, outcome.report))
		code = EXIT_TROUBLE;
	report_end(&a, &outcome);
	if (a.stats)
		print_stats(&outcome, backtrack_tries(a.session.backtrack));
	if (a.status_file && write_status(a.status_file, &outcome))
		code = EXIT_TROUBLE;
	backtrack_free(a.session.backtrack);
	free(outcome.report);
	return code;
}
