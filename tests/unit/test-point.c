// SPDX-License-Identifier: GPL-2.0
/*
 * The point engine: a program is interrupted at random moments, each noted as a
 * point; a second run of it is brought to each of them. Then everything it can
 * write must be the same, byte for byte, which is more than a point holds.
 *
 * test-point --counted does so where the processor counts instructions or branches.
 * test-point --bench [KIND [PERCENT]] prints a table instead: 200 points, 10 ms apart, each
 * kind, as if the recording's time had been so many percent of what it was.
 */
#include <libgen.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#define XXH_STATIC_LINKING_ONLY /* for a state within a structure */
#include <xxhash.h>

#include "recorder/tracee/counter.h"
#include "recorder/tracee/point.h"

#define POINTS_MAX 200

struct moment {
	struct scap_point_full point;
	uint64_t everything;	/* hash of all writable memory and the registers */
};

static int no_aslr(void *ctx)
{
	(void)ctx;
	return personality(ADDR_NO_RANDOMIZE) < 0 ? -1 : 0;
}

/* ld.so reads the time stamp counter and leaves what it read on the stack. */
static void answer_rdtsc(struct tracee *t)
{
#ifdef __x86_64__
	static const uint8_t rdtsc[] = { 0x0f, 0x31 };
	struct scap_regs *regs = tracee_regs(t);
	uint8_t code[2];

	assert_int_equal(tracee_read(t, regs->rip, code, sizeof(code)), 0);
	assert_memory_equal(code, rdtsc, sizeof(code));
	regs->rip += sizeof(code);
	regs->rax = regs->rdx = 0;
	tracee_regs_changed(t);
#else
	(void)t;
	fail();
#endif
}

/* Runs up to the stop that is wanted. */
static void run_to(struct tracee *t, enum tracee_resume how, enum tracee_stop_kind kind)
{
	struct tracee_stop stop;

	do {
		assert_int_equal(tracee_resume(t, how, 0), 0);
		assert_int_equal(tracee_wait(t->tid, 0, &stop), 1);
		assert_int_not_equal(stop.kind, TRACEE_STOP_GONE);
		if (stop.kind == TRACEE_STOP_SIGNAL)
			answer_rdtsc(t);
	} while (stop.kind != kind);
}

/* The kernel's 16 random bytes (getauxval(3), AT_RANDOM) become canaries on the stack. */
static void fix_random(struct tracee *t)
{
	static const uint8_t fixed[16] = "always the same";
	uint64_t at = SCAP_REG_SP(tracee_regs(t)), word, pair[2];

	assert_int_equal(tracee_read(t, at, &word, 8), 0);
	at += 8 * (word + 2);
	do {
		assert_int_equal(tracee_read(t, at, &word, 8), 0);
		at += 8;
	} while (word);
	do {
		assert_int_equal(tracee_read(t, at, pair, sizeof(pair)), 0);
		at += sizeof(pair);
		if (pair[0] == 25)
			assert_int_equal(tracee_write(t, pair[1], fixed, sizeof(fixed)), 0);
	} while (pair[0]);
}

/* build/targets/compute, from build/tests/unit/test-point. */
static void target_path(char *path, size_t size)
{
	char self[256];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	assert_true(n > 0);
	self[n] = 0;
	snprintf(path, size, "%s/../../targets/compute", dirname(self));
}

/* A fresh run, stopped where its computation begins. */
static void start(struct tracee *t, const char *kind)
{
	char program[512];
	char *argv[] = { "compute", (char *)kind, NULL };
	char padding[10000] = "PADDING=";	/* a stack of some chunks */
	char *envp[] = { "GLIBC_TUNABLES=glibc.pthread.rseq=0", padding, NULL };
	const struct tracee_start how = {
		.file = program, .argv = argv, .envp = envp, .filter = TRACEE_FILTER_ALL,
		.trap_tsc = true, .cpu = 0, .prepare = no_aslr,
	};
	uint64_t args[6];
	uint32_t nr;

	memset(padding + strlen(padding), 'x', sizeof(padding) - strlen(padding) - 1);
	target_path(program, sizeof(program));
	assert_int_equal(tracee_spawn(t, &how), 0);
	run_to(t, TRACEE_CONT, TRACEE_STOP_EXEC);
	assert_int_equal(tracee_new_image(t), 0);
	fix_random(t);
	do {
		run_to(t, TRACEE_CONT, TRACEE_STOP_ENTRY);
		assert_int_equal(tracee_syscall_args(t, &nr, args, NULL), 0);
		/* Results that are others in each run are answered by us. */
		if (nr == SYS_getppid || nr == SYS_set_tid_address)
			assert_int_equal(tracee_syscall_skip(t, 1), 0);
		if (nr == SYS_getrandom)
			assert_int_equal(tracee_syscall_skip(t, (int64_t)args[1]), 0);
	} while (nr != SYS_getppid);
	run_to(t, TRACEE_SYSCALL, TRACEE_STOP_EXIT);
}

