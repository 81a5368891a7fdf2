// SPDX-License-Identifier: GPL-2.0
/*
 * Events as lists of comparable fields. Without SCAP_COMPARE_EXACT everything
 * that varies by itself (varying.def) is left out or blanked, so that what
 * remains is what two executions of one program have in common.
 */
#include <format/decode.h>
#include <format/fields.h>

#include <string.h>

struct walk {
	const struct scap_header *h;
	unsigned int how;
	scap_field_emit *emit;
	void *ctx;
};

static bool exact(const struct walk *w)
{
	return w->how & SCAP_COMPARE_EXACT;
}

static void number_shown(const struct walk *w, enum scap_field field, uint8_t arg, uint64_t value,
			 uint64_t shown)
{
	w->emit(w->ctx, &(struct scap_field_value){ .field = field, .arg = arg, .value = value,
						    .shown = shown });
}

static void number(const struct walk *w, enum scap_field field, uint8_t arg, uint64_t value)
{
	number_shown(w, field, arg, value, value);
}

static void bytes(const struct walk *w, enum scap_field field, uint8_t arg, uint64_t value,
		  const void *p, size_t len)
{
	w->emit(w->ctx, &(struct scap_field_value){ .field = field, .arg = arg, .value = value,
						    .bytes = p, .len = len });
}

/* What varies by itself: for those who ask for it. */
static void varied(const struct walk *w, enum scap_field field, uint8_t arg,
		   enum scap_chance chance, const void *p, size_t len)
{
	if (w->how & SCAP_PART_CHANCE)
		w->emit(w->ctx, &(struct scap_field_value){ .field = field, .arg = arg,
							    .chance = (uint8_t)chance, .value = len,
							    .bytes = p, .len = len });
}

static void span_bytes(const struct walk *w, enum scap_field field, const struct scap_span *s)
{
	bytes(w, field, s->arg, s->len, scap_span_bytes(s), s->stored);
}

/* Every span of @kind, as it is. */
static void spans(const struct walk *w, const struct scap_event *e, uint8_t kind,
		  enum scap_field field)
{
	for (const struct scap_span *s = scap_span_next(e, NULL); s; s = scap_span_next(e, s))
		if (s->kind == kind)
			span_bytes(w, field, s);
}

/* ---- calls ---- */

/* An argument or result: as it is or, where it varies, only whether it is 0. */
static void value(const struct walk *w, enum scap_field field, uint8_t arg,
		  enum scap_chance chance, uint64_t v)
{
	if (chance)
		varied(w, field, arg, chance, &v, sizeof(v));
	number_shown(w, field, arg, chance ? v != 0 : v, v);
}

/* Registers that the call does not look at (futex without a time, open without a mode) hold anything. */
static void entry_numbers(const struct walk *w, const struct scap_ev_syscall *c,
			  const struct scap_sysinfo *row)
{
	unsigned int nargs = row ? row->nargs : 6;
	struct decode d;

	decode_init(&d, NULL, 0, w->h, &c->h);
	number(w, SCAP_FIELD_NR, SCAP_ARG_NONE, c->nr);
	for (unsigned int i = 0; i < nargs && (exact(w) || !decode_arg_absent(&d, i)); i++) {
		uint8_t type = row ? row->type[i] : SCAP_T_NONE;

		value(w, SCAP_FIELD_ARG, (uint8_t)i,
		      exact(w) ? SCAP_CHANCE_NONE : scap_value_varies(type, c->args[i]), c->args[i]);
	}
}

/*
 * Input of which parts look like addresses or random names. Returns whether its hash counts: there
 * were none, or it is data of which more follows than was kept.
 */
static bool input_in_part(const struct walk *w, const struct scap_sysinfo *row,
			  const struct scap_span *s, enum scap_chance chance)
{
	bool data = row->type[s->arg] >= SCAP_T_BUF_IN && row->type[s->arg] <= SCAP_T_BUF, same;
	uint8_t copy[SCAP_STRING_MAX];

	memcpy(copy, scap_span_bytes(s), s->stored);
	scap_blank_input(row, s->arg, copy, s->stored);
	same = !memcmp(copy, scap_span_bytes(s), s->stored);
	bytes(w, SCAP_FIELD_INPUT, s->arg, s->len, copy, s->stored);
	if (!same)
		varied(w, SCAP_FIELD_INPUT, s->arg, chance, scap_span_bytes(s), s->stored);
	return same || (data && s->stored < s->len);
}

