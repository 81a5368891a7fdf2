/* SPDX-License-Identifier: GPL-2.0 */
/* What the cpuid instruction answers, remembered between recordings ($XDG_CACHE_HOME/scap/cpuid). */
#ifndef SCAP_CPUID_CACHE_H
#define SCAP_CPUID_CACHE_H

#include <format/format.h>

/* Like arch_read_cpuid(), of which it asks as little as it can. */
uint32_t cpuid_cache_read(struct scap_cpuid *leaves, uint32_t cap);

#endif
