// SPDX-License-Identifier: GPL-2.0
/* Events as lines while they happen: see live.h. */
#include "recorder/live.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <scap/arch.h>

#include "format/dump.h"

#define BUFFER (1 << 16)

struct live {
	FILE *out;
	struct scap_writer *w;
	struct scap_header header;
	struct dump_ahead ahead;
	struct dump_text text;
	uint64_t events, start;
};

static void show(void *ctx, const struct scap_event *e)
{
	struct live *l = ctx;
	uint64_t time;
	int ret;

	if (!l->events++)
		l->start = e->time;
	time = e->time > l->start ? e->time - l->start : 0;
	ret = dump_ahead_note(&l->ahead, e);
	if (!ret)
		ret = dump_text_event(&l->text, l->out, &l->header, e, dump_ahead_of(&l->ahead, e),
				      l->events, time);
	dump_ahead_shown(&l->ahead, e);
	if (ret || ferror(l->out))
		scap_writer_tap(l->w, NULL, NULL);
}

int live_open(struct live **out, const char *path, bool each, struct scap_writer *w,
	      struct scap_error *err)
{
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) :
			fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	struct live *l = calloc(1, sizeof(*l));

	if (fd < 0 || !l || !(l->out = fdopen(fd, "w"))) {
		int why = fd < 0 ? errno : ENOMEM;

		if (fd >= 0)
			close(fd);
		free(l);
		return scap_fail(err, why, "--live: %s: %s", path ? path : "standard error",
				 strerror(why));
	}
	setvbuf(l->out, NULL, each ? _IOLBF : _IOFBF, BUFFER);
	l->header.arch = SCAP_ARCH_NATIVE;
	l->header.page_size = (uint32_t)sysconf(_SC_PAGESIZE);
	l->w = w;
	scap_writer_tap(w, show, l);
	*out = l;
	return 0;
}

void live_flush(struct live *l)
{
	if (l)
		fflush(l->out);
}

void live_close(struct live *l)
{
	if (!l)
		return;
	scap_writer_tap(l->w, NULL, NULL);
	fclose(l->out);
	free(l->ahead.thread);
	free(l->text.line);
	free(l);
}
