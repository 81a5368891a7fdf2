// SPDX-License-Identifier: GPL-2.0
/* System V and POSIX message queues, semaphores, shared memory. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

static void messages(void)
{
	struct { long type; char text[32]; } m = { 5, "by queue" }, got = { 0 };
	int id = msgget(IPC_PRIVATE, 0600);
	struct msqid_ds ds;

	msgsnd(id, &m, sizeof(m.text), 0);
	msgctl(id, IPC_STAT, &ds);
	printf("msg %d: %zd bytes, %ld waiting, at %ld\n", id, msgrcv(id, &got, sizeof(got.text), 5, 0),
	       (long)ds.msg_qnum, (long)ds.msg_stime);
	printf("%s\n", got.text);
	if (msgrcv(id, &got, sizeof(got.text), 0, IPC_NOWAIT) < 0)
		printf("then %s\n", strerrorname_np(errno));
	msgctl(id, IPC_RMID, NULL);
}

static void semaphores(void)
{
	int id = semget(IPC_PRIVATE, 2, 0600);
	struct sembuf up = { 0, 1, 0 }, down = { 0, -1, 0 };
	unsigned short all[2] = { 9, 9 };

	fflush(stdout);
	if (fork() == 0) {
		semop(id, &up, 1);
		_exit(0);
	}
	printf("down %d\n", semop(id, &down, 1));
	wait(NULL);
	semctl(id, 0, GETALL, all);
	printf("sem %u %u\n", all[0], all[1]);
	semctl(id, 0, IPC_RMID);
}

static void shared(void)
{
	int id = shmget(IPC_PRIVATE, 10000, 0600);
	struct shmid_ds ds;
	char *p = shmat(id, NULL, 0);

	strcpy(p, "shared");
	shmctl(id, IPC_STAT, &ds);
	printf("shm at %p: %s, %zu bytes, %ld attached\n", (void *)p, p, ds.shm_segsz, (long)ds.shm_nattch);
	shmdt(p);
	shmctl(id, IPC_RMID, NULL);
}

static void posix_queue(void)
{
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 64 };
	char name[40], text[64] = "";
	unsigned int priority = 0;
	mqd_t q;

	snprintf(name, sizeof(name), "/scap-test-%d", getpid());
	q = mq_open(name, O_RDWR | O_CREAT, 0600, &attr);
	if (q < 0) {
		printf("mq_open %s\n", strerrorname_np(errno));
		return;
	}
	mq_send(q, "posix", 6, 3);
	mq_getattr(q, &attr);
	printf("mq %ld waiting, %zd bytes", attr.mq_curmsgs, mq_receive(q, text, sizeof(text), &priority));
	printf(", %s, priority %u\n", text, priority);
	mq_unlink(name);
}

int main(void)
{
	messages();
	semaphores();
	shared();
	posix_queue();
	return 0;
}
