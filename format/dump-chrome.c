// SPDX-License-Identifier: GPL-2.0
/*
 * Events in the Trace Event Format, which Perfetto (ui.perfetto.dev) and
 * chrome://tracing show: a track for each thread with its life, its calls and
 * signals, and one for each scheduling domain with whose turn it was.
 *
 * A call during which others went on has a beginning and an end in the trace
 * and is a slice; of any other call only the moment when it was over is known:
 * an instant. Memory is kept for what is alive.
 */
#include <errno.h>
#include <stdlib.h>

#include <linux/prctl.h>

#include <format/decode.h>
#include <format/dump.h>
#include <format/json.h>

/* The process under which domains have their tracks: no thread has this id. */
#define DOMAINS 0

struct chrome_task {
	uint32_t tid, pid, domain;
	bool in_call;
};

/*
 * @members: tasks that are known to be in it
 * @holder, @since, @last: whose events these are, from the first to the last
 * @passed: it has had another holder: worth a track
 */
struct chrome_domain {
	uint32_t id, members, holder;
	uint64_t since, last;
	bool passed;
};

struct dump_chrome {
	FILE *out;
	const struct scap_header *h;
	uint64_t events;	/* written */
	struct chrome_task *task;
	size_t ntasks, tasks_cap;
	struct chrome_domain *domain;
	size_t ndomains, domains_cap;
};

/* ---- events of the format ---- */

/* Begins one of phase @ph at @time on the track of @tid. */
static void begin(struct dump_chrome *c, const char *ph, uint32_t pid, uint32_t tid, uint64_t time)
{
	json_raw(c->out, c->events++ ? ",\n" : "\n");
	json_member_text(c->out, "{\"ph\":", ph);
	json_member_number(c->out, ",\"pid\":", pid);
	json_member_number(c->out, ",\"tid\":", tid);
	json_member_micros(c->out, ",\"ts\":", time);
}

static void end(struct dump_chrome *c)
{
	json_raw(c->out, "}");
}

/* A name for a process or a thread: @what is "process_name" or "thread_name". */
static void name_track(struct dump_chrome *c, const char *what, uint32_t pid, uint32_t tid,
		       const char *name)
{
	begin(c, "M", pid, tid, 0);
	json_member_text(c->out, ",\"name\":", what);
	json_raw(c->out, ",\"args\":{\"name\":");
	json_any(c->out, name);
	json_raw(c->out, "}");
	end(c);
}

/* The arguments of what @e became: its number in the file and its line. */
static void describe(struct dump_chrome *c, const struct scap_event *e,
		     const struct decode_ahead *ahead, uint64_t number)
{
	static char line[JSON_TEXT_MAX];

	decode_event_text(line, sizeof(line), c->h, e, ahead);
	json_member_number(c->out, ",\"args\":{\"event\":", (int64_t)number);
	json_member_text(c->out, ",\"text\":", line);
	json_raw(c->out, "}");
}

/* @v, or where it is after growing: with room for one more than @n elements. NULL: no memory. */
static void *room_for_one(void *v, size_t n, size_t *cap, size_t element)
{
	size_t grown = *cap ? *cap * 2 : 16;

	if (n < *cap)
		return v;
	v = realloc(v, grown * element);
	if (v)
		*cap = grown;
	return v;
}

/* ---- tasks ---- */

static struct chrome_task *find_task(struct dump_chrome *c, uint32_t tid)
{
	for (size_t i = 0; i < c->ntasks; i++)
		if (c->task[i].tid == tid)
			return &c->task[i];
	return NULL;
}

static void begin_life(struct dump_chrome *c, const struct chrome_task *t, uint64_t time)
{
	char name[32];

	snprintf(name, sizeof(name), t->tid == t->pid ? "process %u" : "thread %u", t->tid);
	begin(c, "B", t->pid, t->tid, time);
	json_member_text(c->out, ",\"name\":", name);
	end(c);
}

/* NULL: no memory. */
static struct chrome_task *add_task(struct dump_chrome *c, uint32_t tid, uint32_t pid, uint64_t time)
{
	struct chrome_task *t;

	t = room_for_one(c->task, c->ntasks, &c->tasks_cap, sizeof(*t));
	if (!t)
		return NULL;
	c->task = t;
	t = &c->task[c->ntasks++];
	*t = (struct chrome_task){ .tid = tid, .pid = pid };
	begin_life(c, t, time);
	return t;
}

static void end_slice(struct dump_chrome *c, const struct chrome_task *t, uint64_t time)
{
	begin(c, "E", t->pid, t->tid, time);
	end(c);
}

