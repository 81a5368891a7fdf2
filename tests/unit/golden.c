// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <format/diff.h>

#include "golden.h"

/* ---- steps ---- */

void put_read(struct maker *m, uint32_t tid, int fd, const char *bytes, uint16_t len)
{
	make_call(m, SCAP_EV_SYSCALL, tid, READ, len, (uint64_t)fd, 4096, 100);
	if (len)
		make_span(m, SCAP_SPAN_OUT, 1, 4096, bytes, len);
	make_put(m);
}

void read_text(struct maker *m, uint32_t tid, int fd, const char *text)
{
	put_read(m, tid, fd, text, (uint16_t)strlen(text));
}

void write_text(struct maker *m, uint32_t tid, int fd, const char *text)
{
	uint16_t len = (uint16_t)strlen(text);
	struct scap_ev_syscall *c = make_call(m, SCAP_EV_SYSCALL, tid, WRITE, len, (uint64_t)fd, 4096, len);

	c->in_len = len;
	for (const char *s = text; *s; s++)
		c->in_hash = c->in_hash * 31 + (uint8_t)*s;
	make_span(m, SCAP_SPAN_IN, 1, 4096, text, len);
	make_put(m);
}

void open_file(struct maker *m, uint32_t tid, const char *path, uint64_t flags, int64_t result)
{
	uint16_t len = (uint16_t)(strlen(path) + 1);
	struct scap_ev_syscall *c = make_call(m, SCAP_EV_SYSCALL, tid, OPENAT, result, (uint64_t)AT_FDCWD, 4096, flags);

	c->in_len = len;
	for (const char *s = path; *s; s++)
		c->in_hash = c->in_hash * 31 + (uint8_t)*s;
	make_span(m, SCAP_SPAN_IN, 1, 4096, path, len);
	make_put(m);
}

void go_on(struct maker *m, uint32_t tid, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		make_simple(m, tid, LSEEK, i, 9);
}

void begin(struct maker *m)
{
	make_exec(m, 1, "/bin/prog");
	go_on(m, 1, 6);
}

void finish(struct maker *m, int status)
{
	go_on(m, 1, 6);
	make_exit(m, 1, status);
}

void put_signal(struct maker *m, int signo)
{
	struct scap_ev_signal *s = &make_event(m, SCAP_EV_SIGNAL, 1)->signal;
	int32_t info[32] = { signo };

	s->signo = (uint32_t)signo;
	s->place = SCAP_SIG_AFTER_SYSCALL;
	s->action = SCAP_ACT_HANDLER;
	make_span(m, SCAP_SPAN_SIGINFO, SCAP_ARG_NONE, 0, info, sizeof(info));
	make_put(m);
}

void put_poll(struct maker *m, int64_t result)
{
	struct pollfd p = { 3, POLLIN, 0 };

	make_call(m, SCAP_EV_SYSCALL, 1, POLL, result, 4096, 1, 20);
	make_span(m, SCAP_SPAN_IN, 0, 4096, &p, sizeof(p));
	if (result > 0) {
		p.revents = POLLIN;
		make_span(m, SCAP_SPAN_OUT, 0, 4096, &p, sizeof(p));
	}
	make_put(m);
}

void look_at_clock(struct maker *m, uint64_t seconds)
{
	uint64_t clock[2] = { seconds, 5 };

	make_call(m, SCAP_EV_SYSCALL, 1, CLOCK_GETTIME, 0, 1, 4096, 0);
	make_span(m, SCAP_SPAN_OUT, 1, 4096, clock, sizeof(clock));
	make_put(m);
}

void put_random(struct maker *m, const char *eight)
{
	make_call(m, SCAP_EV_SYSCALL, 1, GETRANDOM, 8, 4096, 8, 0);
	make_span(m, SCAP_SPAN_OUT, 0, 4096, eight, 8);
	make_put(m);
}

void put_stat(struct maker *m, uint64_t size, uint32_t uid)
{
	uint64_t stat[18] = { 1, 500, 1, 0100644 | (uint64_t)uid << 32 };

	stat[6] = size;
	make_call(m, SCAP_EV_SYSCALL, 1, FSTAT, 0, 3, 4096, 0);
	make_span(m, SCAP_SPAN_OUT, 1, 4096, stat, sizeof(stat));
	make_put(m);
}

/* ---- checking ---- */

static char report[1 << 20];

static int compare(const char *a, const char *b, enum scap_report_format format)
{
	const struct scap_diff_options o = { .format = format, .context = 3 };
	FILE *out = fmemopen(report, sizeof(report), "w");
	struct scap_error err = { 0 };
	int ret;

	assert_non_null(out);
	ret = scap_diff(a, b, &o, out, &err);
	fclose(out);
	assert_int_equal(err.code, 0);
	return ret;
}

