// SPDX-License-Identifier: GPL-2.0
/*
 * Workers of a web server share the buffer of the access log, as in Apache 2.0 with BufferedLogs.
 * "server locked" takes a lock for each line.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORKERS 4
#define REQUESTS 25		/* of each worker */
#define LOG_BUFFER 512
#define LOG "access_log"

static struct buffered_log {
	int fd;
	size_t outcnt;
	char outbuf[LOG_BUFFER];
} access_log;

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static bool is_locked;

static void flush_log(struct buffered_log *log)
{
	if (log->outcnt && write(log->fd, log->outbuf, log->outcnt) < 0)
		perror(LOG);
	log->outcnt = 0;
}

static void log_line(struct buffered_log *log, const char *line, size_t len)
{
	if (log->outcnt + len > LOG_BUFFER)
		flush_log(log);
	memcpy(log->outbuf + log->outcnt, line, len);
	log->outcnt += len;
}

static void log_request(int worker, int request, size_t bytes)
{
	char line[128];
	int len = snprintf(line, sizeof(line), "10.0.0.%d \"GET /page/%d HTTP/1.1\" 200 %zu\n", worker, request, bytes);

	if (is_locked)
		pthread_mutex_lock(&log_lock);
	log_line(&access_log, line, (size_t)len);
	if (is_locked)
		pthread_mutex_unlock(&log_lock);
}

/* Answers requests: reads the page, which is always the same, and logs. */
static void *worker(void *number)
{
	char page[64];

	for (int request = 1; request <= REQUESTS; request++) {
		int fd = open("/proc/self/exe", O_RDONLY);
		ssize_t n = read(fd, page, sizeof(page));

		close(fd);
		log_request((int)(intptr_t)number, request, n < 0 ? 0 : (size_t)n);
	}
	return NULL;
}

static bool is_sound(const char *line)
{
	int worker, request, bytes, end = 0;

	return sscanf(line, "10.0.0.%d \"GET /page/%d HTTP/1.1\" 200 %d\n%n", &worker, &request, &bytes, &end) == 3 &&
	       (size_t)end == strlen(line);
}

/* Looks at the log as a statistics program would: how much of it is wrong. */
static int damage(void)
{
	FILE *f = fopen(LOG, "r");
	int lines = 0, damaged = 0;
	char line[512];

	if (!f)
		return 1;
	while (fgets(line, sizeof(line), f)) {
		lines++;
		if (is_sound(line))
			continue;
		if (!damaged++)
			printf("line %d is damaged: %s", lines, line);
	}
	fclose(f);
	unlink(LOG);
	printf("%d requests, %d lines in the log, %d damaged\n", WORKERS * REQUESTS, lines, damaged);
	return damaged || lines != WORKERS * REQUESTS;
}

int main(int argc, char **argv)
{
	pthread_t workers[WORKERS];

	is_locked = argc > 1 && !strcmp(argv[1], "locked");
	access_log.fd = open(LOG, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	for (intptr_t i = 0; i < WORKERS; i++)
		pthread_create(&workers[i], NULL, worker, (void *)(i + 1));
	for (int i = 0; i < WORKERS; i++)
		pthread_join(workers[i], NULL);
	flush_log(&access_log);
	close(access_log.fd);
	return damage();
}
