/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside of scap-diff. Each trace is read once, and of every step of every task
 * (a call, however it was split, is one) 24 bytes go to a temporary file: hashes
 * of what counts, of what it asks for and of what varies by itself. Then tasks
 * are matched, each pair of them aligned within a window, and only the
 * neighbourhood of the differences is read again.
 *
 * Rooms: diff-steps.c (records become steps), diff-outputs.c (the output of one
 * call), diff-idle.c (waiting folded), diff-spill.c (steps on disk), diff-tree.c
 * (who created whom), diff-match.c (which task is which), diff-align.c,
 * diff-anchor.c, diff-pair.c, diff-loop.c (which step is which), diff-chance.c (what was passed
 * over), diff-turns.c (the order of threads), diff-gather.c (the events of what differs), diff-beyond.c (long output), diff-rank.c (causes and what
 * follows from them), diff-words.c (sentences), diff-text.c, diff-json.c and
 * diff-html.c (the report), detail.c (inside a difference), diff.c (the whole).
 *
 * Memory is bounded by the number of tasks and by the window, time is linear.
 */
#ifndef SCAP_DIFF_H
#define SCAP_DIFF_H

#include <format/divergence.h>
#include <format/fields.h>

/* ---- the whole (diff.c) ---- */

/*
 * @strict:  SCAP_COMPARE_EXACT instead of what two recordings have in common
 * @all:     list what was passed over, and every difference that was kept
 * @colour:  for a terminal
 * @context: steps to show before a difference
 */
