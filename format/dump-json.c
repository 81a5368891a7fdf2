// SPDX-License-Identifier: GPL-2.0
/*
 * Events as JSON, one object a line. The names here are an interface: they
 * are described in DUMP-JSON.md and do not change their meaning. Written
 * straight to the stream: a tree of objects for each of ten million events
 * would cost ten times as much as the events themselves.
 */
#include <format/decode.h>
#include <format/dump.h>

/* Text of one argument or line; longer ones (paths upon paths) are cut. */
#define TEXT_MAX 65536

/* ---- pieces of JSON ---- */

static void put(FILE *out, const char *s)
{
	fputs_unlocked(s, out);
}

/* @s, which is printable ASCII (all text of the decoder is), as a string. */
static void put_text(FILE *out, const char *s, size_t n)
{
	size_t plain = 0, i;

	putc_unlocked('"', out);
	for (i = 0; i < n; i++) {
		if (s[i] != '"' && s[i] != '\\')
			continue;
		fwrite_unlocked(s + plain, 1, i - plain, out);
		putc_unlocked('\\', out);
		plain = i;
	}
	fwrite_unlocked(s + plain, 1, n - plain, out);
	putc_unlocked('"', out);
}

static void put_number(FILE *out, int64_t v)
{
	char digits[24];
	struct decode d = { .buf = digits, .size = sizeof(digits) };

	put_signed(&d, v);
	fwrite_unlocked(digits, 1, d.len, out);
}

/* A member: @name comes with what stands before it, as in ",\"tid\":". */
static void member_number(FILE *out, const char *name, int64_t v)
{
	put(out, name);
	put_number(out, v);
}

static void member_text(FILE *out, const char *name, const char *s)
{
	put(out, name);
	put_text(out, s, strlen(s));
}

static void member_bool(FILE *out, const char *name, bool v)
{
	put(out, name);
	put(out, v ? "true" : "false");
}

/* Bytes that may be anything, as the decoder escapes them. */
static void put_any(FILE *out, const char *s)
{
	static char buf[TEXT_MAX];
	struct decode d = { .buf = buf, .size = sizeof(buf) };

	put_escaped(&d, s ? s : "", s ? strlen(s) : 0);
	put_text(out, buf, d.len < d.size ? d.len : d.size - 1);
}

/* Names of the bits of @v as an array. */
struct bit_name {
	uint32_t bit;
	const char *name;
};

static void put_bits(FILE *out, uint32_t v, const struct bit_name *names, size_t n)
{
	bool first = true;

	putc_unlocked('[', out);
	for (size_t i = 0; i < n; i++) {
		if (!(v & names[i].bit))
			continue;
		if (!first)
			putc_unlocked(',', out);
		first = false;
		put_text(out, names[i].name, strlen(names[i].name));
	}
	putc_unlocked(']', out);
}
#define PUT_BITS(out, v, names) put_bits(out, v, names, sizeof(names) / sizeof((names)[0]))

/* ---- header ---- */

void dump_json_header(FILE *out, const struct scap_header *h)
{
	static const struct bit_name features[] = {
		{ SCAP_FEATURE_REPLAYABLE, "replayable" },
		{ SCAP_FEATURE_TSC_TRAPPED, "tsc_trapped" },
		{ SCAP_FEATURE_CPUID_TRAPPED, "cpuid_trapped" },
	};

	member_number(out, "{\"type\":\"header\",\"version_major\":", h->version_major);
	member_number(out, ",\"version_minor\":", h->version_minor);
	member_text(out, ",\"arch\":", dump_arch_name(h->arch));
	member_text(out, ",\"backend\":", dump_backend_name(h->backend));
	member_number(out, ",\"page_size\":", h->page_size);
	member_number(out, ",\"start\":", (int64_t)h->start_ns);
	put(out, ",\"features\":");
	PUT_BITS(out, h->features, features);
	put(out, ",\"kernel\":");
	put_any(out, h->kernel);
	put(out, ",\"exe\":");
	put_any(out, h->exe);
	put(out, ",\"cwd\":");
	put_any(out, h->cwd);
	put(out, ",\"argv\":[");
	for (char *const *arg = h->argv; arg && *arg; arg++) {
		if (arg != h->argv)
			putc_unlocked(',', out);
		put_any(out, *arg);
	}
	put(out, "]}\n");
}

/* ---- events ---- */

static void put_spans(FILE *out, const struct scap_event *e)
{
	static const char *const kinds[SCAP_SPAN_KINDS] = {
		[SCAP_SPAN_OUT] = "out", [SCAP_SPAN_IN] = "in", [SCAP_SPAN_ECHO] = "echo",
		[SCAP_SPAN_REGS] = "regs", [SCAP_SPAN_FPREGS] = "fpregs",
		[SCAP_SPAN_PATH] = "path", [SCAP_SPAN_INTERP] = "interp",
		[SCAP_SPAN_RLIMITS] = "rlimits", [SCAP_SPAN_MM] = "mm", [SCAP_SPAN_AUXV] = "auxv",
		[SCAP_SPAN_SIGINFO] = "siginfo", [SCAP_SPAN_POINT] = "point",
		[SCAP_SPAN_TEXT] = "text", [SCAP_SPAN_FILE] = "file",
	};
	const struct scap_span *s = NULL;
	const char *before = "{\"kind\":";

	put(out, ",\"spans\":[");
	while ((s = scap_span_next(e, s))) {
		member_text(out, before, kinds[s->kind] ? kinds[s->kind] : "unknown");
		before = ",{\"kind\":";
		if (s->arg != SCAP_ARG_NONE)
			member_number(out, ",\"arg\":", s->arg);
		member_number(out, ",\"addr\":", (int64_t)s->addr);
		member_number(out, ",\"len\":", s->len);
		member_number(out, ",\"stored\":", s->stored);
		putc_unlocked('}', out);
	}
	putc_unlocked(']', out);
}