/* The call that @t is in, if it is in one, does not end by itself. */
static void leave_call(struct dump_chrome *c, struct chrome_task *t, uint64_t time)
{
	if (t->in_call)
		end_slice(c, t, time);
	t->in_call = false;
}

/* ---- domains ---- */

static struct chrome_domain *find_domain(struct dump_chrome *c, uint32_t id)
{
	for (size_t i = 0; i < c->ndomains; i++)
		if (c->domain[i].id == id)
			return &c->domain[i];
	return NULL;
}

static struct chrome_domain *add_domain(struct dump_chrome *c, uint32_t id)
{
	struct chrome_domain *d;

	d = room_for_one(c->domain, c->ndomains, &c->domains_cap, sizeof(*d));
	if (!d)
		return NULL;
	c->domain = d;
	d = &c->domain[c->ndomains++];
	*d = (struct chrome_domain){ .id = id };
	return d;
}

/* The turn of the one that had the baton so far is over. */
static void show_turn(struct dump_chrome *c, struct chrome_domain *d)
{
	char name[32];

	snprintf(name, sizeof(name), "thread %u", d->holder);
	begin(c, "X", DOMAINS, d->id, d->since);
	json_member_micros(c->out, ",\"dur\":", d->last - d->since);
	json_member_text(c->out, ",\"name\":", name);
	end(c);
}

static void drop_domain(struct dump_chrome *c, struct chrome_domain *d)
{
	if (d->passed)
		show_turn(c, d);
	*d = c->domain[--c->ndomains];
}

static void leave_domain(struct dump_chrome *c, struct chrome_task *t)
{
	struct chrome_domain *d = find_domain(c, t->domain);

	if (d && !--d->members)
		drop_domain(c, d);
}

/* Events are written by the one that has the baton: it passes on when their thread changes. */
static int note_turn(struct dump_chrome *c, struct chrome_task *t, const struct scap_event *e,
		     uint64_t time)
{
	struct chrome_domain *d;

	if (t->domain != e->domain) {
		leave_domain(c, t);
		t->domain = e->domain;
		d = find_domain(c, e->domain);
		if (!d)
			d = add_domain(c, e->domain);
		if (!d)
			return -ENOMEM;
		d->members++;
	} else {
		d = find_domain(c, e->domain);
	}
	if (d->holder && d->holder != t->tid) {
		if (!d->passed) {
			char name[32];

			snprintf(name, sizeof(name), "domain %u", d->id);
			name_track(c, "process_name", DOMAINS, 0, "whose turn it is");
			name_track(c, "thread_name", DOMAINS, d->id, name);
		}
		show_turn(c, d);
		d->passed = true;
	}
	if (d->holder != t->tid) {
		d->holder = t->tid;
		d->since = time;
	}
	d->last = time;
	return 0;
}

/* ---- one event ---- */

/* prctl(PR_SET_NAME) tells what its thread wants to be called. */
static void note_name(struct dump_chrome *c, const struct chrome_task *t,
		      const struct scap_ev_syscall *call)
{
	const struct scap_sysinfo *row = scap_sysinfo_arch(c->h->arch, call->nr);
	const struct scap_span *s;
	char name[16] = "";

	if (!row || row->id != SCAP_SYS_prctl || call->args[0] != PR_SET_NAME)
		return;
	s = scap_span_find(&call->h, SCAP_SPAN_IN, 1);
	if (s)
		memcpy(name, scap_span_bytes(s), s->stored < sizeof(name) ? s->stored : sizeof(name) - 1);
	name_track(c, "thread_name", t->pid, t->tid, name);
}

static void note_exec(struct dump_chrome *c, struct chrome_task *t, const struct scap_event *e,
		      uint64_t time)
{
	const struct scap_ev_exec *exec = (const void *)e;
	const struct scap_span *path = scap_span_find(e, SCAP_SPAN_PATH, SCAP_ARG_NONE);
	char name[256];

	leave_call(c, t, time);
	t->pid = exec->pid;
	snprintf(name, sizeof(name), "%.*s", path ? (int)path->stored : 1,
		 path ? (const char *)scap_span_bytes(path) : "?");
	name_track(c, "process_name", t->pid, t->tid, name);
}

/* One end of the arrow that goes from a fork's call to the child's life. */
static void arrow(struct dump_chrome *c, const char *ph, uint32_t pid, uint32_t tid, uint64_t number,
		  uint64_t time)
{
	begin(c, ph, pid, tid, time);
	json_member_number(c->out, ",\"name\":\"fork\",\"cat\":\"fork\",\"bp\":\"e\",\"id\":",
			   (int64_t)number);
	end(c);
}

