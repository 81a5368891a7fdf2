// SPDX-License-Identifier: GPL-2.0
/*
 * Places in user code. The module keeps a thread in the kernel that is there,
 * because of a signal or since others wait for its baton; we stop it by
 * ptrace(2) on its way back, bring it to a place that a replay will find again,
 * and keep its state until the SIGNAL or SWITCH there asks for it. Whom
 * we may not trace is taken as it waits.
 */
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

#include "recorder/kmod-backend.h"
#include "recorder/tracee/sigframe.h"

/* @state: of the place before @point, as point_state() says it. */
struct place {
	struct place *next;
	pid_t tid;
	bool known;
	uint64_t state;
	struct scap_point_full point;
};

static struct place **slot_of(struct kmod *km, pid_t tid)
{
	struct place **at = &km->places;

	while (*at && (*at)->tid != tid)
		at = &(*at)->next;
	return at;
}

static struct place *place_of(struct kmod *km, pid_t tid)
{
	struct place **at = slot_of(km, tid);

	if (!*at) {
		*at = alloc_zeroed(1, sizeof(**at));
		(*at)->tid = tid;
	}
	return *at;
}

const struct scap_point *place_find(struct kmod *km, pid_t tid)
{
	struct place *p = *slot_of(km, tid);

	return p && p->known ? &p->point.p : NULL;
}

void place_forget(struct kmod *km, pid_t tid)
{
	struct place **at = slot_of(km, tid), *p = *at;

	if (p)
		*at = p->next;
	free(p);
}

void places_free(struct kmod *km)
{
	while (km->places)
		place_forget(km, km->places->tid);
}

static bool capture(struct kmod *km, struct tracee *t, const struct point_trail *trail,
		    const struct scap_place *at, struct scap_point_full *point)
{
	if (point_capture(t, trail, flight_holes(km, t), at->cpu_ns, point))
		return false;
	flight_leave_out(km, t->tid, &point->p);
	point_account(km->rec.result, trail, at->retired, &point->p);
	return true;
}

/* ---- as it waits ---- */

/*
 * The vector registers, from behind the stand-in in @mark, or from the signal's
 * frame. Bytes; 0: not known.
 */
static size_t vector_registers(struct tracee *t, const struct scap_event *e,
			       const struct scap_span *mark, uint8_t buf[TRACEE_FPREGS_MAX])
{
	const struct scap_span *frame = scap_span_find(e, SCAP_SPAN_OUT, SCAP_ARG_NONE);
	size_t len = mark->stored - sizeof(struct scap_place);
	ssize_t n;

	memset(buf, 0, TRACEE_FPREGS_MAX);
	if (frame) {
		n = sigframe_vector(t, frame->addr, vector_layout_here(), buf, TRACEE_FPREGS_MAX,
				    TRACEE_FPREGS_MAX);
		return n < 0 ? 0 : (size_t)n;
	}
	if (len > TRACEE_FPREGS_MAX)
		return 0;
	memcpy(buf, (const struct scap_place *)scap_span_bytes(mark) + 1, len);
	return len;
}

bool place_capture(struct kmod *km, const struct scap_event *e, const struct scap_span *mark,
		   struct scap_point_full *point)
{
	static _Alignas(64) uint8_t vector[TRACEE_FPREGS_MAX];
	const struct scap_span *frame = scap_span_find(e, SCAP_SPAN_OUT, SCAP_ARG_NONE);
	struct scap_place at;
	struct tracee t;
	bool done;

	if (mark->stored < sizeof(at) || tracee_adopt(&t, (pid_t)e->tid, (pid_t)e->tid, NULL))
		return false;
	memcpy(&at, scap_span_bytes(mark), sizeof(at));
	t.regs = at.regs;
	t.regs_valid = true;
	t.fpregs_len = vector_registers(&t, e, mark, vector);
	t.fpregs = vector;
	done = t.fpregs_len && capture(km, &t, NULL, &at, point);
	tracee_release(&t);
	/* its own handler's frame stands already, on a stack of its own, maybe */
	if (done && frame)
		point_leave_out(&point->p, &(struct point_hole){ frame->addr, frame->len });
	return done;
}