struct scap_diff_options {
	bool strict, all, colour;
	enum scap_report_format format;
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

/* ---- steps on disk (diff-spill.c) ---- */

/*
 * @hash:   of all that counts
 * @event:  number of its last event
 * @kind:   of event; for calls SCAP_EV_TYPES and the number
 * @idle:   it only waits, looks at the clock, or will be tried again
 * @entry:  hash of what it asks for; of a fork the task it makes; of a signal whether it was
 *          sent; of a task's end its status
 * @chance: hashes of what varies by itself, by enum scap_chance less one; 0: nothing
 */
struct diff_record {
	uint64_t hash;
	uint64_t event : 40, kind : 16, idle : 1;
	uint32_t entry;
	uint8_t chance[SCAP_CHANCES - 1];
};
static_assert(sizeof(struct diff_record) == 24, "temporary files grow by this for each step");

/* Records in sequence. @first: their first chunk; @n: how many; @buffer: while it is written */
struct diff_stream {
	uint64_t first, n;
	struct diff_buffer *buffer;
};

struct diff_tree;
struct diff_spill;
int diff_spill_open(struct diff_spill **s, struct scap_error *err);
void diff_spill_close(struct diff_spill *s);
/* Appends @r to @stream. 0 or -errno. */
int diff_spill_add(struct diff_spill *s, struct diff_stream *stream, const struct diff_record *r);
/* No more will be added to @stream. */
int diff_spill_flush(struct diff_spill *s, struct diff_stream *stream);

/* A stream, or an array, being read from its beginning. @tree: its forks make tasks of this one */
struct diff_source {
	struct diff_spill *spill;
	const struct diff_tree *tree;
	const struct diff_record *array;
	uint64_t left;
	struct diff_buffer *buffer;
};
int diff_source_open(struct diff_source *src, struct diff_spill *s, const struct diff_stream *stream,
		     const struct diff_tree *tree);
void diff_source_array(struct diff_source *src, const struct diff_record *r, uint64_t n);
/* 1; 0 behind the last; -errno */
int diff_source_next(struct diff_source *src, struct diff_record *r);
void diff_source_close(struct diff_source *src);

/* ---- who created whom (diff-tree.c) ---- */

#define DIFF_NONE UINT32_MAX

/*
 * A task of one trace.
 * @parent:   task that created it; 0: not recorded
 * @process:  task that leads its process; @thread: it is none itself
 * @ordinal:  which child of its parent, from 1; @members: tasks of a process so far
 * @pair:     task of the other trace that it is compared with, or DIFF_NONE; @match: a
 *            number for the two, and for no other
 * @programs: hash of what it ran; @program: the last, or NULL
 * @begins, @ends: numbers of its first and last step's events
 * @status:   as it ended, if it did
 * @steps:    what it did
 * @order:    of a process: when its threads took turns; @last: who ran
 * @counted:  steps so far that are not idle
 * @switched: of a process: event of the first hand-over in user code; 0: there is none
 * @turn:     of a process, once it was @asked: events of either trace from which on its threads
 *            took turns in another order; 0: they did not
 */
struct diff_task {
	uint32_t parent, process, ordinal, member;
	uint32_t first_child, last_child, next;
	uint32_t pair;
	uint64_t match;
	bool thread;
	uint64_t programs;
	const char *program;
	uint64_t begins, ends;
	uint32_t status;
	struct diff_stream steps, order;
	uint32_t members, last;
	uint64_t counted, switched, turn[2];
	bool asked;
};

/* @task[0] is the root, parent of tasks whose creation was not recorded. */
struct diff_tree {
	struct diff_task *task;
	uint32_t n, cap;
	char **program;
	size_t nprograms;
};

int diff_tree_init(struct diff_tree *t);
void diff_tree_free(struct diff_tree *t);
/* A new child of task @parent; DIFF_NONE: no memory. */
uint32_t diff_tree_add(struct diff_tree *t, uint32_t parent, bool thread);
/* Task @task runs @path from now on. 0 or -ENOMEM. */
int diff_tree_program(struct diff_tree *t, uint32_t task, const char *path);
/* "1.3.2": the second child of the third child of the first program. */
void diff_task_name(const struct diff_tree *t, uint32_t task, char *buf, size_t size);

/* ---- which task is which (diff-match.c) ---- */

/* Sets @pair of all tasks of both: by order of creation and by what they run. 0 or -errno. */
int diff_match(struct diff_tree tree[2]);

/* ---- records become steps (diff-steps.c) ---- */

struct diff_outputs;

/*
 * A task during a pass.
 * @task:    its number in order of creation, from 1: index in the tree
 * @entered: a SYSCALL_ENTER, whose hash is @entry, waits for its end
 * @begins:  the first event of the step that is under way; 0: none is
 * @outputs: gathered from DATA and FILE records; NULL: none
 * @fused:   the record in the making, for tasks that are wanted only
 * @idle:    the pass's own
 * @program: what it runs; the pass's
 */
struct diff_live {
	struct diff_live *next;
	uint32_t tid, task;
	bool entered;
	uint16_t entry_kind;
	uint64_t entry, entry_event, begins;
	uint64_t chance[SCAP_CHANCES];
	struct diff_outputs *outputs;
	struct scap_event *fused;
	struct diff_idle *idle;
	const char *program;
};

/* A step. @begins: number of its first event; @fused: the whole event, for tasks that are wanted only */
struct diff_step {
	struct diff_record r;
	uint64_t begins;
	const struct scap_event *fused;
};

/* Returns 0 to go on, DIFF_ENOUGH to end the pass, -errno. */
#define DIFF_ENOUGH 1

/*
 * One pass over a trace.
 * @how:     SCAP_COMPARE_*
 * @wanted:  for each task whether its events are to be put together; NULL: of none
 * @on_task: a task begins; may be NULL
 * @on_end:  a task is over (or the trace is); may be NULL
 * @on_switch: a thread is interrupted in user code for another; may be NULL
 * @on_lost: so many events are missing (capture-only traces); may be NULL
 */
struct diff_walk {
	unsigned int how;
	const bool *wanted;
	int (*on_task)(void *ctx, uint32_t parent, bool thread);
	int (*on_step)(void *ctx, struct diff_live *live, const struct diff_step *step);
	int (*on_end)(void *ctx, struct diff_live *live);
	void (*on_switch)(void *ctx, const struct diff_live *live, uint64_t event);
	void (*on_lost)(void *ctx, uint64_t events);
	void *ctx;
};

/*
 * Walks the rest of @r. Returns 0, or what a callback or scap_reader_next()
 * returned below 0: -EUCLEAN after all events that are sound.
 */
int diff_walk(const struct diff_walk *walk, struct scap_reader *r, struct scap_error *err);

/* ---- output of one call (diff-outputs.c) ---- */

/* Outputs of one call: the arguments' memory, memory of no argument, bytes sent, bytes of files. */
enum { DIFF_SLOT_NO_ARG = 6, DIFF_SLOT_ECHO, DIFF_SLOT_FILE, DIFF_SLOTS };
/* Which of them @s is a piece of; DIFF_SLOTS: of none. */
unsigned int diff_output_slot(const struct scap_span *s);

struct diff_outputs *diff_outputs_new(void);
void diff_outputs_free(struct diff_outputs *o);
void diff_outputs_reset(struct diff_outputs *o);
/* Adds all output in @e, a piece or the closing record. 0 or -ENOMEM. */
int diff_outputs_add(struct diff_outputs *o, const struct scap_event *e);
/*
 * Folds what was added into @hash, and what varies by itself into @chance. @row: of
 * the call; NULL: all of it counts. To be asked once.
 */
uint64_t diff_outputs_hash(uint64_t hash, struct diff_outputs *o, const struct scap_header *h,
			   const struct scap_sysinfo *row, uint64_t chance[SCAP_CHANCES]);
/* @hash with one more fact. */
uint64_t diff_mix(uint64_t hash, uint64_t what, uint64_t value);

/* ---- records put together (diff-fuse.c) ---- */

/*
 * Adds record @e to the one in the making (@live->fused, allocated here). A
 * closing record completes it; what does not fit into one record is left out.
 */
int diff_fuse(struct diff_live *live, const struct scap_event *e);

/* ---- waiting (diff-idle.c) ---- */

/* Of a run of idle steps the last few of different kinds are kept. */
#define DIFF_IDLE_KEPT 4

/*
 * Takes the next step of @live. Returns how many records are to be kept now, in
 * order, in @out: none for an idle step, else those that were held back and the step
 * itself. -ENOMEM.
 */
int diff_idle_take(struct diff_live *live, const struct diff_record *r,
		   struct diff_record out[DIFF_IDLE_KEPT + 1]);
/* What is still held back, at the end of @live. */
int diff_idle_end(struct diff_live *live, struct diff_record out[DIFF_IDLE_KEPT + 1]);

/* ---- what was passed over (diff-chance.c) ---- */

/* A step whose answer varies by itself, and did. */
struct diff_passed {
	uint16_t kind;
	uint8_t chance;
	uint64_t event[2];
};
#define DIFF_PASSED 6

/* Calls of one kind in which one kind of chance was at work. @event: the first, in both */
struct diff_chance_seen {
	uint64_t times, event[2];
};
#define DIFF_KINDS 1024

/*
 * @seen:   over all tasks, by kind (the last is for all others) and chance
 * @recent: of the task at hand, the last of each kind
 */
struct diff_chances {
	struct diff_chance_seen seen[DIFF_KINDS][SCAP_CHANCES];
	struct diff_passed recent[DIFF_PASSED];
	unsigned int nrecent;
};

/* Two steps that are the same in all that counts. */
void diff_chances_note(struct diff_chances *c, const struct diff_record *a, const struct diff_record *b);
/*
 * What of the @n at @p may have decided, likeliest first, by the same names: random numbers, then
 * the nearest.
 */
void diff_suspects_text(const struct diff_passed *p, unsigned int n, const struct scap_header *h,
			char *buf, size_t size);
/* "getrandom (event 2), getpid (event 1)": the nearest first; "" if there is none. */
void diff_passed_text(const struct diff_passed *p, unsigned int n, const struct scap_header *h,
		      char *buf, size_t size);
/* "ids", ... */
const char *diff_chance_name(unsigned int chance);
/* What step kind @kind is called: "getpid". */
const char *diff_kind_name(const struct scap_header *h, unsigned int kind, char buf[32]);

/* ---- loops (diff-loop.c) ---- */

/* Steps that a loop may have, and of which a report names the calls. */
#define DIFF_LOOP_MAX 32
#define DIFF_LOOP_SHOWN 6

/* @period: how many steps it has; 0: there is none; @body: their kinds */
struct diff_loop {
	unsigned int period;
	uint16_t body[DIFF_LOOP_MAX];
};
/* Whether @n steps, behind @before others at @r, are a loop that goes on: not always a whole number of times. */
bool diff_loop_find(const struct diff_record *r, size_t before, size_t n, struct diff_loop *loop);
/* How many of @n steps are the loop once more; 0: it does not go on. */
size_t diff_loop_once(const struct diff_loop *loop, const struct diff_record *r, size_t n);
/* "read, write" */
void diff_loop_text(const struct diff_loop *loop, const struct scap_header *h, char *buf, size_t size);

/* ---- which step is which (diff-align.c) ---- */

/*
 * What one has in the place of what the other has.
 * @n:      steps of either side; 1 and 1: the same step with another answer or argument
 * @event:  the first of them; 0: none
 * @near:   the last step before them
 * @ended:  nothing comes behind them on this side
 * @parted: no common course was found again
 * @equal:  steps since the last difference that are the same
 * @loop:   one has these steps, and they are a loop that ran more often there, whole times
 * @later:  one has these steps ahead of a signal that both got: its @event in the other
 */
struct diff_gap {
	uint64_t n[2], event[2], near[2];
	bool ended[2], parted;
	uint64_t equal;
	struct diff_loop loop;
	bool later;
};

/*
 * @on_equal: two steps that are the same in all that counts
 * @on_gap:   returns 0 or -errno
 */
struct diff_listener {
	void (*on_equal)(void *ctx, const struct diff_record *a, const struct diff_record *b);
	int (*on_gap)(void *ctx, const struct diff_gap *gap);
	void *ctx;
};

struct diff_aligner;
struct diff_aligner *diff_aligner_new(void);
void diff_aligner_free(struct diff_aligner *al);
/* Aligns all of @a with all of @b. 0 or -errno. */
int diff_align(struct diff_aligner *al, struct diff_source *a, struct diff_source *b,
	       const struct diff_listener *l);

/* ---- looking for the common course (diff-anchor.c) ---- */

#define DIFF_WINDOW 4096

struct diff_anchors;
struct diff_anchors *diff_anchors_new(void);
void diff_anchors_free(struct diff_anchors *x);
/* Where in @a and @b, as early as possible, a run of equal steps begins. */
bool diff_anchor_find(struct diff_anchors *x, const struct diff_record *a, size_t n,
		      const struct diff_record *b, size_t m, size_t at[2]);

/* ---- pairs within a gap (diff-pair.c) ---- */

#define DIFF_PAIR_MAX 256

struct diff_pair {
	uint16_t a, b;
};

struct diff_pairing;
struct diff_pairing *diff_pairing_new(void);
void diff_pairing_free(struct diff_pairing *p);
/* The best pairs, in order, into @out (as many as the shorter side). Sides: up to DIFF_PAIR_MAX. */
size_t diff_pair_up(struct diff_pairing *p, const struct diff_record *a, size_t n,
		    const struct diff_record *b, size_t m, struct diff_pair *out);

/* ---- the order of threads (diff-turns.c) ---- */

struct diff_result;
/* What a turn is known by: step @n of thread @member of its process comes after another thread's. */
static inline uint64_t diff_turn(uint32_t member, uint64_t n)
{
	return (uint64_t)member << 40 | n;
}
/* Sets of all findings whether, and where, threads took turns otherwise before. 0 or -errno. */
int diff_find_turns(struct diff_result *r, struct diff_spill *spill);

/* ---- what differs, with its events (diff-gather.c, diff-rank.c) ---- */

enum diff_class {
	DIFF_CLASS_RESULT,	/* the kernel answered differently */
	DIFF_CLASS_OUTPUT,	/* ... gave other bytes */
	DIFF_CLASS_SIGNAL,
	DIFF_CLASS_PROGRAM,	/* another file, or other limits */
	DIFF_CLASS_ORDER,	/* of threads */
	DIFF_CLASS_CHANCE,	/* only what varies by itself differed before */
	DIFF_CLASS_INPUT,	/* the program passed other bytes */
	DIFF_CLASS_ARGUMENT,
	DIFF_CLASS_CALL,	/* missing, extra, or another */
	DIFF_CLASS_END,
	DIFF_CLASSES
};

/*
 * One difference.
 * @task:    in either trace
 * @passed:  what varied by itself before it, the last in front
 * @event:   the two events, where there are any; @before: the steps ahead of it
 * @program: what the task runs, fit to be printed; "": not known
 * @begins:  the first events of their steps
 * @difference: between the two events; @excerpt: its own, if any; @beyond: to be looked for in output
 *           that they do not hold
 * @cause:   index of the finding that it follows from; its own: it is a cause
 * @leads:   to what: 0 nothing, 1 other data, 2 another course of the program, 3 at once
 * @order:   where the threads of its process first took turns in another order; 0: nowhere before
 * @ordered: the process (of the first trace) whose threads those are: its own, or one that it comes from
 * @in_user_code: in what order calls do not tell: @order is where a thread first was interrupted
 * @swapped: the thread (of the first trace) with which this one has changed places; 0: none
 */
struct diff_finding {
	struct diff_gap gap;
	uint32_t task[2];
	struct diff_passed passed[DIFF_PASSED];
	unsigned int npassed;
	struct scap_event *event[2];
	struct scap_history *before;
	char program[256];
	uint64_t begins[2];
	struct scap_difference difference;
	struct scap_excerpt *excerpt;
	bool beyond;
	enum diff_class class;
	uint32_t cause;
	uint8_t leads;
	uint64_t order[2];
	uint32_t ordered;
	bool in_user_code;
	uint32_t swapped;
};

/*
 * Everything known in the end.
 * @finding:   those kept, ranked: @causes causes first, and then what follows from them
 * @found:     how many differences there are in all; @gathered: those with events
 * @steps:     of either trace; @equal: that are the same; @last: number of the last step's event
 * @same_argv, @cut: the command lines are the same; the trace is cut off
 */
struct diff_result {
	const struct scap_diff_options *options;
	const char *names[2];
	const struct scap_header *header;
	struct diff_tree tree[2];
	struct diff_chances *chances;
	struct diff_finding *finding;
	size_t nfindings, cap, causes;
	uint64_t found, equal, steps[2], last[2];
	bool same_argv, cut[2];
	bool capture_only[2];
	uint64_t lost[2];
};

/* Where it stands in trace @side, or would. */
uint64_t diff_place(const struct diff_finding *f, int side);
/* Reads events and what came before of the findings kept. 0 or -errno. */
int diff_gather(struct diff_result *r, struct scap_error *err);
/* Finds what differs in the findings' events. */
void diff_compare(struct diff_result *r);
/* Where that is in output which the events do not hold, reads it again (diff-beyond.c). 0 or -errno. */
int diff_look_beyond(struct diff_result *r, struct scap_error *err);
/* Classes the findings, and says which are causes. */
void diff_rank(struct diff_result *r);
/* Whether @e is a call, put together from its records, that was still under way when its task was killed. */
bool diff_never_returned(const struct scap_event *e);
/* "result", ... */
const char *diff_class_name(enum diff_class class);

/* ---- the report ---- */

/* In words (diff-words.c): the difference in one sentence, without an end; */
void diff_sentence(const struct diff_result *r, const struct diff_finding *f, char *buf, size_t size);
/* "process 1.2"; */
void diff_who(const struct diff_result *r, const struct diff_finding *f, char *buf, size_t size);
/* How many times more a loop ran; 0: it is none. */
uint64_t diff_loop_times(const struct diff_finding *f);
/* "event 3 of A, 4 of B". */
void diff_where(const struct diff_finding *f, char *buf, size_t size);
/* What it probably means, and what to try; NULL: nothing is known. */
void diff_meaning(const struct diff_finding *f, const char **reason, const char **advice);

void diff_text(const struct diff_result *r, FILE *out);
void diff_json(const struct diff_result *r, FILE *out);
void diff_html(const struct diff_result *r, FILE *out);

#endif
