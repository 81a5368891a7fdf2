// SPDX-License-Identifier: GPL-2.0
/* scap-diff: where two recorded executions part. */
#include <format/diff.h>
#include <format/pager.h>

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *argp_program_version = "scap-diff " SCAP_VERSION;

static const char doc[] =
	"Compares two traces: what differs, the likely first cause in front, and what follows from it. "
	"Processes and threads are matched by the order of their creation and by what they run. What "
	"varies by itself is passed over: ids, clocks, addresses, random numbers and names made of them, and "
	"how often a program waited or tried again.\v"
	"Exit status: 0 equal, 1 different, 2 trouble.";

enum { KEY_NO_PAGER = 256 };

static const struct argp_option options[] = {
	{ "all", 'a', NULL, 0, "Show every difference in full, and list what was passed over", 0 },
	{ "format", 'f', "FORMAT", 0, "text (the default), json (format/DIFF-JSON.md) or html (one page by itself)", 0 },
	{ "strict", 's', NULL, 0, "Pass nothing over", 0 },
	{ "context", 'C', "N", 0, "Show N steps before a difference (default 5)", 0 },
	{ "no-pager", KEY_NO_PAGER, NULL, 0, "On a terminal text goes through $PAGER, else less: not so", 0 },
	{ 0 }
};

enum { TROUBLE = 2 };

struct arguments {
	struct scap_diff_options o;
	const char *trace[2];
	unsigned int n;
	bool no_pager;
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
	case 'a':
		a->o.all = true;
		return 0;
	case 'f':
		if (!scap_report_format_named(arg, &a->o.format))
			argp_error(state, "--format=%s: must be text, json or html", arg);
		return 0;
	case 's':
		a->o.strict = true;
		return 0;
	case 'C':
		set_context(a, arg, state);
		return 0;
	case KEY_NO_PAGER:
		a->no_pager = true;
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

/* The report is made before a pager takes the terminal: until then Ctrl-C is for us. */
static int compare_paged(const struct arguments *a, struct scap_error *err)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	int ret, shown;

	if (!out)
		return scap_fail(err, ENOMEM, "no memory for a report");
	ret = scap_diff(a->trace[0], a->trace[1], &a->o, out, err);
	if (fclose(out)) {
		free(text);
		return scap_fail(err, ENOMEM, "no memory for a report");
	}
	shown = n ? pager_show(stdout, text, n) : 0;
	free(text);
	return shown ? scap_fail(err, -shown, "standard output: %s", strerror(-shown)) : ret;
}

static int compare(const struct arguments *a, struct scap_error *err)
{
	int ret = scap_diff(a->trace[0], a->trace[1], &a->o, stdout, err);

	if (fflush(stdout) || ferror(stdout))
		return scap_fail(err, errno, "standard output: %s", strerror(errno));
	return ret;
}

int main(int argc, char **argv)
{
	static const struct argp argp = { options, parse, "A B", doc, NULL, NULL, NULL };
	bool terminal = pager_terminal();
	struct arguments a = { .o = { .context = 5, .colour = terminal } };
	struct scap_error err = { 0 };
	int ret;

	argp_err_exit_status = TROUBLE;
	argp_parse(&argp, argc, argv, 0, NULL, &a);
	if (terminal && !a.no_pager && a.o.format == SCAP_REPORT_TEXT)
		ret = compare_paged(&a, &err);
	else
		ret = compare(&a, &err);
	if (err.code)
		fprintf(stderr, "scap-diff: %s\n", err.text);
	return ret < 0 ? TROUBLE : ret;
}
