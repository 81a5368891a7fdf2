// SPDX-License-Identifier: GPL-2.0
/*
 * Makes all files in a folder executable while another process keeps exchanging one of them for a
 * symbolic link to a file outside. "swap safe": by descriptors that follow no link, not by chmod -R. "swap once": only once.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 20

extern char **environ;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static void create(const char *name)
{
	int fd = open(name, O_CREAT | O_WRONLY, 0600);

	if (fd < 0 || fchmod(fd, 0600) || close(fd))
		die(name);
}

/* box/file, and beside the box a file and a link to it. */
static void set_up(void)
{
	mkdir("box", 0700);
	if (chmod("box", 0700))
		die("box");
	unlink("box/file");
	unlink("link");
	create("box/file");
	create("outside");
	if (symlink("../outside", "link"))
		die("link");
}

/* Another user of the box: makes box/file a link for short, random times. */
static pid_t start_exchanging(void)
{
	pid_t pid = fork();
	unsigned char luck;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		if (renameat2(AT_FDCWD, "box/file", AT_FDCWD, "link", RENAME_EXCHANGE))
			die("exchange");
		getrandom(&luck, 1, 0);
		nanosleep(&(struct timespec){ .tv_nsec = luck * 1000 }, NULL);
	}
}

static void make_executable_by_name(void)
{
	char *argv[] = { "chmod", "-R", "o+x", "box", NULL };
	pid_t pid;
	int error = posix_spawnp(&pid, "chmod", NULL, NULL, argv, environ);

	if (error) {
		errno = error;
		die("chmod");
	}
	waitpid(pid, NULL, 0);
}

static void make_executable_by_descriptor(void)
{
	int fd = open("box/file", O_RDONLY | O_NOFOLLOW);

	if (fd < 0)	/* a link just now */
		return;
	if (fchmod(fd, 0601) || close(fd))
		die("box/file");
}

int main(int argc, char **argv)
{
	int safe = argc > 1 && !strcmp(argv[1], "safe");
	int rounds = argc > 1 && !strcmp(argv[1], "once") ? 1 : ROUNDS;
	struct stat outside;
	pid_t other;

	set_up();
	other = start_exchanging();
	for (int i = 0; i < rounds; i++) {
		if (safe)
			make_executable_by_descriptor();
		else
			make_executable_by_name();
		if (stat("outside", &outside))
			die("outside");
		if (outside.st_mode & 1)
			break;
	}
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	printf("the file outside has mode %o\n", outside.st_mode & 0777);
	return outside.st_mode & 1;
}