/* What the decoder has written since @d->len was 0. */
static void put_decoded(FILE *out, const struct decode *d)
{
	put_text(out, d->buf, d->len < d->size ? d->len : d->size - 1);
}

static void put_arguments(FILE *out, struct decode *d)
{
	unsigned int i, n = decode_call_nargs(d);

	put(out, ",\"args\":[");
	for (i = 0; i < n && !decode_arg_absent(d, i); i++) {
		bool symbolic;

		d->len = 0;
		symbolic = decode_call_arg(d, i);
		put(out, i ? ",{\"text\":" : "{\"text\":");
		put_decoded(out, d);
		member_number(out, ",\"raw\":", (int64_t)d->call->args[i]);
		member_bool(out, ",\"symbolic\":", symbolic);
		putc_unlocked('}', out);
	}
	putc_unlocked(']', out);
}

static void put_result(FILE *out, struct decode *d)
{
	int64_t result = d->call->result;

	member_number(out, ",\"result\":", result);
	put(out, ",\"result_text\":");
	d->len = 0;
	decode_call_result(d);
	put_decoded(out, d);
	if (result < 0 && result >= -4095 && scap_errno_name((int)-result))
		member_text(out, ",\"errno\":", scap_errno_name((int)-result));
}

static void put_call(FILE *out, struct decode *d)
{
	char name[32];

	member_text(out, ",\"name\":", decode_call_name(d, name));
	member_number(out, ",\"nr\":", d->call->nr);
	put_arguments(out, d);
	if (d->event->type != SCAP_EV_SYSCALL_ENTER)
		put_result(out, d);
	member_number(out, ",\"in_len\":", (int64_t)d->call->in_len);
}

static void put_signal(FILE *out, const struct scap_ev_signal *s)
{
	const char *name = scap_signal_name((int)s->signo);

	if (name)
		member_text(out, ",\"name\":", name);
	member_number(out, ",\"signo\":", s->signo);
	member_number(out, ",\"ip\":", (int64_t)s->ip);
}

static void put_facts(FILE *out, const struct scap_event *e)
{
	const struct scap_ev_exec *exec = (const void *)e;
	const struct scap_ev_fork *fork = (const void *)e;
	const struct scap_ev_task_exit *end = (const void *)e;

	switch (e->type) {
	case SCAP_EV_EXEC:
		member_number(out, ",\"pid\":", exec->pid);
		member_number(out, ",\"ppid\":", exec->ppid);
		break;
	case SCAP_EV_FORK:
		member_number(out, ",\"child\":", fork->child);
		member_number(out, ",\"child_pid\":", fork->child_pid);
		member_number(out, ",\"child_domain\":", fork->child_domain);
		break;
	case SCAP_EV_SIGNAL:
		put_signal(out, (const void *)e);
		break;
	case SCAP_EV_TASK_EXIT:
		member_number(out, ",\"pid\":", end->pid);
		member_number(out, ",\"status\":", end->status);
		member_bool(out, ",\"last\":", end->last);
		break;
	}
}

static void put_flags(FILE *out, uint16_t v)
{
	static const struct bit_name names[] = {
		{ SCAP_F_REFUSED, "refused" }, { SCAP_F_UNKNOWN, "unknown" },
		{ SCAP_F_COMPAT, "compat" }, { SCAP_F_STDOUT, "stdout" },
		{ SCAP_F_STDERR, "stderr" }, { SCAP_F_CAPTURED, "captured" },
	};

	put(out, ",\"flags\":");
	PUT_BITS(out, v, names);
}

void dump_json_event(FILE *out, const struct scap_header *h, const struct scap_event *e,
		     const struct decode_ahead *ahead, uint64_t number, uint64_t time)
{
	static char buf[TEXT_MAX];
	struct decode d;

	decode_init(&d, buf, sizeof(buf), h, e);
	d.ahead = ahead;
	member_number(out, "{\"number\":", (int64_t)number);
	member_number(out, ",\"time\":", (int64_t)time);
	member_number(out, ",\"tid\":", e->tid);
	member_number(out, ",\"domain\":", e->domain);
	member_number(out, ",\"seq\":", (int64_t)e->seq);
	member_text(out, ",\"type\":", dump_type_name(e->type));
	if (d.call) {
		put_call(out, &d);
	} else {
		put_facts(out, e);
		scap_event_text(buf, sizeof(buf), h, e);
		member_text(out, ",\"text\":", buf);
	}
	if (e->flags)
		put_flags(out, e->flags);
	put_spans(out, e);
	put(out, "}\n");
}