/* ---- somewhere better ---- */

/* @t, on its way back to user code, is stopped there; false: it is gone. */
static bool await_stop(struct tracee *t)
{
	struct tracee_stop stop;

	return !tracee_wait_for(t->tid, &stop) && stop.kind != TRACEE_STOP_GONE && stop.kind != TRACEE_STOP_EXITING;
}

/* A stop costs ten times as much between processors: we come to the one that @tid is bound to. */
static bool join(pid_t tid, cpu_set_t *ours)
{
	cpu_set_t its;

	return !sched_getaffinity(0, sizeof(*ours), ours) &&
	       !sched_getaffinity(tid, sizeof(its), &its) && !sched_setaffinity(0, sizeof(its), &its);
}

/* As the ptrace backend does (ptrace-point.c). Returns enum point_place or -errno. */
static int choose(struct tracee *t, const struct scap_place *from, struct point_trail *trail)
{
	if (from->seldom)
		return point_seldom(t, trail);
	if (from->skip && from->from_event)
		return point_count(t, from->skip, trail);
	return point_choose(t, from->skip, trail);
}

/* Brings @t, stopped, to a place, and keeps its state in @p. */
static void walk(struct kmod *km, struct tracee *t, const struct scap_span *mark, struct place *p)
{
	struct point_trail trail;
	struct scap_place at;
	cpu_set_t ours;
	bool joined = join(t->tid, &ours);

	memcpy(&at, scap_span_bytes(mark), sizeof(at));
	p->known = choose(t, &at, &trail) > 0 && capture(km, t, &trail, &at, &p->point);
	tracee_flush_regs(t);
	if (joined)
		sched_setaffinity(0, sizeof(ours), &ours);
}

/* SCAP_DONE_* of @p just taken. A thread twice in the same state waits for others to change its memory. */
static uint32_t compare_state(struct place *p)
{
	uint64_t before = p->state;

	p->state = p->known ? point_state(&p->point.p) : 0;
	return p->known && p->state == before ? SCAP_DONE_SPINS : 0;
}

/* False: it may not be traced, and waits as before. */
static bool trace(struct kmod *km, const struct scap_event *e, const struct scap_span *mark,
		  uint64_t go, struct place *p)
{
	pid_t tid = (pid_t)e->tid;
	const struct live_task *known = event_find_task(km, tid);
	struct tracee t;

	if (tracee_adopt(&t, tid, known ? known->pid : tid, NULL))
		return false;
	if (ptrace(PTRACE_SEIZE, tid, 0, 0)) {
		tracee_release(&t);
		return false;
	}
	ptrace(PTRACE_INTERRUPT, tid, 0, 0);
	event_done(km, mark->addr, 0);
	if (await_stop(&t)) {
		walk(km, &t, mark, p);
		event_done(km, go, compare_state(p));
		ptrace(PTRACE_DETACH, tid, 0, 0);
	} else {
		event_done(km, go, 0);
	}
	tracee_release(&t);
	return true;
}

bool place_take(struct kmod *km, const struct scap_event *e)
{
	const struct scap_span *mark = scap_span_find(e, SCAP_SPAN_POINT, SCAP_ARG_NONE);
	const struct scap_span *regs = scap_span_find(e, SCAP_SPAN_REGS, SCAP_ARG_NONE);
	struct place *p;

	if (e->type != SCAP_EV_SWITCH || !mark || !regs || !regs->addr)
		return false;
	p = place_of(km, (pid_t)e->tid);
	p->known = false;
	if (mark->stored >= sizeof(struct scap_place) && trace(km, e, mark, regs->addr, p))
		return true;
	p->known = place_capture(km, e, mark, &p->point);
	event_done(km, regs->addr, 0);
	event_done(km, mark->addr, 0);
	return true;
}
