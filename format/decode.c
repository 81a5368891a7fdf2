// SPDX-License-Identifier: GPL-2.0
/*
 * One event, one line. Syscalls are decode-call.c's; here are all others.
 */
#include <sys/wait.h>

#include <format/decode-types.h>

/* As wait(2)'s core flag, without the feature-test dance of sys/wait.h. */
#define WAIT_CORE 0x80

static void put_range(struct decode *d, __u64 addr, __u64 len)
{
	put_hex(d, addr);
	put_char(d, '+');
	put_unsigned(d, len);
}

static void put_field(struct decode *d, const char *name, __u64 v)
{
	put_str(d, name);
	put_unsigned(d, v);
}

/* Stored bytes of a span, cut to what a line bears. */
static void put_span(struct decode *d, const struct scap_span *s)
{
	size_t n = s->stored < DECODE_STRING_MAX ? s->stored : DECODE_STRING_MAX;

	put_quoted(d, scap_span_bytes(s), n, n < s->len);
}

/* The text of a PATH, INTERP or TEXT span, whole; "" without one. */
static void put_text_span(struct decode *d, __u8 kind)
{
	const struct scap_span *s = scap_span_find(d->event, kind, SCAP_ARG_NONE);

	put_quoted(d, s ? scap_span_bytes(s) : "", s ? s->stored : 0, s && s->stored < s->len);
}

static void put_all_spans(struct decode *d)
{
	const struct scap_span *s = NULL;

	while ((s = scap_span_next(d->event, s))) {
		put_char(d, ' ');
		put_range(d, s->addr, s->len);
		put_char(d, ' ');
		put_span(d, s);
	}
}

static void put_name(struct decode *d, const char *const *names, size_t n, __u64 v)
{
	if (v < n && names[v])
		put_str(d, names[v]);
	else
		put_field(d, "kind ", v);
}
#define PUT_NAME(d, names, v) put_name(d, names, sizeof(names) / sizeof((names)[0]), v)

static void put_signal(struct decode *d, int signo)
{
	const char *name = scap_signal_name(signo);

	if (name)
		put_str(d, name);
	else
		put_field(d, "signal ", (__u32)signo);
}

static void show_meta(struct decode *d)
{
	static const char *const kinds[] = {
		[SCAP_META_REFUSED] = "refused", [SCAP_META_UNKNOWN] = "unknown",
		[SCAP_META_CAPTURE_ONLY] = "capture only", [SCAP_META_SHARED] = "shared memory",
		[SCAP_META_NOTE] = "note",
	};
	const struct scap_ev_meta *e = (const void *)d->event;
	const struct scap_sysinfo *row;

	put_str(d, "meta: ");
	PUT_NAME(d, kinds, e->kind);
	row = e->value < ~0u ? scap_sysinfo_arch(d->arch, (__u32)e->value) : NULL;
	if (e->kind == SCAP_META_REFUSED && row) {
		put_char(d, ' ');
		put_str(d, row->name);
	} else if (e->value) {
		put_char(d, ' ');
		put_hex(d, e->value);
	}
	if (scap_span_find(d->event, SCAP_SPAN_TEXT, SCAP_ARG_NONE)) {
		put_str(d, ": ");
		put_text_span(d, SCAP_SPAN_TEXT);
	}
}

static void show_exec(struct decode *d)
{
	const struct scap_ev_exec *e = (const void *)d->event;

	put_str(d, "exec: ");
	put_text_span(d, SCAP_SPAN_PATH);
	if (scap_span_find(d->event, SCAP_SPAN_INTERP, SCAP_ARG_NONE)) {
		put_str(d, " by ");
		put_text_span(d, SCAP_SPAN_INTERP);
	}
	put_field(d, ", process ", e->pid);
	put_field(d, ", parent ", e->ppid);
	if (e->old_tid != e->h.tid)
		put_field(d, ", called by thread ", e->old_tid);
}

static void show_data(struct decode *d)
{
	put_str(d, "data:");
	put_all_spans(d);
}

