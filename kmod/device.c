// SPDX-License-Identifier: GPL-2.0
/* /dev/scaprec: see include/scap/device.h. One open file, one session. */
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pid_namespace.h>
#include <linux/slab.h>

#include <scap/point.h>
#include <scap/version.h>

#include "arch.h"
#include "call.h"
#include "counter.h"
#include "hook.h"
#include "record.h"
#include "task.h"

/* What openers without CAP_SYS_ADMIN may have of each CPU's memory, those of one user together. */
#define RING_MAX_USER (64ull << 20)

static DEFINE_MUTEX(setup_lock);
static LIST_HEAD(user_sessions);	/* of such openers, with rings */

static int device_open(struct inode *inode, struct file *file)
{
	struct session *s = session_new();

	if (!s)
		return -ENOMEM;
	s->privileged = capable(CAP_SYS_ADMIN);
	s->uid = current_uid();
	file->private_data = s;
	return nonseekable_open(inode, file);
}

static int device_release(struct inode *inode, struct file *file)
{
	struct session *s = file->private_data;
	bool hooked = s->ready;

	if (s->filter)
		filter_stop(s);
	mutex_lock(&setup_lock);
	list_del(&s->of_user);
	mutex_unlock(&setup_lock);
	session_end(s);
	if (hooked)
		hooks_put();
	return 0;
}

/* ---- setting up ---- */

/* Bytes of each CPU that the user of @s has already. */
static u64 rings_of_user(const struct session *s)
{
	const struct session *other;
	u64 bytes = 0;

	list_for_each_entry(other, &user_sessions, of_user)
		if (uid_eq(other->uid, s->uid))
			bytes += other->ring_size;
	return bytes;
}

static bool is_schedule(const struct scap_schedule_options *o)
{
	return o->soft_ns <= SCAP_QUANTUM_MAX_NS && o->hard_ns <= SCAP_QUANTUM_MAX_NS &&
	       o->chaos <= 1 && !o->reserved;
}

static int check_setup(const struct session *s, const struct scap_ioc_setup *arg)
{
	if (s->ready)
		return -EBUSY;
	if (!is_power_of_2(arg->ring_size) || arg->ring_size < SCAP_RING_MIN ||
	    arg->ring_size > SCAP_RING_MAX || !is_schedule(&arg->schedule) ||
	    arg->counter > SCAP_COUNTER_INSTRUCTIONS)
		return -EINVAL;
	if (s->privileged)
		return 0;
	if (arg->ring_size > RING_MAX_USER)
		return -EPERM;
	return rings_of_user(s) + arg->ring_size > RING_MAX_USER ? -EDQUOT : 0;
}

static int do_setup(struct session *s, struct scap_ioc_setup *arg)
{
	int ret = check_setup(s, arg);

	if (ret)
		return ret;
	s->checksum = arg->checksum;
	ret = rings_alloc(s, arg->ring_size);
	if (ret)
		return ret;
	ret = hooks_get();
	if (ret) {
		rings_free(s);
		return ret;
	}
	if (!s->privileged)
		list_add(&s->of_user, &user_sessions);
	s->ns = get_pid_ns(task_active_pid_ns(current));
	s->echo[0] = arg->stdout_fd >= 0 ? fget(arg->stdout_fd) : NULL;
	s->echo[1] = arg->stderr_fd >= 0 ? fget(arg->stderr_fd) : NULL;
	s->vsyscall_prot = arg->vsyscall_prot;
	s->counter = arg->counter;
	s->schedule = arg->schedule;
	arg->rings = s->nrings;
	/* from here on the other calls and mmap find everything in place */
	smp_store_release(&s->ready, true);
	return 0;
}

static long ioctl_setup(struct session *s, void __user *to)
{
	struct scap_ioc_setup arg;
	u32 version;
	int ret;

	if (copy_from_user(&arg, to, sizeof(arg)))
		return -EFAULT;
	version = arg.version;
	arg.version = SCAP_DEVICE_VERSION;
	if (version != SCAP_DEVICE_VERSION) {
		/* the caller says both numbers */
		if (copy_to_user(to, &arg, sizeof(arg)))
			return -EFAULT;
		return -EPROTO;
	}
	mutex_lock(&setup_lock);
	ret = do_setup(s, &arg);
	mutex_unlock(&setup_lock);
	if (!ret && copy_to_user(to, &arg, sizeof(arg)))
		ret = -EFAULT;
	return ret;
}

/* ---- at work ---- */

static long ioctl_wait(struct session *s, void __user *to)
{
	struct scap_ioc_wait arg;
	long ret;

	if (copy_from_user(&arg, to, sizeof(arg)))
		return -EFAULT;
	wake_up_all(&s->room);
	ret = wait_event_interruptible_timeout(s->drain, READ_ONCE(s->urgent),
					       msecs_to_jiffies(min(arg.timeout_ms, 10000u)));
	WRITE_ONCE(s->urgent, false);
	/* whoever went below this count has committed its last record */
	arg.tasks = (u32)atomic_read_acquire(&s->tasks);
	if (copy_to_user(to, &arg, sizeof(arg)))
		return -EFAULT;
	return ret < 0 ? ret : 0;
}

