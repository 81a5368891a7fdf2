/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two worlds in one place: fixed-width types and the handful of libc
 * names that the contract needs, in the kernel module and in user space.
 * Everything under include/scap/ builds in both; nothing here allocates.
 */
#ifndef SCAP_TYPES_H
#define SCAP_TYPES_H

#include <linux/types.h>

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/stddef.h>
#include <linux/string.h>
#else
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#ifndef static_assert
#define static_assert _Static_assert
#endif
#endif

#endif
