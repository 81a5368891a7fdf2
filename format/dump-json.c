// SPDX-License-Identifier: GPL-2.0
/*
 * Events as JSON, one object a line. The names here are an interface: they
 * are described in DUMP-JSON.md and do not change their meaning.
 */
#include <scap/point.h>

#include <format/decode.h>
#include <format/dump.h>
#include <format/json.h>

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
		json_string(out, names[i].name, strlen(names[i].name));
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

	json_member_number(out, "{\"type\":\"header\",\"version_major\":", h->version_major);
	json_member_number(out, ",\"version_minor\":", h->version_minor);
	json_member_text(out, ",\"arch\":", dump_arch_name(h->arch));
	json_member_text(out, ",\"backend\":", dump_backend_name(h->backend));
	json_member_number(out, ",\"page_size\":", h->page_size);
	json_member_number(out, ",\"start\":", (int64_t)h->start_ns);
	json_raw(out, ",\"features\":");
	PUT_BITS(out, h->features, features);
	json_raw(out, ",\"kernel\":");
	json_any(out, h->kernel);
	json_raw(out, ",\"exe\":");
	json_any(out, h->exe);
	json_raw(out, ",\"cwd\":");
	json_any(out, h->cwd);
	json_raw(out, ",\"argv\":[");
	for (char *const *arg = h->argv; arg && *arg; arg++) {
		if (arg != h->argv)
			putc_unlocked(',', out);
		json_any(out, *arg);
	}
	json_raw(out, "]}\n");
}

/* ---- events ---- */

/* Of a place in user code: how long the thread had computed. */
static void put_point(FILE *out, const struct scap_span *s)
{
	struct scap_point p;

	if (s->stored < sizeof(p))
		return;
	memcpy(&p, scap_span_bytes(s), sizeof(p));
	json_member_number(out, ",\"cpu_ns\":", (int64_t)p.cpu_ns);
}

static void put_spans(FILE *out, const struct scap_event *e)
{
	static const char *const kinds[SCAP_SPAN_KINDS] = {
		[SCAP_SPAN_OUT] = "out", [SCAP_SPAN_IN] = "in", [SCAP_SPAN_ECHO] = "echo",
		[SCAP_SPAN_REGS] = "regs", [SCAP_SPAN_FPREGS] = "fpregs",
		[SCAP_SPAN_PATH] = "path", [SCAP_SPAN_INTERP] = "interp",
		[SCAP_SPAN_RLIMITS] = "rlimits", [SCAP_SPAN_MM] = "mm", [SCAP_SPAN_AUXV] = "auxv",
		[SCAP_SPAN_SIGINFO] = "siginfo", [SCAP_SPAN_POINT] = "point",
		[SCAP_SPAN_TEXT] = "text", [SCAP_SPAN_FILE] = "file",
		[SCAP_SPAN_RANGES] = "ranges", [SCAP_SPAN_HOLES] = "holes", [SCAP_SPAN_SUMS] = "sums",
		[SCAP_SPAN_CPUID] = "cpuid",
	};
	const struct scap_span *s = NULL;
	const char *before = "{\"kind\":";

	json_raw(out, ",\"spans\":[");
	while ((s = scap_span_next(e, s))) {
		json_member_text(out, before, kinds[s->kind] ? kinds[s->kind] : "unknown");
		before = ",{\"kind\":";
		if (s->arg != SCAP_ARG_NONE)
			json_member_number(out, ",\"arg\":", s->arg);
		json_member_number(out, ",\"addr\":", (int64_t)s->addr);
		json_member_number(out, ",\"len\":", s->len);
		json_member_number(out, ",\"stored\":", s->stored);
		if (s->kind == SCAP_SPAN_POINT)
			put_point(out, s);
		putc_unlocked('}', out);
	}
	putc_unlocked(']', out);
}

/* What the decoder has written since @d->len was 0. */
static void put_decoded(FILE *out, const struct decode *d)
{
	json_string(out, d->buf, d->len < d->size ? d->len : d->size - 1);
}

