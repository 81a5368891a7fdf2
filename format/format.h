/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libscapformat: the trace file, written and read as a stream.
 * The file itself is described in FORMAT.md. Nothing here prints or exits;
 * every failure comes back as a struct scap_error.
 */
#ifndef SCAP_FORMAT_H
#define SCAP_FORMAT_H

#include <stdint.h>
#include <stdio.h>

#include <scap/event.h>
#include <scap/plan.h>
#include <scap/version.h>

/*
 * What went wrong, where, and why: "trace.scap: cut off after block 17
 * (event 40213)". @code is a positive errno, or 0 for no error.
 */
struct scap_error {
	int code;
	char text[480];
};

/* Fills @err (may be NULL) and returns -code, for `return scap_fail(err, EIO, "...")`. */
int scap_fail(struct scap_error *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* One leaf of cpuid(1), as the recording machine answered. */
struct scap_cpuid {
	uint32_t leaf, subleaf, eax, ebx, ecx, edx;
};

enum scap_backend { SCAP_BACKEND_PTRACE = 1, SCAP_BACKEND_KMOD };

/* header.features */
#define SCAP_FEATURE_REPLAYABLE	0x1u	/* whole image, vDSO hidden, nothing dropped */
#define SCAP_FEATURE_TSC_TRAPPED 0x2u	/* time-stamp counter reads are TRAP events */
#define SCAP_FEATURE_CPUID_TRAPPED 0x4u	/* so is cpuid, once an image has a thread pointer */

/*
 * Facts about the recording as a whole. In a reader's header the pointers
 * belong to the reader.
 * @version_major, @version_minor: of the file (reader only; the writer sets its own)
 * @arch:      enum scap_arch
 * @page_size: bytes
 * @start_ns:  CLOCK_REALTIME at the start
 * @argv:      NULL-terminated command line
 */
struct scap_header {
	uint16_t version_major, version_minor;
	uint16_t arch;
	uint16_t backend;
	uint32_t page_size;
	uint32_t features;
	uint64_t start_ns;
	const char *kernel;	/* uname -r */
	const char *exe;	/* path of the first program, resolved */
	const char *cwd;
	char *const *argv;
	const struct scap_cpuid *cpuid;
	uint32_t ncpuid;
};

/* ---- writing ---- */

struct scap_writer;

struct scap_writer_stats {
	uint64_t events, blocks;
	uint64_t raw_bytes;	/* events as emitted */
	uint64_t file_bytes;	/* as stored, everything included */
	uint64_t content_bytes;	/* of stored file contents, raw */
	uint64_t blocks_raw;	/* blocks kept uncompressed, for haste or since they do not shrink */
	unsigned int backlog;	/* most blocks that ever waited for the disk or for zstd */
};

/*
 * Starts trace @path (mode 0600); an existing file is kept as @path.old, a
 * device or pipe is written to as it is. Compression and writing happen in a
 * thread of the writer's own (which inherits the caller's CPU affinity: open
 * before pinning), so that a caller never waits for a disk unless the backlog
 * limit (16 MiB) is reached. The thread takes what is committed several times
 * a second, whether the block is full or not and without the caller's help.
 * All calls but scap_writer_error() belong to one thread at a time.
 * Returns 0 or -errno with @err filled.
 */
int scap_writer_open(struct scap_writer **w, const char *path, const struct scap_header *h,
		     struct scap_error *err);

/*
 * Room for a record of at most @size bytes (<= SCAP_EVENT_MAX), to be filled in
 * place and handed over by scap_writer_commit() before any other call. Hot
 * path: no allocation and no system call unless the block is full. Never NULL:
 * after a write error the room is there but what goes in is thrown away, and
 * scap_writer_error() tells.
 */
void *scap_writer_reserve(struct scap_writer *w, size_t size);

/* The reserved record is complete; its length is its own event.size. It is checked. */
void scap_writer_commit(struct scap_writer *w);

/*
 * In what was reserved stand @n records one behind the other, @size bytes in all
 * (<= SCAP_EVENT_MAX): complete and well-formed, by the caller's word.
 */
void scap_writer_commit_run(struct scap_writer *w, size_t size, uint32_t n);

/*
 * From now on @tap gets each record as it is committed, in the committer's
 * thread; it may not use the writer. NULL: no more.
 */
void scap_writer_tap(struct scap_writer *w, void (*tap)(void *ctx, const struct scap_event *e),
		     void *ctx);

/* reserve + copy + commit of one whole record. */
void scap_writer_put(struct scap_writer *w, const struct scap_event *e);

/*
 * Adds @len bytes at @offset to stored content @object (see struct scap_ev_map).
 * Must come before the MAP record that first names it. What is never added
 * reads as zeros, up to the highest byte added; a later byte wins.
 */
void scap_writer_content(struct scap_writer *w, uint64_t object, uint64_t offset,
			 const void *bytes, size_t len);

/* First error, or NULL: a full disk ends the trace, not the program. Thread-safe. */
const struct scap_error *scap_writer_error(struct scap_writer *w);

/* Writes out everything, index and footer; frees @w. @stats may be NULL. */
int scap_writer_close(struct scap_writer *w, struct scap_writer_stats *stats,
		      struct scap_error *err);

/*
 * Copies trace @from to @to (as scap_writer_open() creates it) with all blocks
 * compressed at zstd's @level, 1 to 19. @stats (may be NULL) is the new file's.
 * Of a trace that is cut off the sound part is copied and made whole: then
 * -EUCLEAN, with @err saying where it ended.
 */
int scap_trace_recompress(const char *from, const char *to, int level,
			  struct scap_writer_stats *stats, struct scap_error *err);

/* ---- reading ---- */

struct scap_reader;

/*
 * Opens @path ("-": standard input). Refuses, each with its own words: empty
 * files, text, sysdig captures, other major versions. Returns 0 or -errno.
 */
int scap_reader_open(struct scap_reader **r, const char *path, struct scap_error *err);

/* What the trace says of its recording; @r's, until it is closed. */
const struct scap_header *scap_reader_header(const struct scap_reader *r);

/*
 * Next event, in file order; valid until the next call. Already checked by
 * scap_event_valid(). Returns 1; 0 at the proper end; -EUCLEAN behind the last
 * whole block of a file that is cut off or damaged, with @err saying so (what
 * came before is sound); -EIO, -ENOMEM.
 */
int scap_reader_next(struct scap_reader *r, const struct scap_event **e,
		     struct scap_error *err);

/* Events handed out so far. */
uint64_t scap_reader_count(const struct scap_reader *r);

/*
 * Bytes of stored content @object at @offset into @buf. Returns the number of
 * bytes (short at the end of the content), -ENOENT: no such object, -EUCLEAN.
 * Works on seekable files only (-ESPIPE).
 */
ssize_t scap_reader_content(struct scap_reader *r, uint64_t object, uint64_t offset,
			    void *buf, size_t len, struct scap_error *err);

/* Frees @r and everything it has handed out; NULL is allowed. */
void scap_reader_close(struct scap_reader *r);

/* ---- showing ---- */

/*
 * One event as a line of text, strace-like, without a newline, safe for a
 * terminal. Always NUL-terminated; returns the length it wanted, as
 * snprintf(3) does. @h: the trace's header (architecture).
 */
int scap_event_text(char *buf, size_t size, const struct scap_header *h,
		    const struct scap_event *e);

/* Signal and errno names: "SIGSEGV", "ENOENT"; NULL when unknown. */
const char *scap_signal_name(int signo);
const char *scap_errno_name(int code);

#endif
