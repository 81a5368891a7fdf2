// SPDX-License-Identifier: GPL-2.0
/*
 * A syscall as strace(1) users know it: name(arguments) = result. Also where
 * printers find the memory that an event carries.
 */
#include <linux/sched.h>

#include <format/decode.h>

/* Column at which "= result" starts, where the call leaves room for it. */
#define RESULT_COLUMN 40

/* Piece of @s from @addr on; false: not in it. */
static bool span_at(const struct scap_span *s, __u64 addr, const void **p, size_t *avail,
		    __u64 *len)
{
	__u64 skip = addr - s->addr;

	if (addr < s->addr || (skip >= s->stored && (skip || s->len)))
		return false;
	*p = (const char *)scap_span_bytes(s) + skip;
	*avail = s->stored - (size_t)skip;
	if (len)
		*len = s->len - skip;
	return true;
}

static const void *find_stored(const struct scap_event *e, __u64 addr, __u8 kind, size_t *avail,
			       __u64 *len)
{
	const struct scap_span *s = NULL;
	const void *p;

	while ((s = scap_span_next(e, s)))
		if (s->kind == kind && span_at(s, addr, &p, avail, len))
			return p;
	return NULL;
}

static const void *find_ahead(const struct decode_ahead *ahead, __u64 addr, size_t *avail,
			      __u64 *len)
{
	unsigned int i;

	for (i = 0; ahead && i < ahead->n; i++) {
		const struct decode_ahead_piece *p = &ahead->piece[i];

		if (p->addr != addr)
			continue;
		*avail = p->stored;
		if (len)
			*len = p->len;
		return p->bytes;
	}
	return NULL;
}

const void *decode_stored(const struct decode *d, __u64 addr, enum decode_side side,
			  size_t *avail, __u64 *len)
{
	const void *p = NULL;

	if (addr && (side & DECODE_OUT))
		p = find_stored(d->event, addr, SCAP_SPAN_OUT, avail, len);
	if (addr && !p && (side & DECODE_OUT))
		p = find_ahead(d->ahead, addr, avail, len);
	if (addr && !p && (side & DECODE_IN))
		p = find_stored(d->event, addr, SCAP_SPAN_IN, avail, len);
	return p;
}

/* Copies the part of @s that lies in @size bytes from @addr on. */
static size_t take_overlap(const struct scap_span *s, __u64 addr, char *bytes,
			   unsigned char *known, size_t size)
{
	__u64 from = s->addr > addr ? s->addr - addr : 0;	/* in the structure */
	__u64 skip = addr > s->addr ? addr - s->addr : 0;	/* in the span */
	size_t n;

	if (from >= size || skip >= s->stored)
		return 0;
	n = s->stored - (size_t)skip;
	if (n > size - from)
		n = size - (size_t)from;
	memcpy(bytes + from, (const char *)scap_span_bytes(s) + skip, n);
	memset(known + from, 1, n);
	return n;
}

size_t decode_gather(const struct decode *d, __u64 addr, enum decode_side side, void *bytes,
		     unsigned char *known, size_t size)
{
	__u8 kind = side == DECODE_OUT ? SCAP_SPAN_OUT : SCAP_SPAN_IN;
	const struct scap_span *s = NULL;
	size_t n = 0;

	memset(bytes, 0, size);
	memset(known, 0, size);
	while (addr && (s = scap_span_next(d->event, s)))
		if (s->kind == kind)
			n += take_overlap(s, addr, bytes, known, size);
	return n;
}

const void *decode_mem(const struct decode *d, __u64 addr, enum decode_side side, size_t need)
{
	size_t avail;
	const void *p = decode_stored(d, addr, side, &avail, NULL);

	return p && avail >= need ? p : NULL;
}

const char *decode_call_name(const struct decode *d, char buf[32])
{
	struct decode name = { .buf = buf, .size = 32 };

	if (d->row)
		return d->row->name;
	put_str(&name, d->call->h.flags & SCAP_F_COMPAT ? "ia32_syscall_" : "syscall_");
	put_hex(&name, d->call->nr);
	buf[name.len] = '\0';
	return buf;
}

unsigned int decode_call_nargs(const struct decode *d)
{
	return d->row && d->row->nargs <= 6 ? d->row->nargs : 6;
}

static const struct decode_type *arg_type(const struct decode *d, unsigned int i)
{
	return decode_type(d->row ? d->row->type[i] : SCAP_T_HEX);
}

bool decode_call_arg(struct decode *d, unsigned int i)
{
	const struct decode_type *t = arg_type(d, i);

	d->arg = i;
	d->raw = false;
	t->print(d, t, d->call->args[i]);
	return !d->raw;
}

void decode_call_remark(struct decode *d, unsigned int i)
{
	const struct decode_type *t = arg_type(d, i);

	d->arg = i;
	if (t->aux)
		t->aux(d, t, d->call->args[i]);
}

/*
 * clone(2) by names: the architectures do not agree on the order of the last
 * two arguments, and most of them are used with certain flags only.
 */
