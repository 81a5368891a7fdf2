// SPDX-License-Identifier: GPL-2.0
/* Memory that parent and child share, handed to and fro at syscall boundaries. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Parent and child write in turn; each turn is a byte through a pipe. */
static void turns(const char *name, char *shared)
{
	int to_child[2], to_parent[2];
	char byte = 0;
	pid_t child;

	/* half of a pair that dies leaves the other waiting */
	if (shared == MAP_FAILED || pipe(to_child) || pipe(to_parent))
		exit(1);
	fflush(stdout);
	child = fork();
	for (int i = 0; i < 5; i++) {
		if (child == 0) {
			read(to_child[0], &byte, 1);
			sprintf(shared + strlen(shared), " child %ld", clock() % 7);
			write(to_parent[1], "x", 1);
		} else {
			sprintf(shared + strlen(shared), " parent %d", i);
			write(to_child[1], "x", 1);
			read(to_parent[0], &byte, 1);
		}
	}
	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	printf("%s:%s\n", name, shared);
}

int main(void)
{
	const long page = sysconf(_SC_PAGESIZE);
	char name[40];
	int fd;

	turns("anonymous", mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));

	fd = memfd_create("scratch", MFD_CLOEXEC);
	ftruncate(fd, 2 * page);
	turns("memfd", mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, page));

	snprintf(name, sizeof(name), "/scap-test-%d", getpid());
	fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
	ftruncate(fd, 4096);
	pwrite(fd, "written", 7, 0);
	turns("shm_open", mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	shm_unlink(name);
	return 0;
}
