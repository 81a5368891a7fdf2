// SPDX-License-Identifier: GPL-2.0
/*
 * What the replay did, as a trace: the events that were fed and found right, and in the
 * end, where it went astray, what the program did instead. For scap-diff.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "replay.h"

/* Content objects are numbered from 1; those copied are marked. */
#define OBJECTS 65536u

struct saving {
	struct scap_writer *writer;
	bool copied[OBJECTS];
};

int save_open(struct session *s, const char *path, struct scap_error *err)
{
	int ret;

	s->saving = calloc(1, sizeof(*s->saving));
	if (!s->saving)
		return scap_fail(err, ENOMEM, "%s: no memory", path);
	ret = scap_writer_open(&s->saving->writer, path, s->header, err);
	if (ret) {
		free(s->saving);
		s->saving = NULL;
	}
	return ret;
}

/* What a mapping shows goes ahead of it. */
static void copy_content(struct session *s, uint64_t object)
{
	static char buf[65536];
	uint64_t at = 0;
	ssize_t n;

	if (!object || object >= OBJECTS || s->saving->copied[object])
		return;
	s->saving->copied[object] = true;
	while ((n = scap_reader_content(s->reader, object, at, buf, sizeof(buf), NULL)) > 0) {
		scap_writer_content(s->saving->writer, object, at, buf, (size_t)n);
		at += (uint64_t)n;
	}
}

void save_event(struct session *s, const struct scap_event *e)
{
	if (!s->saving)
		return;
	if (e->type == SCAP_EV_MAP)
		copy_content(s, ((const struct scap_ev_map *)e)->object);
	scap_writer_put(s->saving->writer, e);
}

void save_actual(struct session *s, const struct scap_event *e)
{
	struct scap_ev_task_exit end = {
		.h = { .size = sizeof(end), .type = SCAP_EV_TASK_EXIT },
		.status = SIGKILL,
	};

	if (!s->saving)
		return;
	scap_writer_put(s->saving->writer, e);
	end.h.tid = end.pid = e->tid;
	end.h.domain = e->domain;
	end.h.seq = e->seq + 1;
	end.h.time = e->time;
	scap_writer_put(s->saving->writer, &end.h);
}

int save_close(struct session *s, struct scap_error *err)
{
	int ret = 0;

	if (s->saving)
		ret = scap_writer_close(s->saving->writer, NULL, err);
	free(s->saving);
	s->saving = NULL;
	return ret;
}
