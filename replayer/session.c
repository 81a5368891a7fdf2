// SPDX-License-Identifier: GPL-2.0
/*
 * The session: opens a trace, hands its events one by one to the feeds, and
 * knows how it ended.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "replay.h"

/* What a replay would like to have at least. */
#define DESCRIPTORS 4096u

static void add_text(struct scap_error *err, const char *more)
{
	size_t len = strlen(err->text);

	snprintf(err->text + len, sizeof(err->text) - len, "%s", more);
}

int session_fail(struct session *s, int code, const char *fmt, ...)
{
	va_list ap;

	if (s->outcome.state != SESSION_GOING)
		return -EPROTO;
	s->outcome.state = SESSION_FAILED;
	s->outcome.error.code = code ? code : EIO;
	va_start(ap, fmt);
	vsnprintf(s->outcome.error.text, sizeof(s->outcome.error.text), fmt, ap);
	va_end(ap);
	report_printable(s->outcome.error.text, false);
	if (code == EMFILE)
		add_text(&s->outcome.error, "; the limit is too low for this trace: see ulimit");
	return -s->outcome.error.code;
}

int session_diverge(struct session *s, struct task *task, const struct scap_event *actual,
		    const char *expected_text, const char *actual_text)
{
	if (s->outcome.state != SESSION_GOING)
		return -EPROTO;
	s->outcome.state = SESSION_DIVERGED;
	s->outcome.error.code = EILSEQ;
	snprintf(s->outcome.error.text, sizeof(s->outcome.error.text),
		 "the program does not do what was recorded (event %llu)",
		 (unsigned long long)lookahead_number(s->lookahead));
	s->outcome.report = report_divergence(s, task, actual, expected_text, actual_text);
	if (actual)
		save_actual(s, actual);
	return -EILSEQ;
}

bool session_has_shown(const struct session *s)
{
	return lookahead_number(s->lookahead) < s->options.shown;
}

void session_notice(struct session *s, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (s->options.notice && !session_has_shown(s) && vasprintf(&text, fmt, ap) >= 0)
		s->options.notice(s->options.notice_ctx, text);
	va_end(ap);
	free(text);
}

/* ---- opening ---- */

