// SPDX-License-Identifier: GPL-2.0
/*
 * A file system that a thread of the program itself serves (FUSE, linux/fuse.h): fuse SCENE.
 * One file, PAGES pages, each full of its number's letter. In a mount namespace of its own,
 * so that nothing is left mounted behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGES 8
#define PAGE 4096
#define SIZE (PAGES * PAGE)
#define FILE_NODE 2

static char dir[] = "letters-XXXXXX";
static int device, served[PAGES];

/* ---- the server ---- */

static struct fuse_attr attributes(uint64_t node)
{
	bool is_dir = node == FUSE_ROOT_ID;

	return (struct fuse_attr){
		.ino = node, .size = is_dir ? 0 : SIZE, .nlink = 1, .uid = getuid(),
		.gid = getgid(), .mode = is_dir ? S_IFDIR | 0755 : S_IFREG | 0644, .blksize = PAGE,
	};
}

static void reply(uint64_t unique, int error, const void *body, size_t len)
{
	static char out[SIZE + sizeof(struct fuse_out_header)];
	struct fuse_out_header h = {
		.len = (uint32_t)(sizeof(h) + len), .error = -error, .unique = unique,
	};

	memcpy(out, &h, sizeof(h));
	memcpy(out + sizeof(h), body, len);
	if (write(device, out, h.len) < 0)
		perror("reply");
}

static void reply_read(uint64_t unique, const struct fuse_read_in *in)
{
	static char content[SIZE];
	size_t len = in->offset < SIZE ? SIZE - in->offset : 0;

	if (len > in->size)
		len = in->size;
	for (size_t i = 0; i < len; i++)
		content[i] = (char)('a' + (in->offset + i) / PAGE);
	for (size_t at = in->offset; at < in->offset + len; at += PAGE)
		served[at / PAGE]++;
	reply(unique, 0, content, len);
}

static void answer(const struct fuse_in_header *h, const void *body)
{
	struct fuse_init_out init = {
		.major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION,
		.max_readahead = 0, .max_write = PAGE,
	};
	struct fuse_entry_out entry = { .nodeid = FILE_NODE, .attr = attributes(FILE_NODE) };
	struct fuse_attr_out attr = { .attr = attributes(h->nodeid) };
	struct fuse_open_out opened = { .fh = 1 };

	switch (h->opcode) {
	case FUSE_INIT:
		reply(h->unique, 0, &init, sizeof(init));
		break;
	case FUSE_LOOKUP:
		reply(h->unique, strcmp(body, "file") ? ENOENT : 0, &entry,
		      strcmp(body, "file") ? 0 : sizeof(entry));
		break;
	case FUSE_GETATTR:
		reply(h->unique, 0, &attr, sizeof(attr));
		break;
	case FUSE_OPEN:
		reply(h->unique, 0, &opened, sizeof(opened));
		break;
	case FUSE_READ:
		reply_read(h->unique, body);
		break;
	case FUSE_RELEASE:
	case FUSE_FLUSH:
		reply(h->unique, 0, NULL, 0);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;
	default:
		reply(h->unique, ENOSYS, NULL, 0);
	}
}

static void *serve(void *arg)
{
	static char request[FUSE_MIN_READ_BUFFER + PAGE];

	(void)arg;
	for (;;) {
		ssize_t n = read(device, request, sizeof(request));

		if (n >= (ssize_t)sizeof(struct fuse_in_header))
			answer((void *)request, request + sizeof(struct fuse_in_header));
		else if (n < 0 && errno != EINTR && errno != EAGAIN && errno != ENOENT)
			return NULL; /* unmounted */
	}
}

/* ---- its user ---- */

static void say(const char *what, char *page, int i)
{
	printf("%s %d: %c, %d times served\n", what, i, page[100], served[i]);
}

/* By system calls: all of them sleep until the other thread has answered. */
static void by_read(int fd)
{
	static char page[PAGE];
	struct stat st;

	fstat(fd, &st);
	printf("%lld bytes\n", (long long)st.st_size);
	for (int i = 0; i < PAGES; i++)
		if (pread(fd, page, PAGE, (off_t)i * PAGE) == PAGE)
			say("read", page, i);
}

/* By page faults: the thread sleeps in user code. */
static void by_map(int fd)
{
	char *p = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, fd, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		return;
	}
	for (int i = 0; i < PAGES; i++)
		printf("mapped %d: %c\n", i, p[i * PAGE + 100]);
	munmap(p, SIZE);
}