static void finish(struct tracee *t)
{
	kill(t->pid, SIGKILL);
	waitpid(t->pid, NULL, __WALL);
	tracee_release(t);
	/* cmocka takes SIGSEGV back, and looks at the clock */
	tracee_unshare();
}

struct everything {
	struct tracee *t;
	XXH64_state_t state;
	uint64_t sp;
};

static int hash_map(void *ctx, const struct tracee_map *map)
{
	static uint8_t buf[65536];
	struct everything *e = ctx;
	uint64_t at = map->start;

	if (!(map->prot & PROT_WRITE))
		return 0;
	if (e->sp >= map->start && e->sp < map->end)
		at = e->sp - SCAP_REDZONE;
	for (uint64_t n; at < map->end; at += n) {
		n = map->end - at < sizeof(buf) ? map->end - at : sizeof(buf);
		assert_int_equal(tracee_read(e->t, at, buf, n), 0);
		XXH64_update(&e->state, buf, n);
	}
	return 0;
}

static uint64_t hash_everything(struct tracee *t)
{
	struct everything e = { .t = t };
	struct scap_regs *regs = tracee_regs(t);

	e.sp = SCAP_REG_SP(regs);
	XXH64_reset(&e.state, 0);
#ifdef __x86_64__
	XXH64_update(&e.state, regs, offsetof(struct scap_regs, orig_rax));
	XXH64_update(&e.state, &regs->rip, sizeof(regs->rip));
#else
	/* the rest of pstate has traces of single steps */
	uint64_t flags = regs->pstate & SCAP_POINT_FLAGS_ARM64;

	XXH64_update(&e.state, regs, offsetof(struct scap_regs, pstate));
	XXH64_update(&e.state, &flags, sizeof(flags));
#endif
	assert_int_equal(tracee_maps(t, hash_map, &e), 0);
	return XXH64_digest(&e.state);
}

/* Lets the program run for @us microseconds of its time, more or less. */
static void run_for(struct tracee *t, useconds_t us)
{
	struct tracee_stop stop;

	assert_int_equal(tracee_resume(t, TRACEE_CONT, 0), 0);
	usleep(us);
	assert_int_equal(ptrace(PTRACE_INTERRUPT, t->tid, 0, 0), 0);
	assert_int_equal(tracee_wait(t->tid, 0, &stop), 1);
	assert_int_equal(stop.kind, TRACEE_STOP_INTERRUPT);
}

/* @choose: false: just where it was caught */
static void record_at(struct tracee *t, struct moment *m, useconds_t us, bool choose)
{
	struct point_trail trail = { 0 };
	uint64_t before = point_cpu_time(t);

	run_for(t, us);
	if (choose)
		assert_int_equal(point_choose(t, 0, &trail), POINT_PLACE_USER);
	assert_int_equal(point_capture(t, &trail, NULL, point_cpu_time(t) - before,
				       &m->point), 0);
	assert_true(scap_point_valid(&m->point.p, scap_point_size(&m->point.p)));
	m->everything = hash_everything(t);
}

static void record(struct tracee *t, struct moment *m, useconds_t us)
{
	record_at(t, m, us, true);
}

/* A moment of a program that ends there. */
static void record_one(const char *kind, struct moment *m, useconds_t us)
{
	struct tracee t;

	start(&t, kind);
	record(&t, m, us);
	finish(&t);
}

static void replay(struct tracee *t, const struct moment *m, struct point_stats *stats)
{
	int ret = point_run(t, &m->point.p, 0, NULL, stats);

	if (ret)
		print_error("point_run: %d, %s; at %lx of %lx, passes %lu, stops %lu, last stop %d\n", ret, stats->near,
			    (unsigned long)SCAP_REG_IP(tracee_regs(t)), (unsigned long)m->point.p.ip, (unsigned long)stats->passes, (unsigned long)stats->stops,
			    stats->last.kind);
	assert_int_equal(ret, 0);
	assert_true(hash_everything(t) == m->everything);
}

