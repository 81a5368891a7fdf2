// SPDX-License-Identifier: GPL-2.0
/* A tracer that shares its tracees' cpuid trap can still use cpuid, and is told of other faults. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cpuid.h>

#include "recorder/tracee/cpuid-trap.h"

static void cpuid_works_meanwhile(void **state)
{
	uint32_t before[4], after[4];

	(void)state;
	__cpuid(0, before[0], before[1], before[2], before[3]);
	for (int i = 0; i < 3; i++) {
		cpuid_trap_share();
		__cpuid(0, after[0], after[1], after[2], after[3]);
		assert_memory_equal(before, after, sizeof(before));
	}
	tracee_unshare();
	__cpuid(0, after[0], after[1], after[2], after[3]);
	assert_memory_equal(before, after, sizeof(before));
}

static void other_faults_are_fatal(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	if (!pid) {
		cpuid_trap_share();
		kill(getpid(), SIGSEGV);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpuid_works_meanwhile),
		cmocka_unit_test(other_faults_are_fatal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
