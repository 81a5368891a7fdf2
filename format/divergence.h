/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where two executions part: one comparison and one report for scap-replay
 * (recorded against replayed) and scap-diff (one trace against another).
 *
 * Comparing: an event is a list of fields (number, arguments, input, result,
 * output, ...). scap_event_compare() names the first that differs.
 * Reporting: fill a struct scap_divergence, print it.
 */
#ifndef SCAP_DIVERGENCE_H
#define SCAP_DIVERGENCE_H

#include <format/format.h>

/* ---- comparing ---- */

enum scap_field {
	SCAP_FIELD_NONE,	/* nothing differs */
	SCAP_FIELD_TYPE,	/* kind of event */
	SCAP_FIELD_NR,		/* number of the call */
	SCAP_FIELD_ARG,		/* argument @arg */
	SCAP_FIELD_INPUT,	/* memory passed in; @arg says behind which argument, if known */
	SCAP_FIELD_RESULT,
	SCAP_FIELD_OUTPUT,	/* memory that the kernel wrote; @arg as above */
	SCAP_FIELD_LARGE,	/* output beyond what one event holds */
	SCAP_FIELD_ECHO,	/* bytes sent without passing through memory */
	SCAP_FIELD_FILE,	/* bytes written into a mapped file */
	SCAP_FIELD_PROGRAM,	/* EXEC, MAP: which file */
	SCAP_FIELD_MAP,		/* shape of a mapping */
	SCAP_FIELD_LIMITS,	/* EXEC: resource limits */
	SCAP_FIELD_SIGNO,
	SCAP_FIELD_PLACE,	/* SIGNAL: place or action */
	SCAP_FIELD_SIGINFO,
	SCAP_FIELD_IP,		/* address of the instruction */
	SCAP_FIELD_REGS,	/* registers; @offset / 8 is the index in struct scap_regs */
	SCAP_FIELD_FPREGS,
	SCAP_FIELD_POINT,	/* state in user code */
	SCAP_FIELD_VALUE,	/* TRAP: value; FORK: flags; GAP: count; MEM: cause; META */
	SCAP_FIELD_STATUS,	/* TASK_EXIT */
	SCAP_FIELD_TASK,	/* thread or process id */
	SCAP_FIELD_END,		/* one execution goes on where the other has ended */
	SCAP_FIELDS
};

/* What to compare; 0: what two recordings of one program should have in common. */
#define SCAP_COMPARE_EXACT 0x1u	/* also ids, clocks, addresses, random numbers: one recording and its replay */
#define SCAP_COMPARE_ENTRY 0x2u	/* a call as it is made: nothing of its result and output */

#define SCAP_EXCERPT 64
/* Of them ahead of the first that differs, if there are so many. */
#define SCAP_EXCERPT_LEAD 16

/* Bytes of both sides around the first that differs: @n[] of them, from byte @from on. */
struct scap_excerpt {
	uint64_t from;
	unsigned int n[2];
	uint8_t bytes[2][SCAP_EXCERPT];
};

/*
 * The first field that differs.
 * @expected, @actual: values, or lengths where the field is bytes
 * @offset:    of the first byte that differs; the two texts show what is there
 * @is_bytes:  the field is bytes rather than a number
 * @exact:     nothing was passed over (SCAP_COMPARE_EXACT)
 * @excerpt:   whoever found it keeps these: the events do not hold the bytes; NULL: they do
 */
struct scap_difference {
	enum scap_field field;
	uint8_t arg;
	bool is_bytes, exact;
	uint64_t expected, actual;
	uint64_t offset;
	uint8_t expected_bytes[16], actual_bytes[16];
	uint8_t nexpected, nactual;
	const struct scap_excerpt *excerpt;
};

/*
 * Compares two events of traces (or an event and what a replayed program just
 * did, put into the same form) of architecture @h->arch. SYSCALL, ENTER and
 * EXIT count as one kind: of an ENTER only the entry is compared, of an EXIT
 * only the result and output. Returns true if they are the same, else false
 * with @d (may be NULL) filled.
 */
bool scap_event_compare(const struct scap_header *h, const struct scap_event *expected,
			const struct scap_event *actual, unsigned int how,
			struct scap_difference *d);

/* Whether the finished call @c only waited, looked at the clock, or will be tried again (varying.def). */
bool scap_call_idles(const struct scap_header *h, const struct scap_ev_syscall *c);

/* ---- the last events ---- */

