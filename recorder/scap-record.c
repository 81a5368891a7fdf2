// SPDX-License-Identifier: GPL-2.0
/* scap-record: runs a program and writes down what the kernel told it. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>
#include <scap/ring.h>

#include "recorder/alloc.h"
#include "recorder/recompress.h"
#include "recorder/report.h"
#include "recorder/start.h"
#include "recorder/until.h"

#define UNTIL_FAIL_RUNS 1000
#define CHECKSUM_EVENTS 1000
#define STATUS_ERROR 125	/* scap's own trouble, as env(1) and timeout(1) have it */

#define NO_TRACE "/dev/null"	/* of --live alone */

const char *argp_program_version = "scap-record " SCAP_VERSION;

static const char doc[] =
	"Run CMD and record everything that the kernel tells it and all that it starts, "
	"for scap-replay. Or capture what other processes do, for scap-dump only: --pid, --comm, "
	"--uid, --cgroup, -a; without CMD until Ctrl-C, else as long as CMD runs.\v"
	"The exit status is that of CMD (128+N if signal N killed it); 125 if scap-record "
	"itself failed, 126 if CMD cannot be executed, 127 if there is none.\n\n"
	"Set-user-ID programs that CMD starts run without their privileges unless "
	"scap-record runs as root. A trace holds the program's data and environment: "
	"it is readable by you only, keep it so.";

enum {
	KEY_BACKEND = 256, KEY_AUDIT, KEY_STATUS_FILE, KEY_RECOMPRESS, KEY_PID, KEY_COMM, KEY_UID,
	KEY_CGROUP, KEY_SYSCALL, KEY_LIVE, KEY_STATS, KEY_QUANTUM,
	KEY_CHAOS, KEY_UNTIL_FAIL, KEY_TIMEOUT, KEY_RING, KEY_CHECKSUM,
};

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "write the trace to FILE (default: trace.scap); an existing "
	  "one is kept as FILE.old", 0 },
	{ "backend", KEY_BACKEND, "auto|kmod|ptrace", 0, "how to record: the kernel module, or "
	  "ptrace (slower, needs nothing); auto takes what there is", 0 },
	{ "audit", KEY_AUDIT, NULL, 0, "check after each call that everything the kernel wrote was "
	  "captured; status 125 if not (slow)", 0 },
	{ "status-file", KEY_STATUS_FILE, "F", 0, "say how it went as JSON in F", 0 },
	{ "quantum", KEY_QUANTUM, "MS[,MS]", 0, "of threads that share memory one runs at a time: another "
	  "one's turn comes at the first call after so long (default: 10), and after the second time wherever it is (default: 50)", 0 },
	{ "chaos", KEY_CHAOS, "SEED", OPTION_ARG_OPTIONAL, "let threads run for random times in random "
	  "order, so that rare interleavings show up", 0 },
	{ "until-fail", KEY_UNTIL_FAIL, "N", OPTION_ARG_OPTIONAL, "run CMD again and again, at most N times "
	  "(default: 1000), until it fails: a status other than 0, a signal, or the time-out; only "
	  "the trace of that run is kept. Without a failure the status is 0, and no trace is kept", 0 },
	{ "timeout", KEY_TIMEOUT, "S", 0, "kill all that is recorded after S seconds", 0 },
	{ "checksum", KEY_CHECKSUM, "EVENTS", OPTION_ARG_OPTIONAL, "keep checksums of all writable memory every "
	  "so many events (default: 1000), and wherever a thread is interrupted for another: a replay "
	  "that has something else there says where (slow)", 0 },
	{ "recompress", KEY_RECOMPRESS, "LEVEL", OPTION_ARG_OPTIONAL, "do not record: compress the "
	  "finished trace that is named instead of CMD harder, in place (zstd 1 to 19, default 12)", 0 },
	{ "live", KEY_LIVE, "FILE", OPTION_ARG_OPTIONAL, "show each event as it happens, as scap-dump "
	  "would, on standard error or in FILE (/dev/fd/N: a descriptor); no trace without -o", 0 },
	{ "stats", KEY_STATS, NULL, 0, "say at the end how the recording itself went: events, bytes, "
	  "compression, backlog, places in user code, slow path, waits, drops", 0 },
	{ "ring", KEY_RING, "SIZE", 0, "with the kernel module: the buffer of each CPU, a power of two from 64K "
	  "to 1G (default: 4M)", 0 },
	{ "quiet", 'q', NULL, 0, "print nothing but errors", 0 },
	{ NULL, 0, NULL, 0, "Capture only (the trace cannot be replayed; needs the kernel module). All "
	  "conditions given must hold:", 2 },
	{ "all", 'a', NULL, 0, "every process (root only)", 2 },
	{ "pid", KEY_PID, "PID", 0, "process PID, and what it starts from now on", 2 },
	{ "comm", KEY_COMM, "NAME", 0, "processes of this name (/proc/PID/comm)", 2 },
	{ "uid", KEY_UID, "USER", 0, "processes of this effective user", 2 },
	{ "cgroup", KEY_CGROUP, "DIR", 0, "processes in this cgroup (version 2) or below it", 2 },
	{ "syscall", KEY_SYSCALL, "SET", 0, "only these system calls: names with commas in between, or "
	  "%file, %desc, %network, %process, %signal, %memory; !SET: all but these. Without another "
	  "condition: of CMD and what it starts", 2 },
	{ 0 }
};

