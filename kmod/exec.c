// SPDX-License-Identifier: GPL-2.0
/*
 * A new image, captured before its first instruction: what is mapped where, the
 * bytes that the kernel put there, registers, limits. The vDSO is hidden here,
 * so that every look at a clock is a system call.
 */
#include <linux/auxvec.h>
#include <linux/sched/coredump.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "arch.h"
#include "bind.h"
#include "call.h"
#include "file.h"
#include "record.h"
#include "signals.h"
#include "task.h"

/* What is said of the image besides its memory. */
#define EXEC_ROOM (sizeof(struct scap_ev_exec) + 2 * (PATH_MAX + 32) + 2048)
#define FILLED_MAX 64

/* The stack as the kernel filled it: argc, argv, envp, auxv, strings. */
struct stack {
	u64 sp, len;
	u64 *words;
	u64 *auxv;	/* within words */
	u32 auxv_len;	/* bytes, AT_NULL included */
};

/*
 * Neither its code nor its privileges are the opener's to look at: nothing of
 * it is altered or recorded.
 */
bool exec_forbidden(const struct rtask *k, bool secure)
{
	return !k->session->privileged &&
	       (secure || get_dumpable(current->mm) != SUID_DUMP_USER);
}

void exec_event(struct rtask *k, u32 old_tid, bool secure)
{
	static const char why[] = "a privileged or unreadable program: it runs on, not recorded";

	if (READ_ONCE(k->session->dead)) {
		rtask_release(k);
		return;
	}
	if (k->state == RTASK_LIVE)
		call_write_enter(k);
	/* of a thread that was not the leader, and is now */
	k->tid = session_pid(k->session, current, false);
	if (exec_forbidden(k, secure)) {
		emit_meta(k, SCAP_META_CAPTURE_ONLY, 0, why, sizeof(why) - 1);
		arch_untrap(k);
		rtask_release(k);
		return;
	}
	if (atomic_read(&k->domain->members) > 1 && rtask_new_domain(k))
		record_lost(k);
	k->state = RTASK_LIVE;
	if (!SCAP_TRAP_OF_TASK)
		arch_trap();
	k->execed = true;
	k->old_tid = old_tid;
}

/* ---- at the call's exit ---- */

/* The auxiliary vector is behind argc, argv, NULL, envp, NULL. */
static bool find_auxv(struct stack *s)
{
	u64 n = s->len / 8, i = 1, j;
	int nulls;

	for (nulls = 0; nulls < 2 && i < n; i++)
		if (!s->words[i])
			nulls++;
	s->auxv = s->words + i;
	for (j = i; j + 2 <= n; j += 2)
		if (s->words[j] == AT_NULL) {
			s->auxv_len = (u32)((j + 2 - i) * 8);
			return true;
		}
	return false;
}

static bool read_stack(struct stack *s)
{
	struct vm_area_struct *vma;

	s->sp = user_stack_pointer(current_pt_regs());
	s->len = 0;
	mmap_read_lock(current->mm);
	vma = find_vma(current->mm, s->sp);
	if (vma && vma->vm_start <= s->sp)
		s->len = vma->vm_end - s->sp;
	mmap_read_unlock(current->mm);
	if (!s->len)
		return false;
	s->words = kvmalloc(s->len, GFP_KERNEL);
	return s->words && copy_some(s->words, s->sp, (u32)s->len) == s->len && find_auxv(s);
}

/* libc then finds no vDSO and makes real calls. */
static void hide_vdso(struct stack *s)
{
	unsigned long *saved = current->mm->saved_auxv;
	u64 *a;
	unsigned int i;

	for (a = s->auxv; *a != AT_NULL; a += 2) {
		u64 addr = s->sp + (u64)((u8 *)a - (u8 *)s->words);
		u64 __user *at = (u64 __user *)(unsigned long)addr;

		if (*a != AT_SYSINFO_EHDR)
			continue;
		*a = AT_IGNORE;
		if (put_user(*a, at))
			return;
	}
	for (i = 0; i + 1 < AT_VECTOR_SIZE && saved[i] != AT_NULL; i += 2)
		if (saved[i] == AT_SYSINFO_EHDR)
			saved[i] = AT_IGNORE;
}

static u64 auxv_value(const struct stack *s, u64 type)
{
	const u64 *a;

	for (a = s->auxv; *a != AT_NULL; a += 2)
		if (*a == type)
			return a[1];
	return 0;
}

/* ---- the record ---- */

static void add(struct record *r, u8 kind, u64 addr, const void *bytes, u32 len)
{
	void *to = record_span(r, kind, SCAP_ARG_NONE, addr, len, len);

	if (to)
		memcpy(to, bytes, len);
}

