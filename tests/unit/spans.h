/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Plans carried out for tests: spans collected in a list, memory either faked
 * (a window of bytes at an address of one's choice) or the test's own.
 */
#ifndef SPANS_H
#define SPANS_H

#include <scap/plan.h>

struct span {
	__u64 addr, len;
	__u8 kind, arg;
	bool string;
};

#define SPANS_MAX 8192
#define IOV_ROOM 16

/* One call and what was planned for it. @call.iov is @iov. */
struct spans {
	struct scap_plan plan;
	struct scap_call call;
	struct scap_iov iov[IOV_ROOM];
	struct span span[SPANS_MAX];
	unsigned int n;
	unsigned int gets;	/* how often the plan looked at memory */
};

/* Memory that a fake program has: @bytes at FAKE, FAKE_SIZE of it; all else faults. */
#define FAKE 0x10000ull
#define FAKE_SIZE 0x10000u
extern unsigned char fake[FAKE_SIZE];
#define AT(offset) (FAKE + (offset))
#define BAD 0x7000ull		/* no memory there */

/* The accessor of it. */
extern const struct scap_mem fake_mem;

/* A cmocka set-up: all of it zero. */
int spans_reset(void **state);

/* Puts a value or bytes at a fake address. */
void fake_put(__u64 addr, const void *bytes, size_t len);
#define FAKE_PUT(addr, type, value) fake_put(addr, &(type){ value }, sizeof(type))

/* An iovec at a fake address. */
void fake_iov(__u64 at, __u64 base, __u64 len);

/* Starts anew: syscall @name on fake memory with these arguments. */
void spans_fake(struct spans *s, const char *name, const __u64 args[6]);
#define FAKE_CALL(s, name, ...) spans_fake(s, name, (const __u64[6]){ __VA_ARGS__ })

/* The same in the test's own memory. */
void spans_own(struct spans *s, const char *name, const __u64 args[6]);

/* Entry or exit plan; spans are collected from the beginning. Returns the plan's return. */
int spans_entry(struct spans *s);
int spans_exit(struct spans *s, long result);
/* What the call may write, planned between the two. */
int spans_reach(struct spans *s);

/* Fails the test unless span @i is exactly this. */
void assert_span(const struct spans *s, unsigned int i, int kind, int arg, __u64 addr, __u64 len);
#define assert_in(s, i, arg, addr, len) assert_span(s, i, SCAP_SPAN_IN, arg, addr, len)
#define assert_out(s, i, arg, addr, len) assert_span(s, i, SCAP_SPAN_OUT, arg, addr, len)

/* Whether some OUT span covers the byte at @addr. */
bool spans_cover(const struct spans *s, __u64 addr);

#endif
