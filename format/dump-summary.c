// SPDX-License-Identifier: GPL-2.0
/*
 * What a trace is, in figures: facts of the header, tasks, signals, a table of
 * calls. Memory depends on the number of different calls, not of events.
 */
#include <stdlib.h>
#include <time.h>

#include <format/dump.h>

#define SIGNALS 65
#define NOTES_MAX 16

struct call_count {
	const char *name;
	uint64_t calls, errors, out, in;
	bool refused;
};

struct dump_summary {
	const struct scap_header *h;
	uint64_t events, raw_bytes;
	uint64_t first, last;		/* times */
	uint64_t by_type[SCAP_EV_TYPES];
	uint64_t processes, threads, crashed;
	uint32_t domains;
	uint64_t signals[SIGNALS];
	uint64_t lost;
	uint64_t data_pending;		/* bytes of DATA, for the call that they belong to */
	struct call_count *call;	/* by number; the last one: all unknown numbers */
	uint32_t ncalls;
	char *note[NOTES_MAX];
	unsigned int nnotes;
};

struct dump_summary *dump_summary_new(const struct scap_header *h)
{
	struct dump_summary *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->h = h;
	s->ncalls = scap_sysinfo_end(h->arch) + 1;
	s->call = calloc(s->ncalls, sizeof(*s->call));
	if (!s->call) {
		free(s);
		return NULL;
	}
	return s;
}

void dump_summary_free(struct dump_summary *s)
{
	if (!s)
		return;
	for (unsigned int i = 0; i < s->nnotes; i++)
		free(s->note[i]);
	free(s->call);
	free(s);
}

/* ---- counting ---- */

static uint64_t output_bytes(const struct scap_event *e)
{
	const struct scap_span *span = NULL;
	uint64_t n = 0;

	while ((span = scap_span_next(e, span)))
		if (span->kind == SCAP_SPAN_OUT)
			n += span->stored;
	return n;
}

static struct call_count *count_of(struct dump_summary *s, const struct scap_ev_syscall *c)
{
	const struct scap_sysinfo *row = NULL;
	struct call_count *count;

	if (!(c->h.flags & SCAP_F_COMPAT))
		row = scap_sysinfo_arch(s->h->arch, c->nr);
	count = &s->call[row ? c->nr : s->ncalls - 1];
	count->name = row ? row->name : "(unknown)";
	return count;
}

/* A split call counts where it ends; one that never ends, where it began. */
static void add_call(struct dump_summary *s, const struct scap_ev_syscall *c)
{
	struct call_count *count = count_of(s, c);
	bool ends = c->h.type != SCAP_EV_SYSCALL_ENTER;

	count->in += c->in_len;
	count->out += output_bytes(&c->h);
	if (c->h.flags & SCAP_F_REFUSED)
		count->refused = true;
	if (!ends)
		return;
	count->calls++;
	count->out += s->data_pending;
	s->data_pending = 0;
	if (c->result < 0 && c->result >= -4095)
		count->errors++;
}

static int add_meta(struct dump_summary *s, const struct scap_ev_meta *m)
{
	char line[512];
	int n;

	if (s->nnotes == NOTES_MAX)
		return 0;
	n = scap_event_text(line, sizeof(line), s->h, &m->h);
	s->note[s->nnotes] = strdup(n > 6 ? line + 6 : line);	/* without "meta: " */
	return s->note[s->nnotes++] ? 0 : -ENOMEM;
}

static void add_fork(struct dump_summary *s, const struct scap_ev_fork *f)
{
	if (f->child == f->child_pid)
		s->processes++;
	else
		s->threads++;
	if (f->child_domain > s->domains)
		s->domains = f->child_domain;
}

static void add_exit(struct dump_summary *s, const struct scap_ev_task_exit *x)
{
	if (x->pid == x->h.tid && (x->status & 0x7f))
		s->crashed++;
}

int dump_summary_add(struct dump_summary *s, const struct scap_event *e)
{
	const struct scap_ev_signal *sig = (const void *)e;

	if (!s->events++) {
		s->first = e->time;
		s->processes = 1;
	}
	s->last = e->time > s->last ? e->time : s->last;
	s->raw_bytes += e->size;
	s->by_type[e->type]++;
	if (e->domain > s->domains)
		s->domains = e->domain;
	switch (e->type) {
	case SCAP_EV_SYSCALL:
	case SCAP_EV_SYSCALL_ENTER:
	case SCAP_EV_SYSCALL_EXIT:
		add_call(s, (const void *)e);
		break;
	case SCAP_EV_DATA:
		s->data_pending += output_bytes(e);
		break;
	case SCAP_EV_EXEC:
		s->data_pending = 0;
		break;
	case SCAP_EV_SIGNAL:
		s->signals[sig->signo < SIGNALS ? sig->signo : 0]++;
		break;
	case SCAP_EV_FORK:
		add_fork(s, (const void *)e);
		break;
	case SCAP_EV_TASK_EXIT:
		add_exit(s, (const void *)e);
		break;
	case SCAP_EV_GAP:
		s->lost += ((const struct scap_ev_gap *)e)->events;
		break;
	case SCAP_EV_META:
		return add_meta(s, (const void *)e);
	}
	return 0;
}

/* ---- printing ---- */

/* Recorded strings may be anything: only what a terminal does not act on. */
static void print_safe(FILE *out, const char *text)
{
	for (; text && *text; text++)
		fputc(*text >= ' ' && *text < 0x7f ? *text : '?', out);
}

