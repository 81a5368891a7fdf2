// SPDX-License-Identifier: GPL-2.0
/*
 * The input file: header, then block after block up to the footer, each
 * checked before it is believed. Also reads what cannot seek.
 */
#include <format/layout.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROBE_SIZE 16

/* Bytes read, short only at the end of the file; or -errno. */
static ssize_t read_full(struct scap_input *in, void *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = read(in->fd, (char *)buf + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int scap_pread_all(int fd, void *buf, size_t len, uint64_t at)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pread(fd, (char *)buf + done, len - done, (off_t)(at + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EUCLEAN;
		done += (size_t)n;
	}
	return 0;
}

static int cannot_read(const struct scap_input *in, int code, struct scap_error *err)
{
	return scap_fail(err, code, "%s: cannot be read: %s", in->name, strerror(code));
}

/* Reads the header in steps: a file's claim of its size is worth what it holds. */
static int read_header(struct scap_input *in, struct scap_error *err)
{
	struct scap_header_store *s = &in->header;
	uint8_t start[PROBE_SIZE];
	ssize_t n = read_full(in, start, sizeof(start));
	uint32_t size;
	int ret;

	if (n < 0)
		return cannot_read(in, (int)-n, err);
	ret = scap_header_probe(start, (size_t)n, in->name, &size, err);
	if (ret)
		return ret;
	s->bytes = malloc(size);
	if (!s->bytes)
		return scap_fail(err, ENOMEM, "%s: no memory for a header of %u bytes", in->name, size);
	s->size = size;
	memcpy(s->bytes, start, sizeof(start));
	n = read_full(in, s->bytes + sizeof(start), size - sizeof(start));
	if (n < 0)
		return cannot_read(in, (int)-n, err);
	if ((size_t)n < size - sizeof(start))
		return scap_fail(err, EUCLEAN, "%s: cut off in its header; nothing of it can be read",
				 in->name);
	in->position = size;
	return scap_header_decode(s, in->name, err);
}

int scap_input_open(struct scap_input *in, const char *path, struct scap_error *err)
{
	bool standard = !strcmp(path, "-");
	struct stat st;
	int ret;

	*in = (struct scap_input){ .name = strdup(standard ? "standard input" : path) };
	if (!in->name)
		return scap_fail(err, ENOMEM, "%s: no memory", path);
	in->fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
			  : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (in->fd < 0)
		ret = scap_fail(err, errno, "%s: cannot be opened: %s", in->name, strerror(errno));
	else if (fstat(in->fd, &st) == 0 && S_ISDIR(st.st_mode))
		ret = scap_fail(err, EISDIR, "%s: is a directory, not a trace", in->name);
	else
		ret = read_header(in, err);
	if (!ret && !(in->codec = scap_blockcodec_new(in->header.seed)))
		ret = scap_fail(err, ENOMEM, "%s: no memory", in->name);
	if (ret)
		scap_input_close(in);
	return ret;
}

void scap_input_close(struct scap_input *in)
{
	if (in->fd >= 0)
		close(in->fd);
	scap_header_free(&in->header);
	scap_blockcodec_free(in->codec);
	free(in->name);
	in->fd = -1;
	in->name = NULL;
	in->codec = NULL;
}

static int cut_off(const struct scap_input *in, struct scap_error *err)
{
	return scap_fail(err, EUCLEAN, "%s: cut off after block %llu (event %llu)", in->name,
			 (unsigned long long)in->blocks, (unsigned long long)in->events);
}

static int damaged(const struct scap_input *in, const char *what, struct scap_error *err)
{
	return scap_fail(err, EUCLEAN, "%s: damaged behind block %llu (event %llu), at byte %llu: %s",
			 in->name, (unsigned long long)in->blocks, (unsigned long long)in->events,
			 (unsigned long long)in->position, what);
}

/* Whether the footer's totals are those of what was read. */
static const char *check_footer(const struct scap_input *in, const struct scap_disk_footer *f)
{
	if (f->hash != scap_footer_hash(f, in->header.seed))
		return "the footer does not match its hash";
	if (f->events != in->events || f->raw_bytes != in->raw_bytes ||
	    f->content_bytes != in->content_bytes || f->blocks != in->blocks)
		return "the footer's totals are not those of the blocks";
	if (f->position != (in->index ? in->index : in->position))
		return "the footer does not find the index";
	return NULL;
}

static int read_footer(struct scap_input *in, const struct scap_disk_footer *f,
		       struct scap_error *err)
{
	const char *what = check_footer(in, f);
	char extra;
	ssize_t n;

	if (what)
		return damaged(in, what, err);
	n = read_full(in, &extra, 1);
	if (n < 0)
		return cannot_read(in, (int)-n, err);
	if (n)
		return damaged(in, "there are bytes behind the footer", err);
	in->ended = true;
	return 0;
}

static const char *check_order(const struct scap_input *in, const struct scap_disk_block *head)
{
	if (head->first_event != in->events + 1)
		return "a block is missing or out of place";
	if (head->kind != SCAP_BLOCK_EVENTS && head->events)
		return "a block that holds no events claims some";
	if (in->index && head->kind != SCAP_BLOCK_INDEX)
		return "a block stands behind the index";
	return NULL;
}

static int read_payload(struct scap_input *in, const struct scap_disk_block *head,
			const void **raw, struct scap_error *err)
{
	size_t room = scap_block_room(head);
	ssize_t n = read_full(in, scap_block_buffer(in->codec), room);
	const char *what;

	if (n < 0)
		return cannot_read(in, (int)-n, err);
	if ((size_t)n < room)
		return cut_off(in, err);
	what = scap_block_open(in->codec, head, raw);
	return what ? damaged(in, what, err) : 0;
}

static void count_block(struct scap_input *in, const struct scap_disk_block *head)
{
	if (head->kind == SCAP_BLOCK_INDEX && !in->index)
		in->index = in->position;
	in->position += sizeof(*head) + scap_block_room(head);
	if (head->kind != SCAP_BLOCK_EVENTS && head->kind != SCAP_BLOCK_CONTENT)
		return;
	in->blocks++;
	in->events += head->events;
	if (head->kind == SCAP_BLOCK_EVENTS)
		in->raw_bytes += head->raw;
	else
		in->content_bytes += head->raw;
}

int scap_input_block(struct scap_input *in, struct scap_disk_block *head, const void **raw,
		     struct scap_error *err)
{
	const char *what;
	ssize_t n;
	int ret;

	if (in->ended)
		return 0;
	n = read_full(in, head, sizeof(*head));
	if (n < 0)
		return cannot_read(in, (int)-n, err);
	if ((size_t)n < sizeof(*head))
		return cut_off(in, err);
	if (head->magic == SCAP_FOOTER_MAGIC)
		return read_footer(in, (const void *)head, err);
	what = scap_block_check(in->codec, head);
	if (!what)
		what = check_order(in, head);
	if (what)
		return damaged(in, what, err);
	ret = read_payload(in, head, raw, err);
	if (ret)
		return ret;
	count_block(in, head);
	return 1;
}
