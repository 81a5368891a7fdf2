// SPDX-License-Identifier: GPL-2.0
/*
 * A server that is restarted now and then, and somebody who may not talk to it but tries all
 * the time. Its Unix socket is for a group only; it gets its permissions as redis gave them up to
 * 7.2.1. "server closed" makes it with them.
 */
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define RESTARTS 40
#define SOCKET_MODE 0070
#define NOBODY 65534

static struct sockaddr_un address = { .sun_family = AF_UNIX };
static bool is_closed;

static int fail(const char *what)
{
	perror(what);
	exit(2);
}

static int listen_unix(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (is_closed)
		umask(0777 & ~SOCKET_MODE);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return fail("bind");
	if (listen(fd, 16) < 0)
		return fail("listen");
	if (!is_closed && chmod(address.sun_path, SOCKET_MODE) < 0)
		return fail("chmod");
	return fd;
}

/* Serves who comes within @ms; returns how many commands were obeyed. */
static int serve(int fd, int ms)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	char command[64];
	int obeyed = 0;

	while (poll(&ready, 1, ms) > 0) {
		int client = accept(fd, NULL, NULL);
		ssize_t n = client < 0 ? -1 : read(client, command, sizeof(command) - 1);

		if (n > 0) {
			command[n] = '\0';
			printf("obeyed: %s", command);
			obeyed++;
		}
		close(client);
	}
	return obeyed;
}

/* Who has no right to the socket: not of its group, not root. Ends once it got in. */
static int intrude(void)
{
	static const char command[] = "FLUSHALL\n";

	if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0))
		fail("setuid");
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);

		if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
			return write(fd, command, sizeof(command) - 1) < 0;
		close(fd);
	}
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/server-XXXXXX";
	int obeyed = 0;
	pid_t intruder;

	is_closed = argc > 1 && !strcmp(argv[1], "closed");
	umask(0);
	if (!mkdtemp(folder) || chmod(folder, 0755) < 0)
		return fail(folder);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", folder);
	intruder = fork();
	if (intruder == 0)
		_exit(intrude());
	for (int start = 1; start <= RESTARTS && !obeyed; start++) {
		int fd = listen_unix();

		obeyed = serve(fd, 2);
		close(fd);
		unlink(address.sun_path);
		if (obeyed)
			printf("start %d: somebody without permission got in\n", start);
	}
	kill(intruder, SIGKILL);
	waitpid(intruder, NULL, 0);
	rmdir(folder);
	return obeyed != 0;
}
