/* SPDX-License-Identifier: GPL-2.0 */
/* System calls, from entry to closing record, and the bytes that they read and write. */
#ifndef SCAPREC_CALL_H
#define SCAPREC_CALL_H

#include "scaprec.h"

/* ---- call.c ---- */

/* What the last call had of the session's: the turn at its streams, that nobody has a home. */
void call_give_back(struct rtask *k);
/* Notes call @nr, but for its input. */
void call_begin(struct rtask *k, struct pt_regs *regs, u32 nr);
void call_entry(struct rtask *k, struct pt_regs *regs, long id);
void call_exit(struct rtask *k, struct pt_regs *regs, long result);
/* SYSCALL_ENTER of the call in flight, once; does not wait. */
void call_write_enter(struct rtask *k);
void call_prepare(struct rtask *k);
/* A signal comes ahead of a call that was to be made again, and whose entry is told. */
void call_take_back(struct rtask *k);
void call_close(struct rtask *k);
/* The same of a task that is watched: nothing is refused, what is missing is taken at the exit. */
void call_watch(struct rtask *k, struct pt_regs *regs, u32 nr);
/* What cannot be had of the call that has returned without sleeping. */
bool call_needs_slow(const struct rtask *k);
/* The closing record without faults and sleeps, of k->call.result; -errno: not now. */
int call_close_fast(struct rtask *k);
void call_finish(struct rtask *k);
bool call_ends_thread(const struct rtask *k);
/* Bytes of the record that the call would have had, as far as they can be known now. */
u64 call_size(struct rtask *k);
/* A fact in words, or with a number. */
void emit_meta(struct rtask *k, u32 kind, u64 value, const void *text, u32 len);

/* ---- quick.c ---- */

void quick_init(void);
/* Entry and exit of a call; if it needs a plan, or not now: call_entry(), call_exit(). */
void quick_entry(struct rtask *k, struct pt_regs *regs, long id);
void quick_exit(struct rtask *k, struct pt_regs *regs, long result);

/* ---- shadow.c ---- */

bool shadow_entry(struct rtask *k, struct pt_regs *regs, s64 *result);
void shadow_exit(struct rtask *k, struct pt_regs *regs);
/* The file behind a descriptor of the calling task, for comparing only. */
u16 echo_flags(struct rtask *k);
/* Whether what is written to @fd shows neither there nor in a process's memory. */
bool writes_plainly(const struct rtask *k, u64 fd);

/* ---- copy.c ---- */

extern const struct scap_mem mem_nofault, mem_faulting;
/* Copies @len bytes without faults, all or (false) not now. */
bool copy_now(void *to, u64 addr, u32 len);
/*
 * Copies a string with its NUL, and zeros up to a multiple of eight bytes; returns its length, the
 * NUL included. 0: not now, or it may be longer than @room, a multiple of eight.
 */
u32 copy_string_now(void *to, u64 addr, u32 room);
/* XXH64 of @len bytes, without faults and in no memory but the program's; false: not now. */
bool hash_now(u64 addr, u32 len, u64 *hash);
/* Copies up to @len bytes, faulting; returns how many came. */
u32 copy_some(void *to, u64 addr, u32 len);
/* Makes pages of [addr, addr + len) present; returns how many bytes are readable. */
u64 touch(u64 addr, u64 len);
/* Memory as DATA records; waits for room. */
int emit_memory(struct rtask *k, u64 addr, u64 len, u8 arg);

/* ---- selftest.c ---- */

/* SCAP_IOC_PLAN. */
long selftest_plan(void __user *user);

#endif
