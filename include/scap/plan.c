// SPDX-License-Identifier: GPL-2.0
/*
 * The interpreter of syscalls.def: rows of rules become spans. Owns what all
 * planners share: reading the program's memory, emitting, iovecs, strings.
 * Whatever the program passes, work is bounded and addresses do not wrap.
 */
#include <scap/plan-rules.h>

/* ---- the program's memory ---- */

int scap_get(struct scap_plan *p, __u64 addr, void *buf, __u32 len)
{
	if (!addr || addr + len < addr)
		return -EFAULT;
	return p->mem->get(p->mem, addr, buf, len);
}

int scap_get32(struct scap_plan *p, __u64 addr, __u32 *value)
{
	return scap_get(p, addr, value, sizeof(*value));
}

int scap_get64(struct scap_plan *p, __u64 addr, __u64 *value)
{
	return scap_get(p, addr, value, sizeof(*value));
}

/* ---- spans ---- */

static int emit(struct scap_plan *p, __u64 addr, __u64 len, __u8 kind, unsigned int arg,
		bool string)
{
	if (!addr)
		return 0;
	len = scap_min(scap_min(len, SCAP_RW_MAX), -addr);
	return len ? p->emit(p, addr, len, kind, (__u8)arg, string) : 0;
}

int scap_in(struct scap_plan *p, unsigned int arg, __u64 addr, __u64 len)
{
	return emit(p, addr, len, SCAP_SPAN_IN, arg, false);
}

int scap_out(struct scap_plan *p, unsigned int arg, __u64 addr, __u64 len)
{
	return emit(p, addr, len, SCAP_SPAN_OUT, arg, false);
}

/* Aligned pieces never cross a page, so memory that ends behind the NUL is no fault. */
#define STRING_PIECE 256u

int scap_in_string(struct scap_plan *p, unsigned int arg, __u64 addr, __u32 max)
{
	char piece[STRING_PIECE];
	__u32 len = 0;

	if (!addr)
		return 0;
	while (len < max) {
		__u64 at = addr + len;
		__u32 n = (__u32)scap_min(STRING_PIECE - at % STRING_PIECE, max - len);
		const char *nul;
		int ret = scap_get(p, at, piece, n);

		if (ret)
			return ret;
		nul = memchr(piece, 0, n);
		if (nul) {
			len += (__u32)(nul - piece) + 1;
			break;
		}
		len += n;
	}
	return emit(p, addr, len, SCAP_SPAN_IN, arg, true);
}

/* ---- iovecs ---- */

/* Entry @i of the array at @addr, cut to what @left bytes of the call remain. */
static int get_iov(struct scap_plan *p, __u64 addr, __u64 i, __u64 left, struct scap_iov *iov)
{
	int ret = scap_get(p, addr + i * SCAP_SIZE_IOVEC, iov, SCAP_SIZE_IOVEC);

	iov->len = ret ? 0 : scap_min(iov->len, left);
	return ret;
}

int scap_iov_in(struct scap_plan *p, unsigned int arg, __u64 addr, __u64 count)
{
	__u64 left = SCAP_RW_MAX, i;
	int ret;

	if (!addr || count > SCAP_UIO_MAXIOV)
		return 0;
	ret = scap_in(p, arg, addr, count * SCAP_SIZE_IOVEC);
	for (i = 0; !ret && i < count && left; i++) {
		struct scap_iov iov;

		ret = get_iov(p, addr, i, left, &iov);
		if (!ret)
			ret = scap_in(p, arg, iov.base, iov.len);
		left -= iov.len;
	}
	return ret;
}

int scap_iov_keep(struct scap_plan *p, struct scap_call *c, unsigned int arg, __u64 addr,
		  __u64 count)
{
	__u64 i;
	int ret;

	if (!addr || count > SCAP_UIO_MAXIOV)
		return 0;
	ret = scap_in(p, arg, addr, count * SCAP_SIZE_IOVEC);
	for (i = 0; !ret && i < count; i++) {
		if (c->niov == c->iov_cap) {
			c->iov_short = true;
			break;
		}
		ret = get_iov(p, addr, i, SCAP_RW_MAX, &c->iov[c->niov]);
		if (!ret)
			c->niov++;
	}
	return ret;
}

int scap_iov_out(struct scap_plan *p, const struct scap_call *c, unsigned int arg, __u32 first,
		 __u64 addr, __u64 count, __u64 bytes)
{
	__u64 i;
	int ret = 0;

	if (count > SCAP_UIO_MAXIOV)
		return 0;
	for (i = 0; !ret && i < count && bytes; i++) {
		struct scap_iov iov;

		if (first + i < c->niov)
			iov = c->iov[first + i];
		else
			ret = get_iov(p, addr, i, SCAP_RW_MAX, &iov);
		iov.len = ret ? 0 : scap_min(iov.len, bytes);
		if (!ret)
			ret = scap_out(p, arg, iov.base, iov.len);
		bytes -= iov.len;
	}
	return ret;
}

