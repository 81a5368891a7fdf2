// SPDX-License-Identifier: GPL-2.0
/* Vector registers in use when a handler runs that has others in them: kept, all of them. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static volatile int handled;

__attribute__((target("avx2"))) static void spoil_avx(void)
{
	__asm__ volatile("vpcmpeqd %%ymm0, %%ymm0, %%ymm0; vmovdqa %%ymm0, %%ymm15" : : : "xmm0", "xmm15");
}

static void spoil(int sig)
{
	uint32_t mxcsr = 0x7f80;

	(void)sig;
	handled++;
	if (__builtin_cpu_supports("avx2"))
		spoil_avx();
	__asm__ volatile("fninit; fldz; fldz; fldz; ldmxcsr %0" : : "m"(mxcsr));
}

/* kill(getpid(), SIGUSR1) with all vector registers loaded; what is in them afterwards. */
#define SEND "syscall"

static void sse(void)
{
	uint8_t before[32], after[32];
	uint32_t mxcsr = 0x3f80, mxcsr_after;
	uint64_t pi, result;
	long done;

	for (int i = 0; i < 32; i++)
		before[i] = (uint8_t)(i * 7 + 1);
	__asm__ volatile("fninit; fldpi; ldmxcsr %5; movups (%6), %%xmm0; movups 16(%6), %%xmm15\n\t" SEND "\n\t"
			 "movups %%xmm0, (%7); movups %%xmm15, 16(%7); fstpl %1; stmxcsr %2"
			 : "=a"(done), "=m"(pi), "=m"(mxcsr_after)
			 : "0"(SYS_kill), "D"(getpid()), "m"(mxcsr), "r"(before), "r"(after), "S"(SIGUSR1)
			 : "rcx", "r11", "xmm0", "xmm15", "st", "memory");
	result = (uint64_t)done;
	printf("sse %s, x87 %llx, mxcsr %x, kill %lld\n", memcmp(before, after, 32) ? "lost" : "kept",
	       (unsigned long long)pi, mxcsr_after, (long long)result);
	mxcsr = 0x1f80;
	__asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
}

__attribute__((target("avx2"))) static void avx(void)
{
	uint8_t before[64], after[64];
	long done;

	for (int i = 0; i < 64; i++)
		before[i] = (uint8_t)(i * 5 + 3);
	__asm__ volatile("vmovdqu (%4), %%ymm0; vmovdqu 32(%4), %%ymm15\n\t" SEND "\n\t"
			 "vmovdqu %%ymm0, (%5); vmovdqu %%ymm15, 32(%5); vzeroupper"
			 : "=a"(done)
			 : "0"(SYS_kill), "D"(getpid()), "S"(SIGUSR1), "r"(before), "r"(after)
			 : "rcx", "r11", "xmm0", "xmm15", "memory");
	printf("avx %s, kill %ld\n", memcmp(before, after, 64) ? "lost" : "kept", done);
}

__attribute__((target("avx512f"))) static void avx512(void)
{
	uint8_t before[128], after[128];
	unsigned int mask = 0;
	long done;

	for (int i = 0; i < 128; i++)
		before[i] = (uint8_t)(i * 3 + 5);
	__asm__ volatile("vmovdqu64 (%5), %%zmm0; vmovdqu64 64(%5), %%zmm31; kmovw %7, %%k3\n\t" SEND "\n\t"
			 "vmovdqu64 %%zmm0, (%6); vmovdqu64 %%zmm31, 64(%6); kmovw %%k3, %1; vzeroupper"
			 : "=a"(done), "=r"(mask)
			 : "0"(SYS_kill), "D"(getpid()), "S"(SIGUSR1), "r"(before), "r"(after), "r"(0xa5a5)
			 : "rcx", "r11", "xmm0", "xmm31", "k3", "memory");
	printf("avx-512 %s, mask %x, kill %ld\n", memcmp(before, after, 128) ? "lost" : "kept", mask & 0xffff, done);
}

int main(void)
{
	signal(SIGUSR1, spoil);
	sse();
	if (__builtin_cpu_supports("avx2"))
		avx();
	if (__builtin_cpu_supports("avx512f"))
		avx512();
	printf("handlers %d\n", handled);
	return 0;
}
