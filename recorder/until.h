/* SPDX-License-Identifier: GPL-2.0 */
/* A program run until it fails. */
#ifndef SCAP_UNTIL_H
#define SCAP_UNTIL_H

#include "recorder/report.h"

/*
 * Records o->argv with @record again and again, each time in a process of its
 * own and (chaos) with the next seed, until the program fails or it has run
 * o->runs times; only the trace of the failure is left. Standard input is
 * wound back for each run where it is a file.
 * Returns the exit status (the failing run's, or 0), or -errno with @err filled.
 */
int until_fail(struct record_options *o,
	       int (*record)(struct record_options *o, struct record_report *report),
	       struct scap_error *err);

#endif
