// SPDX-License-Identifier: GPL-2.0
/*
 * Stored contents: found by the index, or by walking the heads of the blocks
 * where a trace has none (cut off, or still being written), and read at random.
 */
#include <format/layout.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 * @extent: CONTENT blocks, by object and then in file order
 * @raw:    bytes of extent @cached, decompressed; kept for the next read
 */
struct scap_contents {
	struct scap_blockcodec *codec;
	struct scap_disk_index *extent;
	size_t n, cap;
	const struct scap_disk_index *cached;
	const void *raw;
};

void scap_contents_free(struct scap_contents *c)
{
	if (!c)
		return;
	scap_blockcodec_free(c->codec);
	free(c->extent);
	free(c);
}

static int add_extent(struct scap_contents *c, const struct scap_disk_index *x)
{
	if (x->kind != SCAP_BLOCK_CONTENT)
		return 0;
	if (x->offset > SCAP_CONTENT_MAX)
		return -EUCLEAN;
	if (c->n == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 64;
		struct scap_disk_index *extent = realloc(c->extent, cap * sizeof(*extent));

		if (!extent)
			return -ENOMEM;
		c->extent = extent;
		c->cap = cap;
	}
	c->extent[c->n++] = *x;
	return 0;
}

static int by_object_and_position(const void *va, const void *vb)
{
	const struct scap_disk_index *a = va, *b = vb;

	if (a->object != b->object)
		return a->object < b->object ? -1 : 1;
	return a->position < b->position ? -1 : a->position > b->position;
}

/* Reads and checks the block at @at, which moves behind it. @raw NULL: its head only. */
static int block_at(struct scap_contents *c, const struct scap_input *in, uint64_t *at,
		    struct scap_disk_block *head, const void **raw)
{
	int ret = scap_pread_all(in->fd, head, sizeof(*head), *at);

	if (!ret && scap_block_check(c->codec, head))
		ret = -EUCLEAN;
	if (!ret && raw)
		ret = scap_pread_all(in->fd, scap_block_buffer(c->codec), scap_block_room(head),
				     *at + sizeof(*head));
	if (!ret && raw && scap_block_open(c->codec, head, raw))
		ret = -EUCLEAN;
	*at += sizeof(*head) + scap_block_room(head);
	return ret;
}

/* Takes the extents from the blocks of the index between @at and @end. */
static int load_index(struct scap_contents *c, const struct scap_input *in, uint64_t at,
		      uint64_t end)
{
	while (at < end) {
		struct scap_disk_block head;
		const struct scap_disk_index *x;
		const void *raw;
		int ret = block_at(c, in, &at, &head, &raw);

		if (!ret && head.kind != SCAP_BLOCK_INDEX)
			ret = -EUCLEAN;
		if (ret)
			return ret;
		x = raw;
		for (size_t n = head.raw / sizeof(*x); n && !ret; n--)
			ret = add_extent(c, x++);
		if (ret)
			return ret;
	}
	return 0;
}

/* Takes the extents from the heads of all blocks, up to the first that is not whole. */
static int walk_blocks(struct scap_contents *c, const struct scap_input *in, uint64_t end)
{
	uint64_t at = in->header.size;

	for (;;) {
		struct scap_disk_block head;
		struct scap_disk_index x = { .position = at };
		int ret = block_at(c, in, &at, &head, NULL);

		if (ret == -EUCLEAN || at > end)
			return 0;
		if (ret)
			return ret;
		x.kind = head.kind;
		x.object = head.object;
		x.offset = head.offset;
		x.raw = head.raw;
		ret = add_extent(c, &x);
		if (ret)
			return ret;
	}
}

