// SPDX-License-Identifier: GPL-2.0
/* Signal frames: of this kernel, and of a processor that lays its vector state out in another way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <signal.h>
#include <ucontext.h>
#include <unistd.h>

#include "recorder/tracee/sigframe.h"

enum { UC_AT = 8, STATE_AT = 2048, SOFTWARE = 464, XSTATE_BV = 512, AVX = 2, PKRU = 9 };

/* A frame in our own memory, its vector state behind it. */
struct frame {
	_Alignas(64) uint8_t bytes[8192];
};

static struct tracee self(void)
{
	struct tracee t;

	assert_int_equal(tracee_adopt(&t, getpid(), getpid(), NULL), 0);
	return t;
}

static uint64_t at(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

static void put64(uint8_t *to, uint64_t value)
{
	memcpy(to, &value, sizeof(value));
}

static void make_frame(struct frame *f, uint64_t features, uint64_t used)
{
	struct _fpx_sw_bytes sw = { .magic1 = FP_XSTATE_MAGIC1, .xstate_bv = features, .xstate_size = 4096 };
	uint8_t *state = f->bytes + STATE_AT;

	memset(f, 0, sizeof(*f));
	put64(f->bytes + UC_AT + offsetof(ucontext_t, uc_mcontext.fpregs), at(state));
	memset(state + 160, 0x11, 256);
	put64(state + 24, 0x3f80);
	memcpy(state + SOFTWARE, &sw, sizeof(sw));
	put64(state + XSTATE_BV, used);
}

/* The same parts, in other places. */
static struct vector_layout elsewhere(void)
{
	struct vector_layout l = *vector_layout_here();

	l.part[AVX].offset = 2000;
	return l;
}

static const struct vector_layout *need_avx(void)
{
	if (!vector_layout_here()->part[AVX].size)
		skip();
	return vector_layout_here();
}

static void parts_move(void **state)
{
	const struct vector_layout *here = need_avx();
	struct vector_layout there = elsewhere();
	struct frame *f = calloc(1, sizeof(*f));
	uint8_t *image = calloc(1, 8192);
	struct tracee t = self();
	uint64_t bv;

	(void)state;
	make_frame(f, 7, 7);
	memset(f->bytes + STATE_AT + there.part[AVX].offset, 0x22, 256);
	memset(image, 0xee, 8192);
	put64(image + XSTATE_BV, 3);
	assert_int_equal(sigframe_vector(&t, at(f->bytes), &there, image, 8192, 8192), 8192);
	assert_int_equal(image[160], 0x11);
	assert_int_equal(image[here->part[AVX].offset], 0x22);
	assert_int_equal(image[here->part[AVX].offset + 255], 0x22);
	assert_int_equal(image[24], 0x80);
	assert_int_equal(image[25], 0x3f);
	memcpy(&bv, image + XSTATE_BV, sizeof(bv));
	assert_int_equal(bv, 7);
	tracee_release(&t);
	free(f);
	free(image);
}

/* Used parts come, unused ones are as they begin, and what the other does not have stays. */
static void initial_and_unknown_parts(void **state)
{
	const struct vector_layout *here = need_avx();
	struct frame *f = calloc(1, sizeof(*f));
	uint8_t *image = calloc(1, 8192);
	struct tracee t = self();
	uint64_t bv;

	(void)state;
	make_frame(f, 7, 0);
	memset(image, 0xee, 8192);
	put64(image + XSTATE_BV, 7 | 1ull << PKRU);
	assert_int_equal(sigframe_vector(&t, at(f->bytes), here, image, 8192, 8192), 8192);
	assert_int_equal(image[0], 0x7f);
	assert_int_equal(image[1], 3);
	assert_int_equal(image[160], 0);
	assert_int_equal(image[here->part[AVX].offset], 0);
	if (here->part[PKRU].size)
		assert_int_equal(image[here->part[PKRU].offset], 0xee);
	memcpy(&bv, image + XSTATE_BV, sizeof(bv));
	assert_int_equal(bv, 3 | 1ull << PKRU);
	tracee_release(&t);
	free(f);
	free(image);
}

static void unreadable_changes_nothing(void **state)
{
	struct scap_regs regs, before;
	struct tracee t = self();

	(void)state;
	memset(&regs, 0x5a, sizeof(regs));
	before = regs;
	assert_int_not_equal(sigframe_regs(&t, 16, &regs), 0);
	assert_memory_equal(&regs, &before, sizeof(regs));
	tracee_release(&t);
}

static struct scap_regs seen;
static int seen_error = -1;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	/* the return address stands in front of the context */
	uint64_t frame = at(context) - UC_AT;
	struct tracee t = self();

	(void)sig;
	(void)info;
	seen_error = sigframe_regs(&t, frame, &seen);
	tracee_release(&t);
}

/* The kernel's own frame says where it came from. */
static void of_this_kernel(void **state)
{
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
	uint64_t here;

	(void)state;
	sigaction(SIGUSR1, &sa, NULL);
	__asm__ volatile("mov %%rsp, %0" : "=r"(here));
	raise(SIGUSR1);
	assert_int_equal(seen_error, 0);
	assert_true(seen.rsp <= here && here - seen.rsp < 65536);
	assert_int_equal(seen.rax, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_move),
		cmocka_unit_test(initial_and_unknown_parts),
		cmocka_unit_test(unreadable_changes_nothing),
		cmocka_unit_test(of_this_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
