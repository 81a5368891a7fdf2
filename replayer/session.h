/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A replay session: a recorded program, brought back to life and driven by
 * its trace. An object that can be stepped event by event and asked, so that
 * a command line, a debugger or a test can own the loop.
 */
#ifndef REPLAYER_SESSION_H
#define REPLAYER_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "format/divergence.h"

struct session;
struct backtrack;

#define SESSION_POINT_METHODS 5

/*
 * @trace:  path of the trace file
 * @argv:   NULL, or the command line, which must equal the recorded one
 * @echo:   show on our own stdout and stderr what the program wrote to the recorder's
 * @report: how a divergence is reported; @verbose: in full, however long
 * @colour: reports are for a terminal
 * @save:   NULL, or where to write what the replay did, as a trace
 * @backtrack: which moments to take for points, or NULL: the likeliest
 * @shown:  output and notices of events below this number have been shown, by an earlier replay
 * @notice: called with one line of text that a user should see (a recorded
 *          crash, a process that was not recorded to its end); may be NULL
 */
struct session_options {
	const char *trace;
	char *const *argv;
	bool echo, verbose, colour;
	enum scap_report_format report;
	const char *save;
	struct backtrack *backtrack;
	uint64_t shown;
	void (*notice)(void *ctx, const char *text);
	void *notice_ctx;
};

enum session_state {
	SESSION_GOING = 1,
	SESSION_FAITHFUL,	/* the recorded end was reached; outcome.status is the program's */
	SESSION_DIVERGED,	/* outcome.error says how */
	SESSION_FAILED,		/* scap's own trouble, outcome.error */
};

/*
 * Places in user code that were run to: signals taken there, and forced switches of threads.
 * @by_method: how many each way, enum point_method of recorder/tracee/point.h
 * @passes, @stops: times their addresses were passed; of them, times the thread stopped for that
 * @candidates: stops whose registers and stack were right, but not the rest
 * @counted: how many of them a counter of the processor had led to
 * @checkpoints: times the thread had gone too far, and went back to a checkpoint
 * @ns: all this took
 */
struct session_points {
	uint64_t n, passes, stops, candidates, counted, checkpoints, ns;
	uint64_t by_method[SESSION_POINT_METHODS];
};

/*
 * @status: of the first process, as wait(2) gives it
 * @events: fed so far; @checksums: of memory, of them
 * @domain: of the last event
 * @error:  what ended the session, when not faithful; may have several lines
 */
struct session_outcome {
	enum session_state state;
	int status;
	uint64_t events, checksums;
	uint32_t domain;
	struct scap_error error;
	char *report;
	struct session_points points;
};

/* Opens the trace and checks that it can be replayed here. 0 or -errno with @err. */
int session_open(struct session **s, const struct session_options *o, struct scap_error *err);

/*
 * Feeds the next event. Returns the state it leaves: SESSION_GOING or an end.
 * A program that went astray into an endless loop is found out only if
 * signals (a timer's, say) interrupt the wait for it now and then.
 */
enum session_state session_step(struct session *s);

/* Makes the current or next blocking step give up; async-signal-safe. */
void session_interrupt(struct session *s);

/* How it ended, or how far it is; @s's, until it is closed. */
const struct session_outcome *session_outcome(const struct session *s);

/* Kills whatever still lives, and frees @s. */
void session_close(struct session *s);

#endif
