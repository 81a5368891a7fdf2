// SPDX-License-Identifier: GPL-2.0
/*
 * Events as JSON, one object a line. The names here are an interface: they
 * are described in DUMP-JSON.md and do not change their meaning.
 */
#include <json-c/json.h>
#include <stdlib.h>

#include <format/decode.h>
#include <format/dump.h>

/* Text of one argument or line; longer ones (paths upon paths) are cut. */
#define TEXT_MAX 65536

static void add(struct json_object *o, const char *key, struct json_object *value)
{
	json_object_object_add_ex(o, key, value, JSON_C_OBJECT_ADD_CONSTANT_KEY);
}

static void add_int(struct json_object *o, const char *key, int64_t v)
{
	add(o, key, json_object_new_int64(v));
}

static void add_string(struct json_object *o, const char *key, const char *s)
{
	add(o, key, s ? json_object_new_string(s) : NULL);
}

/* Bytes that may be anything, as the decoder escapes them: JSON must be UTF-8. */
static void add_bytes(struct json_object *o, const char *key, const char *s, size_t n)
{
	static char buf[TEXT_MAX];
	struct decode d = { .buf = buf, .size = sizeof(buf) };

	put_escaped(&d, s, n);
	add(o, key, json_object_new_string_len(buf, (int)(d.len < d.size ? d.len : d.size - 1)));
}

static int print_line(FILE *out, struct json_object *o)
{
	const char *s = o ? json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
							     JSON_C_TO_STRING_NOSLASHESCAPE) : NULL;

	if (s) {
		fputs(s, out);
		fputc('\n', out);
	}
	json_object_put(o);
	return s ? 0 : -ENOMEM;
}

/* ---- header ---- */

static struct json_object *features(const struct scap_header *h)
{
	struct json_object *a = json_object_new_array();

	if (h->features & SCAP_FEATURE_REPLAYABLE)
		json_object_array_add(a, json_object_new_string("replayable"));
	if (h->features & SCAP_FEATURE_TSC_TRAPPED)
		json_object_array_add(a, json_object_new_string("tsc_trapped"));
	return a;
}

static struct json_object *strings(char *const *v)
{
	struct json_object *a = json_object_new_array();

	for (; v && *v; v++) {
		struct json_object *holder = json_object_new_object();
		struct json_object *s;

		add_bytes(holder, "s", *v, strlen(*v));
		s = json_object_get(json_object_object_get(holder, "s"));
		json_object_array_add(a, s);
		json_object_put(holder);
	}
	return a;
}

int dump_json_header(FILE *out, const struct scap_header *h)
{
	struct json_object *o = json_object_new_object();

	if (!o)
		return -ENOMEM;
	add_string(o, "type", "header");
	add_int(o, "version_major", h->version_major);
	add_int(o, "version_minor", h->version_minor);
	add_string(o, "arch", dump_arch_name(h->arch));
	add_string(o, "backend", dump_backend_name(h->backend));
	add_int(o, "page_size", h->page_size);
	add_int(o, "start", (int64_t)h->start_ns);
	add(o, "features", features(h));
	if (h->kernel)
		add_bytes(o, "kernel", h->kernel, strlen(h->kernel));
	if (h->exe)
		add_bytes(o, "exe", h->exe, strlen(h->exe));
	if (h->cwd)
		add_bytes(o, "cwd", h->cwd, strlen(h->cwd));
	add(o, "argv", strings(h->argv));
	return print_line(out, o);
}

/* ---- events ---- */

static const char *const span_kinds[SCAP_SPAN_KINDS] = {
	[SCAP_SPAN_OUT] = "out", [SCAP_SPAN_IN] = "in", [SCAP_SPAN_ECHO] = "echo",
	[SCAP_SPAN_REGS] = "regs", [SCAP_SPAN_FPREGS] = "fpregs", [SCAP_SPAN_PATH] = "path",
	[SCAP_SPAN_INTERP] = "interp", [SCAP_SPAN_RLIMITS] = "rlimits", [SCAP_SPAN_MM] = "mm",
	[SCAP_SPAN_AUXV] = "auxv", [SCAP_SPAN_SIGINFO] = "siginfo", [SCAP_SPAN_POINT] = "point",
	[SCAP_SPAN_TEXT] = "text", [SCAP_SPAN_FILE] = "file",
};

static struct json_object *spans(const struct scap_event *e)
{
	struct json_object *a = json_object_new_array();
	const struct scap_span *s = NULL;

	while ((s = scap_span_next(e, s))) {
		struct json_object *o = json_object_new_object();

		add_string(o, "kind", span_kinds[s->kind]);
		if (s->arg != SCAP_ARG_NONE)
			add_int(o, "arg", s->arg);
		add_int(o, "addr", (int64_t)s->addr);
		add_int(o, "len", s->len);
		add_int(o, "stored", s->stored);
		json_object_array_add(a, o);
	}
	return a;
}

