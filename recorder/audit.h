/* SPDX-License-Identifier: GPL-2.0 */
/*
 * --audit: is everything that the kernel writes captured? Private writable
 * memory is compared around each call; bytes that changed and are not in the
 * call's plan would have been lost.
 *
 * Not looked at: calls that change the memory map or make tasks, and calls
 * during which another thread of the same memory ran or was in the kernel.
 */
#ifndef SCAP_AUDIT_H
#define SCAP_AUDIT_H

#include <stdint.h>

struct audit_space;
struct task;

/* At the entry of a call that will reach the kernel, before anything is changed there. */
void audit_entry(struct task *k);
/* At its exit, before anything of ours writes to the program's memory. */
void audit_exit(struct task *k);
/* Behind its record: what was found is held against rec->outs and reported. */
void audit_verdict(struct task *k);

/* Another process wrote [@addr, @addr + @len) of @k's memory: no business of its own calls. */
void audit_foreign_write(struct task *k, uint64_t addr, uint64_t len);

void audit_space_free(struct audit_space *a);

#endif
