// SPDX-License-Identifier: GPL-2.0
/*
 * Inside a difference. The decoder's own text is taken apart ("{st_size=5, ...}"), so
 * that every structure it can print can be compared field by field; bytes without a
 * structure are cut out around the first that differs.
 */
#include <format/decode.h>
#include <format/detail.h>
#include <format/fields.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 2048

static bool is_call(const struct scap_event *e)
{
	return e->type >= SCAP_EV_SYSCALL && e->type <= SCAP_EV_SYSCALL_EXIT;
}

/* ---- texts taken apart ---- */

/* Length of the piece that begins at @s: up to a comma outside of quotes and brackets. */
static size_t piece_length(const char *s, const char *end)
{
	unsigned int depth = 0;
	bool quoted = false;
	const char *at = s;

	for (; at < end; at++) {
		if (quoted && *at == '\\' && at + 1 < end)
			at++;
		else if (*at == '"')
			quoted = !quoted;
		else if (!quoted && strchr("{[(", *at))
			depth++;
		else if (!quoted && strchr("}])", *at) && depth)
			depth--;
		else if (!quoted && !depth && *at == ',')
			break;
	}
	return (size_t)(at - s);
}

/* A piece of text: "name=value" or "value". */
struct piece {
	const char *name, *value;
	size_t nname, nvalue;
};

/* Takes the next piece off [*@s, @end). */
static bool next_piece(const char **s, const char *end, struct piece *p)
{
	size_t len, name = 0;

	while (*s < end && (**s == ' ' || **s == ','))
		++*s;
	len = *s < end ? piece_length(*s, end) : 0;
	*p = (struct piece){ *s, *s, 0, len };
	if (!len)
		return false;
	while (name < len && (isalnum((unsigned char)(*s)[name]) || (*s)[name] == '_'))
		name++;
	if (name && name < len && (*s)[name] == '=') {
		p->nname = name;
		p->value = *s + name + 1;
		p->nvalue = len - name - 1;
	}
	*s += len;
	return true;
}

static void add_field(struct detail *x, const char *name, const struct piece *a, const struct piece *b)
{
	struct detail_field *f = &x->field[x->nfields];

	if (x->nfields == DETAIL_FIELDS) {
		x->more = true;
		return;
	}
	snprintf(f->name, sizeof(f->name), "%s", name);
	snprintf(f->text[0], sizeof(f->text[0]), "%.*s", (int)a->nvalue, a->value);
	snprintf(f->text[1], sizeof(f->text[1]), "%.*s", (int)b->nvalue, b->value);
	x->nfields++;
}

static bool is_bracketed(const struct piece *p)
{
	return p->nvalue > 1 && (*p->value == '{' || *p->value == '[');
}

/* Words in brackets, "[HUP USR1]" or "{WIFEXITED(s) && ...}", are one value. */
static bool is_words(const struct piece *p)
{
	const char *at = p->value + 1, *end = p->value + p->nvalue - 1;
	struct piece first;

	return next_piece(&at, end, &first) && at == end && !first.nname && !is_bracketed(&first);
}

static bool same_text(const char *a, size_t n, const char *b, size_t m)
{
	return n == m && !memcmp(a, b, n);
}

static void compare_pieces(struct detail *x, const char *name, const struct piece *a,
			   const struct piece *b);

static void compare_named(struct detail *x, const char *name, unsigned int i, const struct piece *a,
			  const struct piece *b)
{
	const struct piece *named = a->nvalue ? a : b;
	char inner[64];

	if (named->nname)
		snprintf(inner, sizeof(inner), "%s%s%.*s", name, *name ? "." : "", (int)named->nname,
			 named->name);
	else
		snprintf(inner, sizeof(inner), "%s[%u]", name, i);
	compare_pieces(x, inner, a, b);
}

/* What stands in the brackets, piece by piece. A change of their number is no news of its own. */
static void compare_inner(struct detail *x, const char *name, const struct piece *a,
			  const struct piece *b)
{
	const char *pa = a->value + 1, *pb = b->value + 1;
	const char *ea = a->value + a->nvalue - 1, *eb = b->value + b->nvalue - 1;
	const struct piece none = { "", "", 0, 0 };
	struct piece ia, ib;

	for (unsigned int i = 0; ; i++) {
		bool has_a = next_piece(&pa, ea, &ia), has_b = next_piece(&pb, eb, &ib);
		bool other = has_a && has_b && !same_text(ia.name, ia.nname, ib.name, ib.nname);

		if (!has_a && !has_b)
			return;
		if (!other) {
			compare_named(x, name, i, &ia, &ib);
			continue;
		}
		/* Structures of two kinds. */
		compare_named(x, name, i, &ia, &none);
		compare_named(x, name, i, &none, &ib);
	}
}

