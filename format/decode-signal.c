// SPDX-License-Identifier: GPL-2.0
/*
 * Signals: sets, actions, siginfo, alternate stacks. The kernel's structures:
 * its sigset has 64 bits, its sigaction 32 bytes.
 */
#include <asm/siginfo.h>
#include <asm/signal.h>

#include <format/decode-types.h>

#define SIGNALS 64

/* A signal in sigset notation: without SIG, as strace has it. */
static void put_short_signal(struct decode *d, int signo)
{
	const char *name = scap_signal_name(signo);

	put_str(d, name + 3);
}

/* More than half of them: what is missing is the shorter text. */
static void put_sigset(struct decode *d, __u64 set)
{
	bool inverted = __builtin_popcountll(set) > SIGNALS / 2;
	bool first = true;
	int i;

	if (inverted) {
		put_char(d, '~');
		set = ~set;
	}
	put_char(d, '[');
	for (i = 0; i < SIGNALS; i++) {
		if (!(set >> i & 1))
			continue;
		if (!first)
			put_char(d, ' ');
		first = false;
		put_short_signal(d, i + 1);
	}
	put_char(d, ']');
}

static void print_sigset_value(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	put_sigset(d, v);
}
static const struct decode_type sigset_value = { .print = print_sigset_value, .width = 8 };

static void sigset_at(struct decode *d, const struct decode_pointee *m, const void *p,
		      size_t avail, __u64 len)
{
	(void)m, (void)avail, (void)len;
	put_sigset(d, decode_load(p, 8));
}

static void print_sigset(struct decode *d, const struct decode_type *t, __u64 v)
{
	static const struct decode_pointee m = { .at = sigset_at, .need = 8 };

	decode_pointer(d, &m, v, t->side);
}
const struct decode_type type_sigset = { .print = print_sigset, .side = DECODE_BOTH };

/* pselect6(2)'s last argument: where the set is, and its size. */
static const struct decode_field sigset_arg_fields[] = {
	{ "sigmask", 0, 8, FIELD_UNSIGNED, false, &type_sigset },
	{ "sigsetsize", 8, 8, FIELD_UNSIGNED, false, NULL },
};
const struct decode_type type_sigset_arg = DECODE_STRUCT(16, DECODE_IN, sigset_arg_fields);

static const struct decode_name how[] = {
	NAME_ENUM(SIG_BLOCK), NAME_ENUM(SIG_UNBLOCK), NAME_ENUM(SIG_SETMASK),
};
const struct decode_type type_sigprocmask_how = DECODE_ENUM(4, how);

static void print_handler(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	if (v <= 1)
		put_str(d, v ? "SIG_IGN" : "SIG_DFL");
	else
		put_hex(d, v);
}
static const struct decode_type type_handler = { .print = print_handler, .width = 8 };

static const struct decode_name action_flags[] = {
	NAME_FLAG_AS("SA_RESTORER", 0x04000000), NAME_FLAG(SA_ONSTACK), NAME_FLAG(SA_RESTART),
	NAME_FLAG(SA_NODEFER), NAME_FLAG(SA_RESETHAND), NAME_FLAG(SA_NOCLDSTOP),
	NAME_FLAG(SA_NOCLDWAIT), NAME_FLAG(SA_SIGINFO), NAME_FLAG_AS("SA_UNSUPPORTED", 0x400),
	NAME_FLAG_AS("SA_EXPOSE_TAGBITS", 0x800),
};
static const struct decode_type type_action_flags = DECODE_FLAGS(8, action_flags);

/* handler, flags, restorer, mask: the kernel's order, not libc's. */
static const struct decode_field sigaction_fields[] = {
	{ "sa_handler", 0, 8, FIELD_UNSIGNED, false, &type_handler },
	{ "sa_mask", 24, 8, FIELD_UNSIGNED, false, &sigset_value },
	{ "sa_flags", 8, 8, FIELD_UNSIGNED, false, &type_action_flags },
	{ "sa_restorer", 16, 8, FIELD_UNSIGNED, true, &type_ptr },
};
const struct decode_type type_sigaction = DECODE_STRUCT(32, DECODE_BOTH, sigaction_fields);

static const struct decode_name stack_flags[] = {
	NAME_FLAG_AS("SS_ONSTACK", 1), NAME_FLAG_AS("SS_DISABLE", 2),
	NAME_FLAG_AS("SS_AUTODISARM", 1u << 31),
};
static const struct decode_type type_stack_flags = DECODE_FLAGS(4, stack_flags);

static const struct decode_field stack_fields[] = {
	{ "ss_sp", 0, 8, FIELD_UNSIGNED, false, &type_ptr },
	{ "ss_flags", 8, 4, FIELD_UNSIGNED, false, &type_stack_flags },
	{ "ss_size", 16, 8, FIELD_UNSIGNED, false, NULL },
};
const struct decode_type type_sigaltstack = DECODE_STRUCT(24, DECODE_BOTH, stack_fields);

