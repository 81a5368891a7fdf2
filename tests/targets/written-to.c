// SPDX-License-Identifier: GPL-2.0
/* Says where its memory is and waits in a read(2), so that somebody may write there meanwhile. */
#include <stdio.h>
#include <unistd.h>

static char buffer[64];

int main(void)
{
	char c;

	printf("%d %p\n", getpid(), (void *)buffer);
	fflush(stdout);
	if (read(STDIN_FILENO, &c, 1) == 1)
		puts(buffer);
	return 0;
}
