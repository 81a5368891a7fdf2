// SPDX-License-Identifier: GPL-2.0
#include "pager.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What sh(1) ends with if it cannot run a command. */
enum { CANNOT_RUN = 126, NOT_FOUND = 127 };

bool pager_terminal(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb");
}

/* NULL: none is wanted. */
static const char *wanted(void)
{
	const char *pager = getenv("PAGER");

	if (!pager)
		return "less";
	return *pager && strcmp(pager, "cat") ? pager : NULL;
}

static int show_plain(FILE *out, const char *text, size_t n)
{
	return fwrite(text, 1, n, out) == n && !fflush(out) ? 0 : -errno;
}

/* The user may leave before the end (SIGPIPE), and interrupts the pager, not us. Returns its status. */
static int run(const char *pager, const char *text, size_t n)
{
	void (*before[3])(int) = { signal(SIGPIPE, SIG_IGN), signal(SIGINT, SIG_IGN), signal(SIGQUIT, SIG_IGN) };
	/* the user's own command, for a shell as everywhere */
	FILE *pipe = popen(pager, "w"); /* NOLINT(cert-env33-c) */
	int status = -1;

	if (pipe) {
		fwrite(text, 1, n, pipe);
		status = pclose(pipe);
	}
	signal(SIGPIPE, before[0]);
	signal(SIGINT, before[1]);
	signal(SIGQUIT, before[2]);
	return status;
}

int pager_show(FILE *out, const char *text, size_t n)
{
	const char *pager = wanted();
	int status;

	if (!pager)
		return show_plain(out, text, n);
	setenv("LESS", "FRX", 0);
	status = run(pager, text, n);
	if (status == -1 || (WIFEXITED(status) && (WEXITSTATUS(status) == NOT_FOUND ||
						   WEXITSTATUS(status) == CANNOT_RUN)))
		return show_plain(out, text, n);
	return 0;
}
