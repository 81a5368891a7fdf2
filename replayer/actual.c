// SPDX-License-Identifier: GPL-2.0
/*
 * What the replayed program is about to do, in the form of a recorded event,
 * so that a report can put the two side by side.
 */
#include <string.h>

#include "replay.h"

union call_event {
	struct scap_ev_syscall call;
	uint8_t bytes[SCAP_EVENT_MAX];
};

/* The event in the making. */
struct making {
	struct tracee_planmem mem;
	struct scap_plan plan;
	struct task *task;
	union call_event *event;
};

/* Bytes at @addr that can be read, up to @len; the first @room of them go to @head. */
static uint64_t readable(struct task *task, uint64_t addr, uint64_t len, void *head, size_t room)
{
	static char buf[1 << 16];
	uint64_t done = 0;

	while (done < len) {
		size_t want = len - done < sizeof(buf) ? (size_t)(len - done) : sizeof(buf);
		ssize_t n = tracee_read_some(&task->t, addr + done, buf, want);

		if (n <= 0)
			break;
		if (!done)
			memcpy(head, buf, (size_t)n < room ? (size_t)n : room);
		done += (uint64_t)n;
		if ((size_t)n < want)
			break;
	}
	return done;
}

static int add_input(struct scap_plan *plan, __u64 addr, __u64 len, __u8 kind, __u8 arg,
		     bool string)
{
	struct making *m = plan->ctx;
	struct scap_ev_syscall *call = &m->event->call;
	struct scap_span *span = (void *)(m->event->bytes + call->h.size);
	uint32_t most = string ? SCAP_STRING_MAX : SCAP_PREFIX_MAX;

	if (kind != SCAP_SPAN_IN || call->h.size + scap_span_size(most) > SCAP_EVENT_MAX)
		return 0;
	memset(span, 0, scap_span_size(most));
	span->addr = addr;
	span->kind = SCAP_SPAN_IN;
	span->arg = arg;
	span->len = (uint32_t)readable(m->task, addr, len, span + 1, most);
	span->stored = (uint16_t)(span->len < most ? span->len : most);
	call->h.size += scap_span_size(span->stored);
	call->nspans++;
	return 0;
}

const struct scap_event *actual_call(struct task *task, const struct scap_event *like)
{
	static union call_event event;
	static struct scap_iov iov[1024];
	struct making m = { .task = task, .event = &event };
	struct scap_call call = { .nr = task->nr, .iov = iov,
				  .iov_cap = sizeof(iov) / sizeof(iov[0]) };

	event.call = (struct scap_ev_syscall){
		.h = *like,
		.nr = task->nr,
		.in_hash = task->in_hash,
		.in_len = task->in_len,
	};
	event.call.h.size = sizeof(event.call);
	event.call.h.type = SCAP_EV_SYSCALL_ENTER;
	event.call.h.flags = task->compat ? SCAP_F_COMPAT : 0;
	memcpy(event.call.args, task->args, sizeof(event.call.args));
	if (task->compat)
		return &event.call.h;
	memcpy(call.args, task->args, sizeof(call.args));
	tracee_planmem(&m.mem, &task->t);
	m.plan = (struct scap_plan){ .mem = &m.mem.mem, .emit = add_input, .ctx = &m };
	scap_plan_entry(&m.plan, &call);
	return &event.call.h;
}
