// SPDX-License-Identifier: GPL-2.0
/*
 * What the module's events lack: identities and contents of mapped files, taken
 * through the descriptors that the module hands out, and words. Also the numbers: a
 * domain's events in the trace are counted here.
 */
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "recorder/kmod-backend.h"
#include "recorder/tracee/own-clock.h"

/* ---- files ---- */

bool event_open_file(struct kmod *km, uint64_t token, const char *name, struct file *f,
		     uint32_t *flags)
{
	struct scap_ioc_file arg = { .token = token };
	char link[40];
	bool found;

	if (ioctl(km->device, SCAP_IOC_FILE, &arg))
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", arg.fd);
	found = file_look(f, link, name);
	if (found)
		file_open(f); /* before its link goes */
	*flags = arg.flags;
	close(arg.fd);
	return found;
}

/* The same, called as its record says. */
static bool open_token(struct kmod *km, uint64_t token, const struct scap_event *e,
		       struct file *f, uint32_t *flags)
{
	const struct scap_span *path = scap_span_find(e, SCAP_SPAN_PATH, SCAP_ARG_NONE);
	char name[4096];

	snprintf(name, sizeof(name), "%.*s", path ? path->stored : 0,
		 path ? (const char *)scap_span_bytes(path) : "");
	return event_open_file(km, token, name, f, flags);
}

void event_done(struct kmod *km, uint64_t token, uint32_t flags)
{
	struct scap_ioc_done arg = { .token = token, .flags = flags };

	ioctl(km->device, SCAP_IOC_DONE, &arg);
}

/*
 * The object that a mapping of @f shows. One that has changed since the trace
 * last knew it is still the same while a recorded process maps it.
 */
static struct object *object_for(struct kmod *km, struct file *f, uint32_t flags)
{
	struct recording *rec = &km->rec;
	struct scap_file_id id = file_id(&f->st);
	struct object *o = object_find(rec, id.dev, id.ino);
	bool identity = !(flags & SCAP_FILE_WRITABLE) && file_identity_holds(rec, f);

	if (o && (flags & SCAP_FILE_SHOWN || object_is_current(o, &id)))
		return o;
	if (identity)
		id = file_identify(rec, f);
	return object_new(rec, &id, identity ? SCAP_MAP_FILE : SCAP_MAP_STORED);
}

/* Fills in what @map shows. */
static void complete_map(struct kmod *km, struct scap_ev_map *map)
{
	uint64_t token = map->object;
	struct file f = { .fd = -1 };
	struct object *o;
	uint32_t flags;

	if (open_token(km, token, &map->h, &f, &flags)) {
		o = object_for(km, &f, flags);
		map->object = o->number;
		map->source = o->source;
		map->file = o->id;
		if (o->source == SCAP_MAP_STORED && f.fd >= 0)
			object_store_file(&km->rec, o, &f, map->offset, map->len);
	}
	file_close(&f);
	event_done(km, token, 0);
}

static void complete_exec(struct kmod *km, struct scap_ev_exec *e)
{
	uint64_t token = e->file.hash;
	struct file f = { .fd = -1 };
	uint32_t flags;

	e->file = (struct scap_file_id){ 0 };
	if (!token)
		return;
	if (open_token(km, token, &e->h, &f, &flags))
		e->file = file_identify(&km->rec, &f);
	file_close(&f);
	event_done(km, token, 0);
}

/* ---- words ---- */

