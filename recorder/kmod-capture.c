// SPDX-License-Identifier: GPL-2.0
/*
 * Capture only: processes that the module's filter selects are watched, as long
 * as the program that was given runs, or they do, or until a signal to us. What
 * does not fit into the rings is dropped and told in GAP records.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recorder/kmod-backend.h"

static bool process_gone(uint32_t pid)
{
	return kill((pid_t)pid, 0) && errno == ESRCH;
}

/* @tasks: watched and alive. */
static bool over(struct kmod *km, const struct record_options *o, unsigned int tasks)
{
	const struct capture *c = &o->capture;

	if (o->argv && capture_selects(c))
		return kmod_program_ended(km);
	if (o->argv)
		return !tasks && kmod_started(km);
	if (own_signals_came())
		return true;
	return c->filter.flags & SCAP_FILTER_PID && !tasks && process_gone(c->filter.pid);
}

static int run_loop(struct kmod *km, const struct record_options *o, struct scap_error *err)
{
	unsigned int tasks = 1;
	int ret = 0;

	while (!ret && !over(km, o, tasks))
		ret = kmod_round(km, &tasks, err);
	return ret;
}

/* The exact number of what is missing, whether or not a thread lived on to tell it. */
static void tell_gaps(struct kmod *km)
{
	struct scap_ioc_stats *stats = &km->rec.result->kernel;

	ioctl(km->device, SCAP_IOC_STATS, stats);
	if (stats->dropped > km->gaps)
		event_put_gap(km, stats->dropped - km->gaps, stats->dropped_bytes - km->gap_bytes);
}

/* Status of the program, and why it could not be executed if it could not. */
static void collect(struct kmod *km)
{
	struct record_result *result = km->rec.result;
	int status, why;

	if (waitpid(km->rec.own.first, &status, 0) == km->rec.own.first)
		result->status = status;
	if (read(km->report, &why, sizeof(why)) == sizeof(why))
		result->start_failed = why;
}

int kmod_capture(struct kmod *km, const struct record_options *o, struct scap_error *err)
{
	bool selects = capture_selects(&o->capture);
	int ret = capture_start(&o->capture, km->device, err);

	if (ret)
		return ret;
	if (o->argv)
		ret = kmod_start(km, o, !selects, err);
	else
		own_signals_keep();
	if (!ret)
		ret = run_loop(km, o, err);
	ioctl(km->device, SCAP_IOC_STOP);
	rings_drain(km);
	tell_gaps(km);
	if (!ret && o->argv)
		collect(km);
	return ret;
}
