// SPDX-License-Identifier: GPL-2.0
// cflags: -m32 -nostdlib -static -fno-pic -fno-stack-protector
/* A 32-bit program that needs no library: prints a line, exits with 5. */
__attribute__((noreturn)) void _start(void)
{
	static const char text[] = "32 bits\n";
	__asm__ volatile("int $0x80" : : "a"(4), "b"(1), "c"(text), "d"(sizeof(text) - 1) : "memory");
	__asm__ volatile("int $0x80" : : "a"(1), "b"(5));
	for (;;)
		;
}
