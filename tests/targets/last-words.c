// SPDX-License-Identifier: GPL-2.0
/*
 * A process is killed while it holds a robust lock in shared memory, and another one looks at
 * the lock's word all the time: how often it looks before it sees that the owner has died is a
 * matter of the order in which they ran.
 */
#include <linux/futex.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct lock {
	struct robust_list entry;
	volatile unsigned int word;
};

static struct lock *lock;

static void hold(int ready)
{
	struct robust_list_head head = {
		.list = { &lock->entry }, .futex_offset = offsetof(struct lock, word),
	};

	lock->entry.next = &head.list;
	lock->word = (unsigned int)getpid();
	syscall(SYS_set_robust_list, &head, sizeof(head));
	if (write(ready, "", 1) == 1)
		pause();
	_exit(1);
}

static unsigned long looks(void)
{
	unsigned long n = 0;

	while (!(lock->word & FUTEX_OWNER_DIED))
		n++;
	return n;
}

int main(void)
{
	int ready[2], status;
	unsigned long n;
	char byte;

	lock = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (lock == MAP_FAILED || pipe(ready))
		return 1;
	for (int i = 0; i < 3; i++) {
		pid_t pid = fork();

		if (!pid)
			hold(ready[1]);
		if (read(ready[0], &byte, 1) != 1)
			return 1;
		kill(pid, SIGKILL);
		n = looks();
		printf("%lu looks, word %#x\n", n, lock->word & ~FUTEX_TID_MASK);
		waitpid(pid, &status, 0);
		printf("killed by %d\n", WTERMSIG(status));
	}
	return 0;
}
