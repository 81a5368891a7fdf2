// SPDX-License-Identifier: GPL-2.0
/*
 * A reader of the module's rings that writes nonsense to its tail pointers all the time:
 * odd-consumer RING_SIZE CMD [ARG...]. CMD must run to its end, and every record come
 * out whole and in its turn, as if there had been none of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <scap/device.h>
#include <scap/ring.h>

#define DOMAINS 4096

struct ring {
	const struct scap_ring_head *head;
	const unsigned char *data;
	struct scap_ring_tail *tail;
	__u64 at;
	__u64 last_seq[DOMAINS];	/* in one ring they grow */
};

static int device;
static __u64 ring_size, records;

static void fail(const char *what)
{
	fprintf(stderr, "odd-consumer: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void wrong(const char *what, __u64 at)
{
	fprintf(stderr, "odd-consumer: %s at %llu\n", what, at);
	exit(1);
}

static void *map(__u64 offset, size_t len, int prot)
{
	void *p = mmap(NULL, len, prot, MAP_SHARED, device, (off_t)offset);

	if (p == MAP_FAILED)
		fail("mmap");
	return p;
}

static void open_rings(struct ring *r, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		r[i] = (struct ring){
			.head = map(SCAP_RING_HEAD(i), 4096, PROT_READ),
			.data = map(SCAP_RING_DATA(i), ring_size, PROT_READ),
			.tail = map(SCAP_RING_TAIL(i), 4096, PROT_READ | PROT_WRITE),
		};
}

static void check(const struct scap_event *e, struct ring *r)
{
	__u64 left = ring_size - (r->at & (ring_size - 1));

	if (e->size < 8 || e->size % 8 || e->size > left)
		wrong("a record of impossible size", r->at);
	if (e->type == SCAP_RING_PAD || e->type == SCAP_RING_DOMAIN)
		return;
	records++;
	if (e->domain >= DOMAINS)
		wrong("an impossible domain", r->at);
	if (e->seq <= r->last_seq[e->domain])
		wrong("a number that was there before", r->at);
	r->last_seq[e->domain] = e->seq;
}

static void drain(struct ring *r)
{
	__u64 head = __atomic_load_n(&r->head->head, __ATOMIC_ACQUIRE);

	while (r->at < head) {
		const struct scap_event *e = (const void *)(r->data + (r->at & (ring_size - 1)));

		check(e, r);
		r->at += e->size;
	}
	__atomic_store_n(&r->tail->tail, head, __ATOMIC_RELEASE);
}

static void drain_all(struct ring *rings, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		drain(&rings[i]);
}

/* Nothing that could be true: the kernel must take no notice. */
static void write_nonsense(const struct ring *r)
{
	const __u64 nonsense[] = {
		0, ~0ull, r->at + 4, r->at + 1, r->at + 4 * ring_size, r->at - 4 * ring_size, 1ull << 63,
		(__u64)rand() << 40,
	};

	if (r->at)
		__atomic_store_n(&r->tail->tail, nonsense[(unsigned int)rand() % 8], __ATOMIC_RELEASE);
}

/* Tokens count from one; whoever waits for one goes on. */
static void let_files_go(void)
{
	static struct scap_ioc_done done = { .token = 1 };

	while (!ioctl(device, SCAP_IOC_DONE, &done))
		done.token++;
}

int main(int argc, char **argv)
{
	struct scap_ioc_setup setup = { .version = SCAP_DEVICE_VERSION, .stdout_fd = -1, .stderr_fd = -1,
		.schedule = { .soft_ns = SCAP_QUANTUM_NS, .hard_ns = SCAP_QUANTUM_HARD_NS } };
	struct scap_ioc_wait wait = { .timeout_ms = 5 };
	struct scap_ioc_stats stats;
	struct ring *rings;
	int status = 0;
	pid_t pid;

	if (argc < 3)
		return 2;
	ring_size = setup.ring_size = strtoull(argv[1], NULL, 0);
	device = open(SCAP_DEVICE, O_RDWR | O_CLOEXEC);
	if (device < 0 || ioctl(device, SCAP_IOC_SETUP, &setup))
		fail(SCAP_DEVICE);
	rings = calloc(setup.rings, sizeof(*rings));
	if (!rings)
		fail("calloc");
	open_rings(rings, setup.rings);
	pid = fork();
	if (!pid) {
		if (!ioctl(device, SCAP_IOC_RECORD))
			execvp(argv[2], argv + 2);
		_exit(126);
	}
	do {
		for (unsigned int i = 0; i < setup.rings; i++)
			write_nonsense(&rings[i]);
		usleep(300);
		/* the truth ahead of SCAP_IOC_WAIT, which wakes those who look for room */
		drain_all(rings, setup.rings);
		let_files_go();
		if (ioctl(device, SCAP_IOC_WAIT, &wait))
			fail("SCAP_IOC_WAIT");
	} while (wait.tasks || !waitpid(pid, &status, WNOHANG));
	drain_all(rings, setup.rings);
	free(rings);
	if (ioctl(device, SCAP_IOC_STATS, &stats) || stats.lost)
		wrong("records lost", stats.lost);
	printf("%llu records, status %d\n", records, WEXITSTATUS(status));
	return status != 0;
}
