// SPDX-License-Identifier: GPL-2.0
/*
 * Two events side by side: the first field that differs, and how to say it.
 */
#include <format/fields.h>

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* ---- finding it ---- */

/* The fields of one event, their bytes copied. @broken: there was no memory for all of them */
struct list {
	struct scap_field_value *f;
	size_t n, cap;
	bool broken;
	bool no_input;
};

static void list_add(void *ctx, const struct scap_field_value *f)
{
	struct list *l = ctx;
	struct scap_field_value *slot;

	if (l->no_input && f->field == SCAP_FIELD_INPUT && f->bytes)
		return;
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 32;
		struct scap_field_value *grown = realloc(l->f, cap * sizeof(*grown));

		if (!grown) {
			l->broken = true;
			return;
		}
		l->f = grown;
		l->cap = cap;
	}
	slot = &l->f[l->n];
	*slot = *f;
	l->n++;
	if (!f->bytes)
		return;
	/* What was blanked lives only while it is emitted. */
	slot->bytes = malloc(f->len ? f->len : 1);
	if (slot->bytes)
		memcpy((void *)slot->bytes, f->bytes, f->len);
	else
		l->broken = true;
}

static void list_free(struct list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free((void *)l->f[i].bytes);
	free(l->f);
}

static bool same_field(const struct scap_field_value *a, const struct scap_field_value *b)
{
	if (a->value != b->value || !a->bytes != !b->bytes)
		return false;
	return !a->bytes || (a->len == b->len && !memcmp(a->bytes, b->bytes, a->len));
}

static uint8_t excerpt(uint8_t *to, size_t room, const struct scap_field_value *f, uint64_t from)
{
	size_t n = f && f->bytes && from < f->len ? f->len - from : 0;

	if (n > room)
		n = room;
	if (n)
		memcpy(to, (const char *)f->bytes + from, n);
	return (uint8_t)n;
}

/* Fills @d for the two fields of one place, one of which may be missing. */
static void describe(struct scap_difference *d, const struct scap_field_value *a,
		     const struct scap_field_value *b)
{
	const struct scap_field_value none = { 0 }, *any = a ? a : b ? b : &none;

	d->field = any->field;
	d->arg = any->arg;
	d->is_bytes = any->bytes != NULL;
	d->expected = !a ? 0 : d->is_bytes ? a->value : a->shown;
	d->actual = !b ? 0 : d->is_bytes ? b->value : b->shown;
	if (!d->is_bytes)
		return;
	if (a && b) {
		const uint8_t *pa = a->bytes, *pb = b->bytes;

		while (d->offset < a->len && d->offset < b->len && pa[d->offset] == pb[d->offset])
			d->offset++;
	}
	d->nexpected = excerpt(d->expected_bytes, sizeof(d->expected_bytes), a, d->offset);
	d->nactual = excerpt(d->actual_bytes, sizeof(d->actual_bytes), b, d->offset);
}

static bool compare_lists(const struct list *a, const struct list *b, struct scap_difference *d)
{
	for (size_t i = 0; i < a->n || i < b->n; i++) {
		const struct scap_field_value *fa = i < a->n ? &a->f[i] : NULL;
		const struct scap_field_value *fb = i < b->n ? &b->f[i] : NULL;
		bool paired = fa && fb && fa->field == fb->field && fa->arg == fb->arg &&
			      !fa->bytes == !fb->bytes;

		if (paired && same_field(fa, fb))
			continue;
		if (paired)
			describe(d, fa, fb);
		else if (!fb || (fa && fa->field <= fb->field))
			describe(d, fa, NULL);
		else
			describe(d, NULL, fb);
		return false;
	}
	return true;
}

