// SPDX-License-Identifier: GPL-2.0
/*
 * The file's header: encoded, recognised, decoded. Also knows what a file is
 * that is no trace, so that the message can say so.
 */
#include <format/layout.h>

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define HASH_SIZE sizeof(uint64_t)
#define FIRST_STRINGS 3	/* kernel, exe, cwd; then argv */

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static char *put_string(char *at, const char *s)
{
	return stpcpy(at, or_empty(s)) + 1;
}

static size_t strings_size(const struct scap_header *h, uint32_t *argc)
{
	size_t size = strlen(or_empty(h->kernel)) + strlen(or_empty(h->exe)) +
		      strlen(or_empty(h->cwd)) + FIRST_STRINGS;

	for (*argc = 0; h->argv && h->argv[*argc]; ++*argc)
		size += strlen(h->argv[*argc]) + 1;
	return size;
}

int scap_header_encode(const struct scap_header *h, uint8_t **bytes, size_t *size,
		       uint64_t *seed, struct scap_error *err)
{
	struct scap_disk_header d = {
		.version_major = SCAP_ABI_MAJOR,
		.version_minor = SCAP_ABI_MINOR,
		.fixed = sizeof(d),
		.arch = h->arch,
		.backend = h->backend,
		.page_size = h->page_size,
		.features = h->features,
		.start_ns = h->start_ns,
		.ncpuid = h->ncpuid,
	};
	size_t leaves = h->ncpuid * sizeof(*h->cpuid);
	size_t total;
	char *at;

	total = sizeof(d) + leaves + strings_size(h, &d.argc);
	total = (total + 7) / 8 * 8 + HASH_SIZE;
	if (total > SCAP_HEADER_MAX || h->ncpuid > SCAP_CPUID_MAX)
		return scap_fail(err, E2BIG, "the command line needs a header of %zu bytes; %u is the limit",
				 total, SCAP_HEADER_MAX);
	*bytes = calloc(1, total);
	if (!*bytes)
		return scap_fail(err, ENOMEM, "no memory for a header of %zu bytes", total);
	memcpy(d.magic, SCAP_FILE_MAGIC, sizeof(d.magic));
	d.size = (uint32_t)total;
	memcpy(*bytes, &d, sizeof(d));
	at = (char *)*bytes + sizeof(d);
	if (leaves)
		memcpy(at, h->cpuid, leaves);
	at = put_string(at + leaves, h->kernel);
	at = put_string(at, h->exe);
	at = put_string(at, h->cwd);
	for (uint32_t i = 0; i < d.argc; i++)
		at = put_string(at, h->argv[i]);
	*size = total;
	*seed = XXH64(*bytes, total - HASH_SIZE, 0);
	memcpy(*bytes + total - HASH_SIZE, seed, HASH_SIZE);
	return 0;
}

/* Files that people take for traces, by their first bytes. */
static const struct {
	const char *start;
	size_t len;
	const char *what;
} strangers[] = {
	{ "\x0a\x0d\x0d\x0a", 4, "is a sysdig capture (or pcapng), not a trace of scap; open it with sysdig -r" },
	{ "\x7f" "ELF", 4, "is a program, not a trace; the trace comes first, then the program" },
	{ "\x28\xb5\x2f\xfd", 4, "is compressed with zstd; decompress it first (zstd -d)" },
	{ "\x1f\x8b", 2, "is compressed with gzip; decompress it first (gzip -d)" },
	{ "\xfd" "7zXZ", 5, "is compressed with xz; decompress it first (xz -d)" },
	{ "\x89SCP\n\x1a", 6, "was changed in transfer (CR LF became LF); copy it again in binary mode" },
	{ "\x89SCP\r\r\n", 7, "was changed in transfer (LF became CR LF); copy it again in binary mode" },
	{ "\x09SCP", 4, "was changed in transfer (8th bit cleared); copy it again in binary mode" },
};

static bool is_text(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isprint(bytes[i]) && !isspace(bytes[i]))
			return false;
	return true;
}

static int no_trace(const uint8_t *bytes, size_t len, const char *name, struct scap_error *err)
{
	for (size_t i = 0; i < sizeof(strangers) / sizeof(*strangers); i++)
		if (len >= strangers[i].len && !memcmp(bytes, strangers[i].start, strangers[i].len))
			return scap_fail(err, EINVAL, "%s: %s", name, strangers[i].what);
	if (is_text(bytes, len))
		return scap_fail(err, EINVAL, "%s: is text, not a trace", name);
	return scap_fail(err, EINVAL, "%s: is no trace of scap (its first bytes are not a trace's)",
			 name);
}

