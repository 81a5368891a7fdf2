// SPDX-License-Identifier: GPL-2.0
/*
 * Output that one event does not hold: where it differs. Both traces are read side by
 * side through the records of such a step, piece against piece, so that nothing but the
 * bytes to be shown is kept.
 */
#include <format/diff.h>

#include <stdlib.h>
#include <string.h>

/*
 * Each sweep reads both traces once, and takes all steps that stand in the same order in
 * both; the few that do not, since other tasks came in between, wait for the next.
 */
#define SWEEPS 8

/* Which output a piece belongs to, where there is none any more. */
#define NO_SLOT DIFF_SLOTS

/*
 * One trace in the records of a step.
 * @last:  event that closes the step; @tid: its task
 * @event, @span: where in it the next piece is looked for
 * @bytes, @left: rest of the piece at hand, of output @slot
 * @taken: bytes so far of each output
 */
struct side {
	struct scap_reader *reader;
	uint64_t last;
	uint32_t tid;
	const struct scap_event *event;
	const struct scap_span *span;
	const uint8_t *bytes;
	size_t left;
	unsigned int slot;
	uint64_t taken[DIFF_SLOTS];
};

/* ---- pieces ---- */

/* Whether the event that was read holds output of the step: one of its pieces, or what closes it. */
static bool has_output(const struct side *x)
{
	uint16_t type = x->event->type;

	return x->event->tid == x->tid &&
	       (type == SCAP_EV_DATA || type == SCAP_EV_FILE || scap_reader_count(x->reader) == x->last);
}

/* Moves on to the next record of the step; @x->event NULL: there is none. 0 or -errno. */
static int next_record(struct side *x, struct scap_error *err)
{
	int ret = 1;

	x->event = NULL;
	x->span = NULL;
	while (ret == 1 && !x->event && scap_reader_count(x->reader) < x->last) {
		ret = scap_reader_next(x->reader, &x->event, err);
		if (ret == 1 && !has_output(x))
			x->event = NULL;
	}
	/* Where a trace is cut off is behind the step, or it would be none. */
	return ret < 0 && ret != -EUCLEAN ? ret : 0;
}

/* Makes sure that a piece is at hand, unless the step's output is over. 0 or -errno. */
static int next_piece(struct side *x, struct scap_error *err)
{
	int ret = 0;

	while (!ret && !x->left && x->event) {
		x->span = scap_span_next(x->event, x->span);
		if (!x->span) {
			ret = next_record(x, err);
			continue;
		}
		x->slot = diff_output_slot(x->span);
		x->left = x->slot == NO_SLOT ? 0 : x->span->stored;
		x->bytes = scap_span_bytes(x->span);
	}
	if (!x->left)
		x->slot = NO_SLOT;
	return ret;
}

static void take(struct side *x, size_t n)
{
	x->taken[x->slot] += n;
	x->bytes += n;
	x->left -= n;
}

/* ---- the first difference ---- */

/* The last bytes of output @slot, which both have. */
struct lead {
	unsigned int slot;
	size_t n;
	uint8_t bytes[SCAP_EXCERPT_LEAD];
};

static void remember(struct lead *l, unsigned int slot, const uint8_t *bytes, size_t n)
{
	size_t keep = l->slot == slot ? l->n : 0;

	if (n > sizeof(l->bytes)) {
		bytes += n - sizeof(l->bytes);
		n = sizeof(l->bytes);
	}
	if (keep + n > sizeof(l->bytes)) {
		size_t drop = keep + n - sizeof(l->bytes);

		memmove(l->bytes, l->bytes + drop, keep - drop);
		keep -= drop;
	}
	memcpy(l->bytes + keep, bytes, n);
	l->n = keep + n;
	l->slot = slot;
}

/* How many bytes of the pieces at hand are the same. */
static size_t same_bytes(const struct side x[2])
{
	size_t n = x[0].left < x[1].left ? x[0].left : x[1].left, i = 0;

	if (x[0].slot != x[1].slot)
		return 0;
	if (!memcmp(x[0].bytes, x[1].bytes, n))
		return n;
	while (x[0].bytes[i] == x[1].bytes[i])
		i++;
	return i;
}

/* The output in which they part: where one goes on with the @last, and the other does not, that one. */
static unsigned int parting_slot(const struct side x[2], unsigned int last)
{
	if (x[0].slot == NO_SLOT)
		return x[1].slot;
	if (x[1].slot == NO_SLOT)
		return x[0].slot;
	return x[1].slot == last ? x[1].slot : x[0].slot;
}

/*
 * Passes over what both have. *@slot: the output in which they part then; NO_SLOT: there
 * is none. 0 or -errno.
 */
static int pass_common(struct side x[2], struct lead *l, unsigned int *slot, struct scap_error *err)
{
	size_t n;
	int ret;

	do {
		ret = next_piece(&x[0], err);
		if (!ret)
			ret = next_piece(&x[1], err);
		n = ret || x[0].slot == NO_SLOT ? 0 : same_bytes(x);
		if (n) {
			remember(l, x[0].slot, x[0].bytes, n);
			take(&x[0], n);
			take(&x[1], n);
		}
	} while (n);
	*slot = parting_slot(x, l->slot);
	return ret;
}