static void print_clone(struct decode *d)
{
	const __u64 *args = d->call->args, flags = args[0];
	bool arm64 = d->arch == SCAP_ARCH_ARM64;

	put_str(d, "child_stack=");
	put_pointer(d, args[1]);
	put_str(d, ", flags=");
	decode_call_arg(d, 0);
	if (flags & (CLONE_PARENT_SETTID | CLONE_PIDFD)) {
		put_str(d, ", parent_tid=");
		decode_call_arg(d, 2);
	}
	if (flags & CLONE_SETTLS) {
		put_str(d, ", tls=");
		put_pointer(d, args[arm64 ? 3 : 4]);
	}
	if (flags & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID)) {
		put_str(d, ", child_tidptr=");
		put_pointer(d, args[arm64 ? 4 : 3]);
	}
}

static void print_args(struct decode *d, unsigned int from)
{
	unsigned int i, n = decode_call_nargs(d);

	if (!from && d->row && !strcmp(d->row->name, "clone")) {
		print_clone(d);
		return;
	}
	for (i = from; i < n; i++) {
		if (decode_arg_absent(d, i))
			break;
		if (i > from)
			put_bytes(d, ", ", 2);
		decode_call_arg(d, i);
	}
}

/* Whether argument @i was unknown while the call lasted. */
static bool is_output(const struct decode *d, unsigned int i)
{
	const struct decode_type *t = arg_type(d, i);

	if (t->side == DECODE_BOTH)
		return scap_span_find(d->event, SCAP_SPAN_OUT, (__u8)i);
	return t->side == DECODE_OUT;
}

/* The first argument that the kernel fills: a resumed call is shown from there. */
static unsigned int first_output(const struct decode *d)
{
	unsigned int i, n = decode_call_nargs(d);

	for (i = 0; d->row && i < n; i++)
		if (is_output(d, i))
			return i;
	return n;
}

static void print_aux(struct decode *d)
{
	unsigned int i, n = decode_call_nargs(d);
	bool first = true;

	for (i = 0; i < n; i++) {
		const struct decode_type *t = arg_type(d, i);
		size_t start = d->len, body;

		if (!t->aux)
			continue;
		d->arg = i;
		put_str(d, first ? " (" : ", ");
		body = d->len;
		t->aux(d, t, d->call->args[i]);
		if (d->len == body)
			d->len = start;
		else
			first = false;
	}
	if (!first)
		put_char(d, ')');
}

static void print_error(struct decode *d, int code)
{
	const char *name = scap_errno_name(code), *text = decode_errno_text(code);

	put_str(d, decode_is_restart(code) ? "?" : "-1");
	put_char(d, ' ');
	if (name) {
		put_str(d, name);
	} else {
		put_str(d, "error ");
		put_unsigned(d, (__u64)code);
	}
	if (text) {
		put_str(d, " (");
		put_str(d, text);
		put_char(d, ')');
	}
}

/* fcntl's result means what the command asked for: flags, a signal, a lease. */
static bool print_fcntl_result(struct decode *d)
{
	const struct decode_type *t;

	if (!d->row || d->row->nargs < 2 || d->row->type[1] != SCAP_T_FCNTL_CMD)
		return false;
	t = decode_fcntl_result(d->call->args[1]);
	if (!t || (!d->call->result && t->print == decode_flags))
		return false;
	put_hex(d, (__u64)d->call->result);
	put_str(d, t->print == decode_enum ? " (" : " (flags ");
	t->print(d, t, (__u64)d->call->result);
	put_char(d, ')');
	return true;
}

void decode_call_result(struct decode *d)
{
	const struct decode_type *t = decode_type(d->row ? d->row->ret : SCAP_T_LONG);
	__s64 result = d->call->result;

	if (result < 0 && result >= -4095)
		print_error(d, (int)-result);
	else if (!print_fcntl_result(d))
		t->print(d, t, (__u64)result);
	print_aux(d);
	if (d->call->h.flags & SCAP_F_REFUSED)
		put_str(d, " (answered by scap)");
	if (d->call->h.flags & SCAP_F_UNKNOWN)
		put_str(d, " (unknown to scap: only the result is recorded)");
}

static void put_result(struct decode *d, size_t start)
{
	while (d->len - start < RESULT_COLUMN - 1)
		put_char(d, ' ');
	put_str(d, " = ");
}

static bool never_returns(const struct decode *d)
{
	return d->row && (!strcmp(d->row->name, "exit") || !strcmp(d->row->name, "exit_group"));
}

void decode_call(struct decode *d)
{
	bool resumed = d->event->type == SCAP_EV_SYSCALL_EXIT;
	bool enter = d->event->type == SCAP_EV_SYSCALL_ENTER;
	size_t start = d->len;
	char buf[32];

	if (resumed)
		put_str(d, "<... ");
	put_str(d, decode_call_name(d, buf));
	put_str(d, resumed ? " resumed>" : "(");
	print_args(d, resumed ? first_output(d) : 0);
	if (enter && !never_returns(d)) {
		put_str(d, " <unfinished ...>");
		return;
	}
	put_char(d, ')');
	put_result(d, start);
	if (enter)
		put_char(d, '?');
	else
		decode_call_result(d);
}