static void show_map(struct decode *d)
{
	static const char *const sources[] = {
		[SCAP_MAP_ANON] = "anonymous", [SCAP_MAP_FILE] = "file",
		[SCAP_MAP_STORED] = "stored", [SCAP_MAP_STACK] = "[stack]",
		[SCAP_MAP_HEAP] = "[heap]", [SCAP_MAP_VDSO] = "[vdso]", [SCAP_MAP_VVAR] = "[vvar]",
		[SCAP_MAP_VSYSCALL] = "[vsyscall]",
	};
	const struct scap_ev_map *e = (const void *)d->event;

	put_str(d, "map: ");
	put_hex(d, e->addr);
	put_char(d, '-');
	put_hex(d, e->addr + e->len);
	put_char(d, ' ');
	put_char(d, e->prot & 1 ? 'r' : '-');
	put_char(d, e->prot & 2 ? 'w' : '-');
	put_char(d, e->prot & 4 ? 'x' : '-');
	put_char(d, e->flags & 1 ? 's' : 'p');
	put_char(d, ' ');
	PUT_NAME(d, sources, e->source);
	if (scap_span_find(d->event, SCAP_SPAN_PATH, SCAP_ARG_NONE)) {
		put_char(d, ' ');
		put_text_span(d, SCAP_SPAN_PATH);
		put_str(d, " at ");
		put_hex(d, e->offset);
	}
	if (e->object)
		put_field(d, ", object ", e->object);
}

static void show_file(struct decode *d)
{
	const struct scap_ev_file *e = (const void *)d->event;

	put_field(d, "file: object ", e->object);
	put_field(d, ", size ", e->size);
	put_all_spans(d);
}

static void show_signal(struct decode *d)
{
	static const char *const places[] = {
		[SCAP_SIG_AFTER_SYSCALL] = "after the call",
		[SCAP_SIG_BEFORE_SYSCALL] = "before the next call",
		[SCAP_SIG_IN_USER] = "in user code", [SCAP_SIG_SYNCHRONOUS] = "by the instruction",
	};
	static const char *const actions[] = {
		[SCAP_ACT_HANDLER] = "handler runs", [SCAP_ACT_FATAL] = "fatal",
		[SCAP_ACT_NONE] = "no effect",
	};
	const struct scap_ev_signal *e = (const void *)d->event;

	put_str(d, "--- ");
	put_signal(d, (int)e->signo);
	put_char(d, ' ');
	decode_siginfo(d, scap_span_find(d->event, SCAP_SPAN_SIGINFO, SCAP_ARG_NONE));
	put_str(d, " --- ");
	PUT_NAME(d, places, e->place);
	put_str(d, " at ");
	put_hex(d, e->ip);
	put_str(d, ", ");
	PUT_NAME(d, actions, e->action);
}

static void show_mem(struct decode *d)
{
	static const char *const causes[] = {
		[SCAP_MEM_CLEAR_TID] = "clear_child_tid", [SCAP_MEM_ROBUST] = "robust list",
		[SCAP_MEM_OTHER_PROCESS] = "another process",
	};
	const struct scap_ev_mem *e = (const void *)d->event;

	put_str(d, "mem: ");
	PUT_NAME(d, causes, e->cause);
	put_all_spans(d);
}

static void show_switch(struct decode *d)
{
	const struct scap_ev_switch *e = (const void *)d->event;

	put_field(d, "switch: to thread ", e->next);
}

static void show_trap(struct decode *d)
{
	static const char *const kinds[] = {
		[SCAP_TRAP_RDTSC] = "rdtsc", [SCAP_TRAP_RDTSCP] = "rdtscp",
		[SCAP_TRAP_CPUID] = "cpuid", [SCAP_TRAP_CNTVCT] = "cntvct",
	};
	const struct scap_ev_trap *e = (const void *)d->event;

	put_str(d, "trap: ");
	PUT_NAME(d, kinds, e->kind);
	put_str(d, " at ");
	put_hex(d, e->ip);
	put_str(d, " = ");
	put_hex(d, e->value[0]);
	if (e->kind != SCAP_TRAP_RDTSC) {
		put_str(d, ", ");
		put_hex(d, e->value[1]);
	}
}