/* ---- rules ---- */

__u64 scap_nodemask_size(__u64 maxnode)
{
	/* get_nodes(): the last bit does not count; over a page of mask is refused */
	if (maxnode < 2 || maxnode - 1 > 8 * 4096)
		return 0;
	return (maxnode - 1 + 63) / 64 * 8;
}

/* count * n + plus without wrapping: an absurd count comes out as the longest span. */
static __u64 times(__u64 count, const struct scap_rule *r)
{
	__u64 len;

	if (count > SCAP_RW_MAX)
		count = SCAP_RW_MAX;
	len = count * r->n + r->plus;
	return r->max ? scap_min(len, r->max) : len;
}

static int rule_len(struct scap_plan *p, const struct scap_call *c, const struct scap_rule *r,
		    __u64 *len)
{
	__u64 arg = c->args[r->larg];
	__u32 now;
	int ret;

	switch (r->len) {
	case SCAP_LEN_CONST:
		*len = r->n;
		return 0;
	case SCAP_LEN_ARG:
		*len = times(arg, r);
		return 0;
	case SCAP_LEN_ARG32:
		*len = (__s32)arg < 0 ? 0 : times((__u32)arg, r);
		return 0;
	case SCAP_LEN_RESULT:
		*len = scap_failed(c) ? 0 : times(scap_min((__u64)c->result, arg), r);
		return 0;
	case SCAP_LEN_FILLED:
		*len = scap_min(scap_filled(c, arg), arg);
		return 0;
	case SCAP_LEN_VALUE_RESULT:
		ret = scap_get32(p, arg, &now);
		*len = ret ? 0 : scap_min(now, c->saved[r->larg]);
		return ret;
	case SCAP_LEN_SIZED:
		ret = scap_get32(p, arg, &now);
		*len = ret ? 0 : scap_min(now, r->n);
		return ret;
	case SCAP_LEN_NODES:
		*len = scap_nodemask_size(arg);
		return 0;
	}
	*len = 0;
	return 0;
}

static int span_rule(struct scap_plan *p, const struct scap_call *c, const struct scap_rule *r,
		     __u8 kind)
{
	__u64 len;
	int ret;

	if (!c->args[r->arg])
		return 0;
	ret = rule_len(p, c, r, &len);
	return ret ? ret : emit(p, c->args[r->arg], len, kind, r->arg, false);
}

static int save32(struct scap_plan *p, struct scap_call *c, const struct scap_rule *r)
{
	__u32 value = 0;
	int ret = c->args[r->arg] ? scap_get32(p, c->args[r->arg], &value) : 0;

	c->saved[r->arg] = value;
	return ret ? ret : scap_in(p, r->arg, c->args[r->arg], sizeof(value));
}

static int entry_rule(struct scap_plan *p, struct scap_call *c, const struct scap_rule *r)
{
	switch (r->op) {
	case SCAP_RULE_IN:
		return span_rule(p, c, r, SCAP_SPAN_IN);
	case SCAP_RULE_STRING:
		return scap_in_string(p, r->arg, c->args[r->arg], SCAP_STRING_MAX);
	case SCAP_RULE_SAVE32:
		return save32(p, c, r);
	case SCAP_RULE_IOV_IN:
		return scap_iov_in(p, r->arg, c->args[r->arg], c->args[r->larg]);
	case SCAP_RULE_IOV_KEEP:
		return scap_iov_keep(p, c, r->arg, c->args[r->arg], c->args[r->larg]);
	case SCAP_RULE_PLAN_IN:
		return r->in(p, c);
	}
	return 0;
}

static int exit_rule(struct scap_plan *p, const struct scap_call *c, const struct scap_rule *r)
{
	switch (r->op) {
	case SCAP_RULE_OUT:
		return scap_wrote(c) ? span_rule(p, c, r, SCAP_SPAN_OUT) : 0;
	case SCAP_RULE_OUT_ALWAYS:
		return span_rule(p, c, r, SCAP_SPAN_OUT);
	case SCAP_RULE_OUT_POSITIVE:
		return scap_wrote(c) && c->result ? span_rule(p, c, r, SCAP_SPAN_OUT) : 0;
	case SCAP_RULE_OUT_INTR:
		return scap_interrupted(c) ? span_rule(p, c, r, SCAP_SPAN_OUT) : 0;
	case SCAP_RULE_IOV_OUT:
		return scap_iov_out(p, c, r->arg, 0, c->args[r->arg], c->args[r->larg],
				    scap_filled(c, SCAP_RW_MAX));
	case SCAP_RULE_PLAN_OUT:
		return r->out(p, c);
	}
	return 0;
}

/* ---- the plans ---- */

