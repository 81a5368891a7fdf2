// SPDX-License-Identifier: GPL-2.0
/* Traces made by hand, for tests. */
#include "make-trace.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[64];

static void remove_dir(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	if (system(command) != 0)
		fprintf(stderr, "cannot remove %s\n", dir);
}

const char *make_path(const char *name)
{
	static char path[8][PATH_MAX];
	static unsigned int next;
	char *p = path[next++ % 8];

	if (!dir[0]) {
		strcpy(dir, "/tmp/scap-test-XXXXXX");
		if (!mkdtemp(dir))
			abort();
		atexit(remove_dir);
	}
	snprintf(p, PATH_MAX, "%s/%s", dir, name);
	return p;
}

struct scap_header make_header(void)
{
	static char *argv[] = { "prog", "one", "two", NULL };
	static const struct scap_cpuid cpuid[] = { { 0, 0, 1, 2, 3, 4 }, { 7, 1, 5, 6, 7, 8 } };

	return (struct scap_header){
		.arch = SCAP_ARCH_X86_64,
		.backend = SCAP_BACKEND_PTRACE,
		.page_size = 4096,
		.features = SCAP_FEATURE_REPLAYABLE,
		.start_ns = 1700000000000000000,
		.kernel = "6.1.0-test",
		.exe = "/usr/bin/prog",
		.cwd = "/home",
		.argv = argv,
		.cpuid = cpuid,
		.ncpuid = 2,
	};
}

void make_open(struct maker *m, const char *path)
{
	struct scap_header h = make_header();
	struct scap_error err;

	memset(m, 0, sizeof(*m));
	if (scap_writer_open(&m->w, path, &h, &err)) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
}

void make_close(struct maker *m)
{
	struct scap_error err;

	if (scap_writer_close(m->w, NULL, &err)) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
}

void make_side(const char *path, scene *s, bool b)
{
	struct maker m;

	make_open(&m, path);
	s(&m, b);
	make_close(&m);
}

union any_event *make_event(struct maker *m, uint16_t type, uint32_t tid)
{
	uint32_t fixed = scap_event_fixed(type);

	memset(&m->e, 0, fixed);
	m->e.h = (struct scap_event){
		.size = fixed,
		.type = type,
		.tid = tid,
		.domain = 1,
		.seq = ++m->seq,
		.time = m->time += 1000,
	};
	return &m->e;
}

void make_span(struct maker *m, uint8_t kind, uint8_t arg, uint64_t addr, const void *bytes,
	       uint16_t len)
{
	struct scap_span *s = (void *)(m->e.bytes + m->e.h.size);
	bool call = m->e.h.type >= SCAP_EV_SYSCALL && m->e.h.type <= SCAP_EV_SYSCALL_EXIT;

	*s = (struct scap_span){ .addr = addr, .len = len, .stored = len, .kind = kind, .arg = arg };
	memset(s + 1, 0, scap_span_size(len) - sizeof(*s));
	memcpy(s + 1, bytes, len);
	m->e.h.size += scap_span_size(len);
	if (call)
		m->e.call.nspans++;
	else
		m->e.data.nspans++;
}

void make_put(struct maker *m)
{
	scap_writer_put(m->w, &m->e.h);
}

struct scap_ev_syscall *make_call(struct maker *m, uint16_t type, uint32_t tid, uint32_t nr,
				  int64_t result, uint64_t a0, uint64_t a1, uint64_t a2)
{
	struct scap_ev_syscall *c = &make_event(m, type, tid)->call;

	c->nr = nr;
	c->result = result;
	c->args[0] = a0;
	c->args[1] = a1;
	c->args[2] = a2;
	return c;
}

void make_simple(struct maker *m, uint32_t tid, uint32_t nr, int64_t result, uint64_t a0)
{
	make_call(m, SCAP_EV_SYSCALL, tid, nr, result, a0, 0, 0);
	make_put(m);
}

void make_exec(struct maker *m, uint32_t tid, const char *path)
{
	struct scap_ev_exec *x = &make_event(m, SCAP_EV_EXEC, tid)->exec;

	x->old_tid = x->pid = tid;
	x->ppid = 1;
	make_span(m, SCAP_SPAN_PATH, SCAP_ARG_NONE, 0, path, (uint16_t)strlen(path));
	make_put(m);
}

void make_fork(struct maker *m, uint32_t tid, uint32_t child, uint64_t flags)
{
	enum { CLONE = 56 };
	struct scap_ev_fork *f;

	make_call(m, SCAP_EV_SYSCALL_ENTER, tid, CLONE, 0, flags, 0, 0);
	make_put(m);
	f = &make_event(m, SCAP_EV_FORK, tid)->fork;
	f->child = f->child_pid = child;
	f->clone_flags = flags;
	make_put(m);
	make_call(m, SCAP_EV_SYSCALL_EXIT, child, CLONE, 0, flags, 0, 0);
	make_put(m);
	make_call(m, SCAP_EV_SYSCALL_EXIT, tid, CLONE, child, flags, 0, 0);
	make_put(m);
}

void make_exit(struct maker *m, uint32_t tid, int32_t status)
{
	struct scap_ev_task_exit *x = &make_event(m, SCAP_EV_TASK_EXIT, tid)->exit;

	x->pid = tid;
	x->status = status;
	x->last = 1;
	make_put(m);
}
