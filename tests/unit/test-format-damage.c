// SPDX-License-Identifier: GPL-2.0
/* The trace file: damage is noticed; what is no trace, or not of our kind, is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

#include "numbered.h"

/* ---- damage ---- */

static uint8_t whole[8192];

static void cut_at_every_byte(void **state)
{
	const char *path = make_path("cut");
	size_t len;

	(void)state;
	make_small(path, true);
	len = slurp(path, whole, sizeof(whole));
	for (size_t cut = 0; cut < len; cut++) {
		struct scap_error err = { 0 };
		uint64_t n;
		int ret;

		spill(path, whole, cut);
		ret = read_numbered(path, &n, &err);
		assert_int_equal(ret, cut ? -EUCLEAN : -EINVAL);
		assert_true(n == 0 || n == 3 || n == 5);
		assert_non_null(strstr(err.text, cut ? "cut off" : "is empty"));
		assert_non_null(strstr(err.text, path));
	}
}

static void check_flipped(const char *path, size_t bit)
{
	struct scap_error err = { 0 };
	char buf[SMALL_CONTENT];
	struct scap_reader *r;
	uint64_t n;
	ssize_t got;

	if (read_numbered(path, &n, &err) == 0)
		fail_msg("bit %zu of byte %zu: not noticed", bit % 8, bit / 8);
	assert_true(err.code && err.text[0]);
	if (scap_reader_open(&r, path, &err))
		return;
	got = scap_reader_content(r, 2, 0, buf, sizeof(buf), &err);
	if (got >= 0 && (got != sizeof(buf) || memcmp(buf, small_content, sizeof(buf))))
		fail_msg("bit %zu of byte %zu: other content", bit % 8, bit / 8);
	scap_reader_close(r);
}

