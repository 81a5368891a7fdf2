/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside of scap-diff. Two traces are compared task by task, each task's events
 * fused into steps (a call, however it was split, is one). Rooms: diff-tasks.c
 * (which task of one trace is which of the other), diff-steps.c (records
 * become steps and hashes), diff-outputs.c (the output of one call),
 * diff-spill.c (hashes on disk), diff.c (the passes), diff-report.c (the
 * differing steps with their context).
 *
 * Memory is bounded by the number of tasks, time is linear: the hashes of one
 * trace go to a temporary file, those of the other are compared with them, and
 * only the neighbourhood of the differences is read again.
 */
#ifndef SCAP_DIFF_H
#define SCAP_DIFF_H

#include <format/divergence.h>

/* ---- the whole (diff.c) ---- */

/*
 * @strict:  SCAP_COMPARE_EXACT instead of what two recordings have in common
 * @context: steps to show before a difference
 */
struct scap_diff_options {
	bool strict;
	unsigned int context;
};

enum { SCAP_DIFF_EQUAL = 0, SCAP_DIFF_DIFFERENT = 1 };

/*
 * Compares traces @a and @b and writes the report to @out. Returns one of the
 * above, or -errno with @err filled. A trace that is cut off is compared as far
 * as it goes; then -EUCLEAN, unless a difference was found before (@err tells,
 * code 0: both traces were whole).
 */
int scap_diff(const char *a, const char *b, const struct scap_diff_options *o, FILE *out,
	      struct scap_error *err);

/* ---- tasks (diff-tasks.c) ---- */

#define DIFF_NONE UINT32_MAX
#define DIFF_EVENT_UNKNOWN UINT64_MAX

/*
 * First difference of a task.
 * @step:  its index in the task
 * @event: its number in either trace; 0 where the task has already ended
 */
struct diff_found {
	bool differs;
	bool wanted;		/* chosen for the report */
	uint64_t step;
	uint64_t event[2];
};

/*
 * A task of either trace: the same place in the tree of creation is the same task.
 * @ordinal:   which child of its parent, from 1
 * @process:   index of the task that leads its process
 * @cursor:    child that the next FORK of the pass makes
 * @chunk:     first chunk of its hashes, and how many hashes there are
 * @compared:  steps of the second trace that were compared
 * @stray:     created after its parent had diverged: nothing to compare with
 */
struct diff_task {
	uint32_t parent, ordinal, process;
	uint32_t first_child, last_child, next, cursor;
	bool in[2];
	bool stray;
	uint64_t chunk, steps, compared;
	struct diff_found found;
};

/* @task[0] is the root, parent of tasks whose creation was not recorded. */
struct diff_tasks {
	struct diff_task *task;
	uint32_t n, cap;
};

int diff_tasks_init(struct diff_tasks *t);
void diff_tasks_free(struct diff_tasks *t);
/* To be called before each pass over a trace. */
void diff_tasks_rewind(struct diff_tasks *t);
/* The next child of task @parent in this pass over trace @side; DIFF_NONE: no memory. */
uint32_t diff_tasks_child(struct diff_tasks *t, uint32_t parent, bool thread, int side);
/* "1.3.2": the second child of the third child of the first program. */
void diff_task_name(const struct diff_tasks *t, uint32_t task, char *buf, size_t size);

/* ---- steps (diff-steps.c) ---- */

struct diff_outputs;
struct diff_buffer;

/*
 * A task during a pass.
 * @steps:   steps so far
 * @entered: a SYSCALL_ENTER, whose hash is @entry, waits for its end
 * @outputs: gathered from DATA and FILE records; NULL: none
 * @fused:   the record in the making, for tasks in the report only
 * @buffer:  the spill's
 * @program: what it runs; owned by the pass
 */
struct diff_live {
	struct diff_live *next;
	uint32_t tid, task;
	uint64_t steps;
	bool entered;
	uint64_t entry, entry_event;
	struct diff_outputs *outputs;
	struct scap_event *fused;
	struct diff_buffer *buffer;
	const char *program;
};

