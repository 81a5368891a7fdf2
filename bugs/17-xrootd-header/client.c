// SPDX-License-Identifier: GPL-2.0
/*
 * A client of a server that sends messages of a header and a body through TCP. It reads what is
 * there and goes back to poll(2), as xrootd's client did. "client patient" goes back also when
 * it has but a part of a header.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MESSAGES 400
#define BODY_MAX 200
#define SEGMENT 61	/* what the network carries at once */

struct header {
	uint32_t number, len;
};

struct message {
	struct header header;
	char body[BODY_MAX];
	size_t got;		/* of header and body together */
};

static bool is_patient;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/* ---- the server ---- */

static size_t make_message(uint8_t *at, uint32_t number)
{
	struct header h = { .number = number, .len = 20 + number * 37 % (BODY_MAX - 20) };

	memcpy(at, &h, sizeof(h));
	memset(at + sizeof(h), 'a' + (int)(number % 26), h.len);
	return sizeof(h) + h.len;
}

/* Sends all messages as one stream, in segments that know nothing of them. */
static int serve(int fd)
{
	static uint8_t stream[MESSAGES * sizeof(struct message)];
	size_t len = 0;

	for (uint32_t number = 0; number < MESSAGES; number++)
		len += make_message(stream + len, number);
	for (size_t sent = 0; sent < len; sent += SEGMENT) {
		size_t n = len - sent < SEGMENT ? len - sent : SEGMENT;

		if (send(fd, stream + sent, n, MSG_NOSIGNAL) < 0)
			return 1;
		usleep(20);
	}
	return 0;
}

/* ---- the client ---- */

/* Reads on until @end of the message; false if there is not so much yet. */
static bool read_up_to(int fd, struct message *m, size_t end)
{
	uint8_t *at = (uint8_t *)m + m->got;
	ssize_t n = end > m->got ? read(fd, at, end - m->got) : 0;

	if (n < 0 && errno != EAGAIN)
		die("read");
	if (n > 0)
		m->got += (size_t)n;
	return m->got >= end;
}

/* Called when there is something to read; true when the message is complete. */
static bool on_readable(int fd, struct message *m)
{
	bool has_header = m->got >= sizeof(m->header) || read_up_to(fd, m, sizeof(m->header));

	if (is_patient && !has_header)
		return false;
	if (m->header.len > BODY_MAX)
		return true;
	return read_up_to(fd, m, sizeof(m->header) + m->header.len);
}

static bool check(const struct message *m, uint32_t number)
{
	if (m->header.number == number && m->header.len <= BODY_MAX)
		return true;
	printf("message %u after %zu bytes: number %u, length %u\n", number, m->got,
	       m->header.number, m->header.len);
	return false;
}

static bool receive(int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	for (uint32_t number = 0; number < MESSAGES; number++) {
		struct message m = { .got = 0 };

		do {
			if (poll(&ready, 1, -1) < 0)
				die("poll");
		} while (!on_readable(fd, &m));
		if (!check(&m, number))
			return false;
	}
	printf("%d messages received\n", MESSAGES);
	return true;
}

/* A connection through loopback, its client's end non-blocking. */
static void connect_both(int *server, int *client)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	if (bind(listener, (struct sockaddr *)&at, len) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&at, &len))
		die("listen");
	*client = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(*client, (struct sockaddr *)&at, len))
		die("connect");
	*server = accept(listener, NULL, NULL);
	close(listener);
	setsockopt(*server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	fcntl(*client, F_SETFL, O_NONBLOCK);
}

int main(int argc, char **argv)
{
	int server, client;
	bool good;

	is_patient = argc > 1 && !strcmp(argv[1], "patient");
	connect_both(&server, &client);
	if (fork() == 0)
		_exit(serve(server));
	close(server);
	good = receive(client);
	close(client);
	wait(NULL);
	return !good;
}