static void every_flipped_bit_is_noticed(void **state)
{
	const char *path = make_path("flip");
	uint8_t *map;
	size_t len;
	int fd;

	(void)state;
	make_small(path, true);
	len = slurp(path, whole, sizeof(whole));
	fd = open(path, O_RDWR);
	map = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(map != MAP_FAILED);
	for (size_t bit = 0; bit < len * 8; bit++) {
		map[bit / 8] ^= (uint8_t)(1 << bit % 8);
		check_flipped(path, bit);
		map[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	munmap(map, len);
	close(fd);
}

static void bytes_behind_the_end_are_noticed(void **state)
{
	const char *path = make_path("behind");
	struct scap_error err;
	uint64_t n;
	size_t len;

	(void)state;
	make_small(path, true);
	len = slurp(path, whole, sizeof(whole));
	whole[len] = 0;
	spill(path, whole, len + 1);
	assert_int_equal(read_numbered(path, &n, &err), -EUCLEAN);
	assert_non_null(strstr(err.text, "behind the footer"));
}

static void a_block_left_out_is_noticed(void **state)
{
	const char *path = make_path("left-out");
	struct scap_disk_block head;
	uint32_t header;
	size_t len, at, room;
	struct scap_error err;
	uint64_t n;

	(void)state;
	make_small(path, true);
	len = slurp(path, whole, sizeof(whole));
	memcpy(&header, whole + 12, 4);
	memcpy(&head, whole + header, sizeof(head));
	at = header + sizeof(head) + scap_block_room(&head);
	memcpy(&head, whole + at, sizeof(head));
	room = sizeof(head) + scap_block_room(&head);
	memmove(whole + at, whole + at + room, len - at - room);
	spill(path, whole, len - room);
	assert_int_equal(read_numbered(path, &n, &err), -EUCLEAN);
	assert_int_equal(n, 0);
}

static void garbage_is_survived(void **state)
{
	const char *path = make_path("garbage");
	uint32_t header;

	(void)state;
	make_small(path, true);
	slurp(path, whole, sizeof(whole));
	memcpy(&header, whole + 12, 4);
	srandom(1);
	for (int round = 0; round < 2000; round++) {
		size_t from = round % 3 == 0 ? 0 : round % 3 == 1 ? 16 : header;
		size_t len = from + (size_t)random() % 1000;
		struct scap_error err = { 0 };
		uint64_t n;

		for (size_t i = from; i < len; i++)
			whole[i] = (uint8_t)random();
		spill(path, whole, len);
		assert_true(read_numbered(path, &n, &err) < 0);
		assert_int_equal(n, 0);
		assert_true(err.text[0]);
		make_small(path, true);
		slurp(path, whole, sizeof(whole));
	}
}

/* ---- what is no trace of ours ---- */

static void strangers_are_named(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *text;
	} cases[] = {
		{ "", 0, "is empty" },
		{ "hello, this is text\n", 20, "is text" },
		{ "\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a", 12, "sysdig" },
		{ "\x7f" "ELF\2\1\1", 7, "is a program" },
		{ "\x28\xb5\x2f\xfdxxxx", 8, "zstd -d" },
		{ "\x1f\x8b\x08xxxxx", 8, "gzip -d" },
		{ "\x89SCP\n\x1a\nxxxxxx", 12, "changed in transfer" },
		{ "\x89SCP\r\r\n\x1a\r\nxxxxxx", 12, "changed in transfer" },
		{ "\x09SCP\r\n\x1a\nxxxxxx", 12, "changed in transfer" },
		{ "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09", 10, "is no trace" },
		{ "\x89SC", 3, "cut off in its header" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *path = make_path("stranger");
		struct scap_error err;
		uint64_t n;

		spill(path, cases[i].bytes, cases[i].len);
		assert_true(read_numbered(path, &n, &err) < 0);
		if (!strstr(err.text, cases[i].text))
			fail_msg("case %zu: \"%s\" does not say \"%s\"", i, err.text, cases[i].text);
	}
}

static void files_that_cannot_be_opened_are_named(void **state)
{
	struct scap_error err;
	uint64_t n;

	(void)state;
	assert_int_equal(read_numbered("/nonexistent", &n, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nonexistent: cannot be opened"));
	assert_int_equal(read_numbered("/tmp", &n, &err), -EISDIR);
}

/* The small trace with another version, hashes mended all the way. */
static void make_version(const char *path, uint16_t major, uint16_t minor)
{
	uint32_t header;
	uint64_t hash;
	size_t len;

	make_small(path, true);
	len = slurp(path, whole, sizeof(whole));
	memcpy(&header, whole + 12, 4);
	memcpy(whole + 8, &major, 2);
	memcpy(whole + 10, &minor, 2);
	hash = XXH64(whole, header - 8, 0);
	memcpy(whole + header - 8, &hash, 8);
	/* The blocks' hashes are seeded with the header's. */
	for (size_t at = header; at + 64 <= len;) {
		struct scap_disk_block head;
		size_t room;

		memcpy(&head, whole + at, sizeof(head));
		room = scap_block_room(&head);
		if (head.magic == SCAP_FOOTER_MAGIC) {
			hash = XXH64(whole + at, 56, hash);
			memcpy(whole + at + 56, &hash, 8);
			break;
		}
		head.payload_hash = XXH64(whole + at + 64, room, hash);
		head.head_hash = XXH64(&head, 56, hash);
		memcpy(whole + at, &head, sizeof(head));
		at += sizeof(head) + room;
	}
	spill(path, whole, len);
}

static void an_unknown_minor_version_is_read(void **state)
{
	const char *path = make_path("minor");
	struct scap_error err;
	uint64_t n;

	(void)state;
	make_version(path, SCAP_ABI_MAJOR, SCAP_ABI_MINOR + 7);
	assert_int_equal(read_numbered(path, &n, &err), 0);
	assert_int_equal(n, 5);
}

static void an_unknown_major_version_is_refused_with_both_named(void **state)
{
	const char *path = make_path("major");
	struct scap_error err;
	char want[32];
	uint64_t n;

	(void)state;
	make_version(path, SCAP_ABI_MAJOR + 4, 2);
	assert_int_equal(read_numbered(path, &n, &err), -EPROTONOSUPPORT);
	snprintf(want, sizeof(want), "%u.2", SCAP_ABI_MAJOR + 4);
	assert_non_null(strstr(err.text, want));
	snprintf(want, sizeof(want), "%u.x", SCAP_ABI_MAJOR);
	assert_non_null(strstr(err.text, want));
}

static void another_architecture_is_readable(void **state)
{
	const char *path = make_path("arch");
	struct scap_header h = make_header();
	struct scap_writer *w;
	struct scap_reader *r;

	(void)state;
	h.arch = SCAP_ARCH_ARM64;
	assert_int_equal(scap_writer_open(&w, path, &h, NULL), 0);
	assert_int_equal(scap_writer_close(w, NULL, NULL), 0);
	assert_int_equal(scap_reader_open(&r, path, NULL), 0);
	assert_int_equal(scap_reader_header(r)->arch, SCAP_ARCH_ARM64);
	scap_reader_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(every_flipped_bit_is_noticed),
		cmocka_unit_test(bytes_behind_the_end_are_noticed),
		cmocka_unit_test(a_block_left_out_is_noticed),
		cmocka_unit_test(garbage_is_survived),
		cmocka_unit_test(strangers_are_named),
		cmocka_unit_test(files_that_cannot_be_opened_are_named),
		cmocka_unit_test(an_unknown_minor_version_is_read),
		cmocka_unit_test(an_unknown_major_version_is_refused_with_both_named),
		cmocka_unit_test(another_architecture_is_readable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
