/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The record buffer: one ring per possible CPU, written by the kernel module,
 * read by the recorder through mmap(2).
 *
 * A ring is three areas of /dev/scaprec: the head (one page, read-only to user
 * space), the data (read-only), the tail (one page, the only one that user
 * space writes; the kernel believes nothing in it but what it has checked).
 * Records are those of event.h, one behind the other, none wrapped around the
 * end, plus the types below, which are the ring's own and never reach a trace.
 */
#ifndef SCAP_RING_H
#define SCAP_RING_H

#include <scap/arch.h>
#include <scap/event.h>

/* mmap(2) offset of ring @n's areas. */
#define SCAP_RING_AREAS		4
#define SCAP_RING_STRIDE	(1ull << 32)
#define SCAP_RING_HEAD(n)	(((__u64)(n) * SCAP_RING_AREAS + 0) * SCAP_RING_STRIDE)
#define SCAP_RING_DATA(n)	(((__u64)(n) * SCAP_RING_AREAS + 1) * SCAP_RING_STRIDE)
#define SCAP_RING_TAIL(n)	(((__u64)(n) * SCAP_RING_AREAS + 2) * SCAP_RING_STRIDE)

#define SCAP_RING_MIN		(1ull << 16)
#define SCAP_RING_MAX		(1ull << 30)

/* Positions count bytes since the start; modulo the ring's size they are offsets. */
struct scap_ring_head {
	__u64 head;	/* behind the last complete record */
	__u64 lost;	/* records for which there was no room */
};

struct scap_ring_tail {
	__u64 tail;	/* up to here user space is done */
};

enum scap_ring_type {
	/* Nothing: room at the end. Of the header only size and type are there. */
	SCAP_RING_PAD = 0,
	/* Domain h.domain begins; stands ahead of its first record. seq is 0. */
	SCAP_RING_DOMAIN = 0x8000,
};

/*
 * Where a thread is in user code, but for its memory and vector registers.
 * @cpu_ns: computed since its last event
 * @retired: in user mode since then, as SCAP_IOC_SETUP said what to count; 0: not known
 * @skip:   instructions that it may execute before a place is looked for; @from_event: it has
 *          executed none since its last event
 * @seldom: it has come by this instruction only a few times since then
 */
struct scap_place {
	struct scap_regs regs;
	__u64 cpu_ns, retired;
	__u32 skip;
	__u16 from_event, seldom;
};

/*
 * MAP and EXEC name a file by a token in .file.hash (and MAP in .object): the
 * recorder gets a descriptor for it (SCAP_IOC_FILE) and fills in identity and
 * object; no token: it is not to be looked at. A MAP whose source is STORED has its
 * identity, and a token in .object only: FILE records with that token and the bytes come
 * behind it, the last one without any. META of kind REFUSED carries no text but, as one
 * span of kind TEXT, the errno (__u32). SIGNAL in user code, and SWITCH, have, in place of the
 * point, a span of that kind with a token as its address: a struct scap_place, and
 * in SWITCH the vector registers as PTRACE_GETREGSET lays them out (those of a
 * SIGNAL are in its frame); the thread waits until its state is taken. With token 0 the point
 * is that of the place to which the thread was brought last. A SWITCH that has a second
 * token, as the address of its REGS, asks for that: the thread waits for the first token, and
 * goes on to the stop that ptrace(2) has asked for meanwhile; the second one says that it
 * stands where it shall, or will not be moved from where it waits. SIGNAL whose action is NONE
 * tells of one to come: its thread waits for the baton, and the handler's frame is, or will be,
 * within the bytes of an OUT span without content. It is none of the trace. FILE comes
 * with a token in .object and a span without bytes; the file is read while the
 * thread waits. CHECKSUM comes with a token as the address of a span of kind SUMS, which
 * holds the stack pointers (__u64) of all threads with that memory; it is looked at while the
 * thread waits. SCAP_IOC_DONE with the token ends each of these waits.
 */

#endif
