// SPDX-License-Identifier: GPL-2.0
/*
 * tamper IN OUT WHAT [N [BYTE]]: copies a trace through format/ and changes one
 * thing in it, so that the file is sound and the story in it is false.
 *   out:NAME     one byte of what syscall NAME wrote (the N-th such call, from 1)
 *   text:STRING  the first byte of STRING in what any call wrote
 *   result:NAME  its result, plus one
 *   arg:NAME     its last argument, plus one
 *   hash:NAME    the hash of what it read
 *   data         one byte of a DATA record
 *   trap         the value of a trapped instruction
 *   ip           where a signal hit
 *   guide        how long a thread had computed when it was interrupted in user code: as if nobody knew
 *   drop:NAME    leaves the call out (not the end of one that the kernel would have made again)
 *   late:NAME:OTHER  the call, with what its thread does next and any task that it makes, comes
 *                after the next call OTHER of another thread of its domain
 *   switch       leaves a hand-over in user code out
 *   signal       leaves a signal that has a handler out
 *   arch         the architecture in the header
 *   none         nothing
 *   noise        bytes here and there in one event of sixteen (of BYTE), well-formed all the same
 *                (N is the seed)
 * NAME@dying (switch:@dying) counts only in the domain of the last death by signal, ahead of it.
 * N below 0 counts from the last one, -1; 0: all of them. BYTE counts within the first output span. Exit: 0 changed, 1 trouble, 3 no such place.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <scap/point.h>

#include "format/format.h"

#define OBJECTS 65536

struct job {
	const char *what, *name, *other;
	long skip;
	unsigned long byte;
	bool done, all;
	bool of_dying;
	__u32 domain;	/* where a signal killed last, in the @death-th event */
	uint64_t death;
	const struct scap_header *header;
	struct scap_reader *reader;
	struct scap_writer *writer;
	bool copied[OBJECTS];
};

static struct job job;

/* "late": the records that are held back, and whose they are. */
static struct {
	__u8 *bytes;
	size_t len;
	__u32 tid, child, domain;
	__u32 newest;	/* domain; what is created later waits, too */
	bool waiting;
} later;

static union {
	struct scap_event event;
	__u8 bytes[SCAP_EVENT_MAX];
} record;

/* Whether @e, just read, is one of those that count. */
static bool is_eligible(const struct scap_event *e)
{
	return !job.of_dying ||
	       (e->domain == job.domain && scap_reader_count(job.reader) < job.death);
}

static bool is_call(const struct scap_event *e)
{
	return e->type == SCAP_EV_SYSCALL || e->type == SCAP_EV_SYSCALL_ENTER || e->type == SCAP_EV_SYSCALL_EXIT;
}

/* Whether it is the call that newer architectures have in place of @name: libc's function is the same. */
static bool stands_for(const char *name, const char *newer)
{
	static const char *const pairs[][2] = { { "poll", "ppoll" }, { "epoll_wait", "epoll_pwait" } };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (!strcmp(name, pairs[i][0]) && !strcmp(newer, pairs[i][1]))
			return true;
	return false;
}

/* Whether @e is a call of that name. */
static bool is_call_named(const struct scap_event *e, const char *name)
{
	const struct scap_sysinfo *info;

	if (!is_call(e) || !name)
		return false;
	info = scap_sysinfo_arch((enum scap_arch)job.header->arch,
				 ((const struct scap_ev_syscall *)e)->nr);
	return info && (!strcmp(info->name, name) || stands_for(name, info->name));
}

/* Whether @e is a call that the job names. */
static bool is_named(const struct scap_event *e)
{
	return is_call_named(e, job.name);
}

static bool alter_output(struct scap_event *e)
{
	const struct scap_span *span = NULL;

	while ((span = scap_span_next(e, span)) != NULL)
		if (span->kind == SCAP_SPAN_OUT && span->stored > job.byte) {
			((__u8 *)scap_span_bytes(span))[job.byte] ^= 1;
			return true;
		}
	return false;
}

static bool alter_text(struct scap_event *e)
{
	const struct scap_span *span = NULL;
	size_t len = strlen(job.name);

	while ((span = scap_span_next(e, span)) != NULL) {
		__u8 *at = span->kind == SCAP_SPAN_OUT ?
			memmem(scap_span_bytes(span), span->stored, job.name, len) : NULL;

		if (at) {
			at[job.byte] ^= 1;
			return true;
		}
	}
	return false;
}

/* Applies the job's change to a call; false where it does not fit this record. */
static bool alter_call(struct scap_ev_syscall *call)
{
	const struct scap_sysinfo *info = scap_sysinfo_arch((enum scap_arch)job.header->arch, call->nr);

	if (!strcmp(job.what, "out") && call->h.type != SCAP_EV_SYSCALL_ENTER)
		return alter_output(&call->h);
	if (!strcmp(job.what, "result") && call->h.type != SCAP_EV_SYSCALL_ENTER)
		return ++call->result, true;
	if (!strcmp(job.what, "arg") && call->h.type != SCAP_EV_SYSCALL_EXIT && info->nargs)
		return ++call->args[info->nargs - 1], true;
	if (!strcmp(job.what, "hash") && call->in_len)
		return ++call->in_hash, true;
	return false;
}

