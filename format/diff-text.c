// SPDX-License-Identifier: GPL-2.0
/* scap-diff's report for people: the first cause in a sentence, then causes and what follows. */
#include <format/diff.h>

#include <string.h>

/* Unless all are asked for: causes in full, others in a line, what follows from each. */
#define FULL_MAX 2
#define LINES_MAX 10
#define FOLLOWING_MAX 5

#define SENTENCE 1024

static void print_facts(const struct diff_result *r, FILE *out)
{
	static const char *const sides[2] = { "A", "B" };

	if (!strcmp(r->names[0], r->names[1]))
		fprintf(out, "note: this is the same file twice\n");
	for (int i = 0; i < 2; i++) {
		if (r->capture_only[i])
			fprintf(out, "note: %s was only captured: what it does not show may be missing from the "
				"recording, not from the program\n", sides[i]);
		if (r->lost[i])
			fprintf(out, "note: %s has gaps: %llu events are missing\n", sides[i],
				(unsigned long long)r->lost[i]);
	}
	if (!r->same_argv)
		fprintf(out, "the command lines differ\n");
}

/* ---- one finding ---- */

static void print_line(const struct diff_result *r, const struct diff_finding *f, FILE *out)
{
	char who[600], where[80], words[SENTENCE];

	diff_who(r, f, who, sizeof(who));
	diff_where(f, where, sizeof(where));
	diff_sentence(r, f, words, sizeof(words));
	fprintf(out, "%s%s%s%s, %s: %s\n", who, f->program[0] ? " (" : "", f->program,
		f->program[0] ? ")" : "", where, words);
}

static void print_following(const struct diff_result *r, size_t cause, FILE *out)
{
	size_t n = 0, most = r->options->all ? SIZE_MAX : FOLLOWING_MAX;

	for (size_t i = r->causes; i < r->nfindings; i++) {
		if (r->finding[i].cause != cause)
			continue;
		if (!n)
			fprintf(out, "  from it follows:\n");
		if (n++ < most) {
			fprintf(out, "    ");
			print_line(r, &r->finding[i], out);
		}
	}
	if (n > most)
		fprintf(out, "    and %zu more\n", n - most);
}

static void place_of(const struct diff_result *r, size_t i, char *buf, size_t size)
{
	const struct diff_finding *f = &r->finding[i];
	char who[600], where[80];

	diff_who(r, f, who, sizeof(who));
	diff_where(f, where, sizeof(where));
	if (f->event[0] && f->event[1])
		snprintf(buf, size, "%zu. %s: differs at %s", i + 1, who, where);
	else
		snprintf(buf, size, "%zu. %s: %s has no counterpart", i + 1, who, where);
}

static void print_full(const struct diff_result *r, size_t i, FILE *out)
{
	const struct diff_finding *f = &r->finding[i];
	char place[750], passed[400], words[SENTENCE];
	const char *nothing[2] = { f->gap.ended[0] ? "nothing more: it has ended" : "nothing in its place",
				   f->gap.ended[1] ? "nothing more: it has ended" : "nothing in its place" };
	struct scap_divergence d = {
		.recordings = true,
		.labels = { "in A", "in B" },
		.place = place,
		.expected = f->event[0],
		.actual = f->event[1],
		.expected_text = nothing[0],
		.actual_text = nothing[1],
		.difference = f->difference,
		.what = words,
		.colour = r->options->colour,
		.before = f->before,
		.exe = f->program[0] ? f->program : NULL,
	};

	place_of(r, i, place, sizeof(place));
	diff_sentence(r, f, words, sizeof(words));
	diff_passed_text(f->passed, f->npassed, r->header, passed, sizeof(passed));
	d.passed_over = passed[0] ? passed : NULL;
	diff_meaning(f, &d.reason, &d.advice);
	fputc('\n', out);
	scap_divergence_print(out, r->header, &d);
	print_following(r, i, out);
}

static void print_causes(const struct diff_result *r, FILE *out)
{
	size_t full = r->options->all ? r->causes : FULL_MAX, i;

	fprintf(out, r->options->colour ? "\033[1mfirst cause:\033[0m " : "first cause: ");
	print_line(r, &r->finding[0], out);
	for (i = 0; i < r->causes && i < full; i++)
		print_full(r, i, out);
	if (i < r->causes)
		fprintf(out, "\nfurther differences:\n");
	for (; i < r->causes && i < full + LINES_MAX; i++) {
		fprintf(out, "  %zu. ", i + 1);
		print_line(r, &r->finding[i], out);
	}
	if (i < r->causes)
		fprintf(out, "  and %zu more\n", r->causes - i);
}

/* ---- what was passed over ---- */

static void print_seen(const struct diff_result *r, unsigned int kind, unsigned int chance, FILE *out)
{
	const struct diff_chance_seen *s = &r->chances->seen[kind][chance];
	char name[32];

	if (s->times)
		fprintf(out, "  %s: %s, %llu time%s, first at event %llu of A, %llu of B\n",
			diff_chance_name(chance), diff_kind_name(r->header, kind, name),
			(unsigned long long)s->times, s->times == 1 ? "" : "s",
			(unsigned long long)s->event[0], (unsigned long long)s->event[1]);
}

/* Which calls have addresses is no news. */
static void print_addresses(const struct diff_result *r, FILE *out)
{
	unsigned long long times = 0;

	for (unsigned int kind = 0; kind < DIFF_KINDS; kind++)
		times += r->chances->seen[kind][SCAP_CHANCE_ADDRESSES].times;
	fprintf(out, "  addresses: in %llu steps\n", times);
}

static void print_passed(const struct diff_result *r, FILE *out)
{
	fprintf(out, "\npassed over, since it varies by itself:\n");
	for (unsigned int chance = 1; chance < SCAP_CHANCES; chance++)
		for (unsigned int kind = 0; kind < DIFF_KINDS && chance != SCAP_CHANCE_ADDRESSES; kind++)
			print_seen(r, kind, chance, out);
	print_addresses(r, out);
}

/* ---- all of it ---- */

static void print_counts(const struct diff_result *r, FILE *out)
{
	fprintf(out, "\n%llu difference%s in all; %llu steps are the same, of %llu in A and %llu in B\n",
		(unsigned long long)r->found, r->found == 1 ? "" : "s", (unsigned long long)r->equal,
		(unsigned long long)r->steps[0], (unsigned long long)r->steps[1]);
}

void diff_text(const struct diff_result *r, FILE *out)
{
	print_facts(r, out);
	if (r->found) {
		fprintf(out, "A: %s\nB: %s\n", r->names[0], r->names[1]);
		print_causes(r, out);
		print_counts(r, out);
	} else if (r->same_argv && !r->cut[0] && !r->cut[1]) {
		fprintf(out, "equal: %llu steps of %u tasks\n", (unsigned long long)r->steps[0],
			r->tree[0].n - 1);
	}
	if (r->options->all && !r->options->strict)
		print_passed(r, out);
}
