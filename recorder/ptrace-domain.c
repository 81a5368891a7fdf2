// SPDX-License-Identifier: GPL-2.0
/*
 * Scheduling domains and their baton: which of the tasks that share memory
 * runs user code. A domain of one task passes through here without a word.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recorder/ptrace-backend.h"
#include "recorder/tracee/own-clock.h"

/* A task that cannot be stopped where it is goes on for so long. */
#define FORCE_AGAIN_NS 200000u
/* A holder that cannot be stopped as it waits for a page: its disk might be slow. */
#define PAGE_NS 1000000000u

struct domain *domain_new(struct recording *rec)
{
	struct domain *d = alloc_zeroed(1, sizeof(*d));

	d->id = ++rec->last_domain;
	scap_schedule_init(&d->schedule, &rec->options->schedule, d->id, rec->now);
	d->next = rec->domains;
	rec->domains = d;
	return d;
}

static void domain_free(struct recording *rec, struct domain *d)
{
	struct domain **at = &rec->domains;

	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	free(d);
}

void domain_join(struct task *k, struct domain *d)
{
	k->domain = d;
	d->members++;
}

/* Behind all others, or wherever the lot says. */
static void enqueue(struct domain *d, struct task *k)
{
	struct task **at = &d->first;

	for (unsigned int n = scap_schedule_ahead(&d->schedule, d->waiting); n; n--)
		at = &(*at)->next_waiting;
	k->next_waiting = *at;
	*at = k;
	d->waiting++;
}

static void dequeue(struct domain *d, struct task *k)
{
	struct task **at = &d->first;

	while (*at && *at != k)
		at = &(*at)->next_waiting;
	if (!*at)
		return;
	*at = k->next_waiting;
	k->next_waiting = NULL;
	d->waiting--;
}

static void grant(struct domain *d, struct task *k)
{
	d->holder = k;
	d->since = k->rec->now;
	d->missed = false;
	d->turn = scap_schedule_turn(&d->schedule, d->since, k->spins);
}

static void pass_to(struct domain *d, struct task *next)
{
	void (*then)(struct task *k) = next->granted;

	dequeue(d, next);
	next->granted = NULL;
	grant(d, next);
	point_note_turn(next);
	then(next);
}

/* The baton is free: somebody who waits goes on. */
static void pass_on(struct domain *d)
{
	while (!d->holder && d->first)
		pass_to(d, d->first);
}

void domain_leave(struct task *k)
{
	struct domain *d = k->domain;

	k->domain = NULL;
	dequeue(d, k);
	if (d->holder == k)
		d->holder = NULL;
	if (--d->members)
		pass_on(d);
	else
		domain_free(k->rec, d);
}

void domain_merge(struct task *k, struct domain *into)
{
	struct recording *rec = k->rec;
	struct domain *from = k->domain;

	for (unsigned int i = 0; i < TASK_BUCKETS; i++)
		for (struct task *t = rec->tasks[i]; t; t = t->next) {
			if (t->domain == from || t->domain == into)
				point_say_stop(t);
			if (t->domain != from)
				continue;
			dequeue(from, t);
			domain_join(t, into);
			if (t->state == TASK_PARKED)
				enqueue(into, t);
		}
	domain_free(rec, from);
}

static void park(struct task *k, void (*then)(struct task *k))
{
	k->state = TASK_PARKED;
	k->granted = then;
	k->rec->want_tick = true;
	enqueue(k->domain, k);
}

bool baton_take(struct task *k, void (*then)(struct task *k))
{
	struct domain *d = k->domain;

	if (d->holder == k)
		return true;
	if (!d->holder && !d->first) {
		grant(d, k);
		return true;
	}
	park(k, then);
	pass_on(d);
	/* the holder may be asleep in a call that it entered when nobody waited */
	if (k->state == TASK_PARKED && d->holder && d->holder->state == TASK_CALL)
		baton_check(d->holder);
	return false;
}

void baton_forget(struct task *k)
{
	dequeue(k->domain, k);
	k->granted = NULL;
}

void baton_release(struct task *k)
{
	struct domain *d = k->domain;

	if (d->holder != k)
		return;
	d->holder = NULL;
	pass_on(d);
}

/* At a boundary: the order of events says it. @then continues @k in its turn. */
static void hand_over(struct task *k, void (*then)(struct task *k))
{
	park(k, then);
	k->domain->holder = NULL;
	pass_on(k->domain);
}

bool baton_yield(struct task *k, void (*then)(struct task *k))
{
	struct domain *d = k->domain;

	if (!d->first)
		return false;
	if (k->rec->now - d->since >= d->turn.soft_ns) {
		hand_over(k, then);
		return true;
	}
	if (d->missed)
		grant(d, k);
	return false;
}

/* Whether the kernel says that @k sleeps in a call: /proc/PID/task/TID/syscall (proc(5)). */
static bool asleep(struct task *k)
{
	char path[64], word[8];
	ssize_t n;

	if (k->proc_syscall_fd < 0) {
		snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", k->t.pid, k->t.tid);
		k->proc_syscall_fd = open(path, O_RDONLY | O_CLOEXEC);
		if (k->proc_syscall_fd < 0)
			return false;
	}
	n = pread(k->proc_syscall_fd, word, sizeof(word), 0);
	return n > 0 && word[0] != 'r';
}

