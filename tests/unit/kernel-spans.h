/* SPDX-License-Identifier: GPL-2.0 */
/*
 * With SCAP_PLAN_DEVICE=/dev/scaprec in the environment every plan on fake memory
 * is carried out by the kernel module, too (SCAP_IOC_PLAN), and must come to the same.
 */
#ifndef KERNEL_SPANS_H
#define KERNEL_SPANS_H

#include "spans.h"

/* Behind the entry plan of @s, which returned @ret. */
void kernel_spans_entry(const struct spans *s, int ret);
/* Behind its exit plan. */
void kernel_spans_exit(const struct spans *s, int ret);

#endif
