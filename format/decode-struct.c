// SPDX-License-Identifier: GPL-2.0
/*
 * Structures and arrays, printed from field tables. The tables live with the
 * family they belong to; offsets are the kernel's 64-bit ABI.
 */
#include <format/decode.h>

/* Deeper nesting than any interface has; a bound on pointers that point in a ring. */
#define DEPTH_MAX 8

__u64 decode_load(const void *p, unsigned int width)
{
	__u64 v = 0;

	memcpy(&v, p, width <= 8 ? width : 8);
	return v;
}

__s64 decode_load_signed(const void *p, unsigned int width)
{
	unsigned int shift = width < 8 ? 64 - width * 8 : 0;

	return (__s64)(decode_load(p, width) << shift) >> shift;
}

static void print_integer(struct decode *d, const struct decode_field *f, const char *p)
{
	__u64 v = f->kind == FIELD_SIGNED ? (__u64)decode_load_signed(p, f->width) :
					    decode_load(p, f->width);

	if (f->type)
		f->type->print(d, f->type, v);
	else if (f->kind == FIELD_SIGNED)
		put_signed(d, (__s64)v);
	else
		put_unsigned(d, v);
}

static void print_inner(struct decode *d, const struct decode_field *f, const char *p)
{
	const unsigned char *known = d->known;

	if (known)
		d->known += f->offset;
	decode_struct_at(d, f->type, p, f->width);
	d->known = known;
}

static void print_field(struct decode *d, const struct decode_field *f, const char *p)
{
	size_t n;

	switch ((enum decode_field_kind)f->kind) {
	case FIELD_UNSIGNED:
	case FIELD_SIGNED:
		print_integer(d, f, p);
		break;
	case FIELD_CHARS:
		n = strnlen(p, f->width);
		put_quoted(d, p, n, false);
		break;
	case FIELD_BYTES:
		put_quoted(d, p, f->width, false);
		break;
	case FIELD_STRUCT:
		print_inner(d, f, p);
		break;
	case FIELD_ARRAY:
		decode_array_at(d, f->type, p, f->width, f->width / f->type->width);
		break;
	case FIELD_MORE:
		put_str(d, "...");
		break;
	}
}

static bool all_zero(const char *p, size_t n)
{
	while (n)
		if (p[--n])
			return false;
	return true;
}

static bool all_set(const unsigned char *known, size_t n)
{
	while (n)
		if (!known[--n])
			return false;
	return true;
}

void decode_struct_at(struct decode *d, const struct decode_type *t, const void *p, size_t avail)
{
	const struct decode_field *f = t->table, *end = f + t->n;
	bool first = true;

	put_char(d, '{');
	for (; f < end; f++) {
		const char *at = (const char *)p + f->offset;

		if ((size_t)f->offset + f->width > avail)
			break;
		if (f->skip0 && all_zero(at, f->width))
			continue;
		if (d->known && f->kind != FIELD_STRUCT && !all_set(d->known + f->offset, f->width))
			continue;
		if (!first)
			put_bytes(d, ", ", 2);
		first = false;
		if (f->name) {
			put_str(d, f->name);
			put_char(d, '=');
		}
		print_field(d, f, at);
	}
	if (f < end)
		put_str(d, first ? "..." : ", ...");
	put_char(d, '}');
}

/* One side of what a pointer points to. */
struct pointee {
	const void *p;
	size_t avail;
	__u64 len;
	const unsigned char *known;
};

/* Structures that may come in pieces; the larger ones only the kernel writes, in one. */
#define PIECES_MAX 128

struct pieces {
	char bytes[PIECES_MAX];
	unsigned char known[PIECES_MAX];
};

static struct pointee find(const struct decode *d, const struct decode_pointee *m, __u64 v,
			   enum decode_side side, struct pieces *room)
{
	struct pointee s = { 0 };

	s.p = decode_stored(d, v, side, &s.avail, &s.len);
	if (s.p && s.avail >= m->need)
		return s;
	s.p = NULL;
	if (!m->pieces || m->need > PIECES_MAX)
		return s;
	if (decode_gather(d, v, side, room->bytes, room->known, m->need))
		s = (struct pointee){ room->bytes, m->need, m->need, room->known };
	return s;
}

static void print_pointee(struct decode *d, const struct decode_pointee *m,
			  const struct pointee *s)
{
	const unsigned char *outer = d->known;

	d->depth++;
	d->known = s->known;
	m->at(d, m, s->p, s->avail, s->len);
	d->known = outer;
	d->depth--;
}