/* Opened once more, the file loses the pages that were there: fuse(4), no FOPEN_KEEP_CACHE. */
static void by_map_evicted(int fd, const char *path)
{
	char *p = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, fd, 0);
	int again;

	if (p == MAP_FAILED)
		return;
	printf("mapped: %c\n", p[100]);
	again = open(path, O_RDONLY);
	printf("then: %c\n", p[4 * PAGE + 100]);
	close(again);
	munmap(p, SIZE);
}

#ifdef __aarch64__
/* Through registers that only SVE has, if it is there, to and fro: @n comes back. */
static uint64_t touch_with_vectors(const char *p, uint64_t n)
{
	uint64_t sve = getauxval(AT_HWCAP) & HWCAP_SVE, letter;

	__asm__ volatile(".arch_extension sve\n\t"
			 "cbz %[sve], 1f\n\t"
			 "ptrue p0.b; index z1.b, #3, #5; whilelo p1.b, xzr, %[n]; mov p15.b, p1.b; wrffr p1.b\n\t"
			 "dup z31.d, %[n]; index z2.d, #1, %[n]\n\t"
			 "1: fmov d0, %[n]\n\t"
			 "ldrb %w[letter], [%[p]]\n\t"
			 "fmov %[n], d0\n\t"
			 "cbz %[sve], 2f\n\t"
			 "rdffr p2.b; cntp %[n], p0, p2.b; lastb x9, p0, z31.d; cmp x9, %[n]; csinv %[n], %[n], xzr, eq\n\t"
			 "2:"
			 : [n] "+&r"(n), [letter] "=&r"(letter)
			 : [p] "r"(p), [sve] "r"(sve)
			 : "memory", "cc", "x9", "v0", "v1", "v2", "v31");
	return letter + n;
}
#else
static uint64_t touch_with_vectors(const char *p, uint64_t n)
{
	uint64_t letter;

	__asm__ volatile("movq %[n], %%xmm7\n\t"
			 "movzbl (%[p]), %k[letter]\n\t"
			 "movq %%xmm7, %[n]"
			 : [n] "+&r"(n), [letter] "=&r"(letter) : [p] "r"(p) : "memory", "xmm7");
	return letter + n;
}
#endif

/* The thread sleeps in user code with something in its vector registers. */
static void by_map_with_vectors(int fd, const char *path)
{
	char *p = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, fd, 0);
	uint64_t sum = 0;

	if (p == MAP_FAILED)
		return;
	close(open(path, O_RDONLY));
	for (uint64_t i = 1; i <= 3; i++)
		sum += touch_with_vectors(p + i * PAGE, i);
	printf("letters and numbers: %llu\n", (unsigned long long)sum);
	munmap(p, SIZE);
}

static void mount_it(void)
{
	char data[100], map[40];
	uid_t uid = getuid();
	int fd;

	if (unshare(CLONE_NEWNS)) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
			exit(77);
		fd = open("/proc/self/uid_map", O_WRONLY);
		snprintf(map, sizeof(map), "%u %u 1", uid, uid);
		write(fd, map, strlen(map));
		close(fd);
	}
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	snprintf(data, sizeof(data), "fd=%d,rootmode=40000,user_id=%u,group_id=%u", device, uid,
		 getgid());
	if (device < 0 || !mkdtemp(dir) || mount("letters", dir, "fuse", MS_NOSUID | MS_NODEV, data))
		exit(77);
}

int main(int argc, char **argv)
{
	char path[sizeof(dir) + 8];
	pthread_t server;
	int fd;

	mount_it();
	pthread_create(&server, NULL, serve, NULL);
	snprintf(path, sizeof(path), "%s/file", dir);
	fd = open(path, O_RDONLY);
	if (argc > 1 && !strcmp(argv[1], "map"))
		by_map(fd);
	else if (argc > 1 && !strcmp(argv[1], "evicted"))
		by_map_evicted(fd, path);
	else if (argc > 1 && !strcmp(argv[1], "vectors"))
		by_map_with_vectors(fd, path);
	else
		by_read(fd);
	close(fd);
	umount2(dir, MNT_DETACH);
	pthread_join(server, NULL);
	rmdir(dir);
	printf("unmounted\n");
	return 0;
}