/* A refusal comes as a number: the words are the ptrace backend's. */
static void take_refused(struct kmod *km, const struct scap_ev_meta *in)
{
	const struct scap_span *s = scap_span_find(&in->h, SCAP_SPAN_TEXT, SCAP_ARG_NONE);
	const struct scap_sysinfo *info = scap_sysinfo((uint32_t)in->value);
	struct { struct scap_ev_meta e; struct scap_span text; char words[160]; } out = { .e = *in };
	const char *name = info ? info->name : "?", *why = NULL;
	uint32_t errnum = 0;
	int len;

	if (s && s->stored == sizeof(errnum))
		memcpy(&errnum, scap_span_bytes(s), sizeof(errnum));
	why = scap_errno_name((int)errnum);
	len = snprintf(out.words, sizeof(out.words), "%s answered with %s", name,
		       why ? why : "an error");
	out.text = (struct scap_span){
		.len = (uint32_t)len, .stored = (uint16_t)len, .kind = SCAP_SPAN_TEXT,
		.arg = SCAP_ARG_NONE,
	};
	memset(out.words + len, 0, 8);
	out.e.h.size = (uint32_t)sizeof(out.e) + scap_span_size((uint32_t)len);
	event_put(km, &out.e.h);
	/* libc registers rseq in every program: nothing to tell anybody about */
	if (strcmp(name, "rseq") != 0)
		say(&km->rec, "%s (%u) cannot be recorded: answered with %s, as an old kernel would",
		    name, (unsigned int)in->value, why ? why : "an error");
}

static void say_meta(struct kmod *km, const struct scap_ev_meta *e)
{
	const struct scap_span *s = scap_span_find(&e->h, SCAP_SPAN_TEXT, SCAP_ARG_NONE);

	if (s)
		say(&km->rec, "pid %u: %.*s", e->h.tid, s->stored, (const char *)scap_span_bytes(s));
}

void event_put(struct kmod *km, const struct scap_event *e)
{
	struct scap_event *copy = scap_writer_reserve(km->rec.w, e->size);

	memcpy(copy, e, e->size);
	copy->seq = ++km->order->written;
	km->rec.result->events++;
	scap_writer_commit(km->rec.w);
}

void event_put_run(struct kmod *km, const struct scap_event *first, size_t size, unsigned int n)
{
	struct scap_event *e = scap_writer_reserve(km->rec.w, size);
	const char *end = (const char *)e + size;

	memcpy(e, first, size);
	if (e->seq != km->order->written + 1)
		for (uint64_t seq = km->order->written; (const char *)e < end;
		     e = (void *)((char *)e + e->size))
			e->seq = ++seq;
	km->order->written += n;
	km->rec.result->events += n;
	scap_writer_commit_run(km->rec.w, size, n);
}

/* ---- who lives ---- */

static void note_born(struct kmod *km, const struct scap_ev_fork *e)
{
	struct record_result *result = km->rec.result;

	result->threads++;
	result->processes += e->child == e->child_pid;
	km->tasks = alloc_resize(km->tasks, km->ntasks + 1, sizeof(*km->tasks));
	km->tasks[km->ntasks++] = (struct live_task){
		.tid = (pid_t)e->child, .pid = (pid_t)e->child_pid,
	};
}

static void forget_task(struct kmod *km, pid_t tid)
{
	for (unsigned int i = 0; i < km->ntasks; i++)
		if (km->tasks[i].tid == tid)
			km->tasks[i--] = km->tasks[--km->ntasks];
	if (tid == km->first.tid)
		km->first.tid = 0;
	place_forget(km, tid);
}

static void note_dead(struct kmod *km, const struct scap_ev_task_exit *e)
{
	pid_t tid = (pid_t)e->h.tid;

	forget_task(km, tid);
	if (tid == km->rec.own.first) {
		km->rec.result->status = e->status;
		km->status_known = true;
	}
	if (e->last && (pid_t)e->pid == km->rec.own.first)
		own_signals_ended(&km->rec.own, own_clock_ns());
}

struct live_task *event_find_task(struct kmod *km, pid_t tid)
{
	if (tid == km->first.tid)
		return &km->first;
	for (unsigned int i = 0; i < km->ntasks; i++)
		if (km->tasks[i].tid == tid)
			return &km->tasks[i];
	return NULL;
}

unsigned int event_tasks_left(void *ctx, int sig, pid_t *one)
{
	const struct kmod *km = ctx;
	unsigned int n = 0, j;

	for (unsigned int i = 0; i < km->ntasks; i++) {
		pid_t pid = km->tasks[i].pid;

		for (j = 0; j < i && km->tasks[j].pid != pid; j++)
			;
		if (j < i)
			continue;
		*one = pid;
		n++;
		if (sig)
			kill(pid, sig);
	}
	return n;
}

