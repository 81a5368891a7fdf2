// SPDX-License-Identifier: GPL-2.0
/* Remembered answers of cpuid: those of the instruction, and asked anew when anything is amiss. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recorder/arch.h"
#include "recorder/cpuid-cache.h"

enum { LEAVES = 256 };

static char folder[] = "/tmp/scap-cpuid-XXXXXX";
static char file[64];

/* Leaves that number the processor must be read on one. */
static void stay_here(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static void check(void)
{
	struct scap_cpuid kept[LEAVES] = { 0 }, real[LEAVES] = { 0 };
	uint32_t n = cpuid_cache_read(kept, LEAVES);

	assert_int_equal(n, arch_read_cpuid(real, LEAVES));
	assert_memory_equal(kept, real, n * sizeof(*kept));
}

static void same_as_the_instruction(void **state)
{
	(void)state;
	unlink(file);
	check();
	check();
}

/* Turns over the byte at @at of the one slot in use. */
static void damage(off_t at)
{
	int fd = open(file, O_RDWR);
	off_t size = lseek(fd, 0, SEEK_END);
	uint8_t byte;

	assert_true(fd >= 0 && size > at);
	/* 40 of boot_id, two counts, the leaves, the check: the slot is the last one */
	at += size - (40 + 8 + LEAVES * (off_t)sizeof(struct scap_cpuid) + 8);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 0xff;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static void damage_is_a_miss(void **state)
{
	static const off_t places[] = { 0, 40, 48, 60, 48 + 3 * sizeof(struct scap_cpuid) };

	(void)state;
	check();
	assert_int_equal(access(file, F_OK), 0);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		damage(places[i]);
		check();
	}
}

static void no_folder_no_cache(void **state)
{
	(void)state;
	setenv("XDG_CACHE_HOME", "/proc/nowhere", 1);
	check();
	setenv("XDG_CACHE_HOME", folder, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_as_the_instruction),
		cmocka_unit_test(damage_is_a_miss),
		cmocka_unit_test(no_folder_no_cache),
	};
	int failed;

	if (!mkdtemp(folder))
		return 1;
	setenv("XDG_CACHE_HOME", folder, 1);
	snprintf(file, sizeof(file), "%s/scap/cpuid", folder);
	stay_here();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(file);
	snprintf(file, sizeof(file), "%s/scap", folder);
	rmdir(file);
	rmdir(folder);
	return failed;
}