/* A path. Returns whether it is the same each time. */
static bool input_name(const struct walk *w, const struct scap_span *s)
{
	char copy[SCAP_STRING_MAX];
	enum scap_chance chance;
	size_t len;

	memcpy(copy, scap_span_bytes(s), s->stored);
	len = scap_settle_name(copy, s->stored, &chance);
	if (chance)
		varied(w, SCAP_FIELD_INPUT, s->arg, chance, scap_span_bytes(s), s->stored);
	bytes(w, SCAP_FIELD_INPUT, s->arg, chance ? len : s->len, copy, len);
	return !chance;
}

/* Returns whether all of it counts. */
static bool one_input(const struct walk *w, const struct scap_sysinfo *row, const struct scap_span *s)
{
	enum scap_chance chance = SCAP_CHANCE_NONE;
	enum scap_varying varies = exact(w) ? SCAP_VARIES_NOT : scap_input_varies(row, s->arg, &chance);
	bool path = row && s->arg < row->nargs && row->type[s->arg] == SCAP_T_PATH;

	if (varies == SCAP_VARIES_WHOLLY)
		varied(w, SCAP_FIELD_INPUT, s->arg, chance, scap_span_bytes(s), s->stored);
	else if (s->stored > SCAP_STRING_MAX)
		span_bytes(w, SCAP_FIELD_INPUT, s);
	else if (varies == SCAP_VARIES_PARTLY)
		return input_in_part(w, row, s, chance);
	else if (path && !exact(w))
		return input_name(w, s);
	else
		span_bytes(w, SCAP_FIELD_INPUT, s);
	return varies == SCAP_VARIES_NOT;
}

/* The hash is over all input: it says nothing where some of it varies, and all of it is there. */
static void entry_input(const struct walk *w, const struct scap_ev_syscall *c,
			const struct scap_sysinfo *row)
{
	bool steady = true;

	for (const struct scap_span *s = scap_span_next(&c->h, NULL); s; s = scap_span_next(&c->h, s))
		if (s->kind == SCAP_SPAN_IN)
			steady &= one_input(w, row, s);
	if (steady && c->h.type != SCAP_EV_SYSCALL_EXIT)
		number(w, SCAP_FIELD_INPUT, SCAP_ARG_NONE, c->in_hash);
}

static void one_output(const struct walk *w, const struct scap_sysinfo *row,
		       const struct scap_span *s, uint64_t offset)
{
	enum scap_chance chance = SCAP_CHANCE_NONE;
	enum scap_varying varies = exact(w) ? SCAP_VARIES_NOT : scap_output_varies(row, s->arg, &chance);
	uint8_t copy[SCAP_BLANK_MAX];

	if (varies == SCAP_VARIES_WHOLLY) {
		varied(w, SCAP_FIELD_OUTPUT, s->arg, chance, scap_span_bytes(s), s->stored);
		return;
	}
	if (varies == SCAP_VARIES_NOT) {
		span_bytes(w, SCAP_FIELD_OUTPUT, s);
		return;
	}
	memcpy(copy, scap_span_bytes(s), s->stored);
	scap_blank_output(w->h, row, s->arg, offset, copy, s->stored, SCAP_CHANCE_ALL);
	bytes(w, SCAP_FIELD_OUTPUT, s->arg, s->len, copy, s->stored);
}

static void exit_output(const struct walk *w, const struct scap_ev_syscall *c,
			const struct scap_sysinfo *row)
{
	uint64_t offset[7] = { 0 };

	for (const struct scap_span *s = scap_span_next(&c->h, NULL); s;
	     s = scap_span_next(&c->h, s)) {
		unsigned int slot = s->arg < 6 ? s->arg : 6;

		if (s->kind == SCAP_SPAN_ECHO)
			span_bytes(w, SCAP_FIELD_ECHO, s);
		if (s->kind != SCAP_SPAN_OUT)
			continue;
		one_output(w, row, s, offset[slot]);
		offset[slot] += s->stored;
	}
}

static void exit_result(const struct walk *w, const struct scap_ev_syscall *c,
			const struct scap_sysinfo *row)
{
	uint64_t v = (uint64_t)c->result;

	value(w, SCAP_FIELD_RESULT, SCAP_ARG_NONE,
	      exact(w) ? SCAP_CHANCE_NONE : scap_result_varies(row, v), v);
}