static void random_points(const char *kind)
{
	enum { N = 12 };
	struct moment *moments = calloc(N, sizeof(*moments));
	struct point_stats stats;
	struct tracee t;
	unsigned int seed = 1;

	assert_non_null(moments);
	start(&t, kind);
	for (int i = 0; i < N; i++)
		record(&t, &moments[i], (useconds_t)rand_r(&seed) % 20000);
	finish(&t);
	start(&t, kind);
	for (int i = 0; i < N; i++)
		replay(&t, &moments[i], &stats);
	finish(&t);
	free(moments);
}

/* A machine that counts leads to where a thread was, however far that is. */
static void test_counted(void **state)
{
	enum { N = 8 };
	struct moment *moments = calloc(N, sizeof(*moments));
	struct point_stats stats;
	struct tracee t;
	int fd;

	assert_non_null(moments);
	start(&t, *state);
	fd = counter_open(t.tid, counter_here());
	assert_true(fd >= 0);
	for (int i = 0; i < N; i++) {
		uint64_t before = counter_read(fd);

		record(&t, &moments[i], 30000);
		moments[i].point.p.counter = counter_here();
		moments[i].point.p.retired = counter_read(fd) - before;
	}
	close(fd);
	finish(&t);
	start(&t, *state);
	for (int i = 0; i < N; i++) {
		replay(&t, &moments[i], &stats);
		print_message("%s: %llu counted, %lu passes, %lu ms\n", (char *)*state,
			      (unsigned long long)moments[i].point.p.retired,
			      (unsigned long)stats.passes, (unsigned long)stats.ns / 1000000);
		assert_true(stats.counted);
	}
	finish(&t);
	free(moments);
}

static void test_kind(void **state)
{
	random_points(*state);
}

/* Bytes that look like a jump, in the midst of an instruction, leave room for the compare. */
static void test_padded(void **state)
{
	struct moment m = { 0 };
	struct point_stats stats;
	struct tracee t;

	(void)state;
	record_one("padded", &m, 5000);
	start(&t, "padded");
	replay(&t, &m, &stats);
	assert_int_equal(stats.method, POINT_BY_STUB);
	finish(&t);
}

/* Caught in the midst of rep movsb, and left there. */
static void test_repeat(void **state)
{
	enum { N = 12 };
	struct moment *moments = calloc(N, sizeof(*moments));
	struct point_stats stats;
	unsigned int seed = 2;
	struct tracee t;

	(void)state;
	assert_non_null(moments);
	start(&t, "copy");
	for (int i = 0; i < N; i++)
		record_at(&t, &moments[i], (useconds_t)rand_r(&seed) % 20000, false);
	finish(&t);
	start(&t, "copy");
	for (int i = 0; i < N; i++)
		replay(&t, &moments[i], &stats);
	finish(&t);
	free(moments);
}

/* A point that is not there: the thread goes on to its next call, or for too long. */
static void test_missed(void **state)
{
	struct moment m = { 0 };
	struct point_stats stats;
	struct tracee t;

	(void)state;
	record_one("hash", &m, 1000);
	start(&t, "count");
	m.point.p.cpu_ns = 1;
	assert_int_equal(point_run(&t, &m.point.p, 0, NULL, &stats), -EILSEQ);
	finish(&t);
}

/* What an unused slot of a live frame holds may differ: the place is found all the same. */
static void test_stale_stack(void **state)
{
	struct moment m = { 0 };
	struct point_stats stats;
	struct tracee t;
	struct scap_regs regs;
	const struct scap_point_area *area = scap_point_areas(&m.point.p);
	uint32_t *chunk;
	uint32_t i = 0;

	(void)state;
	record_one("sort", &m, 5000);
	memcpy(&regs, m.point.p.regs, sizeof(regs));
	chunk = scap_point_chunks(&m.point.p);
	while (area[i].addr - SCAP_REG_SP(&regs) > 2 * SCAP_POINT_STACK) {
		chunk += area[i++].len / SCAP_POINT_CHUNK;
		assert_true(i < m.point.p.nareas);
	}
	*chunk ^= 1;
	start(&t, "sort");
	replay(&t, &m, &stats);
	finish(&t);
}

/*
 * Run too far, a thread is as it was when it goes back: what a fork would not copy included.
 * Before the others, which teach the engine how fast this machine is.
 */
static void test_overshot(void **state)
{
	struct moment m = { 0 };
	struct point_stats stats;
	struct tracee t;

	(void)state;
	record_one("unforked", &m, 5000);
	m.point.p.cpu_ns *= 20;
	start(&t, "unforked");
	replay(&t, &m, &stats);
	assert_int_equal(stats.overshot, 1);
	finish(&t);
}

