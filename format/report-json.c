// SPDX-License-Identifier: GPL-2.0
/* Pieces of reports as JSON. The names are an interface: DIFF-JSON.md describes them. */
#include <format/decode.h>
#include <format/json.h>
#include <format/report.h>

void report_json_any(FILE *out, const char *name, const char *s)
{
	json_raw(out, name);
	json_any(out, s);
}

void report_json_event(FILE *out, const struct scap_header *h, const struct scap_event *e)
{
	static char line[JSON_TEXT_MAX];

	scap_event_text(line, sizeof(line), h, e);
	json_member_text(out, ",\"text\":", line);
}

static void put_excerpt(FILE *out, const struct detail *x, int side)
{
	char buf[DETAIL_BYTES * 4 + 1];
	struct decode d = { .buf = buf, .size = sizeof(buf) };

	if (x->excerpt[side])
		put_escaped(&d, x->excerpt[side], x->n[side]);
	json_string(out, buf, d.len);
}

void report_json_detail(FILE *out, const struct detail *x)
{
	const char *before = "{\"name\":";

	json_raw(out, ",\"fields\":[");
	for (unsigned int i = 0; i < x->nfields; i++, before = ",{\"name\":") {
		json_member_text(out, before, x->field[i].name);
		json_member_text(out, ",\"a\":", x->field[i].text[0]);
		json_member_text(out, ",\"b\":", x->field[i].text[1]);
		json_raw(out, "}");
	}
	json_raw(out, "]");
	if (!x->bytes)
		return;
	json_member_number(out, ",\"bytes\":{\"from\":", (int64_t)x->from);
	json_member_number(out, ",\"at\":", (int64_t)x->at);
	json_raw(out, ",\"a\":");
	put_excerpt(out, x, 0);
	json_raw(out, ",\"b\":");
	put_excerpt(out, x, 1);
	json_raw(out, "}");
}

void report_json_before(FILE *out, const struct scap_header *h, const struct scap_history *before,
			unsigned int most)
{
	const char *begin = "{\"event\":";
	const struct scap_event *e;
	uint64_t number;

	json_raw(out, ",\"before\":[");
	for (unsigned int i = scap_history_from(before, most); (e = scap_history_at(before, i, &number)); i++) {
		json_member_number(out, begin, (int64_t)number);
		json_member_number(out, ",\"tid\":", e->tid);
		report_json_event(out, h, e);
		json_raw(out, "}");
		begin = ",{\"event\":";
	}
	json_raw(out, "]");
}
