// SPDX-License-Identifier: GPL-2.0
/*
 * A server whose listener is switched off by another thread than the one that runs the event
 * loop, while clients connect. "stop inside": by the loop's own thread.
 */
#include <event2/event.h>
#include <event2/listener.h>
#include <event2/thread.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CLIENTS 16

static int accepted;

static void accept_one(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from, int len, void *arg)
{
	(void)listener, (void)from, (void)len, (void)arg;
	accepted++;
	close(fd);
}

static void *switch_off(void *listener)
{
	evconnlistener_disable(listener);
	event_base_loopexit(evconnlistener_get_base(listener), NULL);
	return NULL;
}

static void switch_off_inside(evutil_socket_t fd, short what, void *listener)
{
	(void)fd, (void)what;
	switch_off(listener);
}

static void connect_to(struct evconnlistener *listener, int fds[CLIENTS])
{
	struct sockaddr_in to;
	socklen_t len = sizeof(to);

	getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&to, &len);
	for (int i = 0; i < CLIENTS; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM, 0);
		connect(fds[i], (struct sockaddr *)&to, sizeof(to));
	}
}

/* Serves until the listener is switched off. */
static void serve(struct event_base *base, int inside)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct evconnlistener *listener = evconnlistener_new_bind(base, accept_one, NULL,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_THREADSAFE, -1, (struct sockaddr *)&any, sizeof(any));
	pthread_t thread;
	int fds[CLIENTS];

	connect_to(listener, fds);
	if (inside)
		event_base_once(base, -1, EV_TIMEOUT, switch_off_inside, listener, &(struct timeval){ .tv_usec = 1000 });
	else
		pthread_create(&thread, NULL, switch_off, listener);
	event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
	if (!inside)
		pthread_join(thread, NULL);
	evconnlistener_free(listener);
	for (int i = 0; i < CLIENTS; i++)
		close(fds[i]);
}

int main(int argc, char **argv)
{
	struct event_base *base;

	evthread_use_pthreads();
	base = event_base_new();
	serve(base, argc > 1 && !strcmp(argv[1], "inside"));
	printf("%d connections accepted, the listener is off\n", accepted);
	event_base_free(base);
	return 0;
}
