/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file's bytes: FORMAT.md, "The container", as C. Private to format/.
 * Everything is little-endian and 8-byte aligned; reserved fields are zero.
 */
#ifndef SCAP_FORMAT_LAYOUT_H
#define SCAP_FORMAT_LAYOUT_H

#include <format/format.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the file is read in place");

/* A byte over 127, CR LF, Ctrl-Z and LF: every careless transfer breaks one. */
#define SCAP_FILE_MAGIC "\x89SCP\r\n\x1a\n"
#define SCAP_BLOCK_MAGIC 0x4b4c4253u	/* "SBLK" */
#define SCAP_FOOTER_MAGIC 0x444e4553u	/* "SEND" */

/* What a reader must be ready for. */
#define SCAP_BLOCK_RAW_MAX (1u << 20)
#define SCAP_HEADER_MAX (16u << 20)
#define SCAP_CPUID_MAX 4096u
#define SCAP_CONTENT_MAX (1ull << 62)	/* highest offset of a content block */

/*
 * Start of every trace, in all versions to come: magic, version, @size (of the
 * whole header), and at the end of the @size bytes the XXH64 of the rest.
 * Between: this structure, @ncpuid struct scap_cpuid at @fixed, strings.
 */
struct scap_disk_header {
	uint8_t magic[8];
	uint16_t version_major, version_minor;
	uint32_t size;
	uint32_t fixed;
	uint16_t arch, backend;
	uint32_t page_size, features;
	uint64_t start_ns;
	uint32_t ncpuid, argc;
};
static_assert(sizeof(struct scap_disk_header) == 48, "FORMAT.md");

enum scap_block_kind {
	SCAP_BLOCK_EVENTS = 1,	/* whole records, one behind the other */
	SCAP_BLOCK_CONTENT,	/* bytes of a stored content */
	SCAP_BLOCK_INDEX,	/* struct scap_disk_index[] */
};

enum scap_codec {
	SCAP_CODEC_RAW = 0,
	SCAP_CODEC_ZSTD = 1,	/* one zstd frame, whatever its level */
};

/*
 * @stored:      bytes in the file behind this head, before padding to 8
 * @raw:         bytes once decompressed
 * @first_event: number of the next event, counted from 1 over the whole file
 * @object, @offset: CONTENT only
 * @payload_hash: of the stored bytes with their padding
 * @head_hash:   of the 56 bytes before it
 */
struct scap_disk_block {
	uint32_t magic;
	uint8_t kind, codec;
	uint16_t reserved;
	uint32_t stored, raw;
	uint64_t first_event;
	uint32_t events;
	uint32_t reserved2;
	uint64_t object, offset;
	uint64_t payload_hash;
	uint64_t head_hash;
};
static_assert(sizeof(struct scap_disk_block) == 64, "FORMAT.md");

/* One block, as the index lists it. @position: of its head in the file. */
struct scap_disk_index {
	uint64_t position;
	uint64_t first_event;
	uint64_t object, offset;
	uint32_t raw;
	uint32_t kind;
};
static_assert(sizeof(struct scap_disk_index) == 40, "FORMAT.md");

/*
 * Last 64 bytes of a finished trace.
 * @blocks:   EVENTS and CONTENT blocks, which the index lists
 * @position: of the first INDEX block, or of this footer where there is none
 */
struct scap_disk_footer {
	uint32_t magic;
	uint32_t reserved;
	uint64_t events, blocks;
	uint64_t raw_bytes, content_bytes;
	uint64_t position;
	uint64_t reserved2;
	uint64_t hash;
};
static_assert(sizeof(struct scap_disk_footer) == 64, "FORMAT.md");

/* ---- header.c ---- */

/*
 * Encodes @h into a fresh buffer (free(3) it). @seed gets the header's own
 * hash, which seeds every other hash of the file.
 */
int scap_header_encode(const struct scap_header *h, uint8_t **bytes, size_t *size,
		       uint64_t *seed, struct scap_error *err);

/* A decoded header: @h points into @bytes (owned) and @argv (owned). */
struct scap_header_store {
	struct scap_header h;
	uint8_t *bytes;
	size_t size;
	char **argv;
	uint64_t seed;
};

/*
 * Judges the first @len (up to 16) bytes of file @name: says what the file is
 * if it is no trace. @size gets the size of the whole header.
 */