static void call_fields(const struct walk *w, const struct scap_ev_syscall *c)
{
	const struct scap_sysinfo *row = scap_call_row(w->h, c);
	unsigned int part = w->how & (SCAP_PART_ENTRY | SCAP_PART_EXIT);

	if (!part)
		part = c->h.type == SCAP_EV_SYSCALL ? SCAP_PART_ENTRY | SCAP_PART_EXIT :
		       c->h.type == SCAP_EV_SYSCALL_EXIT ? SCAP_PART_EXIT : SCAP_PART_ENTRY;
	if (part & SCAP_PART_ENTRY) {
		entry_numbers(w, c, row);
		entry_input(w, c, row);
	} else {
		number(w, SCAP_FIELD_NR, SCAP_ARG_NONE, c->nr);
	}
	if (part & SCAP_PART_EXIT) {
		exit_result(w, c, row);
		if (!(w->how & SCAP_PART_NO_OUTPUT))
			exit_output(w, c, row);
	}
}

/* ---- everything else ---- */

static void file_identity(const struct walk *w, const struct scap_event *e,
			  const struct scap_file_id *id)
{
	spans(w, e, SCAP_SPAN_PATH, SCAP_FIELD_PROGRAM);
	spans(w, e, SCAP_SPAN_INTERP, SCAP_FIELD_PROGRAM);
	number(w, SCAP_FIELD_PROGRAM, 0, id->size);
	number(w, SCAP_FIELD_PROGRAM, 1, id->hash);
	if (exact(w)) {
		number(w, SCAP_FIELD_PROGRAM, 2, id->dev);
		number(w, SCAP_FIELD_PROGRAM, 3, id->ino);
	}
}

static void exec_fields(const struct walk *w, const struct scap_ev_exec *x)
{
	file_identity(w, &x->h, &x->file);
	spans(w, &x->h, SCAP_SPAN_RLIMITS, SCAP_FIELD_LIMITS);
	if (!exact(w))
		return;
	number(w, SCAP_FIELD_TASK, SCAP_ARG_NONE, x->pid);
	spans(w, &x->h, SCAP_SPAN_MM, SCAP_FIELD_MAP);
	spans(w, &x->h, SCAP_SPAN_REGS, SCAP_FIELD_REGS);
	spans(w, &x->h, SCAP_SPAN_CPUID, SCAP_FIELD_REGS);
	spans(w, &x->h, SCAP_SPAN_AUXV, SCAP_FIELD_OUTPUT);
	if (!(w->how & SCAP_PART_NO_OUTPUT))
		spans(w, &x->h, SCAP_SPAN_OUT, SCAP_FIELD_OUTPUT);
}

static void map_fields(const struct walk *w, const struct scap_ev_map *m)
{
	/* Where the stack ends depends on how much of it the kernel's random offset took. */
	bool random_size = m->source == SCAP_MAP_STACK || m->source == SCAP_MAP_HEAP;

	number(w, SCAP_FIELD_MAP, 0, m->source);
	if (exact(w))
		number(w, SCAP_FIELD_MAP, 1, m->addr);
	if (exact(w) || !random_size)
		number(w, SCAP_FIELD_MAP, 2, m->len);
	number(w, SCAP_FIELD_MAP, 3, m->offset);
	number(w, SCAP_FIELD_MAP, 4, m->prot);
	number(w, SCAP_FIELD_MAP, 5, m->flags);
	file_identity(w, &m->h, &m->file);
}

/* si_signo, si_errno, si_code; behind them stand ids, addresses and times. */
#define SIGINFO_HEAD 12

static void signal_fields(const struct walk *w, const struct scap_ev_signal *s)
{
	const struct scap_span *info = scap_span_find(&s->h, SCAP_SPAN_SIGINFO, SCAP_ARG_NONE);

	number(w, SCAP_FIELD_SIGNO, SCAP_ARG_NONE, s->signo);
	number(w, SCAP_FIELD_PLACE, 1, s->action);
	if (!exact(w)) {
		if (info && info->stored >= SIGINFO_HEAD)
			bytes(w, SCAP_FIELD_SIGINFO, SCAP_ARG_NONE, SIGINFO_HEAD,
			      scap_span_bytes(info), SIGINFO_HEAD);
		return;
	}
	number(w, SCAP_FIELD_PLACE, 0, s->place);
	number(w, SCAP_FIELD_IP, SCAP_ARG_NONE, s->ip);
	spans(w, &s->h, SCAP_SPAN_SIGINFO, SCAP_FIELD_SIGINFO);
	spans(w, &s->h, SCAP_SPAN_REGS, SCAP_FIELD_REGS);
	spans(w, &s->h, SCAP_SPAN_OUT, SCAP_FIELD_OUTPUT);
}

