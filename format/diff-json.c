// SPDX-License-Identifier: GPL-2.0
/*
 * scap-diff's report as one JSON object. The names here are an interface: they are
 * described in DIFF-JSON.md and do not change their meaning.
 */
#include <format/diff.h>
#include <format/json.h>
#include <format/report.h>

#define SENTENCE 1024

static const char *const sides[2] = { "a", "b" };

static void put_side(const struct diff_result *r, int side, FILE *out)
{
	fprintf(out, ",\"%s\":", sides[side]);
	report_json_any(out, "{\"trace\":", r->names[side]);
	json_member_number(out, ",\"steps\":", (int64_t)r->steps[side]);
	json_member_number(out, ",\"tasks\":", r->tree[side].n - 1);
	json_member_bool(out, ",\"cut\":", r->cut[side]);
	json_member_bool(out, ",\"capture_only\":", r->capture_only[side]);
	json_member_number(out, ",\"lost\":", (int64_t)r->lost[side]);
	json_raw(out, "}");
}

/* ---- a finding ---- */

static void put_event(const struct diff_result *r, const struct diff_finding *f, int side, FILE *out)
{
	fprintf(out, ",\"%s\":", sides[side]);
	json_member_number(out, "{\"event\":", (int64_t)f->gap.event[side]);
	json_member_number(out, ",\"steps\":", (int64_t)f->gap.n[side]);
	json_member_bool(out, ",\"ended\":", f->gap.ended[side]);
	if (f->event[side])
		report_json_event(out, r->header, f->event[side]);
	json_raw(out, "}");
}

static void put_detail(const struct diff_result *r, const struct diff_finding *f, FILE *out)
{
	struct detail x;

	if (!f->event[0] || !f->event[1])
		return;
	detail_fill(&x, r->header, f->event[0], f->event[1], &f->difference);
	report_json_detail(out, &x);
}

static void put_passed_before(const struct diff_result *r, const struct diff_finding *f, FILE *out)
{
	const char *before = "{\"name\":";
	char name[32];

	json_raw(out, ",\"passed_over\":[");
	for (unsigned int i = f->npassed; i-- > 0; before = ",{\"name\":") {
		const struct diff_passed *p = &f->passed[i];

		json_member_text(out, before, diff_kind_name(r->header, p->kind, name));
		json_member_text(out, ",\"chance\":", diff_chance_name(p->chance));
		json_member_number(out, ",\"a\":", (int64_t)p->event[0]);
		json_member_number(out, ",\"b\":", (int64_t)p->event[1]);
		json_raw(out, "}");
	}
	json_raw(out, "]");
}

static void put_words(const struct diff_result *r, const struct diff_finding *f, FILE *out)
{
	const char *reason, *advice;
	char words[SENTENCE];

	diff_sentence(r, f, words, sizeof(words));
	json_member_text(out, ",\"sentence\":", words);
	diff_meaning(f, &reason, &advice);
	if (reason)
		json_member_text(out, ",\"likely\":", reason);
	if (advice)
		json_member_text(out, ",\"try\":", advice);
}

static void put_loop(const struct diff_result *r, const struct diff_finding *f, FILE *out)
{
	char name[32];

	if (!f->gap.loop.period)
		return;
	json_member_number(out, ",\"loop\":{\"times\":", (int64_t)diff_loop_times(f));
	json_raw(out, ",\"of\":[");
	for (unsigned int i = 0; i < f->gap.loop.period; i++)
		json_member_text(out, i ? "," : "", diff_kind_name(r->header, f->gap.loop.body[i], name));
	json_raw(out, "]}");
}

static void put_finding(const struct diff_result *r, size_t i, FILE *out)
{
	const struct diff_finding *f = &r->finding[i];
	int side = f->task[0] ? 0 : 1;
	char name[256];

	diff_task_name(&r->tree[side], f->task[side], name, sizeof(name));
	json_member_number(out, i ? ",{\"rank\":" : "{\"rank\":", (int64_t)i + 1);
	json_member_number(out, ",\"cause\":", (int64_t)f->cause + 1);
	json_member_text(out, ",\"class\":", diff_class_name(f->class));
	json_member_text(out, ",\"task\":", name);
	json_member_bool(out, ",\"thread\":", r->tree[side].task[f->task[side]].thread);
	if (f->program[0])
		json_member_text(out, ",\"program\":", f->program);
	put_words(r, f, out);
	put_event(r, f, 0, out);
	put_event(r, f, 1, out);
	json_member_bool(out, ",\"parted\":", f->gap.parted);
	put_loop(r, f, out);
	put_detail(r, f, out);
	report_json_before(out, r->header, f->before, 0);
	put_passed_before(r, f, out);
	json_raw(out, "}");
}

/* ---- what was passed over ---- */

static void put_seen(const struct diff_result *r, FILE *out)
{
	const char *before = "{\"chance\":";
	char name[32];

	json_raw(out, ",\"passed_over\":[");
	for (unsigned int chance = 1; chance < SCAP_CHANCES; chance++)
		for (unsigned int kind = 0; kind < DIFF_KINDS; kind++) {
			const struct diff_chance_seen *s = &r->chances->seen[kind][chance];

			if (!s->times)
				continue;
			json_member_text(out, before, diff_chance_name(chance));
			json_member_text(out, ",\"name\":", diff_kind_name(r->header, kind, name));
			json_member_number(out, ",\"times\":", (int64_t)s->times);
			json_member_number(out, ",\"a\":", (int64_t)s->event[0]);
			json_member_number(out, ",\"b\":", (int64_t)s->event[1]);
			json_raw(out, "}");
			before = ",{\"chance\":";
		}
	json_raw(out, "]");
}

/* ---- all of it ---- */

void diff_json(const struct diff_result *r, FILE *out)
{
	bool differ = r->found || !r->same_argv;

	json_member_number(out, "{\"version\":", 1);
	json_member_text(out, ",\"result\":", differ ? "different" : "equal");
	json_member_bool(out, ",\"strict\":", r->options->strict);
	json_member_bool(out, ",\"same_command\":", r->same_argv);
	put_side(r, 0, out);
	put_side(r, 1, out);
	json_member_number(out, ",\"same_steps\":", (int64_t)r->equal);
	json_member_number(out, ",\"differences\":", (int64_t)r->found);
	json_member_number(out, ",\"causes\":", (int64_t)r->causes);
	json_raw(out, ",\"findings\":[");
	for (size_t i = 0; i < r->nfindings; i++)
		put_finding(r, i, out);
	json_raw(out, "]");
	put_seen(r, out);
	json_raw(out, "}\n");
}