/* Which halves of a call both events tell of. */
static unsigned int common_parts(const struct scap_event *a, const struct scap_event *b,
				 unsigned int how)
{
	unsigned int parts = SCAP_PART_ENTRY | SCAP_PART_EXIT;

	if (how & SCAP_COMPARE_ENTRY || a->type == SCAP_EV_SYSCALL_ENTER ||
	    b->type == SCAP_EV_SYSCALL_ENTER)
		parts &= ~SCAP_PART_EXIT;
	if (a->type == SCAP_EV_SYSCALL_EXIT || b->type == SCAP_EV_SYSCALL_EXIT)
		parts &= ~SCAP_PART_ENTRY;
	return parts;
}

bool scap_event_compare(const struct scap_header *h, const struct scap_event *expected,
			const struct scap_event *actual, unsigned int how,
			struct scap_difference *d)
{
	struct scap_difference ignored;
	/* Whoever made the actual event may know its hash only. */
	bool no_input = !scap_span_find(actual, SCAP_SPAN_IN, SCAP_ARG_NONE) ||
			!scap_span_find(expected, SCAP_SPAN_IN, SCAP_ARG_NONE);
	struct list a = { .no_input = no_input }, b = { .no_input = no_input };
	bool same;

	if (!d)
		d = &ignored;
	memset(d, 0, sizeof(*d));
	d->exact = how & SCAP_COMPARE_EXACT;
	how |= common_parts(expected, actual, how);
	scap_event_fields(h, expected, how, list_add, &a);
	scap_event_fields(h, actual, how, list_add, &b);
	same = compare_lists(&a, &b, d) && !a.broken && !b.broken;
	list_free(&a);
	list_free(&b);
	return same;
}

/* ---- saying it ---- */

/* A text that grows in a caller's buffer; @len as snprintf(3) counts. */
struct text {
	char *buf;
	size_t size, len;
};

static size_t text_end(const struct text *t)
{
	return t->len < t->size ? t->len : t->size;
}

static void text_grew(struct text *t, int n)
{
	if (n > 0)
		t->len += (size_t)n;
}

#define add(t, ...) \
	text_grew((t), snprintf((t)->buf + text_end(t), (t)->size - text_end(t), __VA_ARGS__))

static const char *call_name(const struct scap_header *h, uint64_t nr, char buf[32])
{
	const struct scap_sysinfo *row = scap_sysinfo_arch(h->arch, (uint32_t)nr);

	if (row)
		return row->name;
	snprintf(buf, 32, "syscall %llu", (unsigned long long)nr);
	return buf;
}

static const char *const kind_names[SCAP_EV_TYPES] = {
	[SCAP_EV_META] = "a note",
	[SCAP_EV_EXEC] = "a new program",
	[SCAP_EV_SYSCALL] = "a system call",
	[SCAP_EV_DATA] = "output of a call",
	[SCAP_EV_MAP] = "a mapping",
	[SCAP_EV_FILE] = "a write to a mapped file",
	[SCAP_EV_SIGNAL] = "a signal",
	[SCAP_EV_MEM] = "a write by the kernel",
	[SCAP_EV_SWITCH] = "a switch of threads",
	[SCAP_EV_TRAP] = "a trapped instruction",
	[SCAP_EV_FORK] = "a new task",
	[SCAP_EV_TASK_EXIT] = "the end of a task",
	[SCAP_EV_GAP] = "a gap",
	[SCAP_EV_CHECKSUM] = "a checksum",
};

static void add_number(struct text *t, uint64_t v)
{
	int64_t s = (int64_t)v;

	if (s > -100000 && s < 1000000)
		add(t, "%lld", (long long)s);
	else if ((int32_t)v < 0 && (int32_t)v > -100000 && v <= UINT32_MAX)
		add(t, "%d", (int32_t)v);
	else
		add(t, "%#llx", (unsigned long long)v);
}

static void add_result(struct text *t, uint64_t v)
{
	int64_t s = (int64_t)v;
	const char *name = s < 0 && s >= -4095 ? scap_errno_name((int)-s) : NULL;

	if (name)
		add(t, "%s", name);
	else
		add_number(t, v);
}

