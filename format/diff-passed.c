// SPDX-License-Identifier: GPL-2.0
/*
 * What was passed over on the way to a difference: the last calls of each kind
 * whose answer differs by itself (ids, clocks, random numbers) and did differ.
 * When nothing else parts two executions, one of these did.
 */
#include <format/diff.h>
#include <format/fields.h>

#include <string.h>
#include <xxhash.h>

/* Hash of what varies wholly in step @e; 0: nothing does. Addresses are no news and left out. */
static uint64_t chance_in_call(const struct scap_header *h, const struct scap_ev_syscall *c)
{
	const struct scap_sysinfo *row = scap_call_row(h, c);
	uint64_t hash = 0;

	if (!row || c->h.type != SCAP_EV_SYSCALL)
		return 0;
	for (const struct scap_span *s = scap_span_next(&c->h, NULL); s; s = scap_span_next(&c->h, s))
		if (s->kind == SCAP_SPAN_OUT && scap_output_varies(row, s->arg) == SCAP_VARIES_WHOLLY)
			hash = XXH64(scap_span_bytes(s), s->stored, hash) | 1;
	if (row->ret != SCAP_T_PTR && row->nargs <= 1 &&
	    scap_result_varies(row, (uint64_t)c->result))
		hash = XXH64(&c->result, sizeof(c->result), hash) | 1;
	return hash;
}

static uint64_t chance_in(const struct scap_header *h, const struct scap_event *e, const char **name)
{
	const struct scap_ev_trap *t = (const void *)e;

	if (e->type == SCAP_EV_TRAP && t->kind != SCAP_TRAP_CPUID) {
		*name = t->kind == SCAP_TRAP_CNTVCT ? "the counter register" : "rdtsc";
		return XXH64(t->value, sizeof(t->value), 0) | 1;
	}
	if (e->type != SCAP_EV_SYSCALL)
		return 0;
	*name = scap_call_row(h, (const void *)e) ? scap_call_row(h, (const void *)e)->name : "";
	return chance_in_call(h, (const void *)e);
}

/* The entry to fill for @name: its own, a free one, or the oldest. */
static struct diff_passed *slot_for(struct diff_passed *p, const char *name)
{
	struct diff_passed *oldest = p;

	for (unsigned int i = 0; i < DIFF_PASSED; i++) {
		if (p[i].name && !strcmp(p[i].name, name))
			return &p[i];
		if (p[i].event < oldest->event)
			oldest = &p[i];
	}
	return oldest;
}

void diff_passed_note(struct diff_passed *p, const struct scap_header *h,
		      const struct diff_step *step)
{
	const char *name;
	uint64_t hash = chance_in(h, step->fused, &name);

	if (hash)
		*slot_for(p, name) = (struct diff_passed){
			.name = name, .step = step->index, .event = step->event, .hash = hash };
}

void diff_passed_check(struct diff_passed *p, const struct scap_header *h,
		       const struct diff_step *step)
{
	const char *name;

	for (unsigned int i = 0; i < DIFF_PASSED; i++)
		if (p[i].name && p[i].step == step->index)
			p[i].differs = chance_in(h, step->fused, &name) != p[i].hash;
}

/* The nearest first. */
void diff_passed_text(struct diff_passed *p, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = 0;
	for (;;) {
		struct diff_passed *nearest = NULL;

		for (unsigned int i = 0; i < DIFF_PASSED; i++)
			if (p[i].differs && (!nearest || p[i].event > nearest->event))
				nearest = &p[i];
		if (!nearest)
			return;
		nearest->differs = false;
		len += (size_t)snprintf(buf + len, size - len, "%s%s (event %llu)", len ? ", " : "",
					nearest->name, (unsigned long long)nearest->event);
		if (len >= size)
			return;
	}
}