static void put_arguments(FILE *out, struct decode *d)
{
	unsigned int i, n = decode_call_nargs(d);

	json_raw(out, ",\"args\":[");
	for (i = 0; i < n && !decode_arg_absent(d, i); i++) {
		bool symbolic;

		d->len = 0;
		symbolic = decode_call_arg(d, i);
		json_raw(out, i ? ",{\"text\":" : "{\"text\":");
		put_decoded(out, d);
		json_member_number(out, ",\"raw\":", (int64_t)d->call->args[i]);
		json_member_bool(out, ",\"symbolic\":", symbolic);
		putc_unlocked('}', out);
	}
	putc_unlocked(']', out);
}

static void put_result(FILE *out, struct decode *d)
{
	int64_t result = d->call->result;

	json_member_number(out, ",\"result\":", result);
	json_raw(out, ",\"result_text\":");
	d->len = 0;
	decode_call_result(d);
	put_decoded(out, d);
	if (result < 0 && result >= -4095 && scap_errno_name((int)-result))
		json_member_text(out, ",\"errno\":", scap_errno_name((int)-result));
}

static void put_call(FILE *out, struct decode *d)
{
	char name[32];

	json_member_text(out, ",\"name\":", decode_call_name(d, name));
	json_member_number(out, ",\"nr\":", d->call->nr);
	put_arguments(out, d);
	if (d->event->type != SCAP_EV_SYSCALL_ENTER)
		put_result(out, d);
	json_member_number(out, ",\"in_len\":", (int64_t)d->call->in_len);
}

static void put_signal(FILE *out, const struct scap_ev_signal *s)
{
	const char *name = scap_signal_name((int)s->signo);

	if (name)
		json_member_text(out, ",\"name\":", name);
	json_member_number(out, ",\"signo\":", s->signo);
	json_member_number(out, ",\"ip\":", (int64_t)s->ip);
}

static void put_facts(FILE *out, const struct scap_event *e)
{
	const struct scap_ev_exec *exec = (const void *)e;
	const struct scap_ev_fork *fork = (const void *)e;
	const struct scap_ev_task_exit *end = (const void *)e;

	switch (e->type) {
	case SCAP_EV_EXEC:
		json_member_number(out, ",\"pid\":", exec->pid);
		json_member_number(out, ",\"ppid\":", exec->ppid);
		break;
	case SCAP_EV_FORK:
		json_member_number(out, ",\"child\":", fork->child);
		json_member_number(out, ",\"child_pid\":", fork->child_pid);
		json_member_number(out, ",\"child_domain\":", fork->child_domain);
		break;
	case SCAP_EV_SIGNAL:
		put_signal(out, (const void *)e);
		break;
	case SCAP_EV_TASK_EXIT:
		json_member_number(out, ",\"pid\":", end->pid);
		json_member_number(out, ",\"status\":", end->status);
		json_member_bool(out, ",\"last\":", end->last);
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

	json_raw(out, ",\"flags\":");
	PUT_BITS(out, v, names);
}

void dump_json_event(FILE *out, const struct scap_header *h, const struct scap_event *e,
		     const struct decode_ahead *ahead, uint64_t number, uint64_t time)
{
	static char buf[JSON_TEXT_MAX];
	struct decode d;

	decode_init(&d, buf, sizeof(buf), h, e);
	d.ahead = ahead;
	json_member_number(out, "{\"number\":", (int64_t)number);
	json_member_number(out, ",\"time\":", (int64_t)time);
	json_member_number(out, ",\"tid\":", e->tid);
	json_member_number(out, ",\"domain\":", e->domain);
	json_member_number(out, ",\"seq\":", (int64_t)e->seq);
	json_member_text(out, ",\"type\":", dump_type_name(e->type));
	if (d.call) {
		put_call(out, &d);
	} else {
		put_facts(out, e);
		scap_event_text(buf, sizeof(buf), h, e);
		json_member_text(out, ",\"text\":", buf);
	}
	if (e->flags)
		put_flags(out, e->flags);
	put_spans(out, e);
	json_raw(out, "}\n");
}
