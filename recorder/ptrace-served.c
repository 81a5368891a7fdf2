// SPDX-License-Identifier: GPL-2.0
/*
 * Files that a process serves (FUSE), which may be a recorded one: an AppImage
 * that mounts itself, a script that starts sshfs. Who reads such a file waits
 * for its server, who waits for us at its next stop. So a thread of its own
 * takes a copy, and only the task that is to map the file waits for that.
 * Nothing else here may ask the server anything: no path is walked, no
 * attribute asked for (AT_STATX_DONT_SYNC), no statfs(2).
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "recorder/ptrace-object.h"

/*
 * A copy being taken, or taken.
 * @dev, @ino: of the file; @st: all of it, and @copy: a memfd with the same bytes at
 *             [offset, offset + len), unless @error (an errno); valid once @done
 * @link, @name: where it can be opened: a magic link, a path
 * @refs:   the task's and the thread's
 * @waiter: the thread to wake
 */
struct served_file {
	struct served_file *next;
	uint64_t dev, ino;
	struct stat st;
	char link[64], name[4200];
	uint64_t offset, len;
	int copy, error;
	pid_t waiter;
	atomic_bool done;
	atomic_int refs;
};

/* ---- which devices are served ---- */

bool served_is_listed(const struct recording *rec, uint64_t dev)
{
	for (uint32_t i = 0; i < rec->served.n; i++)
		if (rec->served.v[i] == dev)
			return true;
	return false;
}

