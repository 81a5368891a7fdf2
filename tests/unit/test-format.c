// SPDX-License-Identifier: GPL-2.0
/* The trace file: what is written is read again, and nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "numbered.h"

/* ---- round trips ---- */

static void what_is_written_is_read(void **state)
{
	const char *path = make_path("round");
	struct scap_writer_stats stats;
	struct scap_error err;
	struct maker m;
	uint64_t n;

	(void)state;
	make_open(&m, path);
	for (n = 0; n < 20000; n++)
		put_numbered(&m, n);
	assert_null(scap_writer_error(m.w));
	assert_int_equal(scap_writer_close(m.w, &stats, &err), 0);
	assert_int_equal(stats.events, 20000);
	assert_int_equal(stats.raw_bytes, 20000 * sizeof(struct scap_ev_syscall));
	assert_int_equal(read_numbered(path, &n, &err), 0);
	assert_int_equal(n, 20000);
}

static void an_empty_recording_is_a_trace(void **state)
{
	const char *path = make_path("nothing");
	struct scap_error err;
	struct maker m;
	uint64_t n;

	(void)state;
	make_open(&m, path);
	make_close(&m);
	assert_int_equal(read_numbered(path, &n, &err), 0);
	assert_int_equal(n, 0);
}

static void the_header_comes_back(void **state)
{
	const char *path = make_path("header");
	struct scap_header want = make_header();
	const struct scap_header *h;
	struct scap_reader *r;
	struct maker m;

	(void)state;
	make_open(&m, path);
	make_close(&m);
	assert_int_equal(scap_reader_open(&r, path, NULL), 0);
	h = scap_reader_header(r);
	assert_int_equal(h->version_major, SCAP_ABI_MAJOR);
	assert_int_equal(h->arch, want.arch);
	assert_int_equal(h->backend, want.backend);
	assert_int_equal(h->page_size, 4096);
	assert_int_equal(h->features, want.features);
	assert_int_equal(h->start_ns, want.start_ns);
	assert_string_equal(h->kernel, want.kernel);
	assert_string_equal(h->exe, want.exe);
	assert_string_equal(h->cwd, want.cwd);
	for (int i = 0; i < 3; i++)
		assert_string_equal(h->argv[i], want.argv[i]);
	assert_null(h->argv[3]);
	assert_int_equal(h->ncpuid, 2);
	assert_memory_equal(h->cpuid, want.cpuid, 2 * sizeof(*want.cpuid));
	scap_reader_close(r);
}

static void records_of_the_largest_size_fit(void **state)
{
	const char *path = make_path("large");
	static uint8_t bytes[SCAP_EVENT_MAX];
	uint16_t len = SCAP_EVENT_MAX - sizeof(struct scap_ev_data) - sizeof(struct scap_span);
	const struct scap_event *e;
	struct scap_reader *r;
	struct maker m;
	int n = 0;

	(void)state;
	make_open(&m, path);
	for (int i = 0; i < 100; i++) {
		memset(bytes, i, len);
		make_event(&m, SCAP_EV_DATA, 1);
		make_span(&m, SCAP_SPAN_OUT, 1, 4096, bytes, len);
		make_put(&m);
	}
	make_close(&m);
	assert_int_equal(scap_reader_open(&r, path, NULL), 0);
	while (scap_reader_next(r, &e, NULL) == 1) {
		const struct scap_span *s = scap_span_next(e, NULL);

		assert_int_equal(e->size, SCAP_EVENT_MAX);
		assert_int_equal(((const uint8_t *)scap_span_bytes(s))[len - 1], n);
		n++;
	}
	assert_int_equal(n, 100);
	assert_int_equal(scap_reader_count(r), 100);
	scap_reader_close(r);
}

