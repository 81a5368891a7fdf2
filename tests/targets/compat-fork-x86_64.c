// SPDX-License-Identifier: GPL-2.0
// cflags: -m32 -nostdlib -static -fno-pic -fno-stack-protector
/* A 32-bit program that starts a 64-bit one, /bin/echo, waits for it and exits with 6. */
static int call(int nr, const void *a, const void *b, const void *c)
{
	int ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(nr), "b"(a), "c"(b), "d"(c) : "memory");
	return ret;
}

__attribute__((noreturn)) void _start(void)
{
	enum { EXIT = 1, FORK = 2, WAITPID = 7, EXECVE = 11 };
	static const char *const argv[] = { "echo", "from the child", 0 }, *const envp[] = { 0 };
	int status;

	if (!call(FORK, 0, 0, 0)) {
		call(EXECVE, "/bin/echo", argv, envp);
		call(EXIT, (void *)9, 0, 0);
	}
	call(WAITPID, (void *)-1, &status, 0);
	for (;;)
		call(EXIT, (void *)6, 0, 0);
}