static int find_extents(struct scap_contents *c, const struct scap_input *in)
{
	struct scap_disk_footer f;
	struct stat st;
	uint64_t size, at;
	int ret;

	if (fstat(in->fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ESPIPE;
	size = (uint64_t)st.st_size;
	at = size - sizeof(f);
	if (size >= in->header.size + sizeof(f) &&
	    scap_pread_all(in->fd, &f, sizeof(f), at) == 0 && f.magic == SCAP_FOOTER_MAGIC &&
	    f.hash == scap_footer_hash(&f, in->header.seed))
		ret = load_index(c, in, f.position, at);
	else
		ret = walk_blocks(c, in, size);
	if (!ret && c->n)
		qsort(c->extent, c->n, sizeof(*c->extent), by_object_and_position);
	return ret;
}

static int contents_open(struct scap_contents **out, const struct scap_input *in,
			 struct scap_error *err)
{
	struct scap_contents *c = calloc(1, sizeof(*c));
	int ret = -ENOMEM;

	if (c && (c->codec = scap_blockcodec_new(in->header.seed)))
		ret = find_extents(c, in);
	if (ret) {
		scap_contents_free(c);
		return scap_fail(err, -ret, "%s: stored file contents cannot be found: %s", in->name,
				 ret == -ESPIPE ? "it cannot seek; name a regular file" :
				 ret == -EUCLEAN ? "the index is damaged" : strerror(-ret));
	}
	*out = c;
	return 0;
}

/* First extent of @object; NULL: none. */
static const struct scap_disk_index *first_extent(const struct scap_contents *c, uint64_t object)
{
	size_t low = 0, high = c->n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (c->extent[mid].object < object)
			low = mid + 1;
		else
			high = mid;
	}
	return low < c->n && c->extent[low].object == object ? &c->extent[low] : NULL;
}

static int load_extent(struct scap_contents *c, const struct scap_input *in,
		       const struct scap_disk_index *x)
{
	struct scap_disk_block head;
	uint64_t at = x->position;
	int ret;

	if (c->cached == x)
		return 0;
	c->cached = NULL;
	ret = block_at(c, in, &at, &head, &c->raw);
	if (!ret && (head.kind != SCAP_BLOCK_CONTENT || head.object != x->object ||
		     head.offset != x->offset || head.raw != x->raw))
		ret = -EUCLEAN;
	if (!ret)
		c->cached = x;
	return ret;
}

/* Copies what extent @x has of [offset, offset + len) to its place in @buf. */
static int copy_extent(struct scap_contents *c, const struct scap_input *in,
		       const struct scap_disk_index *x, uint64_t offset, char *buf, size_t len)
{
	uint64_t from = x->offset > offset ? x->offset : offset;
	uint64_t to = x->offset + x->raw < offset + len ? x->offset + x->raw : offset + len;
	int ret;

	if (from >= to)
		return 0;
	ret = load_extent(c, in, x);
	if (!ret)
		memcpy(buf + (from - offset), (const char *)c->raw + (from - x->offset), to - from);
	return ret;
}

ssize_t scap_contents_read(struct scap_contents **cp, const struct scap_input *in, uint64_t object,
			   uint64_t offset, void *buf, size_t len, struct scap_error *err)
{
	const struct scap_disk_index *first, *x, *end;
	uint64_t size = 0;
	int ret = *cp ? 0 : contents_open(cp, in, err);

	if (!*cp)
		return ret;
	first = first_extent(*cp, object);
	if (!first)
		return scap_fail(err, ENOENT, "%s: no stored content %llu", in->name,
				 (unsigned long long)object);
	end = (*cp)->extent + (*cp)->n;
	for (x = first; x < end && x->object == object; x++)
		if (x->offset + x->raw > size)
			size = x->offset + x->raw;
	if (offset >= size)
		return 0;
	if (len > size - offset)
		len = size - offset;
	memset(buf, 0, len);
	for (x = first; x < end && x->object == object && !ret; x++)
		ret = copy_extent(*cp, in, x, offset, buf, len);
	if (ret)
		return scap_fail(err, -ret, "%s: stored content %llu cannot be read: %s", in->name,
				 (unsigned long long)object,
				 ret == -EUCLEAN ? "it is damaged" : strerror(-ret));
	return (ssize_t)len;
}
