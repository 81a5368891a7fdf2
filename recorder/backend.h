/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What scap-record asks for and what a backend answers: the seam between the
 * command line and the two ways of recording (kernel module, ptrace).
 */
#ifndef SCAP_BACKEND_H
#define SCAP_BACKEND_H

#include <scap/schedule.h>

#include "recorder/capture.h"
#include "recorder/live.h"

/*
 * @output:  the trace's path
 * @argv:    the program and its arguments, NULL-terminated; NULL: none, capture only
 * @command: scap-record's own
 * @exe:     resolved path of argv[0]
 * @audit:   check each call's writes against its plan
 * @checksum: a checksum of memory every so many events, and at each SWITCH; 0: none
 * @quiet:   nothing on stderr but errors
 * @stats:   say how the recording itself went
 * @shows, @live_path, @live: events as lines while they happen (live.h)
 * @schedule: of tasks that share memory
 * @timeout_ns: the program is killed after so long; 0: never
 * @runs:    run until the program fails, at most so often; 0: once
 * @ring_size: bytes of each CPU's ring, for the kernel module; 0: its own choice
 * @say:     prints a line for the user
 * @cpu:     whose cpuid leaves are in the trace, -1: any; for a backend that keeps to one
 */
struct record_options {
	const char *output;
	const char *status_file;
	const char *backend;
	char *const *argv;
	char *const *command;
	char *exe;
	struct capture capture;
	const char *live_path;
	struct live *live;
	int recompress;		/* level; 0: record */
	uint64_t checksum;
	bool audit;
	bool quiet;
	int cpu;
	bool stats;
	bool shows;
	struct scap_schedule_options schedule;
	uint64_t timeout_ns;
	unsigned int runs;
	uint64_t ring_size;
	void (*say)(const char *text);
};

/*
 * How a recording went.
 * @status:    of the first process, as wait(2) reports it
 * @processes, @threads: recorded, the first included
 * @events:    written
 * @audited, @audit_calls, @audit_bytes: calls compared by --audit; those with
 *              bytes missed; the bytes
 * @points:    places in user code that a replay has to find again; @point_steps: instructions
 *             stepped to get to them; @points_counted: those with what a counter said
 * @timed_out: killed, as it took longer than it was given
 * @start_failed: errno of the first program's execve, or 0
 * @kernel:    the module's own account; all zero without it
 */
struct record_result {
	int status;
	uint64_t events;
	uint64_t audited, audit_calls, audit_bytes;
	uint64_t points, point_steps, points_counted;
	unsigned int processes, threads;
	int start_failed;
	struct scap_ioc_stats kernel;
	bool timed_out;
};

struct backend {
	const char *name;
	uint16_t id;		/* enum scap_backend */
	uint32_t features;	/* SCAP_FEATURE_* */
	/* 0, or -errno with @err saying why it cannot be used here and what to do. */
	int (*usable)(struct scap_error *err);
	/*
	 * Runs o->exe and records it and everything it starts into @w until
	 * the last recorded task has ended.
	 * Returns 0, or -errno with @err filled if nothing could be recorded.
	 */
	int (*run)(const struct record_options *o, struct scap_writer *w,
		   struct record_result *result, struct scap_error *err);
};

extern const struct backend backend_ptrace, backend_kmod;

#endif