/* Takes the rest of the step, and of @slot's what is to be shown. 0 or -errno. */
static int take_rest(struct side *x, unsigned int slot, uint8_t *bytes, unsigned int *n, struct scap_error *err)
{
	int ret;

	while (!(ret = next_piece(x, err)) && x->slot != NO_SLOT) {
		size_t room = x->slot == slot ? SCAP_EXCERPT - *n : 0;
		size_t shown = x->left < room ? x->left : room;

		memcpy(bytes + *n, x->bytes, shown);
		*n += (unsigned int)shown;
		take(x, x->left);
	}
	return ret;
}

/* ---- what it says ---- */

static enum scap_field field_of(unsigned int slot)
{
	return slot == DIFF_SLOT_ECHO ? SCAP_FIELD_ECHO : slot == DIFF_SLOT_FILE ? SCAP_FIELD_FILE
										   : SCAP_FIELD_OUTPUT;
}

static uint8_t first_bytes(uint8_t to[16], const struct scap_excerpt *e, int side, size_t lead)
{
	size_t n = e->n[side] - lead;

	if (n > 16)
		n = 16;
	memcpy(to, e->bytes[side] + lead, n);
	return (uint8_t)n;
}

static void describe(struct diff_finding *f, const struct side x[2], unsigned int slot, uint64_t at,
		     const struct scap_excerpt *e)
{
	size_t lead = at - e->from;

	f->difference = (struct scap_difference){
		.field = field_of(slot),
		.arg = slot < DIFF_SLOT_NO_ARG ? (uint8_t)slot : SCAP_ARG_NONE,
		.is_bytes = true,
		.expected = x[0].taken[slot],
		.actual = x[1].taken[slot],
		.offset = at,
		.excerpt = e,
	};
	f->difference.nexpected = first_bytes(f->difference.expected_bytes, e, 0, lead);
	f->difference.nactual = first_bytes(f->difference.actual_bytes, e, 1, lead);
}

/* Both stand at the first record of the step of @f. 0 or -errno. */
static int look(struct diff_finding *f, struct side x[2], struct scap_error *err)
{
	struct scap_excerpt *e = calloc(1, sizeof(*e));
	struct lead lead = { .slot = NO_SLOT };
	unsigned int slot = NO_SLOT;
	uint64_t at;
	int ret = e ? pass_common(x, &lead, &slot, err) : scap_fail(err, ENOMEM, "no memory");

	if (ret || slot == NO_SLOT) {
		free(e);
		return ret;
	}
	if (lead.slot != slot)
		lead.n = 0;
	at = x[0].taken[slot];
	e->from = at - lead.n;
	for (int side = 0; side < 2 && !ret; side++) {
		memcpy(e->bytes[side], lead.bytes, lead.n);
		e->n[side] = (unsigned int)lead.n;
		ret = take_rest(&x[side], slot, e->bytes[side], &e->n[side], err);
	}
	f->excerpt = e;
	describe(f, x, slot, at, e);
	return ret;
}

/* ---- the steps that need it ---- */

/* Moves @reader to the first record of the step of @f on @side. 0 or -errno. */
static int go_to(const struct diff_finding *f, int side, struct scap_reader *reader, struct side *x,
		 struct scap_error *err)
{
	int ret = 1;

	*x = (struct side){ .reader = reader, .last = f->gap.event[side], .tid = f->event[side]->tid, .slot = NO_SLOT };
	while (ret == 1 && scap_reader_count(reader) + 1 < f->begins[side])
		ret = scap_reader_next(reader, &x->event, err);
	return ret < 0 && ret != -EUCLEAN ? ret : next_record(x, err);
}

static bool is_ahead(const struct diff_finding *f, int side, const struct scap_reader *reader)
{
	return f->begins[side] > scap_reader_count(reader);
}

/* Looks at what of the findings, in order of A, can be reached. How many are left; -errno. */
static int sweep(struct diff_result *r, struct scap_reader *const reader[2], struct scap_error *err)
{
	int ret = 0, left = 0;

	for (size_t i = 0; i < r->nfindings && !ret; i++) {
		struct diff_finding *f = &r->finding[i];
		struct side x[2];

		if (!f->beyond)
			continue;
		if (!is_ahead(f, 0, reader[0]) || !is_ahead(f, 1, reader[1])) {
			left++;
			continue;
		}
		f->beyond = false;
		ret = go_to(f, 0, reader[0], &x[0], err);
		if (!ret)
			ret = go_to(f, 1, reader[1], &x[1], err);
		if (!ret)
			ret = look(f, x, err);
	}
	return ret ? ret : left;
}

static bool has_any(const struct diff_result *r)
{
	for (size_t i = 0; i < r->nfindings; i++)
		if (r->finding[i].beyond)
			return true;
	return false;
}

int diff_look_beyond(struct diff_result *r, struct scap_error *err)
{
	int ret = has_any(r);

	for (unsigned int i = 0; i < SWEEPS && ret > 0; i++) {
		struct scap_reader *reader[2] = { NULL, NULL };

		ret = scap_reader_open(&reader[0], r->names[0], err);
		if (!ret)
			ret = scap_reader_open(&reader[1], r->names[1], err);
		if (!ret)
			ret = sweep(r, reader, err);
		scap_reader_close(reader[0]);
		scap_reader_close(reader[1]);
	}
	return ret < 0 ? ret : 0;
}