static void compare_pieces(struct detail *x, const char *name, const struct piece *a,
			   const struct piece *b)
{
	bool same_fields = same_text(a->name, a->nname, b->name, b->nname);

	if (same_fields && same_text(a->value, a->nvalue, b->value, b->nvalue))
		return;
	if (same_fields && is_bracketed(a) && is_bracketed(b) && *a->value == *b->value &&
	    !(is_words(a) && is_words(b)))
		compare_inner(x, name, a, b);
	else
		add_field(x, name, a, b);
}

/* ---- what counts ---- */

static void settle(const struct scap_header *h, const struct scap_sysinfo *row, struct scap_event *e, uint8_t arg)
{
	uint64_t offset = 0;

	for (const struct scap_span *s = scap_span_next(e, NULL); s; s = scap_span_next(e, s)) {
		uint8_t *bytes = (uint8_t *)(s + 1);

		if (s->arg == arg && s->kind == SCAP_SPAN_IN && s->stored <= SCAP_STRING_MAX)
			scap_blank_input(row, arg, bytes, s->stored);
		if (s->arg != arg || s->kind != SCAP_SPAN_OUT)
			continue;
		scap_blank_output(h, row, arg, offset, bytes, s->stored, SCAP_CHANCE_ALL);
		offset += s->stored;
	}
}

/*
 * A copy of @e without what varies by itself in the memory that @d is about, unless that counts; to be
 * freed. NULL: no memory.
 */
static struct scap_event *settled_copy(const struct scap_header *h, const struct scap_sysinfo *row,
				       const struct scap_event *e, const struct scap_difference *d)
{
	enum scap_chance chance;
	struct scap_event *copy = malloc(e->size);
	bool partly = row && d->arg < 6 && !d->exact &&
		      ((d->field == SCAP_FIELD_OUTPUT && scap_output_varies(row, d->arg, &chance) == SCAP_VARIES_PARTLY) ||
		       (d->field == SCAP_FIELD_INPUT && scap_input_varies(row, d->arg, &chance) == SCAP_VARIES_PARTLY));

	if (copy)
		memcpy(copy, e, e->size);
	if (copy && partly)
		settle(h, row, copy, d->arg);
	return copy;
}

/* ---- arguments ---- */

/* @remark: what it adds behind the result */
static struct piece decode_arg(char buf[TEXT_MAX], const struct scap_header *h,
			       const struct scap_event *e, unsigned int arg, bool remark)
{
	struct decode d;
	size_t len;

	decode_init(&d, buf, TEXT_MAX, h, e);
	if (arg >= decode_call_nargs(&d))
		return (struct piece){ buf, buf, 0, 0 };
	if (remark)
		decode_call_remark(&d, arg);
	else
		decode_call_arg(&d, arg);
	len = d.len < d.size ? d.len : d.size - 1;
	return (struct piece){ buf, buf, 0, len };
}

/* Bytes without a structure, which show better as an excerpt. */
static bool is_plain(const struct piece *p)
{
	return p->nvalue && *p->value == '"';
}

/* @value: it is the argument itself that differs, not what stands behind it */
static void compare_arguments(struct detail *x, const struct scap_header *h,
			      const struct scap_event *a, const struct scap_event *b, unsigned int arg,
			      bool value)
{
	char text[2][TEXT_MAX], name[32];
	struct piece pa = decode_arg(text[0], h, a, arg, false), pb = decode_arg(text[1], h, b, arg, false);
	bool structured = is_bracketed(&pa) && is_bracketed(&pb);

	if (is_plain(&pa) || is_plain(&pb) || value == structured)
		return;
	snprintf(name, sizeof(name), "argument %u", arg + 1);
	compare_pieces(x, structured ? "" : name, &pa, &pb);
}

/* What poll(2) and its like found stands behind the result. */
static void compare_remarks(struct detail *x, const struct scap_header *h, const struct scap_event *a,
			    const struct scap_event *b, unsigned int arg)
{
	char text[2][TEXT_MAX];
	struct piece pa = decode_arg(text[0], h, a, arg, true), pb = decode_arg(text[1], h, b, arg, true);

	if (pa.nvalue || pb.nvalue)
		compare_pieces(x, is_bracketed(&pa) && is_bracketed(&pb) ? "" : "what it found", &pa, &pb);
}

/* ---- fields that the decoder does not print ---- */

/* asm/stat.h of x86-64 and asm-generic's of arm64, linux/stat.h. */
struct hidden {
	uint8_t type, arch;
	uint16_t offset, width;
	const char *name;
};
#define ANY 0

