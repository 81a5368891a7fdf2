// SPDX-License-Identifier: GPL-2.0
/*
 * Clients insert rows into a table; each statement is written to a log for replicas, which is
 * rotated once, in the way of MySQL 4.0's binary log. "database locked" looks
 * whether the log is open under the log's lock.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLIENTS 3
#define STATEMENTS 40		/* of each client */

static struct log {
	pthread_mutex_t lock;
	bool open;
	int fd, number;		/* of the file in use */
} binlog = { .lock = PTHREAD_MUTEX_INITIALIZER };

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static int rows;
static bool checks_locked;

static const char *log_name(int number)
{
	static char name[32];

	snprintf(name, sizeof(name), "binlog.%06d", number);
	return name;
}

static void log_open(struct log *log)
{
	log->fd = open(log_name(++log->number), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (log->fd < 0) {
		perror("open");
		exit(2);
	}
	log->open = true;
}

static void log_close(struct log *log)
{
	log->open = false;
	close(log->fd);
}

/* FLUSH LOGS */
static void log_rotate(struct log *log)
{
	pthread_mutex_lock(&log->lock);
	log_close(log);
	log_open(log);
	pthread_mutex_unlock(&log->lock);
}

/* A log that is not open is one that nobody wants. */
static void log_write(struct log *log, const char *statement, size_t len)
{
	if (!checks_locked && !log->open)
		return;
	pthread_mutex_lock(&log->lock);
	if (log->open && write(log->fd, statement, len) != (ssize_t)len)
		perror("write");
	pthread_mutex_unlock(&log->lock);
}

static void insert(int client, int value)
{
	char statement[64];
	int len = snprintf(statement, sizeof(statement), "INSERT INTO t VALUES (%d, %d)\n", client, value);

	pthread_mutex_lock(&table_lock);
	rows++;
	pthread_mutex_unlock(&table_lock);
	log_write(&binlog, statement, (size_t)len);
}

static void *client(void *number)
{
	for (int value = 0; value < STATEMENTS; value++)
		insert((int)(intptr_t)number, value);
	return NULL;
}

static void *flusher(void *unused)
{
	usleep(200);
	log_rotate(&binlog);
	return unused;
}

/* What a replica would have: the statements in all of the log's files. */
static int replica_rows(void)
{
	char buf[4096];
	int found = 0;
	ssize_t n;

	for (int number = 1; number <= binlog.number; number++) {
		int fd = open(log_name(number), O_RDONLY);

		while ((n = read(fd, buf, sizeof(buf))) > 0)
			for (ssize_t i = 0; i < n; i++)
				found += buf[i] == '\n';
		close(fd);
		unlink(log_name(number));
	}
	return found;
}

int main(int argc, char **argv)
{
	pthread_t clients[CLIENTS], flushes;
	int replicated;

	checks_locked = argc > 1 && !strcmp(argv[1], "locked");
	log_open(&binlog);
	pthread_create(&flushes, NULL, flusher, NULL);
	for (intptr_t i = 0; i < CLIENTS; i++)
		pthread_create(&clients[i], NULL, client, (void *)i);
	for (int i = 0; i < CLIENTS; i++)
		pthread_join(clients[i], NULL);
	pthread_join(flushes, NULL);
	log_close(&binlog);
	replicated = replica_rows();
	printf("rows in the table: %d, in the replica: %d\n", rows, replicated);
	return rows != replicated;
}