static void contents_are_found_again(void **state)
{
	const char *path = make_path("content");
	size_t len = 3000001;
	uint8_t *big = malloc(len), *back = malloc(len + 1000);
	struct scap_reader *r;
	struct scap_error err;
	struct maker m;

	(void)state;
	for (size_t i = 0; i < len; i++)
		big[i] = (uint8_t)(i * i >> 7);
	make_open(&m, path);
	scap_writer_content(m.w, 3, 0, "three", 5);
	scap_writer_content(m.w, 1, 1000, big, len);
	scap_writer_content(m.w, 3, 2, "REE!", 4);
	put_numbered(&m, 0);
	make_close(&m);
	assert_int_equal(scap_reader_open(&r, path, NULL), 0);
	assert_int_equal(scap_reader_content(r, 1, 0, back, len + 1000, &err), len + 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(back[i], 0);
	assert_memory_equal(back + 1000, big, len);
	assert_int_equal(scap_reader_content(r, 3, 0, back, 100, &err), 6);
	assert_memory_equal(back, "thREE!", 6);
	assert_int_equal(scap_reader_content(r, 3, 4, back, 100, &err), 2);
	assert_int_equal(scap_reader_content(r, 3, 6, back, 100, &err), 0);
	assert_int_equal(scap_reader_content(r, 3, UINT64_MAX, back, 100, &err), 0);
	assert_int_equal(scap_reader_content(r, 2, 0, back, 1, &err), -ENOENT);
	scap_reader_close(r);
	free(big);
	free(back);
}

static void contents_of_a_cut_trace_are_found(void **state)
{
	const char *path = make_path("cutcontent");
	char buf[SMALL_CONTENT];
	struct scap_reader *r;

	(void)state;
	make_small(path, false);
	assert_int_equal(scap_reader_open(&r, path, NULL), 0);
	assert_int_equal(scap_reader_content(r, 2, 0, buf, sizeof(buf), NULL), sizeof(buf));
	assert_memory_equal(buf, small_content, sizeof(buf));
	assert_int_equal(scap_reader_content(r, 1, 1, buf, 4, NULL), 4);
	assert_memory_equal(buf, "hort", 4);
	scap_reader_close(r);
}

static void standard_input_is_read_but_not_searched(void **state)
{
	const char *path = make_path("stdin");
	const struct scap_event *e;
	struct scap_reader *r;
	int saved = dup(0), pipes[2], n = 0;
	uint8_t buf[8192];
	size_t len;
	char byte;

	(void)state;
	make_small(path, true);
	len = slurp(path, buf, sizeof(buf));
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(write(pipes[1], buf, len), len);
	close(pipes[1]);
	dup2(pipes[0], 0);
	close(pipes[0]);
	assert_int_equal(scap_reader_open(&r, "-", NULL), 0);
	assert_int_equal(scap_reader_content(r, 1, 0, &byte, 1, NULL), -ESPIPE);
	while (scap_reader_next(r, &e, NULL) == 1)
		n++;
	assert_int_equal(n, 5);
	scap_reader_close(r);
	dup2(saved, 0);
	close(saved);
}

static void recompression_changes_no_event(void **state)
{
	const char *from = make_path("before"), *to = make_path("after");
	struct scap_writer_stats stats;
	char buf[SMALL_CONTENT];
	struct scap_reader *r;
	uint64_t n;

	(void)state;
	make_small(from, true);
	assert_int_equal(scap_trace_recompress(from, to, 9, &stats, NULL), 0);
	assert_int_equal(stats.events, 5);
	assert_int_equal(read_numbered(to, &n, NULL), 0);
	assert_int_equal(n, 5);
	assert_int_equal(scap_reader_open(&r, to, NULL), 0);
	assert_int_equal(scap_reader_content(r, 2, 0, buf, sizeof(buf), NULL), sizeof(buf));
	assert_memory_equal(buf, small_content, sizeof(buf));
	scap_reader_close(r);
}

static void recompression_mends_a_cut_trace_and_says_so(void **state)
{
	const char *from = make_path("cut-before"), *to = make_path("mended");
	struct scap_error err;
	uint64_t n;

	(void)state;
	make_small(from, false);
	assert_int_equal(scap_trace_recompress(from, to, 1, NULL, &err), -EUCLEAN);
	assert_non_null(strstr(err.text, "cut off after block 4 (event 5)"));
	assert_int_equal(read_numbered(to, &n, NULL), 0);
	assert_int_equal(n, 5);
}

/* ---- the writer and its surroundings ---- */

static void an_existing_file_is_kept_as_old(void **state)
{
	const char *path = make_path("again");
	char old[256];
	struct stat st;
	struct maker m;
	uint64_t n;

	(void)state;
	for (uint64_t events = 1; events <= 2; events++) {
		make_open(&m, path);
		for (n = 0; n < events; n++)
			put_numbered(&m, n);
		make_close(&m);
	}
	snprintf(old, sizeof(old), "%s.old", path);
	assert_int_equal(read_numbered(path, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_int_equal(read_numbered(old, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void no_descriptor_leaks_into_the_target(void **state)
{
	const char *path = make_path("cloexec");
	struct dirent *d;
	struct maker m;
	DIR *dir;

	(void)state;
	make_open(&m, path);
	dir = opendir("/proc/self/fd");
	assert_non_null(dir);
	while ((d = readdir(dir))) {
		int fd = atoi(d->d_name);
		char link[64], file[256];
		ssize_t len;

		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		len = readlink(link, file, sizeof(file));
		if (len == (ssize_t)strlen(path) && !memcmp(file, path, (size_t)len))
			assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	}
	closedir(dir);
	make_close(&m);
}

static void events_reach_the_file_twice_a_second(void **state)
{
	const char *path = make_path("live");
	struct scap_error err;
	struct maker m;
	uint64_t n;

	(void)state;
	make_open(&m, path);
	put_numbered(&m, 0);
	put_numbered(&m, 1);
	usleep(500000);
	assert_int_equal(read_numbered(path, &n, &err), -EUCLEAN);
	assert_int_equal(n, 2);
	assert_non_null(strstr(err.text, "cut off after block 1 (event 2)"));
	put_numbered(&m, 2);
	make_close(&m);
	assert_int_equal(read_numbered(path, &n, &err), 0);
	assert_int_equal(n, 3);
}

static void a_killed_recorder_leaves_a_readable_trace(void **state)
{
	const char *path = make_path("killed");
	struct scap_error err;
	struct maker m;
	uint64_t n;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		make_open(&m, path);
		for (n = 0; n < 100000; n++)
			put_numbered(&m, n);
		usleep(600000);
		kill(getpid(), SIGKILL);
	}
	waitpid(pid, NULL, 0);
	assert_int_equal(read_numbered(path, &n, &err), -EUCLEAN);
	assert_int_equal(n, 100000);
}

static void a_full_disk_ends_the_trace_and_nothing_else(void **state)
{
	const char *path = make_path("full");
	struct rlimit old, small;
	struct scap_error err;
	struct maker m;
	uint64_t n, i;

	(void)state;
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 100000;
	make_open(&m, path);
	setrlimit(RLIMIT_FSIZE, &small);
	for (i = 0; i < 200000; i++)
		put_numbered(&m, i);
	assert_int_not_equal(scap_writer_close(m.w, NULL, &err), 0);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(err.code, EFBIG);
	assert_non_null(strstr(err.text, "can be read up to there"));
	assert_int_equal(read_numbered(path, &n, &err), -EUCLEAN);
	assert_true(n < i);
}

static void places_that_cannot_hold_a_trace_are_named(void **state)
{
	static const struct {
		const char *path;
		int code;
		const char *text;
	} cases[] = {
		{ "/nonexistent/dir/trace", ENOENT, "/nonexistent/dir/trace: cannot create the trace" },
		{ "/tmp", EISDIR, "/tmp: is a directory" },
		{ "/dev/full", ENOSPC, "/dev/full: No space left on device" },
		{ "/proc/self/trace", ENOENT, "/proc/self/trace: cannot create" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct scap_header h = make_header();
		struct scap_writer *w;
		struct scap_error err;

		assert_int_equal(scap_writer_open(&w, cases[i].path, &h, &err), -cases[i].code);
		assert_int_equal(err.code, cases[i].code);
		assert_non_null(strstr(err.text, cases[i].text));
	}
}

static void a_malformed_record_is_refused_at_once(void **state)
{
	const char *path = make_path("malformed");
	struct scap_error err;
	struct maker m;
	uint64_t n;

	(void)state;
	make_open(&m, path);
	put_numbered(&m, 0);
	make_event(&m, SCAP_EV_SYSCALL, 1);
	m.e.call.nspans = 3;
	make_put(&m);
	usleep(500000);
	assert_non_null(scap_writer_error(m.w));
	for (n = 0; n < 20000; n++)
		put_numbered(&m, n);
	assert_int_equal(scap_writer_close(m.w, NULL, &err), -EINVAL);
	assert_non_null(strstr(err.text, "malformed record"));
}

/* ---- memory ---- */

static long resident_kib(void)
{
	long size, resident;
	FILE *f = fopen("/proc/self/statm", "r");

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%ld %ld", &size, &resident), 2);
	fclose(f);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void reading_takes_constant_memory(void **state)
{
	const char *path = make_path("long");
	const struct scap_event *e;
	struct scap_reader *r;
	struct maker m;
	long early = 0;

	(void)state;
	make_open(&m, path);
	for (uint64_t n = 0; n < 500000; n++)
		put_numbered(&m, n);
	make_close(&m);
	assert_int_equal(scap_reader_open(&r, path, NULL), 0);
	while (scap_reader_next(r, &e, NULL) == 1)
		if (scap_reader_count(r) == 50000)
			early = resident_kib();
	assert_true(early > 0);
	assert_true(resident_kib() - early < 1024);
	scap_reader_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(an_empty_recording_is_a_trace),
		cmocka_unit_test(the_header_comes_back),
		cmocka_unit_test(records_of_the_largest_size_fit),
		cmocka_unit_test(contents_are_found_again),
		cmocka_unit_test(contents_of_a_cut_trace_are_found),
		cmocka_unit_test(standard_input_is_read_but_not_searched),
		cmocka_unit_test(recompression_changes_no_event),
		cmocka_unit_test(recompression_mends_a_cut_trace_and_says_so),
		cmocka_unit_test(an_existing_file_is_kept_as_old),
		cmocka_unit_test(no_descriptor_leaks_into_the_target),
		cmocka_unit_test(events_reach_the_file_twice_a_second),
		cmocka_unit_test(a_killed_recorder_leaves_a_readable_trace),
		cmocka_unit_test(a_full_disk_ends_the_trace_and_nothing_else),
		cmocka_unit_test(places_that_cannot_hold_a_trace_are_named),
		cmocka_unit_test(a_malformed_record_is_refused_at_once),
		cmocka_unit_test(reading_takes_constant_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