void served_list(struct recording *rec, uint64_t dev)
{
	struct served_devices *l = &rec->served;

	if (served_is_listed(rec, dev))
		return;
	l->v = alloc_resize(l->v, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = dev;
}

/* fuse, fuse.sshfs, fuseblk; fusectl is the kernel's. */
static bool is_served_type(const char *type)
{
	return !strncmp(type, "fuse", 4) && strncmp(type, "fusectl", 7) != 0;
}

/* /proc/PID/mountinfo (proc(5)): the third field is the device, the type stands behind a dash. */
static void read_mounts(struct task *k)
{
	unsigned int major, minor;
	char path[40], *line = NULL;
	size_t size = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/mountinfo", k->t.pid);
	f = fopen(path, "re");
	if (!f)
		return;
	while (getline(&line, &size, f) > 0) {
		const char *dash = strstr(line, " - ");

		if (dash && is_served_type(dash + 3) &&
		    sscanf(line, "%*u %*u %u:%u", &major, &minor) == 2)
			served_list(k->rec, makedev(major, minor));
	}
	free(line);
	fclose(f);
	k->rec->served.known = true;
}

bool served_device(struct task *k, uint64_t dev)
{
	if (!k->rec->served.known)
		read_mounts(k);
	return k->rec->served.n && served_is_listed(k->rec, dev);
}

void served_note_mount(struct recording *rec)
{
	rec->served.known = false;
}

/* ---- a copy ---- */

static void put(struct served_file *s)
{
	if (atomic_fetch_sub(&s->refs, 1) > 1)
		return;
	if (s->copy >= 0)
		close(s->copy);
	free(s);
}

/* Opens the file, wherever it is to be found. */
static int open_served(struct served_file *s)
{
	const char *ways[] = { s->link, s->name };

	errno = ENOENT;
	for (int i = 0; i < 2; i++) {
		int fd = ways[i][0] ? open(ways[i], O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1;

		if (fd >= 0 && !fstat(fd, &s->st) && s->st.st_ino == s->ino)
			return fd;
		if (fd >= 0)
			close(fd);
	}
	return -1;
}

static int copy_range(struct served_file *s, int fd)
{
	uint64_t size = (uint64_t)s->st.st_size;
	off_t at, end;

	if (object_stored_whole(&s->st)) {
		s->offset = 0;
		s->len = size;
	}
	at = (off_t)s->offset;
	end = (off_t)(s->offset + s->len);
	s->copy = memfd_create("served", MFD_CLOEXEC);
	if (s->copy < 0 || ftruncate(s->copy, (off_t)size) || lseek(s->copy, at, SEEK_SET) < 0)
		return errno;
	while (at < end) {
		ssize_t n = sendfile(s->copy, fd, &at, (size_t)(end - at));

		if (n < 0)
			return errno;
		if (!n)
			break;
	}
	return 0;
}

static void *copy_thread(void *arg)
{
	struct served_file *s = arg;
	int fd = open_served(s);

	s->error = fd < 0 ? errno : copy_range(s, fd);
	if (fd >= 0)
		close(fd);
	atomic_store(&s->done, true);
	/* cuts its wait for stops short */
	tgkill(getpid(), s->waiter, SIGALRM);
	put(s);
	return NULL;
}

/* Signals are for the thread that waits for stops; but for a trap that this one has from it (trap-share.h). */
static int start_thread(struct served_file *s)
{
	pthread_attr_t attr;
	sigset_t all, before;
	pthread_t thread;
	int ret;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	sigdelset(&all, SIGSEGV);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = pthread_create(&thread, &attr, copy_thread, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return ret;
}

static struct served_file *find(struct task *k, uint64_t dev, uint64_t ino)
{
	struct served_file *s = k->served;

	while (s && (s->dev != dev || s->ino != ino))
		s = s->next;
	return s;
}

/* Of a file of which a mapping shows [@offset, @offset + @len). */
static struct served_file *new_file(uint64_t dev, uint64_t ino, uint64_t offset, uint64_t len)
{
	struct served_file *s = alloc_zeroed(1, sizeof(*s));

	s->dev = dev;
	s->ino = ino;
	s->offset = offset;
	s->len = len;
	return s;
}

/* Asks for the copy, which is @k's from now on. */
static void ask(struct task *k, struct served_file *s)
{
	int failed;

	s->next = k->served;
	s->copy = -1;
	s->waiter = (pid_t)syscall(SYS_gettid);
	s->refs = 2;
	k->served = s;
	failed = start_thread(s);
	if (failed) {
		s->error = failed;
		s->refs = 1;
		s->done = true;
	}
}

/* ---- tasks that wait for theirs ---- */

static bool all_done(const struct task *k)
{
	for (const struct served_file *s = k->served; s; s = s->next)
		if (!s->done)
			return false;
	return true;
}

static void wait_for_copies(struct task *k, void (*then)(struct task *k))
{
	/* the threads of its domain go on ahead of it: one of them may be the server */
	syscall_write_enter(k);
	k->state = TASK_COPYING;
	k->granted = then;
	k->rec->ncopying++;
	baton_release(k);
}

static void go_on(struct task *k)
{
	void (*then)(struct task *k) = k->granted;

	k->rec->ncopying--;
	k->granted = NULL;
	k->state = TASK_CALL;
	if (baton_take(k, then))
		then(k);
}

static struct task *with_copies(struct recording *rec)
{
	for (unsigned int i = 0; i < TASK_BUCKETS; i++)
		for (struct task *k = rec->tasks[i]; k; k = k->next)
			if (k->state == TASK_COPYING && all_done(k))
				return k;
	return NULL;
}

void served_check(struct recording *rec)
{
	struct task *k;

	while (rec->ncopying && (k = with_copies(rec)))
		go_on(k);
}

void served_forget(struct task *k)
{
	struct served_file *s;

	if (k->state == TASK_COPYING) {
		k->rec->ncopying--;
		k->state = TASK_CALL;
	}
	while ((s = k->served)) {
		k->served = s->next;
		put(s);
	}
}

/* Whether the trace has all of it already, as it is. */
static bool known(struct recording *rec, const struct stat *st)
{
	const struct object *o = object_find(rec, st->st_dev, st->st_ino);
	struct scap_file_id id = file_id(st);

	return o && o->whole && object_is_current(o, &id);
}

bool served_entry(struct task *k, void (*then)(struct task *k))
{
	const __u64 *a = k->call.args;
	struct served_file *s;
	struct stat st;
	char link[64];

	if (k->call.nr != SYS_mmap || k->compat || a[3] & MAP_ANONYMOUS ||
	    (k->rec->served.known && !k->rec->served.n))
		return true;
	snprintf(link, sizeof(link), "/proc/%d/fd/%d", k->t.tid, (int)a[4]);
	if (!file_stat(link, &st) || !S_ISREG(st.st_mode) ||
	    !served_device(k, st.st_dev) || known(k->rec, &st))
		return true;
	s = new_file(st.st_dev, st.st_ino, a[5], a[1]);
	memcpy(s->link, link, sizeof(s->link));
	ask(k, s);
	wait_for_copies(k, then);
	return false;
}

static int ask_for_line(void *ctx, const struct tracee_map *line)
{
	uint64_t dev = makedev(line->dev_major, line->dev_minor);
	struct task *k = ctx;
	struct served_file *s;

	if (!line->ino || !served_device(k, dev) || find(k, dev, line->ino))
		return 0;
	s = new_file(dev, line->ino, 0, UINT32_MAX);
	snprintf(s->link, sizeof(s->link), "/proc/%d/map_files/%llx-%llx", k->t.pid,
		 (unsigned long long)line->start, (unsigned long long)line->end);
	snprintf(s->name, sizeof(s->name), "/proc/%d/root%s", k->t.pid, line->path);
	ask(k, s);
	return 0;
}

bool served_image(struct task *k, void (*then)(struct task *k))
{
	if (k->served)
		return true; /* they are here */
	tracee_maps(&k->t, ask_for_line, k);
	if (!k->served)
		return true;
	wait_for_copies(k, then);
	return false;
}

/* ---- the copies in use ---- */

bool served_look_line(struct task *k, const struct tracee_map *line, struct file *f)
{
	const struct served_file *s = find(k, makedev(line->dev_major, line->dev_minor), line->ino);

	if (!s || s->error)
		return false;
	f->st = s->st;
	snprintf(f->path, sizeof(f->path), "%s", line->path);
	return true;
}

void served_take(struct task *k, struct file *f)
{
	const struct served_file *s = find(k, f->st.st_dev, f->st.st_ino);

	f->served = f->in_memory = served_device(k, f->st.st_dev);
	if (s && !s->error && f->fd < 0)
		f->fd = fcntl(s->copy, F_DUPFD_CLOEXEC, 0);
	else if (s && s->error)
		say(k->rec, "%s, which a process serves (FUSE), could not be read (%s): its content is "
		    "not in the trace, and a replay may diverge there", f->path, strerror(s->error));
}
