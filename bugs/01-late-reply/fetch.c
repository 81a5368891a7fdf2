// SPDX-License-Identifier: GPL-2.0
/*
 * A client that asks a slow back end for pages, one after the other, and gives
 * up on a page after 20 ms. The bug is in here; README.md tells which.
 */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define PAGES 40

/* "fetch patient" waits as long as any answer takes. */
static int patience_ms = 20;

struct page {
	int number;
	char *body;
	size_t len;
	struct page *next;	/* in the pool */
};

struct message {
	struct page *page;
	char text[48];
};

static int requests[2], replies[2];
static struct page *pool;

static struct page *page_new(int number)
{
	struct page *p = pool;

	if (p)
		pool = p->next;
	else
		p = malloc(sizeof(*p));
	*p = (struct page){ .number = number, .body = calloc(1, 64) };
	return p;
}

static void page_free(struct page *p)
{
	free(p->body);
	*p = (struct page){ .next = pool };
	pool = p;
}

/* The back end: mostly quick, one answer in 256 takes long. */
static void *backend(void *unused)
{
	struct message m;
	unsigned char luck;

	while (read(requests[0], &m, sizeof(m)) == sizeof(m)) {
		getrandom(&luck, 1, 0);
		nanosleep(&(struct timespec){ .tv_nsec = luck ? luck * 8000 : 25000000 }, NULL);
		snprintf(m.text, sizeof(m.text), "page with luck %d", luck);
		if (write(replies[1], &m, sizeof(m)) != sizeof(m))
			break;
	}
	return unused;
}

/* Copies what the back end sent into the page that asked for it. */
static void deliver(const struct message *m)
{
	struct page *p = m->page;

	for (const char *c = m->text; *c; c++)
		p->body[p->len++] = *c;
}

/* Handles the next answer, if one comes in time. */
static void handle_reply(void)
{
	struct pollfd ready = { .fd = replies[0], .events = POLLIN };
	struct message m;

	if (poll(&ready, 1, patience_ms) == 0)
		return;
	if (read(replies[0], &m, sizeof(m)) != sizeof(m))
		exit(1);
	deliver(&m);
}

static void fetch(int number)
{
	struct message m = { .page = page_new(number) };
	struct page *p = m.page;

	if (write(requests[1], &m, sizeof(m)) != sizeof(m))
		exit(1);
	handle_reply();
	if (p->len) {
		printf("page %d: %s\n", p->number, p->body);
		page_free(p);
		return;
	}
	printf("page %d: no answer in %d ms, skipped\n", number, patience_ms);
	page_free(p);
	/* Give the back end time to recover before the next request. */
	handle_reply();
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc > 1 && !strcmp(argv[1], "patient"))
		patience_ms = 10000;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (pipe(requests) || pipe(replies) || pthread_create(&thread, NULL, backend, NULL))
		return 1;
	for (int number = 1; number <= PAGES; number++)
		fetch(number);
	printf("all pages are here\n");
	return 0;
}
