// SPDX-License-Identifier: GPL-2.0
/*
 * System V and POSIX message queues, semaphores, shared memory. The law is
 * ipc/shm.c, ipc/sem.c, ipc/msg.c, ipc/mqueue.c.
 */
#include <scap/plan-rules.h>

enum {
	IPC_SET = 1,
	IPC_STAT = 2,
	IPC_INFO = 3,
	/* shmctl */
	SHM_STAT = 13,
	SHM_INFO = 14,
	SHM_STAT_ANY = 15,
	/* semctl */
	GETALL = 13,
	SEM_STAT = 18,
	SEM_INFO = 19,
	SEM_STAT_ANY = 20,
	/* msgctl */
	MSG_STAT = 11,
	MSG_INFO = 12,
	MSG_STAT_ANY = 13,
};

/* ipc_update_perm(): of struct ipc64_perm IPC_SET takes owner, group and mode. */
static int perm_in(struct scap_plan *p, unsigned int arg, __u64 addr)
{
	int ret = addr ? scap_in(p, arg, addr + 4, 8) : 0;

	return ret || !addr ? ret : scap_in(p, arg, addr + 20, 4);
}

/* ---- shared memory ---- */

SCAP_PLANNER_IN(shmctl)
{
	return (__s32)c->args[1] == IPC_SET ? perm_in(p, 2, c->args[2]) : 0;
}

SCAP_PLANNER_OUT(shmctl)
{
	if (!scap_wrote(c))
		return 0;
	switch ((__s32)c->args[1]) {
	case IPC_STAT:
	case SHM_STAT:
	case SHM_STAT_ANY:
		return scap_out(p, 2, c->args[2], SCAP_SIZE_SHMID_DS);
	case IPC_INFO:
		return scap_out(p, 2, c->args[2], SCAP_SIZE_SHMINFO);
	case SHM_INFO:
		return scap_out(p, 2, c->args[2], SCAP_SIZE_SHM_INFO);
	}
	return 0;
}

/* ---- semaphores ---- */

/*
 * GETALL fills an array of as many values as the set has semaphores, which no
 * argument tells; SEMMSL's default bounds it. SETALL's array is left out of
 * the input for the same reason: what lies behind it is not the call's.
 */
#define SEMMSL 32000u

SCAP_PLANNER_IN(semctl)
{
	return (__s32)c->args[2] == IPC_SET ? perm_in(p, 3, c->args[3]) : 0;
}

SCAP_PLANNER_OUT(semctl)
{
	if (!scap_wrote(c))
		return 0;
	switch ((__s32)c->args[2]) {
	case IPC_STAT:
	case SEM_STAT:
	case SEM_STAT_ANY:
		return scap_out(p, 3, c->args[3], SCAP_SIZE_SEMID_DS);
	case IPC_INFO:
	case SEM_INFO:
		return scap_out(p, 3, c->args[3], SCAP_SIZE_SEMINFO);
	case GETALL:
		return scap_failed(c) ? 0 : scap_out(p, 3, c->args[3], SEMMSL * 2);
	}
	return 0;
}

/* ---- System V messages ---- */

#define MSQID_QBYTES 88u	/* offset of struct msqid64_ds.msg_qbytes */

SCAP_PLANNER_IN(msgctl)
{
	int ret;

	if ((__s32)c->args[1] != IPC_SET || !c->args[2])
		return 0;
	ret = perm_in(p, 2, c->args[2]);
	return ret ? ret : scap_in(p, 2, c->args[2] + MSQID_QBYTES, 8);
}

SCAP_PLANNER_OUT(msgctl)
{
	if (!scap_wrote(c))
		return 0;
	switch ((__s32)c->args[1]) {
	case IPC_STAT:
	case MSG_STAT:
	case MSG_STAT_ANY:
		return scap_out(p, 2, c->args[2], SCAP_SIZE_MSQID_DS);
	case IPC_INFO:
	case MSG_INFO:
		return scap_out(p, 2, c->args[2], SCAP_SIZE_MSGINFO);
	}
	return 0;
}

/* ---- POSIX messages ---- */

#define O_CREAT 0100

/* Of struct mq_attr the reserved half is not looked at. */
SCAP_PLANNER_IN(mq_open)
{
	return c->args[1] & O_CREAT ? scap_in(p, 3, c->args[3], SCAP_SIZE_MQ_ATTR / 2) : 0;
}

enum { SIGEV_THREAD = 2, SIGEV_THREAD_ID = 4 };

#define NOTIFY_COOKIE_LEN 32

/* struct sigevent: value, signal and kind; a thread id where the kind asks for one. */
static int sigevent_in(struct scap_plan *p, __u64 addr, __u64 *value, __u32 *notify)
{
	int ret = scap_get64(p, addr, value);

	if (!ret)
		ret = scap_get32(p, addr + 12, notify);
	return ret ? ret : scap_in(p, 1, addr, *notify == SIGEV_THREAD_ID ? 20 : 16);
}

SCAP_PLANNER_IN(timer_create)
{
	__u64 value;
	__u32 notify;

	return c->args[1] ? sigevent_in(p, c->args[1], &value, &notify) : 0;
}

SCAP_PLANNER_IN(mq_notify)
{
	__u64 value;
	__u32 notify;
	int ret;

	if (!c->args[1])
		return 0;
	ret = sigevent_in(p, c->args[1], &value, &notify);
	return ret || notify != SIGEV_THREAD ? ret : scap_in(p, 1, value, NOTIFY_COOKIE_LEN);
}