static struct json_object *flags(uint16_t f)
{
	static const struct { uint16_t flag; const char *name; } names[] = {
		{ SCAP_F_REFUSED, "refused" }, { SCAP_F_UNKNOWN, "unknown" },
		{ SCAP_F_COMPAT, "compat" }, { SCAP_F_STDOUT, "stdout" },
		{ SCAP_F_STDERR, "stderr" }, { SCAP_F_CAPTURED, "captured" },
	};
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (f & names[i].flag)
			json_object_array_add(a, json_object_new_string(names[i].name));
	return a;
}

static size_t text_length(const struct decode *d)
{
	return d->len < d->size ? d->len : d->size - 1;
}

static struct json_object *arguments(struct decode *d)
{
	struct json_object *a = json_object_new_array();
	unsigned int i, n = decode_call_nargs(d);

	for (i = 0; i < n && !decode_arg_absent(d, i); i++) {
		struct json_object *o = json_object_new_object();
		bool symbolic;

		d->len = 0;
		symbolic = decode_call_arg(d, i);
		add(o, "text", json_object_new_string_len(d->buf, (int)text_length(d)));
		add_int(o, "raw", (int64_t)d->call->args[i]);
		add(o, "symbolic", json_object_new_boolean(symbolic));
		json_object_array_add(a, o);
	}
	return a;
}

static void add_result(struct json_object *o, struct decode *d)
{
	int64_t result = d->call->result;

	add_int(o, "result", result);
	d->len = 0;
	decode_call_result(d);
	add(o, "result_text", json_object_new_string_len(d->buf, (int)text_length(d)));
	if (result < 0 && result >= -4095 && scap_errno_name((int)-result))
		add_string(o, "errno", scap_errno_name((int)-result));
}

static void add_call(struct json_object *o, const struct scap_header *h,
		     const struct scap_event *e, const struct decode_ahead *ahead, char *buf)
{
	struct decode d;
	char name[32];

	decode_init(&d, buf, TEXT_MAX, h, e);
	d.ahead = ahead;
	add_string(o, "name", decode_call_name(&d, name));
	add_int(o, "nr", d.call->nr);
	add(o, "args", arguments(&d));
	if (e->type != SCAP_EV_SYSCALL_ENTER)
		add_result(o, &d);
	add_int(o, "in_len", (int64_t)d.call->in_len);
}

static bool is_call(const struct scap_event *e)
{
	return e->type >= SCAP_EV_SYSCALL && e->type <= SCAP_EV_SYSCALL_EXIT;
}

static void add_facts(struct json_object *o, const struct scap_event *e)
{
	const struct scap_ev_exec *exec = (const void *)e;
	const struct scap_ev_fork *fork = (const void *)e;
	const struct scap_ev_signal *sig = (const void *)e;
	const struct scap_ev_task_exit *end = (const void *)e;

	switch (e->type) {
	case SCAP_EV_EXEC:
		add_int(o, "pid", exec->pid);
		add_int(o, "ppid", exec->ppid);
		break;
	case SCAP_EV_FORK:
		add_int(o, "child", fork->child);
		add_int(o, "child_pid", fork->child_pid);
		add_int(o, "child_domain", fork->child_domain);
		break;
	case SCAP_EV_SIGNAL:
		add_string(o, "name", scap_signal_name((int)sig->signo));
		add_int(o, "signo", sig->signo);
		add_int(o, "ip", (int64_t)sig->ip);
		break;
	case SCAP_EV_TASK_EXIT:
		add_int(o, "pid", end->pid);
		add_int(o, "status", end->status);
		add(o, "last", json_object_new_boolean(end->last));
		break;
	}
}

int dump_json_event(FILE *out, const struct scap_header *h, const struct scap_event *e,
		    const struct decode_ahead *ahead, uint64_t number, uint64_t time)
{
	struct json_object *o = json_object_new_object();
	static char buf[TEXT_MAX];

	if (!o)
		return -ENOMEM;
	add_int(o, "number", (int64_t)number);
	add_int(o, "time", (int64_t)time);
	add_int(o, "tid", e->tid);
	add_int(o, "domain", e->domain);
	add_int(o, "seq", (int64_t)e->seq);
	add_string(o, "type", dump_type_name(e->type));
	if (is_call(e)) {
		add_call(o, h, e, ahead, buf);
	} else {
		add_facts(o, e);
		scap_event_text(buf, sizeof(buf), h, e);
		add_string(o, "text", buf);
	}
	if (e->flags)
		add(o, "flags", flags(e->flags));
	add(o, "spans", spans(e));
	return print_line(out, o);
}