static void trap_fields(const struct walk *w, const struct scap_ev_trap *t)
{
	bool clock = t->kind != SCAP_TRAP_CPUID;

	number(w, SCAP_FIELD_VALUE, 0, t->kind);
	if (exact(w))
		number(w, SCAP_FIELD_IP, SCAP_ARG_NONE, t->ip);
	if (!exact(w) && clock)
		varied(w, SCAP_FIELD_VALUE, 1, SCAP_CHANCE_CLOCKS, t->value, sizeof(t->value));
	if (exact(w) || !clock) {
		number(w, SCAP_FIELD_VALUE, 1, t->value[0]);
		number(w, SCAP_FIELD_VALUE, 2, t->value[1]);
	}
}

static void fork_fields(const struct walk *w, const struct scap_ev_fork *f)
{
	number(w, SCAP_FIELD_VALUE, 0, f->clone_flags);
	if (exact(w))
		number(w, SCAP_FIELD_TASK, SCAP_ARG_NONE, f->child);
	else
		varied(w, SCAP_FIELD_TASK, SCAP_ARG_NONE, SCAP_CHANCE_IDS, &f->child, sizeof(f->child));
}

static void mem_fields(const struct walk *w, const struct scap_ev_mem *m)
{
	number(w, SCAP_FIELD_VALUE, 0, m->cause);
	/* A lock on the robust list holds a thread's id. */
	if (exact(w) || m->cause != SCAP_MEM_ROBUST)
		spans(w, &m->h, SCAP_SPAN_OUT, SCAP_FIELD_OUTPUT);
}

static void file_fields(const struct walk *w, const struct scap_ev_file *f)
{
	number(w, SCAP_FIELD_FILE, 0, f->size);
	spans(w, &f->h, SCAP_SPAN_FILE, SCAP_FIELD_FILE);
}

static void data_fields(const struct walk *w, const struct scap_event *e)
{
	spans(w, e, SCAP_SPAN_OUT, SCAP_FIELD_OUTPUT);
	spans(w, e, SCAP_SPAN_ECHO, SCAP_FIELD_ECHO);
}

static void switch_fields(const struct walk *w, const struct scap_ev_switch *s)
{
	if (!exact(w))
		return;
	number(w, SCAP_FIELD_TASK, SCAP_ARG_NONE, s->next);
	spans(w, &s->h, SCAP_SPAN_REGS, SCAP_FIELD_REGS);
}

static uint64_t kind_of(uint16_t type)
{
	return type == SCAP_EV_SYSCALL_ENTER || type == SCAP_EV_SYSCALL_EXIT ? SCAP_EV_SYSCALL
									      : type;
}

void scap_event_fields(const struct scap_header *h, const struct scap_event *e, unsigned int how,
		       scap_field_emit *emit, void *ctx)
{
	const struct walk w = { h, how, emit, ctx };
	const void *p = e;

	number(&w, SCAP_FIELD_TYPE, SCAP_ARG_NONE, kind_of(e->type));
	switch (e->type) {
	case SCAP_EV_SYSCALL:
	case SCAP_EV_SYSCALL_ENTER:
	case SCAP_EV_SYSCALL_EXIT:
		call_fields(&w, p);
		break;
	case SCAP_EV_EXEC:
		exec_fields(&w, p);
		break;
	case SCAP_EV_DATA:
		data_fields(&w, e);
		break;
	case SCAP_EV_MAP:
		map_fields(&w, p);
		break;
	case SCAP_EV_FILE:
		file_fields(&w, p);
		break;
	case SCAP_EV_SIGNAL:
		signal_fields(&w, p);
		break;
	case SCAP_EV_MEM:
		mem_fields(&w, p);
		break;
	case SCAP_EV_SWITCH:
		switch_fields(&w, p);
		break;
	case SCAP_EV_TRAP:
		trap_fields(&w, p);
		break;
	case SCAP_EV_FORK:
		fork_fields(&w, p);
		break;
	case SCAP_EV_TASK_EXIT:
		number(&w, SCAP_FIELD_STATUS, SCAP_ARG_NONE,
		       (uint32_t)((const struct scap_ev_task_exit *)p)->status);
		break;
	case SCAP_EV_META:
		number(&w, SCAP_FIELD_VALUE, 0, ((const struct scap_ev_meta *)p)->kind);
		number(&w, SCAP_FIELD_VALUE, 1, ((const struct scap_ev_meta *)p)->value);
		break;
	case SCAP_EV_CHECKSUM:
		number(&w, SCAP_FIELD_VALUE, 0, ((const struct scap_ev_checksum *)p)->pages);
		break;
	case SCAP_EV_GAP:
		number(&w, SCAP_FIELD_VALUE, 0, ((const struct scap_ev_gap *)p)->events);
		break;
	}
}
