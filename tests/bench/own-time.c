// SPDX-License-Identifier: GPL-2.0
/* own-time FILE CMD [ARG...]: runs CMD and writes the processor time that it and all its children took, in seconds, to FILE. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	struct rusage used;
	int status = 0;
	pid_t pid;
	FILE *f;

	if (argc < 3)
		return 2;
	pid = fork();
	if (!pid) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || getrusage(RUSAGE_CHILDREN, &used))
		return 1;
	f = fopen(argv[1], "w");
	if (!f || fprintf(f, "%.6f\n", seconds(used.ru_utime) + seconds(used.ru_stime)) < 0 || fclose(f))
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