static unsigned int count(char *const *argv)
{
	unsigned int n = 0;

	while (argv[n])
		n++;
	return n;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/*
 * The command line, where given. A path as its first word is checked with the image, as it may
 * lead to the recorded file in another way; a bare word is what was recorded, but for directories.
 */
static int check_argv(const char *trace, const struct scap_header *h, char *const *argv,
		      struct scap_error *err)
{
	unsigned int n = count(h->argv);

	if (!argv || !argv[0])
		return 0;
	if (count(argv) != n)
		return scap_fail(err, EINVAL, "%s: '%s' was recorded with %u arguments, '%s' is given "
				 "%u; repeat the recorded command or leave it out", trace,
				 n ? h->argv[0] : "", n ? n - 1 : 0, argv[0], count(argv) - 1);
	if (n && !strchr(argv[0], '/') && strcmp(last_part(h->argv[0]), argv[0]))
		return scap_fail(err, EINVAL, "%s: '%s' was recorded, not '%s'; repeat the recorded "
				 "command or leave it out", trace, h->argv[0], argv[0]);
	for (unsigned int i = 1; i < n; i++)
		if (strcmp(h->argv[i], argv[i]))
			return scap_fail(err, EINVAL, "%s: argument %u of '%s' was '%s', now it is "
					 "'%s'; repeat the recorded command or leave it out",
					 trace, i, argv[0], h->argv[i], argv[i]);
	return 0;
}

static const char *arch_name(uint16_t arch)
{
	switch (arch) {
	case SCAP_ARCH_X86_64:
		return "x86-64";
	case SCAP_ARCH_ARM64:
		return "arm64";
	}
	return "an unknown architecture";
}

static int check_header(const char *trace, const struct scap_header *h, struct scap_error *err)
{
	if (h->arch != SCAP_ARCH_NATIVE)
		return scap_fail(err, ENOEXEC, "%s: recorded on %s, this machine is %s; replay it "
				 "on a machine of its kind", trace, arch_name(h->arch),
				 arch_name(SCAP_ARCH_NATIVE));
	if (h->page_size != (uint32_t)sysconf(_SC_PAGESIZE))
		return scap_fail(err, ENOEXEC, "%s: recorded with pages of %u bytes, this kernel has "
				 "%ld; replay it under a kernel of its kind", trace, h->page_size,
				 sysconf(_SC_PAGESIZE));
	if (!(h->features & SCAP_FEATURE_REPLAYABLE))
		return scap_fail(err, ENOTSUP, "%s: captured without what a replay needs; scap-dump "
				 "shows it, scap-record makes replayable traces", trace);
	return 0;
}

/*
 * One descriptor for each mapped file and process: the soft limit may be small. So may
 * the hard one, which only the privileged can raise.
 */
static void allow_descriptors(void)
{
	const struct rlimit enough = { DESCRIPTORS, DESCRIPTORS };
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	if (limit.rlim_max < DESCRIPTORS && !setrlimit(RLIMIT_NOFILE, &enough))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Another processor is hidden, or at least made known. */
static void look_at_cpu(struct session *s)
{
	s->foreign_cpu = arch_cpu_is_foreign(s->header, &s->hide_cpu);
	if ((s->header->features & SCAP_FEATURE_CPUID_TRAPPED) && !arch_can_trap_cpuid())
		session_notice(s, "this processor's cpuid instruction cannot be held back, as the "
			       "recorded one's was: expect a divergence where the program looks at it");
	else if (s->foreign_cpu && !s->hide_cpu)
		session_notice(s, "this processor is of another kind than the recorded one, and its "
			       "cpuid instruction cannot be held back: expect a divergence where "
			       "the program looks at it");
}

int session_open(struct session **session, const struct session_options *o,
		 struct scap_error *err)
{
	struct session *s = calloc(1, sizeof(*s));
	int ret;

	if (!s)
		return scap_fail(err, ENOMEM, "%s: no memory", o->trace);
	s->options = *o;
	s->outcome.state = SESSION_GOING;
	s->stub_fd = -1;
	ret = scap_reader_open(&s->reader, o->trace, err);
	if (ret)
		goto fail;
	s->header = scap_reader_header(s->reader);
	ret = check_header(o->trace, s->header, err);
	if (!ret)
		ret = check_argv(o->trace, s->header, o->argv, err);
	if (ret)
		goto fail;
	s->files = files_new();
	s->contents = contents_new();
	s->reasons = reasons_new();
	s->lookahead = lookahead_new(s->reader);
	s->cpus = cpus_new(s->header);
	if (!s->files || !s->contents || !s->lookahead || !s->cpus || !s->reasons) {
		ret = scap_fail(err, ENOMEM, "%s: no memory", o->trace);
		goto fail;
	}
	allow_descriptors();
	look_at_cpu(s);
	ret = sandbox_prepare(s);
	if (ret) {
		*err = s->outcome.error;
		goto fail;
	}
	if (o->save)
		ret = save_open(s, o->save, err);
	if (ret)
		goto fail;
	*session = s;
	return 0;
fail:
	session_close(s);
	return ret;
}

void session_close(struct session *s)
{
	task_end_all(s);
	tracee_unshare();
	if (s->stub_fd >= 0)
		close(s->stub_fd);
	contents_free(s->contents);
	files_free(s->files);
	reasons_free(s->reasons);
	save_close(s, NULL);
	free(s->lookahead);
	cpus_free(s->cpus);
	if (s->reader)
		scap_reader_close(s->reader);
	free(s->outcome.report);
	report_killed_free(s);
	free(s);
}

void session_interrupt(struct session *s)
{
	s->interrupted = 1;
}

const struct session_outcome *session_outcome(const struct session *s)
{
	return &s->outcome;
}

/* ---- stepping ---- */

/* Whether @e belongs to a process that was not recorded to its end. */
static bool is_captured(const struct task *task, const struct scap_event *e)
{
	return e->flags & SCAP_F_CAPTURED || (task && task->state == TASK_CAPTURED);
}

static int feed_meta(struct session *s, struct task *task, const struct scap_ev_meta *e)
{
	const struct scap_span *text = scap_span_find(&e->h, SCAP_SPAN_TEXT, SCAP_ARG_NONE);

	reasons_note(s->reasons, lookahead_number(s->lookahead), e);
	if (e->kind != SCAP_META_CAPTURE_ONLY)
		return 0;
	session_notice(s, "process %u is not replayed from here on: %.*s", e->h.tid,
		       text ? (int)text->stored : 0,
		       text ? (const char *)scap_span_bytes(text) : "");
	if (task)
		task->state = TASK_CAPTURED;
	if (task && task->process && task->process->pid == s->first_pid)
		s->first_captured = lookahead_number(s->lookahead);
	return 0;
}

static int feed_gap(struct session *s, const struct scap_ev_gap *e)
{
	return session_fail(s, ENOTSUP, "%s: %llu events are missing (reason %u); a trace with gaps "
			    "can be dumped, not replayed", s->options.trace,
			    (unsigned long long)e->events, e->reason);
}

static int feed(struct session *s, struct task *task, const struct scap_event *e)
{
	const void *any = e;

	switch (e->type) {
	case SCAP_EV_EXEC:
		return feed_exec(s, task, any);
	case SCAP_EV_SYSCALL:
		return feed_syscall(s, task, any);
	case SCAP_EV_SYSCALL_ENTER:
		return feed_enter(s, task, any);
	case SCAP_EV_SYSCALL_EXIT:
		return feed_exit(s, task, any);
	case SCAP_EV_DATA:
	case SCAP_EV_MAP:
	case SCAP_EV_FILE:
		return feed_data(s, task, e);
	case SCAP_EV_SIGNAL:
		return feed_signal(s, task, any);
	case SCAP_EV_MEM:
		return feed_outputs(s, task, e);
	case SCAP_EV_SWITCH:
		return feed_switch(s, task, any);
	case SCAP_EV_TRAP:
		return feed_trap(s, task, any);
	case SCAP_EV_FORK:
		return feed_fork(s, task, any);
	case SCAP_EV_CHECKSUM:
		return feed_checksum(s, task, any);
	case SCAP_EV_TASK_EXIT:
		return feed_task_exit(s, task, any);
	}
	return 0;
}

/* Records of an image stand ahead of the EXEC that makes their task. */
static bool may_begin_task(const struct scap_event *e)
{
	return e->type == SCAP_EV_MAP || e->type == SCAP_EV_DATA || e->type == SCAP_EV_EXEC;
}

static int route(struct session *s, const struct scap_event *e)
{
	struct task *task = task_find(s, e->tid);
	int err;

	if (e->type == SCAP_EV_META)
		return feed_meta(s, task, (const void *)e);
	if (e->type == SCAP_EV_GAP)
		return feed_gap(s, (const void *)e);
	if (is_captured(task, e) && e->type != SCAP_EV_TASK_EXIT)
		return 0;
	if (!task && e->flags & SCAP_F_CAPTURED)
		return 0;
	if (!task && may_begin_task(e)) {
		task = task_new(s, e->tid);
		if (!task)
			return session_fail(s, ENOMEM, "no memory for task %u", e->tid);
	}
	if (!task)
		return session_fail(s, EUCLEAN, "%s: event %llu is of task %u, which the trace does "
				    "not begin", s->options.trace,
				    (unsigned long long)lookahead_number(s->lookahead), e->tid);
	if (task->state == TASK_UNBORN && !may_begin_task(e))
		return session_fail(s, EUCLEAN, "%s: event %llu is of task %u, which has no program "
				    "yet", s->options.trace,
				    (unsigned long long)lookahead_number(s->lookahead), e->tid);
	err = feed(s, task, e);
	task = task_find(s, e->tid);
	if (err || !task)
		return err;
	task->last_time = e->time;
	return ahead_start(s, task);
}

/* The proper end of the file. */
static void finish(struct session *s)
{
	if (s->first_captured)
		session_fail(s, ENOTSUP, "%s: from event %llu on the program was recorded without what "
			     "a replay needs; replayed up to there", s->options.trace,
			     (unsigned long long)s->first_captured);
	else if (s->first_ended)
		s->outcome.state = SESSION_FAITHFUL;
	else
		session_fail(s, EUCLEAN, "%s: ends before the program does; replayed up to there "
			     "(event %llu)", s->options.trace,
			     (unsigned long long)s->outcome.events);
}

/* Whatever still lives is killed, and what is to be saved is complete. */
static void end(struct session *s)
{
	struct scap_error err = { 0 };

	task_end_all(s);
	if (save_close(s, &err))
		session_notice(s, "%s", err.text);
}

enum session_state session_step(struct session *s)
{
	struct scap_error err = { 0 };
	int n;

	if (s->outcome.state != SESSION_GOING)
		return s->outcome.state;
	n = lookahead_next(s->lookahead, &s->event, &err);
	if (n > 0) {
		s->outcome.domain = s->event->domain;
		route(s, s->event);
		if (s->outcome.state == SESSION_GOING)
			save_event(s, s->event);
	} else if (!n) {
		finish(s);
	} else {
		session_fail(s, err.code, "%s; replayed up to there", err.text);
	}
	s->outcome.events = lookahead_number(s->lookahead);
	if (s->interrupted)
		session_fail(s, EINTR, "interrupted at event %llu",
			     (unsigned long long)s->outcome.events);
	if (s->outcome.state != SESSION_GOING)
		end(s);
	return s->outcome.state;
}