static const struct hidden hidden[] = {
	{ SCAP_T_STAT, ANY, 0, 8, "st_dev" },
	{ SCAP_T_STAT, ANY, 8, 8, "st_ino" },
	{ SCAP_T_STAT, SCAP_ARCH_X86_64, 16, 8, "st_nlink" },
	{ SCAP_T_STAT, SCAP_ARCH_X86_64, 28, 4, "st_uid" },
	{ SCAP_T_STAT, SCAP_ARCH_X86_64, 32, 4, "st_gid" },
	{ SCAP_T_STAT, SCAP_ARCH_X86_64, 56, 8, "st_blksize" },
	{ SCAP_T_STAT, SCAP_ARCH_ARM64, 20, 4, "st_nlink" },
	{ SCAP_T_STAT, SCAP_ARCH_ARM64, 24, 4, "st_uid" },
	{ SCAP_T_STAT, SCAP_ARCH_ARM64, 28, 4, "st_gid" },
	{ SCAP_T_STAT, SCAP_ARCH_ARM64, 56, 4, "st_blksize" },
	{ SCAP_T_STAT, ANY, 64, 8, "st_blocks" },
	{ SCAP_T_STATX, ANY, 16, 4, "stx_nlink" },
	{ SCAP_T_STATX, ANY, 20, 4, "stx_uid" },
	{ SCAP_T_STATX, ANY, 24, 4, "stx_gid" },
	{ SCAP_T_STATX, ANY, 48, 8, "stx_blocks" },
};

static void compare_hidden(struct detail *x, const struct scap_header *h, uint8_t type,
			   const struct scap_span *a, const struct scap_span *b)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(*hidden); i++) {
		const struct hidden *f = &hidden[i];
		const char *pa = (const char *)scap_span_bytes(a) + f->offset;
		const char *pb = (const char *)scap_span_bytes(b) + f->offset;
		char text[2][24];

		if (f->type != type || (f->arch != ANY && f->arch != h->arch) ||
		    f->offset + f->width > a->stored || f->offset + f->width > b->stored ||
		    !memcmp(pa, pb, f->width))
			continue;
		snprintf(text[0], sizeof(text[0]), "%llu", decode_load(pa, f->width));
		snprintf(text[1], sizeof(text[1]), "%llu", decode_load(pb, f->width));
		add_field(x, f->name, &(struct piece){ text[0], text[0], 0, strlen(text[0]) },
			  &(struct piece){ text[1], text[1], 0, strlen(text[1]) });
	}
}

/* ---- bytes ---- */

/* Kind of span that holds the bytes of @field; 0: none. */
static uint8_t kind_of(enum scap_field field)
{
	switch (field) {
	case SCAP_FIELD_OUTPUT:
		return SCAP_SPAN_OUT;
	case SCAP_FIELD_INPUT:
		return SCAP_SPAN_IN;
	case SCAP_FIELD_ECHO:
		return SCAP_SPAN_ECHO;
	case SCAP_FIELD_FILE:
		return SCAP_SPAN_FILE;
	default:
		return 0;
	}
}

static bool shows(const struct scap_span *s, uint64_t offset, const uint8_t *bytes, uint8_t n)
{
	return !n || (s->stored >= offset + n && !memcmp((const char *)scap_span_bytes(s) + offset, bytes, n));
}

/* The span of @settled that @d is about: the difference shows the bytes that stand there. */
static const struct scap_span *span_of(const struct scap_event *settled, const struct scap_difference *d,
				       const uint8_t *bytes, uint8_t n)
{
	for (const struct scap_span *s = scap_span_next(settled, NULL); s; s = scap_span_next(settled, s))
		if (s->kind == kind_of(d->field) && s->arg == d->arg && shows(s, d->offset, bytes, n))
			return s;
	return NULL;
}

/* The same span of @e, of which @settled is made. */
static const struct scap_span *unsettled(const struct scap_event *e, const struct scap_event *settled,
					 const struct scap_span *s)
{
	return s ? (const void *)((const char *)e + ((const char *)s - (const char *)settled)) : NULL;
}

/* Where, counted from the end, the two differ last. */
static void find_end(struct detail *x, const struct scap_span *a, const struct scap_span *b)
{
	const uint8_t *pa = a ? scap_span_bytes(a) : NULL, *pb = b ? scap_span_bytes(b) : NULL;
	uint64_t na = a ? a->stored : 0, nb = b ? b->stored : 0;

	while (na > x->at && nb > x->at && pa[na - 1] == pb[nb - 1])
		na--, nb--;
	x->end[0] = na;
	x->end[1] = nb;
}

static void cut_out(struct detail *x, int side, const struct scap_span *s)
{
	uint64_t left = s && s->stored > x->from ? s->stored - x->from : 0;

	x->excerpt[side] = s ? (const uint8_t *)scap_span_bytes(s) + x->from : NULL;
	x->n[side] = left < DETAIL_BYTES ? (unsigned int)left : DETAIL_BYTES;
}

