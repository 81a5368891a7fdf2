// SPDX-License-Identifier: GPL-2.0
/* After the program has ended: see report.h. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <json-c/json.h>

#include "recorder/report.h"
#include "recorder/tracee/counter.h"

#define STATUS_ERROR 125

static void tell(const struct record_options *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void tell(const struct record_options *o, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	o->say(text);
}

static int exit_status(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void report_bytes(char *buf, size_t size, uint64_t bytes)
{
	static const char *const unit[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
	double n = (double)bytes;
	size_t u = 0;

	while (n >= 1024 && u + 1 < sizeof(unit) / sizeof(unit[0])) {
		n /= 1024;
		u++;
	}
	snprintf(buf, size, u ? "%.1f %s" : "%.0f %s", n, unit[u]);
}

static void ending(char *buf, size_t size, int status)
{
	const char *name = WIFSIGNALED(status) ? scap_signal_name(WTERMSIG(status)) : NULL;

	if (!WIFSIGNALED(status))
		snprintf(buf, size, "exit status %d", WEXITSTATUS(status));
	else if (name)
		snprintf(buf, size, "killed by %s", name);
	else
		snprintf(buf, size, "killed by signal %d", WTERMSIG(status));
}

/* "trace.scap: 1234 events" */
static int print_events(char *buf, size_t size, const struct record_options *o,
			const struct record_report *r)
{
	bool kept = strcmp(o->output, "/dev/null") != 0;

	return snprintf(buf, size, "%s%s%" PRIu64 " events", kept ? o->output : "", kept ? ": " : "",
			r->result.events);
}

static void print_captured(const struct record_options *o, const struct record_report *r)
{
	char bytes[32], start[512];

	report_bytes(bytes, sizeof(bytes), r->stats.file_bytes);
	print_events(start, sizeof(start), o, r);
	tell(o, "%s of %u threads captured, %" PRIu64 " more dropped, %s", start,
	     r->result.threads, (uint64_t)r->result.kernel.dropped, bytes);
}

/* What led from a place's last event to it. */
static const char *counted(const struct record_result *r)
{
	if (!r->points_counted)
		return "nothing";
	return counter_here() == SCAP_COUNTER_BRANCHES ? "branches" : "instructions";
}

/* How the recording itself went. */
static void print_stats(const struct record_options *o, const struct record_report *r)
{
	const struct scap_writer_stats *w = &r->stats;
	const struct scap_ioc_stats *k = &r->result.kernel;
	char raw[32], content[32], file[32];

	report_bytes(raw, sizeof(raw), w->raw_bytes);
	report_bytes(content, sizeof(content), w->content_bytes);
	report_bytes(file, sizeof(file), w->file_bytes);
	tell(o, "events   %" PRIu64 ", %s (%.1f bytes each); contents of files %s", w->events, raw,
	     w->events ? (double)w->raw_bytes / (double)w->events : 0, content);
	tell(o, "trace    %s in %" PRIu64 " blocks: %" PRIu64 " zstd, %" PRIu64 " raw", file, w->blocks,
	     w->blocks - w->blocks_raw, w->blocks_raw);
	tell(o, "backlog  at most %u blocks of 512 KiB", w->backlog);
	tell(o, "points   %" PRIu64 " places in user code, %" PRIu64 " instructions stepped to them; "
	     "counted on the way: %s", r->result.points, r->result.point_steps, counted(&r->result));
	if (!k->events)
		return;
	tell(o, "slow     %" PRIu64 " calls finished outside of the tracepoint (%.2f %% of events)",
	     (uint64_t)k->slow, 100.0 * (double)k->slow / (double)k->events);
	tell(o, "waits    %" PRIu64 " times for room in a ring, %.3f ms in all", (uint64_t)k->waits,
	     (double)k->wait_ns / 1e6);
	tell(o, "dropped  %" PRIu64 " events, %" PRIu64 " bytes", (uint64_t)k->dropped,
	     (uint64_t)k->dropped_bytes);
}

void report_summary(const struct record_options *o, const struct record_report *r)
{
	uint64_t raw = r->stats.raw_bytes + r->stats.content_bytes;
	char bytes[32], end[48], start[512];

	report_bytes(bytes, sizeof(bytes), r->stats.file_bytes);
	ending(end, sizeof(end), r->result.status);
	if (r->result.timed_out)
		tell(o, "the program took longer than %.3g seconds, and was killed",
		     (double)o->timeout_ns / 1e9);
	print_events(start, sizeof(start), o, r);
	tell(o, "%s, %u process%s, %s (%.1f:1), %s", start, r->result.processes,
	     r->result.processes == 1 ? "" : "es", bytes,
	     r->stats.file_bytes ? (double)raw / (double)r->stats.file_bytes : 1.0, end);
}

