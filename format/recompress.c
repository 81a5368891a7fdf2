// SPDX-License-Identifier: GPL-2.0
/*
 * A trace copied block by block at another compression level. The header, and
 * with it the hash that seeds all others, stays as it is.
 */
#include <format/layout.h>

#include <errno.h>

static int copy_blocks(struct scap_input *in, struct scap_store *out, int level,
		       struct scap_error *err)
{
	struct scap_disk_block head;
	const void *raw;
	int ret;

	while ((ret = scap_input_block(in, &head, &raw, err)) == 1) {
		if (head.kind == SCAP_BLOCK_INDEX)
			continue;
		ret = scap_store_block(out, &head, raw, level, err);
		if (ret)
			return ret;
	}
	/* What is sound of a cut trace becomes a whole one; the caller is told. */
	if (ret == 0 || ret == -EUCLEAN) {
		int end = scap_store_finish(out, ret ? NULL : err);

		ret = end ? end : ret;
	}
	return ret;
}

int scap_trace_recompress(const char *from, const char *to, int level,
			  struct scap_writer_stats *stats, struct scap_error *err)
{
	struct scap_input in;
	struct scap_store *out;
	int ret = scap_input_open(&in, from, err);

	if (ret)
		return ret;
	ret = scap_store_open(&out, to, err);
	if (!ret) {
		ret = scap_store_header(out, in.header.bytes, in.header.size, in.header.seed, err);
		if (!ret)
			ret = copy_blocks(&in, out, level, err);
		if (stats)
			*stats = *scap_store_stats(out);
		scap_store_close(out);
	}
	scap_input_close(&in);
	return ret;
}