/* ---- siginfo: signo, errno, code, padding; then a union chosen by both ---- */

#define SI_UNION 16

static const struct decode_name codes[] = {
	NAME_ENUM(SI_USER), NAME_ENUM(SI_KERNEL), NAME_ENUM(SI_QUEUE), NAME_ENUM(SI_TIMER),
	NAME_ENUM(SI_MESGQ), NAME_ENUM(SI_ASYNCIO), NAME_ENUM(SI_SIGIO), NAME_ENUM(SI_TKILL),
	NAME_ENUM(SI_DETHREAD), NAME_ENUM(SI_ASYNCNL),
};
static const struct decode_name ill_codes[] = {
	NAME_ENUM(ILL_ILLOPC), NAME_ENUM(ILL_ILLOPN), NAME_ENUM(ILL_ILLADR), NAME_ENUM(ILL_ILLTRP),
	NAME_ENUM(ILL_PRVOPC), NAME_ENUM(ILL_PRVREG), NAME_ENUM(ILL_COPROC), NAME_ENUM(ILL_BADSTK),
};
static const struct decode_name fpe_codes[] = {
	NAME_ENUM(FPE_INTDIV), NAME_ENUM(FPE_INTOVF), NAME_ENUM(FPE_FLTDIV), NAME_ENUM(FPE_FLTOVF),
	NAME_ENUM(FPE_FLTUND), NAME_ENUM(FPE_FLTRES), NAME_ENUM(FPE_FLTINV), NAME_ENUM(FPE_FLTSUB),
};
static const struct decode_name segv_codes[] = {
	NAME_ENUM(SEGV_MAPERR), NAME_ENUM(SEGV_ACCERR), NAME_ENUM(SEGV_BNDERR),
	NAME_ENUM(SEGV_PKUERR), NAME_ENUM(SEGV_MTEAERR), NAME_ENUM(SEGV_MTESERR),
};
static const struct decode_name bus_codes[] = {
	NAME_ENUM(BUS_ADRALN), NAME_ENUM(BUS_ADRERR), NAME_ENUM(BUS_OBJERR),
	NAME_ENUM(BUS_MCEERR_AR), NAME_ENUM(BUS_MCEERR_AO),
};
static const struct decode_name trap_codes[] = {
	NAME_ENUM(TRAP_BRKPT), NAME_ENUM(TRAP_TRACE), NAME_ENUM(TRAP_BRANCH),
	NAME_ENUM(TRAP_HWBKPT),
};
static const struct decode_name child_codes[] = {
	NAME_ENUM(CLD_EXITED), NAME_ENUM(CLD_KILLED), NAME_ENUM(CLD_DUMPED), NAME_ENUM(CLD_TRAPPED),
	NAME_ENUM(CLD_STOPPED), NAME_ENUM(CLD_CONTINUED),
};
static const struct decode_name poll_codes[] = {
	NAME_ENUM(POLL_IN), NAME_ENUM(POLL_OUT), NAME_ENUM(POLL_MSG), NAME_ENUM(POLL_ERR),
	NAME_ENUM(POLL_PRI), NAME_ENUM(POLL_HUP),
};
static const struct decode_name sys_codes[] = {
	NAME_ENUM(SYS_SECCOMP), NAME_ENUM_AS("SYS_USER_DISPATCH", 2),
};
static const struct decode_type code_types[SIGNALS + 1] = {
	[SIGILL] = DECODE_ENUM(4, ill_codes), [SIGFPE] = DECODE_ENUM(4, fpe_codes),
	[SIGSEGV] = DECODE_ENUM(4, segv_codes), [SIGBUS] = DECODE_ENUM(4, bus_codes),
	[SIGTRAP] = DECODE_ENUM(4, trap_codes), [SIGCHLD] = DECODE_ENUM(4, child_codes),
	[SIGIO] = DECODE_ENUM(4, poll_codes), [SIGSYS] = DECODE_ENUM(4, sys_codes),
};
static const struct decode_type type_code = DECODE_ENUM(4, codes);

static void put_code(struct decode *d, int signo, int code)
{
	const struct decode_type *own = signo > 0 && signo <= SIGNALS ? &code_types[signo] : NULL;
	const char *name = NULL;

	if (code > 0 && own && own->table)
		name = decode_enum_name(own, (__u32)code);
	if (!name)
		name = decode_enum_name(&type_code, (__u32)code);
	if (name)
		put_str(d, name);
	else
		put_signed(d, code);
}

/* A child's si_status is an exit code or a signal, by si_code. */
static void put_child_status(struct decode *d, int code, int status)
{
	put_str(d, ", si_status=");
	if (code != CLD_EXITED && scap_signal_name(status))
		put_str(d, scap_signal_name(status));
	else
		put_signed(d, status);
}

