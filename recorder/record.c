// SPDX-License-Identifier: GPL-2.0
/* See record.h. */
#include <string.h>

#include "recorder/record.h"

void record_begin(union record *r, uint16_t type)
{
	uint32_t fixed = scap_event_fixed(type);

	memset(r->bytes, 0, fixed);
	r->e.type = type;
	r->e.size = fixed;
}

void *record_span(union record *r, uint8_t kind, uint8_t arg, uint64_t addr, uint32_t len,
		  uint32_t stored)
{
	struct scap_span *s = (void *)(r->bytes + r->e.size);

	if (r->e.size + scap_span_size(stored) > SCAP_EVENT_MAX - 8)
		return NULL;
	*s = (struct scap_span){
		.addr = addr, .len = len, .stored = (uint16_t)stored, .kind = kind, .arg = arg,
	};
	memset((uint8_t *)(s + 1) + (stored & ~7u), 0, 8);
	r->e.size += scap_span_size(stored);
	((struct scap_ev_data *)r)->nspans++;
	return s + 1;
}

void record_add(union record *r, uint8_t kind, uint8_t arg, uint64_t addr, const void *bytes,
		uint32_t len)
{
	void *to = record_span(r, kind, arg, addr, len, len);

	if (to)
		memcpy(to, bytes, len);
}
