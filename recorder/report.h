/* SPDX-License-Identifier: GPL-2.0 */
/* After the program has ended: the summary line, the status file, the exit status. */
#ifndef SCAP_REPORT_H
#define SCAP_REPORT_H

#include "recorder/backend.h"

/*
 * @failed:  what the backend returned
 * @trouble: the trace is not whole; @error says why
 */
struct record_report {
	const struct backend *backend;
	struct record_result result;
	struct scap_writer_stats stats;
	struct scap_error error;
	int failed;
	bool trouble;
};

/* "1.2 MiB", into @buf of @size bytes. */
void report_bytes(char *buf, size_t size, uint64_t bytes);

/*
 * Before the program runs: whether there is a place for what is to be said of it. Returns 0, or
 * -errno with @err filled in.
 */
int report_prepare(const struct record_options *o, struct scap_error *err);

/* Says how it ended and what the trace holds. */
void report_summary(const struct record_options *o, const struct record_report *r);

/* Says how it went as the options ask for, and returns scap-record's exit status. */
int report_end(const struct record_options *o, const struct record_report *r);

#endif
