// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to /dev/scaprec that make no sense: device-fuzz SECONDS. The module
 * must refuse them, whatever their order and arguments, and stay well. Known
 * wrong ones have their exact answer checked first.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <scap/device.h>
#include <scap/point.h>
#include <scap/ring.h>

static unsigned int failures;

static void expect(const char *what, long got, int want)
{
	int said = got < 0 ? errno : 0;

	if (said == want)
		return;
	printf("%s: %s, expected %s\n", what, strerror(said), strerror(want));
	failures++;
}

static int open_device(void)
{
	int fd = open(SCAP_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		perror(SCAP_DEVICE);
		exit(1);
	}
	return fd;
}

static struct scap_ioc_setup good_setup(void)
{
	return (struct scap_ioc_setup){
		.version = SCAP_DEVICE_VERSION, .ring_size = SCAP_RING_MIN,
		.stdout_fd = -1, .stderr_fd = -1,
	};
}

static void map_wrong(int fd)
{
	size_t size = SCAP_RING_MIN;
	void *p;

	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)SCAP_RING_DATA(0));
	expect("data, writable", p == MAP_FAILED ? -1 : 0, EPERM);
	p = mmap(NULL, size / 2, PROT_READ, MAP_SHARED, fd, (off_t)SCAP_RING_DATA(0));
	expect("half of the data", p == MAP_FAILED ? -1 : 0, EINVAL);
	p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, (off_t)SCAP_RING_HEAD(100000));
	expect("a ring that is not there", p == MAP_FAILED ? -1 : 0, EINVAL);
	p = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, (off_t)SCAP_RING_DATA(0));
	expect("data", p == MAP_FAILED ? -1 : 0, 0);
	expect("data made writable", mprotect(p, size, PROT_READ | PROT_WRITE), EACCES);
}

static void known_wrong(void)
{
	struct scap_ioc_setup s = good_setup();
	struct scap_ioc_done done = { .token = 12345 };
	int fd = open_device();

	expect("before setup", ioctl(fd, SCAP_IOC_RECORD), ENXIO);
	expect("mmap before setup",
	       mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0, ENXIO);
	s.version = 999;
	expect("another version", ioctl(fd, SCAP_IOC_SETUP, &s), EPROTO);
	expect("names its own", s.version == SCAP_DEVICE_VERSION ? 0 : -1, 0);
	s.ring_size = SCAP_RING_MIN + 1;
	expect("no power of two", ioctl(fd, SCAP_IOC_SETUP, &s), EINVAL);
	s.ring_size = SCAP_RING_MAX * 2;
	expect("too large", ioctl(fd, SCAP_IOC_SETUP, &s), EINVAL);
	s = good_setup();
	s.schedule.hard_ns = SCAP_QUANTUM_MAX_NS + 1;
	expect("quantum of hours", ioctl(fd, SCAP_IOC_SETUP, &s), EINVAL);
	s = good_setup();
	s.counter = SCAP_COUNTER_INSTRUCTIONS + 1;
	expect("a counter of no meaning", ioctl(fd, SCAP_IOC_SETUP, &s), EINVAL);
	expect("nowhere", ioctl(fd, SCAP_IOC_SETUP, (void *)8), EFAULT);
	s = good_setup();
	expect("setup", ioctl(fd, SCAP_IOC_SETUP, &s), 0);
	expect("setup twice", ioctl(fd, SCAP_IOC_SETUP, &s), EBUSY);
	expect("no such file", ioctl(fd, SCAP_IOC_DONE, &done), ENOENT);
	done.flags = ~SCAP_DONE_SPINS;
	expect("done with flags of no meaning", ioctl(fd, SCAP_IOC_DONE, &done), EINVAL);
	map_wrong(fd);
	close(fd);
}

/* Any request of ours, or none, on a random argument. */
static void one_random(int fd)
{
	static const unsigned long requests[] = {
		SCAP_IOC_SETUP, SCAP_IOC_WAIT, SCAP_IOC_FILE, SCAP_IOC_DONE, SCAP_IOC_STATS,
	};
	unsigned char arg[64];
	unsigned long request = requests[(unsigned long)rand() % 5];

	for (size_t i = 0; i < sizeof(arg); i++)
		arg[i] = rand() % 3 ? 0 : (unsigned char)rand();
	if (request == SCAP_IOC_WAIT)
		memset(arg, 0, 4); /* sleeps are no fun */
	if (rand() % 16 == 0)
		request ^= 1ul << (unsigned int)(rand() % 32);
	ioctl(fd, request, rand() % 8 ? (void *)arg : (void *)(long)rand());
}

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 3);

	known_wrong();
	srand(1);
	while (time(NULL) < end) {
		int fd = open_device();
		struct scap_ioc_setup s = good_setup();

		if (rand() % 2)
			ioctl(fd, SCAP_IOC_SETUP, &s);
		for (int i = 0; i < 300; i++)
			one_random(fd);
		close(fd);
	}
	return failures != 0;
}
