// SPDX-License-Identifier: GPL-2.0
/*
 * Shape of records: sizes of the fixed parts, validation, walking of spans.
 * Pure functions over bytes that may come from anywhere.
 */
#include <scap/event.h>

static const __u16 fixed_size[SCAP_EV_TYPES] = {
	[SCAP_EV_META] = sizeof(struct scap_ev_meta),
	[SCAP_EV_EXEC] = sizeof(struct scap_ev_exec),
	[SCAP_EV_SYSCALL] = sizeof(struct scap_ev_syscall),
	[SCAP_EV_SYSCALL_ENTER] = sizeof(struct scap_ev_syscall),
	[SCAP_EV_SYSCALL_EXIT] = sizeof(struct scap_ev_syscall),
	[SCAP_EV_DATA] = sizeof(struct scap_ev_data),
	[SCAP_EV_MAP] = sizeof(struct scap_ev_map),
	[SCAP_EV_FILE] = sizeof(struct scap_ev_file),
	[SCAP_EV_SIGNAL] = sizeof(struct scap_ev_signal),
	[SCAP_EV_MEM] = sizeof(struct scap_ev_mem),
	[SCAP_EV_SWITCH] = sizeof(struct scap_ev_switch),
	[SCAP_EV_TRAP] = sizeof(struct scap_ev_trap),
	[SCAP_EV_FORK] = sizeof(struct scap_ev_fork),
	[SCAP_EV_TASK_EXIT] = sizeof(struct scap_ev_task_exit),
	[SCAP_EV_GAP] = sizeof(struct scap_ev_gap),
	[SCAP_EV_CHECKSUM] = sizeof(struct scap_ev_checksum),
};

__u32 scap_event_fixed(__u16 type)
{
	return type < SCAP_EV_TYPES ? fixed_size[type] : 0;
}

static bool is_syscall(__u16 type)
{
	return type >= SCAP_EV_SYSCALL && type <= SCAP_EV_SYSCALL_EXIT;
}

__u32 scap_event_nspans(const struct scap_event *e)
{
	if (is_syscall(e->type))
		return ((const struct scap_ev_syscall *)e)->nspans;
	return ((const struct scap_ev_data *)e)->nspans;
}

bool scap_event_valid(const struct scap_event *e, size_t avail)
{
	const char *base = (const char *)e;
	__u32 fixed, at, n;

	if (avail < sizeof(*e) || e->size > avail || e->size > SCAP_EVENT_MAX || e->size % 8)
		return false;
	fixed = scap_event_fixed(e->type);
	if (!fixed || e->size < fixed)
		return false;
	at = fixed;
	for (n = scap_event_nspans(e); n; n--) {
		const struct scap_span *s = (const void *)(base + at);

		if (e->size - at < sizeof(*s) || e->size - at < scap_span_size(s->stored))
			return false;
		if (!s->kind || s->kind >= SCAP_SPAN_KINDS || s->stored > s->len)
			return false;
		at += scap_span_size(s->stored);
	}
	return at == e->size;
}

const struct scap_span *scap_span_next(const struct scap_event *e,
				       const struct scap_span *s)
{
	const char *base = (const char *)e;
	__u32 at = scap_event_fixed(e->type);

	if (s)
		at = (__u32)((const char *)s - base) + scap_span_size(s->stored);
	return at < e->size ? (const void *)(base + at) : NULL;
}

const struct scap_span *scap_span_find(const struct scap_event *e, __u8 kind, __u8 arg)
{
	const struct scap_span *s = NULL;

	while ((s = scap_span_next(e, s)))
		if (s->kind == kind && (arg == SCAP_ARG_NONE || s->arg == arg))
			break;
	return s;
}
