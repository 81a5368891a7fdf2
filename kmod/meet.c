// SPDX-License-Identifier: GPL-2.0
/*
 * Who else shows what a call has just mapped: processes that come to share
 * memory after they went their own ways take turns from then on.
 */
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "call.h"
#include "domain.h"
#include "task.h"

/* Recorded tasks of a session, each with a reference, and one of its task. */
struct tasks {
	unsigned int n, cap;
	struct rtask *v[];
};

static void add_all(struct tasks *all, struct session *s)
{
	struct rtask *k;
	unsigned int i;

	rcu_read_lock();
	for (i = 0; i < ARRAY_SIZE(rtask_table); i++)
		hlist_for_each_entry_rcu(k, &rtask_table[i], node) {
			if (k->session != s || k->state != RTASK_LIVE || all->n == all->cap ||
			    !refcount_inc_not_zero(&k->ref))
				continue;
			get_task_struct(k->task);
			all->v[all->n++] = k;
		}
	rcu_read_unlock();
}

/* NULL: no memory. */
static struct tasks *tasks_of(struct session *s)
{
	/* some may be born meanwhile: they share what their parents do */
	unsigned int cap = (unsigned int)atomic_read(&s->tasks) + 16;
	struct tasks *all = kvzalloc(struct_size(all, v, cap), GFP_KERNEL);

	if (!all)
		return NULL;
	all->cap = cap;
	add_all(all, s);
	return all;
}

static void tasks_put(struct tasks *all)
{
	unsigned int i;

	for (i = 0; all && i < all->n; i++) {
		put_task_struct(all->v[i]->task);
		rtask_put(all->v[i]);
	}
	kvfree(all);
}

/* The mapping that a call has made at @addr. */
struct meeting {
	struct inode *inode;
	u64 addr;
	bool shared, writable;
};

static bool find_own(u64 addr, struct meeting *m)
{
	struct vm_area_struct *vma;

	*m = (struct meeting){ .addr = addr };
	mmap_read_lock(current->mm);
	vma = find_vma(current->mm, addr);
	if (vma && vma->vm_start <= addr && vma->vm_file) {
		m->inode = file_inode(vma->vm_file);
		m->shared = vma->vm_flags & VM_MAYSHARE;
		m->writable = vma->vm_flags & VM_SHARED;
	}
	mmap_read_unlock(current->mm);
	return m->inode;
}

/* One of both can write, and the other sees it. */
static bool meets(const struct vm_area_struct *vma, const struct meeting *m)
{
	return m->shared && vma->vm_flags & VM_MAYSHARE &&
	       (m->writable || vma->vm_flags & VM_SHARED);
}

static bool any_shows(struct mm_struct *mm, const struct meeting *m, bool shared)
{
	VMA_ITERATOR(vmi, mm, 0);
	struct vm_area_struct *vma;

	for_each_vma(vmi, vma) {
		if (!vma->vm_file || file_inode(vma->vm_file) != m->inode)
			continue;
		if (mm == current->mm && vma->vm_start <= m->addr && m->addr < vma->vm_end)
			continue;
		if (!shared || meets(vma, m))
			return true;
	}
	return false;
}

/* Whether @t maps what @m shows, apart from @m itself; @shared: so that they meet. */
static bool shows(struct rtask *t, const struct meeting *m, bool shared)
{
	struct mm_struct *mm = get_task_mm(t->task);
	bool found;

	if (!mm)
		return false;
	mmap_read_lock(mm);
	found = any_shows(mm, m, shared);
	mmap_read_unlock(mm);
	mmput(mm);
	return found;
}

static bool is_first_of_process(const struct tasks *all, unsigned int i)
{
	unsigned int j;

	for (j = 0; j < i; j++)
		if (all->v[j]->process == all->v[i]->process)
			return false;
	return true;
}

bool meet_is_shown(struct rtask *k, u64 addr)
{
	struct tasks *all;
	struct meeting m;
	bool found = false;
	unsigned int i;

	if (!find_own(addr, &m))
		return false;
	all = tasks_of(k->session);
	for (i = 0; all && i < all->n && !found; i++)
		found = is_first_of_process(all, i) && shows(all->v[i], &m, false);
	tasks_put(all);
	return found;
}

int meet_sharers(struct rtask *k, u64 addr)
{
	struct tasks *all;
	struct meeting m;
	unsigned int i;

	if (!find_own(addr, &m) || !m.shared ||
	    (!m.writable && !mapping_writably_mapped(m.inode->i_mapping)))
		return 0;
	all = tasks_of(k->session);
	for (i = 0; all && i < all->n; i++) {
		struct rtask *t = all->v[i];

		if (t->domain == k->domain || !is_first_of_process(all, i) || !shows(t, &m, true))
			continue;
		/* the threads of its old domain may go on ahead of it */
		call_write_enter(k);
		domain_merge(k, t);
		if (baton_take(k))
			break;
	}
	tasks_put(all);
	return all ? 0 : -ENOMEM;
}
