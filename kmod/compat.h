/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whatever differs between kernel versions. Which of two ways is there is
 * found out by Kbuild, which looks for the declaration (HAVE_*).
 */
#ifndef SCAPREC_COMPAT_H
#define SCAPREC_COMPAT_H

#include <linux/fs.h>
#include <linux/ftrace.h>
#include <linux/mm.h>
#include <linux/wait.h>

/* 6.3: vm_flags may only be changed through functions. */
#ifdef HAVE_VM_FLAGS_CLEAR
#define compat_vm_flags_clear(vma, bits) vm_flags_clear(vma, bits)
#define compat_vm_flags_set(vma, bits) vm_flags_set(vma, bits)
#else
#define compat_vm_flags_clear(vma, bits) ((vma)->vm_flags &= ~(bits))
#define compat_vm_flags_set(vma, bits) ((vma)->vm_flags |= (bits))
#endif

/* 6.1: a sleeping task may say that the freezer need not wake it. */
#ifdef HAVE_TASK_FREEZABLE
#define compat_wait_killable(wq, condition) \
	wait_event_state(wq, condition, (TASK_KILLABLE | TASK_FREEZABLE))
#else
#define compat_wait_killable(wq, condition) wait_event_killable(wq, condition)
#endif

#ifdef HAVE_TASK_FREEZABLE
#define compat_killable (TASK_KILLABLE | TASK_FREEZABLE)
#else
#define compat_killable TASK_KILLABLE
#endif

/* Without other processors there is no such field. */
#ifdef CONFIG_SMP
#define compat_on_cpu(task) READ_ONCE((task)->on_cpu)
#else
#define compat_on_cpu(task) ((task) == current)
#endif

/* 6.8: a mapping of a stacked file system's file knows the path below; the user's is kept too. */
static inline const struct path *compat_user_path(struct file *file)
{
#ifdef HAVE_FILE_USER_PATH
	return file_user_path(file);
#else
	return &file->f_path;
#endif
}

/* 6.6: inode times behind accessors. */
static inline u64 compat_ctime_ns(const struct inode *inode)
{
#ifdef HAVE_INODE_GET_CTIME
	struct timespec64 ts = inode_get_ctime(inode);
#else
	struct timespec64 ts = inode->i_ctime;
#endif
	return (u64)ts.tv_sec * NSEC_PER_SEC + (u64)ts.tv_nsec;
}

static inline u64 compat_mtime_ns(const struct inode *inode)
{
#ifdef HAVE_INODE_GET_MTIME
	struct timespec64 ts = inode_get_mtime(inode);
#else
	struct timespec64 ts = inode->i_mtime;
#endif
	return (u64)ts.tv_sec * NSEC_PER_SEC + (u64)ts.tv_nsec;
}

/* What a function traced by ftrace was called with: all registers are kept, or arguments only. */
#ifdef CONFIG_DYNAMIC_FTRACE_WITH_REGS
#define COMPAT_FTRACE_FLAGS FTRACE_OPS_FL_SAVE_REGS
static inline unsigned long compat_ftrace_argument(struct ftrace_regs *fregs, unsigned int n)
{
	struct pt_regs *regs = ftrace_get_regs(fregs);

	return regs ? regs_get_kernel_argument(regs, n) : 0;
}
#else
#define COMPAT_FTRACE_FLAGS 0
#define compat_ftrace_argument(fregs, n) ftrace_regs_get_argument(fregs, n)
#endif

#ifdef CONFIG_ARM64
/* 6.2: what was saved last is said by itself, not by whether the task may use SVE. */
static inline bool compat_saved_sve(const struct thread_struct *thread)
{
#ifdef HAVE_FP_TYPE
	return thread->fp_type == FP_STATE_SVE;
#else
	return test_thread_flag(TIF_SVE);
#endif
}
#endif

#endif
