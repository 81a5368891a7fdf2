// SPDX-License-Identifier: GPL-2.0
/* What cpuid says of the CPU that executes it, its number included. */
#include <cpuid.h>
#include <stdio.h>

int main(void)
{
	static const unsigned int leaves[] = { 0, 1, 7, 0x80000001 };

	for (unsigned int i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++) {
		unsigned int a, b, c, d;

		__cpuid_count(leaves[i], 0, a, b, c, d);
		printf("%x: %08x %08x %08x %08x\n", leaves[i], a, b, c, d);
	}
	return 0;
}
