// SPDX-License-Identifier: GPL-2.0
/* The divergence report as one JSON object: DIFF-JSON.md. */
#include <format/decode.h>
#include <format/json.h>
#include <format/report.h>

#include <string.h>

static void put_side(FILE *out, const char *name, const struct scap_header *h, const struct scap_event *e,
		     const char *words, uint64_t number)
{
	json_member_number(out, name, (int64_t)number);
	if (e)
		report_json_event(out, h, e);
	else if (words)
		report_json_any(out, ",\"text\":", words);
	json_raw(out, "}");
}

static void put_suspects(FILE *out, const struct scap_header *h, const struct scap_divergence *d)
{
	if (d->unsuspected)
		report_json_any(out, ",\"unsuspected\":", d->unsuspected);
	json_raw(out, ",\"suspects\":[");
	for (unsigned int i = 0; i < d->nsuspects; i++) {
		const struct scap_suspect *s = &d->suspects[i];

		json_member_number(out, i ? ",{\"event\":" : "{\"event\":", (int64_t)s->number);
		json_member_number(out, ",\"tid\":", s->event->tid);
		json_member_bool(out, ",\"shares\":", s->shares);
		report_json_event(out, h, s->event);
		json_raw(out, "}");
	}
	json_raw(out, "]");
}

static void put_words(FILE *out, const struct scap_divergence *d, const struct report_facts *f)
{
	if (f->likely)
		report_json_any(out, ",\"likely\":", f->likely);
	json_raw(out, ",\"also\":[");
	for (unsigned int i = 0; d->also && d->also[i]; i++)
		report_json_any(out, i ? "," : "", d->also[i]);
	json_raw(out, "]");
	if (f->advice)
		report_json_any(out, ",\"try\":", f->advice);
}

/* The lines of @text, without what indents them. */
static void put_frames(FILE *out, const char *text)
{
	char line[REPORT_LINE];

	json_raw(out, ",\"frames\":[");
	for (const char *at = text, *end; *at; at = end + (*end == '\n')) {
		at += strspn(at, " ");
		end = strchrnul(at, '\n');
		snprintf(line, sizeof(line), "%.*s", (int)(end - at), at);
		report_json_any(out, text < at && memchr(text, '\n', (size_t)(at - text)) ? "," : "", line);
	}
	json_raw(out, "]}");
}

static void put_stacks(FILE *out, const struct scap_divergence *d)
{
	json_raw(out, ",\"addresses\":[");
	for (unsigned int i = 0; i < d->naddresses; i++) {
		fprintf(out, "%s{\"of\":\"%s\",\"address\":\"0x%llx\"", i ? "," : "", d->address[i].side ? "b" : "a",
			(unsigned long long)d->address[i].addr);
		report_json_any(out, ",\"mapping\":", d->address[i].map);
		json_raw(out, "}");
	}
	json_raw(out, "],\"backtraces\":[");
	for (unsigned int i = 0; i < d->nbacktraces; i++) {
		json_member_number(out, i ? ",{\"tid\":" : "{\"tid\":", d->backtrace[i].tid);
		put_frames(out, d->backtrace[i].text);
	}
	json_raw(out, "]");
}

void scap_divergence_json(FILE *out, const struct scap_header *h, const struct scap_divergence *d)
{
	struct report_facts f;

	report_find(&f, h, d);
	json_member_number(out, "{\"version\":", 1);
	json_member_text(out, ",\"result\":", "diverged");
	report_json_any(out, ",\"trace\":", d->trace);
	json_member_number(out, ",\"pid\":", d->pid);
	json_member_number(out, ",\"tid\":", d->tid);
	if (f.sentence[0])
		report_json_any(out, ",\"sentence\":", f.sentence);
	put_side(out, ",\"a\":{\"event\":", h, d->expected, d->expected_text, d->event);
	put_side(out, ",\"b\":{\"event\":", h, d->actual, d->actual_text, 0);
	if (f.has_detail)
		report_json_detail(out, &f.detail);
	put_suspects(out, h, d);
	put_words(out, d, &f);
	report_json_before(out, h, d->before, 0);
	put_stacks(out, d);
	json_raw(out, "}\n");
}
