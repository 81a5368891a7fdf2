// SPDX-License-Identifier: GPL-2.0
/* Events as lines: number, seconds, thread, and what happened. */
#include <errno.h>
#include <stdlib.h>

#include <format/decode.h>
#include <format/dump.h>

#define LINE_START 4096

/* The line of @e in t->line (a bounded record has bounded text); its length or -ENOMEM. */
static int event_line(struct dump_text *t, const struct scap_header *h, const struct scap_event *e,
		      const struct decode_ahead *ahead)
{
	size_t size = t->size ? t->size : LINE_START;

	for (;;) {
		int n;

		if (size != t->size) {
			char *grown = realloc(t->line, size);

			if (!grown)
				return -ENOMEM;
			t->line = grown;
			t->size = size;
		}
		n = decode_event_text(t->line, t->size, h, e, ahead);
		if ((size_t)n < t->size)
			return n;
		size = (size_t)n + 1;
	}
}

int dump_text_event(struct dump_text *t, FILE *out, const struct scap_header *h,
		    const struct scap_event *e, const struct decode_ahead *ahead, uint64_t number,
		    uint64_t time)
{
	int len = event_line(t, h, e, ahead);

	if (len < 0)
		return len;
	fprintf(out, "%7llu %5llu.%06llu %6u", (unsigned long long)number,
		(unsigned long long)(time / 1000000000), (unsigned long long)(time / 1000 % 1000000),
		e->tid);
	if (t->domains)
		fprintf(out, "/%-2u", e->domain);
	putc(' ', out);
	fwrite(t->line, 1, (size_t)len, out);
	putc('\n', out);
	return 0;
}
