// SPDX-License-Identifier: GPL-2.0
/*
 * Reading a trace: events in file order, one at a time, in constant memory.
 */
#include <format/layout.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * @bytes, @left: rest of the block that is being handed out
 * @promised:     records in it that are still to come
 * @count:        events handed out or passed over
 * @end, @why:    what every further call answers, once it is not 1
 */
struct scap_reader {
	struct scap_input in;
	struct scap_contents *contents;
	const char *bytes;
	size_t left;
	uint32_t promised;
	uint64_t count;
	int end;
	bool ended;
	struct scap_error why;
};

int scap_reader_open(struct scap_reader **out, const char *path, struct scap_error *err)
{
	struct scap_reader *r = calloc(1, sizeof(*r));
	int ret;

	if (!r)
		return scap_fail(err, ENOMEM, "%s: no memory", path);
	ret = scap_input_open(&r->in, path, err);
	if (ret) {
		free(r);
		return ret;
	}
	*out = r;
	return 0;
}

void scap_reader_close(struct scap_reader *r)
{
	if (!r)
		return;
	scap_contents_free(r->contents);
	scap_input_close(&r->in);
	free(r);
}

const struct scap_header *scap_reader_header(const struct scap_reader *r)
{
	return &r->in.header.h;
}

uint64_t scap_reader_count(const struct scap_reader *r)
{
	return r->count;
}

/* Whether the file may hold what this version has no name for. */
static bool is_newer(const struct scap_reader *r)
{
	return scap_reader_header(r)->version_minor > SCAP_ABI_MINOR;
}

/* Moves on to the next block of events. Returns as scap_reader_next(). */
static int next_block(struct scap_reader *r)
{
	struct scap_disk_block head;
	const void *raw;
	int ret;

	do {
		ret = scap_input_block(&r->in, &head, &raw, &r->why);
		if (ret <= 0)
			return ret;
		if (head.kind > SCAP_BLOCK_INDEX && !is_newer(r))
			return scap_fail(&r->why, EUCLEAN, "%s: block %llu is of an unknown kind (%u)",
					 r->in.name, (unsigned long long)r->in.blocks, head.kind);
	} while (head.kind != SCAP_BLOCK_EVENTS);
	r->bytes = raw;
	r->left = head.raw;
	r->promised = head.events;
	return 1;
}

static int malformed(struct scap_reader *r, const char *what)
{
	return scap_fail(&r->why, EUCLEAN, "%s: event %llu, in block %llu, %s", r->in.name,
			 (unsigned long long)(r->count + 1), (unsigned long long)r->in.blocks, what);
}

/* Takes one record off the block. Returns 1, 0 (pass it over) or -EUCLEAN. */
static int take_record(struct scap_reader *r, const struct scap_event **e)
{
	const struct scap_event *at = (const void *)r->bytes;
	bool framed = r->left >= sizeof(*at) && at->size >= sizeof(*at) && at->size <= r->left &&
		      at->size % 8 == 0;
	bool valid = framed && scap_event_valid(at, r->left);

	if (!r->promised)
		return malformed(r, "is more than the block should hold");
	if (!valid && !(framed && is_newer(r)))
		return malformed(r, "is malformed");
	r->bytes += at->size;
	r->left -= at->size;
	r->promised--;
	r->count++;
	*e = at;
	return valid;
}

static int next_event(struct scap_reader *r, const struct scap_event **e)
{
	int ret = 0;

	while (ret == 0) {
		while (!r->left) {
			if (r->promised)
				return malformed(r, "is missing from it");
			ret = next_block(r);
			if (ret <= 0)
				return ret;
		}
		ret = take_record(r, e);
	}
	return ret;
}

int scap_reader_next(struct scap_reader *r, const struct scap_event **e, struct scap_error *err)
{
	if (!r->ended) {
		int ret = next_event(r, e);

		if (ret > 0)
			return ret;
		r->ended = true;
		r->end = ret;
	}
	if (r->end && err)
		*err = r->why;
	return r->end;
}

ssize_t scap_reader_content(struct scap_reader *r, uint64_t object, uint64_t offset, void *buf,
			    size_t len, struct scap_error *err)
{
	return scap_contents_read(&r->contents, &r->in, object, offset, buf, len, err);
}
