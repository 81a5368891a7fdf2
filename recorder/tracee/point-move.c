// SPDX-License-Identifier: GPL-2.0
/*
 * While replaying: moves a thread that looks for a point: on until something
 * happens, over the patched place, through repetitions. Whether it has got
 * there is point-run.c's to say.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <scap/signal.h>

#include "counter.h"
#include "own-clock.h"
#include "point-run.h"

/* ---- waiting ---- */

/* Waits up to @ns; 1, 0 for a time-out, or -errno. SIGCHLD is blocked, so none is lost. */
static int wait_for(struct run *r, uint64_t ns, struct tracee_stop *stop)
{
	uint64_t end = own_clock_ns() + ns, now;
	struct timespec left;
	sigset_t chld;
	int ret;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	for (;;) {
		ret = tracee_wait(r->t->tid, WNOHANG, stop);
		if (ret && ret != -EINTR)
			return ret;
		now = own_clock_ns();
		if (now >= end)
			return 0;
		left.tv_sec = (time_t)((end - now) / 1000000000u);
		left.tv_nsec = (long)((end - now) % 1000000000u);
		sigtimedwait(&chld, NULL, &left);
	}
}

/* Our own stops: the breakpoint at the place, the hit in our pages. */
static int classify(struct run *r, const struct tracee_stop *stop)
{
	const struct scap_regs *regs;

	if (stop->kind == TRACEE_STOP_GONE || stop->kind == TRACEE_STOP_EXITING)
		return -ESRCH;
	regs = tracee_regs(r->t);
	if (!regs)
		return -ESRCH;
	if (r->counter && stop->kind == TRACEE_STOP_SIGNAL && stop->sig == COUNTER_SIGNAL &&
	    counter_read(r->counter) >= r->count)
		return AT_COUNT;
	if (stop->kind == TRACEE_STOP_STEP && SCAP_REG_IP(regs) == r->p->ip)
		return AT_BREAKPOINT;
	if (stop->kind != TRACEE_STOP_SIGNAL || stop->sig != SIGTRAP || !r->patch.armed)
		return AT_OTHER;
	if (point_arch_at_breakpoint(regs, r->patch.hit))
		return AT_HIT;
	if (point_arch_at_breakpoint(regs, r->patch.ip))
		return AT_BREAKPOINT;
	return AT_OTHER;
}

/* Whether the thread may go on from a stop that is not ours. */
static bool dealt_with(struct run *r, const struct tracee_stop *stop)
{
	/* a PTRACE_INTERRUPT of ours that another stop had overtaken */
	if (stop->kind == TRACEE_STOP_INTERRUPT)
		return true;
	r->stats->last = *stop;
	return r->hooks && r->hooks->stop && !r->hooks->stop(r->hooks->ctx, r->t, stop);
}

/* Waits for the running thread, at most @ns of wall time. Returns enum outcome or -errno. */
static int await(struct run *r, uint64_t ns)
{
	struct tracee_stop stop;
	int ret;

	for (;;) {
		ret = wait_for(r, ns, &stop);
		if (ret <= 0)
			return ret ? ret : AT_TIMEOUT;
		ret = classify(r, &stop);
		if (ret != AT_OTHER || !dealt_with(r, &stop))
			return ret;
		ret = tracee_resume(r->t, TRACEE_CONT, 0);
		if (ret)
			return ret;
	}
}

/*
 * Whether a signal that its last instruction has raised is still to come: an
 * interrupt is reported ahead of it (get_signal() of kernel/signal.c). Left
 * there, it would come wherever the thread goes on.
 */
static bool signal_behind(const struct run *r)
{
	struct ptrace_peeksiginfo_args at = { .nr = 1 };
	siginfo_t info;

	for (; tracee_ptrace(PTRACE_PEEKSIGINFO, r->t->tid, (unsigned long)&at, &info) == 1; at.off++)
		if (scap_signal_synchronous(info.si_signo, info.si_code, false))
			return true;
	return false;
}

/* Stops the running thread where it is. Returns AT_TIMEOUT or what came first. */
static int halt(struct run *r)
{
	struct tracee_stop stop;
	int ret = (int)tracee_ptrace(PTRACE_INTERRUPT, r->t->tid, 0, NULL);

	if (!ret)
		ret = tracee_wait_for(r->t->tid, &stop);
	if (!ret && stop.kind == TRACEE_STOP_INTERRUPT) {
		if (!signal_behind(r))
			return AT_TIMEOUT;
		ret = tracee_resume(r->t, TRACEE_CONT, 0);
		if (!ret)
			ret = tracee_wait_for(r->t->tid, &stop);
	}
	if (ret)
		return ret;
	ret = classify(r, &stop);
	if (ret == AT_OTHER)
		r->stats->last = stop;
	return ret;
}

