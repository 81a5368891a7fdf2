// SPDX-License-Identifier: GPL-2.0
/*
 * Code in memory that can be written as well, as just-in-time compilers have it,
 * interrupted by a timer: how far its loop had come shows in the handler. With an argument
 * nothing more can be mapped within 1.2 GiB of it.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>

/* Counts its argument down to zero; returns it. */
static const unsigned char code[] = {
	0x48, 0x81, 0xef, 1, 0, 0, 0,		/* again: sub rdi, 1 */
	0x48, 0x89, 0xf8,			/* mov rax, rdi */
	0x48, 0x85, 0xff,			/* test rdi, rdi */
	0x75, 0xf1,				/* jne again */
	0xc3,					/* ret */
};

static volatile long long left[8];
static volatile sig_atomic_t times;

static void on_timer(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	if (times < 8)
		left[times++] = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RDI];
}

/* In the midst of @size bytes that cannot be used. */
static void *map_code(size_t size)
{
	char *all = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (all == MAP_FAILED)
		return all;
	return mmap(all + size / 2, 8192, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_sigaction = on_timer, .sa_flags = SA_SIGINFO };
	struct itimerval often = { { 0, 20000 }, { 0, 20000 } }, never = { 0 };
	void *at = map_code(argc < 2 ? 1u << 20 : 2400ull << 20);
	long long (*count)(long long);

	(void)argv;
	if (at == MAP_FAILED)
		return 1;
	/* at a page's end, too */
	at = (char *)at + 4096 - 3;
	memcpy(at, code, sizeof(code));
	memcpy(&count, &at, sizeof(count));
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	while (times < 8)
		count(20000000);
	setitimer(ITIMER_REAL, &never, NULL);
	for (int i = 0; i < times; i++)
		printf("%lld left\n", left[i]);
	return 0;
}
