// SPDX-License-Identifier: GPL-2.0
/*
 * Calls whose honest answer would show the recorder or undo it (the trap on the
 * time-stamp counter), those that no recording can follow (mappings of devices),
 * and whose output goes to the recorder's own streams.
 */
#include <linux/fdtable.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <linux/mman.h>
#include <linux/prctl.h>

#include "arch.h"
#include "call.h"
#include "record.h"

/* The open file behind @fd of the calling task: for looking, within rcu_read_lock(). */
static struct file *file_of(u64 fd)
{
	if (fd > INT_MAX || !current->files)
		return NULL;
	return files_lookup_fd_raw(current->files, (unsigned int)fd);
}

static bool set_tsc(struct rtask *k, s64 *result)
{
	int mode = (int)k->call.args[1];

	*result = mode == PR_TSC_ENABLE || mode == PR_TSC_SIGSEGV ? 0 : -EINVAL;
	if (!*result)
		k->tsc_mode = mode;
	return true;
}

/* mmap of a device: its memory changes without a call. /dev/zero is plain memory. */
static bool maps_device(struct rtask *k)
{
	struct file *file;
	bool device;

	if (k->call.args[3] & MAP_ANONYMOUS)
		return false;
	rcu_read_lock();
	file = file_of(k->call.args[4]);
	device = file && S_ISCHR(file_inode(file)->i_mode) &&
		 file_inode(file)->i_rdev != MKDEV(MEM_MAJOR, 5);
	rcu_read_unlock();
	return device;
}

bool shadow_entry(struct rtask *k, struct pt_regs *regs, s64 *result)
{
	if (!k->info)
		return false;
	switch (k->info->id) {
	case SCAP_SYS_prctl:
		return SCAP_TRAP_OF_TASK && k->call.args[0] == PR_SET_TSC && set_tsc(k, result);
	case SCAP_SYS_mmap:
		if (!maps_device(k))
			return false;
		k->flags |= SCAP_F_REFUSED;
		*result = -ENODEV;
		return true;
	case SCAP_SYS_madvise:
		/* pages given back at some unknown moment: given back now */
		if (k->call.args[2] == MADV_FREE) {
			k->replaced_arg = 2;
			arch_set_arg(regs, 2, MADV_DONTNEED);
		}
		return false;
	}
	return false;
}

void shadow_exit(struct rtask *k, struct pt_regs *regs)
{
	unsigned int n = (unsigned int)k->replaced_arg;

	if (k->replaced_arg >= 0)
		arch_set_arg(regs, n, k->call.args[n]);
	k->replaced_arg = -1;
	/* the kernel has just written there: the page is present */
	if (SCAP_TRAP_OF_TASK && k->info && k->info->id == SCAP_SYS_prctl &&
	    k->call.args[0] == PR_GET_TSC && !k->call.result &&
	    copy_to_user_nofault((void __user *)(unsigned long)k->call.args[1], &k->tsc_mode,
				 sizeof(k->tsc_mode)))
		record_lost(k);
}

u16 echo_flags(struct rtask *k)
{
	int fd = k->info ? scap_call_output_fd(&k->call) : -1;
	/* where both are one (2>&1), the number decides */
	unsigned int first = fd == 2;
	struct file *file;
	u16 flags = 0;

	if (fd < 0)
		return 0;
	rcu_read_lock();
	file = file_of((u64)fd);
	if (file && file == k->session->echo[first])
		flags = first ? SCAP_F_STDERR : SCAP_F_STDOUT;
	else if (file && file == k->session->echo[!first])
		flags = first ? SCAP_F_STDOUT : SCAP_F_STDERR;
	rcu_read_unlock();
	return flags;
}

bool writes_plainly(const struct rtask *k, u64 fd)
{
	struct file *file;
	bool plain;

	rcu_read_lock();
	file = file_of(fd);
	plain = !file || (file != k->session->echo[0] && file != k->session->echo[1] &&
			  file_inode(file)->i_sb->s_magic != PROC_SUPER_MAGIC);
	rcu_read_unlock();
	return plain;
}
