// SPDX-License-Identifier: GPL-2.0
/*
 * What was passed over: steps that are the same but for what varies by itself. Where
 * nothing else explains a difference, one of the last of them may.
 */
#include <format/diff.h>

#include <string.h>

const char *diff_chance_name(unsigned int chance)
{
	static const char *const names[SCAP_CHANCES] = {
		[SCAP_CHANCE_IDS] = "ids",
		[SCAP_CHANCE_CLOCKS] = "clocks",
		[SCAP_CHANCE_ADDRESSES] = "addresses",
		[SCAP_CHANCE_RANDOM] = "random numbers and names",
	};

	return chance < SCAP_CHANCES && names[chance] ? names[chance] : "nothing";
}

const char *diff_kind_name(const struct scap_header *h, unsigned int kind, char buf[32])
{
	const struct scap_sysinfo *row = kind < SCAP_EV_TYPES ? NULL
				       : scap_sysinfo_arch(h->arch, kind - SCAP_EV_TYPES);
	static const char *const names[SCAP_EV_TYPES] = {
		[SCAP_EV_EXEC] = "a new program",
		[SCAP_EV_TRAP] = "a counter register",
		[SCAP_EV_FORK] = "a new task",
		[SCAP_EV_MAP] = "a mapping",
		[SCAP_EV_SIGNAL] = "a signal",
	};

	if (row)
		return row->name;
	if (kind < SCAP_EV_TYPES && names[kind])
		return names[kind];
	snprintf(buf, 32, "%s %u", kind < SCAP_EV_TYPES ? "event of type" : "syscall",
		 kind < SCAP_EV_TYPES ? kind : kind - SCAP_EV_TYPES);
	return buf;
}

/* The oldest that is no random number: those tell more than clocks and ids. */
static unsigned int least_telling(const struct diff_chances *c)
{
	unsigned int at = 0;

	while (at < DIFF_PASSED - 1 && c->recent[at].chance == SCAP_CHANCE_RANDOM)
		at++;
	return at;
}

static void note_recent(struct diff_chances *c, const struct diff_passed *p)
{
	unsigned int at = 0;

	while (at < c->nrecent && (c->recent[at].kind != p->kind || c->recent[at].chance != p->chance))
		at++;
	if (at == DIFF_PASSED)
		at = least_telling(c);
	else if (at == c->nrecent)
		c->nrecent++;
	memmove(c->recent + at, c->recent + at + 1, (c->nrecent - at - 1) * sizeof(*p));
	c->recent[c->nrecent - 1] = *p;
}

static void note(struct diff_chances *c, unsigned int chance, const struct diff_record *a,
		 const struct diff_record *b)
{
	struct diff_passed p = { .kind = a->kind, .chance = (uint8_t)chance,
				 .event = { a->event, b->event } };
	unsigned int kind = a->kind < DIFF_KINDS ? a->kind : DIFF_KINDS - 1;
	struct diff_chance_seen *seen = &c->seen[kind][chance];

	if (!seen->times++)
		memcpy(seen->event, p.event, sizeof(p.event));
	/* Addresses are no news. */
	if (chance != SCAP_CHANCE_ADDRESSES)
		note_recent(c, &p);
}

void diff_chances_note(struct diff_chances *c, const struct diff_record *a,
		       const struct diff_record *b)
{
	if (!memcmp(a->chance, b->chance, sizeof(a->chance)))
		return;
	for (unsigned int i = 1; i < SCAP_CHANCES; i++)
		if (a->chance[i - 1] != b->chance[i - 1])
			note(c, i, a, b);
}

#define SUSPECTS 3

void diff_suspects_text(const struct diff_passed *p, unsigned int n, const struct scap_header *h,
			char *buf, size_t size)
{
	struct diff_passed suspect[DIFF_PASSED];
	unsigned int taken = 0;

	/* Those that are named first stand last. */
	for (int random = 0; random < 2; random++)
		for (unsigned int i = 0; i < n; i++)
			if ((p[i].chance == SCAP_CHANCE_RANDOM) == random)
				suspect[taken++] = p[i];
	n = taken < SUSPECTS ? taken : SUSPECTS;
	diff_passed_text(suspect + taken - n, n, h, buf, size);
}

void diff_passed_text(const struct diff_passed *p, unsigned int n, const struct scap_header *h,
		      char *buf, size_t size)
{
	size_t len = 0;
	char name[32];

	buf[0] = 0;
	while (n-- && len < size)
		len += (size_t)snprintf(buf + len, size - len, "%s%s (event %llu)", len ? ", " : "",
					diff_kind_name(h, p[n].kind, name),
					(unsigned long long)p[n].event[0]);
}