static void add_status(struct text *t, uint64_t v)
{
	int status = (int)v;
	const char *name = WIFSIGNALED(status) ? scap_signal_name(WTERMSIG(status)) : NULL;

	if (WIFSIGNALED(status))
		add(t, "killed by %s", name ? name : "a signal");
	else
		add(t, "exit %d", WEXITSTATUS(status));
}

/* Of a signal: where it came, what it did. */
static const char *signal_word(uint8_t part, uint64_t v)
{
	static const char *const places[] = {
		[SCAP_SIG_AFTER_SYSCALL] = "after a call",
		[SCAP_SIG_BEFORE_SYSCALL] = "ahead of a call",
		[SCAP_SIG_IN_USER] = "in user code",
		[SCAP_SIG_SYNCHRONOUS] = "by an instruction",
	};
	static const char *const actions[] = {
		[SCAP_ACT_HANDLER] = "its handler runs",
		[SCAP_ACT_FATAL] = "fatal",
		[SCAP_ACT_NONE] = "without effect",
	};
	const char *word = NULL;

	if (part == 0 && v < sizeof(places) / sizeof(*places))
		word = places[v];
	if (part == 1 && v < sizeof(actions) / sizeof(*actions))
		word = actions[v];
	return word ? word : "in an unknown way";
}

static void add_value(struct text *t, const struct scap_header *h, const struct scap_difference *d,
		      uint64_t v)
{
	const char *name;
	char buf[32];

	switch (d->field) {
	case SCAP_FIELD_TYPE:
		name = v < SCAP_EV_TYPES ? kind_names[v] : NULL;
		add(t, "%s", name ? name : "an unknown event");
		break;
	case SCAP_FIELD_NR:
		add(t, "%s", call_name(h, v, buf));
		break;
	case SCAP_FIELD_RESULT:
		add_result(t, v);
		break;
	case SCAP_FIELD_SIGNO:
		name = scap_signal_name((int)v);
		add(t, "%s", name ? name : "an unknown signal");
		break;
	case SCAP_FIELD_STATUS:
		add_status(t, v);
		break;
	case SCAP_FIELD_PLACE:
		add(t, "%s", signal_word(d->arg, v));
		break;
	case SCAP_FIELD_INPUT:
	case SCAP_FIELD_IP:
	case SCAP_FIELD_REGS:
		add(t, "%#llx", (unsigned long long)v);
		break;
	default:
		add_number(t, v);
	}
}

/* Bytes as C would write them in a string. */
static void add_bytes(struct text *t, const uint8_t *p, unsigned int n, uint64_t total,
		      uint64_t offset)
{
	if (!n) {
		add(t, "%s", total > offset ? "(not kept)" : "nothing");
		return;
	}
	add(t, "\"");
	for (unsigned int i = 0; i < n; i++) {
		bool digit_next = i + 1 < n && p[i + 1] >= '0' && p[i + 1] <= '9';

		if (p[i] == '"' || p[i] == '\\')
			add(t, "\\%c", p[i]);
		else if (p[i] >= ' ' && p[i] < 127)
			add(t, "%c", p[i]);
		else if (p[i] == '\n')
			add(t, "\\n");
		else
			add(t, digit_next ? "\\%03o" : "\\%o", p[i]);
	}
	add(t, offset + n < total ? "\"..." : "\"");
}

/* Parts of a field that is several numbers, by scap_difference.arg: as fields.c emits them. */
static const char *part_name(const struct scap_difference *d)
{
	static const char *const program[] = { "size", "hash of the content", "device", "inode" };
	static const char *const map[] = { "what it shows", "address", "length", "offset",
					   "protection", "flags" };
	static const char *const place[] = { "place", "action" };

	if (d->is_bytes)
		return NULL;
	if (d->field == SCAP_FIELD_PROGRAM && d->arg < sizeof(program) / sizeof(*program))
		return program[d->arg];
	if (d->field == SCAP_FIELD_MAP && d->arg < sizeof(map) / sizeof(*map))
		return map[d->arg];
	if (d->field == SCAP_FIELD_PLACE && d->arg < sizeof(place) / sizeof(*place))
		return place[d->arg];
	return NULL;
}

