// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers with names: flag words, enumerations, signals, errors. The tables
 * themselves are data and live with the family they belong to.
 */
#include <string.h>

#include <format/decode.h>

static __u64 cut(__u64 v, unsigned int width)
{
	return width && width < 8 ? v & ((1ull << (width * 8)) - 1) : v;
}

void decode_flags(struct decode *d, const struct decode_type *t, __u64 v)
{
	const struct decode_name *name = t->table, *end = name + t->n;
	__u64 left = v = cut(v, t->width);
	__u64 named = 0;
	size_t start = d->len;

	for (; name < end; name++) {
		__u64 mask = cut(name->mask, t->width);

		/* A name for no bits stands for "none of those in its mask". */
		if ((v & mask) != cut(name->value, t->width) || (named & mask))
			continue;
		if (d->len != start)
			put_char(d, '|');
		put_str(d, name->name);
		named |= mask;
		left &= ~mask;
	}
	if (!left && d->len != start)
		return;
	if (d->len != start)
		put_char(d, '|');
	else if (left)
		d->raw = true;
	put_hex(d, left);
}

const char *decode_enum_name(const struct decode_type *t, __u64 v)
{
	const struct decode_name *name = t->table, *end = name + t->n;

	v = cut(v, t->width);
	for (; name < end; name++)
		if (cut(name->value, t->width) == v)
			return name->name;
	return NULL;
}

void decode_enum(struct decode *d, const struct decode_type *t, __u64 v)
{
	const char *name = decode_enum_name(t, v);

	if (name) {
		put_str(d, name);
		return;
	}
	d->raw = true;
	put_hex(d, cut(v, t->width));
}

/* Numbers 1..31 are the same on x86-64 and arm64 (asm-generic/signal.h). */
static const char *const signals[] = {
	NULL, "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE",
	"SIGKILL", "SIGUSR1", "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT",
	"SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU",
	"SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
	"SIGRTMIN", "SIGRT_1", "SIGRT_2", "SIGRT_3", "SIGRT_4", "SIGRT_5", "SIGRT_6", "SIGRT_7",
	"SIGRT_8", "SIGRT_9", "SIGRT_10", "SIGRT_11", "SIGRT_12", "SIGRT_13", "SIGRT_14",
	"SIGRT_15", "SIGRT_16", "SIGRT_17", "SIGRT_18", "SIGRT_19", "SIGRT_20", "SIGRT_21",
	"SIGRT_22", "SIGRT_23", "SIGRT_24", "SIGRT_25", "SIGRT_26", "SIGRT_27", "SIGRT_28",
	"SIGRT_29", "SIGRT_30", "SIGRT_31", "SIGRTMAX",
};

const char *scap_signal_name(int signo)
{
	if (signo < 1 || signo >= (int)(sizeof(signals) / sizeof(signals[0])))
		return NULL;
	return signals[signo];
}

/* Never seen by programs, only by those who watch the kernel (linux/errno.h). */
static const struct {
	const char *name, *text;
} restarts[] = {
	{ "ERESTARTSYS", "To be restarted if SA_RESTART is set" },
	{ "ERESTARTNOINTR", "To be restarted" },
	{ "ERESTARTNOHAND", "To be restarted if no handler" },
	{ "ENOIOCTLCMD", "No such ioctl" },
	{ "ERESTART_RESTARTBLOCK", "Interrupted by signal" },
};
#define RESTART_FIRST 512

static int restart_index(int code)
{
	int i = code - RESTART_FIRST;

	return i >= 0 && i < (int)(sizeof(restarts) / sizeof(restarts[0])) ? i : -1;
}

const char *scap_errno_name(int code)
{
	int i = restart_index(code);

	if (code <= 0)
		return NULL;
	return i >= 0 ? restarts[i].name : strerrorname_np(code);
}

const char *decode_errno_text(int code)
{
	int i = restart_index(code);

	return i >= 0 ? restarts[i].text : strerrordesc_np(code);
}

bool decode_is_restart(int code)
{
	int i = restart_index(code);

	return i >= 0 && restarts[i].name[1] == 'R';
}
