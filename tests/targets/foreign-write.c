// SPDX-License-Identifier: GPL-2.0
/*
 * Writes 24 bytes into its parent's memory while the parent sleeps in a call
 * whose plan says nothing of it: what --audit is there to notice.
 */
#include <stdio.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char buffer[64];

int main(void)
{
	char text[] = "written by a stranger...";
	struct iovec from = { text, 24 }, to = { buffer, 24 };
	struct timespec ms200 = { 0, 200000000 }, ms50 = { 0, 50000000 };
	pid_t parent = getpid(), child = fork();

	if (child == 0) {
		nanosleep(&ms50, NULL);
		_exit(process_vm_writev(parent, &from, 1, &to, 1, 0) != 24);
	}
	nanosleep(&ms200, NULL);
	waitpid(child, NULL, 0);
	puts(buffer);
	return 0;
}