static void put_int(struct json_object *j, const char *key, uint64_t value)
{
	json_object_object_add(j, key, json_object_new_int64((int64_t)value));
}

/* Returns 0 or -errno. */
static int write_status(const struct record_options *o, const struct record_report *r)
{
	struct json_object *j = json_object_new_object();
	int ret = 0;

	json_object_object_add(j, "result", json_object_new_string(r->trouble ? "error" :
								   "recorded"));
	if (r->trouble)
		json_object_object_add(j, "error", json_object_new_string(r->error.text));
	put_int(j, "status", (uint64_t)exit_status(r->result.status));
	if (WIFSIGNALED(r->result.status))
		put_int(j, "signal", (uint64_t)WTERMSIG(r->result.status));
	json_object_object_add(j, "timed_out", json_object_new_boolean(r->result.timed_out));
	if (o->schedule.chaos)
		put_int(j, "chaos_seed", o->schedule.seed);
	json_object_object_add(j, "trace", json_object_new_string(o->output));
	json_object_object_add(j, "backend", json_object_new_string(r->backend->name));
	put_int(j, "events", r->result.events);
	if (o->audit) {
		put_int(j, "audited_calls", r->result.audited);
		put_int(j, "audit_missed_calls", r->result.audit_calls);
		put_int(j, "audit_missed_bytes", r->result.audit_bytes);
	}
	put_int(j, "processes", r->result.processes);
	put_int(j, "threads", r->result.threads);
	put_int(j, "points", r->result.points);
	put_int(j, "point_steps", r->result.point_steps);
	put_int(j, "points_counted", r->result.points_counted);
	put_int(j, "raw_bytes", r->stats.raw_bytes);
	put_int(j, "file_bytes", r->stats.file_bytes);
	put_int(j, "content_bytes", r->stats.content_bytes);
	put_int(j, "blocks", r->stats.blocks);
	put_int(j, "blocks_raw", r->stats.blocks_raw);
	put_int(j, "backlog", r->stats.backlog);
	put_int(j, "slow", r->result.kernel.slow);
	put_int(j, "waits", r->result.kernel.waits);
	put_int(j, "wait_ns", r->result.kernel.wait_ns);
	put_int(j, "dropped", r->result.kernel.dropped);
	put_int(j, "dropped_bytes", r->result.kernel.dropped_bytes);
	if (json_object_to_file_ext((char *)o->status_file, j, JSON_C_TO_STRING_PRETTY))
		ret = errno ? -errno : -EIO;
	json_object_put(j);
	return ret;
}

static void print_audit(const struct record_options *o, const struct record_result *r)
{
	if (r->audit_calls)
		tell(o, "audit: %" PRIu64 " of %" PRIu64 " calls wrote %" PRIu64
		     " bytes that were not captured", r->audit_calls, r->audited, r->audit_bytes);
	else if (!o->quiet)
		tell(o, "audit: silent on %" PRIu64 " calls", r->audited);
}

int report_prepare(const struct record_options *o, struct scap_error *err)
{
	int fd = o->status_file ? open(o->status_file, O_WRONLY | O_CLOEXEC) : -1;

	if (fd < 0 && o->status_file && errno == ENOENT) {
		fd = open(o->status_file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		/* an empty one would say nothing of a program that does not start */
		if (fd >= 0)
			unlink(o->status_file);
	}
	if (fd < 0 && o->status_file)
		return scap_fail(err, errno, "%s: cannot write the status: %s", o->status_file,
				 strerror(errno));
	if (fd >= 0)
		close(fd);
	return 0;
}

int report_end(const struct record_options *o, const struct record_report *r)
{
	int status = exit_status(r->result.status), err;

	if (r->trouble)
		tell(o, "%s; the program went on", r->error.text);
	if (!o->quiet && o->capture.on)
		print_captured(o, r);
	else if (!o->quiet)
		report_summary(o, r);
	if (o->stats)
		print_stats(o, r);
	if (o->audit)
		print_audit(o, &r->result);
	if (r->result.audit_calls)
		status = STATUS_ERROR;
	if (o->status_file) {
		err = write_status(o, r);
		if (err) {
			tell(o, "%s: cannot write the status: %s", o->status_file, strerror(-err));
			return STATUS_ERROR;
		}
	}
	return status;
}
