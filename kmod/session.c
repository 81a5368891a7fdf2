// SPDX-License-Identifier: GPL-2.0
/*
 * A session: one opener of the device, its rings, and the files that it has
 * yet to look at. Each recorded task holds a reference; the rings are gone one
 * grace period after the opener.
 */
#include <linux/pid_namespace.h>
#include <linux/slab.h>

#include "bind.h"
#include "compat.h"
#include "domain.h"
#include "hook.h"
#include "record.h"
#include "task.h"

/* Of pins, beside SCAP_FILE_*: @stopped is to be brought to a place. */
#define PIN_PLACE 0x80000000u

/*
 * A file that a record names.
 * @ref: the list's, and one of each that waits
 * @stopped: a task that stands still; a reference
 */
struct pin {
	struct list_head list;
	refcount_t ref;
	u64 token;
	struct file *file;
	struct rtask *stopped;
	u32 flags;
	struct completion done;
};

void session_wake(struct session *s)
{
	WRITE_ONCE(s->urgent, true);
	wake_up(&s->drain);
}

static void on_wake(struct irq_work *work)
{
	session_wake(container_of(work, struct session, wake));
}

void session_wake_later(struct session *s)
{
	irq_work_queue(&s->wake);
}

struct session *session_new(void)
{
	struct session *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return NULL;
	kref_init(&s->ref);
	init_waitqueue_head(&s->drain);
	init_waitqueue_head(&s->room);
	init_waitqueue_head(&s->echoes);
	init_irq_work(&s->wake, on_wake);
	mutex_init(&s->merging);
	raw_spin_lock_init(&s->settling);
	homes_init(s);
	spin_lock_init(&s->pin_lock);
	INIT_LIST_HEAD(&s->pins);
	INIT_LIST_HEAD(&s->of_user);
	s->start_ns = ktime_get_real_ns();
	return s;
}

static void session_free(struct kref *ref)
{
	struct session *s = container_of(ref, struct session, ref);

	filter_free(s->filter);
	kfree(s);
}

void session_get(struct session *s)
{
	kref_get(&s->ref);
}

void session_put(struct session *s)
{
	kref_put(&s->ref, session_free);
}

/* ---- pinned files ---- */

static void pin_put(struct pin *pin)
{
	if (!refcount_dec_and_test(&pin->ref))
		return;
	if (pin->file)
		fput(pin->file);
	if (pin->stopped)
		rtask_put(pin->stopped);
	kfree(pin);
}

/* The pin of @token with a reference, NULL: none. */
static struct pin *pin_find(struct session *s, u64 token)
{
	struct pin *pin, *found = NULL;

	spin_lock(&s->pin_lock);
	list_for_each_entry(pin, &s->pins, list)
		if (pin->token == token) {
			refcount_inc(&pin->ref);
			found = pin;
			break;
		}
	spin_unlock(&s->pin_lock);
	return found;
}

static u64 pin_new(struct session *s, struct file *file, u32 flags, struct rtask *stopped)
{
	struct pin *pin = kzalloc(sizeof(*pin), GFP_KERNEL);

	if (!pin)
		return 0;
	refcount_set(&pin->ref, 1);
	pin->token = (u64)atomic64_inc_return(&s->last_pin);
	pin->file = file ? get_file(file) : NULL;
	pin->flags = flags;
	pin->stopped = stopped;
	if (stopped)
		refcount_inc(&stopped->ref);
	init_completion(&pin->done);
	spin_lock(&s->pin_lock);
	if (s->dead) {
		spin_unlock(&s->pin_lock);
		pin_put(pin);
		return 0;
	}
	list_add_tail(&pin->list, &s->pins);
	spin_unlock(&s->pin_lock);
	return pin->token;
}

u64 session_pin(struct session *s, struct file *file, u32 flags)
{
	return pin_new(s, file, flags, NULL);
}

u64 session_pin_stop(struct session *s, struct rtask *k)
{
	return pin_new(s, NULL, 0, k);
}

u64 session_pin_place(struct session *s, struct rtask *k)
{
	return pin_new(s, NULL, PIN_PLACE, k);
}

int session_pin_wait(struct session *s, u64 token)
{
	struct pin *pin = pin_find(s, token);
	int ret;

	if (!pin)
		return 0;
	session_wake(s);
	ret = wait_for_completion_state(&pin->done, compat_killable);
	pin_put(pin);
	return ret;
}

/* Opened once more, by whoever had opened it: a position of its own, reading only. */
static int install(struct file *pinned)
{
	struct file *file;
	int fd = get_unused_fd_flags(O_CLOEXEC);

	if (fd < 0)
		return fd;
	file = dentry_open(compat_user_path(pinned), O_RDONLY | O_LARGEFILE, pinned->f_cred);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	fd_install(fd, file);
	return fd;
}

int session_pin_fd(struct session *s, u64 token, u32 *flags)
{
	struct pin *pin = pin_find(s, token);
	int fd;

	if (!pin)
		return -ENOENT;
	fd = pin->file ? install(pin->file) : -ENOENT;
	*flags = pin->flags;
	pin_put(pin);
	return fd;
}

/* @flags: SCAP_DONE_* */
static void pin_remove(struct pin *pin, u32 flags)
{
	if (pin->flags & PIN_PLACE)
		place_found(pin->stopped, flags & SCAP_DONE_SPINS);
	else if (pin->stopped)
		baton_seen(pin->stopped);
	complete_all(&pin->done);
	pin_put(pin);
}

int session_pin_done(struct session *s, u64 token, u32 flags)
{
	struct pin *pin, *found = NULL;

	spin_lock(&s->pin_lock);
	list_for_each_entry(pin, &s->pins, list)
		if (pin->token == token) {
			list_del(&pin->list);
			found = pin;
			break;
		}
	spin_unlock(&s->pin_lock);
	if (!found)
		return -ENOENT;
	pin_remove(found, flags);
	return 0;
}

/* ---- the end ---- */

void session_end(struct session *s)
{
	struct pin *pin, *next;
	LIST_HEAD(pins);
	unsigned int i;

	spin_lock(&s->pin_lock);
	WRITE_ONCE(s->dead, true);
	list_splice_init(&s->pins, &pins);
	spin_unlock(&s->pin_lock);
	list_for_each_entry_safe(pin, next, &pins, list)
		pin_remove(pin, 0);
	wake_up_all(&s->room);
	wake_up_all(&s->echoes);
	rtask_each(s, baton_stop_waiting);
	homes_end(s);
	/* producers run with preemption off: after this none is left */
	synchronize_rcu_expedited();
	irq_work_sync(&s->wake);
	rings_free(s);
	for (i = 0; i < ARRAY_SIZE(s->echo); i++) {
		struct file *file = s->echo[i];

		s->echo[i] = NULL;
		if (file)
			fput(file);
	}
	if (s->ns)
		put_pid_ns(s->ns);
	s->ns = NULL;
	session_put(s);
}