static void compare_bytes(struct detail *x, const struct scap_span *a, const struct scap_span *b,
			  const struct scap_difference *d)
{
	x->bytes = true;
	x->at = d->offset;
	x->from = x->at > SCAP_EXCERPT_LEAD ? x->at - SCAP_EXCERPT_LEAD : 0;
	find_end(x, a, b);
	cut_out(x, 0, a);
	cut_out(x, 1, b);
}

/* What the events do not hold: what differs in it ends with the last byte that is not the same in both. */
static void take_excerpt(struct detail *x, const struct scap_difference *d)
{
	const struct scap_excerpt *e = d->excerpt;
	unsigned int shared = e->n[0] < e->n[1] ? e->n[0] : e->n[1];

	while (shared && e->bytes[0][shared - 1] == e->bytes[1][shared - 1])
		shared--;
	x->bytes = true;
	x->at = d->offset;
	x->from = e->from;
	for (int side = 0; side < 2; side++) {
		x->excerpt[side] = e->bytes[side];
		x->n[side] = e->n[side];
		x->end[side] = e->from + (e->n[0] == e->n[1] ? shared : e->n[side]);
	}
}

/* ---- all of it ---- */

/* @settled: the two events @e without what does not count */
static void fill(struct detail *x, const struct scap_header *h, const struct scap_event *const e[2],
		 const struct scap_event *const settled[2], const struct scap_difference *d)
{
	bool argument = is_call(e[0]) && is_call(e[1]) && d->arg < 6 &&
			(d->field == SCAP_FIELD_ARG || d->is_bytes);
	const struct scap_sysinfo *row = argument ? scap_call_row(h, (const void *)e[0]) : NULL;
	const struct scap_span *sa, *sb;

	if (row)
		compare_arguments(x, h, settled[0], settled[1], d->arg, d->field == SCAP_FIELD_ARG);
	if (row && d->field == SCAP_FIELD_OUTPUT && !x->nfields)
		compare_remarks(x, h, settled[0], settled[1], d->arg);
	if (x->nfields || !d->is_bytes)
		return;
	sa = span_of(settled[0], d, d->expected_bytes, d->nexpected);
	sb = span_of(settled[1], d, d->actual_bytes, d->nactual);
	if (row && d->arg < row->nargs && sa && sb)
		compare_hidden(x, h, row->type[d->arg], sa, sb);
	if (!x->nfields && (sa || sb))
		compare_bytes(x, unsettled(e[0], settled[0], sa), unsettled(e[1], settled[1], sb), d);
}

void detail_fill(struct detail *x, const struct scap_header *h, const struct scap_event *a,
		 const struct scap_event *b, const struct scap_difference *d)
{
	const struct scap_sysinfo *row = is_call(a) ? scap_call_row(h, (const void *)a) : NULL;
	const struct scap_event *const e[2] = { a, b };
	struct scap_event *sa, *sb;

	memset(x, 0, sizeof(*x));
	if (d->excerpt) {
		take_excerpt(x, d);
		return;
	}
	sa = settled_copy(h, row, a, d);
	sb = settled_copy(h, row, b, d);
	if (sa && sb)
		fill(x, h, e, (const struct scap_event *const[]){ sa, sb }, d);
	free(sa);
	free(sb);
}

static const char *text_of(const struct detail *x, int side)
{
	return x->field[0].text[side][0] ? x->field[0].text[side] : "nothing";
}

int detail_sentence(char *buf, size_t size, const struct scap_header *h, const struct scap_event *a,
		    const struct scap_event *b, const struct scap_difference *d,
		    const char *const labels[2])
{
	struct decode dec;
	struct detail x;
	char name[32], part[32], others[48] = "";

	x.nfields = 0;
	x.more = false;
	if (is_call(a) && is_call(b) && d->arg < 6)
		detail_fill(&x, h, a, b, d);
	if (!x.nfields)
		return scap_difference_text(buf, size, h, a, d, labels);
	decode_init(&dec, NULL, 0, h, a);
	snprintf(part, sizeof(part), " behind argument %u", d->arg + 1u);
	if (x.nfields > 1)
		snprintf(others, sizeof(others), ", and %u%s other field%s", x.nfields - 1, x.more ? " and more" : "",
			 x.nfields == 2 && !x.more ? "" : "s");
	return snprintf(buf, size, "%s%s of %s: %s %s, %s %s%s", x.field[0].name,
			d->is_bytes ? part : "", decode_call_name(&dec, name), text_of(&x, 0), labels[0],
			text_of(&x, 1), labels[1], others);
}
