// SPDX-License-Identifier: GPL-2.0
/*
 * A telecontrol client (IEC 60870-5-104): the application's thread sends commands, the
 * connection's own thread takes acknowledgements and watches for time-outs. Two locks, as in
 * lib60870. "station ordered" lets the connection's thread take them in the sender's order.
 */
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS 60
#define WINDOW 12		/* commands that may be unacknowledged: k of the standard */
#define ACK_TIMEOUT_MS 15000	/* t1 of the standard */

struct frame {
	int number;
};

struct connection {
	int fd;
	bool running;
	pthread_mutex_t state_lock;	/* of the socket and its counters */
	int send_count;
	struct timespec next_test;
	pthread_mutex_t sent_lock;	/* of the window */
	struct { int number; struct timespec at; } sent[WINDOW];
	int oldest, unconfirmed;
};

static bool is_ordered;

static struct timespec now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t;
}

static long ms_between(struct timespec a, struct timespec b)
{
	return (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000;
}

static int send_frame(struct connection *c)
{
	pthread_mutex_lock(&c->state_lock);
	struct frame f = { .number = c->send_count++ };

	if (write(c->fd, &f, sizeof(f)) != sizeof(f))
		exit(2);
	c->next_test = now();
	pthread_mutex_unlock(&c->state_lock);
	return f.number;
}

/* False if as many commands as may be are under way. */
static bool send_command(struct connection *c)
{
	pthread_mutex_lock(&c->sent_lock);
	bool fits = c->unconfirmed < WINDOW;

	if (fits) {
		int slot = (c->oldest + c->unconfirmed++) % WINDOW;

		c->sent[slot].at = now();
		c->sent[slot].number = send_frame(c);
	}
	pthread_mutex_unlock(&c->sent_lock);
	return fits;
}

static void handle_ack(struct connection *c)
{
	struct frame f;

	if (read(c->fd, &f, sizeof(f)) != sizeof(f))
		exit(2);
	pthread_mutex_lock(&c->sent_lock);
	while (c->unconfirmed && c->sent[c->oldest].number <= f.number) {
		c->oldest = (c->oldest + 1) % WINDOW;
		c->unconfirmed--;
	}
	pthread_mutex_unlock(&c->sent_lock);
}

static bool is_ack_late(struct connection *c)
{
	return c->unconfirmed && ms_between(c->sent[c->oldest].at, now()) > ACK_TIMEOUT_MS;
}

static void handle_timeouts(struct connection *c)
{
	pthread_mutex_t *first = is_ordered ? &c->sent_lock : &c->state_lock;
	pthread_mutex_t *second = is_ordered ? &c->state_lock : &c->sent_lock;

	pthread_mutex_lock(first);
	if (ms_between(c->next_test, now()) > ACK_TIMEOUT_MS)
		c->running = false;
	pthread_mutex_lock(second);
	if (is_ack_late(c))
		c->running = false;
	pthread_mutex_unlock(second);
	pthread_mutex_unlock(first);
}

static void *connection_run(void *arg)
{
	struct connection *c = arg;
	struct pollfd ready = { .fd = c->fd, .events = POLLIN };

	while (c->running) {
		if (poll(&ready, 1, 1) > 0)
			handle_ack(c);
		handle_timeouts(c);
	}
	return NULL;
}

/* The station at the other end acknowledges what it gets. */
static void *station_run(void *arg)
{
	int fd = *(int *)arg;
	struct frame f;

	while (read(fd, &f, sizeof(f)) == sizeof(f))
		if (write(fd, &f, sizeof(f)) != sizeof(f))
			break;
	return NULL;
}

int main(int argc, char **argv)
{
	static struct connection c = {
		.running = true, .state_lock = PTHREAD_MUTEX_INITIALIZER, .sent_lock = PTHREAD_MUTEX_INITIALIZER,
	};
	pthread_t connection, station;
	int ends[2], sent = 0;

	is_ordered = argc > 1 && !strcmp(argv[1], "ordered");
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return 2;
	c.fd = ends[0];
	c.next_test = now();
	pthread_create(&station, NULL, station_run, &ends[1]);
	pthread_create(&connection, NULL, connection_run, &c);
	/* on a machine where a turn takes seconds a time-out may close the connection */
	while (sent < COMMANDS && c.running) {
		if (send_command(&c))
			sent++;
		else
			usleep(300);
	}
	c.running = false;
	pthread_join(connection, NULL);
	shutdown(c.fd, SHUT_WR);
	pthread_join(station, NULL);
	printf("%d commands sent\n", sent);
	return 0;
}
