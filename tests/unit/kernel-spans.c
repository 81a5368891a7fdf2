// SPDX-License-Identifier: GPL-2.0
/* The same plan by the kernel module: see kernel-spans.h. */
#include "kernel-spans.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include <cmocka.h>

#include <scap/device.h>

/* What the last entry plan came to, and on which memory. */
static struct {
	const struct spans *of;
	struct spans spans;
	int ret;
	unsigned char memory[FAKE_SIZE];
} entry;

static unsigned int compared;

/* Some tests plan tens of thousands of calls: of those that come late, one in so many. */
#define EARLY	2000u
#define LATE	64u

static bool wanted(void)
{
	static unsigned int calls;

	return ++calls <= EARLY || calls % LATE == 0;
}

static void say_compared(void)
{
	printf("%u plans compared with the kernel's\n", compared);
}

/* -1: nobody asked for it. */
static int device(void)
{
	static int fd = -2;
	const char *path = getenv("SCAP_PLAN_DEVICE");

	if (fd != -2)
		return fd;
	fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	if (path && fd < 0)
		fail_msg("%s: %s", path, strerror(errno));
	if (path)
		atexit(say_compared);
	return fd;
}

/* Spans of the kernel's at entry, or at exit, are those of @want. */
static void compare(const struct scap_ioc_span *span, __u32 n, bool at_exit, const struct spans *want)
{
	unsigned int i = 0;

	for (; n--; span++) {
		const struct span *w = &want->span[i];

		if (span->exit != at_exit)
			continue;
		if (i++ >= want->n)
			break;
		if (span->addr != w->addr || span->len != w->len || span->kind != w->kind ||
		    span->arg != w->arg || span->string != w->string)
			fail_msg("call %u: kernel's span %u: kind %u arg %u %#llx+%llu, here: kind %u arg %u "
				 "%#llx+%llu", want->call.nr, i - 1, span->kind, span->arg, span->addr,
				 span->len, w->kind, w->arg, w->addr, w->len);
	}
	if (i != want->n)
		fail_msg("call %u: %u spans here, %u in the kernel", want->call.nr, want->n, i);
}

/* The kernel plans entry.spans' call on entry.memory, and its exit on fake memory as it is now. */
static void plan(struct scap_ioc_plan *a, struct scap_ioc_span *spans, long result)
{
	const struct spans *s = &entry.spans;

	*a = (struct scap_ioc_plan){
		.nr = s->call.nr, .cap = SCAP_PLAN_SPANS, .result = result, .base = FAKE, .len = FAKE_SIZE,
		.before = (uintptr_t)entry.memory, .after = (uintptr_t)fake, .spans = (uintptr_t)spans,
	};
	memcpy(a->args, s->call.args, sizeof(a->args));
	if (ioctl(device(), SCAP_IOC_PLAN, a))
		fail_msg("SCAP_IOC_PLAN: %s", strerror(errno));
	compared++;
	assert_int_equal(a->entry, entry.ret);
	assert_int_equal(a->refuse, s->plan.refuse);
	assert_int_equal(a->unknown, s->plan.unknown);
	compare(spans, a->nspans, false, s);
}

static struct scap_ioc_span room[SCAP_PLAN_SPANS];

void kernel_spans_entry(const struct spans *s, int ret)
{
	struct scap_ioc_plan a;

	entry.of = NULL;
	if (device() < 0 || s->plan.mem != &fake_mem || !wanted())
		return;
	entry.of = s;
	entry.spans = *s;
	entry.ret = ret;
	memcpy(entry.memory, fake, sizeof(fake));
	plan(&a, room, -EFAULT);
}

void kernel_spans_exit(const struct spans *s, int ret)
{
	struct scap_ioc_plan a;

	/* an exit without its entry is a test's liberty */
	if (entry.of != s || entry.spans.call.nr != s->call.nr ||
	    memcmp(entry.spans.call.args, s->call.args, sizeof(s->call.args)) != 0)
		return;
	plan(&a, room, s->call.result);
	assert_int_equal(a.exit, ret);
	compare(room, a.nspans, true, s);
}