/* Keeps copies of the last events, each with its number and thread. */
struct scap_history;
struct scap_history *scap_history_new(unsigned int events);
/* Adds @e; cheap enough for every event (one memcpy, memory reused). NULL @hist: nothing. */
void scap_history_add(struct scap_history *hist, uint64_t number, const struct scap_event *e);
/* As it is now; NULL: out of memory. */
struct scap_history *scap_history_copy(const struct scap_history *hist);
/* The @i-th of the last events, oldest first, and its number; NULL: there are no more. */
const struct scap_event *scap_history_at(const struct scap_history *hist, unsigned int i,
					 uint64_t *number);
/* Where the last @most of them begin; 0: all. */
unsigned int scap_history_from(const struct scap_history *hist, unsigned int most);
void scap_history_free(struct scap_history *hist);

/* ---- reporting ---- */

enum scap_report_format { SCAP_REPORT_TEXT, SCAP_REPORT_JSON, SCAP_REPORT_HTML };

/* "text", "json" or "html" into @format; false: it is none of them. */
bool scap_report_format_named(const char *name, enum scap_report_format *format);

/* In plain words; NULL: nothing is known. */
struct scap_meaning {
	const char *reason, *advice;
};

/* What difference @d usually means: of two recordings, or of a recording and its replay. */
struct scap_meaning scap_meaning_of(const struct scap_difference *d, bool recordings);

/* An event that may have been the cause. @shares: bytes of it are in what the program does now */
struct scap_suspect {
	uint64_t number;
	const struct scap_event *event;
	bool shares;
};

/* Where an address that differs lies. @side: 0 of @expected, 1 of @actual */
struct scap_address {
	unsigned int side;
	uint64_t addr;
	char map[300];
};

/* Call stack of a thread, a frame a line, indented. */
struct scap_backtrace {
	uint32_t tid;
	const char *text;
};

/*
 * A divergence. All pointers are the caller's and may be NULL.
 * @program:  who reports ("scap-replay"), @trace: of which file
 * @recordings: the two sides are two recordings, not a recording and its replay
 * @labels:   how the two sides are called, e.g. { "recorded", "replayed" }
 * @place:    where, in words; instead of @event, @tid, @pid
 * @event:    number of the expected event, counted from 1 over the file; 0: none
 * @tid, @pid: in the recording's numbers; @exe: program it runs
 * @expected, @actual: the two events; or instead, where there is none, words:
 * @expected_text, @actual_text ("SIGSEGV at 0x401136", "nothing: the program has ended")
 * @difference: what differs; field NONE: found by comparing the two events,
 *             all fields as they are; @what: the same in words
 * @colour:   for a terminal
 * @passed_over: what differed before, but does not count, in words
 * @suspects: what may have been the cause, the likeliest first; @nsuspects of them
 * @unsuspected: why nobody looked for that, in words
 * @before:   events before this one, printed oldest first: the last @nbefore, 0: all
 * @also:     other reasons there may be, in words, ended by NULL
 * @address: of those that differ, @naddresses; @backtrace: of the threads, @nbacktraces
 * @reason, @advice: plain words; NULL: what is usual for such a difference
 */
struct scap_divergence {
	const char *program, *trace;
	const char *labels[2];
	const char *place;
	bool recordings;
	uint64_t event;
	uint32_t tid, pid;
	const char *exe;
	const struct scap_event *expected, *actual;
	const char *expected_text, *actual_text;
	struct scap_difference difference;
	const char *what;
	bool colour;
	const struct scap_suspect *suspects;
	unsigned int nsuspects;
	const char *unsuspected;
	const struct scap_history *before;
	unsigned int nbefore;
	const char *passed_over;
	const char *reason, *advice;
	const char *const *also;
	const struct scap_address *address;
	unsigned int naddresses;
	const struct scap_backtrace *backtrace;
	unsigned int nbacktraces;
};

/* Prints the report, a dozen lines. @h: header of the trace. */
void scap_divergence_print(FILE *out, const struct scap_header *h,
			   const struct scap_divergence *d);
/* The same as one JSON object (DIFF-JSON.md), and as a page by itself. */
void scap_divergence_json(FILE *out, const struct scap_header *h, const struct scap_divergence *d);
void scap_divergence_html(FILE *out, const struct scap_header *h, const struct scap_divergence *d);

/*
 * The difference in one line without newline, e.g. "argument 3 of write:
 * 17 recorded, 18 replayed". @e: either event, for names. As snprintf(3).
 */
int scap_difference_text(char *buf, size_t size, const struct scap_header *h,
			 const struct scap_event *e, const struct scap_difference *d,
			 const char *const labels[2]);

#endif
