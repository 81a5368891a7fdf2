// SPDX-License-Identifier: GPL-2.0
/*
 * Makes each call of the table that writes through its first argument, and prints what
 * came: in a replay it comes only if it was recorded. On arm64 the result overwrites that
 * argument. Status 1: a row of the table has no call here, or a call that succeeded wrote nothing.
 */
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

#include <scap/plan-rules.h>

#define UNTOUCHED 0xa5

static unsigned char memory[512] __attribute__((aligned(64)));

/*
 * @len:    bytes that it may write
 * @filled: with what memory is filled before
 * @more:   so many of the next arguments are pointers, too, eight bytes apart; else @args
 */
static const struct call {
	uint32_t nr;
	unsigned int len, more;
	unsigned char filled;
	uint64_t args[3];
} calls[] = {
	{ SYS_adjtimex, sizeof(struct timex), 0, 0, { 0 } },
	{ SYS_get_mempolicy, 4, 0, UNTOUCHED, { 0 } },
	{ SYS_getcpu, 16, 1, UNTOUCHED, { 0 } },
	{ SYS_getcwd, 256, 0, UNTOUCHED, { 256 } },
	{ SYS_getrandom, 64, 0, UNTOUCHED, { 64 } },
	{ SYS_getresgid, 24, 2, UNTOUCHED, { 0 } },
	{ SYS_getresuid, 24, 2, UNTOUCHED, { 0 } },
	{ SYS_gettimeofday, 24, 1, UNTOUCHED, { 0 } },
	{ SYS_pipe2, 8, 0, UNTOUCHED, { 0 } },
	{ SYS_sysinfo, 112, 0, UNTOUCHED, { 0 } },
	{ SYS_times, 32, 0, UNTOUCHED, { 0 } },
	{ SYS_uname, 390, 0, UNTOUCHED, { 0 } },
	/* a planner's; this descriptor is not open, which is said at once */
	{ SYS_ppoll, sizeof(struct pollfd), 0, 1, { 1 } },
#ifdef __x86_64__
	{ SYS_pipe, 8, 0, UNTOUCHED, { 0 } },
	{ SYS_time, 8, 0, UNTOUCHED, { 0 } },
#endif
};

enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

static bool is_here(uint32_t nr)
{
	for (unsigned int i = 0; i < CALLS; i++)
		if (calls[i].nr == nr)
			return true;
	return false;
}

static bool writes_first(const struct scap_row *row)
{
	for (const struct scap_rule *r = row->exit; r && r->op != SCAP_RULE_END; r++)
		if (!r->arg && (r->op == SCAP_RULE_OUT || r->op == SCAP_RULE_OUT_ALWAYS ||
				r->op == SCAP_RULE_OUT_POSITIVE))
			return true;
	return false;
}

/* How many rows of the table have no call here. */
static int missing(void)
{
	int n = 0;

	for (uint32_t nr = 0; nr < scap_sysinfo_end(SCAP_ARCH_NATIVE); nr++) {
		const struct scap_row *row = scap_row(nr);

		if (!row || row->info.class == SCAP_REFUSE || !writes_first(row) || is_here(nr))
			continue;
		fprintf(stderr, "first-argument: there is no call of %s here\n", row->info.name);
		n++;
	}
	return n;
}

/* Whether it went as it should. */
static bool make(const struct call *c)
{
	uint64_t args[3];
	long result;

	memset(memory, c->filled, sizeof(memory));
	memcpy(args, c->args, sizeof(args));
	for (unsigned int i = 0; i < c->more; i++)
		args[i] = (uint64_t)(uintptr_t)(memory + 8 * (i + 1));
	result = syscall((long)c->nr, memory, args[0], args[1], args[2], 0, 0);
	printf("%s = %ld:", scap_sysinfo(c->nr)->name, result < 0 ? -1 : result);
	for (unsigned int i = 0; i < c->len; i++)
		printf("%s%02x", i % 8 ? "" : " ", memory[i]);
	putchar('\n');
	return result < 0 || c->filled != UNTOUCHED || memory[0] != UNTOUCHED || memory[1] != UNTOUCHED;
}

int main(void)
{
	int bad = missing();

	for (unsigned int i = 0; i < CALLS; i++)
		bad += !make(&calls[i]);
	return bad != 0;
}
