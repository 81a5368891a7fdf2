/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that others see too: files, what is mapped of them, other processes', and the image
 * that execve makes.
 */
#ifndef SCAPREC_FILE_H
#define SCAPREC_FILE_H

#include "scaprec.h"

/* ---- served.c: files that a process serves (FUSE) ---- */

bool served_file(struct file *file);
/* Ahead of the MAP record of such a @file: fills in what it is. May give the baton up meanwhile. */
void served_begin(struct rtask *k, struct file *file, struct scap_ev_map *map);
/* Behind it: the bytes that @map shows, as FILE records. */
int served_write(struct rtask *k, struct file *file, const struct scap_ev_map *map);
/* Whether the changed @file is such a one, whose bytes are not asked for; says so once. */
bool served_changed(struct rtask *k, struct file *file);

/* ---- file.c ---- */

/* Whether the call that has returned changed a file that somebody maps; then FILE, in task_work. */
bool files_wanted(const struct rtask *k);
int files_after_call(struct rtask *k);
/* Where the write that has returned began; -1: not known. */
s64 file_write_offset(const struct rtask *k);
/* A negative errno with which a call to the recorder's own streams must be answered, or 0. */
int echo_refuses(struct rtask *k, struct pt_regs *regs);
/* Whether it may write there now; with the turn until echo_done(), at its record. */
bool echo_turn(struct rtask *k);
/* For task_work: waits for that. */
void echo_wait(struct rtask *k);
void echo_done(struct rtask *k);
/* Bytes that the call sent there without passing memory; and those bytes: how many came. */
u32 echo_wanted(const struct rtask *k);
u32 echo_read(const struct rtask *k, void *buf, u32 len);

/* ---- memory.c ---- */

/* Notes whose memory the call in flight will write to; true: another's, to be met first. */
bool memory_entry(struct rtask *k);
/* In task_work ahead of such a call: both are of one domain then. */
void memory_meet(struct rtask *k);
/* Whether the call that has returned has written to any; then, in task_work, what: MEM, ... */
bool memory_wanted(const struct rtask *k);
int memory_after_call(struct rtask *k);
/* ... and of its own memory, to @each; returns what that did if it was not 0. */
int memory_each_own(struct rtask *k, void *ctx, int (*each)(void *ctx, u64 addr, u64 len));

/* ---- exec.c, map.c ---- */

void exec_event(struct rtask *k, u32 old_tid, bool secure);
/* Whether the image just loaded is not the session's opener's to look at. */
bool exec_forbidden(const struct rtask *k, bool secure);
u32 parent_pid(struct rtask *k);
void exec_write(struct rtask *k);
void maps_after_call(struct rtask *k);
bool maps_wanted(const struct rtask *k);
/* Whether @mm, a forked child's, has a mapping with one of @flags (VM_*). Does not sleep. */
bool maps_share(struct mm_struct *mm, unsigned long flags);
/* What the kernel filled: last pages of writable file mappings, a vDSO that is run. */
struct filled {
	u64 addr, len;
};

int maps_image(struct rtask *k, char *interp, u64 interp_base, struct filled *filled,
	       unsigned int *nfilled);
/* Bytes of @file's path in @buf (at least PATH_MAX); returns where it begins. */
const char *map_path(struct file *file, char *buf);

#endif