static void show_fork(struct decode *d)
{
	const struct scap_ev_fork *e = (const void *)d->event;

	if (e->child != e->child_pid) {
		put_field(d, "fork: thread ", e->child);
		put_str(d, " of");
	} else {
		put_str(d, "fork:");
	}
	put_field(d, " process ", e->child_pid);
	put_field(d, ", domain ", e->child_domain);
	put_str(d, ", ");
	type_clone_flags.print(d, &type_clone_flags, e->clone_flags);
}

static void show_task_exit(struct decode *d)
{
	const struct scap_ev_task_exit *e = (const void *)d->event;

	put_str(d, e->pid == e->h.tid ? "+++ " : "+++ thread ");
	if (WIFEXITED(e->status)) {
		put_str(d, "exited with ");
		put_signed(d, WEXITSTATUS(e->status));
	} else {
		put_str(d, "killed by ");
		put_signal(d, WTERMSIG(e->status));
		if (e->status & WAIT_CORE)
			put_str(d, " (core dumped)");
	}
	put_str(d, " +++");
}

static void show_gap(struct decode *d)
{
	const struct scap_ev_gap *e = (const void *)d->event;

	put_field(d, "gap: ", e->events);
	put_field(d, " events of ", e->bytes);
	put_str(d, " bytes lost");
	if (e->reason == SCAP_GAP_FULL)
		put_str(d, ": the ring was full");
	else
		put_field(d, ", reason ", e->reason);
}

static void show_checksum(struct decode *d)
{
	const struct scap_ev_checksum *e = (const void *)d->event;
	const struct scap_span *ranges = scap_span_find(d->event, SCAP_SPAN_RANGES, SCAP_ARG_NONE);

	put_field(d, "checksum: ", e->pages);
	put_field(d, " pages in ", ranges ? ranges->stored / (2 * sizeof(uint64_t)) : 0);
	put_str(d, " ranges of writable memory");
}

static void (*const show[SCAP_EV_TYPES])(struct decode *d) = {
	[SCAP_EV_META] = show_meta,
	[SCAP_EV_EXEC] = show_exec,
	[SCAP_EV_SYSCALL] = decode_call,
	[SCAP_EV_SYSCALL_ENTER] = decode_call,
	[SCAP_EV_SYSCALL_EXIT] = decode_call,
	[SCAP_EV_DATA] = show_data,
	[SCAP_EV_MAP] = show_map,
	[SCAP_EV_FILE] = show_file,
	[SCAP_EV_SIGNAL] = show_signal,
	[SCAP_EV_MEM] = show_mem,
	[SCAP_EV_SWITCH] = show_switch,
	[SCAP_EV_TRAP] = show_trap,
	[SCAP_EV_FORK] = show_fork,
	[SCAP_EV_TASK_EXIT] = show_task_exit,
	[SCAP_EV_GAP] = show_gap,
	[SCAP_EV_CHECKSUM] = show_checksum,
};

static bool is_call(const struct scap_event *e)
{
	return e->type >= SCAP_EV_SYSCALL && e->type <= SCAP_EV_SYSCALL_EXIT;
}

void decode_init(struct decode *d, char *buf, size_t size, const struct scap_header *h,
		 const struct scap_event *e)
{
	*d = (struct decode){ .buf = buf, .size = size, .arch = h->arch, .event = e };
	d->exiting = e->type != SCAP_EV_SYSCALL_ENTER;
	if (!is_call(e))
		return;
	d->call = (const void *)e;
	/* int 0x80 uses another table of numbers. */
	if (!(e->flags & SCAP_F_COMPAT))
		d->row = scap_sysinfo_arch(h->arch, d->call->nr);
}

int decode_event_text(char *buf, size_t size, const struct scap_header *h,
		      const struct scap_event *e, const struct decode_ahead *ahead)
{
	struct decode d;

	decode_init(&d, buf, size, h, e);
	d.ahead = ahead;
	if (e->type < SCAP_EV_TYPES && show[e->type])
		show[e->type](&d);
	if (size)
		buf[d.len < size ? d.len : size - 1] = '\0';
	return (int)d.len;
}

int scap_event_text(char *buf, size_t size, const struct scap_header *h,
		    const struct scap_event *e)
{
	return decode_event_text(buf, size, h, e, NULL);
}
