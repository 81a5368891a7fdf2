// SPDX-License-Identifier: GPL-2.0
// cflags: -O2 -march=armv8-a+sve
/*
 * Loops of SVE whose state is in Z registers beyond 128 bits, predicates and FFR only, interrupted each
 * millisecond by a handler that has others there. On the way a pass of the inner loop differs from
 * the next one in nothing else. The total tells whether one was lost or done twice.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/time.h>

enum { ROUNDS = 2000, CHUNKS_MIN = 20, CHUNKS_MAX = 5000, SIGNALS = 40 };

static volatile sig_atomic_t handled;

static void spoil(int sig)
{
	(void)sig;
	handled++;
	__asm__ volatile("ptrue p0.b; ptrue p1.b; ptrue p2.b; ptrue p3.b; setffr\n\t"
			 "mov z0.b, #1; mov z1.b, #2; mov z2.b, #3; mov z31.b, #4"
			 : : : "memory");
}

/* Words of a vector. */
static uint64_t words(void)
{
	uint64_t n;

	__asm__("cntd %0" : "=r"(n));
	return n;
}

/*
 * @rounds times: adds to each word of z1 beyond the first two its number, in z2, one word after the
 * other: p1 goes through the words in p3. Returns their sum; @kept: words in p3 and FFR at the end.
 */
static uint64_t add_up(uint64_t rounds, uint64_t *kept)
{
	uint64_t total;

	__asm__ volatile("ptrue p0.d; ptrue p2.d, vl2\n\t"
			 "bic p3.b, p0/z, p0.b, p2.b; wrffr p3.b\n\t"
			 "index z2.d, #1, #1; mov z1.d, #0\n\t"
			 "1: pfalse p1.b\n\t"
			 "2: pnext p1.d, p3, p1.d\n\t"
			 "b.eq 3f\n\t"
			 "add z1.d, p1/m, z1.d, z2.d\n\t"
			 "b 2b\n\t"
			 "3: subs %2, %2, #1\n\t"
			 "b.ne 1b\n\t"
			 "rdffr p2.b; and p2.b, p0/z, p2.b, p3.b; cntp %1, p0, p2.d\n\t"
			 "uaddv d0, p0, z1.d; fmov %0, d0"
			 : "=r"(total), "=r"(*kept), "+r"(rounds)
			 : : "cc", "memory", "z0", "z1", "z2", "p0", "p1", "p2", "p3", "ffr");
	return total;
}

static int run(void)
{
	struct itimerval every = { { 0, 1000 }, { 0, 1000 } }, never = { { 0, 0 }, { 0, 0 } };
	uint64_t n = words(), beyond = n > 2 ? n - 2 : 0, wrong = 0, kept;
	uint64_t expected = ROUNDS * (n * (n + 1) / 2 - (n > 2 ? 3 : n * (n + 1) / 2));
	int chunks = 0;

	signal(SIGALRM, spoil);
	setitimer(ITIMER_REAL, &every, NULL);
	while (chunks < CHUNKS_MIN || (handled < SIGNALS && chunks < CHUNKS_MAX)) {
		wrong += add_up(ROUNDS, &kept) != expected;
		wrong += kept != beyond;
		chunks++;
	}
	setitimer(ITIMER_REAL, &never, NULL);
	printf("vectors of %d words, %d chunks, %d handlers, %d wrong\n", (int)n, chunks, (int)handled,
	       (int)wrong);
	return wrong != 0;
}

int main(void)
{
	if (getauxval(AT_HWCAP) & HWCAP_SVE)
		return run();
	puts("a processor without SVE");
	return 0;
}