/* What another thread's signal has put there counts no more: here it is found where it stands. */
static void test_leave_out(void **state)
{
	struct moment *m = calloc(1, sizeof(*m));
	struct point_hole frame;
	struct point_stats stats;
	struct tracee t;
	uint64_t other = 0x5ca1ab1e;

	(void)state;
	assert_non_null(m);
	start(&t, "count");
	record(&t, m, 1000);
	assert_int_not_equal(m->point.p.nareas, 0);
	frame = (struct point_hole){ scap_point_areas(&m->point.p)->addr + 3000, sizeof(other) };
	assert_int_equal(tracee_write(&t, frame.addr, &other, sizeof(other)), 0);
	point_leave_out(&m->point.p, &frame);
	assert_int_equal(point_run(&t, &m->point.p, 0, NULL, &stats), 0);
	assert_int_equal(stats.stops, 0);
	finish(&t);
	free(m);
}

/* ---- bench ---- */

/* CPU time of both of us: what else runs on the machine does not count. */
static uint64_t cpu_time(struct tracee *t)
{
	struct timespec own;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
	return (uint64_t)own.tv_sec * 1000000000u + (uint64_t)own.tv_nsec + point_cpu_time(t);
}

static void bench(const char *kind, unsigned int percent)
{
	struct moment *moments = calloc(POINTS_MAX, sizeof(*moments));
	struct point_stats stats, sum = { 0 };
	uint64_t native = 0, spent = 0, methods[5] = { 0 };
	struct tracee t;

	start(&t, kind);
	for (int i = 0; i < POINTS_MAX; i++) {
		record(&t, &moments[i], 10000);
		native += moments[i].point.p.cpu_ns;
		moments[i].point.p.cpu_ns = moments[i].point.p.cpu_ns * percent / 100;
	}
	finish(&t);
	start(&t, kind);
	for (int i = 0; i < POINTS_MAX; i++) {
		spent -= cpu_time(&t);
		assert_int_equal(point_run(&t, &moments[i].point.p, 0, NULL, &stats), 0);
		spent += cpu_time(&t);
		assert_true(hash_everything(&t) == moments[i].everything);
		sum.passes += stats.passes;
		sum.stops += stats.stops;
		sum.passed_over += stats.passed_over;
		sum.overshot += stats.overshot;
		methods[stats.method]++;
	}
	finish(&t);
	printf("%-8s %10.2f %10.2f %8.2f %12.0f %8.1f %8.1f %8lu %5lu/%lu\n", kind,
	       (double)native / 1e6 / POINTS_MAX, (double)spent / 1e6 / POINTS_MAX,
	       (double)spent / (double)native, (double)sum.passes / POINTS_MAX,
	       (double)sum.stops / POINTS_MAX, (double)sum.passed_over / POINTS_MAX,
	       (unsigned long)sum.overshot, (unsigned long)methods[POINT_BY_STUB],
	       (unsigned long)methods[POINT_BY_INT3] + methods[POINT_BY_HARDWARE]);
	fflush(stdout);
	free(moments);
}

int main(int argc, char **argv)
{
	static const char *const kinds[] = { "count", "sort", "hash", "copy", "machine",
					     "global", "nested", "unforked" };
	enum { N = sizeof(kinds) / sizeof(*kinds) };
	struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overshot),
		[N + 1] = cmocka_unit_test(test_missed),
		cmocka_unit_test(test_stale_stack),
		cmocka_unit_test(test_repeat),
		cmocka_unit_test(test_padded),
		cmocka_unit_test(test_leave_out),
	};
	bool counted = argc > 1 && !strcmp(argv[1], "--counted");

	if (argc > 1 && !strcmp(argv[1], "--bench")) {
		printf("%-8s %10s %10s %8s %12s %8s %8s %8s %s\n", "kind", "native ms",
		       "replay ms", "ratio", "passes", "stops", "over", "overshot", "stub/int3");
		for (int i = 0; i < N; i++)
			if (argc < 3 || !strcmp(argv[2], kinds[i]))
				bench(kinds[i], argc < 4 ? 100 : (unsigned int)atoi(argv[3]));
		return 0;
	}
	/* The own clock traps: cmocka, which reads it after a test, cannot go on from within one. */
	setenv("CMOCKA_TEST_ABORT", "1", 1);
	for (int i = 0; i < N; i++)
		tests[1 + i] = (struct CMUnitTest){ .name = kinds[i],
						    .test_func = counted ? test_counted : test_kind,
						    .initial_state = (void *)kinds[i] };
	if (counted)
		return _cmocka_run_group_tests("counted", tests + 1, N, NULL, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