int run_until(struct run *r, uint64_t cpu)
{
	const uint64_t close_enough = 50000;
	uint64_t now = point_cpu_time(r->t);
	int ret;

	if (now + close_enough >= cpu)
		return AT_TIMEOUT;
	ret = tracee_resume(r->t, TRACEE_CONT, 0);
	if (ret)
		return ret;
	for (;;) {
		ret = await(r, cpu - now);
		if (ret != AT_TIMEOUT)
			return ret;
		now = point_cpu_time(r->t);
		if (now + close_enough >= cpu)
			return halt(r);
	}
}

/* ---- by the processor's counter ---- */

/* The program may block the signal: until the thread is stopped it does not. */
static int run_unblocked(struct run *r)
{
	uint64_t limit = point_cpu_time(r->t) + PATIENCE_NS + PATIENCE_FACTOR * r->p->cpu_ns;
	uint64_t old, mask;
	int again, ret = (int)tracee_ptrace(PTRACE_GETSIGMASK, r->t->tid, sizeof(old), &old);

	if (ret)
		return ret;
	mask = old & ~(1ull << (COUNTER_SIGNAL - 1));
	ret = (int)tracee_ptrace(PTRACE_SETSIGMASK, r->t->tid, sizeof(mask), &mask);
	if (ret)
		return ret;
	ret = run_until(r, limit);
	again = (int)tracee_ptrace(PTRACE_SETSIGMASK, r->t->tid, sizeof(old), &old);
	return ret < 0 ? ret : again ? again : ret;
}

int run_to_count(struct run *r, uint64_t n, uint64_t *late)
{
	int ret, fd = counter_open(r->t->tid, (enum scap_counter)r->p->counter);

	if (fd < 0)
		return -ENOTSUP;
	r->count = n;
	r->counter = fd;
	ret = counter_signal_after(fd, r->t->tid, n);
	if (!ret)
		ret = run_unblocked(r);
	r->counter = 0;
	if (ret == AT_COUNT)
		*late = counter_read(fd) - n;
	close(fd);
	return ret;
}

/* ---- from a call's end to user code ---- */

int run_leave_syscall(struct tracee *t)
{
	struct ptrace_syscall_info info;
	struct tracee_stop stop;
	long n = tracee_ptrace(PTRACE_GET_SYSCALL_INFO, t->tid, sizeof(info), &info);
	int ret;

	if (n < 0)
		return (int)n;
	if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		return point_arch_settle(t);
	if (info.op != PTRACE_SYSCALL_INFO_ENTRY && info.op != PTRACE_SYSCALL_INFO_SECCOMP)
		return 0;
	ret = tracee_resume(t, TRACEE_SYSCALL, 0);
	if (!ret)
		ret = tracee_wait_for(t->tid, &stop);
	if (ret)
		return ret;
	return stop.kind == TRACEE_STOP_EXIT ? point_arch_settle(t) : -EILSEQ;
}

/* ---- our pages ---- */

/* vm.mmap_min_addr, at most */
#define LOWEST 65536u

struct hole {
	struct run *r;
	uint64_t last_end, low, high, found;
};

/* A few places in each hole between two mappings: not all may be allowed. */
static int each_hole(void *ctx, const struct tracee_map *map)
{
	struct hole *h = ctx;
	const struct point_hooks *hooks = h->r->hooks;
	uint64_t start = point_whole_pages(h->last_end > h->low ? h->last_end : h->low);
	uint64_t end = map->start < h->high ? map->start : h->high;
	uint64_t step, size = h->r->patch.size;

	h->last_end = map->end;
	if (end < start || end - start < 4 * size)
		return 0;
	step = (end - start) / 16 / SCAP_PAGE_MAX * SCAP_PAGE_MAX;
	step = step < size ? size : step;
	/* Not at the very end: a stack may want to grow down to there. */
	for (uint64_t at = start; at + 2 * size < end; at += step) {
		if (hooks && hooks->place && !hooks->place(hooks->ctx, at, size))
			continue;
		h->found = at;
		return 1;
	}
	return 0;
}

static int call(struct run *r, uint32_t nr, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3)
{
	const uint64_t args[6] = { a0, a1, a2, a3, (uint64_t)-1, 0 };
	int64_t result;
	int err = point_call(r->t, nr, args, &result);

	return err ? err : result < 0 && result > -4096 ? (int)result : 0;
}

/* Room at most @reach from the place. 1: found. */
static int find_hole(struct run *r, uint64_t reach, uint64_t *found)
{
	struct hole h = { .r = r, .last_end = LOWEST };
	uint64_t ip = r->p->ip;
	int ret;

	h.low = ip > reach ? ip - reach : LOWEST;
	h.high = ip + reach;
	ret = tracee_maps(r->t, each_hole, &h);
	*found = h.found;
	return ret;
}

/*
 * Code readable and executable, data readable and writable. A program may have reserved all
 * that is near its code (V8: 512 MiB for each worker).
 */
