/* SPDX-License-Identifier: GPL-2.0 */
/* A record under construction, apart from the writer's block. */
#ifndef SCAP_RECORD_H
#define SCAP_RECORD_H

#include <stdint.h>

#include <scap/event.h>

union record {
	struct scap_event e;
	struct scap_ev_file file;
	struct scap_ev_checksum checksum;
	uint8_t bytes[SCAP_EVENT_MAX];
};

/* An empty one of @type; who and when is for the caller to fill in. */
void record_begin(union record *r, uint16_t type);

/* Where the @stored bytes of one more span go; NULL: there is no room. */
void *record_span(union record *r, uint8_t kind, uint8_t arg, uint64_t addr, uint32_t len,
		  uint32_t stored);

/* The same with the bytes; what there is no room for is left out. */
void record_add(union record *r, uint8_t kind, uint8_t arg, uint64_t addr, const void *bytes,
		uint32_t len);

#endif