static void add_layout(struct record *r)
{
	const struct mm_struct *mm = current->mm;
	struct scap_mm_layout layout = {
		.start_code = mm->start_code, .end_code = mm->end_code,
		.start_data = mm->start_data, .end_data = mm->end_data,
		.start_brk = mm->start_brk, .brk = mm->start_brk,
		.start_stack = mm->start_stack,
		.arg_start = mm->arg_start, .arg_end = mm->arg_end,
		.env_start = mm->env_start, .env_end = mm->env_end,
	};

	add(r, SCAP_SPAN_MM, 0, &layout, sizeof(layout));
}

static void add_rlimits(struct record *r)
{
	struct { u64 cur, max; } limits[RLIM_NLIMITS];
	int i;

	BUILD_BUG_ON(RLIM_NLIMITS != 16);
	for (i = 0; i < RLIM_NLIMITS; i++) {
		limits[i].cur = READ_ONCE(current->signal->rlim[i].rlim_cur);
		limits[i].max = READ_ONCE(current->signal->rlim[i].rlim_max);
	}
	add(r, SCAP_SPAN_RLIMITS, 0, limits, sizeof(limits));
}

u32 parent_pid(struct rtask *k)
{
	u32 pid;

	rcu_read_lock();
	pid = session_pid(k->session, rcu_dereference(current->real_parent), true);
	rcu_read_unlock();
	return pid;
}

/* Where it stays for a while: home_start(). */
static void add_leaf(struct record *r)
{
	struct scap_leaf leaf;

	arch_leaf(&leaf);
	add(r, SCAP_SPAN_CPUID, 0, &leaf, sizeof(leaf));
}

static noinline_for_stack int write_exec(struct rtask *k, const struct stack *s, const char *path,
					 const char *interp, u64 token)
{
	struct scap_regs regs;
	struct scap_ev_exec *e;
	struct record r;
	int ret;

	arch_regs(&regs, current_pt_regs());
	ret = record_open_wait(&r, k, SCAP_EV_EXEC, EXEC_ROOM);
	if (ret)
		return ret;
	e = (void *)r.e;
	e->old_tid = k->old_tid;
	e->pid = k->process->pid;
	e->ppid = parent_pid(k);
	e->file.hash = token;
	add(&r, SCAP_SPAN_PATH, 0, path, (u32)strlen(path));
	if (interp[0])
		add(&r, SCAP_SPAN_INTERP, 0, interp, (u32)strlen(interp));
	add(&r, SCAP_SPAN_REGS, 0, &regs, sizeof(regs));
	add_layout(&r);
	add(&r, SCAP_SPAN_AUXV, s->sp + (u64)((u8 *)s->auxv - (u8 *)s->words), s->auxv,
	    s->auxv_len);
	add_rlimits(&r);
	if (SCAP_SEES_CPU)
		add_leaf(&r);
	record_commit(&r);
	return 0;
}

/* From here on the process runs free: no record of it can be replayed. */
static void set_free(struct rtask *k)
{
	static const char why[] = "not a 64-bit program of this machine";

	emit_meta(k, SCAP_META_CAPTURE_ONLY, 0, why, sizeof(why) - 1);
	rtask_release(k);
}

/* @names: room for two paths */
static int write_image(struct rtask *k, struct stack *s, char *names)
{
	struct file *exe = current->mm->exe_file;
	char *path = names, *interp = names + PATH_MAX;
	struct filled filled[FILLED_MAX];
	unsigned int nfilled, i;
	u64 token;
	int ret;

	hide_vdso(s);
	ret = maps_image(k, interp, auxv_value(s, AT_BASE), filled, &nfilled);
	if (!ret)
		ret = emit_memory(k, s->sp, s->len, SCAP_ARG_NONE);
	for (i = 0; !ret && i < nfilled; i++)
		ret = emit_memory(k, filled[i].addr, filled[i].len, SCAP_ARG_NONE);
	if (ret)
		return ret;
	/* only the program itself, by prctl, could exchange its exe_file */
	token = served_file(exe) ? 0 : session_pin(k->session, exe, 0);
	home_start(k);
	return write_exec(k, s, map_path(exe, path), interp, token);
}

void exec_write(struct rtask *k)
{
	char *names = kvzalloc(2 * PATH_MAX, GFP_KERNEL);
	struct stack s = { 0 };

	k->execed = false;
	k->in_call = false;
	k->entered = false;
	if (arch_foreign_image(current_pt_regs()))
		set_free(k);
	else if ((!names || !read_stack(&s) || write_image(k, &s, names)) &&
		 !fatal_signal_pending(current))
		/* killed meanwhile, it has run nothing of the image: TASK_EXIT tells of it */
		record_lost(k);
	signal_boundary(k, current_pt_regs());
	kvfree(s.words);
	kvfree(names);
}