int scap_header_probe(const uint8_t *bytes, size_t len, const char *name, uint32_t *size,
		      struct scap_error *err);

/* Decodes @s->bytes, @s->size (already probed). */
int scap_header_decode(struct scap_header_store *s, const char *name, struct scap_error *err);
void scap_header_free(struct scap_header_store *s);

/* ---- block.c ---- */

/* Compression level: zstd's; SCAP_LEVEL_RAW stores as is. */
#define SCAP_LEVEL_RAW 0

/* Turns raw bytes into stored blocks and back; keeps contexts and scratch space. */
struct scap_blockcodec;
struct scap_blockcodec *scap_blockcodec_new(uint64_t seed);
void scap_blockcodec_free(struct scap_blockcodec *c);

/*
 * Compresses @raw (head->raw bytes) at @level and completes @head (magic, codec,
 * stored, hashes); the caller has set the rest. @stored points at the bytes to
 * write, padding included, valid until the next call and while @raw is (they may be
 * it); @room is their number.
 */
void scap_block_seal(struct scap_blockcodec *c, struct scap_disk_block *head, const void *raw,
		     int level, const void **stored, size_t *room);

/* Bytes behind @head in the file. */
size_t scap_block_room(const struct scap_disk_block *head);

/* What is wrong with @head, in words, or NULL. */
const char *scap_block_check(const struct scap_blockcodec *c, const struct scap_disk_block *head);

/* Room for the scap_block_room() bytes of any checked head, to be read into. */
void *scap_block_buffer(struct scap_blockcodec *c);

/*
 * Checks the bytes in the buffer against @head and decompresses them. @raw is
 * valid until the next call. NULL, or what is wrong, in words.
 */
const char *scap_block_open(struct scap_blockcodec *c, const struct scap_disk_block *head,
			    const void **raw);

/* What @f->hash must be. @seed: hash of the header. */
uint64_t scap_footer_hash(const struct scap_disk_footer *f, uint64_t seed);

/* ---- store.c ---- */

/* An output file and the index of what is in it. */
struct scap_store;

/* Opens @path as scap_writer_open() promises; writes nothing yet. */
int scap_store_open(struct scap_store **s, const char *path, struct scap_error *err);

/* Writes the encoded header. */
int scap_store_header(struct scap_store *s, const void *bytes, size_t size, uint64_t seed,
		      struct scap_error *err);

/*
 * Appends a block. @head: kind, raw, events, object and offset are set, the
 * rest is not. A failed write leaves the file ending behind its last whole block.
 */
int scap_store_block(struct scap_store *s, struct scap_disk_block *head, const void *raw,
		     int level, struct scap_error *err);

/* Appends index and footer. */
int scap_store_finish(struct scap_store *s, struct scap_error *err);

/* What was written so far; @s's. */
const struct scap_writer_stats *scap_store_stats(const struct scap_store *s);
/* Closes the file as it is, and frees @s. */
void scap_store_close(struct scap_store *s);

/* ---- input.c ---- */

/* An input file, read once from front to back, block by block. */
struct scap_input {
	int fd;
	char *name;
	struct scap_header_store header;
	struct scap_blockcodec *codec;
	uint64_t position;	/* of the next head */
	uint64_t blocks, events, raw_bytes, content_bytes;
	uint64_t index;		/* of the first INDEX block, 0: none so far */
	bool ended;
};

/* Opens @path as scap_reader_open() promises, its header read. 0 or -errno. */
int scap_input_open(struct scap_input *in, const char *path, struct scap_error *err);

/*
 * Next block, checked and decompressed. Returns 1; 0 behind a sound footer;
 * -EUCLEAN, -EIO, -ENOMEM with @err filled.
 */
int scap_input_block(struct scap_input *in, struct scap_disk_block *head, const void **raw,
		     struct scap_error *err);
void scap_input_close(struct scap_input *in);

/*
 * pread(2) of @len bytes, all of them: 0; -EUCLEAN if the file ends before;
 * -errno.
 */
int scap_pread_all(int fd, void *buf, size_t len, uint64_t at);

/* ---- content.c ---- */

/* Where each stored content lies in a file, found on first use. */
struct scap_contents;
ssize_t scap_contents_read(struct scap_contents **c, const struct scap_input *in, uint64_t object,
			   uint64_t offset, void *buf, size_t len, struct scap_error *err);
void scap_contents_free(struct scap_contents *c);

#endif