static bool same(const struct pointee *a, const struct pointee *b)
{
	size_t n = a->avail < b->avail ? a->avail : b->avail, i;

	for (i = 0; i < n; i++)
		if ((!a->known || a->known[i]) && (!b->known || b->known[i]) &&
		    ((const char *)a->p)[i] != ((const char *)b->p)[i])
			return false;
	return true;
}

void decode_pointer(struct decode *d, const struct decode_pointee *m, __u64 v,
		    enum decode_side side)
{
	struct pointee in = { 0 }, out = { 0 };
	struct pieces in_room, out_room;

	if (d->depth < DEPTH_MAX && (side & DECODE_IN))
		in = find(d, m, v, DECODE_IN, &in_room);
	if (d->depth < DEPTH_MAX && (side & DECODE_OUT))
		out = find(d, m, v, DECODE_OUT, &out_room);
	if (!in.p && !out.p) {
		d->raw |= v != 0;
		put_pointer(d, v);
		return;
	}
	if (in.p && (!out.p || !same(&in, &out))) {
		print_pointee(d, m, &in);
		if (out.p)
			put_str(d, " => ");
	}
	if (out.p)
		print_pointee(d, m, &out);
}

static void struct_at(struct decode *d, const struct decode_pointee *m, const void *p,
		      size_t avail, __u64 len)
{
	(void)len;
	decode_struct_at(d, m->type, p, avail < m->type->width ? avail : m->type->width);
}

void decode_struct(struct decode *d, const struct decode_type *t, __u64 v)
{
	struct decode_pointee m = { .at = struct_at, .type = t, .need = t->width,
				    .pieces = true };

	decode_pointer(d, &m, v, t->side);
}

/* One element: a structure, or an integer of the type's width. */
static void print_element(struct decode *d, const struct decode_type *t, const void *p)
{
	if (t->print == decode_struct)
		decode_struct_at(d, t, p, t->width);
	else
		t->print(d, t, decode_load(p, t->width));
}

/* [before => after] where the kernel changed it. */
void decode_number_pointer(struct decode *d, const struct decode_type *t, __u64 v)
{
	const struct decode_type *element = t->table;
	const void *in = NULL, *out = NULL;

	if (t->side & DECODE_IN)
		in = decode_mem(d, v, DECODE_IN, element->width);
	if (t->side & DECODE_OUT)
		out = decode_mem(d, v, DECODE_OUT, element->width);
	if (!in && !out) {
		d->raw |= v != 0;
		put_pointer(d, v);
		return;
	}
	if (in && out && !memcmp(in, out, element->width))
		in = NULL;
	put_char(d, '[');
	if (in)
		print_element(d, element, in);
	if (in && out)
		put_str(d, " => ");
	if (out)
		print_element(d, element, out);
	put_char(d, ']');
}

static void numbers_at(struct decode *d, const struct decode_pointee *m, const void *p,
		       size_t avail, __u64 len)
{
	decode_array_at(d, m->type, p, avail, len / m->type->width);
}

void decode_number_array(struct decode *d, const struct decode_type *t, __u64 v)
{
	struct decode_pointee m = { .at = numbers_at, .type = t->table };

	decode_pointer(d, &m, v, t->side);
}

void decode_array_at(struct decode *d, const struct decode_type *t, const void *p, size_t avail,
		     __u64 n)
{
	__u64 have = avail / t->width, i;

	if (have > n)
		have = n;
	if (have > DECODE_ARRAY_MAX)
		have = DECODE_ARRAY_MAX;
	put_char(d, '[');
	for (i = 0; i < have; i++) {
		if (i)
			put_bytes(d, ", ", 2);
		print_element(d, t, (const char *)p + i * t->width);
	}
	if (have < n)
		put_str(d, have ? ", ..." : "...");
	put_char(d, ']');
}

void decode_array(struct decode *d, const struct decode_type *t, __u64 v, __u64 n)
{
	size_t avail;
	const void *p;

	if (v && !n) {
		put_str(d, "[]");
		return;
	}
	p = decode_stored(d, v, t->side, &avail, NULL);
	if (!p || avail < t->width || d->depth >= DEPTH_MAX) {
		d->raw |= v != 0;
		put_pointer(d, v);
		return;
	}
	d->depth++;
	decode_array_at(d, t, p, avail, n);
	d->depth--;
}