int scap_plan_entry(struct scap_plan *p, struct scap_call *c)
{
	const struct scap_row *row = scap_row(c->nr);
	const struct scap_rule *r;
	int ret = 0;

	c->niov = 0;
	c->iov_short = false;
	memset(c->saved, 0, sizeof(c->saved));
	p->unknown = !row;
	p->refuse = 0;
	if (!row)
		return 0;
	p->refuse = row->info.refuse;
	for (r = row->entry; !ret && r->op != SCAP_RULE_END; r++)
		ret = entry_rule(p, c, r);
	return ret;
}

int scap_plan_inside(struct scap_plan *p, const struct scap_call *c)
{
	const struct scap_row *row = scap_row(c->nr);

	return row && row->info.id == SCAP_SYS_futex ? scap_plan_exit(p, c) : 0;
}

int scap_plan_exit(struct scap_plan *p, const struct scap_call *c)
{
	/* restart_syscall(2) goes on with an earlier call, on the same arguments. */
	const struct scap_row *row = scap_row(c->restarts ? c->restarts : c->nr);
	const struct scap_rule *r;
	int ret = 0;

	p->unknown = !row;
	if (!row)
		return 0;
	for (r = row->exit; !ret && r->op != SCAP_RULE_END; r++)
		ret = exit_rule(p, c, r);
	return ret;
}

/* Once as if all had gone well and filled all room, once as if a signal had cut it short. */
int scap_plan_reach(struct scap_plan *p, const struct scap_call *c)
{
	struct scap_call as_if = *c;
	int ret;

	as_if.result = SCAP_RESULT_ANY;
	ret = scap_plan_exit(p, &as_if);
	as_if.result = -EINTR;
	return ret ? ret : scap_plan_exit(p, &as_if);
}

/* Whether its length is a number of elements, and no more and no less. */
static bool is_whole(const struct scap_rule *r)
{
	return !r->plus && !r->max;
}

/* What the entry rules @r read; false: a shape cannot say it. */
static bool shape_entry(const struct scap_rule *r, struct scap_shape *shape)
{
	if (r->op == SCAP_RULE_END)
		return true;
	shape->in = r->arg;
	shape->in_len = r->larg;
	if (r->op == SCAP_RULE_STRING) {
		shape->reads = SCAP_READS_STRING;
	} else if (r->op == SCAP_RULE_IN && r->len == SCAP_LEN_CONST && r->n <= 0xff) {
		shape->reads = SCAP_READS_FIXED;
		shape->in_len = (__u8)r->n;
	} else if (r->op == SCAP_RULE_IN && r->len == SCAP_LEN_ARG && r->n == 1 &&
		   is_whole(r)) {
		shape->reads = SCAP_READS_BUFFER;
	}
	return shape->reads && r[1].op == SCAP_RULE_END;
}

/* What the exit rules @r write. */
static enum scap_shape_kind shape_exit(const struct scap_rule *r, struct scap_shape *shape)
{
	if (r->op == SCAP_RULE_END)
		return SCAP_SHAPE_NOTHING;
	if (r->op != SCAP_RULE_OUT || r[1].op != SCAP_RULE_END)
		return SCAP_SHAPE_PLAN;
	shape->arg = r->arg;
	shape->room = r->larg;
	shape->len = (__u16)r->n;
	if (r->len == SCAP_LEN_FILLED) {
		shape->len = 1;
		return SCAP_SHAPE_FILLED;
	}
	if (r->n > 0xffff)
		return SCAP_SHAPE_PLAN;
	if (r->len == SCAP_LEN_RESULT && is_whole(r))
		return SCAP_SHAPE_FILLED;
	return r->len == SCAP_LEN_CONST ? SCAP_SHAPE_FIXED : SCAP_SHAPE_PLAN;
}

struct scap_shape scap_call_shape(__u32 nr)
{
	const struct scap_row *row = scap_row(nr);
	struct scap_shape shape = { .kind = SCAP_SHAPE_PLAN };

	if (row && (row->info.id == SCAP_SYS_fcntl || row->info.id == SCAP_SYS_futex))
		return (struct scap_shape){
			.kind = SCAP_SHAPE_REQUEST, .reads = SCAP_READS_REQUEST,
		};
	if (row && !row->info.refuse && shape_entry(row->entry, &shape))
		shape.kind = (__u8)shape_exit(row->exit, &shape);
	return shape;
}

struct scap_shape scap_request_shape(__u32 nr, const __u64 *args)
{
	const struct scap_row *row = scap_row(nr);

	switch (row ? row->info.id : SCAP_SYS_NONE) {
	case SCAP_SYS_futex:
		return scap_futex_shape(args);
	case SCAP_SYS_fcntl:
		return scap_fcntl_shape(args);
	}
	return (struct scap_shape){ .kind = SCAP_SHAPE_PLAN };
}
