// SPDX-License-Identifier: GPL-2.0
/* A tracer that shares its tracees' traps can still use cpuid, rdtsc and the vDSO, and is told of other faults. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cpuid.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <x86intrin.h>

#include "recorder/tracee/own-clock.h"
#include "recorder/tracee/trap-share.h"

static void cpuid_works_meanwhile(void **state)
{
	uint32_t before[4], after[4];

	(void)state;
	__cpuid(0, before[0], before[1], before[2], before[3]);
	cpuid_trap_share();
	for (int i = 0; i < 3; i++) {
		__cpuid(0, after[0], after[1], after[2], after[3]);
		assert_memory_equal(before, after, sizeof(before));
		cpuid_untrapped(0, 0, after);
		assert_memory_equal(before, after, sizeof(before));
	}
	tracee_unshare();
	__cpuid(0, after[0], after[1], after[2], after[3]);
	assert_memory_equal(before, after, sizeof(before));
}

static void rdtsc_works_meanwhile(void **state)
{
	uint32_t aux, untrapped;
	struct timespec now, later;
	uint64_t tsc[5];
	int mode;

	(void)state;
	own_clock(CLOCK_MONOTONIC, &now);
	tsc[0] = __rdtsc();
	tracee_share_tsc();
	assert_int_equal(prctl(PR_GET_TSC, &mode), 0);
	assert_int_equal(mode, PR_TSC_SIGSEGV);
	tsc[1] = __rdtsc();
	tsc[2] = rdtsc_untrapped(NULL);
	tsc[3] = rdtsc_untrapped(&untrapped);
	tsc[4] = __rdtscp(&aux);
	for (int i = 1; i < 5; i++)
		assert_true(tsc[i] > tsc[i - 1]);
	/* the vDSO's */
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &later), 0);
	assert_true(later.tv_sec > now.tv_sec || later.tv_nsec > now.tv_nsec);
	assert_int_equal(prctl(PR_GET_TSC, &mode), 0);
	assert_int_equal(mode, PR_TSC_SIGSEGV);
	tracee_unshare();
	assert_int_equal(prctl(PR_GET_TSC, &mode), 0);
	assert_int_equal(mode, PR_TSC_ENABLE);
}

/* A thread has the trap from its maker. */
static void *reads_counter(void *arg)
{
	return __rdtsc() ? arg : NULL;
}

static void threads_work_meanwhile(void **state)
{
	pthread_t thread;
	void *result;

	(void)state;
	tracee_share_tsc();
	assert_int_equal(pthread_create(&thread, NULL, reads_counter, &result), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_non_null(result);
	tracee_unshare();
}

static void other_faults_are_fatal(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	if (!pid) {
		cpuid_trap_share();
		tracee_share_tsc();
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
		cmocka_unit_test(rdtsc_works_meanwhile),
		cmocka_unit_test(threads_work_meanwhile),
		cmocka_unit_test(other_faults_are_fatal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
