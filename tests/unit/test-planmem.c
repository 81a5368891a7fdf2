// SPDX-License-Identifier: GPL-2.0
/* The planner's view of a tracee's memory: the same bytes with fewer reads, up to the last readable one. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "recorder/tracee/tracee.h"

#define PAGE ((size_t)sysconf(_SC_PAGESIZE))

/* One page that nothing readable follows, and a child that has it, too. */
struct fixture {
	uint8_t *page;
	struct tracee t;
	struct tracee_planmem m;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	pid_t pid;

	f->page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (f->page == MAP_FAILED)
		return -1;
	munmap(f->page + PAGE, PAGE);
	for (unsigned int i = 0; i < PAGE; i++)
		f->page[i] = (uint8_t)(i * 7 + i / 256);
	pid = fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	*state = f;
	return pid < 0 || tracee_adopt(&f->t, pid, pid, NULL);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	kill(f->t.pid, SIGKILL);
	waitpid(f->t.pid, NULL, 0);
	tracee_release(&f->t);
	munmap(f->page, PAGE);
	free(f);
	return 0;
}

static int get(struct fixture *f, size_t at, void *buf, uint32_t len)
{
	return f->m.mem.get(&f->m.mem, (uint64_t)(uintptr_t)f->page + at, buf, len);
}

/* Every length at every place: within pieces, across them, longer than they are. */
static void test_same_bytes(void **state)
{
	static const uint32_t lens[] = { 1, 8, 55, 256, 257, 700 };
	struct fixture *f = *state;
	uint8_t buf[700];

	tracee_planmem(&f->m, &f->t);
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++)
		for (size_t at = 0; at + lens[i] <= PAGE; at += 13) {
			assert_int_equal(get(f, at, buf, lens[i]), 0);
			assert_memory_equal(buf, f->page + at, lens[i]);
		}
}

static void test_up_to_the_end(void **state)
{
	struct fixture *f = *state;
	uint64_t end = (uint64_t)(uintptr_t)f->page + PAGE;
	uint8_t buf[64];

	tracee_planmem(&f->m, &f->t);
	assert_int_equal(get(f, PAGE - 8, buf, 8), 0);
	assert_int_equal(get(f, PAGE - 4, buf, 8), -EFAULT);
	assert_int_equal(get(f, PAGE, buf, 1), -EFAULT);
	assert_int_equal(f->m.mem.get(&f->m.mem, UINT64_MAX - 3, buf, 8), -EFAULT);
	assert_int_equal(tracee_planmem_read(&f->m, end - 10, buf, sizeof(buf)), 10);
	assert_memory_equal(buf, f->page + PAGE - 10, 10);
}

/* What was read once is not read again; another view begins anew. */
static void test_of_one_moment(void **state)
{
	struct fixture *f = *state;
	uint64_t addr = (uint64_t)(uintptr_t)f->page;
	uint8_t buf[400];

	tracee_planmem(&f->m, &f->t);
	assert_int_equal(get(f, 250, buf, 10), 0);
	assert_int_equal(tracee_write(&f->t, addr + 100, "changed", 7), 0);
	assert_int_equal(tracee_planmem_read(&f->m, addr + 50, buf, sizeof(buf)), sizeof(buf));
	assert_memory_equal(buf, f->page + 50, sizeof(buf));
	tracee_planmem(&f->m, &f->t);
	assert_int_equal(tracee_planmem_read(&f->m, addr + 100, buf, 7), 7);
	assert_memory_equal(buf, "changed", 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_up_to_the_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_of_one_moment, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
