// SPDX-License-Identifier: GPL-2.0
/* scap-diff: where two recorded executions part. */
#include <format/diff.h>

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *argp_program_version = "scap-diff " SCAP_VERSION;

static const char doc[] =
	"Compares two traces: for each process the first step in which they differ, with what came "
	"before. Processes and threads are matched by the order of their creation. Ids, clocks, "
	"addresses and random numbers are passed over.\v"
	"Exit status: 0 equal, 1 different, 2 trouble.";

static const struct argp_option options[] = {
	{ "strict", 's', NULL, 0, "Compare ids, clocks, addresses and random numbers, too", 0 },
	{ "context", 'C', "N", 0, "Show N steps before a difference (default 5)", 0 },
	{ 0 }
};

enum { TROUBLE = 2 };

struct arguments {
	struct scap_diff_options o;
	const char *trace[2];
	unsigned int n;
};

static void set_context(struct arguments *a, const char *text, struct argp_state *state)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || *end || end == text || *text == '-' || n > 1000)
		argp_error(state, "--context=%s: must be a number from 0 to 1000", text);
	a->o.context = (unsigned int)n;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 's':
		a->o.strict = true;
		return 0;
	case 'C':
		set_context(a, arg, state);
		return 0;
	case ARGP_KEY_ARG:
		if (a->n == 2)
			argp_error(state, "more than two traces");
		a->trace[a->n++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (a->n < 2)
			argp_error(state, "two traces are needed");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int main(int argc, char **argv)
{
	static const struct argp argp = { options, parse, "A B", doc, NULL, NULL, NULL };
	struct arguments a = { .o.context = 5 };
	struct scap_error err = { 0 };
	int ret;

	argp_err_exit_status = TROUBLE;
	argp_parse(&argp, argc, argv, 0, NULL, &a);
	ret = scap_diff(a.trace[0], a.trace[1], &a.o, stdout, &err);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "scap-diff: standard output: %s\n", strerror(errno));
		return TROUBLE;
	}
	if (err.code)
		fprintf(stderr, "scap-diff: %s%s\n", err.text,
			ret == -EUCLEAN ? "; equal up to there" : "");
	return ret < 0 ? TROUBLE : ret;
}
