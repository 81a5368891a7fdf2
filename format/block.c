// SPDX-License-Identifier: GPL-2.0
/*
 * One block: compressed, hashed and sealed; checked, decompressed and opened.
 * Knows no file; trusts nothing that comes out of one.
 */
#include <format/layout.h>

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include <zstd.h>

/*
 * @cctx, @dctx: made on first use
 * @packed: stored bytes, PACKED_SIZE; @raw: decompressed ones
 */
struct scap_blockcodec {
	uint64_t seed;
	ZSTD_CCtx *cctx;
	ZSTD_DCtx *dctx;
	uint8_t *packed;
	uint8_t *raw;
};

#define PACKED_SIZE (SCAP_BLOCK_RAW_MAX + 8)

struct scap_blockcodec *scap_blockcodec_new(uint64_t seed)
{
	struct scap_blockcodec *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->seed = seed;
	c->packed = malloc(PACKED_SIZE);
	c->raw = malloc(SCAP_BLOCK_RAW_MAX);
	if (!c->packed || !c->raw) {
		scap_blockcodec_free(c);
		return NULL;
	}
	return c;
}

void scap_blockcodec_free(struct scap_blockcodec *c)
{
	if (!c)
		return;
	ZSTD_freeCCtx(c->cctx);
	ZSTD_freeDCtx(c->dctx);
	free(c->packed);
	free(c->raw);
	free(c);
}

size_t scap_block_room(const struct scap_disk_block *head)
{
	return ((size_t)head->stored + 7) / 8 * 8;
}

static uint64_t head_hash(const struct scap_disk_block *head, uint64_t seed)
{
	return XXH64(head, offsetof(struct scap_disk_block, head_hash), seed);
}

uint64_t scap_footer_hash(const struct scap_disk_footer *f, uint64_t seed)
{
	return XXH64(f, offsetof(struct scap_disk_footer, hash), seed);
}

/* Compressed size of @raw in c->packed, or 0 if it does not pay (or cannot be done). */
static size_t compress(struct scap_blockcodec *c, const void *raw, size_t len, int level)
{
	size_t n;

	if (level == SCAP_LEVEL_RAW || len < 64)
		return 0;
	if (!c->cctx && !(c->cctx = ZSTD_createCCtx()))
		return 0;
	/* One byte less than it would take raw: the reader's rule for what is compressed. */
	n = ZSTD_compressCCtx(c->cctx, c->packed, len - 1, raw, len, level);
	return ZSTD_isError(n) ? 0 : n;
}

void scap_block_seal(struct scap_blockcodec *c, struct scap_disk_block *head, const void *raw,
		     int level, const void **stored, size_t *room)
{
	size_t packed = compress(c, raw, head->raw, level);

	head->magic = SCAP_BLOCK_MAGIC;
	head->codec = packed ? SCAP_CODEC_ZSTD : SCAP_CODEC_RAW;
	head->stored = packed ? (uint32_t)packed : head->raw;
	*room = scap_block_room(head);
	*stored = packed || head->raw != *room ? c->packed : raw;
	if (*stored == c->packed) {
		if (!packed)
			memcpy(c->packed, raw, head->raw);
		memset(c->packed + head->stored, 0, *room - head->stored);
	}
	head->payload_hash = XXH64(*stored, *room, c->seed);
	head->head_hash = head_hash(head, c->seed);
}

const char *scap_block_check(const struct scap_blockcodec *c, const struct scap_disk_block *head)
{
	if (head->magic != SCAP_BLOCK_MAGIC)
		return "no block begins here";
	if (head->head_hash != head_hash(head, c->seed))
		return "the block's head does not match its hash";
	if (head->raw > SCAP_BLOCK_RAW_MAX)
		return "the block is larger than any block may be";
	if (head->offset > SCAP_CONTENT_MAX)
		return "the block's offset is beyond any file's end";
	if (head->codec == SCAP_CODEC_RAW)
		return head->stored == head->raw ? NULL : "the block's sizes contradict each other";
	if (head->codec == SCAP_CODEC_ZSTD)
		return head->stored < head->raw ? NULL : "the block's sizes contradict each other";
	return "the block is compressed in a way this version does not know";
}

void *scap_block_buffer(struct scap_blockcodec *c)
{
	return c->packed;
}

const char *scap_block_open(struct scap_blockcodec *c, const struct scap_disk_block *head,
			    const void **raw)
{
	size_t n;

	if (head->payload_hash != XXH64(c->packed, scap_block_room(head), c->seed))
		return "the block's bytes do not match their hash";
	*raw = c->packed;
	if (head->codec == SCAP_CODEC_RAW)
		return NULL;
	if (!c->dctx && !(c->dctx = ZSTD_createDCtx()))
		return "no memory to decompress the block";
	n = ZSTD_decompressDCtx(c->dctx, c->raw, head->raw, c->packed, head->stored);
	if (ZSTD_isError(n) || n != head->raw)
		return "the block does not decompress to what it should";
	*raw = c->raw;
	return NULL;
}