/* Name of the differing field, e.g. "argument 3 of write". */
static void add_field(struct text *t, const struct scap_header *h, const struct scap_event *e,
		      const struct scap_difference *d)
{
	static const char *const names[SCAP_FIELDS] = {
		[SCAP_FIELD_NONE] = "nothing",
		[SCAP_FIELD_TYPE] = "what happened",
		[SCAP_FIELD_NR] = "the call",
		[SCAP_FIELD_ARG] = "argument",
		[SCAP_FIELD_INPUT] = "memory passed in",
		[SCAP_FIELD_RESULT] = "the result",
		[SCAP_FIELD_OUTPUT] = "memory written by the kernel",
		[SCAP_FIELD_LARGE] = "output beyond what one event holds",
		[SCAP_FIELD_ECHO] = "bytes sent",
		[SCAP_FIELD_FILE] = "bytes written to a mapped file",
		[SCAP_FIELD_PROGRAM] = "the file",
		[SCAP_FIELD_MAP] = "the mapping",
		[SCAP_FIELD_LIMITS] = "the resource limits",
		[SCAP_FIELD_SIGNO] = "the signal",
		[SCAP_FIELD_PLACE] = "how the signal came",
		[SCAP_FIELD_SIGINFO] = "siginfo",
		[SCAP_FIELD_IP] = "the instruction's address",
		[SCAP_FIELD_REGS] = "registers",
		[SCAP_FIELD_FPREGS] = "vector registers",
		[SCAP_FIELD_POINT] = "the state in user code",
		[SCAP_FIELD_VALUE] = "the value",
		[SCAP_FIELD_STATUS] = "the exit status",
		[SCAP_FIELD_TASK] = "the task",
		[SCAP_FIELD_END] = "the end",
	};
	bool call = e && e->type >= SCAP_EV_SYSCALL && e->type <= SCAP_EV_SYSCALL_EXIT;
	char buf[32];

	add(t, "%s", d->field < SCAP_FIELDS ? names[d->field] : "?");
	if (part_name(d))
		add(t, " (%s)", part_name(d));
	if (!call || d->field == SCAP_FIELD_TYPE || d->field == SCAP_FIELD_NR)
		return;
	if (d->field == SCAP_FIELD_ARG)
		add(t, " %u", d->arg + 1u);
	else if (d->arg < 6 && d->is_bytes)
		add(t, " behind argument %u", d->arg + 1u);
	add(t, " of %s", call_name(h, ((const struct scap_ev_syscall *)e)->nr, buf));
}

int scap_difference_text(char *buf, size_t size, const struct scap_header *h,
			 const struct scap_event *e, const struct scap_difference *d,
			 const char *const labels[2])
{
	struct text t = { buf, size, 0 };

	if (size)
		buf[0] = 0;
	add_field(&t, h, e, d);
	if (d->field == SCAP_FIELD_LARGE)
		return (int)t.len;
	if (d->is_bytes && d->expected != d->actual)
		add(&t, ", %llu bytes %s and %llu %s", (unsigned long long)d->expected, labels[0],
		    (unsigned long long)d->actual, labels[1]);
	if (d->is_bytes)
		add(&t, ", from byte %llu on", (unsigned long long)d->offset);
	if (d->field == SCAP_FIELD_INPUT && !d->is_bytes)
		add(&t, " (its hash)");
	add(&t, ": ");
	if (d->is_bytes)
		add_bytes(&t, d->expected_bytes, d->nexpected, d->expected, d->offset);
	else
		add_value(&t, h, d, d->expected);
	add(&t, " %s, ", labels[0]);
	if (d->is_bytes)
		add_bytes(&t, d->actual_bytes, d->nactual, d->actual, d->offset);
	else
		add_value(&t, h, d, d->actual);
	add(&t, " %s", labels[1]);
	return (int)t.len;
}
