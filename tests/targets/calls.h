/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For the drivers calls-*.c: make one system call with a poisoned buffer where it
 * writes, print its result and a checksum of that buffer. A capture that
 * misses a byte shows as another checksum in the replay, and in the audit.
 */
#ifndef SCAP_TESTS_CALLS_H
#define SCAP_TESTS_CALLS_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where calls write; poisoned ahead of each. */
static unsigned char out[4096] __attribute__((aligned(64), unused));

static inline unsigned int checksum(const void *buf, size_t len)
{
	const unsigned char *p = buf;
	unsigned int sum = 1;

	while (len--)
		sum = sum * 31 + *p++;
	return sum;
}

static inline long said(const char *name, long result)
{
	if (result < 0)
		printf("%-24s %s\n", name, strerrorname_np(errno) ? strerrorname_np(errno) : "?");
	else
		printf("%-24s %ld %08x\n", name, result, checksum(out, sizeof(out)));
	return result;
}

/* CALL(name, arguments...): by number, as libc wraps some of them otherwise. */
#define CALL(name, ...) \
	(memset(out, 0xa5, sizeof(out)), said(#name, syscall(SYS_##name, ##__VA_ARGS__)))

#endif