int run_map_pages(struct run *r)
{
	uint64_t found;
	int err;

	r->patch.size = point_arch_patch_size(r->p);
	err = find_hole(r, point_arch_reach, &found);
	if (!err)
		err = find_hole(r, point_arch_far_reach, &found);
	if (err <= 0)
		return err ? err : -ENOMEM;
	err = call(r, SYS_mmap, found, r->patch.size, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE);
	if (err)
		return err;
	r->patch.base = found;
	return call(r, SYS_mprotect, found, POINT_PATCH_CODE, PROT_READ | PROT_EXEC, 0);
}

int run_idle_call(struct run *r)
{
	return call(r, SYS_getpid, 0, 0, 0, 0);
}

void run_unmap_pages(struct run *r)
{
	if (r->patch.base)
		call(r, SYS_munmap, r->patch.base, r->patch.size, 0, 0);
	r->patch.base = 0;
}

int run_disarm(struct run *r)
{
	if (!r->patch.armed)
		return 0;
	r->patch.armed = false;
	return tracee_write(r->t, r->patch.ip, r->patch.original, r->patch.len);
}

int run_arm(struct run *r, bool jump)
{
	int err = run_disarm(r);

	if (!err)
		err = tracee_read(r->t, r->p->ip, r->patch.original, sizeof(r->patch.original));
	if (err)
		return err;
	r->patch.jump = jump;
	point_arch_patch_bytes(&r->patch, jump);
	err = tracee_write(r->t, r->p->ip, r->patch.patched, r->patch.len);
	if (!err)
		r->patch.armed = true;
	return err;
}

void run_set_ip(struct run *r, uint64_t ip)
{
	struct scap_regs *regs = tracee_regs(r->t);

	if (!regs || SCAP_REG_IP(regs) == ip)
		return;
	SCAP_REG_IP(regs) = ip;
	tracee_regs_changed(r->t);
}

/*
 * Runs @n repetitions of the instruction of @len bytes at the place, with a
 * breakpoint behind it. Ended early (repe, repne), the thread stays behind it.
 */
static int run_repetitions(struct run *r, uint64_t n, uint64_t len)
{
	struct point_patch behind = { .ip = r->p->ip + len };
	struct scap_regs *regs = tracee_regs(r->t);
	uint64_t rest;
	int ret;

	rest = *point_arch_counter(regs) - n;
	*point_arch_counter(regs) = n;
	tracee_regs_changed(r->t);
	point_arch_patch_bytes(&behind, false);
	ret = tracee_read(r->t, behind.ip, behind.original, behind.len);
	if (!ret)
		ret = tracee_write(r->t, behind.ip, behind.patched, behind.len);
	if (!ret)
		ret = run_until(r, r->limit_cpu);
	if (ret < 0)
		return ret;
	regs = tracee_regs(r->t);
	if (!regs || tracee_write(r->t, behind.ip, behind.original, behind.len))
		return -ESRCH;
	if (ret != AT_OTHER || !point_arch_at_breakpoint(regs, behind.ip))
		return -EILSEQ;
	run_set_ip(r, *point_arch_counter(regs) ? behind.ip : r->p->ip);
	*point_arch_counter(regs) += rest;
	return 0;
}

int run_catch_up(struct run *r)
{
	struct scap_regs *regs = tracee_regs(r->t);
	uint64_t n = 0;
	int len = regs ? point_arch_repeats(r->t, r->p, regs, &n) : -ESRCH;

	if (len == -EAGAIN || len == 0 || n == 0)
		return 0;
	return len < 0 ? len : run_repetitions(r, n, (uint64_t)len);
}

/* ---- on from a pass that was not it ---- */

/* Over the instruction at the place, whatever it is. */
static int step_over(struct run *r)
{
	struct tracee_stop stop;
	bool armed = r->patch.armed, hardware = r->stats->method == POINT_BY_HARDWARE;
	int ret = hardware ? point_arch_unbreak(r->t) : run_disarm(r);

	if (ret)
		return ret;
	do {
		ret = tracee_resume(r->t, TRACEE_STEP, 0);
		if (ret)
			return ret;
		ret = wait_for(r, PATIENCE_NS, &stop);
		if (ret <= 0)
			return ret ? ret : -ETIMEDOUT;
	} while (stop.kind == TRACEE_STOP_INTERRUPT); /* of a halt() that another stop overtook */
	if (stop.kind != TRACEE_STOP_STEP) {
		r->stats->last = stop;
		return classify(r, &stop) < 0 ? -ESRCH : -EILSEQ;
	}
	if (hardware)
		return point_arch_break_at(r->t, r->p->ip);
	return armed ? run_arm(r, r->patch.jump) : 0;
}

int run_pass_on(struct run *r)
{
	const struct scap_regs *regs = tracee_regs(r->t);

	if (!regs)
		return -ESRCH;
	if (SCAP_REG_IP(regs) != r->p->ip)
		return 0;
	if (r->patch.room == POINT_PATCH_NONE)
		return step_over(r);
	run_set_ip(r, r->patch.leave);
	return 0;
}