int scap_header_probe(const uint8_t *bytes, size_t len, const char *name, uint32_t *size,
		      struct scap_error *err)
{
	struct scap_disk_header d;
	size_t start = len < sizeof(d.magic) ? len : sizeof(d.magic);

	if (!len)
		return scap_fail(err, EINVAL, "%s: is empty: the recorder did not get to write a header",
				 name);
	if (memcmp(bytes, SCAP_FILE_MAGIC, start))
		return no_trace(bytes, len, name, err);
	if (len < offsetof(struct scap_disk_header, fixed))
		return scap_fail(err, EUCLEAN, "%s: cut off in its header; nothing of it can be read",
				 name);
	memcpy(&d, bytes, offsetof(struct scap_disk_header, fixed));
	if (d.size < sizeof(d.magic) + HASH_SIZE + 8 || d.size > SCAP_HEADER_MAX || d.size % 8)
		return scap_fail(err, EUCLEAN, "%s: damaged header (it claims %u bytes)", name, d.size);
	*size = d.size;
	return 0;
}

/* The string at @*at, which moves behind it; NULL if it does not end before @end. */
static char *take_string(char **at, const char *end)
{
	char *s = *at, *nul = memchr(s, 0, (size_t)(end - s));

	if (nul)
		*at = nul + 1;
	return nul ? s : NULL;
}

static bool take_strings(struct scap_header_store *s, uint32_t argc, char *at, const char *end)
{
	struct scap_header *h = &s->h;

	h->kernel = take_string(&at, end);
	h->exe = h->kernel ? take_string(&at, end) : NULL;
	h->cwd = h->exe ? take_string(&at, end) : NULL;
	if (!h->cwd)
		return false;
	for (uint32_t i = 0; i < argc; i++)
		if (!(s->argv[i] = take_string(&at, end)))
			return false;
	return true;
}

/* Whether the parts that @d announces fit into the header. */
static bool parts_fit(const struct scap_disk_header *d)
{
	uint64_t strings = d->fixed + (uint64_t)d->ncpuid * sizeof(struct scap_cpuid);

	return d->fixed >= sizeof(*d) && d->fixed % 8 == 0 && d->ncpuid <= SCAP_CPUID_MAX &&
	       strings + FIRST_STRINGS + d->argc + HASH_SIZE <= d->size;
}

static int check_version(const struct scap_header_store *s, bool sound, const char *name,
			 struct scap_error *err)
{
	const struct scap_disk_header *d = (const void *)s->bytes;

	if (d->version_major != SCAP_ABI_MAJOR)
		return scap_fail(err, EPROTONOSUPPORT,
				 "%s: is format %u.%u%s; this program reads %u.x: use the scap that recorded it",
				 name, d->version_major, d->version_minor,
				 sound ? "" : " (or has a damaged header)", SCAP_ABI_MAJOR);
	if (!sound)
		return scap_fail(err, EUCLEAN, "%s: damaged header (its hash does not match)", name);
	return 0;
}

int scap_header_decode(struct scap_header_store *s, const char *name, struct scap_error *err)
{
	const struct scap_disk_header *d = (const void *)s->bytes;
	uint8_t *end = s->bytes + s->size - HASH_SIZE;
	int ret;

	s->seed = XXH64(s->bytes, s->size - HASH_SIZE, 0);
	ret = check_version(s, !memcmp(end, &s->seed, HASH_SIZE), name, err);
	if (ret)
		return ret;
	if (s->size < sizeof(*d) || !parts_fit(d))
		return scap_fail(err, EUCLEAN, "%s: malformed header (its parts do not fit into it)", name);
	s->argv = calloc(d->argc + 1ul, sizeof(*s->argv));
	if (!s->argv)
		return scap_fail(err, ENOMEM, "%s: no memory for %u arguments", name, d->argc);
	s->h = (struct scap_header){
		.version_major = d->version_major,
		.version_minor = d->version_minor,
		.arch = d->arch,
		.backend = d->backend,
		.page_size = d->page_size,
		.features = d->features,
		.start_ns = d->start_ns,
		.argv = s->argv,
		.cpuid = (const void *)(s->bytes + d->fixed),
		.ncpuid = d->ncpuid,
	};
	if (!take_strings(s, d->argc, (char *)s->bytes + d->fixed + d->ncpuid * sizeof(*s->h.cpuid),
			  (char *)end))
		return scap_fail(err, EUCLEAN, "%s: malformed header (a string does not end)", name);
	return 0;
}

void scap_header_free(struct scap_header_store *s)
{
	free(s->bytes);
	free(s->argv);
	*s = (struct scap_header_store){ 0 };
}