/* Nothing in a report commands a terminal. */
static void check_printable(const struct golden *g)
{
	for (const char *s = report; *s; s++)
		if ((*s < ' ' || *s == 127) && *s != '\n')
			fail_msg("%s: byte %#x in the report:\n%s", g->name, *s, report);
}

static void check_text(const struct golden *g, int ret)
{
	const char *first = strstr(report, "first cause: "), *end = first ? strchr(first, '\n') : NULL;
	const char *found = first && g->sentence ? strstr(first, g->sentence) : NULL;

	check_printable(g);
	if (!g->sentence && (ret != SCAP_DIFF_EQUAL || strncmp(report, "equal: ", 7)))
		fail_msg("%s: not equal:\n%s", g->name, report);
	if (g->sentence && (ret != SCAP_DIFF_DIFFERENT || !found || found > end))
		fail_msg("%s: \"%s\" is not the first cause:\n%s", g->name, g->sentence, report);
}

static const char *member(struct json_object *o, const char *name)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(o, name, &value);
	return value ? json_object_get_string(value) : "";
}

static void check_json(const struct golden *g)
{
	struct json_object *o = json_tokener_parse(report), *findings = NULL, *first;

	check_printable(g);
	if (!o)
		fail_msg("%s: no JSON:\n%s", g->name, report);
	assert_string_equal(member(o, "result"), g->sentence ? "different" : "equal");
	json_object_object_get_ex(o, "findings", &findings);
	assert_int_equal(!json_object_array_length(findings), !g->sentence);
	if (g->sentence) {
		first = json_object_array_get_idx(findings, 0);
		if (strcmp(member(first, "class"), g->class) || !strstr(member(first, "sentence"), g->sentence))
			fail_msg("%s: \"%s\" (%s) is not the first cause:\n%s", g->name, g->sentence, g->class,
				 report);
	}
	json_object_put(o);
}

/* @text as it stands in a page. In static memory. */
static const char *in_html(const char *text)
{
	static const char *const entities[][2] = {
		{ "&", "&amp;" }, { "<", "&lt;" }, { ">", "&gt;" }, { "\"", "&quot;" }, { "'", "&#39;" } };
	static char out[2000];
	size_t len = 0;

	for (; *text; text++) {
		char plain[2] = { *text };
		const char *put = plain;

		for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++)
			if (*text == entities[i][0][0])
				put = entities[i][1];
		len += (size_t)snprintf(out + len, sizeof(out) - len, "%s", put);
	}
	return out;
}

/* The cause is in the headline; nothing of the data is markup; nothing is fetched. */
static void check_html(const struct golden *g)
{
	static const char *const foreign[] = { "<script>alert", "http:", "https:", "src=", "url(", "@import" };
	const char *head = strstr(report, "<h1>"), *end = head ? strstr(head, "</h1>") : NULL;
	const char *found = head ? strstr(head, g->sentence ? in_html(g->sentence) : "Equal") : NULL;

	check_printable(g);
	if (!found || found > end || strcmp(report + strlen(report) - 8, "</html>\n"))
		fail_msg("%s: \"%s\" is not the headline:\n%s", g->name, g->sentence ? g->sentence : "Equal",
			 report);
	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
		if (strstr(report, foreign[i]))
			fail_msg("%s: \"%s\" in the page:\n%s", g->name, foreign[i], report);
}

/* ---- the tests ---- */

void every_pair_names_its_cause(void **state)
{
	const struct golden_set *set = *state;
	const char *a = make_path("a"), *b = make_path("b");

	for (size_t i = 0; i < set->n; i++) {
		make_side(a, set->v[i].scene, false);
		make_side(b, set->v[i].scene, true);
		check_text(&set->v[i], compare(a, b, SCAP_REPORT_TEXT));
		compare(a, b, SCAP_REPORT_JSON);
		check_json(&set->v[i]);
		compare(a, b, SCAP_REPORT_HTML);
		check_html(&set->v[i]);
	}
}

void order_of_the_two_does_not_matter(void **state)
{
	const struct golden_set *set = *state;
	const char *a = make_path("a"), *b = make_path("b");

	for (size_t i = 0; i < set->n; i++) {
		make_side(a, set->v[i].scene, true);
		make_side(b, set->v[i].scene, false);
		if (compare(a, b, SCAP_REPORT_TEXT) != (set->v[i].sentence ? SCAP_DIFF_DIFFERENT : SCAP_DIFF_EQUAL))
			fail_msg("%s: the other way round:\n%s", set->v[i].name, report);
	}
}

int golden_run(const struct golden *v, size_t n)
{
	struct golden_set set = { v, n };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(every_pair_names_its_cause, &set),
		cmocka_unit_test_prestate(order_of_the_two_does_not_matter, &set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