static void note_exec(struct kmod *km, const struct scap_ev_exec *e)
{
	if (!km->rec.first_exec_done)
		km->first.tid = km->first.pid = (pid_t)e->h.tid;
	/* the thread that made the call is the leader now */
	if (e->old_tid != e->h.tid)
		forget_task(km, (pid_t)e->old_tid);
	km->rec.first_exec_done = true;
}

static void note(struct kmod *km, const struct scap_event *e)
{
	if (e->type == SCAP_EV_FORK)
		note_born(km, (const void *)e);
	else if (e->type == SCAP_EV_EXEC)
		note_exec(km, (const void *)e);
	else if (e->type == SCAP_EV_TASK_EXIT)
		note_dead(km, (const void *)e);
	if (e->type == SCAP_EV_SYSCALL_ENTER || e->type == SCAP_EV_SYSCALL_EXIT ||
	    e->type == SCAP_EV_EXEC)
		flight_note(km, e);
}

/* ---- one event ---- */

/* Whether its identity or contents are for us to find: they must be written ahead of it. */
static bool has_file(const struct scap_event *e)
{
	return e->type == SCAP_EV_EXEC ||
	       (e->type == SCAP_EV_MAP && ((const struct scap_ev_map *)e)->object);
}

static void take_with_file(struct kmod *km, const struct scap_event *e)
{
	char whole[SCAP_EVENT_MAX] __attribute__((aligned(8)));

	memcpy(whole, e, e->size);
	if (e->type == SCAP_EV_EXEC)
		complete_exec(km, (void *)whole);
	else if (((struct scap_ev_map *)whole)->source == SCAP_MAP_STORED)
		shown_map(km, (void *)whole);
	else
		complete_map(km, (void *)whole);
	event_put(km, (void *)whole);
}

/* The program itself, not one that it starts, is none that can be recorded. */
static bool is_foreign_first(const struct kmod *km, const struct scap_ev_meta *e)
{
	return !km->capture && e->h.type == SCAP_EV_META && e->kind == SCAP_META_CAPTURE_ONLY &&
	       !km->rec.first_exec_done;
}

/* Of a capture-only session nothing is to be completed. */
static void take_captured(struct kmod *km, const struct scap_event *e)
{
	const struct scap_ev_gap *gap = (const void *)e;

	if (e->type == SCAP_EV_GAP) {
		km->gaps += gap->events;
		km->gap_bytes += gap->bytes;
	}
	event_put(km, e);
}

void event_put_gap(struct kmod *km, uint64_t events, uint64_t bytes)
{
	struct scap_ev_gap e = {
		.h = { .size = sizeof(e), .type = SCAP_EV_GAP, .time = own_clock_ns() },
		.reason = SCAP_GAP_FULL, .events = events, .bytes = bytes,
	};

	/* the first one of a domain of its own, as each thread has */
	e.h.domain = km->norders;
	e.h.seq = 1;
	km->rec.result->events++;
	scap_writer_put(km->rec.w, &e.h);
}

void event_take(struct kmod *km, const struct scap_event *e)
{
	const struct scap_ev_meta *meta = (const void *)e;

	note(km, e);
	if (place_take(km, e) || (e->type == SCAP_EV_SIGNAL && flight_note_frame(km, e)))
		return;
	if (km->capture) {
		take_captured(km, e);
		return;
	}
	if (e->type == SCAP_EV_META && meta->kind == SCAP_META_REFUSED) {
		take_refused(km, meta);
		return;
	}
	if (e->type == SCAP_EV_META)
		say_meta(km, meta);
	if (is_foreign_first(km, meta)) {
		km->foreign = true;
		kill(km->rec.own.first, SIGKILL);
		return;
	}
	if (has_file(e))
		take_with_file(km, e);
	else if (e->type == SCAP_EV_CHECKSUM)
		kmod_checksum(km, e);
	else if (e->type == SCAP_EV_FILE)
		state_take_file(km, (const void *)e);
	else if ((e->type == SCAP_EV_SIGNAL || e->type == SCAP_EV_SWITCH) &&
		 scap_span_find(e, SCAP_SPAN_POINT, SCAP_ARG_NONE))
		state_take_point(km, e);
	else
		event_put(km, e);
}