static void put_named(struct decode *d, const char *name, __s64 v)
{
	put_str(d, name);
	put_signed(d, v);
}

static bool is_fault(int signo)
{
	return signo == SIGSEGV || signo == SIGBUS || signo == SIGILL || signo == SIGFPE ||
	       signo == SIGTRAP;
}

/* What the kernel's own signals (si_code > 0) tell. */
static void put_kernel_cause(struct decode *d, int signo, int code, const char *u)
{
	if (signo == SIGCHLD) {
		put_named(d, ", si_pid=", decode_load_signed(u, 4));
		put_named(d, ", si_uid=", (__s64)decode_load(u + 4, 4));
		put_child_status(d, code, (int)decode_load_signed(u + 8, 4));
		put_named(d, ", si_utime=", decode_load_signed(u + 16, 8));
		put_named(d, ", si_stime=", decode_load_signed(u + 24, 8));
	} else if (signo == SIGSYS) {
		put_str(d, ", si_call_addr=");
		put_pointer(d, decode_load(u, 8));
		put_named(d, ", si_syscall=", decode_load_signed(u + 8, 4));
	} else if (signo == SIGIO) {
		put_named(d, ", si_band=", decode_load_signed(u, 8));
		put_named(d, ", si_fd=", decode_load_signed(u + 8, 4));
	} else if (is_fault(signo) && code != SI_KERNEL) {
		put_str(d, ", si_addr=");
		put_pointer(d, decode_load(u, 8));
	}
}

/* What signals sent by programs (si_code <= 0) tell. */
static void put_sender(struct decode *d, int code, const char *u)
{
	if (code == SI_TIMER) {
		put_named(d, ", si_timerid=", decode_load_signed(u, 4));
		put_named(d, ", si_overrun=", decode_load_signed(u + 4, 4));
	} else {
		put_named(d, ", si_pid=", decode_load_signed(u, 4));
		put_named(d, ", si_uid=", (__s64)decode_load(u + 4, 4));
	}
	if (code == SI_QUEUE || code == SI_TIMER || code == SI_MESGQ) {
		put_str(d, ", si_value=");
		put_hex(d, decode_load(u + 8, 8));
	}
}

static void siginfo_at(struct decode *d, const struct decode_pointee *m, const void *p,
		       size_t avail, __u64 len)
{
	const char *s = p;
	int signo = (int)decode_load_signed(s, 4), error = (int)decode_load_signed(s + 4, 4);
	int code = (int)decode_load_signed(s + 8, 4);

	(void)m, (void)len;
	if (!signo && !code) {	/* waitid(2) with WNOHANG and nothing to tell */
		put_str(d, "{}");
		return;
	}
	put_str(d, "{si_signo=");
	type_signo.print(d, &type_signo, (__u32)signo);
	if (error)
		put_named(d, ", si_errno=", error);
	put_str(d, ", si_code=");
	put_code(d, signo, code);
	if (avail >= SI_UNION + 32) {
		if (code > 0)
			put_kernel_cause(d, signo, code, s + SI_UNION);
		else
			put_sender(d, code, s + SI_UNION);
	}
	put_char(d, '}');
}

#define SIGINFO_HEAD 12

static void print_siginfo(struct decode *d, const struct decode_type *t, __u64 v)
{
	static const struct decode_pointee m = { .at = siginfo_at, .need = SIGINFO_HEAD };

	decode_pointer(d, &m, v, t->side);
}
const struct decode_type type_siginfo = { .print = print_siginfo, .side = DECODE_BOTH };

void decode_siginfo(struct decode *d, const struct scap_span *s)
{
	if (s && s->stored >= SIGINFO_HEAD)
		siginfo_at(d, NULL, scap_span_bytes(s), s->stored, s->len);
	else
		put_str(d, "{}");
}

/* ---- sigevent: value, signo, notify, then a thread id or a function ---- */

static const struct decode_name notifies[] = {
	NAME_ENUM(SIGEV_SIGNAL), NAME_ENUM(SIGEV_NONE), NAME_ENUM(SIGEV_THREAD),
	NAME_ENUM(SIGEV_THREAD_ID),
};
static const struct decode_type type_notify = DECODE_ENUM(4, notifies);

static const struct decode_field sigevent_fields[] = {
	{ "sigev_value", 0, 8, FIELD_UNSIGNED, false, &type_hex },
	{ "sigev_signo", 8, 4, FIELD_SIGNED, false, &type_signo },
	{ "sigev_notify", 12, 4, FIELD_SIGNED, false, &type_notify },
	{ "sigev_notify_thread_id", 16, 4, FIELD_SIGNED, true, NULL },
};
const struct decode_type type_sigevent = DECODE_STRUCT(64, DECODE_IN, sigevent_fields);
