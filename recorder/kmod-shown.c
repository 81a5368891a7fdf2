// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings of files that a process serves (FUSE): what they show comes through
 * the ring (kmod/served.c), for nobody here may wait for the server.
 */
#include <stdlib.h>

#include "recorder/kmod-backend.h"

void shown_map(struct kmod *km, struct scap_ev_map *map)
{
	struct object *o = object_find(&km->rec, map->file.dev, map->file.ino);
	struct shown *s = alloc_zeroed(1, sizeof(*s));

	if (!o || !object_is_current(o, &map->file))
		o = object_new(&km->rec, &map->file, SCAP_MAP_STORED);
	*s = (struct shown){ .next = km->shown, .token = map->object, .object = o };
	km->shown = s;
	served_list(&km->rec, map->file.dev);
	map->object = o->number;
	map->file = o->id;
}

static void forget(struct shown **at)
{
	struct shown *s = *at;

	*at = s->next;
	free(s);
}

void shown_free(struct kmod *km)
{
	while (km->shown)
		forget(&km->shown);
}

/* Whether [@from, @to) of @o was in the trace already; from now on it is. */
static bool known(struct object *o, uint64_t from, uint64_t to)
{
	if (o->stored && o->stored_from <= from && to <= o->stored_to)
		return true;
	if (!o->stored || from != o->stored_to)
		o->stored_from = from;
	o->stored = true;
	o->stored_to = to;
	return false;
}

bool shown_take(struct kmod *km, const struct scap_ev_file *e)
{
	const struct scap_span *bytes = scap_span_find(&e->h, SCAP_SPAN_FILE, SCAP_ARG_NONE);
	struct shown **at = &km->shown;
	uint64_t from = bytes ? bytes->addr : 0;
	uint32_t len = bytes ? bytes->stored : 0;

	while (*at && (*at)->token != e->object)
		at = &(*at)->next;
	if (!*at)
		return false;
	if (bytes && known((*at)->object, from, from + len))
		len = 0;
	state_put_file(km, e, (*at)->object, from, bytes ? scap_span_bytes(bytes) : NULL, len);
	if (!bytes) {
		event_done(km, e->object, 0);
		forget(at);
	}
	return true;
}
