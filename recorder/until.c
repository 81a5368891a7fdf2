// SPDX-License-Identifier: GPL-2.0
/* A program run until it fails: see until.h. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recorder/until.h"

static volatile sig_atomic_t stopped;
static pid_t running;

/* The terminal's signals reach the run as well; others are passed on to it. */
static void on_stop(int sig)
{
	stopped = 1;
	if (sig == SIGTERM && running > 0)
		kill(running, sig);
}

static void catch_stop(void)
{
	struct sigaction sa = { .sa_handler = on_stop };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGQUIT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

static bool program_failed(const struct record_report *r)
{
	return r->result.status != 0 || r->result.timed_out;
}

/* A trace of nothing worth keeping; devices and pipes stay. */
static void forget_trace(const struct record_options *o)
{
	struct stat st;

	if (!lstat(o->output, &st) && S_ISREG(st.st_mode))
		unlink(o->output);
}

/* One run in a process of its own; returns its exit status, or -errno. */
static int run_once(struct record_options *o, struct record_report *report,
		    int (*record)(struct record_options *o, struct record_report *report),
		    struct scap_error *err)
{
	int status;

	fflush(NULL);
	running = fork();
	if (!running) {
		signal(SIGINT, SIG_DFL);
		signal(SIGQUIT, SIG_DFL);
		signal(SIGTERM, SIG_DFL);
		status = record(o, report);
		fflush(NULL);
		_exit(status);
	}
	if (running < 0)
		return scap_fail(err, errno, "cannot fork: %s", strerror(errno));
	while (waitpid(running, &status, 0) < 0 && errno == EINTR)
		;
	running = 0;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	return scap_fail(err, EIO, "the recording was ended by signal %d", WTERMSIG(status));
}

static void say_how_it_ended(const struct record_options *o, const struct record_report *report,
			     unsigned int runs, bool failed)
{
	char text[160], seed[48] = "";

	if (o->quiet)
		return;
	if (!failed) {
		snprintf(text, sizeof(text), "no failure in %u run%s; no trace is kept", runs,
			 runs == 1 ? "" : "s");
		o->say(text);
		return;
	}
	if (o->schedule.chaos)
		snprintf(seed, sizeof(seed), ", chaos seed %llu",
			 (unsigned long long)o->schedule.seed);
	snprintf(text, sizeof(text), "run %u failed (%s%s)", runs, report->backend->name, seed);
	o->say(text);
	report_summary(o, report);
}

int until_fail(struct record_options *o,
	       int (*record)(struct record_options *o, struct record_report *report),
	       struct scap_error *err)
{
	struct record_report *report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE,
					    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	off_t input = lseek(STDIN_FILENO, 0, SEEK_CUR);
	bool quiet = o->quiet, failed = false;
	unsigned int runs = 0;
	int status = 0;

	if (report == MAP_FAILED)
		return scap_fail(err, ENOMEM, "out of memory");
	catch_stop();
	o->quiet = true;
	while (!failed && !stopped && runs < o->runs) {
		*report = (struct record_report){ .failed = -1 };
		if (input >= 0)
			lseek(STDIN_FILENO, input, SEEK_SET);
		o->schedule.seed += runs != 0;
		status = run_once(o, report, record, err);
		runs++;
		if (status < 0 || report->failed || report->result.start_failed || report->trouble)
			return status;
		failed = program_failed(report);
		if (!failed || stopped)
			forget_trace(o);
	}
	o->quiet = quiet;
	say_how_it_ended(o, report, runs, failed && !stopped);
	munmap(report, sizeof(*report));
	return status;
}