static long ioctl_file(struct session *s, void __user *to)
{
	struct scap_ioc_file arg;

	if (copy_from_user(&arg, to, sizeof(arg)))
		return -EFAULT;
	arg.fd = session_pin_fd(s, arg.token, &arg.flags);
	if (arg.fd < 0)
		return arg.fd;
	return copy_to_user(to, &arg, sizeof(arg)) ? -EFAULT : 0;
}

static long ioctl_done(struct session *s, const void __user *from)
{
	struct scap_ioc_done arg;

	if (copy_from_user(&arg, from, sizeof(arg)))
		return -EFAULT;
	if (arg.flags & ~SCAP_DONE_SPINS || arg.reserved)
		return -EINVAL;
	return session_pin_done(s, arg.token, arg.flags);
}

static long ioctl_capture(struct session *s, const void __user *from)
{
	struct scap_ioc_filter arg;

	if (copy_from_user(&arg, from, sizeof(arg)))
		return -EFAULT;
	return filter_start(s, &arg);
}

static long ioctl_stop(struct session *s)
{
	if (!s->filter)
		return -EINVAL;
	filter_stop(s);
	return 0;
}

static long ioctl_stats(struct session *s, void __user *to)
{
	struct scap_ioc_stats arg = {
		.slow = (u64)atomic64_read(&s->slow),
		.waits = (u64)atomic64_read(&s->waits),
		.wait_ns = (u64)atomic64_read(&s->wait_ns),
		.dropped = (u64)atomic64_read(&s->dropped),
		.dropped_bytes = (u64)atomic64_read(&s->dropped_bytes),
		.lost = (u64)atomic64_read(&s->lost),
	};
	unsigned int i;

	for (i = 0; i < s->nrings; i++) {
		arg.events += READ_ONCE(s->rings[i].events);
		arg.bytes += READ_ONCE(s->rings[i].bytes);
	}
	return copy_to_user(to, &arg, sizeof(arg)) ? -EFAULT : 0;
}

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct session *s = file->private_data;
	void __user *user = (void __user *)arg;

	if (cmd == SCAP_IOC_SETUP)
		return ioctl_setup(s, user);
	if (cmd == SCAP_IOC_PLAN)
		return selftest_plan(user);
	/* pairs with ioctl_setup(): the rings are there */
	if (!smp_load_acquire(&s->ready))
		return -ENXIO;
	switch (cmd) {
	case SCAP_IOC_RECORD:
		return rtask_arm(s);
	case SCAP_IOC_WAIT:
		return ioctl_wait(s, user);
	case SCAP_IOC_FILE:
		return ioctl_file(s, user);
	case SCAP_IOC_DONE:
		return ioctl_done(s, user);
	case SCAP_IOC_STATS:
		return ioctl_stats(s, user);
	case SCAP_IOC_CAPTURE:
		return ioctl_capture(s, user);
	case SCAP_IOC_STOP:
		return ioctl_stop(s);
	}
	return -ENOTTY;
}

static int device_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct session *s = file->private_data;

	/* as in device_ioctl() */
	return smp_load_acquire(&s->ready) ? rings_mmap(s, vma) : -ENXIO;
}

static const struct file_operations fops = {
	.owner = THIS_MODULE,
	.open = device_open,
	.release = device_release,
	.unlocked_ioctl = device_ioctl,
	.mmap = device_mmap,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "scaprec",
	.fops = &fops,
	.mode = 0660,
};

/* ---- the module ---- */

static int __init scaprec_init(void)
{
	int ret = arch_init();

	if (ret) {
		pr_err("scaprec: cannot trap counters: %d\n", ret);
		return ret;
	}
	ret = tasks_init();
	if (ret)
		goto no_tasks;
	ret = counters_init();
	if (ret)
		goto no_counters;
	ret = arch_steps_init();
	if (ret)
		goto no_steps;
	quick_init();
	ret = misc_register(&device);
	if (ret)
		goto no_device;
	return 0;
no_device:
	arch_steps_exit();
no_steps:
	counters_exit();
no_counters:
	tasks_exit();
no_tasks:
	arch_exit();
	return ret;
}

static void __exit scaprec_exit(void)
{
	misc_deregister(&device);
	hooks_exit();
	tasks_exit();
	arch_steps_exit();
	counters_exit();
	arch_exit();
}

module_init(scaprec_init);
module_exit(scaprec_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION(SCAP_VERSION);
MODULE_DESCRIPTION("Records what the kernel tells a program, for scap-replay");