static void give_up_in_call(struct task *k)
{
	syscall_write_enter(k);
	baton_release(k);
}

/* Whether @k has a stop to report, which was then handled. */
static bool stopped_meanwhile(struct task *k)
{
	struct recording *rec = k->rec;
	struct tracee_stop stop;

	if (tracee_wait(k->t.tid, WNOHANG, &stop) != 1)
		return false;
	loop_handle(rec, &stop);
	return true;
}

/*
 * The memory map changes when the kernel says so, not when the call is over:
 * nobody shall run in between.
 */
static bool keeps_baton(const struct task *k)
{
	return k->keeps_baton || scap_call_class(&k->call) == SCAP_EXECUTE;
}

/*
 * Everything runs on one CPU: a yield lets the task run until it stops or
 * sleeps. What it does afterwards decides; the kernel's word only confirms.
 */
void baton_check(struct task *k)
{
	enum { YIELDS = 3 };

	if (keeps_baton(k))
		return;
	for (int i = 0; i < YIELDS; i++) {
		sched_yield();
		if (stopped_meanwhile(k))
			return;
		if (asleep(k)) {
			/* the stop may have come between the two looks */
			if (!stopped_meanwhile(k))
				give_up_in_call(k);
			return;
		}
	}
}

void call_settle(struct task *k)
{
	/* others may be ahead of it on the CPU */
	enum { YIELDS = 64 };

	for (int i = 0; i < YIELDS; i++) {
		sched_yield();
		if (stopped_meanwhile(k) || asleep(k))
			return;
	}
}

/*
 * A page that a thread of the same program has to bring (FUSE) will not come while that one
 * waits for its turn. Where exactly the holder is, no tracer can see as long as it sleeps.
 */
static void lend_for_page(struct task *k)
{
	static const char what[] = "has waited for a page for a second: others of its program, one of "
				   "which may have to bring it, go on ahead of it";

	emit_meta(k, SCAP_META_NOTE, 0, "a thread %s", what);
	say(k->rec, "thread %d of process %d %s; a replay may diverge there, unless recorded with the "
	    "kernel module", k->t.tid, k->t.pid, what);
	baton_release(k);
}

/* Others wait for the holder of @d: where is it? */
static void check_holder(struct recording *rec, struct domain *d)
{
	struct task *k = d->holder;

	if (k->state == TASK_CALL)
		baton_check(k);
	else if (k->state == TASK_USER && !k->interrupting && !k->delivering &&
		 rec->now - d->since > d->turn.hard_ns)
		interrupt_user(k);
	else if (k->state == TASK_USER && k->interrupting &&
		 rec->now - d->since > d->turn.hard_ns + PAGE_NS && asleep(k))
		lend_for_page(k);
}

bool baton_counts(const struct task *k)
{
	const struct domain *d = k->domain;

	return d && d->holder == k && d->first && scap_turn_counts(&d->turn) && !k->interrupting &&
	       !k->delivering;
}

uint64_t baton_next_due(const struct recording *rec)
{
	uint64_t due = UINT64_MAX;

	for (const struct domain *d = rec->domains; d; d = d->next)
		if (d->first && d->holder && d->holder->state == TASK_USER &&
		    !d->holder->interrupting && d->since + d->turn.hard_ns < due)
			due = d->since + d->turn.hard_ns;
	return due;
}

/*
 * A task that is stopped twice in the same state, with nothing done in between,
 * waits for somebody to change its memory.
 */
static void note_state(struct task *k)
{
	uint64_t state = point_state(&k->point->p);

	k->spins = state == k->switch_state;
	k->switch_state = state;
}

void baton_note_event(struct task *k, uint16_t type)
{
	if (type == SCAP_EV_SWITCH || type == SCAP_EV_CHECKSUM)
		return;
	k->switch_state = 0;
	k->spins = false;
}

bool baton_force(struct task *k)
{
	struct domain *d = k->domain;
	uint64_t begin = own_clock_ns();
	struct task *next;

	if (!d->first || d->holder != k || k->rec->now - d->since < d->turn.hard_ns)
		return false;
	if (point_is_restart(k)) {
		hand_over(k, resume_user);
		return true;
	}
	if (!signal_take_point(k, d->turn.skip)) {
		/* it is about to make a call: let it come that far */
		d->turn.hard_ns = k->rec->now - d->since + FORCE_AGAIN_NS;
		d->missed = true;
		return false;
	}
	next = d->first;
	point_write_switch(k, next);
	checksum_switch(k);
	note_state(k);
	if (d->turn.skip)
		scap_schedule_counted(&d->schedule, own_clock_ns() - begin);
	park(k, resume_user);
	d->holder = NULL;
	pass_to(d, next);
	pass_on(d);
	return true;
}

void baton_check_all(struct recording *rec)
{
	struct domain *d = rec->domains;
	uint64_t round = ++rec->check_round;

	while (d) {
		bool look = d->checked != round && d->first && d->holder;

		d->checked = round;
		if (look)
			check_holder(rec, d);
		/* looking may have ended any domain: from the start again */
		d = look ? rec->domains : d->next;
	}
}
