// SPDX-License-Identifier: GPL-2.0
/* Remembered hashes: found while the file is the same, missed when anything about it differs. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "recorder/hash-cache.h"

static char folder[] = "/tmp/scap-cache-XXXXXX";

static struct scap_file_id some_file(void)
{
	return (struct scap_file_id){ .dev = 7, .ino = 1234, .size = 100, .mtime_ns = 1000,
				      .ctime_ns = 2000, .hash = 0x1122334455667788 };
}

static int fresh_cache(void)
{
	int fd = hash_cache_open();

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 0), 0);
	return fd;
}

static void found_again(void **state)
{
	struct scap_file_id id = some_file(), ask = id;
	int fd = fresh_cache();

	(void)state;
	ask.hash = 0;
	assert_false(hash_cache_find(fd, &ask));
	hash_cache_keep(fd, &id);
	close(fd);
	fd = hash_cache_open();
	assert_true(hash_cache_find(fd, &ask));
	assert_true(ask.hash == id.hash);
	close(fd);
}

static void any_difference_misses(void **state)
{
	struct scap_file_id id = some_file();
	int fd = fresh_cache();

	(void)state;
	hash_cache_keep(fd, &id);
	for (int field = 0; field < 5; field++) {
		struct scap_file_id ask = some_file();
		__u64 *fields[] = { &ask.dev, &ask.ino, &ask.size, &ask.mtime_ns, &ask.ctime_ns };

		++*fields[field];
		assert_false(hash_cache_find(fd, &ask));
	}
	close(fd);
}

static void fresh_file_is_not_kept(void **state)
{
	struct scap_file_id id = some_file();
	int fd = fresh_cache();
	struct timespec now;

	(void)state;
	clock_gettime(CLOCK_REALTIME, &now);
	id.ctime_ns = (uint64_t)now.tv_sec * 1000000000u;
	hash_cache_keep(fd, &id);
	assert_false(hash_cache_find(fd, &id));
	close(fd);
}

/* Every single bit of the cache turned over: a miss, never another hash. */
static void damage_is_a_miss(void **state)
{
	struct scap_file_id id = some_file(), ask;
	int fd = fresh_cache();
	struct stat st;
	uint8_t byte;

	(void)state;
	hash_cache_keep(fd, &id);
	assert_int_equal(fstat(fd, &st), 0);
	for (off_t at = st.st_size - (off_t)sizeof(id) - 8; at < st.st_size; at++) {
		for (int bit = 0; bit < 8; bit++) {
			assert_int_equal(pread(fd, &byte, 1, at), 1);
			byte ^= (uint8_t)(1 << bit);
			assert_int_equal(pwrite(fd, &byte, 1, at), 1);
			ask = some_file();
			assert_false(hash_cache_find(fd, &ask));
			byte ^= (uint8_t)(1 << bit);
			assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		}
	}
	ask = some_file();
	assert_true(hash_cache_find(fd, &ask));
	close(fd);
}

static void no_home_no_cache(void **state)
{
	struct scap_file_id id = some_file();

	(void)state;
	unsetenv("XDG_CACHE_HOME");
	unsetenv("HOME");
	assert_int_equal(hash_cache_open(), -1);
	hash_cache_keep(-1, &id);
	assert_false(hash_cache_find(-1, &id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_again),
		cmocka_unit_test(any_difference_misses),
		cmocka_unit_test(fresh_file_is_not_kept),
		cmocka_unit_test(damage_is_a_miss),
		cmocka_unit_test(no_home_no_cache),
	};
	char path[64];
	int failed;

	if (!mkdtemp(folder))
		return 1;
	setenv("XDG_CACHE_HOME", folder, 1);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(path, sizeof(path), "%s/scap/file-hashes", folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/scap", folder);
	rmdir(path);
	rmdir(folder);
	return failed;
}
