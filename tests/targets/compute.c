// SPDX-License-Identifier: GPL-2.0
// cflags: -O2
/*
 * Endless computations without a system call, for tests that catch a thread in
 * the midst of user code: compute KIND. Each kind hides its progress in
 * another place. getppid() marks where the computation begins.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __clang__
#define NOT_OPTIMISED __attribute__((noinline, optnone))
#else
#define NOT_OPTIMISED __attribute__((noinline, optimize("O0")))
#endif
#define ENDLESS for (;;)

static volatile uint64_t sink;
static void *heap;

/* A counter in the red zone of a leaf function, compared in a tight loop. */
NOT_OPTIMISED static uint64_t count_to(uint64_t n)
{
	uint64_t i;

	for (i = 0; i < n; i++)
		;
	return i;
}

static void count(void)
{
	ENDLESS
		sink += count_to(50000000);
}

static void sift_down(uint32_t *v, size_t at, size_t n)
{
	for (size_t child; (child = 2 * at + 1) < n; at = child) {
		uint32_t tmp = v[at];

		child += child + 1 < n && v[child] < v[child + 1];
		if (tmp >= v[child])
			return;
		v[at] = v[child];
		v[child] = tmp;
	}
}

/* qsort(3) would allocate, and thereby call the kernel. */
static void heap_sort(uint32_t *v, size_t n)
{
	for (size_t i = n / 2; i--;)
		sift_down(v, i, n);
	while (--n) {
		uint32_t tmp = v[0];

		v[0] = v[n];
		v[n] = tmp;
		sift_down(v, 0, n);
	}
}

static void sort(void)
{
	enum { N = 20000 };
	uint32_t *v = heap;
	uint32_t seed = 1;

	ENDLESS {
		for (int i = 0; i < N; i++)
			v[i] = seed = seed * 1664525u + 1013904223u;
		heap_sort(v, N);
		sink += v[N / 2];
	}
}

static void hash(void)
{
	static uint8_t text[4096];
	uint64_t h = 14695981039346656037ull;

	ENDLESS {
		for (size_t i = 0; i < sizeof(text); i++)
			h = (h ^ text[i]) * 1099511628211ull;
		text[h % sizeof(text)]++;
		sink = h;
	}
}

/* Copies of a megabyte; on x86-64 one instruction, which may be caught half way. */
static void copy_bytes(void *to, const void *from, size_t n)
{
#ifdef __x86_64__
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
#else
	memcpy(to, from, n);
	__asm__ volatile("" : : "r"(to) : "memory");
#endif
}

static void copy(void)
{
	enum { N = 1 << 20 };
	uint8_t *a = heap, *b = a + N;

	memset(a, 1, N);
	memset(b, 2, N);
	ENDLESS {
		a[sink++ % N]++;
		copy_bytes(b, a, N - (sink & 1023));
	}
}

/* A bytecode machine: dispatch by switch, everything in memory. */
static void machine(void)
{
	static const uint8_t program[] = { 0, 1, 2, 0, 3, 1, 4, 2, 5 };
	static volatile uint64_t stack[4], steps;
	unsigned int at = 0;

	ENDLESS {
		switch (program[at++]) {
		case 0: stack[0] += 3; break;
		case 1: stack[1] ^= stack[0] << 1; break;
		case 2: stack[2] += stack[1] >> 3; break;
		case 3: stack[3] = stack[2] * 31 + stack[0]; break;
		case 4: stack[0] -= stack[3] & 1; break;
		default: at = 0; steps++; break;
		}
	}
}

static volatile uint64_t only_here;

/* Registers are the same at every pass: the progress is in .bss alone. */
static void global(void)
{
	ENDLESS
		only_here++;
}

static volatile uint64_t outer, inner, ring[64];

/* ... and most of it was written long ago. */
static void nested(void)
{
	ENDLESS {
		for (inner = 0; inner < 100; inner++)
			ring[inner % 64]++;
		outer++;
	}
}

static volatile uint64_t *pages;

/* Memory that is not copied to the children of a fork, and some that they get wiped. */
static void unforked_init(void)
{
	pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise((void *)pages, 4096, MADV_DONTFORK);
	madvise((void *)(pages + 512), 4096, MADV_WIPEONFORK);
}

static void unforked(void)
{
	ENDLESS {
		for (int i = 0; i < 100; i++)
			pages[i]++;
		pages[512]++;
	}
}

/*
 * Short instructions, none of which has room for a jump by itself, in a function with a call whose
 * last bytes and the padding behind it, ff 66, could be taken for the jump of a switch.
 */
static void padded(void)
{
	uint64_t n = 1;

#ifdef __x86_64__
	__asm__ volatile("jmp 1f; .byte 0xe8, 0, 0, 0xff, 0xff, 0x66, 0x0f, 0x1f, 0x44, 0, 0; 1:");
#endif
	ENDLESS {
		n ^= n << 13;
		n ^= n >> 7;
		n ^= n << 17;
		__asm__ volatile("" : "+r"(n));
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} kinds[] = {
		{ "count", count }, { "sort", sort }, { "hash", hash }, { "copy", copy },
		{ "machine", machine }, { "global", global }, { "nested", nested },
		{ "unforked", unforked }, { "padded", padded },
	};

	for (size_t i = 0; argc == 2 && i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(argv[1], kinds[i].name))
			continue;
		/* there before it is caught: arm64's stp may be left half done by a fault on its second page */
		heap = memset(malloc(2 << 20), 0xff, 2 << 20);
		unforked_init();
		getppid();
		kinds[i].run();
	}
	fprintf(stderr, "usage: compute count|sort|hash|copy|machine|global|nested|unforked|padded\n");
	return 2;
}
