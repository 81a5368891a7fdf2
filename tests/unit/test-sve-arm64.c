// SPDX-License-Identifier: GPL-2.0
/* SVE registers: from a signal's frame into NT_ARM_SVE, and as points have them. Needs no processor with SVE. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <asm/ptrace.h>
#include <asm/sigcontext.h>
#include <cmocka.h>
#include <signal.h>
#include <ucontext.h>
#include <unistd.h>

#include "recorder/tracee/point-internal.h"
#include "recorder/tracee/sigframe.h"

enum {
	LENGTH = 32, VQ = LENGTH / SVE_VQ_BYTES,
	RECORDS_AT = sizeof(siginfo_t) + offsetof(ucontext_t, uc_mcontext) + offsetof(struct sigcontext, __reserved),
	EXTRA_AT = 6144,	/* in the frame, behind all else */
	LOW = sizeof(struct user_fpsimd_state),
};

/* A frame in our own memory, and what becomes of it. */
struct scene {
	_Alignas(16) uint8_t frame[16384], image[TRACEE_FPREGS_MAX];
	struct tracee t;
};

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	*state = s;
	return !s || tracee_adopt(&s->t, getpid(), getpid(), NULL);
}

static int teardown(void **state)
{
	struct scene *s = *state;

	tracee_release(&s->t);
	free(s);
	return 0;
}

/* FPSIMD registers of 0x11, and whose low bytes an SVE record of 0x22 shall not overrule. */
static size_t put_fpsimd(struct scene *s)
{
	struct fpsimd_context fp = { .head = { FPSIMD_MAGIC, sizeof(fp) }, .fpsr = 1, .fpcr = 2 };

	memset(fp.vregs, 0x11, sizeof(fp.vregs));
	memcpy(s->frame + RECORDS_AT, &fp, sizeof(fp));
	return RECORDS_AT + sizeof(fp);
}

static void put_sve(struct scene *s, size_t at, bool live, unsigned int flags)
{
	struct sve_context sve = {
		.head = { SVE_MAGIC, live ? SVE_SIG_CONTEXT_SIZE(VQ) : sizeof(sve) },
		.vl = LENGTH, .flags = (uint16_t)flags,
	};

	if (live)
		memset(s->frame + at + SVE_SIG_REGS_OFFSET, 0x22, SVE_SIG_REGS_SIZE(VQ));
	memcpy(s->frame + at, &sve, sizeof(sve));
}

static ssize_t convert(struct scene *s)
{
	return sigframe_vector(&s->t, (uint64_t)(uintptr_t)s->frame, vector_layout_here(), s->image, 0,
			       sizeof(s->image));
}

static void check_live(struct scene *s)
{
	size_t n = SVE_PT_SIZE(VQ, SVE_PT_REGS_SVE), rest = SVE_NUM_ZREGS * (LENGTH - 16) + 17 * LENGTH / 8;
	uint8_t low[LOW] = { 0 };

	assert_int_equal(convert(s), n);
	memset(low, 0x11, 512);
	low[512] = 1;
	low[516] = 2;
	assert_int_equal(point_arch_vector(s->image, n, sizeof(s->image)), LOW + rest);
	assert_memory_equal(s->image, low, LOW);
	for (size_t i = LOW; i < LOW + rest; i++)
		assert_int_equal(s->image[i], 0x22);
}

static void from_records(void **state)
{
	struct scene *s = *state;

	put_sve(s, put_fpsimd(s), true, 0);
	check_live(s);
}

static void from_extra_space(void **state)
{
	struct scene *s = *state;
	struct extra_context extra = {
		.head = { EXTRA_MAGIC, sizeof(extra) },
		.datap = (uint64_t)(uintptr_t)s->frame + EXTRA_AT, .size = 4096,
	};

	memcpy(s->frame + put_fpsimd(s), &extra, sizeof(extra));
	put_sve(s, EXTRA_AT, true, 0);
	check_live(s);
}

/* A state with nothing beyond 128 bits is the same whether SVE is in use or not. */
static void nothing_beyond(void **state)
{
	struct scene *s = *state;
	size_t at = put_fpsimd(s);
	uint8_t plain[LOW];

	put_sve(s, at, false, 0);
	assert_int_equal(convert(s), LOW);
	assert_int_equal(point_arch_vector(s->image, LOW, sizeof(s->image)), LOW);
	memcpy(plain, s->image, LOW);
	put_sve(s, at, true, 0);
	memset(s->frame + at + SVE_SIG_REGS_OFFSET, 0, SVE_SIG_REGS_SIZE(VQ));
	assert_int_equal(point_arch_vector(s->image, (size_t)convert(s), sizeof(s->image)), LOW);
	assert_memory_equal(s->image, plain, LOW);
}

static void refused(void **state)
{
	struct scene *s = *state;
	size_t at = put_fpsimd(s);

	put_sve(s, at, true, SVE_SIG_FLAG_SM);
	assert_int_equal(convert(s), -ENOTSUP);
	put_sve(s, at, true, 0);
	/* shorter than its vectors */
	s->frame[at + offsetof(struct sve_context, vl)] = 128;
	assert_int_equal(convert(s), -EINVAL);
	memset(s->frame + RECORDS_AT, 0, 8);
	assert_int_equal(convert(s), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(from_records, setup, teardown),
		cmocka_unit_test_setup_teardown(from_extra_space, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_beyond, setup, teardown),
		cmocka_unit_test_setup_teardown(refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
