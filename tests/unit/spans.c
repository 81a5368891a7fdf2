// SPDX-License-Identifier: GPL-2.0
/* Plans carried out for tests: see spans.h. */
#include "spans.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

#include <scap/arch.h>

#include "kernel-spans.h"

unsigned char fake[FAKE_SIZE];

/* The accessor is the first member of nothing: its user is found through this. */
static struct spans *current;

static int get_fake(const struct scap_mem *mem, __u64 addr, void *buf, __u32 len)
{
	(void)mem;
	if (current)
		current->gets++;
	if (addr < FAKE || addr - FAKE > FAKE_SIZE || len > FAKE_SIZE - (addr - FAKE))
		return -EFAULT;
	memcpy(buf, fake + (addr - FAKE), len);
	return 0;
}

static int get_own(const struct scap_mem *mem, __u64 addr, void *buf, __u32 len)
{
	struct iovec local = { buf, len }, remote = { (void *)(uintptr_t)addr, len };

	(void)mem;
	current->gets++;
	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)len ? 0 : -EFAULT;
}

void fake_iov(__u64 at, __u64 base, __u64 len)
{
	const struct scap_iov iov = { base, len };

	fake_put(at, &iov, sizeof(iov));
}

int spans_reset(void **state)
{
	(void)state;
	memset(fake, 0, sizeof(fake));
	return 0;
}

const struct scap_mem fake_mem = { get_fake };
static const struct scap_mem own_mem = { get_own };

void fake_put(__u64 addr, const void *bytes, size_t len)
{
	assert_true(addr >= FAKE && addr - FAKE + len <= FAKE_SIZE);
	memcpy(fake + (addr - FAKE), bytes, len);
}

static int collect(struct scap_plan *plan, __u64 addr, __u64 len, __u8 kind, __u8 arg, bool string)
{
	struct spans *s = plan->ctx;

	/* the promises of plan.h */
	assert_true(addr && len && addr + len - 1 >= addr);
	assert_in_range(kind, SCAP_SPAN_OUT, SCAP_SPAN_IN);
	assert_in_range(arg, 0, 5);
	assert_true(s->n < SPANS_MAX);
	s->span[s->n++] = (struct span){ addr, len, kind, arg, string };
	return 0;
}

static void start(struct spans *s, const struct scap_mem *mem, const char *name,
		  const __u64 args[6])
{
	memset(s, 0, sizeof(*s));
	s->plan = (struct scap_plan){ .mem = mem, .emit = collect, .ctx = s };
	if (!scap_sysinfo_name(SCAP_ARCH_NATIVE, name, &s->call.nr))
		fail_msg("no system call %s", name);
	memcpy(s->call.args, args, sizeof(s->call.args));
	s->call.iov = s->iov;
	s->call.iov_cap = IOV_ROOM;
}

void spans_fake(struct spans *s, const char *name, const __u64 args[6])
{
	start(s, &fake_mem, name, args);
}

void spans_own(struct spans *s, const char *name, const __u64 args[6])
{
	start(s, &own_mem, name, args);
}

int spans_entry(struct spans *s)
{
	int ret;

	current = s;
	s->n = 0;
	s->gets = 0;
	ret = scap_plan_entry(&s->plan, &s->call);
	kernel_spans_entry(s, ret);
	return ret;
}

int spans_exit(struct spans *s, long result)
{
	int ret;

	current = s;
	s->n = 0;
	s->gets = 0;
	s->call.result = result;
	ret = scap_plan_exit(&s->plan, &s->call);
	kernel_spans_exit(s, ret);
	return ret;
}

int spans_reach(struct spans *s)
{
	current = s;
	s->n = 0;
	s->plan.ctx = s;
	return scap_plan_reach(&s->plan, &s->call);
}

void assert_span(const struct spans *s, unsigned int i, int kind, int arg, __u64 addr, __u64 len)
{
	const struct span *span = &s->span[i];

	if (i < s->n && span->kind == kind && span->arg == arg && span->addr == addr &&
	    span->len == len)
		return;
	for (i = 0; i < s->n; i++)
		print_error("  span %u: kind %d arg %d %#llx+%llu\n", i, s->span[i].kind,
			    s->span[i].arg, s->span[i].addr, s->span[i].len);
	fail_msg("expected kind %d arg %d %#llx+%llu", kind, arg, addr, len);
}

bool spans_cover(const struct spans *s, __u64 addr)
{
	unsigned int i;

	for (i = 0; i < s->n; i++)
		if (s->span[i].kind == SCAP_SPAN_OUT && addr - s->span[i].addr < s->span[i].len)
			return true;
	return false;
}