static int note_fork(struct dump_chrome *c, const struct chrome_task *parent,
		     const struct scap_event *e, uint64_t number, uint64_t time)
{
	const struct scap_ev_fork *fork = (const void *)e;

	arrow(c, "s", parent->pid, parent->tid, number, time);
	if (!find_task(c, fork->child) && !add_task(c, fork->child, fork->child_pid, time))
		return -ENOMEM;
	arrow(c, "f", fork->child_pid, fork->child, number, time);
	return 0;
}

static void note_end(struct dump_chrome *c, struct chrome_task *t, uint64_t time)
{
	leave_call(c, t, time);
	end_slice(c, t, time);
	leave_domain(c, t);
	*t = c->task[--c->ntasks];
}

static void begin_call(struct dump_chrome *c, struct chrome_task *t, const struct scap_event *e,
		       const char *name, uint64_t number, uint64_t time)
{
	leave_call(c, t, time);
	begin(c, "B", t->pid, t->tid, time);
	json_member_text(c->out, ",\"cat\":\"syscall\",\"name\":", name);
	describe(c, e, NULL, number);
	end(c);
	t->in_call = true;
}

static void end_call(struct dump_chrome *c, struct chrome_task *t, const struct scap_event *e,
		     const struct decode_ahead *ahead, uint64_t number, uint64_t time)
{
	/* the child of a fork comes out of a call that it never went into */
	if (!t->in_call)
		return;
	begin(c, "E", t->pid, t->tid, time);
	describe(c, e, ahead, number);
	end(c);
	t->in_call = false;
}

static void instant(struct dump_chrome *c, const struct chrome_task *t, const struct scap_event *e,
		    const struct decode_ahead *ahead, const char *name, uint64_t number, uint64_t time)
{
	begin(c, "i", t->pid, t->tid, time);
	json_member_text(c->out, ",\"s\":\"t\",\"name\":", name);
	describe(c, e, ahead, number);
	end(c);
}

static int show(struct dump_chrome *c, struct chrome_task *t, const struct scap_event *e,
		const struct decode_ahead *ahead, uint64_t number, uint64_t time)
{
	const struct scap_ev_syscall *call = (const void *)e;
	char buf[32];
	struct decode d;

	decode_init(&d, NULL, 0, c->h, e);
	switch (e->type) {
	case SCAP_EV_SYSCALL:
		note_name(c, t, call);
		instant(c, t, e, ahead, decode_call_name(&d, buf), number, time);
		break;
	case SCAP_EV_SYSCALL_ENTER:
		begin_call(c, t, e, decode_call_name(&d, buf), number, time);
		break;
	case SCAP_EV_SYSCALL_EXIT:
		end_call(c, t, e, ahead, number, time);
		break;
	case SCAP_EV_EXEC:
		note_exec(c, t, e, time);
		break;
	case SCAP_EV_FORK:
		return note_fork(c, t, e, number, time);
	case SCAP_EV_SIGNAL:
		instant(c, t, e, ahead, scap_signal_name((int)((const struct scap_ev_signal *)e)->signo) ?:
			"signal", number, time);
		break;
	case SCAP_EV_SWITCH:
	case SCAP_EV_META:
	case SCAP_EV_GAP:
	case SCAP_EV_MEM:
	case SCAP_EV_TRAP:
		instant(c, t, e, ahead, dump_type_name(e->type), number, time);
		break;
	case SCAP_EV_TASK_EXIT:
		note_end(c, t, time);
		break;
	default:	/* pieces of the calls that they stand ahead of */
		break;
	}
	return 0;
}

/* ---- for scap-dump ---- */

struct dump_chrome *dump_chrome_new(FILE *out, const struct scap_header *h)
{
	struct dump_chrome *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->out = out;
	c->h = h;
	json_raw(out, "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
	return c;
}

int dump_chrome_event(struct dump_chrome *c, const struct scap_event *e,
		      const struct decode_ahead *ahead, uint64_t number, uint64_t time)
{
	struct chrome_task *t = find_task(c, e->tid);

	/* an exec by another thread than the leader: its id is gone */
	if (!t && e->type == SCAP_EV_EXEC)
		t = find_task(c, ((const struct scap_ev_exec *)e)->old_tid);
	if (!t)
		t = add_task(c, e->tid, e->tid, time);
	if (!t || note_turn(c, t, e, time))
		return -ENOMEM;
	return show(c, t, e, ahead, number, time);
}

void dump_chrome_end(struct dump_chrome *c)
{
	/* a trace that was cut off, or of which only a part is shown */
	while (c->ndomains)
		drop_domain(c, &c->domain[c->ndomains - 1]);
	json_raw(c->out, "\n]}\n");
}

void dump_chrome_free(struct dump_chrome *c)
{
	if (!c)
		return;
	free(c->task);
	free(c->domain);
	free(c);
}