static bool forget_time(struct scap_event *e)
{
	const struct scap_span *span = scap_span_find(e, SCAP_SPAN_POINT, SCAP_ARG_NONE);

	if (!span)
		return false;
	((struct scap_point *)scap_span_bytes(span))->cpu_ns = 0;
	return true;
}

/* Whether @e has just been changed. */
static bool alter(struct scap_event *e)
{
	struct scap_ev_signal *sig = (struct scap_ev_signal *)e;

	if (!is_eligible(e))
		return false;
	if (!strcmp(job.what, "text") && job.name)
		return alter_text(e);
	if (is_named(e))
		return alter_call((struct scap_ev_syscall *)e);
	if (!strcmp(job.what, "guide"))
		return forget_time(e);
	if (!strcmp(job.what, "data") && e->type == SCAP_EV_DATA)
		return alter_output(e);
	if (!strcmp(job.what, "trap") && e->type == SCAP_EV_TRAP)
		return ++((struct scap_ev_trap *)e)->value[0], true;
	if (!strcmp(job.what, "ip") && e->type == SCAP_EV_SIGNAL && sig->action == SCAP_ACT_HANDLER)
		return sig->ip += 4, true;
	return false;
}

static bool is_cut_short(const struct scap_event *e)
{
	return e->type == SCAP_EV_SYSCALL_EXIT && scap_restarts(((const struct scap_ev_syscall *)e)->result);
}

/* Whether @e is one of those of which one is left out. */
static bool is_dropped(const struct scap_event *e)
{
	if (!strcmp(job.what, "switch"))
		return e->type == SCAP_EV_SWITCH && is_eligible(e);
	if (!strcmp(job.what, "signal"))
		return e->type == SCAP_EV_SIGNAL && is_eligible(e) &&
		       ((const struct scap_ev_signal *)e)->action == SCAP_ACT_HANDLER;
	return !strcmp(job.what, "drop") && is_named(e) && is_eligible(e) && !is_cut_short(e);
}

/* Whether @e is the beginning of a call of which one is to come later. */
static bool is_late(const struct scap_event *e)
{
	return !strcmp(job.what, "late") && is_named(e) && e->type != SCAP_EV_SYSCALL_EXIT && is_eligible(e);
}

static void begin_waiting(const struct scap_event *e)
{
	later.tid = e->tid;
	later.domain = e->domain;
	later.waiting = true;
}

static bool has_to_wait(const struct scap_event *e)
{
	return later.waiting &&
	       (e->tid == later.tid || e->tid == later.child || e->domain > later.newest);
}

static void hold_back(const struct scap_event *e)
{
	later.bytes = realloc(later.bytes, later.len + e->size);
	if (!later.bytes)
		abort();
	memcpy(later.bytes + later.len, e, e->size);
	later.len += e->size;
	if (e->type == SCAP_EV_FORK && e->tid == later.tid)
		later.child = ((const struct scap_ev_fork *)e)->child;
}

/* Writes what was held back if @e, just written, is what it waited for. */
static void let_go(const struct scap_event *e)
{
	if (!later.waiting || e->domain != later.domain || e->type == SCAP_EV_SYSCALL_ENTER ||
	    !is_call_named(e, job.other))
		return;
	for (size_t at = 0; at < later.len; at += ((struct scap_event *)(later.bytes + at))->size)
		scap_writer_put(job.writer, (struct scap_event *)(later.bytes + at));
	later.waiting = false;
}

/* Noise in one event of sixteen; what would not be well-formed any more stays as it was. */
static void add_noise(struct scap_event *e)
{
	static union {
		struct scap_event event;
		__u8 bytes[SCAP_EVENT_MAX];
	} before;

	if (lrand48() % (job.byte ? (long)job.byte : 16))
		return;
	memcpy(before.bytes, e, e->size);
	for (long changes = 1 + lrand48() % 4; changes; changes--)
		record.bytes[(size_t)lrand48() % before.event.size] ^= (__u8)(1u << lrand48() % 8);
	if (!scap_event_valid(e, before.event.size) || e->size != before.event.size)
		memcpy(record.bytes, before.bytes, before.event.size);
}

static int copy_content(__u64 object)
{
	static __u8 buf[65536];
	struct scap_error err = { 0 };
	__u64 at = 0;
	ssize_t n;

	if (object >= OBJECTS || job.copied[object])
		return 0;
	job.copied[object] = true;
	while ((n = scap_reader_content(job.reader, object, at, buf, sizeof(buf), &err)) > 0) {
		scap_writer_content(job.writer, object, at, buf, (size_t)n);
		at += (__u64)n;
	}
	return (int)n;
}