/* A step. @event: number of its last record; @fused: for tasks in the report only */
struct diff_step {
	uint64_t index, event, hash;
	const struct scap_event *fused;
};

/* Returns 0 to go on, DIFF_ENOUGH to end the pass, -errno. */
#define DIFF_ENOUGH 1
typedef int diff_step_fn(void *ctx, struct diff_live *live, const struct diff_step *step);

/*
 * One pass over a trace, side 0 or 1 of the comparison.
 * @how:    SCAP_COMPARE_*
 * @fuse:   put records together for tasks that are wanted
 * @on_end: a task is over (or the trace is); may be NULL
 */
struct diff_walk {
	struct diff_tasks *tasks;
	int side;
	unsigned int how;
	bool fuse;
	diff_step_fn *on_step;
	void (*on_end)(void *ctx, struct diff_live *live);
	void *ctx;
};

/*
 * Walks the rest of @r. Returns 0, or what @on_step or scap_reader_next()
 * returned below 0: -EUCLEAN after all events that are sound.
 */
int diff_walk(const struct diff_walk *walk, struct scap_reader *r, struct scap_error *err);

/* ---- output of one call (diff-outputs.c) ---- */

struct diff_outputs *diff_outputs_new(void);
void diff_outputs_free(struct diff_outputs *o);
void diff_outputs_reset(struct diff_outputs *o);
/* Adds all output in @e, a piece or the closing record. 0 or -ENOMEM. */
int diff_outputs_add(struct diff_outputs *o, const struct scap_event *e);
/*
 * Folds what was added into @hash. @row: of the call, if what varies by itself
 * does not count; else NULL. To be asked once.
 */
uint64_t diff_outputs_hash(uint64_t hash, struct diff_outputs *o, const struct scap_header *h,
			   const struct scap_sysinfo *row);
/* @hash with one more fact. */
uint64_t diff_mix(uint64_t hash, uint64_t what, uint64_t value);

/* ---- records put together (diff-fuse.c) ---- */

/*
 * Adds record @e to the one in the making (@live->fused, allocated here). A
 * closing record completes it; what does not fit into one record is left out.
 */
int diff_fuse(struct diff_live *live, const struct scap_event *e);

/* ---- hashes on disk (diff-spill.c) ---- */

struct diff_hash {
	uint64_t hash, event;
};

struct diff_spill;
int diff_spill_open(struct diff_spill **s, struct scap_error *err);
void diff_spill_close(struct diff_spill *s);
/* Appends to @task, whose buffer is @live's. 0 or -errno. */
int diff_spill_add(struct diff_spill *s, struct diff_task *task, struct diff_live *live,
		   const struct diff_hash *h);
/* @live will add no more. */
int diff_spill_flush(struct diff_spill *s, struct diff_live *live);
/* Hash number @live->steps of @task, in sequence: 1, 0 behind the last, -errno. */
int diff_spill_next(struct diff_spill *s, const struct diff_task *task, struct diff_live *live,
		    struct diff_hash *h);
/* @live will read no more. */
void diff_spill_done(struct diff_live *live);

/* ---- what was passed over before a difference (diff-passed.c) ---- */

/* The last call of its @name whose answer varies by itself, as the first trace has it. */
struct diff_passed {
	const char *name;
	uint64_t step, event, hash;
	bool differs;
};
#define DIFF_PASSED 6

/* @p: DIFF_PASSED of them. To be called for steps of the first trace ... */
void diff_passed_note(struct diff_passed *p, const struct scap_header *h,
		      const struct diff_step *step);
/* ... and then for those of the second. */
void diff_passed_check(struct diff_passed *p, const struct scap_header *h,
		       const struct diff_step *step);
/* Those that differ, in words, the nearest first. Uses @p up. */
void diff_passed_text(struct diff_passed *p, char *buf, size_t size);

/* ---- the report (diff-report.c) ---- */

/* Reports what was found. Returns how many processes differ, or -errno. */
int diff_report(struct diff_tasks *tasks, const struct scap_diff_options *o,
		const char *const names[2], FILE *out, struct scap_error *err);

#endif