/* Reports what capture.h has to say about an option. */
static void check(struct argp_state *state, int failed, const struct scap_error *err)
{
	if (failed)
		argp_error(state, "%s", err->text);
}

/* Options that select what is captured; others: ARGP_ERR_UNKNOWN. */
static error_t parse_capture(int key, const char *arg, struct argp_state *state)
{
	struct record_options *o = state->input;
	struct scap_error err = { 0 };

	switch (key) {
	case 'a':
		capture_all(&o->capture);
		return 0;
	case KEY_PID:
		check(state, capture_pid(&o->capture, arg, &err), &err);
		return 0;
	case KEY_COMM:
		check(state, capture_comm(&o->capture, arg, &err), &err);
		return 0;
	case KEY_UID:
		check(state, capture_uid(&o->capture, arg, &err), &err);
		return 0;
	case KEY_CGROUP:
		capture_cgroup(&o->capture, arg);
		return 0;
	case KEY_SYSCALL:
		check(state, capture_syscalls(&o->capture, arg, &err), &err);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* "MS" or "MS,MS": soft and hard quantum. False: it is neither. */
static bool parse_quanta(const char *arg, struct scap_schedule_options *o)
{
	double soft, hard;
	char end;
	int n = sscanf(arg, "%lf,%lf%c", &soft, &hard, &end);

	if (n == 1 && !strchr(arg, ','))
		hard = soft > 50 ? soft : 50;
	else if (n != 2)
		return false;
	if (!(soft >= 0.001) || !(hard >= soft) || hard > 1e6)
		return false;
	o->soft_ns = (uint64_t)(soft * 1e6);
	o->hard_ns = (uint64_t)(hard * 1e6);
	return true;
}

static uint64_t parse_number(struct argp_state *state, const char *option, const char *arg,
			     uint64_t least, uint64_t most)
{
	char *end;
	uint64_t n;

	errno = 0;
	n = strtoull(arg, &end, 0);
	/* it takes a sign and blanks in front, which we do not */
	if (*arg < '0' || *arg > '9' || *end || errno || n < least || n > most)
		argp_error(state, "--%s=%s: not a number from %" PRIu64 " to %" PRIu64, option, arg,
			   least, most);
	return n;
}

static void parse_chaos(struct argp_state *state, struct scap_schedule_options *o, const char *arg)
{
	o->chaos = 1;
	if (arg)
		o->seed = parse_number(state, "chaos", arg, 0, UINT64_MAX);
	else if (getrandom(&o->seed, sizeof(uint32_t), 0) < 0)
		o->seed = (uint64_t)getpid();
}

static uint64_t parse_seconds(struct argp_state *state, const char *arg)
{
	char *end;
	double s = strtod(arg, &end);

	if (!*arg || *end || !(s > 0) || s > 1e9)
		argp_error(state, "--timeout=%s: not a number of seconds above 0", arg);
	return (uint64_t)(s * 1e9);
}

static uint64_t parse_ring(struct argp_state *state, const char *arg)
{
	static const char units[] = "KMG";
	char *end;
	uint64_t size = strtoull(arg, &end, 10);
	const char *unit = *end ? strchr(units, *end) : NULL;

	if (unit && size <= 1 << 20) {
		size <<= 10 * (unit - units + 1);
		end++;
	}
	if (*end || size < SCAP_RING_MIN || size > SCAP_RING_MAX || size & (size - 1))
		argp_error(state, "--ring=%s: not a power of two from 64K to 1G", arg);
	return size;
}

/* Whether something is asked for that only a recording has. */
static bool records(const struct record_options *o)
{
	return o->output || o->capture.on || o->audit || o->checksum || o->shows || o->stats ||
	       o->runs || o->timeout_ns || o->schedule.chaos || o->status_file || o->ring_size;
}

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
	case KEY_QUANTUM:
		if (!parse_quanta(arg, &o->schedule))
			argp_error(state, "--quantum=%s: one or two times in milliseconds, from 0.001 "
				   "to 1000000, the second not shorter", arg);
		break;
	case KEY_CHAOS:
		parse_chaos(state, &o->schedule, arg);
		break;
	case KEY_UNTIL_FAIL:
		o->runs = arg ? (unsigned int)parse_number(state, "until-fail", arg, 1, UINT_MAX) :
			  UNTIL_FAIL_RUNS;
		break;
	case KEY_CHECKSUM:
		o->checksum = arg ? parse_number(state, "checksum", arg, 1, UINT64_MAX) : CHECKSUM_EVENTS;
		break;
	case KEY_TIMEOUT:
		o->timeout_ns = parse_seconds(state, arg);
		break;
	case KEY_RING:
		o->ring_size = parse_ring(state, arg);
		break;
	case KEY_RECOMPRESS:
		o->recompress = arg ? (int)parse_number(state, "recompress", arg, 1,
							RECOMPRESS_LEVEL_MAX) :
				RECOMPRESS_LEVEL;
		break;
	case ARGP_KEY_ARG:
		/* the program's own options are not ours */
		o->argv = state->argv + state->next - 1;
		state->next = state->argc;
		break;
	case KEY_LIVE:
		o->shows = true;
		o->live_path = arg;
		break;
	case KEY_STATS:
		o->stats = true;
		break;
	case ARGP_KEY_NO_ARGS:
		if (o->recompress)
			argp_error(state, "--recompress: no trace given");
		if (!capture_selects(&o->capture))
			argp_error(state, "no program given");
		break;
	case ARGP_KEY_END:
		if (o->recompress && records(o))
			argp_error(state, "--recompress changes a trace in place and records nothing: of the "
				   "other options only -q goes with it");
		if ((o->audit || o->checksum) && o->capture.on)
			argp_error(state, "--audit and --checksum check a recording and its replay; what is "
				   "only captured has neither");
		if ((o->schedule.chaos || o->runs || o->timeout_ns) && o->capture.on)
			argp_error(state, "--chaos, --until-fail and --timeout are for recordings; what is "
				   "only captured is left alone");
		break;
	default:
		return parse_capture(key, arg, state);
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
	char is[32], was[32];
	struct scap_error err;

	if (o->argv[1]) {
		fprintf(stderr, "scap-record: --recompress takes one trace\n");
		return STATUS_ERROR;
	}
	if (recompress(o->argv[0], o->recompress, &before, &after, &err))
		return fail(&err, STATUS_ERROR);
	report_bytes(is, sizeof(is), after);
	report_bytes(was, sizeof(was), before);
	if (!o->quiet)
		fprintf(stderr, "scap-record: %s: %s, was %s\n", o->argv[0], is, was);
	return 0;
}

/* One recording. Returns the exit status. */
static int record(struct record_options *o, struct record_report *report)
{
	struct scap_writer *w;
	struct scap_error err;

	report->failed = -1;
	report->backend = start_choose_backend(o, &err);
	if (!report->backend || start_open_trace(o, report->backend, &w, &err))
		return fail(&err, STATUS_ERROR);
	report->failed = report->backend->run(o, w, &report->result, &err);
	live_close(o->live);
	if (report->failed || report->result.start_failed) {
		start_discard_trace(o, w);
		if (report->failed)
			return fail(&err, STATUS_ERROR);
		return fail(&err, start_explain(o, report->result.start_failed, &err));
	}
	report->trouble = scap_writer_close(w, &report->stats, &report->error) != 0;
	return report_end(o, report);
}

/* Returns the exit status. */
static int run(struct record_options *o)
{
	struct record_report report = { 0 };
	struct scap_error err;
	int status = 0;

	if (!o->output)
		o->output = o->shows ? NO_TRACE : "trace.scap";
	if (o->argv)
		status = start_find_program(o, &err);
	if (!status && report_prepare(o, &err))
		status = STATUS_ERROR;
	if (status)
		return fail(&err, status);
	status = o->runs ? until_fail(o, record, &err) : record(o, &report);
	return status < 0 ? fail(&err, STATUS_ERROR) : status;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "CMD [ARG...]\n--pid=PID|-a|... [CMD [ARG...]]\n--recompress[=LEVEL] TRACE", doc, NULL, NULL, NULL
	};
	struct record_options o = {
		.backend = "auto", .command = argv, .say = say,
		.schedule = { .soft_ns = SCAP_QUANTUM_NS, .hard_ns = SCAP_QUANTUM_HARD_NS },
	};
	int status;

	fill_standard_descriptors();
	alloc_on_failure(no_memory);
	argp_err_exit_status = STATUS_ERROR;
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &o);

	status = o.recompress ? make_smaller(&o) : run(&o);
	free(o.exe);
	return status;
}
