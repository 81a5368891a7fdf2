// SPDX-License-Identifier: GPL-2.0
/*
 * Whose privileges it has, and whether anything of its image or its counter was altered: of that
 * only the task's own trap is to be seen (x86-64).
 */
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(void)
{
	int tsc = PR_TSC_ENABLE;

	prctl(PR_GET_TSC, &tsc);
	printf("euid %s, secure %lu, vDSO %s, counter %s\n", geteuid() ? "own" : "root", getauxval(AT_SECURE),
	       getauxval(AT_SYSINFO_EHDR) ? "there" : "hidden", tsc == PR_TSC_ENABLE ? "free" : "trapped");
	return 0;
}