static void print_fact(FILE *out, const char *name, const char *text)
{
	fprintf(out, "%-10s ", name);
	print_safe(out, text && *text ? text : "unknown");
	fputc('\n', out);
}

static void print_program(const struct dump_summary *s, FILE *out)
{
	print_fact(out, "program", s->h->exe);
	fprintf(out, "%-10s", "command");
	for (char *const *arg = s->h->argv; arg && *arg; arg++) {
		fputc(' ', out);
		print_safe(out, *arg);
	}
	fputc('\n', out);
	print_fact(out, "directory", s->h->cwd);
}

static void print_recording(const struct dump_summary *s, FILE *out)
{
	time_t start = (time_t)(s->h->start_ns / 1000000000);
	char when[32] = "unknown";
	struct tm tm;

	if (s->h->start_ns && gmtime_r(&start, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &tm);
	fprintf(out, "%-10s %s, %.3f s from first to last event\n", "recorded", when,
		(double)(s->last - s->first) / 1e9);
	fprintf(out, "%-10s Linux ", "kernel");
	print_safe(out, s->h->kernel);
	fprintf(out, ", %s, pages of %u bytes\n", dump_arch_name(s->h->arch), s->h->page_size);
	fprintf(out, "%-10s %s backend; %s%s%s\n", "how", dump_backend_name(s->h->backend),
		s->h->features & SCAP_FEATURE_REPLAYABLE ? "can be replayed" : "capture only",
		s->h->features & SCAP_FEATURE_TSC_TRAPPED ? "; time-stamp counter trapped" : "",
		s->h->features & SCAP_FEATURE_CPUID_TRAPPED ? "; cpuid trapped" : "");
}

static void print_amounts(const struct dump_summary *s, FILE *out, uint64_t file_size)
{
	bool any = false;

	fprintf(out, "%-10s %llu process%s (%llu killed by a signal), %llu further thread%s, "
		"%u domain%s\n", "tasks", (unsigned long long)s->processes, s->processes == 1 ? "" : "es",
		(unsigned long long)s->crashed, (unsigned long long)s->threads,
		s->threads == 1 ? "" : "s", s->domains, s->domains == 1 ? "" : "s");
	fprintf(out, "%-10s %llu, %.1f bytes each", "events", (unsigned long long)s->events,
		s->events ? (double)s->raw_bytes / (double)s->events : 0);
	if (file_size && s->events)
		fprintf(out, ", %.1f in the file", (double)file_size / (double)s->events);
	fputs("\n          ", out);
	for (unsigned int i = 1; i < SCAP_EV_TYPES; i++)
		if (s->by_type[i])
			fprintf(out, " %s %llu", dump_type_name((uint16_t)i),
				(unsigned long long)s->by_type[i]);
	fprintf(out, "\n%-10s", "signals");
	for (int i = 0; i < SIGNALS; i++)
		if (s->signals[i]) {
			const char *name = scap_signal_name(i);

			fprintf(out, " %s %llu", name ? name : "other",
				(unsigned long long)s->signals[i]);
			any = true;
		}
	fputs(any ? "\n" : " none\n", out);
	if (s->lost)
		fprintf(out, "%-10s %llu events\n", "lost", (unsigned long long)s->lost);
}

static void print_notes(const struct dump_summary *s, FILE *out)
{
	bool any = false;

	fprintf(out, "%-10s", "refused");
	for (uint32_t i = 0; i < s->ncalls; i++)
		if (s->call[i].refused) {
			fprintf(out, " %s", s->call[i].name);
			any = true;
		}
	fputs(any ? "\n" : " nothing\n", out);
	for (unsigned int i = 0; i < s->nnotes; i++)
		fprintf(out, "%-10s %s\n", "note", s->note[i]);
}

static int by_calls(const void *a, const void *b)
{
	const struct call_count *x = a, *y = b;

	if (x->calls != y->calls)
		return x->calls < y->calls ? 1 : -1;
	if (!x->name || !y->name)
		return !x->name - !y->name;
	return strcmp(x->name, y->name);
}

static double percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

static void print_calls(struct dump_summary *s, FILE *out)
{
	struct call_count sum = { .name = "total" };

	for (uint32_t i = 0; i < s->ncalls; i++) {
		sum.calls += s->call[i].calls;
		sum.errors += s->call[i].errors;
		sum.out += s->call[i].out;
		sum.in += s->call[i].in;
	}
	qsort(s->call, s->ncalls, sizeof(*s->call), by_calls);
	fprintf(out, "\n%% calls      calls     errors   bytes out    bytes in syscall\n");
	fprintf(out, "------- ---------- ---------- ----------- ----------- ----------------\n");
	for (uint32_t i = 0; i <= s->ncalls; i++) {
		const struct call_count *c = i < s->ncalls ? &s->call[i] : &sum;

		if (!c->name)
			continue;
		if (c == &sum)
			fprintf(out, "------- ---------- ---------- ----------- ----------- "
				"----------------\n");
		fprintf(out, "%7.2f %10llu ", percent(c->calls, sum.calls),
			(unsigned long long)c->calls);
		if (c->errors)
			fprintf(out, "%10llu ", (unsigned long long)c->errors);
		else
			fprintf(out, "%10s ", "");
		fprintf(out, "%11llu %11llu %s\n", (unsigned long long)c->out,
			(unsigned long long)c->in, c->name);
	}
}

void dump_summary_print(struct dump_summary *s, FILE *out, uint64_t file_size)
{
	print_program(s, out);
	print_recording(s, out);
	print_amounts(s, out, file_size);
	print_notes(s, out);
	print_calls(s, out);
}