/* Says what was done to the story. @after NULL: it is not here any more. */
static void tell(const struct scap_event *before, const struct scap_event *after)
{
	char text[300];

	scap_event_text(text, sizeof(text), job.header, before);
	printf("event %llu: %s\n", (unsigned long long)scap_reader_count(job.reader), text);
	if (after)
		scap_event_text(text, sizeof(text), job.header, after);
	printf("becomes: %s\n", after ? text : later.waiting ? "(the same, later)" : "(nothing)");
}

/* Copies one event, altered if it is the one. */
static void pass(const struct scap_event *e)
{
	memcpy(record.bytes, e, e->size);
	if (e->type == SCAP_EV_MAP && ((const struct scap_ev_map *)e)->object)
		copy_content(((const struct scap_ev_map *)e)->object);
	if ((job.all || !job.done) && is_dropped(e) && (job.all || job.skip-- == 0)) {
		job.done = true;
		tell(e, NULL);
		return;
	}
	if (!job.done && is_late(e) && job.skip-- == 0) {
		job.done = true;
		begin_waiting(e);
		tell(e, NULL);
	}
	if (has_to_wait(e)) {
		hold_back(e);
		return;
	}
	if (!later.waiting && e->domain > later.newest)
		later.newest = e->domain;
	if (!strcmp(job.what, "noise"))
		add_noise(&record.event);
	if ((job.all || !job.done) && !is_dropped(e) && alter(&record.event)) {
		if (job.all || job.skip == 0) {
			job.done = true;
			tell(e, &record.event);
		} else {
			job.skip--;
			memcpy(record.bytes, e, e->size);
		}
	}
	scap_writer_put(job.writer, &record.event);
	let_go(&record.event);
}

static int fail(const struct scap_error *err)
{
	fprintf(stderr, "tamper: %s\n", err->text);
	return 1;
}

/* Where the trace @path has the last death by signal. */
static void find_death(const char *path, struct scap_error *err)
{
	const struct scap_event *e;

	if (scap_reader_open(&job.reader, path, err) < 0)
		return;
	while (scap_reader_next(job.reader, &e, err) == 1)
		if (e->type == SCAP_EV_SIGNAL &&
		    ((const struct scap_ev_signal *)e)->action == SCAP_ACT_FATAL) {
			job.domain = e->domain;
			job.death = scap_reader_count(job.reader);
		}
	scap_reader_close(job.reader);
}

/* How many events of it the job could change. */
static long count_places(const char *path, struct scap_error *err)
{
	const struct scap_event *e;
	long n = 0;

	if (scap_reader_open(&job.reader, path, err) < 0)
		return 0;
	job.header = scap_reader_header(job.reader);
	while (scap_reader_next(job.reader, &e, err) == 1) {
		memcpy(record.bytes, e, e->size);
		n += is_dropped(e) || is_late(e) || alter(&record.event);
	}
	scap_reader_close(job.reader);
	return n;
}

/* "WHAT:NAME:OTHER@dying" */
static void parse_what(char *text)
{
	char *colon = strchr(text, ':'), *second = colon ? strchr(colon + 1, ':') : NULL;
	char *at = strstr(text, "@dying");

	job.what = text;
	job.of_dying = at;
	if (at)
		*at = '\0';
	if (colon) {
		*colon = '\0';
		job.name = colon + 1;
	}
	if (second && !strcmp(job.what, "late")) {
		*second = '\0';
		job.other = second + 1;
	}
}

int main(int argc, char **argv)
{
	struct scap_error err = { 0 };
	const struct scap_event *e;
	struct scap_header header;
	int ret;

	if (argc < 4) {
		fprintf(stderr, "usage: tamper IN OUT WHAT [N [BYTE]]\n");
		return 1;
	}
	parse_what(argv[3]);
	job.skip = argc > 4 ? strtol(argv[4], NULL, 0) : 1;
	job.byte = argc > 5 ? strtoul(argv[5], NULL, 0) : 0;

	if (job.of_dying)
		find_death(argv[1], &err);
	job.all = !job.skip;
	if (job.skip)
		job.skip += job.skip > 0 ? -1 : count_places(argv[1], &err);
	if (!err.code && job.skip < 0)
		return 3;

	if (scap_reader_open(&job.reader, argv[1], &err) < 0)
		return fail(&err);
	job.header = scap_reader_header(job.reader);
	header = *job.header;
	if (!strcmp(job.what, "arch")) {
		header.arch ^= SCAP_ARCH_X86_64 ^ SCAP_ARCH_ARM64;
		job.done = true;
	}
	job.done |= !strcmp(job.what, "none") || !strcmp(job.what, "noise");
	srand48((long)job.skip);
	if (scap_writer_open(&job.writer, argv[2], &header, &err) < 0)
		return fail(&err);
	while ((ret = scap_reader_next(job.reader, &e, &err)) == 1)
		pass(e);
	if (ret < 0 || scap_writer_close(job.writer, NULL, &err) < 0)
		return fail(&err);
	scap_reader_close(job.reader);
	return job.done && !later.waiting ? 0 : 3;
}
