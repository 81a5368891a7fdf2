// SPDX-License-Identifier: GPL-2.0
/* scap-record: runs a program and writes down what the kernel told it. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recorder/alloc.h"
#include "recorder/recompress.h"
#include "recorder/report.h"
#include "recorder/start.h"

#define STATUS_ERROR 125	/* scap's own trouble, as env(1) and timeout(1) have it */

const char *argp_program_version = "scap-record 0.1";

static const char doc[] =
	"Run CMD and record everything that the kernel tells it and all that it starts, "
	"for scap-replay.\v"
	"The exit status is that of CMD (128+N if signal N killed it); 125 if scap-record "
	"itself failed, 126 if CMD cannot be executed, 127 if there is none.\n\n"
	"Set-user-ID programs that CMD starts run without their privileges unless "
	"scap-record runs as root. A trace holds the program's data and environment: "
	"it is readable by you only, keep it so.";

enum { KEY_BACKEND = 256, KEY_AUDIT, KEY_STATUS_FILE, KEY_RECOMPRESS };

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "write the trace to FILE (default: trace.scap); an existing "
	  "one is kept as FILE.old", 0 },
	{ "backend", KEY_BACKEND, "auto|kmod|ptrace", 0, "how to record: the kernel module, or "
	  "ptrace (slower, needs nothing); auto takes what there is", 0 },
	{ "audit", KEY_AUDIT, NULL, 0, "check after each call that everything the kernel wrote was "
	  "captured; status 125 if not (slow)", 0 },
	{ "status-file", KEY_STATUS_FILE, "F", 0, "say how it went as JSON in F", 0 },
	{ "recompress", KEY_RECOMPRESS, "LEVEL", OPTION_ARG_OPTIONAL, "do not record: compress the "
	  "finished trace that is named instead of CMD harder (zstd 1 to 19, default 12)", 0 },
	{ "quiet", 'q', NULL, 0, "print nothing but errors", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct record_options *o = state->input;

	switch (key) {
	case 'o':
		o->output = arg;
		break;
	case 'q':
		o->quiet = true;
		break;
	case KEY_BACKEND:
		o->backend = arg;
		break;
	case KEY_AUDIT:
		o->audit = true;
		break;
	case KEY_STATUS_FILE:
		o->status_file = arg;
		break;
	case KEY_RECOMPRESS:
		o->recompress = arg ? (int)strtol(arg, NULL, 10) : RECOMPRESS_LEVEL;
		if (o->recompress < 1 || o->recompress > RECOMPRESS_LEVEL_MAX)
			argp_error(state, "--recompress=%s: the level must be from 1 to %d", arg,
				   RECOMPRESS_LEVEL_MAX);
		break;
	case ARGP_KEY_ARG:
		/* the program's own options are not ours */
		o->argv = state->argv + state->next - 1;
		state->next = state->argc;
		break;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no program given");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* Where the standard descriptors are closed, no file of ours may take their place. */
static void fill_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

static void say(const char *text)
{
	fprintf(stderr, "scap-record: %s\n", text);
}

static void no_memory(void)
{
	say("out of memory; the program ends with scap-record, the trace is valid up to here");
	_exit(STATUS_ERROR);
}

static int fail(const struct scap_error *err, int status)
{
	say(err->text);
	return status;
}

static int make_smaller(const struct record_options *o)
{
	uint64_t before, after;
	struct scap_error err;

	if (o->argv[1]) {
		fprintf(stderr, "scap-record: --recompress takes one trace\n");
		return STATUS_ERROR;
	}
	if (recompress(o->argv[0], o->recompress, &before, &after, &err))
		return fail(&err, STATUS_ERROR);
	if (!o->quiet)
		fprintf(stderr, "scap-record: %s: %.2f MB, was %.2f MB\n", o->argv[0],
			(double)after / 1e6, (double)before / 1e6);
	return 0;
}

/* Returns the exit status. */
static int record(struct record_options *o)
{
	struct record_report report = { 0 };
	const struct backend *backend;
	struct scap_writer *w;
	struct scap_error err;
	int status;

	status = start_find_program(o, &err);
	if (status)
		return fail(&err, status);
	backend = start_choose_backend(o, &err);
	if (!backend || start_open_trace(o, backend, &w, &err))
		return fail(&err, STATUS_ERROR);
	report.backend = backend;
	report.failed = backend->run(o, w, &report.result, &err);
	if (report.failed || report.result.start_failed) {
		start_discard_trace(o, w);
		if (report.failed)
			return fail(&err, STATUS_ERROR);
		return fail(&err, start_explain(o, report.result.start_failed, &err));
	}
	report.trouble = scap_writer_close(w, &report.stats, &report.error) != 0;
	return report_end(o, &report);
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "CMD [ARG...]\n--recompress[=LEVEL] TRACE", doc, NULL, NULL, NULL
	};
	struct record_options o = { .output = "trace.scap", .backend = "auto", .say = say };
	int status;

	fill_standard_descriptors();
	alloc_on_failure(no_memory);
	argp_err_exit_status = STATUS_ERROR;
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &o);

	status = o.recompress ? make_smaller(&o) : record(&o);
	free(o.exe);
	return status;
}
